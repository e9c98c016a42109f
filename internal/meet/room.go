package meet

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"yakusho/internal/core"
)

// Room is what a participant's screen shows of a meeting.
type Room struct {
	Meeting Meeting
	Me      Participant
	Host    bool // the caller has the host's powers
	Roster  []Entry
}

// Entry is one line of the list of participants.
type Entry struct {
	Participant
	Host    bool
	Present bool
	Path    Path
	Hand    time.Time // zero: down
}

// member returns the meeting and the caller's part in it, for one who has been admitted and not
// removed.
func (s *Service) member(ctx context.Context, id core.ID) (Meeting, Participant, error) {
	who := SubjectOf(core.ActorFrom(ctx))
	if who == "" {
		return Meeting{}, Participant{}, ErrSignIn
	}
	m, err := s.Store.Meeting(ctx, id)
	if err != nil {
		return Meeting{}, Participant{}, fmt.Errorf("find meeting %s: %w", id, err)
	}
	p, err := s.Store.Participant(ctx, id, who)
	switch {
	case errors.Is(err, ErrNotHere), err == nil && p.AdmittedAt.IsZero():
		return Meeting{}, Participant{}, ErrNotInvited
	case err != nil:
		return Meeting{}, Participant{}, fmt.Errorf("find participant: %w", err)
	case !p.RemovedAt.IsZero():
		return Meeting{}, Participant{}, ErrRemoved
	}
	return m, p, nil
}

// insider is member for what can only be done while the meeting lasts.
func (s *Service) insider(ctx context.Context, id core.ID) (Meeting, Participant, error) {
	m, p, err := s.member(ctx, id)
	if err == nil && m.State == StateEnded {
		err = ErrEnded
	}
	return m, p, err
}

// attendee is insider for what takes being in the meeting now: hearing and being heard.
func (s *Service) attendee(ctx context.Context, id core.ID) (Meeting, Participant, error) {
	m, p, err := s.insider(ctx, id)
	if err != nil || s.hub.inside(id, p.ID) {
		return m, p, err
	}
	// Whoever was put out since that look is told so.
	if _, _, err := s.insider(ctx, id); err != nil {
		return Meeting{}, Participant{}, err
	}
	return Meeting{}, Participant{}, ErrAway
}

// Await waits until the caller is in the meeting, or ctx ends. After a restart or a lost line a screen asks at the same
// time as its media connect, and is as good as there.
func (s *Service) Await(ctx context.Context, id core.ID) {
	_, p, err := s.insider(ctx, id)
	if err != nil {
		return // the call that follows says why
	}
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for !s.hub.inside(id, p.ID) {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

func hosts(m Meeting, a core.Actor) bool {
	return SubjectOf(a) == m.Host || a.Has(core.RoleOrganiser)
}

// Hosts reports whether the actor has the host's powers in m.
func Hosts(m Meeting, a core.Actor) bool { return SubjectOf(a) != "" && hosts(m, a) }

// Room returns the present state of a meeting to one of its participants.
func (s *Service) Room(ctx context.Context, id core.ID) (Room, error) {
	m, me, err := s.member(ctx, id)
	if err != nil {
		return Room{}, err
	}
	ps, err := s.Store.Participants(ctx, id)
	if err != nil {
		return Room{}, fmt.Errorf("list participants: %w", err)
	}
	r := Room{Meeting: m, Me: me, Host: hosts(m, core.ActorFrom(ctx))}
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	l := s.hub.rooms[id]
	for _, p := range ps {
		if p.AdmittedAt.IsZero() || !p.RemovedAt.IsZero() {
			continue
		}
		e := Entry{Participant: p, Host: p.Subject == m.Host}
		if l != nil {
			if stay, in := l.stays[p.ID]; in {
				e.Present, e.Path = true, stay.Path
			}
			e.Hand = l.hands[p.ID]
		}
		if !e.Present && p.ID != me.ID {
			continue // who was here before is the attendance's matter
		}
		r.Roster = append(r.Roster, e)
	}
	return r, nil
}

// Present returns how many are in a meeting and from which offices, for the list of today.
func (s *Service) Present(ctx context.Context, id core.ID) (int, []string, error) {
	if s.hub.count(id, "") == 0 {
		return 0, nil, nil
	}
	ps, err := s.Store.Participants(ctx, id)
	if err != nil {
		return 0, nil, fmt.Errorf("list participants: %w", err)
	}
	n, offices := 0, []string(nil)
	for _, p := range ps {
		if !s.hub.isPresent(id, p.ID) {
			continue
		}
		n++
		if p.Office != "" && !slices.Contains(offices, p.Office) {
			offices = append(offices, p.Office)
		}
	}
	return n, offices, nil
}

// Listen gives the screen of somebody who is in the meeting an ear. It closes when they have left. End it with
// Unlisten.
func (s *Service) Listen(ctx context.Context, id core.ID) (*Subscription, Participant, error) {
	_, p, err := s.attendee(ctx, id)
	if err != nil {
		return nil, Participant{}, err
	}
	sub := s.hub.subscribe(id, p.ID, core.ActorFrom(ctx).Session)
	// Whatever put the caller out between that look and this ear did not find the ear to close it.
	if _, _, err := s.attendee(ctx, id); err != nil {
		s.hub.unsubscribe(sub)
		return nil, Participant{}, err
	}
	return sub, p, nil
}

// Unlisten ends a subscription.
func (s *Service) Unlisten(sub *Subscription) { s.hub.unsubscribe(sub) }

var keyForm = regexp.MustCompile(`^[0-9A-Za-z_-]{8,64}$`)

// Say writes into the chat. It returns when the message is on disk; then everyone is told.
func (s *Service) Say(ctx context.Context, id core.ID, key, text string) (Message, error) {
	_, p, err := s.attendee(ctx, id)
	if err != nil {
		return Message{}, err
	}
	if !keyForm.MatchString(key) {
		return Message{}, ErrKey
	}
	if text, err = CleanMessage(text); err != nil {
		return Message{}, err
	}
	if !s.hub.mayDo(id, p.ID, "say", 30, 10*time.Second) {
		return Message{}, ErrTooFast
	}
	m, err := s.Store.Say(ctx, Message{
		Meeting: id, Participant: p.ID, Key: key, Name: p.Name, Guest: p.Guest(), Text: text, At: s.Clock(),
	})
	if err != nil {
		return Message{}, fmt.Errorf("keep chat message: %w", err)
	}
	s.hub.tellAll(id, Event{Kind: EventChat, Message: m})
	return m, nil
}

// Chat returns what was written after a number, at most 500 messages. While the meeting lasts it is for
// those who are in it; after the end, for all who were.
func (s *Service) Chat(ctx context.Context, id core.ID, after int64) ([]Message, error) {
	if m, p, err := s.member(ctx, id); err != nil {
		return nil, err
	} else if m.State != StateEnded && !s.hub.inside(id, p.ID) {
		return nil, ErrAway
	}
	ms, err := s.Store.Since(ctx, id, after, 500)
	if err != nil {
		return nil, fmt.Errorf("read chat: %w", err)
	}
	return ms, nil
}

// Hand raises or lowers the caller's hand, or, with of, lets the host lower another's.
func (s *Service) Hand(ctx context.Context, id core.ID, up bool, of core.ID) error {
	m, p, err := s.attendee(ctx, id)
	if err != nil {
		return err
	}
	target := p.ID
	if of != "" && of != p.ID {
		if !hosts(m, core.ActorFrom(ctx)) || up {
			return ErrNotHost
		}
		target = of
	}
	if !s.hub.mayDo(id, p.ID, "hand", 20, 10*time.Second) {
		return ErrTooFast
	}
	if !s.hub.hand(id, target, up) {
		return nil
	}
	if target != p.ID {
		s.hub.tellOne(id, target, Event{Kind: EventNotice, Notice: Notice{NoticeHandLowered, p.Name}})
	}
	s.hub.tellAll(id, Event{Kind: EventState})
	// The hand is up, or down, for everybody; only a restart in this very moment would forget it.
	if stay, at := s.hub.handOf(id, target); stay != "" {
		if err := s.Store.Hand(ctx, stay, at); err != nil {
			s.Log.WarnContext(ctx, "a hand would not survive a restart", "err", err)
		}
	}
	return nil
}

// handOf returns the open stay of a participant and since when their hand is up.
func (h *hub) handOf(meeting, participant core.ID) (stay core.ID, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.rooms[meeting]
	if !ok || r.stays[participant] == nil {
		return "", time.Time{}
	}
	return r.stays[participant].ID, r.hands[participant]
}

// React shows a reaction to all.
func (s *Service) React(ctx context.Context, id core.ID, kind string) error {
	_, p, err := s.attendee(ctx, id)
	switch {
	case err != nil:
		return err
	case !KnownReaction(kind):
		return ErrReaction
	case !s.hub.mayDo(id, p.ID, "react", 5, 5*time.Second):
		return ErrTooFast
	}
	s.hub.tellAll(id, Event{Kind: EventReaction, Reaction: Reaction{p.ID, kind}})
	return nil
}

// Attendance returns the stays of a meeting with the people they belong to, for its host and organisers.
func (s *Service) Attendance(ctx context.Context, id core.ID) ([]Stay, map[core.ID]Participant, error) {
	if SubjectOf(core.ActorFrom(ctx)) == "" {
		return nil, nil, ErrSignIn
	}
	m, err := s.Store.Meeting(ctx, id)
	if err != nil {
		return nil, nil, fmt.Errorf("find meeting %s: %w", id, err)
	}
	if !Hosts(m, core.ActorFrom(ctx)) {
		return nil, nil, s.refuse(ctx, "meet.attendance", string(id), ErrNotHost)
	}
	if err := s.notRemoved(ctx, id, "meet.attendance"); err != nil {
		return nil, nil, err
	}
	stays, err := s.Store.Stays(ctx, id)
	if err != nil {
		return nil, nil, fmt.Errorf("read attendance: %w", err)
	}
	ps, err := s.Store.Participants(ctx, id)
	if err != nil {
		return nil, nil, fmt.Errorf("list participants: %w", err)
	}
	who := make(map[core.ID]Participant, len(ps))
	for _, p := range ps {
		who[p.ID] = p
	}
	return stays, who, nil
}
