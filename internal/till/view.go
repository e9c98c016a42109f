package till

import (
	"context"
	"fmt"
	"slices"
	"time"

	"yakusho/internal/core"
)

// View answers the screens' questions. It changes nothing. Every question is checked like a command: who may see what
// is decided here. It is safe for concurrent use.
type View struct {
	store    Store
	desk     *Desk
	driver   *Driver
	patience Patience
	contact  string
	now      core.Clock
}

// ViewOptions are what a view is made of.
type ViewOptions struct {
	Patience Patience // as the driver's
	Contact  string   // who answers for what is unresolved: 会計課 出納係（内線 2145）
	Clock    core.Clock
}

// NewView returns a view.
func NewView(store Store, desk *Desk, driver *Driver, o ViewOptions) *View {
	return &View{store: store, desk: desk, driver: driver, patience: o.Patience, contact: o.Contact, now: o.Clock}
}

// Contact is who answers for what is unresolved.
func (v *View) Contact() string { return v.contact }

// staff refuses whoever works neither at a counter nor at 会計課.
func staff(ctx context.Context) error { return allowed(core.ActorFrom(ctx), counterStaff()) }

func bookkeepers(ctx context.Context) error { return allowed(core.ActorFrom(ctx), accounting()) }

// MayAccount answers nil to 会計課, and the refusal to everyone else.
func (v *View) MayAccount(ctx context.Context) error { return bookkeepers(ctx) }

// MayWork answers nil to whoever works at a counter or at 会計課, and the refusal to everyone else.
func (v *View) MayWork(ctx context.Context) error { return staff(ctx) }

// CounterView is a counter with its open session, if it has one.
type CounterView struct {
	Counter Counter
	Session Session // the zero Session: it is not open
	Stale   bool    // the open session is of an earlier day
	Display bool    // a customer display is paired
}

// Counters returns all counters by number, the retired ones for who may administer them.
func (v *View) Counters(ctx context.Context) ([]CounterView, error) {
	if err := staff(ctx); err != nil {
		return nil, err
	}
	counters, err := v.store.Counters(ctx)
	if err != nil {
		return nil, fmt.Errorf("read counters: %w", err)
	}
	displays, err := v.store.Displays(ctx)
	if err != nil {
		return nil, fmt.Errorf("read displays: %w", err)
	}
	today := DayOf(v.now())
	sessions, err := v.store.Sessions(ctx, today, today)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	admin := core.ActorFrom(ctx).Has(core.RoleAdmin)
	var out []CounterView
	for _, c := range counters {
		if c.Retired && !admin {
			continue
		}
		x := CounterView{Counter: c}
		x.Session, _ = find(sessions, func(s Session) bool { return s.Counter == c.ID && s.State == SessionOpen })
		x.Stale = x.Session.ID != "" && x.Session.Day != today
		_, x.Display = find(displays, func(d Display) bool { return d.Counter == c.ID && !d.Retired })
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b CounterView) int { return a.Counter.Number - b.Counter.Number })
	return out, nil
}

// Counter returns any counter, for labels.
func (v *View) Counter(ctx context.Context, id core.ID) (Counter, error) {
	all, err := v.store.Counters(ctx)
	if err != nil {
		return Counter{}, fmt.Errorf("read counters: %w", err)
	}
	c, ok := find(all, func(c Counter) bool { return c.ID == id })
	if !ok {
		return Counter{}, ErrNoCounter.Because("counter %s", id)
	}
	return c, nil
}

// Sold is a sale as it stands, with its last attempt.
type Sold struct {
	Sale    Sale
	Attempt Attempt // the zero Attempt: none yet
	Payment Payment // of Detail only
}

// SessionView is a session with every sale that is not over, newest first, and the last that is.
type SessionView struct {
	Session Session
	Counter Counter
	Open    []Sold
	Last    *Sold
}

// Session returns a session as the clerk's screen needs it.
func (v *View) Session(ctx context.Context, id core.ID) (SessionView, error) {
	if err := staff(ctx); err != nil {
		return SessionView{}, err
	}
	b, err := v.store.Book(ctx, id)
	if err != nil {
		return SessionView{}, err
	}
	out := SessionView{Session: b.Session, Counter: b.Counter}
	last := lastAttempts(b)
	for _, s := range slices.Backward(b.Sales) {
		switch x := (Sold{Sale: s, Attempt: last[s.ID]}); {
		case s.State == SaleOpen:
			out.Open = append(out.Open, x)
		case out.Last == nil:
			out.Last = &x
		}
	}
	return out, nil
}

func lastAttempts(b SessionBook) map[core.ID]Attempt {
	last := map[core.ID]Attempt{}
	for _, a := range b.Attempts {
		if a.Number >= last[a.Sale].Number {
			last[a.Sale] = a
		}
	}
	return last
}

// SalesOf returns every sale of a session, newest first, with its last attempt and payment.
func (v *View) SalesOf(ctx context.Context, session core.ID) (Session, Counter, []Sold, error) {
	if err := staff(ctx); err != nil {
		return Session{}, Counter{}, nil, err
	}
	b, err := v.store.Book(ctx, session)
	if err != nil {
		return Session{}, Counter{}, nil, err
	}
	last, pays := lastAttempts(b), map[core.ID]Payment{}
	for _, p := range b.Payments {
		pays[p.Sale] = p
	}
	out := make([]Sold, 0, len(b.Sales))
	for _, s := range slices.Backward(b.Sales) {
		out = append(out, Sold{s, last[s.ID], pays[s.ID]})
	}
	return b.Session, b.Counter, out, nil
}

// Sale returns one sale with its last attempt.
func (v *View) Sale(ctx context.Context, id core.ID) (Sold, error) {
	if err := staff(ctx); err != nil {
		return Sold{}, err
	}
	return v.sold(ctx, id)
}

func (v *View) sold(ctx context.Context, id core.ID) (Sold, error) {
	s, err := v.store.Sale(ctx, id)
	if err != nil {
		return Sold{}, err
	}
	attempts, err := v.store.AttemptsOf(ctx, id)
	if err != nil {
		return Sold{}, fmt.Errorf("attempts of sale %s: %w", id, err)
	}
	out := Sold{Sale: s}
	for _, a := range attempts {
		if a.Number >= out.Attempt.Number {
			out.Attempt = a
		}
	}
	return out, nil
}

// Detail is everything about one sale.
type Detail struct {
	Sale       Sale
	Session    Session
	Counter    Counter
	Attempts   []Attempt
	Payment    *Payment
	Refunds    []Refund
	Refundable core.Money // what may still be asked back
	MayVoid    bool
}

// Detail returns everything about one sale.
func (v *View) Detail(ctx context.Context, id core.ID) (Detail, error) {
	if err := staff(ctx); err != nil {
		return Detail{}, err
	}
	var d Detail
	var err error
	if d.Sale, err = v.store.Sale(ctx, id); err != nil {
		return d, err
	}
	if d.Session, err = v.store.Session(ctx, d.Sale.Session); err != nil {
		return d, fmt.Errorf("session of sale %s: %w", id, err)
	}
	if d.Counter, err = v.Counter(ctx, d.Sale.Counter); err != nil {
		return d, err
	}
	if d.Attempts, err = v.store.AttemptsOf(ctx, id); err != nil {
		return d, fmt.Errorf("attempts of sale %s: %w", id, err)
	}
	for _, a := range d.Attempts {
		p, err := v.store.PaymentOf(ctx, a.ID)
		switch {
		case core.KindOf(err) == core.KindNotFound:
			continue
		case err != nil:
			return d, fmt.Errorf("payment of attempt %s: %w", a.ID, err)
		}
		d.Payment = &p
		if d.Refunds, err = v.store.RefundsOf(ctx, p.ID); err != nil {
			return d, fmt.Errorf("refunds of payment %s: %w", p.ID, err)
		}
		d.Refundable = p.Amount
		for _, r := range d.Refunds {
			if r.State.Claims() {
				d.Refundable -= r.Amount
			}
		}
		if d.Sale.State != SalePaid {
			d.Refundable = 0
		}
		d.MayVoid = d.Refundable == p.Amount && d.Session.State == SessionOpen && d.Session.Day == DayOf(v.now())
	}
	return d, nil
}

// Attempt returns one attempt with its sale.
func (v *View) Attempt(ctx context.Context, id core.ID) (Attempt, Sale, error) {
	if err := staff(ctx); err != nil {
		return Attempt{}, Sale{}, err
	}
	return v.attempt(ctx, id)
}

func (v *View) attempt(ctx context.Context, id core.ID) (Attempt, Sale, error) {
	a, err := v.store.Attempt(ctx, id)
	if err != nil {
		return Attempt{}, Sale{}, err
	}
	s, err := v.store.Sale(ctx, a.Sale)
	if err != nil {
		return Attempt{}, Sale{}, fmt.Errorf("sale of attempt %s: %w", id, err)
	}
	return a, s, nil
}

// Practice returns an attempt of 練習, for whoever holds its ID; any other is not found.
func (v *View) Practice(ctx context.Context, id core.ID) (Attempt, Sale, error) {
	a, s, err := v.attempt(ctx, id)
	if err == nil && (!a.Training || a.Wallet != WalletTraining) {
		return Attempt{}, Sale{}, ErrNoAttempt.Because("attempt %s is no practice", id)
	}
	return a, s, err
}

// PracticeWaiting returns the attempts of 練習 that wait for their pretend customer, newest first.
func (v *View) PracticeWaiting(ctx context.Context) ([]Attempt, error) {
	if err := staff(ctx); err != nil {
		return nil, err
	}
	today := DayOf(v.now())
	sessions, err := v.store.Sessions(ctx, today, today)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	var out []Attempt
	for _, s := range sessions {
		if !s.Training || s.State != SessionOpen {
			continue
		}
		b, err := v.store.Book(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range b.Attempts {
			if a.State.Resolving() && a.Wallet == WalletTraining {
				out = append(out, a)
			}
		}
	}
	slices.SortFunc(out, func(a, b Attempt) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return out, nil
}

// Items returns all items; only those sold today where today is asked for.
func (v *View) Items(ctx context.Context, today bool) ([]Item, error) {
	if err := staff(ctx); err != nil {
		return nil, err
	}
	items, err := v.store.Items(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the price list: %w", err)
	}
	if today {
		items = slices.DeleteFunc(items, func(i Item) bool { return !i.On(DayOf(v.now())) })
	}
	slices.SortStableFunc(items, func(a, b Item) int { return a.Order - b.Order })
	return items, nil
}

// Reductions returns all reductions; only those given today where today is asked for.
func (v *View) Reductions(ctx context.Context, today bool) ([]Reduction, error) {
	if err := staff(ctx); err != nil {
		return nil, err
	}
	list, err := v.store.Reductions(ctx)
	if err != nil {
		return nil, fmt.Errorf("read reductions: %w", err)
	}
	if today {
		list = slices.DeleteFunc(list, func(r Reduction) bool { return !r.On(DayOf(v.now())) })
	}
	return list, nil
}

// Designations returns all 告示.
func (v *View) Designations(ctx context.Context) ([]Designation, error) {
	if err := staff(ctx); err != nil {
		return nil, err
	}
	return v.store.Designations(ctx)
}

// The first tab of the price list.
const (
	frequentDays     = 14
	frequentSessions = 3
	frequentItems    = 12
)

// Frequent returns the codes of what a counter sold most of late, best first; none where it sold nothing.
func (v *View) Frequent(ctx context.Context, counter core.ID) ([]string, error) {
	if err := staff(ctx); err != nil {
		return nil, err
	}
	today := DayOf(v.now())
	sessions, err := v.store.Sessions(ctx, today.Add(-frequentDays), today)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	counts, seen := map[string]int{}, 0
	for _, s := range sessions {
		if s.Counter != counter || s.Training || seen == frequentSessions {
			continue
		}
		seen++
		b, err := v.store.Book(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		for _, sale := range b.Sales {
			for _, l := range sale.Lines {
				counts[l.Code] += l.Count
			}
		}
	}
	codes := make([]string, 0, len(counts))
	for c := range counts {
		codes = append(codes, c)
	}
	slices.SortFunc(codes, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return compare(a, b)
	})
	return codes[:min(len(codes), frequentItems)], nil
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Offers says how a stored sale may be paid.
func (v *View) Offers(ctx context.Context, sale core.ID) ([]Offer, error) {
	if err := staff(ctx); err != nil {
		return nil, err
	}
	s, err := v.store.Sale(ctx, sale)
	if err != nil {
		return nil, err
	}
	return v.offers(ctx, s)
}

func (v *View) offers(ctx context.Context, s Sale) ([]Offer, error) {
	c, err := v.Counter(ctx, s.Counter)
	if err != nil {
		return nil, err
	}
	return v.desk.Offers(ctx, c, s.Lines, s.Training, s.Day)
}

// Search returns sales whose number, or any id of ours or of a provider, contains text.
func (v *View) Search(ctx context.Context, from, to Day, text string) ([]Sold, error) {
	if err := staff(ctx); err != nil {
		return nil, err
	}
	if err := span(from, to); err != nil {
		return nil, err
	}
	sales, err := v.store.SearchSales(ctx, from, to, text, 100)
	if err != nil {
		return nil, fmt.Errorf("search sales: %w", err)
	}
	out := make([]Sold, 0, len(sales))
	for _, s := range sales {
		x, err := v.sold(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		if x.Attempt.State.Took() {
			if x.Payment, err = v.store.PaymentOf(ctx, x.Attempt.ID); err != nil {
				return nil, fmt.Errorf("payment of sale %s: %w", s.ID, err)
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// longestSpan is how many days one question may be about.
const longestSpan = 400

func span(from, to Day) error {
	for _, d := range []Day{from, to} {
		if _, err := ParseDay(string(d)); err != nil {
			return err
		}
	}
	if to < from || from.Add(longestSpan) < to {
		e := core.Invalid("days_invalid", "期間は、始まりの日から終わりの日まで、400日以内で入れてください。")
		return e.Because("from %s to %s", from, to)
	}
	return nil
}

// Elapsed is how long an attempt took, or takes.
func Elapsed(a Attempt, now time.Time) time.Duration {
	if a.State.Live() || a.DecidedAt.IsZero() {
		return max(0, now.Sub(a.CreatedAt))
	}
	return max(0, a.DecidedAt.Sub(a.CreatedAt))
}

// CheckSpan refuses days that are none, and more of them than one question may be about.
func CheckSpan(from, to Day) error { return span(from, to) }
