package export

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// Collection is the 調定・収納 export of a range of days, both included, by the day of booking.
type Collection struct {
	Office   string // みほん市
	From, To till.Day
	Books    Books
}

// key is what the finance system books apart.
type key struct {
	year                   int
	categoryCode, category string
	code, item             string
	way                    till.Way
	wallet                 string
}

// sum is what moved under a key. Revenue is gross: fees are never taken off it.
type sum struct {
	count, reduced                   int
	sold, voided, returned, overpaid core.Money
}

// Sheets is the workbook: 調定・収納, 手数料・入金 and every single movement. The movements are read while the workbook is
// written, once more than for the sums.
func (c Collection) Sheets(ctx context.Context) ([]Sheet, error) {
	summary, err := c.Summary(ctx)
	if err != nil {
		return nil, err
	}
	notes := []string{c.Office + "　" + string(c.From) + " から " + string(c.To) + " まで（記帳日）。収入は手数料を引く前の総額です。"}
	return []Sheet{
		{Name: "調定・収納", Title: "調定・収納", Notes: notes, Tables: []Table{summary}, Landscape: true},
		{Name: "手数料・入金", Title: "手数料・入金", Notes: notes, Tables: []Table{c.Deposits(ctx)}},
		{Name: "明細", Title: "収納の明細", Notes: notes, Tables: []Table{c.Detail(ctx)}, Landscape: true},
	}, nil
}

// Summary adds the movements up by 会計年度, 科目, item, way and wallet. Its size is that of the price list, not of the range.
func (c Collection) Summary(ctx context.Context) (Table, error) {
	sums := map[key]*sum{}
	err := Walk(ctx, c.Books, c.From, c.To, func(r Revenue) error {
		k := key{r.FiscalYear, r.Category.Code, r.Category.Name, r.Code, r.Item, r.Way, r.Wallet}
		s := sums[k]
		if s == nil {
			s = &sum{}
			sums[k] = s
		}
		if r.What != Overpaid { // what went out of another year's money is not of this year's count
			s.count += r.Count
			s.reduced += r.Reduced
		}
		switch r.What {
		case Sold:
			s.sold += r.Amount
		case Voided, Retract:
			s.voided -= r.Amount
		case Returned:
			s.returned -= r.Amount
		case Overpaid:
			s.overpaid -= r.Amount
		}
		return nil
	}, nil)
	if err != nil {
		return Table{}, err
	}
	var all []Row
	for _, k := range slices.SortedFunc(maps.Keys(sums), compareKeys) {
		s := sums[k]
		all = append(all, Row{
			till.Reiwa(k.year), k.categoryCode, k.category, k.code, k.item, way(k.way), wallet(k.wallet), s.count, s.reduced,
			s.sold, s.voided, s.returned, s.sold - s.voided - s.returned, s.overpaid,
		})
	}
	return Table{Columns: []Column{
		{Head: "会計年度"},
		{Head: "科目コード", Width: 16},
		{Head: "科目", Width: 24},
		{Head: "品目コード"},
		{Head: "品目", Width: 26},
		{Head: "方法", Width: 14},
		{Head: "ブランド"},
		{Head: "数", Kind: Count, Width: 9, Sum: true},
		{Head: "うち減免", Kind: Count, Width: 9, Sum: true},
		{Head: "収入総額", Kind: Yen, Width: 14, Sum: true},
		{Head: "取消", Kind: Yen, Sum: true},
		{Head: "戻出", Kind: Yen, Sum: true},
		{Head: "差引収入", Kind: Yen, Width: 14, Sum: true, From: "J{row}-K{row}-L{row}"},
		{Head: "過誤納金還付（歳出）", Kind: Yen, Width: 18, Sum: true},
	}, Rows: rows(all)}, nil
}

func compareKeys(a, b key) int {
	return cmp.Or(
		cmp.Compare(a.year, b.year), cmp.Compare(a.categoryCode, b.categoryCode), cmp.Compare(a.code, b.code), cmp.Compare(a.item, b.item),
		cmp.Compare(a.wallet, b.wallet), cmp.Compare(a.way, b.way), cmp.Compare(a.category, b.category),
	)
}

// Deposits lists what the bank received, gross, fee (歳出) and net.
func (c Collection) Deposits(ctx context.Context) Table {
	return Table{Columns: []Column{
		{Head: "入金日", Kind: Date, Width: 20},
		{Head: "入金日の年度", Width: 14},
		{Head: "事業者", Width: 16},
		{Head: "精算総額", Kind: Yen, Width: 14, Sum: true},
		{Head: "手数料（歳出）", Kind: Yen, Width: 14, Sum: true},
		{Head: "入金額", Kind: Yen, Width: 14, Sum: true, From: "D{row}-E{row}"},
	}, Rows: func(each func(Row) error) error {
		return Walk(ctx, c.Books, c.From, c.To, nil, func(s Settled) error {
			return each(Row{s.On, till.Reiwa(s.FiscalYear), s.Provider, s.Gross, s.Fee, s.Net})
		})
	}}
}

// Detail lists every single movement, read while it is written.
func (c Collection) Detail(ctx context.Context) Table {
	return Table{Columns: []Column{
		{Head: "記帳日", Kind: Date, Width: 20},
		{Head: "会計年度"},
		{Head: "区分", Width: 14},
		{Head: "科目コード", Width: 16},
		{Head: "科目", Width: 24},
		{Head: "品目コード"},
		{Head: "品目", Width: 26},
		{Head: "数", Kind: Count, Width: 8, Sum: true},
		{Head: "うち減免", Kind: Count, Width: 9, Sum: true},
		{Head: "金額", Kind: Yen, Width: 14, Sum: true},
		{Head: "税率（%）", Kind: Count, Width: 9},
		{Head: "方法", Width: 14},
		{Head: "ブランド"},
		{Head: "事業者"},
		{Head: "支払日", Kind: Date, Width: 20},
		{Head: "会計番号"},
		{Head: "取引番号", Width: 24},
		{Head: "会計ID", Width: 30},
	}, Rows: func(each func(Row) error) error {
		return Walk(ctx, c.Books, c.From, c.To, func(r Revenue) error {
			return each(Row{
				r.On, till.Reiwa(r.FiscalYear), string(r.What), r.Category.Code, r.Category.Name, r.Code, r.Item, r.Count, r.Reduced, r.Amount,
				int(r.Tax.Percent()), way(r.Way), wallet(r.Wallet), r.Provider, r.PaidOn, r.Label, r.Ref, string(r.Sale),
			})
		}, nil)
	}}
}
