package paypay

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// saying is a PayPay that answers everything with the same.
type saying struct {
	status int
	body   string
}

func (s saying) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: s.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(s.body))}, nil
}

// FuzzAnswer: whatever comes back, paid is said only with our amount, our id and PayPay's, and an error proves nothing.
func FuzzAnswer(f *testing.F) {
	const id = "01k6f5v8s1e9n5r2w4x6y8z0ab"
	paid := `{"resultInfo":{"code":"SUCCESS","message":"","codeId":"08100001"},"data":{"paymentId":"0457","status":"COMPLETED","acceptedAt":1790811000,"merchantPaymentId":"` + id + `","amount":{"amount":600,"currency":"JPY"}}}`
	f.Add(200, paid)
	f.Add(200, strings.ReplaceAll(paid, "600", "601"))
	f.Add(200, strings.ReplaceAll(paid, "COMPLETED", "FAILED"))
	f.Add(201, `{"resultInfo":{"code":"SUCCESS"},"data":{"codeId":"04-1","url":"https://qr.paypay.ne.jp/1","expiryDate":1790811300,"merchantPaymentId":"`+id+`","amount":{"amount":600,"currency":"JPY"}}}`)
	f.Add(400, `{"resultInfo":{"code":"DYNAMIC_QR_PAYMENT_NOT_FOUND"},"data":null}`)
	f.Add(202, `{"resultInfo":{"code":"REQUEST_ACCEPTED"},"data":null}`)
	f.Add(200, `{"resultInfo":{"code":"SUCCESS"},"data":{"status":"REFUNDED","merchantRefundId":"r1","paymentId":"0457","amount":{"amount":300,"currency":"JPY"}}}`)
	f.Add(502, `<html>`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		p, err := New(Options{Base: Production, Credentials: Credentials{Key: "k", Secret: "s", Merchant: "1"}})
		if err != nil {
			t.Fatal(err)
		}
		p.http.Transport = saying{status, body}
		now := time.Unix(1790811000, 0)
		a := till.Attempt{ID: id, Way: till.WayShow, Amount: 600, State: till.AttemptSent, CreatedAt: now, Ref: "0457"}
		o := till.Order{Attempt: a, Wallets: []string{Wallet}}
		for name, ask := range map[string]func() (till.Answer, error){
			"start":  func() (till.Answer, error) { return p.Start(context.Background(), o) },
			"query":  func() (till.Answer, error) { return p.Query(context.Background(), a) },
			"cancel": func() (till.Answer, error) { return p.Cancel(context.Background(), a) },
		} {
			ans, err := ask()
			switch {
			case err != nil && ans.Verdict != till.VerdictUnknown:
				t.Errorf("%s: %s with error %v", name, ans.Verdict, err)
			case ans.Verdict == till.VerdictPaid && (ans.Amount != 600 || ans.Ref == "" || ans.PaidAt.IsZero() || !strings.Contains(body, "COMPLETED") && !strings.Contains(body, "REFUNDED") && !strings.Contains(body, `\u`)):
				t.Errorf("%s: paid %+v", name, ans)
			case name == "cancel" && ans.Verdict == till.VerdictPaid:
				t.Errorf("a cancel says paid")
			case ans.Verdict == "":
				t.Errorf("%s: no verdict", name)
			case ans.Show != "" && (ans.Verdict != till.VerdictWaiting || strings.ContainsAny(ans.Show, "\r\n\x00 ")):
				t.Errorf("%s shows %q", name, ans.Show)
			}
		}
		r := till.Refund{ID: "r1", Amount: core.Money(300)}
		for _, ask := range []func(context.Context, till.Attempt, till.Refund) (till.RefundAnswer, error){p.Refund, p.QueryRefund} {
			if ans, err := ask(context.Background(), a, r); err != nil && ans.State != till.RefundUnknown || ans.State == "" {
				t.Errorf("refund %+v, error %v", ans, err)
			}
		}
	})
}
