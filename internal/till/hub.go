package till

import (
	"sync"

	"yakusho/internal/core"
)

// Change says what moved: a sale with its attempts, or the session itself where Sale is empty.
type Change struct {
	Session core.ID
	Sale    core.ID
}

// Hub tells the screens of this process what moved. It carries no content: who hears reads again. With several
// servers over one database a screen hears of its own server only, so screens look again now and then by themselves.
// It also remembers which sale a counter's customer display shows. It is safe for concurrent use.
type Hub struct {
	mu    sync.Mutex
	ears  map[*Ear]struct{}
	focus map[core.ID]core.ID // by session; the zero ID: nobody stands there
}

// NewHub returns a hub nobody listens to.
func NewHub() *Hub { return &Hub{ears: map[*Ear]struct{}{}, focus: map[core.ID]core.ID{}} }

// Ear hears changes. What was not fetched yet is kept once, however often it moved: a slow screen misses nothing and
// needs no more room than there are sales.
type Ear struct {
	hub     *Hub
	session core.ID
	ring    chan struct{}
	heard   map[Change]struct{}
}

// Listen returns an ear for one session, or for all where the ID is empty. It has to be closed.
func (h *Hub) Listen(session core.ID) *Ear {
	e := &Ear{hub: h, session: session, ring: make(chan struct{}, 1), heard: map[Change]struct{}{}}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ears[e] = struct{}{}
	return e
}

// Tell makes every ear that is concerned hear c.
func (h *Hub) Tell(c Change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for e := range h.ears {
		if e.session != "" && e.session != c.Session {
			continue
		}
		e.heard[c] = struct{}{}
		select {
		case e.ring <- struct{}{}:
		default:
		}
	}
}

// Moved tells of an attempt that moved; it is the driver's Told.
func (h *Hub) Moved(a Attempt) { h.Tell(Change{a.Session, a.Sale}) }

// Show makes the customer display of a session show a sale from now on; the zero ID is nothing.
func (h *Hub) Show(session, sale core.ID) {
	h.mu.Lock()
	h.focus[session] = sale
	h.mu.Unlock()
	h.Tell(Change{Session: session})
}

// Forget drops what is remembered of a session that was closed.
func (h *Hub) Forget(session core.ID) {
	h.mu.Lock()
	delete(h.focus, session)
	h.mu.Unlock()
	h.Tell(Change{Session: session})
}

// Shown returns what Show said last; false where it was not called since this process began.
func (h *Hub) Shown(session core.ID) (core.ID, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	id, ok := h.focus[session]
	return id, ok
}

// Listeners counts open ears.
func (h *Hub) Listeners() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.ears)
}

// Ring is readable when there is something to fetch.
func (e *Ear) Ring() <-chan struct{} { return e.ring }

// Fetch returns what moved since the last Fetch, in no order.
func (e *Ear) Fetch() []Change {
	e.hub.mu.Lock()
	defer e.hub.mu.Unlock()
	out := make([]Change, 0, len(e.heard))
	for c := range e.heard {
		out = append(out, c)
	}
	clear(e.heard)
	return out
}

// Close ends listening.
func (e *Ear) Close() {
	e.hub.mu.Lock()
	defer e.hub.mu.Unlock()
	delete(e.hub.ears, e)
}
