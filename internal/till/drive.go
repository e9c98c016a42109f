package till

import (
	"time"
)

// Ask is what the driver does next for an attempt.
type Ask string

// The questions.
const (
	AskNothing Ask = ""
	AskQuery   Ask = "query"
	AskCancel  Ask = "cancel"
	AskGiveUp  Ask = "give_up" // nothing is left: a person has to answer for it
)

// Patience is how long the driver does what. The zero value is not usable; see DefaultPatience.
type Patience struct {
	Unknown  time.Duration // asks this long after an answer failed to come, then cancels
	Grace    time.Duration // after a code is over, before it is cancelled: the last payment may be under way
	Longest  time.Duration // between two tries of anything
	Overtime time.Duration // after CancelBy, how long a query may still bring the truth
}

// DefaultPatience is what the office gets: the clerk is asked for the customer's screen after a minute.
func DefaultPatience() Patience {
	return Patience{Unknown: time.Minute, Grace: 5 * time.Second, Longest: 5 * time.Minute, Overtime: time.Hour}
}

// Next says what to ask about an attempt whose time has come.
func (p Patience) Next(a Attempt, t Terms, now time.Time) Ask {
	if t.Hands || !a.State.Live() {
		return AskNothing
	}
	if a.State == AttemptCancelling {
		switch {
		case !t.CancelBy.IsZero() && now.After(t.CancelBy.Add(p.Overtime)):
			return AskGiveUp
		case !t.CancelBy.IsZero() && now.After(t.CancelBy), a.Reason == ReasonCancelRefused:
			return AskQuery
		}
		return AskCancel
	}
	return AskQuery
}

// Hear returns a after an answer to a question, or after silence (VerdictUnknown), asked at any state. Only what is
// proven ends an attempt. What contradicts an end that is known is not for Hear: it returns a unchanged.
func (p Patience) Hear(a Attempt, asked Ask, ans Answer, t Terms, now time.Time) Attempt {
	if !a.State.Live() {
		return a
	}
	a = a.learn(ans)
	if ans.Verdict == VerdictPaid && ans.Amount != a.Amount {
		return p.doubt(a, ReasonAmount, t, now)
	}
	switch ans.Verdict {
	case VerdictPaid:
		if a.State == AttemptCancelling && asked != AskCancel && a.Reason != ReasonCancelRefused && p.cancels(t, now) {
			return p.again(a, t, now, ans.Wait) // it was paid; the cancel is still to come
		}
		return a.end(AttemptPaid, "", now)
	case VerdictNotPaid:
		return a.end(AttemptNotPaid, either(ans.Reason, a.Reason, ReasonDeclined), now)
	case VerdictReversed:
		return a.reversed(ans, now)
	case VerdictAbsent:
		if now.Sub(a.CreatedAt) >= t.Settles {
			return a.end(AttemptNotPaid, ReasonNeverAsked, now)
		}
		return p.doubt(a, either(a.Reason, ReasonNoAnswer), t, now)
	case VerdictWaiting:
		return p.waiting(a, ans, t, now)
	case VerdictRefused:
		if a.State == AttemptCancelling {
			a.Reason = ReasonCancelRefused
			a.NextAt = now
			return a
		}
	case VerdictUnknown:
	}
	a = p.doubt(a, either(ans.Reason, ReasonNoAnswer), t, now)
	if a.State.Resolving() { // it may have asked to be left alone for a while
		a.NextAt = later(a.NextAt, now.Add(ans.Wait))
	}
	return a
}

// waiting is for what the provider has and nobody has paid yet.
func (p Patience) waiting(a Attempt, ans Answer, t Terms, now time.Time) Attempt {
	switch a.State {
	case AttemptCreated, AttemptUnknown:
		a.State, a.Reason, a.UncertainAt, a.Tries = AttemptSent, "", time.Time{}, 0
		if a.SentAt.IsZero() {
			a.SentAt = now
		}
	case AttemptCancelling:
		return p.again(a, t, now, ans.Wait)
	case AttemptUnresolved:
		a.NextAt = time.Time{}
		return a
	case AttemptSent, AttemptPaid, AttemptShown, AttemptNotPaid, AttemptReversed:
		a.Tries = 0
	}
	switch {
	case !a.ExpiresAt.IsZero() && !now.Before(a.ExpiresAt.Add(p.Grace)):
		return a.cancel(ReasonExpired, now)
	case a.Way == WayShow && a.Show == "" && !now.Before(a.CreatedAt.Add(t.Call)): // the answer with the code was lost
		return a.cancel(ReasonNoAnswer, now)
	}
	if t.Hands {
		a.NextAt = time.Time{}
		return a
	}
	a.NextAt = now.Add(max(t.Poll, ans.Wait))
	return a
}

// doubt is for an answer that proves nothing.
func (p Patience) doubt(a Attempt, reason string, t Terms, now time.Time) Attempt {
	switch a.State {
	case AttemptCreated, AttemptSent:
		a.Tries++
		// One lost question about a code on the screen is nothing to tell a clerk; three are.
		if a.State == AttemptSent && a.Tries < 3 && reason != ReasonAmount {
			return p.later(a, t, now)
		}
		a.State, a.Reason, a.UncertainAt = AttemptUnknown, reason, now
		a.NextAt = now.Add(t.Poll)
		return a
	case AttemptUnknown:
		a.Tries++
		switch {
		case reason == ReasonAmount || a.Reason == ReasonAmount:
			return a.hand(ReasonAmount, now)
		case now.Sub(a.UncertainAt) >= p.Unknown:
			return a.cancel(reason, now)
		}
		a.Reason, a.NextAt = reason, now.Add(t.Poll)
		return a
	case AttemptCancelling:
		return p.again(a, t, now, 0)
	case AttemptUnresolved:
		a.NextAt = time.Time{}
	case AttemptPaid, AttemptShown, AttemptNotPaid, AttemptReversed:
	}
	return a
}

// again tries a cancel once more, later and later, until the window is over; then a person has to.
func (p Patience) again(a Attempt, t Terms, now time.Time, wait time.Duration) Attempt {
	if !t.CancelBy.IsZero() && now.After(t.CancelBy.Add(p.Overtime)) {
		return a.hand(either(a.Reason, ReasonNoAnswer), now)
	}
	a.Tries++
	a = p.later(a, t, now)
	a.NextAt = later(a.NextAt, now.Add(wait))
	return a
}

func (p Patience) later(a Attempt, t Terms, now time.Time) Attempt {
	pause := t.Poll
	for i := 1; i < a.Tries && pause < p.Longest; i++ {
		pause *= 2
	}
	a.NextAt = now.Add(min(pause, p.Longest))
	return a
}

func (p Patience) cancels(t Terms, now time.Time) bool {
	return t.CancelBy.IsZero() || !now.After(t.CancelBy)
}

// GiveUp hands an attempt to a person: nothing automatic is left. One that is not yet known to be unknown becomes that
// first, and is handed over with the next look.
func (p Patience) GiveUp(a Attempt, now time.Time) Attempt {
	switch a.State {
	case AttemptCreated, AttemptSent:
		a.State, a.Reason, a.UncertainAt, a.NextAt = AttemptUnknown, either(a.Reason, ReasonNoAnswer), now, now
		return a
	case AttemptUnknown, AttemptCancelling, AttemptUnresolved, AttemptPaid, AttemptShown, AttemptNotPaid, AttemptReversed:
	}
	return a.hand(either(a.Reason, ReasonNoAnswer), now)
}

// Cancel is the clerk's wish not to be paid by this attempt after all.
func (a Attempt) Cancel(now time.Time) (Attempt, error) {
	switch a.State {
	case AttemptCreated, AttemptSent, AttemptUnknown:
		return a.cancel(ReasonClerkCanceled, now), nil
	case AttemptCancelling:
		return a, nil // as wished
	case AttemptUnresolved:
		return a, ErrAttemptLive
	case AttemptPaid, AttemptShown:
		return a, ErrSalePaid
	case AttemptNotPaid, AttemptReversed:
	}
	return a, ErrMoved
}

func (a Attempt) cancel(reason string, now time.Time) Attempt {
	a.State, a.Reason, a.Tries, a.NextAt = AttemptCancelling, reason, 0, now
	if a.UncertainAt.IsZero() {
		a.UncertainAt = now
	}
	return a
}

func (a Attempt) reversed(ans Answer, now time.Time) Attempt {
	if a.State == AttemptCreated { // nothing was ever promised to the customer
		return a.end(AttemptNotPaid, either(ans.Reason, ReasonDeclined), now)
	}
	reason := ReasonReversed
	switch a.Reason {
	case ReasonClerkCanceled, ReasonExpired:
		reason = a.Reason
	}
	return a.end(AttemptReversed, either(ans.Reason, reason), now)
}

func (a Attempt) hand(reason string, now time.Time) Attempt {
	if a.State.CanMove(AttemptUnresolved) {
		a.State, a.DecidedAt = AttemptUnresolved, now
	}
	a.Reason, a.NextAt = reason, time.Time{}
	return a
}

func (a Attempt) end(to AttemptState, reason string, now time.Time) Attempt {
	a.State, a.Reason, a.DecidedAt, a.NextAt, a.Show = to, reason, now, time.Time{}, ""
	if to == AttemptPaid && a.PaidAt.IsZero() {
		a.PaidAt = now
		if DayOf(now) != DayOf(a.CreatedAt) { // learnt later: the customer was there on the day of the attempt, which decides the year
			a.PaidAt = a.CreatedAt
		}
	}
	return a
}

// learn keeps what an answer says beside its verdict. What is known already is not forgotten.
func (a Attempt) learn(ans Answer) Attempt {
	a.Wallet = either(ans.Wallet, a.Wallet)
	a.Ref = either(ans.Ref, a.Ref)
	a.Thread = either(ans.Thread, a.Thread)
	a.Show = either(ans.Show, a.Show)
	if !ans.ExpiresAt.IsZero() {
		a.ExpiresAt = ans.ExpiresAt
	}
	if !ans.PaidAt.IsZero() && ans.Verdict == VerdictPaid {
		a.PaidAt = ans.PaidAt
	}
	return a
}

// Blocks reports whether a code that was shown once is spent by this attempt: whoever shows it again has to make a
// new one. A code that was refused before anything was asked is not.
func (a Attempt) Blocks() bool { return a.State != AttemptNotPaid || a.Reason == ReasonCodeUsed }

func either(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
