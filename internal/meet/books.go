package meet

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"yakusho/internal/core"
)

// seenEvery is how often the living are marked as seen: what a crash can cost the attendance at most.
const seenEvery = 10 * time.Second

// recheckEvery is how long a session that was ended behind this process's back (at the console, by another
// process) may still carry media and events.
const recheckEvery = 5 * time.Second

// Sessions knows the sessions of those who signed in.
type Sessions interface {
	// Over returns those of the sessions that have ended. One it never knew has not: a guest's pass is none.
	Over(ctx context.Context, sessions []string) ([]string, error)
}

// Run keeps the books until ctx ends: it ends the stays a crash left open, follows the media engine,
// and ends meetings everybody has forgotten. Poke makes it look at once.
func (s *Service) Run(ctx context.Context) error {
	n, err := s.Store.Recover(ctx)
	if err != nil {
		return fmt.Errorf("end the stays of the last run: %w", err)
	}
	if n > 0 {
		s.Log.InfoContext(ctx, "ended stays that the last run left open", "stays", n)
	}
	look := time.NewTicker(2 * time.Second)
	defer look.Stop()
	sweep := time.NewTicker(time.Minute)
	defer sweep.Stop()
	recheck := time.NewTicker(recheckEvery)
	defer recheck.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		case <-s.poke:
		case <-sweep.C:
			if err := s.Sweep(ctx); err != nil {
				s.Log.ErrorContext(ctx, "forgotten meetings not ended; the next round tries again", "err", err)
			}
		case <-recheck.C:
			if err := s.Recheck(ctx); err != nil && ctx.Err() == nil {
				s.Log.ErrorContext(ctx, "sessions not looked at; the next round tries again", "err", err)
			}
		}
		if err := s.Reconcile(ctx); err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "attendance not written; the next round tries again", "err", err)
		}
	}
}

// Poke makes Run look at the media engine at once. It never waits.
func (s *Service) Poke() {
	select {
	case s.poke <- struct{}{}:
	default:
	}
}

// Recheck cuts what stands on sessions that have ended without SessionsEnded having been called.
func (s *Service) Recheck(ctx context.Context) error {
	held := s.hub.sessions()
	if s.Sessions == nil || len(held) == 0 {
		return nil
	}
	over, err := s.Sessions.Over(ctx, held)
	if err != nil {
		return fmt.Errorf("look for ended sessions: %w", err)
	}
	if len(over) > 0 {
		s.Log.InfoContext(ctx, "sessions ended elsewhere; their connections are cut", "sessions", len(over))
		s.SessionsEnded(ctx, over)
	}
	return nil
}

// sessions returns every session something stands on: a ticket, a connection or an ear.
func (h *hub) sessions() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	held := map[string]bool{}
	for _, r := range h.rooms {
		for ear := range r.ears {
			held[ear.session] = true
		}
		for _, i := range r.tickets {
			held[i.newest.Session], held[i.inUse.Session] = true, true
		}
	}
	delete(held, "") // of a ticket that is used up, or taken away
	return slices.Collect(maps.Keys(held))
}

// Leave ends the stays of everyone connected: the last thing before the server stops in order.
func (s *Service) Leave(ctx context.Context) error {
	var failed error
	for _, stay := range s.hub.everyone() {
		if err := s.Store.Finish(ctx, stay, s.Clock(), StayRestart); err != nil {
			failed = errors.Join(failed, fmt.Errorf("end stay: %w", err))
		}
	}
	return failed
}

// Sweep ends meetings that are empty and long past their planned end, and forgets the rooms of meetings
// nobody is in.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.Clock()
	lingering, err := s.Store.Lingering(ctx, now.Add(-idleEnd))
	if err != nil {
		return fmt.Errorf("list lingering meetings: %w", err)
	}
	var failed error
	for _, m := range lingering {
		if s.hub.count(m.ID, "") > 0 {
			continue
		}
		if err := s.Audit.Record(ctx, "meet.end", string(m.ID), "ok", map[string]string{"reason": "empty"}); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		if err := s.end(ctx, m.ID, ""); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	s.hub.tidy(now)
	return failed
}

// everyone returns the stays that are open.
func (h *hub) everyone() []core.ID {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []core.ID
	for _, r := range h.rooms {
		for _, s := range r.stays {
			out = append(out, s.ID)
		}
	}
	return out
}

// tidy forgets rooms in which nothing is left that matters.
func (h *hub) tidy(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, r := range h.rooms {
		if len(r.stays) > 0 || len(r.ears) > 0 {
			continue
		}
		for p, i := range r.tickets {
			// A connection lost an hour ago is not resumed; its person joins anew.
			if now.Sub(i.newest.ExpiresAt) > time.Hour && now.Sub(i.inUse.ExpiresAt) > time.Hour {
				delete(r.tickets, p)
			}
		}
		if len(r.tickets) == 0 {
			delete(h.rooms, id)
		}
	}
}

// Reconcile makes the attendance equal to what the media engine sees: it begins, moves and ends
// stays, and marks the living as seen. A write that fails is tried again in the next round; nobody is
// shown as present before the row is on disk.
func (s *Service) Reconcile(ctx context.Context) error {
	now := s.Clock()
	seen := map[core.ID]map[core.ID]Presence{}
	for _, p := range s.Media.Present() {
		if seen[p.Meeting] == nil {
			seen[p.Meeting] = map[core.ID]Presence{}
		}
		seen[p.Meeting][p.Participant] = p
	}
	var failed error
	var alive []core.ID
	changed := map[core.ID]bool{}
	for _, w := range s.hub.plan(seen) {
		if w.cut != nil {
			if !s.hub.stray(*w.cut) {
				continue // in the meantime they have come in anew
			}
			s.cut(ctx, w.cut.Meeting, w.cut.Participant, nil)
			continue
		}
		if w.end != nil {
			if err := s.Store.Finish(ctx, w.end.ID, now, w.by); err != nil {
				failed = errors.Join(failed, fmt.Errorf("end stay: %w", err))
				continue
			}
			s.hub.ended(w.end, w.by)
			changed[w.end.Meeting] = true
		}
		if w.begin != nil {
			stay := *w.begin
			stay.ID, stay.JoinedAt, stay.SeenAt = core.NewID(now), now, now
			err := s.Store.Begin(ctx, stay)
			if errors.Is(err, ErrEnded) {
				s.putOut(ctx, stay.Meeting, stay.Participant, Notice{Kind: NoticeEnded})
				continue
			}
			if errors.Is(err, ErrRemoved) {
				s.putOut(ctx, stay.Meeting, stay.Participant, Notice{Kind: NoticeRemoved})
				continue
			}
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("begin stay: %w", err))
				continue
			}
			// Without an answer the hand is down, as it is for everybody who comes.
			hand, err := s.Store.Raised(ctx, stay.ID)
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("look for a raised hand: %w", err))
			}
			s.hub.began(stay, hand)
			changed[stay.Meeting] = true
		}
		if w.alive != "" {
			alive = append(alive, w.alive)
		}
	}
	if len(alive) > 0 && now.Sub(s.seenAt) >= seenEvery {
		if err := s.Store.Seen(ctx, alive, now); err != nil {
			failed = errors.Join(failed, fmt.Errorf("mark stays as seen: %w", err))
		} else {
			s.seenAt = now
		}
	}
	s.hub.deafen()
	for m := range changed {
		s.hub.tellAll(m, Event{Kind: EventState})
	}
	return failed
}

// work is what one participant's attendance needs: end a stay, begin one, or nothing but a sign of
// life; or the end of a connection that should not be.
type work struct {
	cut   *Presence
	end   *Stay
	by    StayEnd
	begin *Stay
	alive core.ID
}

// plan compares the stays in the books with who is connected.
func (h *hub) plan(seen map[core.ID]map[core.ID]Presence) []work {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []work
	now := h.clock()
	for meeting, r := range h.rooms {
		r.giveUp(seen[meeting], now)
		for id, stay := range r.stays {
			p, here := seen[meeting][id]
			here = here && p.carries()
			switch {
			case !here && r.comingBack(id, stay, now):
				// Neither gone nor seen: the next round knows.
			case !here:
				out = append(out, work{end: stay, by: StayLeft})
			case p.Path != PathUnknown && p.Path != stay.Path:
				out = append(out, work{end: stay, by: StayMoved, begin: &Stay{Meeting: meeting, Participant: id, Path: p.Path}})
			default:
				out = append(out, work{alive: stay.ID})
			}
		}
	}
	for meeting, ps := range seen {
		r := h.rooms[meeting]
		for id, p := range ps {
			if !r.ticketed(id) {
				out = append(out, work{cut: &p})
				continue
			}
			since := now.Sub(r.tickets[id].usedAt)
			if r.late(p, now) {
				out = append(out, work{cut: &p})
			}
			// A connection that ends before any media could flow leaves no row: nobody was there.
			if _, in := r.stays[id]; !in && p.carries() && (p.Path != PathUnknown || since >= knownBy) {
				out = append(out, work{begin: &Stay{Meeting: meeting, Participant: id, Path: p.Path}})
			}
		}
	}
	return out
}

// carries reports whether media can flow, if only one way: enough to hear the others, so enough to be written down.
func (p Presence) carries() bool { return !p.Connecting || p.Path != PathUnknown }

// comeBack is how long a participant whose connection broke may take to be connected again before the
// stay ends. A connection takes the place of the one before it within a second; over a bad line in some.
const comeBack = 15 * time.Second

// comingBack reports whether a participant who is not connected has just shown a ticket for a new
// connection: then the stay goes on, or moves to another path.
func (r *live) comingBack(participant core.ID, s *Stay, now time.Time) bool {
	i := r.tickets[participant]
	return i != nil && i.inUse.Nonce != "" && i.usedAt.After(s.JoinedAt) && now.Sub(i.usedAt) < comeBack
}

// began notes a stay, and a hand that was up before the server restarted.
func (h *hub) began(s Stay, hand time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.room(s.Meeting)
	r.stays[s.Participant] = &s
	if i := r.tickets[s.Participant]; i != nil {
		i.doorAt, i.moved = time.Time{}, time.Time{}
	}
	if _, up := r.hands[s.Participant]; !up && !hand.IsZero() {
		r.hands[s.Participant] = hand
	}
}

// ended forgets a stay. A raised hand stays up while the participant only changes the path.
func (h *hub) ended(s *Stay, by StayEnd) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.rooms[s.Meeting]
	if !ok {
		return
	}
	if r.stays[s.Participant] != s {
		return
	}
	delete(r.stays, s.Participant)
	if by != StayMoved {
		delete(r.hands, s.Participant)
		r.unclaim(s)
		r.rise(s)
	} else if i := r.tickets[s.Participant]; i != nil {
		i.moved = h.clock()
	}
}
