package jpqr

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// Concealed is text that pays: it prints, marshals and logs as its masked form. Only Reveal gives it out.
type Concealed struct{ text string }

// Conceal wraps a text.
func Conceal(text string) Concealed { return Concealed{text} }

// Reveal returns the text, for the one call to the provider.
func (c Concealed) Reveal() string { return c.text }

// IsZero reports whether there is nothing to conceal.
func (c Concealed) IsZero() bool { return c.text == "" }

// String is the masked form: "****" and the last 4 characters of a text of 12 or more, for the clerk to
// compare with the customer's screen.
func (c Concealed) String() string {
	switch {
	case c.text == "":
		return ""
	case len(c.text) < 12 || !all(c.text, ascii):
		return "****"
	}
	return "****" + c.text[len(c.text)-4:]
}

// Format prints the masked form for every verb.
func (c Concealed) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// MarshalText gives encoders the masked form.
func (c Concealed) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// MinKey is the least number of bytes of a fingerprint key: without a secret key every 16-digit code can
// be found from its hash.
const MinKey = 16

// Fingerprint is what may be kept to recognise a second use of the same code: HMAC-SHA256 under the
// caller's key, in hex. Width, padding and line ends of the scan do not change it. A number and a QR of the
// same wallet have different fingerprints: nothing in them ties one to the other.
func (c Consumer) Fingerprint(key []byte) (string, error) {
	if len(key) < MinKey {
		return "", errors.New("jpqr: fingerprint key is shorter than 16 bytes")
	}
	if c.Code.IsZero() {
		return "", errors.New("jpqr: fingerprint of no code")
	}
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "jpqr consumer %s\x00%s", c.Form, c.Code.text)
	return hex.EncodeToString(mac.Sum(nil)), nil
}

// Masked is how the code may be shown and logged: the last 4 digits of the number, or of the payment id or
// card number inside a QR.
func (c Consumer) Masked() string {
	if c.Form == Number {
		return c.Code.String()
	}
	for _, a := range c.Applications {
		for _, id := range []Concealed{a.Payment, a.PAN} {
			if !id.IsZero() {
				return id.String()
			}
		}
	}
	return "****"
}
