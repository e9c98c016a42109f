package turn

import (
	"bufio"
	"encoding/binary"
	"errors"
)

// On a stream, TURN messages follow each other without a separator (RFC 8656 section 12.5): the
// first two bits tell STUN (00) from ChannelData (01), and bytes 2 and 3 are the length.
const (
	stunHeader    = 20
	channelHeader = 4
	stunCookie    = 0x2112A442

	// maxFrame is the longest message taken. Browsers stay below a network packet; the library reads
	// into 1600 bytes and silently cuts what does not fit.
	maxFrame = 1596
	// minFrame is the shortest message the library can tell apart. Shorter is ChannelData with at
	// most four bytes, which is no RTP, RTCP, DTLS or STUN; it is dropped.
	minFrame = 9
)

var (
	errNotTURN  = errors.New("not a TURN message")
	errTooLarge = errors.New("message longer than a packet")
)

// frameLen is the length on the wire of the message that begins with head, padding included.
func frameLen(head [4]byte) (int, error) {
	n := int(binary.BigEndian.Uint16(head[2:]))
	switch head[0] >> 6 {
	case 0:
		if n%4 != 0 {
			return 0, errNotTURN
		}
		n += stunHeader
	case 1:
		n = channelHeader + (n+3)&^3
	default:
		return 0, errNotTURN
	}
	if n > maxFrame {
		return 0, errTooLarge
	}
	return n, nil
}

// nextFrame waits for one whole message and returns it, still unread: the caller discards its length
// after use. It holds no more than r's buffer, which must be at least maxFrame.
func nextFrame(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(4)
	if err != nil {
		return nil, err
	}
	n, err := frameLen([4]byte(head))
	if err != nil {
		return nil, err
	}
	if head[0]>>6 == 0 { // what cannot become STUN is not waited for
		head, err = r.Peek(8)
		if err != nil {
			return nil, err
		}
		if binary.BigEndian.Uint32(head[4:]) != stunCookie {
			return nil, errNotTURN
		}
	}
	return r.Peek(n)
}
