package authsql_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"yakusho/internal/auth"
	"yakusho/internal/auth/authsql"
	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
)

var cmpAddr = cmp.Comparer(func(a, b netip.Addr) bool { return a == b })

// eachStore runs f on both engines with an empty store.
func eachStore(t *testing.T, f func(t *testing.T, s *authsql.Store)) {
	t.Helper()
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		s, err := authsql.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		f(t, s)
	})
}

func now() time.Time { return time.Date(2026, 10, 1, 0, 0, 0, 123456000, time.UTC) }

func account(login string, roles ...core.Role) auth.Account {
	return auth.Account{
		ID: core.NewID(now()), Person: core.NewID(now()), Login: login, Name: "𠮷田 " + login,
		Roles: roles, CreatedAt: now(),
	}
}

func open(t *testing.T, s *authsql.Store, a auth.Account) auth.Account {
	t.Helper()
	if err := s.Open(t.Context(), a, "hash of "+a.Login); err != nil {
		t.Fatal(err)
	}
	return a
}

func session(a auth.Account, secret string) auth.Session {
	return auth.Session{
		Hash: auth.HashSecret(secret), Account: a.ID, CreatedAt: now(), SeenAt: now(), ExpiresAt: now().Add(time.Hour),
		Address: netip.MustParseAddr("10.20.0.7"), Agent: "Edge",
	}
}

func begin(t *testing.T, s *authsql.Store, a auth.Account, secret string) auth.Session {
	t.Helper()
	n := session(a, secret)
	if _, err := s.Begin(t.Context(), n, "hash of "+a.Login, ""); err != nil {
		t.Fatal(err)
	}
	return n
}

func want(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("error %v, want %v", err, target)
	}
}

func TestWhatIsStoredComesBack(t *testing.T) {
	eachStore(t, func(t *testing.T, s *authsql.Store) {
		b := open(t, s, account("b", core.RoleOrganiser, core.RoleStaff))
		a := account("a", core.RoleAdmin)
		a.MustChange, a.LoopbackOnly, a.Disabled = true, true, true
		open(t, s, a)
		got, err := s.Accounts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]auth.Account{a, b}, got); d != "" {
			t.Error(d)
		}
		one, hash, err := s.ByLogin(t.Context(), "b")
		if d := cmp.Diff(b, one); d != "" || hash != "hash of b" || err != nil {
			t.Errorf("%s, hash %q, %v", d, hash, err)
		}
		_, _, err = s.ByLogin(t.Context(), "nobody")
		want(t, err, auth.ErrNoAccount)
		want(t, s.Open(t.Context(), account("b", core.RoleStaff), "x"), auth.ErrLoginTaken)
		if list, _ := s.Accounts(t.Context()); len(list) != 2 {
			t.Errorf("the refused account was kept: %v", list)
		}
	})
}

func TestASessionLivesFromBeginToEnd(t *testing.T) {
	eachStore(t, func(t *testing.T, s *authsql.Store) {
		ctx := t.Context()
		a := open(t, s, account("a", core.RoleStaff))
		n := begin(t, s, a, "one")
		a.LastSignIn = now()
		got, whose, err := s.Find(ctx, n.Hash)
		if d := cmp.Diff(n, got, cmpAddr) + cmp.Diff(a, whose); d != "" || err != nil {
			t.Errorf("%s %v", d, err)
		}
		n.SeenAt, n.ExpiresAt = now().Add(time.Minute), now().Add(2*time.Hour)
		if err := s.Touch(ctx, n.Hash, n.SeenAt, n.ExpiresAt); err != nil {
			t.Fatal(err)
		}
		// A touch that comes late does not shorten the session.
		if err := s.Touch(ctx, n.Hash, now(), now()); err != nil {
			t.Fatal(err)
		}
		if got, _, err = s.Find(ctx, n.Hash); cmp.Diff(n, got, cmpAddr) != "" || err != nil {
			t.Errorf("after touch: %s %v", cmp.Diff(n, got, cmpAddr), err)
		}
		ended, err := s.End(ctx, n.Hash, now())
		if d := cmp.Diff([]auth.Ended{{Account: a.ID, Session: n.Hash}}, ended); d != "" || err != nil {
			t.Errorf("%s %v", d, err)
		}
		_, _, err = s.Find(ctx, n.Hash)
		want(t, err, auth.ErrNoSession)
		if ended, err = s.End(ctx, n.Hash, now()); len(ended) != 0 || err != nil {
			t.Errorf("ended twice: %v %v", ended, err)
		}
		if err := s.Touch(ctx, n.Hash, now().Add(time.Hour), now().Add(9*time.Hour)); err != nil {
			t.Fatal(err)
		}
		_, _, err = s.Find(ctx, n.Hash)
		want(t, err, auth.ErrNoSession)
	})
}

func TestBeginEndsTheSessionItReplacesAndNoOther(t *testing.T) {
	eachStore(t, func(t *testing.T, s *authsql.Store) {
		a, b := open(t, s, account("a", core.RoleStaff)), open(t, s, account("b", core.RoleStaff))
		old, other := begin(t, s, a, "old"), begin(t, s, a, "other")
		ended, err := s.Begin(t.Context(), session(b, "new"), "hash of b", old.Hash)
		if d := cmp.Diff([]auth.Ended{{Account: a.ID, Session: old.Hash}}, ended); d != "" || err != nil {
			t.Errorf("%s %v", d, err)
		}
		if _, _, err := s.Find(t.Context(), other.Hash); err != nil {
			t.Errorf("the other browser: %v", err)
		}
	})
}

func TestNoSessionBeginsOnWhatIsNoLongerSo(t *testing.T) {
	eachStore(t, func(t *testing.T, s *authsql.Store) {
		ctx := t.Context()
		open(t, s, account("boss", core.RoleAdmin))
		reset, off := open(t, s, account("reset", core.RoleStaff)), open(t, s, account("off", core.RoleStaff))
		kept := begin(t, s, reset, "kept")
		if _, _, err := s.Reset(ctx, reset.ID, "temporary", now()); err != nil {
			t.Fatal(err)
		}
		yes := true
		if _, _, _, err := s.Change(ctx, off.ID, auth.Change{Disabled: &yes}, now()); err != nil {
			t.Fatal(err)
		}
		for _, a := range []auth.Account{reset, off, account("gone", core.RoleStaff)} {
			_, err := s.Begin(ctx, session(a, "late "+a.Login), "hash of "+a.Login, kept.Hash)
			want(t, err, auth.ErrStale)
			_, err = s.Renew(ctx, session(a, "late "+a.Login), "hash of "+a.Login, "mine now")
			want(t, err, auth.ErrStale)
			_, _, err = s.Find(ctx, auth.HashSecret("late "+a.Login))
			want(t, err, auth.ErrNoSession)
		}
	})
}

func TestOnlySessionsThatHaveEndedAreOver(t *testing.T) {
	eachStore(t, func(t *testing.T, s *authsql.Store) {
		ctx := t.Context()
		a, b := open(t, s, account("a", core.RoleStaff)), open(t, s, account("b", core.RoleStaff))
		one, two, others := begin(t, s, a, "one"), begin(t, s, a, "two"), begin(t, s, b, "b")
		held := []string{one.Hash, others.Hash, "pass of a guest", two.Hash}
		for i := range 1000 { // more than one statement holds
			held = append(held, auth.HashSecret(fmt.Sprint(i)))
		}
		for _, none := range [][]string{held, nil} {
			if over, err := s.Over(ctx, none); len(over) != 0 || err != nil {
				t.Errorf("nothing has ended: %q %v", over, err)
			}
		}
		if _, _, err := s.Reset(ctx, a.ID, "temporary", now()); err != nil {
			t.Fatal(err)
		}
		over, err := s.Over(ctx, held)
		if d := cmp.Diff([]string{one.Hash, two.Hash}, over, cmpopts.SortSlices(strings.Compare)); d != "" || err != nil {
			t.Error(d, err)
		}
	})
}

func TestResetMarksTheAccountAndEndsItsSessions(t *testing.T) {
	eachStore(t, func(t *testing.T, s *authsql.Store) {
		ctx := t.Context()
		a, b := open(t, s, account("a", core.RoleStaff)), open(t, s, account("b", core.RoleStaff))
		one, two, others := begin(t, s, a, "one"), begin(t, s, a, "two"), begin(t, s, b, "b")
		got, ended, err := s.Reset(ctx, a.ID, "temporary", now())
		if err != nil || !got.MustChange || got.Login != "a" {
			t.Errorf("%+v %v", got, err)
		}
		if d := cmp.Diff([]auth.Ended{{Account: a.ID, Session: one.Hash}, {Account: a.ID, Session: two.Hash}}, ended, cmpopts.SortSlices(func(x, y auth.Ended) bool { return x.Session < y.Session })); d != "" {
			t.Error(d)
		}
		if _, hash, _ := s.ByLogin(ctx, "a"); hash != "temporary" {
			t.Errorf("hash is %q", hash)
		}
		if _, _, err := s.Find(ctx, others.Hash); err != nil {
			t.Errorf("another's session: %v", err)
		}
		_, _, err = s.Reset(ctx, core.NewID(now()), "x", now())
		want(t, err, auth.ErrNoAccount)

		// The owner changes it and goes on in a session of his own.
		n := session(a, "mine")
		if _, err := s.Renew(ctx, n, "temporary", "chosen"); err != nil {
			t.Fatal(err)
		}
		_, a2, err := s.Find(ctx, n.Hash)
		if err != nil || a2.MustChange {
			t.Errorf("%+v %v", a2, err)
		}
		if ended, err = s.EndAll(ctx, a.ID, now()); len(ended) != 1 || err != nil {
			t.Errorf("EndAll: %v %v", ended, err)
		}
		_, err = s.EndAll(ctx, core.NewID(now()), now())
		want(t, err, auth.ErrNoAccount)
	})
}

func TestRehashTouchesOnlyTheHashItKnew(t *testing.T) {
	eachStore(t, func(t *testing.T, s *authsql.Store) {
		a := open(t, s, account("a", core.RoleStaff))
		for _, step := range []struct{ from, to, want string }{
			{"something else", "x", "hash of a"},
			{"hash of a", "stronger", "stronger"},
		} {
			if err := s.Rehash(t.Context(), a.ID, step.from, step.to); err != nil {
				t.Fatal(err)
			}
			if _, got, _ := s.ByLogin(t.Context(), "a"); got != step.want {
				t.Errorf("hash %q, want %q", got, step.want)
			}
		}
	})
}

func TestChangeKeepsAnEnabledAdmin(t *testing.T) {
	eachStore(t, func(t *testing.T, s *authsql.Store) {
		ctx := t.Context()
		boss := open(t, s, account("boss", core.RoleAdmin, core.RoleStaff))
		off := account("off", core.RoleAdmin)
		off.Disabled = true
		open(t, s, off)
		staff := open(t, s, account("staff", core.RoleStaff))
		yes, no, name := true, false, "髙橋 誠"
		for what, c := range map[string]auth.Change{
			"demoted":  {Roles: []core.Role{core.RoleStaff}},
			"disabled": {Disabled: &yes},
		} {
			_, _, _, err := s.Change(ctx, boss.ID, c, now())
			if !errors.Is(err, auth.ErrLastAdmin) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if a, _, _ := s.ByLogin(ctx, "boss"); cmp.Diff(boss, a) != "" {
			t.Errorf("the refused change was kept: %s", cmp.Diff(boss, a))
		}
		n := begin(t, s, staff, "s")
		before, after, ended, err := s.Change(ctx, staff.ID, auth.Change{Name: &name, Disabled: &yes}, now())
		if before.Name != staff.Name || after.Name != name || !after.Disabled || err != nil {
			t.Errorf("%+v → %+v %v", before, after, err)
		}
		if d := cmp.Diff([]auth.Ended{{Account: staff.ID, Session: n.Hash}}, ended); d != "" {
			t.Error(d)
		}
		if _, _, _, err := s.Change(ctx, off.ID, auth.Change{Disabled: &no}, now()); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := s.Change(ctx, boss.ID, auth.Change{Roles: []core.Role{core.RoleStaff}}, now()); err != nil {
			t.Errorf("with a second admin: %v", err)
		}
		_, _, _, err = s.Change(ctx, core.NewID(now()), auth.Change{}, now())
		want(t, err, auth.ErrNoAccount)
	})
}

func TestTwoAdminsWhoDemoteEachOtherAtOnceLeaveOne(t *testing.T) {
	eachStore(t, func(t *testing.T, s *authsql.Store) {
		for round := range 10 {
			a := open(t, s, account(fmt.Sprintf("a%d", round), core.RoleAdmin))
			b := open(t, s, account(fmt.Sprintf("b%d", round), core.RoleAdmin))
			// Earlier rounds leave an admin: he goes first.
			list, err := s.Accounts(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			staff := auth.Change{Roles: []core.Role{core.RoleStaff}}
			for _, x := range list {
				if x.ID != a.ID && x.ID != b.ID && x.Has(core.RoleAdmin) {
					if _, _, _, err := s.Change(t.Context(), x.ID, staff, now()); err != nil {
						t.Fatal(err)
					}
				}
			}
			errs := make([]error, 2)
			var wg sync.WaitGroup
			for i, id := range []core.ID{a.ID, b.ID} {
				wg.Go(func() { _, _, _, errs[i] = s.Change(t.Context(), id, staff, now()) })
			}
			wg.Wait()
			lost := 0
			for _, err := range errs {
				if errors.Is(err, auth.ErrLastAdmin) {
					lost++
				} else if err != nil {
					t.Fatal(err)
				}
			}
			if lost != 1 {
				t.Fatalf("round %d: %v, %v; want exactly one ErrLastAdmin", round, errs[0], errs[1])
			}
		}
	})
}

func TestSetupWorksOnceAndOnlyInAnEmptyStore(t *testing.T) {
	eachStore(t, func(t *testing.T, s *authsql.Store) {
		ctx := t.Context()
		if empty, err := s.Empty(ctx); !empty || err != nil {
			t.Fatal(empty, err)
		}
		want(t, s.Found(ctx, "never offered", account("x", core.RoleAdmin), "h"), auth.ErrSetupToken)
		for _, token := range []string{"first", "second"} {
			if err := s.Offer(ctx, token, now()); err != nil {
				t.Fatal(err)
			}
		}
		want(t, s.Found(ctx, "first", account("x", core.RoleAdmin), "h"), auth.ErrSetupToken)

		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wg.Go(func() { errs[i] = s.Found(ctx, "second", account(fmt.Sprintf("admin%d", i), core.RoleAdmin), "h") })
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, auth.ErrSetupDone):
				t.Errorf("the others get %v, want ErrSetupDone", err)
			}
		}
		list, _ := s.Accounts(ctx)
		if won != 1 || len(list) != 1 {
			t.Errorf("%d won, %d accounts", won, len(list))
		}
		want(t, s.Offer(ctx, "third", now()), auth.ErrSetupDone)
		want(t, s.Found(ctx, "third", account("y", core.RoleAdmin), "h"), auth.ErrSetupDone)
		if empty, err := s.Empty(ctx); empty || err != nil {
			t.Error(empty, err)
		}
	})
}

func TestSweepEndsWhatExpiredAndForgetsWhatIsOld(t *testing.T) {
	eachStore(t, func(t *testing.T, s *authsql.Store) {
		ctx := t.Context()
		a := open(t, s, account("a", core.RoleStaff))
		n := begin(t, s, a, "one")
		from, elsewhere := n.Address, netip.MustParseAddr("10.20.0.8")
		known := func(addr netip.Addr) bool {
			k, err := s.Known(ctx, a.ID, addr)
			if err != nil {
				t.Fatal(err)
			}
			return k
		}
		early := now().Add(-time.Hour)
		if ended, err := s.Sweep(ctx, now().Add(time.Hour-time.Microsecond), early); len(ended) != 0 || err != nil {
			t.Errorf("before its time: %v %v", ended, err)
		}
		ended, err := s.Sweep(ctx, now().Add(time.Hour), early)
		if d := cmp.Diff([]auth.Ended{{Account: a.ID, Session: n.Hash}}, ended); d != "" || err != nil {
			t.Errorf("%s %v", d, err)
		}
		if !known(from) || !known(netip.MustParseAddr("::ffff:10.20.0.7")) || known(elsewhere) || known(netip.Addr{}) {
			t.Error("the address of an ended session is known, and no other")
		}
		if _, err := s.Sweep(ctx, now().Add(48*time.Hour), now().Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if known(from) {
			t.Error("the forgotten session still vouches for its address")
		}
	})
}

func TestManySignInsAtOnceAllGetASession(t *testing.T) {
	eachStore(t, func(t *testing.T, s *authsql.Store) {
		a := open(t, s, account("a", core.RoleStaff))
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				n := session(a, fmt.Sprint(i))
				if _, err := s.Begin(t.Context(), n, "hash of a", ""); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		ended, err := s.EndAll(t.Context(), a.ID, now())
		if len(ended) != 8 || err != nil {
			t.Errorf("%d sessions, %v; want 8", len(ended), err)
		}
	})
}

func TestSessionsSurviveARestart(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		var hash string
		for start := range 2 {
			db, err := sqldb.Open(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			s, err := authsql.Open(t.Context(), db)
			if err != nil {
				t.Fatal(err)
			}
			if start == 0 {
				hash = begin(t, s, open(t, s, account("a", core.RoleStaff)), "one").Hash
			} else if _, a, err := s.Find(t.Context(), hash); a.Login != "a" || err != nil {
				t.Errorf("after the restart: %+v %v", a, err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestAccountQueriesCarryNoHash(t *testing.T) {
	eachStore(t, func(t *testing.T, s *authsql.Store) {
		open(t, s, account("a", core.RoleStaff))
		list, err := s.Accounts(t.Context())
		if err != nil || strings.Contains(fmt.Sprintf("%+v", list), "hash of") {
			t.Errorf("%+v %v", list, err)
		}
	})
}
