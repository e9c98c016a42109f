package paypay_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/paypay"
)

// notice is a notification as PayPay's documents show it, changed at one place.
func notice(t testing.TB, change map[string]any) []byte {
	t.Helper()
	m := map[string]any{
		"notification_type": "Transaction", "merchant_id": credentials().Merchant, "store_id": "123456", "pos_id": "123", "order_id": "123456789123456",
		"merchant_order_id": "01k6f5v8s1e9n5r2w4x6y8z0ab", "authorized_at": "2020-03-13T13:35:30Z", "expires_at": "2020-04-13T13:35:29Z",
		"paid_at": "2020-04-13T13:35:29Z", "order_amount": "12345", "state": "COMPLETED",
	}
	for k, v := range change {
		m[k] = v
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNotificationNamesTheAttemptAndThePayment(t *testing.T) {
	t.Parallel()
	p := provider(t, paypay.Options{Base: paypay.Production})
	const ours, theirs = "01k6f5v8s1e9n5r2w4x6y8z0ab", "123456789123456"
	for name, c := range map[string]struct {
		change map[string]any
		want   till.Hint
	}{
		"as documented":         {nil, till.Hint{Attempt: ours, Ref: theirs}},
		"amount as a number":    {map[string]any{"order_amount": 12345}, till.Hint{Attempt: ours, Ref: theirs}},
		"failed":                {map[string]any{"state": "FAILED", "paid_at": nil, "authorized_at": nil}, till.Hint{Attempt: ours, Ref: theirs}},
		"authorized, no id":     {map[string]any{"state": "AUTHORIZED", "merchant_order_id": ""}, till.Hint{Ref: theirs}},
		"without payment id":    {map[string]any{"order_id": ""}, till.Hint{Attempt: ours}},
		"with something to say": {map[string]any{"confirmation_expires_at": "2020-04-13T13:35:29Z"}, till.Hint{Attempt: ours, Ref: theirs}},
	} {
		if got, err := p.Hint("whatever", notice(t, c.change)); err != nil || got != c.want {
			t.Errorf("%s: %+v, error %v; want %+v", name, got, err, c.want)
		}
	}
}

func TestNotificationThatIsNotForUsIsRefused(t *testing.T) {
	t.Parallel()
	p := provider(t, paypay.Options{Base: paypay.Production})
	for name, change := range map[string]map[string]any{
		"another merchant":            {"merchant_id": "42"},
		"merchant as a number":        {"merchant_id": 900000000000000001},
		"no merchant":                 {"merchant_id": nil},
		"another kind":                {"notification_type": "Promotion"},
		"a state nobody knows":        {"state": "PAID"},
		"another system's id":         {"merchant_order_id": "EC-0001"},
		"an id that climbs":           {"order_id": "../../refunds"},
		"no id at all":                {"order_id": "", "merchant_order_id": ""},
		"no amount":                   {"order_amount": nil},
		"less than nothing":           {"order_amount": "-1"},
		"part of a yen":               {"order_amount": 1.5},
		"an amount that is no number": {"order_amount": "12,345"},
	} {
		if got, err := p.Hint("", notice(t, change)); !errors.Is(err, paypay.ErrNotice) || core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: taken for %+v, error %v", name, got, err)
		}
	}
	if _, err := p.Hint("", append(notice(t, nil), strings.Repeat(" ", 64<<10)...)); !errors.Is(err, paypay.ErrNotice) {
		t.Errorf("a long one: %v", err)
	}
	file := []byte(`{"notification_type":"file.created","notification_id":"7d6d5a4e-0000-4000-8000-000000000000","fileType":"transaction_recon","path":"https://x/y.csv","requestedAt":"1580342400"}`)
	if _, err := p.Hint("", file); !errors.Is(err, paypay.ErrOtherNotice) {
		t.Errorf("a settlement file that lies ready: %v", err)
	}
}

func FuzzHint(f *testing.F) {
	p := provider(f, paypay.Options{Base: paypay.Production})
	f.Add(notice(f, nil))
	f.Add(notice(f, map[string]any{"order_amount": 12345, "merchant_order_id": ""}))
	f.Add([]byte(`{"notification_type":"file.created"}`))
	f.Add([]byte(`{"order_amount":"\u0031"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		h, err := p.Hint("", body)
		if err != nil {
			if core.KindOf(err) != core.KindInvalid || h != (till.Hint{}) {
				t.Errorf("%q: %+v with error %v", body, h, err)
			}
			return
		}
		if h.Attempt == "" && h.Ref == "" || strings.ContainsAny(h.Ref, "/?#.% ") {
			t.Errorf("%q: %+v", body, h)
		}
		if h.Attempt != "" {
			if _, err := core.ParseID(string(h.Attempt)); err != nil {
				t.Errorf("%q: attempt %q", body, h.Attempt)
			}
		}
	})
}
