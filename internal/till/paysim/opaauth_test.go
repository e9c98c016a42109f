package paysim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"yakusho/internal/till/paysim"
)

// vectors are the three that PayPay has published; the body of the second is as printed there.
var vectors = []struct {
	key, secret, nonce string
	epoch              int64
	call               paysim.OPACall
	want               string
}{
	{
		"APIKeyGenerated", "APIKeySecretGenerated", "acd028", 1579843452,
		paysim.OPACall{Method: "POST", Path: "/v2/codes", ContentType: "application/json;charset=UTF-8;", Body: []byte(`{"sampleRequestBodyKey1":"sampleRequestBodyValue1","sampleRequestBodyKey2":"sampleRequestBodyValue2"}`)},
		"hmac OPA-Auth:APIKeyGenerated:NW1jKIMnzR7tEhMWtcJcaef+nFVBt7jjAGcVuxHhchc=:acd028:1579843452:1j0FnY4flNp5CtIKa7x9MQ==",
	},
	{
		"sample_key", "sample_secret", "fedaa4", 1743138611,
		paysim.OPACall{Method: "POST", Path: "/v2/codes", ContentType: "application/json", Body: []byte(`{
    "merchantPaymentId": "TEST_QR_Payment",
    "amount": {
        "amount":10,
        "currency": "JPY"
    },
    "codeType": "ORDER_QR",
    "isAuthorization":false,
    "redirectUrl":"https://about.paypay.ne.jp/",
    "redirectType":"WEB_LINK"
}`)},
		"hmac OPA-Auth:sample_key:C2a7jD7OjL1DXnZhSYQfRI2Oxfdh43htV7pG8cwgCy4=:fedaa4:1743138611:T9wzkv1tUWIxzIHQUT7iDQ==",
	},
	{
		// The page names another path; the published value belongs to this one.
		"sample_key", "sample_secret", "a360e2", 1743139337,
		paysim.OPACall{Method: "GET", Path: "/v2/payments/TEST_merchantPaymentID"},
		"hmac OPA-Auth:sample_key:JbUZwAUKeQ+WDClEjkCGwYG/juFR+Dd5RK5AfL0gK9w=:a360e2:1743139337:empty",
	},
}

func TestPublishedSignaturesAreReproduced(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		got := paysim.SignOPA(v.key, v.secret, v.nonce, v.epoch, v.call)
		if got.String() != v.want {
			t.Errorf("%s %s is signed\n %s, want\n %s", v.call.Method, v.call.Path, got, v.want)
		}
		if back, err := paysim.ParseOPA(v.want); err != nil || back != got {
			t.Errorf("ParseOPA(%q) = %v, %v", v.want, back, err)
		}
	}
}

func TestServerAcceptsThePublishedSignatures(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		s := newShop(t, paysim.Options{Credentials: paysim.Credentials{PayPayKey: v.key, PayPaySecret: v.secret, PayPayMerchant: "1"}})
		s.clock.Set(time.Unix(v.epoch, 0))
		r, err := http.NewRequest(v.call.Method, v.call.Path, strings.NewReader(string(v.call.Body)))
		s.ok(err)
		r.Header.Set("Authorization", v.want)
		if v.call.ContentType != "" {
			r.Header.Set("Content-Type", v.call.ContentType)
		}
		if a := s.serve(r); a.status == http.StatusUnauthorized {
			t.Errorf("%s %s is refused: %s", v.call.Method, v.call.Path, a.raw)
		}
	}
}

func TestUnsignedOrAlteredCallsAreRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t, paysim.Options{})
	wrong := paysim.TestCredentials()
	sign := func(key, secret string, skew time.Duration) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Authorization", paysim.SignOPA(key, secret, "nonce123", s.clock.Now().Add(skew).Unix(),
				paysim.OPACall{Method: r.Method, Path: r.URL.EscapedPath()}).String())
		}
	}
	for name, c := range map[string]struct {
		change func(*http.Request)
		status int
	}{
		"as it should be":     {func(*http.Request) {}, 400},
		"119 s old":           {sign(wrong.PayPayKey, wrong.PayPaySecret, -119*time.Second), 400},
		"119 s ahead":         {sign(wrong.PayPayKey, wrong.PayPaySecret, 119*time.Second), 400},
		"120 s old":           {sign(wrong.PayPayKey, wrong.PayPaySecret, -120*time.Second), 401},
		"120 s ahead":         {sign(wrong.PayPayKey, wrong.PayPaySecret, 120*time.Second), 401},
		"no header":           {func(r *http.Request) { r.Header.Del("Authorization") }, 401},
		"another scheme":      {func(r *http.Request) { r.Header.Set("Authorization", "hmac OPA:a:b:c:1:empty") }, 401},
		"unknown key":         {sign("other", wrong.PayPaySecret, 0), 401},
		"wrong secret":        {sign(wrong.PayPayKey, "other", 0), 401},
		"another path":        {func(r *http.Request) { r.URL.Path = "/v2/codes/payments/other" }, 401},
		"another method":      {func(r *http.Request) { r.Method = "DELETE"; r.URL.Path = "/v2/payments/p1" }, 401},
		"a body added":        {func(r *http.Request) { r.Body = http.NoBody; *r = *withBody(r, "{}") }, 401},
		"another merchant":    {func(r *http.Request) { r.Header.Set("X-ASSUME-MERCHANT", "2") }, 401},
		"no merchant":         {func(r *http.Request) { r.Header.Del("X-ASSUME-MERCHANT") }, 400},
		"query over header":   {func(r *http.Request) { r.URL.RawQuery = "assumeMerchant=2" }, 401},
		"a query not signed":  {func(r *http.Request) { r.URL.RawQuery = "x=1" }, 400},
		"the same call again": {func(r *http.Request) { s.serve(r.Clone(r.Context())) }, 400}, // no document refuses a nonce seen before
	} {
		r := s.payPayRequest("GET", "/v2/codes/payments/p1", nil)
		c.change(r)
		a := s.serve(r)
		if a.status != c.status {
			t.Errorf("%s: %d %s, want %d", name, a.status, a.code(), c.status)
		}
		if want := map[bool]string{true: "OP_OUT_OF_SCOPE", false: "UNAUTHORIZED"}[strings.Contains(name, "merchant") || strings.Contains(name, "query")]; c.status == 401 && a.code() != want {
			t.Errorf("%s: code %s, want %s", name, a.code(), want)
		}
	}
	// The body is bound to the signature by its hash, and so is the text of the content type.
	r := s.payPayRequest("POST", "/v2/codes", order("p2", 300))
	s.want(s.serve(withBody(r, string(marshal(t, order("p2", 3))))), 401, "UNAUTHORIZED")
	r = s.payPayRequest("POST", "/v2/codes", order("p2", 300))
	r.Header.Set("Content-Type", "application/json")
	s.want(s.serve(r), 401, "UNAUTHORIZED")
	if len(s.sim.Payments()) != 0 {
		t.Error("a refused call made a code")
	}
}

func withBody(r *http.Request, body string) *http.Request {
	r2, err := http.NewRequest(r.Method, r.URL.String(), strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	r2.Header = r.Header
	return r2
}

func FuzzParseOPA(f *testing.F) {
	for _, v := range vectors {
		f.Add(v.want)
	}
	f.Add("hmac OPA-Auth:::::")
	f.Add("hmac OPA-Auth:k:NW1jKIMnzR7tEhMWtcJcaef+nFVBt7jjAGcVuxHhchc=:n:01:empty")
	f.Fuzz(func(t *testing.T, header string) {
		a, err := paysim.ParseOPA(header)
		if err == nil && a.String() != header {
			t.Errorf("%q is read as %q", header, a)
		}
	})
}
