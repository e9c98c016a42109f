package till_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// The codes of customers; nobody's, and of no brand's shape but the last, which is LINE Pay's.
const (
	code   = "281234567890123456"
	code2  = "981234567890123456"
	codeLP = "9000000000123456789"
)

func TestATickIsForThisPaymentAndNow(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	h.clock.Advance(30 * time.Second) // 08:30:30: screens show no seconds
	now := h.clock.Now()
	minute := now.Truncate(time.Minute)
	a := h.charge(h.sale(s, 2), sticker())
	for name, c := range map[string]struct {
		tick till.Tick
		want error
	}{
		"another amount":       {till.Tick{Amount: 300, At: now, Tail: "4021"}, till.ErrTick},
		"no amount":            {till.Tick{At: now, Tail: "4021"}, till.ErrTick},
		"three digits":         {till.Tick{Amount: 600, At: now, Tail: "402"}, till.ErrTick},
		"five digits":          {till.Tick{Amount: 600, At: now, Tail: "40211"}, till.ErrTick},
		"no digits":            {till.Tick{Amount: 600, At: now}, till.ErrTick},
		"no time":              {till.Tick{Amount: 600, Tail: "4021"}, till.ErrTick},
		"a minute to come":     {till.Tick{Amount: 600, At: minute.Add(time.Minute), Tail: "4021"}, till.ErrTickTime},
		"three minutes ago":    {till.Tick{Amount: 600, At: minute.Add(-3 * time.Minute), Tail: "4021"}, till.ErrTickTime},
		"this time, yesterday": {till.Tick{Amount: 600, At: now.Add(-24 * time.Hour), Tail: "4021"}, till.ErrTickTime},
	} {
		_, err := h.desk.Shown(clerk, key(), a.ID, c.tick)
		if codeOf(err) != c.want.(*core.Error).Code {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if got := h.attempt(a.ID); got.State != till.AttemptSent {
		t.Fatalf("a tick that was refused made it %s", got.State)
	}
	done, err := h.desk.Shown(clerk, key(), a.ID, till.Tick{Amount: 600, At: minute.Add(-2 * time.Minute), Tail: "4021"})
	h.must(err)
	p, err := h.store.PaymentOf(ctx, a.ID)
	h.must(err)
	if done.State != till.AttemptShown || p.Confirmed || p.Ref != "4021" || p.Provider != "paypay" || !p.PaidAt.Equal(minute.Add(-2*time.Minute)) {
		t.Errorf("%+v\n%+v", done, p)
	}
	h.same("books", h.balances(), map[string]core.Money{"shown:paypay": 600, "revenue:2026:13-01": -600})
	other := h.charge(h.sale(s, 1), show())
	_, err = h.desk.Shown(clerk, key(), other.ID, till.Tick{Amount: 300, At: now, Tail: "4022"})
	h.refused(err, till.ErrNotSticker)
}

func TestTheSameScreenIsNotShownTwiceOnADay(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	sale, _ := h.shown(s, 1, "4021")
	tick := func(a till.Attempt, tail string) error {
		_, err := h.desk.Shown(clerk, key(), a.ID, till.Tick{Amount: a.Amount, At: h.clock.Now(), Tail: tail})
		return err
	}
	next := h.charge(h.sale(s, 1), sticker())
	h.refused(tick(next, "4021"), till.ErrTickUsed)
	h.must(tick(next, "4022"))

	// At another counter, and after the money went back too.
	c, err := h.office.PutCounter(admin, key(), till.Counter{Number: 2, Name: "税務課 2番窓口"})
	h.must(err)
	there := h.hang(c.ID, "みほん市役所税務課")
	s2, err := h.desk.Open(second, key(), c.ID, 0, []till.Scanned{{Sticker: there.ID, Payload: there.Payload}}, false)
	h.must(err)
	back, err := h.desk.RequestRefund(clerk, key(), till.RefundRequest{Sale: sale.ID, Amount: 300, Void: true, Reason: "誤り"})
	h.must(err)
	_, err = h.desk.DecideRefund(second, key(), back.ID, true)
	h.must(err)
	h.round()
	far := h.charge(h.sale(s2, 1), sticker())
	h.refused(tick(far, "4021"), till.ErrTickUsed)
	if got := h.attempt(far.ID); got.State != till.AttemptSent {
		t.Errorf("refused, and %s", got.State)
	}

	h.clock.Advance(24 * time.Hour) // four digits come again
	h.must(tick(far, "4021"))
}

func TestAWalletThatMayNotTakeTheRevenueIsRefusedInWords(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	hall, err := h.desk.Fix(clerk, key(), s.ID, []till.Choice{{Item: h.hall, Count: 1}})
	h.must(err)
	_, err = h.desk.Charge(clerk, key(), hall.ID, till.Pay{Way: till.WayShow, Wallet: "d_barai"})
	h.refused(err, till.ErrProvider) // nobody serves it this way
	for name, c := range map[string]struct {
		pay     till.Pay
		code    string
		phrases []string
	}{
		"a retired brand":                {scanned(codeLP), "wallet_retired", []string{"2025年4月30日", "PayPay", "ほか"}},
		"one without a notice for these": {till.Pay{Way: till.WayScan, Wallet: "d_barai", Code: code}, "wallet_not_designated", []string{"d払い", "ホール", "使用料"}},
	} {
		_, err := h.desk.Charge(clerk, key(), hall.ID, c.pay)
		if codeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, p := range c.phrases {
			if !strings.Contains(messageOf(err), p) {
				t.Errorf("%s: %q does not say %q", name, messageOf(err), p)
			}
		}
	}
	// Where the code does not say whose it is, the provider hears which wallets may be charged.
	h.scan.says("start", till.Answer{Verdict: till.VerdictNotPaid, Reason: till.ReasonWallet, Wallet: "d_barai"}, nil)
	a := h.charge(hall, scanned(code))
	h.same("wallets that may", h.scan.orders[0].Wallets, []string{"paypay"})
	if a.State != till.AttemptNotPaid || a.Reason != till.ReasonWallet {
		t.Errorf("%s (%s)", a.State, a.Reason)
	}
	for _, pay := range []till.Pay{{Way: "credit"}, {}} {
		_, err := h.desk.Charge(clerk, key(), hall.ID, pay)
		h.refused(err, till.ErrWay)
	}
	_, err = h.desk.Charge(clerk, key(), hall.ID, till.Pay{Way: till.WayCash, Tendered: 999})
	h.refused(err, till.ErrCashShort)
	for _, notACode := range []string{"", "https://example.com/", "4902102072618", "123"} {
		if _, err := h.desk.Charge(clerk, key(), hall.ID, scanned(notACode)); err == nil {
			t.Errorf("%q was charged", notACode)
		}
	}
	if n := h.scan.count("start"); n != 1 {
		t.Errorf("the provider was asked %d times", n)
	}
}

func messageOf(err error) string {
	var e *core.Error
	if !errors.As(err, &e) {
		return ""
	}
	return e.Message
}

func TestACodeIsReadOnceUnlessItWasRefusedBefore(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	one, two := h.sale(s, 1), h.sale(s, 1)
	h.scan.says("start", till.Answer{Verdict: till.VerdictNotPaid, Reason: till.ReasonFunds}, nil)
	first := h.charge(one, scanned(code))
	if first.State != till.AttemptNotPaid {
		t.Fatal(first.State)
	}
	h.scan.does("start", nil)
	live := h.charge(one, scanned(code)) // charged up meanwhile
	if live.State != till.AttemptSent || live.Number != 2 {
		t.Fatalf("%s, attempt %d", live.State, live.Number)
	}
	_, err := h.desk.Charge(clerk, key(), two.ID, scanned(code))
	h.refused(err, till.ErrCodeReused)
	_, err = h.desk.Charge(clerk, key(), one.ID, scanned(code))
	h.refused(err, till.ErrAttemptLive)
	if got := h.attempt(live.ID); strings.Contains(got.CodeHash+got.CodeTail, code) || got.CodeTail == "" || !strings.HasSuffix(code, got.CodeTail[len(got.CodeTail)-2:]) {
		t.Errorf("of the code is kept: %q, %q", got.CodeHash, got.CodeTail)
	}
	for _, e := range h.events() {
		for k, v := range e.Detail {
			if strings.Contains(v, code) {
				t.Errorf("%s tells the code: %s=%s", e.What, k, v)
			}
		}
	}
	h.scan.says("start", till.Answer{Verdict: till.VerdictNotPaid, Reason: till.ReasonCodeUsed}, nil)
	used := h.charge(two, scanned(code2))
	h.scan.does("start", nil)
	_, err = h.desk.Charge(clerk, key(), two.ID, scanned(code2))
	h.refused(err, till.ErrCodeReused)
	if used.Reason != till.ReasonCodeUsed {
		t.Error(used.Reason)
	}
}

func TestASecondChargeIsForASaleThatIsProvenUnpaid(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	sale, _ := h.pay(s, 1)
	_, err := h.desk.Charge(clerk, key(), sale.ID, cash())
	h.refused(err, till.ErrSalePaid)
	_, err = h.desk.Drop(clerk, key(), sale.ID)
	h.refused(err, till.ErrSalePaid)

	open := h.sale(s, 1)
	a := h.charge(open, show())
	_, err = h.desk.Charge(second, key(), open.ID, cash())
	h.refused(err, till.ErrAttemptLive)
	_, err = h.desk.Cancel(clerk, key(), a.ID)
	h.must(err)
	_, err = h.desk.Charge(second, key(), open.ID, cash())
	h.refused(err, till.ErrAttemptLive) // the provider has not agreed yet
	h.round()
	if got := h.attempt(a.ID); got.State != till.AttemptReversed || got.Reason != till.ReasonClerkCanceled {
		t.Fatalf("%s (%s)", got.State, got.Reason)
	}
	if b := h.charge(open, cash()); b.State != till.AttemptPaid {
		t.Errorf("%s", b.State)
	}
	_, err = h.desk.Cancel(clerk, key(), a.ID)
	h.refused(err, till.ErrMoved)

	gone := h.sale(s, 1)
	_, err = h.desk.Drop(clerk, key(), gone.ID)
	h.must(err)
	_, err = h.desk.Charge(clerk, key(), gone.ID, cash())
	h.refused(err, till.ErrSaleOver)
}

func TestASessionForTrainingTouchesNoBooks(t *testing.T) {
	t.Parallel()
	h := build(t)
	s, err := h.desk.Open(clerk, key(), h.counter, 0, nil, true)
	h.must(err)
	a := h.charge(h.sale(s, 1), cash())
	if a.State != till.AttemptPaid || !a.Training {
		t.Errorf("%+v", a)
	}
	_, err = h.desk.Charge(clerk, key(), h.sale(s, 1).ID, show())
	h.refused(err, till.ErrProvider) // no real payment
	h.same("books", h.balances(), map[string]core.Money{})
	if n := h.paypay.count("start"); n != 0 {
		t.Errorf("a real provider was asked %d times", n)
	}
}
