package turn

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/pion/stun/v3"

	"yakusho/internal/core"
)

// door is the listener the library sees: it lets connections in, wrapped, and only as many as fit.
type door struct{ s *Server }

// Accept returns the next connection that may stay. The library stops for good at the first error,
// so a passing one (too many open files) is waited out here; and once the listener has ended, the
// library is told only when every connection has gone (see Server.Close).
func (d *door) Accept() (net.Conn, error) {
	wait := 5 * time.Millisecond
	for {
		raw, err := d.s.cfg.Listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) || d.s.ending() {
				<-d.s.idle
				return nil, net.ErrClosed
			}
			t := time.NewTimer(wait)
			select {
			case <-t.C:
			case <-d.s.done:
				t.Stop()
			}
			wait = min(2*wait, time.Second)
			continue
		}
		wait = 5 * time.Millisecond
		if c := d.s.admit(raw); c != nil {
			return c, nil
		}
		hardClose(raw)
	}
}

func (d *door) Addr() net.Addr { return d.s.cfg.Listener.Addr() }

// Close is the library's; the listener is closed by Server.Close.
func (d *door) Close() error { return nil }

func (s *Server) ending() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// admit wraps a connection, or returns nil when there is no place for it.
func (s *Server) admit(raw net.Conn) *conn {
	tcp, ok := raw.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return nil
	}
	from, _ := netip.AddrFromSlice(tcp.IP)
	from = core.HostOf(from)
	remote := *tcp // a copy of our own: its address is the connection's name

	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return nil
	}
	at := s.perAddr[from]
	if at == nil {
		at = &share{}
	}
	if len(s.byRemote) >= 2*s.cfg.MaxAllocations || at.conns >= 2*s.cfg.MaxPerAddress {
		s.count.connectionsRefused.Add(1)
		s.say(&s.connLines, "turn: too many connections", "client", raw.RemoteAddr())
		return nil
	}
	s.next++
	c := &conn{
		raw: raw, s: s, remote: &remote, addr: from,
		local: s.localName(raw.LocalAddr(), s.next),
		in:    bufio.NewReaderSize(raw, 2048),
	}
	at.conns++
	s.perAddr[from] = at
	s.byRemote[c.remote] = c
	s.conns.Add(1)
	s.count.connections.Add(1)
	_ = raw.SetReadDeadline(time.Now().Add(s.time.first))
	return c
}

// localName makes up a local address for connection n. The library keeps allocations by address
// pair, so a name of its own keeps one connection's allocation out of every other's reach. And it
// gives a client that names no address family the one of its local address: the family the client
// came by if we have media in it, the other if not.
func (s *Server) localName(real net.Addr, n uint64) *net.TCPAddr {
	v6 := !s.peers.v4
	if t, ok := real.(*net.TCPAddr); ok && s.peers.v6 && t.IP.To4() == nil {
		v6 = true
	}
	if v6 {
		ip := make(net.IP, net.IPv6len)
		ip[0] = 0xfd // a private address, never used on the wire
		binary.BigEndian.PutUint64(ip[8:], n)
		return &net.TCPAddr{IP: ip, Port: 1}
	}
	ip := make(net.IP, net.IPv4len)
	binary.BigEndian.PutUint32(ip, 0xf0000000|uint32(n>>16)&0x0fffffff) //nolint:gosec // 44 bits of n are enough
	return &net.TCPAddr{IP: ip, Port: int(n & 0xffff)}
}

// conn is one client connection as the library sees it: every Read is exactly one whole message that
// the judge let pass, and every wait has an end.
type conn struct {
	raw    net.Conn
	s      *Server
	remote *net.TCPAddr
	addr   netip.Addr
	local  *net.TCPAddr
	in     *bufio.Reader
	once   sync.Once

	// Guarded by s.mu: the place taken in the quotas.
	held bool
	user string

	// Touched by the library's read loop alone, which also writes all responses.
	begun bool
	ends  time.Time // when this connection ends unless refreshed; zero without an allocation
}

// Read returns the next message. p must hold maxFrame bytes, as the library's does.
func (c *conn) Read(p []byte) (int, error) {
	for {
		frame, err := nextFrame(c.in)
		if err != nil {
			return 0, c.ended(err)
		}
		if !c.begun {
			c.begun = true
			_ = c.raw.SetReadDeadline(time.Now().Add(c.s.time.idle))
		}
		// Buffered messages do not meet the deadline, so it is asked for here too.
		if !c.ends.IsZero() && !time.Now().Before(c.ends) {
			return 0, c.ended(os.ErrDeadlineExceeded)
		}
		reply, pass := []byte(nil), false
		if len(frame) >= minFrame {
			reply, pass = c.s.judge(c, frame)
		} else {
			c.s.count.drops.Add(1)
		}
		if pass && len(p) < len(frame) {
			return 0, io.ErrShortBuffer
		}
		n := copy(p, frame)
		if _, err := c.in.Discard(len(frame)); err != nil {
			return 0, err
		}
		if pass {
			return n, nil
		}
		if reply != nil {
			if _, err := c.Write(reply); err != nil {
				return 0, err
			}
		}
	}
}

// ended counts why a connection ends and returns err.
func (c *conn) ended(err error) error {
	switch {
	case errors.Is(err, errNotTURN), errors.Is(err, errTooLarge):
		c.s.count.garbled.Add(1)
		c.s.say(&c.s.connLines, "turn: not TURN", "client", c.remote, "why", err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.s.count.late.Add(1)
	}
	return err
}

// Write sends one message. A client that does not take it in time is cut: half a TLS record cannot
// be taken back.
func (c *conn) Write(b []byte) (int, error) {
	_ = c.raw.SetWriteDeadline(time.Now().Add(c.s.time.write))
	n, err := c.raw.Write(b)
	if err != nil {
		c.abort()
		return n, err
	}
	c.follow(b)
	return n, nil
}

// follow reads the lifetime the library grants and sets the end of the connection by it. A connection
// without an allocation has the idle time to get one, however much it says in the meantime.
func (c *conn) follow(b []byte) {
	if len(b) < stunHeader || b[0] != 0x01 || b[1] != 0x03 && b[1] != 0x04 { // Allocate, Refresh: success
		return
	}
	m := &stun.Message{Raw: b}
	if m.Decode() != nil {
		return
	}
	v, err := m.Get(stun.AttrLifetime)
	if err != nil || len(v) != 4 {
		return
	}
	now := time.Now()
	if life := time.Duration(binary.BigEndian.Uint32(v)) * time.Second; life > 0 {
		c.ends = now.Add(life - margin)
		_ = c.raw.SetReadDeadline(c.ends)
		return
	}
	c.ends = time.Time{}
	_ = c.raw.SetReadDeadline(now.Add(c.s.time.idle))
}

// abort breaks the connection; the library's read loop then ends and calls Close.
func (c *conn) abort() { hardClose(c.raw) }

// hardClose closes without TLS's farewell, which waits for a client that does not read.
func hardClose(c net.Conn) {
	if t, ok := c.(interface{ NetConn() net.Conn }); ok {
		_ = t.NetConn().Close()
	}
	_ = c.Close()
}

// Close is called by the library when it has let go of the connection and its allocation.
func (c *conn) Close() error {
	c.once.Do(func() {
		c.abort()
		c.s.mu.Lock()
		c.s.release(c)
		delete(c.s.byRemote, c.remote)
		at := c.s.perAddr[c.addr]
		if at.conns--; at.conns == 0 {
			delete(c.s.perAddr, c.addr)
		}
		c.s.mu.Unlock()
		c.s.conns.Done()
	})
	return nil
}

// LocalAddr is a made-up name, see localName.
func (c *conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr is the client's address, always the same pointer.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline does nothing: the deadlines are the connection's own.
func (c *conn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (c *conn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (c *conn) SetWriteDeadline(time.Time) error { return nil }
