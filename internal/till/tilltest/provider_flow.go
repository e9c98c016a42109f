package tilltest

import (
	"context"
	"errors"
	"regexp"
	"testing"
	"time"

	"yakusho/internal/till"
)

func testTerms(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	if !regexp.MustCompile(`^[a-z][a-z0-9_]{1,30}$`).MatchString(s.Provider.Name()) {
		t.Errorf("name %q: it stands in accounts and file names", s.Provider.Name())
	}
	m := s.Provider.Terms(s.attempt())
	if m.Call <= 0 || m.Ask <= 0 || m.Settles < 0 {
		t.Errorf("terms %+v: a call without time never ends well", m)
	}
	if !m.Hands && s.Way != till.WayCash && m.Poll <= 0 {
		t.Errorf("terms %+v: the driver would ask without pause", m)
	}
	if m.Call > 80*time.Second || m.Ask > 80*time.Second {
		t.Errorf("terms %+v: the driver holds an attempt for 90 s", m)
	}
	if p, ok := s.Provider.(till.Serving); ok {
		found := false
		for _, w := range p.Serves()[s.Way] {
			found = found || w == s.Wallet
		}
		if !found {
			t.Errorf("it serves %v, not %s by %s", p.Serves(), s.Wallet, s.Way)
		}
	}
}

func testPaid(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	before := s.Clock.Now()
	a := s.paid(t)
	if a.Wallet == "" || s.Sim != nil && a.Ref == "" {
		t.Errorf("paid by wallet %q, reference %q: both are needed to match the settlement file", a.Wallet, a.Ref)
	}
	if d := a.PaidAt.Sub(before); d < -time.Second || d > time.Minute {
		t.Errorf("paid at %v, the customer paid at %v", a.PaidAt, before)
	}
	ans, again := s.query(t, a)
	if ans.Verdict != till.VerdictPaid || again.State != till.AttemptPaid {
		t.Errorf("asked again, it is %s (%s)", ans.Verdict, ans.Reason)
	}
	if s.Way == till.WayShow && a.Show != "" {
		t.Errorf("the code is still shown after it was paid: %q", a.Show)
	}
}

func testStartTwice(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	o := s.order(s.attempt())
	first := s.start(t, o)
	second, err := s.Provider.Start(context.Background(), o)
	heard := s.ended(t, o.Attempt, till.AskNothing, second, err)
	if first.State == till.AttemptSent && second.Verdict == till.VerdictNotPaid {
		t.Errorf("the first start waits for the customer, the second says not paid (%s)", second.Reason)
	}
	if first.Show != "" && heard.Show != "" && first.Show != heard.Show {
		t.Errorf("two codes for one attempt: %q and %q", first.Show, heard.Show)
	}
	if first.State == till.AttemptSent && s.Pay != nil && s.Taken(first) == 0 {
		if err := s.Pay(first); err != nil {
			t.Fatalf("the customer cannot pay: %v", err)
		}
		_ = s.Pay(first) // a second time
	}
	if got := s.Taken(first); s.pays() && got != price {
		t.Errorf("the customer is without %v yen, want %v once", got, price)
	}
	third, err := s.Provider.Start(context.Background(), o) // after it was paid
	s.ended(t, o.Attempt, till.AskNothing, third, err)
	if got := s.Taken(first); s.pays() && got != price {
		t.Errorf("after another start the customer is without %v yen, want %v once", got, price)
	}
	if third.Verdict == till.VerdictNotPaid && s.pays() {
		t.Errorf("started again after it was paid, it says not paid (%s)", third.Reason)
	}
}

func testStartAtOnce(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	o := s.order(s.attempt())
	type said struct {
		ans till.Answer
		err error
	}
	all := make(chan said)
	const n = 4
	for range n {
		go func() {
			ans, err := s.Provider.Start(context.Background(), o)
			all <- said{ans, err}
		}()
	}
	a := o.Attempt
	for range n {
		x := <-all
		next := s.ended(t, o.Attempt, till.AskNothing, x.ans, x.err)
		if next.State == till.AttemptSent || next.State == till.AttemptPaid || a.State == till.AttemptCreated {
			a = next
		}
	}
	if a.State == till.AttemptSent && s.Pay != nil {
		_ = s.Pay(a)
		_ = s.Pay(a)
	}
	if got := s.Taken(a); got > price {
		t.Errorf("the customer is without %v yen, want %v once", got, price)
	}
	if s.hands() {
		return
	}
	if end := s.drive(t, a); s.pays() && end.State != till.AttemptPaid {
		t.Errorf("it ended %s (%s) though the customer paid", end.State, end.Reason)
	}
}

func testNeverStarted(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	a := s.attempt()
	ans, _ := s.query(t, a)
	switch ans.Verdict {
	case till.VerdictAbsent, till.VerdictUnknown:
	case till.VerdictPaid, till.VerdictWaiting, till.VerdictNotPaid, till.VerdictReversed, till.VerdictRefused:
		t.Errorf("query says %s of what nobody asked for; a late request could still make it", ans.Verdict)
	}
	end := s.drive(t, a)
	if end.State != till.AttemptNotPaid && end.State != till.AttemptReversed {
		t.Errorf("it ended %s (%s)", end.State, end.Reason)
	}
}

func testCancelWaiting(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	a := s.waiting(t)
	ans, next := s.cancel(t, a)
	if ans.Verdict != till.VerdictNotPaid && ans.Verdict != till.VerdictReversed {
		next = s.drive(t, next)
	}
	if next.State != till.AttemptNotPaid && next.State != till.AttemptReversed {
		t.Fatalf("a cancelled attempt is %s (%s)", next.State, next.Reason)
	}
	if next.Reason != till.ReasonClerkCanceled {
		t.Errorf("reason %q, want that the clerk cancelled", next.Reason)
	}
	if s.Pay == nil {
		return
	}
	if err := s.Pay(next); err == nil {
		t.Errorf("the customer can still pay a cancelled code")
	}
	s.afterwards(t, next)
}

func testCancelTwice(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	a := s.waiting(t)
	s.cancel(t, a)
	ans, _ := s.cancel(t, a)
	switch ans.Verdict {
	case till.VerdictNotPaid, till.VerdictReversed:
	case till.VerdictPaid, till.VerdictWaiting, till.VerdictAbsent, till.VerdictRefused, till.VerdictUnknown:
		t.Errorf("the second cancel says %s (%s)", ans.Verdict, ans.Reason)
	}
}

func testCancelPaid(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	a := s.paid(t)
	a.State = till.AttemptSent // the clerk's cancel and the customer's payment crossed
	_, next := s.cancel(t, a)
	if next.State.Resolving() {
		next = s.drive(t, next)
	}
	if next.State != till.AttemptReversed && next.State != till.AttemptNotPaid {
		t.Errorf("a cancelled payment is %s (%s)", next.State, next.Reason)
	}
	s.afterwards(t, next)
}

func testDeclined(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	var a till.Attempt
	if s.waits() {
		a = s.waiting(t)
		_ = s.Decline(a) // the simulator may report it as an error to the customer
	} else {
		_ = s.Decline(till.Attempt{}) // whoever comes next
		a = s.start(t, s.order(s.attempt()))
	}
	a = s.drive(t, a)
	if a.State != till.AttemptNotPaid || a.Reason == "" {
		t.Errorf("a declined payment is %s (%s)", a.State, a.Reason)
	}
}

func testNeverPaid(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	a := s.waiting(t)
	if s.Way == till.WayShow && (a.Show == "" || !a.ExpiresAt.After(s.Clock.Now())) {
		t.Errorf("it shows %q until %v", a.Show, a.ExpiresAt)
	}
	a = s.drive(t, a)
	if a.State != till.AttemptNotPaid && a.State != till.AttemptReversed {
		t.Errorf("a code nobody paid ends %s (%s)", a.State, a.Reason)
	}
	if a.Reason != till.ReasonExpired {
		t.Errorf("reason %q, want that the time was over", a.Reason)
	}
}

func testContextOver(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	over, cancel := context.WithCancel(context.Background())
	cancel()
	a := s.attempt()
	s.Sim.Wire.Spoil(nil)
	ans, err := s.Provider.Start(over, s.order(a))
	if err == nil && ans.Verdict != till.VerdictUnknown && ans.Verdict != till.VerdictNotPaid {
		t.Errorf("start says %s in a context that is over", ans.Verdict)
	}
	if calls := s.Sim.Wire.Calls(); len(calls) > 0 && ans.Verdict == till.VerdictNotPaid {
		t.Errorf("start called %v and says not paid in a context that is over", calls)
	}
	for what, f := range map[string]func(context.Context, till.Attempt) (till.Answer, error){"query": s.Provider.Query, "cancel": s.Provider.Cancel} {
		if ans, err := f(over, a); err == nil && ans.Verdict != till.VerdictUnknown {
			t.Errorf("%s says %s in a context that is over", what, ans.Verdict)
		} else if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v does not say that the context was over", what, err)
		}
	}
	if got := s.Taken(a); got != 0 {
		t.Errorf("the customer is without %v yen", got)
	}
}
