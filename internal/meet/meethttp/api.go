package meethttp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/httpx"
	"yakusho/internal/meet"
	"yakusho/internal/meet/turn"
)

// MediaPath is where the engine's signalling is mounted, under our own origin.
const MediaPath = "/media"

// Config is what the API stands on.
type Config struct {
	Service *meet.Service
	Engine  Checker
	Issuer  *turn.Issuer
	Port    uint16 // of HTTPS, media and relay alike
	// Covers reports whether the server certificate is good for an address; where it is, the relay is
	// offered by address, so that no browser waits for a name server.
	Covers      func(netip.Addr) bool
	Certificate func() Certificate
	Version     string
	Clock       core.Clock
}

// Checker makes tokens for connection tests.
type Checker interface{ CheckToken() (string, error) }

// Certificate is what a connection test tells of the server certificate.
type Certificate struct {
	Internal bool
	NotAfter time.Time
	GuideURL string
}

// API serves meetings.
type API struct {
	Config
	checks *httpx.Limiter // connection tests begun at one PC
	lines  *httpx.Limiter // their uploads and downloads; a test needs about ten
}

// relayLife is how long a relay credential can start a relay. The event stream brings a fresh one
// every iceEvery.
const (
	relayLife = 15 * time.Minute
	iceEvery  = 5 * time.Minute
)

var (
	errJSON  = core.Invalid("json_malformed", "送られた内容の形が正しくありません。画面を開き直してください。")
	errCheck = core.Limited("check_too_often", "接続テストが続いています。1分ほど待ってから、もう一度お試しください。")
)

// New returns the API.
func New(c Config) *API {
	return &API{
		Config: c, checks: httpx.NewLimiter(20, 3*time.Second, 10_000, c.Clock),
		lines: httpx.NewLimiter(240, 250*time.Millisecond, 10_000, c.Clock),
	}
}

// Register mounts every operation on mux.
func (a *API) Register(mux *http.ServeMux) {
	strict := NewStrictHandlerWithOptions(a, nil, StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  refuseRequest,
		ResponseErrorHandlerFunc: httpx.Error,
	})
	HandlerWithOptions(strict, StdHTTPServerOptions{BaseRouter: mux, ErrorHandlerFunc: refuseRequest})
	mux.HandleFunc("GET /api/meetings/{meeting}/events", a.events)
	mux.HandleFunc("GET /api/check/download", a.download)
	mux.HandleFunc("POST /api/check/upload", a.upload)
}

// refuseRequest answers a request the generated code could not read.
func refuseRequest(w http.ResponseWriter, r *http.Request, err error) {
	var tooLarge *http.MaxBytesError
	var known *core.Error
	if errors.As(err, &tooLarge) || errors.As(err, &known) {
		httpx.Error(w, r, err)
		return
	}
	httpx.Error(w, r, errJSON.Because("read request: %w", err))
}

// via is how a request reached us: what the relay must be called for this browser.
type via struct {
	host  string     // of the Host header, without port
	local netip.Addr // our address, on the LAN the request came by
	from  netip.Addr
}

type viaKey struct{}

// Middleware knows guests by their cookie and how each request reached us. It belongs inside of
// whatever knows the signed-in: an account always counts before a guest pass.
func (a *API) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), viaKey{}, viaOf(r))
		actor := core.ActorFrom(ctx)
		if !actor.From.IsValid() {
			actor.From = httpx.Remote(r)
		}
		if c, err := r.Cookie(guestCookie); err == nil && !actor.SignedIn() {
			// A pass that is no good is no error: the request goes on as nobody's.
			if g, err := a.Service.Guest(ctx, c.Value); err == nil {
				actor.Guest, actor.Name, actor.Session = g.ID, g.Name, g.Secret
				ctx = context.WithValue(ctx, passKey{}, g)
			} else if core.KindOf(err) == core.KindInternal {
				httpx.Error(w, r, fmt.Errorf("look up guest pass: %w", err))
				return
			}
		}
		next.ServeHTTP(w, r.WithContext(core.WithActor(ctx, actor)))
	})
}

type passKey struct{}

// GuestOf returns the meeting and the name of the guest whose request ctx belongs to.
func GuestOf(ctx context.Context) (meeting core.ID, name string, ok bool) {
	g, ok := ctx.Value(passKey{}).(meet.GuestPass)
	return g.Meeting, g.Name, ok
}

func viaOf(r *http.Request) via {
	v := via{host: r.Host, from: httpx.Remote(r)}
	if h, _, err := net.SplitHostPort(r.Host); err == nil {
		v.host = h
	}
	if a, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		if p, err := netip.ParseAddrPort(a.String()); err == nil {
			v.local = p.Addr().Unmap()
		}
	}
	return v
}

const guestCookie = "__Host-guest"

func guestPass(secret string, until time.Time) string {
	return (&http.Cookie{
		Name: guestCookie, Value: secret, Path: "/", Secure: true, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Expires: until,
	}).String()
}

// iceServers is the relay as this browser must call it.
func (a *API) iceServers(ctx context.Context, id string) ([]IceServer, error) {
	v, _ := ctx.Value(viaKey{}).(via)
	host := v.host
	if v.local.IsValid() && a.Covers(v.local) {
		host = v.local.String()
	}
	c, err := a.Issuer.Mint(id, relayLife)
	if err != nil {
		return nil, fmt.Errorf("make relay credential: %w", err)
	}
	return []IceServer{{Urls: []string{turn.URL(host, a.Port)}, Username: c.Username, Credential: c.Password}}, nil
}

func meetingID(s string) (core.ID, error) {
	id, err := core.ParseID(s)
	if err != nil {
		return "", meet.ErrNoMeeting
	}
	return id, nil
}

// render is how a meeting looks to the caller. The PIN is for the signed-in: a guest could hand it on
// after being shown out.
func (a *API) render(ctx context.Context, m meet.Meeting) (Meeting, error) {
	n, offices, err := a.Service.Present(ctx, m.ID)
	if err != nil {
		return Meeting{}, err
	}
	if offices == nil {
		offices = []string{}
	}
	actor := core.ActorFrom(ctx)
	out := Meeting{
		Id: string(m.ID), Number: m.Number, Title: m.Title, State: MeetingState(m.State),
		StartsAt: m.StartsAt, EndsAt: m.EndsAt, HostName: m.HostName, HostDepartment: m.HostDept,
		Host: meet.Hosts(m, actor), Present: n, PresentOffices: offices, Locked: m.Locked, GuestsAllowed: m.Guests,
	}
	if actor.SignedIn() {
		out.Pin = &m.PIN
	}
	return out, nil
}

func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func message(m meet.Message) ChatMessage {
	return ChatMessage{
		Number: m.Number, Participant: string(m.Participant), Name: m.Name, Guest: m.Guest,
		Text: m.Text, At: m.At, Key: optional(m.Key),
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
