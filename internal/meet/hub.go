package meet

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"yakusho/internal/core"
)

// Event is what a participant's screen is told. Exactly one field beside Kind is meant.
type Event struct {
	Kind     EventKind
	Message  Message
	Reaction Reaction
	Notice   Notice
}

// EventKind says which field of an Event counts.
type EventKind string

// The kinds of event. EventState says only that the room's state is worth reading again.
const (
	EventState    EventKind = "state"
	EventChat     EventKind = "chat"
	EventReaction EventKind = "reaction"
	EventNotice   EventKind = "notice"
)

// Reaction is a picture shown to all for a few seconds.
type Reaction struct {
	Participant core.ID
	Kind        string
}

// Notice tells one participant what was done to them, and by whom.
type Notice struct {
	Kind NoticeKind
	By   string
}

// NoticeKind says what was done.
type NoticeKind string

// The notices.
const (
	NoticeMuted         NoticeKind = "muted"
	NoticeCameraStopped NoticeKind = "camera_stopped"
	NoticeShareStopped  NoticeKind = "share_stopped"
	NoticeRemoved       NoticeKind = "removed"
	NoticeEnded         NoticeKind = "ended"
	NoticeHostGiven     NoticeKind = "host_given"
	NoticeHandLowered   NoticeKind = "hand_lowered"
)

// hub is what is true of the open meetings at this moment and need not survive the process: who is
// connected, whose hand is up, whose screen listens.
type hub struct {
	clock core.Clock
	mu    sync.Mutex
	rooms map[core.ID]*live
	last  int64 // number of the newest subscription
}

// live is one meeting with somebody in it.
type live struct {
	stays    map[core.ID]*Stay          // by participant; the stay is on disk before it is here
	hands    map[core.ID]time.Time      // by participant
	expected map[Subject]core.ID        // who has a ticket and is no participant yet
	tickets  map[core.ID]*issued        // by participant
	ears     map[*Subscription]struct{} // screens that listen
	paces    map[pace]*spell            // by participant and what they do
	plates   map[core.ID]plate          // by participant: what those who came in are called; nil: nobody did
}

// issued is a participant's two tickets that count: the newest, until it is used, and the one the
// present connection was made with. Asking for a ticket alone takes nothing from the connection.
type issued struct {
	newest Ticket
	inUse  Ticket
	usedAt time.Time // when inUse served; zero once its connection was given up
	doorAt time.Time // since when they have come to the door without a stay; zero while there is one
	moved  time.Time // when a stay ended that goes on as another; zero once that has begun
	shown  time.Time // when the engine last showed a connection since; zero while it has not
}

// pace is what one participant does often; spell is how often they did it lately.
type pace struct {
	participant core.ID
	doing       string
}

type spell struct {
	since time.Time
	n     int
}

// maxEars is how many screens of one participant may listen at once: tabs, and connections the server
// has not yet noticed to be dead.
const maxEars = 8

// Subscription is one screen's ear. Events closes when the participant is put out, when the meeting
// ends or when the screen is too slow; the screen then asks again, or does not.
type Subscription struct {
	Events      <-chan Event
	events      chan Event
	meeting     core.ID
	participant core.ID
	session     string
	number      int64 // in the order of listening
	closed      bool
}

func newHub(clock core.Clock) *hub { return &hub{clock: clock, rooms: map[core.ID]*live{}} }

// room returns the live room, made when it is not there. The caller holds the lock.
func (h *hub) room(meeting core.ID) *live {
	r, ok := h.rooms[meeting]
	if !ok {
		r = &live{
			stays: map[core.ID]*Stay{}, hands: map[core.ID]time.Time{}, expected: map[Subject]core.ID{},
			tickets: map[core.ID]*issued{}, ears: map[*Subscription]struct{}{}, paces: map[pace]*spell{},
		}
		h.rooms[meeting] = r
	}
	return r
}

func (h *hub) issued(t Ticket) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.room(t.Meeting)
	if r.tickets[t.Participant] == nil {
		r.tickets[t.Participant] = &issued{}
	}
	r.tickets[t.Participant].newest = t
}

// count returns how many are connected, except one.
func (h *hub) count(meeting, except core.ID) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.rooms[meeting]
	if !ok {
		return 0
	}
	n := len(r.stays)
	if _, in := r.stays[except]; in {
		n--
	}
	return n
}

func (h *hub) isPresent(meeting, participant core.ID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.rooms[meeting]
	if !ok {
		return false
	}
	_, in := r.stays[participant]
	return in
}

// subscribe adds an ear. It first hears that there is a state to read.
func (h *hub) subscribe(meeting, participant core.ID, session string) *Subscription {
	c := make(chan Event, 128)
	s := &Subscription{Events: c, events: c, meeting: meeting, participant: participant, session: session}
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.room(meeting)
	var own []*Subscription
	for e := range r.ears {
		if e.participant == participant {
			own = append(own, e)
		}
	}
	if len(own) >= maxEars {
		h.drop(slices.MinFunc(own, func(a, b *Subscription) int { return cmp.Compare(a.number, b.number) }))
	}
	h.last++
	s.number = h.last
	r.ears[s] = struct{}{}
	c <- Event{Kind: EventState}
	return s
}

// unsubscribe takes an ear away; twice is no error.
func (h *hub) unsubscribe(s *Subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(s)
}

// drop closes an ear. The caller holds the lock.
func (h *hub) drop(s *Subscription) {
	if s.closed {
		return
	}
	s.closed = true
	close(s.events)
	if r, ok := h.rooms[s.meeting]; ok {
		delete(r.ears, s)
	}
}

// tell sends an event to every ear of a meeting that want accepts. An ear that is full is dropped: its
// screen comes back and reads what it missed, chat included, from the store.
func (h *hub) tell(meeting core.ID, e Event, want func(*Subscription) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tellLocked(meeting, e, want)
}

func (h *hub) tellLocked(meeting core.ID, e Event, want func(*Subscription) bool) {
	r, ok := h.rooms[meeting]
	if !ok {
		return
	}
	for s := range r.ears {
		if want != nil && !want(s) {
			continue
		}
		select {
		case s.events <- e:
		default:
			h.drop(s)
		}
	}
}

func (h *hub) tellAll(meeting core.ID, e Event) { h.tell(meeting, e, nil) }

func (h *hub) tellOne(meeting, participant core.ID, e Event) {
	h.tell(meeting, e, func(s *Subscription) bool { return s.participant == participant })
}

// silence closes the ears that want accepts, after what was told them.
func (h *hub) silence(meeting core.ID, want func(*Subscription) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.rooms[meeting]
	if !ok {
		return
	}
	for s := range r.ears {
		if want(s) {
			h.drop(s)
		}
	}
}

// forget takes away all that is known of a participant whose stay is no longer open in the books, so
// that no connection of theirs can resume or pass for it. It returns the sessions their tickets were
// given to.
func (h *hub) forget(meeting, participant core.ID) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.rooms[meeting]
	if !ok {
		return nil
	}
	var sessions []string
	if i := r.tickets[participant]; i != nil {
		for _, t := range []Ticket{i.newest, i.inUse} {
			if t.Session != "" && !slices.Contains(sessions, t.Session) {
				sessions = append(sessions, t.Session)
			}
		}
	}
	delete(r.tickets, participant)
	delete(r.hands, participant)
	delete(r.stays, participant)
	delete(r.plates, participant)
	return sessions
}

// clear forgets a whole meeting and closes its ears. It returns the tickets that counted.
func (h *hub) clear(meeting core.ID) []Ticket {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.rooms[meeting]
	if !ok {
		return nil
	}
	for s := range r.ears {
		h.drop(s)
	}
	delete(h.rooms, meeting)
	var out []Ticket
	for _, i := range r.tickets {
		for _, t := range []Ticket{i.newest, i.inUse} {
			if t.Nonce != "" {
				out = append(out, t)
			}
		}
	}
	return out
}

// hand raises or lowers a hand and reports whether that changed anything.
func (h *hub) hand(meeting, participant core.ID, up bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.room(meeting)
	_, was := r.hands[participant]
	switch {
	case up && !was:
		r.hands[participant] = h.clock()
	case !up && was:
		delete(r.hands, participant)
	default:
		return false
	}
	return true
}

// mayDo counts one thing a participant does and reports whether it is still within n in window.
func (h *hub) mayDo(meeting, participant core.ID, doing string, n int, window time.Duration) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.room(meeting)
	key, now := pace{participant, doing}, h.clock()
	s, ok := r.paces[key]
	if !ok || now.Sub(s.since) >= window {
		r.paces[key] = &spell{since: now, n: 1}
		return true
	}
	s.n++
	return s.n <= n
}
