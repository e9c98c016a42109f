package tlsca

import (
	"crypto/tls"
	"log/slog"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"yakusho/internal/core"
)

// RenewCommand is what messages tell people to type to get a new CA; it calls Recreate.
const RenewCommand = "yakusho tls renew-ca"

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
		a.put(cert, append(a.warnCA(cert.Leaf, now), Warning{
			"cert_renewal_failed",
			"サーバー証明書を更新できませんでした。いまの証明書を使い続けています。ディスクの空きとフォルダーの権限を確かめてください。",
		}))
	}
}
