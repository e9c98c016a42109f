package tlsca

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"yakusho/internal/core"
)

// RenewCommand is what messages tell people to type to get a new CA; it calls Recreate.
const RenewCommand = "yakusho tls renew-ca"

// codeBeyond is the code of the Warning about addresses the CA may not sign.
const codeBeyond = "address_not_covered"

// lookEvery is how often a handshake may look at the clock, the addresses and the files.
const lookEvery = time.Minute

// Config is what the certificate is for. The zero value makes a CA for this machine.
type Config struct {
	Organisation string       // of the CA's name, for example みほん市
	Names        []string     // DNS names people open; the first is the one to send them to
	Addresses    []netip.Addr // configured addresses: listened on, or told to people
	Chosen       bool         // Addresses are all that people are to open; the machine's others are not missed
	CertFile     string       // own certificate chain (PEM or DER) instead of the internal CA
	KeyFile      string       // its key: PKCS#8, EC or RSA, without password

	Hostname string                       // of the machine; "" asks the system
	Local    func() ([]netip.Addr, error) // addresses of the machine; nil asks the system
	Log      *slog.Logger                 // nil means slog.Default()
}

// Mode says where the certificate comes from.
type Mode string

// The two modes.
const (
	ModeInternal Mode = "internal" // our own CA
	ModeOwn      Mode = "own"      // files of the office
)

// Warning is something to put right that does not stop the server.
type Warning struct {
	Code    string // stable, snake_case
	Message string // Japanese: what is wrong and what to do
}

// Status is what doctor, health and the guide page show.
type Status struct {
	Mode          Mode
	Subject       string    // common name of the server certificate
	Issuer        string    // common name of who signed it
	Fingerprint   string    // SHA-256 of the server certificate, AA:BB:…
	CAFingerprint string    // SHA-256 of the internal CA; empty with an own certificate
	NotBefore     time.Time // of the server certificate
	NotAfter      time.Time
	DaysLeft      int       // whole days, negative when it has ended
	CANotAfter    time.Time // zero with an own certificate
	SANs          []string  // names, then addresses
	Warnings      []Warning
}

// Authority holds the server certificate and keeps it fit for use.
type Authority struct {
	dir   string
	cfg   Config
	clock core.Clock
	log   *slog.Logger
	ca    *ca // nil with an own certificate

	now  atomic.Pointer[current]
	next atomic.Int64 // microseconds; before that, a handshake does not look
	mu   sync.Mutex   // of whoever looks
	seen string       // sizes and times of the own files, as last read

	beyond []netip.Addr // of the machine, but not for this CA to sign; guarded by mu
}

// current is what handshakes use. It is replaced, never changed.
type current struct {
	cert *tls.Certificate
	warn []Warning
}

// Open gets a usable certificate or says in Japanese why there is none. The first start makes the
// CA in dir; later starts load it. Errors: clock_far_off, ca_broken, ca_missing, ca_expired,
// ca_does_not_cover, tls_name_invalid, tls_dir_unwritable, and cert_… / key_… for own files.
func Open(dir string, cfg Config, clock core.Clock) (*Authority, error) {
	cfg, err := cfg.clean()
	if err != nil {
		return nil, err
	}
	a := &Authority{dir: dir, cfg: cfg, clock: clock, log: cfg.Log}
	now := clock()
	if cfg.CertFile != "" || cfg.KeyFile != "" {
		a.seen = a.ownState()
		cert, warn, err := loadOwn(cfg, now)
		if err != nil {
			return nil, err
		}
		a.put(cert, warn)
	} else {
		if err := a.openCA(now); err != nil {
			return nil, err
		}
	}
	a.next.Store(core.Micros(now.Add(lookEvery)))
	for _, w := range a.now.Load().warn {
		if w.Code != codeBeyond { // told when it was found
			a.tell(w)
		}
	}
	return a, nil
}

// Recreate replaces the CA in dir, for example because the constraints of the old one no longer
// cover the names. Every PC has to get the new CA certificate; the old key is gone for good. It
// works on a damaged directory too. Stop the server before, Open after.
func Recreate(dir string, cfg Config, clock core.Clock) error {
	cfg, err := cfg.clean()
	if err != nil {
		return err
	}
	if err := prepareDir(dir); err != nil {
		return err
	}
	c, err := newCA(cfg, clock())
	if err != nil {
		return err
	}
	return c.store(dir) // the server certificate of the old one is replaced by Open
}

func (cfg Config) clean() (Config, error) {
	names, err := cleanNames(cfg.Names)
	if err != nil {
		return cfg, err
	}
	cfg.Names, cfg.Addresses = names, cleanAddrs(cfg.Addresses)
	if cfg.Hostname == "" {
		cfg.Hostname, _ = os.Hostname() // unknown is fine: localhost and addresses remain
	}
	if cfg.Local == nil {
		cfg.Local = machineAddrs
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return cfg, nil
}

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

func (a *Authority) tell(w Warning) { a.log.Warn("certificate: "+w.Message, "code", w.Code) }

func (a *Authority) put(cert *tls.Certificate, warn []Warning) { a.now.Store(&current{cert, warn}) }

// TLSConfig returns a server configuration that always presents the present certificate.
func (a *Authority) TLSConfig() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			a.look()
			return a.now.Load().cert, nil
		},
	}
}

// look brings the certificate up to date, at most once a minute and by one handshake at a time; the
// others go on with the present one. Failing leaves the present one, a warning and another try.
func (a *Authority) look() {
	now := a.clock()
	if due := a.next.Load(); core.Micros(now) < due && due-core.Micros(now) <= lookEvery.Microseconds() {
		return // (a due time further away than that means that the clock was set back: look)
	}
	if !a.mu.TryLock() {
		return
	}
	defer a.mu.Unlock()
	a.next.Store(core.Micros(now.Add(lookEvery)))
	if a.ca == nil {
		a.lookOwn(now)
		return
	}
	if err := a.lookCA(now); err != nil {
		a.log.Error("server certificate could not be renewed; the old one stays in use", "err", err)
		cert := a.now.Load().cert
		a.put(cert, append(a.warnCA(cert.Leaf, now), Warning{"cert_renewal_failed",
			"サーバー証明書を更新できませんでした。いまの証明書を使い続けています。ディスクの空きとフォルダーの権限を確かめてください。"}))
	}
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

// ownState tells whether the own files were replaced.
func (a *Authority) ownState() string {
	var s string
	for _, f := range []string{a.cfg.CertFile, a.cfg.KeyFile} {
		if st, err := os.Stat(f); err == nil {
			s += strconv.FormatInt(st.Size(), 10) + "@" + strconv.FormatInt(st.ModTime().UnixNano(), 10) + " "
		} else {
			s += "? "
		}
	}
	return s
}

// lookOwn takes up replaced files; if they are not usable (half-copied, for example) it keeps the old
// certificate and looks at them again when they change again.
func (a *Authority) lookOwn(now time.Time) {
	cur := a.now.Load()
	state := a.ownState()
	if state != a.seen {
		a.seen = state
		cert, warn, err := loadOwn(a.cfg, now)
		if err == nil {
			a.log.Info("took up a replaced certificate", "names", sans(cert.Leaf), "until", cert.Leaf.NotAfter)
			a.put(cert, warn)
			return
		}
		var e *core.Error
		message := "置き換えられた証明書を使えません。"
		if errors.As(err, &e) {
			message += e.Message
		}
		a.log.Error("replaced certificate is not usable; the old one stays in use", "err", err)
		cur = &current{cur.cert, append(withoutCode(cur.warn, "cert_reload_failed"), Warning{"cert_reload_failed", message + "前の証明書を使い続けています。"})}
		a.now.Store(cur)
	}
}

func withoutCode(ws []Warning, code string) []Warning {
	return slices.DeleteFunc(slices.Clone(ws), func(w Warning) bool { return w.Code == code })
}

// Status describes the present certificate.
func (a *Authority) Status() Status {
	now, cur := a.clock(), a.now.Load()
	leaf := cur.cert.Leaf
	s := Status{
		Mode: ModeOwn, Subject: leaf.Subject.CommonName, Issuer: leaf.Issuer.CommonName,
		Fingerprint: fingerprint(leaf), NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter,
		DaysLeft: daysUntil(leaf.NotAfter, now), SANs: sans(leaf), Warnings: slices.Clone(cur.warn),
	}
	if a.ca != nil {
		s.Mode, s.CAFingerprint, s.CANotAfter = ModeInternal, fingerprint(a.ca.cert), a.ca.cert.NotAfter
		return s
	}
	switch { // nobody renews these for the office
	case now.After(leaf.NotAfter):
		s.Warnings = append(s.Warnings, Warning{"cert_expired", fmt.Sprintf("証明書の期限（%s）が切れています。新しい証明書のファイルに置き換えてください。再起動は要りません。", day(leaf.NotAfter))})
	case s.DaysLeft < 30:
		s.Warnings = append(s.Warnings, Warning{"cert_ending", fmt.Sprintf("証明書は%sに期限が切れます（あと%d日）。新しい証明書のファイルに置き換えてください。再起動は要りません。", day(leaf.NotAfter), s.DaysLeft)})
	}
	return s
}

func daysUntil(t, now time.Time) int {
	d := t.Sub(now)
	if d < 0 {
		return int(d/(24*time.Hour)) - 1
	}
	return int(d / (24 * time.Hour))
}

// FingerprintRows breaks a fingerprint into four rows of four groups, to compare by eye and aloud.
func FingerprintRows(fp string) [][]string {
	hex := strings.ReplaceAll(fp, ":", "")
	var rows [][]string
	for ; len(hex) >= 16; hex = hex[16:] {
		rows = append(rows, []string{hex[:4], hex[4:8], hex[8:12], hex[12:16]})
	}
	return rows
}

// CA returns the internal CA's certificate (DER), nil with an own certificate.
func (a *Authority) CA() []byte {
	if a.ca == nil {
		return nil
	}
	return slices.Clone(a.ca.cert.Raw)
}

// Covers reports whether the present certificate stands for host, a name or an address without port.
func (a *Authority) Covers(host string) bool {
	return a.now.Load().cert.Leaf.VerifyHostname(host) == nil
}

// Origins lists the addresses people open, best first: the configured names and addresses; if
// nothing is configured, the machine's name and its addresses beyond loopback.
func (a *Authority) Origins(port int) []string {
	leaf := a.now.Load().cert.Leaf
	var hosts []string
	add := func(h string) {
		if leaf.VerifyHostname(h) == nil && !slices.Contains(hosts, h) {
			hosts = append(hosts, h)
		}
	}
	for _, n := range a.cfg.Names {
		add(n)
	}
	for _, x := range a.cfg.Addresses {
		if !x.IsLoopback() {
			add(x.String())
		}
	}
	if len(hosts) == 0 {
		if h := cleanName(a.cfg.Hostname); validName(h) && h != "localhost" {
			add(h)
		}
		for _, x := range leafAddrs(leaf) {
			if !x.IsLoopback() && !x.IsLinkLocalUnicast() && len(hosts) < 8 {
				add(x.String())
			}
		}
	}
	if len(hosts) == 0 {
		hosts = []string{"localhost"}
	}
	out := make([]string, len(hosts))
	for i, h := range hosts {
		out[i] = origin(h, port)
	}
	return out
}

// origin writes https://host:port as browsers do, without :443.
func origin(host string, port int) string {
	if port == 443 {
		if x, err := netip.ParseAddr(host); err == nil && x.Is6() {
			return "https://[" + host + "]"
		}
		return "https://" + host
	}
	return "https://" + net.JoinHostPort(host, strconv.Itoa(port))
}
