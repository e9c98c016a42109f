package univapay

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// Name is what accounts and files call this provider.
const Name = "univapay"

// Live is UnivaPay's own address. A charge made there in test mode moves no money and is refused unless wanted.
const Live = "https://api.univapay.com"

// The times of UnivaPay.
const (
	// codeLife is how long a token can be charged, and a waiting charge be paid (payment error 327).
	codeLife = 5 * time.Minute
	// startWithin is how long after an attempt was stored Start still sends a charge. A process that slept longer asks
	// how things stand instead: somebody may have concluded from our silence that nothing was asked.
	startWithin = time.Minute
	// settles: the charge of a token made within startWithin is refused once the token is over. What is added is for
	// clocks that run apart and for the provider's own books.
	settles = startWithin + codeLife + 2*time.Minute
)

// Options configure a Provider. Credentials are required.
type Options struct {
	Credentials Credentials
	Endpoint    string         // Live when empty; http only to loopback
	Roots       *x509.CertPool // the system's when nil
	Proxy       *url.URL       // the office's; none when nil, whatever the environment says
	Clock       core.Clock     // core.SystemClock when nil
	Log         *slog.Logger   // what was refused, by code; slog.DiscardHandler when nil
	AllowTest   bool           // accept charges in test mode at Live: nobody pays
	Timeout     time.Duration  // of one call; 8 s when zero
	Pause       time.Duration  // between two tries of one call; 1 s when zero
	Columns     Columns        // headings of the settlement file, where they differ
}

// Provider is one store's contract with UnivaPay. It is safe for concurrent use.
type Provider struct {
	client  client
	store   string
	now     core.Clock
	log     *slog.Logger
	live    bool // test mode is refused
	pause   time.Duration
	columns Columns
	hook    [sha256.Size]byte // of the webhook's token
	hooked  bool

	mu   sync.Mutex
	sent map[core.ID]time.Time // attempts of which this process sent a charge, until they settle
}

var (
	_ till.Provider  = (*Provider)(nil)
	_ till.Serving   = (*Provider)(nil)
	_ till.Refunder  = (*Provider)(nil)
	_ till.Hinter    = (*Provider)(nil)
	_ till.Statement = (*Provider)(nil)
)

// New returns a provider, or an error that names everything wrong with o. It calls nobody.
func New(o Options) (*Provider, error) {
	if o.Endpoint == "" {
		o.Endpoint = Live
	}
	if o.Clock == nil {
		o.Clock = core.SystemClock
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Timeout == 0 {
		o.Timeout = 8 * time.Second
	}
	if o.Pause == 0 {
		o.Pause = time.Second
	}
	problems := o.Credentials.problems()
	base, problem := endpoint(o.Endpoint)
	if problem != "" {
		problems = append(problems, problem)
	}
	if len(problems) > 0 {
		return nil, core.Invalid("univapay_config", "UnivaPay の設定を直してください。"+strings.Join(problems, " "))
	}
	p := &Provider{
		store: o.Credentials.Store, now: o.Clock, log: o.Log, live: base.String() == Live && !o.AllowTest, pause: o.Pause,
		columns: o.Columns.filled(), sent: map[core.ID]time.Time{},
		hooked: o.Credentials.WebhookToken != "", hook: sha256.Sum256([]byte(o.Credentials.WebhookToken)),
	}
	bearer := "Bearer " + o.Credentials.Secret + "." + o.Credentials.JWT
	p.client = client{
		base: base, limit: o.Timeout,
		// A closure, so that printing a Provider prints no secret.
		sign: func(h http.Header) { h.Set("Authorization", bearer) },
		http: &http.Client{
			Transport: &http.Transport{
				Proxy:                  proxy(o.Proxy),
				TLSClientConfig:        &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
				TLSHandshakeTimeout:    o.Timeout,
				MaxIdleConnsPerHost:    8,
				IdleConnTimeout:        time.Minute,
				MaxResponseHeaderBytes: 64 << 10,
				ForceAttemptHTTP2:      true,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	return p, nil
}

func proxy(u *url.URL) func(*http.Request) (*url.URL, error) {
	if u == nil {
		return nil
	}
	return http.ProxyURL(u)
}

// endpoint accepts an address without a path; the problem is for the person who wrote the setting.
func endpoint(text string) (*url.URL, string) {
	u, err := url.Parse(strings.TrimSuffix(text, "/"))
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return nil, "endpoint は https://api.univapay.com のように、パスのないアドレスで書いてください。"
	}
	ip := net.ParseIP(u.Hostname())
	loopback := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback) {
		return nil, "endpoint は https にしてください。http は同じ機械の模擬サーバーだけに使えます。"
	}
	return u, ""
}

// Close lets go of idle connections.
func (p *Provider) Close() { p.client.http.CloseIdleConnections() }

// Name implements till.Provider.
func (p *Provider) Name() string { return Name }

// Serves implements till.Serving. au PAY, メルペイ and AEON Pay have no code to show in UnivaPay's list.
func (p *Provider) Serves() map[till.Way][]string {
	return map[till.Way][]string{
		till.WayScan: {"paypay", "d_barai", "rakuten_pay", "au_pay", "merpay", "aeon_pay"},
		till.WayShow: {"paypay", "d_barai", "rakuten_pay"},
	}
}

// Terms implements till.Provider. UnivaPay names no last moment for a refund. Ours is the end of the day in Japan, and an
// hour at least: a payment that goes back by itself shall do so before the provider's file of the day is made, so that
// books, file and deposit agree. What is found later is for a person to decide (還付).
func (p *Provider) Terms(a till.Attempt) till.Terms {
	day := a.CreatedAt.In(japan())
	by := time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, japan())
	if hour := a.CreatedAt.Add(time.Hour); by.Before(hour) {
		by = hour
	}
	return till.Terms{
		Call: 30 * time.Second, Ask: 20 * time.Second, Poll: 2 * time.Second, Settles: settles, CancelBy: by.UTC(),
	}
}

// japan is fixed, because tzdata may be missing and there has been no summer time since 1951.
func japan() *time.Location { return time.FixedZone("JST", 9*60*60) }

// remember notes that a charge of an attempt leaves this process.
func (p *Provider) remember(id core.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	for other, at := range p.sent {
		if now.Sub(at) > settles {
			delete(p.sent, other)
		}
	}
	p.sent[id] = now
}

func (p *Provider) remembers(id core.ID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, ok := p.sent[id]
	return ok
}

// rest waits between two tries; false when ctx ends first.
func (p *Provider) rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// key makes an Idempotency-Key: a UUID of version 4 in form, the same for the same thing for ever.
func key(what string, id core.ID, n int) string {
	b := sha256.Sum256(fmt.Appendf(nil, "yakusho/univapay/%s/%s/%d", what, id, n))
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
