package sfu

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/livekit/livekit-server/pkg/service"
	"github.com/livekit/protocol/auth"

	"yakusho/internal/core"
	"yakusho/internal/httpx"
	"yakusho/internal/meet"
)

var (
	errOrigin   = core.Forbidden("cross_origin", "ほかのサイトからは接続できません。")
	errUpgrade  = core.Invalid("websocket_expected", "この場所は会議の通信専用です。")
	errProtocol = core.Invalid("signal_protocol", "この画面は古いため、会議につなげません。画面を読み込み直してください。")
	errNoSignal = core.NotFound("not_found", "この場所には何もありません。")
)

// Handler is the engine's signalling, to be mounted with its prefix stripped. It answers /rtc
// (WebSocket) and /rtc/validate; the request's context carries the actor of its cookie.
func (e *Engine) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/rtc", e.connect)
	mux.HandleFunc("/rtc/validate", e.validate)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { httpx.Error(w, r, errNoSignal) })
	return mux
}

// connect lets one WebSocket through to the engine.
func (e *Engine) connect(w http.ResponseWriter, r *http.Request) {
	if !httpx.SameOrigin(r) {
		httpx.Error(w, r, errOrigin)
		return
	}
	// A POST could carry in its body, unseen here, what the engine reads as the query.
	if r.Header.Get("Upgrade") == "" || r.Method != http.MethodGet {
		httpx.Error(w, r, errUpgrade)
		return
	}
	q := r.URL.Query()
	if !spoken(q["protocol"]) {
		httpx.Error(w, r, errProtocol)
		return
	}
	t, check, err := e.read(shown(r))
	if err == nil {
		err = e.admit(r.Context(), t, check, q.Get("reconnect") == "1" || q.Get("reconnect") == "true")
	}
	if err != nil {
		httpx.Error(w, r, err)
		return
	}
	// What the ticket says is all the engine learns; what else a client writes into the query that
	// would change who it is, is dropped.
	for _, k := range []string{"access_token", "publish", "attributes", "join_request", "disable_ice_lite"} {
		q.Del(k)
	}
	ctx := service.WithAPIKey(r.Context(), grants(t, check), e.apiKey)
	r = r.WithContext(ctx)
	r.URL.RawQuery = q.Encode()
	r.Form, r.PostForm = nil, nil
	r.Header.Del("Authorization")
	// No compression: a small frame could otherwise grow to any size in memory.
	r.Header.Del("Sec-Websocket-Extensions")
	e.rtc.ServeHTTP(&guardedWriter{w, e.conf.Clock}, r)
}

// The versions of LiveKit's signalling that are let through: livekit-client 2.23 says 17. To older clients the engine
// behaves in other ways; below 3, one that only receives never counts as active.
const (
	oldestProtocol = 15
	newestProtocol = 17
)

// spoken reports whether a query names one version, and one that is let through.
func spoken(versions []string) bool {
	if len(versions) != 1 {
		return false
	}
	v, err := strconv.Atoi(versions[0])
	return err == nil && v >= oldestProtocol && v <= newestProtocol
}

func (e *Engine) admit(ctx context.Context, t meet.Ticket, check, resume bool) error {
	if !check {
		return e.conf.Door.EnterRoom(ctx, t, resume)
	}
	if e.conf.Clock().After(t.ExpiresAt) {
		return meet.ErrTicket
	}
	return nil
}

// validate is where LiveKit's clients ask why a connection was refused. It never uses a ticket up, so
// all it can tell is whether the ticket is ours.
func (e *Engine) validate(w http.ResponseWriter, r *http.Request) {
	if _, _, err := e.read(shown(r)); err != nil {
		httpx.Error(w, r, err)
		return
	}
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write([]byte("success"))
}

// grants is what a participant may do in the engine: send, receive, nothing else.
func grants(t meet.Ticket, check bool) *auth.ClaimGrants {
	yes, no := true, false
	return &auth.ClaimGrants{
		Identity: string(t.Participant),
		Name:     t.Name,
		Video: &auth.VideoGrant{
			RoomJoin: true, Room: string(t.Meeting), CanPublish: &yes, CanSubscribe: &yes,
			CanPublishData: &no, CanUpdateOwnMetadata: &no, Hidden: check,
		},
	}
}

// guardedWriter puts a guard on the connection when the engine takes it over.
type guardedWriter struct {
	http.ResponseWriter
	clock core.Clock
}

// Hijack implements http.Hijacker.
func (g *guardedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(g.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	return &guarded{Conn: c, frames: frames{maxMessage: maxMessage, maxFrames: maxFrames, window: 10 * time.Second, clock: g.clock}}, rw, nil
}

// Unwrap lets http.ResponseController find the writer beneath.
func (g *guardedWriter) Unwrap() http.ResponseWriter { return g.ResponseWriter }
