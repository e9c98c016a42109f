package till

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"yakusho/internal/core"
	"yakusho/internal/till/ledger"
)

// Office is what 会計課 and the ICT section do behind the counters: answer for what is unresolved, take in the files of
// the providers, match, book deposits, keep the price list. It is safe for concurrent use.
type Office struct {
	store  Store
	driver *Driver
	now    core.Clock
	log    *slog.Logger
}

// NewOffice returns an office.
func NewOffice(store Store, driver *Driver, now core.Clock, log *slog.Logger) *Office {
	return &Office{store, driver, now, log}
}

func (o *Office) may(ctx context.Context, key, what string, roles []core.Role, said ...any) (*person, error) {
	return admitted(ctx, o.now, key, what, roles, said...)
}

// Unresolved is the list: what nobody knows yet, and who answers for it.
func (o *Office) Unresolved(ctx context.Context) ([]Attempt, error) {
	if err := allowed(core.ActorFrom(ctx), counterStaff()); err != nil {
		return nil, err
	}
	return o.store.Unresolved(ctx)
}

// Own makes somebody answer for a live attempt.
func (o *Office) Own(ctx context.Context, key string, attempt, owner core.ID, note string) (Attempt, error) {
	by, err := o.may(ctx, key, "own_attempt", accounting(), attempt, owner, note)
	if err != nil {
		return Attempt{}, err
	}
	a, err := o.driver.change(ctx, attempt, by, func(a Attempt) (Attempt, *Booking, error) {
		if !a.State.Live() {
			return a, nil, ErrMoved
		}
		a.Owner, a.Note = owner, note
		return a, nil, nil
	})
	return again(ctx, o.store, by, o.store.Attempt, a, err)
}

// AskAgain makes the driver ask the provider now.
func (o *Office) AskAgain(ctx context.Context, key string, attempt core.ID) (Attempt, error) {
	if _, err := o.may(ctx, key, "ask_again", counterStaff(), attempt); err != nil {
		return Attempt{}, err
	}
	if err := o.store.Nudge(ctx, attempt, o.now()); err != nil {
		return Attempt{}, err
	}
	o.driver.Wake()
	return o.store.Attempt(ctx, attempt)
}

// Decide ends an unresolved or merely shown attempt by what a person found out. The note says what was looked at.
func (o *Office) Decide(ctx context.Context, key string, attempt core.ID, to AttemptState, note string) (Attempt, error) {
	by, err := o.may(ctx, key, "decide_attempt", accounting(), attempt, to, note)
	if err != nil {
		return Attempt{}, err
	}
	if strings.TrimSpace(note) == "" {
		return Attempt{}, ErrNote
	}
	a, err := o.driver.change(ctx, attempt, by, func(a Attempt) (Attempt, *Booking, error) {
		if a.State != AttemptUnresolved && a.State != AttemptShown || !a.State.CanMove(to) {
			return a, nil, ErrMoved
		}
		next := a.end(to, ReasonByHand, o.now())
		next.Note = note
		b, err := o.bookShown(ctx, a, to)
		return next, b, err
	})
	return again(ctx, o.store, by, o.store.Attempt, a, err)
}

// bookShown books what becomes of a payment that was only shown. Anything else is booked as usual, or not at all.
func (o *Office) bookShown(ctx context.Context, a Attempt, to AttemptState) (*Booking, error) {
	if a.State != AttemptShown {
		return nil, nil
	}
	p, err := o.store.PaymentOf(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	on := DayOf(o.now())
	if to == AttemptPaid {
		b, err := BookConfirm(p, on, o.now())
		return &b, err
	}
	s, err := o.store.Sale(ctx, a.Sale)
	if err != nil {
		return nil, err
	}
	b, err := BookRetract(s, p, on, o.now())
	return &b, err
}

// errProven ends a change that somebody else made meanwhile.
var errProven = errors.New("proven paid already")

// proven ends an open or merely shown attempt as paid, because a row of a settlement file has it.
func (o *Office) proven(ctx context.Context, id core.ID, r SettlementRow) error {
	_, err := o.driver.change(ctx, id, nil, func(a Attempt) (Attempt, *Booking, error) {
		if a.State == AttemptPaid {
			return a, nil, errProven
		}
		b, err := o.bookShown(ctx, a, AttemptPaid)
		if a.State != AttemptShown {
			a.PaidAt = r.At
		}
		a.Ref, a.Wallet = either(a.Ref, r.Ref), either(r.Wallet, a.Wallet)
		return a.end(AttemptPaid, ReasonFile, o.now()), b, err
	})
	if err != nil && !errors.Is(err, errProven) {
		return fmt.Errorf("conclude attempt %s from line %d: %w", id, r.Line, err)
	}
	return nil
}

// Import takes in a settlement file, in whole or not at all. The same file again changes nothing. What the file proves
// ends what was open: a payment that was only shown is confirmed, an unresolved attempt it has is paid.
func (o *Office) Import(ctx context.Context, key, provider, name string, file []byte) (Settlement, []FileProblem, error) {
	sum := sha256.Sum256(file)
	by, err := o.may(ctx, key, "import_settlement", accounting(), provider, sum)
	if err != nil {
		return Settlement{}, nil, err
	}
	p, ok := o.driver.Provider(provider)
	reader, reads := p.(Statement)
	if !ok || !reads {
		return Settlement{}, nil, ErrProvider.Because("no settlement files of %q", provider)
	}
	rows, problems := reader.ParseSettlement(file)
	if len(problems) > 0 {
		return Settlement{}, problems, ErrFile.Because("%d problems in %q", len(problems), name)
	}
	s := Settlement{
		ID: core.NewID(o.now()), Provider: provider, Name: name, Sum: hex.EncodeToString(sum[:]), By: by.actor.Account, At: o.now(), Rows: rows,
	}
	for _, r := range rows {
		day := DayOf(r.At)
		if s.From == "" || day < s.From {
			s.From = day
		}
		s.To = max(s.To, day)
	}
	stored, before, err := o.store.AddSettlement(ctx, by.cmd, s, by.sign(Event{
		At: s.At, What: "till.settlement", Target: string(s.ID), Outcome: "ok",
		Detail: map[string]string{"provider": provider, "file": name, "rows": fmt.Sprint(len(rows)), "from": string(s.From), "to": string(s.To)},
	}))
	if err != nil {
		return stored, nil, err
	}
	if !before {
		stored.Rows = rows
	}
	return stored, nil, o.Conclude(ctx, provider, stored.From, stored.To) // also of a file that a crash left at that
}

// Conclude ends what the stored files of a provider prove. It may be done again at any time: after a crash in the middle
// of an import it finishes what was begun.
func (o *Office) Conclude(ctx context.Context, provider string, from, to Day) error {
	if from == "" {
		return nil
	}
	var rows []SettlementRow
	back := map[string]core.Money{} // what went back again, by the provider's id of the payment
	err := o.store.Rows(ctx, provider, from, to, func(r SettlementRow) error {
		switch r.Kind {
		case RowPaid:
			rows = append(rows, r)
		case RowRefunded:
			back[r.Ref] += r.Amount
		case RowFailed:
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("conclude files of %s: %w", provider, err)
	}
	open, err := o.store.Unresolved(ctx)
	if err != nil {
		return fmt.Errorf("conclude files of %s: %w", provider, err)
	}
	byID := map[core.ID]Attempt{}
	for _, a := range open {
		if a.Provider == provider {
			byID[a.ID] = a
		}
	}
	for _, r := range rows {
		a, ok := byID[r.Ours]
		if !ok || a.State != AttemptUnresolved || r.Amount != a.Amount || r.Ref != "" && back[r.Ref] != 0 {
			continue // what was taken and went back is for a person to decide; the match shows it
		}
		if err := o.proven(ctx, a.ID, r); err != nil {
			return err
		}
	}
	return o.concludeShown(ctx, provider, from, to, rows)
}

// Resume is for the start of a server: it finishes what a crash cut short. What fails is logged; the next import of the
// same file finishes it too.
func (o *Office) Resume(ctx context.Context) {
	for _, p := range o.driver.providers {
		if _, reads := p.(Statement); !reads {
			continue
		}
		if err := o.resume(ctx, p.Name()); err != nil && ctx.Err() == nil {
			o.log.ErrorContext(ctx, "finish the last settlement file", "provider", p.Name(), "err", err)
		}
	}
}

// resume concludes the file of a provider that was taken in last.
func (o *Office) resume(ctx context.Context, provider string) error {
	files, err := o.store.Settlements(ctx, provider, "0000-01-01", "9999-12-31")
	if err != nil {
		return fmt.Errorf("look for the last file of %s: %w", provider, err)
	}
	var last Settlement
	for _, f := range files {
		if f.At.After(last.At) {
			last = f
		}
	}
	return o.Conclude(ctx, provider, last.From, last.To)
}

// AddDeposit books what arrived at the bank.
func (o *Office) AddDeposit(ctx context.Context, key string, d Deposit) (Deposit, error) {
	by, err := o.may(ctx, key, "add_deposit", accounting(), d)
	if err != nil {
		return Deposit{}, err
	}
	var p problems
	p.text("provider", d.Provider, 40, "決済事業者")
	p.when(d.Net < 0 || d.Fee < 0 || d.Net+d.Fee == 0 || d.Net+d.Fee > 10_000_000_000, "net", "入金額と手数料を確かめてください。")
	p.span(d.From, d.To)
	_, dayErr := ParseDay(string(d.On))
	p.when(dayErr != nil, "on", "入金日を入れてください。")
	p.when(d.To == "", "to", "対象の期間の終わりを入れてください。")
	if err := p.err("deposit_invalid", "入金の内容を直してください。"); err != nil {
		return Deposit{}, err
	}
	if err := o.pays(ctx, d.Provider); err != nil {
		return Deposit{}, err
	}
	d.ID, d.By, d.At = core.NewID(o.now()), by.actor.Account, o.now()
	entry, err := BookDeposit(d, o.now())
	if err != nil {
		return Deposit{}, err
	}
	return o.store.AddDeposit(ctx, by.cmd, d, entry, by.sign(Event{
		At: d.At, What: "till.deposit", Target: string(d.ID), Outcome: "ok",
		Detail: map[string]string{"provider": d.Provider, "net": fmt.Sprint(int64(d.Net)), "fee": fmt.Sprint(int64(d.Fee)), "on": string(d.On)},
	}))
}

// pays refuses a name that can owe us nothing: a provider pays out what its settlement file has, or what a sticker took.
func (o *Office) pays(ctx context.Context, provider string) error {
	if p, ok := o.driver.Provider(provider); ok {
		if _, files := p.(Statement); files {
			return nil
		}
	}
	counters, err := o.store.Counters(ctx)
	if err != nil {
		return fmt.Errorf("look for stickers of %q: %w", provider, err)
	}
	for _, c := range counters {
		for _, s := range c.Stickers {
			if s.Provider == provider { // also one that is retired by now
				return nil
			}
		}
	}
	return ErrProvider.Because("no deposits of %q", provider)
}

// Balances are the sums of all accounts up to a day.
func (o *Office) Balances(ctx context.Context, until Day) (map[ledger.Account]core.Money, error) {
	if err := allowed(core.ActorFrom(ctx), accounting()); err != nil {
		return nil, err
	}
	return o.store.Balances(ctx, until)
}
