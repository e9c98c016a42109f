package turn

import (
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v3"
	pion "github.com/pion/turn/v5"
)

// trap stands on one port of several loopback addresses, UDP and TCP, and must stay empty.
type trap struct {
	port uint16
	udp  []*net.UDPConn
	tcp  []*net.TCPListener
}

func newTrap(t *testing.T) *trap {
	t.Helper()
	for range 50 { // the same port has to be free on all of them
		tr := &trap{}
		if tr.open() {
			t.Cleanup(tr.close)
			return tr
		}
		tr.close()
	}
	t.Fatal("no port is free on all loopback addresses")
	return nil
}

func (tr *trap) open() bool {
	for _, a := range []string{"127.0.0.1", "127.0.0.2", "127.1.2.3", "::1"} {
		ip := netip.MustParseAddr(a)
		u, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, tr.port)))
		if err != nil {
			return false
		}
		tr.udp = append(tr.udp, u)
		tr.port = u.LocalAddr().(*net.UDPAddr).AddrPort().Port()
		l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(netip.AddrPortFrom(ip, tr.port)))
		if err != nil {
			return false
		}
		tr.tcp = append(tr.tcp, l)
	}
	return true
}

func (tr *trap) close() {
	for _, u := range tr.udp {
		_ = u.Close()
	}
	for _, l := range tr.tcp {
		_ = l.Close()
	}
}

// empty fails the test if anything came. Loopback delivers before send returns, so a short look is
// enough.
func (tr *trap) empty(t *testing.T) {
	t.Helper()
	soon := time.Now().Add(20 * time.Millisecond)
	for _, u := range tr.udp {
		_ = u.SetReadDeadline(soon)
		if n, from, err := u.ReadFrom(make([]byte, 2048)); err == nil {
			t.Errorf("%v received %d bytes from %v", u.LocalAddr(), n, from)
		}
	}
	for _, l := range tr.tcp {
		_ = l.SetDeadline(soon)
		if c, err := l.Accept(); err == nil {
			_ = c.Close()
			t.Errorf("%v was connected to from %v", l.Addr(), c.RemoteAddr())
		}
	}
}

// forbidden lists peers that must never be reached when media is the media port; others are relay
// addresses of clients. Where a packet could arrive, the port is the trap's.
func forbidden(media netip.AddrPort, trap uint16, others ...netip.AddrPort) []netip.AddrPort {
	var out []netip.AddrPort
	at := func(port uint16, hosts ...string) {
		for _, h := range hosts {
			a := netip.MustParseAddr(h)
			if ap := netip.AddrPortFrom(a, port); ap != media {
				out = append(out, ap)
			}
		}
	}
	at(trap,
		// This machine.
		"127.0.0.1", "127.0.0.2", "127.1.2.3", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "::ffff:127.0.0.2",
		"::ffff:0.0.0.0", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "::ffff:0:127.0.0.1")
	at(media.Port(),
		"127.0.0.3", "127.255.255.254", "0.0.0.0", "0.0.0.1", "::", "::2",
		"::ffff:127.0.0.1", "::ffff:127.0.0.2", "64:ff9b::7f00:1", "64:ff9b::7f00:2",
		// Metadata services, the office's own networks, providers' networks.
		"169.254.169.254", "169.254.0.1", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254",
		"192.168.0.1", "192.168.1.255", "100.64.0.1", "100.127.255.254", "198.18.0.1",
		"::ffff:10.0.0.1", "::ffff:192.168.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1",
		"fe80::1", "fec0::1", "fc00::1", "fd00::1", "fd00:ec2::254",
		// Many at once.
		"224.0.0.1", "224.0.0.251", "239.255.255.250", "255.255.255.255", "127.255.255.255", "ff02::1", "ff05::2", "ff02::fb",
		// Documentation, reserved, public.
		"192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "240.0.0.1", "192.88.99.1",
		"8.8.8.8", "1.1.1.1", "2001:4860:4860::8888", "100::1", "2001::1")
	// Other doors of the media address: ssh, DNS, the databases, the neighbours of the port itself.
	for _, p := range []uint16{0, 1, 22, 53, 80, 443, 5432, 6379, 7880, 8443, media.Port() - 1, media.Port() + 1, 65535, trap} {
		if p != media.Port() {
			out = append(out, netip.AddrPortFrom(media.Addr(), p))
		}
	}
	// This machine's other addresses.
	if own, err := net.InterfaceAddrs(); err == nil {
		for _, a := range own {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr() != media.Addr() {
				out = append(out, netip.AddrPortFrom(p.Addr().WithZone(""), media.Port()))
			}
		}
	}
	out = append(out, others...)
	slices.SortFunc(out, netip.AddrPort.Compare)
	return slices.Compact(out)
}

func TestForbiddenPeersAreNeverReached(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		media []string
		attrs []stun.Setter
		code  stun.ErrorCode
	}{
		{"UDP allocation, media on 127.0.0.1", []string{"127.0.0.1:0"}, []stun.Setter{transport(requestedUDP)}, 0},
		{"UDP allocation, media on 127.0.0.2", []string{"127.0.0.2:0"}, []stun.Setter{transport(requestedUDP)}, 0},
		{"UDP allocation in IPv6", []string{"[::1]:0"}, []stun.Setter{transport(requestedUDP), family(family6)}, 0},
		{"TCP allocation", []string{"127.0.0.1:0"}, []stun.Setter{transport(6)}, stun.CodeUnsupportedTransProto},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, tc.media)
			tr := newTrap(t)
			media := b.media[0]
			neighbour, c := b.dial("bob"), b.dial("alice")
			neighbour.mustAllocate()
			c.allocate() // an ordinary one first, to be known
			own := c.relay
			if code := c.code(stun.MethodRefresh, lifetime(0)); code != 0 {
				t.Fatal(code)
			}
			if code := c.allocate(tc.attrs...); code != tc.code {
				t.Fatalf("allocate: %d, want %d", code, tc.code)
			}
			if tc.code == 0 {
				own = c.relay
				// The way to the media port is open all the while; so is every permission it brings.
				c.relayed(media, "hello")
				c.barrier() // the echo can be faster than the count of what it echoes
			}
			list := forbidden(media, tr.port, own, neighbour.relay)
			if len(list) < 40 {
				t.Fatalf("only %d peers are tried", len(list))
			}
			t.Logf("%d peers", len(list))
			for i, p := range list {
				for _, try := range attempts {
					before := b.Stats()
					try.do(t, c, p, uint16(0x4001+i), p.Addr() == media.Addr() && tc.code == 0)
					after := b.Stats()
					if after.BytesUp != before.BytesUp {
						t.Errorf("%s: bytes went out to %v", try.name, p)
					}
					if after.RefusedPeers+after.DroppedPackets == before.RefusedPeers+before.DroppedPackets &&
						!(try.portless && p.Addr() == media.Addr()) {
						t.Errorf("%s to %v was not counted", try.name, p)
					}
				}
			}
			if tc.code == 0 {
				c.relayed(media, "and after all that")
			}
			tr.empty(t)
			if n := strings.Count(b.log.String(), "peer refused"); n == 0 || n > 4*throttleLines {
				t.Errorf("%d lines about refused peers", n)
			}
		})
	}
}

// attempts are the ways of TURN to reach a peer. mediaHost: the peer is another port of the media
// address, and there is a relay.
var attempts = []struct {
	name     string
	portless bool // the message means the address without its port
	do       func(t *testing.T, c *client, p netip.AddrPort, ch uint16, mediaHost bool)
}{
	{"CreatePermission", true, func(t *testing.T, c *client, p netip.AddrPort, _ uint16, mediaHost bool) {
		if mediaHost {
			// A permission is for an address; what it lets through is tried next.
			if code := c.code(stun.MethodCreatePermission, peer(p)); code != 0 {
				t.Errorf("CreatePermission for the media address: %d", code)
			}
			return
		}
		if m, ok := c.tryAsk(stun.MethodCreatePermission, peer(p)); ok && codeOf(m) != stun.CodeForbidden {
			t.Errorf("CreatePermission for %v: %d", p, codeOf(m))
		}
	}},
	{"CreatePermission with the media port beside it", true, func(t *testing.T, c *client, p netip.AddrPort, _ uint16, mediaHost bool) {
		if mediaHost {
			return
		}
		if m, ok := c.tryAsk(stun.MethodCreatePermission, peer(p), peer(netip.MustParseAddrPort("127.0.0.1:1"))); ok && codeOf(m) == 0 {
			t.Errorf("CreatePermission for %v passed in company", p)
		}
	}},
	{"Send", false, func(t *testing.T, c *client, p netip.AddrPort, _ uint16, _ bool) {
		if _, err := c.send(indication, peer(p), raw{stun.AttrData, []byte("attack")}); err != nil {
			t.Fatal(err)
		}
		c.barrier()
	}},
	{"ChannelBind", false, func(t *testing.T, c *client, p netip.AddrPort, ch uint16, _ bool) {
		if m, ok := c.tryAsk(stun.MethodChannelBind, channel(ch), peer(p)); ok && codeOf(m) != stun.CodeForbidden {
			t.Errorf("ChannelBind to %v: %d", p, codeOf(m))
		}
		data := binary.BigEndian.AppendUint16(nil, ch)
		data = binary.BigEndian.AppendUint16(data, 8)
		if _, err := c.conn.Write(append(data, "attack!!"...)); err != nil {
			t.Fatal(err)
		}
		c.barrier()
	}},
	{"Connect", false, func(t *testing.T, c *client, p netip.AddrPort, _ uint16, _ bool) {
		if m, ok := c.tryAsk(stun.MethodConnect, peer(p)); ok && codeOf(m) != stun.CodeForbidden {
			t.Errorf("Connect to %v: %d", p, codeOf(m))
		}
	}},
}

// tryAsk asks and puts a Binding request behind: the library leaves some requests without an answer.
func (c *client) tryAsk(method stun.Method, attrs ...stun.Setter) (*stun.Message, bool) {
	c.t.Helper()
	q, err := c.send(stun.NewType(method, stun.ClassRequest), attrs...)
	if err != nil {
		c.t.Fatal(err)
	}
	end, err := c.send(stun.NewType(stun.MethodBinding, stun.ClassRequest))
	if err != nil {
		c.t.Fatal(err)
	}
	var answer *stun.Message
	for {
		m, _, err := c.read()
		if err != nil {
			c.t.Fatal(err)
		}
		switch {
		case m == nil:
		case m.TransactionID == q.TransactionID:
			answer = m
		case m.TransactionID == end.TransactionID:
			return answer, answer != nil
		}
	}
}

func TestConnectToTheMediaPortIsRefusedToo(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"})
	c := b.dial("alice")
	c.mustAllocate()
	for range 2 {
		if code := c.code(stun.MethodConnect, peer(b.media[0])); code != stun.CodeForbidden {
			t.Errorf("Connect: %d", code)
		}
		if code := c.code(stun.MethodConnectionBind, raw{stun.AttrConnectionID, []byte{0, 0, 0, 1}}); code != stun.CodeForbidden {
			t.Errorf("ConnectionBind: %d", code)
		}
	}
	c.relayed(b.media[0], "the relay still works")
}

// The walls behind the judge hold alone: should a message slip past it, the library still asks permit,
// and whatever the library decides, the socket has the last word.
func TestEachWallHoldsAlone(t *testing.T) {
	t.Parallel()
	for _, m := range []string{"127.0.0.1:0", "127.0.0.2:0", "[::1]:0"} {
		b := newBench(t, []string{m})
		tr := newTrap(t)
		media := b.media[0]
		network := "udp4"
		if media.Addr().Is6() {
			network = "udp6"
		}
		b.wall(t, network, "alice", forbidden(media, tr.port))
		tr.empty(t)
	}
}

func (b *bench) wall(t *testing.T, network, user string, list []netip.AddrPort) {
	t.Helper()
	pc, at, err := generator{b.Server}.AllocatePacketConn(pion.AllocateListenerConfig{Network: network, UserID: user})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pc.Close() }()
	other, otherAt, err := generator{b.Server}.AllocatePacketConn(pion.AllocateListenerConfig{Network: network, UserID: "bob"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	list = append(list, at.(*net.UDPAddr).AddrPort(), otherAt.(*net.UDPAddr).AddrPort())
	client := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 40000}
	for _, p := range list {
		before := b.Stats()
		ok := b.permit(client, net.IP(p.Addr().AsSlice()))
		if want := p.Addr() == b.media[0].Addr(); ok != want {
			t.Errorf("permit %v = %v", p.Addr(), ok)
		}
		if n, err := pc.WriteTo([]byte("attack"), net.UDPAddrFromAddrPort(p)); n != 6 || err != nil {
			t.Errorf("WriteTo %v = %d, %v", p, n, err)
		}
		after := b.Stats()
		if after.DroppedPackets != before.DroppedPackets+1 || after.BytesUp != before.BytesUp {
			t.Errorf("WriteTo %v: %+v", p, after)
		}
	}
	zoned := net.UDPAddrFromAddrPort(b.media[0])
	zoned.Zone = "lo"
	if _, err := pc.WriteTo([]byte("x"), zoned); err != nil || b.Stats().BytesUp != 0 {
		t.Error("a zone slipped through")
	}
	if _, err := pc.WriteTo([]byte("x"), &net.TCPAddr{}); err != nil || b.Stats().BytesUp != 0 {
		t.Error("a TCP address slipped through")
	}
	// The other way round: a socket of ours hears no other socket of ours.
	from := other.(*relay)
	dropped := b.Stats().DroppedPackets
	if _, err := from.pc.WriteToUDPAddrPort([]byte("psst"), at.(*net.UDPAddr).AddrPort()); err != nil {
		t.Fatal(err)
	}
	_ = pc.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if n, src, err := pc.ReadFrom(make([]byte, 100)); err == nil {
		t.Errorf("%d bytes from %v", n, src)
	}
	if got := b.Stats().DroppedPackets; got != dropped+1 {
		t.Errorf("%d packets dropped", got-dropped)
	}
}
