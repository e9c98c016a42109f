package turn

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/pion/stun/v3"
)

func FuzzFraming(f *testing.F) {
	f.Add(header(0))
	f.Add(append(header(65516), make([]byte, 100)...))
	f.Add([]byte{0x40, 0, 0, 3, 1, 2, 3, 0, 0x40, 0, 0, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		var whole [2][]byte
		for i, r := range []io.Reader{bytes.NewReader(in), iotest.OneByteReader(bytes.NewReader(in))} {
			b := bufio.NewReaderSize(r, 2048)
			for {
				m, err := nextFrame(b)
				if err != nil {
					break
				}
				if len(m) < 4 || len(m) > maxFrame {
					t.Fatalf("a message of %d bytes", len(m))
				}
				whole[i] = append(whole[i], m...)
				if _, err := b.Discard(len(m)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if !bytes.HasPrefix(in, whole[0]) || !bytes.Equal(whole[0], whole[1]) {
			t.Errorf("%x became %x and %x", in, whole[0], whole[1])
		}
	})
}

// FuzzConnection feeds bytes to a connection that has a relay, so that they reach the library's
// handlers; afterwards the server must still serve and nothing may have left the relay.
func FuzzConnection(f *testing.F) {
	f.Add(header(0), false)
	f.Add(append(header(4), 0, 6, 0xff, 0xff), true)
	f.Add([]byte{0x40, 1, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8}, true)
	for _, m := range []stun.Method{stun.MethodAllocate, stun.MethodRefresh, stun.MethodSend, stun.MethodCreatePermission, stun.MethodChannelBind, stun.MethodConnect} {
		for _, class := range []stun.MessageClass{stun.ClassRequest, stun.ClassIndication} {
			s, err := stun.Build(stun.TransactionID, stun.NewType(m, class), peer(netip.MustParseAddrPort("127.0.0.1:53")),
				transport(requestedUDP), channel(0x4001), lifetime(time.Minute), stun.NewUsername("1:a"), stun.NewNonce("x"), stun.NewRealm("y"),
				stun.MessageIntegrity("key"), stun.Fingerprint)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(s.Raw, true)
			f.Add(s.Raw[20:], true) // its attributes, signed by the test below
		}
	}
	l := newPipes()
	clock := &fakeClock{t: time.Unix(1_800_000_000, 0)}
	s, err := Start(Config{
		Listener: l, Media: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:9")}, Secret: testSecret,
		Clock: clock.now, MaxPerUser: 1000,
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	cred, err := NewIssuer(testSecret, clock.now).Mint("alice", time.Minute)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in []byte, signed bool) {
		before := s.Stats().BytesUp
		conn, gone := l.dial()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		c := &client{t: t, conn: conn, in: bufio.NewReader(conn), cred: cred}
		if signed {
			c.mustAllocate()
		}
		go func() { _, _ = io.Copy(io.Discard, conn) }() // a pipe has no buffer
		if signed {                                      // every request with these attributes and a true signature
			for _, m := range []stun.Method{stun.MethodCreatePermission, stun.MethodChannelBind, stun.MethodRefresh, stun.MethodAllocate, stun.MethodConnect} {
				_, _ = c.send(stun.NewType(m, stun.ClassRequest), attributes(in))
			}
			_, _ = c.send(indication, attributes(in))
		}
		if _, err := conn.Write(in); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("the server does not read on")
		}
		_ = conn.Close()
		select {
		case <-gone:
		case <-time.After(10 * time.Second):
			t.Fatal("the server hangs")
		}
		if s.Stats().BytesUp != before && !bytes.Contains(in, []byte{0, 0x13}) {
			t.Error("bytes went to the media port without a DATA attribute")
		}
	})
}

// pipes is a listener in memory: a fuzz run would use up the machine's ports.
type pipes struct {
	ch   chan net.Conn
	done chan struct{}
	once sync.Once
	port atomic.Uint32
}

func newPipes() *pipes { return &pipes{ch: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.ch:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) Close() error { p.once.Do(func() { close(p.done) }); return nil }

// dial returns the client's end, and a channel that is closed when the server has closed its own.
func (p *pipes) dial() (net.Conn, <-chan struct{}) {
	a, b := net.Pipe()
	s := &pipeEnd{Conn: b, from: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(p.port.Add(1) & 0xffff)}, gone: make(chan struct{})}
	p.ch <- s
	return a, s.gone
}

type pipeEnd struct {
	net.Conn
	from *net.TCPAddr
	gone chan struct{}
	once sync.Once
}

func (e *pipeEnd) RemoteAddr() net.Addr { return e.from }
func (e *pipeEnd) Close() error {
	e.once.Do(func() { close(e.gone) })
	return e.Conn.Close()
}

// attributes adds bytes as attributes, as far as they are.
type attributes []byte

func (a attributes) AddTo(m *stun.Message) error {
	for len(a) >= 4 && len(m.Raw) < 1000 {
		n := min(int(binary.BigEndian.Uint16(a[2:])), len(a)-4, 500)
		m.Add(stun.AttrType(binary.BigEndian.Uint16(a)), a[4:4+n])
		a = a[min(4+(n+3)&^3, len(a)):]
	}
	return nil
}
