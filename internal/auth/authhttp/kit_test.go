package authhttp_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yakusho/internal/auth"
	"yakusho/internal/auth/authhttp"
	"yakusho/internal/auth/authsql"
	"yakusho/internal/auth/local"
	"yakusho/internal/core"
	"yakusho/internal/httpx"
	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
)

// site is the whole of sign-in as it is served: edge, middleware, operations, store; and a page and a
// foreign operation that show who the actor is.
type site struct {
	t       *testing.T
	handler http.Handler
	auth    *auth.Service
	db      *sqldb.DB
	clock   *testkit.Clock
	log     *testkit.Output
	token   string
}

type noAudit struct{}

func (noAudit) Record(context.Context, string, string, string, map[string]string) error { return nil }

// people is a directory of one.
type people struct{}

func (people) Cards(_ context.Context, persons []core.ID) (map[core.ID]auth.Card, error) {
	out := map[core.ID]auth.Card{}
	for _, p := range persons {
		if p == "misaki" {
			out[p] = auth.Card{Department: "企画課 企画係", Office: "東庁舎"}
		}
	}
	return out, nil
}

func samples() []auth.SampleAccount {
	return []auth.SampleAccount{
		{Login: "misaki", Password: "mihon", Name: "佐藤 美咲", Note: "企画課", Person: "misaki", Roles: []core.Role{core.RoleStaff}},
	}
}

func newSite(t *testing.T, sample []auth.SampleAccount) *site {
	t.Helper()
	s := &site{t: t, db: testkit.Open(t, testkit.SQLite(t)), clock: testkit.NewClock(time.Time{}), log: &testkit.Output{}}
	store, err := authsql.Open(t.Context(), s.db)
	if err != nil {
		t.Fatal(err)
	}
	s.auth = auth.NewService(auth.Config{
		Store: store, Hasher: local.New(local.Params{Memory: 64, Time: 1, Threads: 1}), Audit: noAudit{}, Clock: s.clock.Now,
	})
	if sample != nil {
		if err := s.auth.SeedSample(t.Context(), sample); err != nil {
			t.Fatal(err)
		}
	} else if s.token, _, err = s.auth.OfferSetup(t.Context()); err != nil {
		t.Fatal(err)
	}
	srv := authhttp.New(authhttp.Config{
		Auth: s.auth, Directory: people{}, Clock: s.clock.Now, Sample: sample,
		Office: func(context.Context) (authhttp.OfficeInfo, error) {
			return authhttp.OfficeInfo{Name: "みほん市", Contact: "情報政策課（内線 2310）"}, nil
		},
		Features: []authhttp.SessionFeatures{authhttp.Meet},
		Guest: func(ctx context.Context) (authhttp.GuestPass, bool) {
			id, ok := ctx.Value(guestKey{}).(string)
			return authhttp.GuestPass{Meeting: id, Name: "来客"}, ok
		},
	})
	mux := http.NewServeMux()
	srv.Mount(mux)
	who := func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(core.ActorFrom(r.Context()))
	}
	mux.HandleFunc("GET /api/other", who)
	mux.HandleFunc("GET /page", who)
	s.handler = httpx.Edge(srv.Middleware(httpx.Route(mux)), httpx.EdgeOptions{Log: slog.New(slog.NewJSONHandler(s.log, nil)), Clock: s.clock.Now})
	return s
}

type guestKey struct{}

// browser keeps the one cookie and where it is.
type browser struct {
	*site
	cookie string
	addr   string
}

func (s *site) browser(addr string) *browser { return &browser{site: s, addr: addr} }

// do sends a request and keeps the cookie as a browser does.
func (b *browser) do(method, path, body string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), method, "https://kaigi.mihon.local"+path, strings.NewReader(body))
	r.RemoteAddr = b.addr + ":50000"
	r.Header.Set("Content-Type", "application/json")
	if b.cookie != "" {
		r.AddCookie(&http.Cookie{Name: authhttp.CookieName, Value: b.cookie})
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name != authhttp.CookieName {
			continue
		}
		b.cookie = c.Value
		if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			b.t.Errorf("cookie %+v does not keep to __Host-", c)
		}
		if (c.Value == "") != (c.MaxAge < 0) {
			b.t.Errorf("cookie %+v", c)
		}
	}
	return w
}

// ok is do where the answer must have this status; it returns the body.
func (b *browser) ok(method, path, body string, status int) string {
	b.t.Helper()
	w := b.do(method, path, body)
	if w.Code != status {
		b.t.Fatalf("%s %s: %d %s, want %d", method, path, w.Code, w.Body, status)
	}
	return w.Body.String()
}

// refused is do where the answer must be a problem with this status and code.
func (b *browser) refused(method, path, body string, status int, code string) authhttp.Problem {
	b.t.Helper()
	w := b.do(method, path, body)
	var p authhttp.Problem
	_ = json.Unmarshal(w.Body.Bytes(), &p)
	if w.Code != status || p.Code != code || w.Header().Get("Content-Type") != httpx.ProblemType || !strings.Contains(p.Detail, "。") || p.RequestId == nil {
		b.t.Errorf("%s %s %.60s: %d %s, want %d %s", method, path, body, w.Code, w.Body, status, code)
	}
	return p
}

func (b *browser) session() authhttp.Session {
	b.t.Helper()
	var out authhttp.Session
	if err := json.Unmarshal([]byte(b.ok("GET", "/api/session", "", 200)), &out); err != nil {
		b.t.Fatal(err)
	}
	return out
}

func (b *browser) signIn(login, password string) {
	b.t.Helper()
	b.ok("POST", "/api/session", quote(map[string]any{"login": login, "password": password}), 200)
}

func quote(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

const bossPassword = "青い空と 三つの古い鍵"

// boss sets the site up and returns the admin's browser.
func (s *site) boss() *browser {
	s.t.Helper()
	b := s.browser("10.10.0.5")
	b.ok("POST", "/api/setup", quote(map[string]any{"token": s.token, "login": "boss", "name": "情報 太郎", "password": bossPassword}), 200)
	return b
}
