package turn

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	pion "github.com/pion/turn/v5"
)

// relayBuffer is the kernel's queue for one relay, in bytes: a key frame fits, a slow client's
// backlog does not grow into seconds.
const relayBuffer = 512 << 10

var errNotOffered = errors.New("not offered by this relay")

// peers is the set of addresses a relay may talk to.
type peers struct {
	addrs  map[netip.AddrPort]*net.UDPAddr // the value is shared and never changed
	hosts  map[netip.Addr]struct{}
	v4, v6 bool
}

func newPeers(media []netip.AddrPort) (peers, error) {
	p := peers{addrs: map[netip.AddrPort]*net.UDPAddr{}, hosts: map[netip.Addr]struct{}{}}
	if len(media) == 0 {
		return p, configError("no media address")
	}
	for _, m := range media {
		a := m.Addr().Unmap()
		if !a.IsValid() || a.IsUnspecified() || a.IsMulticast() || a.Zone() != "" || m.Port() == 0 {
			return p, configError("%v cannot be a media address", m)
		}
		ap := netip.AddrPortFrom(a, m.Port())
		p.addrs[ap] = net.UDPAddrFromAddrPort(ap)
		p.hosts[a] = struct{}{}
		p.v4, p.v6 = p.v4 || a.Is4(), p.v6 || a.Is6()
	}
	return p, nil
}

// host reports whether a is a media address, whatever the port. A v4-mapped a is not.
func (p peers) host(a netip.Addr) bool { _, ok := p.hosts[a]; return ok }

// exact reports whether a is a media address and port.
func (p peers) exact(a netip.AddrPort) bool { _, ok := p.addrs[a]; return ok }

// generator makes relay sockets for the library.
type generator struct{ s *Server }

func (generator) Validate() error { return nil }

// AllocatePacketConn opens a relay socket on loopback. On Linux it can talk to the media socket on
// any address of this machine, and no one outside can talk to it.
func (g generator) AllocatePacketConn(c pion.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	if c.UserID == "" || c.RequestedPort != 0 { // EVEN-PORT and RESERVATION-TOKEN
		return nil, nil, errNotOffered
	}
	var at netip.Addr
	switch {
	case c.Network == "udp4" && g.s.peers.v4:
		at = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	case c.Network == "udp6" && g.s.peers.v6:
		at = netip.IPv6Loopback()
	default:
		return nil, nil, errNotOffered
	}
	pc, err := net.ListenUDP(c.Network, net.UDPAddrFromAddrPort(netip.AddrPortFrom(at, 0)))
	if err != nil {
		return nil, nil, err
	}
	// The kernel may grant less.
	_ = pc.SetReadBuffer(relayBuffer)
	_ = pc.SetWriteBuffer(relayBuffer)
	local := pc.LocalAddr()
	r := &relay{pc: pc, s: g.s, user: c.UserID, at: local.(*net.UDPAddr).AddrPort()}
	if !g.s.addRelay(r) {
		_ = pc.Close()
		return nil, nil, net.ErrClosed
	}
	return r, local, nil
}

// AllocateListener refuses TCP allocations (RFC 6062).
func (generator) AllocateListener(pion.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errNotOffered
}

// AllocateConn refuses TCP connects (RFC 6062).
func (generator) AllocateConn(pion.AllocateConnConfig) (net.Conn, error) { return nil, errNotOffered }

// addRelay lists r, unless its participant was removed or the server is ending.
func (s *Server) addRelay(r *relay) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, gone := s.revoked[r.user]; gone || s.stopping {
		return false
	}
	s.relays[r.at] = r
	s.count.allocations.Add(1)
	return true
}

// relay is the third wall: a UDP socket that sends to nothing and hears nothing but our media port.
type relay struct {
	pc   *net.UDPConn
	s    *Server
	user string
	at   netip.AddrPort
	cut  atomic.Bool // the participant was removed
	once sync.Once
}

// WriteTo sends b to the media port, and silently nowhere else: to the library a dropped packet is
// a sent one.
func (r *relay) WriteTo(b []byte, to net.Addr) (int, error) {
	u, ok := to.(*net.UDPAddr)
	if !ok || u.Zone != "" || r.cut.Load() || !r.s.peers.exact(u.AddrPort()) {
		r.s.count.drops.Add(1)
		return len(b), nil
	}
	n, err := r.pc.WriteToUDPAddrPort(b, u.AddrPort())
	if err == nil {
		r.s.count.up.Add(uint64(n)) //nolint:gosec // not negative
	}
	return n, err
}

// readErrors is how many reads may fail in a row before the relay gives up. A single failure is a
// packet lost (on Windows, one too long); to the library an error is the end of the allocation.
const readErrors = 16

// ReadFrom returns the next packet from the media port and skips all others.
func (r *relay) ReadFrom(b []byte) (int, net.Addr, error) {
	for failed := 0; ; {
		n, from, err := r.pc.ReadFromUDPAddrPort(b)
		if err != nil {
			if failed++; failed > readErrors || errors.Is(err, net.ErrClosed) {
				return 0, nil, err
			}
			continue
		}
		failed = 0
		to, ok := r.s.peers.addrs[netip.AddrPortFrom(from.Addr().Unmap(), from.Port())]
		if !ok || r.cut.Load() {
			r.s.count.drops.Add(1)
			continue
		}
		r.s.count.down.Add(uint64(n)) //nolint:gosec // not negative
		return n, to, nil
	}
}

// Close takes the relay off the list and closes it. It may be called again.
func (r *relay) Close() error {
	r.once.Do(func() {
		r.s.mu.Lock()
		delete(r.s.relays, r.at)
		r.s.mu.Unlock()
		_ = r.pc.Close()
	})
	return nil
}

// LocalAddr is the relayed address.
func (r *relay) LocalAddr() net.Addr { return r.pc.LocalAddr() }

// SetDeadline is part of net.PacketConn.
func (r *relay) SetDeadline(t time.Time) error { return r.pc.SetDeadline(t) }

// SetReadDeadline is part of net.PacketConn.
func (r *relay) SetReadDeadline(t time.Time) error { return r.pc.SetReadDeadline(t) }

// SetWriteDeadline is part of net.PacketConn.
func (r *relay) SetWriteDeadline(t time.Time) error { return r.pc.SetWriteDeadline(t) }
