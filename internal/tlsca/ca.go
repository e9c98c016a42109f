package tlsca

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"yakusho/internal/core"
)

const (
	caYears    = 10
	serverLife = 397 * 24 * time.Hour // what browsers accept at most; never more, backdating included
	renewLeft  = 30 * 24 * time.Hour
	backdate   = 24 * time.Hour // desk PCs whose clocks are slow must not see a certificate of the future
	caEnding   = 365 * 24 * time.Hour
	farOff     = 48 * time.Hour
)

// earliest is before this program was written: a clock that says less is wrong.
func earliest() time.Time { return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) }

func errClock(now time.Time) *core.Error {
	return core.Unavailable("clock_far_off", fmt.Sprintf(
		"サーバーの時計が大きくずれています（いま %s）。時計を合わせてから、もう一度起動してください。データは失われていません。",
		now.In(japan()).Format("2006年1月2日 15:04")))
}

func japan() *time.Location { return time.FixedZone("JST", 9*3600) }

// ca is the office's own certification authority.
type ca struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// newCA makes a CA for what cfg names. Its constraints are critical: software that does not
// understand them must refuse it rather than trust it for everything.
func newCA(cfg Config, now time.Time) (*ca, error) {
	if now.Before(earliest()) {
		return nil, errClock(now)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make CA key: %w", err)
	}
	t := &x509.Certificate{
		SerialNumber:                serial(),
		Subject:                     caName(cfg.Organisation, now),
		NotBefore:                   now.Add(-backdate).Truncate(time.Second),
		NotAfter:                    now.AddDate(caYears, 0, 0).Truncate(time.Second),
		IsCA:                        true,
		BasicConstraintsValid:       true,
		MaxPathLenZero:              true,
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		ExtKeyUsage:                 []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         permittedNames(cfg),
	}
	for _, p := range permittedRanges(cfg) {
		t.PermittedIPRanges = append(t.PermittedIPRanges, &net.IPNet{
			IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		})
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make CA certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read back CA certificate: %w", err)
	}
	return &ca{cert, key}, nil
}

// caName carries the day, so that an old and a new CA can be told apart in a list of certificates.
func caName(org string, now time.Time) pkix.Name {
	org = strings.TrimSpace(org)
	if org == "" {
		org = "役所"
	}
	suffix := now.In(japan()).Format(" 内部認証局 (Yakusho 2006-01-02)")
	cn := []rune(org)
	if room := 64 - len([]rune(suffix)); len(cn) > room { // ub-common-name, RFC 5280 appendix A
		cn = cn[:room]
	}
	o := []rune(org)
	return pkix.Name{CommonName: string(cn) + suffix, Organization: []string{string(o[:min(len(o), 64)])}}
}

// permittedNames is never empty: without any DNS constraint the CA could sign every name there is.
func permittedNames(cfg Config) []string {
	out := slices.Clone(cfg.Names)
	if h := cleanName(cfg.Hostname); validName(h) && !slices.Contains(out, h) {
		out = append(out, h) // the only name an unconfigured server can be called by
	}
	if !slices.Contains(out, "localhost") {
		out = append(out, "localhost")
	}
	return out
}

func permittedRanges(cfg Config) []netip.Prefix {
	out := privateRanges()
	for _, a := range cfg.Addresses {
		if !(scope{ranges: out}).addr(a) {
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
		}
	}
	return out
}

func (c *ca) scope() scope {
	s := scope{names: c.cert.PermittedDNSDomains}
	for _, n := range c.cert.PermittedIPRanges {
		if p, ok := prefixOf(n); ok {
			s.ranges = append(s.ranges, p)
		}
	}
	return s
}

// covers returns an error that names what was configured and this CA may not sign.
func (c *ca) covers(cfg Config) error {
	sc := c.scope()
	var out []string
	for _, n := range cfg.Names {
		if !sc.name(n) {
			out = append(out, n)
		}
	}
	for _, a := range cfg.Addresses {
		if !sc.addr(a) {
			out = append(out, a.String())
		}
	}
	if len(out) == 0 {
		return nil
	}
	return core.Conflict("ca_does_not_cover", fmt.Sprintf(
		"設定された「%s」は、いまの内部認証局では証明できません（作ったときの名前とアドレスに限られています）。"+
			"設定を元に戻すか、「%s」で認証局を作り直し、新しい CA 証明書を全部のパソコンへ配り直してください。",
		strings.Join(out, "」「"), RenewCommand))
}

// sign makes a server certificate for names and addrs, which must be within the scope.
func (c *ca) sign(names []string, addrs []netip.Addr, now time.Time) (crypto.Signer, *x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make server key: %w", err)
	}
	from := now.Add(-backdate).Truncate(time.Second)
	if from.Before(c.cert.NotBefore) {
		from = c.cert.NotBefore
	}
	// A certificate is valid through the last second named, so 397 days end a second earlier.
	to := from.Add(serverLife - time.Second)
	if to.After(c.cert.NotAfter) {
		to = c.cert.NotAfter
	}
	t := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{CommonName: cut(names[0], 64), Organization: c.cert.Subject.Organization},
		NotBefore:             from,
		NotAfter:              to,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		DNSNames:              names,
	}
	for _, a := range addrs {
		t.IPAddresses = append(t.IPAddresses, a.AsSlice())
	}
	der, err := x509.CreateCertificate(rand.Reader, t, c.cert, key.Public(), c.key)
	if err != nil {
		return nil, nil, fmt.Errorf("sign server certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, fmt.Errorf("read back server certificate: %w", err)
	}
	return key, leaf, nil
}

func cut(s string, n int) string { return s[:min(len(s), n)] }

// serial is 127 random bits: positive and at most 20 bytes (RFC 5280 §4.1.2.2).
func serial() *big.Int {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	b[0] &= 0x7F
	return new(big.Int).SetBytes(b)
}

// loadCA returns the stored CA, nil if there never was one. A damaged or vanished CA is an error
// and not a reason to make a new one: every PC would stop trusting the server without a word.
func loadCA(dir string, now time.Time) (*ca, error) {
	path := filepath.Join(dir, caFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		for _, trace := range []string{caPublic, serverFile} {
			if _, err := os.Stat(filepath.Join(dir, trace)); err == nil {
				return nil, core.Unavailable("ca_missing", fmt.Sprintf(
					"内部認証局のファイル「%s」がなくなっています。バックアップから戻してください。戻せないときは「%s」で作り直し、CA 証明書を配り直します。",
					path, RenewCommand)).Because("%s is there without %s", trace, caFile)
			}
		}
		return nil, nil
	}
	if err != nil {
		return nil, core.Unavailable("ca_unreadable", fmt.Sprintf(
			"内部認証局のファイル「%s」を読めません。ファイルの権限を確かめてください。", path)).Because("read CA: %w", err)
	}
	p, err := parsePEM(data)
	if err == nil && (p.key == nil || len(p.certs) == 0) {
		err = errors.New("key or certificate is missing")
	}
	if err == nil && (!p.certs[0].IsCA || !fits(p.certs[0], p.key)) {
		err = errors.New("key and certificate do not fit")
	}
	if err != nil {
		return nil, core.Unavailable("ca_broken", fmt.Sprintf(
			"内部認証局のファイル「%s」が壊れています。バックアップから戻してください。戻せないときは「%s」で作り直し、CA 証明書を配り直します。",
			path, RenewCommand)).Because("load CA: %w", err)
	}
	c := &ca{p.certs[0], p.key}
	switch {
	case now.Before(c.cert.NotBefore):
		return nil, errClock(now).Because("CA is valid from %s", c.cert.NotBefore)
	case now.After(c.cert.NotAfter):
		return nil, core.Unavailable("ca_expired", fmt.Sprintf(
			"内部認証局の期限（%s）が切れています。サーバーの時計が正しければ、「%s」で作り直し、CA 証明書を配り直してください。",
			day(c.cert.NotAfter), RenewCommand))
	}
	if st, err := os.Stat(path); err == nil && runtime.GOOS != "windows" && st.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(path, 0o600); err != nil { // someone restored it without care
			return nil, errDir(dir).Because("make CA key private: %w", err)
		}
	}
	return c, nil
}

// store writes the secret file first: the public one can be made from it.
func (c *ca) store(dir string) error {
	data, err := encodePair(c.key, c.cert.Raw)
	if err != nil {
		return err
	}
	if err := writeFile(dir, caFile, data, 0o600); err != nil {
		return err
	}
	return c.publish(dir)
}

// publish makes ca.crt say what ca.pem says.
func (c *ca) publish(dir string) error {
	want := encodeCert(c.cert.Raw)
	if have, err := os.ReadFile(filepath.Join(dir, caPublic)); err == nil && bytes.Equal(have, want) {
		return nil
	}
	return writeFile(dir, caPublic, want, 0o644)
}

// fingerprint is SHA-256 over the DER form, as every certificate viewer shows it.
func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return strings.ToUpper(strings.Join(strings.Split(fmt.Sprintf("% x", sum[:]), " "), ":"))
}

func day(t time.Time) string { return t.In(japan()).Format("2006年1月2日") }
