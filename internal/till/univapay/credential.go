package univapay

import (
	"fmt"
	"log/slog"
	"strings"
)

// Credentials are what an office gets from UnivaPay for one store. They print as nothing.
type Credentials struct {
	JWT          string // application token of the store
	Secret       string // of the application token
	Store        string // UUID
	WebhookToken string // auth_token of the webhook; empty: notifications are refused
}

const hidden = "univapay.Credentials(hidden)"

// String implements fmt.Stringer.
func (Credentials) String() string { return hidden }

// GoString implements fmt.GoStringer, for %#v.
func (Credentials) GoString() string { return hidden }

// Format implements fmt.Formatter: no verb shows anything.
func (Credentials) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// LogValue implements slog.LogValuer.
func (Credentials) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText implements encoding.TextMarshaler, which JSON and TOML honour.
func (Credentials) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// problems names what is wrong without repeating any of it.
func (c Credentials) problems() []string {
	var list []string
	when := func(bad bool, words string) {
		if bad {
			list = append(list, words)
		}
	}
	when(strings.Count(c.JWT, ".") != 2 || !header(c.JWT), "アプリトークン（JWT）は、点で3つに区切られた文字列です。")
	when(c.Secret == "" || strings.Contains(c.Secret, ".") || !header(c.Secret), "シークレットを入れてください。")
	when(!uuid(c.Store), "店舗IDは 8-4-4-4-12 桁の英数字です。")
	when(c.WebhookToken != "" && (len(c.WebhookToken) < 16 || !header(c.WebhookToken)), "Webhook の認証トークンは16文字以上の英数字にしてください。")
	return list
}

// header reports whether text may stand in a header as it is.
func header(text string) bool {
	for _, r := range text {
		if r <= ' ' || r >= 0x7f {
			return false
		}
	}
	return len(text) <= 4096
}

// uuid reports whether text is one in form. It becomes part of a path.
func uuid(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i, r := range text {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if r != '-' {
				return false
			}
			continue
		}
		if !strings.ContainsRune("0123456789abcdefABCDEF", r) {
			return false
		}
	}
	return true
}
