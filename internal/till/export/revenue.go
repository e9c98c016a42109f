package export

import (
	"context"
	"fmt"
	"strings"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/ledger"
)

// What is what moved revenue.
type What string

// The movements, as finance systems keep them apart.
const (
	Sold     What = "収入"
	Voided   What = "取消"     // on the day, before the close
	Retract  What = "入金なし"   // shown by the customer, and never came
	Returned What = "戻出"     // given back in the year of the payment: lessens the revenue
	Overpaid What = "過誤納金還付" // given back after the year of the payment: an expense of the new one
)

// Revenue is one line of a sale, or what went back of it.
type Revenue struct {
	FiscalYear int      // 会計年度 it is booked in: that of the payment, but for Overpaid the one it was given back in
	On         till.Day // of booking
	What       What
	Category   till.Category
	Code, Item string
	Tax        till.Tax
	Count      int        // of the item; 0 for a part that was given back
	Reduced    int        // of Count, with a reduction
	Amount     core.Money // what it adds to the revenue: negative for all but Sold
	Provider   string
	Wallet     string
	Way        till.Way
	PaidOn     till.Day
	Sale       core.ID
	Label      string // 1-0101
	Ref        string // the provider's id of the payment
}

// Settled is one 銀行入金: what a provider owed, in full, less what it kept.
type Settled struct {
	FiscalYear int // of the day it arrived
	On         till.Day
	Provider   string
	Gross      core.Money
	Fee        core.Money // 役務費
	Net        core.Money
}

// ErrRange refuses days in the wrong order, and more of them than anybody closes at once.
var ErrRange = core.Invalid("export_range", "期間は、始まりの日から終わりの日まで、2年以内で入れてください。")

const maxDays = 731

// Books is where the movements come from; till.Store is one.
type Books interface {
	Entries(ctx context.Context, from, to till.Day, each func(ledger.Entry) error) error
	Counters(ctx context.Context) ([]till.Counter, error)
	Sale(ctx context.Context, id core.ID) (till.Sale, error)
	Payment(ctx context.Context, id core.ID) (till.Payment, error)
	Refund(ctx context.Context, id core.ID) (till.Refund, error)
}

// Walk gives every movement that was booked in the days from to to, both included, in the order of the books. It holds the
// entries of one day at a time, so that no cursor is open while it asks for their sales. Either function may be nil.
func Walk(ctx context.Context, b Books, from, to till.Day, revenue func(Revenue) error, settled func(Settled) error) error {
	for _, d := range []till.Day{from, to} {
		if _, err := till.ParseDay(string(d)); err != nil {
			return err
		}
	}
	if to < from || from.Add(maxDays) < to {
		return ErrRange.Because("%s to %s", from, to)
	}
	counters, err := b.Counters(ctx)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	numbers := map[core.ID]int{}
	for _, c := range counters {
		numbers[c.ID] = c.Number
	}
	for day := from; day <= to; day = day.Add(1) {
		var entries []ledger.Entry
		if err := b.Entries(ctx, day, day, func(e ledger.Entry) error { entries = append(entries, e); return nil }); err != nil {
			return fmt.Errorf("export entries of %s: %w", day, err)
		}
		for _, e := range entries {
			if e.What == "settle" && settled != nil {
				err = settled(Settle(e))
			} else if revenue != nil {
				err = walkEntry(ctx, b, e, numbers, revenue)
			}
			if err != nil {
				return fmt.Errorf("export entry %s: %w", e.ID, err)
			}
		}
	}
	return nil
}

func walkEntry(ctx context.Context, b Books, e ledger.Entry, numbers map[core.ID]int, each func(Revenue) error) error {
	var r till.Refund
	payment := e.Subject
	switch e.What {
	case "sale", "retract":
	case "void", "refund":
		var err error
		if r, err = b.Refund(ctx, e.Subject); err != nil {
			return err
		}
		payment = r.Payment
	default:
		return nil // confirm moves no revenue
	}
	p, err := b.Payment(ctx, payment)
	if err != nil {
		return err
	}
	s, err := b.Sale(ctx, p.Sale)
	if err != nil {
		return err
	}
	all, err := Split(e, s, p, r)
	if err != nil {
		return err
	}
	for _, x := range all {
		x.Label = s.Label(numbers[s.Counter])
		if err := each(x); err != nil {
			return err
		}
	}
	return nil
}

// Split tells an entry apart by the lines of its sale; r is the refund of an entry that gives back, else zero. It refuses an
// entry whose postings to revenue are not what the lines add up to.
func Split(e ledger.Entry, s till.Sale, p till.Payment, r till.Refund) ([]Revenue, error) {
	on := till.Day(e.On)
	year, what := p.FiscalYear, Sold
	sign := core.Money(1)
	parts := make([]core.Money, len(s.Lines))
	for i, l := range s.Lines {
		parts[i] = l.Amount()
	}
	account := ledger.RevenueOf
	switch e.What {
	case "sale":
	case "retract":
		what, sign = Retract, -1
	case "void", "refund":
		what, sign = Returned, -1
		if e.What == "void" {
			what = Voided
		}
		parts = ledger.Share(r.Amount, parts)
		if on.FiscalYear() != p.FiscalYear {
			what, year, account = Overpaid, on.FiscalYear(), ledger.RefundOfPastYear
		}
	default:
		return nil, nil
	}
	booked := map[ledger.Account]core.Money{}
	for _, x := range e.Postings {
		if k := x.Account.Kind(); k == ledger.Revenue || strings.HasPrefix(string(x.Account), string(ledger.Expense)+":refund:") {
			booked[x.Account] += x.Amount
		}
	}
	full := e.What != "refund" || r.Amount == p.Amount
	var out []Revenue
	for i, l := range s.Lines {
		if parts[i] == 0 && !full {
			continue
		}
		x := Revenue{
			FiscalYear: year, On: on, What: what, Category: l.Category, Code: l.Code, Item: l.Name, Tax: l.Tax, Amount: sign * parts[i],
			Provider: p.Provider, Wallet: p.Wallet, Way: p.Way, PaidOn: p.PaidOn, Sale: s.ID, Ref: p.Ref,
		}
		if full {
			x.Count = int(sign) * l.Count
			if l.Percent > 0 {
				x.Reduced = x.Count
			}
		}
		out = append(out, x)
		booked[account(year, l.Category.Code)] += x.Amount
	}
	for a, m := range booked {
		if m != 0 {
			return nil, fmt.Errorf("the lines of sale %s and the postings of entry %s differ by %d yen on %s", s.ID, e.ID, m, a)
		}
	}
	return out, nil
}

// Settle reads the entry of a deposit.
func Settle(e ledger.Entry) Settled {
	s := Settled{On: till.Day(e.On), FiscalYear: till.Day(e.On).FiscalYear()}
	for _, x := range e.Postings {
		switch x.Account.Kind() {
		case ledger.Bank:
			s.Net += x.Amount
		case ledger.Expense:
			s.Fee += x.Amount
		case ledger.Receivable:
			s.Gross -= x.Amount
			_, s.Provider, _ = strings.Cut(string(x.Account), ":")
		case ledger.Revenue, ledger.Shown, ledger.Cash:
		}
	}
	return s
}
