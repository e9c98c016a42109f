package till_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/testkit"
	"yakusho/internal/till"
	"yakusho/internal/till/static"
)

var errSilence = errors.New("no answer")

// left makes an attempt that a server left behind in a state, as a power cut would.
func (h *house) left(s till.Session, state till.AttemptState) till.Attempt {
	h.t.Helper()
	switch state {
	case till.AttemptCreated:
		sale := h.sale(s, 1)
		now := h.clock.Now()
		a, err := h.store.AddAttempt(ctx, till.Command{}, till.Attempt{
			ID: core.NewID(now), Sale: sale.ID, Session: s.ID, Provider: "paypay", Way: till.WayShow, Wallet: "paypay", Amount: sale.Total,
			State: till.AttemptCreated, CreatedAt: now, NextAt: now.Add(45 * time.Second),
		}, till.Event{})
		h.must(err)
		return a
	case till.AttemptUnknown:
		h.paypay.says("start", till.Answer{}, errSilence)
		defer h.paypay.does("start", nil)
		return h.charge(h.sale(s, 1), show())
	case till.AttemptCancelling:
		a, err := h.desk.Cancel(clerk, key(), h.charge(h.sale(s, 1), show()).ID)
		h.must(err)
		return a
	case till.AttemptUnresolved:
		_, a := h.lost(s, 1)
		return a
	default:
		return h.charge(h.sale(s, 1), show())
	}
}

// liveStates are all of them; the one that takes a while to get into comes first, because the driver looks at all.
func liveStates() []till.AttemptState {
	return []till.AttemptState{till.AttemptUnresolved, till.AttemptCreated, till.AttemptSent, till.AttemptUnknown, till.AttemptCancelling}
}

// TestARestartTakesUpWhatWasLeftInAnyState gives each attempt to a new driver that finds out the truth: paid, never heard
// of, or silence to the end of the window.
func TestARestartTakesUpWhatWasLeftInAnyState(t *testing.T) {
	t.Parallel()
	type want = map[till.AttemptState]till.AttemptState
	created, sent, unknown, cancelling, unresolved := till.AttemptCreated, till.AttemptSent, till.AttemptUnknown, till.AttemptCancelling, till.AttemptUnresolved
	for name, c := range map[string]struct {
		truth func(h *house)
		want  want
	}{
		"it was paid, and a cancel is accepted": {
			func(h *house) { h.paypay.paid() },
			want{created: till.AttemptPaid, sent: till.AttemptPaid, unknown: till.AttemptPaid, cancelling: till.AttemptReversed, unresolved: unresolved},
		},
		"it was paid, and cannot be cancelled": {
			func(h *house) {
				h.paypay.paid()
				h.paypay.says("cancel", till.Answer{Verdict: till.VerdictRefused}, nil)
			},
			want{created: till.AttemptPaid, sent: till.AttemptPaid, unknown: till.AttemptPaid, cancelling: till.AttemptPaid, unresolved: unresolved},
		},
		"the provider knows of nothing": {
			func(h *house) {
				h.paypay.says("query", till.Answer{Verdict: till.VerdictAbsent}, nil)
				h.paypay.says("cancel", till.Answer{Verdict: till.VerdictAbsent}, nil)
			},
			want{created: till.AttemptNotPaid, sent: till.AttemptNotPaid, unknown: till.AttemptNotPaid, cancelling: till.AttemptNotPaid, unresolved: unresolved},
		},
		"nobody answers, and a cancel is accepted": {
			func(h *house) { h.paypay.says("query", till.Answer{}, errSilence) },
			want{created: till.AttemptReversed, sent: till.AttemptReversed, unknown: till.AttemptReversed, cancelling: till.AttemptReversed, unresolved: unresolved},
		},
		"nobody ever answers": {
			func(h *house) {
				h.paypay.says("query", till.Answer{}, errSilence)
				h.paypay.says("cancel", till.Answer{}, errSilence)
			},
			want{created: unresolved, sent: unresolved, unknown: unresolved, cancelling: unresolved, unresolved: unresolved},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			s := h.open()
			left := map[till.AttemptState]till.Attempt{}
			for _, state := range liveStates() {
				left[state] = h.left(s, state)
			}
			c.truth(h)
			h.driver = h.another(giving{h.paypay}, h.scan, static.Sticker{}, static.NewCash(h.clock.Now))
			for range 200 { // more than a day
				h.later(10 * time.Minute)
				if list, err := h.store.Unresolved(ctx); err != nil || !slices.ContainsFunc(list, func(a till.Attempt) bool { return a.State.Resolving() }) {
					break
				}
			}
			for _, state := range liveStates() {
				got := h.attempt(left[state].ID)
				if got.State != c.want[state] {
					t.Errorf("left %s, it ends %s (%s), want %s", state, got.State, got.Reason, c.want[state])
				}
				if !got.NextAt.IsZero() {
					t.Errorf("left %s, it is %s and looked at again", state, got.State)
				}
			}
			h.balances()
		})
	}
}

func TestWhatIsOnTheListIsAskedAboutWhenAPersonWantsTo(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	sale, a := h.lost(s, 1)
	h.paypay.says("query", till.Answer{}, errSilence)
	_, err := h.office.AskAgain(clerk, key(), a.ID)
	h.must(err)
	h.round()
	if got := h.attempt(a.ID); got.State != till.AttemptUnresolved || !got.NextAt.IsZero() {
		t.Errorf("%s, next look %s", got.State, got.NextAt)
	}
	h.paypay.paid()
	_, err = h.office.AskAgain(clerk, key(), a.ID)
	h.must(err)
	h.round()
	if got := h.attempt(a.ID); got.State != till.AttemptPaid || h.state(sale.ID) != till.SalePaid {
		t.Errorf("%s, sale %s", got.State, h.state(sale.ID))
	}
	_, err = h.office.AskAgain(clerk, key(), "none")
	h.refused(err, till.ErrNoAttempt)
}

// TestAProviderThatIsNoLongerConfiguredLeavesItsAttemptsToAPerson is a changed config file while payments are under way.
func TestAProviderThatIsNoLongerConfiguredLeavesItsAttemptsToAPerson(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	var left []till.Attempt
	for _, state := range liveStates() {
		left = append(left, h.left(s, state))
	}
	h.driver = h.another(h.scan, static.NewCash(h.clock.Now))
	for range 20 {
		h.later(time.Minute)
	}
	list, err := h.office.Unresolved(accountant)
	h.must(err)
	if len(list) != len(left) {
		t.Errorf("%d of %d are on the list", len(list), len(left))
	}
	for _, a := range list {
		if a.State != till.AttemptUnresolved || !a.NextAt.IsZero() {
			t.Errorf("%s (%s)", a.State, a.Reason)
		}
		if _, err := h.office.Decide(accountant, key(), a.ID, till.AttemptNotPaid, "支払いなし"); err != nil {
			t.Error(err)
		}
	}
}

// TestACancelWhileTheFirstCallIsUnderWayWins holds the provider's first answer back until the clerk has cancelled: what
// it says then, the cancel still has to be agreed to.
func TestACancelWhileTheFirstCallIsUnderWayWins(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]till.Answer{
		"it says paid":    {Verdict: till.VerdictPaid, Amount: 300},
		"it says waiting": {Verdict: till.VerdictWaiting, Show: "code"},
		"it says nothing": {Verdict: till.VerdictUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			s := h.open()
			sale := h.sale(s, 1)
			began, goOn := make(chan struct{}), make(chan struct{})
			h.paypay.does("start", func(context.Context, till.Attempt) (till.Answer, error) {
				close(began)
				<-goOn
				return first, nil
			})
			a, err := h.desk.Charge(clerk, key(), sale.ID, show())
			h.must(err)
			<-began
			if a.State != till.AttemptCreated {
				t.Fatalf("answered before the provider did: %s", a.State)
			}
			_, err = h.desk.Cancel(clerk, key(), a.ID)
			h.must(err)
			// Meanwhile the cancel is under way too, and is answered last.
			asked, answer := make(chan struct{}), make(chan struct{})
			h.paypay.does("cancel", func(context.Context, till.Attempt) (till.Answer, error) {
				close(asked)
				<-answer
				return till.Answer{Verdict: till.VerdictReversed}, nil
			})
			var wg sync.WaitGroup
			wg.Go(h.round)
			<-asked
			before := h.attempt(a.ID).Version
			close(goOn)
			testkit.Eventually(t, 20*time.Second, func() bool { return h.attempt(a.ID).Version != before }) // the first answer is stored
			if got := h.attempt(a.ID); got.State != till.AttemptCancelling {
				t.Errorf("the first answer made it %s", got.State)
			}
			close(answer)
			wg.Wait()
			for range 3 {
				if h.attempt(a.ID).State != till.AttemptCancelling {
					break
				}
				h.paypay.does("cancel", nil)
				h.later(time.Minute)
			}
			if got := h.attempt(a.ID); got.State != till.AttemptReversed {
				t.Errorf("%s (%s)", got.State, got.Reason)
			}
			h.same("books", h.balances(), map[string]core.Money{})
			if b := h.charge(sale, cash()); b.State != till.AttemptPaid {
				t.Errorf("%s", b.State)
			}
		})
	}
}

func TestTwoServersAskOnce(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	var all []till.Attempt
	for range 5 {
		all = append(all, h.charge(h.sale(s, 1), show()))
	}
	one, two := h.driver, h.another(giving{h.paypay}, static.NewCash(h.clock.Now))
	goOn := make(chan struct{})
	h.paypay.does("query", func(_ context.Context, a till.Attempt) (till.Answer, error) {
		<-goOn
		return till.Answer{Verdict: till.VerdictPaid, Amount: a.Amount}, nil
	})
	h.clock.Advance(3 * time.Second)
	var wg sync.WaitGroup
	var errs [2]error
	for i, d := range []*till.Driver{one, two} {
		wg.Go(func() { errs[i] = d.Round(ctx) })
	}
	close(goOn)
	wg.Wait()
	h.must(errors.Join(errs[:]...))
	if n := h.paypay.count("query"); n != len(all) {
		t.Errorf("%d questions about %d attempts", n, len(all))
	}
	for _, a := range all {
		if got := h.attempt(a.ID); got.State != till.AttemptPaid {
			t.Errorf("%s", got.State)
		}
	}
	h.same("books", h.balances(), map[string]core.Money{"receivable:paypay": 1500, "revenue:2026:13-01": -1500})
}

func TestAServerThatDiedLetsGoAfterAWhile(t *testing.T) {
	t.Parallel()
	h := build(t)
	a := h.charge(h.sale(h.open(), 1), show())
	h.clock.Advance(3 * time.Second)
	held, err := h.store.ClaimAttempts(ctx, "a server that dies now", h.clock.Now(), 90*time.Second, 64)
	if err != nil || len(held) != 1 {
		t.Fatal(held, err)
	}
	h.paypay.paid()
	h.later(time.Minute)
	if got := h.attempt(a.ID); got.State != till.AttemptSent || h.paypay.count("query") != 0 {
		t.Errorf("%s: another one asked while it was held", got.State)
	}
	h.later(time.Minute)
	if got := h.attempt(a.ID); got.State != till.AttemptPaid {
		t.Errorf("%s", got.State)
	}
}

func TestTheDriverRunsByItself(t *testing.T) {
	t.Parallel()
	h := build(t)
	a := h.charge(h.sale(h.open(), 1), show())
	h.paypay.paid()
	h.clock.Advance(3 * time.Second)
	run, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); h.driver.Run(run) }()
	testkit.Eventually(t, 20*time.Second, func() bool { return h.attempt(a.ID).State == till.AttemptPaid })
	stop()
	<-done
}
