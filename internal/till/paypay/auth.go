package paypay

import (
	"crypto/hmac"
	"crypto/md5" // PayPay's choice for the hash of the body; the signature over it is SHA-256
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
)

// Credentials are what the office gets from PayPay. They print as the key's first letters, never as secrets.
type Credentials struct {
	Key      string // API Key
	Secret   string // API Key Secret
	Merchant string // 加盟店ID
}

// String hides the secret.
func (c Credentials) String() string {
	head := c.Key
	if len(head) > 4 {
		head = head[:4]
	}
	return "paypay key " + head + "…, merchant " + c.Merchant
}

// GoString hides the secret from %#v.
func (c Credentials) GoString() string { return c.String() }

// Format hides the secret from every verb.
func (c Credentials) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(c.String())) }

// LogValue hides the secret from logs.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText hides the secret from JSON.
func (c Credentials) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

func (c Credentials) problem() string {
	switch {
	case c.Key == "" || c.Secret == "" || c.Merchant == "":
		return "key, secret and merchant are all needed"
	case strings.ContainsFunc(c.Key+c.Merchant, func(r rune) bool { return r <= ' ' || r == ':' || r > '~' }):
		return "key or merchant has a character that cannot stand in a header"
	case strings.TrimSpace(c.Secret) != c.Secret:
		return "the secret has white space around it"
	}
	return ""
}

// signed is what the Authorization header of a call covers.
type signed struct {
	method string
	path   string // without the query
	kind   string // the exact Content-Type
	body   []byte
}

// header returns the Authorization header (https://www.paypay.ne.jp/opa/doc/v1.0/api_authorization). A call without
// a body has "empty" for its hash and its content type.
func (c Credentials) header(s signed, nonce string, epoch int64) string {
	hash, kind := "empty", "empty"
	if len(s.body) > 0 {
		h := md5.New()
		h.Write([]byte(s.kind))
		h.Write(s.body)
		hash, kind = base64.StdEncoding.EncodeToString(h.Sum(nil)), s.kind
	}
	at := strconv.FormatInt(epoch, 10)
	m := hmac.New(sha256.New, []byte(c.Secret))
	m.Write([]byte(strings.Join([]string{s.path, s.method, nonce, at, kind, hash}, "\n")))
	mac := base64.StdEncoding.EncodeToString(m.Sum(nil))
	return "hmac OPA-Auth:" + strings.Join([]string{c.Key, mac, nonce, at, hash}, ":")
}
