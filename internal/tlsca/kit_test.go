package tlsca

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"yakusho/internal/core"
)

// town is a server of みほん市 with a clock and addresses the test moves.
type town struct {
	mu    sync.Mutex
	now   time.Time
	local []netip.Addr
	fail  error
	asked int
	cfg   Config
	dir   string
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{
		now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
		dir: filepath.Join(t.TempDir(), "tls"), local: addrs("192.168.10.5", "198.51.100.7", "fe80::1", "2001:db8::9"),
	}
	w.cfg = Config{
		Organisation: "みほん市", Names: []string{"Kaigi.mihon.example."}, Addresses: addrs("198.51.100.7"), Hostname: "YAKUSHO-SV",
		Log: slog.New(slog.DiscardHandler),
		Local: func() ([]netip.Addr, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.asked++
			return w.local, w.fail
		},
	}
	return w
}

func addrs(s ...string) []netip.Addr {
	var out []netip.Addr
	for _, x := range s {
		out = append(out, netip.MustParseAddr(x))
	}
	return out
}

func (w *town) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *town) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *town) move(local ...netip.Addr) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.local = local
}

func (w *town) open(t *testing.T) *Authority {
	t.Helper()
	a, err := Open(w.dir, w.cfg, w.clock)
	if err != nil {
		t.Fatalf("%v: %s", err, message(err))
	}
	return a
}

func message(err error) string {
	var e *core.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return ""
}

func code(err error) string {
	var e *core.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return fmt.Sprint(err)
}

func codes(ws []Warning) []string {
	var out []string
	for _, w := range ws {
		out = append(out, w.Code)
	}
	return out
}

// leaf asks as a handshake does.
func leaf(t *testing.T, a *Authority) *x509.Certificate {
	t.Helper()
	c, err := a.TLSConfig().GetCertificate(&tls.ClientHelloInfo{})
	if err != nil {
		t.Fatal(err)
	}
	return c.Leaf
}

func verify(a *Authority, c *x509.Certificate, host string, at time.Time) error {
	roots := x509.NewCertPool()
	roots.AddCert(a.ca.cert)
	_, err := c.Verify(x509.VerifyOptions{Roots: roots, DNSName: host, CurrentTime: at})
	return err
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
