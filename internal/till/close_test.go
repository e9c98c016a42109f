package till_test

import (
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// close signs and closes a session. owner answers for what is open.
func (h *house) close(s till.Session, owner core.ID) till.Session {
	h.t.Helper()
	h.sign(s, owner)
	closed, err := h.desk.Close(second, key(), s.ID)
	h.must(err)
	return closed
}

func (h *house) sign(s till.Session, owner core.ID) till.Session {
	h.t.Helper()
	now, err := h.store.Session(ctx, s.ID)
	h.must(err)
	signed, err := h.desk.Sign(clerk, key(), s.ID, now.Version, till.Signing{Counted: 30_000, Owner: owner}, "会計課 山田")
	h.must(err)
	return signed
}

func TestWhoClosesIsNotWhoSigned(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	_, err := h.desk.Close(second, key(), s.ID)
	h.refused(err, till.ErrUnsigned)
	h.sign(s, "")
	_, err = h.desk.Close(clerk, key(), s.ID)
	h.refused(err, till.ErrSigner)
	closed, err := h.desk.Close(second, key(), s.ID)
	h.must(err)
	if closed.State != till.SessionClosed || closed.Close.SignedBy != "clerk" || closed.Close.ClosedBy != "second" || !closed.Close.At.Equal(h.clock.Now()) {
		t.Errorf("%+v", closed)
	}
	_, err = h.desk.Close(person("third", core.RoleClerk), key(), s.ID)
	h.refused(err, till.ErrClosed)
	_, err = h.desk.Sign(clerk, key(), s.ID, closed.Version, till.Signing{}, "")
	h.refused(err, till.ErrClosed)
}

func TestASignatureIsVoidAfterAnyChange(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	sale, paid := h.pay(s, 1)
	var open till.Sale
	var live till.Attempt
	var back till.Refund
	for _, change := range []struct {
		name string
		do   func()
	}{
		{"a sale", func() { open = h.sale(s, 1) }},
		{"an attempt", func() { live = h.charge(open, show()) }},
		{"a cancel", func() {
			_, err := h.desk.Cancel(clerk, key(), live.ID)
			h.must(err)
			h.round()
		}},
		{"giving up", func() {
			_, err := h.desk.Drop(clerk, key(), open.ID)
			h.must(err)
		}},
		{"a refund asked for", func() {
			var err error
			back, err = h.desk.RequestRefund(clerk, key(), till.RefundRequest{Sale: sale.ID, Amount: paid.Amount, Void: true, Reason: "誤り"})
			h.must(err)
		}},
		{"a refund agreed to", func() {
			_, err := h.desk.DecideRefund(second, key(), back.ID, true)
			h.must(err)
		}},
		{"money given back", func() { h.later(time.Second) }},
	} {
		h.sign(s, "owner")
		change.do()
		_, err := h.desk.Close(second, key(), s.ID)
		h.refused(err, till.ErrUnsigned)
		if now, err := h.store.Session(ctx, s.ID); err != nil || now.Close.SignedBy != "" || now.Close.Counted != 0 {
			t.Errorf("after %s: %+v, %v", change.name, now.Close, err)
		}
	}
	h.sign(s, "")
	h.round() // a look that finds nothing changes nothing
	_, err := h.desk.Close(second, key(), s.ID)
	h.must(err)
}

func TestTotalsThatAreOldAreNotSigned(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	sale := h.sale(s, 1)
	_, err := h.desk.Sign(clerk, key(), s.ID, s.Version, till.Signing{}, "")
	h.refused(err, till.ErrMoved)
	h.charge(sale, cash())
	if _, book, err := h.desk.DayBook(clerk, s.ID); err != nil || book.Revenue != 300 || book.Cash != 300 {
		t.Errorf("%+v, %v", book, err)
	}
	closed := h.close(s, "")
	if closed.Close.Totals.Revenue != 300 || closed.CashDifference() != -300 {
		t.Errorf("%+v, 過不足 %s", closed.Close, closed.CashDifference())
	}
}

// TestWhatIsUnresolvedAtTheCloseIsBookedOnTheDayItBecomesKnown is the way of 300 yen of which nobody knows in the
// evening, and which the file of the provider has two days later.
func TestWhatIsUnresolvedAtTheCloseIsBookedOnTheDayItBecomesKnown(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	h.pay(s, 2)
	sale, a := h.lost(s, 1)
	now, err := h.store.Session(ctx, s.ID)
	h.must(err)
	_, err = h.desk.Sign(clerk, key(), s.ID, now.Version, till.Signing{Counted: 30_000}, "")
	h.refused(err, till.ErrOwnerNeeded)

	closed := h.close(s, "yamada")
	totals := closed.Close.Totals
	h.same("handed over", closed.Close.Handed, []core.ID{a.ID})
	if totals.Revenue != 600 || totals.Sales != 1 || len(totals.Open) != 1 || totals.Open[0].Attempt != a.ID || closed.Close.OwnerName != "会計課 山田" {
		t.Errorf("%+v", totals)
	}
	if got := h.attempt(a.ID); got.Owner != "yamada" || got.State != till.AttemptUnresolved {
		t.Errorf("%s, answered for by %q", got.State, got.Owner)
	}
	h.same("books at the close", h.balances(), map[string]core.Money{"receivable:paypay": 600, "revenue:2026:13-01": -600})

	paidAt := h.clock.Now()
	h.clock.Advance(48 * time.Hour)
	_, _, err = h.office.Import(accountant, key(), "paypay", "file.csv", settled(t, till.SettlementRow{
		Ours: a.ID, Ref: "R1", Kind: till.RowPaid, Amount: 300, At: paidAt, Wallet: "paypay",
	}))
	h.must(err)
	p, err := h.store.PaymentOf(ctx, a.ID)
	h.must(err)
	if p.BookedOn != "2026-10-03" || p.PaidOn != "2026-10-01" || p.FiscalYear != 2026 || h.state(sale.ID) != till.SalePaid {
		t.Errorf("%+v, sale %s", p, h.state(sale.ID))
	}
	h.same("books", h.balances(), map[string]core.Money{"receivable:paypay": 900, "revenue:2026:13-01": -900})
	_, after, err := h.desk.DayBook(clerk, s.ID)
	h.must(err)
	h.same("what was signed", after, totals)
	before, err := h.store.Balances(ctx, "2026-10-02")
	h.must(err)
	if before["receivable:paypay"] != 600 {
		t.Errorf("the days before changed: %v", before)
	}
}

func TestAPaymentOfTheLastDayOfMarchStaysInItsYearHoweverLateItIsKnown(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.clock.Set(time.Date(2027, time.March, 31, 7, 0, 0, 0, time.UTC))
	s := h.open()
	_, a := h.lost(s, 1)
	h.close(s, "yamada")
	h.clock.Set(time.Date(2027, time.April, 5, 1, 0, 0, 0, time.UTC))
	_, err := h.office.Decide(accountant, key(), a.ID, till.AttemptPaid, "管理画面で支払いを確かめた")
	h.must(err)
	p, err := h.store.PaymentOf(ctx, a.ID)
	h.must(err)
	if p.FiscalYear != 2026 || p.PaidOn != "2027-03-31" || p.BookedOn != "2027-04-05" {
		t.Errorf("%+v", p)
	}
	h.same("books", h.balances(), map[string]core.Money{"receivable:paypay": 300, "revenue:2026:13-01": -300})

	// What goes back in April of what was paid in March is an expense of the new year.
	back, err := h.desk.RequestRefund(clerk, key(), till.RefundRequest{Sale: p.Sale, Amount: 100, Reason: "過納"})
	h.must(err)
	_, err = h.desk.DecideRefund(accountant, key(), back.ID, true)
	h.must(err)
	h.round()
	h.same("books", h.balances(), map[string]core.Money{"receivable:paypay": 200, "revenue:2026:13-01": -300, "expense:refund:2027:13-01": 100})
}

func TestAPersonDecidesWhatNobodyKnowsWithANote(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	sale, a := h.lost(s, 1)
	_, err := h.office.Decide(accountant, key(), a.ID, till.AttemptPaid, " ")
	h.refused(err, till.ErrNote)
	_, err = h.office.Decide(accountant, key(), a.ID, till.AttemptSent, "見た")
	h.refused(err, till.ErrMoved)
	_, err = h.desk.Charge(clerk, key(), sale.ID, cash())
	h.refused(err, till.ErrAttemptLive)
	_, err = h.desk.Drop(clerk, key(), sale.ID)
	h.refused(err, till.ErrAttemptLive)
	_, err = h.desk.Cancel(clerk, key(), a.ID)
	h.refused(err, till.ErrAttemptLive)
	owned, err := h.office.Own(accountant, key(), a.ID, "yamada", "電話で照会中")
	h.must(err)
	if owned.Owner != "yamada" || owned.Note != "電話で照会中" || owned.State != till.AttemptUnresolved {
		t.Errorf("%+v", owned)
	}
	done, err := h.office.Decide(accountant, key(), a.ID, till.AttemptNotPaid, "決済事業者に照会し、支払いなしの回答")
	h.must(err)
	if done.State != till.AttemptNotPaid || done.Reason != till.ReasonByHand || done.Note == "" {
		t.Errorf("%+v", done)
	}
	_, err = h.office.Decide(accountant, key(), a.ID, till.AttemptPaid, "やはり")
	h.refused(err, till.ErrMoved)
	_, err = h.office.Own(accountant, key(), a.ID, "yamada", "")
	h.refused(err, till.ErrMoved)
	if again := h.charge(sale, cash()); again.State != till.AttemptPaid || again.Number != 2 {
		t.Errorf("the next attempt is %d, %s", again.Number, again.State)
	}
}
