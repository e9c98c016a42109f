// Package turn is the relay for browsers whose UDP does not get through: TURN over TLS on the HTTPS
// port. It is handed connections that the HTTP edge has already told apart, and it carries their
// packets to our own media address and port and back.
//
// It must never reach anything else. Three walls say so, each enough alone: the judge looks at every
// message before the TURN library does (judge.go), the library asks the permission handler, and the
// relay socket itself drops what is not to or from the media port (relay.go). Relay sockets live on
// loopback, so none of their ports can be reached from outside.
//
// It must not log a credential, must not know meetings (a participant is an opaque id) and must not
// parse a byte that its own framing has not measured first: the library's framing of a stream
// computes lengths in 16 bits and spins for ever on a length of 65516 (frame.go).
package turn

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/logging"
	"github.com/pion/stun/v3"
	pion "github.com/pion/turn/v5"

	"yakusho/internal/core"
)

// Config says what the relay serves. Zero limits mean the defaults.
type Config struct {
	Listener net.Listener     // yields TLS connections; Close closes it
	Media    []netip.AddrPort // every address of our media port, v4 and v6: the only peers there are
	Secret   []byte           // shared with the Issuer; at least 16 bytes
	Realm    string           // "yakusho" if empty; not secret
	Clock    core.Clock       // for expiry; socket deadlines follow the machine's clock
	Log      *slog.Logger     // nil is silent

	MaxAllocations int // in all; default 1000. Twice as many connections are held, the rest is closed at once
	MaxPerUser     int // per participant; default 16: two peer connections, two networks, and a resume of both
	MaxPerAddress  int // per client address (an IPv6 /64 is one); default 500: a whole office may come through one NAT

	// Spare, if not nil, marks ids that must never take what the others need: together they get MaxSpare
	// relays (default 50), each of them four at most.
	Spare    func(id string) bool
	MaxSpare int
}

// maxSpareEach is how many relays one spare id may hold: two peer connections, and those before them.
const maxSpareEach = 4

// timing holds the real-time limits; tests shorten them.
type timing struct {
	first time.Duration // from accept to the end of the first message, the TLS handshake included
	idle  time.Duration // how long a connection may be without an allocation
	write time.Duration // how long a client may refuse to take a message
	stop  time.Duration // how long Close waits
}

const (
	defaultRealm = "yakusho"
	minSecret    = 16
	// margin is how long before the end of an allocation its connection is closed. The library ends
	// an allocation from a timer, and a permission being added at that moment would crash the process
	// (nil timer in allocation.Close); with the margin no message is being handled by then.
	margin = time.Second
)

// Server is a running relay.
type Server struct {
	cfg   Config
	time  timing
	peers peers
	turnLog

	conns  sync.WaitGroup // connections, until the library has let go of them
	done   chan struct{}  // closed when Close begins
	idle   chan struct{}  // closed when the last connection has gone, after done
	closed sync.Once

	mu       sync.Mutex
	stopping bool
	next     uint64
	byRemote map[*net.TCPAddr]*conn // by identity: the library hands the pointer back to its callbacks
	perAddr  map[netip.Addr]*share
	perUser  map[string]int
	held     int
	spare    int // of them, those of spare ids
	relays   map[netip.AddrPort]*relay
	revoked  map[string]time.Time

	count counters
}

// share is what one client address has taken.
type share struct{ conns, allocations int }

type counters struct {
	connections, connectionsRefused, garbled, late  atomic.Uint64
	allocations, auth, quota, peers, methods, drops atomic.Uint64
	up, down                                        atomic.Uint64
}

// Stats is a snapshot for metrics. Everything but the first two only grows.
type Stats struct {
	Connections        int    // open now
	Allocations        int    // relay sockets open now
	ConnectionsTotal   uint64 // accepted since start
	ConnectionsRefused uint64 // closed at once: too many in all or from one address
	ConnectionsGarbled uint64 // closed for bytes that are no TURN
	ConnectionsLate    uint64 // closed for silence: no message, no allocation, or not refreshed
	AllocationsTotal   uint64 // made since start
	RefusedAuth        uint64 // credential malformed, expired, revoked or wrong
	RefusedQuota       uint64 // allocations beyond a limit
	RefusedPeers       uint64 // permissions, channels and connects to a peer that is not our media port
	RefusedMethods     uint64 // allocations of a kind we do not offer: TCP, reserved ports, another family
	DroppedPackets     uint64 // datagrams to or from anything but our media port
	BytesUp            uint64 // payload relayed from clients to the media port
	BytesDown          uint64 // payload relayed from the media port to clients
}

// Start serves cfg.Listener until Close. An error is a *core.Error of kind invalid: the configuration
// cannot work.
func Start(cfg Config) (*Server, error) {
	return start(cfg, timing{first: 10 * time.Second, idle: 30 * time.Second, write: 10 * time.Second, stop: 5 * time.Second})
}

func start(cfg Config, t timing) (*Server, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	p, err := newPeers(cfg.Media)
	if err != nil {
		return nil, err
	}
	s := &Server{
		cfg: cfg, time: t, peers: p,
		turnLog:  turnLog{log: cfg.Log, clock: cfg.Clock},
		done:     make(chan struct{}),
		idle:     make(chan struct{}),
		byRemote: map[*net.TCPAddr]*conn{},
		perAddr:  map[netip.Addr]*share{},
		perUser:  map[string]int{},
		relays:   map[netip.AddrPort]*relay{},
		revoked:  map[string]time.Time{},
	}
	// The library's server needs no handle: it ends when door.Accept says so.
	_, err = pion.NewServer(pion.ServerConfig{
		Realm:        cfg.Realm,
		AuthHandler:  s.authenticate,
		QuotaHandler: s.reserve,
		EventHandler: pion.EventHandler{
			OnAuth:              s.authenticated,
			OnAllocationDeleted: s.deallocated,
		},
		// The library's own log names users and lets a client write error lines at will.
		LoggerFactory: &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled},
		ListenerConfigs: []pion.ListenerConfig{{
			Listener:              &door{s: s},
			RelayAddressGenerator: generator{s},
			PermissionHandler:     s.permit,
		}},
	})
	if err != nil {
		return nil, configError("start TURN server: %w", err)
	}
	return s, nil
}

func configError(format string, args ...any) error {
	return core.Invalid("turn_config", "映像と音声の中継(TURN)の設定が正しくありません。設定ファイルを確かめてください。").Because(format, args...)
}

func (c *Config) complete() error {
	for _, n := range []struct {
		v        *int
		fallback int
	}{{&c.MaxAllocations, 1000}, {&c.MaxPerUser, 16}, {&c.MaxPerAddress, 500}, {&c.MaxSpare, 50}} {
		if *n.v < 0 {
			return configError("a limit is negative: %d", *n.v)
		}
		if *n.v == 0 {
			*n.v = n.fallback
		}
	}
	switch {
	case c.Listener == nil:
		return configError("no listener")
	case len(c.Secret) < minSecret:
		return configError("the secret has %d bytes, at least %d are needed", len(c.Secret), minSecret)
	}
	if c.Realm == "" {
		c.Realm = defaultRealm
	}
	if c.Clock == nil {
		c.Clock = core.SystemClock
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}

// Close cuts every connection and returns when all have ended, within seconds. Later calls do nothing.
//
// The library's listener loop is let go last: it closes allocations from its own goroutine, which is
// safe only when no connection is adding to them.
func (s *Server) Close() error {
	var err error
	s.closed.Do(func() {
		s.mu.Lock()
		s.stopping = true
		open := make([]*conn, 0, len(s.byRemote))
		for _, c := range s.byRemote {
			open = append(open, c)
		}
		s.mu.Unlock()
		close(s.done)
		if e := s.cfg.Listener.Close(); e != nil && !errors.Is(e, net.ErrClosed) {
			err = core.Unavailable("turn_close", "中継を終えられませんでした。").Because("close listener: %w", e)
		}
		for _, c := range open {
			c.abort()
		}
		go func() { s.conns.Wait(); close(s.idle) }()
		select {
		case <-s.idle:
		case <-time.After(s.time.stop):
			err = core.Unavailable("turn_close", "中継を終えられませんでした。").Because("connections still open after %v", s.time.stop)
		}
	})
	return err
}

// Revoke ends every relay of the participant at once and refuses the credentials it still has, and
// any made for the same id within MaxTTL. It returns how many connections were cut.
func (s *Server) Revoke(id string) int {
	now := s.cfg.Clock()
	s.mu.Lock()
	for k, at := range s.revoked {
		if now.Sub(at) > MaxTTL+skew { // no credential from before can be alive
			delete(s.revoked, k)
		}
	}
	s.revoked[id] = now
	for _, r := range s.relays {
		if r.user == id {
			r.cut.Store(true)
		}
	}
	var cut []*conn
	for _, c := range s.byRemote {
		if c.held && c.user == id {
			cut = append(cut, c)
		}
	}
	s.mu.Unlock()
	for _, c := range cut {
		c.abort()
	}
	return len(cut)
}

// Relayed tells whose relay socket a source address is that the media engine sees; false for an
// address that is not ours.
func (s *Server) Relayed(addr netip.AddrPort) (user string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.relays[netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())]
	if !ok {
		return "", false
	}
	return r.user, true
}

// Stats returns the counters as they are now.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	conns, relays := len(s.byRemote), len(s.relays)
	s.mu.Unlock()
	n := &s.count
	return Stats{
		Connections: conns, Allocations: relays,
		ConnectionsTotal: n.connections.Load(), ConnectionsRefused: n.connectionsRefused.Load(),
		ConnectionsGarbled: n.garbled.Load(), ConnectionsLate: n.late.Load(),
		AllocationsTotal: n.allocations.Load(),
		RefusedAuth:      n.auth.Load(), RefusedQuota: n.quota.Load(),
		RefusedPeers: n.peers.Load(), RefusedMethods: n.methods.Load(),
		DroppedPackets: n.drops.Load(), BytesUp: n.up.Load(), BytesDown: n.down.Load(),
	}
}

// authenticate names the participant and the key that the library checks the message with (in
// constant time: hmac.Equal in pion/stun). Nothing is proven yet when it is called, so it changes
// nothing but counters.
//
// Expiry counts for Allocate alone: a call goes on refreshing for longer than its credential lives.
func (s *Server) authenticate(ra *pion.RequestAttributes) (string, []byte, bool) {
	id, why := s.vet(ra)
	if why != "" {
		s.count.auth.Add(1)
		s.say(&s.authLines, "turn: credential refused", "client", ra.SrcAddr, "why", why)
		return "", nil, false
	}
	return id, pion.GenerateAuthKey(ra.Username, s.cfg.Realm, password(s.cfg.Secret, ra.Username)), true
}

func (s *Server) vet(ra *pion.RequestAttributes) (id, why string) {
	expires, id, ok := parseUsername(ra.Username)
	if !ok {
		return "", "malformed"
	}
	if ra.Realm != s.cfg.Realm {
		return "", "wrong realm"
	}
	if ra.Method == stun.MethodAllocate {
		now := s.cfg.Clock()
		if expires < now.Unix() {
			return "", "expired"
		}
		if expires > now.Add(MaxTTL+skew).Unix() {
			return "", "lives too long"
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, gone := s.revoked[id]; gone {
		return "", "revoked"
	}
	return id, ""
}

// authenticated hears the verdict on the message's integrity.
func (s *Server) authenticated(src, _ net.Addr, _, _, _, _ string, good bool) {
	if good {
		return
	}
	s.count.auth.Add(1)
	s.say(&s.authLines, "turn: credential refused", "client", src, "why", "wrong password")
}

// reserve takes a place for one allocation of the connection that src belongs to, or refuses. The
// place is given back when the allocation ends, the connection closes or it asks again.
func (s *Server) reserve(user, _ string, src net.Addr) bool {
	remote, _ := src.(*net.TCPAddr)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.byRemote[remote]
	if c == nil || s.stopping {
		return false
	}
	if _, gone := s.revoked[user]; gone {
		return false
	}
	s.release(c)
	at := s.perAddr[c.addr]
	var full string
	switch {
	case s.held >= s.cfg.MaxAllocations:
		full = "total"
	case s.perUser[user] >= s.cfg.MaxPerUser:
		full = "participant"
	case at.allocations >= s.cfg.MaxPerAddress:
		full = "address"
	case s.isSpare(user) && (s.spare >= s.cfg.MaxSpare || s.perUser[user] >= maxSpareEach):
		full = "spare"
	}
	if full != "" {
		s.count.quota.Add(1)
		s.say(&s.quotaLines, "turn: no more relays", "client", src, "limit", full)
		return false
	}
	c.held, c.user = true, user
	s.held++
	if s.isSpare(user) {
		s.spare++
	}
	s.perUser[user]++
	at.allocations++
	return true
}

func (s *Server) isSpare(id string) bool { return s.cfg.Spare != nil && s.cfg.Spare(id) }

// release gives the connection's place back. The caller holds mu.
func (s *Server) release(c *conn) {
	if !c.held {
		return
	}
	s.held--
	if s.isSpare(c.user) {
		s.spare--
	}
	s.perAddr[c.addr].allocations--
	if s.perUser[c.user]--; s.perUser[c.user] == 0 {
		delete(s.perUser, c.user)
	}
	c.held, c.user = false, ""
}

func (s *Server) deallocated(src, _ net.Addr, _, _, _ string) {
	remote, _ := src.(*net.TCPAddr)
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.byRemote[remote]; c != nil {
		s.release(c)
	}
}

// permit is the second wall: the library asks it for every permission and channel. It sees the
// address alone; the relay socket holds the port.
func (s *Server) permit(client net.Addr, peer net.IP) bool {
	a, ok := netip.AddrFromSlice(peer)
	if ok && s.peers.host(a) {
		return true
	}
	s.refusePeer(client, netip.AddrPortFrom(a, 0))
	return false
}

func (s *Server) refusePeer(client net.Addr, peer netip.AddrPort) {
	s.count.peers.Add(1)
	s.say(&s.peerLines, "turn: peer refused", "client", client, "peer", peer)
}

// turnLog writes what clients can provoke, a few lines at a time.
type turnLog struct {
	log   *slog.Logger
	clock core.Clock

	peerLines, authLines, quotaLines, connLines throttle
}

func (l *turnLog) say(t *throttle, msg string, args ...any) {
	skipped, ok := t.allow(l.clock())
	if !ok {
		return
	}
	if skipped > 0 {
		args = append(args, "unsaid", skipped)
	}
	l.log.Log(context.Background(), slog.LevelInfo, msg, args...)
}

// throttle lets a few lines through per window and counts the rest.
type throttle struct {
	mu      sync.Mutex
	since   time.Time
	said    int
	skipped int
}

const (
	throttleWindow = 10 * time.Second
	throttleLines  = 5
)

// allow reports whether a line may be written at now, and how many were left out before it.
func (t *throttle) allow(now time.Time) (skipped int, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if d := now.Sub(t.since); d >= throttleWindow || d < 0 {
		t.since, t.said = now, 0
	}
	if t.said == throttleLines {
		t.skipped++
		return 0, false
	}
	t.said++
	skipped, t.skipped = t.skipped, 0
	return skipped, true
}
