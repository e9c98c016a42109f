package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"yakusho/internal/meet/meettest"
	"yakusho/internal/testkit"
)

// process is a server in a process of its own: the test binary run as yakusho.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	data string
	base string // https://127.0.0.1:PORT
	out  *testkit.Output
	done chan error
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

// launch starts a server and returns when it is ready.
func launch(t *testing.T, data, port string, more ...string) *process {
	t.Helper()
	p := begin(t, data, port, more...)
	deadline := time.Now().Add(30 * time.Second)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, Timeout: 2 * time.Second} //nolint:gosec // only asks whether it is up
	defer client.CloseIdleConnections()
	for time.Now().Before(deadline) {
		select {
		case err := <-p.done:
			t.Fatalf("server ended: %v\n%s", err, p.out)
		default:
		}
		if resp, err := client.Get(p.base + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return p
			}
		}
		time.Sleep(10 * time.Millisecond) // a real process: there is nothing to wait on but its port
	}
	t.Fatalf("server not ready:\n%s", p.out)
	return nil
}

// begin starts a server and does not wait.
func begin(t *testing.T, data, port string, more ...string) *process {
	t.Helper()
	exe, err := exec.LookPath("yakusho")
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"serve", "--data", data, "--listen", "127.0.0.1:" + port, "--http", "off"}, more...)
	p := &process{t: t, cmd: exec.Command(exe, args...), data: data, base: "https://127.0.0.1:" + port, out: &testkit.Output{}, done: make(chan error, 1)}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.done <- p.cmd.Wait() }()
	t.Cleanup(p.kill)
	return p
}

// kill ends the process as a power cut would; twice is no error.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	if err, open := <-p.done; open {
		_ = err
		close(p.done)
	}
}

// stop asks the process to end and returns how it did.
func (p *process) stop(within time.Duration) error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-p.done:
		close(p.done)
		return err
	case <-time.After(within):
		return fmt.Errorf("still there after %s:\n%s", within, p.out)
	}
}

// browser is an HTTP client with cookies that trusts the server's CA and nothing else.
type browser struct {
	t    *testing.T
	base string
	http *http.Client
}

func (p *process) browser() *browser {
	p.t.Helper()
	pem, err := os.ReadFile(filepath.Join(p.data, "tls", "ca.crt"))
	if err != nil {
		p.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		p.t.Fatal("ca.crt holds no certificate")
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	p.t.Cleanup(tr.CloseIdleConnections)
	return &browser{p.t, p.base, &http.Client{Transport: tr, Jar: jar, Timeout: 15 * time.Second}}
}

// do sends body as JSON and decodes the answer into out; it returns the status and the raw answer.
func (b *browser) do(method, path string, body, out any) (int, string) {
	b.t.Helper()
	status, text, err := b.try(method, path, body, out)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	return status, text
}

func (b *browser) try(method, path string, body, out any) (int, string, error) {
	var r io.Reader
	switch x := body.(type) {
	case nil:
	case []byte:
		r = bytes.NewReader(x)
	default:
		j, err := json.Marshal(body)
		if err != nil {
			return 0, "", err
		}
		r = bytes.NewReader(j)
	}
	req, err := http.NewRequest(method, b.base+path, r)
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := b.http.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, "", err
	}
	if out != nil && resp.StatusCode < 300 {
		err = json.Unmarshal(text, out)
	}
	return resp.StatusCode, string(text), err
}

func (b *browser) signIn(login, password string) {
	b.t.Helper()
	if status, text := b.do("POST", "/api/session", map[string]string{"login": login, "password": password}, nil); status != 200 {
		b.t.Fatalf("sign in as %s: %d %s", login, status, text)
	}
}

type wireMeeting struct{ ID, Number, PIN, State, Title string }

func (b *browser) openMeeting() wireMeeting {
	b.t.Helper()
	var m wireMeeting
	if status, text := b.do("POST", "/api/meetings", map[string]any{"title": "試験"}, &m); status != 201 {
		b.t.Fatalf("open meeting: %d %s", status, text)
	}
	return m
}

// enter goes into a meeting as far as the media engine: at the door for some seconds, without media.
func (b *browser) enter(m wireMeeting) {
	b.t.Helper()
	var ticket struct {
		Token     string
		MediaPath string `json:"media_path"`
	}
	if status, text := b.do("POST", "/api/meetings/"+m.ID+"/join", nil, &ticket); status != 200 {
		b.t.Fatalf("join: %d %s", status, text)
	}
	c, _, err := websocket.Dial(b.t.Context(), b.base+ticket.MediaPath+"/rtc?protocol=17&access_token="+ticket.Token, &websocket.DialOptions{
		HTTPClient: b.http, HTTPHeader: http.Header{"Origin": {b.base}},
	})
	if err != nil {
		b.t.Fatalf("connect: %v", err)
	}
	b.t.Cleanup(func() { _ = c.CloseNow() })
}

// sse reads a meeting's event stream until ctx ends and gives each event to f.
func (b *browser) sse(ctx context.Context, meeting string, f func(event, data string)) error {
	req, err := http.NewRequestWithContext(ctx, "GET", b.base+"/api/meetings/"+meeting+"/events", nil)
	if err != nil {
		return err
	}
	c := *b.http
	c.Timeout = 0
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	var event string
	s := bufio.NewScanner(resp.Body)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		if v, ok := strings.CutPrefix(s.Text(), "event: "); ok {
			event = v
		} else if v, ok := strings.CutPrefix(s.Text(), "data: "); ok {
			f(event, v)
		}
	}
	return s.Err()
}

// cookie returns the value of a cookie the browser holds.
func (b *browser) cookie(name string) string {
	u, err := url.Parse(b.base)
	if err != nil {
		return ""
	}
	for _, c := range b.http.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// crew lets sample accounts join a meeting with real media. The returned function puts them away.
func crew(ctx context.Context, t *testing.T, p *process, m wireMeeting, logins ...string) func() {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	c := meettest.NewCrew()
	for _, login := range logins {
		client, err := meettest.NewClient(meettest.ClientOptions{URL: p.base, Insecure: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(client.Close)
		if _, err := client.SignIn(ctx, login, samplePassword); err != nil {
			t.Fatalf("sign in as %s: %v", login, err)
		}
		if _, err := client.Enter(ctx, m.Number, m.PIN, ""); err != nil {
			t.Fatalf("%s enters: %v", login, err)
		}
		participant := c.NewParticipant(client, m.ID, meettest.Options{})
		wg.Go(func() { _ = participant.Run(ctx) }) // how it ends is the test's doing
	}
	return func() { cancel(); wg.Wait() }
}
