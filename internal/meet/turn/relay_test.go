package turn

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/stun/v3"
	pion "github.com/pion/turn/v5"
)

func TestALibraryClientTalksToTheMediaPortOverTLS(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"})
	conn, err := tls.Dial("tcp", b.addr, b.tls)
	if err != nil {
		t.Fatal(err)
	}
	cred := b.credential("alice")
	c, err := pion.NewClient(&pion.ClientConfig{
		TURNServerAddr: b.addr, STUNServerAddr: b.addr, Conn: pion.NewSTUNConn(conn),
		Username: cred.Username, Password: cred.Password, Realm: defaultRealm,
		LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	defer func() { _ = conn.Close() }()
	if err := c.Listen(); err != nil {
		t.Fatal(err)
	}
	pc, err := c.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pc.Close() }()

	relay := pc.LocalAddr().(*net.UDPAddr).AddrPort()
	if !relay.Addr().IsLoopback() {
		t.Errorf("the relay address %v can be reached from outside", relay)
	}
	if user, ok := b.Relayed(relay); !ok || user != "alice" {
		t.Errorf("Relayed(%v) = %q, %v", relay, user, ok)
	}
	mapped := netip.AddrPortFrom(netip.AddrFrom16(relay.Addr().As16()), relay.Port())
	if user, ok := b.Relayed(mapped); !ok || user != "alice" {
		t.Errorf("Relayed(%v) = %q, %v", mapped, user, ok)
	}
	if user, ok := b.Relayed(b.media[0]); ok {
		t.Errorf("the media port passes for a relay of %q", user)
	}
	// The client begins with Send indications and goes over to a channel by itself.
	_ = pc.SetReadDeadline(time.Now().Add(10 * time.Second))
	const rounds, size = 20, 1200
	for i := range rounds {
		out := bytes.Repeat([]byte{byte(i)}, size)
		if _, err := pc.WriteTo(out, net.UDPAddrFromAddrPort(b.media[0])); err != nil {
			t.Fatal(err)
		}
		in := make([]byte, 1500)
		n, from, err := pc.ReadFrom(in)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(in[:n], out) || from.String() != b.media[0].String() {
			t.Fatalf("round %d: %d bytes from %v", i, n, from)
		}
	}
	// The echo can be faster than the count of what it echoes.
	eventually(t, "everything is counted", func() bool { return b.Stats().BytesUp == rounds*size })
	n := b.Stats()
	if n.BytesDown != rounds*size || n.Allocations != 1 || n.AllocationsTotal != 1 || n.DroppedPackets != 0 {
		t.Errorf("stats: %+v", n)
	}
	if strings.Contains(b.log.String(), cred.Password) {
		t.Error("the log has the password")
	}
}

func TestEveryConfiguredMediaAddressIsReached(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0", "127.0.0.2:0", "127.9.8.7:0", "[::1]:0"})
	v4, v6 := b.dial("alice"), b.dial("bob")
	v4.mustAllocate()
	v6.mustAllocate(transport(requestedUDP), family(family6))
	for _, m := range b.media[:3] {
		v4.relayed(m, "to "+m.String())
	}
	v6.relayed(b.media[3], "to v6")
	if code := v4.code(stun.MethodCreatePermission, peer(b.media[3])); code != stun.CodePeerAddrFamilyMismatch {
		t.Errorf("a v6 peer on a v4 relay: %d", code)
	}
}

func TestAClientThatNamesNoFamilyGetsOneThatHasMedia(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"[::1]:0"})
	c := b.dial("alice") // comes by IPv4
	c.mustAllocate()
	c.relayed(b.media[0], "hello")
	if code := b.dial("bob").allocate(transport(requestedUDP), family(family4)); code != stun.CodeAddrFamilyNotSupported {
		t.Errorf("a family without media: %d", code)
	}
	v4 := newBench(t, []string{"127.0.0.1:0"})
	if code := v4.dial("bob").allocate(transport(requestedUDP), family(family6)); code != stun.CodeAddrFamilyNotSupported {
		t.Errorf("a family without media: %d", code)
	}
}

func TestWhatIsNotOfferedIsRefusedByItsName(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"})
	udp := transport(requestedUDP)
	for name, tc := range map[string]struct {
		attrs []stun.Setter
		want  stun.ErrorCode
	}{
		"TCP allocation":            {[]stun.Setter{transport(6)}, stun.CodeUnsupportedTransProto},
		"SCTP allocation":           {[]stun.Setter{transport(132)}, stun.CodeUnsupportedTransProto},
		"even port":                 {[]stun.Setter{udp, raw{stun.AttrEvenPort, []byte{0}}}, stun.CodeInsufficientCapacity},
		"even port and reservation": {[]stun.Setter{udp, raw{stun.AttrEvenPort, []byte{0x80}}}, stun.CodeInsufficientCapacity},
		"reservation token":         {[]stun.Setter{udp, raw{stun.AttrReservationToken, make([]byte, 8)}}, stun.CodeInsufficientCapacity},
		"unknown family":            {[]stun.Setter{udp, family(9)}, stun.CodeAddrFamilyNotSupported},
		"no transport":              {[]stun.Setter{lifetime(time.Minute)}, stun.CodeBadRequest},
	} {
		if got := b.dial("alice").allocate(tc.attrs...); got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
	}
	if n := b.Stats(); n.AllocationsTotal != 0 || n.RefusedMethods != 5 {
		t.Errorf("stats: %+v", n)
	}
	// The walls behind: the library's own ways to the same things.
	g := generator{b.Server}
	for _, c := range []pion.AllocateListenerConfig{
		{Network: "udp4"}, {Network: "udp4", UserID: "alice", RequestedPort: 4000}, {Network: "udp6", UserID: "alice"},
	} {
		if pc, _, err := g.AllocatePacketConn(c); err == nil {
			_ = pc.Close()
			t.Errorf("a socket was made for %+v", c)
		}
	}
	if _, _, err := g.AllocateListener(pion.AllocateListenerConfig{Network: "tcp4", UserID: "alice"}); err == nil {
		t.Error("a TCP listener was made")
	}
	if _, err := g.AllocateConn(pion.AllocateConnConfig{Network: "tcp4", UserID: "alice"}); err == nil {
		t.Error("a TCP connection was made")
	}
}

func TestRefreshGoesOnAfterTheCredentialHasExpired(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"})
	c := b.dial("alice")
	c.mustAllocate()
	b.clock.move(48 * time.Hour)
	if code := c.code(stun.MethodRefresh, lifetime(10*time.Minute)); code != 0 {
		t.Errorf("refresh: %d", code)
	}
	c.relayed(b.media[0], "still here")
	if code := b.dialAs(c.cred).allocate(); code == 0 {
		t.Error("an expired credential started a new relay")
	}
	if code := c.code(stun.MethodRefresh, lifetime(0)); code != 0 {
		t.Errorf("giving the relay back: %d", code)
	}
	eventually(t, "relay closed", func() bool { return b.Stats().Allocations == 0 })
	if code := c.allocate(); code == 0 {
		t.Error("an expired credential started a new relay on its old connection")
	}
}

func TestARelayGivenBackCanBeTakenAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"}, func(c *Config, _ *timing) { c.MaxPerUser = 1 })
	c := b.dial("alice")
	for range 3 {
		c.mustAllocate()
		c.relayed(b.media[0], "once more")
		if code := c.allocate(); code != stun.CodeAllocMismatch {
			t.Errorf("a second relay on one connection: %d", code)
		}
		if code := c.code(stun.MethodRefresh, lifetime(0)); code != 0 {
			t.Fatalf("giving back: %d", code)
		}
	}
	if n := b.Stats(); n.AllocationsTotal != 3 || n.RefusedQuota != 0 {
		t.Errorf("stats: %+v", n)
	}
}

func TestRevokeEndsTheRelayAndKeepsTheParticipantOut(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"})
	one, two, other := b.dial("alice"), b.dial("alice"), b.dial("bob")
	for _, c := range []*client{one, two, other} {
		c.mustAllocate()
		c.relayed(b.media[0], "before")
	}
	if n := b.Revoke("alice"); n != 2 {
		t.Errorf("Revoke cut %d connections", n)
	}
	one.closed()
	two.closed()
	eventually(t, "relays closed", func() bool { return b.Stats().Allocations == 1 })
	if _, ok := b.Relayed(one.relay); ok {
		t.Error("the relay is still listed")
	}
	other.relayed(b.media[0], "bob stays")
	if b.dialAs(one.cred).allocate() == 0 || b.dial("alice").allocate() == 0 {
		t.Error("a revoked participant got a relay")
	}
	if n := b.Revoke("nobody"); n != 0 {
		t.Errorf("Revoke of a stranger cut %d connections", n)
	}
	// The note of a revocation goes when no credential from before can be alive.
	b.clock.move(MaxTTL + skew + time.Second)
	b.Revoke("carol")
	b.mu.Lock()
	noted := len(b.revoked)
	b.mu.Unlock()
	if noted != 1 {
		t.Errorf("%d revocations are kept", noted)
	}
}

func TestRevokedRelaysAreDeafAndDumbAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"})
	c := b.dial("alice")
	c.mustAllocate()
	b.mu.Lock()
	r := b.relays[c.relay]
	b.mu.Unlock()
	b.Revoke("alice")
	before := b.Stats()
	if _, err := r.WriteTo([]byte("x"), net.UDPAddrFromAddrPort(b.media[0])); err != nil {
		t.Fatal(err)
	}
	if after := b.Stats(); after.BytesUp != before.BytesUp {
		t.Error("a packet went out after the revocation")
	}
}

func TestOneParticipantCannotUseAnothersRelay(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"})
	c := b.dial("alice")
	c.mustAllocate()
	// The same connection with somebody else's valid credential: no relay is found, and no answer given.
	c.cred = b.credential("bob")
	if _, err := c.send(stun.NewType(stun.MethodRefresh, stun.ClassRequest), lifetime(0)); err != nil {
		t.Fatal(err)
	}
	c.barrier()
	if b.Stats().Allocations != 1 {
		t.Error("bob ended alice's relay")
	}
}

func TestPacketsFromAnywhereElseDoNotReachTheClient(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"})
	c := b.dial("alice")
	c.mustAllocate()
	c.relayed(b.media[0], "hello")
	stranger, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stranger.Close() }()
	before := b.Stats().DroppedPackets
	for range 10 {
		if _, err := stranger.WriteToUDPAddrPort([]byte("let me in"), c.relay); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "strangers dropped", func() bool { return b.Stats().DroppedPackets == before+10 })
	c.relayed(b.media[0], "after")
	for _, d := range c.data {
		if string(d) == "let me in" {
			t.Error("a stranger's packet arrived")
		}
	}
}
