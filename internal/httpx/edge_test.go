package httpx

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/testkit"
)

func jsonLog() (*slog.Logger, *testkit.Output) {
	l := new(testkit.Output)
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug})), l
}

func TestAccessLogHasRouteAndAccountAndNothingPrivate(t *testing.T) {
	t.Parallel()
	log, out := jsonLog()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/meet/{id}/join", func(w http.ResponseWriter, r *http.Request) {
		now = now.Add(1500 * time.Millisecond)
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, "12345")
	})
	signIn := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Route(mux).ServeHTTP(w, r.WithContext(core.WithActor(r.Context(), core.Actor{Account: "acc1"})))
	})
	h := Edge(signIn, EdgeOptions{Log: log, Clock: func() time.Time { return now }})
	r := httptest.NewRequest("POST", "/api/meet/PATHSECRET/join?pin=QUERYSECRET", strings.NewReader("BODYSECRET"))
	r.Header.Set("Cookie", "s=COOKIESECRET")
	r.Header.Set("Authorization", "Bearer AUTHSECRET")
	r.Header.Set("X-Request-Id", "IDFROMOUTSIDE")
	r.RemoteAddr = "[::ffff:10.1.2.3]:999"
	res := httptest.NewRecorder()
	h.ServeHTTP(res, r)
	var line map[string]any
	if err := json.Unmarshal([]byte(out.String()), &line); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for k, want := range map[string]any{
		"method": "POST", "route": "POST /api/meet/{id}/join", "status": 201.0, "bytes": 5.0, "ms": 1500.0,
		"remote": "10.1.2.3", "account": "acc1", "request_id": res.Header().Get("X-Request-Id"),
	} {
		if line[k] != want {
			t.Errorf("%s = %v, want %v", k, line[k], want)
		}
	}
	if strings.Contains(out.String(), "SECRET") || strings.Contains(out.String(), "OUTSIDE") {
		t.Errorf("private text in the log: %s", out)
	}
	if id := res.Header().Get("X-Request-Id"); len(id) != 26 {
		t.Errorf("request id %q", id)
	}
}

func TestInventedMethodDoesNotReachTheLog(t *testing.T) {
	t.Parallel()
	log, out := jsonLog()
	r := httptest.NewRequest("GET", "/", nil)
	r.Method = "FORGED"
	Edge(http.NotFoundHandler(), EdgeOptions{Log: log}).ServeHTTP(httptest.NewRecorder(), r)
	if strings.Contains(out.String(), "FORGED") || !strings.Contains(out.String(), `"method":"other"`) {
		t.Error(out)
	}
}

func TestPanicBecomesAProblemAndTheServerLives(t *testing.T) {
	t.Parallel()
	log, out := jsonLog()
	res := httptest.NewRecorder()
	Edge(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }), EdgeOptions{Log: log}).
		ServeHTTP(res, httptest.NewRequest("GET", "/", nil))
	if p := problemOf(t, res); p.Code != "internal" || res.Code != 500 || strings.Contains(res.Body.String(), "boom") {
		t.Errorf("%d %+v", res.Code, p)
	}
	if !strings.Contains(out.String(), "boom") || !strings.Contains(out.String(), "edge_test.go") || !strings.Contains(out.String(), `"status":500`) {
		t.Errorf("log lacks panic, stack or status: %s", out)
	}
}

func TestAbortPassesAndAHalfAnswerIsCut(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]http.HandlerFunc{
		"abort": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"half":  func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "half"); panic("boom") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, _ := jsonLog()
			defer func() {
				if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
					t.Errorf("recovered %v, want ErrAbortHandler", err)
				}
			}()
			Edge(f, EdgeOptions{Log: log}).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
		})
	}
}

func echo(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		Error(w, r, core.Invalid("body_unreadable", "x").Because("read: %w", err))
		return
	}
	fmt.Fprint(w, len(b))
}

func TestBodyOverTheLimitIsRefusedInJapanese(t *testing.T) {
	t.Parallel()
	log, _ := jsonLog()
	o := EdgeOptions{Log: log, MaxBody: func(r *http.Request) int64 {
		if r.URL.Path == "/big" {
			return 20 << 20
		}
		return 0
	}}
	for _, c := range []struct {
		path    string
		size    int
		chunked bool
		status  int
	}{
		{"/", 1 << 20, false, 200},
		{"/", 1<<20 + 1, false, 413},
		{"/", 1<<20 + 1, true, 413},
		{"/big", 10 << 20, false, 200},
	} {
		var body io.Reader = bytes.NewReader(make([]byte, c.size))
		if c.chunked {
			body = io.MultiReader(body)
		}
		res := httptest.NewRecorder()
		Edge(http.HandlerFunc(echo), o).ServeHTTP(res, httptest.NewRequest("POST", c.path, body))
		if res.Code != c.status {
			t.Errorf("%+v: %d", c, res.Code)
		}
		if c.status == 413 {
			if p := problemOf(t, res); p.Code != "body_too_large" || !strings.Contains(p.Detail, "大きすぎる") {
				t.Errorf("%+v", p)
			}
		}
	}
}

func TestTenMegabytesAreNotReadToTheEnd(t *testing.T) {
	t.Parallel()
	log, _ := jsonLog()
	ts := httptest.NewServer(Edge(http.HandlerFunc(echo), EdgeOptions{Log: log}))
	defer ts.Close()
	for _, head := range []string{"Content-Length: 10485760\r\n", "Transfer-Encoding: chunked\r\n"} {
		c, err := net.Dial("tcp", ts.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\n"+head+"\r\n")
		if strings.HasPrefix(head, "Transfer") {
			io.WriteString(c, "a00000\r\n")
			c.Write(make([]byte, 1<<20+1))
		}
		// The rest of the ten megabytes never comes; the answer must not wait for it.
		c.SetReadDeadline(time.Now().Add(10 * time.Second))
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("%s: %v", head, err)
		}
		res.Body.Close()
		if res.StatusCode != 413 || !res.Close {
			t.Errorf("%s: %d, close %v", head, res.StatusCode, res.Close)
		}
	}
}

func TestSecurityHeadersAreOnEveryAnswer(t *testing.T) {
	t.Parallel()
	log, _ := jsonLog()
	for _, hsts := range []time.Duration{0, 24 * time.Hour} {
		res := httptest.NewRecorder()
		Edge(http.NotFoundHandler(), EdgeOptions{Log: log, Headers: HeaderOptions{HSTS: hsts}}).ServeHTTP(res, httptest.NewRequest("GET", "/", nil))
		h := res.Header()
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'self';", "connect-src 'self' data:;", "frame-ancestors 'none'", "object-src 'none'", "report-uri /api/csp-report"} {
			if !strings.Contains(csp, want) {
				t.Errorf("policy lacks %q: %s", want, csp)
			}
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" || h.Get("Cross-Origin-Opener-Policy") != "same-origin" ||
			!strings.Contains(h.Get("Permissions-Policy"), "speaker-selection=(self)") {
			t.Errorf("headers %v", h)
		}
		if want := map[bool]string{false: "", true: "max-age=86400"}[hsts > 0]; h.Get("Strict-Transport-Security") != want {
			t.Errorf("hsts %q, want %q", h.Get("Strict-Transport-Security"), want)
		}
	}
}

func TestCrossOriginWritesAreRefused(t *testing.T) {
	t.Parallel()
	log, _ := jsonLog()
	h := Edge(http.HandlerFunc(echo), EdgeOptions{Log: log})
	for _, c := range []struct {
		method, site, origin string
		status               int
	}{
		{"POST", "cross-site", "https://evil.example", 403},
		{"POST", "same-site", "https://x.example.com", 403},
		{"POST", "", "https://evil.example", 403},
		{"POST", "", "null", 403},
		{"POST", "same-origin", "https://example.com", 200},
		{"POST", "", "https://example.com", 200},
		{"POST", "", "", 200},
		{"GET", "cross-site", "", 200},
	} {
		r := httptest.NewRequest(c.method, "https://example.com/", nil)
		if c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		res := httptest.NewRecorder()
		h.ServeHTTP(res, r)
		if res.Code != c.status {
			t.Errorf("%+v: %d", c, res.Code)
		}
		if c.status == 403 {
			if p := problemOf(t, res); p.Code != "cross_origin" {
				t.Errorf("%+v", p)
			}
		}
	}
}

func TestWebSocketOriginMustBeOurs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		origin []string
		want   bool
	}{
		{nil, true},
		{[]string{"https://meet.example:8443"}, true},
		{[]string{"https://MEET.example:8443"}, true},
		{[]string{"http://meet.example:8443"}, false},
		{[]string{"https://meet.example"}, false},
		{[]string{"https://meet.example:8443.evil.example"}, false},
		{[]string{"null"}, false},
		{[]string{""}, false},
		{[]string{"https://meet.example:8443", "https://evil.example"}, false},
	} {
		r := httptest.NewRequest("GET", "https://meet.example:8443/ws", nil)
		r.Header["Origin"] = c.origin
		if got := SameOrigin(r); got != c.want {
			t.Errorf("%q: %v", c.origin, got)
		}
	}
}

func TestRemoteIsTheConnectionNotTheHeader(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "[fd00::1]:5"
	r.Header.Set("X-Forwarded-For", "1.2.3.4")
	if got := Remote(r); got != netip.MustParseAddr("fd00::1") {
		t.Error(got)
	}
	r.RemoteAddr = "@"
	if got := Remote(r); got.IsValid() {
		t.Error(got)
	}
}

func TestHijackFlushAndDeadlinesWorkThroughTheChain(t *testing.T) {
	t.Parallel()
	log, out := jsonLog()
	ts := httptest.NewServer(Edge(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := http.NewResponseController(w).SetWriteDeadline(time.Time{}); err != nil {
			t.Error(err)
		}
		c, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		rw.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
		rw.Flush()
	}), EdgeOptions{Log: log}))
	defer ts.Close()
	res, err := ts.Client().Get(ts.URL)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 101 {
		t.Errorf("status %d", res.StatusCode)
	}
	eventually(t, "logged as 101", func() bool { return strings.Contains(out.String(), `"status":101`) })
}

func TestCSPReportsAreCountedAndLoggedWithoutQueries(t *testing.T) {
	t.Parallel()
	log, out := jsonLog()
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	h := NewCSPReports(log, func() time.Time { return now })
	for _, body := range []string{
		`{"csp-report":{"effective-directive":"img-src","blocked-uri":"https://user:pw@evil.example/a?token=SECRET#f","source-file":"https://x/y.js?SECRET","line-number":7,"document-uri":"https://x/?SECRET"}}`,
		`[{"body":{"effectiveDirective":"script-src","blockedURL":"data:text/plain,SECRET"}}]`,
		`SECRET` + strings.Repeat("x", 100<<10), `[]`, `{}`,
	} {
		res := httptest.NewRecorder()
		h.ServeHTTP(res, httptest.NewRequest("POST", CSPReportPath, strings.NewReader(body)))
		if res.Code != 204 {
			t.Errorf("%d", res.Code)
		}
	}
	if s := out.String(); h.Count() != 5 || strings.Contains(s, "SECRET") || strings.Contains(s, "pw") ||
		!strings.Contains(s, "https://evil.example/a") || !strings.Contains(s, "img-src") || !strings.Contains(s, `"line":7`) {
		t.Errorf("count %d, log %s", h.Count(), s)
	}
	for range 100 {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", CSPReportPath, strings.NewReader("{}")))
	}
	if n := strings.Count(out.String(), "\n"); n != 20 || h.Count() != 105 {
		t.Errorf("%d lines, want 20; count %d", n, h.Count())
	}
	res := httptest.NewRecorder()
	h.ServeHTTP(res, httptest.NewRequest("GET", CSPReportPath, nil))
	if res.Code != 405 {
		t.Errorf("GET: %d", res.Code)
	}
}

func FuzzCSPReport(f *testing.F) {
	f.Add([]byte(`{"csp-report":{"effective-directive":"img-src","blocked-uri":"https://e/?q"}}`))
	f.Add([]byte(`[{"body":{"effectiveDirective":"a\nb","blockedURL":"::"}}]`))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := parseReport(in)
		for _, s := range []string{r.directive, r.blocked, r.source} {
			if len(s) > 200 || strings.ContainsAny(s, "\n\r\x00") {
				t.Fatalf("%q", s)
			}
		}
	})
}

func TestServerStopsStreamsAtOnceAndLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	inside, goOn := make(chan struct{}), make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		close(inside)
		<-goOn
		if r.Context().Err() != nil {
			t.Error("an ordinary request was cancelled by the stop")
		}
		io.WriteString(w, "done")
	})
	mux.HandleFunc("/events", func(w http.ResponseWriter, r *http.Request) {
		s, err := NewStream(w, r)
		if err != nil {
			t.Error(err)
			return
		}
		defer s.Close()
		<-s.Done()
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	srv := NewServer(mux, slog.New(slog.DiscardHandler))
	go func() { ended <- Serve(ctx, srv, ln, 10*time.Second) }()
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	client := &http.Client{Transport: tr}
	slow := make(chan string, 1)
	go func() {
		res, err := client.Get("http://" + ln.Addr().String() + "/slow")
		if err != nil {
			slow <- err.Error()
			return
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		slow <- string(b)
	}()
	res, err := client.Get("http://" + ln.Addr().String() + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	<-inside
	stop()
	within(t, "stream ends", func() { io.ReadAll(res.Body) })
	close(goOn)
	if got := <-slow; got != "done" {
		t.Errorf("slow request got %q", got)
	}
	within(t, "serve returns", func() {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestServerCutsWhatDoesNotFinishInTime(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	inside := make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	srv := NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { close(inside); <-r.Context().Done() }), slog.New(slog.DiscardHandler))
	go func() { ended <- Serve(ctx, srv, ln, 20*time.Millisecond) }()
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	cut := make(chan error, 1)
	go func() {
		_, err := (&http.Client{Transport: tr}).Get("http://" + ln.Addr().String()) //nolint:bodyclose // there is none
		cut <- err
	}()
	<-inside
	stop()
	within(t, "serve returns", func() {
		if err := <-ended; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if err := <-cut; err == nil {
			t.Error("the request got an answer")
		}
	})
}

func TestNetHTTPChatterIsDebugAndItsPanicsAreErrors(t *testing.T) {
	t.Parallel()
	out := new(testkit.Output)
	srv := NewServer(nil, slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelInfo})))
	srv.ErrorLog.Print("http: TLS handshake error from 1.2.3.4")
	if out.String() != "" {
		t.Error(out)
	}
	srv.ErrorLog.Print("http: panic serving 1.2.3.4: boom")
	if !strings.Contains(out.String(), "level=ERROR") {
		t.Error(out)
	}
}
