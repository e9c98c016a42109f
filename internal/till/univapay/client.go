package univapay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxAnswer is more than any answer we ask for: a page of 100 charges is some 200 KB.
const maxAnswer = 2 << 20

// client speaks HTTP with the provider.
type client struct {
	base  *url.URL
	http  *http.Client
	sign  func(http.Header)
	limit time.Duration // of one call
}

// ask is one call.
type ask struct {
	method, path string
	query        url.Values
	key          string // Idempotency-Key of a POST
	body         any
}

// refusal is an answer that is not 2xx. Code is of the error envelope, empty where there was none.
type refusal struct {
	status int
	code   string
	fields []string
	wait   time.Duration // Retry-After
}

func (r *refusal) Error() string {
	if len(r.fields) > 0 {
		return fmt.Sprintf("refused with %d %s %v", r.status, r.code, r.fields)
	}
	return fmt.Sprintf("refused with %d %s", r.status, r.code)
}

// errGarbled is an answer that cannot be what the provider says of our payment.
var errGarbled = errors.New("unreadable answer")

// moved reports whether the refused request may have done something all the same: what the API refuses in its own
// words below 500 did nothing. Other words come from something in between, which may have passed the request on.
func (r *refusal) moved() bool {
	switch {
	case r.status == http.StatusTooManyRequests:
		return false
	case r.status < 400 || r.status >= 500, r.code == "", r.status == http.StatusRequestTimeout, r.status == http.StatusConflict:
		return true
	}
	return r.code == "TRANSACTION_ALREADY_PROCESSED" // this token was charged: by us, earlier
}

// do calls and decodes the answer into out. The error is a *refusal, wraps errGarbled, or is the silence of a network.
// It never holds what was sent. The time is the provider's, zero where it did not say.
func (c *client) do(ctx context.Context, a ask, out any) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()
	var body io.Reader
	if a.body != nil {
		b, err := json.Marshal(a.body)
		if err != nil {
			return time.Time{}, fmt.Errorf("%s %s: %w", a.method, a.path, err)
		}
		body = bytes.NewReader(b)
	}
	u := *c.base
	u.Path, u.RawQuery = a.path, a.query.Encode()
	r, err := http.NewRequestWithContext(ctx, a.method, u.String(), body)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s %s: %w", a.method, a.path, err)
	}
	c.sign(r.Header)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "yakusho")
	if a.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if a.key != "" {
		r.Header.Set("Idempotency-Key", a.key)
	}
	w, err := c.http.Do(r)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s %s: %w", a.method, a.path, bare(err))
	}
	defer func() { _ = w.Body.Close() }()
	at, _ := http.ParseTime(w.Header.Get("Date")) // zero: it did not say
	b, err := io.ReadAll(io.LimitReader(w.Body, maxAnswer+1))
	if err != nil {
		return at, fmt.Errorf("%s %s: read answer: %w", a.method, a.path, err)
	}
	if w.StatusCode/100 != 2 {
		return at, fmt.Errorf("%s %s: %w", a.method, a.path, readRefusal(w, b))
	}
	if len(b) > maxAnswer {
		return at, fmt.Errorf("%s %s: %w: more than %d bytes", a.method, a.path, errGarbled, maxAnswer)
	}
	if err := json.Unmarshal(b, out); err != nil {
		return at, fmt.Errorf("%s %s: %w: %w", a.method, a.path, errGarbled, err)
	}
	return at, nil
}

// bare drops the address around a network error; the path is named already.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func readRefusal(w *http.Response, body []byte) *refusal {
	r := &refusal{status: w.StatusCode}
	if s, err := strconv.Atoi(w.Header.Get("Retry-After")); err == nil && s > 0 {
		r.wait = min(time.Duration(s)*time.Second, time.Minute)
	}
	var e struct {
		Status string `json:"status"`
		Code   string `json:"code"`
		Errors []struct {
			Field  string `json:"field"`
			Reason string `json:"reason"`
		} `json:"errors"`
	}
	if json.Unmarshal(body, &e) != nil || e.Status != "error" {
		return r
	}
	r.code = word(e.Code)
	for _, f := range e.Errors[:min(len(e.Errors), 5)] {
		r.fields = append(r.fields, word(f.Field)+" "+word(f.Reason))
	}
	return r
}

// word keeps what is fit for a log.
func word(s string) string {
	if len(s) > 64 {
		s = s[:64]
	}
	const fit = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
	if strings.Trim(s, fit) != "" {
		return "?"
	}
	return s
}
