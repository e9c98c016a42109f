package tilltest

import (
	"context"
	"slices"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/testkit"
	"yakusho/internal/till"
)

// Stage is one provider with everything around it, as one test finds it. What is nil is not there, and the parts of
// the suite that need it are left out.
type Stage struct {
	Provider till.Provider
	Clock    *testkit.Clock // the provider's too
	Way      till.Way       // of the attempts the suite makes
	Wallet   string         // chosen by the clerk
	Wallets  []string       // which may take the revenue; just Wallet when nil

	// Code is what the next customer shows: a fresh code of Wallet. WayScan only.
	Code func() string
	// Linger has the payment of the next Start wait for its customer. Nil where each does, or none.
	Linger func()
	// Pay is the customer of a waiting attempt paying. It fails when it is not possible. Nil where there is no such
	// customer.
	Pay func(a till.Attempt) error
	// Decline is that customer having too little money, or giving up.
	Decline func(a till.Attempt) error
	// Taken is the truth: what the customer is without now. Every attempt id makes its own sum.
	Taken func(a till.Attempt) core.Money

	// Idle tells a call of Start that moves no money, where there are several: a start that got no further may say not
	// paid whatever became of it. Nil where each call may.
	Idle func(call string) bool

	// Sim and its Wire are there for a provider on a network.
	Sim *Sim
	// Hooked has the Sim notify Sim.Hook from now on. For a till.Hinter.
	Hooked func()
	// Signed: a notification proves where it comes from.
	Signed bool
	// Settlement is the file of the day that contains at. For a till.Statement.
	Settlement func(at time.Time) []byte

	seen bool // a customer saw the code
}

// price is an amount whose digits stand nowhere else in an answer.
const price = core.Money(1357)

// RunProvider holds a provider against what the driver relies on. stage is called once and more for every test and
// returns a fresh one each time.
func RunProvider(t *testing.T, stage func(t *testing.T) *Stage) {
	t.Helper()
	probe := stage(t)
	for _, c := range []struct {
		name string
		fits bool
		test func(*testing.T, func(*testing.T) *Stage)
	}{
		{"it has a name and says its times", true, testTerms},
		{"a payment is paid once, with the amount, and the books of the provider agree", probe.pays(), testPaid},
		{"starting twice charges once", true, testStartTwice},
		{"many starts at once charge once", true, testStartAtOnce},
		{"an attempt nobody started is neither waiting nor paid", !probe.hands() && probe.Way != till.WayCash, testNeverStarted},
		{"cancelled while it waits, it can no longer be paid", probe.waits(), testCancelWaiting},
		{"cancelling twice is cancelling once", probe.waits(), testCancelTwice},
		{"cancelled after it was paid, the money goes back", probe.pays() && !probe.hands() && probe.Way != till.WayCash, testCancelPaid},
		{"a refused customer is not paid, and may not pay later", probe.Decline != nil, testDeclined},
		{"a customer who never pays ends unpaid", probe.waits() && !probe.hands(), testNeverPaid},
		{"a call whose context is over does nothing and proves nothing", probe.Sim != nil, testContextOver},

		{"silence at any call of start", probe.Sim != nil, testSilentStart},
		{"silence at any call of query", probe.Sim != nil && probe.waits(), testSilentQuery},
		{"silence at any call of cancel", probe.Sim != nil, testSilentCancel},
		{"a garbled answer to start", probe.Sim != nil, testGarbledStart},
		{"a garbled answer to query", probe.Sim != nil, testGarbledQuery},
		{"a garbled answer to cancel", probe.Sim != nil, testGarbledCancel},
		{"another amount is never paid", probe.Sim != nil, testWrongAmount},
		{"too many calls, maintenance and errors have their reasons", probe.Sim != nil, testRefusals},
		{"a wrong clock is put right or named", probe.Sim != nil, testClockSkew},
		{"a redirect is not followed", probe.Sim != nil, testRedirect},

		{"a refund gives back once", probe.refunds(), testRefund},
		{"refunds in part never exceed the payment", probe.refunds(), testRefundParts},
		{"a refund that fails later is failed", probe.refunds() && probe.Sim != nil, testRefundFails},
		{"a refund under way is unknown until it is done", probe.refunds() && probe.Sim != nil, testRefundHeld},
		{"silence at any call of a refund gives back once", probe.refunds() && probe.Sim != nil, testSilentRefund},

		{"a notification names its attempt", probe.hints(), testHint},
		{"a forged notification moves nothing", probe.hints(), testForgedHint},
		{"a malformed notification is refused", probe.hints(), testMalformedHint},

		{"a settlement file says what happened", probe.states(), testSettlement},
		{"a damaged settlement file is refused with line and column", probe.states(), testSettlementDamaged},
	} {
		if c.fits {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.test(t, stage)
			})
		}
	}
}

func (s *Stage) pays() bool  { return s.Pay != nil || s.Code != nil || s.Way == till.WayCash }
func (s *Stage) waits() bool { return s.Code == nil && s.Way != till.WayCash || s.Linger != nil }

// idle reports whether none of the calls since the last spoil can have moved money.
func (s *Stage) idle() bool {
	if s.Idle == nil {
		return false
	}
	return !slices.ContainsFunc(s.Sim.Wire.Calls(), func(call string) bool { return !s.Idle(call) })
}

func (s *Stage) hands() bool { return s.Provider.Terms(till.Attempt{Way: s.Way}).Hands }

func (s *Stage) refunds() bool {
	_, ok := s.Provider.(till.Refunder)
	return ok && s.pays()
}

func (s *Stage) hints() bool {
	_, ok := s.Provider.(till.Hinter)
	return ok && s.Hooked != nil
}

func (s *Stage) states() bool {
	_, ok := s.Provider.(till.Statement)
	return ok && s.Settlement != nil
}

// attempt is a new one, as it lies on disk before anybody hears of it.
func (s *Stage) attempt() till.Attempt {
	now := s.Clock.Now()
	return till.Attempt{
		ID: core.NewID(now), Sale: core.NewID(now), Session: core.NewID(now), Number: 1, Provider: s.Provider.Name(), Way: s.Way, Wallet: s.Wallet,
		Amount: price, Clerk: core.NewID(now), State: till.AttemptCreated, CreatedAt: now, NextAt: now, Training: s.Wallet == till.WalletTraining,
	}
}

func (s *Stage) order(a till.Attempt) till.Order {
	o := till.Order{
		Attempt: a, Wallets: s.Wallets, Title: "住民票の写し ほか1件", Counter: "市民課 1番窓口",
		Deadline: s.Clock.Now().Add(s.Provider.Terms(a).Call),
	}
	if o.Wallets == nil {
		o.Wallets = []string{s.Wallet}
	}
	if s.Code != nil {
		o.Code = s.Code()
	}
	return o
}

// ended is what an answer makes of an attempt, by the driver's own rules.
func (s *Stage) ended(t testing.TB, a till.Attempt, asked till.Ask, ans till.Answer, err error) till.Attempt {
	t.Helper()
	if err != nil {
		if ans.Verdict != "" && ans.Verdict != till.VerdictUnknown {
			t.Errorf("%s: error %v together with the verdict %q: an error proves nothing", or(string(asked), "start"), err, ans.Verdict)
		}
		ans.Verdict, ans.Reason = till.VerdictUnknown, or(ans.Reason, till.ReasonNoAnswer)
	}
	s.truth(t, a, asked, ans)
	s.seen = s.seen || a.Show != "" || ans.Show != ""
	return till.DefaultPatience().Hear(a, asked, ans, s.Provider.Terms(a), s.Clock.Now())
}

// truth compares a verdict with the provider's books at this moment.
func (s *Stage) truth(t testing.TB, a till.Attempt, asked till.Ask, ans till.Answer) {
	t.Helper()
	call := or(string(asked), "start")
	a.Ref = or(ans.Ref, a.Ref)
	taken := s.Taken(a)
	switch ans.Verdict {
	case till.VerdictPaid:
		if ans.Amount != a.Amount || taken != a.Amount {
			t.Errorf("%s says paid, %v yen; asked were %v and the customer is without %v", call, ans.Amount, a.Amount, taken)
		}
	case till.VerdictNotPaid, till.VerdictReversed, till.VerdictAbsent:
		if taken != 0 {
			t.Errorf("%s says %s; the customer is without %v yen", call, ans.Verdict, taken)
		}
	case till.VerdictWaiting, till.VerdictRefused, till.VerdictUnknown:
	default:
		t.Errorf("%s gives the verdict %q, which does not exist", call, ans.Verdict)
	}
	if ans.Reason != "" && till.Words(ans.Reason) == "" {
		t.Errorf("%s gives the reason %q, for which there are no words", call, ans.Reason)
	}
}

func (s *Stage) start(t testing.TB, o till.Order) till.Attempt {
	t.Helper()
	ans, err := s.Provider.Start(context.Background(), o)
	return s.ended(t, o.Attempt, till.AskNothing, ans, err)
}

func (s *Stage) query(t testing.TB, a till.Attempt) (till.Answer, till.Attempt) {
	t.Helper()
	ans, err := s.Provider.Query(context.Background(), a)
	return ans, s.ended(t, a, till.AskQuery, ans, err)
}

func (s *Stage) cancel(t testing.TB, a till.Attempt) (till.Answer, till.Attempt) {
	t.Helper()
	if a.State != till.AttemptCancelling {
		wished, err := a.Cancel(s.Clock.Now())
		if err != nil { // a clerk may not, but a driver may that wished it before
			wished = a
			wished.State, wished.Reason = till.AttemptCancelling, till.ReasonClerkCanceled
		}
		a = wished
	}
	ans, err := s.Provider.Cancel(context.Background(), a)
	return ans, s.ended(t, a, till.AskCancel, ans, err)
}

// waiting returns an attempt that waits for its customer.
func (s *Stage) waiting(t testing.TB) till.Attempt {
	t.Helper()
	if s.Linger != nil {
		s.Linger()
	}
	a := s.start(t, s.order(s.attempt()))
	for range 20 {
		if a.State == till.AttemptSent {
			return a
		}
		_, a = s.query(t, a)
	}
	t.Fatalf("after start the attempt is %s (%s), not waiting", a.State, a.Reason)
	return a
}

// paid returns an attempt that is paid, in our books and in the provider's.
func (s *Stage) paid(t testing.TB) till.Attempt {
	t.Helper()
	a := s.start(t, s.order(s.attempt()))
	if a.State == till.AttemptSent && s.Pay != nil && s.Taken(a) == 0 {
		if err := s.Pay(a); err != nil {
			t.Fatalf("the customer cannot pay: %v", err)
		}
	}
	for range 20 {
		if a.State == till.AttemptPaid {
			return a
		}
		_, a = s.query(t, a)
	}
	t.Fatalf("after the customer paid the attempt is %s (%s)", a.State, a.Reason)
	return a
}

// drive does what the driver does until the attempt has ended, and what a stubborn customer does after that.
func (s *Stage) drive(t testing.TB, a till.Attempt) till.Attempt {
	t.Helper()
	p := till.DefaultPatience()
	for range 3000 {
		if !a.State.Resolving() {
			s.afterwards(t, a)
			return a
		}
		terms := s.Provider.Terms(a)
		var ans till.Answer
		var err error
		ask := p.Next(a, terms, s.Clock.Now())
		switch ask {
		case till.AskQuery:
			ans, err = s.Provider.Query(context.Background(), a)
		case till.AskCancel:
			ans, err = s.Provider.Cancel(context.Background(), a)
		case till.AskGiveUp:
			return p.GiveUp(a, s.Clock.Now())
		case till.AskNothing:
			return a
		}
		a = s.ended(t, a, ask, ans, err)
		if a.NextAt.After(s.Clock.Now()) {
			s.Clock.Set(a.NextAt)
		}
	}
	t.Fatalf("the attempt is still %s (%s) after 3000 questions", a.State, a.Reason)
	return a
}

// afterwards: what has ended stays so, whatever the customer does and however late the provider is.
func (s *Stage) afterwards(t testing.TB, a till.Attempt) {
	t.Helper()
	if s.Sim != nil {
		s.Sim.Process()
	}
	if s.Pay != nil && a.State != till.AttemptPaid {
		// Where nobody was shown a code, it may be that the money is taken and goes back.
		if err := s.Pay(a); err == nil && s.seen {
			t.Errorf("the attempt ended %s (%s) and the code the customer saw can still be paid", a.State, a.Reason)
		}
	}
	want := core.Money(0)
	if a.State == till.AttemptPaid {
		want = a.Amount
	}
	if got := s.Taken(a); got != want && a.State != till.AttemptUnresolved {
		t.Errorf("the attempt ended %s (%s) and the customer is without %v yen, want %v", a.State, a.Reason, got, want)
	}
}

func or(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}
