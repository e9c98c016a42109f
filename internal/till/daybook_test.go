package till

import (
	"testing"

	"yakusho/internal/core"
)

func TestADayBookAddsUpWhatIsPaidAndNamesWhatIsOpen(t *testing.T) {
	t.Parallel()
	juminA := Line{Code: "JUMIN", Name: "住民票", Unit: "通", Category: Category{"13-01", "手数料"}, Price: 300, Count: 2}
	juminB := juminA
	juminB.Price, juminB.Count, juminB.Reduction, juminB.Percent = 200, 1, "減免", 50
	hall := Line{Code: "HALL", Name: "ホール", Unit: "時間", Category: Category{"12-01", "使用料"}, Price: 1000, Count: 1}
	sale := func(number int, state SaleState, lines ...Line) Sale {
		s := Sale{ID: core.ID(rune('a' + number)), Number: number, State: state, Lines: lines}
		for _, l := range lines {
			s.Total += l.Amount()
		}
		return s
	}
	b := SessionBook{
		Sales: []Sale{
			sale(5, SalePaid, juminA, hall), sale(6, SalePaid, juminB), sale(7, SaleVoided, hall), sale(8, SaleDrop, hall), sale(9, SaleOpen, hall),
			sale(10, SalePaid, hall), sale(11, SalePaid, juminA),
		},
	}
	pay := func(i int, wallet string, way Way, confirmed bool, back core.Money) {
		s := b.Sales[i]
		b.Payments = append(b.Payments, Payment{ID: s.ID + "p", Sale: s.ID, Wallet: wallet, Way: way, Amount: s.Total, Confirmed: confirmed, Refunded: back})
	}
	pay(0, "paypay", WayShow, true, 0)
	pay(1, WalletCash, WayCash, true, 0)
	pay(2, "paypay", WayShow, true, 1000)
	pay(5, "paypay", WaySticker, false, 0)
	pay(6, "paypay", WayShow, true, 100)
	b.Attempts = []Attempt{
		{ID: "live", Sale: b.Sales[4].ID, Amount: 1000, Wallet: "paypay", State: AttemptUnknown, Owner: "owner"}, {ID: "over", Sale: b.Sales[4].ID, State: AttemptNotPaid},
	}
	b.Refunds = []Refund{
		{Sale: b.Sales[2].ID, Amount: 1000, Void: true, State: RefundDone, Reason: "誤り", DecidedBy: "two"},
		{Sale: b.Sales[6].ID, Amount: 100, State: RefundDone},
		{Sale: b.Sales[6].ID, Amount: 50, State: RefundRejected},
	}
	same(t, "day book", MakeDayBook(b), DayBook{
		First: 5, Last: 11, Sales: 4, Dropped: 1, Revenue: 1600 + 100 + 1000 + 500, Cash: 100, Shown: 1000,
		Items: []ItemTotal{
			{Category: Category{"12-01", "使用料"}, Code: "HALL", Name: "ホール", Unit: "時間", Count: 2, Amount: 2000},
			{Category: Category{"13-01", "手数料"}, Code: "JUMIN", Name: "住民票", Unit: "通", Count: 5, Reduced: 1, Amount: 1300},
		},
		Methods: []MethodTotal{
			{WalletCash, WayCash, 1, 100}, {"paypay", WayShow, 2, 2100}, {"paypay", WaySticker, 1, 1000},
		},
		Voids:   []RefundLine{{Sale: b.Sales[2].ID, Number: 7, Amount: 1000, Reason: "誤り", Approver: "two", State: RefundDone}},
		Refunds: []RefundLine{{Sale: b.Sales[6].ID, Number: 11, Amount: 100, State: RefundDone}},
		Open:    []OpenLine{{Sale: b.Sales[4].ID, Attempt: "live", Number: 9, Amount: 1000, Wallet: "paypay", State: AttemptUnknown, Owner: "owner"}},
	})
	same(t, "an empty day", MakeDayBook(SessionBook{}), DayBook{Items: []ItemTotal{}, Methods: []MethodTotal{}})
}

func TestWhatIsMissingInTheDrawerIsNegative(t *testing.T) {
	t.Parallel()
	s := Session{Float: 30_000}
	s.Close.Counted, s.Close.Totals.Cash = 30_850, 900
	if d := s.CashDifference(); d != -50 {
		t.Errorf("過不足 %s", d)
	}
}
