package univapay_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"yakusho/internal/till"
	"yakusho/internal/till/paysim"
	"yakusho/internal/till/tilltest"
	"yakusho/internal/till/univapay"
)

func TestTheProviderTellsTheWalletOfAScannedCode(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for brand, wallet := range map[string]string{
		"pay_pay": "paypay", "d_barai": "d_barai", "rakuten_pay": "rakuten_pay", "au_pay": "au_pay", "merpay": "merpay", "aeon_pay": "aeon_pay",
	} {
		o := s.scan(brand)
		o.Attempt.Wallet = "merpay" // guessed, and mostly wrong
		ans := s.start(o)
		s.want(brand, ans, till.VerdictPaid, "")
		if ans.Wallet != wallet || ans.Amount != 450 || ans.Ref == "" || ans.PaidAt.IsZero() {
			t.Errorf("%s: %+v", brand, ans)
		}
		s.taken(o.Attempt, 450)
	}
}

func TestAWalletThatMayNotTakeTheRevenueIsNotCharged(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	o := s.scan("au_pay")
	o.Wallets = []string{"paypay", "d_barai"}
	ans := s.start(o)
	s.want("au PAY without its notice", ans, till.VerdictNotPaid, till.ReasonWallet)
	if ans.Wallet != "au_pay" {
		t.Errorf("wallet %q: the screen has to name it", ans.Wallet)
	}
	o = s.scan("pay_pay")
	o.Wallets = nil
	s.want("no wallet at all", s.start(o), till.VerdictNotPaid, till.ReasonWallet)
	s.want("a thing from a shop", s.start(s.order(till.WayScan, "", "4901234567894")), till.VerdictNotPaid, till.ReasonWalletUnknown)
	s.want("no code", s.start(s.order(till.WayScan, "", "")), till.VerdictNotPaid, till.ReasonCodeInvalid)
	s.want("LINE Pay, which ended", s.start(s.scan("line_pay")), till.VerdictNotPaid, till.ReasonNotServed)
	s.want("a code to show of au PAY", s.start(s.order(till.WayShow, "au_pay", "")), till.VerdictNotPaid, till.ReasonNotServed)
	o = s.order(till.WayShow, "paypay", "")
	o.Wallets = []string{"d_barai"}
	s.want("a code to show without its notice", s.start(o), till.VerdictNotPaid, till.ReasonWallet)
	s.want("a sticker", s.start(s.order(till.WaySticker, "paypay", "")), till.VerdictNotPaid, till.ReasonNotServed)
	if n := callsTo(s.sim, "/charges"); n != 0 {
		t.Errorf("%d charges were asked for", n)
	}
}

func TestEveryCallOfAStartIsBoundToTheAttempt(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	o := s.scan("pay_pay")
	s.start(o)
	s.start(o)
	keys := map[string]string{}
	for _, r := range s.sim.Requests() {
		if r.Method != http.MethodPost {
			continue
		}
		if !uuid4.MatchString(r.Key) {
			t.Errorf("%s: key %q is no UUID of version 4", r.Path, r.Key)
		}
		if was := keys[r.Path]; was != "" && was != r.Key {
			t.Errorf("%s: two keys for one attempt", r.Path)
		}
		keys[r.Path] = r.Key
		if r.Path == "/charges" && (strings.Count(r.Body, string(o.Attempt.ID)) != 2 || !strings.Contains(r.Body, `"capture":true`)) {
			t.Errorf("charge %s", r.Body)
		}
	}
	if len(keys) != 2 || keys["/tokens"] == keys["/charges"] {
		t.Errorf("keys %v", keys)
	}
	s.taken(o.Attempt, 450)
}

func TestEveryPaymentErrorHasItsWords(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	unknown := map[int]bool{328: true, 339: true, 500: true, 501: true, 502: true}
	reasons := map[int]string{
		322: till.ReasonCodeInvalid, 323: till.ReasonCodeExpired, 324: till.ReasonCodeUsed, 325: till.ReasonCodeBusy, 326: till.ReasonDeclined,
		327: till.ReasonExpired, 330: till.ReasonFunds, 336: till.ReasonLimit, 337: till.ReasonLimit, 340: till.ReasonDeclined, 341: till.ReasonSetup,
		343: till.ReasonMaintenance, 344: till.ReasonMaintenance, 345: till.ReasonCustomerCanceled, 346: till.ReasonExpired,
	}
	codes := []int{500, 501, 502, 399}
	for code := 322; code <= 346; code++ {
		codes = append(codes, code)
	}
	for _, code := range codes {
		s.faults(paysim.Fault{Kind: paysim.PaymentError, Code: fmt.Sprint(code)})
		o := s.scan("pay_pay")
		ans := s.start(o)
		if till.Words(ans.Reason) == "" {
			t.Errorf("%d: no words for %q", code, ans.Reason)
		}
		if want := reasons[code]; want != "" && ans.Reason != want {
			t.Errorf("%d: reason %q, want %q", code, ans.Reason, want)
		}
		want := till.VerdictNotPaid
		if unknown[code] {
			want = till.VerdictUnknown
		}
		if ans.Verdict != want {
			t.Errorf("%d: %s, want %s", code, ans.Verdict, want)
		}
		if got := s.cancel(after(o, ans)).Verdict; got != want {
			t.Errorf("%d: cancelled it is %s, want %s", code, got, want)
		}
	}
}

func TestWhatThePhoneSaysIsWhatTheClerkReads(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for kind, reason := range map[paysim.FaultKind]string{
		paysim.UsedCode: till.ReasonCodeUsed, paysim.ExpiredCode: till.ReasonCodeExpired, paysim.InvalidCode: till.ReasonCodeInvalid,
		paysim.InsufficientFunds: till.ReasonFunds,
	} {
		s.faults(paysim.Fault{Kind: kind})
		s.want(string(kind), s.start(s.scan("merpay")), till.VerdictNotPaid, reason)
	}
	s.faults(paysim.Fault{Kind: paysim.AwaitCustomer})
	o := s.scan("aeon_pay")
	ans := s.start(o)
	s.want("a customer who has to confirm", ans, till.VerdictWaiting, "")
	if !ans.ExpiresAt.Equal(o.Attempt.CreatedAt.Add(5*time.Minute)) || ans.Show != "" {
		t.Errorf("it waits until %v and shows %q", ans.ExpiresAt, ans.Show)
	}
	if err := s.sim.UnivapayPay(paysim.UnivapayOutcome{ChargeID: ans.Ref}); err != nil {
		t.Fatal(err)
	}
	s.want("confirmed", s.query(after(o, ans)), till.VerdictPaid, "")
}

func TestSilenceBeforeTheChargeIsNotPaid(t *testing.T) {
	t.Parallel()
	s := newShop(t, impatient)
	s.faults(paysim.Fault{Kind: paysim.TimeoutBefore, Path: "/tokens", Count: -1})
	s.want("no token", s.start(s.scan("pay_pay")), till.VerdictNotPaid, till.ReasonUnreachable)
	for code, reason := range map[string]string{
		"QR_PROCESSING_DISABLED": till.ReasonSetup, "INVALID_APP_TOKEN": till.ReasonSetup, "INVALID_PERMISSIONS": till.ReasonSetup,
		"INVALID_QR_SCAN_GATEWAY": till.ReasonNotServed, "VALIDATION_ERROR": till.ReasonDeclined, "DB_ERROR": till.ReasonUnreachable,
	} {
		s.faults(paysim.Fault{Kind: paysim.ErrorBefore, Path: "/tokens", Code: code, Count: -1})
		s.want(code, s.start(s.scan("pay_pay")), till.VerdictNotPaid, reason)
	}
	if n := callsTo(s.sim, "/charges"); n != 0 {
		t.Errorf("%d charges were asked for", n)
	}
}

func TestSilenceAtTheChargeIsAskedAgainUnderItsKey(t *testing.T) {
	t.Parallel()
	for _, f := range []paysim.Fault{
		{Kind: paysim.TimeoutBefore},
		{Kind: paysim.TimeoutAfter},
		{Kind: paysim.DisconnectAfter},
		{Kind: paysim.ErrorAfter},
		{Kind: paysim.ErrorBefore},
		{Kind: paysim.RateLimit},
		{Kind: paysim.Maintenance, Count: 2},
		{Kind: paysim.ErrorAfter, Code: "UNABLE_TO_GET_IDEMPOTENT_RESULT"},
		{Kind: paysim.ErrorAfter, Code: "TRANSACTION_ALREADY_PROCESSED"},
		{Kind: paysim.ErrorAfter, Code: "IDEMPOTENCY_KEY_CONFLICT"},
	} {
		t.Run(string(f.Kind)+" "+f.Code, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, impatient)
			f.Path, f.Method = "/charges", http.MethodPost
			s.faults(f)
			o := s.scan("pay_pay")
			s.want("start", s.start(o), till.VerdictPaid, "")
			s.taken(o.Attempt, 450)
		})
	}
}

func TestAChargeThatMayHaveArrivedStaysUnknown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind   paysim.FaultKind
		reason string
		v      till.Verdict
	}{
		{paysim.TimeoutBefore, till.ReasonNoAnswer, till.VerdictUnknown},
		{paysim.ErrorBefore, till.ReasonNoAnswer, till.VerdictUnknown},
		{paysim.Maintenance, till.ReasonMaintenance, till.VerdictUnknown},
		{paysim.RateLimit, till.ReasonBusy, till.VerdictNotPaid}, // turned away at the door, every time
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			t.Parallel()
			s := newShop(t, impatient)
			s.faults(paysim.Fault{Kind: c.kind, Path: "/charges", Method: http.MethodPost, Count: -1})
			o := s.scan("pay_pay")
			ans := s.start(o)
			s.want("start", ans, c.v, c.reason)
			if ans.Wallet != "paypay" || ans.Thread == "" {
				t.Errorf("what the token said is lost: %+v", ans)
			}
			if c.v == till.VerdictUnknown {
				s.want("asked", s.query(after(o, ans)), till.VerdictAbsent, "")
				s.want("cancelled", s.cancel(after(o, ans)), till.VerdictAbsent, "")
			}
		})
	}
}

func TestARefusalAfterSilenceProvesNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t, impatient)
	s.faults(
		paysim.Fault{Kind: paysim.TimeoutAfter, Path: "/charges", Method: http.MethodPost},
		paysim.Fault{Kind: paysim.ErrorBefore, Path: "/charges", Method: http.MethodPost, Code: "TRANSACTION_TOKEN_EXPIRED"},
	)
	o := s.scan("pay_pay")
	s.want("start", s.start(o), till.VerdictPaid, "")
	s.taken(o.Attempt, 450)
	s.faults(
		paysim.Fault{Kind: paysim.TimeoutBefore, Path: "/charges", Method: http.MethodPost},
		paysim.Fault{Kind: paysim.RateLimit, Path: "/charges", Method: http.MethodPost, Count: -1},
	)
	o = s.scan("pay_pay")
	if ans := s.start(o); ans.Verdict == till.VerdictNotPaid {
		t.Errorf("turned away after silence, it says not paid (%s)", ans.Reason)
	}
}

func TestAnotherCodeForTheSameAttemptIsNotCharged(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	o := s.scan("pay_pay")
	s.want("first", s.start(o), till.VerdictPaid, "")
	o.Code = shows(t, s.sim, "d_barai")
	s.want("second", s.start(o), till.VerdictPaid, "") // of the first
	s.taken(o.Attempt, 450)
}

func TestAProcessThatSleptSendsNoCharge(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	o := s.scan("pay_pay")
	s.sim.Clock.Advance(61 * time.Second)
	s.want("woken", s.start(o), till.VerdictAbsent, "")
	// It slept between the token and the charge.
	o = s.scan("pay_pay")
	s.sim.Wire.Spoil(func(int) tilltest.Spoil {
		return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.URL.Path == "/tokens" {
				defer s.sim.Clock.Advance(2 * time.Minute)
			}
			next.ServeHTTP(w, r)
		}
	})
	s.want("woken after the token", s.start(o), till.VerdictAbsent, "")
	if n := callsTo(s.sim, "/charges"); n != 0 {
		t.Errorf("%d charges were asked for", n)
	}
}

// The charge leaves us in time and hangs somewhere between until we have concluded from the silence that there is
// none. When it arrives at last, its token is over.
func TestALostChargeCannotArriveAfterItsAbsenceIsProof(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	o := s.scan("pay_pay")
	ctx, stop := context.WithCancel(t.Context())
	var late *http.Request
	s.sim.Wire.Spoil(func(int) tilltest.Spoil {
		return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.URL.Path != "/charges" {
				next.ServeHTTP(w, r)
				return
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Errorf("read charge: %v", err)
			}
			late = httptest.NewRequestWithContext(t.Context(), r.Method, r.URL.Path, strings.NewReader(string(body)))
			late.Header = r.Header.Clone()
			stop()
			<-r.Context().Done()
			panic(http.ErrAbortHandler)
		}
	})
	ans, err := s.p.Start(ctx, o)
	if err == nil || ans.Thread == "" {
		t.Fatalf("start: %+v, error %v", ans, err)
	}
	s.sim.Wire.Spoil(nil)
	a := after(o, ans)
	s.sim.Clock.Advance(s.p.Terms(a).Settles)
	s.want("asked", s.query(a), till.VerdictAbsent, "")
	w := httptest.NewRecorder()
	s.sim.ServeHTTP(w, late)
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "TRANSACTION_TOKEN_EXPIRED") {
		t.Errorf("the late charge got %d %s", w.Code, w.Body)
	}
	s.taken(a, 0)
}

func TestTheCodeToShowComesLater(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, wallet := range []string{"paypay", "d_barai", "rakuten_pay"} {
		s.faults(paysim.Fault{Kind: paysim.Hold, Path: "/charges", Method: http.MethodPost})
		o := s.order(till.WayShow, wallet, "")
		ans := s.start(o)
		s.want("start", ans, till.VerdictWaiting, "")
		if ans.Show != "" {
			t.Errorf("%s: it shows %q before there is anything", wallet, ans.Show)
		}
		s.sim.Process()
		ans = s.query(after(o, ans))
		s.want("asked", ans, till.VerdictWaiting, "")
		if !strings.HasPrefix(ans.Show, "https://qr-paysim.test/") || ans.ExpiresAt.IsZero() || ans.Wallet != wallet {
			t.Errorf("%s: %+v", wallet, ans)
		}
		before := len(s.sim.Requests())
		s.want("asked again", s.query(after(o, ans)), till.VerdictWaiting, "")
		if n := len(s.sim.Requests()) - before; n != 1 {
			t.Errorf("%d calls to ask about a code that is shown already", n)
		}
	}
}

func TestNothingSecretIsSaid(t *testing.T) {
	t.Parallel()
	s := newShop(t, impatient)
	said := &strings.Builder{}
	for _, f := range []paysim.Fault{
		{Kind: paysim.ErrorBefore, Path: "/tokens", Count: -1},
		{Kind: paysim.ErrorBefore, Path: "/tokens", Code: "INVALID_APP_TOKEN", Count: -1},
		{Kind: paysim.DisconnectAfter, Path: "/charges", Count: -1},
		{Kind: paysim.DisconnectAfter, Path: "/stores", Count: -1},
	} {
		s.faults(f)
		o := s.scan("pay_pay")
		ans, err := s.p.Start(t.Context(), o)
		fmt.Fprintf(said, "%+v %v\n", ans, err)
		ans, err = s.p.Query(t.Context(), o.Attempt)
		fmt.Fprintf(said, "%+v %v\n", ans, err)
		for _, secret := range []string{s.sim.Cred.UnivapaySecret, s.sim.Cred.UnivapayJWT, hookToken, o.Code} {
			if strings.Contains(said.String()+s.log.String(), secret) {
				t.Errorf("%s: %q is said:\n%s\n%s", f.Kind, secret, said, s.log)
			}
		}
	}
	if s.log.Len() == 0 {
		t.Error("the log says nothing of calls that were refused")
	}
	c := credentials(s.sim.Cred)
	for _, form := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		text := fmt.Sprintf(form, c) + fmt.Sprintf(form, &c) + fmt.Sprintf(form, s.p) + fmt.Sprintf(form, univapay.Options{Credentials: c})
		if strings.Contains(text, c.Secret) || strings.Contains(text, c.WebhookToken) || strings.Contains(text, c.JWT) {
			t.Errorf("%s shows a secret", form)
		}
	}
}

func TestTheProxyIsTheOneGiven(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	passed := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		passed++
		s.sim.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.p = newProvider(t, s.sim, func(o *univapay.Options) { o.Endpoint, o.Proxy = "http://localhost:1", u })
	s.want("start", s.start(s.scan("pay_pay")), till.VerdictPaid, "")
	if passed != 3 { // token, charge, and how it stands
		t.Errorf("%d calls went through the proxy", passed)
	}
}
