package audit_test

import (
	"context"
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"yakusho/internal/audit"
	"yakusho/internal/core"
	"yakusho/internal/testkit"
)

// memory is a working Store without a database; tests reach into it. Filters are auditsql's matter.
type memory struct {
	mu      sync.Mutex
	entries []audit.Entry
	head    audit.Checkpoint
	down    error
}

func (m *memory) Append(ctx context.Context, e audit.Entry) (audit.Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := errors.Join(ctx.Err(), m.down); err != nil {
		return audit.Entry{}, err
	}
	e = audit.Link(m.head, e)
	m.entries, m.head = append(m.entries, e), e.Checkpoint()
	return e, nil
}

func (m *memory) List(context.Context, audit.Filter) ([]audit.Entry, error) {
	out := slices.Clone(m.entries)
	slices.Reverse(out)
	return out, nil
}

func (m *memory) Head(context.Context) (audit.Checkpoint, error) { return m.head, nil }

func (m *memory) Walk(_ context.Context, seq int64, each func(audit.Entry, error) error) (audit.Checkpoint, error) {
	for _, e := range m.entries {
		if e.Seq >= seq {
			if err := each(e, nil); err != nil {
				return m.head, err
			}
		}
	}
	return m.head, nil
}

var signedIn = core.Actor{
	Account: "06dq5xk0h8q2v3n4t5w6y7z8a9", Name: "山田 花子", From: netip.MustParseAddr("10.1.2.3"), Request: "r-1",
}

// written returns a log of n entries, a second apart.
func written(t testing.TB, n int) (*audit.Log, *memory) {
	t.Helper()
	store, clock := &memory{}, testkit.NewClock(time.Time{})
	log := audit.New(store, clock.Now)
	ctx := core.WithActor(context.Background(), signedIn)
	for range n {
		if err := log.Record(ctx, "meet.remove", "m-1", audit.OK, map[string]string{"name": "鈴木", "why": "迷惑行為"}); err != nil {
			t.Fatal(err)
		}
		clock.Advance(time.Second)
	}
	return log, store
}

// The hash was computed with Python's hashlib and struct from the package comment alone (testdata/hash.py).
func TestHashOfAKnownEntry(t *testing.T) {
	t.Parallel()
	e := audit.Link(audit.Checkpoint{Seq: 41, Hash: audit.Hash{0xab}}, audit.Entry{
		At:      time.Date(2026, 11, 22, 7, 0, 0, 123456000, time.UTC),
		Actor:   audit.Actor{Account: "06dq5xk0h8q2v3n4t5w6y7z8a9", Name: "山田 花子", Address: netip.MustParseAddr("fd00::1"), Request: "r-1"},
		Action:  "meet.remove",
		Target:  "06dq5xk0h8q2v3n4t5w6y7z8b0",
		Outcome: audit.OK,
		Detail:  map[string]string{"why": "迷惑行為", "name": "鈴木", "名": ""},
	})
	const want = "a1036110d64e05cbc36e1cee48491b1212a42285037e55da59cd2bef01f33c72"
	if got := hex.EncodeToString(e.Hash[:]); got != want || e.Seq != 42 {
		t.Errorf("seq %d, hash %s, want %s", e.Seq, got, want)
	}
}

// text prefers the short and the confusable.
var text = rapid.OneOf(rapid.SampledFrom([]string{"", "a", "b", "ab", "ba", "\x00", "ok", "00000000"}), rapid.String())

func drawEntry(t *rapid.T, name string) audit.Entry {
	addr := rapid.SampledFrom([]string{"", "10.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fe80::1%eth0"}).Draw(t, name+" address")
	a, _ := netip.ParseAddr(addr) // "" is the invalid address
	e := audit.Entry{
		Seq: rapid.Int64().Draw(t, name+" seq"),
		At:  core.FromMicros(rapid.Int64Range(-1<<50, 1<<52).Draw(t, name+" at")),
		Actor: audit.Actor{
			Account: core.ID(text.Draw(t, name+" account")), Guest: core.ID(text.Draw(t, name+" guest")),
			Name: text.Draw(t, name+" name"), Address: a, Request: text.Draw(t, name+" request"),
		},
		Action: text.Draw(t, name+" action"), Target: text.Draw(t, name+" target"), Outcome: text.Draw(t, name+" outcome"),
		Detail: rapid.MapOfN(text, text, 0, 3).Draw(t, name+" detail"),
	}
	copy(e.Prev[:], rapid.SliceOfN(rapid.Byte(), 0, 2).Draw(t, name+" prev"))
	return e
}

func TestDifferentEntriesHaveDifferentEncodings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := drawEntry(t, "a")
		b := a
		// Change some fields, so that the pair is close; independent entries almost never collide anyway.
		other := drawEntry(t, "b")
		for _, f := range rapid.SliceOfN(rapid.IntRange(0, 10), 1, 3).Draw(t, "fields") {
			switch f {
			case 0:
				b.Seq = other.Seq
			case 1:
				b.At = other.At
			case 2:
				b.Actor.Account = other.Actor.Account
			case 3:
				b.Actor.Guest = other.Actor.Guest
			case 4:
				b.Actor.Name = other.Actor.Name
			case 5:
				b.Actor.Address = other.Actor.Address
			case 6:
				b.Actor.Request, b.Action = a.Action, a.Actor.Request
			case 7:
				b.Target, b.Outcome = a.Outcome, a.Target
			case 8:
				b.Detail = other.Detail
			case 9:
				b.Prev = other.Prev
			case 10: // keys and values change places
				b.Detail = map[string]string{}
				for k, v := range a.Detail {
					b.Detail[v] = k
				}
			}
		}
		same := cmp.Equal(a, b, cmpopts.EquateEmpty(), cmpopts.EquateComparable(netip.Addr{}))
		if encoded := string(a.Encode()) == string(b.Encode()); encoded != same {
			t.Fatalf("equal entries: %v, equal encodings: %v", same, encoded)
		}
	})
}

func TestRecordTakesTheActorFromTheContext(t *testing.T) {
	t.Parallel()
	_, store := written(t, 2)
	want := audit.Entry{
		Seq: 2, At: time.Date(2026, 9, 30, 23, 30, 1, 0, time.UTC),
		Actor:  audit.Actor{Account: signedIn.Account, Name: "山田 花子", Address: signedIn.From, Request: "r-1"},
		Action: "meet.remove", Target: "m-1", Outcome: "ok",
		Detail: map[string]string{"name": "鈴木", "why": "迷惑行為"},
		Prev:   store.entries[0].Hash, Hash: store.entries[1].Hash,
	}
	if diff := cmp.Diff(want, store.entries[1], cmpopts.EquateComparable(netip.Addr{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRecordDoesNotStopWhenTheCallerHangsUp(t *testing.T) {
	t.Parallel()
	log, store := written(t, 0)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := log.Record(ctx, "auth.signin", "", audit.Refused, nil); err != nil || len(store.entries) != 1 {
		t.Errorf("%v, %d entries", err, len(store.entries))
	}
}

func TestRecordReportsAStoreThatIsFull(t *testing.T) {
	t.Parallel()
	log, store := written(t, 0)
	store.down = core.Unavailable("disk_full", "空きがありません。")
	if err := log.Record(context.Background(), "auth.signin", "", audit.OK, nil); core.KindOf(err) != core.KindUnavailable {
		t.Errorf("got %v", err)
	}
}

func TestRecordRefusesMalformedActionsAndOutcomes(t *testing.T) {
	t.Parallel()
	log, store := written(t, 0)
	for _, c := range [][2]string{{"", "ok"}, {"signin", "ok"}, {"Auth.signin", "ok"}, {"auth.", "ok"}, {"auth.sign in", "ok"}, {"auth.signin", "fine"}, {"auth.signin", ""}} {
		if err := log.Record(context.Background(), c[0], "", c[1], nil); err == nil {
			t.Errorf("%q was recorded", c)
		}
	}
	if len(store.entries) != 0 {
		t.Errorf("%d entries", len(store.entries))
	}
}

func TestHostileTextIsMadeStorable(t *testing.T) {
	t.Parallel()
	log, store := written(t, 0)
	ctx := core.WithActor(context.Background(), core.Actor{Name: "a\x00b\xffc"})
	long := strings.Repeat("長", 5_000_000)
	if err := log.Record(ctx, "auth.signin", long, audit.Refused, map[string]string{"login": long}); err != nil {
		t.Fatal(err)
	}
	e := store.entries[0]
	if e.Actor.Name != "a\uFFFDb\uFFFDc" {
		t.Errorf("name %q", e.Actor.Name)
	}
	for _, s := range []string{e.Target, e.Detail["login"]} {
		if len(s) > audit.MaxText || !utf8.ValidString(s) || !strings.HasSuffix(s, "長…") {
			t.Errorf("%d bytes, ends in %q", len(s), s[len(s)-8:])
		}
	}
}

func TestSecretsDoNotReachTheLog(t *testing.T) {
	t.Parallel()
	detail := map[string]string{}
	secret := []string{
		"password", "Password", "new_password", "newPassword", "newpassword", "old-passwd", "pin", "PIN", "meeting_pin", "meetingPIN",
		"token", "join token", "accesstoken", "jwt", "secret", "cookie", "session", "session_id", "csrf", "Authorization", "apiKey", "パスワード", "暗証番号",
	}
	open := []string{"login", "ping", "pinned", "opinion", "reason", "sessions", "monkey", "keyboard", "name", "passage", "roles"}
	for _, k := range slices.Concat(secret, open) {
		detail[k] = "1234"
	}
	log, store := written(t, 0)
	if err := log.Record(context.Background(), "auth.signin", "", audit.OK, detail); err != nil {
		t.Fatal(err)
	}
	got := store.entries[0].Detail
	for _, k := range secret {
		if got[k] != "***" {
			t.Errorf("%s = %q", k, got[k])
		}
	}
	for _, k := range open {
		if got[k] != "1234" {
			t.Errorf("%s = %q", k, got[k])
		}
	}
	if detail["pin"] != "1234" {
		t.Error("the caller's map was changed")
	}
}

func TestVerifyAcceptsWhatWasWritten(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 50} {
		log, _ := written(t, n)
		c, err := log.Checkpoint(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		r, err := log.Verify(context.Background(), c, audit.Checkpoint{})
		if err != nil || r.Fault != nil || r.Entries != int64(n) || r.Head != c {
			t.Errorf("%d entries: %v, %+v", n, err, r)
		}
	}
}

func TestVerifyFindsARewrittenChainByACheckpointAlone(t *testing.T) {
	t.Parallel()
	log, store := written(t, 20)
	before, _ := log.Checkpoint(context.Background())
	early := store.entries[3].Checkpoint()

	// A meddler with the program at hand changes the tenth entry and computes everything anew.
	old := store.entries
	store.entries, store.head = nil, audit.Checkpoint{}
	for i, e := range old {
		if i == 9 {
			e.Actor.Name = "だれか"
		}
		if _, err := store.Append(context.Background(), e); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		kept []audit.Checkpoint
		want *audit.Fault
	}{
		{nil, nil},
		{[]audit.Checkpoint{early}, nil}, // from before the change
		{[]audit.Checkpoint{before, early}, &audit.Fault{Seq: 20, Cause: audit.Rewritten}},
		{[]audit.Checkpoint{{Seq: 25, Hash: before.Hash}}, &audit.Fault{Seq: 21, Cause: audit.Truncated}},
	} {
		r, err := log.Verify(context.Background(), c.kept...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, r.Fault, cmpopts.IgnoreFields(audit.Fault{}, "Why")); diff != "" {
			t.Errorf("kept %v (-want +got):\n%s", c.kept, diff)
		}
		if r.Fault != nil && !strings.HasSuffix(r.Fault.Message(), "。") {
			t.Errorf("message %q", r.Fault.Message())
		}
	}
}

func TestListRefusesHugePages(t *testing.T) {
	t.Parallel()
	log, _ := written(t, 1)
	for _, n := range []int{-1, audit.MaxPage + 1} {
		if _, err := log.List(context.Background(), audit.Filter{Limit: n}); core.KindOf(err) != core.KindInvalid {
			t.Errorf("limit %d: %v", n, err)
		}
	}
	if got, err := log.List(context.Background(), audit.Filter{}); err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestCheckpointsSurviveBeingTyped(t *testing.T) {
	t.Parallel()
	log, _ := written(t, 3)
	c, err := log.Checkpoint(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	line := c.String()
	if want := "yakusho-audit-1 seq=3 at=2026-09-30T23:30:02.000000Z sha256="; !strings.HasPrefix(line, want) {
		t.Errorf("the line is %q", line)
	}
	typed := "  " + strings.Replace(strings.Replace(line, " ", "   ", 1), line[len(line)-64:], strings.ToUpper(line[len(line)-64:]), 1) + "\n"
	for _, s := range []string{line, typed, audit.Checkpoint{}.String()} {
		got, err := audit.ParseCheckpoint(s)
		if err != nil || (got != c && got != audit.Checkpoint{}) {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "yakusho-audit-1", line[:len(line)-1], line + "0", strings.Replace(line, "seq=3", "seq=-3", 1), strings.Replace(line, "seq=3", "seq=0", 1), strings.Replace(line, "2026-09", "2026-13", 1), strings.Replace(line, "-1", "-2", 1)} {
		if _, err := audit.ParseCheckpoint(s); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func FuzzParseCheckpoint(f *testing.F) {
	f.Add(audit.Checkpoint{}.String())
	f.Add(audit.Checkpoint{Seq: 3, At: time.Unix(1, 5000), Hash: audit.Hash{1}}.String())
	f.Fuzz(func(t *testing.T, s string) {
		c, err := audit.ParseCheckpoint(s)
		if err != nil {
			return
		}
		if again, err := audit.ParseCheckpoint(c.String()); err != nil || again != c {
			t.Errorf("%q became %v, then %v (%v)", s, c, again, err)
		}
	})
}
