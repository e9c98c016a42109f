package paysim_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"yakusho/internal/till/paysim"
)

func TestControlAPIPlaysTheCustomer(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	s.payPay("POST", "/v2/codes", order("p", 300))
	s.want(s.control("POST", "/_sim/paypay/pay", map[string]any{"merchantPaymentId": "p", "amount": 200}), 409, "amount_differs")
	s.want(s.control("POST", "/_sim/paypay/pay", map[string]any{"merchantPaymentId": "p"}), 200, "")
	s.want(s.control("POST", "/_sim/paypay/pay", map[string]any{"merchantPaymentId": "p"}), 409, "code_used")
	s.want(s.control("POST", "/_sim/paypay/pay", map[string]any{"merchantPaymentId": "q"}), 404, "code_unknown")
	s.want(s.control("POST", "/_sim/paypay/pay", "{"), 400, "json")
	s.want(s.control("POST", "/_sim/paypay/pay", "[]"), 400, "json")
	s.payPay("POST", "/v2/codes", order("old", 300))
	s.clock.Advance(time.Hour)
	s.want(s.control("POST", "/_sim/paypay/pay", map[string]any{"merchantPaymentId": "old"}), 410, "code_expired")

	a := s.control("POST", "/_sim/univapay/code", map[string]any{"brand": "au_pay", "confirm": true})
	c := s.charge(a.text("code"), 300)
	s.want(s.control("POST", "/_sim/univapay/pay", map[string]any{"chargeId": c.text("id")}), 200, "")
	s.want(s.control("POST", "/_sim/univapay/pay", map[string]any{"chargeId": c.text("id")}), 409, "charge_closed")
	s.want(s.control("POST", "/_sim/univapay/pay", map[string]any{"chargeId": "x"}), 404, "charge_unknown")
	s.want(s.control("POST", "/_sim/univapay/code", map[string]any{"brand": "suica"}), 400, "brand_unknown")
	if b := s.control("GET", "/_sim/payments", nil); b.at("payments", 0, "taken") != 300.0 || b.at("payments", 2, "brand") != "au_pay" {
		t.Errorf("books: %s", b.raw)
	}
}

func TestControlAPIListsWhatWaits(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	s.payPay("POST", "/v2/codes", order("gone", 300))
	s.clock.Advance(5 * time.Minute)
	s.payPay("POST", "/v2/codes", order("p", 300))
	s.paid("q", 1)
	c := s.present(450)
	s.charge(s.shows("pay_pay"), 1)
	a := s.control("GET", "/_sim/codes", nil)
	s.want(a, 200, "")
	if open := a.at("open").([]any); len(open) != 2 || a.text("open", 0, "id") != "p" || a.text("open", 1, "id") != c.text("id") || a.text("open", 1, "label") != "PayPay" || a.at("open", 1, "amount") != 450.0 {
		t.Errorf("open: %s", a.raw)
	}
	if a.at("shown", 0, "used") != true || len(a.at("wallets").([]any)) != 7 {
		t.Errorf("shown: %s", a.raw)
	}
}

func TestControlAPIScriptsFaultsAndShowsRequests(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	a := s.control("POST", "/_sim/faults", map[string]any{"faults": []any{
		map[string]any{"kind": "maintenance", "path": "/v2/codes", "count": 2}, map[string]any{"kind": "hold"},
	}})
	if s.want(a, 200, ""); a.at("faults", 0, "count") != 2.0 || a.at("faults", 1, "count") != 1.0 {
		t.Errorf("faults: %s", a.raw)
	}
	s.want(s.payPay("POST", "/v2/codes", order("p", 300)), 503, "MAINTENANCE_MODE")
	if a := s.control("GET", "/_sim/faults", nil); a.at("faults", 0, "count") != 1.0 {
		t.Errorf("left: %s", a.raw)
	}
	s.want(s.control("DELETE", "/_sim/faults", nil), 200, "")
	s.want(s.payPay("POST", "/v2/codes", order("p", 300)), 201, "SUCCESS")
	if a := s.control("POST", "/_sim/faults", map[string]any{"kind": "rate_limit"}); a.at("faults", 0, "kind") != "rate_limit" {
		t.Errorf("one alone: %s", a.raw)
	}
	s.want(s.control("POST", "/_sim/faults", map[string]any{"kind": "x"}), 400, "fault_kind")
	q := s.control("GET", "/_sim/requests", nil)
	if q.at("requests", 0, "fault") != "maintenance" || q.at("requests", 1, "status") != 201.0 || !strings.Contains(q.text("requests", 1, "body"), "merchantPaymentId") {
		t.Errorf("requests: %s", q.raw)
	}
	if strings.Contains(q.raw, "OPA-Auth") {
		t.Error("requests show the signature")
	}
	if a := s.control("POST", "/_sim/process", nil); a.at("processed") != 0.0 {
		t.Errorf("process: %s", a.raw)
	}
	s.want(s.control("POST", "/_sim/webhooks", map[string]any{"url": "file:///etc/passwd"}), 400, "url")
	s.want(s.control("POST", "/_sim/webhooks", map[string]any{"url": "http://127.0.0.1:9/"}), 200, "")
	if a := s.control("POST", "/_sim/webhooks/release", nil); a.at("released") != 0.0 {
		t.Errorf("release: %s", a.raw)
	}
	s.want(s.control("POST", "/_sim/reset", nil), 200, "")
	for path, list := range map[string]string{"/_sim/requests": "requests", "/_sim/faults": "faults", "/_sim/payments": "payments", "/_sim/webhooks": "deliveries"} {
		if a := s.control("GET", path, nil); a.at(list) == nil && list != "requests" || strings.Count(a.raw, "{") != 1 {
			t.Errorf("%s after reset: %s", path, a.raw)
		}
	}
	s.want(s.control("POST", "/_sim/faults", strings.Repeat(" ", 2<<20)), 400, "body")
}

func TestSettlementCanBeDownloaded(t *testing.T) {
	t.Parallel()
	s := busyDay(t)
	for path, lines := range map[string]int{
		"/_sim/settlement/paypay?date=2026-10-01":   7,
		"/_sim/settlement/paypay":                   2, // today, the 2nd
		"/_sim/settlement/univapay?date=2026-10-01": 4,
	} {
		a := s.control("GET", path, nil)
		if a.status != 200 || a.header.Get("Content-Type") != "text/csv; charset=Shift_JIS" || len(read(t, []byte(a.raw))) != lines {
			t.Errorf("%s: %d %v\n%s", path, a.status, a.header, a.raw)
		}
	}
	s.want(s.control("GET", "/_sim/settlement/linepay", nil), 404, "provider")
	s.want(s.control("GET", "/_sim/settlement/paypay?date=x", nil), 400, "date")
}

func TestAnotherSitesPageCannotPressTheButtons(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	for from, status := range map[string]int{"cross-site": 403, "same-site": 403, "same-origin": 200, "none": 200, "": 200} {
		r := httptest.NewRequest("POST", "/_sim/reset", nil)
		r.Header.Set("Sec-Fetch-Site", from)
		if a := s.serve(r); a.status != status {
			t.Errorf("%q: %d, want %d", from, a.status, status)
		}
	}
}

func TestPageUsesItsOwnFilesOnly(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	outside := regexp.MustCompile(`(?i)(https?:)?//[a-z0-9]|\sstyle=|\son[a-z]+=|<style|innerHTML|javascript:`)
	for path, kind := range map[string]string{"/": "text/html; charset=utf-8", "/_sim/page.css": "text/css; charset=utf-8", "/_sim/page.js": "text/javascript; charset=utf-8"} {
		a := s.control("GET", path, nil)
		csp := a.header.Get("Content-Security-Policy")
		if a.status != 200 || a.header.Get("Content-Type") != kind || !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %d %v", path, a.status, a.header)
		}
		if found := outside.FindString(a.raw); found != "" {
			t.Errorf("%s has %q", path, found)
		}
		for _, script := range regexp.MustCompile(`<script[^>]*>[^<]*`).FindAllString(a.raw, -1) {
			if script != `<script src="/_sim/page.js">` {
				t.Errorf("%s has an inline script: %s", path, script)
			}
		}
	}
	if a := s.control("GET", "/favicon.ico", nil); a.status != http.StatusNoContent {
		t.Errorf("favicon: %d", a.status)
	}
	if a := s.control("GET", "/elsewhere", nil); a.status != 404 {
		t.Errorf("elsewhere: %d", a.status)
	}
}

func TestManyWorkersMakeOnePaymentOfOneOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	token := s.univapay("POST", "/tokens", scan(s.shows("pay_pay"))).text("id")
	s.payPay("POST", "/v2/codes", order("p", 300))
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			s.payPay("POST", "/v2/codes", order("p", 300))
			_ = s.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: "p"}) // nineteen come too late
			s.serve(s.univapayRequest("POST", "/charges", chargeOf(token, 300), "one-key"))
			s.univapay("POST", "/charges", chargeOf(token, 300))
			id := s.payPay("GET", "/v2/codes/payments/p", nil).text("data", "paymentId")
			s.payPay("POST", "/v2/refunds", refundOrder("r", id, 300))
			s.control("GET", "/_sim/codes", nil)
		})
	}
	wg.Wait()
	got := s.sim.Payments()
	if len(got) != 2 || got[0].Refunded != 300 || got[0].Taken != 0 || got[1].Taken != 300 {
		t.Errorf("books: %+v", got)
	}
}

func TestMemoryOfRequestsIsBounded(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	for i := range 520 {
		s.payPay("POST", "/v2/codes", with(order(fmt.Sprint("p", i), 300), "note", strings.Repeat("x", 5_000)))
	}
	q := s.sim.Requests()
	if len(q) != 512 || q[511].N != 520 || len(q[0].Body) > 4096 {
		t.Errorf("%d requests, the last is %d, a body of %d bytes", len(q), q[len(q)-1].N, len(q[0].Body))
	}
}

func TestSameSeedMakesTheSameNumbers(t *testing.T) {
	t.Parallel()
	code := func(seed string) string {
		s := newShop(t, paysim.Options{Seed: seed})
		return s.payPay("POST", "/v2/codes", order("p", 300)).text("data", "codeId")
	}
	first, again, other := code("a"), code("a"), code("b")
	if first != again || first == other {
		t.Errorf("codes: %s, again %s, of another seed %s", first, again, other)
	}
}

// FuzzBodies sends any JSON to every path that reads one: each answers in its provider's words, and
// none with the simulator's own failure.
func FuzzBodies(f *testing.F) {
	f.Add(0, `{"merchantPaymentId":"p","amount":{"amount":300,"currency":"JPY"},"codeType":"ORDER_QR"}`)
	f.Add(1, `{"merchantRefundId":"r","paymentId":"1","amount":{"amount":1,"currency":"JPY"},"requestedAt":1}`)
	f.Add(2, `{"payment_type":"qr_scan","type":"one_time","data":{"scanned_qr":"9000818100000000000000"},"metadata":"{}"}`)
	f.Add(2, `{"payment_type":"qr_merchant","type":"one_time","data":{"brand":"pay_pay_merchant"},"metadata":{"a":[1,{"b":null}]}}`)
	f.Add(3, `{"transaction_token_id":"x","amount":1e2,"currency":"JPY"}`)
	f.Add(4, `{"triggers":["charge_finished"],"url":"http://127.0.0.1:9/","auth_token":"x","active":"true"}`)
	f.Add(5, `{"kind":"hold","count":-1}`)
	f.Add(6, `{"amount":1,"currency":"JPY"}`)
	f.Fuzz(func(t *testing.T, which int, body string) {
		s := newShop(t, paysim.Options{Client: &http.Client{Transport: &wire{}}})
		id := s.charge(s.shows("pay_pay"), 300).text("id")
		paths := []string{"/v2/codes", "/v2/refunds", "/tokens", "/charges", "/webhooks", "/_sim/faults", s.store("/charges/" + id + "/refunds"), s.store("/charges/" + id + "/cancels"), "/_sim/paypay/pay"}
		path := paths[(which%len(paths)+len(paths))%len(paths)]
		var a answer
		switch {
		case strings.HasPrefix(path, "/v2/"):
			a = s.payPay("POST", path, body)
			if a.code() == "" {
				t.Errorf("%s: no result code: %d %s", path, a.status, a.raw)
			}
		case strings.HasPrefix(path, "/_sim/"):
			a = s.control("POST", path, body)
		default:
			a = s.univapay("POST", path, body)
			if a.status >= 400 && a.code() == "" {
				t.Errorf("%s: no error code: %d %s", path, a.status, a.raw)
			}
		}
		if a.status >= 500 || a.body == nil {
			t.Errorf("%s: %d %s", path, a.status, a.raw)
		}
	})
}
