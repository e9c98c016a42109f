package httpx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"yakusho/internal/core"
)

// DefaultMaxBody is how many bytes of a request body are accepted unless said otherwise.
const DefaultMaxBody = 1 << 20

// bodyIdle is how long a request body may stand still. There is no limit on the whole, because a
// large file over a thin line is legitimate.
const bodyIdle = 30 * time.Second

// EdgeOptions says how Edge wraps.
type EdgeOptions struct {
	Log   *slog.Logger // nil means slog.Default() at the time of Edge
	Clock core.Clock   // nil means core.SystemClock
	// MaxBody returns how many bytes of this request's body are accepted; nil or 0 means 1 MiB.
	MaxBody func(*http.Request) int64
	Headers HeaderOptions
}

// Edge is the one chain around everything: request id, access log, security headers, panic
// recovery, body limit, refusal of cross-origin writes, in this order. Put Route directly around
// the mux, inside of whatever finds out who is calling, or the log lacks route and account.
func Edge(next http.Handler, o EdgeOptions) http.Handler {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Clock == nil {
		o.Clock = core.SystemClock
	}
	next = crossOrigin(next)
	next = limitBody(next, o.MaxBody)
	next = recoverPanic(next)
	next = securityHeaders(next, o.Headers)
	return accessLog(next, o.Log, o.Clock)
}

// exchange is what one request and its answer leave for the log. It travels by pointer, because
// middleware further in makes copies of the request.
type exchange struct {
	id    string
	log   *slog.Logger
	route string
	actor core.Actor
}

type exchangeKey struct{}

func exchangeFrom(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// RequestID returns the id Edge gave the request, or "" outside of one. It is ours: what a client
// sends in X-Request-Id is ignored, as it would let anyone write into the log of another.
func RequestID(ctx context.Context) string {
	if x := exchangeFrom(ctx); x != nil {
		return x.id
	}
	return ""
}

func logger(ctx context.Context) *slog.Logger {
	if x := exchangeFrom(ctx); x != nil {
		return x.log
	}
	return slog.Default()
}

// Remote returns the address the request came from, IPv4 as IPv4; invalid if unknown. Forwarding
// headers are not believed: there is no proxy in front of us.
func Remote(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}

// Route notes for the access log which pattern mux matched and who was calling.
func Route(mux http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if x := exchangeFrom(r.Context()); x != nil {
				x.route, x.actor = r.Pattern, core.ActorFrom(r.Context())
			}
		}()
		mux.ServeHTTP(w, r)
	})
}

// accessLog gives the request its id and writes one line per exchange. Never in it: paths, query
// strings, cookies, bodies, Authorization; a path can carry an invitation.
func accessLog(next http.Handler, log *slog.Logger, clock core.Clock) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := clock()
		x := &exchange{id: string(core.NewID(start)), log: log}
		w.Header().Set("X-Request-Id", x.id)
		rec := &recorder{ResponseWriter: w}
		defer func() {
			log.LogAttrs(r.Context(), slog.LevelInfo, "http",
				slog.String("method", method(r.Method)), slog.String("route", x.route),
				slog.Int("status", rec.code()), slog.Int64("bytes", rec.bytes),
				slog.Int64("ms", clock().Sub(start).Milliseconds()),
				slog.String("request_id", x.id), slog.String("remote", Remote(r).String()),
				slog.String("account", string(x.actor.Account)))
		}()
		next.ServeHTTP(rec, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x)))
	})
}

// method bounds what a stranger can put into the log through the method.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodConnect:
		return m
	}
	return "other"
}

// recoverPanic turns a panic into a 500 with the stack in the log. http.ErrAbortHandler passes: it
// is how a proxy says that the answer broke off.
func recoverPanic(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(v)
			}
			err := fmt.Errorf("panic: %v\n%s", v, debug.Stack())
			rec, ok := w.(*recorder)
			if ok && rec.started() {
				logger(r.Context()).Error("request failed after its answer began", "request_id", RequestID(r.Context()), "err", err)
				panic(http.ErrAbortHandler) // a cut answer must not look complete
			}
			Error(w, r, err)
		}()
		next.ServeHTTP(w, r)
	})
}

// limitBody refuses a body that says it is too large before reading it, and cuts off one that only
// turns out to be. The rest is not read: net/http closes the connection instead.
func limitBody(next http.Handler, maxBody func(*http.Request) int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limit := int64(DefaultMaxBody)
		if maxBody != nil {
			if n := maxBody(r); n > 0 {
				limit = n
			}
		}
		if r.ContentLength > limit {
			Error(w, r, &http.MaxBytesError{Limit: limit})
			return
		}
		if r.Body != nil && r.Body != http.NoBody {
			body := &idleBody{ReadCloser: r.Body, rc: http.NewResponseController(w)}
			r.Body = http.MaxBytesReader(w, body, limit)
		}
		next.ServeHTTP(w, r)
	})
}

// idleBody gives every Read of a body its own deadline and none to what follows the body.
type idleBody struct {
	io.ReadCloser
	rc *http.ResponseController
}

func (b *idleBody) Read(p []byte) (int, error) {
	// Not every ResponseWriter has deadlines (a test's recorder): then there is none.
	_ = b.rc.SetReadDeadline(time.Now().Add(bodyIdle))
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.rc.SetReadDeadline(time.Time{})
	}
	return n, err
}

// crossOrigin refuses what another site's page makes a browser send (CSRF), by Sec-Fetch-Site and
// Origin. Requests without both come from programs, which carry no cookie of a person.
func crossOrigin(next http.Handler) http.Handler {
	var p http.CrossOriginProtection
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Error(w, r, errCrossOrigin)
	}))
	return p.Handler(next)
}

var errCrossOrigin = core.Forbidden("cross_origin",
	"ほかの画面から送られた操作のため、受け付けませんでした。このシステムの画面を開き直して、もう一度操作してください。")

// SameOrigin reports whether a WebSocket upgrade (a GET, which CrossOriginProtection lets through)
// may go on: Origin must be https and the host of the request. Browsers always send Origin with a
// WebSocket, so no Origin means a program, which has no cookies it was not given: allowed.
func SameOrigin(r *http.Request) bool {
	o := r.Header.Values("Origin")
	return len(o) == 0 || len(o) == 1 && strings.EqualFold(o[0], "https://"+r.Host)
}
