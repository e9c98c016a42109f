package meettest

import (
	"bytes"
	"crypto/rand"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4/pkg/media/ivfreader"
	"github.com/pion/webrtc/v4/pkg/media/oggreader"
)

//go:embed clip/voice.ogg
var voiceOgg []byte

//go:embed clip/pattern.ivf
var patternIVF []byte

// Crew is the participants of one process. They share a clock, so that the time a packet took from one
// to another can be told exactly, without trusting two machines to agree on the time.
//
// Every audio packet and every video frame (with Shape: every packet) carries a mark: who sent it and
// when. Opus carries it in its own padding (RFC 6716 section 3.2.5), VP8 after the last partition, where
// a decoder does not look: both stay what they are for a browser in the same meeting. The media engine
// rewrites sequence numbers, timestamps and the VP8 descriptor, but never what comes behind them. It
// also passes no header extension of ours on, which is why the mark is in the payload.
type Crew struct {
	id    uint32 // drawn, so that the marks of another process are not taken for ours
	start time.Time
	last  atomic.Uint32
}

// NewCrew returns a crew of nobody.
func NewCrew() *Crew {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails (Go 1.24)
	return &Crew{id: binary.BigEndian.Uint32(b[:]), start: time.Now()}
}

// now is the crew's clock: monotonic nanoseconds.
func (c *Crew) now() int64 { return int64(time.Since(c.start)) }

// markSize is the length of a mark: magic, crew, sender, time.
const markSize = 4 + 4 + 4 + 8

const markMagic = 0x59414b55 // "YAKU"

// mark says who sent a packet and when.
type mark struct {
	crew, sender uint32
	sent         int64 // by the crew's clock
}

// put writes m to the last bytes of b, which must have room.
func (m mark) put(b []byte) {
	b = b[len(b)-markSize:]
	binary.BigEndian.PutUint32(b, markMagic)
	binary.BigEndian.PutUint32(b[4:], m.crew)
	binary.BigEndian.PutUint32(b[8:], m.sender)
	binary.BigEndian.PutUint64(b[12:], uint64(m.sent))
}

// readMark reads the mark at the end of a payload.
func readMark(payload []byte) (mark, bool) {
	if len(payload) < markSize {
		return mark{}, false
	}
	b := payload[len(payload)-markSize:]
	if binary.BigEndian.Uint32(b) != markMagic {
		return mark{}, false
	}
	return mark{
		crew: binary.BigEndian.Uint32(b[4:]), sender: binary.BigEndian.Uint32(b[8:]),
		sent: int64(binary.BigEndian.Uint64(b[12:])),
	}, true
}

// padOpus turns an Opus packet of one frame (code 0) into one of the same frame with room for a mark at
// its end: code 3, one frame, constant rate, with padding (RFC 6716 section 3.2.5). A decoder plays
// both alike.
func padOpus(packet []byte) ([]byte, error) {
	if len(packet) < 2 || packet[0]&3 != 0 {
		return nil, errors.New("not an Opus packet of one frame")
	}
	out := make([]byte, 0, len(packet)+2+markSize)
	out = append(out, packet[0]|3, 0x40|1, markSize)
	out = append(out, packet[1:]...)
	return append(out, make([]byte, markSize)...), nil
}

// frame is one piece of a clip, with room for a mark at its end.
type frame struct {
	data []byte
	key  bool
}

// clips are the sample sound and picture, ready to be sent.
type clips struct {
	audio []frame // 20 ms each
	video []frame // a second over videoRate each; the first is a key frame
}

const (
	audioTime   = 20 * time.Millisecond
	videoRate   = 15
	clipWidth   = 320
	clipHeight  = 180
	audioClock  = 48000
	videoClock  = 90000
	videoPacket = 1200 // bytes of RTP payload at most
)

// loadClips reads the embedded clips.
func loadClips() (clips, error) {
	audio, err := readVoice(voiceOgg)
	if err != nil {
		return clips{}, fmt.Errorf("read sample sound: %w", err)
	}
	video, err := readPattern(patternIVF)
	if err != nil {
		return clips{}, fmt.Errorf("read sample picture: %w", err)
	}
	return clips{audio, video}, nil
}

func readVoice(ogg []byte) ([]frame, error) {
	r, _, err := oggreader.NewWith(bytes.NewReader(ogg))
	if err != nil {
		return nil, err
	}
	var out []frame
	for {
		page, head, err := r.ParseNextPage()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if head.GranulePosition == 0 { // the comment header
			continue
		}
		data, err := padOpus(page)
		if err != nil {
			return nil, err
		}
		out = append(out, frame{data: data})
	}
	if len(out) == 0 {
		return nil, errors.New("empty clip")
	}
	return out, nil
}

func readPattern(ivf []byte) ([]frame, error) {
	r, head, err := ivfreader.NewWith(bytes.NewReader(ivf))
	if err != nil {
		return nil, err
	}
	if head.FourCC != "VP80" {
		return nil, fmt.Errorf("codec %q", head.FourCC)
	}
	var out []frame
	for {
		data, _, err := r.ParseNextFrame()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		f := frame{data: make([]byte, len(data)+markSize), key: len(data) > 0 && data[0]&1 == 0}
		copy(f.data, data)
		out = append(out, f)
	}
	if len(out) == 0 || !out[0].key {
		return nil, errors.New("the clip does not begin with a key frame")
	}
	return out, nil
}
