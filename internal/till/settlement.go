package till

import (
	"time"

	"yakusho/internal/core"
)

// Settlement is a 精算ファイル of a provider, taken in whole or not at all.
type Settlement struct {
	ID       core.ID
	Provider string
	Name     string // of the file
	Sum      string // SHA-256 of its bytes, hex: the same file again changes nothing
	From, To Day
	By       core.ID
	At       time.Time
	Rows     []SettlementRow
}

// RowKind is what a row of a settlement file says.
type RowKind string

// The kinds of row.
const (
	RowPaid     RowKind = "paid"
	RowRefunded RowKind = "refunded" // Amount is positive: what went back
	RowFailed   RowKind = "failed"   // moved no money
)

// SettlementRow is one transaction as the provider has it.
type SettlementRow struct {
	Line   int     // in the file, from 1, the heading included
	Ours   core.ID // what we sent as our id: an attempt or a refund; empty where the provider made its own
	Ref    string  // the provider's id of the payment
	Kind   RowKind
	Amount core.Money
	Fee    core.Money // what the provider keeps of it
	HasFee bool       // the file has a column for the fee
	At     time.Time
	Wallet string
	Status string // as in the file
	Detail string // as in the file: how the customer paid
}

// FileProblem is one thing wrong in a file, at a place a person can find.
type FileProblem struct {
	Line    int    // from 1
	Column  string // its heading, empty where it is about the whole line
	Message string // Japanese
}

// Deposit is a 銀行入金 of a provider.
type Deposit struct {
	ID       core.ID
	Provider string
	From, To Day // the days of payments it pays out
	On       Day // when it arrived
	Net      core.Money
	Fee      core.Money
	Note     string
	By       core.ID
	At       time.Time
}

// DifferenceKind is how our books and a file contradict each other.
type DifferenceKind string

// The kinds of difference, most serious first.
const (
	OnlyFile       DifferenceKind = "only_file"      // the provider took money of which we have no payment
	AmountDiffers  DifferenceKind = "amount_differs" // both have it, with other amounts
	StateDiffers   DifferenceKind = "state_differs"  // the file has it paid, we hold it unpaid, reversed or open
	TwiceInFile    DifferenceKind = "twice_in_file"
	OnlyBooks      DifferenceKind = "only_books"       // we have a payment the file lacks
	RefundMissing  DifferenceKind = "refund_missing"   // we gave back, the file does not say so
	RefundOnlyFile DifferenceKind = "refund_only_file" // the file gives back what we never refunded
)

// Difference is one contradiction, to the yen.
type Difference struct {
	Kind    DifferenceKind
	Line    int // of the file; 0 where the file has none
	Payment core.ID
	Attempt core.ID
	Refund  core.ID
	Sale    core.ID
	Wallet  string
	At      time.Time
	Books   core.Money // what our books say
	File    core.Money // what the file says
	Words   string     // Japanese: what it is, that no money is lost, what to do next
}

// Yen is how far the two are apart: the file's less ours.
func (d Difference) Yen() core.Money { return d.File - d.Books }
