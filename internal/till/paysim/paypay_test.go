package paysim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yakusho/internal/till/paysim"
)

func TestCustomerPaysADynamicCode(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	a := s.payPay("POST", "/v2/codes", order("R8-000123_a", 300))
	s.want(a, 201, "SUCCESS")
	if a.text("resultInfo", "codeId") != "08100001" || !strings.HasPrefix(a.header.Get("X-Request-Id"), "OPA") {
		t.Errorf("envelope or request id is not PayPay's: %v %s", a.header, a.raw)
	}
	if got, want := a.at("data", "expiryDate"), float64(s.clock.Now().Add(5*time.Minute).Unix()); got != want {
		t.Errorf("code lives until %v, want %v", got, want)
	}
	if !strings.HasSuffix(a.text("data", "url"), a.text("data", "codeId")) || a.text("data", "orderDescription") != "住民票" {
		t.Errorf("data: %s", a.raw)
	}
	if got := s.status("R8-000123_a"); got != "CREATED" {
		t.Errorf("before the customer scans it is %s", got)
	}
	s.clock.Advance(20 * time.Second)
	s.ok(s.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: "R8-000123_a", Amount: 300, Points: 80}))
	a = s.payPay("GET", "/v2/codes/payments/R8-000123_a", nil)
	s.want(a, 200, "SUCCESS")
	if got, want := a.at("data", "acceptedAt"), float64(s.clock.Now().Unix()); got != want || a.text("data", "status") != "COMPLETED" {
		t.Errorf("paid: %s", a.raw)
	}
	want := []any{
		map[string]any{"amount": map[string]any{"amount": 80.0, "currency": "JPY"}, "type": "POINT", "breakdown": map[string]any{"points": []any{map[string]any{"amount": 80.0, "type": "REGULAR"}}}},
		map[string]any{"amount": map[string]any{"amount": 220.0, "currency": "JPY"}, "type": "WALLET"},
	}
	if diff := cmp.Diff(want, a.at("data", "paymentMethods")); diff != "" {
		t.Errorf("methods (-want +got):\n%s", diff)
	}
	if b := s.payPay("GET", "/v2/payments/R8-000123_a", nil); b.text("data", "paymentId") != a.text("data", "paymentId") {
		t.Errorf("the other query knows another payment: %s", b.raw)
	}
}

func TestSameOrderReturnsTheSameCodeAndAnotherIsRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	a := s.payPay("POST", "/v2/codes", order("p", 300))
	b := s.payPay("POST", "/v2/codes", with(order("p", 300), "requestedAt", 1790811009))
	if s.want(b, 201, "SUCCESS"); a.text("data", "codeId") != b.text("data", "codeId") {
		t.Error("the second call made a second code")
	}
	s.want(s.payPay("POST", "/v2/codes", order("p", 301)), 400, "DUPLICATE_DYNAMIC_QR_REQUEST")
	s.ok(s.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: "p"}))
	s.want(s.payPay("POST", "/v2/codes", order("p", 300)), 400, "DUPLICATE_DYNAMIC_QR_REQUEST")
}

func TestBadOrdersAreRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	good := order("p", 300)
	yen := func(v any, currency string) map[string]any {
		return map[string]any{"amount": v, "currency": currency}
	}
	for _, c := range []struct {
		body any
		code string
	}{
		{"[]", "DYNAMIC_QR_BAD_REQUEST"},
		{"{", "DYNAMIC_QR_BAD_REQUEST"},
		{with(good, "amount", yen("300", "JPY")), "DYNAMIC_QR_BAD_REQUEST"},
		{with(good, "amount", yen(1.5, "JPY")), "DYNAMIC_QR_BAD_REQUEST"},
		{with(good, "merchantPaymentId", nil), "MISSING_REQUEST_PARAMS"},
		{with(good, "amount", nil), "MISSING_REQUEST_PARAMS"},
		{with(good, "amount", yen(nil, "JPY")), "MISSING_REQUEST_PARAMS"},
		{with(good, "codeType", nil), "MISSING_REQUEST_PARAMS"},
		{with(good, "amount", yen(300, "USD")), "INVALID_REQUEST_PARAMS"},
		{with(good, "amount", yen(0, "JPY")), "INVALID_REQUEST_PARAMS"},
		{with(good, "amount", yen(-1, "JPY")), "INVALID_REQUEST_PARAMS"},
		{with(good, "amount", yen(100_000_000_000, "JPY")), "INVALID_REQUEST_PARAMS"},
		{with(good, "codeType", "ORDER"), "INVALID_REQUEST_PARAMS"},
		{with(good, "merchantPaymentId", strings.Repeat("a", 65)), "INVALID_REQUEST_PARAMS"},
		{with(good, "merchantPaymentId", "窓口1"), "INVALID_REQUEST_PARAMS"},
		{with(good, "orderDescription", strings.Repeat("あ", 256)), "INVALID_REQUEST_PARAMS"},
		{with(good, "redirectType", "ELSEWHERE"), "INVALID_REQUEST_PARAMS"},
		{with(good, "isAuthorization", true), "PRE_AUTH_CAPTURE_UNSUPPORTED_MERCHANT"},
		{with(good, "storeInfo", strings.Repeat("x", 70_000)), "INVALID_REQUEST_PARAMS"},
	} {
		if a := s.payPay("POST", "/v2/codes", c.body); a.status != 400 || a.code() != c.code || a.at("data") != nil {
			t.Errorf("%.80v: %d %s, want 400 %s", c.body, a.status, a.code(), c.code)
		}
	}
	s.want(s.payPay("POST", "/v2/codes", with(order("long", 99_999_999_999), "orderDescription", strings.Repeat("あ", 255))), 201, "SUCCESS")
	for _, path := range []string{"/v2/payments/capture", "/v2/payments/preauthorize/revert", "/v2/payments/reauthorize", "/v2/payments", "/v1/subscription/payments"} {
		s.want(s.payPay("POST", path, map[string]any{}), 401, "OP_OUT_OF_SCOPE")
	}
}

func TestCodeThatIsGoneUnpaidProvesThatNothingWasPaid(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	s.want(s.payPay("GET", "/v2/codes/payments/never", nil), 400, "DYNAMIC_QR_PAYMENT_NOT_FOUND")
	s.want(s.payPay("GET", "/v2/codes/payments/"+strings.Repeat("x", 65), nil), 400, "DYNAMIC_QR_BAD_REQUEST")
	s.want(s.payPay("GET", "/v2/payments/never", nil), 404, "RESOURCE_NOT_FOUND")
	s.want(s.payPay("DELETE", "/v2/codes/04-0000", nil), 404, "DYNAMIC_QR_NOT_FOUND")

	code := s.payPay("POST", "/v2/codes", order("deleted", 300)).text("data", "codeId")
	a := s.payPay("DELETE", "/v2/codes/"+code, nil)
	if s.want(a, 200, "SUCCESS"); a.text("data", "qrStatus") != "DELETED" {
		t.Errorf("delete: %s", a.raw)
	}
	s.want(s.payPay("DELETE", "/v2/codes/"+code, nil), 404, "DYNAMIC_QR_NOT_FOUND")
	if got := s.status("deleted"); got != "DYNAMIC_QR_PAYMENT_NOT_FOUND" {
		t.Errorf("deleted code is %s", got)
	}
	if s.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: "deleted"}) == nil {
		t.Error("a deleted code was paid")
	}
	s.want(s.payPay("POST", "/v2/codes", order("deleted", 300)), 400, "DUPLICATE_DYNAMIC_QR_REQUEST")

	s.want(s.payPay("POST", "/v2/codes", order("late", 300)), 201, "SUCCESS")
	s.clock.Advance(5*time.Minute - time.Second)
	if got := s.status("late"); got != "CREATED" {
		t.Errorf("a second before its end the code is %s", got)
	}
	s.clock.Advance(time.Second)
	if got := s.status("late"); got != "DYNAMIC_QR_PAYMENT_NOT_FOUND" {
		t.Errorf("expired code is %s", got)
	}
	if s.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: "late"}) == nil {
		t.Error("an expired code was paid")
	}
	// An older article of PayPay has CREATED for an expired code: no proof.
	s.faults(paysim.Fault{Kind: paysim.ExpiredAsCreated})
	if got := s.status("late"); got != "CREATED" {
		t.Errorf("by the older article the expired code is %s", got)
	}

	s.paid("paid", 300)
	code = s.payPay("GET", "/v2/codes/payments/paid", nil).text("data", "merchantPaymentId")
	if code != "paid" {
		t.Fatalf("payment is %q", code)
	}
	made := s.payPay("POST", "/v2/codes", order("paid2", 300)).text("data", "codeId")
	s.ok(s.sim.PayPayPay(paysim.PayPayOutcome{CodeID: made}))
	s.want(s.payPay("DELETE", "/v2/codes/"+made, nil), 400, "DYNAMIC_QR_ALREADY_PAID")
}

func TestCancelGivesTheMoneyBackUntil001459OfTheNextDay(t *testing.T) {
	t.Parallel()
	last := time.Date(2026, 10, 2, 0, 14, 59, 999_999_000, time.FixedZone("JST", 9*3600))
	for _, c := range []struct {
		at     time.Time
		status int
		code   string
		after  string
	}{
		{last, 202, "REQUEST_ACCEPTED", "FAILED"},
		{last.Add(time.Microsecond), 400, "ORDER_NOT_REVERSIBLE", "COMPLETED"},
	} {
		s := newShop(t, paysim.Options{})
		s.paid("p", 300) // 2026-10-01 08:30 in Japan
		s.clock.Set(c.at)
		s.want(s.payPay("DELETE", "/v2/payments/p", nil), c.status, c.code)
		if got := s.status("p"); got != c.after {
			t.Errorf("at %s: then %s, want %s", c.at, got, c.after)
		}
	}
	s := newShop(t, paysim.Options{})
	s.clock.Set(time.Date(2026, 10, 1, 15, 5, 0, 0, time.UTC)) // 00:05 in Japan, already the 2nd
	s.paid("night", 300)
	s.clock.Set(time.Date(2026, 10, 2, 15, 14, 0, 0, time.UTC))
	s.want(s.payPay("DELETE", "/v2/payments/night", nil), 202, "REQUEST_ACCEPTED")
	s.want(s.payPay("DELETE", "/v2/payments/night", nil), 202, "REQUEST_ACCEPTED") // again is no harm
	s.want(s.payPay("DELETE", "/v2/payments/unknown", nil), 404, "RESOURCE_NOT_FOUND")
	s.want(s.payPay("DELETE", "/v2/payments/"+strings.Repeat("x", 65), nil), 400, "INVALID_REQUEST_PARAMS")
	if got := s.sim.Payments()[0]; got.Taken != 0 {
		t.Errorf("after the cancel the customer is without %d yen", got.Taken)
	}
}

func TestCancelBeforeThePaymentReversesItWhenItComes(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	s.want(s.payPay("POST", "/v2/codes", order("p", 300)), 201, "SUCCESS")
	s.want(s.payPay("DELETE", "/v2/payments/p", nil), 202, "REQUEST_ACCEPTED")
	if got := s.status("p"); got != "CREATED" {
		t.Errorf("after the cancel it is %s: the code still stands there", got)
	}
	s.ok(s.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: "p"}))
	if got := s.status("p"); got != "FAILED" {
		t.Errorf("paid after the cancel: %s", got)
	}
	s.want(s.payPay("POST", "/v2/codes", order("p", 300)), 400, "DUPLICATE_DYNAMIC_QR_REQUEST")
}

func TestRefundIsAcceptedAndFinishesLater(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	id := s.paid("p", 900)
	s.faults(paysim.Fault{Kind: paysim.Hold, Path: "/v2/refunds"})
	a := s.payPay("POST", "/v2/refunds", refundOrder("r1", id, 300))
	if s.want(a, 200, "SUCCESS"); a.text("data", "status") != "CREATED" {
		t.Errorf("accepted: %s", a.raw)
	}
	s.want(s.payPay("POST", "/v2/refunds", refundOrder("r2", id, 300)), 400, "THROTTLED_MULTIPLE_REFUND_REJECTED")
	if got := s.status("p"); got != "COMPLETED" {
		t.Errorf("while the refund is under way the payment is %s", got)
	}
	if n := s.sim.Process(); n != 1 {
		t.Errorf("%d steps were waiting", n)
	}
	for _, path := range []string{"/v2/refunds/r1?paymentId=" + id, "/v2/refunds/r1"} { // the official SDK leaves the query out
		if a := s.payPay("GET", path, nil); a.text("data", "status") != "REFUNDED" || a.text("data", "paymentId") != id {
			t.Errorf("%s: %s", path, a.raw)
		}
	}
	s.want(s.payPay("GET", "/v2/refunds/r1?paymentId=0", nil), 404, "NO_SUCH_REFUND_ORDER")
	s.want(s.payPay("GET", "/v2/refunds/none", nil), 404, "NO_SUCH_REFUND_ORDER")
	a = s.payPay("GET", "/v2/codes/payments/p", nil)
	if a.text("data", "status") != "REFUNDED" || a.text("data", "refunds", "data", 0, "merchantRefundId") != "r1" {
		t.Errorf("payment after the refund: %s", a.raw)
	}
	// The same refund again is the previous result, not a second one.
	s.want(s.payPay("POST", "/v2/refunds", refundOrder("r1", id, 300)), 200, "SUCCESS")
	s.want(s.payPay("POST", "/v2/refunds", refundOrder("r2", id, 300)), 403, "MERCHANT_MULTIPLE_REFUND_REJECTED")
	s.want(s.payPay("DELETE", "/v2/payments/p", nil), 400, "ORDER_NOT_REVERSIBLE")
	if got := s.sim.Payments()[0]; got.Refunded != 300 || got.Taken != 600 {
		t.Errorf("books: %+v", got)
	}
}

func TestBadRefundsAreRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{MultipleRefund: true})
	id := s.paid("p", 300)
	s.want(s.payPay("POST", "/v2/codes", order("failed", 300)), 201, "SUCCESS")
	if s.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: "failed", Fail: "insufficient_funds"}) == nil {
		t.Fatal("the payment did not fail")
	}
	failed := s.payPay("GET", "/v2/codes/payments/failed", nil).text("data", "paymentId")
	good := refundOrder("r", id, 300)
	for _, c := range []struct {
		body   any
		status int
		code   string
	}{
		{"x", 400, "INVALID_REQUEST_PARAMS"},
		{with(good, "merchantRefundId", nil), 400, "MISSING_REQUEST_PARAMS"},
		{with(good, "paymentId", nil), 400, "MISSING_REQUEST_PARAMS"},
		{with(good, "amount", nil), 400, "MISSING_REQUEST_PARAMS"},
		{with(good, "requestedAt", nil), 400, "MISSING_REQUEST_PARAMS"},
		{with(good, "reason", strings.Repeat("理", 256)), 400, "INVALID_REQUEST_PARAMS"},
		{with(good, "amount", map[string]any{"amount": 1, "currency": "USD"}), 400, "INVALID_REQUEST_PARAMS"},
		{refundOrder("r", "0", 300), 404, "RESOURCE_NOT_FOUND"},
		{refundOrder("r", failed, 300), 400, "UNACCEPTABLE_OP"},
		{refundOrder("r", id, 301), 400, "INVALID_PARAMS"},
		{refundOrder("r", id, 0), 400, "INVALID_PARAMS"},
	} {
		if a := s.payPay("POST", "/v2/refunds", c.body); a.status != c.status || a.code() != c.code {
			t.Errorf("%.80v: %d %s, want %d %s", c.body, a.status, a.code(), c.status, c.code)
		}
	}
	for i := range 10 {
		s.want(s.payPay("POST", "/v2/refunds", refundOrder(fmt.Sprint("r", i), id, 10)), 200, "SUCCESS")
	}
	s.want(s.payPay("POST", "/v2/refunds", refundOrder("r10", id, 10)), 400, "REFUND_LIMIT_EXCEEDED")
	old := s.paid("old", 300)
	s.clock.Advance(366 * 24 * time.Hour)
	s.want(s.payPay("POST", "/v2/refunds", refundOrder("late", old, 300)), 400, "REFUND_WINDOW_EXCEED")
}

func TestRefundThatFailsLaterLeavesTheMoney(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	id := s.paid("p", 300)
	s.faults(paysim.Fault{Kind: paysim.RefundFailure, Provider: "paypay"})
	s.want(s.payPay("POST", "/v2/refunds", refundOrder("r1", id, 300)), 200, "SUCCESS")
	if a := s.payPay("GET", "/v2/refunds/r1", nil); a.text("data", "status") != "FAILED" {
		t.Errorf("refund: %s", a.raw)
	}
	if got := s.sim.Payments()[0]; got.Status != "COMPLETED" || got.Taken != 300 {
		t.Errorf("books: %+v", got)
	}
	s.want(s.payPay("POST", "/v2/refunds", refundOrder("r2", id, 300)), 200, "SUCCESS")
}

func TestSameRefundIDOfAnotherPaymentIsAnotherRefund(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	one, two := s.paid("p1", 100), s.paid("p2", 200)
	s.want(s.payPay("POST", "/v2/refunds", refundOrder("r", one, 100)), 200, "SUCCESS")
	s.want(s.payPay("POST", "/v2/refunds", refundOrder("r", two, 200)), 200, "SUCCESS")
	if a := s.payPay("GET", "/v2/refunds/r?paymentId="+two, nil); a.at("data", "amount", "amount") != 200.0 {
		t.Errorf("refund of the second payment: %s", a.raw)
	}
}

func TestCustomerCannotPayWhatIsNotThere(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	s.want(s.payPay("POST", "/v2/codes", order("p", 300)), 201, "SUCCESS")
	for _, o := range []paysim.PayPayOutcome{
		{MerchantPaymentID: "other"},
		{},
		{MerchantPaymentID: "p", Amount: 299},
		{MerchantPaymentID: "p", Points: 301},
		{MerchantPaymentID: "p", Points: -1},
	} {
		if s.sim.PayPayPay(o) == nil {
			t.Errorf("%+v was paid", o)
		}
	}
	s.ok(s.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: "p"}))
	if s.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: "p"}) == nil {
		t.Error("the code was paid twice")
	}
}
