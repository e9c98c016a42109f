package auditsql_test

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"yakusho/internal/audit"
	"yakusho/internal/audit/auditsql"
	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
)

var byAddr = cmpopts.EquateComparable(netip.Addr{})

func open(t testing.TB, db *sqldb.DB) *auditsql.Store {
	t.Helper()
	s, err := auditsql.Open(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// entry is the i-th of a varied lot.
func entry(i int) audit.Entry {
	return audit.Entry{
		At: time.Date(2026, 11, 22, 0, 0, i, 1000, time.UTC),
		Actor: audit.Actor{
			Account: []core.ID{"", "06dq5xk0h8q2v3n4t5w6y7z8a9", "06dq5xk0h8q2v3n4t5w6y7z8b0"}[i%3],
			Guest:   []core.ID{"06dq5xk0h8q2v3n4t5w6y7z8g1", "", ""}[i%3],
			Name:    []string{"客", "山田 花子", "佐藤 'OR 1=1--"}[i%3],
			Address: []netip.Addr{{}, netip.MustParseAddr("10.1.2.3"), netip.MustParseAddr("fd00::1"), netip.MustParseAddr("::ffff:10.1.2.3")}[i%4],
			Request: fmt.Sprint("r-", i),
		},
		Action:  []string{"auth.signin", "meet.remove", "meet.lock", "meeting.x"}[i%4],
		Target:  []string{"", "m-1", "m-2"}[i%3],
		Outcome: []string{audit.OK, audit.Refused, audit.Failed}[i%3],
		Detail:  []map[string]string{{}, {"name": "鈴木 <b>", "why": "\u2028\"\\"}}[i%2],
	}
}

// fill appends n entries and returns them as stored.
func fill(t testing.TB, s audit.Store, n int) []audit.Entry {
	t.Helper()
	var out []audit.Entry
	for i := range n {
		e, err := s.Append(context.Background(), entry(i))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

func walk(t testing.TB, s audit.Store, from int64) (out []audit.Entry) {
	t.Helper()
	_, err := s.Walk(context.Background(), from, func(e audit.Entry, damage error) error {
		out = append(out, e)
		return damage
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func verify(t testing.TB, s audit.Store, kept ...audit.Checkpoint) *audit.Fault {
	t.Helper()
	r, err := audit.New(s, core.SystemClock).Verify(context.Background(), kept...)
	if err != nil {
		t.Fatal(err)
	}
	return r.Fault
}

func TestEntriesComeBackAsTheyWereAppended(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		s := open(t, db)
		if h, err := s.Head(context.Background()); err != nil || h != (audit.Checkpoint{}) {
			t.Errorf("the head of an empty log is %v, %v", h, err)
		}
		stored := fill(t, s, 12)
		for i, e := range stored {
			want := entry(i)
			want.Seq, want.Prev, want.Hash = int64(i+1), e.Prev, e.Hash
			if i > 0 {
				want.Prev = stored[i-1].Hash
			}
			if diff := cmp.Diff(want, e, byAddr); diff != "" {
				t.Errorf("appended (-want +got):\n%s", diff)
			}
		}
		if diff := cmp.Diff(stored, walk(t, s, -5), byAddr); diff != "" {
			t.Errorf("walked (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(stored[7:], walk(t, s, 8), byAddr); diff != "" {
			t.Errorf("walked from 8 (-want +got):\n%s", diff)
		}
		again := open(t, db) // the next start of the program
		if h, err := again.Head(context.Background()); err != nil || h != stored[11].Checkpoint() {
			t.Errorf("head %v, %v", h, err)
		}
		if f := verify(t, again, stored[4].Checkpoint()); f != nil {
			t.Error(f)
		}
	})
}

func TestListSelectsAndPages(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		s := open(t, db)
		all := fill(t, s, 24)
		for name, c := range map[string]struct {
			f    audit.Filter
			keep func(audit.Entry) bool
		}{
			"everything":    {audit.Filter{}, func(audit.Entry) bool { return true }},
			"account":       {audit.Filter{Account: entry(1).Actor.Account}, func(e audit.Entry) bool { return e.Actor.Account == entry(1).Actor.Account }},
			"guest":         {audit.Filter{Guest: entry(0).Actor.Guest}, func(e audit.Entry) bool { return e.Actor.Guest == entry(0).Actor.Guest }},
			"action":        {audit.Filter{Action: "meet.lock"}, func(e audit.Entry) bool { return e.Action == "meet.lock" }},
			"no half word":  {audit.Filter{Action: "meet.lo"}, func(audit.Entry) bool { return false }},
			"module":        {audit.Filter{Action: "meet."}, func(e audit.Entry) bool { return e.Action == "meet.lock" || e.Action == "meet.remove" }},
			"target":        {audit.Filter{Target: "m-2"}, func(e audit.Entry) bool { return e.Target == "m-2" }},
			"outcome":       {audit.Filter{Outcome: audit.Failed}, func(e audit.Entry) bool { return e.Outcome == audit.Failed }},
			"since":         {audit.Filter{Since: entry(5).At}, func(e audit.Entry) bool { return e.Seq >= 6 }},
			"until":         {audit.Filter{Until: entry(5).At}, func(e audit.Entry) bool { return e.Seq < 6 }},
			"before":        {audit.Filter{Before: 4}, func(e audit.Entry) bool { return e.Seq < 4 }},
			"all at once":   {audit.Filter{Action: "auth.", Outcome: audit.OK, Since: entry(1).At, Before: 20}, func(e audit.Entry) bool { return e.Seq == 13 }},
			"hostile text":  {audit.Filter{Target: "' OR '1'='1"}, func(audit.Entry) bool { return false }},
			"percent signs": {audit.Filter{Action: "%."}, func(audit.Entry) bool { return false }},
		} {
			var want []audit.Entry
			for _, e := range slices.Backward(all) {
				if c.keep(e) {
					want = append(want, e)
				}
			}
			c.f.Limit = audit.MaxPage
			got, err := s.List(context.Background(), c.f)
			if diff := cmp.Diff(want, got, byAddr); err != nil || diff != "" {
				t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
			}
		}
		var paged []int64
		for f := (audit.Filter{Limit: 5}); ; f.Before = paged[len(paged)-1] {
			page, err := s.List(context.Background(), f)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, e := range page {
				paged = append(paged, e.Seq)
			}
		}
		slices.Reverse(paged)
		for i, seq := range paged {
			if seq != int64(i+1) {
				t.Fatalf("pages skip or repeat: %v", paged)
			}
		}
		if len(paged) != 24 {
			t.Errorf("%d entries on all pages", len(paged))
		}
	})
}

func TestEightWritersKeepOneChain(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		// Two stores are two processes: inside one, writers queue.
		stores := []*auditsql.Store{open(t, testkit.Open(t, url)), open(t, testkit.Open(t, url))}
		const writers, each = 8, 25
		var wg sync.WaitGroup
		for w := range writers {
			log := audit.New(stores[w%2], core.SystemClock)
			wg.Go(func() {
				for i := range each {
					if err := log.Record(context.Background(), "meet.lock", fmt.Sprint(w, ".", i), audit.OK, nil); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if f := verify(t, stores[0]); f != nil {
			t.Error(f)
		}
		seen := map[string]int{}
		for _, e := range walk(t, stores[1], 1) {
			seen[e.Target]++
		}
		if len(seen) != writers*each {
			t.Errorf("%d of %d entries", len(seen), writers*each)
		}
	})
}

func TestAnAppendThatFailsLeavesTheChainAsItWas(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		s := open(t, db)
		fill(t, s, 3)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := s.Append(ctx, entry(3)); err == nil {
			t.Error("appended for a caller that is gone")
		}
		fill(t, s, 1)
		if f := verify(t, s); f != nil {
			t.Error(f)
		}
	})
}

// BenchmarkVerify reports the cost of one entry in a log of 20,000.
func BenchmarkVerify(b *testing.B) {
	const n = 20_000
	for _, engine := range []sqldb.Engine{sqldb.EngineSQLite, sqldb.EnginePostgres} {
		b.Run("engine="+engine.String(), func(b *testing.B) {
			url := testkit.SQLite(b)
			if engine == sqldb.EnginePostgres {
				url = testkit.Postgres(b)
			}
			s := open(b, testkit.Open(b, url))
			fill(b, s, n)
			b.ReportAllocs()
			for b.Loop() {
				if f := verify(b, s); f != nil {
					b.Fatal(f)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/entry")
		})
	}
}
