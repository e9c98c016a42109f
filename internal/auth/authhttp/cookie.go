package authhttp

import (
	"net/http"

	"yakusho/internal/auth"
)

// CookieName is the session cookie. The prefix makes browsers take it only from this very host, over
// TLS and for all paths, so that no neighbour can plant one (RFC 6265bis §4.1.3.2). No Max-Age: on a shared
// PC it goes with the browser.
const CookieName = "__Host-session"

// secretOf returns the session secret of r. sent says that there was a cookie; of two, or of one that
// cannot be ours, the secret is "".
func secretOf(r *http.Request) (secret string, sent bool) {
	cs := r.CookiesNamed(CookieName)
	if len(cs) != 1 || !auth.IsSecret(cs[0].Value) {
		return "", len(cs) > 0
	}
	return cs[0].Value, true
}

func cookie(secret string, maxAge int) *string {
	c := http.Cookie{
		Name: CookieName, Value: secret, Path: "/", MaxAge: maxAge,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	s := c.String()
	return &s
}

// fresh sets the cookie, gone takes it away.
func fresh(secret string) *string { return cookie(secret, 0) }

func gone() *string { return cookie("", -1) }
