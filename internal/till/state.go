package till

// move is one row of a life.
type move[S ~string] struct {
	From  S
	Event string
	To    S
}

// AttemptState is what is known of one try to be paid.
type AttemptState string

// The states of an attempt (決済試行). Created, Sent, Unknown and Cancelling are live: nobody may charge for the
// sale again.
const (
	AttemptCreated    AttemptState = "created"          // on disk; the provider may or may not have heard of it
	AttemptSent       AttemptState = "sent"             // the provider has it; the customer may pay
	AttemptPaid       AttemptState = "paid"             // proven paid
	AttemptShown      AttemptState = "customer_shown"   // the clerk saw the customer's screen; not proven
	AttemptNotPaid    AttemptState = "not_paid"         // proven unpaid, and nothing can be paid any more
	AttemptUnknown    AttemptState = "unknown"          // no answer, or one that proves nothing
	AttemptCancelling AttemptState = "cancel_requested" // we want it undone; the provider has not agreed yet
	AttemptReversed   AttemptState = "reversed"         // the provider agreed: whatever was paid goes back
	AttemptUnresolved AttemptState = "unresolved"       // every automatic way is used up; a person answers for it
)

// attemptLife is the whole life of an attempt. SQL enforces it (WHERE state = from) and a golden test prints it.
var attemptLife = [...]move[AttemptState]{
	{AttemptCreated, "provider took it", AttemptSent},
	{AttemptCreated, "provider says paid", AttemptPaid},
	{AttemptCreated, "provider refused, or proves there is none", AttemptNotPaid},
	{AttemptCreated, "no answer", AttemptUnknown},
	{AttemptCreated, "clerk gives up, or a restart found it", AttemptCancelling},
	{AttemptSent, "provider says paid", AttemptPaid},
	{AttemptSent, "clerk ticked the customer's screen", AttemptShown},
	{AttemptSent, "provider proves it unpaid", AttemptNotPaid},
	{AttemptSent, "no answer for too long", AttemptUnknown},
	{AttemptSent, "clerk gives up, or the code is over", AttemptCancelling},
	{AttemptSent, "provider took it back by itself", AttemptReversed},
	{AttemptUnknown, "provider says it waits for the customer", AttemptSent},
	{AttemptUnknown, "provider says paid", AttemptPaid},
	{AttemptUnknown, "provider proves it unpaid", AttemptNotPaid},
	{AttemptUnknown, "asked long enough, or clerk gives up", AttemptCancelling},
	{AttemptUnknown, "provider took it back by itself", AttemptReversed},
	{AttemptUnknown, "nothing left to try", AttemptUnresolved},
	{AttemptCancelling, "provider agreed to the cancel", AttemptReversed},
	{AttemptCancelling, "provider proves it unpaid", AttemptNotPaid},
	{AttemptCancelling, "it was paid and can no longer be cancelled", AttemptPaid},
	{AttemptCancelling, "the window is over and nothing is known", AttemptUnresolved},
	{AttemptUnresolved, "provider or file says paid", AttemptPaid},
	{AttemptUnresolved, "provider or file proves it unpaid", AttemptNotPaid},
	{AttemptUnresolved, "the money is known to have gone back", AttemptReversed},
	{AttemptShown, "settlement file has it", AttemptPaid},
	{AttemptShown, "accounting section: it never came", AttemptNotPaid},
}

// CanMove reports whether the life of an attempt knows a way from one state to another.
func (s AttemptState) CanMove(to AttemptState) bool { return canMove(attemptLife[:], s, to) }

// Live reports whether the end is open: nothing else may be charged for the sale.
func (s AttemptState) Live() bool {
	switch s {
	case AttemptCreated, AttemptSent, AttemptUnknown, AttemptCancelling, AttemptUnresolved:
		return true
	case AttemptPaid, AttemptShown, AttemptNotPaid, AttemptReversed:
	}
	return false
}

// Resolving reports whether the driver still has something to do for it.
func (s AttemptState) Resolving() bool { return s.Live() && s != AttemptUnresolved }

// Took reports whether a payment stands in the books for it.
func (s AttemptState) Took() bool { return s == AttemptPaid || s == AttemptShown }

// saleLife is the whole life of a sale.
var saleLife = [...]move[SaleState]{
	{SaleOpen, "an attempt is paid, or nothing is owed", SalePaid},
	{SaleOpen, "given up, with no live attempt", SaleDrop},
	{SalePaid, "all of it went back", SaleVoided},
	{SalePaid, "what the clerk was shown never came", SaleDrop},
}

// CanMove reports whether the life of a sale knows a way from one state to another.
func (s SaleState) CanMove(to SaleState) bool { return canMove(saleLife[:], s, to) }

// RefundState is where giving money back stands.
type RefundState string

// The states of a refund (取消・還付).
const (
	RefundRequested RefundState = "requested" // waits for a second person
	RefundRejected  RefundState = "rejected"
	RefundApproved  RefundState = "approved" // on disk; the provider may or may not have heard of it
	RefundUnknown   RefundState = "unknown"  // asked, and not known whether it went back
	RefundDone      RefundState = "done"     // the provider, or the clerk for cash, gave it back
	RefundFailed    RefundState = "failed"   // proven not given back; a new one may be requested
)

var refundLife = [...]move[RefundState]{
	{RefundRequested, "second person agrees", RefundApproved},
	{RefundRequested, "second person refuses, or it is withdrawn", RefundRejected},
	{RefundApproved, "provider gave it back", RefundDone},
	{RefundApproved, "provider proves it did not", RefundFailed},
	{RefundApproved, "no answer, or still under way", RefundUnknown},
	{RefundUnknown, "provider gave it back", RefundDone},
	{RefundUnknown, "provider proves it did not", RefundFailed},
}

// CanMove reports whether the life of a refund knows a way from one state to another.
func (s RefundState) CanMove(to RefundState) bool { return canMove(refundLife[:], s, to) }

// Claims reports whether a refund in this state counts against what may still be refunded.
func (s RefundState) Claims() bool { return s != RefundRejected && s != RefundFailed }

// Resolving reports whether the driver still has something to do for it.
func (s RefundState) Resolving() bool { return s == RefundApproved || s == RefundUnknown }

// SessionState is whether a counter takes sales.
type SessionState string

// The states of a session (開局).
const (
	SessionOpen   SessionState = "open"
	SessionClosed SessionState = "closed" // nothing of it changes any more
)

var sessionLife = [...]move[SessionState]{
	{SessionOpen, "signed and closed", SessionClosed},
}

// CanMove reports whether the life of a session knows a way from one state to another.
func (s SessionState) CanMove(to SessionState) bool { return canMove(sessionLife[:], s, to) }

func canMove[S ~string](life []move[S], from, to S) bool {
	for _, m := range life {
		if m.From == from && m.To == to {
			return true
		}
	}
	return false
}
