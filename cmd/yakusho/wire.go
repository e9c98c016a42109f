package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"yakusho/internal/audit"
	"yakusho/internal/audit/auditsql"
	"yakusho/internal/auth"
	"yakusho/internal/auth/authhttp"
	"yakusho/internal/auth/authsql"
	"yakusho/internal/auth/local"
	"yakusho/internal/core"
	"yakusho/internal/httpx"
	"yakusho/internal/meet"
	"yakusho/internal/meet/meethttp"
	"yakusho/internal/meet/meetsql"
	"yakusho/internal/meet/sfu"
	"yakusho/internal/meet/turn"
	"yakusho/internal/org"
	"yakusho/internal/org/orgsql"
	"yakusho/internal/sqldb"
	"yakusho/internal/till/tillhttp"
	"yakusho/internal/tlsca"
	"yakusho/web"
)

// app is the assembled product.
type app struct {
	log     *slog.Logger
	auth    *auth.Service
	meet    *meet.Service
	media   *sfu.Engine
	turn    *turn.Server
	csp     *httpx.CSPReports
	metrics *prometheus.Registry
	meets   bool      // this server holds meetings
	till    *counters // nil where the till is not enabled
	handler http.Handler
	ready   atomic.Bool

	refusals *audit.Limited
	sample   []auth.SampleAccount // what was seeded; nil in an office
}

// parts are what the app is built on: opened before it, closed after it.
type parts struct {
	db     *sqldb.DB
	disk   *writable // what is known of db
	ca     *tlsca.Authority
	relay  net.Listener
	split  *httpx.Split
	log    *slog.Logger
	sample bool

	origins []string // where people open the product, best first
	guide   string   // URL of the page that hands out the CA; "" when it is not served
	noGuide string   // Japanese: why it is not, where it was wanted
}

// build puts the product together: stores, then services, then what carries media, then handlers.
func build(ctx context.Context, conf config, at place, p parts) (*app, error) {
	clock := core.SystemClock
	a := &app{log: p.log, meets: conf.Meet.Enabled, metrics: prometheus.NewRegistry(), csp: httpx.NewCSPReports(p.log, clock)}

	auditStore, err := auditsql.Open(ctx, p.db)
	if err != nil {
		return nil, fmt.Errorf("open audit log: %w", err)
	}
	orgStore, err := orgsql.Open(ctx, p.db)
	if err != nil {
		return nil, fmt.Errorf("open organisation: %w", err)
	}
	authStore, err := authsql.Open(ctx, p.db)
	if err != nil {
		return nil, fmt.Errorf("open accounts: %w", err)
	}
	meetStore, err := meetsql.Open(ctx, p.db)
	if err != nil {
		return nil, fmt.Errorf("open meetings: %w", err)
	}
	journal := audit.New(auditStore, clock)
	// Sign-in, set-up and change of a password count their own tries, and each of those is worth an entry.
	a.refusals = audit.NewLimited(journal, clock, "auth.sign_in", "auth.setup", "auth.password_change")
	book := org.NewBook(orgStore)

	a.auth = auth.NewService(auth.Config{
		Store: authStore, Hasher: local.New(local.DefaultParams()), Audit: a.refusals, Clock: clock,
		Ended: func(ctx context.Context, _ core.ID, sessions []string) { a.meet.SessionsEnded(ctx, sessions) },
	})

	secret := []byte(core.Secret(32))
	a.turn, err = turn.Start(turn.Config{Listener: p.relay, Media: at.mediaPorts(), Secret: secret, Clock: clock, Log: p.log, Spare: meethttp.SpareRelay})
	if err != nil {
		return nil, fmt.Errorf("start relay: %w", err)
	}
	a.media, err = sfu.New(sfu.Config{
		Media: at.mediaPorts(), Door: door{a}, Clock: clock, Log: p.log,
		Relayed: func(from netip.AddrPort) bool { _, ok := a.turn.Relayed(from); return ok },
		Changed: func() { a.meet.Poke() },
	})
	if err != nil {
		return nil, fmt.Errorf("start media: %w", err)
	}
	a.meet = meet.NewService(meet.Config{
		Store: meetStore, Media: a.media, Relay: a.turn, Sessions: a.auth, Directory: directory{book}, Audit: a.refusals,
		Clock: clock, Log: p.log, Zone: japan(), Capacity: conf.Meet.Capacity,
	})
	if p.sample {
		if err := a.seed(ctx, book, meetStore); err != nil {
			return nil, fmt.Errorf("seed sample town: %w", err)
		}
	}

	if conf.Till.Enabled {
		if a.till, err = buildTill(ctx, conf, p, journal, authStore, book, clock); err != nil {
			return nil, err
		}
		if p.sample {
			if err := a.till.seed(ctx, authStore, clock()); err != nil {
				return nil, fmt.Errorf("seed the counters of the sample town: %w", err)
			}
		}
	}

	mux := http.NewServeMux()
	sessions := authhttp.New(authhttp.Config{
		Auth: a.auth, Directory: cards{book}, Sample: a.sample, Features: features(conf), Guest: guestOf, Clock: clock,
		Office: func(context.Context) (authhttp.OfficeInfo, error) {
			return authhttp.OfficeInfo{Name: conf.Office.Name, Contact: conf.Office.Contact}, nil
		},
	})
	sessions.Mount(mux)
	meetings := meethttp.New(meethttp.Config{
		Service: a.meet, Engine: a.media, Issuer: turn.NewIssuer(secret, clock), Port: at.port,
		Covers: covers(p.ca), Version: version, Clock: clock, Certificate: func() meethttp.Certificate {
			internal, notAfter := certificateOf(p.ca)
			guide := ""
			if internal {
				guide = p.guide
			}
			return meethttp.Certificate{Internal: internal, NotAfter: notAfter, GuideURL: guide}
		},
	})
	if conf.Meet.Enabled {
		meetings.Register(mux)
		mux.Handle(meethttp.MediaPath+"/", http.StripPrefix(meethttp.MediaPath, a.media.Handler()))
	}
	if a.till != nil {
		a.till.api.Register(mux)
		if err := a.till.count(a.metrics, clock); err != nil {
			return nil, fmt.Errorf("count the till: %w", err)
		}
	}
	if err := a.operations(mux, p, conf.Metrics); err != nil {
		return nil, err
	}
	mux.Handle("POST "+httpx.CSPReportPath, a.csp)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) { httpx.Error(w, r, errNoRoute) })
	front, err := httpx.SPA(web.Dist(), httpx.SPAOptions{})
	if err != nil {
		return nil, fmt.Errorf("load front end: %w", err)
	}
	mux.Handle("/", front)

	// Outermost first: the edge, notifications of providers, who is calling, whose guest, whose display, then the route.
	inner, hooks := http.Handler(httpx.Route(httpx.WholeJSON(mux))), func(next http.Handler) http.Handler { return next }
	if a.till != nil {
		inner, hooks = a.till.api.Middleware(inner), a.till.api.Hooks
	}
	a.handler = httpx.Edge(hooks(knownHost(p.ca, sessions.Middleware(meetings.Middleware(inner)))), httpx.EdgeOptions{
		Log: p.log, Clock: clock, MaxBody: bodyLimit,
	})
	a.ready.Store(true)
	return a, nil
}

var errNoRoute = core.NotFound("not_found", "この場所には何もありません。")

var errHost = core.Invalid("host_unknown", "このサーバーの名前ではありません。正しいアドレスを情報担当に確かめてください。")

// knownHost refuses requests that name somebody else's host: a page of another name that resolves to
// us must not become our origin. An address cannot be made to resolve, so any address will do.
func knownHost(ca *tlsca.Authority, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err != nil && !ca.Covers(host) {
			httpx.Error(w, r, errHost)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// bodyLimit is how much a request may carry, in bytes; 0 is the usual limit.
func bodyLimit(r *http.Request) int64 {
	if r.URL.Path == "/api/check/upload" {
		return 8 << 20
	}
	return tillhttp.MaxBody(r)
}

func features(c config) []authhttp.SessionFeatures {
	var out []authhttp.SessionFeatures
	if c.Meet.Enabled {
		out = append(out, authhttp.Meet)
	}
	if c.Till.Enabled {
		out = append(out, authhttp.Till)
	}
	return out
}

// guestOf tells the session page of a guest's pass.
func guestOf(ctx context.Context) (authhttp.GuestPass, bool) {
	meeting, name, ok := meethttp.GuestOf(ctx)
	return authhttp.GuestPass{Meeting: string(meeting), Name: name}, ok
}

// japan is where the office is: its midnight begins the day. Japan has had no daylight saving since
// 1951, so this needs no time-zone file.
func japan() *time.Location { return time.FixedZone("Asia/Tokyo", 9*60*60) }

// sweepSessions ends the sessions whose time is over, now and then.
func (a *app) sweepSessions(ctx context.Context) {
	t := time.NewTicker(time.Minute)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if err := a.auth.Sweep(ctx); err != nil {
				a.log.ErrorContext(ctx, "sessions not swept; the next round tries again", "err", err)
			}
		}
	}
}

// origins are the addresses to tell people, best first. The sample accounts work on this machine only,
// so there its own address comes first.
func origins(c config, at place, ca *tlsca.Authority, sample bool) []string {
	origin := func(host string) string {
		return "https://" + net.JoinHostPort(host, strconv.Itoa(int(at.port)))
	}
	here := origin("localhost")
	listened, err := netip.ParseAddr(at.host)
	switch {
	case at.host == "localhost", err == nil && listened.IsLoopback():
		return []string{here}
	case err == nil && !listened.IsUnspecified():
		var out []string
		for _, n := range c.Server.Names {
			out = append(out, origin(n))
		}
		return append(out, origin(listened.String()))
	case sample:
		return append([]string{here}, ca.Origins(int(at.port))...)
	}
	if o := ca.Origins(int(at.port)); len(o) > 0 {
		return o
	}
	return []string{here}
}

func hostOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return "localhost"
	}
	return u.Hostname()
}

// firstVisit is what a person meets before anything else, at the address they were just told.
func firstVisit(guide bool) string {
	where := "「証明書の案内」を開いて証明書を"
	if !guide {
		where = "認証局の証明書（データの置き場所の tls/ca.crt）を"
	}
	return `  はじめて開くパソコンでは「接続がプライベートではありません」などの警告が出ます。故障ではありません。
  続けて使うパソコンには、` + where + `入れてください（カメラ、マイク、中継を確実に使うためです）。
  いま試すだけなら、警告の「詳細設定」を押し、「…にアクセスする（安全ではありません）」を押すと開きます。
`
}

// greet tells the person at the console what to open next.
func (a *app) greet(ctx context.Context, w io.Writer, p parts) error {
	fmt.Fprintf(w, "\n役所 Yakusho %s が動いています。\n\n", version)
	for _, o := range p.origins {
		fmt.Fprintf(w, "  開くところ      %s\n", o)
	}
	if p.guide != "" {
		fmt.Fprintf(w, "  証明書の案内    %s\n", p.guide)
	}
	if p.noGuide != "" {
		fmt.Fprintf(w, "  注意            %s\n", p.noGuide)
	}
	status := p.ca.Status()
	if status.Mode == tlsca.ModeInternal {
		fmt.Fprint(w, "\n"+firstVisit(p.guide != "")+"\n")
	}
	if status.CAFingerprint != "" {
		label := "証明書の指紋    SHA-256" // in the form of the guide page, which asks people to compare
		for _, row := range tlsca.FingerprintRows(status.CAFingerprint) {
			fmt.Fprintf(w, "  %s %s\n", label, strings.Join(row, " "))
			label = strings.Repeat(" ", 23)
		}
	}
	for _, warning := range status.Warnings {
		fmt.Fprintf(w, "  注意            %s\n", warning.Message)
	}
	token, needed, err := a.auth.OfferSetup(ctx)
	if err != nil {
		return fmt.Errorf("offer set-up: %w", err)
	}
	if needed {
		fmt.Fprintf(w, "\n  最初の管理者を作るには、次のアドレスを一度だけ開いてください。\n  %s/setup/%s\n", p.origins[0], token)
	}
	if len(a.sample) > 0 {
		fmt.Fprintf(w, "\n  見本の利用者（このパソコンからだけ使えます。パスワードはすべて %s）\n", a.sample[0].Password)
		for _, s := range a.sample {
			fmt.Fprintf(w, "    %-10s %s　%s\n", s.Login, s.Name, s.Note)
		}
		fmt.Fprintf(w, "\n  会議を試すには、ブラウザを2つ開いて別々の人でログインし、同じ会議の「参加する」を押してください。\n")
		fmt.Fprintf(w, "  窓口を試すには、yoshida でログインし、「窓口」の「練習する」を押してください。お客様の役も、もう1つの画面か電話でできます。\n")
	}
	doctor := os.Args[0] + " doctor --url " + strings.TrimSuffix(p.origins[0], "/")
	const measure = "--participants 3 --seconds 10"
	if len(a.sample) > 0 { // doctor finds the sample accounts by itself
		fmt.Fprintf(w, "\n  別の窓で動作を確かめるには: %s %s\n\n", doctor, measure)
		return nil
	}
	fmt.Fprintf(w, "\n  別の窓で動作を確かめるには: %s --login ログイン名 --password-file ファイル %s\n", doctor, measure)
	fmt.Fprint(w, "  （会議を開く利用者のログイン名と、そのパスワードだけを書いたファイルです。仮のパスワードは、先にブラウザーで変えてください）\n\n")
	return nil
}
