package till

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
	"unicode/utf8"

	"yakusho/internal/core"
	"yakusho/internal/till/jpqr"
)

// Desk is what a clerk does: open a counter, fix a sale, be paid, give up. It decides who may and what is possible;
// the store makes sure that it is still so when it is written. It is safe for concurrent use.
type Desk struct {
	store  Store
	driver *Driver
	hints  jpqr.HintTable
	key    []byte // of the hashes of customers' codes
	now    core.Clock
	log    *slog.Logger
}

// DeskOptions are what a desk is made of.
type DeskOptions struct {
	Hints   jpqr.HintTable
	CodeKey []byte // 32 random bytes that stay the same on this installation
	Clock   core.Clock
	Log     *slog.Logger
}

// NewDesk returns a desk.
func NewDesk(store Store, driver *Driver, o DeskOptions) *Desk {
	return &Desk{store: store, driver: driver, hints: o.Hints, key: o.CodeKey, now: o.Clock, log: o.Log}
}

// may makes the command of a request and refuses whoever holds none of the roles.
func (d *Desk) may(ctx context.Context, key, what string, roles []core.Role, said ...any) (*person, error) {
	return admitted(ctx, d.now, key, what, roles, said...)
}

func admitted(ctx context.Context, now core.Clock, key, what string, roles []core.Role, said ...any) (*person, error) {
	by, err := command(ctx, key, what, now(), said...)
	if err != nil {
		return nil, err
	}
	return by, allowed(by.actor, roles)
}

func allowed(a core.Actor, roles []core.Role) error {
	if !a.SignedIn() {
		return ErrSignIn
	}
	for _, r := range roles {
		if a.Has(r) {
			return nil
		}
	}
	return ErrRole
}

// Who may do what. An admin may everything a role may.
func counterStaff() []core.Role { return []core.Role{core.RoleClerk, core.RoleAccountant} }
func accounting() []core.Role   { return []core.Role{core.RoleAccountant} }
func ict() []core.Role          { return []core.Role{core.RoleAdmin} }

// Scanned is what was read from a sticker at the opening.
type Scanned struct {
	Sticker core.ID
	Payload string
}

// Open opens a counter for today. Every sticker on it has to be read and be, byte for byte, the one that was
// registered: a swapped sticker pays somebody else. An opening for training needs no sticker.
func (d *Desk) Open(ctx context.Context, key string, counter core.ID, float core.Money, scans []Scanned, training bool) (Session, error) {
	by, err := d.may(ctx, key, "open_session", counterStaff(), counter, float, scans, training)
	if err != nil {
		return Session{}, err
	}
	s, err := d.open(ctx, by, counter, float, scans, training)
	return again(ctx, d.store, by, d.store.Session, s, err)
}

func (d *Desk) open(ctx context.Context, by *person, counter core.ID, float core.Money, scans []Scanned, training bool) (Session, error) {
	c, err := d.counter(ctx, counter)
	if err != nil {
		return Session{}, err
	}
	if float < 0 || float > maxPrice {
		return Session{}, ErrTooMuch
	}
	now := d.now()
	s := Session{
		ID: core.NewID(now), Counter: c.ID, Day: DayOf(now), Training: training, State: SessionOpen, OpenedBy: by.actor.Account,
		OpenedAt: now, Float: float,
	}
	if !training {
		if s.Checked, err = d.checkStickers(ctx, by, c, scans); err != nil {
			return Session{}, err
		}
	}
	e := by.sign(Event{
		At: now, What: "till.open", Target: string(c.ID), Outcome: "ok", Session: s.ID,
		Detail: map[string]string{"day": string(s.Day), "training": fmt.Sprint(training), "stickers": fmt.Sprint(len(s.Checked))},
	})
	opened, err := d.store.Open(ctx, by.cmd, s, e)
	if errors.Is(err, ErrSessionOpen) {
		if err = d.endPractice(ctx, by, c, err); err != nil {
			return opened, err
		}
		return d.store.Open(ctx, by.cmd, s, e)
	}
	return opened, err
}

// endPractice closes what is open at a counter if it is practice, which must not stand in the way of customers. Anything
// else stays open: the answer is the refusal, or that it is since an earlier day and to be closed first.
func (d *Desk) endPractice(ctx context.Context, by *person, c Counter, refused error) error {
	today := DayOf(d.now())
	all, err := d.store.Sessions(ctx, today, today)
	if err != nil {
		return fmt.Errorf("look for the open session of counter %s: %w", c.ID, err)
	}
	open, ok := find(all, func(s Session) bool { return s.Counter == c.ID && s.State == SessionOpen })
	switch {
	case ok && open.Training:
		_, err = d.close(ctx, &person{actor: by.actor}, open.ID)
		return err
	case ok && open.Day != today:
		return ErrYesterday
	}
	return refused
}

// checkStickers compares what was read with what was registered. A difference is kept even though nothing is opened.
func (d *Desk) checkStickers(ctx context.Context, by *person, c Counter, scans []Scanned) ([]Checked, error) {
	var out []Checked
	for _, st := range c.Stickers {
		if st.Retired {
			continue
		}
		read, ok := find(scans, func(s Scanned) bool { return s.Sticker == st.ID })
		if !ok {
			return nil, ErrStickers.Because("sticker %s was not read", st.ID)
		}
		if diff := jpqr.Compare(st.Payload, read.Payload); !diff.Same {
			e := by.sign(Event{
				At: d.now(), What: "till.sticker", Target: string(st.ID), Outcome: "refused",
				Detail: map[string]string{"counter": string(c.ID), "label": st.Label, "misread": fmt.Sprint(diff.Misread)},
			})
			if err := d.store.Keep(ctx, e); err != nil {
				return nil, fmt.Errorf("keep a sticker that differs: %w", err)
			}
			refused := *ErrStickerOther
			if diff.Misread {
				refused = *ErrStickers
			}
			refused.Message = diff.Message
			return nil, &refused
		}
		out = append(out, Checked{st.ID, true, d.now()})
	}
	return out, nil
}

func (d *Desk) counter(ctx context.Context, id core.ID) (Counter, error) {
	all, err := d.store.Counters(ctx)
	if err != nil {
		return Counter{}, fmt.Errorf("read counters: %w", err)
	}
	c, ok := find(all, func(c Counter) bool { return c.ID == id && !c.Retired })
	if !ok {
		return Counter{}, ErrNoCounter.Because("counter %s", id)
	}
	return c, nil
}

// today returns a session that takes sales now.
func (d *Desk) today(ctx context.Context, id core.ID) (Session, error) {
	s, err := d.store.Session(ctx, id)
	switch {
	case err != nil:
		return Session{}, err
	case s.State != SessionOpen:
		return Session{}, ErrNotOpen
	case s.Day != DayOf(d.now()):
		return Session{}, ErrYesterday
	}
	return s, nil
}

// Fix fixes what a customer owes, at today's prices. A sale that is reduced to nothing is paid with that.
func (d *Desk) Fix(ctx context.Context, key string, session core.ID, choices []Choice) (Sale, error) {
	by, err := d.may(ctx, key, "fix_sale", counterStaff(), session, choices)
	if err != nil {
		return Sale{}, err
	}
	s, err := d.fix(ctx, by, session, choices)
	return again(ctx, d.store, by, d.store.Sale, s, err)
}

func (d *Desk) fix(ctx context.Context, by *person, session core.ID, choices []Choice) (Sale, error) {
	open, err := d.today(ctx, session)
	if err != nil {
		return Sale{}, err
	}
	items, err := d.store.Items(ctx)
	if err != nil {
		return Sale{}, fmt.Errorf("read the price list: %w", err)
	}
	reductions, err := d.store.Reductions(ctx)
	if err != nil {
		return Sale{}, fmt.Errorf("read reductions: %w", err)
	}
	lines, total, err := Fix(choices, items, reductions, open.Day)
	if err != nil {
		return Sale{}, err
	}
	now := d.now()
	s := Sale{
		ID: core.NewID(now), Session: open.ID, Counter: open.Counter, Day: open.Day, Lines: lines, Total: total, Training: open.Training,
		State: SaleOpen, Clerk: by.actor.Account, Name: by.actor.Name, FixedAt: now,
	}
	if total == 0 {
		s.State, s.EndedAt = SalePaid, now
	}
	return d.store.FixSale(ctx, by.cmd, s, by.sign(Event{
		At: now, What: "till.sale", Target: string(s.ID), Outcome: "ok", Session: s.Session, Sale: s.ID,
		Detail: map[string]string{"total": fmt.Sprint(int64(total)), "lines": fmt.Sprint(len(lines)), "training": fmt.Sprint(s.Training)},
	}))
}

// Drop gives up a sale that nothing was paid for (取りやめ).
func (d *Desk) Drop(ctx context.Context, key string, sale core.ID) (Sale, error) {
	by, err := d.may(ctx, key, "drop_sale", counterStaff(), sale)
	if err != nil {
		return Sale{}, err
	}
	s, err := d.store.Sale(ctx, sale)
	if err != nil {
		return Sale{}, err
	}
	now := d.now()
	return d.store.EndSale(ctx, by.cmd, sale, now, by.sign(Event{
		At: now, What: "till.drop", Target: string(sale), Outcome: "ok", Session: s.Session, Sale: sale,
	}))
}

// Cancel is the clerk's wish that an attempt comes to nothing. The end is the provider's to say.
func (d *Desk) Cancel(ctx context.Context, key string, attempt core.ID) (Attempt, error) {
	by, err := d.may(ctx, key, "cancel_attempt", counterStaff(), attempt)
	if err != nil {
		return Attempt{}, err
	}
	moved, err := d.driver.change(ctx, attempt, by, func(a Attempt) (Attempt, *Booking, error) {
		next, err := a.Cancel(d.now())
		if p, ok := d.driver.Provider(a.Provider); err == nil && ok && p.Terms(a).Hands { // nobody to ask: the clerk saw it
			next = a.end(AttemptNotPaid, ReasonClerkCanceled, d.now())
		}
		return next, nil, err
	})
	d.driver.Wake()
	return again(ctx, d.store, by, d.store.Attempt, moved, err)
}

// Tick is what the clerk saw on the customer's screen.
type Tick struct {
	Amount core.Money
	At     time.Time // the time on the screen
	Tail   string    // the last four digits of the 取引番号
}

const (
	tickWithin = 2 * time.Minute
	tailDigits = 4
)

// Shown takes the clerk's word for a payment by sticker, after amount, time and 取引番号 were compared: a screen can be
// an old one. It stays unconfirmed until the settlement file has it.
func (d *Desk) Shown(ctx context.Context, key string, attempt core.ID, tick Tick) (Attempt, error) {
	by, err := d.may(ctx, key, "tick_shown", counterStaff(), attempt, tick)
	if err != nil {
		return Attempt{}, err
	}
	moved, err := d.driver.change(ctx, attempt, by, func(a Attempt) (Attempt, *Booking, error) { return d.shown(ctx, a, tick) })
	return again(ctx, d.store, by, d.store.Attempt, moved, err)
}

func (d *Desk) shown(ctx context.Context, a Attempt, tick Tick) (Attempt, *Booking, error) {
	now := d.now()
	switch {
	case a.Way != WaySticker:
		return a, nil, ErrNotSticker
	case a.State == AttemptShown && a.Proof == Proof{tick.At, tick.Tail}: // the same press again
		return a, nil, nil
	case tick.Amount != a.Amount || utf8.RuneCountInString(tick.Tail) != tailDigits || tick.At.IsZero():
		return a, nil, ErrTick
	case tick.At.Truncate(time.Minute).After(now) || now.Sub(tick.At) > tickWithin+time.Minute: // screens show no seconds
		return a, nil, ErrTickTime.Because("screen says %s at %s", tick.At, now)
	case !a.State.CanMove(AttemptShown):
		return a, nil, ErrMoved
	}
	// At any counter, and given back or not: it is the same screen.
	err := d.store.Payments(ctx, a.Settles(), DayOf(now).Add(-1), DayOf(now), func(p Payment) error {
		if p.Way == WaySticker && p.Attempt != a.ID && p.Ref == tick.Tail && p.BookedOn == DayOf(now) {
			return ErrTickUsed.Because("by attempt %s", p.Attempt)
		}
		return nil
	})
	if err != nil {
		return a, nil, err
	}
	next := a
	next.State, next.Proof, next.PaidAt, next.DecidedAt, next.NextAt = AttemptShown, Proof{tick.At, tick.Tail}, tick.At, now, time.Time{}
	return next, nil, nil
}
