package slip_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/testkit"
	"yakusho/internal/till"
	"yakusho/internal/till/slip"
)

var (
	at     = time.Date(2026, time.November, 22, 1, 42, 36, 0, time.UTC)
	office = slip.Office{Name: "みほん市", Contact: "市民課 電話 0123-45-6789", Registration: "T1234567890123"}
	head   = slip.Head{Office: office, Counter: till.Counter{Number: 1, Name: "市民課 1番窓口"}, Printed: at.Add(time.Minute)}
)

func line(name string, price core.Money, count int, tax till.Tax, kind till.Slip) till.Line {
	return till.Line{Name: name, Unit: "通", Price: price, Count: count, Tax: tax, Slip: kind}
}

// residence is 住民票×2 and 印鑑証明×1, with one certificate reduced to nothing.
func residence() till.Sale {
	free := line("戸籍全部事項証明書", 450, 1, till.TaxExempt, till.SlipStatement)
	free.Reduction, free.Percent = "児童扶養手当", 100
	return till.Sale{
		ID: "01kagsale0000000000000000a", Number: 101, Day: "2026-11-22", State: till.SalePaid, Total: 900, Name: "髙橋 花子", FixedAt: at,
		Lines: []till.Line{
			line("住民票の写し", 300, 2, till.TaxExempt, till.SlipStatement), line("印鑑登録証明書", 300, 1, till.TaxExempt, till.SlipStatement), free,
		},
	}
}

// hall is the use of a hall with a drink, and a certificate.
func hall() till.Sale {
	s := residence()
	s.Lines = []till.Line{
		line("市民ホール（午前）", 1_999, 1, till.TaxStandard, till.SlipReceipt), line("音響設備", 1_006, 1, till.TaxStandard, till.SlipReceipt),
		line("お茶（持ち帰り）", 150, 3, till.TaxReduced, till.SlipReceipt), line("住民票の写し", 300, 1, till.TaxExempt, till.SlipStatement),
	}
	s.Total = 3_755
	return s
}

func pay(s till.Sale, wallet string, way till.Way) till.Payment {
	ref := "04938217556021"
	if way == till.WayCash {
		ref = ""
	}
	return till.Payment{
		ID: "01kagpayment000000000000000", Sale: s.ID, Amount: s.Total, Wallet: wallet, Way: way, Ref: ref, PaidAt: at.Add(20 * time.Second),
		Confirmed: true, Training: s.Training,
	}
}

func all(papers []slip.Paper) []byte {
	var out []string
	for _, p := range papers {
		out = append(out, p.String())
	}
	return []byte(strings.Join(out, "\n======== cut ========\n\n"))
}

func TestPapersSayWhatTheBooksSay(t *testing.T) {
	t.Parallel()
	practice, shown, nothing, voided := residence(), residence(), residence(), residence()
	practice.Training = true
	nothing.Lines, nothing.Total = nothing.Lines[2:], 0
	voided.State = till.SaleVoided
	seen := pay(shown, "paypay", till.WaySticker)
	seen.Confirmed, seen.Ref = false, ""
	unproven := hall()
	unsure := pay(unproven, "jpqr", till.WaySticker)
	unsure.Confirmed = false
	again := head
	again.Again = true
	for _, c := range []struct {
		name string
		head slip.Head
		sale till.Sale
		paid []till.Payment
	}{
		{"statement", head, residence(), []till.Payment{pay(residence(), "paypay", till.WayShow)}},
		{"mixed", head, hall(), []till.Payment{pay(hall(), till.WalletCash, till.WayCash)}},
		{"training", head, practice, []till.Payment{pay(practice, till.WalletTraining, till.WayScan)}},
		{"shown", head, shown, []till.Payment{seen}},
		{"shown_receipt", head, unproven, []till.Payment{unsure}},
		{"nothing_owed", head, nothing, nil},
		{"again_voided", again, voided, []till.Payment{pay(voided, "d_barai", till.WayScan)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			papers, err := slip.Compose(c.head, c.sale, c.paid...)
			if err != nil {
				t.Fatal(err)
			}
			testkit.Golden(t, c.name+".txt", all(papers))
		})
	}
}

func TestTaxIsRoundedOncePerRateAndPaper(t *testing.T) {
	t.Parallel()
	papers, err := slip.Compose(head, hall(), pay(hall(), till.WalletCash, till.WayCash))
	if err != nil {
		t.Fatal(err)
	}
	// 3,005 × 10/110 = 273.18; line by line it would be 181 + 91 = 272.
	if receipt := papers[1].String(); !strings.Contains(receipt, "うち消費税等 | 273円") || !strings.Contains(receipt, "うち消費税等 | 33円") {
		t.Errorf("tax of the receipt:\n%s", receipt)
	}
}

func TestAPaperIsRefusedWhenItsPaymentIsNotWhatTheSaleOwes(t *testing.T) {
	t.Parallel()
	open, other, short := residence(), pay(residence(), "paypay", till.WayShow), pay(residence(), "paypay", till.WayShow)
	open.State = till.SaleOpen
	other.Sale = "somebody else's"
	short.Amount--
	bad := head
	bad.Office.Registration = "T123"
	for name, c := range map[string]struct {
		err  error
		want error
	}{
		"open":         {composeErr(head, open, pay(open, "paypay", till.WayShow)), slip.ErrNotPaid},
		"no payment":   {composeErr(head, residence()), slip.ErrNotPaid},
		"too little":   {composeErr(head, residence(), short), slip.ErrNotPaid},
		"other sale":   {composeErr(head, residence(), other), slip.ErrOther},
		"registration": {composeErr(bad, residence(), pay(residence(), "paypay", till.WayShow)), slip.ErrRegistration},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", name, c.err, c.want)
		}
	}
}

func composeErr(h slip.Head, s till.Sale, paid ...till.Payment) error {
	_, err := slip.Compose(h, s, paid...)
	return err
}

func TestAPendingPaperTellsNotToPayAgain(t *testing.T) {
	t.Parallel()
	s := residence()
	s.State = till.SaleOpen
	for _, state := range []till.AttemptState{till.AttemptUnknown, till.AttemptCancelling, till.AttemptUnresolved} {
		a := till.Attempt{
			ID: "01kagattempt00000000000000", Sale: s.ID, Amount: 900, Wallet: "paypay", Way: till.WayShow, State: state, CreatedAt: at,
		}
		p, err := slip.Pending(head, s, a)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(p.String(), "もう一度お支払いに  <centre>  <large>\nならないでください  <centre>  <large>") {
			t.Errorf("%s: the paper does not say so", state)
		}
		testkit.Golden(t, "pending_"+string(state)+".txt", []byte(p.String()))
	}
	for _, state := range []till.AttemptState{till.AttemptPaid, till.AttemptNotPaid, till.AttemptReversed, till.AttemptShown} {
		if _, err := slip.Pending(head, s, till.Attempt{Sale: s.ID, State: state}); !errors.Is(err, slip.ErrDecided) {
			t.Errorf("%s: %v, want a refusal", state, err)
		}
	}
}

func TestAPaperForMoneyGivenBack(t *testing.T) {
	t.Parallel()
	s := hall()
	x := pay(s, "paypay", till.WayShow)
	void := till.Refund{
		ID: "01kagrefund000000000000000", Payment: x.ID, Sale: s.ID, Void: true, Amount: 3_755, Reason: "品目の選び違い", State: till.RefundDone, Ref: "R-77",
		DoneAt: at.Add(time.Hour),
	}
	part := void
	part.Void, part.Amount, part.State, part.Reason = false, 1_000, till.RefundUnknown, "利用時間の短縮"
	part.DoneAt, part.DecidedAt = time.Time{}, at.Add(2*time.Hour)
	cash := pay(residence(), till.WalletCash, till.WayCash)
	cashed := till.Refund{Payment: cash.ID, Void: true, Amount: 900, Reason: "品目の選び違い", State: till.RefundDone, DoneAt: at.Add(time.Hour)}
	stuck := pay(residence(), "paypay", till.WaySticker)
	banked := cashed
	banked.Payment = stuck.ID
	for _, c := range []struct {
		name string
		sale till.Sale
		x    till.Payment
		r    till.Refund
	}{{"void", s, x, void}, {"refund_under_way", s, x, part}, {"void_cash", residence(), cash, cashed}, {"void_sticker", residence(), stuck, banked}} {
		p, err := slip.GivenBack(head, c.sale, c.x, c.r)
		if err != nil {
			t.Fatal(err)
		}
		testkit.Golden(t, c.name+".txt", []byte(p.String()))
	}
	for _, state := range []till.RefundState{till.RefundRequested, till.RefundRejected, till.RefundFailed} {
		r := void
		r.State = state
		if _, err := slip.GivenBack(head, s, x, r); !errors.Is(err, slip.ErrNotBack) {
			t.Errorf("%s: %v, want a refusal", state, err)
		}
	}
}

func TestATicketIsForAnOpenSale(t *testing.T) {
	t.Parallel()
	s := residence()
	if _, err := slip.Ticket(head, s); !errors.Is(err, till.ErrSaleOver) {
		t.Errorf("paid sale: %v", err)
	}
	s.State, s.Training = till.SaleOpen, true
	p, err := slip.Ticket(head, s)
	if err != nil {
		t.Fatal(err)
	}
	testkit.Golden(t, "ticket.txt", []byte(p.String()))
}

func TestTrainingStandsAtTheTopAndTheBottom(t *testing.T) {
	t.Parallel()
	s := residence()
	s.Training = true
	papers, err := slip.Compose(head, s, pay(s, till.WalletTraining, till.WayScan))
	if err != nil {
		t.Fatal(err)
	}
	rows := papers[0].Rows
	if rows[0].Kind != slip.Mark || rows[len(rows)-1].Kind != slip.Mark || rows[0].Left != "練習" {
		t.Errorf("first row %+v, last row %+v", rows[0], rows[len(rows)-1])
	}
}
