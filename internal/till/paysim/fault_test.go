package paysim_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"yakusho/internal/testkit"
	"yakusho/internal/till/paysim"
)

// giveUp sends r to a real server and gives up as soon as the simulator has taken the call.
func (s *shop) giveUp(base string, r *http.Request) error {
	s.t.Helper()
	before := len(s.sim.Requests())
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	out, err := http.NewRequestWithContext(ctx, r.Method, base+r.URL.RequestURI(), r.Body)
	s.ok(err)
	out.Header = r.Header
	result := make(chan error, 1)
	go func() {
		a, err := http.DefaultClient.Do(out)
		if err == nil {
			_, err = io.Copy(io.Discard, a.Body)
			a.Body.Close()
		}
		result <- err
	}()
	testkit.Eventually(s.t, 10*time.Second, func() bool { return len(s.sim.Requests()) > before })
	cancel()
	return <-result
}

func TestTimeoutBeforeAndAfter(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	srv := httptest.NewServer(s.sim)
	defer srv.Close()

	s.faults(paysim.Fault{Kind: paysim.TimeoutBefore, Path: "/v2/codes", Method: "POST"})
	if err := s.giveUp(srv.URL, s.payPayRequest("POST", "/v2/codes", order("before", 300))); err == nil {
		t.Error("an answer came")
	}
	if got := s.status("before"); got != "DYNAMIC_QR_PAYMENT_NOT_FOUND" {
		t.Errorf("timeout before: %s", got)
	}
	s.faults(paysim.Fault{Kind: paysim.TimeoutAfter, Path: "/v2/codes", Method: "POST"})
	if err := s.giveUp(srv.URL, s.payPayRequest("POST", "/v2/codes", order("after", 300))); err == nil {
		t.Error("an answer came")
	}
	if got := s.status("after"); got != "CREATED" {
		t.Errorf("timeout after: %s", got)
	}

	// The one that hurts: the customer's money is gone and nobody told the till.
	token := s.univapay("POST", "/tokens", scan(s.shows("d_barai"))).text("id")
	s.faults(paysim.Fault{Kind: paysim.TimeoutAfter, Path: "/charges"})
	if err := s.giveUp(srv.URL, s.univapayRequest("POST", "/charges", chargeOf(token, 300), "key-1")); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	if got := s.univapay("GET", s.store("/charges"), nil); got.text("items", 0, "status") != "successful" {
		t.Errorf("charge: %s", got.raw)
	}
	// The same key finds the charge again.
	a := s.serve(s.univapayRequest("POST", "/charges", chargeOf(token, 300), "key-1"))
	if s.want(a, 201, ""); len(s.sim.Payments()) != 2 || a.text("status") != "pending" {
		t.Errorf("replay: %s", a.raw)
	}
	if q := s.sim.Requests(); q[0].Status != 0 || q[0].Fault != paysim.TimeoutBefore || q[0].Body == "" {
		t.Errorf("request on record: %+v", q[0])
	}
}

func TestClosingLetsWaitingCallersGo(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	srv := httptest.NewServer(s.sim)
	defer srv.Close()
	s.faults(paysim.Fault{Kind: paysim.TimeoutBefore})
	r := s.payPayRequest("GET", "/v2/codes/payments/p", nil)
	out, err := http.NewRequest("GET", srv.URL+"/v2/codes/payments/p", nil)
	s.ok(err)
	out.Header = r.Header
	result := make(chan error, 1)
	go func() {
		a, err := http.DefaultClient.Do(out)
		if err == nil {
			a.Body.Close()
		}
		result <- err
	}()
	testkit.Eventually(t, 10*time.Second, func() bool { return len(s.sim.Requests()) == 1 })
	s.sim.Close()
	if err := <-result; err == nil {
		t.Error("the caller got an answer")
	}
}

func TestErrorsAfterTheDebit(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	srv := httptest.NewServer(s.sim)
	defer srv.Close()
	s.faults(
		paysim.Fault{Kind: paysim.ErrorAfter, Path: "/charges"},
		paysim.Fault{Kind: paysim.ErrorAfter, Path: "/v2/payments", Method: "DELETE", Code: "SERVICE_ERROR"},
		paysim.Fault{Kind: paysim.DisconnectAfter, Path: "/v2/refunds"},
	)
	token := s.univapay("POST", "/tokens", scan(s.shows("pay_pay"))).text("id")
	s.want(s.univapay("POST", "/charges", chargeOf(token, 300)), 500, "UNKNOWN_ERROR")
	if got := s.sim.Payments()[0]; got.Taken != 300 {
		t.Errorf("charge after the 500: %+v", got)
	}
	s.paid("p", 300)
	s.want(s.payPay("DELETE", "/v2/payments/p", nil), 500, "SERVICE_ERROR")
	if got := s.status("p"); got != "FAILED" {
		t.Errorf("payment after the 500: %s", got)
	}
	id := s.paid("q", 300)
	r := s.payPayRequest("POST", "/v2/refunds", refundOrder("r", id, 300))
	out, err := http.NewRequest("POST", srv.URL+"/v2/refunds", r.Body)
	s.ok(err)
	out.Header = r.Header
	if a, err := http.DefaultClient.Do(out); err == nil {
		a.Body.Close()
		t.Error("the connection did not drop")
	}
	if got := s.status("q"); got != "REFUNDED" {
		t.Errorf("payment after the drop: %s", got)
	}
}

func TestRefusalsBeforeAnythingIsDone(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	for _, c := range []struct {
		fault  paysim.Fault
		status int
		payPay string
		uni    string
	}{
		{paysim.Fault{Kind: paysim.RateLimit}, 429, "RATE_LIMIT", ""},
		{paysim.Fault{Kind: paysim.Maintenance}, 503, "MAINTENANCE_MODE", "SERVICE_UNAVAILABLE_TRY_AGAIN"},
		{paysim.Fault{Kind: paysim.ErrorBefore}, 500, "INTERNAL_SERVER_ERROR", "UNKNOWN_ERROR"},
	} {
		c.fault.Count = 2
		s.faults(c.fault)
		s.want(s.payPay("POST", "/v2/codes", order("p", 300)), c.status, c.payPay)
		s.want(s.univapay("POST", "/tokens", scan("9000818100000000000000")), c.status, c.uni)
		if len(s.sim.Faults()) != 0 {
			t.Errorf("%s acts on: %v", c.fault.Kind, s.sim.Faults())
		}
	}
	if len(s.sim.Payments()) != 0 {
		t.Error("something was done")
	}
	for code, status := range map[string]int{"CANCELED_USER": 400, "USER_STATE_IS_NOT_ACTIVE": 401, "TRANSACTION_NOT_FOUND": 404, "ORDER_NO_LONGER_AVAILABLE": 400, "SOMETHING_NEW": 400} {
		s.faults(paysim.Fault{Kind: paysim.ErrorBefore, Provider: "paypay", Code: code})
		s.want(s.payPay("POST", "/v2/refunds", refundOrder("r", "1", 1)), status, code)
	}
	for code, status := range map[string]int{"UNABLE_TO_GET_IDEMPOTENT_RESULT": 500, "QR_PROCESSING_DISABLED": 400, "CHARGE_TOO_QUICK": 400, "TIMEOUT": 500} {
		s.faults(paysim.Fault{Kind: paysim.ErrorBefore, Provider: "univapay", Code: code})
		s.want(s.univapay("POST", "/charges", chargeOf("x", 1)), status, code)
	}
}

func TestClockOfTheProviderIsOff(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	for _, c := range []struct {
		skew   int
		status int
	}{{0, 400}, {119, 400}, {-119, 400}, {120, 401}, {-3600, 401}} {
		s.faults(paysim.Fault{Kind: paysim.ClockSkew, SkewSeconds: c.skew})
		a := s.payPay("GET", "/v2/codes/payments/p", nil)
		want := s.clock.Now().Add(time.Duration(c.skew) * time.Second)
		if got, err := http.ParseTime(a.header.Get("Date")); err != nil || !got.Equal(want) || a.status != c.status {
			t.Errorf("skew %d s: %d, Date %v (%v), want %d, %v", c.skew, a.status, got, err, c.status, want)
		}
	}
}

func TestFaultsChooseTheirCalls(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	hit := func(id string) bool {
		t.Helper()
		return s.payPay("GET", "/v2/codes/payments/"+id, nil).status == 503
	}
	s.faults(
		paysim.Fault{Kind: paysim.Maintenance, Path: "/v2/codes/payments", Match: "p2"},
		paysim.Fault{Kind: paysim.Maintenance, Path: "/v2/codes/*/p3", Skip: 1, Count: 2},
		paysim.Fault{Kind: paysim.Maintenance, Method: "DELETE", Count: -1},
		paysim.Fault{Kind: paysim.Maintenance, Provider: "univapay", Count: -1},
		paysim.Fault{Kind: paysim.Maintenance, Path: "/v2/codes/payments/p4/more", Count: -1},
	)
	for i, c := range []struct {
		id   string
		want bool
	}{{"p1", false}, {"p2", true}, {"p2", false}, {"p3", false}, {"p3", true}, {"p3", true}, {"p3", false}, {"p4", false}} {
		if got := hit(c.id); got != c.want {
			t.Errorf("call %d of %s: refused is %v, want %v", i+1, c.id, got, c.want)
		}
	}
	if left := s.sim.Faults(); len(left) != 3 {
		t.Errorf("left: %v", left)
	}
	for _, bad := range [][]paysim.Fault{
		{{Kind: "earthquake"}}, {{Kind: paysim.Hold, Provider: "x"}}, {{Kind: paysim.Hold, Skip: -1}}, {{Kind: paysim.Hold, Percent: 101}}, {{Kind: paysim.WebhookDelayed, DelayMS: 600_001}}, make([]paysim.Fault, 1001),
	} {
		if s.sim.SetFaults(bad...) == nil {
			t.Errorf("%.80v was accepted", bad)
		}
	}
}

func TestPaymentFaultsOfPayPay(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	s.faults(paysim.Fault{Kind: paysim.InsufficientFunds, Match: "poor"}, paysim.Fault{Kind: paysim.ExpiredCode, Match: "late"})
	for id, want := range map[string]string{"poor": "FAILED", "late": "DYNAMIC_QR_PAYMENT_NOT_FOUND", "good": "COMPLETED"} {
		s.want(s.payPay("POST", "/v2/codes", order(id, 300)), 201, "SUCCESS")
		err := s.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: id})
		if got := s.status(id); got != want || (err == nil) != (id == "good") {
			t.Errorf("%s: %s, %v, want %s", id, got, err, want)
		}
	}
}

func TestCustomerHasToConfirmByFault(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	s.faults(paysim.Fault{Kind: paysim.AwaitCustomer})
	c := s.charge(s.shows("pay_pay"), 300)
	if got := s.chargeStatus(c.text("id")); got != "awaiting" {
		t.Fatalf("charge is %s", got)
	}
	s.faults(paysim.Fault{Kind: paysim.InsufficientFunds})
	if s.sim.UnivapayPay(paysim.UnivapayOutcome{ChargeID: c.text("id")}) == nil || s.chargeStatus(c.text("id")) != "failed" {
		t.Errorf("charge is %s", s.chargeStatus(c.text("id")))
	}
}

func TestChanceOfAFaultIsDrawnFromTheSeed(t *testing.T) {
	t.Parallel()
	run := func(seed string) (hits int, pattern string) {
		s := newShop(t, paysim.Options{Seed: seed})
		s.faults(paysim.Fault{Kind: paysim.Maintenance, Percent: 30, Count: -1})
		for range 300 {
			hit := s.payPay("GET", "/v2/codes/payments/p", nil).status == 503
			if hit {
				hits++
			}
			pattern += map[bool]string{true: "x", false: "."}[hit]
		}
		return hits, pattern
	}
	hits, first := run("a")
	_, again := run("a")
	_, other := run("b")
	if hits < 60 || hits > 120 || first != again || first == other {
		t.Errorf("%d of 300 at 30 %%; replayed: %v; another seed differs: %v", hits, first == again, first != other)
	}
}
