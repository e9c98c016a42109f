package tlsca

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The server certificate of our own CA: made, kept, and made again when it ends or the machine has changed.

// codeBeyond is the code of the Warning about addresses the CA may not sign.
const codeBeyond = "address_not_covered"

func (a *Authority) openCA(now time.Time) error {
	if now.Before(earliest()) {
		return errClock(now)
	}
	if err := prepareDir(a.dir); err != nil {
		return err
	}
	c, err := loadCA(a.dir, now)
	if err != nil {
		return err
	}
	if c == nil {
		if c, err = newCA(a.cfg, now); err != nil {
			return err
		}
		if err := c.store(a.dir); err != nil {
			return err
		}
		a.log.Info("made an internal CA", "name", c.cert.Subject.CommonName, "sha256", fingerprint(c.cert))
	} else if err := c.publish(a.dir); err != nil {
		return err
	}
	if err := c.covers(a.cfg); err != nil {
		return err
	}
	a.ca = c
	stored := a.loadServer()
	if stored != nil && now.Before(stored.Leaf.NotBefore.Add(-farOff)) {
		return errClock(now).Because("server certificate is valid from %s", stored.Leaf.NotBefore)
	}
	if stored != nil {
		a.put(stored, nil)
	}
	return a.lookCA(now)
}

// loadServer returns the stored server certificate if it is whole and of this CA, else nil.
func (a *Authority) loadServer() *tls.Certificate {
	data, err := os.ReadFile(filepath.Join(a.dir, serverFile))
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			a.log.Warn("server certificate cannot be read and is made again", "err", err)
		}
		return nil
	}
	p, err := parsePEM(data)
	if err != nil || p.key == nil || len(p.certs) == 0 || !fits(p.certs[0], p.key) || p.certs[0].CheckSignatureFrom(a.ca.cert) != nil {
		a.log.Warn("server certificate is damaged or of another CA and is made again", "err", err)
		return nil
	}
	return &tls.Certificate{PrivateKey: p.key, Leaf: p.certs[0], Certificate: [][]byte{p.certs[0].Raw}}
}

// lookCA issues a certificate if there is none, it ends soon, or the machine's names and addresses
// have changed.
func (a *Authority) lookCA(now time.Time) error {
	cur := a.now.Load()
	names, addrs, beyond, err := a.subject()
	if err == nil {
		a.setBeyond(beyond)
	} else {
		if cur == nil {
			return err
		}
		a.log.Warn("addresses of the machine cannot be listed; the certificate stays as it is", "err", err)
		addrs = leafAddrs(cur.cert.Leaf)
	}
	if cur != nil {
		leaf := cur.cert.Leaf
		same := slices.Equal(leaf.DNSNames, names) && slices.Equal(leafAddrs(leaf), addrs)
		// With less than 30 days left of the CA itself, a new certificate would not live longer.
		ends := now.Add(renewLeft).After(leaf.NotAfter) && leaf.NotAfter.Before(a.ca.cert.NotAfter)
		// A clock set far back: a new certificate would be of the past and help nobody.
		past := now.Before(leaf.NotBefore.Add(-farOff))
		if same && !ends || past || now.After(a.ca.cert.NotAfter) {
			a.put(cur.cert, a.warnCA(leaf, now))
			return nil
		}
	}
	key, leaf, err := a.ca.sign(names, addrs, now)
	if err != nil {
		return err
	}
	data, err := encodePair(key, leaf.Raw)
	if err != nil {
		return err
	}
	if err := writeFile(a.dir, serverFile, data, 0o600); err != nil {
		return err
	}
	a.put(&tls.Certificate{PrivateKey: key, Leaf: leaf, Certificate: [][]byte{leaf.Raw}}, a.warnCA(leaf, now))
	a.log.Info("issued a server certificate", "names", sans(leaf), "until", leaf.NotAfter)
	return nil
}

// subject returns what the server certificate is to stand for: names in configured order, addresses
// sorted, without what the CA may not sign. beyond are the machine's IPv4 addresses that are left out for
// that reason. (IPv6 ones change by themselves, and nobody types them.)
func (a *Authority) subject() (names []string, addrs, beyond []netip.Addr, err error) {
	sc := a.ca.scope()
	for _, n := range append(slices.Clone(a.cfg.Names), cleanName(a.cfg.Hostname), "localhost") {
		if validName(n) && sc.name(n) && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	addrs = append(slices.Clone(a.cfg.Addresses), netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback())
	local, err := a.cfg.Local()
	local = cleanAddrs(local)
	slices.SortFunc(local, netip.Addr.Compare)
	for _, x := range local {
		if x.Is4() && !sc.addr(x) && !a.cfg.Chosen {
			beyond = append(beyond, x)
		}
	}
	addrs = slices.DeleteFunc(cleanAddrs(append(addrs, local...)), func(x netip.Addr) bool { return !sc.addr(x) })
	addrs = addrs[:min(len(addrs), max(maxAddresses, len(a.cfg.Addresses)+2))]
	slices.SortFunc(addrs, netip.Addr.Compare)
	return names, addrs, beyond, err
}

// setBeyond keeps which addresses to warn of.
func (a *Authority) setBeyond(addrs []netip.Addr) {
	if slices.Equal(a.beyond, addrs) {
		return
	}
	a.beyond = addrs
	if len(addrs) > 0 {
		a.tell(warnBeyond(addrs))
	}
}

func warnBeyond(addrs []netip.Addr) Warning {
	var s []string
	for _, x := range addrs {
		s = append(s, x.String())
	}
	return Warning{codeBeyond, fmt.Sprintf(
		"このサーバーのアドレス「%s」は、いまの内部認証局では証明できないため、証明書に入っていません。このアドレスで開くと警告が出ます。"+
			"使うときは、ほかに使うアドレスと一緒に server.addresses に書いて %s --yes を実行してください。CA 証明書を全部のパソコンへ配り直す必要があります。",
		strings.Join(s, "」「"), RenewCommand)}
}

func leafAddrs(c *x509.Certificate) []netip.Addr {
	var out []netip.Addr
	for _, ip := range c.IPAddresses {
		if x, ok := netip.AddrFromSlice(ip); ok {
			out = append(out, x.Unmap())
		}
	}
	return out
}

func (a *Authority) warnCA(leaf *x509.Certificate, now time.Time) []Warning {
	var out []Warning
	switch {
	case now.Before(leaf.NotBefore.Add(-farOff)), now.Before(a.ca.cert.NotBefore):
		out = append(out, Warning{"clock_far_off", "サーバーの時計が大きくずれています。時計を合わせてください。会議はそのまま続けられます。"})
	case now.After(a.ca.cert.NotAfter):
		out = append(out, Warning{"ca_expired", fmt.Sprintf("内部認証局の期限（%s）が切れています。「%s」で作り直し、CA 証明書を配り直してください。", day(a.ca.cert.NotAfter), RenewCommand)})
	case now.Add(caEnding).After(a.ca.cert.NotAfter):
		out = append(out, Warning{"ca_ending", fmt.Sprintf("内部認証局は%sに期限が切れます。それまでに「%s」で作り直し、CA 証明書を配り直してください。", day(a.ca.cert.NotAfter), RenewCommand)})
	}
	if len(a.beyond) > 0 {
		out = append(out, warnBeyond(a.beyond))
	}
	return out
}
