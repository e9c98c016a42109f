package till

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"yakusho/internal/core"
)

const onDay Day = "2026-11-22"

func priceList() []Item {
	fee := Category{"13-01-02", "戸籍住民基本台帳手数料"}
	return []Item{
		{ID: "old", Code: "JUMIN", Name: "住民票の写し", Unit: "通", Price: 200, Category: fee, From: "2020-04-01", To: "2026-09-30"},
		{ID: "jumin", Code: "JUMIN", Name: "住民票の写し", Unit: "通", Price: 300, Category: fee, Tax: TaxExempt, Slip: SlipStatement, From: "2026-10-01"},
		{ID: "hall", Code: "HALL", Name: "ホール", Unit: "時間", Price: 1001, Category: Category{"12-01", "使用料"}, Tax: TaxStandard, From: "2026-04-01"},
		{ID: "free", Code: "FREE", Name: "雑入", Free: true, Limit: 5000, Category: Category{"21-01", "雑入"}, From: "2026-04-01"},
		{ID: "next", Code: "NEXT", Name: "来年", Price: 1, From: "2027-04-01"},
	}
}

func reductions() []Reduction {
	return []Reduction{
		{ID: "half", Name: "半額減免", Percent: 50, From: "2026-04-01"},
		{ID: "all", Name: "全額免除", Percent: 100, From: "2026-04-01"},
		{ID: "past", Name: "終了", Percent: 10, From: "2020-04-01", To: "2026-03-31"},
	}
}

func TestASaleIsFixedAtThePricesOfItsDay(t *testing.T) {
	t.Parallel()
	lines, total, err := Fix([]Choice{
		{Item: "jumin", Count: 2},
		{Item: "hall", Count: 1, Reduction: "half"},
		{Item: "free", Count: 1, Amount: 480, Reason: "物品"},
		{Item: "jumin", Count: 1, Reduction: "all"},
	}, priceList(), reductions(), onDay)
	if err != nil {
		t.Fatal(err)
	}
	if total != 600+500+480 {
		t.Errorf("total %s", total)
	}
	hall := lines[1]
	if hall.Amount() != 500 || hall.Off() != 501 || hall.Reduction != "半額減免" || hall.Category.Code != "12-01" || hall.Tax != TaxStandard {
		t.Errorf("a part of a yen is in the customer's favour: %+v", hall)
	}
	if lines[2].Price != 480 || lines[2].Reason != "物品" || lines[3].Amount() != 0 {
		t.Errorf("lines %+v", lines)
	}
	if _, total, err := Fix([]Choice{{Item: "jumin", Count: 1, Reduction: "all"}}, priceList(), reductions(), onDay); total != 0 || err != nil {
		t.Errorf("a sale reduced to nothing: %s, %v", total, err)
	}
}

func TestAChoiceThatCannotBeIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	list := append(priceList(), Item{ID: "dear", Price: 9_999_999, From: "2026-04-01"})
	for name, c := range map[string]struct {
		choices []Choice
		want    error
	}{
		"nothing":                 {nil, ErrNothingChosen},
		"too many lines":          {make([]Choice, 51), ErrTooManyLines},
		"no such item":            {[]Choice{{Item: "none", Count: 1}}, ErrItemNotSold},
		"no longer sold":          {[]Choice{{Item: "old", Count: 1}}, ErrItemNotSold},
		"not yet sold":            {[]Choice{{Item: "next", Count: 1}}, ErrItemNotSold},
		"none of it":              {[]Choice{{Item: "jumin", Count: 0}}, ErrCount},
		"less than none":          {[]Choice{{Item: "jumin", Count: -1}}, ErrCount},
		"a thousand":              {[]Choice{{Item: "jumin", Count: 1000}}, ErrCount},
		"no amount":               {[]Choice{{Item: "free", Count: 1, Reason: "物品"}}, ErrFreeAmount},
		"a negative amount":       {[]Choice{{Item: "free", Count: 1, Amount: -1, Reason: "物品"}}, ErrFreeAmount},
		"over the limit":          {[]Choice{{Item: "free", Count: 1, Amount: 5001, Reason: "物品"}}, ErrFreeAmount},
		"no reason":               {[]Choice{{Item: "free", Count: 1, Amount: 10, Reason: " "}}, ErrFreeAmount},
		"a long reason":           {[]Choice{{Item: "free", Count: 1, Amount: 10, Reason: strings.Repeat("長", 101)}}, ErrFreeAmount},
		"no such reduction":       {[]Choice{{Item: "jumin", Count: 1, Reduction: "none"}}, ErrReductionNotGiven},
		"a reduction of the past": {[]Choice{{Item: "jumin", Count: 1, Reduction: "past"}}, ErrReductionNotGiven},
		"ten millions":            {[]Choice{{Item: "dear", Count: 1}, {Item: "jumin", Count: 1}}, ErrTooMuch},
		"an overflow":             {[]Choice{{Item: "dear", Count: 999}, {Item: "dear", Count: 999}}, ErrTooMuch},
	} {
		if lines, _, err := Fix(c.choices, list, reductions(), onDay); !errors.Is(err, c.want) || lines != nil {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestWhatALineCostsIsBetweenNothingAndItsPrice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := Line{
			Price: core.Money(rapid.Int64Range(0, 10_000_000).Draw(t, "price")), Count: rapid.IntRange(1, 999).Draw(t, "count"),
			Percent: rapid.Int64Range(0, 100).Draw(t, "percent"),
		}
		gross := l.Price * core.Money(l.Count)
		if l.Amount() < 0 || l.Amount() > gross || l.Amount()+l.Off() != gross {
			t.Fatalf("%+v costs %s, %s off", l, l.Amount(), l.Off())
		}
		if l.Amount()*100 > gross*core.Money(100-l.Percent) || (l.Amount()+1)*100 <= gross*core.Money(100-l.Percent) {
			t.Fatalf("%+v costs %s: rounded against the customer or by more than a yen", l, l.Amount())
		}
	})
}

func TestTheTaxInsideAPriceIsRoundedDown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tax         Tax
		price, want core.Money
	}{{TaxExempt, 300, 0}, {TaxStandard, 1100, 100}, {TaxStandard, 1000, 90}, {TaxReduced, 1080, 80}, {TaxReduced, 1000, 74}, {TaxStandard, 0, 0}} {
		if got := c.tax.Included(c.price); got != c.want {
			t.Errorf("%s in %s: %s, want %s", c.tax, c.price, got, c.want)
		}
	}
}

func TestEverythingWrongWithAnItemIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	good := Item{
		Code: "JUMIN", Name: "住民票", Price: 300, Category: Category{"13-01", "手数料"}, Tax: TaxExempt, Slip: SlipStatement, From: "2026-04-01",
	}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	bad := Item{Code: "A B", Price: -1, Free: true, Tax: "none", Slip: "none", From: "2026-13-01", To: "2026-01-01"}
	err := bad.Check()
	var in *InvalidInput
	if !errors.As(err, &in) || core.KindOf(err) != core.KindInvalid {
		t.Fatal(err)
	}
	fields := map[string]bool{}
	for _, p := range in.Problems {
		fields[p.Field] = true
		if !strings.HasSuffix(p.Message, "。") {
			t.Errorf("%s: %q", p.Field, p.Message)
		}
	}
	for _, f := range []string{"name", "code", "category", "price", "limit", "tax", "slip", "from", "to"} {
		if !fields[f] {
			t.Errorf("%s is not named: %v", f, in)
		}
	}
	good.To = "2026-03-31"
	if good.Check() == nil {
		t.Error("it ends before it begins")
	}
}
