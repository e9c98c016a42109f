//go:build linux

// Package torture_test runs the real binary as an office would and takes its power away: it is killed at any moment, its disk
// fills up or turns read-only, while clerks sell and customers pay at a pretended PayPay and UnivaPay. What counts in the
// end is what the providers hold to be true. It must not reach into the server: only its address, its signals and, while
// nobody writes, its files.
package torture_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/testkit"
	"yakusho/internal/till/paysim"
)

const (
	password   = "mihon-machi-1" // of everybody in the sample town
	hookSecret = "torture-0123456789"
	startLimit = 5 * time.Second
)

// built makes the binary once for all tests of a run, without the race detector, or takes YAKUSHO_BIN.
var built = sync.OnceValues(func() (string, error) {
	if bin := os.Getenv("YAKUSHO_BIN"); bin != "" {
		_, err := os.Stat(bin)
		return bin, err
	}
	dir, err := os.MkdirTemp("", "yakusho-torture-")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "yakusho")
	if out, err := exec.Command("go", "build", "-o", bin, "../../cmd/yakusho").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return bin, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if os.Getenv("YAKUSHO_BIN") == "" {
		if bin, err := built(); err == nil {
			_ = os.RemoveAll(filepath.Dir(bin))
		}
	}
	os.Exit(code)
}

// warp is a clock that runs as ours does until it is told to hurry.
type warp struct {
	mu    sync.Mutex
	real  time.Time
	shown time.Time
	speed int64
}

func newWarp() *warp {
	now := time.Now()
	return &warp{real: now, shown: now, speed: 1}
}

// Now implements core.Clock.
func (w *warp) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.shown.Add(time.Since(w.real) * time.Duration(w.speed)).UTC()
}

func (w *warp) hurry(speed int64) {
	now := w.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.real, w.shown, w.speed = time.Now(), now, speed
}

// town is an office with its server, and the providers it is paid through.
type town struct {
	t     *testing.T
	bin   string
	data  string
	conf  string
	base  string // https://127.0.0.1:PORT
	port  string
	clock *warp
	sim   *paysim.Sim
	doors string // where the providers are
	// answered, when set, is called when a provider has done what was asked and before its answer leaves.
	answered atomic.Pointer[func(r *http.Request)]
	roots    *x509.CertPool
	out      *testkit.Output
	cmd      *exec.Cmd
	gone     chan error // ends with the process

	sales   map[string]core.ID // of attempts, as looked up before
	slowest time.Duration      // start
	starts  int
	keys    atomic.Int64
}

// found sets a town up with its data at data, and starts its server for the first time.
func found(t *testing.T, data string, seed string) *town {
	t.Helper()
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	w := &town{t: t, bin: bin, data: data, clock: newWarp(), roots: x509.NewCertPool(), sales: map[string]core.ID{}, out: &testkit.Output{}, port: freePort(t)}
	w.base = "https://127.0.0.1:" + w.port
	w.sim = paysim.New(paysim.Options{
		Clock: w.clock.Now, Seed: seed, CodeLife: 20 * time.Second, PollWait: 100 * time.Millisecond, Client: paysim.NotifyClient(w.roots),
	})
	t.Cleanup(w.sim.Close)
	doors := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		f := w.answered.Load()
		if f == nil {
			w.sim.ServeHTTP(rw, r)
			return
		}
		kept := httptest.NewRecorder()
		w.sim.ServeHTTP(kept, r)
		(*f)(r)
		for k, v := range kept.Header() {
			rw.Header()[k] = v
		}
		rw.WriteHeader(kept.Code)
		_, _ = kept.Body.WriteTo(rw) // the caller may have gone
	}))
	t.Cleanup(doors.Close)
	w.doors = doors.URL
	w.configure(t)
	t.Cleanup(func() {
		w.kill()
		if t.Failed() {
			said := w.out.String()
			t.Logf("the server said, at last:\n%s", said[max(0, len(said)-4000):])
		}
	})
	w.start()
	pem, err := os.ReadFile(filepath.Join(data, "tls", "ca.crt"))
	if err != nil || !w.roots.AppendCertsFromPEM(pem) {
		t.Fatalf("no CA to trust: %v", err)
	}
	w.sim.SetPayPayWebhook(w.base + "/hooks/paypay/" + hookSecret)
	return w
}

func (w *town) configure(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	w.conf = filepath.Join(dir, "yakusho.toml")
	files := map[string]string{
		"provider.env": strings.Join(paysim.TestCredentials().Env(), "\n") + "\n",
		"hook":         hookSecret + "\n",
		"yakusho.toml": fmt.Sprintf("[till]\nenabled = true\nhook_secret_file = %q\n[till.paypay]\nendpoint = %q\ncredentials_file = %q\n[till.univapay]\nendpoint = %q\ncredentials_file = %q\n",
			filepath.Join(dir, "hook"), w.doors, filepath.Join(dir, "provider.env"), w.doors, filepath.Join(dir, "provider.env")),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// freePort returns a port that was free for TCP and UDP a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	for range 50 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(l.Addr().String())
		u, err := net.ListenPacket("udp", "127.0.0.1:"+port)
		l.Close()
		if err == nil {
			u.Close()
			return port
		}
	}
	t.Fatal("no port is free for TCP and UDP")
	return ""
}

// spawn runs the server and does not wait.
func (w *town) spawn() {
	w.t.Helper()
	w.cmd = exec.Command(w.bin, "serve", "--sample", "--config", w.conf, "--data", w.data, "--listen", "127.0.0.1:"+w.port, "--http", "off")
	w.cmd.Stdout, w.cmd.Stderr = w.out, w.out
	if err := w.cmd.Start(); err != nil {
		w.t.Fatalf("start the server: %v", err)
	}
	gone, cmd := make(chan error, 1), w.cmd
	w.gone = gone
	go func() { gone <- cmd.Wait() }()
}

// start runs the server and returns when it is ready.
func (w *town) start() {
	w.t.Helper()
	began := time.Now()
	w.spawn()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, Timeout: 2 * time.Second} //nolint:gosec // only asks whether it is up
	defer client.CloseIdleConnections()
	for time.Since(began) < 30*time.Second {
		select {
		case err := <-w.gone:
			w.t.Fatalf("the server ended by itself: %v\n%s", err, w.tail())
		case <-time.After(5 * time.Millisecond): // another process: there is nothing to wait on but its port
		}
		if resp, err := client.Get(w.base + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				w.slowest = max(w.slowest, time.Since(began))
				w.starts++
				return
			}
		}
	}
	w.t.Fatalf("the server is not ready after %s:\n%s", time.Since(began), w.tail())
}

func (w *town) tail() string {
	said := w.out.String()
	return said[max(0, len(said)-4000):]
}

// kill ends the server as a power cut would; twice is no error.
func (w *town) kill() {
	if w.cmd == nil {
		return
	}
	_ = w.cmd.Process.Signal(syscall.SIGKILL)
	<-w.gone
	w.cmd = nil
}

// stop ends it as an administrator does.
func (w *town) stop() {
	w.t.Helper()
	if err := w.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		w.t.Fatal(err)
	}
	select {
	case err := <-w.gone:
		if err != nil {
			w.t.Errorf("it was stopped and ended with %v\n%s", err, w.tail())
		}
	case <-time.After(30 * time.Second):
		w.t.Fatalf("it does not stop:\n%s", w.tail())
	}
	w.cmd = nil
}

// key makes what a browser makes for one press.
func (w *town) key(who string) string { return fmt.Sprintf("%s-%d", who, w.keys.Add(1)) }

// browser is somebody signed in. Its cookie outlives the server.
type browser struct {
	w    *town
	http *http.Client
}

func (w *town) signIn(login string) *browser {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: w.roots, MinVersion: tls.VersionTLS13}, ForceAttemptHTTP2: true}
	w.t.Cleanup(tr.CloseIdleConnections)
	b := &browser{w, &http.Client{Transport: tr, Jar: jar, Timeout: 20 * time.Second}}
	if status, p := b.must("POST", "/api/session", map[string]string{"login": login, "password": password}, nil); status != 200 {
		w.t.Fatalf("sign in as %s: %d %s", login, status, p.Code)
	}
	return b
}

// problem is how the server says no.
type problem struct{ Code, Detail string }

// try makes one request. An error means that nobody answered: the server may have done it or not.
func (b *browser) try(ctx context.Context, method, path string, body, out any) (int, problem, error) {
	var no problem
	text, err := json.Marshal(body)
	if err != nil {
		return 0, no, err
	}
	req, err := http.NewRequestWithContext(ctx, method, b.w.base+path, bytes.NewReader(text))
	if err != nil {
		return 0, no, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := b.http.Do(req)
	if err != nil {
		return 0, no, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, no, err
	}
	if resp.StatusCode >= 400 {
		if json.Unmarshal(answer, &no) != nil {
			return resp.StatusCode, no, fmt.Errorf("%s %s: %d %.200s", method, path, resp.StatusCode, answer)
		}
		return resp.StatusCode, no, nil
	}
	if out != nil {
		err = json.Unmarshal(answer, out)
	}
	return resp.StatusCode, no, err
}

// must is try on a server nobody kills.
func (b *browser) must(method, path string, body, out any) (int, problem) {
	b.w.t.Helper()
	status, p, err := b.try(b.w.t.Context(), method, path, body, out)
	if err != nil {
		b.w.t.Fatalf("%s %s: %v", method, path, err)
	}
	return status, p
}

// until repeats a request, as a browser does that hears nothing, until it is answered. A server that is there and says 503
// has not done it either.
func (b *browser) until(ctx context.Context, method, path string, body, out any) (int, problem, error) {
	for {
		status, p, err := b.try(ctx, method, path, body, out)
		if err == nil && status != http.StatusServiceUnavailable {
			return status, p, nil
		}
		select {
		case <-ctx.Done():
			return 0, p, errors.Join(ctx.Err(), err)
		case <-time.After(15 * time.Millisecond): // a server that is being killed and started
		}
	}
}

// What the API answers, as far as it is looked at here.
type (
	wireCounter struct {
		ID      string
		Number  int
		Session *struct{ ID, State string }
	}
	wireSale struct {
		Sale struct {
			ID    string
			Total int64
			State string
		}
	}
	wireAttempt struct {
		ID, Sale, State, Reason, Qr string
		Amount                      int64
	}
	wireRefund struct{ ID, State string }
)

// counter makes a counter without stickers and opens it.
func (w *town) counter(ctx context.Context, admin, clerk *browser, number int) (session string, err error) {
	want := func(status, is int, p problem, err error, what string) error {
		if err != nil || status == is {
			return err
		}
		return fmt.Errorf("%s: %d %s", what, status, p.Code)
	}
	status, p, err := admin.until(ctx, "POST", "/api/till/counters", map[string]any{
		"key": w.key("counter"), "number": number, "name": fmt.Sprintf("市民課 %d番窓口", number), "office": "本庁舎",
	}, nil)
	if err = want(status, 204, p, err, "make a counter"); err != nil {
		return "", err
	}
	var all []wireCounter
	status, p, err = clerk.until(ctx, "GET", "/api/till/counters", nil, &all)
	if err = want(status, 200, p, err, "list counters"); err != nil {
		return "", err
	}
	for _, c := range all {
		if c.Number != number {
			continue
		}
		var s struct{ ID string }
		status, p, err = clerk.until(ctx, "POST", "/api/till/counters/"+c.ID+"/sessions", map[string]any{
			"key": w.key("open"), "float": 30_000, "scans": []any{}, "training": false,
		}, &s)
		return s.ID, want(status, 201, p, err, "open a counter")
	}
	return "", fmt.Errorf("counter %d is not among %v", number, all)
}

// item returns the id of what is sold.
func (b *browser) item(code string) string {
	b.w.t.Helper()
	var list struct {
		Groups []struct{ Items []struct{ ID, Code string } }
	}
	b.must("GET", "/api/till/pricelist", nil, &list)
	for _, g := range list.Groups {
		for _, i := range g.Items {
			if i.Code == code {
				return i.ID
			}
		}
	}
	b.w.t.Fatalf("%s is not sold", code)
	return ""
}
