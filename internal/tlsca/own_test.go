package tlsca

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
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

// adcs stands for the office's AD CS: a root, an intermediate and what they issue.
type adcs struct {
	root, inter       *x509.Certificate
	rootKey, interKey *ecdsa.PrivateKey
}

func issue(t *testing.T, tmpl, parent *x509.Certificate, pub crypto.PublicKey, by crypto.Signer) *x509.Certificate {
	t.Helper()
	tmpl.SerialNumber = serial()
	if parent == nil {
		parent = tmpl
	}
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, tmpl, parent, pub, by))(t)))(t)
}

func newADCS(t *testing.T, now time.Time) *adcs {
	t.Helper()
	x := &adcs{rootKey: ecKey(t), interKey: ecKey(t)}
	caTmpl := func(cn string) *x509.Certificate {
		return &x509.Certificate{
			Subject: pkix.Name{CommonName: cn}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(10, 0, 0),
			IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		}
	}
	x.root = issue(t, caTmpl("みほん市 Root CA"), nil, x.rootKey.Public(), x.rootKey)
	x.inter = issue(t, caTmpl("みほん市 Issuing CA"), x.root, x.interKey.Public(), x.rootKey)
	return x
}

func ecKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
}

func serverTmpl(now time.Time) *x509.Certificate {
	return &x509.Certificate{
		Subject: pkix.Name{CommonName: "kaigi"}, NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(1, 0, 0),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"kaigi.mihon.example"}, IPAddresses: []net.IP{net.ParseIP("198.51.100.7")},
	}
}

func certs(cs ...*x509.Certificate) string {
	var out string
	for _, c := range cs {
		out += string(encodeCert(c.Raw))
	}
	return out
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func TestOwnCertificateIsChecked(t *testing.T) {
	t.Parallel()
	now := newTown(t).now
	x := newADCS(t, now)
	key := ecKey(t)
	pkcs8 := block("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key))(t))
	made := func(change func(*x509.Certificate)) *x509.Certificate {
		tmpl := serverTmpl(now)
		if change != nil {
			change(tmpl)
		}
		return issue(t, tmpl, x.inter, key.Public(), x.interKey)
	}
	good := made(nil)
	rsaKey := must(rsa.GenerateKey(rand.Reader, 2048))(t)
	rsaCert := issue(t, serverTmpl(now), x.inter, rsaKey.Public(), x.interKey)
	for name, c := range map[string]struct {
		cert, key string
		code      string   // of the error
		say       []string // in its message
		warn      []string
		sent      int // certificates in the handshake
	}{
		"chain, PKCS#8":     {cert: certs(good, x.inter), key: pkcs8, sent: 2},
		"chain with root":   {cert: certs(good, x.inter, x.root), key: pkcs8, sent: 2},
		"leaf at the end":   {cert: certs(x.root, x.inter, good), key: pkcs8, sent: 2},
		"EC key":            {cert: certs(good, x.inter), key: block("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(key))(t)), sent: 2},
		"RSA key":           {cert: certs(rsaCert, x.inter), key: block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey)), sent: 2},
		"DER from Windows":  {cert: string(good.Raw), key: pkcs8, sent: 1, warn: []string{"cert_chain_incomplete"}},
		"text around it":    {cert: "Bag Attributes\r\n  friendlyName: x\r\n" + certs(good, x.inter), key: "notes\n" + pkcs8, sent: 2},
		"no intermediate":   {cert: certs(good), key: pkcs8, sent: 1, warn: []string{"cert_chain_incomplete"}},
		"one name missing":  {cert: certs(made(func(c *x509.Certificate) { c.IPAddresses = nil }), x.inter), key: pkcs8, sent: 2, warn: []string{"cert_names_missing"}},
		"no usage at all":   {cert: certs(made(func(c *x509.Certificate) { c.ExtKeyUsage = nil }), x.inter), key: pkcs8, sent: 2},
		"key of another":    {cert: certs(good, x.inter), key: block("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(ecKey(t)))(t)), code: "cert_key_mismatch", say: []string{"組になっていません", "cert.pem", "key.pem"}},
		"expired":           {cert: certs(made(func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Hour) })), key: pkcs8, code: "cert_expired", say: []string{"2026年11月22日", "切れています"}},
		"not yet valid":     {cert: certs(made(func(c *x509.Certificate) { c.NotBefore = now.AddDate(0, 0, 5) })), key: pkcs8, code: "cert_not_yet_valid", say: []string{"2026年11月27日", "時計"}},
		"client only":       {cert: certs(made(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })), key: pkcs8, code: "cert_not_for_server", say: []string{"サーバー認証", "AD CS"}},
		"a CA":              {cert: certs(x.inter), key: block("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(x.interKey))(t)), code: "cert_is_ca", say: []string{"認証局"}},
		"of another server": {cert: certs(made(func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"mail.mihon.example"}, nil })), key: pkcs8, code: "cert_wrong_names", say: []string{"mail.mihon.example", "kaigi.mihon.example"}},
		"no names at all":   {cert: certs(made(func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = nil, nil })), key: pkcs8, code: "cert_wrong_names", say: []string{"なし"}},
		"no certificate":    {cert: pkcs8, key: pkcs8, code: "cert_unreadable", say: []string{"証明書が入っていません", ".pfx"}},
		"PKCS#12":           {cert: "\x30\x82\x01\x02\x02\x01\x03rubbish", key: pkcs8, code: "cert_unreadable", say: []string{".pfx"}},
		"damaged":           {cert: block("CERTIFICATE", good.Raw[:100]), key: pkcs8, code: "cert_unreadable", say: []string{"壊れています"}},
		"no key":            {cert: certs(good), key: certs(good), code: "key_unreadable", say: []string{"秘密鍵が入っていません"}},
		"damaged key":       {cert: certs(good), key: block("PRIVATE KEY", []byte("x")), code: "key_unreadable", say: []string{"壊れています"}},
		"encrypted PKCS#8":  {cert: certs(good), key: block("ENCRYPTED PRIVATE KEY", []byte("x")), code: "key_encrypted", say: []string{"パスワード", "key.pem"}},
		"encrypted RSA":     {cert: certs(good), key: "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n", code: "key_encrypted", say: []string{"パスワード"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			w.own(t, c.cert, c.key)
			a, err := Open(w.dir, w.cfg, w.clock)
			if c.code != "" {
				if code(err) != c.code {
					t.Fatalf("%v, want %s", err, c.code)
				}
				for _, s := range c.say {
					if !strings.Contains(message(err), s) {
						t.Errorf("message lacks %q: %s", s, message(err))
					}
				}
				return
			}
			if err != nil {
				t.Fatalf("%v: %s", err, message(err))
			}
			st := a.Status()
			if d := cmp.Diff(c.warn, codes(st.Warnings)); d != "" {
				t.Error(d)
			}
			if st.Mode != ModeOwn || st.Issuer != "みほん市 Issuing CA" || st.CAFingerprint != "" || a.CA() != nil {
				t.Errorf("%+v", st)
			}
			if got := len(must(a.TLSConfig().GetCertificate(nil))(t).Certificate); got != c.sent {
				t.Errorf("%d certificates are sent, want %d", got, c.sent)
			}
			if _, err := os.Stat(w.dir); err == nil {
				t.Error("a CA directory was made for nothing")
			}
		})
	}
}

func (w *town) own(t *testing.T, cert, key string) {
	t.Helper()
	dir := filepath.Dir(w.dir)
	w.cfg.CertFile, w.cfg.KeyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	w.put(t, w.cfg.CertFile, cert)
	w.put(t, w.cfg.KeyFile, key)
}

// put writes a file as of the town's clock, so that a change is seen however fast the test is.
func (w *town) put(t *testing.T, path, s string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, w.clock(), w.clock()); err != nil {
		t.Fatal(err)
	}
}

func TestOwnFilesThatAreMissingOrHalfConfigured(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.cfg.CertFile = filepath.Join(w.dir, "nothing.pem")
	if _, err := Open(w.dir, w.cfg, w.clock); code(err) != "cert_config" {
		t.Error(err)
	}
	w.cfg.KeyFile = w.cfg.CertFile
	_, err := Open(w.dir, w.cfg, w.clock)
	if code(err) != "cert_unreadable" || !strings.Contains(message(err), "nothing.pem") || !strings.Contains(message(err), "ありません") {
		t.Errorf("%v %s", err, message(err))
	}
}

func TestListenedAddressAloneIsNoReasonToRefuse(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	x, key := newADCS(t, w.now), ecKey(t)
	w.cfg.Names, w.cfg.Addresses = nil, []netip.Addr{netip.MustParseAddr("10.0.0.5"), netip.MustParseAddr("127.0.0.1")}
	w.own(t, certs(issue(t, serverTmpl(w.now), x.inter, key.Public(), x.interKey), x.inter), block("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key))(t)))
	if d := cmp.Diff([]string{"cert_names_missing"}, codes(w.open(t).Status().Warnings)); d != "" {
		t.Error(d)
	}
}

func TestReplacedOwnCertificateIsTakenUpAndABrokenOneIsNot(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	x, key := newADCS(t, w.now), ecKey(t)
	mint := func() (string, *x509.Certificate) {
		c := issue(t, serverTmpl(w.now), x.inter, key.Public(), x.interKey)
		return certs(c, x.inter), c
	}
	pemA, a1 := mint()
	pemB, b1 := mint()
	w.own(t, pemA, block("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key))(t)))
	a := w.open(t)
	w.pass(time.Second)
	w.put(t, w.cfg.CertFile, pemB)
	if !leaf(t, a).Equal(a1) {
		t.Error("looked at the files within a minute")
	}
	w.pass(2 * lookEvery)
	if !leaf(t, a).Equal(b1) {
		t.Error("the replaced certificate was not taken up")
	}
	w.put(t, w.cfg.CertFile, pemA[:200]) // a copy in progress
	w.pass(2 * lookEvery)
	if !leaf(t, a).Equal(b1) {
		t.Error("a broken file was taken up")
	}
	st := a.Status()
	if i := slices.IndexFunc(st.Warnings, func(w Warning) bool { return w.Code == "cert_reload_failed" }); i < 0 || !strings.Contains(st.Warnings[i].Message, "前の証明書を使い続けています") {
		t.Errorf("%+v", st.Warnings)
	}
	w.pass(2 * lookEvery)
	w.put(t, w.cfg.CertFile, pemA)
	w.pass(2 * lookEvery)
	if !leaf(t, a).Equal(a1) || len(a.Status().Warnings) != 0 {
		t.Errorf("the repaired file was not taken up: %v", a.Status().Warnings)
	}
}

func TestEndOfAnOwnCertificateIsAnnouncedAndDoesNotStopARunningServer(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	x, key := newADCS(t, w.now), ecKey(t)
	c := issue(t, serverTmpl(w.now), x.inter, key.Public(), x.interKey)
	w.own(t, certs(c, x.inter), block("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key))(t)))
	a := w.open(t)
	w.pass(c.NotAfter.AddDate(0, 0, -10).Sub(w.now))
	if st := a.Status(); st.DaysLeft != 10 || !slices.Contains(codes(st.Warnings), "cert_ending") {
		t.Errorf("%d days, %v", st.DaysLeft, st.Warnings)
	}
	w.pass(11 * 24 * time.Hour)
	if st := a.Status(); st.DaysLeft >= 0 || !slices.Contains(codes(st.Warnings), "cert_expired") {
		t.Errorf("%d days, %v", st.DaysLeft, st.Warnings)
	}
	if !leaf(t, a).Equal(c) {
		t.Error("no certificate is served any more")
	}
}

func FuzzParsePEM(f *testing.F) {
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Add([]byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"))
	f.Add([]byte{0x30, 0x82})
	c, err := newCA(Config{Organisation: "x"}, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	if err != nil {
		f.Fatal(err)
	}
	pair, err := encodePair(c.key, c.cert.Raw)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(pair)
	f.Add(c.cert.Raw)
	f.Fuzz(func(t *testing.T, in []byte) {
		p, err := parsePEM(in)
		if err != nil {
			return
		}
		for _, c := range p.certs {
			if len(c.Raw) == 0 {
				t.Fatal("a certificate of nothing")
			}
			if p.key != nil {
				fits(c, p.key)
			}
		}
	})
}
