package till

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"yakusho/internal/core"
)

// others are attempts and payments outside the days in question, by the provider's id.
type others map[string]struct {
	a Attempt
	p *Payment
}

func matched(pays []Payment, rows []SettlementRow, rest others) Match {
	x := matcher{
		m: Match{Provider: "paypay"}, wallets: map[string]*WalletMatch{}, byID: map[core.ID]*tally{}, byRef: map[string]*tally{}, strange: map[string]*stranger{},
	}
	x.known = func(r SettlementRow) (Attempt, bool) { o, ok := rest[r.Ref]; return o.a, ok }
	x.booked = func(a Attempt) (Payment, bool) {
		o := rest[a.Ref]
		if o.p == nil {
			return Payment{}, false
		}
		return *o.p, true
	}
	for _, p := range pays {
		x.take(p, p.throughProvider())
	}
	for i, r := range rows {
		if r.Line == 0 {
			r.Line = i + 2
		}
		x.row(r)
	}
	return x.done()
}

// lunch is when everybody pays in these cases.
var lunch = time.Date(2026, time.November, 22, 3, 0, 0, 0, time.UTC)

func online(id string, amount, back core.Money) Payment {
	return Payment{
		ID: core.ID("p-" + id), Attempt: core.ID("a-" + id), Sale: core.ID("s-" + id), Ref: "R" + id, Wallet: "paypay", Way: WayShow, Amount: amount,
		Refunded: back, PaidAt: lunch, Confirmed: true,
	}
}

func bySticker(id string, amount core.Money, tail string, at time.Time) Payment {
	p := online(id, amount, 0)
	p.Way, p.Ref, p.PaidAt, p.Confirmed = WaySticker, tail, at, false
	return p
}

// returned is a payment of 900 yen by sticker, of which the office gave something back by bank transfer.
func returned(back core.Money) Payment {
	p := bySticker("1", 900, "4021", lunch)
	p.Refunded = back
	return p
}

func ptr[T any](v T) *T { return &v }

func paidRow(ours, ref string, amount core.Money) SettlementRow {
	return SettlementRow{Ours: core.ID(ours), Ref: ref, Kind: RowPaid, Amount: amount, At: lunch, Wallet: "paypay"}
}

func backRow(ref string, amount core.Money) SettlementRow {
	return SettlementRow{Ref: ref, Kind: RowRefunded, Amount: amount, At: lunch.Add(time.Hour), Wallet: "paypay"}
}

func TestWhatBooksAndFilesContradictEachOtherIn(t *testing.T) {
	t.Parallel()
	type diff struct {
		Kind        DifferenceKind
		Attempt     core.ID
		Books, File core.Money
	}
	failed := paidRow("a-1", "R1", 900)
	failed.Kind = RowFailed
	at := func(r SettlementRow, d time.Duration) SettlementRow { r.At = r.At.Add(d); return r }
	shown := func(tail string) []Payment { return []Payment{bySticker("1", 900, tail, lunch)} }
	reversed := others{"R9": {a: Attempt{ID: "a-9", Sale: "s-9", Ref: "R9", State: AttemptReversed}}}
	older := online("9", 900, 300)
	earlier := others{"R9": {a: Attempt{ID: "a-9", Sale: "s-9", Ref: "R9", State: AttemptPaid}, p: &older}}
	for name, c := range map[string]struct {
		pays []Payment
		rows []SettlementRow
		rest others
		want []diff
	}{
		"nothing":                          {},
		"both have it":                     {pays: []Payment{online("1", 900, 0)}, rows: []SettlementRow{paidRow("a-1", "R1", 900)}},
		"both have it, by the other's id":  {pays: []Payment{online("1", 900, 0)}, rows: []SettlementRow{paidRow("", "R1", 900)}},
		"both have it, by ours":            {pays: []Payment{online("1", 900, 0)}, rows: []SettlementRow{paidRow("a-1", "", 900)}},
		"only the books":                   {pays: []Payment{online("1", 900, 0)}, want: []diff{{OnlyBooks, "a-1", 900, 0}}},
		"the file says that it failed":     {pays: []Payment{online("1", 900, 0)}, rows: []SettlementRow{failed}, want: []diff{{OnlyBooks, "a-1", 900, 0}}},
		"only the file":                    {rows: []SettlementRow{paidRow("x", "R8", 500)}, want: []diff{{OnlyFile, "", 0, 500}}},
		"it failed, and nobody has it":     {rows: []SettlementRow{failed}},
		"we took it for reversed":          {rows: []SettlementRow{paidRow("a-9", "R9", 900)}, rest: reversed, want: []diff{{StateDiffers, "a-9", 0, 900}}},
		"another amount":                   {pays: []Payment{online("1", 900, 0)}, rows: []SettlementRow{paidRow("a-1", "R1", 90)}, want: []diff{{AmountDiffers, "a-1", 900, 90}}},
		"twice in the file":                {pays: []Payment{online("1", 900, 0)}, rows: []SettlementRow{paidRow("a-1", "R1", 900), paidRow("a-1", "R1", 900)}, want: []diff{{TwiceInFile, "a-1", 0, 900}}},
		"both gave it back":                {pays: []Payment{online("1", 900, 900)}, rows: []SettlementRow{paidRow("a-1", "R1", 900), backRow("R1", 900)}},
		"both gave it back in two parts":   {pays: []Payment{online("1", 900, 500)}, rows: []SettlementRow{paidRow("a-1", "R1", 900), backRow("R1", 300), backRow("R1", 200)}},
		"only we gave it back":             {pays: []Payment{online("1", 900, 300)}, rows: []SettlementRow{paidRow("a-1", "R1", 900)}, want: []diff{{RefundMissing, "a-1", -300, 0}}},
		"we gave back more":                {pays: []Payment{online("1", 900, 300)}, rows: []SettlementRow{paidRow("a-1", "R1", 900), backRow("R1", 100)}, want: []diff{{RefundMissing, "a-1", -300, -100}}},
		"only the file gives back":         {pays: []Payment{online("1", 900, 0)}, rows: []SettlementRow{paidRow("a-1", "R1", 900), backRow("R1", 300)}, want: []diff{{RefundOnlyFile, "a-1", 0, -300}}},
		"all went back and is in no file":  {pays: []Payment{online("1", 900, 900)}},
		"a part went back, in no file":     {pays: []Payment{online("1", 900, 300)}, want: []diff{{OnlyBooks, "a-1", 600, 0}}},
		"a stranger's money went back":     {rows: []SettlementRow{paidRow("", "R8", 500), backRow("R8", 500)}},
		"a part of a stranger's went back": {rows: []SettlementRow{paidRow("", "R8", 500), backRow("R8", 200)}, want: []diff{{OnlyFile, "", 0, 300}}},
		"an earlier payment goes back":     {rows: []SettlementRow{backRow("R9", 300)}, rest: earlier},
		"more of it than we know of":       {rows: []SettlementRow{backRow("R9", 400)}, rest: earlier, want: []diff{{RefundOnlyFile, "a-9", -300, -400}}},

		"a sticker payment by its digits":         {pays: shown("4021"), rows: []SettlementRow{paidRow("", "012344021", 900)}},
		"ten minutes later":                       {pays: shown("4021"), rows: []SettlementRow{at(paidRow("", "012344021", 900), 10*time.Minute)}},
		"ten minutes before":                      {pays: shown("4021"), rows: []SettlementRow{at(paidRow("", "012344021", 900), -10*time.Minute)}},
		"eleven minutes later is another payment": {pays: shown("4021"), rows: []SettlementRow{at(paidRow("", "012344021", 900), 11*time.Minute)}, want: []diff{{OnlyBooks, "a-1", 900, 0}, {OnlyFile, "", 0, 900}}},
		"other digits":                            {pays: shown("4021"), rows: []SettlementRow{paidRow("", "012344022", 900)}, want: []diff{{OnlyBooks, "a-1", 900, 0}, {OnlyFile, "", 0, 900}}},
		"the digits not at the end":               {pays: shown("4021"), rows: []SettlementRow{paidRow("", "402100000", 900)}, want: []diff{{OnlyBooks, "a-1", 900, 0}, {OnlyFile, "", 0, 900}}},
		"other digits' amount":                    {pays: shown("4021"), rows: []SettlementRow{paidRow("", "012344021", 901)}, want: []diff{{OnlyBooks, "a-1", 900, 0}, {OnlyFile, "", 0, 901}}},
		"two of the same digits, each its own": {
			pays: []Payment{bySticker("1", 900, "4021", lunch), bySticker("2", 300, "4021", lunch)},
			rows: []SettlementRow{paidRow("", "14021", 300), paidRow("", "24021", 900)},
		},
		"one row is about one of two": {
			pays: []Payment{bySticker("1", 900, "4021", lunch), bySticker("2", 900, "4021", lunch.Add(time.Minute))},
			rows: []SettlementRow{paidRow("", "14021", 900)}, want: []diff{{OnlyBooks, "a-2", 900, 0}},
		},
		"a sticker payment twice":        {pays: shown("4021"), rows: []SettlementRow{paidRow("", "14021", 900), paidRow("", "14021", 900)}, want: []diff{{TwiceInFile, "a-1", 0, 900}}},
		"a sticker payment went back":    {pays: shown("4021"), rows: []SettlementRow{paidRow("", "14021", 900), backRow("14021", 900)}, want: []diff{{RefundOnlyFile, "a-1", 0, -900}}},
		"a sticker payment we gave back": {pays: []Payment{returned(300)}, rows: []SettlementRow{paidRow("", "14021", 900)}},
		"and all of it":                  {pays: []Payment{returned(900)}, rows: []SettlementRow{paidRow("", "14021", 900)}},
		"and the provider too":           {pays: []Payment{returned(300)}, rows: []SettlementRow{paidRow("", "14021", 900), backRow("14021", 300)}, want: []diff{{RefundOnlyFile, "a-1", 0, -300}}},
		"and no file has it":             {pays: []Payment{returned(300)}, want: []diff{{OnlyBooks, "a-1", 900, 0}}},
		"an earlier one, by the provider": {
			rows: []SettlementRow{backRow("R7", 300)}, rest: others{"R7": {a: Attempt{ID: "a-1", Sale: "s-1", Ref: "R7", State: AttemptPaid}, p: ptr(returned(300))}},
			want: []diff{{RefundOnlyFile, "a-1", 0, -300}},
		},
		"a payment without digits": {pays: shown(""), rows: []SettlementRow{paidRow("", "14021", 900)}, want: []diff{{OnlyBooks, "a-1", 900, 0}, {OnlyFile, "", 0, 900}}},
	} {
		m := matched(c.pays, c.rows, c.rest)
		var got []diff
		var apart core.Money
		for _, d := range m.Differences {
			got = append(got, diff{d.Kind, d.Attempt, d.Books, d.File})
			apart += d.Yen()
			if d.Words == "" || d.At.IsZero() {
				t.Errorf("%s: %+v says nothing", name, d)
			}
		}
		if d := cmp.Diff(c.want, got, cmpopts.SortSlices(func(a, b diff) bool { return a.Kind < b.Kind }), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		if m.Total.File-m.Total.Books != apart || m.Total.Differences != len(got) {
			t.Errorf("%s: file %s, books %s, and the differences add up to %s", name, m.Total.File, m.Total.Books, apart)
		}
	}
}

func TestTheDifferencesExplainTheSumsToTheYen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ref := rapid.SampledFrom([]string{"R1", "R2", "R3", "R8", "R9", "4021", "14021", "24021", ""})
		yen := rapid.Custom(func(t *rapid.T) core.Money {
			return core.Money(rapid.SampledFrom([]int64{300, 600, 900}).Draw(t, "yen"))
		})
		var pays []Payment
		for i := range rapid.IntRange(0, 4).Draw(t, "payments") {
			p := online(fmt.Sprint(i+1), yen.Draw(t, "amount"), 0)
			if rapid.Bool().Draw(t, "sticker") {
				p = bySticker(fmt.Sprint(i+1), p.Amount, "4021", lunch)
			}
			p.Refunded = core.Money(rapid.Int64Range(0, int64(p.Amount)).Draw(t, "refunded"))
			pays = append(pays, p)
		}
		var rows []SettlementRow
		for range rapid.IntRange(0, 8).Draw(t, "rows") {
			r := paidRow(rapid.SampledFrom([]string{"a-1", "a-2", "a-7", ""}).Draw(t, "ours"), ref.Draw(t, "ref"), yen.Draw(t, "amount"))
			r.Kind = rapid.SampledFrom([]RowKind{RowPaid, RowPaid, RowRefunded, RowFailed}).Draw(t, "kind")
			r.Wallet = rapid.SampledFrom([]string{"paypay", "d_barai"}).Draw(t, "wallet")
			rows = append(rows, r)
		}
		older := online("9", 900, 300)
		m := matched(pays, rows, others{"R9": {a: Attempt{ID: "a-9", Ref: "R9", State: AttemptPaid}, p: &older}, "R8": {a: Attempt{ID: "a-8", Ref: "R8", State: AttemptReversed}}})
		var apart, books, file core.Money
		for _, d := range m.Differences {
			apart += d.Yen()
			if d.Yen() == 0 {
				t.Fatalf("a difference of nothing: %+v", d)
			}
		}
		for _, w := range m.Wallets {
			books, file = books+w.Books, file+w.File
		}
		if file-books != apart || books != m.Total.Books || file != m.Total.File {
			t.Fatalf("file %s, books %s, the differences add up to %s: %+v", file, books, apart, m.Differences)
		}
	})
}

func TestDaysWithoutAFileAreNotCovered(t *testing.T) {
	t.Parallel()
	file := func(from, to Day) Settlement { return Settlement{From: from, To: to} }
	for name, c := range map[string]struct {
		files []Settlement
		want  bool
	}{
		"none":              {nil, false},
		"one":               {[]Settlement{file("2026-11-20", "2026-11-22")}, true},
		"more than asked":   {[]Settlement{file("2026-11-01", "2026-11-30")}, true},
		"one a day":         {[]Settlement{file("2026-11-22", "2026-11-22"), file("2026-11-20", "2026-11-20"), file("2026-11-21", "2026-11-21")}, true},
		"a day between":     {[]Settlement{file("2026-11-20", "2026-11-20"), file("2026-11-22", "2026-11-22")}, false},
		"without the first": {[]Settlement{file("2026-11-21", "2026-11-22")}, false},
		"without the last":  {[]Settlement{file("2026-11-19", "2026-11-21")}, false},
		"one without a row": {[]Settlement{file("", "")}, false},
		"two that overlap":  {[]Settlement{file("2026-11-19", "2026-11-21"), file("2026-11-21", "2026-11-23")}, true},
	} {
		if got := covers(c.files, "2026-11-20", "2026-11-22"); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
