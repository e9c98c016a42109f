package till

import (
	"context"
	"fmt"
	"time"

	"yakusho/internal/core"
)

// DisplayPhase is what a customer display shows.
type DisplayPhase string

// The phases of a display.
const (
	DisplayClosed   DisplayPhase = "closed"
	DisplayIdle     DisplayPhase = "idle"
	DisplayAmount   DisplayPhase = "amount" // fixed; how to pay is not chosen
	DisplayPay      DisplayPhase = "pay"
	DisplayChecking DisplayPhase = "checking"
	DisplayPaid     DisplayPhase = "paid"
	DisplayNotPaid  DisplayPhase = "not_paid"
)

// Facing is what a customer display shows: never more than what is on the counter anyway.
type Facing struct {
	Phase    DisplayPhase
	Counter  Counter
	Session  Session
	Sale     Sale
	Attempt  Attempt
	Wallets  []string // names of brands that may be used now
	Sticker  Sticker
	Notable  string // the reason it was not paid
	Training bool
}

// resultFor is how long a result stays in front of the customer when nobody clears it.
const resultFor = 90 * time.Second

// ErrNoDisplay is for a browser that is no customer display.
var ErrNoDisplay = core.NotFound("display_unknown", "この画面は、お客様用の画面として登録されていません。窓口職員に番号を伝えてください。")

// Display returns the display whose browser holds a secret with this SHA-256, in hex.
func (v *View) Display(ctx context.Context, secret string) (Display, error) {
	all, err := v.store.Displays(ctx)
	if err != nil {
		return Display{}, fmt.Errorf("read displays: %w", err)
	}
	d, ok := find(all, func(d Display) bool { return d.Secret == secret && !d.Retired })
	if !ok {
		return Display{}, ErrNoDisplay
	}
	return d, nil
}

// Facing returns what the display of a counter shows. shown is what the hub remembers for a session.
func (v *View) Facing(ctx context.Context, counter core.ID, shown func(session core.ID) (core.ID, bool)) (Facing, error) {
	c, err := v.Counter(ctx, counter)
	if err != nil {
		return Facing{}, err
	}
	f := Facing{Phase: DisplayClosed, Counter: c}
	today := DayOf(v.now())
	sessions, err := v.store.Sessions(ctx, today, today)
	if err != nil {
		return f, fmt.Errorf("read sessions: %w", err)
	}
	s, ok := find(sessions, func(s Session) bool { return s.Counter == counter && s.State == SessionOpen && s.Day == today })
	if !ok {
		return f, nil
	}
	f.Session, f.Training, f.Phase = s, s.Training, DisplayIdle
	id, known := shown(s.ID)
	if !known {
		b, err := v.store.Book(ctx, s.ID)
		if err != nil {
			return f, err
		}
		if len(b.Sales) > 0 {
			id = b.Sales[len(b.Sales)-1].ID
		}
	}
	if id == "" {
		return f, nil
	}
	x, err := v.sold(ctx, id)
	if err != nil {
		return f, err
	}
	return f, v.face(ctx, &f, x)
}

func (v *View) face(ctx context.Context, f *Facing, x Sold) error {
	now := v.now()
	fresh := x.Sale.EndedAt.IsZero() || now.Sub(x.Sale.EndedAt) < resultFor
	switch {
	case !fresh, x.Sale.State == SaleDrop, x.Sale.State == SaleVoided:
		return nil
	}
	f.Sale, f.Attempt = x.Sale, x.Attempt
	switch a := x.Attempt; {
	case x.Sale.State == SalePaid:
		f.Phase = DisplayPaid
		return nil
	case a.ID == "", a.Phase() == PhaseNotPaid && now.Sub(a.DecidedAt) > resultFor:
		f.Phase = DisplayAmount
	case a.Phase() == PhaseNotPaid:
		f.Phase, f.Notable = DisplayNotPaid, a.Reason
	case a.Phase() == PhaseChecking:
		f.Phase = DisplayChecking
		return nil
	default:
		f.Phase = DisplayPay
	}
	offers, err := v.offers(ctx, x.Sale)
	if err != nil {
		return err
	}
	named := map[string]bool{}
	for _, o := range offers {
		if o.Why != nil || o.Way == WayCash || f.Phase == DisplayPay && o.Way != x.Attempt.Way {
			continue
		}
		if f.Phase == DisplayPay && x.Attempt.Way != WayScan && o.Wallet.ID != x.Attempt.Wallet {
			continue
		}
		if f.Phase == DisplayPay && o.Way == WaySticker {
			f.Sticker = o.Sticker
		}
		if !named[o.Wallet.Name] {
			named[o.Wallet.Name] = true
			f.Wallets = append(f.Wallets, o.Wallet.Name)
		}
	}
	return nil
}

// PairDisplay makes whoever holds the secret the customer display of a counter. secret is its SHA-256, in hex.
func (o *Office) PairDisplay(ctx context.Context, key string, counter core.ID, secret string) (Display, error) {
	by, err := o.may(ctx, key, "pair_display", counterStaff(), counter, secret)
	if err != nil {
		return Display{}, err
	}
	counters, err := o.store.Counters(ctx)
	if err != nil {
		return Display{}, fmt.Errorf("read counters: %w", err)
	}
	if _, ok := find(counters, func(c Counter) bool { return c.ID == counter && !c.Retired }); !ok {
		return Display{}, ErrNoCounter.Because("counter %s", counter)
	}
	d := Display{ID: core.NewID(o.now()), Counter: counter, Secret: secret, Paired: o.now(), By: by.actor.Account}
	return o.store.PutDisplay(ctx, by.cmd, d, by.sign(Event{
		At: d.Paired, What: "till.display_paired", Target: string(d.ID), Outcome: "ok", Detail: map[string]string{"counter": string(counter)},
	}))
}

// PartDisplay parts a display from its counter.
func (o *Office) PartDisplay(ctx context.Context, key string, id core.ID) error {
	by, err := o.may(ctx, key, "part_display", counterStaff(), id)
	if err != nil {
		return err
	}
	all, err := o.store.Displays(ctx)
	if err != nil {
		return fmt.Errorf("read displays: %w", err)
	}
	d, ok := find(all, func(d Display) bool { return d.ID == id })
	if !ok {
		return ErrNoDisplay.Because("display %s", id)
	}
	d.Retired = true
	_, err = o.store.PutDisplay(ctx, by.cmd, d, by.sign(Event{
		At: o.now(), What: "till.display_parted", Target: string(d.ID), Outcome: "ok", Detail: map[string]string{"counter": string(d.Counter)},
	}))
	return err
}
