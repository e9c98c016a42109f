package httpx

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var stunHead = []byte{0, 3, 0, 0, 0x21, 0x12, 0xA4, 0x42}

// testPort opens a split port on loopback with a certificate clients of the returned config trust.
func testPort(t *testing.T, opt SplitOptions) (*Split, *tls.Config) {
	t.Helper()
	ts := httptest.NewUnstartedServer(nil)
	ts.EnableHTTP2 = true
	ts.StartTLS()
	server := &tls.Config{Certificates: ts.TLS.Certificates, NextProtos: []string{"h2", "http/1.1"}}
	roots := ts.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	ts.Client().CloseIdleConnections()
	ts.Close()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := NewSplit(ln, server, opt)
	t.Cleanup(func() { _ = s.Close() })
	return s, &tls.Config{RootCAs: roots, ServerName: "example.com"}
}

func dial(t *testing.T, s *Split, conf *tls.Config) *tls.Conn {
	t.Helper()
	c, err := tls.DialWithDialer(&net.Dialer{Timeout: 10 * time.Second}, "tcp", s.ln.Addr().String(), conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// within fails the test if f does not return soon; it does not wait longer than needed.
func within(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatalf("%s: still waiting after 10 s", what)
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("%s: not so after 10 s", what)
		}
		tick := time.NewTimer(time.Millisecond)
		<-tick.C
	}
}

func serveWeb(t *testing.T, s *Split) {
	t.Helper()
	srv := NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s tls=%v", r.Proto, r.TLS != nil)
	}), slog.New(slog.DiscardHandler))
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(s.Web()) }()
	t.Cleanup(func() { _ = srv.Close(); <-done })
}

func TestBrowserGetsHTTP2AndWebSocketsGetHTTP1(t *testing.T) {
	t.Parallel()
	s, conf := testPort(t, SplitOptions{})
	serveWeb(t, s)
	for _, h2 := range []bool{true, false} {
		tr := &http.Transport{TLSClientConfig: conf.Clone(), ForceAttemptHTTP2: h2}
		if !h2 {
			tr.TLSClientConfig.NextProtos = []string{"http/1.1"}
		}
		res, err := (&http.Client{Transport: tr}).Get("https://" + s.ln.Addr().String() + "/")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		tr.CloseIdleConnections()
		want := map[bool]string{true: "HTTP/2.0 tls=true", false: "HTTP/1.1 tls=true"}[h2]
		if string(body) != want {
			t.Errorf("got %q, want %q", body, want)
		}
	}
	if c := s.Counts(); c.H2 != 1 || c.H1 != 1 {
		t.Errorf("counts %+v", c)
	}
	eventually(t, "nothing is pending", func() bool { return s.Counts().Pending == 0 })
}

func TestHTTPWithoutALPNIsServedFromThePeekedBytes(t *testing.T) {
	t.Parallel()
	s, conf := testPort(t, SplitOptions{})
	serveWeb(t, s)
	c := dial(t, s, conf)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if string(body) != "HTTP/1.1 tls=false" {
		t.Errorf("got %q", body)
	}
	if n := s.Counts(); n.Peeked != 1 {
		t.Errorf("counts %+v", n)
	}
}

func TestOneByteThatCannotBeSTUNIsEnough(t *testing.T) {
	t.Parallel()
	s, conf := testPort(t, SplitOptions{})
	c := dial(t, s, conf)
	if _, err := c.Write([]byte{'G'}); err != nil { // 0x47: first two bits are 01
		t.Fatal(err)
	}
	within(t, "accept", func() {
		in, err := s.Web().Accept()
		if err != nil {
			t.Error(err)
			return
		}
		in.Close()
	})
}

func TestSTUNGoesToTheOtherListenerWithAllItsBytes(t *testing.T) {
	t.Parallel()
	s, conf := testPort(t, SplitOptions{})
	c := dial(t, s, conf)
	msg := append(append([]byte{}, stunHead...), "transaction."...)
	for _, part := range [][]byte{msg[:3], msg[3:]} {
		if _, err := c.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	within(t, "accept", func() {
		in, err := s.Other().Accept()
		if err != nil {
			t.Error(err)
			return
		}
		defer in.Close()
		got := make([]byte, len(msg))
		if _, err := io.ReadFull(in, got); err != nil || string(got) != string(msg) {
			t.Errorf("read %q, %v", got, err)
		}
		if _, err := in.Write([]byte("answer")); err != nil {
			t.Error(err)
		}
	})
	if n := s.Counts(); n.Other != 1 {
		t.Errorf("counts %+v", n)
	}
}

func TestSilentConnectionIsDroppedAfterTheDeadline(t *testing.T) {
	t.Parallel()
	s, conf := testPort(t, SplitOptions{HandshakeTime: time.Second})
	raw, err := net.Dial("tcp", s.ln.Addr().String()) // never says hello
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	c := dial(t, s, conf) // says hello and nothing more
	within(t, "hang-up", func() {
		for _, x := range []net.Conn{raw, c} {
			if _, err := io.ReadAll(x); err != nil && !errors.Is(err, net.ErrClosed) {
				t.Logf("ended by %v", err)
			}
		}
	})
	eventually(t, "both counted as bad", func() bool { n := s.Counts(); return n.Bad == 2 && n.Pending == 0 })
}

func TestFiveHundredSlowConnectionsDoNotStopOthers(t *testing.T) {
	t.Parallel()
	s, conf := testPort(t, SplitOptions{Pending: 64})
	serveWeb(t, s)
	for range 500 {
		c, err := net.Dial("tcp", s.ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.Write([]byte{0x16}) // a record begins, and no more of it
	}
	tr := &http.Transport{TLSClientConfig: conf, ForceAttemptHTTP2: true}
	defer tr.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", "https://"+s.ln.Addr().String()+"/", nil)
	res, err := tr.RoundTrip(req)
	if err != nil {
		t.Fatalf("an honest client was kept out: %v", err)
	}
	res.Body.Close()
	eventually(t, "the oldest were dropped", func() bool { return s.Counts().Dropped >= 500-64 })
	if n := s.Counts(); n.Pending > 64 || n.Bad != 0 {
		t.Errorf("%+v, want at most 64 pending and none counted twice", n)
	}
}

func TestPlainHTTPIsToldToUseHTTPS(t *testing.T) {
	t.Parallel()
	s, _ := testPort(t, SplitOptions{})
	c, err := net.Dial("tcp", s.ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: evil.example\r\nCookie: "+strings.Repeat("x", 3000)+"\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != 400 || !strings.Contains(string(body), "https:// で開いてください") || !strings.Contains(string(body), "HTTPS only") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	if n := s.Counts(); n.Plain != 1 || n.Bad != 0 {
		t.Errorf("counts %+v", n)
	}
}

func TestClosingUnblocksEveryoneAndLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s, conf := testPort(t, SplitOptions{})
	silent, err := net.Dial("tcp", s.ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	peeking := dial(t, s, conf)
	defer peeking.Close()
	unaccepted := dial(t, s, conf)
	unaccepted.Write([]byte("GET / HT"))
	eventually(t, "three pending", func() bool { return s.Counts().Pending == 3 })
	var wg sync.WaitGroup
	for _, l := range []net.Listener{s.Web(), s.Other(), s.Other()} {
		wg.Go(func() {
			for {
				c, err := l.Accept()
				if err != nil {
					if !errors.Is(err, net.ErrClosed) {
						t.Errorf("accept: %v", err)
					}
					return
				}
				c.Close()
			}
		})
	}
	within(t, "close", func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
	})
	if n := s.Counts().Pending; n != 0 {
		t.Errorf("%d pending after close", n)
	}
}

func TestClosingOneListenerLeavesTheOtherAndBothEndThePort(t *testing.T) {
	t.Parallel()
	s, conf := testPort(t, SplitOptions{})
	if err := s.Web().Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Web().Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("web: %v", err)
	}
	c := dial(t, s, conf)
	c.Write(stunHead)
	within(t, "other still accepts", func() {
		in, err := s.Other().Accept()
		if err != nil {
			t.Error(err)
			return
		}
		in.Close()
	})
	if err := s.Other().Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := net.DialTimeout("tcp", s.ln.Addr().String(), time.Second); err == nil {
		t.Error("the port is still open after both listeners were closed")
	}
}

func TestParentClosedFromOutsideEndsBoth(t *testing.T) {
	t.Parallel()
	s, _ := testPort(t, SplitOptions{})
	s.ln.Close()
	within(t, "accept", func() {
		for _, l := range []net.Listener{s.Web(), s.Other()} {
			if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("accept: %v", err)
			}
		}
	})
}

// flaky fails a few times as a process out of file descriptors does.
type flaky struct {
	net.Listener
	fails int
}

type temporary struct{ error }

func (temporary) Temporary() bool { return true }
func (temporary) Timeout() bool   { return false }

func (f *flaky) Accept() (net.Conn, error) {
	if f.fails > 0 {
		f.fails--
		return nil, temporary{errors.New("too many open files")}
	}
	return f.Listener.Accept()
}

func TestPassingAcceptErrorsDoNotEndThePort(t *testing.T) {
	t.Parallel()
	s0, conf := testPort(t, SplitOptions{})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := NewSplit(&flaky{ln, 3}, s0.conf, SplitOptions{})
	t.Cleanup(func() { s.Close() })
	c := dial(t, s, conf)
	c.Write(stunHead)
	within(t, "accept", func() {
		in, err := s.Other().Accept()
		if err != nil {
			t.Error(err)
			return
		}
		in.Close()
	})
}

func FuzzPeekKeepsEveryByte(f *testing.F) {
	f.Add(stunHead, uint8(3))
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), uint8(1))
	f.Add([]byte{0}, uint8(0))
	f.Fuzz(func(t *testing.T, in []byte, cut uint8) {
		if len(in) == 0 {
			return
		}
		a, b := net.Pipe()
		defer a.Close()
		go func() {
			defer b.Close()
			n := int(cut) % len(in)
			if n > 0 {
				b.Write(in[:n])
			}
			b.Write(in[n:])
		}()
		head, err := peek(t.Context(), a, 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if len(head) == 0 || len(head) > headSize || len(head) < headSize && len(head) < len(in) && head[0]&0xC0 == 0 {
			t.Fatalf("head %x of %x", head, in)
		}
		if IsSTUN(head) != IsSTUN(in) {
			t.Fatalf("head %x and all %x are told apart", head, in)
		}
		got, _ := io.ReadAll(&peeked{Conn: a, head: head})
		if string(got) != string(in) {
			t.Fatalf("read %x, sent %x", got, in)
		}
	})
}
