package meet

import (
	"context"
	"time"

	"yakusho/internal/core"
)

// Meetings keeps meetings. Every change is guarded by the state it starts from; a meeting that is not
// in that state answers ErrEnded, one that does not exist ErrNoMeeting.
type Meetings interface {
	// Plan stores a meeting and those invited to it. A number in use answers ErrNumberInUse.
	Plan(ctx context.Context, m Meeting, invited []Participant) error
	Meeting(ctx context.Context, id core.ID) (Meeting, error)
	// ByNumber returns the meeting of that number that has not ended.
	ByNumber(ctx context.Context, number string) (Meeting, error)
	// Of returns the meetings that begin in [from, to) or are open, where the subject is host or a
	// participant who was not removed, in the order of their beginning.
	Of(ctx context.Context, s Subject, from, to time.Time) ([]Meeting, error)
	// Lingering returns the meetings that have not ended although they were planned to at that time
	// or before, the longest over first.
	Lingering(ctx context.Context, since time.Time) ([]Meeting, error)
	// Amend changes what is set in a, of a meeting that has not ended, and returns it.
	Amend(ctx context.Context, id core.ID, a Amendment) (Meeting, error)
	// End ends a meeting, every stay in it and every guest pass to it. Ending twice answers ErrEnded.
	End(ctx context.Context, id core.ID, at time.Time) error
}

// Amendment is what can change in a meeting while it has not ended; nil leaves a field as it is.
type Amendment struct {
	Locked   *bool
	Guests   *bool
	PIN      *string
	Host     *Subject
	HostName string // with Host
	HostDept string // with Host
}

// Participants keeps who belongs to a meeting.
type Participants interface {
	// Admit stores p (found by meeting and subject, or new) as admitted at p.AdmittedAt and opens the
	// meeting if it was scheduled. It answers ErrRemoved or ErrEnded when that became so meanwhile.
	Admit(ctx context.Context, p Participant) (Participant, error)
	// Invite adds p unless the subject is a participant already; a removed one stays removed.
	Invite(ctx context.Context, p Participant) (Participant, error)
	// Participant finds by subject; ErrNotHere when there is none.
	Participant(ctx context.Context, meeting core.ID, s Subject) (Participant, error)
	Participants(ctx context.Context, meeting core.ID) ([]Participant, error)
	// Remove marks p removed, ends its stays, changes the meeting's PIN, and ends every guest pass whose
	// holder is not in the meeting at this moment, in one.
	Remove(ctx context.Context, meeting, participant core.ID, pin string, at time.Time) error
	// AddGuest stores a guest pass; Guest finds it by the hash of its secret, ErrSignIn when there is none.
	AddGuest(ctx context.Context, g GuestPass) error
	Guest(ctx context.Context, secret string) (GuestPass, error)
}

// HandKept is how long a hand that was up when the server stopped waits for its participant.
const HandKept = 5 * time.Minute

// Attendance keeps who was there, and whose hand is up.
type Attendance interface {
	// Begin stores a stay. It takes over the hand of the participant's stay before, if that was moved, or was
	// ended by a restart at most HandKept before.
	Begin(ctx context.Context, s Stay) error
	// Hand notes since when the hand is up in an open stay; the zero time lowers it.
	Hand(ctx context.Context, stay core.ID, at time.Time) error
	// Raised returns since when the hand is up in an open stay; the zero time when it is not.
	Raised(ctx context.Context, stay core.ID) (time.Time, error)
	// Seen marks stays as alive at.
	Seen(ctx context.Context, stays []core.ID, at time.Time) error
	// Finish ends a stay once; a stay that has ended stays as it is.
	Finish(ctx context.Context, stay core.ID, at time.Time, by StayEnd) error
	// Recover ends the stays a crash left open, at the time they were last seen.
	Recover(ctx context.Context) (int, error)
	Stays(ctx context.Context, meeting core.ID) ([]Stay, error)
}

// Chat keeps what was written.
type Chat interface {
	// Say stores a message under the next number. The same participant and key again returns the stored
	// message when the text is the same, and ErrKeyReused when it is not.
	Say(ctx context.Context, m Message) (Message, error)
	// Since returns at most limit messages with a number above after.
	Since(ctx context.Context, meeting core.ID, after int64, limit int) ([]Message, error)
}

// Store is what a storage package satisfies; the service is built from its parts.
type Store interface {
	Meetings
	Participants
	Attendance
	Chat
}

// ErrNumberInUse makes the service draw another meeting number.
var ErrNumberInUse = core.Conflict("number_in_use", "会議番号が重なりました。もう一度押してください。")

// Media carries picture and sound. It knows participants by identity alone.
type Media interface {
	// Token turns a ticket into what the browser shows at the door.
	Token(t Ticket) (string, error)
	// Present returns everybody with a connection now, complete or not.
	Present() []Presence
	// Mute silences one source; the participant can switch a microphone or camera on again, but a
	// screen share is ended.
	Mute(ctx context.Context, meeting, participant core.ID, s Source) error
	// Disconnect ends a participant's connection. One who is not connected is no error.
	Disconnect(ctx context.Context, meeting, participant core.ID) error
	// Close ends the room and every connection in it.
	Close(ctx context.Context, meeting core.ID) error
}

// Relay carries media over TLS where UDP does not get through. A relay is named by RelayID.
type Relay interface {
	// Revoke ends the relays of that name and refuses their credentials from now on.
	Revoke(id string) int
}

// RelayID names the relay of one participant in one session: whoever signs in anew gets a new one.
func RelayID(participant core.ID, session string) string {
	return string(participant) + "-" + session[:min(len(session), 16)]
}

// Presence is one connected participant as the media engine sees it.
type Presence struct {
	Meeting     core.ID
	Participant core.ID
	Path        Path // PathUnknown until media can flow, one way or both
	Connecting  bool // not complete: some transport is still missing, or all are
}

// Ticket is the right to make one media connection.
type Ticket struct {
	Nonce       string
	Epoch       string // of the server process; a ticket of an earlier one is worthless
	Meeting     core.ID
	Participant core.ID
	Name        string
	Session     string // hash of the session or guest pass the ticket was given to
	Host        bool
	ExpiresAt   time.Time
}

// Directory knows the people of the office.
type Directory interface {
	// Card returns what others see of a person; the zero Card for one it does not know.
	Card(ctx context.Context, person core.ID) (Card, error)
	// Names returns the names of all staff, for keeping guests from taking them.
	Names(ctx context.Context) ([]string, error)
}

// Card is what others see of a person.
type Card struct {
	Name, Department, Office string
}

// Audit remembers decisions. A decision that cannot be remembered is not carried out.
type Audit interface {
	Record(ctx context.Context, action, target, outcome string, detail map[string]string) error
}
