package meet

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"yakusho/internal/core"
)

// EnterRoom is asked by the media engine for every connection, before it is made: t is what the
// shown token says, ctx carries the actor of the connection's own cookie. It decides about admission anew,
// because the meeting may have been locked, filled or ended since the ticket was given, and returns when the
// admission is on disk and in the audit log. With resume, a connection that broke is taken up again: the same
// ticket serves as long as it is the participant's newest.
func (s *Service) EnterRoom(ctx context.Context, t Ticket, resume bool) error {
	enter := s.enter
	if resume {
		enter = s.reenter
	}
	if t.Epoch != s.epoch || !sameSecret(t.Session, core.ActorFrom(ctx).Session) {
		return s.refuse(ctx, "meet.join", string(t.Meeting), ErrTicket)
	}
	if err := enter(ctx, t); err != nil {
		return s.refuse(ctx, "meet.join", string(t.Meeting), err)
	}
	return nil
}

func (s *Service) reenter(ctx context.Context, t Ticket) error {
	_, p, err := s.insider(ctx, t.Meeting)
	switch {
	case errors.Is(err, ErrNotInvited), err == nil && p.ID != t.Participant:
		return ErrTicket // who was never let in has nothing to resume
	case err != nil:
		return err
	case p.Guest() && s.hub.nameTaken(t.Meeting, p.ID, p.Name):
		return ErrNameTaken // while the line was cut somebody came in under it
	}
	return s.hub.use(t, true, s.Clock().After(t.ExpiresAt), 0)
}

func (s *Service) enter(ctx context.Context, t Ticket) error {
	k, p, err := s.knock(ctx, t.Meeting)
	if err != nil {
		return err
	}
	v, refused := Admit(k)
	if refused != nil {
		return refused
	}
	if p.ID != "" && p.ID != t.Participant {
		return ErrTicket
	}
	if !s.hub.mayDo(t.Meeting, t.Participant, "enter", 30, time.Minute) {
		return ErrTooFast
	}
	seats := k.Capacity
	if v.Host {
		seats = 0
	}
	now := s.Clock()
	// Used before anything is written: a ticket that is worthless must leave no trace of having come in.
	if err := s.hub.use(t, false, now.After(t.ExpiresAt), seats); err != nil {
		return err
	}
	if err := s.letIn(ctx, t, k, p, now); err != nil {
		s.hub.stepBack(t)
		return err
	}
	return nil
}

// letIn writes down that k may come in with the ticket t, p being what is known of them already.
func (s *Service) letIn(ctx context.Context, t Ticket, k Knock, p Participant, now time.Time) error {
	card, err := s.card(ctx, core.ActorFrom(ctx))
	if err != nil {
		return err
	}
	// Two who got a pass under one name before either was in: the second learns it here.
	if !s.hub.claimName(t.Meeting, t.Participant, card.Name, k.Subject.Guest()) {
		return ErrNameTaken
	}
	// Who comes back as they were, into a meeting that is open, changes nothing on disk. A removal since knock
	// has taken the ticket away, or finds it in use and cuts the connection.
	if p.AdmittedAt.IsZero() || k.Meeting.State != StateOpen || card != (Card{p.Name, p.Department, p.Office}) {
		in, err := s.Store.Admit(ctx, Participant{
			ID: t.Participant, Meeting: t.Meeting, Subject: k.Subject, AdmittedAt: now,
			Name: card.Name, Department: card.Department, Office: card.Office,
		})
		if err != nil {
			return fmt.Errorf("admit to meeting %s: %w", t.Meeting, err)
		}
		if in.ID != t.Participant {
			return ErrTicket
		}
	}
	return s.Audit.Record(ctx, "meet.join", string(t.Meeting), "ok", map[string]string{"participant": string(t.Participant)})
}

// expect returns the ID a subject who is no participant yet will have, the same for all their tickets: id, or
// the one given to an earlier ticket of theirs.
func (h *hub) expect(meeting core.ID, who Subject, id core.ID) core.ID {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.room(meeting)
	if was, ok := r.expected[who]; ok {
		return was
	}
	r.expected[who] = id
	return id
}

// use lets a ticket serve: once for a new connection while it is fresh, again and again for resuming
// the connection that was made with it. A new connection takes one of the seats (0: as many as come) in the same
// moment, so that eight who come at once do not all get the last one.
func (h *hub) use(t Ticket, resume, expired bool, seats int) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.rooms[t.Meeting]
	if !ok {
		return ErrTicket
	}
	i, ok := r.tickets[t.Participant]
	if !ok {
		return ErrTicket
	}
	switch isNewest, isInUse := sameSecret(i.newest.Nonce, t.Nonce), sameSecret(i.inUse.Nonce, t.Nonce); {
	case resume && isInUse:
		return nil
	case isInUse:
		return ErrTicketUsed
	case !isNewest:
		return ErrElsewhere
	case resume, expired:
		return ErrTicket
	}
	now := h.clock()
	if seats > 0 && r.taken(t.Participant, now) >= seats {
		return ErrFull
	}
	i.inUse, i.newest, i.usedAt, i.shown = i.newest, Ticket{}, now, time.Time{}
	if _, in := r.stays[t.Participant]; !in && i.doorAt.IsZero() {
		i.doorAt = now
	}
	return nil
}

// SessionsEnded cuts every connection and every ear that stands on one of the sessions. It is called
// when somebody signs out or is signed out.
func (s *Service) SessionsEnded(ctx context.Context, sessions []string) {
	ended := make(map[string]bool, len(sessions))
	for _, x := range sessions {
		ended[x] = true
	}
	taken, connected := s.hub.endSessions(ended)
	for _, t := range taken {
		s.Relay.Revoke(RelayID(t.Participant, t.Session))
	}
	for _, t := range connected {
		s.cut(ctx, t.Meeting, t.Participant, nil)
	}
}

// endSessions takes away the tickets and closes the ears of the sessions. It returns the tickets, and
// those among them a connection was made with. What the same person does in another session goes on.
func (h *hub) endSessions(ended map[string]bool) (taken, connected []Ticket) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.rooms {
		for ear := range r.ears {
			if ended[ear.session] {
				h.drop(ear)
			}
		}
		for participant, i := range r.tickets {
			if i.newest.Session != "" && ended[i.newest.Session] {
				taken, i.newest = append(taken, i.newest), Ticket{}
			}
			if i.inUse.Session != "" && ended[i.inUse.Session] {
				taken, connected = append(taken, i.inUse), append(connected, i.inUse)
				i.inUse = Ticket{}
				delete(r.hands, participant)
			}
		}
	}
	return taken, connected
}

func sameSecret(a, b string) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
