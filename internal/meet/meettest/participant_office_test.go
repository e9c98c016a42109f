package meettest_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/httpx"
	"yakusho/internal/meet"
	"yakusho/internal/meet/meettest"
	"yakusho/internal/meet/sfu"
	"yakusho/internal/meet/turn"
	"yakusho/internal/testkit"
)

// office is a server with the real media engine, the real relay and the real port, behind a public API
// that knows one meeting and lets everybody in.
type office struct {
	url   string
	roots *x509.CertPool
	relay *turn.Server

	mu      sync.Mutex
	entered map[string]string // guest cookie → participant
}

const (
	goodPIN = "1234"
	number  = "100200"
)

// EnterRoom implements sfu.Door.
func (o *office) EnterRoom(context.Context, meet.Ticket, bool) error { return nil }

func newOffice(t *testing.T) *office {
	t.Helper()
	tcp, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := tcp.Addr().(*net.TCPAddr).AddrPort()
	cert, roots := testkit.Certificate(t)
	conf := &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS12}
	o := &office{url: "https://" + at.String(), roots: roots, entered: map[string]string{}}
	split := httpx.NewSplit(tcp, conf, httpx.SplitOptions{})
	secret := []byte("a secret of this test, long enough")
	if o.relay, err = turn.Start(turn.Config{Listener: split.Other(), Media: []netip.AddrPort{at}, Secret: secret}); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	engine, err := sfu.New(sfu.Config{
		Media: []netip.AddrPort{at}, Door: o, Clock: core.SystemClock, Log: log, Changed: func() {},
		Relayed: func(a netip.AddrPort) bool { _, ok := o.relay.Relayed(a); return ok },
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/media/", http.StripPrefix("/media", engine.Handler()))
	o.routes(mux, engine, turn.NewIssuer(secret, core.SystemClock), at)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(split.Web()) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := engine.Stop(ctx); err != nil {
			t.Error(err)
		}
		_ = server.Close()
		<-served
		if err := o.relay.Close(); err != nil {
			t.Error(err)
		}
		_ = tcp.Close()
	})
	return o
}

func (o *office) routes(mux *http.ServeMux, engine *sfu.Engine, issuer *turn.Issuer, at netip.AddrPort) {
	meeting := core.NewID(core.SystemClock())
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("POST /api/meetings/enter", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Number, PIN, Name string }
		if json.NewDecoder(r.Body).Decode(&in) != nil || in.Number != number || in.PIN != goodPIN {
			httpx.Error(w, r, core.Invalid("number_or_pin", "会議番号か暗証番号が違います。"))
			return
		}
		secret := core.Secret(16)
		o.mu.Lock()
		o.entered[secret] = string(core.NewID(core.SystemClock()))
		o.mu.Unlock()
		http.SetCookie(w, &http.Cookie{Name: "__Host-guest", Value: secret, Path: "/", Secure: true, HttpOnly: true})
		answer(w, meettest.Meeting{ID: string(meeting), Number: number})
	})
	mux.HandleFunc("POST /api/meetings/{meeting}/join", func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie("__Host-guest")
		o.mu.Lock()
		defer o.mu.Unlock()
		if err != nil || o.entered[c.Value] == "" {
			httpx.Error(w, r, core.Unauthenticated("sign_in", "ログインしてください。"))
			return
		}
		who := o.entered[c.Value]
		token, err := engine.Token(meet.Ticket{
			Nonce: core.Secret(8), Meeting: meeting, Participant: core.ID(who), Name: "guest",
			ExpiresAt: core.SystemClock().Add(time.Minute),
		})
		if err != nil {
			httpx.Error(w, r, err)
			return
		}
		cred, err := issuer.Mint(who, time.Minute)
		if err != nil {
			httpx.Error(w, r, err)
			return
		}
		answer(w, meettest.Ticket{Participant: who, Token: token, MediaPath: "/media", ICEServers: []meettest.ICEServer{{
			URLs: []string{turn.URL(at.Addr().String(), at.Port())}, Username: cred.Username, Credential: cred.Password,
		}}})
	})
	mux.HandleFunc("POST /api/meetings/{meeting}/end", func(w http.ResponseWriter, r *http.Request) {
		if err := engine.Close(r.Context(), meeting); err != nil {
			httpx.Error(w, r, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /api/session", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html>another program</html>")
	})
}

// client returns a client that has entered as a guest.
func (o *office) client(t *testing.T) (*meettest.Client, string) {
	t.Helper()
	c, err := meettest.NewClient(meettest.ClientOptions{URL: o.url, Roots: o.roots})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	m, err := c.Enter(t.Context(), number, goodPIN, "点検")
	if err != nil {
		t.Fatal(err)
	}
	return c, m.ID
}
