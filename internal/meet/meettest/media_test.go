package meettest

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
)

func TestClipsAreSmallAndLoop(t *testing.T) {
	t.Parallel()
	if n := len(voiceOgg) + len(patternIVF); n > 150_000 {
		t.Errorf("the clips take %d bytes of the binary", n)
	}
	c, err := loadClips()
	if err != nil {
		t.Fatal(err)
	}
	if len(c.audio) < 140 || len(c.audio) > 160 {
		t.Errorf("%d sound packets, want about 150", len(c.audio))
	}
	if len(c.video) != 3*videoRate {
		t.Errorf("%d pictures, want %d", len(c.video), 3*videoRate)
	}
	for i, f := range c.video {
		if f.key != (i%videoRate == 0) {
			t.Errorf("picture %d: key %v", i, f.key)
		}
	}
}

// An Opus decoder must find the very frame that was there before.
func TestPaddedOpusKeepsItsFrame(t *testing.T) {
	t.Parallel()
	packet := append([]byte{0x78}, bytes.Repeat([]byte{7, 9}, 30)...)
	padded, err := padOpus(packet)
	if err != nil {
		t.Fatal(err)
	}
	mark{crew: 1, sender: 2, sent: 3}.put(padded)
	toc, frame, err := onlyFrame(padded)
	if err != nil {
		t.Fatal(err)
	}
	if toc != packet[0]>>2 || !bytes.Equal(frame, packet[1:]) {
		t.Errorf("frame %x of configuration %x became %x of %x", packet[1:], packet[0]>>2, frame, toc)
	}
	if _, err := padOpus([]byte{0x79, 1, 2}); err == nil {
		t.Error("a packet of two frames was taken for one of one")
	}
	if _, err := padOpus(nil); err == nil {
		t.Error("an empty packet was taken")
	}
}

// onlyFrame reads a code 3 packet of one frame as RFC 6716 section 3.2.5 says.
func onlyFrame(p []byte) (toc byte, frame []byte, err error) {
	if p[0]&3 != 3 || p[1]&0x3f != 1 || p[1]&0x80 != 0 || p[1]&0x40 == 0 || p[2] == 255 {
		return 0, nil, errShape
	}
	return p[0] >> 2, p[3 : len(p)-int(p[2])], nil
}

var errShape = rtpError("not one padded frame")

type rtpError string

func (e rtpError) Error() string { return string(e) }

func TestMarkComesBack(t *testing.T) {
	t.Parallel()
	want := mark{crew: math.MaxUint32, sender: 7, sent: math.MaxInt64}
	b := make([]byte, 100)
	want.put(b)
	got, ok := readMark(b)
	if !ok || got != want {
		t.Errorf("got %+v %v", got, ok)
	}
	for _, b := range [][]byte{nil, make([]byte, markSize-1), make([]byte, 100)} {
		if _, ok := readMark(b); ok {
			t.Errorf("found a mark in %d zeros", len(b))
		}
	}
}

func TestReceptionCountsWhatIsMissing(t *testing.T) {
	t.Parallel()
	run := func(seqs ...uint16) (lost, repeated uint64) {
		var r reception
		for _, s := range seqs {
			r.see(s, 0, 0)
		}
		return r.lost(), r.repeated
	}
	type result struct{ Lost, Repeated uint64 }
	for name, x := range map[string]struct {
		seqs []uint16
		want result
	}{
		"nothing":                        {nil, result{}},
		"one":                            {[]uint16{9}, result{}},
		"in order":                       {[]uint16{1, 2, 3}, result{}},
		"a gap":                          {[]uint16{1, 2, 5}, result{2, 0}},
		"a gap filled late":              {[]uint16{1, 2, 5, 4, 3}, result{}},
		"twice":                          {[]uint16{1, 2, 2, 1}, result{0, 2}},
		"around zero":                    {[]uint16{65534, 65535, 0, 2}, result{1, 0}},
		"around zero, out of order":      {[]uint16{65535, 1, 0}, result{}},
		"before the first":               {[]uint16{10, 9, 8}, result{}},
		"before the first, with a gap":   {[]uint16{10, 8}, result{1, 0}},
		"a jump":                         {[]uint16{1, 5001}, result{4999, 0}},
		"too late to count":              {[]uint16{1, 2, 4, 2000, 3}, result{1996, 0}},
		"a slot of the window used anew": {[]uint16{1, 600, 1200, 601}, result{1196, 0}},
	} {
		lost, repeated := run(x.seqs...)
		if d := cmp.Diff(x.want, result{lost, repeated}); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestJitterIsZeroForASteadyTrackAndGrowsWithUnsteadyArrival(t *testing.T) {
	t.Parallel()
	steady, shaky := reception{}, reception{}
	for i := range 200 {
		stamp := uint32(4294960000) + uint32(i)*960 // wraps
		steady.see(uint16(i), stamp, int64(i)*960)
		shaky.see(uint16(i), stamp, int64(i)*960+int64(i%2)*480) // 10 ms to and fro
	}
	if steady.jitter != 0 {
		t.Errorf("steady track has a jitter of %f", steady.jitter)
	}
	if shaky.jitter < 470 || shaky.jitter > 480 {
		t.Errorf("10 ms to and fro gives a jitter of %f ticks, want nearly 480", shaky.jitter)
	}
}

func TestHistogramIsWithinThreePercent(t *testing.T) {
	t.Parallel()
	for us := uint64(0); us < 5_000_000; us += 1 + us/97 {
		i := bucket(us)
		if hi := upper(i); hi < us || float64(hi-us) > 0.0323*float64(us) {
			t.Fatalf("%d µs falls into a bucket up to %d", us, hi)
		}
		if i > 0 && upper(i-1) >= us {
			t.Fatalf("%d µs belongs to an earlier bucket than %d", us, i)
		}
	}
	var h, all Histogram
	for i := 1; i <= 1000; i++ {
		h.Add(time.Duration(i) * time.Millisecond)
	}
	h.Add(-time.Second)
	h.Add(1000 * time.Hour)
	all.Merge(&h)
	if n := all.Count(); n != 1002 {
		t.Errorf("counted %d", n)
	}
	for q, want := range map[float64]time.Duration{.5: 500 * time.Millisecond, .99: 990 * time.Millisecond} {
		if got := all.Quantile(q); math.Abs(float64(got-want)) > 0.04*float64(want) {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
	if (&Histogram{}).Quantile(.5) != 0 {
		t.Error("an empty histogram has a median")
	}
}

func TestKeyFramesAreRecognised(t *testing.T) {
	t.Parallel()
	buf := make([]byte, 64)
	for _, key := range []bool{true, false} {
		head := putDescriptor(buf, true, 77)
		putFrameHeader(buf[head:], key)
		if keyFrame(buf) != key {
			t.Errorf("a frame with key %v is taken for the opposite", key)
		}
		var p codecs.VP8Packet
		rest, err := p.Unmarshal(buf)
		if err != nil || p.S != 1 || p.PictureID != 77 || !bytes.Equal(rest, buf[head:]) {
			t.Errorf("pion reads our descriptor as %+v, %v", p, err)
		}
		clear(buf)
	}
	putDescriptor(buf, false, 1)
	if keyFrame(buf) {
		t.Error("the second packet of a frame is no key frame")
	}
}

func FuzzOutsideBytes(f *testing.F) {
	whole, err := (&rtp.Packet{Header: rtp.Header{Version: 2, Padding: true, PaddingSize: 3}, Payload: []byte{0x90, 0x80, 0x80, 1, 0}}).Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte{0x90, 0xf0, 0x80})
	f.Add([]byte{0x80, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x78, 1, 2, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = keyFrame(b)
		if m, ok := readMark(b); ok {
			c := make([]byte, markSize)
			m.put(c)
			if !bytes.Equal(c, b[len(b)-markSize:]) {
				t.Errorf("mark %+v was read from %x but is written %x", m, b, c)
			}
		}
		if p, err := padOpus(b); err == nil {
			if _, frame, err := onlyFrame(p); err != nil || !bytes.Equal(frame, b[1:]) {
				t.Errorf("padding %x lost its frame: %v", b, err)
			}
		}
		var head rtp.Header
		if payload, err := parse(&head, b); err == nil && len(payload) > len(b) {
			t.Error("payload longer than the packet")
		}
	})
}

func FuzzReception(f *testing.F) {
	f.Add([]byte{0, 1, 0, 2, 0, 5, 0, 3})
	f.Add([]byte{255, 255, 0, 0, 255, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var r reception
		for i := 0; i+1 < len(b); i += 2 {
			r.see(uint16(b[i])<<8|uint16(b[i+1]), uint32(i), int64(i))
			if r.received > uint64(r.last-r.first+1) {
				t.Fatalf("received %d of %d packets", r.received, r.last-r.first+1)
			}
		}
	})
}
