package paysim_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"yakusho/internal/testkit"
	"yakusho/internal/till/paysim"
)

func (s *shop) hook(url string, triggers ...string) string {
	s.t.Helper()
	a := s.univapay("POST", s.store("/webhooks"), map[string]any{"triggers": triggers, "url": url, "auth_token": "s3cret"})
	s.want(a, 201, "")
	return a.text("id")
}

func TestPayPayNotifiesWhatThePhoneDid(t *testing.T) {
	t.Parallel()
	url, got := receiver(t)
	s := newShop(t, paysim.Options{PayPayWebhook: url})
	id := s.paid("p", 300)
	x := next(t, got)
	want := map[string]any{
		"notification_type": "Transaction", "merchant_id": s.cred.PayPayMerchant, "store_id": "shimin", "pos_id": "T-01",
		"order_id": id, "merchant_order_id": "p", "authorized_at": "2026-09-30T23:30:00Z", "expires_at": nil,
		"paid_at": "2026-09-30T23:30:00Z", "order_amount": "300", "state": "COMPLETED",
	}
	for k, v := range want {
		if x.body[k] != v {
			t.Errorf("%s is %v, want %v", k, x.body[k], v)
		}
	}
	if x.auth != "" {
		t.Errorf("PayPay signs nothing, but sent %q", x.auth)
	}
	// A failure is notified; refund, cancel and a customer who walks away are not.
	s.payPay("POST", "/v2/refunds", refundOrder("r", id, 300))
	s.paid("q", 300)
	next(t, got)
	s.payPay("DELETE", "/v2/payments/q", nil)
	s.payPay("POST", "/v2/codes", order("walked", 300))
	s.ok(s.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: "walked", Fail: "cancel"}))
	s.payPay("POST", "/v2/codes", order("poor", 300))
	if s.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: "poor", Fail: "insufficient_funds"}) == nil {
		t.Error("a customer without money paid")
	}
	if x := next(t, got); x.body["state"] != "FAILED" || x.body["merchant_order_id"] != "poor" || x.body["paid_at"] != nil {
		t.Errorf("next notification: %v", x.body)
	}
}

func TestUnivapayNotifiesWhoAsked(t *testing.T) {
	t.Parallel()
	url, got := receiver(t)
	s := newShop(t, paysim.Options{})
	id := s.hook(url, "charge_updated", "charge_finished", "refund_finished", "cancel_finished", "token_created")
	s.hook(url+"/other", "subscription_created")
	c := s.present(300)
	for _, want := range []string{"token_created", "charge_updated"} {
		if x := next(t, got); x.body["event"] != want || x.auth != "Bearer s3cret" {
			t.Errorf("%v by %q, want %s", x.body["event"], x.auth, want)
		}
	}
	s.ok(s.sim.UnivapayPay(paysim.UnivapayOutcome{ChargeID: c.text("id")}))
	x := next(t, got)
	data, _ := x.body["data"].(map[string]any)
	if x.body["event"] != "charge_finished" || data["id"] != c.text("id") || data["status"] != "successful" || x.body["id"] == data["id"] {
		t.Errorf("charge_finished: %v", x.body)
	}
	s.univapay("POST", s.store("/charges/"+c.text("id")+"/refunds"), map[string]any{"amount": 300, "currency": "JPY"})
	if x := next(t, got); x.body["event"] != "refund_finished" {
		t.Errorf("refund: %v", x.body)
	}
	c = s.present(300)
	next(t, got)
	next(t, got)
	s.univapay("POST", s.store("/charges/"+c.text("id")+"/cancels"), nil)
	if a, b := next(t, got), next(t, got); a.body["event"] != "charge_finished" || b.body["event"] != "cancel_finished" {
		t.Errorf("cancel: %v, %v", a.body["event"], b.body["event"])
	}
	if a := s.univapay("GET", "/webhooks/"+id, nil); a.at("active") != true {
		t.Errorf("webhook: %s", a.raw)
	}
}

func TestWebhooksAreKeptByTheAPI(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	id := s.hook("http://127.0.0.1:9/a", "charge_finished")
	path := s.store("/webhooks/" + id)
	good := map[string]any{"triggers": []string{"charge_finished"}, "url": "https://till.test/b"}
	for _, c := range []struct {
		body   any
		status int
		code   string
	}{
		{"x", 400, "VALIDATION_ERROR"},
		{with(good, "triggers", nil), 400, "VALIDATION_ERROR"},
		{with(good, "triggers", []string{"earthquake"}), 400, "VALIDATION_ERROR"},
		{with(good, "url", nil), 400, "VALIDATION_ERROR"},
		{with(good, "url", "ftp://x"), 400, "VALIDATION_ERROR"},
		{with(good, "auth_token", "a\r\nX: y"), 400, "VALIDATION_ERROR"},
		{with(good, "url", "http://127.0.0.1:9/a"), 409, "WEBHOOK_URL_EXISTS"},
	} {
		if a := s.univapay("POST", "/webhooks", c.body); a.status != c.status || a.code() != c.code {
			t.Errorf("%v: %d %s, want %d %s", c.body, a.status, a.raw, c.status, c.code)
		}
	}
	if a := s.univapay("PATCH", path, map[string]any{"active": "false", "auth_token": "n", "triggers": []string{"refund_finished"}, "url": "http://127.0.0.1:9/c"}); a.at("active") != false || a.text("auth_token") != "n" || a.text("triggers", 0) != "refund_finished" || a.text("url") != "http://127.0.0.1:9/c" {
		t.Errorf("changed: %s", a.raw)
	}
	s.want(s.univapay("PATCH", path, map[string]any{"active": 1}), 400, "VALIDATION_ERROR")
	s.want(s.univapay("PATCH", path, "x"), 400, "VALIDATION_ERROR")
	s.want(s.univapay("PATCH", path, map[string]any{"url": "x"}), 400, "VALIDATION_ERROR")
	if a := s.univapay("PATCH", path, map[string]any{"active": true}); a.at("active") != true {
		t.Errorf("switched on: %s", a.raw)
	}
	if l := s.univapay("GET", "/webhooks", nil); l.at("total_hits") != 1.0 {
		t.Errorf("list: %s", l.raw)
	}
	if a := s.univapay("DELETE", path, nil); a.status != 204 {
		t.Errorf("deleted: %d", a.status)
	}
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		s.want(s.univapay(method, path, nil), 404, "NOT_FOUND")
	}
	for i := range 20 {
		s.hook("http://127.0.0.1:9/"+string(rune('a'+i)), "charge_finished")
	}
	s.want(s.univapay("POST", "/webhooks", good), 400, "RESOURCE_LIMIT_REACHED")
}

func TestWebhookThatRefusesIsSwitchedOff(t *testing.T) {
	t.Parallel()
	for status, active := range map[int]bool{200: true, 204: true, 302: false, 404: false, 500: false, 502: false, 503: true} {
		url, got := receiver(t, status)
		s := newShop(t, paysim.Options{})
		id := s.hook(url, "charge_finished")
		s.charge(s.shows("pay_pay"), 300)
		next(t, got)
		testkit.Eventually(t, 10*time.Second, func() bool { return len(s.sim.Deliveries()) == 1 })
		if a := s.univapay("GET", "/webhooks/"+id, nil); a.at("active") != active {
			t.Errorf("after %d it is active: %v, want %v", status, a.at("active"), active)
		}
		if d := s.sim.Deliveries()[0]; d.Status != status || d.Tries != 1 {
			t.Errorf("delivery: %+v", d)
		}
	}
}

// wire is a receiver without a socket, so that time can be made up.
type wire struct {
	mu     sync.Mutex
	bodies [][]byte
	times  []time.Time
	answer func(n int, r *http.Request) (int, error)
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	w.bodies, w.times = append(w.bodies, b), append(w.times, time.Now())
	n := len(w.bodies)
	w.mu.Unlock()
	status := 200
	if w.answer != nil {
		if status, err = w.answer(n, r); err != nil {
			return nil, err
		}
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(bytes.NewReader(nil)), Header: http.Header{}, Request: r}, nil
}

// ids returns the merchant_order_id of what came.
func (w *wire) ids(t *testing.T) (ids []string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, b := range w.bodies {
		var x map[string]any
		if err := json.Unmarshal(b, &x); err != nil {
			t.Fatal(err)
		}
		id, _ := x["merchant_order_id"].(string)
		ids = append(ids, id)
	}
	return ids
}

func TestPayPayTriesFourTimes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		w.answer = func(n int, r *http.Request) (int, error) {
			switch n {
			case 1:
				return 500, nil
			case 2:
				return 0, errors.New("no route")
			case 3:
				<-r.Context().Done() // the till does not answer in time
				return 0, r.Context().Err()
			}
			return 404, nil
		}
		s := newShop(t, paysim.Options{PayPayWebhook: "http://till.test/", Client: &http.Client{Transport: w}})
		from := time.Now()
		s.paid("p", 300)
		synctest.Wait()
		<-time.After(time.Minute) // of made-up time: nothing else comes
		synctest.Wait()
		if len(w.times) != 4 || w.times[3].Sub(from) != 2*time.Second+300*time.Millisecond {
			t.Errorf("tries at %v from %v", w.times, from)
		}
		if d := s.sim.Deliveries(); len(d) != 1 || d[0].Tries != 4 || d[0].Status != 404 {
			t.Errorf("deliveries: %+v", d)
		}
	})
}

func TestNotificationsGoWrongAsScripted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		faults []paysim.Fault
		now    []string // what came before anything was released or a minute was over
		later  []string
	}{
		{"in order", nil, []string{"a", "b", "c"}, nil},
		{"lost", []paysim.Fault{{Kind: paysim.WebhookLost, Match: "b"}}, []string{"a", "c"}, nil},
		{"duplicate", []paysim.Fault{{Kind: paysim.WebhookDuplicate, Match: "b"}}, []string{"a", "b", "b", "c"}, nil},
		{"out of order", []paysim.Fault{{Kind: paysim.WebhookOutOfOrder, Match: "a"}}, []string{"b", "a", "c"}, nil},
		{"delayed", []paysim.Fault{{Kind: paysim.WebhookDelayed, Match: "a", DelayMS: 30_000}}, []string{"b", "c"}, []string{"a"}},
		{"kept back", []paysim.Fault{{Kind: paysim.WebhookDelayed, Match: "a"}, {Kind: paysim.WebhookOutOfOrder, Match: "c"}}, []string{"b"}, []string{"a", "c"}},
		{"forged", []paysim.Fault{{Kind: paysim.WebhookForged, Match: "b"}}, []string{"a", "b", "b", "c"}, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &wire{}
			s := newShop(t, paysim.Options{PayPayWebhook: "http://till.test/", Client: &http.Client{Transport: w}})
			s.faults(c.faults...)
			for _, id := range []string{"a", "b", "c"} {
				s.paid(id, 300)
				synctest.Wait()
			}
			if got := w.ids(t); !equal(got, c.now) {
				t.Errorf("%s: first %v, want %v", c.name, got, c.now)
			}
			s.sim.ReleaseWebhooks()
			<-time.After(time.Minute) // of made-up time
			synctest.Wait()
			if got := w.ids(t)[len(c.now):]; !equal(got, c.later) {
				t.Errorf("%s: then %v, want %v", c.name, got, c.later)
			}
			if c.name == "forged" && (!bytes.Contains(w.bodies[1], []byte(`"order_amount":"301"`)) || !bytes.Contains(w.bodies[2], []byte(`"order_amount":"300"`))) {
				t.Errorf("forged %s, true %s", w.bodies[1], w.bodies[2])
			}
		})
	}
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestForgedNotificationOfAnUnpaidCharge(t *testing.T) {
	t.Parallel()
	url, got := receiver(t)
	s := newShop(t, paysim.Options{PayPayWebhook: url})
	s.hook(url, "charge_finished")
	c := s.present(300)
	s.want(s.control("POST", "/_sim/webhooks/forge", map[string]any{"chargeId": c.text("id")}), 200, "")
	x := next(t, got)
	data, _ := x.body["data"].(map[string]any)
	if x.auth == "Bearer s3cret" || data["status"] != "successful" || s.chargeStatus(c.text("id")) != "awaiting" {
		t.Errorf("forged by %q: %v", x.auth, x.body)
	}
	s.payPay("POST", "/v2/codes", order("p", 300))
	s.want(s.control("POST", "/_sim/webhooks/forge", map[string]any{"merchantPaymentId": "p"}), 200, "")
	if x := next(t, got); x.body["state"] != "COMPLETED" || s.status("p") != "CREATED" {
		t.Errorf("forged: %v", x.body)
	}
	s.want(s.control("POST", "/_sim/webhooks/forge", map[string]any{"merchantPaymentId": "none"}), 404, "forge")
	// As a fault the lie goes ahead of the truth, without the token.
	s.faults(paysim.Fault{Kind: paysim.WebhookForged, Provider: "univapay"})
	s.ok(s.sim.UnivapayPay(paysim.UnivapayOutcome{ChargeID: c.text("id"), Fail: "cancel"}))
	lie, truth := next(t, got), next(t, got)
	if lie.auth == truth.auth || lie.body["data"].(map[string]any)["status"] != "successful" || truth.body["data"].(map[string]any)["status"] != "failed" {
		t.Errorf("lie %v, truth %v", lie.body, truth.body)
	}
}
