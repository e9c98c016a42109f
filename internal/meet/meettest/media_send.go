package meettest

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// Shape is synthetic traffic for benchmarks: packets of a given size at a given rate, each with a mark.
// The zero Shape sends nothing. Video looks like VP8 to a media engine but shows no picture.
type Shape struct {
	FPS             int // video frames a second
	PacketsPerFrame int
	PacketBytes     int // RTP payload of one video packet, at least 64
	AudioPerSecond  int // audio packets a second
	AudioBytes      int // RTP payload of one audio packet, at least 64
}

// Talk is the shape the earlier measurements of the media engine used: 1.5 Mbit/s of video and 50
// audio packets a second.
func Talk() Shape {
	return Shape{FPS: 30, PacketsPerFrame: 5, PacketBytes: 1250, AudioPerSecond: 50, AudioBytes: 100}
}

const minShape = 64

// source writes one track until its context ends.
type source struct {
	crew   *Crew
	sender uint32
	track  *webrtc.TrackLocalStaticRTP
	wanted atomic.Bool // somebody needs a key frame

	packets, bytes atomic.Uint64
	skipped        atomic.Uint64 // sendings left out because this process was held up

	seq uint16
}

// every calls send at the given rate, without drifting, until ctx ends. A writer that was held up for
// long skips what it missed instead of sending it in one burst, and counts it.
func (s *source) every(ctx context.Context, period time.Duration, send func(n uint32)) {
	// A random start keeps many participants from sending at the same instant.
	next := time.Now().Add(rand.N(period))
	timer := time.NewTimer(time.Until(next))
	defer timer.Stop()
	for n := uint32(0); ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		send(n)
		next = next.Add(period)
		if late := time.Since(next); late > 5*period {
			skipped := late / period
			next = next.Add(skipped * period)
			n += uint32(skipped)
			s.skipped.Add(uint64(skipped))
		}
		timer.Reset(time.Until(next))
	}
}

// write sends one RTP packet. marked puts a mark over the payload's last bytes, which must be there for
// it; the payload is not used any more afterwards.
func (s *source) write(payload []byte, stamp uint32, last, marked bool) {
	p := rtp.Packet{Header: rtp.Header{Version: 2, Marker: last, SequenceNumber: s.seq, Timestamp: stamp}, Payload: payload}
	if marked {
		mark{crew: s.crew.id, sender: s.sender, sent: s.crew.now()}.put(payload)
	}
	s.seq++
	// An error means the connection is closing; whoever runs it hears of that.
	if s.track.WriteRTP(&p) == nil {
		s.packets.Add(1)
		s.bytes.Add(uint64(len(payload)))
	}
}

// playAudio loops the sound.
func (s *source) playAudio(ctx context.Context, clip []frame) {
	buf := make([]byte, videoPacket)
	start := rand.Uint32()
	s.every(ctx, audioTime, func(n uint32) {
		f := clip[int(n)%len(clip)].data
		s.write(buf[:copy(buf, f)], start+n*uint32(audioClock*audioTime/time.Second), n == 0, true)
	})
}

// playVideo loops the picture, and goes on from the next key frame when one is asked for.
func (s *source) playVideo(ctx context.Context, clip []frame) {
	start, pictures := rand.Uint32(), uint16(rand.Uint32())
	buf := make([]byte, videoPacket)
	at := 0
	s.every(ctx, time.Second/videoRate, func(n uint32) {
		if s.wanted.Swap(false) {
			for !clip[at].key {
				at = (at + 1) % len(clip)
			}
		}
		data := clip[at].data
		at = (at + 1) % len(clip)
		pictures++
		for i := 0; i < len(data); {
			head := putDescriptor(buf, i == 0, pictures)
			end := min(len(data), i+len(buf)-head)
			// The mark must not be cut in two: what would leave a part of it stays behind whole.
			if rest := len(data) - end; rest > 0 && rest < markSize {
				end = len(data) - markSize
			}
			size := head + copy(buf[head:], data[i:end])
			i = end
			s.write(buf[:size], start+n*(videoClock/videoRate), i == len(data), i == len(data))
		}
	})
}

// putDescriptor writes a VP8 payload descriptor with a 15-bit picture id (RFC 7741 section 4.2) and
// returns its length.
func putDescriptor(b []byte, first bool, picture uint16) int {
	b[0] = 0x80
	if first {
		b[0] |= 0x10
	}
	b[1] = 0x80
	binary.BigEndian.PutUint16(b[2:], picture|0x8000)
	return 4
}

// shapeAudio sends shaped sound: an Opus silence frame in padding to the wanted size.
func (s *source) shapeAudio(ctx context.Context, shape Shape) {
	size := max(shape.AudioBytes, minShape)
	buf, start := make([]byte, size), rand.Uint32()
	s.every(ctx, time.Second/time.Duration(shape.AudioPerSecond), func(n uint32) {
		clear(buf)
		// Code 3, one frame, padded: the frame takes what the padding leaves.
		buf[0], buf[1], buf[2] = 0x78|3, 0x40|1, markSize
		s.write(buf, start+n*uint32(audioClock/shape.AudioPerSecond), n == 0, true)
	})
}

// shapeVideo sends shaped video: what a media engine reads of VP8 is right, the rest is zeros.
func (s *source) shapeVideo(ctx context.Context, shape Shape) {
	size := max(shape.PacketBytes, minShape)
	buf, start, pictures := make([]byte, size), rand.Uint32(), uint16(rand.Uint32())
	s.every(ctx, time.Second/time.Duration(shape.FPS), func(n uint32) {
		key := s.wanted.Swap(false) || n == 0
		pictures++
		for i := range shape.PacketsPerFrame {
			clear(buf)
			head := putDescriptor(buf, i == 0, pictures)
			if i == 0 {
				putFrameHeader(buf[head:], key)
			}
			last := i == shape.PacketsPerFrame-1
			s.write(buf, start+n*uint32(videoClock/shape.FPS), last, true)
		}
	})
}

// putFrameHeader writes the start of a VP8 frame (RFC 6386 section 9.1).
func putFrameHeader(b []byte, key bool) {
	if !key {
		b[0] = 0x11 // an inter frame, shown
		return
	}
	b[0] = 0x10 // a key frame, shown
	b[3], b[4], b[5] = 0x9d, 0x01, 0x2a
	binary.LittleEndian.PutUint16(b[6:], 1280)
	binary.LittleEndian.PutUint16(b[8:], 720)
}
