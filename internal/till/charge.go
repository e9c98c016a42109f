package till

import (
	"context"
	"fmt"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till/jpqr"
)

// Offer is one way to pay a sale with one wallet, or why not.
type Offer struct {
	Way      Way
	Wallet   Wallet
	Provider string
	Sticker  Sticker // for WaySticker
	Why      *Why    // nil: it may be chosen
}

// Offers says how lines may be paid at a counter, in the order of screens. What cannot be chosen says why.
func (d *Desk) Offers(ctx context.Context, c Counter, lines []Line, training bool, on Day) ([]Offer, error) {
	notices, err := d.store.Designations(ctx)
	if err != nil {
		return nil, fmt.Errorf("read designations: %w", err)
	}
	var out []Offer
	for _, way := range []Way{WayScan, WayShow, WaySticker, WayCash} {
		for _, w := range Wallets() {
			out = append(out, d.offer(c, way, w, lines, training, on, notices)...)
		}
	}
	return out, nil
}

func (d *Desk) offer(c Counter, way Way, w Wallet, lines []Line, training bool, on Day, notices []Designation) []Offer {
	if training != (w.ID == WalletTraining) && !(training && w.ID == WalletCash) {
		return nil
	}
	if way == WaySticker {
		var out []Offer
		for _, st := range c.Stickers {
			if !st.Retired && st.Takes(w) {
				out = append(out, Offer{way, w, StickerProvider, st, MayTake(w.ID, lines, on, notices)})
			}
		}
		return out
	}
	for _, p := range d.driver.providers {
		serves, ok := p.(Serving)
		if !ok {
			continue
		}
		for _, served := range serves.Serves()[way] {
			if served == w.ID {
				return []Offer{{way, w, p.Name(), Sticker{}, MayTake(w.ID, lines, on, notices)}}
			}
		}
	}
	if w.Retired != "" && way == WayScan && !training { // a brand that is gone explains itself
		return []Offer{{Way: way, Wallet: w, Why: MayTake(w.ID, lines, on, notices)}}
	}
	return nil
}

// Pay is how a customer wants to pay.
type Pay struct {
	Way      Way
	Wallet   string     // for WayShow and WaySticker
	Code     string     // what the customer showed, for WayScan
	Tendered core.Money // what the customer handed over, for WayCash
}

// StickerProvider is the name of the provider that stands in for a sticker: nobody answers but the clerk.
const StickerProvider = "static"

// prompt is how long Pay waits for a provider that answers at once, to spare the screen a step.
const prompt = 300 * time.Millisecond

// slack is added to the time a provider may take before the driver takes an attempt to be orphaned.
const slack = 15 * time.Second

// Charge stores an attempt and only then asks the provider. It returns as soon as the attempt is stored and the
// provider had a moment; what comes later is told to whoever follows the session.
func (d *Desk) Charge(ctx context.Context, key string, sale core.ID, with Pay) (Attempt, error) {
	said := with
	if said.Code != "" { // a hash of digits alone could be turned back into the code
		said.Code = d.spent(with.Code)
	}
	by, err := d.may(ctx, key, "start_attempt", counterStaff(), sale, said)
	if err != nil {
		return Attempt{}, err
	}
	a, err := d.charge(ctx, by, sale, with)
	return again(ctx, d.store, by, d.store.Attempt, a, err)
}

func (d *Desk) charge(ctx context.Context, by *person, sale core.ID, with Pay) (Attempt, error) {
	s, err := d.store.Sale(ctx, sale)
	if err != nil {
		return Attempt{}, err
	}
	if _, err := d.today(ctx, s.Session); err != nil {
		return Attempt{}, err
	}
	o, err := d.order(ctx, s, with)
	if err != nil {
		return Attempt{}, err
	}
	o.Attempt.Clerk = by.actor.Account
	mine := o.Attempt.ID
	p, ok := d.driver.Provider(o.Attempt.Provider)
	if !ok {
		return Attempt{}, ErrProvider.Because("provider %q", o.Attempt.Provider)
	}
	o.Attempt.NextAt = o.Attempt.CreatedAt.Add(p.Terms(o.Attempt).Call + slack)
	stored, err := d.store.AddAttempt(ctx, by.cmd, o.Attempt, attemptEvent("", o.Attempt, o.Attempt.CreatedAt, by))
	if err != nil || stored.ID != mine { // the same press again: the first one is under way
		return stored, err
	}
	o.Attempt = stored
	return d.begin(ctx, o)
}

func (d *Desk) begin(ctx context.Context, o Order) (Attempt, error) {
	type result struct {
		a   Attempt
		err error
	}
	done := make(chan result, 1)
	go func() {
		a, err := d.driver.Start(ctx, o)
		if err != nil {
			d.log.ErrorContext(ctx, "start a payment", "attempt", o.Attempt.ID, "err", err)
		}
		done <- result{a, err}
	}()
	t := time.NewTimer(prompt)
	defer t.Stop()
	select {
	case r := <-done:
		if r.err != nil { // it is stored; the driver finds it
			return o.Attempt, nil
		}
		return r.a, nil
	case <-t.C:
		return o.Attempt, nil
	}
}

// order decides who is asked for what.
func (d *Desk) order(ctx context.Context, s Sale, with Pay) (Order, error) {
	c, err := d.counter(ctx, s.Counter)
	if err != nil {
		return Order{}, err
	}
	offers, err := d.Offers(ctx, c, s.Lines, s.Training, s.Day)
	if err != nil {
		return Order{}, err
	}
	now := d.now()
	a := Attempt{
		ID: core.NewID(now), Sale: s.ID, Session: s.Session, Way: with.Way, Wallet: with.Wallet, Amount: s.Total, Training: s.Training,
		State: AttemptCreated, CreatedAt: now,
	}
	o := Order{Title: title(s), Counter: c.Name}
	switch with.Way {
	case WayScan:
		var code jpqr.Consumer
		if a, code, err = d.read(a, with.Code, s.Training); err != nil {
			return Order{}, err
		}
		o.Code = code.Code.Reveal()
	case WayCash:
		if with.Tendered < s.Total {
			return Order{}, ErrCashShort
		}
		a.Wallet = WalletCash
	case WayShow, WaySticker:
	default:
		return Order{}, ErrWay.Because("way %q", with.Way)
	}
	chosen, err := choose(offers, a, with.Way)
	if err != nil {
		return Order{}, err
	}
	a.Provider, a.Thread = chosen.Provider, chosen.Sticker.Provider
	for _, f := range offers {
		if f.Way == with.Way && f.Provider == a.Provider && f.Why == nil {
			o.Wallets = append(o.Wallets, f.Wallet.ID)
		}
	}
	o.Attempt = a
	return o, nil
}

// choose finds the offer that an attempt is made of. A scanned code whose wallet we cannot guess goes to the first
// provider that reads codes: it knows.
func choose(offers []Offer, a Attempt, way Way) (Offer, error) {
	var refusal *Why
	for _, f := range offers {
		if f.Way != way || a.Wallet != "" && f.Wallet.ID != a.Wallet {
			continue
		}
		if f.Why == nil {
			return f, nil
		}
		refusal = f.Why
	}
	if refusal == nil {
		return Offer{}, ErrProvider.Because("no provider for %s with %q", way, a.Wallet)
	}
	e := *ErrWallet
	e.Code, e.Message = "wallet_"+refusal.Code, refusal.Message
	return Offer{}, &e
}

// read understands the code a customer showed, as far as it can be: what is surely no code for payment is refused
// here, what a brand that is gone left behind explains itself, and the provider decides the rest.
func (d *Desk) read(a Attempt, code string, training bool) (Attempt, jpqr.Consumer, error) {
	c, err := jpqr.ParseConsumer(code)
	if err != nil {
		return a, c, err // its own words say what it is instead
	}
	if a.CodeHash, err = c.Fingerprint(d.key); err != nil {
		return a, c, fmt.Errorf("fingerprint of a code: %w", err)
	}
	a.CodeTail = c.Masked()
	if hint, ok := d.hints.Match(c); ok && hint.Retired && !training {
		e := *ErrWallet
		e.Code, e.Message = "wallet_retired", hint.Note
		return a, c, &e
	}
	return a, c, nil
}

// spent is a code as the hash of a command knows it.
func (d *Desk) spent(code string) string {
	c, err := jpqr.ParseConsumer(code)
	if err != nil {
		return "unreadable"
	}
	print, err := c.Fingerprint(d.key)
	if err != nil {
		return "unreadable"
	}
	return print
}

// title is what the customer's own list says: 住民票の写し ほか1件.
func title(s Sale) string {
	t := s.Lines[0].Name
	if n := len(s.Lines) - 1; n > 0 {
		t += fmt.Sprintf(" ほか%d件", n)
	}
	if r := []rune(t); len(r) > maxName {
		t = string(r[:maxName])
	}
	return t
}
