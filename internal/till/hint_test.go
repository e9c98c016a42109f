package till_test

import (
	"context"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

func TestANotificationMakesTheDriverAskAndIsNotBelieved(t *testing.T) {
	t.Parallel()
	h := build(t)
	a := h.charge(h.sale(h.open(), 1), show())
	h.must(h.driver.Hint(ctx, "paypay", till.Hint{Attempt: a.ID})) // somebody says it was paid
	h.round()
	if got := h.attempt(a.ID); got.State != till.AttemptSent || h.paypay.count("query") != 1 {
		t.Errorf("%s after %d questions", got.State, h.paypay.count("query"))
	}
	h.paypay.paid()
	h.must(h.driver.Hint(ctx, "paypay", till.Hint{Ref: ref(a)})) // by the provider's id alone
	h.must(h.driver.Hint(ctx, "paypay", till.Hint{Ref: ref(a)}))
	h.round()
	if got := h.attempt(a.ID); got.State != till.AttemptPaid || h.paypay.count("query") != 2 {
		t.Errorf("%s after %d questions", got.State, h.paypay.count("query"))
	}
}

func TestAForgedNotificationMovesNothing(t *testing.T) {
	t.Parallel()
	h := build(t)
	a := h.charge(h.sale(h.open(), 1), show())
	for name, c := range map[string]struct {
		provider string
		hint     till.Hint
	}{
		"of nothing":          {"paypay", till.Hint{}},
		"of an unknown one":   {"paypay", till.Hint{Attempt: core.NewID(h.clock.Now()), Ref: "R0"}},
		"by another provider": {"univapay", till.Hint{Attempt: a.ID}},
		"by nobody":           {"nobody", till.Hint{Attempt: a.ID, Ref: ref(a)}},
	} {
		if err := h.driver.Hint(ctx, c.provider, c.hint); core.KindOf(err) != core.KindNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	h.round()
	if n := h.paypay.count("query"); n != 0 || h.attempt(a.ID).State != till.AttemptSent {
		t.Errorf("%d questions, %s", n, h.attempt(a.ID).State)
	}
}

func TestALateNotificationAfterARefundIsIgnored(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	sale, a := h.pay(s, 1)
	back, err := h.desk.RequestRefund(clerk, key(), till.RefundRequest{Sale: sale.ID, Amount: 300, Void: true, Reason: "誤り"})
	h.must(err)
	_, err = h.desk.DecideRefund(second, key(), back.ID, true)
	h.must(err)
	h.later(time.Second)
	h.events()
	asked := h.paypay.count("query")
	h.paypay.paid()
	h.must(h.driver.Hint(ctx, "paypay", till.Hint{Attempt: a.ID}))
	h.round()
	if h.paypay.count("query") != asked || len(h.events()) != 0 || h.state(sale.ID) != till.SaleVoided {
		t.Errorf("%d questions, the sale is %s", h.paypay.count("query")-asked, h.state(sale.ID))
	}
	h.same("books", h.balances(), map[string]core.Money{})
}

// TestWhatContradictsAProvenEndIsKept is a payment that was reversed, and a provider that then says paid all the same:
// the books stay, and a person hears of it.
func TestWhatContradictsAProvenEndIsKept(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	sale := h.sale(s, 1)
	a := h.charge(sale, show())
	_, err := h.desk.Cancel(clerk, key(), a.ID)
	h.must(err)
	h.round()
	h.events()
	h.must(h.driver.Hint(ctx, "paypay", till.Hint{Attempt: a.ID})) // it waits, says the provider: no contradiction
	if told := h.events(); len(told) != 0 {
		t.Errorf("%+v", told)
	}
	h.paypay.paid()
	h.must(h.driver.Hint(ctx, "paypay", till.Hint{Attempt: a.ID}))
	told := h.told(till.EventContradiction)
	if len(told) != 1 || told[0].Target != string(a.ID) || told[0].Outcome != "failed" || told[0].Detail["provider_says"] != "paid" || told[0].Sale != sale.ID {
		t.Errorf("%+v", told)
	}
	if got := h.attempt(a.ID); got.State != till.AttemptReversed || h.state(sale.ID) != till.SaleOpen {
		t.Errorf("%s, sale %s", got.State, h.state(sale.ID))
	}
	h.same("books", h.balances(), map[string]core.Money{})
}

// TestACancelAnsweredAfterThePaymentWasProvenIsKept is a cancel under way while a colleague at 会計課 hears by telephone
// that it was paid: the provider then accepts the cancel.
func TestACancelAnsweredAfterThePaymentWasProvenIsKept(t *testing.T) {
	t.Parallel()
	h := build(t)
	sale := h.sale(h.open(), 1)
	a := h.charge(sale, show())
	_, err := h.desk.Cancel(clerk, key(), a.ID)
	h.must(err)
	h.paypay.does("cancel", func(_ context.Context, a till.Attempt) (till.Answer, error) {
		now := h.attempt(a.ID)
		proven := now
		proven.State, proven.PaidAt, proven.DecidedAt, proven.NextAt = till.AttemptPaid, h.clock.Now(), h.clock.Now(), time.Time{}
		b, err := till.BookPayment(sale, proven, sale.Day, h.clock.Now())
		h.must(err)
		_, err = h.store.MoveAttempt(ctx, till.Command{}, now.State, proven, &b, till.Event{})
		h.must(err)
		return till.Answer{Verdict: till.VerdictReversed}, nil
	})
	h.events()
	h.round()
	told := h.told(till.EventContradiction)
	if len(told) != 1 || told[0].Detail["provider_says"] != "reversed" {
		t.Errorf("%+v", told)
	}
	if got := h.attempt(a.ID); got.State != till.AttemptPaid {
		t.Errorf("%s", got.State)
	}
}
