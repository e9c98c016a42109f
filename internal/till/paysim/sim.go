package paysim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"yakusho/internal/core"
)

// Limits that keep a forgotten simulator small.
const (
	maxBody     = 64 << 10 // bytes of one request
	maxPayments = 200_000  // per provider; POST /_sim/reset starts again
	maxRequests = 512      // kept for GET /_sim/requests
	maxCopy     = 4 << 10  // bytes of a body kept there
	maxHeld     = 10_000   // steps and notifications kept back
	maxKeys     = 200_000  // remembered idempotency keys and shown codes
)

// Options configure a Sim. The zero value works.
type Options struct {
	Clock       core.Clock    // core.SystemClock when nil
	Credentials Credentials   // TestCredentials when zero
	Seed        string        // makes identifiers; the same seed makes the same ones in the same order
	CodeLife    time.Duration // of a PayPay code and of a code shown by a customer; 5 minutes when zero
	PollWait    time.Duration // how long ?polling=true waits; 3 s when zero, as the UnivaPay documents say

	PayPayWebhook  string // where PayPay notifies; it is set in the merchant panel, not by the API
	MultipleRefund bool   // the PayPay contract option for more than one refund of a payment

	BrandName string // 屋号 in the settlement files
	StoreName string // 店舗名 in the settlement files
	FeeRate   int64  // UnivaPay's fee in 1/10000 of the amount; 324 when zero, the highest rate the issue names

	Client *http.Client // sends notifications; NotifyClient(nil) when nil
}

// Sim is both providers. It is safe for concurrent use.
type Sim struct {
	opt  Options
	cred Credentials
	now  core.Clock
	mux  *http.ServeMux
	stop context.Context
	end  context.CancelFunc
	post postbox

	mu       sync.Mutex
	made     uint64 // identifiers made so far
	pp       payPayBooks
	uni      univapayBooks
	faults   []*fault
	held     []func() // steps kept back by the fault "hold"
	requests []Request
	seen     uint64        // requests so far
	changed  chan struct{} // closed and replaced whenever a state changes
}

// New returns a simulator. Close it to stop notifications and let go of callers it keeps waiting.
func New(opt Options) *Sim {
	if opt.Clock == nil {
		opt.Clock = core.SystemClock
	}
	if opt.Credentials == (Credentials{}) {
		opt.Credentials = TestCredentials()
	}
	opt.CodeLife = either(opt.CodeLife, 5*time.Minute)
	opt.PollWait = either(opt.PollWait, 3*time.Second)
	opt.BrandName = either(opt.BrandName, "みほん市")
	opt.StoreName = either(opt.StoreName, "みほん市役所 市民課")
	opt.FeeRate = either(opt.FeeRate, 324)
	if opt.Client == nil {
		opt.Client = NotifyClient(nil)
	}
	s := &Sim{opt: opt, cred: opt.Credentials, now: opt.Clock, changed: make(chan struct{})}
	s.stop, s.end = context.WithCancel(context.Background())
	s.forget()
	s.mux = http.NewServeMux()
	s.routePayPay()
	s.routeUnivapay()
	s.routeControl()
	s.routePage()
	return s
}

// NotifyClient returns a client for Options.Client: it follows no redirect, asks no proxy, and trusts
// roots, or the system's when nil.
func NotifyClient(roots *x509.CertPool) *http.Client {
	return &http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func either[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Close lets go of everyone who waits and stops notifications. It returns when none is under way.
func (s *Sim) Close() {
	s.mu.Lock()
	s.post.closed = true
	s.mu.Unlock()
	s.end()
	s.post.wait.Wait()
	s.opt.Client.CloseIdleConnections()
}

// forget empties the books. Identifiers go on counting: an old one never comes back. Holds s.mu, or
// is alone.
func (s *Sim) forget() {
	s.pp = payPayBooks{byMerchant: map[string]*payment{}, byCode: map[string]*payment{}, byPayment: map[string]*payment{}, refunds: map[string][]*refund{}, files: map[string]file{}, webhook: s.opt.PayPayWebhook}
	s.uni = univapayBooks{tokens: map[string]*token{}, charges: map[string]*charge{}, hooks: map[string]*hook{}, keys: map[string]remembered{}, shown: map[string]*shownCode{}}
	s.faults, s.held, s.requests = nil, nil, nil
	s.post.queue, s.post.held, s.post.late, s.post.sent = nil, nil, nil, nil
	s.touch()
}

// touch wakes those who wait for a change. Holds s.mu.
func (s *Sim) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// bits returns 16 bytes no other call returns. Holds s.mu.
func (s *Sim) bits() [16]byte {
	s.made++
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("paysim:"+s.opt.Seed+":"), s.made))
	return [16]byte(sum[:16])
}

// uuid returns an identifier in UnivaPay's form. Holds s.mu.
func (s *Sim) uuid() string {
	b := s.bits()
	b[6], b[8] = b[6]&0x0F|0x40, b[8]&0x3F|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// digits returns n decimal digits that are not yet taken. Holds s.mu.
func (s *Sim) digits(n int) string {
	b := s.bits()
	return fmt.Sprintf("%020d", binary.BigEndian.Uint64(b[:8]))[20-min(n, 20):]
}

// reply is an answer before it is written.
type reply struct {
	status int
	body   any // JSON, unless it is []byte or nil
	kind   string
}

// call is one request to a provider.
type call struct {
	r    *http.Request
	body []byte
	at   time.Time
	then []func()
}

// later has the provider do f once the request is accepted: before the caller's next one, unless a
// fault "hold" keeps it back. Holds s.mu.
func (c *call) later(f func()) { c.then = append(c.then, f) }

// provider is what differs between the two at the door.
type provider struct {
	name  string
	enter func(*call) *reply         // refuses a caller; nil lets it in. Runs without s.mu
	deny  func(refusal string) reply // the provider's words for a scripted refusal
	head  func(http.Header, string)  // adds the provider's headers; the text is fresh hex
}

// api serves one path of a provider: fault before, credentials, handler, fault after, answer.
func (s *Sim) api(p provider, h func(*call) reply) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		f := s.takeCall(p.name, r.Method, r.URL.Path, body)
		at := s.now().Add(f.skew())
		c := &call{r: r, body: body, at: at}
		var a reply
		switch refuse := f.refusal(); {
		case f.is(TimeoutBefore):
			s.record(p.name, c, reply{}, f)
			s.hang(r)
		case err != nil:
			a = p.deny("too_large")
		case refuse != "":
			a = p.deny(refuse)
		default:
			if no := p.enter(c); no != nil {
				a = *no
				break
			}
			a = s.act(c, f, h)
		}
		if f.is(ErrorAfter) {
			a = p.deny(either(f.Code, "error"))
		}
		s.record(p.name, c, a, f)
		switch {
		case f.is(TimeoutAfter):
			s.hang(r)
		case f.is(DisconnectAfter):
			panic(http.ErrAbortHandler)
		}
		s.mu.Lock()
		id := s.bits()
		s.mu.Unlock()
		w.Header().Set("Date", at.UTC().Format(http.TimeFormat))
		if p.head != nil {
			p.head(w.Header(), fmt.Sprintf("%X", id))
		}
		write(w, a)
	}
}

// act runs the handler and what follows from it in one hold of the lock, so that nobody sees half.
func (s *Sim) act(c *call, f *fault, h func(*call) reply) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := h(c)
	// The answer is what was true when it was given: later steps must not shine through.
	if _, raw := a.body.([]byte); a.body != nil && !raw {
		b, err := json.Marshal(a.body)
		if err != nil {
			return reply{status: http.StatusInternalServerError}
		}
		a.body, a.kind = b, "application/json"
	}
	for _, then := range c.then {
		if f.is(Hold) && len(s.held) < maxHeld {
			s.held = append(s.held, then)
			continue
		}
		then()
	}
	if len(c.then) > 0 {
		s.touch()
	}
	return a
}

// hang keeps the caller until it gives up, as a provider does that has died in the middle.
func (s *Sim) hang(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.stop.Done():
	}
	panic(http.ErrAbortHandler)
}

func write(w http.ResponseWriter, a reply) {
	body, raw := a.body.([]byte)
	if !raw && a.body != nil {
		b, err := json.Marshal(a.body)
		if err != nil {
			http.Error(w, "paysim: "+err.Error(), http.StatusInternalServerError)
			return
		}
		body = b
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if body != nil {
		w.Header().Set("Content-Type", either(a.kind, "application/json"))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // the caller has gone; there is nobody to tell
}

// ServeHTTP implements http.Handler.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// api.univapay.com takes the same paths with the merchant in front.
	if rest, ok := strings.CutPrefix(r.URL.Path, "/merchants/"); ok {
		if _, rest, ok := strings.Cut(rest, "/"); ok {
			u := *r.URL
			u.Path, u.RawPath = "/"+rest, ""
			r2 := *r
			r2.URL = &u
			r = &r2
		}
	}
	s.mux.ServeHTTP(w, r)
}

// Request is one call of a provider's API as it was served.
type Request struct {
	N        uint64    `json:"n"` // counts from 1
	At       time.Time `json:"at"`
	Provider string    `json:"provider"`
	Method   string    `json:"method"`
	Path     string    `json:"path"`
	Query    string    `json:"query,omitempty"`
	Body     string    `json:"body,omitempty"`   // at most 4 KiB
	Status   int       `json:"status"`           // 0 when the caller got no answer
	Answer   string    `json:"answer,omitempty"` // at most 4 KiB
	Fault    FaultKind `json:"fault,omitempty"`
	Key      string    `json:"idempotencyKey,omitempty"`
}

// record remembers a call for the control API. The Authorization header is never kept: somebody may
// point real credentials here by mistake.
func (s *Sim) record(name string, c *call, a reply, f *fault) {
	answer, _ := a.body.([]byte)
	if answer == nil && a.body != nil {
		answer, _ = json.Marshal(a.body)
	}
	status := a.status
	if f.is(TimeoutAfter) || f.is(DisconnectAfter) {
		status = 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen++
	if len(s.requests) == maxRequests {
		s.requests = append(s.requests[:0], s.requests[1:]...)
	}
	q := Request{
		N: s.seen, At: c.at, Provider: name, Method: c.r.Method, Path: c.r.URL.Path, Query: c.r.URL.RawQuery,
		Body: clip(c.body), Status: status, Answer: clip(answer), Key: c.r.Header.Get("Idempotency-Key"),
	}
	if f != nil {
		q.Fault = f.Kind
	}
	s.requests = append(s.requests, q)
}

func clip(b []byte) string {
	if len(b) > maxCopy {
		b = b[:maxCopy]
	}
	return strings.ToValidUTF8(string(b), "�")
}

// Requests returns the latest calls, the oldest first.
func (s *Sim) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// decode reads one JSON object and nothing after it. Unknown members are let through, as both
// providers do.
func decode(body []byte, into any) error {
	if !bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")) {
		return errors.New("not a JSON object")
	}
	return json.Unmarshal(body, into)
}

// japan is where the providers' days begin and end. Fixed, because tzdata may be missing and there
// has been no summer time since 1951.
func japan() *time.Location { return time.FixedZone("JST", 9*60*60) }
