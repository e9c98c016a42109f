package meet

import (
	"time"

	"yakusho/internal/core"
)

// connectWithin is how long a connection the door let through may take until the engine calls it complete. A
// browser of ours gives up after twelve seconds and asks for another; whoever stays half connected is cut.
const connectWithin = 20 * time.Second

// seatHeld is how long a seat taken at the door is kept for a stay that has not begun: until the connection is cut
// for being late, and a little more.
const seatHeld = connectWithin + 5*time.Second

// doorHeard is how long somebody at the door hears the meeting and may speak in it although no stay of theirs has
// begun. Coming to the door again and again does not make it longer: who hears must be seen.
const doorHeard = 10 * time.Second

// givenUp is when a connection that was not completed and is gone no longer holds its seat.
const givenUp = 5 * time.Second

// knownBy is when a complete connection is written down although nobody could tell its path.
const knownBy = 5 * time.Second

// moving reports whether a participant is between two stays of one presence.
func (r *live) moving(participant core.ID, now time.Time) bool {
	i := r.tickets[participant]
	return i != nil && now.Sub(i.moved) < givenUp
}

// atDoor reports whether a participant without a stay has just been let through the door.
func (r *live) atDoor(participant core.ID, now time.Time) bool {
	return r.ticketed(participant) && (r.moving(participant, now) || now.Sub(r.tickets[participant].usedAt) < seatHeld)
}

// taken counts the seats that are taken, by a stay or at the door, except one participant's.
func (r *live) taken(except core.ID, now time.Time) int {
	n := len(r.stays)
	if _, in := r.stays[except]; in {
		n--
	}
	for id := range r.tickets {
		if _, in := r.stays[id]; !in && id != except && r.atDoor(id, now) {
			n++
		}
	}
	return n
}

// inside reports whether a participant is in the meeting now, or was let through the door a moment ago.
func (r *live) inside(participant core.ID, now time.Time) bool {
	if _, in := r.stays[participant]; in {
		return true
	}
	return r.atDoor(participant, now) && (r.moving(participant, now) || now.Sub(r.tickets[participant].doorAt) < doorHeard)
}

// taken counts the seats of a meeting that are taken, except one participant's.
func (h *hub) taken(meeting, except core.ID) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.rooms[meeting]
	if !ok {
		return 0
	}
	return r.taken(except, h.clock())
}

// inside reports whether a participant is in the meeting now.
func (h *hub) inside(meeting, participant core.ID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.rooms[meeting]
	return ok && r.inside(participant, h.clock())
}

// stepBack frees the seat of a ticket that was used and led to nothing.
func (h *hub) stepBack(t Ticket) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r, ok := h.rooms[t.Meeting]; ok {
		if i := r.tickets[t.Participant]; i != nil && sameSecret(i.inUse.Nonce, t.Nonce) {
			i.usedAt = time.Time{}
		}
	}
}

// deafen closes the ears of everybody who is not in the meeting any more. Whoever comes back opens another.
func (h *hub) deafen() {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.clock()
	for _, r := range h.rooms {
		for ear := range r.ears {
			if !r.inside(ear.participant, now) {
				h.drop(ear)
			}
		}
	}
}

// ticketed reports whether a participant's connection stands on a ticket, as every connection did when it was made.
// Where the ticket was taken away since, because its holder was put out or signed out, the engine was asked to end the
// connection before it was complete.
func (r *live) ticketed(participant core.ID) bool {
	return r != nil && r.tickets[participant] != nil && r.tickets[participant].inUse.Nonce != ""
}

// late reports whether a connection should be complete by now.
func (r *live) late(p Presence, now time.Time) bool {
	return p.Connecting && now.Sub(r.tickets[p.Participant].usedAt) >= connectWithin
}

// stray reports whether a connection should not be.
func (h *hub) stray(p Presence) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[p.Meeting]
	return !r.ticketed(p.Participant) || r.late(p, h.clock())
}

// giveUp frees the seats of those whose connection the engine has shown and shows no longer. Not at once: between
// two connections of one participant it shows none. The caller holds the lock.
func (r *live) giveUp(seen map[core.ID]Presence, now time.Time) {
	for id, i := range r.tickets {
		if _, here := seen[id]; here {
			i.shown = now
		} else if _, in := r.stays[id]; !in && !i.shown.IsZero() && now.Sub(i.shown) >= givenUp {
			i.usedAt = time.Time{}
		}
	}
}

// rise frees the seat of one whose stay ended, however short it was. Who has been let in anew since it began is at
// the door from then on. The caller holds the lock.
func (r *live) rise(s *Stay) {
	switch i := r.tickets[s.Participant]; {
	case i == nil:
	case i.usedAt.After(s.JoinedAt):
		i.doorAt = i.usedAt
	default:
		i.usedAt = time.Time{}
	}
}
