package sfu

import (
	"encoding/binary"
	"errors"
	"net"
	"time"

	"yakusho/internal/core"
)

// What one client may send over its signalling WebSocket. The largest honest message is an offer for a
// large meeting, some tens of kilobytes; the busiest second is the start of a large meeting.
const (
	maxMessage = 1 << 20 // bytes of one message, all its fragments together
	maxFrames  = 3000    // frames in ten seconds
)

var (
	errMessageTooLarge = errors.New("websocket message too large")
	errTooManyFrames   = errors.New("websocket frames too many")
)

// guarded is a client's connection whose WebSocket frames are counted and measured before anything
// behind it makes room for them.
type guarded struct {
	net.Conn
	frames frames
}

// Read implements net.Conn. A client that goes over a limit is cut.
func (g *guarded) Read(b []byte) (int, error) {
	n, err := g.Conn.Read(b)
	if bad := g.frames.see(b[:n]); bad != nil {
		_ = g.Conn.Close()
		return 0, bad
	}
	return n, err
}

// frames follows the frame headers (RFC 6455 section 5.2) in a client's bytes, however they are cut.
type frames struct {
	maxMessage uint64
	maxFrames  int
	window     time.Duration
	clock      core.Clock

	head    [14]byte
	have    int    // bytes of head so far
	need    int    // bytes the header has, once that is known; 0 until the second byte
	payload uint64 // bytes of the present frame still to come
	message uint64 // bytes of the present message so far
	since   time.Time
	count   int
}

// see takes the next bytes.
func (f *frames) see(b []byte) error {
	for len(b) > 0 {
		if f.payload > 0 {
			n := min(f.payload, uint64(len(b)))
			f.payload -= n
			b = b[n:]
			continue
		}
		f.head[f.have] = b[0]
		f.have++
		b = b[1:]
		if f.have == 2 {
			f.need = headerLength(f.head[1])
		}
		if f.need == 0 || f.have < f.need {
			continue
		}
		if err := f.begin(); err != nil {
			return err
		}
	}
	return nil
}

// headerLength returns how long a frame header is, from its second byte.
func headerLength(second byte) int {
	n := 2
	switch second & 0x7f {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if second&0x80 != 0 {
		n += 4
	}
	return n
}

// begin takes a whole header.
func (f *frames) begin() error {
	length := uint64(f.head[1] & 0x7f)
	switch length {
	case 126:
		length = uint64(binary.BigEndian.Uint16(f.head[2:]))
	case 127:
		length = binary.BigEndian.Uint64(f.head[2:])
	}
	final, opcode := f.head[0]&0x80 != 0, f.head[0]&0x0f
	f.have, f.need, f.payload = 0, 0, length

	if control := opcode >= 8; !control {
		if opcode != 0 {
			f.message = 0
		}
		if length > f.maxMessage || f.message+length > f.maxMessage {
			return errMessageTooLarge
		}
		f.message += length
		if final {
			f.message = 0
		}
	} else if length > 125 {
		return errMessageTooLarge
	}
	now := f.clock()
	if now.Sub(f.since) >= f.window {
		f.since, f.count = now, 0
	}
	if f.count++; f.count > f.maxFrames {
		return errTooManyFrames
	}
	return nil
}
