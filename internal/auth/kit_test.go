package auth_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yakusho/internal/auth"
	"yakusho/internal/auth/authsql"
	"yakusho/internal/core"
	"yakusho/internal/testkit"
)

// countingHasher is a working hasher without the cost, which counts the work asked of it.
type countingHasher struct {
	mu     sync.Mutex
	verify int
	params string
	during func() // runs inside of Verify
	fail   error
}

func (h *countingHasher) Hash(_ context.Context, password string) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.params + auth.HashSecret(password), h.fail
}

func (h *countingHasher) Verify(_ context.Context, encoded, password string) (ok, stale bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.verify++
	if h.during != nil {
		h.during()
	}
	ok = encoded != "" && strings.HasSuffix(encoded, auth.HashSecret(password))
	return ok && h.fail == nil, ok && encoded != h.params+auth.HashSecret(password), h.fail
}

func (h *countingHasher) calls() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.verify
}

// journal keeps what was audited as one line each: action target outcome detail by whom.
type journal struct {
	mu    sync.Mutex
	lines []string
	fail  error
}

func (j *journal) Record(ctx context.Context, action, target, outcome string, detail map[string]string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.fail != nil {
		return j.fail
	}
	// What the real log insists on.
	if !regexp.MustCompile(`^[a-z][a-z0-9]*(\.[a-z][a-z0-9_]*)+$`).MatchString(action) || outcome != "ok" && outcome != "refused" {
		return fmt.Errorf("malformed: %q %q", action, outcome)
	}
	line := action + " " + target + " " + outcome
	for _, k := range slices.Sorted(maps.Keys(detail)) {
		line += " " + k + "=" + detail[k]
	}
	j.lines = append(j.lines, line+" by="+string(core.ActorFrom(ctx).Account))
	return nil
}

func (j *journal) last() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.lines) == 0 {
		return ""
	}
	return j.lines[len(j.lines)-1]
}

func (j *journal) all() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Join(j.lines, "\n")
}

// house is a service over a real SQLite store.
type house struct {
	*auth.Service
	t      *testing.T
	store  *authsql.Store
	hasher *countingHasher
	audit  *journal
	clock  *testkit.Clock
	ended  []string // session hashes, as told
}

const adminPassword = "青い空と 三つの古い鍵"

// newHouse has one admin, "boss".
func newHouse(t *testing.T) *house {
	t.Helper()
	h := emptyHouse(t)
	token, needed, err := h.OfferSetup(t.Context())
	if err != nil || !needed {
		t.Fatal(needed, err)
	}
	if _, err := h.SetUp(t.Context(), token, "boss", "情報 太郎", adminPassword, desk()); err != nil {
		t.Fatal(err)
	}
	return h
}

func emptyHouse(t *testing.T) *house {
	t.Helper()
	store, err := authsql.Open(t.Context(), testkit.Open(t, testkit.SQLite(t)))
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, store: store, hasher: &countingHasher{params: "v1:"}, audit: &journal{}, clock: testkit.NewClock(time.Time{})}
	h.Service = h.service()
	return h
}

// service is a newly started server on the same data.
func (h *house) service() *auth.Service {
	return auth.NewService(auth.Config{
		Store: h.store, Hasher: h.hasher, Audit: h.audit, Clock: h.clock.Now,
		Ended: func(_ context.Context, _ core.ID, sessions []string) { h.ended = append(h.ended, sessions...) },
	})
}

func desk() auth.Visit {
	return auth.Visit{From: netip.MustParseAddr("10.10.0.5"), Agent: "Edge"}
}

func from(addr string) auth.Visit {
	return auth.Visit{From: netip.MustParseAddr(addr), Agent: "Edge"}
}

func (h *house) signIn(login, password string, v auth.Visit) auth.Entry {
	h.t.Helper()
	e, err := h.SignIn(h.t.Context(), login, password, v)
	if err != nil {
		h.t.Fatalf("sign in %s: %v", login, err)
	}
	return e
}

// as is the context of a signed-in browser.
func (h *house) as(e auth.Entry) context.Context {
	h.t.Helper()
	a, _, err := h.Authenticate(h.t.Context(), e.Secret, e.Session.Address)
	if err != nil {
		h.t.Fatal(err)
	}
	return core.WithActor(h.t.Context(), a)
}

// staff makes an account with a password of its own choice and returns it signed in.
func (h *house) staff(login, password string, roles ...core.Role) auth.Entry {
	h.t.Helper()
	if len(roles) == 0 {
		roles = []core.Role{core.RoleStaff}
	}
	boss := h.as(h.signIn("boss", adminPassword, desk()))
	_, temporary, err := h.CreateAccount(boss, login, "職員 "+login, roles)
	if err != nil {
		h.t.Fatal(err)
	}
	e := h.signIn(login, temporary, desk())
	e, err = h.ChangePassword(h.as(e), temporary, password, desk())
	if err != nil {
		h.t.Fatal(err)
	}
	return e
}

func want(t *testing.T, err error, code string) {
	t.Helper()
	var e *core.Error
	got := fmt.Sprint(err)
	if errors.As(err, &e) {
		got = e.Code
	}
	if got != code {
		t.Errorf("refused with %q, want %q", got, code)
	}
	if e != nil && !strings.Contains(e.Message, "。") {
		t.Errorf("%s has no sentence for the person at the screen: %q", code, e.Message)
	}
}
