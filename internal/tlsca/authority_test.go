package tlsca

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

func TestFirstStartMakesAConstrainedCAAndAServerCertificate(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.open(t)
	ca, l := a.ca.cert, leaf(t, a)
	if !ca.IsCA || !ca.MaxPathLenZero || !ca.PermittedDNSDomainsCritical || ca.KeyUsage != x509.KeyUsageCertSign|x509.KeyUsageCRLSign ||
		!slices.Equal(ca.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}) {
		t.Errorf("CA %+v", ca)
	}
	if ca.Subject.CommonName != "みほん市 内部認証局 (Yakusho 2026-11-22)" {
		t.Errorf("CA is called %q", ca.Subject.CommonName)
	}
	if d := cmp.Diff([]string{"kaigi.mihon.example", "yakusho-sv", "localhost"}, ca.PermittedDNSDomains); d != "" {
		t.Error(d)
	}
	want := []string{"kaigi.mihon.example", "yakusho-sv", "localhost", "127.0.0.1", "192.168.10.5", "198.51.100.7", "::1"}
	if d := cmp.Diff(want, sans(l)); d != "" {
		t.Errorf("SANs: %s", d)
	}
	for _, h := range []string{"kaigi.mihon.example", "yakusho-sv", "localhost", "127.0.0.1", "::1", "192.168.10.5", "198.51.100.7"} {
		if err := verify(a, l, h, w.now); err != nil {
			t.Errorf("%s: %v", h, err)
		}
	}
	if life := l.NotAfter.Sub(l.NotBefore) + time.Second; life > 397*24*time.Hour {
		t.Errorf("valid for %s, more than 397 days", life)
	}
	if got := w.now.Sub(l.NotBefore); got != backdate {
		t.Errorf("backdated by %s", got)
	}
	for name, perm := range map[string]os.FileMode{caFile: 0o600, serverFile: 0o600, caPublic: 0o644, "": 0o700 | os.ModeDir} {
		st, err := os.Stat(filepath.Join(w.dir, name))
		if err != nil || st.Mode() != perm {
			t.Errorf("%q: %v, %v", name, st.Mode(), err)
		}
	}
	st := a.Status()
	if st.Mode != ModeInternal || st.DaysLeft != 395 || len(st.Fingerprint) != 95 || len(st.CAFingerprint) != 95 || len(st.Warnings) != 0 {
		t.Errorf("status %+v", st)
	}
}

// The constraints must hold in whoever verifies, even if the key is stolen.
func TestStolenKeyCannotVouchForAnythingElse(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.open(t)
	for host, ok := range map[string]bool{
		"kaigi.mihon.example": true, "sub.kaigi.mihon.example": true, "10.99.0.1": true, "172.31.0.1": true, "169.254.3.4": true, "fd12::7": true, "198.51.100.7": true,
		"www.example.com": false, "mihon.example": false, "evilkaigi.mihon.example": false, "lg.jp": false,
		"8.8.8.8": false, "198.51.100.8": false, "172.32.0.1": false, "100.64.0.1": false, "2001:db8::1": false, "fe80::1": false, "fc00::1": false,
	} {
		var names []string
		var ips []netip.Addr
		if ip, err := netip.ParseAddr(host); err == nil {
			names, ips = []string{"localhost"}, []netip.Addr{ip}
		} else {
			names = []string{host}
		}
		_, c, err := a.ca.sign(names, ips, w.now)
		if err != nil {
			t.Fatal(err)
		}
		err = verify(a, c, host, w.now)
		var ci x509.CertificateInvalidError
		if ok != (err == nil) || !ok && (!errors.As(err, &ci) || ci.Reason != x509.CANotAuthorizedForThisName) {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestHandshakeIsTrustedByWhoTrustsTheCAAndNobodyElse(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.open(t)
	ln, err := tls.Listen("tcp", "127.0.0.1:0", a.TLSConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); _ = c.(*tls.Conn).Handshake() }()
		}
	}()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(must(os.ReadFile(filepath.Join(w.dir, caPublic)))(t)) {
		t.Fatal("ca.crt holds no certificate")
	}
	for _, c := range []struct {
		name  string
		roots *x509.CertPool
		max   uint16
		ok    bool
	}{
		{"kaigi.mihon.example", roots, 0, true},
		{"127.0.0.1", roots, tls.VersionTLS12, true},
		{"www.example.com", roots, 0, false},
		{"localhost", x509.NewCertPool(), 0, false},
		{"localhost", roots, tls.VersionTLS11, false},
	} {
		conf := &tls.Config{RootCAs: c.roots, ServerName: c.name, Time: w.clock, MaxVersion: c.max, MinVersion: tls.VersionTLS10, NextProtos: []string{"h2"}}
		conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 5 * time.Second}, "tcp", ln.Addr().String(), conf)
		if c.ok != (err == nil) {
			t.Errorf("%+v: %v", c, err)
		}
		if err == nil {
			if p := conn.ConnectionState().NegotiatedProtocol; p != "h2" {
				t.Errorf("ALPN %q", p)
			}
			conn.Close()
		}
	}
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

func TestRestartKeepsCAAndCertificate(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.open(t)
	w.pass(time.Hour)
	b := w.open(t)
	if !bytes.Equal(a.CA(), b.CA()) || !leaf(t, a).Equal(leaf(t, b)) {
		t.Error("a restart made something new")
	}
}

func TestCertificateIsRenewedThirtyDaysBeforeItEnds(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.open(t)
	first := leaf(t, a)
	w.pass(first.NotAfter.Add(-renewLeft - time.Second).Sub(w.now))
	if !leaf(t, a).Equal(first) {
		t.Error("renewed too early")
	}
	w.pass(2*time.Second + lookEvery)
	second := leaf(t, a)
	if second.Equal(first) {
		t.Fatal("not renewed with less than 30 days left")
	}
	if err := verify(a, second, "kaigi.mihon.example", w.now); err != nil {
		t.Error(err)
	}
	if !leaf(t, w.open(t)).Equal(second) {
		t.Error("the renewed certificate was not stored")
	}
	w.pass(2 * 365 * 24 * time.Hour) // the server was off for two years
	if c := leaf(t, w.open(t)); verify(a, c, "localhost", w.now) != nil {
		t.Error("an ended certificate was not replaced at start")
	}
}

func TestNewAddressGetsIntoTheCertificateWithinAMinute(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.open(t)
	asked := w.asked
	w.move(addrs("10.20.30.40", "203.0.113.9")...)
	for range 100 {
		leaf(t, a)
	}
	if w.asked != asked {
		t.Errorf("addresses were looked at %d times within a minute", w.asked-asked)
	}
	w.pass(lookEvery + time.Microsecond)
	got := sans(leaf(t, a))
	if !slices.Contains(got, "10.20.30.40") || slices.Contains(got, "192.168.10.5") || slices.Contains(got, "203.0.113.9") {
		t.Errorf("SANs %v", got)
	}
	w.pass(2 * lookEvery)
	before := leaf(t, a)
	w.mu.Lock()
	w.fail = errors.New("netlink is gone")
	w.local = nil
	w.mu.Unlock()
	w.pass(2 * lookEvery)
	if !leaf(t, a).Equal(before) {
		t.Error("failing to list the addresses changed the certificate")
	}
}

func TestAnAddressTheCAMayNotSignForIsNamedAndToldOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	var said bytes.Buffer
	w.cfg.Log = slog.New(slog.NewTextHandler(&said, nil))
	a := w.open(t)
	w.move(addrs("192.168.10.5", "203.0.113.5")...)
	for range 3 {
		w.pass(2 * lookEvery)
		if slices.Contains(sans(leaf(t, a)), "203.0.113.5") {
			t.Fatal("the CA signed beyond its constraints")
		}
	}
	ws := a.Status().Warnings
	if d := cmp.Diff([]string{"address_not_covered"}, codes(ws)); d != "" {
		t.Fatal(d)
	}
	for _, want := range []string{"「203.0.113.5」", "server.addresses に書いて yakusho tls renew-ca --yes を実行してください"} {
		if !strings.Contains(ws[0].Message, want) {
			t.Errorf("%q is missing in %s", want, ws[0].Message)
		}
	}
	if n := strings.Count(said.String(), "address_not_covered"); n != 1 {
		t.Errorf("told %d times:\n%s", n, said.String())
	}
	said.Reset()
	if got := codes(w.open(t).Status().Warnings); !slices.Contains(got, "address_not_covered") || strings.Count(said.String(), "address_not_covered") != 1 {
		t.Errorf("after a restart: %v\n%s", got, said.String())
	}
	w.cfg.Chosen = true
	if ws := w.open(t).Status().Warnings; len(ws) != 0 {
		t.Errorf("an office that chose its addresses is told of others: %v", ws)
	}
	w.move(addrs("192.168.10.5")...)
	w.pass(2 * lookEvery)
	leaf(t, a)
	if ws := a.Status().Warnings; len(ws) != 0 {
		t.Errorf("the address is gone, the warning is not: %v", ws)
	}
}

func TestRenewalThatCannotBeStoredKeepsServingAndWarns(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.open(t)
	before := leaf(t, a)
	if err := os.RemoveAll(w.dir); err != nil {
		t.Fatal(err)
	}
	w.move(addrs("10.20.30.40")...)
	w.pass(2 * lookEvery)
	if !leaf(t, a).Equal(before) {
		t.Error("the certificate in use is not the stored one")
	}
	if got := codes(a.Status().Warnings); !slices.Contains(got, "cert_renewal_failed") {
		t.Errorf("warnings %v", got)
	}
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	w.pass(2 * lookEvery)
	if !slices.Contains(sans(leaf(t, a)), "10.20.30.40") || len(a.Status().Warnings) != 0 {
		t.Errorf("not renewed after the disk was back: %v", a.Status().Warnings)
	}
}

func TestNameOutsideTheCAIsExplainedAndRecreateSolvesIt(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	old := w.open(t)
	w.cfg.Names = append(w.cfg.Names, "new.mihon.example")
	w.cfg.Addresses = append(w.cfg.Addresses, netip.MustParseAddr("203.0.113.9"))
	_, err := Open(w.dir, w.cfg, w.clock)
	if code(err) != "ca_does_not_cover" {
		t.Fatal(err)
	}
	for _, want := range []string{"「new.mihon.example」「203.0.113.9」", RenewCommand, "配り直"} {
		if !strings.Contains(message(err), want) {
			t.Errorf("message lacks %q: %s", want, message(err))
		}
	}
	if err := Recreate(w.dir, w.cfg, w.clock); err != nil {
		t.Fatal(err)
	}
	a := w.open(t)
	if bytes.Equal(old.CA(), a.CA()) {
		t.Error("the CA is still the old one")
	}
	for _, h := range []string{"new.mihon.example", "203.0.113.9"} {
		if err := verify(a, leaf(t, a), h, w.now); err != nil {
			t.Errorf("%s: %v", h, err)
		}
	}
	if verify(old, leaf(t, a), "localhost", w.now) == nil {
		t.Error("the old CA vouches for the new certificate")
	}
}

func TestBadNamesAreQuoted(t *testing.T) {
	t.Parallel()
	for _, n := range []string{"*.mihon.example", "みほん.example", "a b", "-a", "a-", "a..b", "", "10.0.0.1", "1.2.3", "a_b", strings.Repeat("a", 64), "https://x", "x:8443"} {
		w := newTown(t)
		w.cfg.Names = []string{n}
		_, err := Open(w.dir, w.cfg, w.clock)
		if code(err) != "tls_name_invalid" || !strings.Contains(message(err), clip(n)) {
			t.Errorf("%q: %v %s", n, err, message(err))
		}
	}
}

func TestUnconfiguredServerWorksByItsOwnNameAndAddresses(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.cfg.Names, w.cfg.Addresses, w.cfg.Organisation = nil, nil, ""
	w.cfg.Hostname = "窓口_PC" // Windows allows it; a certificate does not
	a := w.open(t)
	if d := cmp.Diff([]string{"localhost", "127.0.0.1", "192.168.10.5", "::1"}, sans(leaf(t, a))); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"https://192.168.10.5:8443"}, a.Origins(8443)); d != "" {
		t.Error(d)
	}
}

func TestLongOrganisationStillFitsTheName(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.cfg.Organisation = strings.Repeat("市", 100)
	if cn := w.open(t).ca.cert.Subject.CommonName; len([]rune(cn)) != 64 || !strings.HasSuffix(cn, "(Yakusho 2026-11-22)") {
		t.Errorf("%d characters: %s", len([]rune(cn)), cn)
	}
}

func TestClockSetFarBackWhileRunningKeepsTheCertificate(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.open(t)
	before := leaf(t, a)
	w.pass(-4 * 24 * time.Hour)
	if !leaf(t, a).Equal(before) {
		t.Error("a certificate of the past was issued")
	}
	if d := cmp.Diff([]string{"clock_far_off"}, codes(a.Status().Warnings)); d != "" {
		t.Error(d)
	}
}

func TestEndOfTheCAIsAnnouncedAYearBefore(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.open(t)
	w.pass(9*365*24*time.Hour + 30*24*time.Hour)
	a := w.open(t)
	if d := cmp.Diff([]string{"ca_ending"}, codes(a.Status().Warnings)); d != "" {
		t.Error(d)
	}
	if l := leaf(t, a); l.NotAfter.After(a.ca.cert.NotAfter) {
		t.Error("the certificate outlives its CA")
	}
}

func TestManyHandshakesAtOnceDuringARenewal(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.open(t)
	w.move(addrs("10.1.1.1")...)
	w.pass(2 * lookEvery)
	conf := a.TLSConfig()
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			if c, err := conf.GetCertificate(nil); err != nil || c == nil {
				t.Error(err)
			}
			a.Status()
		})
	}
	wg.Wait()
	if !slices.Contains(sans(leaf(t, a)), "10.1.1.1") {
		t.Error("not renewed")
	}
}
