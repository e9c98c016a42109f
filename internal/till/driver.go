package till

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"yakusho/internal/core"
)

// Driver brings every attempt and every refund to its end: by the provider's answer, by asking, by cancelling, at
// last by handing it to a person. Several servers over one database may each run one; an attempt is held by one of
// them at a time. It is safe for concurrent use.
type Driver struct {
	store     driverStore
	providers []Provider // in the order of preference
	patience  Patience
	now       core.Clock
	log       *slog.Logger
	holder    string        // this process
	wake      chan struct{} // something may be due
	told      func(Attempt) // after every change, for screens
	asked     func(provider, call string, err error)
	calls     sync.WaitGroup
}

type driverStore interface {
	Driven
	Accounts
	Refunds
	Sales
	Sessions
	Outbox
}

// DriverOptions are what a driver is made of. Told hears of every attempt that moved, Asked of every call to a provider
// with the error it ended in; both may be nil and must return at once.
type DriverOptions struct {
	Providers []Provider
	Patience  Patience
	Clock     core.Clock
	Log       *slog.Logger
	Told      func(Attempt)
	Asked     func(provider, call string, err error)
}

// The driver's own rhythm.
const (
	driveEvery = time.Second      // looks for what is due at least this often
	driveBatch = 64               // at once
	holdFor    = 90 * time.Second // longer than any call: PayPay's longest is 30 s
)

// NewDriver returns a driver that does nothing until Run.
func NewDriver(store Store, o DriverOptions) *Driver {
	d := &Driver{
		store: store, providers: o.Providers, patience: o.Patience, now: o.Clock, log: o.Log,
		holder: string(core.NewID(o.Clock())), wake: make(chan struct{}, 1), told: o.Told, asked: o.Asked,
	}
	if d.told == nil {
		d.told = func(Attempt) {}
	}
	if d.asked == nil {
		d.asked = func(string, string, error) {}
	}
	return d
}

// Provider returns the provider of that name.
func (d *Driver) Provider(name string) (Provider, bool) {
	return find(d.providers, func(p Provider) bool { return p.Name() == name })
}

// Run works until ctx ends, then waits for the calls under way; what they bring is stored.
func (d *Driver) Run(ctx context.Context) {
	defer d.calls.Wait()
	tick := time.NewTicker(driveEvery)
	defer tick.Stop()
	for {
		if err := d.round(ctx); err != nil && ctx.Err() == nil {
			d.log.ErrorContext(ctx, "look for payments to follow up", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-d.wake:
		}
	}
}

// Wake makes the driver look at once.
func (d *Driver) Wake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// round takes what is due and follows each of it up, all at the same time.
func (d *Driver) round(ctx context.Context) error {
	attempts, err := d.store.ClaimAttempts(ctx, d.holder, d.now(), holdFor, driveBatch)
	if err != nil {
		return fmt.Errorf("claim attempts: %w", err)
	}
	for _, a := range attempts {
		d.calls.Go(func() { d.follow(ctx, a) })
	}
	refunds, err := d.store.ClaimRefunds(ctx, d.holder, d.now(), holdFor, driveBatch)
	if err != nil {
		return fmt.Errorf("claim refunds: %w", err)
	}
	for _, r := range refunds {
		d.calls.Go(func() { d.giveBack(ctx, r) })
	}
	return nil
}

// Start asks the provider of a stored attempt for the payment and stores what it says. It outlives the request
// that wanted it: hanging up must not leave a payment without anybody who waits for it.
func (d *Driver) Start(ctx context.Context, o Order) (Attempt, error) {
	ctx = context.WithoutCancel(ctx)
	p, ok := d.Provider(o.Attempt.Provider)
	if !ok {
		return o.Attempt, ErrProvider.Because("provider %q", o.Attempt.Provider)
	}
	d.calls.Add(1)
	defer d.calls.Done()
	t := p.Terms(o.Attempt)
	o.Deadline = d.now().Add(t.Call)
	ans := d.call(ctx, t.Call, o.Attempt, "start", func(ctx context.Context) (Answer, error) { return p.Start(ctx, o) })
	return d.hear(ctx, p, o.Attempt, AskNothing, ans)
}

// follow asks the next question about an attempt that this driver holds.
func (d *Driver) follow(ctx context.Context, a Attempt) {
	p, ok := d.Provider(a.Provider)
	if !ok { // no longer configured: a person has to answer for it
		d.leave(ctx, a, d.patience.GiveUp(a, d.now()))
		return
	}
	t := p.Terms(a)
	ask := d.patience.Next(a, t, d.now())
	var ans Answer
	switch ask {
	case AskQuery:
		ans = d.call(ctx, t.Ask, a, "query", func(ctx context.Context) (Answer, error) { return p.Query(ctx, a) })
	case AskCancel:
		ans = d.call(ctx, t.Ask, a, "cancel", func(ctx context.Context) (Answer, error) { return p.Cancel(ctx, a) })
	case AskGiveUp:
		d.leave(ctx, a, d.patience.GiveUp(a, d.now()))
		return
	case AskNothing:
		d.leave(ctx, a, d.patience.Hear(a, ask, Answer{Verdict: VerdictWaiting}, t, d.now()))
		return
	}
	if _, err := d.hear(ctx, p, a, ask, ans); err != nil && ctx.Err() == nil {
		d.log.ErrorContext(ctx, "store what a provider said", "attempt", a.ID, "err", err)
	}
}

func (d *Driver) leave(ctx context.Context, a, next Attempt) {
	if _, err := d.move(ctx, a, next, nil, nil); err != nil && ctx.Err() == nil {
		d.log.ErrorContext(ctx, "hand a payment to a person", "attempt", a.ID, "err", err)
	}
}

// call makes one call to a provider. Whatever goes wrong is silence, and silence proves nothing.
func (d *Driver) call(ctx context.Context, limit time.Duration, a Attempt, what string, f func(context.Context) (Answer, error)) Answer {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	ans, err := f(ctx)
	d.asked(a.Provider, what, err)
	if err != nil {
		d.log.WarnContext(ctx, "no answer from the provider", "call", what, "provider", a.Provider, "attempt", a.ID, "err", err)
		ans.Verdict = VerdictUnknown
		ans.Reason = either(ans.Reason, ReasonNoAnswer)
	}
	return ans
}

// hear stores what an answer means. Where the attempt moved meanwhile (a clerk cancelled while the provider was
// asked), the answer is heard once more by what it is now.
func (d *Driver) hear(ctx context.Context, p Provider, a Attempt, asked Ask, ans Answer) (Attempt, error) {
	ctx = context.WithoutCancel(ctx) // an answer that came is kept, also while stopping
	for try := 0; ; try++ {
		next := d.patience.Hear(a, asked, ans, p.Terms(a), d.now())
		moved, err := d.move(ctx, a, next, nil, nil)
		if err == nil || !errors.Is(err, ErrMoved) || try == 5 {
			return moved, err
		}
		if a, err = d.store.Attempt(ctx, a.ID); err != nil {
			return a, fmt.Errorf("read attempt again: %w", err)
		}
		if !a.State.Live() {
			return a, d.contradict(ctx, a, ans)
		}
	}
}

// contradict keeps what a provider says against an end that was proven before. The end stays, and so does the money
// in question: a person is told at once, and the match with the settlement file finds it too.
func (d *Driver) contradict(ctx context.Context, a Attempt, ans Answer) error {
	switch {
	case ans.Verdict == VerdictPaid && !a.State.Took():
	case ans.Verdict == VerdictReversed && a.State.Took(): // a cancel that was under way while it was proven paid
	default:
		return nil
	}
	e := attemptEvent(a.State, a, d.now(), nil)
	e.What, e.Outcome = EventContradiction, "failed"
	e.Detail["provider_says"] = string(ans.Verdict)
	if err := d.store.Keep(ctx, e); err != nil {
		return fmt.Errorf("keep a contradiction about attempt %s: %w", a.ID, err)
	}
	d.log.ErrorContext(ctx, "the provider says what contradicts a proven end", "says", ans.Verdict, "attempt", a.ID, "state", a.State)
	return nil
}

// move stores a change with everything that follows from it. A change of nothing but the next look is one too: it
// ends the hold.
func (d *Driver) move(ctx context.Context, from, to Attempt, b *Booking, by *person) (Attempt, error) {
	if to.State.Took() && !from.State.Took() {
		var err error
		if b, err = d.bookTaken(ctx, to); err != nil {
			return from, err
		}
	}
	var e Event
	noted := from.Owner != to.Owner || from.Note != to.Note
	switch {
	case from.State != to.State:
		e = attemptEvent(from.State, to, d.now(), by)
	case noted:
		e = attemptEvent(from.State, to, d.now(), by)
		e.What = "till.attempt_owner"
		e.Detail["owner"] = string(to.Owner)
	}
	if by != nil && e.What != "" && (noted || to.Reason == ReasonByHand) {
		e.Detail["note"] = cut(to.Note, maxNoted)
	}
	moved, err := d.store.MoveAttempt(ctx, by.command(), from.State, to, b, e)
	if err != nil {
		return from, fmt.Errorf("move attempt %s from %s to %s: %w", from.ID, from.State, to.State, err)
	}
	if from.State != to.State || from.Show != to.Show {
		d.told(moved)
	}
	if in := moved.NextAt.Sub(d.now()); !moved.NextAt.IsZero() && in < driveEvery {
		time.AfterFunc(in, d.Wake) // sooner than the next look
	}
	return moved, nil
}

// change is move for what a person wants of an attempt. Where a provider's answer came in between, the wish is weighed
// once more against what is so now; the same press again finds it done.
func (d *Driver) change(ctx context.Context, id core.ID, by *person, want func(Attempt) (Attempt, *Booking, error)) (Attempt, error) {
	for try := 0; ; try++ {
		a, err := d.store.Attempt(ctx, id)
		if err != nil {
			return a, err
		}
		next, b, err := want(a)
		if err != nil {
			return a, err
		}
		moved, err := d.move(ctx, a, next, b, by)
		if err == nil || !errors.Is(err, ErrMoved) || try == 5 {
			return moved, err
		}
	}
}

// bookTaken makes the booking of an attempt that took money. It stands in the 日計 of its session while that is open,
// else in that of the day it became known.
func (d *Driver) bookTaken(ctx context.Context, a Attempt) (*Booking, error) {
	s, err := d.store.Sale(ctx, a.Sale)
	if err != nil {
		return nil, fmt.Errorf("book attempt %s: %w", a.ID, err)
	}
	on, err := d.bookingDay(ctx, a.Session)
	if err != nil {
		return nil, fmt.Errorf("book attempt %s: %w", a.ID, err)
	}
	b, err := BookPayment(s, a, on, d.now())
	if err != nil {
		return nil, err
	}
	return &b, nil
}

func (d *Driver) bookingDay(ctx context.Context, session core.ID) (Day, error) {
	open, err := d.store.Session(ctx, session)
	if err != nil {
		return "", err
	}
	if open.State == SessionOpen {
		return open.Day, nil
	}
	return DayOf(d.now()), nil
}

// giveBack asks for an approved refund, or asks how it stands.
func (d *Driver) giveBack(ctx context.Context, r Refund) {
	if err := d.refund(ctx, r); err != nil && ctx.Err() == nil {
		d.log.ErrorContext(ctx, "give money back", "refund", r.ID, "err", err)
	}
}

func (d *Driver) refund(ctx context.Context, r Refund) error {
	pay, err := d.store.Payment(ctx, r.Payment)
	if err != nil {
		return err
	}
	ans := RefundAnswer{State: RefundDone}
	var a Attempt
	if pay.Attempt != "" && pay.Way != WayCash && pay.Way != WaySticker {
		if a, err = d.store.Attempt(ctx, pay.Attempt); err != nil {
			return err
		}
		ans = d.askRefund(ctx, a, r)
	}
	next := r
	next.Ref, next.Detail = either(ans.Ref, r.Ref), ans.Reason
	next.State, next.NextAt = ans.State, time.Time{}
	if ans.State == RefundUnknown {
		next.Tries++
		next.NextAt = d.now().Add(max(ans.Wait, min(time.Duration(next.Tries)*3*time.Second, d.patience.Longest)))
	}
	return d.moveRefund(ctx, Command{}, r, next, pay)
}

// askRefund tells the provider, or asks how it stands. A void goes back by the same way as a refund: the provider's
// cancel takes no amount and no id of ours, so only a refund is safe to repeat.
func (d *Driver) askRefund(ctx context.Context, a Attempt, r Refund) RefundAnswer {
	p, ok := d.Provider(a.Provider)
	if !ok {
		return RefundAnswer{State: RefundUnknown, Reason: ReasonSetup, Wait: time.Hour}
	}
	back, ok := p.(Refunder)
	if !ok {
		return RefundAnswer{State: RefundFailed, Reason: ReasonDeclined}
	}
	ctx, cancel := context.WithTimeout(ctx, p.Terms(a).Call)
	defer cancel()
	ask := back.Refund
	if r.State == RefundUnknown && r.Ref != "" {
		ask = back.QueryRefund
	}
	ans, err := ask(ctx, a, r)
	d.asked(a.Provider, "refund", err)
	if err != nil {
		d.log.WarnContext(ctx, "no answer from the provider", "call", "refund", "provider", a.Provider, "refund", r.ID, "err", err)
		return RefundAnswer{State: RefundUnknown, Reason: ReasonNoAnswer, Ref: ans.Ref, Wait: ans.Wait}
	}
	return ans
}

func (d *Driver) moveRefund(ctx context.Context, cmd Command, from, to Refund, pay Payment) error {
	ctx = context.WithoutCancel(ctx)
	var b *Booking
	if to.State == RefundDone {
		sale, err := d.store.Sale(ctx, to.Sale)
		if err != nil {
			return err
		}
		if to.BookedOn, err = d.bookingDay(ctx, to.Session); err != nil {
			return err
		}
		to.DoneAt = d.now()
		booked, err := BookRefund(sale, pay, to, to.BookedOn, d.now())
		if err != nil {
			return err
		}
		b = &booked
	}
	var e Event
	if from.State != to.State {
		e = refundEvent(to, d.now(), nil)
	}
	_, err := d.store.MoveRefund(ctx, cmd, from.State, to, b, e)
	if err != nil {
		return fmt.Errorf("move refund %s from %s to %s: %w", from.ID, from.State, to.State, err)
	}
	return nil
}

// Hint makes the driver ask about the attempt a notification speaks of. It believes nothing of it.
func (d *Driver) Hint(ctx context.Context, provider string, h Hint) error {
	a, err := d.store.Attempt(ctx, h.Attempt)
	if h.Attempt == "" || core.KindOf(err) == core.KindNotFound {
		a, err = d.store.AttemptByRef(ctx, provider, h.Ref)
	}
	if err != nil {
		return fmt.Errorf("notification of %s: %w", provider, err)
	}
	if a.Provider != provider {
		return ErrNoAttempt.Because("notification of %s for an attempt of %s", provider, a.Provider)
	}
	if !a.State.Live() {
		return d.doubtEnd(ctx, a)
	}
	if err := d.store.Nudge(ctx, a.ID, d.now()); err != nil {
		return fmt.Errorf("notification of %s: %w", provider, err)
	}
	d.Wake()
	return nil
}

// doubtEnd asks once about an attempt that ended unpaid: a notification that arrives later may know better.
func (d *Driver) doubtEnd(ctx context.Context, a Attempt) error {
	p, ok := d.Provider(a.Provider)
	if !ok || a.State.Took() {
		return nil
	}
	ans := d.call(ctx, p.Terms(a).Ask, a, "query", func(ctx context.Context) (Answer, error) { return p.Query(ctx, a) })
	return d.contradict(ctx, a, ans)
}
