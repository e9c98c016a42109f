package authhttp

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"yakusho/internal/auth"
	"yakusho/internal/core"
	"yakusho/internal/httpx"
)

// visitor is what the middleware found out and the operations need.
type visitor struct {
	auth.Visit
	account auth.Account // empty when nobody is signed in
}

type visitorKey struct{}

func visitorFrom(ctx context.Context) visitor {
	v, _ := ctx.Value(visitorKey{}).(visitor)
	return v
}

// Middleware puts a core.Actor into the context of every request: the account of the session cookie, or
// an actor who is only an address and a request id. A cookie that is wrong, expired or of an
// ended session means signed out, never an error. Put it inside of httpx.Edge, around
// everything that asks who is calling.
//
// An account with a temporary password is let through to its session and its password; elsewhere under
// /api/ it is refused with password_change_needed, and outside of it, it is nobody.
func (s *Server) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secret, sent := secretOf(r)
		v := visitor{Visit: auth.Visit{From: httpx.Remote(r), Agent: r.UserAgent(), Secret: secret}}
		nobody := core.Actor{From: v.From, Request: httpx.RequestID(r.Context())}
		ctx := core.WithActor(r.Context(), nobody)
		who := nobody
		if sent {
			a, account, err := s.auth.Authenticate(ctx, secret, v.From)
			if err == nil && account.MustChange && !open(r) {
				err = auth.ErrMustChange
			}
			if err == nil {
				who, v.account = a, account
			} else if refused := s.stranger(w, r, secret, err); refused != nil {
				httpx.Error(w, r.WithContext(ctx), refused)
				return
			}
		}
		ctx = context.WithValue(core.WithActor(ctx, who), visitorKey{}, v)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// stranger decides what becomes of a request whose cookie does not sign in: it returns what to refuse
// it with, or nil when it goes on as nobody.
func (s *Server) stranger(w http.ResponseWriter, r *http.Request, secret string, err error) error {
	if errors.Is(err, auth.ErrNoSession) {
		// A cookie that was ours once is taken away only where the page asks who is signed in: an answer to
		// another tab, still under way with the old secret while this one got a new one, would take the new
		// one away.
		if secret == "" || r.Method == http.MethodGet && r.URL.Path == "/api/session" {
			w.Header().Set("Set-Cookie", *gone())
		}
		return nil
	}
	if open(r) && core.KindOf(err) == core.KindForbidden || !strings.HasPrefix(r.URL.Path, "/api/") {
		return nil
	}
	return err
}

// open reports whether an operation is one of those that get a person in, out, or past a temporary
// password.
func open(r *http.Request) bool {
	switch r.Method + " " + r.URL.Path {
	case "GET /api/session", "POST /api/session", "DELETE /api/session",
		"PUT /api/session/password", "DELETE /api/session/everywhere":
		return true
	}
	return false
}
