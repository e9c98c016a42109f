package main

import (
	"context"
	"crypto/subtle"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"yakusho/internal/core"
	"yakusho/internal/httpx"
	"yakusho/internal/tlsca"
)

// operations mounts what an administrator's tools ask: is the process alive, can it serve, what has it
// counted.
func (a *app) operations(mux *http.ServeMux, p parts, c metricsConfig) error {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if !a.ready.Load() || p.db.Ping(ctx) != nil {
			say(w, http.StatusServiceUnavailable, "not ready")
			return
		}
		if why := p.disk.reason(); why != "" {
			say(w, http.StatusServiceUnavailable, "not ready: "+why)
			return
		}
		say(w, http.StatusOK, "ready")
	})
	token := ""
	if c.TokenFile != "" {
		b, err := os.ReadFile(c.TokenFile)
		if err != nil {
			return core.Invalid("metrics_token", "metrics.token_file を読めません。場所と権限を確かめてください。").Because("read metrics token: %w", err)
		}
		token = strings.TrimSpace(string(b))
	}
	if err := a.count(p); err != nil {
		return err
	}
	metrics := promhttp.HandlerFor(prometheus.Gatherers{prometheus.DefaultGatherer, a.metrics}, promhttp.HandlerOpts{})
	mux.Handle("GET /metrics", forMonitors(token, metrics))
	return nil
}

// forMonitors lets through whoever asks from this machine or shows the token; an empty token is none.
func forMonitors(token string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		known := token != "" && subtle.ConstantTimeCompare([]byte(shown), []byte(token)) == 1
		if !known && !httpx.Remote(r).IsLoopback() {
			httpx.Error(w, r, errMetrics)
			return
		}
		next.ServeHTTP(w, r)
	})
}

var errMetrics = core.Forbidden("metrics_closed", "このページはサーバー自身か、トークンを持つ監視だけが見られます。")

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n"))
}

// count registers what only the wiring can see; the engine counts its own on the default registry.
func (a *app) count(p parts) error {
	gauges := []struct {
		name, help string
		value      func() float64
	}{
		{"yakusho_tls_connections_http_total", "TLS connections handed to HTTP.", func() float64 { n := p.split.Counts(); return float64(n.H2 + n.H1 + n.Peeked) }},
		{"yakusho_tls_connections_relay_total", "TLS connections handed to the relay.", func() float64 { return float64(p.split.Counts().Other) }},
		{"yakusho_tls_connections_bad_total", "TLS connections that came to nothing.", func() float64 { return float64(p.split.Counts().Bad) }},
		{"yakusho_relay_allocations", "Relay sockets open now.", func() float64 { return float64(a.turn.Stats().Allocations) }},
		{"yakusho_relay_refused_peers_total", "Relay requests to anything but our media port.", func() float64 { return float64(a.turn.Stats().RefusedPeers) }},
		{"yakusho_relay_refused_auth_total", "Relay requests with a credential that is no good.", func() float64 { return float64(a.turn.Stats().RefusedAuth) }},
		{"yakusho_relay_up_bytes_total", "Payload relayed from clients.", func() float64 { return float64(a.turn.Stats().BytesUp) }},
		{"yakusho_relay_down_bytes_total", "Payload relayed to clients.", func() float64 { return float64(a.turn.Stats().BytesDown) }},
		{"yakusho_csp_reports_total", "Content the browsers refused to load.", func() float64 { return float64(a.csp.Count()) }},
		{"yakusho_certificate_days", "Days the server certificate is still good for.", func() float64 { return float64(p.ca.Status().DaysLeft) }},
		{"yakusho_database_writable", "1 while the database can be written, else 0.", func() float64 { return one(p.disk.reason() == "") }},
		{"yakusho_meeting_participants", "People connected to a meeting now.", func() float64 { return float64(len(a.media.Present())) }},
	}
	for _, g := range gauges {
		if err := a.metrics.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: g.name, Help: g.help}, g.value)); err != nil {
			return err
		}
	}
	return nil
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// certificateOf is what a connection test tells of the certificate.
func certificateOf(ca *tlsca.Authority) (internal bool, notAfter time.Time) {
	s := ca.Status()
	return s.Mode == tlsca.ModeInternal, s.NotAfter
}
