package meettest

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
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

// leg is one peer connection.
type leg struct {
	pc        *webrtc.PeerConnection
	up        chan struct{} // closed when connected the first time
	once      sync.Once
	described bool                      // has a remote description; used by listen alone
	early     []webrtc.ICECandidateInit // came before it
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

func (c *call) newLeg(target livekit.SignalTarget) (*leg, error) {
	api, err := c.api()
	if err != nil {
		return nil, err
	}
	conf := webrtc.Configuration{BundlePolicy: webrtc.BundlePolicyMaxBundle}
	if c.p.opt.Via == Relay {
		conf.ICETransportPolicy = webrtc.ICETransportPolicyRelay
		for _, s := range c.p.ticket.ICEServers {
			conf.ICEServers = append(conf.ICEServers, webrtc.ICEServer{URLs: s.URLs, Username: s.Username, Credential: s.Credential})
		}
		if len(conf.ICEServers) == 0 {
			return nil, ErrNoMedia.Because("the server named no relay")
		}
	}
	pc, err := api.NewPeerConnection(conf)
	if err != nil {
		return nil, fmt.Errorf("make peer connection: %w", err)
	}
	l := &leg{pc: pc, up: make(chan struct{})}
	pc.OnICECandidate(func(x *webrtc.ICECandidate) {
		if x != nil {
			_ = c.s.trickle(x, target) // a broken signal is noticed where it is read
		}
	})
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			l.once.Do(func() { close(l.up) })
		}
	})
	return l, nil
}

// api sets pion up like a browser in an office: Opus and VP8, retransmission, reports, no mDNS, no
// STUN, and TURN over TLS that believes whom the client believes.
func (c *call) api() (*webrtc.API, error) {
	m := &webrtc.MediaEngine{}
	nack := webrtc.RTCPFeedback{Type: "nack"}
	for _, x := range []struct {
		kind webrtc.RTPCodecType
		p    webrtc.RTPCodecParameters
	}{
		{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecParameters{PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: audioClock, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1",
			RTCPFeedback: []webrtc.RTCPFeedback{nack},
		}}},
		{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecParameters{PayloadType: 96, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeVP8, ClockRate: videoClock,
			RTCPFeedback: []webrtc.RTCPFeedback{nack, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}},
		}}},
	} {
		if err := m.RegisterCodec(x.p, x.kind); err != nil {
			return nil, fmt.Errorf("register codec: %w", err)
		}
	}
	i := &interceptor.Registry{}
	if err := errors.Join(webrtc.ConfigureNack(m, i), webrtc.ConfigureRTCPReports(i)); err != nil {
		return nil, fmt.Errorf("configure feedback: %w", err)
	}
	s := webrtc.SettingEngine{LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}}
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	s.SetIncludeLoopbackCandidate(Loopback(c.p.client.Host()))
	if c.p.opt.Via == Relay {
		s.SetRelayAcceptanceMinWait(0) // there is nothing better to wait for
		s.SetICEProxyDialer(&relayDialer{ctx: c.p.ctx, conf: c.p.client.tls})
	}
	return webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(i), webrtc.WithSettingEngine(s)), nil
}

// relayDialer connects to a turns: server. pion would check its certificate against the system's roots
// only; the hook meant for proxies lets us do the handshake, without ALPN as browsers do.
type relayDialer struct {
	ctx  context.Context
	conf *tls.Config
}

// Dial implements proxy.Dialer.
func (d *relayDialer) Dial(network, addr string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(d.ctx, 10*time.Second)
	defer cancel()
	return (&tls.Dialer{Config: d.conf.Clone()}).DialContext(ctx, network, addr)
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
		return ErrSentOut.Because("%s", x.Leave.GetReason())
	case *livekit.SignalResponse_RequestResponse:
		if r := x.RequestResponse; r.GetReason() != livekit.RequestResponse_OK && r.GetReason() != livekit.RequestResponse_QUEUED {
			return ErrNoMedia.Because("the engine refused: %s %s", r.GetReason(), r.GetMessage())
		}
	}
	return nil
}

// describe takes the other side's description, and the candidates that came before it.
func (l *leg) describe(d webrtc.SessionDescription) error {
	if err := l.pc.SetRemoteDescription(d); err != nil {
		return ErrNoMedia.Because("take the engine's %s: %w", d.Type, err)
	}
	l.described = true
	early := l.early
	l.early = nil
	for _, x := range early {
		if err := l.pc.AddICECandidate(x); err != nil {
			return ErrNoMedia.Because("take candidate: %w", err)
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
			return ErrNoMedia.Because("not connected after %v: receiving %s, sending %s", connectTime, c.sub.pc.ICEConnectionState(), c.pub.pc.ICEConnectionState())
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
