package till

import (
	"context"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till/ledger"
)

// Provider takes money for us: a 決済事業者, or what stands in for one. Every call is for one attempt, whose id is
// the idempotency key: a call made twice must have the effect of one. An error means that nothing is known, never
// that nothing was paid; a proof of that is an Answer.
type Provider interface {
	// Name is short and stable: it names accounts and files.
	Name() string
	// Start asks for the payment.
	Start(ctx context.Context, o Order) (Answer, error)
	// Query asks how it stands.
	Query(ctx context.Context, a Attempt) (Answer, error)
	// Cancel asks to undo it, paid or not, and sees to it that nobody can pay it any more.
	Cancel(ctx context.Context, a Attempt) (Answer, error)
	// Terms are the provider's times for an attempt.
	Terms(a Attempt) Terms
}

// Terms are the times that bind the driver.
type Terms struct {
	Call     time.Duration // how long Start may take before its silence is an unknown; PayPay: 30 s
	Ask      time.Duration // how long Query, Cancel and refunds may take
	Poll     time.Duration // between two questions while the customer pays; PayPay: 2 to 3 s
	Settles  time.Duration // after this long, VerdictAbsent is a proof: no request can still be under way
	CancelBy time.Time     // the last moment at which a cancel is accepted; the zero Time: never over
	Hands    bool          // nobody answers but the clerk: nothing is asked, nothing is cancelled by itself
}

// Serving is a provider that says which wallets it serves, by way. It is how the desk knows what to offer.
type Serving interface {
	Serves() map[Way][]string
}

// Refunder is a provider that gives money back after the cancel window.
type Refunder interface {
	// Refund asks to give r.Amount of a paid attempt back; r.ID is the idempotency key.
	Refund(ctx context.Context, a Attempt, r Refund) (RefundAnswer, error)
	// QueryRefund asks how a refund stands.
	QueryRefund(ctx context.Context, a Attempt, r Refund) (RefundAnswer, error)
}

// RefundAnswer is what a provider said of a refund: RefundDone, RefundFailed, or RefundUnknown while it is under
// way.
type RefundAnswer struct {
	State  RefundState
	Ref    string
	Reason string
	Wait   time.Duration // how long to leave it alone; 0: as usual
}

// Hinter is a provider that sends notifications. A hint moves nothing: it makes the driver ask.
type Hinter interface {
	// Hint reads a notification: its body and the Authorization header it came with. It answers the attempt, by
	// our id or by the provider's, or an error for what is malformed or not from the provider.
	Hint(authorization string, body []byte) (Hint, error)
}

// Hint says of what a notification speaks.
type Hint struct {
	Delivery string // the provider's id of the notification, to drop a second one; empty: none
	Attempt  core.ID
	Ref      string
}

// Statement is a provider whose settlement file we can read.
type Statement interface {
	// ParseSettlement reads the bytes of a file. All problems are named at once, with line and column; the rows are
	// valid only when there are none.
	ParseSettlement(file []byte) ([]SettlementRow, []FileProblem)
}

// Command is who wants what, so that the same press arriving twice is done once. Hash is of everything the
// command says; the same key with another hash is refused with ErrKeyReused.
type Command struct {
	Key  string // made by the browser before the first try
	By   core.ID
	What string // fix_sale, start_attempt …
	Hash string
	At   time.Time
}

// Event is what the outbox carries out of the transaction it happened in: to the audit log and to screens.
type Event struct {
	Seq     int64 // by the store
	At      time.Time
	What    string // till.attempt_paid: an action of the audit log
	Target  string
	By      core.ID // the zero ID: the server itself
	Name    string
	Outcome string // as in audit: ok, refused, failed
	Session core.ID
	Sale    core.ID
	Detail  map[string]string // never a secret or a whole code
}

// Commands remembers what was done. Every method that takes a Command does it once: the same again answers the thing it
// made, as it is by now, and changes nothing; ErrKeyReused for the same key with another hash, purpose or person. An empty
// key is no command: the driver's. A command that was refused is not remembered.
type Commands interface {
	// Done returns the id of what a command made when it was carried out before. A service asks it where what the command
	// itself changed would make it refuse the second press.
	Done(ctx context.Context, cmd Command) (id core.ID, done bool, err error)
}

// Catalogue keeps what an administrator sets. Put stores a new one or replaces that of the same id, and returns what is
// stored: of a command that was done before, the one it made.
type Catalogue interface {
	Items(ctx context.Context) ([]Item, error)
	// PutItem answers ErrInUse for another item of that code on these days, and ErrPriceFixed for another price of an item
	// that was sold from.
	PutItem(ctx context.Context, cmd Command, i Item, e Event) (Item, error)
	Reductions(ctx context.Context) ([]Reduction, error)
	PutReduction(ctx context.Context, cmd Command, r Reduction, e Event) (Reduction, error)
	Designations(ctx context.Context) ([]Designation, error)
	PutDesignation(ctx context.Context, cmd Command, d Designation, e Event) (Designation, error)
}

// Places keeps counters and what stands on them.
type Places interface {
	Counters(ctx context.Context) ([]Counter, error) // with their stickers
	PutCounter(ctx context.Context, cmd Command, c Counter, e Event) (Counter, error)
	PutSticker(ctx context.Context, cmd Command, s Sticker, e Event) (Sticker, error)
	// Displays returns the customer displays that are paired, of all counters.
	Displays(ctx context.Context) ([]Display, error)
	PutDisplay(ctx context.Context, cmd Command, d Display, e Event) (Display, error)
}

// Sessions keeps openings.
type Sessions interface {
	// Open stores s as the only open session of its counter and gives it its number; ErrSessionOpen when there is one.
	Open(ctx context.Context, cmd Command, s Session, e Event) (Session, error)
	Session(ctx context.Context, id core.ID) (Session, error)
	// Sessions returns those of the days from to to, and every open one, newest first.
	Sessions(ctx context.Context, from, to Day) ([]Session, error)
	// Sign stores s.Close.SignedBy, Counted, Owner and OwnerName at s.Version. Any later change of anything in the session
	// empties the signature again.
	Sign(ctx context.Context, cmd Command, s Session, e Event) (Session, error)
	// Close closes s at s.Version and makes owner answer for every live attempt of it. It answers ErrMoved when
	// anything in the session changed since it was read (s.Close.Totals no longer holds), ErrOwnerNeeded when an
	// attempt is live and owner is empty, ErrClosed when it is closed, ErrUnsigned and ErrSigner as the desk does.
	Close(ctx context.Context, cmd Command, s Session, owner core.ID, e Event) (Session, error)
	// Book returns everything of one session that a day book is made of, from one snapshot.
	Book(ctx context.Context, id core.ID) (SessionBook, error)
}

// SessionBook is everything of one session, in order.
type SessionBook struct {
	Session  Session
	Counter  Counter
	Sales    []Sale
	Attempts []Attempt
	Payments []Payment
	Refunds  []Refund
}

// Sales keeps sales and their attempts.
type Sales interface {
	// FixSale stores s, in the state it has, with the next number of its counter and day; ErrNotOpen unless its session
	// is open.
	FixSale(ctx context.Context, cmd Command, s Sale, e Event) (Sale, error)
	Sale(ctx context.Context, id core.ID) (Sale, error)
	// EndSale moves an open sale without a live attempt to SaleDrop; else ErrAttemptLive, ErrSalePaid, ErrSaleOver.
	EndSale(ctx context.Context, cmd Command, id core.ID, at time.Time, e Event) (Sale, error)
	// AddAttempt stores a as the only live attempt of its open sale and gives it its number; else ErrAttemptLive,
	// ErrSalePaid, ErrSaleOver, ErrNotOpen, or ErrCodeReused when a.CodeHash was used in the last 24 hours by another
	// attempt that did more than be refused.
	AddAttempt(ctx context.Context, cmd Command, a Attempt, e Event) (Attempt, error)
	Attempt(ctx context.Context, id core.ID) (Attempt, error)
	AttemptByRef(ctx context.Context, provider, ref string) (Attempt, error)
	AttemptsOf(ctx context.Context, sale core.ID) ([]Attempt, error)
}

// Driven keeps what the driver works on. Claim hands an attempt to one server at a time.
type Driven interface {
	// MoveAttempt stores next over the row of the same id if it still has state from and next.Version, counts the
	// version up, and writes b and e with it, all in one. Else ErrMoved. A command is optional: zero for the driver.
	MoveAttempt(ctx context.Context, cmd Command, from AttemptState, next Attempt, b *Booking, e Event) (Attempt, error)
	// ClaimAttempts returns at most n attempts whose NextAt is due, the longest due first, and keeps them from every
	// other owner until now+lease. A move ends the hold.
	ClaimAttempts(ctx context.Context, owner string, now time.Time, lease time.Duration, n int) ([]Attempt, error)
	// Nudge makes a live attempt due now; it leaves an ended one alone, and a held one to its holder.
	Nudge(ctx context.Context, id core.ID, now time.Time) error
	MoveRefund(ctx context.Context, cmd Command, from RefundState, next Refund, b *Booking, e Event) (Refund, error)
	ClaimRefunds(ctx context.Context, owner string, now time.Time, lease time.Duration, n int) ([]Refund, error)
}

// Refunds keeps what is given back.
type Refunds interface {
	// AddRefund stores r and gives it its number. ErrRefundTooMuch when it and all that claim before exceed the payment.
	AddRefund(ctx context.Context, cmd Command, r Refund, e Event) (Refund, error)
	Refund(ctx context.Context, id core.ID) (Refund, error)
	RefundsOf(ctx context.Context, payment core.ID) ([]Refund, error)
	// Refunds returns those in one of the states, newest first; all states when none is given.
	Refunds(ctx context.Context, limit int, states ...RefundState) ([]Refund, error)
}

// Accounts keeps the books. Each range is of days of booking, both included.
type Accounts interface {
	Payment(ctx context.Context, id core.ID) (Payment, error)
	PaymentOf(ctx context.Context, attempt core.ID) (Payment, error)
	// Payments gives each payment that was paid in [from, to], training left out, in the order of payment. An empty provider
	// stands for every one.
	Payments(ctx context.Context, provider string, from, to Day, each func(Payment) error) error
	// Entries gives each entry booked in [from, to], in order.
	Entries(ctx context.Context, from, to Day, each func(ledger.Entry) error) error
	// Balances returns every account's sum over all entries booked on or before a day; the sum of all is zero.
	Balances(ctx context.Context, until Day) (map[ledger.Account]core.Money, error)
	// Unresolved returns the attempts that stand on the list: unresolved ones, and unknown or cancelling ones.
	Unresolved(ctx context.Context) ([]Attempt, error)
	// SearchSales returns sales of the days, newest first, where the label, an id of ours or of a provider contains text.
	SearchSales(ctx context.Context, from, to Day, text string, limit int) ([]Sale, error)
}

// Settlements keeps the files of providers and what the bank received.
type Settlements interface {
	// AddSettlement stores file and rows in one; the same Sum again returns the first one and true.
	AddSettlement(ctx context.Context, cmd Command, s Settlement, e Event) (stored Settlement, again bool, err error)
	// Settlements returns files without rows that touch the days.
	Settlements(ctx context.Context, provider string, from, to Day) ([]Settlement, error)
	// Rows gives each row of a provider dated in [from, to], of all its files, in the order of time.
	Rows(ctx context.Context, provider string, from, to Day, each func(SettlementRow) error) error
	AddDeposit(ctx context.Context, cmd Command, d Deposit, entry ledger.Entry, e Event) (Deposit, error)
	Deposits(ctx context.Context, provider string, from, to Day) ([]Deposit, error)
}

// Outbox hands events on, in order, at least once.
type Outbox interface {
	Events(ctx context.Context, limit int) ([]Event, error)
	Delivered(ctx context.Context, upTo int64) error
	// Keep stores an event that belongs to no other change.
	Keep(ctx context.Context, e Event) error
}

// Store is what a storage package satisfies; the services are built from its parts.
type Store interface {
	Commands
	Catalogue
	Places
	Sessions
	Sales
	Driven
	Refunds
	Accounts
	Settlements
	Outbox
}
