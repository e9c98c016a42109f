package httpx

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yakusho/internal/core"
)

func problemOf(t *testing.T, res *httptest.ResponseRecorder) Problem {
	t.Helper()
	if ct := res.Header().Get("Content-Type"); ct != ProblemType {
		t.Errorf("content type %q", ct)
	}
	var p Problem
	if err := json.Unmarshal(res.Body.Bytes(), &p); err != nil {
		t.Fatalf("%v in %q", err, res.Body)
	}
	return p
}

func TestEveryKindHasItsStatus(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{core.Invalid("a", "あ"), 400, "a"},
		{core.Unauthenticated("b", "い"), 401, "b"},
		{core.Forbidden("c", "う"), 403, "c"},
		{core.NotFound("d", "え"), 404, "d"},
		{core.Conflict("e", "お"), 409, "e"},
		{core.Gone("f", "か"), 410, "f"},
		{core.Limited("g", "き"), 429, "g"},
		{core.Unavailable("h", "く"), 503, "h"},
		{&core.Error{Code: "secret_code", Message: "内部"}, 500, "internal"},
		{errors.New("disk on fire"), 500, "internal"},
		{fmt.Errorf("join: %w", core.Gone("ended", "終わりました")), 410, "ended"},
		{core.Invalid("body", "x").Because("read: %w", &http.MaxBytesError{Limit: 3}), 413, "body_too_large"},
	} {
		res := httptest.NewRecorder()
		ctx := context.WithValue(t.Context(), exchangeKey{}, &exchange{log: slog.New(slog.DiscardHandler)})
		Error(res, httptest.NewRequestWithContext(ctx, "GET", "/", nil), c.err)
		p := problemOf(t, res)
		if res.Code != c.status || p.Status != c.status || p.Code != c.code || p.Type != "about:blank" || p.Title == "" || p.Detail == "" {
			t.Errorf("%v: %d %+v, want %d %s", c.err, res.Code, p, c.status, c.code)
		}
	}
}

func TestCauseOfAnInternalErrorIsLoggedAndNeverSent(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := Edge(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Disposition", "attachment")
		Error(w, r, fmt.Errorf("open vault: %w", errors.New("password=hunter2")))
	}), EdgeOptions{Log: slog.New(slog.NewJSONHandler(&log, nil))})
	res := httptest.NewRecorder()
	h.ServeHTTP(res, httptest.NewRequest("GET", "/", nil))
	if strings.Contains(res.Body.String(), "hunter2") || !strings.Contains(log.String(), "hunter2") {
		t.Errorf("body %s\nlog %s", res.Body, &log)
	}
	p := problemOf(t, res)
	if p.RequestID == "" || p.RequestID != res.Header().Get("X-Request-Id") || !strings.Contains(log.String(), p.RequestID) {
		t.Errorf("request id %q, header %q", p.RequestID, res.Header().Get("X-Request-Id"))
	}
	if res.Header().Get("Content-Disposition") != "" {
		t.Error("headers of the meant answer are still there")
	}
}

func TestLimitedSaysHowLongToWaitRoundedUp(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]string{1: "1", 1500 * time.Millisecond: "2", time.Minute: "60"} {
		res := httptest.NewRecorder()
		Error(res, httptest.NewRequest("GET", "/", nil), fmt.Errorf("sign in: %w", TooMany("too_many", "待ってください", wait)))
		if got := res.Header().Get("Retry-After"); res.Code != 429 || got != want {
			t.Errorf("%s: %d %q, want %q", wait, res.Code, got, want)
		}
	}
}

func TestCallerWhoLeftIsNotAnInternalError(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), exchangeKey{}, &exchange{log: slog.New(slog.NewTextHandler(&log, nil))}))
	cancel()
	res := httptest.NewRecorder()
	Error(res, httptest.NewRequestWithContext(ctx, "GET", "/", nil), fmt.Errorf("query: %w", context.Canceled))
	if res.Code != 503 || log.Len() != 0 {
		t.Errorf("%d, log %s", res.Code, &log)
	}
}

func TestHeadGetsTheProblemWithoutBody(t *testing.T) {
	t.Parallel()
	res := httptest.NewRecorder()
	Error(res, httptest.NewRequest("HEAD", "/", nil), core.Gone("x", "y"))
	if res.Code != 410 || res.Body.Len() != 0 {
		t.Errorf("%d %q", res.Code, res.Body)
	}
}

func TestProblemWireForm(t *testing.T) {
	t.Parallel()
	res := httptest.NewRecorder()
	Error(res, httptest.NewRequest("GET", "/", nil), core.Conflict("already_locked", "会議はもうロックされています。"))
	want := `{"type":"about:blank","title":"Conflict","status":409,"code":"already_locked","detail":"会議はもうロックされています。"}` + "\n"
	if d := cmp.Diff(want, res.Body.String()); d != "" {
		t.Error(d)
	}
}
