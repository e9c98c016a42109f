package meet

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"yakusho/internal/core"
)

// Meeting is one meeting (会議), from the moment it is planned until after it has ended.
type Meeting struct {
	ID       core.ID
	Number   string // 会議番号: six digits, unique among the meetings that have not ended
	PIN      string // 暗証番号: four digits, read over the telephone together with the number
	Title    string
	State    State
	Host     Subject // who has the host's powers; hand-over changes it
	HostName string  // as it was when this person became host
	HostDept string
	Locked   bool // nobody new comes in; those who were in may come back
	Guests   bool // people without an account may come in with number and PIN
	StartsAt time.Time
	EndsAt   time.Time // as planned; nothing happens at this moment
	OpenedAt time.Time // when the first person came in
	EndedAt  time.Time
}

// Subject names who takes part, in one meeting and for ever: a person of the directory ("p:"), an
// account without a person ("a:") or a guest pass ("g:").
type Subject string

// SubjectOf returns the subject of an actor, "" for one who is nobody.
func SubjectOf(a core.Actor) Subject {
	switch {
	case a.Person != "":
		return Subject("p:" + string(a.Person))
	case a.Account != "":
		return Subject("a:" + string(a.Account))
	case a.Guest != "":
		return Subject("g:" + string(a.Guest))
	}
	return ""
}

// PersonSubject is the subject of somebody in the directory, signed in or not.
func PersonSubject(person core.ID) Subject { return Subject("p:" + string(person)) }

// Guest reports whether s is a guest pass.
func (s Subject) Guest() bool { return strings.HasPrefix(string(s), "g:") }

// Participant is one subject's part in one meeting. The same person in two tabs, or back after a
// lost line, is the same participant.
type Participant struct {
	ID         core.ID // the identity in the media room
	Meeting    core.ID
	Subject    Subject
	Name       string // as the others see it, and as the attendance keeps it
	Department string
	Office     string
	Invited    bool      // planned in, or let in by number and PIN
	AdmittedAt time.Time // zero: invited, never came
	RemovedAt  time.Time // zero: may come back
}

// Guest reports whether the participant came without an account.
func (p Participant) Guest() bool { return p.Subject.Guest() }

// Path is how a participant's sound and picture travel.
type Path string

// The paths. A relayed participant's UDP is blocked: media arrives by TURN over TLS.
const (
	PathUDP     Path = "udp"
	PathRelay   Path = "relay"
	PathUnknown Path = "unknown" // connected so briefly that nobody could tell
)

// Stay is one unbroken presence of a participant on one path; a row of the attendance.
type Stay struct {
	ID          core.ID
	Meeting     core.ID
	Participant core.ID
	Path        Path
	JoinedAt    time.Time
	SeenAt      time.Time // the last time the server saw the connection alive
	LeftAt      time.Time // zero: still here
	EndedBy     StayEnd
}

// StayEnd says why a stay ended.
type StayEnd string

// The ends of a stay.
const (
	StayLeft    StayEnd = "left"    // went, or the connection was lost and given up
	StayMoved   StayEnd = "moved"   // goes on as the next stay, on another path
	StayRemoved StayEnd = "removed" // by the host
	StayEnded   StayEnd = "ended"   // the meeting ended
	StayRestart StayEnd = "restart" // the server went away; LeftAt is when it last saw the connection
)

// Message is one line of the chat. Numbers count from 1 in each meeting, without gaps.
type Message struct {
	Meeting     core.ID
	Number      int64
	Participant core.ID
	Key         string // the writer's own; the same key again is the same message
	Name        string
	Guest       bool
	Text        string
	At          time.Time
}

// GuestPass lets somebody without an account into one meeting.
type GuestPass struct {
	ID        core.ID
	Meeting   core.ID
	Name      string
	Secret    string // SHA-256 of the cookie, in hexadecimal
	ExpiresAt time.Time
}

// Source is what a participant sends.
type Source string

// The sources. SourceScreen covers the picture and the sound of a shared screen.
const (
	SourceMicrophone Source = "microphone"
	SourceCamera     Source = "camera"
	SourceScreen     Source = "screen"
)

// Limits of what people type, in characters. A title is cut by nobody: longer is refused.
const (
	MaxTitle   = 100
	MaxName    = 40
	MaxMessage = 2000
)

// Reactions are the pictures a participant can show for a few seconds.
var reactions = [...]string{"clap", "agree", "heart", "laugh", "surprise", "thanks", "question", "slow"}

// KnownReaction reports whether kind is one of the reactions.
func KnownReaction(kind string) bool { return slices.Contains(reactions[:], kind) }

// CleanTitle returns what is kept of a typed title; an empty one is named after its host.
func CleanTitle(title, host string) (string, error) {
	title = cleanLine(title)
	if title == "" {
		return host + "の会議", nil
	}
	if utf8.RuneCountInString(title) > MaxTitle {
		return "", ErrTitleTooLong
	}
	return title, nil
}

// CleanMessage returns what is kept of a chat message: line breaks stay, whatever they were written
// with, and control characters go. A tab becomes a space: cells pasted from a table must not run together.
func CleanMessage(text string) (string, error) {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\r', r == '\v', r == '\f', r == 0x85, unicode.In(r, unicode.Zl, unicode.Zp):
			return '\n'
		case r == '\t':
			return ' '
		case r != '\n' && invisible(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "")))
	if text == "" {
		return "", ErrMessageEmpty
	}
	if utf8.RuneCountInString(text) > MaxMessage {
		return "", ErrMessageTooLong
	}
	return text, nil
}
