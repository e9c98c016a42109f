package univapay

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

const (
	ours     = core.ID("06f2k8v6yr0000000000000000")
	someUUID = "11ed0000-0000-4000-8000-000000000001"
)

// canned answers every call with the same bytes.
type canned func(*http.Request) (int, string)

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := c(r)
	return &http.Response{StatusCode: status, Header: http.Header{"Date": {start().Format(http.TimeFormat)}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func start() time.Time { return time.Date(2026, 9, 30, 23, 30, 0, 0, time.UTC) }

func answering(t testing.TB, c canned, change ...func(*Options)) *Provider {
	t.Helper()
	o := Options{
		Credentials: Credentials{JWT: "a.b.c", Secret: "s", Store: someUUID}, Clock: start, Pause: time.Nanosecond,
		Log: slog.New(slog.DiscardHandler),
	}
	for _, f := range change {
		f(&o)
	}
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	p.client.http.Transport = c
	return p
}

func order() till.Order {
	return till.Order{
		Attempt: till.Attempt{ID: ours, Way: till.WayScan, Amount: 450, State: till.AttemptCreated, CreatedAt: start()},
		Code:    "900081818812345678901234", Wallets: []string{"paypay"},
	}
}

func TestTestModeAtTheRealAddressIsRefused(t *testing.T) {
	t.Parallel()
	charged := 0
	c := canned(func(r *http.Request) (int, string) {
		if r.URL.Path == "/charges" {
			charged++
			return 400, `{"status":"error","code":"DB"}`
		}
		return 201, `{"id":"` + someUUID + `","mode":"test","data":{"brand":"pay_pay"}}`
	})
	ans, err := answering(t, c).Start(t.Context(), order())
	if err != nil || ans.Verdict != till.VerdictNotPaid || ans.Reason != till.ReasonSetup || charged != 0 {
		t.Errorf("%+v, error %v, %d charges", ans, err, charged)
	}
	if _, err = answering(t, c, func(o *Options) { o.AllowTest = true }).Start(t.Context(), order()); err != nil || charged != 1 {
		t.Errorf("allowed: error %v, %d charges", err, charged)
	}
}

func TestEverythingWrongInTheOptionsIsNamed(t *testing.T) {
	t.Parallel()
	_, err := New(Options{Endpoint: "http://api.univapay.com", Credentials: Credentials{JWT: "x\ny", Secret: "a.b", Store: "../x", WebhookToken: "short"}})
	var e *core.Error
	if !errors.As(err, &e) || e.Kind != core.KindInvalid {
		t.Fatalf("error %v", err)
	}
	for _, word := range []string{"JWT", "シークレット", "店舗ID", "Webhook", "endpoint"} {
		if !strings.Contains(e.Message, word) {
			t.Errorf("%s is not named: %s", word, e.Message)
		}
	}
	for address, fine := range map[string]bool{
		"": true, "https://api.univapay.com/": true, "http://127.0.0.1:8080": true, "http://localhost:1": true, "http://[::1]:1": true,
		"http://10.0.0.1": false, "https://api.univapay.com/v1": false, "https://u:p@x": false, "ftp://x": false, "https://x?y": false, "x": false,
	} {
		_, err := New(Options{Endpoint: address, Credentials: Credentials{JWT: "a.b.c", Secret: "s", Store: someUUID}})
		if (err == nil) != fine {
			t.Errorf("endpoint %q: %v", address, err)
		}
	}
}

// A provider that asks for patience gets it between two tries, and no longer than the caller has.
func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		p := answering(t, func(*http.Request) (int, string) { calls++; return 429, "" }, func(o *Options) { o.Pause = time.Second })
		begun := time.Now()
		ans, err := p.Start(t.Context(), order())
		if err != nil || ans.Verdict != till.VerdictNotPaid || ans.Reason != till.ReasonBusy || calls != 3 {
			t.Errorf("%+v, error %v, %d calls", ans, err, calls)
		}
		if took := time.Since(begun); took != 2*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestTheProcessForgetsWhatHasSettled(t *testing.T) {
	t.Parallel()
	now := start()
	p := answering(t, nil, func(o *Options) { o.Clock = func() time.Time { return now } })
	p.remember("a")
	now = now.Add(settles)
	p.remember("b")
	if !p.remembers("a") {
		t.Error("it forgot what may still arrive")
	}
	now = now.Add(time.Second)
	p.remember("c")
	if p.remembers("a") || !p.remembers("b") || !p.remembers("c") {
		t.Errorf("it remembers %v", p.sent)
	}
}

// FuzzAnswer gives the provider's side every answer there may be. Paid needs a charge that says so in every part; what
// cannot be read proves nothing.
func FuzzAnswer(f *testing.F) {
	charge := `{"id":"` + someUUID + `","store_id":"` + someUUID + `","transaction_token_id":"` + someUUID + `","merchant_transaction_id":"` + string(ours) +
		`","requested_amount":450,"requested_currency":"JPY","charged_amount":450,"charged_currency":"JPY","status":"successful","error":null,"metadata":{"attempt":"` +
		string(ours) + `"},"created_on":"2026-09-30T23:30:00.000000Z","data":{"brand":"pay_pay","qr_image_url":null}}`
	f.Add(200, charge)
	f.Add(201, strings.Replace(charge, "successful", "awaiting", 1))
	f.Add(200, strings.Replace(charge, `"successful","error":null`, `"failed","error":{"code":328}`, 1))
	f.Add(200, `{"items":[`+charge+`],"has_more":false}`)
	f.Add(200, `{"items":[`+charge+`,`+charge+`],"has_more":true}`)
	f.Add(200, `{"items":[{"id":"`+someUUID+`","status":"successful","amount":450,"metadata":{"refund":"`+string(ours)+`"}}],"has_more":false}`)
	f.Add(200, `{"items":[],"has_more":false}`)
	f.Add(400, `{"status":"error","code":"VALIDATION_ERROR","errors":[{"field":"data.scanned_qr","reason":"REQUIRED_VALUE"}]}`)
	f.Add(429, `{}`)
	f.Add(503, `{"status":"error","code":"SERVICE_UNAVAILABLE_TRY_AGAIN","errors":[]}`)
	f.Add(302, ``)
	f.Add(200, `null`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			return
		}
		p := answering(t, func(*http.Request) (int, string) { return status, body })
		a := order().Attempt
		known := a
		known.Thread = thread{token: someUUID, wallet: "paypay", charge: someUUID}.String()
		for _, at := range []till.Attempt{a, known} {
			for _, ask := range []func() (till.Answer, error){
				func() (till.Answer, error) { return p.Query(t.Context(), at) },
				func() (till.Answer, error) { return p.Cancel(t.Context(), at) },
			} {
				sound(t, status, body, ask)
			}
		}
		sound(t, status, body, func() (till.Answer, error) { return p.Start(t.Context(), order()) })
		ans, err := p.Refund(t.Context(), known, till.Refund{ID: ours, Amount: 450})
		if (err != nil || status/100 != 2 && status/100 != 4) && ans.State != till.RefundUnknown {
			t.Errorf("refund: %+v, error %v", ans, err)
		}
	})
}

func sound(t *testing.T, status int, body string, ask func() (till.Answer, error)) {
	t.Helper()
	ans, err := ask()
	if err != nil && ans.Verdict != "" && ans.Verdict != till.VerdictUnknown {
		t.Errorf("error %v with the verdict %s", err, ans.Verdict)
	}
	said := func(word string) bool {
		return status/100 == 2 && (strings.Contains(body, word) || strings.Contains(body, `\u`))
	}
	switch ans.Verdict {
	case till.VerdictPaid:
		if !said(successful) || !said(string(ours)) || !said("JPY") {
			t.Errorf("paid, by %d %s", status, body)
		}
	case till.VerdictReversed:
		if !said(successful) && !said(canceled) {
			t.Errorf("reversed, by %d %s", status, body)
		}
	case till.VerdictWaiting:
		if !said(pending) && !said(awaiting) && !said(authorized) {
			t.Errorf("waiting, by %d %s", status, body)
		}
	case till.VerdictNotPaid, till.VerdictAbsent, till.VerdictRefused, till.VerdictUnknown, "":
	default:
		t.Errorf("verdict %q", ans.Verdict)
	}
	if ans.Reason != "" && till.Words(ans.Reason) == "" {
		t.Errorf("no words for %q", ans.Reason)
	}
	if bytes.ContainsAny([]byte(ans.Thread+ans.Wallet+ans.Reason), "\n\x00") {
		t.Errorf("%+v", ans)
	}
}

func TestOnlyPlainWordsReachALog(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"pay_pay": "pay_pay", "": "", "data.scanned_qr": "data.scanned_qr", "a\nb": "?", "a b": "?", "イオン": "?", strings.Repeat("x", 99): strings.Repeat("x", 64),
		"a?b": "?", "x\x00y": "?",
	} {
		if got := word(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
