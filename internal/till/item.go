package till

import (
	"strings"
	"unicode/utf8"

	"yakusho/internal/core"
)

// Category is a 科目 of the budget: where revenue is booked.
type Category struct {
	Code string // as the finance system knows it: 13-01-02-03 (款-項-目-節)
	Name string // 戸籍住民基本台帳手数料
}

// Tax says how consumption tax (消費税) treats an item.
type Tax string

// The tax classes. Fees for certificates are not taxable (消費税法 別表第二 五号); the use of a hall is.
const (
	TaxExempt   Tax = "exempt"    // 非課税の手数料
	TaxStandard Tax = "taxable"   // 課税 10 %, the price includes the tax
	TaxReduced  Tax = "taxable_8" // 軽減税率 8 %, the price includes the tax
)

// Percent is the rate; 0 for what is not taxable.
func (t Tax) Percent() int64 {
	switch t {
	case TaxStandard:
		return 10
	case TaxReduced:
		return 8
	case TaxExempt:
	}
	return 0
}

// Included returns the tax inside a price that includes it, rounded down.
func (t Tax) Included(price core.Money) core.Money {
	p := t.Percent()
	return price * core.Money(p) / core.Money(100+p)
}

// Slip says what the paper for an item is called.
type Slip string

// The titles. A cashless payment is acknowledged by the trustee, not by the office, so the office gives a
// statement unless its own rules say otherwise.
const (
	SlipStatement Slip = "statement" // 利用明細（領収書ではありません）
	SlipReceipt   Slip = "receipt"   // 領収書
)

// Item is a 品目 at one price. A price never changes: a new one is a new Item of the same Code from its first
// day on, and the old one ends the day before.
type Item struct {
	ID       core.ID
	Code     string // short and stable, for files: JUMIN
	Name     string // 住民票の写し
	Group    string // the tab it stands under: 住民票・印鑑
	Unit     string // 通, 回, 時間
	Price    core.Money
	Free     bool       // the amount is typed, with a reason, up to Limit
	Limit    core.Money // of a free amount
	Category Category
	Tax      Tax
	Slip     Slip
	Order    int // among all, on screens
	From     Day
	To       Day // last day; empty: no end
}

// On reports whether the item is sold on a day.
func (i Item) On(d Day) bool { return i.From <= d && (i.To == "" || d <= i.To) }

// Reduction is a 減免: a reason for which less is charged.
type Reduction struct {
	ID      core.ID
	Name    string // 児童扶養手当
	Percent int64  // taken off, 1 to 100
	From    Day
	To      Day
}

// On reports whether the reduction is given on a day.
func (r Reduction) On(d Day) bool { return r.From <= d && (r.To == "" || d <= r.To) }

// limits of what an administrator may enter.
const (
	maxName  = 60
	maxPrice = core.Money(10_000_000)
)

// Check names everything that is wrong with an item.
func (i Item) Check() error {
	var p problems
	p.text("name", i.Name, maxName, "品目の名前")
	p.text("code", i.Code, 20, "品目コード")
	p.text("category", i.Category.Name, maxName, "科目の名前")
	p.text("category", i.Category.Code, 40, "科目コード")
	p.when(strings.ContainsAny(i.Code, " ,\"'"), "code", "品目コードに空白や記号は使えません。")
	p.when(i.Price < 0 || i.Price > maxPrice, "price", "金額は 0 円から 10,000,000 円までで入れてください。")
	p.when(i.Free && (i.Limit <= 0 || i.Limit > maxPrice), "limit", "金額を入力する品目には、上限の金額を入れてください。")
	p.when(i.Tax != TaxExempt && i.Tax != TaxStandard && i.Tax != TaxReduced, "tax", "課税の区分を選んでください。")
	p.when(i.Slip != SlipStatement && i.Slip != SlipReceipt, "slip", "発行する紙の種類を選んでください。")
	p.span(i.From, i.To)
	return p.err("item_invalid", "品目の内容を直してください。")
}

// Check names everything that is wrong with a reduction.
func (r Reduction) Check() error {
	var p problems
	p.text("name", r.Name, maxName, "減免の理由")
	p.when(r.Percent < 1 || r.Percent > 100, "percent", "減免の割合は 1 から 100 までで入れてください。")
	p.span(r.From, r.To)
	return p.err("reduction_invalid", "減免の内容を直してください。")
}

// Problem is one thing wrong with what was entered.
type Problem struct {
	Field   string
	Message string // Japanese
}

// InvalidInput is the cause of an error that lists all problems at once; adapters show them beside the fields.
type InvalidInput struct{ Problems []Problem }

func (e *InvalidInput) Error() string {
	words := make([]string, 0, len(e.Problems))
	for _, p := range e.Problems {
		words = append(words, p.Field+": "+p.Message)
	}
	return strings.Join(words, " ")
}

type problems []Problem

func (p *problems) when(wrong bool, field, message string) {
	if wrong {
		*p = append(*p, Problem{field, message})
	}
}

func (p *problems) text(field, s string, most int, what string) {
	switch {
	case strings.TrimSpace(s) == "":
		p.when(true, field, what+"を入れてください。")
	case utf8.RuneCountInString(s) > most:
		p.when(true, field, what+"が長すぎます。")
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
		p.when(true, field, what+"に使えない文字があります。")
	}
}

func (p *problems) span(from, to Day) {
	_, err := ParseDay(string(from))
	p.when(err != nil, "from", "始まりの日を入れてください。")
	if to != "" {
		_, err = ParseDay(string(to))
		p.when(err != nil || to < from, "to", "終わりの日は、始まりの日より後にしてください。")
	}
}

func (p *problems) err(code, message string) error {
	if len(*p) == 0 {
		return nil
	}
	e := core.Invalid(code, message)
	e.Message = message + " " + (*p)[0].Message
	e.Err = &InvalidInput{*p}
	return e
}
