package httpx

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"yakusho/internal/core"
)

// Problem is the body of every refusal: RFC 9457 with a stable code, a text for the person at the
// screen and the id under which the log has more.
type Problem struct {
	Type      string   `json:"type"` // always about:blank: the code says which problem it is
	Title     string   `json:"title"`
	Status    int      `json:"status"`
	Code      string   `json:"code"`
	Detail    string   `json:"detail"` // Japanese: what happened and what to do next
	RequestID string   `json:"request_id,omitempty"`
	Problems  []Detail `json:"problems,omitempty"`
}

// Detail is one of several things wrong with what was sent: a field of the input, or a place in a file.
type Detail struct {
	Field   string `json:"field,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  string `json:"column,omitempty"`
	Message string `json:"message"` // Japanese
}

// Detailed is an error that lists everything wrong at once. Any error in the chain with this method is heard, where the
// answer is the caller's fault.
type Detailed interface{ Details() []Detail }

// ProblemType is the media type of a Problem.
const ProblemType = "application/problem+json"

// Status is the one table from kinds to HTTP statuses.
func Status(k core.Kind) int {
	switch k {
	case core.KindInvalid:
		return http.StatusBadRequest
	case core.KindUnauthenticated:
		return http.StatusUnauthorized
	case core.KindForbidden:
		return http.StatusForbidden
	case core.KindNotFound:
		return http.StatusNotFound
	case core.KindConflict:
		return http.StatusConflict
	case core.KindGone:
		return http.StatusGone
	case core.KindLimited:
		return http.StatusTooManyRequests
	case core.KindUnavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// Wait is an error that knows how long to wait. Any error in the chain with this method sets
// Retry-After; a domain package needs no import for it.
type Wait interface{ RetryAfter() time.Duration }

type waitError time.Duration

func (w waitError) Error() string             { return "wait " + time.Duration(w).String() }
func (w waitError) RetryAfter() time.Duration { return time.Duration(w) }

// TooMany makes a Limited error that carries how long to wait.
func TooMany(code, message string, wait time.Duration) *core.Error {
	e := core.Limited(code, message)
	e.Err = waitError(wait)
	return e
}

const (
	internalMessage = "サーバーで問題が起きました。少し待ってから、もう一度お試しください。続くときは、下の番号を情報担当に伝えてください。"
	tooLargeMessage = "送られたデータが大きすぎるため、受け取りませんでした。小さくしてから、もう一度送ってください。"
)

// Error answers r with err as a problem. An internal error is logged here, with its cause, which
// never reaches the body. Call it before anything was written, and return after it.
func Error(w http.ResponseWriter, r *http.Request, err error) {
	ctx := r.Context()
	p := Problem{Type: "about:blank", RequestID: RequestID(ctx)}
	var ce *core.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		p.Status, p.Code, p.Detail = http.StatusRequestEntityTooLarge, "body_too_large", tooLargeMessage
		if r.ProtoMajor == 1 {
			w.Header().Set("Connection", "close") // or net/http would wait for more of the body first
		}
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		// The caller has gone: nobody reads the answer and it is nobody's fault.
		p.Status, p.Code, p.Detail = http.StatusServiceUnavailable, "cancelled", "接続が切れたため、処理を止めました。もう一度お試しください。"
	case errors.As(err, &ce) && ce.Kind != core.KindInternal:
		p.Status, p.Code, p.Detail = Status(ce.Kind), ce.Code, ce.Message
	default:
		p.Status, p.Code, p.Detail = http.StatusInternalServerError, "internal", internalMessage
		logger(ctx).LogAttrs(ctx, slog.LevelError, "request failed",
			slog.String("request_id", p.RequestID), slog.String("method", r.Method),
			slog.String("route", route(r)), slog.Any("err", err))
	}
	var list Detailed
	if errors.As(err, &list) && p.Status < http.StatusInternalServerError {
		p.Problems = list.Details()
	}
	var wait Wait
	if errors.As(err, &wait) && (p.Status == http.StatusTooManyRequests || p.Status == http.StatusServiceUnavailable) {
		// Rounded up: whoever waits as told must not be refused again.
		w.Header().Set("Retry-After", strconv.Itoa(int(max(1, math.Ceil(wait.RetryAfter().Seconds())))))
	}
	writeProblem(w, r, p)
}

// route is the pattern r matched, as far as it is known this far out.
func route(r *http.Request) string {
	if x := exchangeFrom(r.Context()); x != nil && r.Pattern == "" {
		return x.route
	}
	return r.Pattern
}

func writeProblem(w http.ResponseWriter, r *http.Request, p Problem) {
	p.Title = http.StatusText(p.Status)
	body, err := json.Marshal(p)
	if err != nil { // strings and a number: cannot happen
		body = []byte(`{"type":"about:blank","code":"internal"}`)
	}
	h := w.Header()
	for _, k := range []string{"Content-Encoding", "Content-Length", "Etag", "Last-Modified", "Content-Disposition"} {
		h.Del(k) // of the answer that was meant
	}
	h.Set("Content-Type", ProblemType)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(append(body, '\n'))
	}
}
