package sfu

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/livekit/livekit-server/pkg/routing"
	"github.com/livekit/livekit-server/pkg/service"
	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/logger"
	"google.golang.org/protobuf/proto"
)

// sessions is handed every client's signal stream, and puts the filter in front of it.
type sessions struct {
	rooms *service.RoomManager
	log   *slog.Logger
}

// Logger implements service.SessionHandler.
func (s *sessions) Logger(context.Context) logger.Logger { return logger.GetLogger() }

// HandleSession implements service.SessionHandler.
func (s *sessions) HandleSession(ctx context.Context, init routing.ParticipantInit, _ livekit.ConnectionID, in routing.MessageSource, out routing.MessageSink) error {
	f := &filtered{MessageSource: in, out: make(chan proto.Message), done: make(chan struct{})}
	go f.run(func(m *livekit.SignalRequest) bool {
		if allowed(m) {
			return true
		}
		s.log.Debug("signal message dropped", "participant", string(init.Identity), "message", fmt.Sprintf("%T", m.GetMessage()))
		return false
	})
	err := s.rooms.StartSession(ctx, init, f, tokenless{out}, false)
	if err != nil {
		f.Close()
	}
	return err
}

// allowed is the list of what a client may ask of the engine. Everything a meeting does beyond sending
// and receiving goes through our API, where it is decided and remembered.
func allowed(m *livekit.SignalRequest) bool {
	switch m.GetMessage().(type) {
	case *livekit.SignalRequest_Offer, *livekit.SignalRequest_Answer, *livekit.SignalRequest_Trickle,
		*livekit.SignalRequest_AddTrack, *livekit.SignalRequest_Mute, *livekit.SignalRequest_Leave,
		*livekit.SignalRequest_Subscription, *livekit.SignalRequest_TrackSetting, *livekit.SignalRequest_SyncState,
		*livekit.SignalRequest_UpdateLayers, *livekit.SignalRequest_UpdateAudioTrack, *livekit.SignalRequest_UpdateVideoTrack,
		*livekit.SignalRequest_Ping, *livekit.SignalRequest_PingReq:
		return true
	}
	return false
}

// tokenless keeps the engine's own tokens from the browser: only our tickets open the gate.
type tokenless struct{ routing.MessageSink }

// WriteMessage implements routing.MessageSink.
func (t tokenless) WriteMessage(m proto.Message) error {
	if r, ok := m.(*livekit.SignalResponse); ok && r.GetRefreshToken() != "" {
		return nil
	}
	return t.MessageSink.WriteMessage(m)
}

// filtered is a signal stream without the messages that are not allowed.
type filtered struct {
	routing.MessageSource
	out  chan proto.Message
	done chan struct{}
}

func (f *filtered) run(keep func(*livekit.SignalRequest) bool) {
	defer close(f.out)
	for m := range f.MessageSource.ReadChan() {
		if r, ok := m.(*livekit.SignalRequest); ok && !keep(r) {
			continue
		}
		select {
		case f.out <- m:
		case <-f.done:
			return
		}
	}
}

// ReadChan implements routing.MessageSource.
func (f *filtered) ReadChan() <-chan proto.Message { return f.out }

// Close implements routing.MessageSource.
func (f *filtered) Close() {
	f.MessageSource.Close()
	select {
	case <-f.done:
	default:
		close(f.done)
	}
}
