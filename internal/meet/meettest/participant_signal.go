package meettest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v4"
	"google.golang.org/protobuf/proto"
)

// protocol is the version of LiveKit's signalling that is spoken: two peer connections, protobuf.
const protocol = "15"

// maxSignal is the largest message taken from the engine: an offer for a meeting of 200.
const maxSignal = 8 << 20

// signal is the WebSocket to the media engine.
type signal struct {
	ws  *websocket.Conn
	ctx context.Context // for writing; outlives the stay long enough to say good-bye
	end context.CancelFunc
}

// dialSignal connects with the ticket and the client's cookies: a ticket is bound to its session.
func dialSignal(ctx context.Context, c *Client, t Ticket, deaf bool) (*signal, error) {
	u := c.base.JoinPath(t.MediaPath, "rtc")
	u.Scheme = strings.Replace(u.Scheme, "http", "ws", 1)
	q := url.Values{
		"access_token": {t.Token}, "protocol": {protocol}, "auto_subscribe": {"1"}, "adaptive_stream": {"0"},
		"sdk": {"go"}, "version": {"1"},
	}
	if deaf {
		q.Set("auto_subscribe", "0")
	}
	u.RawQuery = q.Encode()
	dctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	ws, res, err := websocket.Dial(dctx, u.String(), &websocket.DialOptions{
		HTTPClient: c.ws, HTTPHeader: http.Header{"Origin": {c.base.String()}},
	})
	if err != nil {
		if res != nil && res.StatusCode >= 300 {
			body, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
			return nil, fmt.Errorf("connect signalling: %w", readProblem(res.StatusCode, body))
		}
		// The address holds the token, which must not be in anybody's log.
		var shown *url.Error
		if errors.As(err, &shown) {
			err = shown.Err
		}
		return nil, reachError(ctx, fmt.Errorf("connect signalling: %w", err))
	}
	ws.SetReadLimit(maxSignal)
	s := &signal{ws: ws}
	s.ctx, s.end = context.WithCancel(context.Background())
	return s, nil
}

func (s *signal) send(m *livekit.SignalRequest) error {
	b, err := proto.Marshal(m)
	if err != nil {
		return fmt.Errorf("write signal: %w", err)
	}
	ctx, cancel := context.WithTimeout(s.ctx, 10*time.Second)
	defer cancel()
	if err := s.ws.Write(ctx, websocket.MessageBinary, b); err != nil {
		return ErrSignal.Because("write signal: %w", err)
	}
	return nil
}

func (s *signal) read(ctx context.Context) (*livekit.SignalResponse, error) {
	kind, b, err := s.ws.Read(ctx)
	if err != nil {
		return nil, ErrSignal.Because("read signal: %w", err)
	}
	if kind != websocket.MessageBinary {
		return nil, ErrSignal.Because("read signal: not binary")
	}
	m := &livekit.SignalResponse{}
	if err := proto.Unmarshal(b, m); err != nil {
		return nil, ErrSignal.Because("read signal: %w", err)
	}
	return m, nil
}

// leave says good-bye; nobody waits for an answer.
func (s *signal) leave() {
	_ = s.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_Leave{Leave: &livekit.LeaveRequest{
		Reason: livekit.DisconnectReason_CLIENT_INITIATED, Action: livekit.LeaveRequest_DISCONNECT,
	}}})
}

func (s *signal) close() {
	s.end()
	_ = s.ws.CloseNow()
}

func (s *signal) offer(d webrtc.SessionDescription, id uint32) error {
	return s.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_Offer{
		Offer: &livekit.SessionDescription{Type: d.Type.String(), Sdp: d.SDP, Id: id},
	}})
}

func (s *signal) answer(d webrtc.SessionDescription, id uint32) error {
	return s.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_Answer{
		Answer: &livekit.SessionDescription{Type: d.Type.String(), Sdp: d.SDP, Id: id},
	}})
}

func (s *signal) trickle(c *webrtc.ICECandidate, target livekit.SignalTarget) error {
	b, err := json.Marshal(c.ToJSON())
	if err != nil {
		return fmt.Errorf("write candidate: %w", err)
	}
	t := &livekit.TrickleRequest{Target: target, CandidateInit: string(b)}
	return s.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_Trickle{Trickle: t}})
}

func (s *signal) addTrack(r *livekit.AddTrackRequest) error {
	return s.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_AddTrack{AddTrack: r}})
}

// ping sends both forms the engine knows; it answers the second with the round trip.
func (s *signal) ping(now time.Time) error {
	if err := s.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_Ping{Ping: now.UnixMilli()}}); err != nil {
		return err
	}
	return s.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_PingReq{PingReq: &livekit.Ping{Timestamp: now.UnixMilli()}}})
}
