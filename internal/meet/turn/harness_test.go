package turn

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun/v3"
	"go.uber.org/goleak"

	"yakusho/internal/testkit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var testSecret = []byte("a secret of the tests, long enough")

// fakeClock is a clock that stands until it is moved.
type fakeClock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *fakeClock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *fakeClock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// bench is one server with TLS in front and an echo in the place of the media engine.
type bench struct {
	*Server
	t     *testing.T
	media []netip.AddrPort
	echo  []*net.UDPConn
	clock *fakeClock
	mint  *Issuer
	addr  string
	tls   *tls.Config
	log   *testkit.Output
}

type option func(*Config, *timing)

func newBench(t *testing.T, media []string, opts ...option) *bench {
	t.Helper()
	b := &bench{t: t, clock: &fakeClock{t: time.Unix(1_800_000_000, 0)}, log: &testkit.Output{}}
	for _, m := range media {
		pc, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(m)))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = pc.Close() })
		b.echo = append(b.echo, pc)
		b.media = append(b.media, pc.LocalAddr().(*net.UDPAddr).AddrPort())
		go func() {
			buf := make([]byte, 2048)
			for {
				n, from, err := pc.ReadFromUDPAddrPort(buf)
				if err != nil {
					return
				}
				_, _ = pc.WriteToUDPAddrPort(buf[:n], from)
			}
		}()
	}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.addr = tcp.Addr().String()
	cert, trust := testkit.Certificate(t)
	server := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	client := &tls.Config{RootCAs: trust, ServerName: "127.0.0.1"}
	b.tls = client
	cfg := Config{
		Listener: tls.NewListener(tcp, server), Media: b.media, Secret: testSecret, Clock: b.clock.now,
		Log: slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	tm := timing{first: 10 * time.Second, idle: 30 * time.Second, write: 10 * time.Second, stop: 5 * time.Second}
	for _, o := range opts {
		o(&cfg, &tm)
	}
	b.Server, err = start(cfg, tm)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if n := b.Stats(); n.Connections != 0 || n.Allocations != 0 {
			t.Errorf("after Close %d connections and %d relays are left", n.Connections, n.Allocations)
		}
	})
	b.mint = NewIssuer(testSecret, b.clock.now)
	return b
}

func (b *bench) credential(id string) Credential {
	b.t.Helper()
	c, err := b.mint.Mint(id, time.Minute)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

// client speaks raw TURN, so that it can say what a well-behaved library would not.
type client struct {
	t     *testing.T
	conn  net.Conn
	in    *bufio.Reader
	cred  Credential
	realm string
	nonce string
	relay netip.AddrPort
	data  [][]byte // payloads that arrived while waiting for something else
}

func (b *bench) dial(id string) *client {
	b.t.Helper()
	return b.dialAs(b.credential(id))
}

func (b *bench) dialAs(cred Credential) *client {
	b.t.Helper()
	conn, err := tls.Dial("tcp", b.addr, b.tls)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { hardClose(conn) })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return &client{t: b.t, conn: conn, in: bufio.NewReaderSize(conn, 4096), cred: cred}
}

// read returns the next message: a STUN message, or the payload of ChannelData.
func (c *client) read() (*stun.Message, []byte, error) {
	f, err := nextFrame(c.in)
	if err != nil {
		return nil, nil, err
	}
	f = bytes.Clone(f)
	_, _ = c.in.Discard(len(f))
	if f[0]>>6 == 1 {
		return nil, f[4 : 4+int(binary.BigEndian.Uint16(f[2:]))], nil
	}
	m := &stun.Message{Raw: f}
	return m, nil, m.Decode()
}

// send writes a message, with credentials if the server asked for them before.
func (c *client) send(typ stun.MessageType, attrs ...stun.Setter) (*stun.Message, error) {
	set := append([]stun.Setter{stun.TransactionID, typ}, attrs...)
	if c.nonce != "" && typ.Class == stun.ClassRequest {
		set = append(set, stun.NewUsername(c.cred.Username), stun.NewRealm(c.realm), stun.NewNonce(c.nonce),
			stun.NewLongTermIntegrity(c.cred.Username, c.realm, c.cred.Password))
	}
	m, err := stun.Build(set...)
	if err != nil {
		return nil, err
	}
	_, err = c.conn.Write(m.Raw)
	return m, err
}

// ask sends a request and returns its answer.
func (c *client) ask(method stun.Method, attrs ...stun.Setter) (*stun.Message, error) {
	q, err := c.send(stun.NewType(method, stun.ClassRequest), attrs...)
	if err != nil {
		return nil, err
	}
	for {
		m, data, err := c.read()
		if err != nil {
			return nil, err
		}
		if m != nil && m.TransactionID == q.TransactionID {
			return m, nil
		}
		if m != nil {
			data, _ = m.Get(stun.AttrData)
		}
		c.data = append(c.data, data)
	}
}

// code asks and returns the error code of the answer, 0 for success.
func (c *client) code(method stun.Method, attrs ...stun.Setter) stun.ErrorCode {
	c.t.Helper()
	m, err := c.ask(method, attrs...)
	if err != nil {
		c.t.Fatalf("%v: %v", method, err)
	}
	return codeOf(m)
}

func codeOf(m *stun.Message) stun.ErrorCode {
	var e stun.ErrorCodeAttribute
	if e.GetFrom(m) != nil {
		return 0
	}
	return e.Code
}

// allocate does the two steps of an Allocate and returns the code of the second.
func (c *client) allocate(attrs ...stun.Setter) stun.ErrorCode {
	c.t.Helper()
	if len(attrs) == 0 {
		attrs = []stun.Setter{transport(requestedUDP)}
	}
	for {
		m, err := c.ask(stun.MethodAllocate, attrs...)
		if err != nil {
			c.t.Fatalf("allocate: %v", err)
		}
		code := codeOf(m)
		if code == stun.CodeUnauthorized && c.nonce == "" {
			var r stun.Realm
			var n stun.Nonce
			if r.GetFrom(m) != nil || n.GetFrom(m) != nil {
				c.t.Fatal("401 without realm and nonce")
			}
			c.realm, c.nonce = r.String(), n.String()
			continue
		}
		if code == 0 {
			var x stun.XORMappedAddress
			if err := x.GetFromAs(m, stun.AttrXORRelayedAddress); err != nil {
				c.t.Fatal(err)
			}
			c.relay = (&net.UDPAddr{IP: x.IP, Port: x.Port}).AddrPort()
		}
		return code
	}
}

func (c *client) mustAllocate(attrs ...stun.Setter) {
	c.t.Helper()
	if code := c.allocate(attrs...); code != 0 {
		c.t.Fatalf("allocate was refused with %d", code)
	}
}

// barrier returns when the server has handled everything sent before.
func (c *client) barrier() {
	c.t.Helper()
	c.code(stun.MethodBinding)
}

// relayed sends p through the relay to a permitted peer and waits for its echo.
func (c *client) relayed(to netip.AddrPort, p string) {
	c.t.Helper()
	if code := c.code(stun.MethodCreatePermission, peer(to)); code != 0 {
		c.t.Fatalf("permission for %v was refused with %d", to, code)
	}
	if _, err := c.send(indication, peer(to), raw{stun.AttrData, []byte(p)}); err != nil {
		c.t.Fatal(err)
	}
	c.expect(p)
}

func (c *client) expect(p string) {
	c.t.Helper()
	for {
		for len(c.data) > 0 {
			got := c.data[0]
			c.data = c.data[1:]
			if string(got) == p {
				return
			}
		}
		m, data, err := c.read()
		if err != nil {
			c.t.Fatalf("waiting for %q: %v", p, err)
		}
		if m != nil {
			data, _ = m.Get(stun.AttrData)
		}
		c.data = append(c.data, data)
	}
}

// closed waits until the server has ended the connection.
func (c *client) closed() {
	c.t.Helper()
	for {
		_, _, err := c.read()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			c.t.Fatal("the server kept the connection")
		}
		if err != nil {
			return
		}
	}
}

var indication = stun.NewType(stun.MethodSend, stun.ClassIndication)

// raw is an attribute as bytes.
type raw struct {
	typ stun.AttrType
	v   []byte
}

func (a raw) AddTo(m *stun.Message) error { m.Add(a.typ, a.v); return nil }

func transport(proto byte) stun.Setter {
	return raw{stun.AttrRequestedTransport, []byte{proto, 0, 0, 0}}
}
func family(f byte) stun.Setter { return raw{stun.AttrRequestedAddressFamily, []byte{f, 0, 0, 0}} }

func lifetime(d time.Duration) stun.Setter {
	return raw{stun.AttrLifetime, binary.BigEndian.AppendUint32(nil, uint32(d/time.Second))}
}

func channel(n uint16) stun.Setter {
	return raw{stun.AttrChannelNumber, append(binary.BigEndian.AppendUint16(nil, n), 0, 0)}
}

// peerAttr is XOR-PEER-ADDRESS in the address's own family: the library would turn a mapped IPv6
// address into IPv4.
type peerAttr netip.AddrPort

func peer(a netip.AddrPort) stun.Setter { return peerAttr(a) }

func (p peerAttr) AddTo(m *stun.Message) error {
	a := netip.AddrPort(p)
	mask := append(binary.BigEndian.AppendUint32(nil, stunCookie), m.TransactionID[:]...)
	v := []byte{0, family4}
	if !a.Addr().Is4() {
		v[1] = family6
	}
	v = binary.BigEndian.AppendUint16(v, a.Port()^stunCookie>>16)
	for i, x := range a.Addr().AsSlice() {
		v = append(v, x^mask[i])
	}
	m.Add(stun.AttrXORPeerAddress, v)
	return nil
}

// eventually polls for what another goroutine brings about.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	end := time.After(10 * time.Second)
	for !cond() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("never happened: %s", what)
		}
	}
}
