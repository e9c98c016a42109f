package sfu

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/livekit/livekit-server/pkg/rtc"
	"github.com/livekit/livekit-server/pkg/rtc/types"
	"github.com/livekit/protocol/livekit"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

// Present implements meet.Media.
func (e *Engine) Present() []meet.Presence {
	rooms, err := e.store.ListRooms(context.Background(), nil)
	if err != nil {
		// The store is a map in memory; it has no way to fail.
		e.conf.Log.Error("rooms not listed", "err", err)
		return nil
	}
	var out []meet.Presence
	for _, info := range rooms {
		room := e.rooms.GetRoom(context.Background(), livekit.RoomName(info.Name))
		if room == nil || isCheck(info.Name) {
			continue
		}
		for _, p := range room.GetParticipants() {
			if p.IsDisconnected() || p.IsClosed() {
				continue
			}
			out = append(out, e.presence(info.Name, p))
		}
	}
	return out
}

// presence is what the books are told of a participant. The engine calls one active when its primary transport is
// connected; one that has any other transport connected hears or is heard all the same, and has a path.
func (e *Engine) presence(room string, p types.LocalParticipant) meet.Presence {
	at := meet.Presence{
		Meeting: core.ID(room), Participant: core.ID(p.Identity()), Path: meet.PathUnknown,
		Connecting: p.State() != livekit.ParticipantInfo_ACTIVE,
	}
	if !at.Connecting || p.HasConnected() {
		at.Path = e.path(p)
	}
	return at
}

// path tells how a participant's media travels: relayed where any selected pair ends at one of our own
// relay's sockets.
func (e *Engine) path(p types.LocalParticipant) meet.Path {
	path := meet.PathUnknown
	for _, info := range p.GetICEConnectionInfo() {
		var newest *types.ICECandidateExtended
		for _, c := range info.Remote {
			if c.SelectedOrder > 0 && c.Candidate != nil && (newest == nil || c.SelectedOrder > newest.SelectedOrder) {
				newest = c
			}
		}
		if newest == nil {
			continue
		}
		addr, err := netip.ParseAddr(newest.Candidate.Address)
		if err != nil {
			continue
		}
		if e.conf.Relayed(netip.AddrPortFrom(addr.Unmap(), newest.Candidate.Port)) {
			return meet.PathRelay
		}
		path = meet.PathUDP
	}
	return path
}

// sources are the engine's names for what we call a source.
func sources(s meet.Source) []livekit.TrackSource {
	switch s {
	case meet.SourceMicrophone:
		return []livekit.TrackSource{livekit.TrackSource_MICROPHONE}
	case meet.SourceCamera:
		return []livekit.TrackSource{livekit.TrackSource_CAMERA}
	case meet.SourceScreen:
		return []livekit.TrackSource{livekit.TrackSource_SCREEN_SHARE, livekit.TrackSource_SCREEN_SHARE_AUDIO}
	}
	return nil
}

// find returns a room and a participant in it; nil where there is none.
func (e *Engine) find(ctx context.Context, meeting, participant core.ID) (*rtc.Room, types.LocalParticipant) {
	room := e.rooms.GetRoom(ctx, livekit.RoomName(meeting))
	if room == nil {
		return nil, nil
	}
	return room, room.GetParticipant(livekit.ParticipantIdentity(participant))
}

// Mute implements meet.Media.
func (e *Engine) Mute(ctx context.Context, meeting, participant core.ID, s meet.Source) error {
	_, p := e.find(ctx, meeting, participant)
	if p == nil {
		return nil
	}
	if s == meet.SourceScreen {
		return e.endShare(ctx, meeting, participant)
	}
	wanted := sources(s)
	for _, t := range p.GetPublishedTracks() {
		for _, w := range wanted {
			if t.Source() != w || t.IsMuted() {
				continue
			}
			_, err := e.rooms.MutePublishedTrack(ctx, &livekit.MuteRoomTrackRequest{
				Room: string(meeting), Identity: string(participant), TrackSid: string(t.ID()), Muted: true,
			})
			if err != nil {
				return fmt.Errorf("mute %s of %s: %w", s, participant, err)
			}
		}
	}
	return nil
}

// endShare takes the right to share away, which makes the engine end the share, and gives it back: a
// muted share would stay on every screen as a frozen picture.
func (e *Engine) endShare(ctx context.Context, meeting, participant core.ID) error {
	all := &livekit.ParticipantPermission{CanPublish: true, CanSubscribe: true}
	without := &livekit.ParticipantPermission{CanPublish: true, CanSubscribe: true, CanPublishSources: []livekit.TrackSource{
		livekit.TrackSource_MICROPHONE, livekit.TrackSource_CAMERA,
	}}
	for _, permission := range []*livekit.ParticipantPermission{without, all} {
		_, err := e.rooms.UpdateParticipant(ctx, &livekit.UpdateParticipantRequest{
			Room: string(meeting), Identity: string(participant), Permission: permission,
		})
		if err != nil {
			return fmt.Errorf("end share of %s: %w", participant, err)
		}
	}
	return nil
}

// Disconnect implements meet.Media.
func (e *Engine) Disconnect(ctx context.Context, meeting, participant core.ID) error {
	room, p := e.find(ctx, meeting, participant)
	if p == nil {
		return nil
	}
	room.RemoveParticipant(p.Identity(), "", types.ParticipantCloseReasonServiceRequestRemoveParticipant)
	return nil
}

// Close implements meet.Media.
func (e *Engine) Close(ctx context.Context, meeting core.ID) error {
	if room := e.rooms.GetRoom(ctx, livekit.RoomName(meeting)); room != nil {
		room.Close(types.ParticipantCloseReasonServiceRequestDeleteRoom)
	}
	return nil
}
