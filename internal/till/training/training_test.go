package training_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/testkit"
	"yakusho/internal/till"
	"yakusho/internal/till/jpqr"
	"yakusho/internal/till/tilltest"
	"yakusho/internal/till/training"
)

func taken(p *training.Provider) func(till.Attempt) core.Money {
	return func(a till.Attempt) core.Money {
		x, err := p.Look(a.ID)
		if err != nil {
			return 0
		}
		return x.Taken
	}
}

func TestPretendWalletHoldsToWhatTheDriverReliesOn(t *testing.T) {
	t.Parallel()
	t.Run("by a code we show", func(t *testing.T) {
		t.Parallel()
		tilltest.RunProvider(t, func(*testing.T) *tilltest.Stage {
			clock := testkit.NewClock(time.Time{})
			p := training.New(training.Options{Clock: clock.Now})
			return &tilltest.Stage{
				Provider: p, Clock: clock, Way: till.WayShow, Wallet: till.WalletTraining, Taken: taken(p),
				Pay:     func(a till.Attempt) error { return p.Choose(a.ID, training.Pay) },
				Decline: func(a till.Attempt) error { return p.Choose(a.ID, training.Decline) },
			}
		})
	})
	t.Run("by a code the customer shows", func(t *testing.T) {
		t.Parallel()
		tilltest.RunProvider(t, func(t *testing.T) *tilltest.Stage {
			t.Helper()
			clock := testkit.NewClock(time.Time{})
			p := training.New(training.Options{Clock: clock.Now})
			next := training.Pay
			return &tilltest.Stage{
				Provider: p, Clock: clock, Way: till.WayScan, Wallet: till.WalletTraining, Taken: taken(p),
				Decline: func(till.Attempt) error { next = training.Decline; return nil },
				Code: func() string {
					c, err := p.NewCode(next)
					if err != nil {
						t.Fatal(err)
					}
					return c.Text
				},
			}
		})
	})
	t.Run("in silence", func(t *testing.T) {
		t.Parallel()
		tilltest.RunProvider(t, func(*testing.T) *tilltest.Stage {
			clock := testkit.NewClock(time.Time{})
			p := training.New(training.Options{Clock: clock.Now, Quiet: 3 * time.Second})
			return &tilltest.Stage{
				Provider: impatient{p, clock}, Clock: clock, Way: till.WayShow, Wallet: till.WalletTraining, Taken: taken(p),
				Pay:     func(a till.Attempt) error { return p.Choose(a.ID, training.PaySilent) },
				Decline: func(a till.Attempt) error { return p.Choose(a.ID, training.DeclineSilent) },
			}
		})
	})
}

// impatient lets a second go by at every question, so that the silence ends.
type impatient struct {
	*training.Provider
	clock *testkit.Clock
}

func (i impatient) Query(ctx context.Context, a till.Attempt) (till.Answer, error) {
	i.clock.Advance(time.Second)
	return i.Provider.Query(ctx, a)
}

func start(t testing.TB, p *training.Provider, clock *testkit.Clock, way till.Way, code string) (till.Attempt, till.Answer, error) {
	t.Helper()
	a := till.Attempt{ID: core.NewID(clock.Now()), Provider: training.Name, Way: way, Wallet: till.WalletTraining, Amount: 600, Training: true, State: till.AttemptCreated, CreatedAt: clock.Now()}
	ans, err := p.Start(t.Context(), till.Order{Attempt: a, Code: code, Wallets: []string{till.WalletTraining}, Title: "住民票の写し", Counter: "市民課 1番窓口"})
	return a, ans, err
}

func TestBadRadioIsUnknownAtFirstAndKnownLater(t *testing.T) {
	t.Parallel()
	for choice, want := range map[training.Choice]till.Verdict{training.PaySilent: till.VerdictPaid, training.DeclineSilent: till.VerdictNotPaid} {
		clock := testkit.NewClock(time.Time{})
		p := training.New(training.Options{Clock: clock.Now, Origin: "https://yakusho.example.lg.jp"})
		a, ans, err := start(t, p, clock, till.WayShow, "")
		if err != nil || ans.Show != "https://yakusho.example.lg.jp/practice/pay/"+string(a.ID) {
			t.Fatalf("start shows %q, %v", ans.Show, err)
		}
		if list := p.Waiting(); len(list) != 1 || list[0].Attempt != a.ID || list[0].Title != "住民票の写し" || list[0].Amount != 600 {
			t.Errorf("waiting are %+v", list)
		}
		if err := p.Choose(a.ID, choice); err != nil {
			t.Fatal(err)
		}
		if list := p.Waiting(); len(list) != 0 {
			t.Errorf("it still waits: %+v", list)
		}
		clock.Advance(19 * time.Second)
		if ans, err := p.Query(t.Context(), a); err == nil || ans.Verdict != till.VerdictUnknown {
			t.Errorf("%s: after 19 s it is %s", choice, ans.Verdict)
		}
		clock.Advance(time.Second)
		if ans, err := p.Query(t.Context(), a); err != nil || ans.Verdict != want {
			t.Errorf("%s: after 20 s it is %s, %v", choice, ans.Verdict, err)
		}
	}
}

func TestPretendCodesAreCodesAndAreUsedOnce(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock(time.Time{})
	p := training.New(training.Options{Clock: clock.Now})
	shown := func(c training.Choice) string {
		code, err := p.NewCode(c)
		if err != nil {
			t.Fatal(err)
		}
		return code.Text
	}
	good := shown(training.Pay)
	c, err := jpqr.ParseConsumer(good)
	if err != nil {
		t.Fatalf("the desk does not take %s for a code: %v", good, err)
	}
	if h, ok := jpqr.DefaultHints().Match(c); ok {
		t.Errorf("%s is taken for %s", good, h.Brand)
	}
	late := shown(training.Pay)
	for _, x := range []struct {
		code   string
		want   till.Verdict
		reason string
	}{
		{good, till.VerdictPaid, ""},
		{good, till.VerdictNotPaid, till.ReasonCodeUsed},
		{shown(training.Decline), till.VerdictNotPaid, till.ReasonFunds},
		{"900081818800000000000000", till.VerdictNotPaid, till.ReasonCodeInvalid}, // a real wallet's: nothing is charged
		{shown(training.PaySilent), till.VerdictUnknown, till.ReasonNoAnswer},
	} {
		if _, ans, _ := start(t, p, clock, till.WayScan, x.code); ans.Verdict != x.want || ans.Reason != x.reason {
			t.Errorf("%s: %s (%s), want %s (%s)", x.code, ans.Verdict, ans.Reason, x.want, x.reason)
		}
	}
	clock.Advance(5 * time.Minute)
	if _, ans, _ := start(t, p, clock, till.WayScan, late); ans.Reason != till.ReasonCodeExpired {
		t.Errorf("after five minutes: %s (%s)", ans.Verdict, ans.Reason)
	}
}

func TestRealSalesNeverReachThePretendWallet(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock(time.Time{})
	p := training.New(training.Options{Clock: clock.Now})
	a := till.Attempt{ID: core.NewID(clock.Now()), Way: till.WayShow, Amount: 600}
	ans, err := p.Start(t.Context(), till.Order{Attempt: a, Wallets: []string{till.WalletTraining}})
	if err != nil || ans.Verdict != till.VerdictNotPaid || len(p.Waiting()) != 0 {
		t.Errorf("a real sale: %+v, %v", ans, err)
	}
}

func TestPretendCustomersMistakesAreExplained(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock(time.Time{})
	p := training.New(training.Options{Clock: clock.Now})
	a, _, _ := start(t, p, clock, till.WayShow, "")
	if err := p.Choose(a.ID, "steal"); !errors.Is(err, training.ErrChoice) {
		t.Errorf("an unknown choice: %v", err)
	}
	if err := p.Choose("nobody", training.Pay); !errors.Is(err, training.ErrUnknown) {
		t.Errorf("an unknown payment: %v", err)
	}
	if _, err := p.NewCode(""); !errors.Is(err, training.ErrChoice) {
		t.Errorf("a code without a choice: %v", err)
	}
	clock.Advance(5 * time.Minute)
	if err := p.Choose(a.ID, training.Pay); !errors.Is(err, training.ErrOver) {
		t.Errorf("after five minutes: %v", err)
	}
	if x, err := p.Look(a.ID); err != nil || x.State != training.Over {
		t.Errorf("it looks %+v, %v", x, err)
	}
}

func TestMemoryOfPretendPaymentsIsBounded(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock(time.Time{})
	p := training.New(training.Options{Clock: clock.Now})
	var refused int
	for range 1200 {
		if _, ans, _ := start(t, p, clock, till.WayShow, ""); ans.Reason == till.ReasonBusy {
			refused++
		}
		_, _ = p.NewCode(training.Pay)
	}
	if _, err := p.NewCode(training.Pay); refused != 200 || !errors.Is(err, training.ErrFull) {
		t.Errorf("%d of 1200 refused, codes: %v", refused, err)
	}
	clock.Advance(25 * time.Hour)
	if _, ans, _ := start(t, p, clock, till.WayShow, ""); !strings.HasPrefix(ans.Show, "/practice/pay/") {
		t.Errorf("a day later: %+v", ans)
	}
}
