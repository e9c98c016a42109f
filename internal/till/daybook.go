package till

import "yakusho/internal/core"

// DayBook is the 日計 of one session: what was sold, how it was paid, what went back, what is open.
type DayBook struct {
	First, Last int // sale numbers, 0 where there was none
	Sales       int // that were paid
	Items       []ItemTotal
	Methods     []MethodTotal
	Revenue     core.Money // of the sales of this session, voids taken off
	Cash        core.Money // of it, in the drawer
	Voids       []RefundLine
	Refunds     []RefundLine
	Open        []OpenLine // unknown or unresolved: not in Revenue
	Shown       core.Money // of Revenue, not confirmed by a file yet
	Dropped     int
}

// ItemTotal is one item, or the sum of its 科目.
type ItemTotal struct {
	Category Category
	Code     string
	Name     string
	Unit     string
	Count    int
	Reduced  int // of Count, with a reduction
	Amount   core.Money
}

// MethodTotal is one wallet and way.
type MethodTotal struct {
	Wallet string
	Way    Way
	Count  int
	Amount core.Money
}

// RefundLine is one 取消 or 還付.
type RefundLine struct {
	Sale     core.ID
	Number   int
	Amount   core.Money
	Reason   string
	Approver core.ID
	State    RefundState
}

// OpenLine is one sale whose payment is not known.
type OpenLine struct {
	Sale    core.ID
	Attempt core.ID
	Number  int
	Amount  core.Money
	Wallet  string
	State   AttemptState
	Owner   core.ID
}
