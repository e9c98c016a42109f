package tilltest

import (
	"context"
	"errors"
	"regexp"
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

func or(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}
