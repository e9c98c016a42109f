package paypay

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// Where PayPay is. The sandbox has pretend money.
const (
	Production = "https://apigw.paypay.ne.jp"
	Sandbox    = "https://apigw.sandbox.paypay.ne.jp"
)

// Name is the provider's name in the books.
const Name = "paypay"

// Wallet is the one brand it takes.
const Wallet = "paypay"

// Options are what a Provider is made of.
type Options struct {
	Base        string // Production, Sandbox, or where a simulator is
	Credentials Credentials
	Clock       core.Clock
	Roots       *x509.CertPool // who may sign the server's certificate; the system's when nil
	Proxy       *url.URL       // the office's proxy; none when nil, whatever the environment says
	// Skewed is told when PayPay's clock and ours begin to differ by 30 s or more, and when they no longer do. It may
	// be nil and must return at once.
	Skewed func(offset time.Duration)
}

// Provider is PayPay. It is safe for concurrent use.
type Provider struct {
	*client
	started started
}

var (
	_ till.Provider  = (*Provider)(nil)
	_ till.Serving   = (*Provider)(nil)
	_ till.Refunder  = (*Provider)(nil)
	_ till.Hinter    = (*Provider)(nil)
	_ till.Statement = (*Provider)(nil)
)

// New returns the provider, or what is wrong with the options. It calls nobody.
func New(o Options) (*Provider, error) {
	u, err := url.Parse(o.Base)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, core.Invalid("paypay_address", "PayPay の接続先は https:// で始まるアドレスで書いてください。").Because("base %q", o.Base)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, core.Invalid("paypay_address", "PayPay の接続先は https:// で始まるアドレスで書いてください。").Because("base %q", o.Base)
	}
	if why := o.Credentials.problem(); why != "" {
		return nil, core.Invalid("paypay_credentials", "PayPay の API キー・シークレット・加盟店ID を確かめてください。").Because("%s", why)
	}
	if o.Clock == nil {
		o.Clock = core.SystemClock
	}
	return &Provider{client: newClient(o, u)}, nil
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// Name implements till.Provider.
func (p *Provider) Name() string { return Name }

// Serves implements till.Serving.
func (p *Provider) Serves() map[till.Way][]string {
	return map[till.Way][]string{till.WayShow: {Wallet}}
}

// Offset is how far PayPay's clock is ahead of ours, as of the latest answer.
func (p *Provider) Offset() time.Duration { return p.off() }

// japan is where PayPay's days begin. Fixed: tzdata may be missing.
func japan() *time.Location { return time.FixedZone("JST", 9*60*60) }

// settles: PayPay takes a signature for less than two minutes around its time, and so may be behind or ahead of ours
// by two before we know. What we asked for longer ago than both can no longer arrive.
const settles = 5 * time.Minute

// Terms implements till.Provider. A cancel is accepted until 00:14:59 of the day after the payment, in Japan and by
// PayPay's clock (OPA, cancelPayment); where the moment of payment is not known, the last possible one counts.
func (p *Provider) Terms(a till.Attempt) till.Terms {
	t := till.Terms{Call: payLimit + 3*time.Second, Ask: 3*askLimit + 5*time.Second, Poll: 2500 * time.Millisecond, Settles: settles}
	last := a.PaidAt
	off := p.off()
	if last.IsZero() {
		if last = a.ExpiresAt; last.IsZero() {
			last = a.CreatedAt
		}
		last = last.Add(off)
	}
	if !last.IsZero() {
		d := last.In(japan())
		t.CancelBy = time.Date(d.Year(), d.Month(), d.Day()+1, 0, 14, 59, 0, japan()).Add(-off).UTC()
	}
	return t
}

// thread is what is needed to find a payment again. It is stored with the attempt.
type thread struct {
	Code    string `json:"code,omitempty"`    // codeId: needed to delete the code
	Request string `json:"request,omitempty"` // X-REQUEST-ID of the answer that said so, for PayPay's support
}

func (t thread) String() string {
	b, err := json.Marshal(t)
	if err != nil { // two strings
		return ""
	}
	return string(b)
}

func threadOf(a till.Attempt) thread {
	var t thread
	if json.Unmarshal([]byte(a.Thread), &t) != nil || !safeID(t.Code) {
		return thread{}
	}
	return t
}

// safeID reports whether an id may stand in a path as it is. OPA: [A-Za-z0-9_-], at most 64.
func safeID(s string) bool {
	return len(s) >= 1 && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '-' || r == '_')
	})
}

type yen struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

func (y *yen) is(m core.Money) bool { return y != nil && y.Currency == "JPY" && y.Amount == int64(m) }

// createCode is the body of POST /v2/codes. It is made of the order alone: the same order asked again is the same
// request, and PayPay answers what it answered.
type createCode struct {
	MerchantPaymentID string `json:"merchantPaymentId"`
	Amount            yen    `json:"amount"`
	CodeType          string `json:"codeType"`
	OrderDescription  string `json:"orderDescription,omitempty"`
	StoreInfo         string `json:"storeInfo,omitempty"`
	RequestedAt       int64  `json:"requestedAt"`
	IsAuthorization   bool   `json:"isAuthorization"`
}

type codeData struct {
	CodeID            string `json:"codeId"`
	URL               string `json:"url"`
	ExpiryDate        int64  `json:"expiryDate"`
	MerchantPaymentID string `json:"merchantPaymentId"`
	Amount            *yen   `json:"amount"`
}

// Start implements till.Provider: it makes the code the customer scans.
func (p *Provider) Start(ctx context.Context, o till.Order) (till.Answer, error) {
	a := o.Attempt
	if why := unfit(o); why != "" {
		return till.Answer{Verdict: till.VerdictNotPaid, Reason: why}, nil // nobody was asked
	}
	first := p.started.first(a.ID, p.now())
	r, err := p.call(ctx, payLimit, http.MethodPost, "/v2/codes", "", createCode{
		MerchantPaymentID: string(a.ID), Amount: yen{int64(a.Amount), "JPY"}, CodeType: "ORDER_QR", OrderDescription: clip(o.Title, 255),
		StoreInfo: clip(o.Counter, 255), RequestedAt: a.CreatedAt.Unix(),
	})
	switch {
	case err != nil:
		return unknown(err)
	case r.ok():
		return p.shown(a, r)
	case r.code == "DUPLICATE_DYNAMIC_QR_REQUEST": // asked before, and the code is gone or paid
		return p.Query(ctx, a)
	case r.status >= 500 && r.code != "MAINTENANCE_MODE", !first:
		return r.doubt()
	}
	// Refused before anything was made, and nothing was asked before: there is no code that could be paid.
	ans := till.Answer{Verdict: till.VerdictNotPaid, Reason: r.reason(), Wait: r.after}
	if ans.Reason == "" {
		ans.Reason = till.ReasonDeclined
	}
	return ans, nil
}

// unfit is why an order is nothing for PayPay.
func unfit(o till.Order) string {
	allowed := false
	for _, w := range o.Wallets {
		allowed = allowed || w == Wallet
	}
	switch {
	case !allowed:
		return till.ReasonWallet
	case o.Attempt.Way != till.WayShow, o.Attempt.Training, !safeID(string(o.Attempt.ID)), o.Attempt.Amount < 1, o.Attempt.Amount > 99_999_999_999:
		return till.ReasonSetup
	}
	return ""
}

// shown reads the code that was made.
func (p *Provider) shown(a till.Attempt, r reply) (till.Answer, error) {
	d, err := data[codeData](r)
	if err != nil {
		return unknown(err)
	}
	ans := till.Answer{Verdict: till.VerdictUnknown, Reason: till.ReasonGarbled, Wallet: Wallet}
	if safeID(d.CodeID) {
		ans.Thread = thread{Code: d.CodeID, Request: r.request}.String()
	}
	switch {
	case d.MerchantPaymentID != string(a.ID) || ans.Thread == "" || !showable(d.URL) || d.ExpiryDate <= 0 || d.ExpiryDate > 1<<40:
		return ans, fmt.Errorf("%w: a code without id, text or time (X-REQUEST-ID %s)", errGarbled, r.request)
	case !d.Amount.is(a.Amount):
		ans.Reason = till.ReasonAmount // nobody may see this code; what is known of it is enough to delete it
		return ans, fmt.Errorf("the code is of another amount (X-REQUEST-ID %s)", r.request)
	}
	ans.Verdict, ans.Reason = till.VerdictWaiting, ""
	ans.Show = d.URL
	ans.ExpiresAt = time.Unix(d.ExpiryDate, 0).Add(-p.off()).UTC() // by our clock: we take the code away by it
	return ans, nil
}

var controlless = regexp.MustCompile(`^[!-~]{1,1000}$`)

func showable(s string) bool { return controlless.MatchString(s) }

// started remembers what was asked for since this process began. A refusal of a second request says nothing about the
// first; after a restart nothing is started, only asked about.
type started struct {
	mu sync.Mutex
	at map[core.ID]time.Time
}

func (s *started) first(id core.ID, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at == nil {
		s.at = map[core.ID]time.Time{}
	}
	if _, again := s.at[id]; again {
		return false
	}
	if len(s.at) >= 4096 {
		for old, at := range s.at {
			if now.Sub(at) > 2*settles {
				delete(s.at, old)
			}
		}
	}
	s.at[id] = now
	return true
}
