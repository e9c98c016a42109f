package static_test

import (
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/testkit"
	"yakusho/internal/till"
	"yakusho/internal/till/static"
	"yakusho/internal/till/tilltest"
)

func TestStickerHoldsToWhatTheDriverReliesOn(t *testing.T) {
	t.Parallel()
	tilltest.RunProvider(t, func(*testing.T) *tilltest.Stage {
		return &tilltest.Stage{
			Provider: static.Sticker{}, Clock: testkit.NewClock(time.Time{}), Way: till.WaySticker, Wallet: "paypay",
			Taken: func(till.Attempt) core.Money { return 0 }, // nobody can know
		}
	})
}

func TestCashHoldsToWhatTheDriverReliesOn(t *testing.T) {
	t.Parallel()
	tilltest.RunProvider(t, func(*testing.T) *tilltest.Stage {
		clock := testkit.NewClock(time.Time{})
		return &tilltest.Stage{
			Provider: static.NewCash(clock.Now), Clock: clock, Way: till.WayCash, Wallet: till.WalletCash,
			Taken: func(a till.Attempt) core.Money { return a.Amount }, // it is in the drawer
		}
	})
}

func TestStickerNeverSaysPaidAndKeepsWhoseFileItIsIn(t *testing.T) {
	t.Parallel()
	a := till.Attempt{ID: "01k6f5v8s1e9n5r2w4x6y8z0ab", Provider: till.StickerProvider, Way: till.WaySticker, Wallet: "paypay", Amount: 600, Thread: "paypay", State: till.AttemptCreated}
	now := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	s := static.Sticker{}
	ans, err := s.Start(t.Context(), till.Order{Attempt: a})
	if err != nil {
		t.Fatal(err)
	}
	a = till.DefaultPatience().Hear(a, till.AskNothing, ans, s.Terms(a), now)
	if a.State != till.AttemptSent || a.Settles() != "paypay" || !a.NextAt.IsZero() {
		t.Errorf("after start it is %s, settled by %q, looked at again %v", a.State, a.Settles(), a.NextAt)
	}
	ans, err = s.Query(t.Context(), a)
	if err != nil || ans.Verdict != till.VerdictWaiting {
		t.Errorf("query says %s, %v", ans.Verdict, err)
	}
}

func TestCashThatAPowerCutLeftBehindIsPaidOnceTheDriverLooks(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock(time.Time{})
	c := static.NewCash(clock.Now)
	a := till.Attempt{ID: core.NewID(clock.Now()), Provider: static.CashName, Way: till.WayCash, Amount: 600, State: till.AttemptCreated, CreatedAt: clock.Now()}
	paidAt := clock.Now()
	clock.Advance(time.Hour)
	p := till.DefaultPatience()
	if ask := p.Next(a, c.Terms(a), clock.Now()); ask != till.AskQuery {
		t.Fatalf("the driver asks %q", ask)
	}
	ans, err := c.Query(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	if a = p.Hear(a, till.AskQuery, ans, c.Terms(a), clock.Now()); a.State != till.AttemptPaid || !a.PaidAt.Equal(paidAt) {
		t.Errorf("it is %s, paid at %v", a.State, a.PaidAt)
	}
}

func TestEachTakesItsOwnWayOnly(t *testing.T) {
	t.Parallel()
	o := till.Order{Attempt: till.Attempt{Way: till.WayShow, Amount: 600}}
	for _, p := range []till.Provider{static.Sticker{}, static.NewCash(core.SystemClock)} {
		if ans, err := p.Start(t.Context(), o); err != nil || ans.Verdict != till.VerdictNotPaid || ans.Reason != till.ReasonSetup {
			t.Errorf("%s: %+v, %v", p.Name(), ans, err)
		}
	}
}
