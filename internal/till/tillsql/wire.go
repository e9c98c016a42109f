package tillsql

import (
	"encoding/json"
	"fmt"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// What is stored as JSON: the lines of a sale and the totals that were signed, which are read as a whole and never
// searched. Each struct is converted to its domain type, so a field that is new there does not compile until it has
// a name here; a name that was ever stored stays.

type lineRow struct {
	Item      core.ID       `json:"item"`
	Code      string        `json:"code"`
	Name      string        `json:"name"`
	Unit      string        `json:"unit"`
	Category  till.Category `json:"category"` // Code, Name
	Tax       till.Tax      `json:"tax"`
	Slip      till.Slip     `json:"slip"`
	Price     core.Money    `json:"price"`
	Count     int           `json:"count"`
	Reduction string        `json:"reduction,omitempty"`
	Percent   int64         `json:"percent,omitempty"`
	Reason    string        `json:"reason,omitempty"`
}

type checkedRow struct {
	Sticker core.ID   `json:"sticker"`
	Same    bool      `json:"same"`
	At      time.Time `json:"at"`
}

type itemTotalRow struct {
	Category till.Category `json:"category"`
	Code     string        `json:"code"`
	Name     string        `json:"name"`
	Unit     string        `json:"unit"`
	Count    int           `json:"count"`
	Reduced  int           `json:"reduced"`
	Amount   core.Money    `json:"amount"`
}

type methodTotalRow struct {
	Wallet string     `json:"wallet"`
	Way    till.Way   `json:"way"`
	Count  int        `json:"count"`
	Amount core.Money `json:"amount"`
}

type refundLineRow struct {
	Sale     core.ID          `json:"sale"`
	Number   int              `json:"number"`
	Amount   core.Money       `json:"amount"`
	Reason   string           `json:"reason"`
	Approver core.ID          `json:"approver"`
	State    till.RefundState `json:"state"`
}

type openLineRow struct {
	Sale    core.ID           `json:"sale"`
	Attempt core.ID           `json:"attempt"`
	Number  int               `json:"number"`
	Amount  core.Money        `json:"amount"`
	Wallet  string            `json:"wallet"`
	State   till.AttemptState `json:"state"`
	Owner   core.ID           `json:"owner"`
}

type dayBookRow struct {
	First   int              `json:"first"`
	Last    int              `json:"last"`
	Sales   int              `json:"sales"`
	Items   []itemTotalRow   `json:"items"`
	Methods []methodTotalRow `json:"methods"`
	Revenue core.Money       `json:"revenue"`
	Cash    core.Money       `json:"cash"`
	Voids   []refundLineRow  `json:"voids"`
	Refunds []refundLineRow  `json:"refunds"`
	Open    []openLineRow    `json:"open"`
	Shown   core.Money       `json:"shown"`
	Dropped int              `json:"dropped"`
}

func toDayBookRow(d till.DayBook) dayBookRow {
	return dayBookRow{
		First: d.First, Last: d.Last, Sales: d.Sales, Revenue: d.Revenue, Cash: d.Cash, Shown: d.Shown, Dropped: d.Dropped,
		Items:   convert(d.Items, func(v till.ItemTotal) itemTotalRow { return itemTotalRow(v) }),
		Methods: convert(d.Methods, func(v till.MethodTotal) methodTotalRow { return methodTotalRow(v) }),
		Voids:   convert(d.Voids, func(v till.RefundLine) refundLineRow { return refundLineRow(v) }),
		Refunds: convert(d.Refunds, func(v till.RefundLine) refundLineRow { return refundLineRow(v) }),
		Open:    convert(d.Open, func(v till.OpenLine) openLineRow { return openLineRow(v) }),
	}
}

func (d dayBookRow) book() till.DayBook {
	return till.DayBook{
		First: d.First, Last: d.Last, Sales: d.Sales, Revenue: d.Revenue, Cash: d.Cash, Shown: d.Shown, Dropped: d.Dropped,
		Items:   convert(d.Items, func(v itemTotalRow) till.ItemTotal { return till.ItemTotal(v) }),
		Methods: convert(d.Methods, func(v methodTotalRow) till.MethodTotal { return till.MethodTotal(v) }),
		Voids:   convert(d.Voids, func(v refundLineRow) till.RefundLine { return till.RefundLine(v) }),
		Refunds: convert(d.Refunds, func(v refundLineRow) till.RefundLine { return till.RefundLine(v) }),
		Open:    convert(d.Open, func(v openLineRow) till.OpenLine { return till.OpenLine(v) }),
	}
}

// convert keeps nil and empty apart.
func convert[A, B any](list []A, f func(A) B) []B {
	if list == nil {
		return nil
	}
	out := make([]B, 0, len(list))
	for _, v := range list {
		out = append(out, f(v))
	}
	return out
}

// asJSON never fails for the types of this file.
func asJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("store as JSON: %w", err)
	}
	return string(b), nil
}

// fromJSON reads what asJSON made; an empty text is nothing.
func fromJSON[T any](s string) (v T, err error) {
	if s == "" {
		return v, nil
	}
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		return v, fmt.Errorf("stored JSON: %w", err)
	}
	return v, nil
}
