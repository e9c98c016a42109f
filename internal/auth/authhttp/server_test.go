package authhttp_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yakusho/internal/auth"
	"yakusho/internal/auth/authhttp"
	"yakusho/internal/core"
	"yakusho/internal/httpx"
)

func TestAnyoneLearnsWhatThisServerIs(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	got := s.browser("10.10.0.5").session()
	want := authhttp.Session{
		Office: authhttp.OfficeInfo{Name: "みほん市", Contact: "情報政策課（内線 2310）"}, SetupNeeded: true,
		Features: []authhttp.SessionFeatures{authhttp.Meet}, Time: s.clock.Now(),
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	b := s.boss()
	if got := b.session(); !got.SignedIn || got.SetupNeeded || got.Account.Name != "情報 太郎" || got.Account.Roles[0] != authhttp.Admin {
		t.Errorf("%+v %+v", got, got.Account)
	}
	b.refused("POST", "/api/setup", quote(map[string]any{"token": s.token, "login": "x", "name": "x", "password": bossPassword}), 410, "setup_done")
}

func TestSampleAccountsAreShownOnTheServersOwnScreenOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t, samples())
	for addr, want := range map[string]int{"127.0.0.1": 1, "[::1]": 1, "10.10.0.5": 0} {
		got := s.browser(addr).session()
		n := 0
		if got.SampleAccounts != nil {
			n = len(*got.SampleAccounts)
		}
		if !got.Sample || n != want || got.SetupNeeded {
			t.Errorf("%s: %+v", addr, got)
		}
	}
	here := s.browser("127.0.0.1")
	here.signIn("misaki", "mihon")
	if a := here.session().Account; a == nil || a.Department != "企画課 企画係" || a.Office != "東庁舎" {
		t.Errorf("%+v", a)
	}
	elsewhere := s.browser("10.10.0.5")
	elsewhere.refused("POST", "/api/session", `{"login":"misaki","password":"mihon"}`, 403, "sample_account_elsewhere")
	elsewhere.cookie = here.cookie // carried to another PC
	elsewhere.refused("GET", "/api/other", "", 403, "sample_account_elsewhere")
	if elsewhere.session().SignedIn {
		t.Error("signed in elsewhere")
	}
	if newSite(t, nil).browser("127.0.0.1").session().SampleAccounts != nil {
		t.Error("sample accounts without the sample")
	}
}

func TestTheCookieIsTheActor(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.boss()
	var a core.Actor
	if err := json.Unmarshal([]byte(b.ok("GET", "/api/other", "", 200)), &a); err != nil {
		t.Fatal(err)
	}
	if !a.Has(core.RoleAdmin) || a.Session != auth.HashSecret(b.cookie) || a.From.String() != "10.10.0.5" || a.Request == "" {
		t.Errorf("%+v", a)
	}
	if err := json.Unmarshal([]byte(s.browser("10.10.0.6").ok("GET", "/api/other", "", 200)), &a); err != nil {
		t.Fatal(err)
	}
}

func TestABadCookieIsSignedOutAndNeverAnErrorPage(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	good := s.boss().cookie
	for what, c := range map[string]struct {
		header  string
		cleared bool // at any answer, not only where the page asks
	}{
		"unknown":   {authhttp.CookieName + "=" + core.Secret(32), false},
		"short":     {authhttp.CookieName + "=abc", true},
		"empty":     {authhttp.CookieName + "=", true},
		"long":      {authhttp.CookieName + "=" + strings.Repeat("a", 4000), true},
		"injection": {authhttp.CookieName + `="' OR 1=1 --"`, true},
		"two":       {authhttp.CookieName + "=" + good + "; " + authhttp.CookieName + "=" + core.Secret(32), true},
	} {
		for _, path := range []string{"/api/session", "/api/other", "/page"} {
			r := httptest.NewRequestWithContext(t.Context(), "GET", "https://kaigi.mihon.local"+path, nil)
			r.Header.Set("Cookie", c.header)
			w := httptest.NewRecorder()
			s.handler.ServeHTTP(w, r)
			cleared := strings.Contains(w.Header().Get("Set-Cookie"), "Max-Age=0")
			if w.Code != 200 || strings.Contains(w.Body.String(), `"boss"`) || cleared != (c.cleared || path == "/api/session") {
				t.Errorf("%s %s: %d, cleared %v, %s", what, path, w.Code, cleared, w.Body)
			}
		}
	}
}

func TestASessionFixedByAnAttackerIsNotAdopted(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.boss()
	b := s.browser("10.10.0.9")
	planted := core.Secret(32)
	b.cookie = planted
	b.signIn("boss", bossPassword)
	if b.cookie == planted || b.cookie == "" {
		t.Errorf("cookie after sign-in: %q", b.cookie)
	}
	attacker := s.browser("10.10.0.66")
	attacker.cookie = planted
	if attacker.session().SignedIn {
		t.Error("the planted cookie is signed in")
	}
}

func TestTheCookieRotatesAndOldOnesAreDead(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.boss()
	dead := []string{b.cookie}
	b.signIn("boss", bossPassword)
	dead = append(dead, b.cookie)
	const next = "correct horse 電池 staple"
	b.ok("PUT", "/api/session/password", quote(map[string]any{"current": bossPassword, "new": next}), 200)
	dead = append(dead, b.cookie)
	other := s.browser("10.10.0.7")
	other.signIn("boss", next)
	dead = append(dead, other.cookie)
	if !b.session().SignedIn {
		t.Error("after the change of the password the session goes on")
	}
	b.ok("DELETE", "/api/session/everywhere", "", 204)
	if b.cookie != "" {
		t.Error("the cookie stays after signing out everywhere")
	}
	b.signIn("boss", next)
	dead = append(dead, b.cookie)
	b.ok("DELETE", "/api/session", "", 204)
	b.ok("DELETE", "/api/session", "", 204) // nothing left to do is no error
	for i, c := range dead {
		x := s.browser("10.10.0.5")
		x.cookie = c
		if x.session().SignedIn {
			t.Errorf("cookie %d still works", i)
		}
	}
	b.refused("DELETE", "/api/session/everywhere", "", 401, "sign_in_needed")
}

func TestALateAnswerToAnotherTabDoesNotTakeTheNewCookieAway(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.boss()
	old := b.cookie
	b.signIn("boss", bossPassword)
	tab := s.browser("10.10.0.5")
	tab.cookie = old
	if w := tab.do("GET", "/api/other", ""); w.Header().Get("Set-Cookie") != "" {
		t.Errorf("Set-Cookie: %s", w.Header().Get("Set-Cookie"))
	}
}

func TestATemporaryPasswordOpensNothingButItsChange(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	boss := s.boss()
	var made authhttp.AccountWithPassword
	if err := json.Unmarshal([]byte(boss.ok("POST", "/api/accounts", `{"login":"sato","name":"佐藤 美咲","roles":["admin"]}`, 201)), &made); err != nil {
		t.Fatal(err)
	}
	b := s.browser("10.20.0.7")
	b.signIn("sato", made.Password)
	if got := b.session(); !got.Account.MustChangePassword {
		t.Errorf("%+v", got.Account)
	}
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/api/other", ""},
		{"GET", "/api/accounts", ""},
		{"POST", "/api/accounts", `{"login":"x","name":"x","roles":["admin"]}`},
		{"DELETE", "/api/accounts/" + made.Account.Id + "/password", ""},
		{"GET", "/api/anything", ""},
	} {
		b.refused(c.method, c.path, c.body, 403, "password_change_needed")
	}
	if body := b.ok("GET", "/page", "", 200); strings.Contains(body, made.Account.Id) {
		t.Errorf("outside of /api/ the account is somebody: %s", body)
	}
	b.refused("PUT", "/api/session/password", quote(map[string]any{"current": made.Password, "new": made.Password}), 400, "password_unchanged")
	b.ok("PUT", "/api/session/password", quote(map[string]any{"current": made.Password, "new": "問題のない長い合言葉です"}), 200)
	b.ok("GET", "/api/accounts", "", 200)
}

func TestAccountsAreManagedByAdmins(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	boss := s.boss()
	var made authhttp.AccountWithPassword
	if err := json.Unmarshal([]byte(boss.ok("POST", "/api/accounts", `{"login":"sato","name":"佐藤 美咲","roles":["staff"],"unknown":1}`, 201)), &made); err != nil {
		t.Fatal(err)
	}
	one := "/api/accounts/" + made.Account.Id
	boss.refused("POST", "/api/accounts", `{"login":"sato","name":"佐藤","roles":["staff"]}`, 409, "login_taken")
	boss.ok("PATCH", one, `{"name":"髙橋 誠","roles":["organiser","staff"]}`, 200)
	var list []authhttp.Account
	if err := json.Unmarshal([]byte(boss.ok("GET", "/api/accounts", "", 200)), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].Login != "boss" || list[0].LastSignIn == nil || list[1].Name != "髙橋 誠" || list[1].LastSignIn != nil || !list[1].MustChangePassword {
		t.Errorf("%+v", list)
	}
	boss.refused("PATCH", "/api/accounts/"+list[0].Id, `{"disabled":true}`, 409, "last_admin")

	b := s.browser("10.20.0.7")
	b.signIn("sato", made.Password)
	boss.ok("DELETE", one+"/sessions", "", 204)
	if b.session().SignedIn {
		t.Error("signed in after the admin ended it")
	}
	if err := json.Unmarshal([]byte(boss.ok("DELETE", one+"/password", "", 200)), &made); err != nil {
		t.Fatal(err)
	}
	b.signIn("sato", made.Password)
	boss.ok("PATCH", one, `{"disabled":true}`, 200)
	if b.session().SignedIn {
		t.Error("signed in though disabled")
	}
	b.refused("POST", "/api/session", quote(map[string]any{"login": "sato", "password": made.Password}), 403, "account_disabled")
	for _, id := range []string{"x", string(core.NewID(s.clock.Now())), "%00", strings.Repeat("9", 300)} {
		boss.refused("PATCH", "/api/accounts/"+id, `{}`, 404, "account_unknown")
		boss.refused("DELETE", "/api/accounts/"+id+"/password", "", 404, "account_unknown")
		boss.refused("DELETE", "/api/accounts/"+id+"/sessions", "", 404, "account_unknown")
	}
	s.browser("10.10.0.9").refused("GET", "/api/accounts", "", 401, "sign_in_needed")
}

func TestWhatCannotBeReadIsRefusedClearly(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	boss := s.boss()
	long := strings.Repeat("長", 201)
	for _, c := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"POST", "/api/session", "", 400, "json_malformed"},
		{"POST", "/api/session", "{", 400, "json_malformed"},
		{"POST", "/api/session", "login=a&password=b", 400, "json_malformed"},
		{"POST", "/api/session", `[]`, 400, "json_malformed"},
		{"POST", "/api/session", `{"login":1}`, 400, "json_malformed"},
		{"POST", "/api/session", `{"login":{"$ne":""},"password":{"$ne":""}}`, 400, "json_malformed"},
		{"POST", "/api/session", strings.Repeat("[", 100000), 400, "json_malformed"},
		{"POST", "/api/session", `null`, 400, "login_missing"},
		{"POST", "/api/session", `{}`, 400, "login_missing"},
		{"POST", "/api/session", quote(map[string]any{"login": long, "password": "x"}), 400, "field_too_long"},
		{"POST", "/api/session", quote(map[string]any{"login": "boss", "password": strings.Repeat("長", 1025)}), 400, "field_too_long"},
		{"POST", "/api/session", quote(map[string]any{"login": "boss", "password": strings.Repeat("x", 10<<20)}), 413, "body_too_large"},
		{"PUT", "/api/session/password", quote(map[string]any{"current": "x", "new": strings.Repeat("x", 1025)}), 400, "field_too_long"},
		{"POST", "/api/accounts", quote(map[string]any{"login": "a", "name": long, "roles": []string{"staff"}}), 400, "field_too_long"},
		{"POST", "/api/accounts", `{"login":"a","name":"佐藤","roles":["root"]}`, 400, "role_unknown"},
		{"POST", "/api/accounts", `{"login":"a","name":"佐藤"}`, 400, "role_missing"},
		{"PATCH", "/api/accounts/" + string(core.NewID(s.clock.Now())), quote(map[string]any{"name": long}), 400, "field_too_long"},
		{"POST", "/api/setup", quote(map[string]any{"token": long}), 400, "field_too_long"},
	} {
		boss.refused(c.method, c.path, c.body, c.status, c.code)
	}
}

func TestALimitedCallerIsToldHowLongToWait(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.boss()
	b := s.browser("10.66.0.1")
	for range 5 {
		b.refused("POST", "/api/session", `{"login":"boss","password":"x"}`, 401, "sign_in_wrong")
	}
	w := b.do("POST", "/api/session", `{"login":"boss","password":"x"}`)
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "60" || !strings.Contains(w.Body.String(), "あと60秒") {
		t.Errorf("%d, Retry-After %q, %s", w.Code, w.Header().Get("Retry-After"), w.Body)
	}
}

func TestWhenTheStoreIsAwayNobodyIsSignedOut(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.boss()
	kept := b.cookie
	if _, err := s.db.ExecContext(t.Context(), `ALTER TABLE auth_session RENAME TO away`); err != nil {
		t.Fatal(err)
	}
	if w := b.do("GET", "/api/other", ""); w.Code != 500 {
		t.Errorf("an operation: %d", w.Code)
	}
	if w := b.do("GET", "/page", ""); w.Code != 200 {
		t.Errorf("a page: %d", w.Code)
	}
	if b.cookie != kept {
		t.Error("the cookie was taken away")
	}
	if _, err := s.db.ExecContext(t.Context(), `ALTER TABLE away RENAME TO auth_session`); err != nil {
		t.Fatal(err)
	}
	if !b.session().SignedIn {
		t.Error("not signed in any more")
	}
}

func TestAGuestSeesHerPassUntilSheSignsIn(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.boss()
	ask := func(cookie string) (out authhttp.Session) {
		r := httptest.NewRequestWithContext(context.WithValue(t.Context(), guestKey{}, "m1"), "GET", "https://h/api/session", nil)
		if cookie != "" {
			r.AddCookie(&http.Cookie{Name: authhttp.CookieName, Value: cookie})
		}
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := ask(""); got.SignedIn || got.Guest == nil || got.Guest.Meeting != "m1" {
		t.Errorf("%+v", got)
	}
	if got := ask(b.cookie); !got.SignedIn || got.Guest != nil {
		t.Errorf("%+v", got)
	}
}

func TestAnswersAreNotKeptAndLogsHoldNoSecret(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.boss()
	if w := b.do("GET", "/api/session", ""); w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control %q", w.Header().Get("Cache-Control"))
	}
	s.clock.Advance(time.Minute)
	first := b.cookie
	b.do("POST", "/api/session", quote(map[string]any{"login": "boss", "password": bossPassword}))
	b.do("POST", "/api/session", `{"login":"boss","password":"`+bossPassword+`", "x`)
	for _, secret := range []string{bossPassword, first, b.cookie, s.token} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, s.log)
		}
	}
	if !strings.Contains(s.log.String(), `"route":"POST /api/session"`) {
		t.Errorf("nothing was logged:\n%s", s.log)
	}
}

func TestAnotherSitesPageCannotAct(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.boss()
	r := httptest.NewRequestWithContext(t.Context(), "DELETE", "https://kaigi.mihon.local/api/session", nil)
	r.AddCookie(&http.Cookie{Name: authhttp.CookieName, Value: b.cookie})
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	if w.Code != 403 || w.Header().Get("Content-Type") != httpx.ProblemType || !b.session().SignedIn {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func FuzzAnyCookieHeaderIsSignedOut(f *testing.F) {
	for _, c := range []string{"", "a=b", authhttp.CookieName + "=x", authhttp.CookieName + "=" + core.Secret(32), authhttp.CookieName + `="` + core.Secret(32) + `"`, "\x00", ";;;=;" + authhttp.CookieName} {
		f.Add(c)
	}
	srv := authhttp.New(authhttp.Config{Auth: auth.NewService(auth.Config{Store: emptyStore{}, Clock: core.SystemClock}), Clock: core.SystemClock})
	h := srv.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if core.ActorFrom(r.Context()).SignedIn() {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	f.Fuzz(func(t *testing.T, header string) {
		for _, path := range []string{"/api/session", "/api/other", "/"} {
			r := httptest.NewRequestWithContext(t.Context(), "GET", "https://h"+path, nil)
			r.Header["Cookie"] = []string{header}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != 200 {
				t.Errorf("%s with %q: %d", path, header, w.Code)
			}
		}
	})
}

// emptyStore holds no session; nothing else of it is asked.
type emptyStore struct{ auth.Store }

func (emptyStore) Find(context.Context, string) (auth.Session, auth.Account, error) {
	return auth.Session{}, auth.Account{}, auth.ErrNoSession
}
