package turn

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/pion/stun/v3"

	"yakusho/internal/core"
)

// header is a STUN header of a Binding request that claims n bytes.
func header(n uint16) []byte {
	h := make([]byte, stunHeader)
	binary.BigEndian.PutUint16(h, 1)
	binary.BigEndian.PutUint16(h[2:], n)
	binary.BigEndian.PutUint32(h[4:], stunCookie)
	return h
}

func TestBytesThatAreNotTURNEndTheConnection(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"})
	cookieless := header(0)
	cookieless[4] = 0
	for name, bytes := range map[string][]byte{
		"HTTP":                            []byte("GET / HTTP/1.1\r\n\r\n"),
		"zeroes":                          make([]byte, 100),
		"high bits":                       bytes.Repeat([]byte{0xff}, 100),
		"no cookie":                       cookieless,
		"a length that is no multiple":    header(3),
		"a STUN length above a packet":    header(maxFrame - stunHeader + 4),
		"a STUN length of 65532":          header(65532),
		"a length that wraps to zero":     header(65516), // the library's framing would spin on it
		"a channel length above a packet": {0x40, 1, 0x10, 0},
		"a channel length of 65535":       {0x40, 1, 0xff, 0xff},
		"a channel length wrapping to 0":  {0x40, 1, 0xff, 0xfc}, // likewise
	} {
		before := b.Stats().ConnectionsGarbled
		c := b.dial("mallory")
		if _, err := c.conn.Write(bytes); err != nil {
			t.Fatal(err)
		}
		c.closed()
		if b.Stats().ConnectionsGarbled != before+1 {
			t.Errorf("%s: not counted", name)
		}
	}
	b.dial("alice").mustAllocate()
}

func TestBrokenMessagesAreDroppedAndTheConnectionGoesOn(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"})
	c := b.dial("alice")
	c.mustAllocate()
	overrun := append(header(4), 0, 6, 0xff, 0xff) // an attribute longer than the message
	cut := append(header(4), 0, 6, 0, 8)
	unknown := append(header(8), 0x7f, 0xff, 0, 1, 1, 0, 0, 0)
	response := header(0)
	response[0] = 0x01
	for _, m := range [][]byte{
		overrun, cut, unknown, response,
		{0x40, 1, 0, 0},
		{0x40, 1, 0, 4, 1, 2, 3, 4},
		{0x7f, 0xff, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8},
	} {
		if _, err := c.conn.Write(m); err != nil {
			t.Fatal(err)
		}
	}
	c.barrier()
	// Attributes of the wrong length where the judge and the library look.
	for _, n := range []int{0, 1, 3, 4, 5, 7, 9, 20, 40} {
		odd := make([]byte, n)
		for i := range odd {
			odd[i] = byte(i)
		}
		for _, typ := range []stun.AttrType{
			stun.AttrXORPeerAddress, stun.AttrRequestedTransport, stun.AttrRequestedAddressFamily, stun.AttrLifetime,
			stun.AttrChannelNumber, stun.AttrData, stun.AttrMessageIntegrity, stun.AttrEvenPort, stun.AttrReservationToken,
			stun.AttrConnectionID, stun.AttrUsername, stun.AttrNonce, stun.AttrRealm, stun.AttrDontFragment,
		} {
			for _, m := range []stun.Method{
				stun.MethodCreatePermission, stun.MethodChannelBind, stun.MethodConnect, stun.MethodConnectionBind,
				stun.MethodAllocate, stun.MethodRefresh,
			} {
				if m == stun.MethodRefresh && typ == stun.AttrLifetime {
					continue // would end or shorten the allocation
				}
				if _, err := c.send(stun.NewType(m, stun.ClassRequest), raw{typ, odd}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := c.send(indication, raw{typ, odd}, raw{typ, odd}); err != nil {
				t.Fatal(err)
			}
		}
		c.barrier()
	}
	c.relayed(b.media[0], "unharmed")
}

func TestAClientMayWriteByteByByte(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"})
	c := b.dial("alice")
	c.conn = slowly{c.conn}
	c.mustAllocate()
	c.relayed(b.media[0], "slowly but surely")
}

// slowly writes one byte per TLS record.
type slowly struct{ net.Conn }

func (s slowly) Write(p []byte) (int, error) {
	for i := range p {
		if _, err := s.Conn.Write(p[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(p), nil
}

func TestSilenceEndsAConnection(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"}, func(_ *Config, tm *timing) { tm.first, tm.idle = 300*time.Millisecond, time.Hour })
	const n = 30
	for range n / 3 {
		b.dial("mallory") // says nothing after the handshake
		raw, err := net.Dial("tcp", b.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = raw.Close() }() // not even the handshake
		half := b.dial("mallory")
		if _, err := half.conn.Write(header(8)); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "all are closed", func() bool { return b.Stats().ConnectionsLate == n && b.Stats().Connections == 0 })
}

func TestDrippingBytesDoNotBuyTime(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"}, func(_ *Config, tm *timing) { tm.first = 200 * time.Millisecond })
	c := b.dial("mallory")
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	start := time.Now()
	for _, x := range append(header(1000), make([]byte, 1000)...) {
		if _, err := c.conn.Write([]byte{x}); err != nil {
			break
		}
		<-tick.C
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("it lasted %v", d)
	}
}

func TestTalkWithoutAnAllocationEndsToo(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"}, func(_ *Config, tm *timing) { tm.idle = 200 * time.Millisecond })
	keep := b.dial("alice")
	keep.mustAllocate()
	gone := b.dial("bob")
	gone.mustAllocate()
	if code := gone.code(stun.MethodRefresh, lifetime(0)); code != 0 {
		t.Fatal(code)
	}
	talker := b.dial("mallory")
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := talker.ask(stun.MethodBinding); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal("the server kept the connection")
			}
			break
		}
		<-tick.C
	}
	gone.closed()
	keep.relayed(b.media[0], "an allocation keeps its connection")
}

func TestAnAllocationThatIsNotRefreshedEndsWithItsConnection(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"})
	c := b.dial("alice")
	c.mustAllocate(transport(requestedUDP), lifetime(2*time.Second))
	start := time.Now()
	c.closed()
	if d := time.Since(start); d > 1900*time.Millisecond {
		t.Errorf("it took %v: the library's timer was first", d)
	}
	eventually(t, "relay closed", func() bool { return b.Stats().Allocations == 0 })
	short := b.dial("bob")
	short.allocate(transport(requestedUDP), lifetime(time.Second))
	short.closed()
	if code := b.dial("carol").allocate(transport(requestedUDP), lifetime(0)); code != stun.CodeInsufficientCapacity {
		t.Errorf("a lifetime of nothing: %d", code)
	}
}

func TestAClientThatDoesNotReadIsCut(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"}, func(_ *Config, tm *timing) { tm.write = 300 * time.Millisecond })
	c := b.dial("alice")
	c.mustAllocate()
	c.relayed(b.media[0], "hello")
	packet := make([]byte, 1200)
	eventually(t, "the connection is cut", func() bool {
		for range 200 {
			_, _ = b.echo[0].WriteToUDPAddrPort(packet, c.relay)
		}
		return b.Stats().Connections == 0
	})
	eventually(t, "relay closed", func() bool { return b.Stats().Allocations == 0 })
}

func TestCloseIsQuickWhateverClientsDo(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"})
	stalled := b.dial("alice")
	stalled.mustAllocate()
	stalled.relayed(b.media[0], "hello")
	for range 2000 {
		_, _ = b.echo[0].WriteToUDPAddrPort(make([]byte, 1200), stalled.relay)
	}
	for range 5 {
		b.dial("bob").mustAllocate()
		b.dial("mallory")
	}
	raw, err := net.Dial("tcp", b.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	start := time.Now()
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("Close took %v", d)
	}
	if err := b.Close(); err != nil {
		t.Error("closed twice:", err)
	}
	if n := b.Revoke("bob"); n != 0 {
		t.Errorf("%d connections after Close", n)
	}
}

func TestCallsGoOnWhenOnlyTheListenerEnds(t *testing.T) {
	t.Parallel()
	var l net.Listener
	b := newBench(t, []string{"127.0.0.1:0"}, func(c *Config, _ *timing) { l = c.Listener })
	c := b.dial("alice")
	c.mustAllocate()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	c.relayed(b.media[0], "still here")
}

// flaky fails now and then, as a listener does that is out of file descriptors.
type flaky struct {
	net.Listener
	n int
}

func (f *flaky) Accept() (net.Conn, error) {
	if f.n++; f.n%2 == 1 {
		return nil, &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", errors.New("too many open files"))}
	}
	return f.Listener.Accept()
}

func TestAPassingListenerErrorDoesNotEndTheService(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"}, func(c *Config, _ *timing) { c.Listener = &flaky{Listener: c.Listener} })
	for range 4 {
		b.dial("alice").mustAllocate()
	}
}

func TestConfigMistakesAreToldAtStart(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	good := Config{Listener: l, Media: []netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:8443")}, Secret: testSecret}
	for name, spoil := range map[string]func(*Config){
		"no listener":     func(c *Config) { c.Listener = nil },
		"short secret":    func(c *Config) { c.Secret = []byte("short") },
		"negative limit":  func(c *Config) { c.MaxPerUser = -1 },
		"no media":        func(c *Config) { c.Media = nil },
		"zero media":      func(c *Config) { c.Media = []netip.AddrPort{{}} },
		"any address":     func(c *Config) { c.Media = []netip.AddrPort{netip.MustParseAddrPort("0.0.0.0:8443")} },
		"any v6 address":  func(c *Config) { c.Media = []netip.AddrPort{netip.MustParseAddrPort("[::]:8443")} },
		"mapped any":      func(c *Config) { c.Media = []netip.AddrPort{netip.MustParseAddrPort("[::ffff:0.0.0.0]:8443")} },
		"multicast":       func(c *Config) { c.Media = []netip.AddrPort{netip.MustParseAddrPort("224.0.0.1:8443")} },
		"no port":         func(c *Config) { c.Media = []netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:0")} },
		"link-local zone": func(c *Config) { c.Media = []netip.AddrPort{netip.MustParseAddrPort("[fe80::1%eth0]:8443")} },
	} {
		cfg := good
		spoil(&cfg)
		if s, err := Start(cfg); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: %v", name, err)
			if s != nil {
				_ = s.Close()
			}
		}
	}
	s, err := Start(good)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestFrameLengthsAreMeasuredWithoutWrapping(t *testing.T) {
	t.Parallel()
	for n := range 1 << 16 {
		for _, first := range []byte{0x00, 0x3f, 0x40, 0x7f, 0x80, 0xff} {
			head := [4]byte{first, 1, byte(n >> 8), byte(n)}
			got, err := frameLen(head)
			want := n + stunHeader
			if first>>6 == 1 {
				want = channelHeader + n
			}
			if err != nil {
				if first>>6 < 2 && want <= maxFrame && (first>>6 == 1 || n%4 == 0) {
					t.Fatalf("%x: %v", head, err)
				}
				continue
			}
			if got < want || got > want+3 || got > maxFrame || got%4 != 0 {
				t.Fatalf("%x: %d", head, got)
			}
		}
	}
}
