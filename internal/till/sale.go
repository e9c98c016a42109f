package till

import (
	"fmt"
	"time"

	"yakusho/internal/core"
)

// SaleState is where a sale is in its life.
type SaleState string

// The states of a sale. See saleLife.
const (
	SaleOpen   SaleState = "open"   // the amount is fixed and nothing is paid
	SalePaid   SaleState = "paid"   // a payment stands against it
	SaleDrop   SaleState = "drop"   // given up before anything was paid (取りやめ)
	SaleVoided SaleState = "voided" // paid and taken back in full (取消 or 還付)
)

// Sale is a 会計: what one customer owes, fixed before anything is asked of anybody.
type Sale struct {
	ID       core.ID
	Session  core.ID
	Counter  core.ID
	Number   int // of the counter and day, practice apart: 1-0101 is number 101 at counter 1
	Day      Day
	Lines    []Line
	Total    core.Money
	Training bool
	State    SaleState
	Clerk    core.ID
	Name     string // of the clerk, as on the slip
	FixedAt  time.Time
	EndedAt  time.Time // when it left SaleOpen; with FixedAt, the seconds at the counter
}

// Line is one item of a sale, with everything that was so when it was sold: prices and 科目 may change, history
// does not.
type Line struct {
	Item      core.ID
	Code      string
	Name      string
	Unit      string
	Category  Category
	Tax       Tax
	Slip      Slip
	Price     core.Money // of one
	Count     int
	Reduction string // the reason, empty: none
	Percent   int64  // taken off
	Reason    string // why this amount, for an item whose amount is typed
}

// Off is what the reduction takes off the line: a part of a yen is in the customer's favour.
func (l Line) Off() core.Money {
	gross := l.Price * core.Money(l.Count)
	return gross - gross*core.Money(100-l.Percent)/100
}

// Amount is what the line costs.
func (l Line) Amount() core.Money { return l.Price*core.Money(l.Count) - l.Off() }

// Choice is what a clerk pressed for one line.
type Choice struct {
	Item      core.ID
	Count     int
	Reduction core.ID    // empty: none
	Amount    core.Money // of one, for an item whose amount is typed
	Reason    string     // for such an amount
}

const (
	maxLines = 50
	maxCount = 999
)

// Fix turns choices into lines at the prices of a day. A choice that cannot be is refused with the reason; a
// total of nothing is allowed, for a sale that is reduced to zero.
func Fix(choices []Choice, items []Item, reductions []Reduction, on Day) ([]Line, core.Money, error) {
	if len(choices) == 0 {
		return nil, 0, ErrNothingChosen
	}
	if len(choices) > maxLines {
		return nil, 0, ErrTooManyLines
	}
	var lines []Line
	var total core.Money
	for _, c := range choices {
		l, err := fixLine(c, items, reductions, on)
		if err != nil {
			return nil, 0, err
		}
		lines = append(lines, l)
		total += l.Amount()
	}
	if total > maxPrice {
		return nil, 0, ErrTooMuch
	}
	return lines, total, nil
}

func fixLine(c Choice, items []Item, reductions []Reduction, on Day) (Line, error) {
	it, ok := find(items, func(i Item) bool { return i.ID == c.Item })
	if !ok || !it.On(on) {
		return Line{}, ErrItemNotSold.Because("item %s on %s", c.Item, on)
	}
	if c.Count < 1 || c.Count > maxCount {
		return Line{}, ErrCount
	}
	l := Line{
		Item: it.ID, Code: it.Code, Name: it.Name, Unit: it.Unit, Category: it.Category, Tax: it.Tax, Slip: it.Slip,
		Price: it.Price, Count: c.Count,
	}
	if it.Free {
		var p problems
		p.text("reason", c.Reason, 100, "金額の理由")
		if c.Amount <= 0 || c.Amount > it.Limit || len(p) > 0 {
			return Line{}, ErrFreeAmount.Because("amount %d of at most %d, reason %q", c.Amount, it.Limit, c.Reason)
		}
		l.Price, l.Reason = c.Amount, c.Reason
	}
	if c.Reduction != "" {
		r, ok := find(reductions, func(r Reduction) bool { return r.ID == c.Reduction })
		if !ok || !r.On(on) {
			return Line{}, ErrReductionNotGiven.Because("reduction %s on %s", c.Reduction, on)
		}
		l.Reduction, l.Percent = r.Name, r.Percent
	}
	return l, nil
}

func find[T any](list []T, is func(T) bool) (T, bool) {
	for _, v := range list {
		if is(v) {
			return v, true
		}
	}
	var none T
	return none, false
}

// Label is the number people say: 1-0101.
func (s Sale) Label(counter int) string { return fmt.Sprintf("%d-%04d", counter, s.Number) }
