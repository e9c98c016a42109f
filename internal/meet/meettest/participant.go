// Package meettest stands in for the people around a meeting. A Participant is one of them without a
// browser: it comes in through the public API, speaks to the media engine over the real ports, sends
// sound and picture and counts what it receives; tests, benches and "yakusho doctor" are made of it.
// RunStore is what every store of meetings has to pass, and the fakes stand in for what the service
// leans on.
//
// Nothing but tests, benches and cmd/yakusho's doctor may import it. It must not reach into the server:
// what a participant knows, it was told over the wire.
package meettest

import (
	"context"
	"errors"
	"sync"
	"time"

	"yakusho/internal/core"
)

// Via is the way media may take.
type Via string

// The ways. UDP offers no relay; Relay offers nothing else.
const (
	UDP   Via = "udp"
	Relay Via = "relay"
)

// Options says what a participant does in the meeting.
type Options struct {
	Via Via // "" is UDP
	// Silent sends nothing. Shape, if not nil, is sent instead of the sample clips.
	Silent bool
	Shape  *Shape
	// Deaf receives nothing.
	Deaf bool
}

// What ends a participant before it was asked to.
var (
	ErrNoMedia = core.Unavailable("no_media", "音声と映像の通信がつながりません。")
	ErrSlow    = core.Unavailable("too_slow", "通信は届きましたが、音声と映像の開始が時間内に終わりません。サーバーとこの端末の CPU が足りているか確かめてください。")
	ErrSignal  = core.Unavailable("signal_lost", "サーバーとの接続が切れました。")
	ErrSentOut = core.Gone("sent_out", "会議から出されたか、会議が終了しました。")
)

// connectTime is how long a participant tries to get its media through.
const connectTime = 20 * time.Second

// Participant is one headless participant of one meeting: it joins as a browser does, through the
// public API and the real ports, sends sound and picture, and counts what it receives.
//
// It does not take up a broken connection again: what it measures is one connection.
type Participant struct {
	crew    *Crew
	client  *Client
	meeting string
	opt     Options
	number  uint32 // within the crew

	ready  chan struct{} // closed when media can flow both ways
	done   chan struct{} // closed when Run has returned
	cancel context.CancelFunc
	ctx    context.Context // ends with Close
	run    sync.Once

	latency Histogram

	mu      sync.Mutex
	began   time.Time
	times   Times
	path    Path
	ticket  Ticket
	people  map[string]string // engine's name of a participant → identity
	tracks  []*received
	sources []*source
}

type received struct {
	inbound
	publisher string // the engine's name
}

// NewParticipant returns a participant that has not joined; Run makes it. The client must be allowed
// into the meeting: signed in and host or invited, or entered as a guest.
func (c *Crew) NewParticipant(client *Client, meeting string, o Options) *Participant {
	if o.Via == "" {
		o.Via = UDP
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &Participant{
		crew: c, client: client, meeting: meeting, opt: o, number: c.last.Add(1), ctx: ctx, cancel: cancel,
		ready: make(chan struct{}), done: make(chan struct{}), people: map[string]string{},
	}
}

// Run joins and stays until ctx ends or Close is called, and says good-bye then; the error is nil in
// that case. Any other end is an error: a *Problem of the server's, or one of the errors above. Run may
// be called once.
func (p *Participant) Run(ctx context.Context) error {
	err := errors.New("participant ran before")
	p.run.Do(func() {
		defer close(p.done)
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(p.ctx, cancel)()
		err = p.live(ctx)
		if ctx.Err() != nil {
			err = nil // it was asked to stop; what broke on the way out does not matter
		}
	})
	return err
}

// live is the whole stay.
func (p *Participant) live(ctx context.Context) error {
	p.mu.Lock()
	p.began = time.Now()
	p.mu.Unlock()
	t, err := p.client.Join(ctx, p.meeting)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.ticket, p.times.Ticket = t, time.Since(p.began)
	p.mu.Unlock()

	s, err := dialSignal(ctx, p.client, t, p.opt.Deaf)
	if err != nil {
		return err
	}
	defer s.close()
	call, err := newCall(ctx, p, s)
	if err != nil {
		return err
	}
	defer call.close()

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	listening, attending := make(chan struct{}), make(chan struct{})
	go func() { defer close(listening); cancel(call.listen()) }()
	go func() { defer close(attending); cancel(call.attend(ctx)) }()
	<-ctx.Done()
	err = context.Cause(ctx)
	<-attending
	s.leave()
	// The engine hangs up after our good-bye; hanging up first could overtake it.
	select {
	case <-listening:
	case <-time.After(time.Second):
	}
	s.close()
	<-listening
	return err
}

// Ready is closed when media can flow both ways.
func (p *Participant) Ready() <-chan struct{} { return p.ready }

// Close makes Run return and waits for it. It must not be called before Run.
func (p *Participant) Close() {
	p.cancel()
	<-p.done
}

// Path is the way media really takes, by the selected candidate pairs of both directions.
type Path string

// The paths. PathMixed is one direction relayed and the other not.
const (
	PathNone  Path = ""
	PathUDP   Path = "udp"
	PathRelay Path = "relay"
	PathMixed Path = "mixed"
)

// Times is how long after the beginning of the join something came; 0 is not yet.
type Times struct {
	Ticket     time.Duration // POST …/join answered
	Signal     time.Duration // the engine's welcome on the WebSocket
	Connected  time.Duration // ICE and DTLS done, both directions
	FirstAudio time.Duration // from anybody else
	FirstVideo time.Duration // from anybody else; it begins with a key frame
}

// FirstMedia is the earlier of the first sound and the first picture.
func (t Times) FirstMedia() time.Duration {
	if t.FirstAudio == 0 || t.FirstVideo != 0 && t.FirstVideo < t.FirstAudio {
		return t.FirstVideo
	}
	return t.FirstAudio
}

// Stats is what a participant saw. Everything but times and path counts from the last Rewind.
type Stats struct {
	Participant     string // identity in the meeting
	Times           Times
	Path            Path
	PacketsSent     uint64
	BytesSent       uint64 // payload
	Skipped         uint64 // frames not sent because this process was too busy: the figures then say little about the server
	PacketsReceived uint64
	BytesReceived   uint64
	Lost            uint64
	Jitter          time.Duration // the worst of all tracks
	Latency         *Histogram    // from a sender of the same crew to here, by the media engine
	From            map[string]Heard
}

// Heard is what came from one other participant.
type Heard struct {
	Audio, Video Flow
}

// Loss is the share of packets that were lost, from 0 to 1.
func (s Stats) Loss() float64 {
	if s.PacketsReceived+s.Lost == 0 {
		return 0
	}
	return float64(s.Lost) / float64(s.PacketsReceived+s.Lost)
}

// Stats returns what was seen so far. The histogram is a copy.
func (p *Participant) Stats() Stats {
	now := time.Duration(p.crew.now())
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Stats{Participant: p.ticket.Participant, Times: p.times, Path: p.path, Latency: &Histogram{}, From: map[string]Heard{}}
	s.Latency.Merge(&p.latency)
	for _, x := range p.sources {
		s.PacketsSent += x.packets.Load()
		s.BytesSent += x.bytes.Load()
		s.Skipped += x.skipped.Load()
	}
	for _, t := range p.tracks {
		f := t.flow(now)
		s.PacketsReceived += f.Packets
		s.BytesReceived += f.Bytes
		s.Lost += f.Lost
		s.Jitter = max(s.Jitter, f.Jitter)
		who, known := p.people[t.publisher]
		if !known {
			who = t.publisher
		}
		h := s.From[who]
		if t.video {
			h.Video = f
		} else {
			h.Audio = f
		}
		s.From[who] = h
	}
	return s
}

// Rewind forgets what was counted, but not when things came first. A measurement begins here.
func (p *Participant) Rewind() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.tracks {
		t.rewind()
	}
	for _, x := range p.sources {
		x.packets.Store(0)
		x.bytes.Store(0)
		x.skipped.Store(0)
	}
	p.latency.reset()
}

// first notes the time of something that happens once.
func (p *Participant) first(at func(*Times) *time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if d := at(&p.times); *d == 0 {
		*d = max(time.Since(p.began), 1)
	}
}

// know learns who a participant of the engine is.
func (p *Participant) know(sid, identity string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.people[sid] = identity
}

// Identity is who the participant is in the meeting; "" before it was let in.
func (p *Participant) Identity() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ticket.Participant
}
