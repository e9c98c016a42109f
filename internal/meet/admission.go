package meet

import "yakusho/internal/core"

// Knock is all that admission looks at: somebody at the door of one meeting.
type Knock struct {
	Meeting   Meeting
	Subject   Subject // "" for somebody who is nobody
	Organiser bool    // 総務 and admins may enter and end any meeting
	Invited   bool    // planned in, or showed number and PIN before
	WasIn     bool    // has been admitted before
	Removed   bool    // by the host
	Present   int     // how many seats are taken, this subject's not counted
	Capacity  int     // how many may be in at once
}

// Verdict is what a person let in may do.
type Verdict struct {
	Host bool
}

// Admit decides who may come in. It is pure: the same knock always gets the same answer. The order of
// its questions is the order in which a person can do something about the answer.
func Admit(k Knock) (Verdict, *core.Error) {
	host := k.Subject != "" && (k.Subject == k.Meeting.Host || k.Organiser)
	switch {
	case k.Subject == "":
		return Verdict{}, ErrSignIn
	case k.Removed:
		return Verdict{}, ErrRemoved
	case k.Meeting.State == StateEnded:
		return Verdict{}, ErrEnded
	case !host && !k.Invited && !k.WasIn:
		return Verdict{}, ErrNotInvited
	case k.Subject.Guest() && !k.Meeting.Guests && !k.WasIn:
		return Verdict{}, ErrGuestsOff
	case k.Meeting.Locked && !host && !k.WasIn:
		return Verdict{}, ErrLocked
	case k.Present >= k.Capacity && !host:
		return Verdict{}, ErrFull
	}
	return Verdict{Host: host}, nil
}
