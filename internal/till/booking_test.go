package till

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yakusho/internal/core"
	"yakusho/internal/till/ledger"
)

// evening is 2027-03-31 23:50 in Japan: ten minutes before the fiscal year ends.
var evening = time.Date(2027, time.March, 31, 14, 50, 0, 0, time.UTC)

// soldFor is a sale of 300 and 600 yen under two 科目, and an attempt at it.
func soldFor(way Way, state AttemptState) (Sale, Attempt) {
	s := Sale{
		ID: "sale", Session: "session", Counter: "1", Day: "2027-03-31", Total: 900, State: SaleOpen,
		Lines: []Line{
			{Category: Category{Code: "13-01"}, Price: 300, Count: 1}, {Category: Category{Code: "12-01"}, Price: 600, Count: 1},
		},
	}
	a := Attempt{ID: "attempt", Sale: s.ID, Session: s.Session, Provider: "paypay", Way: way, Wallet: "paypay", Amount: 900, State: state, Ref: "ref", PaidAt: evening}
	if way == WaySticker {
		a.Provider, a.Thread, a.Ref, a.Proof = StickerProvider, "paypay", "", Proof{evening, "4021"}
	}
	return s, a
}

func booked(t testing.TB, b Booking, err error) map[ledger.Account]core.Money {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return ledger.Balances([]ledger.Entry{*b.Entry})
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestAPaymentIsBookedGrossToTheYearItWasPaidIn(t *testing.T) {
	t.Parallel()
	after := evening.Add(24 * time.Hour) // known a day later, in the next year
	for _, c := range []struct {
		way   Way
		state AttemptState
		asset ledger.Account
	}{
		{WayShow, AttemptPaid, "receivable:paypay"},
		{WayScan, AttemptPaid, "receivable:paypay"},
		{WaySticker, AttemptShown, "shown:paypay"},
		{WayCash, AttemptPaid, "cash:1"},
	} {
		s, a := soldFor(c.way, c.state)
		b, err := BookPayment(s, a, "2027-04-01", after)
		same(t, string(c.way), booked(t, b, err), map[ledger.Account]core.Money{
			c.asset: 900, "revenue:2026:13-01": -300, "revenue:2026:12-01": -600,
		})
		p := *b.Payment
		if p.FiscalYear != 2026 || p.PaidOn != "2027-03-31" || p.BookedOn != "2027-04-01" || p.Provider != "paypay" || b.Sale != SalePaid {
			t.Errorf("%s: %+v", c.way, p)
		}
		if p.Confirmed != (c.way != WaySticker) || b.Entry.Subject != p.ID || b.Entry.On != "2027-04-01" {
			t.Errorf("%s: confirmed %t, entry %+v", c.way, p.Confirmed, b.Entry)
		}
	}
}

func TestAPaymentOfAnotherAmountIsNotBooked(t *testing.T) {
	t.Parallel()
	s, a := soldFor(WayShow, AttemptPaid)
	a.Amount = 899
	if b, err := BookPayment(s, a, s.Day, evening); err == nil {
		t.Errorf("booked %+v", b)
	}
}

func TestTrainingIsPaidButNeverBooked(t *testing.T) {
	t.Parallel()
	s, a := soldFor(WayShow, AttemptPaid)
	s.Training, a.Training = true, true
	b, err := BookPayment(s, a, s.Day, evening)
	if err != nil || b.Entry != nil || b.Payment == nil || !b.Payment.Training {
		t.Fatalf("%+v, %v", b, err)
	}
	p := *b.Payment
	for what, f := range map[string]func() (Booking, error){
		"confirm": func() (Booking, error) { return BookConfirm(p, s.Day, evening) },
		"retract": func() (Booking, error) { return BookRetract(s, p, s.Day, evening) },
		"refund":  func() (Booking, error) { return BookRefund(s, p, Refund{Amount: 900}, s.Day, evening) },
	} {
		if b, err := f(); err != nil || b.Entry != nil || b.Of != p.ID {
			t.Errorf("%s: %+v, %v", what, b, err)
		}
	}
}

func TestWhatWasShownIsConfirmedOrLeavesNothing(t *testing.T) {
	t.Parallel()
	s, a := soldFor(WaySticker, AttemptShown)
	first, err := BookPayment(s, a, s.Day, evening)
	if err != nil {
		t.Fatal(err)
	}
	confirm, err := BookConfirm(*first.Payment, s.Day.Add(9), evening)
	if err != nil || !confirm.Confirm || confirm.Of != first.Payment.ID {
		t.Fatalf("%+v, %v", confirm, err)
	}
	same(t, "confirmed", ledger.Balances([]ledger.Entry{*first.Entry, *confirm.Entry}), map[ledger.Account]core.Money{
		"shown:paypay": 0, "receivable:paypay": 900, "revenue:2026:13-01": -300, "revenue:2026:12-01": -600,
	})
	retract, err := BookRetract(s, *first.Payment, s.Day.Add(9), evening)
	if err != nil || retract.Sale != SaleDrop || retract.GaveBack != 900 {
		t.Fatalf("%+v, %v", retract, err)
	}
	for account, m := range ledger.Balances([]ledger.Entry{*first.Entry, *retract.Entry}) {
		if m != 0 {
			t.Errorf("%s of %s is left", m, account)
		}
	}
}

func TestARefundLessensTheRevenueOfItsYearAndIsAnExpenseOfTheNext(t *testing.T) {
	t.Parallel()
	s, a := soldFor(WayShow, AttemptPaid)
	b, err := BookPayment(s, a, s.Day, evening)
	if err != nil {
		t.Fatal(err)
	}
	p := *b.Payment
	r := Refund{ID: "refund", Amount: 450}
	b, err = BookRefund(s, p, r, "2027-03-31", evening)
	same(t, "戻出", booked(t, b, err), map[ledger.Account]core.Money{"receivable:paypay": -450, "revenue:2026:13-01": 150, "revenue:2026:12-01": 300})
	if b.Sale != "" || b.Entry.What != "refund" || b.Entry.Subject != "refund" {
		t.Errorf("%+v", b)
	}
	b, err = BookRefund(s, p, r, "2027-04-01", evening)
	same(t, "過誤納金還付", booked(t, b, err), map[ledger.Account]core.Money{
		"receivable:paypay": -450, "expense:refund:2027:13-01": 150, "expense:refund:2027:12-01": 300,
	})
	p.Refunded, r.Void = 450, true
	b, err = BookRefund(s, p, r, "2027-03-31", evening)
	if err != nil || b.Sale != SaleVoided || b.Entry.What != "void" {
		t.Errorf("the rest: %+v, %v", b, err)
	}
	r.Amount = 451
	if b, err = BookRefund(s, p, r, "2027-03-31", evening); err == nil {
		t.Errorf("more than was paid: %+v", b)
	}
	p.Refunded, p.Way, r.Amount = 0, WayCash, 900
	b, err = BookRefund(s, p, r, "2027-03-31", evening)
	same(t, "cash", booked(t, b, err)["cash:1"], core.Money(-900))
}

func TestWhatWasPaidByStickerGoesBackFromTheBankAccountAndTheProviderStillOwesItAll(t *testing.T) {
	t.Parallel()
	s, a := soldFor(WaySticker, AttemptShown)
	b, err := BookPayment(s, a, s.Day, evening)
	if err != nil {
		t.Fatal(err)
	}
	entries, p := []ledger.Entry{*b.Entry}, *b.Payment
	give := func(amount core.Money, on Day) {
		t.Helper()
		b, err := BookRefund(s, p, Refund{ID: "refund", Amount: amount}, on, evening)
		if err != nil {
			t.Fatal(err)
		}
		entries, p.Refunded = append(entries, *b.Entry), p.Refunded+amount
	}
	give(300, "2027-03-31")
	same(t, "shown, a part given back", ledger.Balances(entries), map[ledger.Account]core.Money{
		"shown:paypay": 900, "bank": -300, "revenue:2026:13-01": -200, "revenue:2026:12-01": -400,
	})
	if b, err = BookConfirm(p, "2027-04-09", evening); err != nil {
		t.Fatal(err)
	}
	entries, p.Confirmed = append(entries, *b.Entry), true
	give(600, "2027-04-10")
	deposit, err := BookDeposit(Deposit{ID: "deposit", Provider: "paypay", On: "2027-04-15", Net: 882, Fee: 18}, evening)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "in the end", ledger.Balances(append(entries, deposit)), map[ledger.Account]core.Money{
		"shown:paypay": 0, "receivable:paypay": 0, "bank": 882 - 900, "expense:fee:paypay": 18,
		"revenue:2026:13-01": -200, "revenue:2026:12-01": -400, "expense:refund:2027:13-01": 200, "expense:refund:2027:12-01": 400,
	})
}

func TestAnyRefundsInAnyYearsReturnTheAssetToNothingAndBalance(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var s Sale
		s.ID, s.Counter = "sale", "1"
		for range rapid.IntRange(1, 5).Draw(t, "lines") {
			l := Line{Count: rapid.IntRange(1, 9).Draw(t, "count"), Percent: rapid.Int64Range(0, 99).Draw(t, "percent")}
			l.Price, l.Category.Code = core.Money(rapid.Int64Range(1, 5000).Draw(t, "price")), rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "category")
			s.Lines, s.Total = append(s.Lines, l), s.Total+l.Amount()
		}
		if s.Total == 0 {
			t.Skip("nothing is owed")
		}
		_, a := soldFor(rapid.SampledFrom([]Way{WayShow, WayCash, WayScan}).Draw(t, "way"), AttemptPaid)
		a.Amount = s.Total
		b, err := BookPayment(s, a, "2027-03-31", evening)
		if err != nil {
			t.Fatal(err)
		}
		entries, p := []ledger.Entry{*b.Entry}, *b.Payment
		for p.Refunded < p.Amount {
			r := Refund{ID: "refund", Amount: core.Money(rapid.Int64Range(1, int64(p.Amount-p.Refunded)).Draw(t, "back"))}
			b, err := BookRefund(s, p, r, rapid.SampledFrom([]Day{"2027-03-31", "2027-04-01"}).Draw(t, "on"), evening)
			if err != nil {
				t.Fatal(err)
			}
			entries, p.Refunded = append(entries, *b.Entry), p.Refunded+b.GaveBack
			if (b.Sale == SaleVoided) != (p.Refunded == p.Amount) {
				t.Fatalf("%s of %s given back, the sale goes to %q", p.Refunded, p.Amount, b.Sale)
			}
		}
		var total core.Money
		sums := ledger.Balances(entries)
		for _, account := range slices.Sorted(maps.Keys(sums)) {
			total += sums[account]
			if k := account.Kind(); (k == ledger.Receivable || k == ledger.Cash) && sums[account] != 0 {
				t.Fatalf("%s of %s is left", sums[account], account)
			}
		}
		if total != 0 {
			t.Fatalf("the books sum to %s", total)
		}
	})
}

func TestADepositClearsWhatWasOwedAndTheFeeIsAnExpense(t *testing.T) {
	t.Parallel()
	e, err := BookDeposit(Deposit{ID: "deposit", Provider: "paypay", On: "2027-04-15", Net: 871, Fee: 29}, evening)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "deposit", ledger.Balances([]ledger.Entry{e}), map[ledger.Account]core.Money{"bank": 871, "expense:fee:paypay": 29, "receivable:paypay": -900})
	if e.Subject != "deposit" || e.On != "2027-04-15" || e.What != "settle" {
		t.Errorf("%+v", e)
	}
}
