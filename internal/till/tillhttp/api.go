package tillhttp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/httpx"
	"yakusho/internal/till"
	"yakusho/internal/till/slip"
)

// Person is somebody at 会計課.
type Person struct {
	Account    core.ID
	Name       string
	Department string
}

// People knows who the accounts are.
type People interface {
	// Names returns the name of every account, also of those that may no longer sign in.
	Names(ctx context.Context) (map[core.ID]string, error)
	// Accountants returns who may sign in and answer for what is unresolved.
	Accountants(ctx context.Context) ([]Person, error)
}

// Practice is the pretend wallet, as the pretend customer's phone sees it. An act is pay, decline, silence or silence_unpaid.
type Practice interface {
	Act(attempt core.ID, act string) error
	Code(act string) (string, error)
}

// Printer prints at HOST:PORT.
type Printer interface {
	Print(ctx context.Context, address string, papers []slip.Paper) error
}

// Export is what file somebody wants.
type Export struct {
	Name     string // daybook, revenue, payments
	Session  core.ID
	From, To till.Day
	Format   string // xlsx, csv, csv_sjis
}

// File is an export, to be written once.
type File struct {
	Name  string // with its extension
	Type  string
	Write func(w http.ResponseWriter) error
}

// Exporter makes files. Who may is decided before it is asked.
type Exporter interface {
	Open(ctx context.Context, e Export) (File, error)
	// Check names what Shift_JIS lacks.
	Check(ctx context.Context, e Export) (ExportCheck, error)
}

// Doubt is what a provider said against an end that had been proven.
type Doubt struct {
	At      time.Time
	Attempt core.ID
	State   string
}

// Config is what the API stands on. Practice, Printer and Exports may be nil: then there is none.
type Config struct {
	Desk       *till.Desk
	Office     *till.Office
	View       *till.View
	Driver     *till.Driver
	Hub        *till.Hub
	People     People
	Practice   Practice
	Printer    Printer
	Exports    Exporter
	Doubts     func(ctx context.Context) ([]Doubt, error)
	Health     *Health
	Who        slip.Office
	HookSecret string // of the paths of notifications; empty: none are taken
	Clock      core.Clock
	Log        *slog.Logger
}

// API serves the counter.
type API struct {
	Config
	offers   *offers        // displays that wait to be paired
	strict   *httpx.Limiter // what anybody may ask without having signed in
	pairing  *httpx.Limiter // codes tried by one account
	hooks    *httpx.Limiter // notifications from one address
	seen     *recent        // deliveries
	tendered *tendered
	online   online
}

var (
	errJSON     = core.Invalid("json_malformed", "送られた内容の形が正しくありません。画面を開き直してください。")
	errOften    = core.Limited("too_often", "操作が続いています。少し待ってから、もう一度お試しください。")
	errNoSuch   = core.NotFound("not_found", "この場所には何もありません。")
	errPrinter  = core.Conflict("no_printer", "この窓口にはプリンターがありません。画面の印刷を使ってください。")
	errPractice = core.NotFound("practice_off", "練習モードは使えません。")
)

// New returns the API.
func New(c Config) *API {
	return &API{
		Config: c, offers: newOffers(c.Clock), strict: httpx.NewLimiter(60, time.Second, 10_000, c.Clock),
		pairing: httpx.NewLimiter(10, 6*time.Second, 1_000, c.Clock), hooks: httpx.NewLimiter(200, 20*time.Millisecond, 1_000, c.Clock),
		seen: newRecent(4096), tendered: newTendered(512), online: online{open: map[core.ID]int{}},
	}
}

// Register mounts every operation on mux.
func (a *API) Register(mux *http.ServeMux) {
	strict := NewStrictHandlerWithOptions(a, nil, StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  refuseRequest,
		ResponseErrorHandlerFunc: refuse,
	})
	HandlerWithOptions(strict, StdHTTPServerOptions{BaseRouter: mux, ErrorHandlerFunc: refuseRequest})
	mux.HandleFunc("GET /api/till/sessions/{session}/events", a.sessionEvents)
	mux.HandleFunc("GET /api/till/display/events", a.displayEvents)
	mux.HandleFunc("GET /api/till/exports/{export}", a.download)
}

// MaxBody is how many bytes a request to the till may carry; 0 is the usual limit.
func MaxBody(r *http.Request) int64 {
	if r.Method == http.MethodPost && r.URL.Path == "/api/till/settlements" {
		return 50 << 20
	}
	if isHook(r) {
		return maxHook
	}
	return 0
}

// listed is an error that lists what is wrong, for the screen.
type listed struct {
	error
	details []httpx.Detail
}

func (l listed) Unwrap() error           { return l.error }
func (l listed) Details() []httpx.Detail { return l.details }

// refuse answers an error of the domain; everything wrong with an input stands beside its field.
func refuse(w http.ResponseWriter, r *http.Request, err error) {
	var input *till.InvalidInput
	if errors.As(err, &input) {
		l := listed{error: err}
		for _, p := range input.Problems {
			l.details = append(l.details, httpx.Detail{Field: p.Field, Message: p.Message})
		}
		err = l
	}
	httpx.Error(w, r, err)
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

// ident reads an ID of a path or a body; what cannot be one is not there.
func ident(s string, unknown *core.Error) (core.ID, error) {
	id, err := core.ParseID(s)
	if err != nil {
		return "", unknown.Because("id %.60q", s)
	}
	return id, nil
}

// maybe reads an ID that may be left out.
func maybe(s *string, unknown *core.Error) (core.ID, error) {
	if s == nil || *s == "" {
		return "", nil
	}
	return ident(*s, unknown)
}

type via struct{ origin, display string }

type viaKey struct{}

// Middleware notes by which address a request reached us, for codes that a phone opens, and the cookie of a display.
func (a *API) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := via{origin: "https://" + r.Host}
		if cs := r.CookiesNamed(displayCookie); len(cs) == 1 {
			v.display = cs[0].Value
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), viaKey{}, v)))
	})
}

func viaFrom(ctx context.Context) via {
	v, _ := ctx.Value(viaKey{}).(via)
	return v
}

// open limits what anybody may ask without having signed in.
func (a *API) open(ctx context.Context) error {
	if ok, wait := a.strict.Allow(core.HostOf(core.ActorFrom(ctx).From).String()); !ok {
		return httpx.TooMany(errOften.Code, errOften.Message, wait)
	}
	return nil
}

func ptr[T any](v T) *T { return &v }

func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func value[T any](p *T) T {
	var zero T
	if p == nil {
		return zero
	}
	return *p
}

// each renders a list; it is never null.
func each[T, U any](in []T, render func(T) U) []U {
	out := make([]U, 0, len(in))
	for _, v := range in {
		out = append(out, render(v))
	}
	return out
}

// tendered remembers what customers handed over, for the screens that show the change; it is not part of the books.
type tendered struct {
	mu   sync.Mutex
	sums map[core.ID]core.Money
	old  []core.ID
	most int
}

func newTendered(most int) *tendered { return &tendered{sums: map[core.ID]core.Money{}, most: most} }

func (t *tendered) note(attempt core.ID, sum core.Money) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.sums[attempt]; !ok {
		t.old = append(t.old, attempt)
	}
	t.sums[attempt] = sum
	if len(t.old) > t.most {
		delete(t.sums, t.old[0])
		t.old = t.old[1:]
	}
}

func (t *tendered) of(attempt core.ID) (core.Money, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	sum, ok := t.sums[attempt]
	return sum, ok
}

// scribe renders answers: it knows the names of accounts and the numbers of counters.
type scribe struct {
	api      *API
	ctx      context.Context
	names    map[core.ID]string
	counters map[core.ID]till.Counter
}

func (a *API) scribe(ctx context.Context) (*scribe, error) {
	names, err := a.People.Names(ctx)
	if err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	return &scribe{api: a, ctx: ctx, names: names, counters: map[core.ID]till.Counter{}}, nil
}

// counter returns a counter for its label; one that cannot be read has none.
func (s *scribe) counter(id core.ID) till.Counter {
	c, ok := s.counters[id]
	if !ok {
		var err error
		if c, err = s.api.View.Counter(s.ctx, id); err != nil {
			s.api.Log.WarnContext(s.ctx, "label of a counter", "counter", id, "err", err)
		}
		s.counters[id] = c
	}
	return c
}
