package meettest

import (
	"math"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"
)

// window is by how many sequence numbers a packet may come late and still count as received.
const window = 1024

// reception follows the sequence numbers and timestamps of one track, as RFC 3550 appendix A does.
type reception struct {
	started     bool
	first, last int64 // extended sequence numbers
	received    uint64
	repeated    uint64
	seen        [window / 64]uint64
	transit     int64
	jitter      float64 // in ticks of the track's clock
	lastArrival time.Duration
	packets     uint64 // with a payload
	keys        uint64
}

// see takes a packet. at is when it came, in ticks of the track's clock.
func (r *reception) see(seq uint16, stamp uint32, at int64) {
	if !r.started {
		r.started, r.first, r.last, r.received = true, int64(seq), int64(seq), 1
		r.seen[r.slot(int64(seq))] = r.bit(int64(seq))
		r.transit = at - int64(stamp)
		return
	}
	x := r.last + int64(int16(seq-uint16(r.last)))
	switch {
	case x > r.last:
		if x-r.last >= window {
			clear(r.seen[:])
		} else {
			for i := r.last + 1; i <= x; i++ {
				r.seen[r.slot(i)] &^= r.bit(i)
			}
		}
		r.last = x
	case r.last-x >= window:
		return // too late; it stays lost
	case r.seen[r.slot(x)]&r.bit(x) != 0:
		r.repeated++
		return
	case x < r.first:
		r.first = x
	}
	r.seen[r.slot(x)] |= r.bit(x)
	r.received++
	// Both clocks wrap or start anywhere; only the difference of differences counts, in 32 bits.
	d := int64(int32(uint32(at-r.transit) - stamp))
	r.transit = at - int64(stamp)
	r.jitter += (math.Abs(float64(d)) - r.jitter) / 16
}

func (*reception) slot(x int64) int   { return int(uint64(x) % window / 64) }
func (*reception) bit(x int64) uint64 { return 1 << (uint64(x) % 64) }

// lost is how many packets between the first and the last one did not come.
func (r *reception) lost() uint64 {
	if !r.started {
		return 0
	}
	return uint64(r.last-r.first+1) - r.received
}

// Histogram counts durations from a microsecond to an hour, each to about 3 %, in a fixed size. It may
// be used from many goroutines.
type Histogram struct {
	buckets [histogramSize]atomic.Uint64
}

const (
	histogramFine = 32 // steps within a power of two
	histogramSize = 32 * histogramFine
)

// Add counts one duration; a negative one counts as none.
func (h *Histogram) Add(d time.Duration) {
	h.buckets[bucket(uint64(max(d.Microseconds(), 0)))].Add(1)
}

func bucket(us uint64) int {
	if us < histogramFine {
		return int(us)
	}
	e := bits.Len64(us) - 6 // us>>e is in [32, 64)
	return min((e+1)*histogramFine+int(us>>e)-histogramFine, histogramSize-1)
}

// upper is the largest value of a bucket, in microseconds.
func upper(i int) uint64 {
	if i < histogramFine {
		return uint64(i)
	}
	e := i/histogramFine - 1
	return uint64(i%histogramFine+histogramFine+1)<<e - 1
}

// Merge adds what o counted.
func (h *Histogram) Merge(o *Histogram) {
	for i := range o.buckets {
		if n := o.buckets[i].Load(); n != 0 {
			h.buckets[i].Add(n)
		}
	}
}

// Count is how many durations were added.
func (h *Histogram) Count() uint64 {
	var n uint64
	for i := range h.buckets {
		n += h.buckets[i].Load()
	}
	return n
}

// Quantile returns a duration that the share q of all is not above; 0 when nothing was added.
func (h *Histogram) Quantile(q float64) time.Duration {
	total := h.Count()
	if total == 0 {
		return 0
	}
	rank := max(uint64(math.Ceil(q*float64(total))), 1)
	var n uint64
	for i := range h.buckets {
		if n += h.buckets[i].Load(); n >= rank {
			return time.Duration(upper(i)) * time.Microsecond
		}
	}
	return time.Duration(upper(histogramSize-1)) * time.Microsecond
}

func (h *Histogram) reset() {
	for i := range h.buckets {
		h.buckets[i].Store(0)
	}
}

// Flow is what came on one track since the participant began or was last rewound.
type Flow struct {
	Packets   uint64        // with a payload
	Bytes     uint64        // of payload
	Lost      uint64        // sequence numbers that never came
	Repeated  uint64        // packets that came more than once
	Jitter    time.Duration // RFC 3550
	KeyFrames uint64        // video only
	Quiet     time.Duration // since the last packet; 0 if there was none
}

// inbound is one received track.
type inbound struct {
	mu    sync.Mutex
	in    reception
	bytes uint64
	clock int64 // ticks a second
	video bool
}

// take counts one packet that arrived at the given time of the crew's clock.
func (t *inbound) take(seq uint16, stamp uint32, payload []byte, arrived time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.in.see(seq, stamp, int64(arrived/time.Microsecond)*t.clock/1e6)
	if len(payload) == 0 { // the engine's padding
		return
	}
	t.in.packets++
	t.bytes += uint64(len(payload))
	t.in.lastArrival = arrived
	if t.video && keyFrame(payload) {
		t.in.keys++
	}
}

func (t *inbound) flow(now time.Duration) Flow {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := Flow{
		Packets: t.in.packets, Bytes: t.bytes, Lost: t.in.lost(), Repeated: t.in.repeated, KeyFrames: t.in.keys,
		Jitter: time.Duration(t.in.jitter * float64(time.Second) / float64(t.clock)),
	}
	if t.in.packets > 0 {
		f.Quiet = max(now-t.in.lastArrival, 1)
	}
	return f
}

func (t *inbound) rewind() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.in, t.bytes = reception{}, 0
}

// keyFrame reports whether a VP8 RTP payload starts a key frame (RFC 7741 section 4.2, RFC 6386
// section 9.1).
func keyFrame(b []byte) bool {
	if len(b) == 0 || b[0]&0x10 == 0 || b[0]&0x07 != 0 {
		return false
	}
	i := 1
	if b[0]&0x80 != 0 {
		if len(b) < 2 {
			return false
		}
		x := b[1]
		i = 2
		if x&0x80 != 0 {
			if len(b) <= i {
				return false
			}
			if b[i]&0x80 != 0 {
				i++
			}
			i++
		}
		if x&0x40 != 0 {
			i++
		}
		if x&0x30 != 0 {
			i++
		}
	}
	return len(b) > i && b[i]&1 == 0
}
