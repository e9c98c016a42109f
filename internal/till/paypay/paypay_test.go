package paypay_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/testkit"
	"yakusho/internal/till"
	"yakusho/internal/till/paypay"
	"yakusho/internal/till/paysim"
	"yakusho/internal/till/tilltest"
)

func provider(t testing.TB, o paypay.Options) *paypay.Provider {
	t.Helper()
	if o.Credentials == (paypay.Credentials{}) {
		o.Credentials = credentials()
	}
	p, err := paypay.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func orderAt(now time.Time) till.Order {
	return till.Order{
		Attempt: till.Attempt{ID: core.NewID(now), Provider: paypay.Name, Way: till.WayShow, Wallet: paypay.Wallet, Amount: 600, State: till.AttemptCreated, CreatedAt: now},
		Wallets: []string{paypay.Wallet}, Title: "住民票の写し ほか1件", Counter: "市民課 1番窓口",
	}
}

func learn(a till.Attempt, ans till.Answer) till.Attempt {
	a.Ref, a.Thread, a.Show, a.ExpiresAt, a.PaidAt = ans.Ref, ans.Thread, ans.Show, ans.ExpiresAt, ans.PaidAt
	return a
}

func must(t testing.TB) func(till.Answer, error) till.Answer {
	return func(ans till.Answer, err error) till.Answer {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return ans
	}
}

// instead is a PayPay that answers everything alike.
func instead(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func TestWholeSaleOverTLSWithAnAuthorityOfItsOwn(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock(time.Time{})
	sim := paysim.New(paysim.Options{Clock: clock.Now})
	t.Cleanup(sim.Close)
	server := httptest.NewUnstartedServer(sim)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // that it is not trusted is what is tested
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())

	stranger := provider(t, paypay.Options{Base: server.URL, Clock: clock.Now})
	o := orderAt(clock.Now())
	var bad *tls.CertificateVerificationError
	if ans, err := stranger.Start(t.Context(), o); err == nil || ans.Verdict != till.VerdictUnknown {
		t.Fatalf("a server of an unknown authority is believed: %+v", ans)
	} else if !errors.As(err, &bad) {
		t.Fatalf("start: %v, want that the certificate is not trusted", err)
	}
	if n := len(sim.Requests()); n != 0 {
		t.Fatalf("%d calls arrived at a server that is not trusted", n)
	}

	p := provider(t, paypay.Options{Base: server.URL, Clock: clock.Now, Roots: roots})
	ans := must(t)(p.Start(t.Context(), o))
	a := learn(o.Attempt, ans)
	if ans.Verdict != till.VerdictWaiting || !strings.HasPrefix(ans.Show, "https://") || !ans.ExpiresAt.Equal(clock.Now().Add(5*time.Minute)) {
		t.Fatalf("start says %+v", ans)
	}
	if err := sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: string(a.ID), Points: 100}); err != nil {
		t.Fatal(err)
	}
	ans = must(t)(p.Query(t.Context(), a))
	if ans.Verdict != till.VerdictPaid || ans.Amount != 600 || !ans.PaidAt.Equal(clock.Now()) {
		t.Fatalf("query says %+v", ans)
	}
	a = learn(a, ans)
	back, err := p.Refund(t.Context(), a, till.Refund{ID: core.NewID(clock.Now()), Amount: 600, Reason: "品目の誤り", RequestedAt: clock.Now()})
	if err != nil || back.State == till.RefundFailed {
		t.Fatalf("refund: %+v, %v", back, err)
	}
	for _, x := range sim.Payments() {
		if x.Taken != 0 {
			t.Errorf("the customer is without %d yen", x.Taken)
		}
	}
}

func TestWhatIsSentToPayPay(t *testing.T) {
	t.Parallel()
	sim := tilltest.NewSim(t, "paypay")
	p := provider(t, paypay.Options{Base: sim.URL, Clock: sim.Clock.Now})
	o := orderAt(sim.Clock.Now())
	o.Title = strings.Repeat("あ", 300)
	must(t)(p.Start(t.Context(), o))
	r := sim.Requests()[0]
	var got map[string]any
	if err := json.Unmarshal([]byte(r.Body), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"merchantPaymentId": string(o.Attempt.ID), "codeType": "ORDER_QR", "storeInfo": "市民課 1番窓口", "orderDescription": strings.Repeat("あ", 255)}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s is %v, want %v", k, got[k], v)
		}
	}
	if got["requestedAt"] != float64(o.Attempt.CreatedAt.Unix()) {
		t.Errorf("requestedAt is %v; the same order has to be the same request", got["requestedAt"])
	}
}

func TestWhatIsNotForPayPayIsNotSent(t *testing.T) {
	t.Parallel()
	sim := tilltest.NewSim(t, "paypay")
	p := provider(t, paypay.Options{Base: sim.URL, Clock: sim.Clock.Now})
	for name, c := range map[string]struct {
		change func(*till.Order)
		reason string
	}{
		"wallet without notice": {func(o *till.Order) { o.Wallets = []string{"d_barai"} }, till.ReasonWallet},
		"another way":           {func(o *till.Order) { o.Attempt.Way = till.WayScan }, till.ReasonSetup},
		"practice":              {func(o *till.Order) { o.Attempt.Training = true }, till.ReasonSetup},
		"nothing":               {func(o *till.Order) { o.Attempt.Amount = 0 }, till.ReasonSetup},
		"too much":              {func(o *till.Order) { o.Attempt.Amount = 100_000_000_000 }, till.ReasonSetup},
		"an id with a slash":    {func(o *till.Order) { o.Attempt.ID = "../v2/refunds" }, till.ReasonSetup},
	} {
		o := orderAt(sim.Clock.Now())
		c.change(&o)
		if ans := must(t)(p.Start(t.Context(), o)); ans.Verdict != till.VerdictNotPaid || ans.Reason != c.reason {
			t.Errorf("%s: %s (%s)", name, ans.Verdict, ans.Reason)
		}
	}
	if n := len(sim.Requests()); n != 0 {
		t.Errorf("%d calls were made", n)
	}
}

func TestWrongCredentialsAreASetupFault(t *testing.T) {
	t.Parallel()
	sim := tilltest.NewSim(t, "paypay")
	for name, c := range map[string]paypay.Credentials{
		"secret":   {Key: credentials().Key, Secret: "x", Merchant: credentials().Merchant},
		"merchant": {Key: credentials().Key, Secret: credentials().Secret, Merchant: "1"},
	} {
		p := provider(t, paypay.Options{Base: sim.URL, Clock: sim.Clock.Now, Credentials: c})
		o := orderAt(sim.Clock.Now())
		if ans := must(t)(p.Start(t.Context(), o)); ans.Verdict != till.VerdictNotPaid || ans.Reason != till.ReasonSetup {
			t.Errorf("%s: start says %s (%s)", name, ans.Verdict, ans.Reason)
		}
		ans, err := p.Query(t.Context(), o.Attempt)
		if err == nil || ans.Verdict != till.VerdictUnknown || ans.Reason != till.ReasonSetup {
			t.Errorf("%s: query says %s (%s)", name, ans.Verdict, ans.Reason)
		}
		if !strings.Contains(err.Error(), "X-REQUEST-ID OPA") || strings.Contains(err.Error(), c.Secret+":") {
			t.Errorf("%s: %v does not name the call for PayPay's support", name, err)
		}
	}
}

func TestBadOptionsAreRefusedBeforeAnyCall(t *testing.T) {
	t.Parallel()
	good := credentials()
	for name, o := range map[string]paypay.Options{
		"no address":           {Credentials: good},
		"plain http":           {Base: "http://apigw.paypay.ne.jp", Credentials: good},
		"credentials in it":    {Base: "https://u:p@apigw.paypay.ne.jp", Credentials: good},
		"no key":               {Base: paypay.Production, Credentials: paypay.Credentials{Secret: "x", Merchant: "1"}},
		"no secret":            {Base: paypay.Production, Credentials: paypay.Credentials{Key: "x", Merchant: "1"}},
		"no merchant":          {Base: paypay.Production, Credentials: paypay.Credentials{Key: "x", Secret: "1"}},
		"colon in the key":     {Base: paypay.Production, Credentials: paypay.Credentials{Key: "x:y", Secret: "1", Merchant: "1"}},
		"line end in a secret": {Base: paypay.Production, Credentials: paypay.Credentials{Key: "x", Secret: "1\n", Merchant: "1"}},
	} {
		if _, err := paypay.New(o); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), "1\n") {
			t.Errorf("%s: the error tells the secret", name)
		}
	}
	if _, err := paypay.New(paypay.Options{Base: paypay.Production, Credentials: good}); err != nil {
		t.Error(err)
	}
}

func TestCancelWindowEndsAtQuarterPastMidnightInJapan(t *testing.T) {
	t.Parallel()
	p := provider(t, paypay.Options{Base: paypay.Production})
	tokyo := time.FixedZone("JST", 9*3600)
	at := func(d, h, m, s int) time.Time { return time.Date(2026, 10, d, h, m, s, 0, tokyo) }
	for name, c := range map[string]struct {
		a    till.Attempt
		want time.Time
	}{
		"paid by day":            {till.Attempt{PaidAt: at(1, 10, 0, 0).UTC()}, at(2, 0, 14, 59)},
		"paid just before":       {till.Attempt{PaidAt: at(1, 23, 59, 59)}, at(2, 0, 14, 59)},
		"paid just after":        {till.Attempt{PaidAt: at(2, 0, 0, 0)}, at(3, 0, 14, 59)},
		"paid on the last day":   {till.Attempt{PaidAt: at(31, 12, 0, 0)}, time.Date(2026, 11, 1, 0, 14, 59, 0, tokyo)},
		"not known when, code":   {till.Attempt{CreatedAt: at(1, 23, 58, 0), ExpiresAt: at(2, 0, 3, 0)}, at(3, 0, 14, 59)},
		"not known when, silent": {till.Attempt{CreatedAt: at(1, 23, 50, 0)}, at(2, 0, 14, 59)},
	} {
		if got := p.Terms(c.a).CancelBy; !got.Equal(c.want) {
			t.Errorf("%s: until %v, want %v", name, got.In(tokyo), c.want)
		}
	}
}

func TestLateCancelIsRefusedAndTheTruthIsAsked(t *testing.T) {
	t.Parallel()
	sim := tilltest.NewSim(t, "paypay")
	p := provider(t, paypay.Options{Base: sim.URL, Clock: sim.Clock.Now})
	o := orderAt(sim.Clock.Now())
	a := learn(o.Attempt, must(t)(p.Start(t.Context(), o)))
	if err := sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: string(a.ID)}); err != nil {
		t.Fatal(err)
	}
	a = learn(a, must(t)(p.Query(t.Context(), a)))
	a.State, a.Reason = till.AttemptCancelling, till.ReasonClerkCanceled
	sim.Clock.Set(p.Terms(a).CancelBy.Add(time.Second))
	ans := must(t)(p.Cancel(t.Context(), a))
	if ans.Verdict != till.VerdictRefused || ans.Reason != till.ReasonCancelRefused {
		t.Errorf("one second after the window it says %s (%s)", ans.Verdict, ans.Reason)
	}
	sim.Clock.Set(p.Terms(a).CancelBy)
	if ans = must(t)(p.Cancel(t.Context(), a)); ans.Verdict != till.VerdictReversed {
		t.Errorf("in the last second it says %s (%s)", ans.Verdict, ans.Reason)
	}
}

func TestClockOfPayPayIsFollowedAndRingsAtThirtySeconds(t *testing.T) {
	t.Parallel()
	sim := tilltest.NewSim(t, "paypay")
	var rung []time.Duration
	p := provider(t, paypay.Options{Base: sim.URL, Clock: sim.Clock.Now, Skewed: func(d time.Duration) { rung = append(rung, d) }})
	for _, skew := range []int{0, 29, 31, 300, 300, -3600, 0} {
		if err := sim.SetFaults(paysim.Fault{Kind: paysim.ClockSkew, SkewSeconds: skew, Count: -1}); err != nil {
			t.Fatal(err)
		}
		o := orderAt(sim.Clock.Now())
		if ans := must(t)(p.Start(t.Context(), o)); ans.Verdict != till.VerdictWaiting {
			t.Fatalf("with a clock off by %d s start says %s (%s)", skew, ans.Verdict, ans.Reason)
		}
		if got := p.Offset(); got != time.Duration(skew)*time.Second {
			t.Errorf("offset %v, want %d s", got, skew)
		}
	}
	if fmt.Sprint(rung) != "[31s 0s]" {
		t.Errorf("the alarm told %v, want once that it begins and once that it ends", rung)
	}
}

func TestTimeOverIsSaidWhereOnlyTheClockIsToBlame(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock(time.Time{})
	n := 0
	s := instead(t, func(w http.ResponseWriter, _ *http.Request) { // off by more at every call
		n++
		w.Header().Set("Date", clock.Now().Add(time.Duration(n)*time.Hour).Format(http.TimeFormat))
		w.WriteHeader(401)
		_, _ = io.WriteString(w, `{"resultInfo":{"code":"UNAUTHORIZED","message":"","codeId":""},"data":null}`)
	})
	p := provider(t, paypay.Options{Base: s.URL, Clock: clock.Now})
	ans := must(t)(p.Start(t.Context(), orderAt(clock.Now())))
	if ans.Verdict != till.VerdictNotPaid || ans.Reason != till.ReasonClock || n != 2 {
		t.Errorf("%s (%s) after %d calls, want the clock named after two", ans.Verdict, ans.Reason, n)
	}
}

func TestCancelOfAnUnpaidCodeDeletesItFirst(t *testing.T) {
	t.Parallel()
	sim := tilltest.NewSim(t, "paypay")
	p := provider(t, paypay.Options{Base: sim.URL, Clock: sim.Clock.Now})
	o := orderAt(sim.Clock.Now())
	a := learn(o.Attempt, must(t)(p.Start(t.Context(), o)))
	sim.Wire.Spoil(nil)
	if ans := must(t)(p.Cancel(t.Context(), a)); ans.Verdict != till.VerdictNotPaid {
		t.Errorf("cancel says %s", ans.Verdict)
	}
	calls := sim.Wire.Calls()
	if len(calls) != 2 || !strings.HasPrefix(calls[0], "DELETE /v2/codes/") || !strings.HasPrefix(calls[1], "GET /v2/codes/payments/") {
		t.Errorf("cancel calls %v", calls)
	}
}

func TestOlderAnswerAboutACodeThatIsOverEndsToo(t *testing.T) {
	t.Parallel()
	sim := tilltest.NewSim(t, "paypay")
	p := provider(t, paypay.Options{Base: sim.URL, Clock: sim.Clock.Now})
	o := orderAt(sim.Clock.Now())
	a := learn(o.Attempt, must(t)(p.Start(t.Context(), o)))
	sim.Clock.Advance(6 * time.Minute)
	if err := sim.SetFaults(paysim.Fault{Kind: paysim.ExpiredAsCreated, Count: -1}); err != nil {
		t.Fatal(err)
	}
	if ans := must(t)(p.Query(t.Context(), a)); ans.Verdict != till.VerdictWaiting {
		t.Fatalf("CREATED with zeros is %s", ans.Verdict)
	}
	a.State, a.Reason = till.AttemptCancelling, till.ReasonExpired
	if ans := must(t)(p.Cancel(t.Context(), a)); ans.Verdict != till.VerdictReversed {
		t.Errorf("cancel says %s (%s)", ans.Verdict, ans.Reason)
	}
}

func TestMoneyGivenBackInPayPaysOwnScreensIsNotPaid(t *testing.T) {
	t.Parallel()
	sim := tilltest.NewSim(t, "paypay")
	p := provider(t, paypay.Options{Base: sim.URL, Clock: sim.Clock.Now})
	o := orderAt(sim.Clock.Now())
	a := learn(o.Attempt, must(t)(p.Start(t.Context(), o)))
	if err := sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: string(a.ID)}); err != nil {
		t.Fatal(err)
	}
	a = learn(a, must(t)(p.Query(t.Context(), a)))
	for _, part := range []struct {
		yen  core.Money
		want till.Verdict
	}{{200, till.VerdictPaid}, {400, till.VerdictReversed}} {
		if _, err := p.Refund(t.Context(), a, till.Refund{ID: core.NewID(sim.Clock.Now()), Amount: part.yen, RequestedAt: sim.Clock.Now()}); err != nil {
			t.Fatal(err)
		}
		if ans := must(t)(p.Query(t.Context(), a)); ans.Verdict != part.want {
			t.Errorf("after %v yen went back it is %s, want %s", part.yen, ans.Verdict, part.want)
		}
	}
}

func TestProxyIsTheOneGivenAndNoOther(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1") // not parallel: the environment is everybody's
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	var through []string
	proxy := instead(t, func(w http.ResponseWriter, r *http.Request) {
		through = append(through, r.Method+" "+r.URL.Host)
		w.WriteHeader(http.StatusBadGateway)
	})
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	p := provider(t, paypay.Options{Base: "https://apigw.paypay.invalid", Proxy: u})
	if ans, err := p.Query(context.Background(), orderAt(time.Now()).Attempt); err == nil || ans.Verdict != till.VerdictUnknown {
		t.Errorf("query says %s", ans.Verdict)
	}
	if len(through) != 1 || through[0] != "CONNECT apigw.paypay.invalid:443" && through[0] != "CONNECT " {
		t.Errorf("through the proxy went %v", through)
	}
}
