package tlsca

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

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
