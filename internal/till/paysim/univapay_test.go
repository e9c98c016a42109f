package paysim_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"yakusho/internal/till/paysim"
)

func TestScannedCodeIsChargedWithItsWallet(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	for _, brand := range []string{"pay_pay", "d_barai", "au_pay", "rakuten_pay", "merpay", "aeon_pay"} {
		code := s.shows(brand)
		a := s.univapay("POST", "/tokens", scan(code))
		if s.want(a, 201, ""); a.text("data", "brand") != brand || a.text("payment_type") != "qr_scan" || a.text("store_id") != s.cred.UnivapayStore {
			t.Errorf("%s: token %s", brand, a.raw)
		}
		if strings.Contains(a.raw, code) {
			t.Errorf("%s: the token gives the code away", brand)
		}
		c := s.univapay("POST", "/charges", chargeOf(a.text("id"), 300))
		if s.want(c, 201, ""); c.text("status") != "pending" || c.at("charged_amount") != nil || c.text("metadata", "order_id") != "R8-000123" {
			t.Errorf("%s: charge begins as %s", brand, c.raw)
		}
		c = s.univapay("GET", s.store("/charges/"+c.text("id")), nil)
		if c.text("status") != "successful" || c.at("charged_amount") != 300.0 || c.at("error") != nil {
			t.Errorf("%s: charge ends as %s", brand, c.raw)
		}
		if c.text("created_on") != "2026-09-30T23:30:00.000000Z" {
			t.Errorf("%s: created_on is %s", brand, c.text("created_on"))
		}
	}
}

func TestWalletIsDetectedFromTheNumber(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	for code, brand := range map[string]any{
		"900081818812345678901234": "pay_pay",
		"9000818100000000000000":   "pay_pay", // UnivaPay's own test code
		"9000000212345678901234":   "d_barai",
		"3158992112345678901":      "au_pay",
		"3158990012345678901":      "merpay",
		"hQVDUFYwMWEfTwigAAAAZQOSAlcTMViZAHkkKUPUkSEhAAAFEgAADw==": "merpay",
		"9000011234567890":  "rakuten_pay",
		"90000112345678901": nil, // one digit too many
		"4901234567894":     nil, // a thing from a shop
		"hQVKUFFSMQ==":      nil,
		"９０００８１８１８８１２３４５６７８９０１２３４": nil, // the input method was on
		"900081818812345678901234\r": nil,
	} {
		if a := s.univapay("POST", "/tokens", scan(code)); a.status != 201 || a.at("data", "brand") != brand {
			t.Errorf("%q: %d brand %v, want %v", code, a.status, a.at("data", "brand"), brand)
		}
	}
	s.want(s.univapay("POST", "/tokens", scan(s.shows("line_pay"))), 400, "INVALID_QR_SCAN_GATEWAY")
	c := s.charge("4901234567894", 300)
	if a := s.univapay("GET", s.store("/charges/"+c.text("id")), nil); a.text("status") != "failed" || a.at("error", "code") != 322.0 {
		t.Errorf("charge of an unknown code: %s", a.raw)
	}
}

func TestCodeWorksOnceAndFiveMinutes(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	why := func(c answer) any {
		t.Helper()
		return s.univapay("GET", s.store("/charges/"+c.text("id")), nil).at("error", "code")
	}
	code := s.shows("pay_pay")
	if got := why(s.charge(code, 300)); got != nil {
		t.Errorf("first use: %v", got)
	}
	if got := why(s.charge(code, 300)); got != 324.0 {
		t.Errorf("second use: %v, want 324", got)
	}
	code = s.shows("pay_pay")
	s.clock.Advance(5 * time.Minute)
	if got := why(s.charge(code, 300)); got != 323.0 {
		t.Errorf("after its life: %v, want 323", got)
	}
	code, _, err := s.sim.ShowCode("d_barai", true, false)
	s.ok(err)
	if got := why(s.charge(code, 300)); got != 330.0 {
		t.Errorf("without money: %v, want 330", got)
	}
	// One that another charge has in hand is refused.
	code = s.shows("au_pay")
	s.faults(paysim.Fault{Kind: paysim.Hold, Path: "/charges"})
	held := s.charge(code, 300)
	if got := why(s.charge(code, 300)); got != 325.0 {
		t.Errorf("while another charge has it: %v, want 325", got)
	}
	s.sim.Process()
	if got := s.chargeStatus(held.text("id")); got != "successful" {
		t.Errorf("the first charge is %s", got)
	}
}

func TestEveryPaymentErrorCanBeScripted(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	for code := 322; code <= 346; code++ {
		s.faults(paysim.Fault{Kind: paysim.PaymentError, Code: fmt.Sprint(code)})
		c := s.charge(s.shows("pay_pay"), 300)
		a := s.univapay("GET", s.store("/charges/"+c.text("id")), nil)
		if a.text("status") != "failed" || a.at("error", "code") != float64(code) || a.text("error", "message") == "" || strings.Contains(a.text("error", "message"), "internal error") {
			t.Errorf("%d: %s", code, a.raw)
		}
	}
	for kind, code := range map[paysim.FaultKind]float64{
		paysim.InvalidCode: 322, paysim.ExpiredCode: 323, paysim.UsedCode: 324, paysim.InsufficientFunds: 330, paysim.PaymentError: 343,
	} {
		s.faults(paysim.Fault{Kind: kind, Provider: "univapay", Match: "R8-000123"})
		c := s.charge(s.shows("pay_pay"), 300)
		if a := s.univapay("GET", s.store("/charges/"+c.text("id")), nil); a.at("error", "code") != code {
			t.Errorf("%s: %s", kind, a.raw)
		}
	}
}

func TestMerchantCodeWaitsForTheCustomer(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	token := s.univapay("POST", "/tokens", map[string]any{"payment_type": "qr_merchant", "type": "one_time", "data": map[string]any{"brand": "d_barai_mpm"}})
	if s.want(token, 201, ""); token.at("data", "qr_image_url") != nil || !strings.Contains(token.raw, `"qr_image_url":null`) {
		t.Errorf("before the charge: %s", token.raw)
	}
	c := s.univapay("POST", "/charges", with(chargeOf(token.text("id"), 450), "merchant_transaction_id", "A-1"))
	path := s.store("/charges/" + c.text("id"))
	if got := s.chargeStatus(c.text("id")); got != "awaiting" {
		t.Errorf("charge is %s", got)
	}
	url := s.univapay("GET", s.store("/tokens/"+token.text("id")), nil).text("data", "qr_image_url")
	if a := s.univapay("GET", path+"/issuer_token", nil); a.text("issuer_token") != url || url == "" {
		t.Errorf("issuer token %s, url %q", a.raw, url)
	}
	if s.sim.UnivapayPay(paysim.UnivapayOutcome{ChargeID: c.text("id"), Amount: 1}) == nil {
		t.Error("another amount was paid")
	}
	s.ok(s.sim.UnivapayPay(paysim.UnivapayOutcome{MerchantTransactionID: "A-1", Amount: 450}))
	if got := s.chargeStatus(c.text("id")); got != "successful" {
		t.Errorf("paid charge is %s", got)
	}
	s.want(s.univapay("GET", path+"/issuer_token", nil), 400, "NOT_SUPPORTED_BY_PROCESSOR")
	s.want(s.univapay("POST", path+"/cancels", map[string]any{}), 400, "CANCEL_NOT_ALLOWED")
	if s.sim.UnivapayPay(paysim.UnivapayOutcome{ChargeID: c.text("id")}) == nil {
		t.Error("the charge was paid twice")
	}
}

func TestChargeNobodyPaysEndsAfterFiveMinutes(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	c := s.present(300)
	s.clock.Advance(5 * time.Minute)
	a := s.univapay("GET", s.store("/charges/"+c.text("id")), nil)
	if a.text("status") != "failed" || a.at("error", "code") != 327.0 {
		t.Errorf("charge: %s", a.raw)
	}
	if s.sim.UnivapayPay(paysim.UnivapayOutcome{ChargeID: c.text("id")}) == nil {
		t.Error("it was paid all the same")
	}
}

func TestCustomerDeclines(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	for fail, code := range map[string]float64{"insufficient_funds": 330, "cancel": 345, "343": 343} {
		c := s.present(300)
		err := s.sim.UnivapayPay(paysim.UnivapayOutcome{ChargeID: c.text("id"), Fail: fail})
		if (err == nil) != (fail == "cancel") {
			t.Errorf("%s: error %v", fail, err)
		}
		if a := s.univapay("GET", s.store("/charges/"+c.text("id")), nil); a.text("status") != "failed" || a.at("error", "code") != code {
			t.Errorf("%s: %s", fail, a.raw)
		}
	}
	c := s.present(300)
	if s.sim.UnivapayPay(paysim.UnivapayOutcome{ChargeID: c.text("id"), Fail: "9"}) == nil || s.chargeStatus(c.text("id")) != "awaiting" {
		t.Error("an unknown reason ended the charge")
	}
}

func TestWaitingChargeCanBeCancelled(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	c := s.present(300)
	path := s.store("/charges/" + c.text("id"))
	a := s.univapay("POST", path+"/cancels", map[string]any{"metadata": map[string]any{}})
	if s.want(a, 201, ""); a.text("status") != "pending" {
		t.Errorf("cancel: %s", a.raw)
	}
	if b := s.univapay("GET", path+"/cancels/"+a.text("id"), nil); b.text("status") != "successful" || s.chargeStatus(c.text("id")) != "canceled" {
		t.Errorf("cancel: %s", b.raw)
	}
	if l := s.univapay("GET", path+"/cancels", nil); l.text("items", 0, "id") != a.text("id") {
		t.Errorf("list: %s", l.raw)
	}
	s.want(s.univapay("GET", path+"/cancels/none", nil), 404, "NOT_FOUND")
	s.want(s.univapay("POST", s.store("/charges/none/cancels"), nil), 404, "NOT_FOUND")
	s.want(s.univapay("GET", s.store("/charges/none/cancels"), nil), 404, "NOT_FOUND")

	// The customer is faster than the cancel.
	c = s.present(300)
	path = s.store("/charges/" + c.text("id"))
	s.faults(paysim.Fault{Kind: paysim.Hold, Path: "/stores/*/charges/*/cancels"})
	a = s.univapay("POST", path+"/cancels", nil)
	s.ok(s.sim.UnivapayPay(paysim.UnivapayOutcome{ChargeID: c.text("id")}))
	s.sim.Process()
	if b := s.univapay("GET", path+"/cancels/"+a.text("id"), nil); b.text("status") != "failed" || s.chargeStatus(c.text("id")) != "successful" {
		t.Errorf("late cancel: %s", b.raw)
	}
}

func TestUnivapayRefunds(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	c := s.charge(s.shows("pay_pay"), 900)
	path := s.store("/charges/" + c.text("id") + "/refunds")
	back := func(amount any) map[string]any {
		return map[string]any{"amount": amount, "currency": "JPY", "reason": "customer_request", "message": "誤り"}
	}
	a := s.univapay("POST", path, back(300))
	if s.want(a, 201, ""); a.text("status") != "pending" {
		t.Errorf("refund: %s", a.raw)
	}
	if b := s.univapay("GET", path+"/"+a.text("id"), nil); b.text("status") != "successful" || b.at("amount") != 300.0 {
		t.Errorf("refund: %s", b.raw)
	}
	for _, bad := range []struct {
		body any
		code string
	}{
		{back(901), "REFUND_EXCEEDS_CHARGE_AMOUNT"},
		{back(601), "REFUND_NOT_WITHIN_BOUNDS"},
		{back(0), "VALIDATION_ERROR"},
		{back(nil), "VALIDATION_ERROR"},
		{back("1"), "VALIDATION_ERROR"},
		{with(back(1), "currency", "USD"), "CURRENCY_MUST_MATCH_CHARGE"},
		{with(back(1), "reason", "chargeback"), "VALIDATION_ERROR"},
		{with(back(1), "metadata", 1), "VALIDATION_ERROR"},
	} {
		if a := s.univapay("POST", path, bad.body); a.status != 400 || a.code() != bad.code || a.text("status") != "error" {
			t.Errorf("%v: %d %s, want %s", bad.body, a.status, a.raw, bad.code)
		}
	}
	s.faults(paysim.Fault{Kind: paysim.RefundFailure, Provider: "univapay"})
	a = s.univapay("POST", path, back(600))
	if b := s.univapay("GET", path+"/"+a.text("id"), nil); b.text("status") != "failed" || b.at("error", "code") != 329.0 {
		t.Errorf("failing refund: %s", b.raw)
	}
	s.want(s.univapay("POST", path, back(600)), 201, "") // what failed does not count
	if l := s.univapay("GET", path, nil); l.at("total_hits") != 3.0 {
		t.Errorf("list: %s", l.raw)
	}
	if got := s.sim.Payments()[0]; got.Taken != 0 || got.Refunded != 900 {
		t.Errorf("books: %+v", got)
	}
	open := s.present(300)
	s.want(s.univapay("POST", s.store("/charges/"+open.text("id")+"/refunds"), back(1)), 400, "CANNOT_REFUND_UNSUCCESSFUL_CHARGE")
	s.want(s.univapay("POST", s.store("/charges/none/refunds"), back(1)), 404, "NOT_FOUND")
	s.want(s.univapay("GET", s.store("/charges/none/refunds"), nil), 404, "NOT_FOUND")
	s.want(s.univapay("GET", path+"/none", nil), 404, "NOT_FOUND")
}

func TestIdempotencyKeyAnswersTheSameAgain(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	once := func(path string, body any, key string) answer {
		t.Helper()
		return s.serve(s.univapayRequest("POST", path, body, key))
	}
	code := s.shows("pay_pay")
	a, b := once("/tokens", scan(code), "k1"), once("/tokens", scan(code), "k1")
	if s.want(b, 201, ""); a.raw != b.raw {
		t.Errorf("second answer differs:\n%s\n%s", a.raw, b.raw)
	}
	c := once("/charges", chargeOf(a.text("id"), 300), "k2")
	d := once("/charges", chargeOf(a.text("id"), 300), "k2")
	if s.want(d, 201, ""); c.raw != d.raw || len(s.sim.Payments()) != 1 {
		t.Errorf("second charge: %s", d.raw)
	}
	s.want(once("/charges", chargeOf(a.text("id"), 301), "k2"), 409, "IDEMPOTENCY_KEY_CONFLICT")
	s.want(once("/tokens", chargeOf(a.text("id"), 300), "k2"), 409, "IDEMPOTENCY_KEY_CONFLICT")
	s.want(once("/charges", chargeOf(a.text("id"), 300), "k3"), 400, "TRANSACTION_ALREADY_PROCESSED")
	s.want(once("/charges", chargeOf("x", 0), strings.Repeat("k", 256)), 400, "VALIDATION_ERROR")
	// What was refused made nothing, so its key is free.
	s.want(once("/tokens", "{}", "k4"), 400, "VALIDATION_ERROR")
	s.want(once("/tokens", scan(code), "k4"), 201, "")
	refund := map[string]any{"amount": 300, "currency": "JPY"}
	path := s.store("/charges/" + c.text("id") + "/refunds")
	once(path, refund, "k5")
	once(path, refund, "k5")
	if got := s.sim.Payments()[0]; got.Refunded != 300 {
		t.Errorf("refunded %d", got.Refunded)
	}
}

func TestBadTokensAndChargesAreRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	good := scan("9000818100000000000000")
	for _, c := range []struct {
		body any
		code string
	}{
		{"", "VALIDATION_ERROR"},
		{"[1]", "VALIDATION_ERROR"},
		{with(good, "payment_type", nil), "VALIDATION_ERROR"},
		{with(good, "payment_type", "card"), "VALIDATION_ERROR"},
		{with(good, "type", nil), "VALIDATION_ERROR"},
		{with(good, "type", "recurring"), "INVALID_TOKEN_TYPE"},
		{with(good, "data", map[string]any{}), "VALIDATION_ERROR"},
		{with(good, "metadata", "x"), "VALIDATION_ERROR"},
		{scan(strings.Repeat("1", 1025)), "VALIDATION_ERROR"},
		{map[string]any{"payment_type": "qr_merchant", "type": "one_time", "data": map[string]any{"brand": "au_pay"}}, "VALIDATION_ERROR"},
	} {
		if a := s.univapay("POST", "/tokens", c.body); a.status != 400 || a.code() != c.code {
			t.Errorf("token %.60v: %d %s, want %s", c.body, a.status, a.raw, c.code)
		}
	}
	token := s.univapay("POST", "/tokens", with(good, "metadata", `{"a":1}`)).text("id")
	ok := chargeOf(token, 300)
	for _, c := range []struct {
		body   any
		status int
		code   string
	}{
		{"null", 400, "VALIDATION_ERROR"},
		{with(ok, "transaction_token_id", nil), 400, "VALIDATION_ERROR"},
		{with(ok, "amount", nil), 400, "VALIDATION_ERROR"},
		{with(ok, "amount", 0), 400, "VALIDATION_ERROR"},
		{with(ok, "amount", 1.5), 400, "VALIDATION_ERROR"},
		{with(ok, "amount", 1_000_000_000), 400, "CHARGE_AMOUNT_TOO_HIGH"},
		{with(ok, "currency", "USD"), 400, "VALIDATION_ERROR"},
		{with(ok, "capture", false), 400, "AUTH_NOT_SUPPORTED"},
		{with(ok, "merchant_transaction_id", strings.Repeat("x", 33)), 400, "VALIDATION_ERROR"},
		{with(ok, "metadata", []int{1}), 400, "VALIDATION_ERROR"},
		{with(ok, "transaction_token_id", "none"), 404, "NOT_FOUND"},
		{with(ok, "metadata", map[string]any{"x": strings.Repeat("x", 70_000)}), 413, "VALIDATION_ERROR"},
	} {
		if a := s.univapay("POST", "/charges", c.body); a.status != c.status || a.code() != c.code {
			t.Errorf("charge %.60v: %d %.200s, want %d %s", c.body, a.status, a.raw, c.status, c.code)
		}
	}
	s.clock.Advance(5 * time.Minute)
	s.want(s.univapay("POST", "/charges", ok), 400, "TRANSACTION_TOKEN_EXPIRED")
	token = s.univapay("POST", "/tokens", good).text("id")
	if a := s.univapay("DELETE", s.store("/tokens/"+token), nil); a.status != 204 {
		t.Errorf("delete token: %d", a.status)
	}
	s.want(s.univapay("POST", "/charges", chargeOf(token, 300)), 404, "NOT_FOUND")
	s.want(s.univapay("DELETE", s.store("/tokens/none"), nil), 404, "NOT_FOUND")
	s.want(s.univapay("GET", s.store("/tokens/none"), nil), 404, "NOT_FOUND")
	s.want(s.univapay("GET", s.store("/charges/none"), nil), 404, "NOT_FOUND")
	s.want(s.univapay("GET", s.store("/charges/none/issuer_token"), nil), 404, "NOT_FOUND")
	s.want(s.univapay("GET", "/stores/11ed0000-0000-4000-8000-000000000000/charges", nil), 404, "NOT_FOUND")
	s.want(s.univapay("PUT", "/charges", nil), 404, "NOT_FOUND")
}

func TestUnivapayCredentials(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	jwt := strings.Split(s.cred.UnivapayJWT, ".")
	forged := jwt[0] + "." + jwt[1] + ".AAAA"
	for header, code := range map[string]string{
		"":           "AUTH_HEADER_MISSING",
		"Basic eDp5": "INVALID_CREDENTIALS",
		"Bearer " + s.cred.UnivapaySecret + "." + forged: "INVALID_APP_TOKEN",
		"Bearer " + s.cred.UnivapaySecret:                "INVALID_APP_TOKEN",
		"Bearer other." + s.cred.UnivapayJWT:             "INVALID_CREDENTIALS",
		"Bearer " + s.cred.UnivapayJWT:                   "INVALID_PERMISSIONS",
	} {
		r := s.univapayRequest("GET", "/charges", nil, "")
		r.Header.Set("Authorization", header)
		if header == "" {
			r.Header.Del("Authorization")
		}
		if a := s.serve(r); a.code() != code || a.status != map[bool]int{true: 403, false: 401}[code == "INVALID_PERMISSIONS"] {
			t.Errorf("%.30q: %d %s, want %s", header, a.status, a.code(), code)
		}
	}
	// A browser has no secret and may make tokens only.
	r := s.univapayRequest("POST", "/tokens", scan("9000818100000000000000"), "")
	r.Header.Set("Authorization", "Bearer "+s.cred.UnivapayJWT)
	s.want(s.serve(r), 201, "")
	if a := s.serve(httptest.NewRequest("GET", "/heartbeat", nil)); a.status != 200 {
		t.Errorf("heartbeat: %d", a.status)
	}
}

func TestChargesAreListedInPages(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	var ids []string
	for i := range 5 {
		ids = append(ids, s.charge(s.shows("pay_pay"), int64(100+i)).text("id"))
		s.clock.Advance(time.Minute)
	}
	page := func(query string) (got []string, a answer) {
		t.Helper()
		a = s.univapay("GET", s.store("/charges?"+query), nil)
		s.want(a, 200, "")
		for i := range a.at("items").([]any) {
			got = append(got, a.text("items", i, "id"))
		}
		return got, a
	}
	got, a := page("limit=2")
	if fmt.Sprint(got) != fmt.Sprint([]string{ids[4], ids[3]}) || a.at("has_more") != true || a.at("total_hits") != 5.0 {
		t.Errorf("first page: %s", a.raw)
	}
	got, a = page("limit=3&cursor=" + ids[3])
	if fmt.Sprint(got) != fmt.Sprint([]string{ids[2], ids[1], ids[0]}) || a.at("has_more") != false || a.at("total_hits") != nil {
		t.Errorf("second page: %s", a.raw)
	}
	if got, _ = page("cursor_direction=asc&from=2026-09-30T23:31:00Z&to=2026-09-30T23:33:00Z"); fmt.Sprint(got) != fmt.Sprint(ids[1:3]) {
		t.Errorf("by time: %v", got)
	}
	if got, _ = page("metadata=nothing"); len(got) != 0 {
		t.Errorf("by metadata: %v", got)
	}
	for _, bad := range []string{"limit=0", "limit=101", "limit=x", "cursor=x", "cursor_direction=up", "from=today"} {
		s.want(s.univapay("GET", "/charges?"+bad, nil), 400, "VALIDATION_ERROR")
	}
	if a := s.univapay("GET", "/merchants/x"+s.store("/charges"), nil); a.at("total_hits") != 5.0 {
		t.Errorf("with the merchant in front: %s", a.raw)
	}
}

func TestPollingWaitsUntilTheChargeIsNoLongerPending(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, paysim.Options{})
		s.faults(paysim.Fault{Kind: paysim.Hold, Count: -1})
		c := s.charge(s.shows("pay_pay"), 300)
		path := s.store("/charges/" + c.text("id"))
		poll := func(path string) (string, time.Duration) {
			from := time.Now()
			return s.univapay("GET", path+"?polling=true", nil).text("status"), time.Since(from)
		}
		if status, waited := poll(path); status != "pending" || waited != 3*time.Second {
			t.Errorf("nothing happens: %s after %v", status, waited)
		}
		time.AfterFunc(time.Second, func() { s.sim.Process() })
		if status, waited := poll(path); status != "successful" || waited != time.Second {
			t.Errorf("charge: %s after %v", status, waited)
		}
		f := s.univapay("POST", path+"/refunds", map[string]any{"amount": 300, "currency": "JPY"})
		time.AfterFunc(time.Second, func() { s.sim.Process() })
		if status, waited := poll(path + "/refunds/" + f.text("id")); status != "successful" || waited != time.Second {
			t.Errorf("refund: %s after %v", status, waited)
		}
		m := s.present(300)
		s.sim.Process()
		path = s.store("/charges/" + m.text("id"))
		x := s.univapay("POST", path+"/cancels", nil)
		time.AfterFunc(time.Second, s.sim.Close)
		if status, waited := poll(path + "/cancels/" + x.text("id")); status != "pending" || waited != time.Second {
			t.Errorf("closed while polling: %s after %v", status, waited)
		}
	})
}
