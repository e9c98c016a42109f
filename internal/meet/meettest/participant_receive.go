package meettest

import (
	"errors"
	"strings"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// receive counts one track until it ends. pion calls it in a goroutine of its own.
func (c *call) receive(track *webrtc.TrackRemote, from *webrtc.RTPReceiver) {
	sid, _, _ := strings.Cut(track.StreamID(), "|")
	t := &received{publisher: sid}
	t.video = track.Kind() == webrtc.RTPCodecTypeVideo
	t.clock = int64(track.Codec().ClockRate)
	c.p.mu.Lock()
	c.p.tracks = append(c.p.tracks, t)
	c.p.mu.Unlock()
	// Sender reports must be read for receiver reports to tell the engine its round trip.
	c.reader(func() {
		buf := make([]byte, 1500)
		for {
			if _, _, err := from.Read(buf); err != nil {
				return
			}
		}
	})
	c.reader(func() { c.p.count(track, t) })
}

// count reads packets until the track ends.
func (p *Participant) count(track *webrtc.TrackRemote, t *received) {
	buf := make([]byte, 1600)
	var head rtp.Header
	come := false
	for {
		n, _, err := track.Read(buf)
		if err != nil {
			return
		}
		now := p.crew.now()
		payload, err := parse(&head, buf[:n])
		if err != nil {
			continue
		}
		t.take(head.SequenceNumber, head.Timestamp, payload, time.Duration(now))
		if len(payload) == 0 {
			continue
		}
		if !come {
			come = true
			p.first(func(x *Times) *time.Duration {
				if t.video {
					return &x.FirstVideo
				}
				return &x.FirstAudio
			})
		}
		if m, ok := readMark(payload); ok && m.crew == p.crew.id {
			p.latency.Add(time.Duration(now - m.sent))
		}
	}
}

// parse splits an RTP packet; the payload is without padding.
func parse(head *rtp.Header, b []byte) ([]byte, error) {
	n, err := head.Unmarshal(b)
	if err != nil {
		return nil, err
	}
	payload := b[n:]
	if head.Padding && len(payload) > 0 {
		pad := int(payload[len(payload)-1])
		if pad == 0 || pad > len(payload) {
			return nil, errors.New("padding longer than the packet")
		}
		payload = payload[:len(payload)-pad]
	}
	return payload, nil
}
