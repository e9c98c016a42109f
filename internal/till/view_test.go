package till_test

import (
	"context"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// slow is a provider whose times are known; nothing asks it here.
type slow struct{ cancelBy time.Time }

func (slow) Name() string { return "paypay" }
func (slow) Start(context.Context, till.Order) (till.Answer, error) {
	return till.Answer{}, context.Canceled
}

func (slow) Query(context.Context, till.Attempt) (till.Answer, error) {
	return till.Answer{}, context.Canceled
}

func (slow) Cancel(context.Context, till.Attempt) (till.Answer, error) {
	return till.Answer{}, context.Canceled
}

func (s slow) Terms(till.Attempt) till.Terms {
	return till.Terms{Call: 30 * time.Second, Poll: 3 * time.Second, CancelBy: s.cancelBy}
}

func TestTheScreenSaysWhatHappensNextAndWhen(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, time.November, 20, 1, 42, 58, 0, time.UTC)
	now := start.Add(38 * time.Second)
	until := time.Date(2026, time.November, 20, 15, 14, 59, 0, time.UTC)
	clock := func() time.Time { return now }
	driver := till.NewDriver(nil, till.DriverOptions{Providers: []till.Provider{slow{until}}, Patience: till.DefaultPatience(), Clock: clock})
	v := till.NewView(nil, nil, driver, till.ViewOptions{Patience: till.DefaultPatience(), Contact: "会計課 出納係（内線 2145）", Clock: clock})
	a := till.Attempt{Provider: "paypay", Wallet: "paypay", Way: till.WayShow, Amount: 900, CreatedAt: start, UncertainAt: start, NextAt: now.Add(12 * time.Second)}

	for _, c := range []struct {
		state  till.AttemptState
		reason string
		phase  till.Phase
		cancel bool
		steps  []string // kind when time
	}{
		{till.AttemptCreated, "", till.PhaseStarting, true, []string{"result now ", "ask at 10:43:43"}},
		{till.AttemptSent, "", till.PhaseWaiting, true, []string{"ask now ", "result after "}},
		{till.AttemptUnknown, till.ReasonNoAnswer, till.PhaseChecking, true, []string{"ask now ", "cancel at 10:43:58", "result after ", "hand_over at 01:14:59"}},
		{till.AttemptCancelling, till.ReasonNoAnswer, till.PhaseChecking, false, []string{"cancel now ", "cancel at 10:43:48", "result after ", "hand_over at 01:14:59"}},
		{till.AttemptCancelling, till.ReasonCancelRefused, till.PhaseChecking, false, []string{"ask now ", "result after ", "hand_over at 01:14:59"}},
		{till.AttemptUnresolved, till.ReasonNoAnswer, till.PhaseChecking, false, []string{"hand_over now ", "result after "}},
		{till.AttemptPaid, "", till.PhasePaid, false, nil},
		{till.AttemptShown, "", till.PhaseShown, false, nil},
		{till.AttemptNotPaid, till.ReasonExpired, till.PhaseNotPaid, false, nil},
		{till.AttemptReversed, till.ReasonNoAnswer, till.PhaseNotPaid, false, nil},
	} {
		a.State, a.Reason = c.state, c.reason
		l := v.Look(a)
		var steps []string
		for _, s := range l.Steps {
			at := ""
			if s.When == "at" {
				at = s.At.In(till.Tokyo()).Format(time.TimeOnly)
			}
			steps = append(steps, s.Kind+" "+s.When+" "+at)
		}
		if l.Phase != c.phase || l.MayCancel != c.cancel || !equal(steps, c.steps) || len(l.Situation) == 0 {
			t.Errorf("%s %s: %s, cancel %v, %q, want %s, %v, %q", c.state, c.reason, l.Phase, l.MayCancel, steps, c.phase, c.cancel, c.steps)
		}
		if (l.Phase == till.PhaseChecking) != (l.Handover != nil) || l.Phase == till.PhaseChecking && l.Say == "" {
			t.Errorf("%s: handover %v, say %q", c.state, l.Handover, l.Say)
		}
	}
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestASlowScreenHearsEverySaleThatMovedOnce(t *testing.T) {
	t.Parallel()
	h := till.NewHub()
	mine, all := h.Listen("s1"), h.Listen("")
	for range 1000 {
		h.Tell(till.Change{Session: "s1", Sale: "a"})
		h.Tell(till.Change{Session: "s1", Sale: "b"})
		h.Tell(till.Change{Session: "s2", Sale: "c"})
	}
	<-mine.Ring()
	if got := mine.Fetch(); len(got) != 2 {
		t.Errorf("heard %v", got)
	}
	<-all.Ring()
	if got := all.Fetch(); len(got) != 3 {
		t.Errorf("heard %v", got)
	}
	select {
	case <-mine.Ring():
		t.Error("it rings with nothing to fetch")
	default:
	}
	mine.Close()
	all.Close()
	if n := h.Listeners(); n != 0 {
		t.Errorf("%d ears are left", n)
	}
	h.Show("s1", "a")
	if id, ok := h.Shown("s1"); !ok || id != core.ID("a") {
		t.Errorf("%q, %v", id, ok)
	}
	h.Forget("s1")
	if _, ok := h.Shown("s1"); ok {
		t.Error("a closed session is remembered")
	}
}
