package turn

import (
	"net/netip"

	"github.com/pion/stun/v3"
)

// requestedUDP is the protocol number that REQUESTED-TRANSPORT must carry.
const requestedUDP = 17

// The families of REQUESTED-ADDRESS-FAMILY.
const (
	family4 = 1
	family6 = 2
)

// judge is the first wall. It looks at a message before the library does and says whether the library
// may see it; where it may not, reply is what the client is told, nil for nothing. It keeps from the
// library every peer but our media port and every part of TURN we do not offer, before any state is
// made. It needs no credential for that: to whom we relay is no secret.
func (s *Server) judge(c *conn, frame []byte) (reply []byte, pass bool) {
	if frame[0]>>6 != 0 { // ChannelData: its channel was judged when it was bound
		return nil, true
	}
	m := &stun.Message{Raw: frame}
	if m.Decode() != nil {
		s.count.drops.Add(1)
		return nil, false
	}
	switch m.Type {
	case stun.NewType(stun.MethodSend, stun.ClassIndication):
		if peer, ok := peerOf(m); !ok || !s.peers.exact(peer) {
			s.count.drops.Add(1)
			return nil, false
		}
	case stun.NewType(stun.MethodCreatePermission, stun.ClassRequest):
		if peer, ok := s.onlyMediaHosts(m); !ok {
			s.refusePeer(c.remote, peer)
			return refusal(m, stun.CodeForbidden), false
		}
	case stun.NewType(stun.MethodChannelBind, stun.ClassRequest):
		if peer, ok := peerOf(m); ok && !s.peers.exact(peer) {
			s.refusePeer(c.remote, peer)
			return refusal(m, stun.CodeForbidden), false
		}
	case stun.NewType(stun.MethodConnect, stun.ClassRequest),
		stun.NewType(stun.MethodConnectionBind, stun.ClassRequest):
		// RFC 6062: no TCP to anyone, our own media address included.
		peer, _ := peerOf(m)
		s.refusePeer(c.remote, peer)
		return refusal(m, stun.CodeForbidden), false
	case stun.NewType(stun.MethodAllocate, stun.ClassRequest):
		if code := s.offered(m); code != 0 {
			s.count.methods.Add(1)
			return refusal(m, code), false
		}
	}
	return nil, true
}

// offered returns 0 for an Allocate request of the kind we serve, else the error code to answer.
// Malformed attributes are left to the library, which answers 400.
func (s *Server) offered(m *stun.Message) stun.ErrorCode {
	if v, err := m.Get(stun.AttrRequestedTransport); err == nil && len(v) == 4 && v[0] != requestedUDP {
		return stun.CodeUnsupportedTransProto
	}
	if m.Contains(stun.AttrEvenPort) || m.Contains(stun.AttrReservationToken) {
		return stun.CodeInsufficientCapacity
	}
	if v, err := m.Get(stun.AttrRequestedAddressFamily); err == nil && len(v) == 4 {
		if v[0] == family4 && !s.peers.v4 || v[0] == family6 && !s.peers.v6 {
			return stun.CodeAddrFamilyNotSupported
		}
	}
	return 0
}

// onlyMediaHosts returns false and the offender when the message names a peer that is not a media
// address. The port is not compared: in a permission it means nothing (RFC 8656 section 10).
func (s *Server) onlyMediaHosts(m *stun.Message) (offender netip.AddrPort, ok bool) {
	ok = true
	// An error from ForEach is one of ours or a malformed peer; the library answers the latter.
	_ = m.ForEach(stun.AttrXORPeerAddress, func(m *stun.Message) error {
		if peer, parsed := peerOf(m); ok && parsed && !s.peers.host(peer.Addr()) {
			offender, ok = peer, false
		}
		return nil
	})
	return offender, ok
}

// peerOf reads the first XOR-PEER-ADDRESS. A v4-mapped IPv6 address stays one: it equals no v4 peer.
func peerOf(m *stun.Message) (netip.AddrPort, bool) {
	var x stun.XORMappedAddress
	if x.GetFromAs(m, stun.AttrXORPeerAddress) != nil {
		return netip.AddrPort{}, false
	}
	a, ok := netip.AddrFromSlice(x.IP)
	return netip.AddrPortFrom(a, uint16(x.Port)), ok //nolint:gosec // decoded from 16 bits
}

// refusal is the error response to m, nil if it cannot be written.
func refusal(m *stun.Message, code stun.ErrorCode) []byte {
	r, err := stun.Build(
		stun.NewTransactionIDSetter(m.TransactionID),
		stun.NewType(m.Type.Method, stun.ClassErrorResponse),
		stun.ErrorCodeAttribute{Code: code},
	)
	if err != nil {
		return nil
	}
	return r.Raw
}
