package paysim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
)

// Credentials are what an office gets from the two providers.
type Credentials struct {
	PayPayKey      string
	PayPaySecret   string
	PayPayMerchant string
	UnivapayJWT    string // application token: names the store and the mode
	UnivapaySecret string
	UnivapayStore  string // UUID
}

// The JWT is signed, so that a client library can decode it and a test can break it.
const (
	testStore    = "11ed0000-5134-4000-8000-7061797369ff"
	testMerchant = "11ed0000-3e2c-4000-8000-70617973696d"
	jwtKey       = "paysim-test-signing-key-not-secret"
)

// TestCredentials returns the only credentials a Sim knows unless it is given others. They are
// published here and protect nothing.
func TestCredentials() Credentials {
	return Credentials{
		PayPayKey:      "a_paysim_TEST_key",
		PayPaySecret:   "paysim_TEST_secret_not_for_real_money",
		PayPayMerchant: "900000000000000001",
		UnivapayJWT:    applicationToken(testStore),
		UnivapaySecret: "paysimTESTsecret",
		UnivapayStore:  testStore,
	}
}

// Env returns the credentials as KEY=VALUE lines for a shell or an env file.
func (c Credentials) Env() []string {
	return []string{
		"PAYPAY_KEY=" + c.PayPayKey,
		"PAYPAY_SECRET=" + c.PayPaySecret,
		"PAYPAY_MERCHANT=" + c.PayPayMerchant,
		"UNIVAPAY_JWT=" + c.UnivapayJWT,
		"UNIVAPAY_SECRET=" + c.UnivapaySecret,
		"UNIVAPAY_STORE=" + c.UnivapayStore,
	}
}

// claims is the payload of an application token, in the names univapay-node decodes.
type claims struct {
	Sub        string   `json:"sub"`
	Iat        int64    `json:"iat"`
	MerchantID string   `json:"merchant_id"`
	StoreID    string   `json:"store_id"`
	Domains    []string `json:"domains"`
	Mode       string   `json:"mode"`
	Version    int      `json:"version"`
	Jti        string   `json:"jti"`
}

func applicationToken(store string) string {
	// Marshalling a struct of strings and numbers cannot fail.
	payload, _ := json.Marshal(claims{
		Sub: "app_token", Iat: 1767225600, MerchantID: testMerchant, StoreID: store,
		Domains: []string{}, Mode: "test", Version: 1, Jti: "11ed0000-0000-4000-8000-000000000001",
	})
	signed := b64(`{"typ":"JWT","alg":"HS256"}`) + "." + b64(string(payload))
	return signed + "." + b64(jwtSignature(signed))
}

func jwtSignature(signed string) string {
	h := hmac.New(sha256.New, []byte(jwtKey))
	h.Write([]byte(signed))
	return string(h.Sum(nil))
}

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
