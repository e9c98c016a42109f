package meettest

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// call is a participant's media connection: one peer connection to send on (we offer), one to receive
// on (the engine offers).
type call struct {
	p    *Participant
	s    *signal
	join *livekit.JoinResponse
	pub  *leg
	sub  *leg

	unanswered map[string]bool // tracks announced and not confirmed, by cid; used by listen alone
	clip       clips

	readers sync.WaitGroup
	mu      sync.Mutex
	closed  bool
	pong    time.Time
}

// newCall reads the engine's welcome and prepares both legs.
func newCall(ctx context.Context, p *Participant, s *signal) (*call, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	m, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	join := m.GetJoin()
	if join == nil {
		return nil, ErrSentOut.Because("the engine's first word is %T", m.GetMessage())
	}
	p.first(func(t *Times) *time.Duration { return &t.Signal })
	p.know(join.GetParticipant().GetSid(), join.GetParticipant().GetIdentity())
	for _, o := range join.GetOtherParticipants() {
		p.know(o.GetSid(), o.GetIdentity())
	}
	c := &call{p: p, s: s, join: join, unanswered: map[string]bool{}, pong: time.Now()}
	if !p.opt.Silent && p.opt.Shape == nil {
		if c.clip, err = loadClips(); err != nil {
			return nil, err
		}
	}
	if c.pub, err = c.newLeg(livekit.SignalTarget_PUBLISHER); err != nil {
		return nil, err
	}
	if c.sub, err = c.newLeg(livekit.SignalTarget_SUBSCRIBER); err != nil {
		c.close()
		return nil, err
	}
	c.sub.pc.OnTrack(c.receive)
	return c, nil
}

// close ends both legs and waits for everything that read from them.
func (c *call) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	for _, l := range []*leg{c.pub, c.sub} {
		if l != nil {
			_ = l.pc.GracefulClose()
		}
	}
	c.readers.Wait()
}

// reader starts a goroutine that close waits for, unless it is too late.
func (c *call) reader(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.readers.Go(f)
	}
}

// listen does what the engine says, until the signal ends.
func (c *call) listen() error {
	if err := c.announce(); err != nil {
		return err
	}
	for {
		m, err := c.s.read(c.s.ctx)
		if err != nil {
			return err
		}
		if err := c.obey(m); err != nil {
			return err
		}
	}
}

func (c *call) obey(m *livekit.SignalResponse) error {
	switch x := m.GetMessage().(type) {
	case *livekit.SignalResponse_Offer:
		return c.answer(x.Offer)
	case *livekit.SignalResponse_Answer:
		return c.pub.describe(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: x.Answer.GetSdp()})
	case *livekit.SignalResponse_Trickle:
		return c.candidate(x.Trickle)
	case *livekit.SignalResponse_Update:
		for _, o := range x.Update.GetParticipants() {
			c.p.know(o.GetSid(), o.GetIdentity())
		}
	case *livekit.SignalResponse_TrackPublished:
		delete(c.unanswered, x.TrackPublished.GetCid())
		if len(c.unanswered) == 0 {
			return c.offer()
		}
	case *livekit.SignalResponse_Pong, *livekit.SignalResponse_PongResp:
		c.mu.Lock()
		c.pong = time.Now()
		c.mu.Unlock()
	case *livekit.SignalResponse_Leave:
		switch x.Leave.GetReason() {
		case livekit.DisconnectReason_CONNECTION_TIMEOUT, livekit.DisconnectReason_MEDIA_FAILURE, livekit.DisconnectReason_JOIN_FAILURE:
			return ErrNoMedia.Because("the engine gave up: %s", x.Leave.GetReason())
		}
		return ErrSentOut.Because("%s", x.Leave.GetReason())
	case *livekit.SignalResponse_RequestResponse:
		if r := x.RequestResponse; r.GetReason() != livekit.RequestResponse_OK && r.GetReason() != livekit.RequestResponse_QUEUED {
			return ErrNoMedia.Because("the engine refused: %s %s", r.GetReason(), r.GetMessage())
		}
	}
	return nil
}

func (c *call) candidate(t *livekit.TrickleRequest) error {
	var x webrtc.ICECandidateInit
	if err := json.Unmarshal([]byte(t.GetCandidateInit()), &x); err != nil {
		return ErrNoMedia.Because("read candidate: %w", err)
	}
	l := c.sub
	if t.GetTarget() == livekit.SignalTarget_PUBLISHER {
		l = c.pub
	}
	if !l.described {
		l.early = append(l.early, x)
		return nil
	}
	if err := l.pc.AddICECandidate(x); err != nil {
		return ErrNoMedia.Because("take candidate: %w", err)
	}
	return nil
}

// answer takes the engine's offer of what there is to receive.
func (c *call) answer(o *livekit.SessionDescription) error {
	if err := c.sub.describe(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: o.GetSdp()}); err != nil {
		return err
	}
	a, err := c.sub.pc.CreateAnswer(nil)
	if err == nil {
		err = c.sub.pc.SetLocalDescription(a)
	}
	if err != nil {
		return ErrNoMedia.Because("answer the engine: %w", err)
	}
	return c.s.answer(a, o.GetId())
}

// announce names the tracks that will be sent; the engine wants to know before it is offered them.
func (c *call) announce() error {
	if c.p.opt.Silent {
		return nil
	}
	var requests []*livekit.AddTrackRequest
	if s := c.p.opt.Shape; s == nil || s.AudioPerSecond > 0 {
		requests = append(requests, &livekit.AddTrackRequest{
			Cid: "audio", Name: "audio", Type: livekit.TrackType_AUDIO, Source: livekit.TrackSource_MICROPHONE, DisableRed: true,
		})
	}
	if s := c.p.opt.Shape; s == nil || s.FPS > 0 {
		requests = append(requests, &livekit.AddTrackRequest{
			Cid: "video", Name: "video", Type: livekit.TrackType_VIDEO, Source: livekit.TrackSource_CAMERA,
			Width: clipWidth, Height: clipHeight, // one layer, so none is named
		})
	}
	for _, r := range requests {
		c.unanswered[r.GetCid()] = true
	}
	for _, r := range requests {
		if err := c.s.addTrack(r); err != nil {
			return err
		}
	}
	return nil
}

// offer adds the announced tracks and offers them.
func (c *call) offer() error {
	add := func(kind, mime string) error {
		track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: mime}, kind, "stream-"+kind)
		if err != nil {
			return err
		}
		t, err := c.pub.pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		if err != nil {
			return err
		}
		x := &source{crew: c.p.crew, sender: c.p.number, track: track}
		c.p.mu.Lock()
		c.p.sources = append(c.p.sources, x)
		c.p.mu.Unlock()
		c.reader(func() { x.feedback(t.Sender()) })
		return nil
	}
	var err error
	if s := c.p.opt.Shape; s == nil || s.AudioPerSecond > 0 {
		err = add("audio", webrtc.MimeTypeOpus)
	}
	if s := c.p.opt.Shape; err == nil && (s == nil || s.FPS > 0) {
		err = add("video", webrtc.MimeTypeVP8)
	}
	if err != nil {
		return ErrNoMedia.Because("add track: %w", err)
	}
	o, err := c.pub.pc.CreateOffer(nil)
	if err == nil {
		err = c.pub.pc.SetLocalDescription(o)
	}
	if err != nil {
		return ErrNoMedia.Because("offer: %w", err)
	}
	return c.s.offer(o, 1)
}

// feedback reads what receivers say about a sent track, until the leg closes.
func (s *source) feedback(from *webrtc.RTPSender) {
	for {
		packets, _, err := from.ReadRTCP()
		if err != nil {
			return
		}
		for _, x := range packets {
			switch x.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				s.wanted.Store(true)
			}
		}
	}
}

// send plays everything that was announced, until ctx ends.
func (c *call) send(ctx context.Context) {
	c.p.mu.Lock()
	sources := c.p.sources
	c.p.mu.Unlock()
	var wg sync.WaitGroup
	for _, x := range sources {
		audio := x.track.Kind() == webrtc.RTPCodecTypeAudio
		shape := c.p.opt.Shape
		switch {
		case shape != nil && audio:
			wg.Go(func() { x.shapeAudio(ctx, *shape) })
		case shape != nil:
			wg.Go(func() { x.shapeVideo(ctx, *shape) })
		case audio:
			wg.Go(func() { x.playAudio(ctx, c.clip.audio) })
		default:
			wg.Go(func() { x.playVideo(ctx, c.clip.video) })
		}
	}
	wg.Wait()
}

// attend waits for the media to get through, sends it, and keeps watch.
func (c *call) attend(ctx context.Context) error {
	late := time.NewTimer(connectTime)
	defer late.Stop()
	legs := []*leg{c.sub}
	if !c.p.opt.Silent {
		legs = append(legs, c.pub)
	}
	for _, l := range legs {
		select {
		case <-l.up:
		case <-ctx.Done():
			return nil
		case <-late.C:
			states := fmt.Errorf("not connected after %v: receiving %s, sending %s", connectTime, c.sub.pc.ICEConnectionState(), c.pub.pc.ICEConnectionState())
			if s := l.pc.ICEConnectionState(); s == webrtc.ICEConnectionStateConnected || s == webrtc.ICEConnectionStateCompleted {
				return ErrSlow.Because("%w", states) // packets pass; the handshake over them did not end
			}
			return ErrNoMedia.Because("%w", states)
		}
	}
	c.p.first(func(t *Times) *time.Duration { return &t.Connected })
	c.watchPath(legs)
	close(c.p.ready)

	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wg.Go(func() { c.send(ctx) })

	interval, patience := time.Duration(c.join.GetPingInterval())*time.Second, time.Duration(c.join.GetPingTimeout())*time.Second
	if interval <= 0 {
		interval, patience = 5*time.Second, 15*time.Second
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var pinged time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			c.watchPath(legs)
			for _, l := range legs {
				if s := l.pc.ConnectionState(); s == webrtc.PeerConnectionStateFailed || s == webrtc.PeerConnectionStateClosed {
					return ErrNoMedia.Because("connection %s", s)
				}
			}
			c.mu.Lock()
			silent := now.Sub(c.pong)
			c.mu.Unlock()
			if silent > interval+patience {
				return ErrSignal.Because("no answer to a ping for %v", silent)
			}
			if now.Sub(pinged) >= interval {
				pinged = now
				if err := c.s.ping(now); err != nil {
					return err
				}
			}
		}
	}
}

// watchPath notes by which candidate pairs the media goes.
func (c *call) watchPath(legs []*leg) {
	path := PathNone
	for _, l := range legs {
		pair, err := l.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
		if err != nil || pair == nil {
			continue
		}
		now := PathUDP
		if pair.Local.Typ == webrtc.ICECandidateTypeRelay {
			now = PathRelay
		}
		if path != PathNone && path != now {
			now = PathMixed
		}
		path = now
	}
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	c.p.path = path
}
