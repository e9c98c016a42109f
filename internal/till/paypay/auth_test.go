package paypay

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// The three published examples: https://www.paypay.ne.jp/opa/doc/v1.0/api_authorization and
// https://integration.paypay.ne.jp/hc/en-us/articles/11831606311951.
func TestSignaturesAreThoseOfPayPaysDocuments(t *testing.T) {
	t.Parallel()
	const indented = `{
    "merchantPaymentId": "TEST_QR_Payment",
    "amount": {
        "amount":10,
        "currency": "JPY"
    },
    "codeType": "ORDER_QR",
    "isAuthorization":false,
    "redirectUrl":"https://about.paypay.ne.jp/",
    "redirectType":"WEB_LINK"
}`
	for _, c := range []struct {
		key, secret string
		s           signed
		nonce       string
		epoch       int64
		want        string
	}{
		{
			"APIKeyGenerated", "APIKeySecretGenerated",
			signed{"POST", "/v2/codes", "application/json;charset=UTF-8;", []byte(`{"sampleRequestBodyKey1":"sampleRequestBodyValue1","sampleRequestBodyKey2":"sampleRequestBodyValue2"}`)},
			"acd028", 1579843452,
			"hmac OPA-Auth:APIKeyGenerated:NW1jKIMnzR7tEhMWtcJcaef+nFVBt7jjAGcVuxHhchc=:acd028:1579843452:1j0FnY4flNp5CtIKa7x9MQ==",
		},
		{
			"sample_key", "sample_secret",
			signed{"POST", "/v2/codes", "application/json", []byte(indented)},
			"fedaa4", 1743138611,
			"hmac OPA-Auth:sample_key:C2a7jD7OjL1DXnZhSYQfRI2Oxfdh43htV7pG8cwgCy4=:fedaa4:1743138611:T9wzkv1tUWIxzIHQUT7iDQ==",
		},
		{
			"sample_key", "sample_secret",
			signed{"GET", "/v2/payments/TEST_merchantPaymentID", "", nil},
			"a360e2", 1743139337,
			"hmac OPA-Auth:sample_key:JbUZwAUKeQ+WDClEjkCGwYG/juFR+Dd5RK5AfL0gK9w=:a360e2:1743139337:empty",
		},
	} {
		if got := (Credentials{Key: c.key, Secret: c.secret}).header(c.s, c.nonce, c.epoch); got != c.want {
			t.Errorf("signature\n got %s\nwant %s", got, c.want)
		}
	}
}

func TestCredentialsNeverPrintTheirSecret(t *testing.T) {
	t.Parallel()
	c := Credentials{Key: "a_key_of_some_length", Secret: "very-secret", Merchant: "1234567890"}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("connect", "with", c, "and", &c, "in", struct{ C Credentials }{c})
	asJSON, err := json.Marshal(struct{ C Credentials }{c})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		c.String(), fmt.Sprint(c), fmt.Sprintf("%v %+v %#v %s %q %x", c, c, c, c, c, c), fmt.Sprintf("%+v %#v", Options{Credentials: c}, &Options{Credentials: c}),
		log.String(), string(asJSON),
	} {
		if strings.Contains(s, "very-secret") || strings.Contains(s, "a_key_of") || strings.Contains(s, "766572792d736563726574") {
			t.Errorf("printed: %s", s)
		}
	}
	if !strings.Contains(c.String(), "1234567890") {
		t.Errorf("%q does not say which merchant it is", c.String())
	}
}
