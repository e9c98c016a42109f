package paysim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"yakusho/internal/testkit"
	"yakusho/internal/till/paysim"
)

// shop is a merchant with both contracts, and the clock both providers go by.
type shop struct {
	t     testing.TB
	sim   *paysim.Sim
	clock *testkit.Clock
	cred  paysim.Credentials
	nonce atomic.Int64
}

func newShop(t testing.TB, opt paysim.Options) *shop {
	t.Helper()
	s := &shop{t: t, clock: testkit.NewClock(time.Time{}), cred: paysim.TestCredentials()}
	opt.Clock = s.clock.Now
	s.sim = paysim.New(opt)
	t.Cleanup(s.sim.Close)
	return s
}

// answer is a provider's answer with its body taken apart.
type answer struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

// at follows names and numbers into the body: at("resultInfo", "code").
func (a answer) at(path ...any) any {
	var v any = a.body
	for _, p := range path {
		switch k := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[k]
		case int:
			l, _ := v.([]any)
			if k >= len(l) {
				return nil
			}
			v = l[k]
		}
	}
	return v
}

func (a answer) text(path ...any) string {
	s, _ := a.at(path...).(string)
	return s
}

// code is PayPay's result code or UnivaPay's error code.
func (a answer) code() string {
	if c := a.text("resultInfo", "code"); c != "" {
		return c
	}
	return a.text("code")
}

func (s *shop) serve(r *http.Request) answer {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.sim.ServeHTTP(w, r)
	a := answer{status: w.Code, header: w.Result().Header, raw: w.Body.String()}
	if strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(w.Body.Bytes(), &a.body); err != nil {
			s.t.Fatalf("%s %s: answer is not JSON: %v\n%s", r.Method, r.URL, err, a.raw)
		}
	}
	return a
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return []byte(v)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// payPayRequest signs a call as the documents say.
func (s *shop) payPayRequest(method, target string, body any) *http.Request {
	s.t.Helper()
	b := marshal(s.t, body)
	r := httptest.NewRequest(method, target, bytes.NewReader(b))
	kind := ""
	if len(b) > 0 {
		kind = "application/json;charset=UTF-8;"
		r.Header.Set("Content-Type", kind)
	}
	r.Header.Set("X-ASSUME-MERCHANT", s.cred.PayPayMerchant)
	auth := paysim.SignOPA(s.cred.PayPayKey, s.cred.PayPaySecret, fmt.Sprintf("n%07d", s.nonce.Add(1)), s.clock.Now().Unix(),
		paysim.OPACall{Method: method, Path: r.URL.EscapedPath(), ContentType: kind, Body: b})
	r.Header.Set("Authorization", auth.String())
	return r
}

func (s *shop) payPay(method, target string, body any) answer {
	s.t.Helper()
	return s.serve(s.payPayRequest(method, target, body))
}

func order(id string, amount int64) map[string]any {
	return map[string]any{
		"merchantPaymentId": id, "amount": map[string]any{"amount": amount, "currency": "JPY"}, "codeType": "ORDER_QR",
		"orderDescription": "住民票", "storeId": "shimin", "terminalId": "T-01", "requestedAt": 1790811000,
	}
}

// with returns a copy of m in which key is v, or is missing when v is nil.
func with(m map[string]any, key string, v any) map[string]any {
	c := map[string]any{}
	for k, x := range m {
		c[k] = x
	}
	if c[key] = v; v == nil {
		delete(c, key)
	}
	return c
}

// paid makes a code, has it paid and returns PayPay's payment id.
func (s *shop) paid(id string, amount int64) string {
	s.t.Helper()
	s.want(s.payPay("POST", "/v2/codes", order(id, amount)), 201, "SUCCESS")
	s.ok(s.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: id}))
	a := s.payPay("GET", "/v2/codes/payments/"+id, nil)
	s.want(a, 200, "SUCCESS")
	return a.text("data", "paymentId")
}

func refundOrder(id, payment string, amount int64) map[string]any {
	return map[string]any{
		"merchantRefundId": id, "paymentId": payment, "amount": map[string]any{"amount": amount, "currency": "JPY"}, "requestedAt": 1790811000, "reason": "誤り",
	}
}

func (s *shop) univapayRequest(method, target string, body any, key string) *http.Request {
	s.t.Helper()
	r := httptest.NewRequest(method, target, bytes.NewReader(marshal(s.t, body)))
	r.Header.Set("Authorization", "Bearer "+s.cred.UnivapaySecret+"."+s.cred.UnivapayJWT)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	return r
}

func (s *shop) univapay(method, target string, body any) answer {
	s.t.Helper()
	return s.serve(s.univapayRequest(method, target, body, ""))
}

func (s *shop) store(path string) string { return "/stores/" + s.cred.UnivapayStore + path }

func scan(code string) map[string]any {
	return map[string]any{"payment_type": "qr_scan", "type": "one_time", "data": map[string]any{"scanned_qr": code}}
}

func chargeOf(token string, amount int64) map[string]any {
	return map[string]any{"transaction_token_id": token, "amount": amount, "currency": "JPY", "metadata": map[string]any{"order_id": "R8-000123"}}
}

// charge makes a token and a charge of a code and returns the charge's answer.
func (s *shop) charge(code string, amount int64) answer {
	s.t.Helper()
	t := s.univapay("POST", "/tokens", scan(code))
	s.want(t, 201, "")
	c := s.univapay("POST", "/charges", chargeOf(t.text("id"), amount))
	s.want(c, 201, "")
	return c
}

// present makes a charge by a code that the merchant shows.
func (s *shop) present(amount int64) answer {
	s.t.Helper()
	t := s.univapay("POST", "/tokens", map[string]any{"payment_type": "qr_merchant", "type": "one_time", "data": map[string]any{"brand": "pay_pay_merchant"}})
	s.want(t, 201, "")
	return s.univapay("POST", "/charges", chargeOf(t.text("id"), amount))
}

// shows returns a fresh code of a wallet.
func (s *shop) shows(brand string) string {
	s.t.Helper()
	code, _, err := s.sim.ShowCode(brand, false, false)
	s.ok(err)
	return code
}

func (s *shop) control(method, target string, body any) answer {
	s.t.Helper()
	return s.serve(httptest.NewRequest(method, target, bytes.NewReader(marshal(s.t, body))))
}

func (s *shop) faults(list ...paysim.Fault) {
	s.t.Helper()
	s.ok(s.sim.SetFaults(list...))
}

func (s *shop) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) want(a answer, status int, code string) {
	s.t.Helper()
	if a.status != status || a.code() != code {
		s.t.Fatalf("answer is %d %q, want %d %q\n%s", a.status, a.code(), status, code, a.raw)
	}
}

// status is what PayPay says of a payment: its status, or the refusal.
func (s *shop) status(id string) string {
	s.t.Helper()
	a := s.payPay("GET", "/v2/codes/payments/"+id, nil)
	if a.code() != "SUCCESS" {
		return a.code()
	}
	return a.text("data", "status")
}

func (s *shop) chargeStatus(id string) string {
	s.t.Helper()
	return s.univapay("GET", s.store("/charges/"+id), nil).text("status")
}

// received is a notification at the receiver.
type received struct {
	auth string
	body map[string]any
}

// receiver is a till's address for notifications; it answers with the statuses given, then 200.
func receiver(t testing.TB, statuses ...int) (url string, got chan received) {
	t.Helper()
	got = make(chan received, 100)
	var n atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read notification: %v", err)
		}
		x := received{auth: r.Header.Get("Authorization")}
		if err := json.Unmarshal(b, &x.body); err != nil {
			t.Errorf("notification is not JSON: %v", err)
		}
		got <- x
		if i := int(n.Add(1)); i <= len(statuses) {
			w.WriteHeader(statuses[i-1])
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL, got
}

// next waits for a notification.
func next(t testing.TB, got chan received) received {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	select {
	case x := <-got:
		return x
	case <-ctx.Done():
		t.Fatal("no notification came")
		return received{}
	}
}
