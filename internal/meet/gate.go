package meet

import (
	"context"
	"crypto/subtle"

	"yakusho/internal/core"
)

// EnterRoom is asked by the media engine for every connection, before it is made: t is what the
// shown token says, ctx carries the actor of the connection's own cookie. With resume, a connection
// that broke is taken up again: the same ticket serves as long as it is the participant's newest.
func (s *Service) EnterRoom(ctx context.Context, t Ticket, resume bool) error {
	if t.Epoch != s.epoch || !sameSecret(t.Session, core.ActorFrom(ctx).Session) {
		return s.refuse(ctx, "meet.connect", string(t.Meeting), ErrTicket)
	}
	m, p, err := s.insider(ctx, t.Meeting)
	if err != nil {
		return s.refuse(ctx, "meet.connect", string(t.Meeting), err)
	}
	if p.ID != t.Participant || m.ID != t.Meeting {
		return s.refuse(ctx, "meet.connect", string(t.Meeting), ErrTicket)
	}
	if err := s.hub.use(t, resume, s.Clock().After(t.ExpiresAt)); err != nil {
		return s.refuse(ctx, "meet.connect", string(t.Meeting), err)
	}
	return nil
}

// use lets a ticket serve: once for a new connection while it is fresh, again and again for resuming
// the connection that was made with it.
func (h *hub) use(t Ticket, resume, expired bool) error {
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
	i.inUse, i.newest, i.usedAt = i.newest, Ticket{}, h.clock()
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
