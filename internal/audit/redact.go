package audit

import (
	"strings"
	"unicode"
)

// secretWord reports whether a word of a key says that its value is a secret. "session" and "key" are here
// because what they name opens something in this product; "sessions" is a number of them.
func secretWord(w string) bool {
	switch w {
	case "password", "passwd", "passphrase", "pass", "pw", "pin", "pins", "token", "secret", "cookie", "cookies", "session", "key",
		"csrf", "authorization", "bearer", "credential", "credentials", "otp", "totp", "jwt", "apikey":
		return true
	}
	return false
}

// Redact returns detail with *** in place of every value whose key contains a word for a secret, in
// snake_case, kebab-case, camelCase or Japanese: "new_password", "meetingPIN", "暗証番号". "ping" and
// "pinned" contain no such word. It is the last net, not a licence to pass secrets. detail stays as it is.
func Redact(detail map[string]string) map[string]string {
	out := make(map[string]string, len(detail))
	for k, v := range detail {
		if secretKey(k) {
			v = "***"
		}
		out[k] = v
	}
	return out
}

func secretKey(key string) bool {
	for _, w := range []string{"パスワード", "暗証", "秘密", "トークン"} {
		if strings.Contains(key, w) {
			return true
		}
	}
	for _, w := range words(key) {
		if secretWord(w) {
			return true
		}
	}
	// Run together in small letters: newpassword, accesstoken.
	low := strings.ToLower(key)
	return strings.Contains(low, "password") || strings.Contains(low, "passwd") ||
		strings.Contains(low, "token") || strings.Contains(low, "secret")
}

// words splits a key at everything that is no letter and before a capital that follows a small letter.
func words(key string) []string {
	var out []string
	var w []rune
	flush := func() {
		if len(w) > 0 {
			out = append(out, strings.ToLower(string(w)))
			w = nil
		}
	}
	var before rune
	for _, r := range key {
		if !unicode.IsLetter(r) {
			flush()
		} else {
			if unicode.IsUpper(r) && unicode.IsLower(before) {
				flush()
			}
			w = append(w, r)
		}
		before = r
	}
	flush()
	return out
}
