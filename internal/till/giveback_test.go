package till_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

func (h *house) refundState(id core.ID) till.Refund {
	h.t.Helper()
	r, err := h.store.Refund(ctx, id)
	h.must(err)
	return r
}

func TestMoneyGoesBackOnlyWithASecondPerson(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	sale, _ := h.pay(s, 3)
	void, err := h.desk.RequestRefund(clerk, key(), till.RefundRequest{Sale: sale.ID, Amount: 900, Void: true, Reason: "品目の誤り"})
	h.must(err)
	_, err = h.desk.DecideRefund(clerk, key(), void.ID, true)
	h.refused(err, till.ErrSecondPerson)
	h.later(time.Minute)
	if h.paypay.count("refund") != 0 {
		t.Fatal("the provider was asked before anybody agreed")
	}
	_, err = h.desk.DecideRefund(clerk, key(), void.ID, false) // who asked may withdraw
	h.must(err)
	if got := h.refundState(void.ID); got.State != till.RefundRejected || got.DecidedBy != "clerk" {
		t.Errorf("%+v", got)
	}
	_, err = h.desk.DecideRefund(second, key(), void.ID, true)
	h.refused(err, till.ErrMoved)

	part, err := h.desk.RequestRefund(clerk, key(), till.RefundRequest{Sale: sale.ID, Amount: 300, Reason: "一通は不要"})
	h.must(err)
	_, err = h.desk.DecideRefund(second, key(), part.ID, true)
	h.refused(err, till.ErrRole) // 還付 is for 会計課
	_, err = h.desk.DecideRefund(accountant, key(), part.ID, true)
	h.must(err)
	h.later(time.Second)
	if got := h.refundState(part.ID); got.State != till.RefundDone || got.BookedOn != "2026-10-01" || got.Ref == "" || h.state(sale.ID) != till.SalePaid {
		t.Errorf("%+v, sale %s", got, h.state(sale.ID))
	}
	rest, err := h.desk.RequestRefund(accountant, key(), till.RefundRequest{Sale: sale.ID, Amount: 600, Reason: "残りも不要"})
	h.must(err)
	_, err = h.desk.DecideRefund(accountant, key(), rest.ID, true)
	h.refused(err, till.ErrSecondPerson)
	_, err = h.desk.DecideRefund(admin, key(), rest.ID, true)
	h.must(err)
	h.later(time.Second)
	if h.state(sale.ID) != till.SaleVoided {
		t.Errorf("all of it went back and the sale is %s", h.state(sale.ID))
	}
	h.same("books", h.balances(), map[string]core.Money{})
}

func TestARefundThatCannotBeIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	sale, _ := h.pay(s, 2)
	unpaid := h.sale(s, 1)
	ask := func(r till.RefundRequest) error {
		_, err := h.desk.RequestRefund(clerk, key(), r)
		return err
	}
	for name, c := range map[string]struct {
		r    till.RefundRequest
		want error
	}{
		"no reason":        {till.RefundRequest{Sale: sale.ID, Amount: 100, Reason: " "}, till.ErrRefundReason},
		"too many reasons": {till.RefundRequest{Sale: sale.ID, Amount: 100, Reason: strings.Repeat("長", 201)}, till.ErrRefundReason},
		"more than paid":   {till.RefundRequest{Sale: sale.ID, Amount: 601, Reason: "誤り"}, till.ErrRefundTooMuch},
		"nothing":          {till.RefundRequest{Sale: sale.ID, Reason: "誤り"}, till.ErrRefundTooMuch},
		"less":             {till.RefundRequest{Sale: sale.ID, Amount: -1, Reason: "誤り"}, till.ErrRefundTooMuch},
		"a void in part":   {till.RefundRequest{Sale: sale.ID, Amount: 300, Void: true, Reason: "誤り"}, till.ErrVoidLate},
		"what is unpaid":   {till.RefundRequest{Sale: unpaid.ID, Amount: 300, Reason: "誤り"}, till.ErrNoPayment},
		"no sale":          {till.RefundRequest{Sale: "none", Amount: 300, Reason: "誤り"}, till.ErrNoSale},
	} {
		if err := ask(c.r); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	h.must(ask(till.RefundRequest{Sale: sale.ID, Amount: 400, Reason: "一つ目"}))
	h.refused(ask(till.RefundRequest{Sale: sale.ID, Amount: 300, Reason: "二つ目"}), till.ErrRefundTooMuch) // 400 are claimed
	h.must(ask(till.RefundRequest{Sale: sale.ID, Amount: 200, Reason: "二つ目"}))

	h.scan.does("query", nil)
	none := h.sale(s, 1)
	h.scan.says("start", till.Answer{Verdict: till.VerdictPaid, Amount: 300, Wallet: "d_barai"}, nil)
	if a := h.charge(none, scanned(code)); a.State != till.AttemptPaid {
		t.Fatal(a.State)
	}
	h.refused(ask(till.RefundRequest{Sale: none.ID, Amount: 300, Reason: "誤り"}), till.ErrNoRefunds) // univapay here is no Refunder

	_, err := h.desk.Drop(clerk, key(), unpaid.ID)
	h.must(err)
	cashed := h.sale(s, 1)
	h.charge(cashed, cash())
	h.close(s, "")
	h.refused(ask(till.RefundRequest{Sale: cashed.ID, Amount: 300, Void: true, Reason: "誤り"}), till.ErrVoidLate)
	h.must(ask(till.RefundRequest{Sale: cashed.ID, Amount: 300, Reason: "誤り"}))
}

func TestARefundIsAskedForUntilItIsKnown(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	sale, _ := h.pay(s, 1)
	back, err := h.desk.RequestRefund(clerk, key(), till.RefundRequest{Sale: sale.ID, Amount: 300, Void: true, Reason: "誤り"})
	h.must(err)
	_, err = h.desk.DecideRefund(second, key(), back.ID, true)
	h.must(err)
	h.paypay.refund = func(till.Refund) (till.RefundAnswer, error) { return till.RefundAnswer{}, errors.New("no answer") }
	for range 3 {
		h.later(time.Minute)
	}
	if got := h.refundState(back.ID); got.State != till.RefundUnknown || got.Detail != till.ReasonNoAnswer || h.paypay.count("refund") != 3 {
		t.Errorf("%s (%s) after %d questions", got.State, got.Detail, h.paypay.count("refund"))
	}
	h.same("books while nobody knows", h.balances(), map[string]core.Money{"receivable:paypay": 300, "revenue:2026:13-01": -300})
	h.paypay.refund = func(till.Refund) (till.RefundAnswer, error) {
		return till.RefundAnswer{State: till.RefundFailed, Reason: till.ReasonRefundRefused}, nil
	}
	h.later(time.Minute)
	if got := h.refundState(back.ID); got.State != till.RefundFailed || got.Detail != till.ReasonRefundRefused {
		t.Errorf("%+v", got)
	}
	h.paypay.refund = nil
	again, err := h.desk.RequestRefund(clerk, key(), till.RefundRequest{Sale: sale.ID, Amount: 300, Void: true, Reason: "誤り"})
	h.must(err) // what failed claims nothing
	_, err = h.desk.DecideRefund(second, key(), again.ID, true)
	h.must(err)
	h.later(time.Second)
	h.same("books", h.balances(), map[string]core.Money{})
	if again.Number != 2 || h.state(sale.ID) != till.SaleVoided {
		t.Errorf("refund %d, sale %s", again.Number, h.state(sale.ID))
	}
}

func TestARefundAfterTheCloseIsBookedOnItsOwnDay(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	sale, _ := h.pay(s, 2)
	closed := h.close(s, "")
	h.clock.Advance(5 * 24 * time.Hour)
	back, err := h.desk.RequestRefund(clerk, key(), till.RefundRequest{Sale: sale.ID, Amount: 600, Reason: "過納"})
	h.must(err)
	_, err = h.desk.DecideRefund(accountant, key(), back.ID, true)
	h.must(err)
	h.round()
	if got := h.refundState(back.ID); got.State != till.RefundDone || got.BookedOn != "2026-10-06" {
		t.Errorf("%+v", got)
	}
	_, book, err := h.desk.DayBook(clerk, s.ID)
	h.must(err)
	h.same("what was signed", book, closed.Close.Totals)
	before, err := h.store.Balances(ctx, "2026-10-05")
	h.must(err)
	if before["receivable:paypay"] != 600 {
		t.Errorf("%v", before)
	}
	h.same("books", h.balances(), map[string]core.Money{})
}
