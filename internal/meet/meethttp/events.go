package meethttp

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/httpx"
	"yakusho/internal/meet"
)

// events is a room's event stream. Chat that was missed comes first, from the store; from then on
// everything in the order in which it happened.
func (a *API) events(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	id, err := meetingID(r.PathValue("meeting"))
	if err != nil {
		httpx.Error(w, r, err)
		return
	}
	after := lastSeen(r)
	// The ear is opened before the past is read: what is written in between comes twice rather than not
	// at all, and the second time is left out by its number.
	a.await(ctx, id)
	sub, me, err := a.Service.Listen(ctx, id)
	if err != nil {
		httpx.Error(w, r, err)
		return
	}
	defer a.Service.Unlisten(sub)
	s, err := httpx.NewStream(w, r)
	if err != nil {
		return
	}
	defer s.Close()
	f := feed{api: a, stream: s, meeting: id, after: after}
	if err := f.past(ctx); err != nil {
		return
	}
	relay := meet.RelayID(me.ID, core.ActorFrom(ctx).Session)
	if err := f.ice(ctx, relay); err != nil {
		return
	}
	f.run(ctx, sub, relay)
}

// awaited is how long a call waits for its caller to be in the meeting. It must be less than a screen waits for
// an answer, which is eight seconds.
const awaited = 6 * time.Second

func (a *API) await(ctx context.Context, id core.ID) {
	ctx, cancel := context.WithTimeout(ctx, awaited)
	defer cancel()
	a.Service.Await(ctx, id)
}

// lastSeen is the number of the last chat message the browser has.
func lastSeen(r *http.Request) int64 {
	for _, v := range []string{httpx.LastEventID(r), r.URL.Query().Get("after")} {
		if n, err := strconv.ParseInt(v, 10, 64); err == nil && n >= 0 {
			return n
		}
	}
	return 0
}

// feed writes one stream.
type feed struct {
	api     *API
	stream  *httpx.Stream
	meeting core.ID
	after   int64 // the last chat number sent
}

func (f *feed) run(ctx context.Context, sub *meet.Subscription, relay string) {
	beat := time.NewTicker(httpx.HeartbeatEvery)
	defer beat.Stop()
	fresh := time.NewTicker(iceEvery)
	defer fresh.Stop()
	for {
		var err error
		select {
		case <-f.stream.Done():
			return
		case <-beat.C:
			err = f.stream.Heartbeat()
		case <-fresh.C:
			err = f.ice(ctx, relay)
		case e, open := <-sub.Events:
			if !open {
				return
			}
			err = f.tell(ctx, e, sub)
		}
		if err != nil {
			return
		}
	}
}

// past sends the chat the browser has not seen.
func (f *feed) past(ctx context.Context) error {
	for {
		ms, err := f.api.Service.Chat(ctx, f.meeting, f.after)
		if err != nil {
			return err
		}
		for _, m := range ms {
			if err := f.chat(m); err != nil {
				return err
			}
		}
		if len(ms) == 0 {
			return nil
		}
	}
}

func (f *feed) chat(m meet.Message) error {
	if m.Number <= f.after {
		return nil
	}
	f.after = m.Number
	return f.stream.Send(strconv.FormatInt(m.Number, 10), "chat", message(m))
}

func (f *feed) ice(ctx context.Context, relay string) error {
	servers, err := f.api.iceServers(ctx, relay)
	if err != nil {
		return err
	}
	return f.stream.Send("", "ice", servers)
}

func (f *feed) tell(ctx context.Context, e meet.Event, sub *meet.Subscription) error {
	switch e.Kind {
	case meet.EventChat:
		if e.Message.Number > f.after+1 {
			// Two writers overtook each other on the way here: take the missing from the store.
			return f.past(ctx)
		}
		return f.chat(e.Message)
	case meet.EventReaction:
		return f.stream.Send("", "reaction", Reaction{Participant: string(e.Reaction.Participant), Kind: ReactionKind(e.Reaction.Kind)})
	case meet.EventNotice:
		return f.stream.Send("", "notice", Notice{Kind: NoticeKind(e.Notice.Kind), By: optional(e.Notice.By)})
	case meet.EventState:
		return f.state(ctx)
	}
	return nil
}

// state sends what the room looks like now.
func (f *feed) state(ctx context.Context) error {
	r, err := f.api.Service.Room(ctx, f.meeting)
	if errors.Is(err, meet.ErrRemoved) {
		return err
	}
	if err != nil {
		return err
	}
	m, err := f.api.render(ctx, r.Meeting)
	if err != nil {
		return err
	}
	out := RoomState{Me: string(r.Me.ID), Meeting: m, Roster: make([]RosterEntry, 0, len(r.Roster))}
	for _, e := range r.Roster {
		out.Roster = append(out.Roster, RosterEntry{
			Participant: string(e.ID), Name: e.Name, Department: e.Department, Office: e.Office, Guest: e.Guest(),
			Host: e.Host, Present: e.Present, HandRaisedAt: optional(e.Hand), Path: optional(RosterEntryPath(e.Path)),
		})
	}
	return f.stream.Send("", "state", out)
}
