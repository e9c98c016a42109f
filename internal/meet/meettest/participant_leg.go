package meettest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
)

// leg is one peer connection.
type leg struct {
	pc        *webrtc.PeerConnection
	up        chan struct{} // closed when connected the first time
	once      sync.Once
	described bool                      // has a remote description; used by listen alone
	early     []webrtc.ICECandidateInit // came before it
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
