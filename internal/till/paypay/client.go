package paypay

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

const (
	contentType = "application/json;charset=UTF-8;" // as in PayPay's documents; it is signed as it stands
	maxAnswer   = 1 << 20                           // bytes; PayPay's longest are a few KiB
	askLimit    = 15 * time.Second                  // OPA: read timeouts, 30 s where money is asked for
	payLimit    = 32 * time.Second
	skewAlarm   = 30 * time.Second // PayPay refuses at two minutes
	skewRetry   = 10 * time.Second // a refused signature is tried again when the corrected time moved this far
)

// errGarbled is an answer that cannot be read.
var errGarbled = errors.New("the answer cannot be read")

// client speaks OPA: it signs, sends, and takes answers apart.
type client struct {
	base   *url.URL
	cred   Credentials
	now    core.Clock
	http   *http.Client
	skewed func(time.Duration)

	mu     sync.Mutex
	offset time.Duration // PayPay's clock less ours
	alarm  bool
}

func newClient(o Options, base *url.URL) *client {
	t := &http.Transport{
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        60 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxResponseHeaderBytes: 64 << 10,
	}
	if o.Proxy != nil {
		t.Proxy = http.ProxyURL(o.Proxy)
	}
	return &client{
		base: base, cred: o.Credentials, now: o.Clock, skewed: o.Skewed,
		http: &http.Client{
			Transport: t,
			// Whoever answers with a redirect is not PayPay, and would get a signed call.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// reply is a readable answer of PayPay.
type reply struct {
	status  int
	code    string
	data    json.RawMessage
	request string        // X-REQUEST-ID, by which PayPay's support finds the call
	skew    time.Duration // PayPay's clock less ours, as of this answer
	after   time.Duration // Retry-After
}

// ok reports an answer of success.
func (r reply) ok() bool { return r.code == "SUCCESS" && r.status/100 == 2 }

// refused is the error of a reply that is not the one hoped for.
func (r reply) refused() error {
	return fmt.Errorf("PayPay answers %d %s (X-REQUEST-ID %s)", r.status, r.code, r.request)
}

// call makes one call and returns PayPay's answer, whatever it says. The error says that there was none, or none that
// can be read. A signature that is refused because of the time is made anew once: PayPay did nothing with the first.
func (c *client) call(ctx context.Context, limit time.Duration, method, path, query string, in any) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return reply{}, fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	signedAt := c.off()
	r, err := c.once(ctx, method, path, query, body)
	if err == nil && r.status == http.StatusUnauthorized && (c.off()-signedAt).Abs() >= skewRetry {
		r, err = c.once(ctx, method, path, query, body)
	}
	if err != nil {
		return r, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return r, nil
}

func (c *client) once(ctx context.Context, method, path, query string, body []byte) (reply, error) {
	u := *c.base
	u.Path, u.RawQuery = strings.TrimSuffix(u.Path, "/")+path, query
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	s := signed{method: method, path: u.EscapedPath(), body: body}
	if len(body) > 0 {
		s.kind = contentType
		req.Header.Set("Content-Type", contentType)
	}
	sent := c.now()
	req.Header.Set("Authorization", c.cred.header(s, core.Secret(5), sent.Add(c.off()).Unix()))
	req.Header.Set("X-ASSUME-MERCHANT", c.cred.Merchant)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "yakusho")
	res, err := c.http.Do(req)
	if err != nil {
		return reply{}, bare(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return reply{}, fmt.Errorf("read the answer: %w", err)
	}
	r := reply{status: res.StatusCode, request: clip(res.Header.Get("X-REQUEST-ID"), 64), after: retryAfter(res.Header)}
	if r.code, r.data, err = envelope(res.StatusCode, raw); err != nil {
		return r, fmt.Errorf("status %d, X-REQUEST-ID %q: %w", r.status, r.request, err)
	}
	r.skew = c.learn(res.Header.Get("Date"), sent, c.now())
	return r, nil
}

// bare takes the address out of an error of the HTTP client: it would be in every line of the log twice.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// envelope reads what is around every answer. An answer whose status and code contradict each other is not PayPay's.
func envelope(status int, raw []byte) (code string, data json.RawMessage, err error) {
	if len(raw) > maxAnswer {
		return "", nil, fmt.Errorf("%w: longer than %d bytes", errGarbled, maxAnswer)
	}
	var e struct {
		ResultInfo *struct {
			Code string `json:"code"`
		} `json:"resultInfo"`
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		return "", nil, fmt.Errorf("%w: %w", errGarbled, err)
	}
	if e.ResultInfo == nil || e.ResultInfo.Code == "" || len(e.ResultInfo.Code) > 255 {
		return "", nil, fmt.Errorf("%w: no resultInfo.code", errGarbled)
	}
	code = e.ResultInfo.Code
	if good := code == "SUCCESS" || code == "REQUEST_ACCEPTED"; good != (status/100 == 2) {
		return "", nil, fmt.Errorf("%w: %s with status %d", errGarbled, clip(code, 64), status)
	}
	return code, e.Data, nil
}

func retryAfter(h http.Header) time.Duration {
	n, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || n < 0 {
		return 0
	}
	return min(time.Duration(n)*time.Second, 5*time.Minute)
}

func (c *client) off() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset
}

// learn compares PayPay's clock with ours. A difference below two seconds is the resolution of the header.
func (c *client) learn(date string, sent, got time.Time) time.Duration {
	at, err := http.ParseTime(date)
	if err != nil {
		return c.off()
	}
	d := at.Sub(sent.Add(got.Sub(sent) / 2))
	if d.Abs() < 2*time.Second {
		d = 0
	}
	c.mu.Lock()
	was := c.alarm
	c.offset, c.alarm = d, d.Abs() >= skewAlarm
	rings := c.alarm != was
	c.mu.Unlock()
	if rings && c.skewed != nil {
		c.skewed(d)
	}
	return d
}

// data reads the data of an answer.
func data[T any](r reply) (T, error) {
	var v *T
	if err := json.Unmarshal(r.data, &v); err != nil {
		return *new(T), fmt.Errorf("%w: %w (X-REQUEST-ID %s)", errGarbled, err, r.request)
	}
	if v == nil {
		return *new(T), fmt.Errorf("%w: no data (X-REQUEST-ID %s)", errGarbled, r.request)
	}
	return *v, nil
}

// unknown is the answer to everything that proves nothing, with its reason. The error is for the log.
func unknown(err error) (till.Answer, error) {
	reason := till.ReasonNoAnswer
	if errors.Is(err, errGarbled) {
		reason = till.ReasonGarbled
	}
	return till.Answer{Verdict: till.VerdictUnknown, Reason: reason}, err
}

// reason says in our words why PayPay refused a call; empty where it says no more than that.
func (r reply) reason() string {
	switch r.code {
	case "RATE_LIMIT":
		return till.ReasonBusy
	case "MAINTENANCE_MODE":
		return till.ReasonMaintenance
	case "UNAUTHORIZED":
		if r.skew.Abs() >= skewAlarm {
			return till.ReasonClock
		}
		return till.ReasonSetup
	case "OP_OUT_OF_SCOPE", "INVALID_REQUEST_PARAMS", "MISSING_REQUEST_PARAMS", "DYNAMIC_QR_BAD_REQUEST", "PRE_AUTH_CAPTURE_UNSUPPORTED_MERCHANT":
		return till.ReasonSetup
	}
	return ""
}

// doubt is unknown for an answer that was read and does not help.
func (r reply) doubt() (till.Answer, error) {
	a := till.Answer{Verdict: till.VerdictUnknown, Reason: r.reason(), Wait: r.after}
	if a.Reason == "" {
		a.Reason = till.ReasonNoAnswer
	}
	return a, r.refused()
}

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) > n {
		return string(r[:n])
	}
	return s
}

// Close lets go of idle connections.
func (c *client) Close() { c.http.CloseIdleConnections() }
