package meet

import (
	"time"

	"yakusho/internal/core"
)

// plate is the name somebody came in under. It counts while they are there, and for comingIn after at.
type plate struct {
	name string
	at   time.Time // when they were let in; zero when the stay that followed has ended
}

// comingIn is how long a name is kept for one who was let in and whose media is not connected yet. It is longer
// than a browser tries to connect.
const comingIn = 30 * time.Second

// claimName takes a name at the door, under the lock of all doors: what was free when the pass was given can be
// taken by now. Staff are always let in, and their names count against those of guests. Who comes back keeps theirs.
func (h *hub) claimName(meeting, participant core.ID, name string, guest bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.room(meeting)
	if guest && h.takenLocked(r, participant, name) {
		return false
	}
	if r.plates == nil {
		r.plates = map[core.ID]plate{}
	}
	r.plates[participant] = plate{name, h.clock()}
	return true
}

// nameTaken reports whether somebody else who is in the meeting, or just coming in, is called name.
func (h *hub) nameTaken(meeting, participant core.ID, name string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.rooms[meeting]
	return ok && h.takenLocked(r, participant, name)
}

func (h *hub) takenLocked(r *live, participant core.ID, name string) bool {
	now := h.clock()
	for id, p := range r.plates {
		if _, in := r.stays[id]; !in && now.Sub(p.at) > comingIn || id == participant {
			continue
		}
		if SameName(p.name, name) {
			return true
		}
	}
	return false
}

// unclaim frees the name of one whose stay ended, unless they have been let in anew since it began. The caller
// holds the lock.
func (r *live) unclaim(s *Stay) {
	if p, ok := r.plates[s.Participant]; ok && !p.at.After(s.JoinedAt) {
		r.plates[s.Participant] = plate{name: p.name}
	}
}
