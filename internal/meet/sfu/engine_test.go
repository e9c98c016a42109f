package sfu

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

// doorFunc is a Door made of a function.
type doorFunc func(context.Context, meet.Ticket, bool) error

func (f doorFunc) EnterRoom(ctx context.Context, t meet.Ticket, resume bool) error {
	return f(ctx, t, resume)
}

// openDoor lets everybody in and remembers who.
type openDoor struct {
	mu      sync.Mutex
	tickets []meet.Ticket
}

func (d *openDoor) EnterRoom(_ context.Context, t meet.Ticket, _ bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tickets = append(d.tickets, t)
	return nil
}

// freeUDP returns a loopback address whose UDP port was free a moment ago.
func freeUDP(t *testing.T) netip.AddrPort {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort()
}

func start(t *testing.T, door Door) (*Engine, netip.AddrPort) {
	t.Helper()
	at := freeUDP(t)
	e, err := New(Config{
		Media: []netip.AddrPort{at}, Door: door, Clock: core.SystemClock, Changed: func() {},
		Relayed: func(netip.AddrPort) bool { return false }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := e.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return e, at
}

func ticket(life time.Duration) meet.Ticket {
	now := time.Now()
	return meet.Ticket{
		Nonce: core.Secret(16), Epoch: "epoch", Meeting: core.NewID(now), Participant: core.NewID(now), Name: "佐藤 美咲",
		Session: "session-hash", Host: true, ExpiresAt: now.Add(life).UTC().Truncate(time.Second),
	}
}

// The engine's globals (logger, Prometheus) are of the process, so the tests that start one run one
// after another inside this test.
func TestEngine(t *testing.T) {
	before := slog.Default()
	door := &openDoor{}
	e, at := start(t, door)
	web := httptest.NewServer(e.Handler())
	t.Cleanup(web.Close)

	t.Run("it leaves the process's logger alone", func(t *testing.T) {
		if slog.Default() != before {
			t.Error("slog's default logger was replaced")
		}
	})
	t.Run("it holds its UDP port and says so plainly when another does", func(t *testing.T) {
		_, err := New(Config{Media: []netip.AddrPort{at}, Clock: core.SystemClock, Changed: func() {}, Log: slog.New(slog.DiscardHandler)})
		if !errors.Is(err, ErrPortInUse) {
			t.Errorf("second engine on the same port: %v, want %v", err, ErrPortInUse)
		}
	})
	t.Run("it opens no TCP port", func(t *testing.T) {
		for _, port := range []string{"7880", "7881", "6789"} {
			if c, err := net.DialTimeout("tcp", "127.0.0.1:"+port, time.Second); err == nil {
				c.Close()
				t.Errorf("something listens on TCP %s", port)
			}
		}
	})
	t.Run("a ticket comes back as it was", func(t *testing.T) {
		want := ticket(time.Minute)
		token, err := e.Token(want)
		if err != nil {
			t.Fatal(err)
		}
		got, check, err := e.read(token)
		got.ExpiresAt = got.ExpiresAt.UTC()
		if err != nil || check || got != want {
			t.Errorf("read(Token(t)) = %+v, %v, %v; want %+v", got, check, err, want)
		}
	})
	t.Run("what a browser is told names no server but ours", func(t *testing.T) { namesOnlyUs(t, e, web.URL, at) })
	t.Run("refusals", func(t *testing.T) { refusals(t, e, web.URL) })
	t.Run("a connection is cut that sends too much", func(t *testing.T) { cutsFloods(t, e, web.URL) })
}

func join(t *testing.T, e *Engine, base string, tk meet.Ticket) (*websocket.Conn, *livekit.JoinResponse) {
	t.Helper()
	token, err := e.Token(tk)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	c, _, err := websocket.Dial(ctx, base+"/rtc?protocol=16&sdk=js&version=2.23.0&auto_subscribe=1&access_token="+token, nil) //nolint:bodyclose // Dial owns it
	if err != nil {
		t.Fatal(err)
	}
	c.SetReadLimit(1 << 20)
	_, b, err := c.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var m livekit.SignalResponse
	if err := proto.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	if m.GetJoin() == nil {
		t.Fatalf("first message is %T, want a join", m.GetMessage())
	}
	return c, m.GetJoin()
}

func namesOnlyUs(t *testing.T, e *Engine, base string, at netip.AddrPort) {
	c, j := join(t, e, base, ticket(time.Minute))
	defer c.CloseNow()
	if len(j.GetIceServers()) == 0 {
		t.Error("an empty list makes clients of other makes fall back to public servers")
	}
	for _, s := range j.GetIceServers() {
		for _, u := range s.GetUrls() {
			if !strings.Contains(u, at.String()) || strings.HasPrefix(u, "stun") {
				t.Errorf("the join response names %q", u)
			}
		}
	}
}

func refusals(t *testing.T, e *Engine, base string) {
	good, err := e.Token(ticket(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + parts[1] + "."
	other := &Engine{secret: []byte(core.Secret(32)), conf: e.conf}
	foreign, err := other.Token(ticket(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		token, query, origin string
		status               int
	}{
		"no token":                {"", "&protocol=17", "", 401},
		"not a token":             {"x", "&protocol=17", "", 401},
		"a signature cut off":     {parts[0] + "." + parts[1] + ".", "&protocol=17", "", 401},
		"no algorithm":            {none, "&protocol=17", "", 401},
		"signed by somebody else": {foreign, "&protocol=17", "", 401},
		"from another site":       {good, "&protocol=17", "https://evil.example", 403},
		"no version":              {good, "", "", 400},
		"a version that hides":    {good, "&protocol=2", "", 400},
		"a version of tomorrow":   {good, "&protocol=18", "", 400},
		"two versions":            {good, "&protocol=17&protocol=2", "", 400},
		"no number":               {good, "&protocol=16x", "", 400},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			if c.origin != "" {
				h.Set("Origin", c.origin)
			}
			_, resp, err := websocket.Dial(t.Context(), base+"/rtc?access_token="+c.token+c.query, &websocket.DialOptions{HTTPHeader: h})
			if err == nil || resp == nil || resp.StatusCode != c.status {
				t.Fatalf("dial: %v, %v; want status %d", resp, err, c.status)
			}
			if got := resp.Header.Get("Content-Type"); got != "application/problem+json" {
				t.Errorf("answered as %q", got)
			}
		})
	}
	// A body could carry what the query may not.
	post, err := http.NewRequestWithContext(t.Context(), "POST", base+"/rtc?protocol=17&access_token="+good, strings.NewReader("join_request=x"))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range map[string]string{
		"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
		"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Content-Type": "application/x-www-form-urlencoded",
	} {
		post.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(post)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 400 {
		t.Errorf("POST /rtc = %d, want 400", resp.StatusCode)
	}
	for _, path := range []string{"/rtc/v1", "/twirp/livekit.RoomService/ListRooms", "/"} {
		resp, err := http.Get(base + path + "?access_token=" + good)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 404 {
			t.Errorf("GET %s = %d, want 404", path, resp.StatusCode)
		}
	}
}

func cutsFloods(t *testing.T, e *Engine, base string) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for name, flood := range map[string]func(*websocket.Conn) error{
		"a message of two megabytes": func(c *websocket.Conn) error {
			return c.Write(ctx, websocket.MessageBinary, make([]byte, 2<<20))
		},
		"many small messages": func(c *websocket.Conn) error {
			ping, err := proto.Marshal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Ping{Ping: 1}})
			if err != nil {
				return err
			}
			for range 2 * maxFrames {
				if err := c.Write(ctx, websocket.MessageBinary, ping); err != nil {
					return err
				}
			}
			return nil
		},
		"bytes that are no message": func(c *websocket.Conn) error {
			return c.Write(ctx, websocket.MessageBinary, bytes.Repeat([]byte{0xff}, 1000))
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := join(t, e, base, ticket(time.Minute))
			defer c.CloseNow()
			go func() { _ = flood(c) }()
			for {
				if _, _, err := c.Read(ctx); err != nil {
					if ctx.Err() != nil {
						t.Error("the connection lives on")
					}
					return
				}
			}
		})
	}
	// Whoever behaves is not touched by it.
	c, _ := join(t, e, base, ticket(time.Minute))
	c.CloseNow()
}
