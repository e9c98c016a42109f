package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/httpx"
	"yakusho/internal/sqldb"
	"yakusho/internal/tlsca"
)

// serveArgs are the flags of serve; they win over the config file.
type serveArgs struct {
	Config string `help:"設定ファイル（TOML）。なくても動きます。" type:"path" placeholder:"FILE"`
	Data   string `help:"データの置き場所。" placeholder:"DIR"`
	Listen string `help:"HTTPS・音声・映像の口。" placeholder:"HOST:PORT"`
	HTTP   string `name:"http" help:"証明書を配る、暗号なしの案内ページの口。off で止めます。" placeholder:"HOST:PORT"`
	Sample bool   `help:"見本の町「みほん市」を入れて動かします。"`
}

// stopIn is how long stopping in order may take; what is left then is cut.
const stopIn = 10 * time.Second

// serve runs the server until ctx ends.
func serve(ctx context.Context, args serveArgs, stdout, stderr io.Writer) error {
	conf, err := args.config()
	if err != nil {
		return err
	}
	log := newLog(conf.Log, stderr)
	slog.SetDefault(log)
	lock, err := openData(conf.Server.Data)
	if err != nil {
		return err
	}
	defer lock.Close()
	tcp, err := listen(conf.Server.Listen)
	if err != nil {
		return err
	}
	defer tcp.Close()
	place, err := findPlace(conf, tcp.Addr())
	if err != nil {
		return err
	}
	ca, err := tlsca.Open(filepath.Join(conf.Server.Data, "tls"), certificateFor(conf, place, log), core.SystemClock)
	if err != nil {
		return fmt.Errorf("open certificates: %w", err)
	}
	db, err := sqldb.Open(ctx, conf.databaseURL())
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	defer db.Close()
	disk := newWritable(log, core.SystemClock)
	db.OnTx(disk.heard)

	split := httpx.NewSplit(tcp, ca.TLSConfig(), httpx.SplitOptions{Log: log})
	defer split.Close()
	p := parts{db: db, disk: disk, ca: ca, relay: split.Other(), split: split, log: log, sample: args.Sample, origins: origins(conf, place, ca, args.Sample)}
	guide, err := listenGuide(conf, place, p)
	if err != nil {
		p.noGuide = noGuide(conf, place)
		log.WarnContext(ctx, p.noGuide, "err", err)
	}
	if guide != nil {
		defer guide.ln.Close()
		p.guide = guide.url
	}
	app, err := build(ctx, conf, place, p)
	if err != nil {
		return err
	}
	if err := app.greet(ctx, stdout, p); err != nil {
		return err
	}
	probing, stopProbing := context.WithCancel(ctx)
	probed := make(chan struct{})
	go func() {
		defer close(probed)
		disk.run(probing, db.Probe)
	}()
	err = app.run(ctx, split.Web(), guide)
	stopProbing()
	<-probed
	return err
}

// config reads the file and puts the flags over it.
func (a serveArgs) config() (config, error) {
	c, err := readConfig(a.Config)
	if err != nil {
		return c, err
	}
	for flag, field := range map[string]*string{a.Data: &c.Server.Data, a.Listen: &c.Server.Listen, a.HTTP: &c.Server.HTTP} {
		if flag != "" {
			*field = flag
		}
	}
	if a.Sample {
		c.Till.Enabled = true
		unnamed, town := defaultConfig().Office, sampleOffice()
		if c.Office.Name == unnamed.Name {
			c.Office.Name = town.Name
			if c.Office.Contact == unnamed.Contact {
				c.Office.Contact = town.Contact
			}
		}
	}
	if bad := c.check(); len(bad) > 0 {
		return c, bad
	}
	return c, nil
}

func newLog(c logConfig, w io.Writer) *slog.Logger {
	level, err := c.level()
	if err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// The refusals of a start. They are all a person sees of it.
var (
	errDataLocked = core.Conflict("data_in_use", "このデータの置き場所は、もう動いているサーバーが使っています。そちらを止めるか、--data で別の場所を指定してください。")
	errDataDir    = core.Unavailable("data_unwritable", "データの置き場所に書き込めません。場所があるか、書き込みの権限と空きがあるかを確かめてください。")
	errPortInUse  = core.Unavailable("port_in_use", "このポート番号は、ほかのプログラムが使っています。そのプログラムを止めるか、--listen で別の番号を指定してください。")
	errListen     = core.Invalid("listen_impossible", "このアドレスでは待ち受けられません。このパソコンのアドレスかどうかを確かめてください。")
	errNotOurs    = core.Invalid("address_not_ours", "server.addresses に、このパソコンにないアドレスがあります。下のアドレスを直すか、消してください。")
	errNoAddress  = core.Invalid("no_media_address", "音声と映像に使うアドレスがありません。server.addresses にこのパソコンのアドレスを書いてください。")
)

// openData makes the data directory and takes it for this process alone; the lock goes with the
// process, however it ends.
func openData(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, errDataDir.Because("make %s: %w", dir, err)
	}
	// A directory somebody made before may be open to all; what is in it is not for all.
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, errDataDir.Because("close %s to others: %w", dir, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, errDataDir.Because("open lock in %s: %w", dir, err)
	}
	if err := lockFile(f); err != nil {
		f.Close()
		return nil, errDataLocked.Because("lock %s: %w", dir, err)
	}
	return f, nil
}

func listen(address string) (net.Listener, error) {
	ln, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, errPortInUse.Because("listen on %s: %w", address, err)
	case err != nil:
		return nil, errListen.Because("listen on %s: %w", address, err)
	}
	return ln, nil
}

// place is where this server can be reached.
type place struct {
	host   string // listened on; "" is everywhere
	port   uint16 // of HTTPS, media and relay alike
	media  []netip.Addr
	chosen bool // media are what somebody wrote down, not what the machine happens to have
}

// certificateFor is what the certificate is for. A CA that is made now may sign for every address the
// machine has; later it must not stand in the way of a start when the machine gets another.
func certificateFor(c config, p place, log *slog.Logger) tlsca.Config {
	t := tlsca.Config{
		Organisation: c.Office.Name, Names: c.Server.Names, CertFile: c.TLS.Cert, KeyFile: c.TLS.Key, Log: log,
		Chosen: p.chosen,
	}
	_, err := os.Stat(filepath.Join(c.Server.Data, "tls", "ca.pem"))
	if p.chosen || errors.Is(err, os.ErrNotExist) {
		t.Addresses = p.media
	}
	return t
}

func (p place) mediaPorts() []netip.AddrPort {
	out := make([]netip.AddrPort, 0, len(p.media))
	for _, a := range p.media {
		out = append(out, netip.AddrPortFrom(a, p.port))
	}
	return out
}

// findPlace decides which addresses carry picture and sound: the configured ones; else the one that is
// listened on; else all the machine has.
func findPlace(c config, bound net.Addr) (place, error) {
	at, err := netip.ParseAddrPort(bound.String())
	if err != nil {
		return place{}, errListen.Because("read %s: %w", bound, err)
	}
	p := place{port: at.Port()}
	if p.host, _, err = splitListen(c.Server.Listen); err != nil {
		return place{}, errListen.Because("read %q: %w", c.Server.Listen, err)
	}
	if p.media, err = c.addresses(); err != nil {
		return place{}, err
	}
	switch ip := at.Addr().Unmap(); {
	case len(p.media) > 0:
		if err := isOurs(p.media); err != nil {
			return place{}, err
		}
		p.chosen = true
	case !ip.IsUnspecified():
		p.media, p.chosen = []netip.Addr{ip}, true
	default:
		if p.media, err = machineAddresses(); err != nil {
			return place{}, err
		}
	}
	if len(p.media) == 0 {
		return place{}, errNoAddress
	}
	return p, nil
}

// isOurs refuses an address this machine does not have: the engine would leave it out in silence.
func isOurs(want []netip.Addr) error {
	have, err := net.InterfaceAddrs()
	if err != nil {
		return errNoAddress.Because("list addresses: %w", err)
	}
	for _, w := range want {
		if !slices.ContainsFunc(have, func(a net.Addr) bool {
			n, err := netip.ParsePrefix(a.String())
			return err == nil && n.Addr().Unmap() == w
		}) {
			return errNotOurs.Because("configured address %s", w)
		}
	}
	return nil
}

// machineAddresses are the addresses somebody on a LAN, or on this machine, can reach us by.
func machineAddresses() ([]netip.Addr, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, errNoAddress.Because("list addresses: %w", err)
	}
	var out []netip.Addr
	for _, a := range all {
		n, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue
		}
		if ip := n.Addr().Unmap(); ip.IsGlobalUnicast() || ip == netip.AddrFrom4([4]byte{127, 0, 0, 1}) {
			out = append(out, ip)
		}
	}
	return out, nil
}

// plain is an error as the person who started the program should read it.
func plain(err error) string {
	var e *core.Error
	if errors.As(err, &e) {
		if e.Err != nil {
			return fmt.Sprintf("%s\n  （%s: %v）", e.Message, e.Code, e.Err)
		}
		return e.Message
	}
	return err.Error()
}

// guidePage is the plain-HTTP page that hands out the CA.
type guidePage struct {
	ln  net.Listener
	srv *http.Server
	url string
}

// guideAddress is where the page that hands out the CA listens.
func guideAddress(c config, at place) string {
	if c.Server.HTTP != "" {
		return c.Server.HTTP
	}
	return net.JoinHostPort(at.host, strconv.Itoa(int(at.port)+1))
}

// noGuide says that the page that hands out the CA is not there, and what to do about it.
func noGuide(c config, at place) string {
	return "証明書の案内を出せません。" + guideAddress(c, at) + " はほかのプログラムが使っているか、使えない番号です。--http で別の番号を指定してください。"
}

// listenGuide opens the second port. That it cannot be opened is no reason not to serve.
func listenGuide(c config, at place, p parts) (*guidePage, error) {
	if c.Server.HTTP == "off" {
		return nil, nil
	}
	address := guideAddress(c, at)
	h, err := p.ca.Guide(tlsca.GuideOptions{City: c.Office.Name, Port: int(at.port)})
	if err != nil {
		return nil, err
	}
	ln, err := listen(address)
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		return nil, err
	}
	return &guidePage{ln: ln, srv: httpx.NewServer(h, p.log), url: "http://" + net.JoinHostPort(hostOf(p.origins[0]), port) + "/"}, nil
}

// run serves until ctx ends and stops everything in the order that loses nothing.
func (a *app) run(ctx context.Context, web net.Listener, guide *guidePage) error {
	books, stopBooks := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBooks()
	var wg sync.WaitGroup
	if a.meets { // else the stays in the books are those of another server
		wg.Go(func() {
			if err := a.meet.Run(books); err != nil {
				a.log.Error("attendance is not kept", "err", err)
			}
		})
	}
	wg.Go(func() { a.sweepSessions(books) })
	wg.Go(func() { a.refusals.Run(books, a.log) })
	if guide != nil {
		wg.Go(func() {
			if err := httpx.Serve(ctx, guide.srv, guide.ln, time.Second); err != nil {
				a.log.Warn("page that hands out the CA", "err", err)
			}
		})
	}
	stopTill := func() {}
	if a.till != nil {
		stopTill = a.till.run(ctx)
	}
	err := httpx.Serve(ctx, httpx.NewServer(a.handler, a.log), web, stopIn/2)
	a.ready.Store(false)
	stopTill() // payments under way first: their answers have to reach the disk

	// The books first: what the next steps do to the connections is not people leaving.
	stopBooks()
	wg.Wait()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopIn/2)
	defer cancel()
	err = errors.Join(err, a.meet.Leave(stop), a.media.Stop(stop), a.turn.Close())
	a.log.Info("stopped")
	return err
}

// covers adapts the certificate to those who ask by address.
func covers(ca *tlsca.Authority) func(netip.Addr) bool {
	return func(a netip.Addr) bool { return ca.Covers(a.String()) }
}
