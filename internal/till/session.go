package till

import (
	"time"

	"yakusho/internal/core"
)

// Counter is a 窓口.
type Counter struct {
	ID       core.ID
	Number   int    // 1 for 1番窓口
	Name     string // 市民課 1番窓口
	Office   string // the building, as a label
	Printer  string // HOST:PORT of a network printer; empty: the browser prints
	Stickers []Sticker
	Retired  bool
}

// Sticker is an official code on the counter, as it was registered. We never make one.
type Sticker struct {
	ID         core.ID
	Counter    core.ID
	Wallet     string // paypay, or jpqr for a code several wallets read
	Provider   string // whose settlement file its payments are in
	Label      string // PayPay のステッカー（左）
	Payload    string // what is in the code, byte for byte
	Shop       string // the name a customer's phone shows
	Registered time.Time
	By         core.ID
	Retired    bool
}

// StickerAny is the Wallet of a sticker that several wallets read (JPQR).
const StickerAny = "jpqr"

// Takes reports whether a customer may pay with w by this sticker, as far as the sticker goes.
func (s Sticker) Takes(w Wallet) bool {
	if s.Wallet == StickerAny {
		return w.ID != WalletCash && w.ID != WalletTraining && w.Retired == ""
	}
	return s.Wallet == w.ID
}

// Display is a second screen that faces the customer, paired with a counter.
type Display struct {
	ID      core.ID
	Counter core.ID
	Secret  string // SHA-256 of what its browser holds, hex
	Paired  time.Time
	By      core.ID
	Retired bool
}

// Session is one opening of a counter, from 開局 to 締め. A counter has at most one open at a time.
type Session struct {
	ID       core.ID
	Counter  core.ID
	Day      Day
	Number   int // of the counter and day: 2 after a second opening
	Training bool
	State    SessionState
	OpenedBy core.ID
	OpenedAt time.Time
	Float    core.Money // つり銭 in the drawer at the opening
	Checked  []Checked
	Close    Close // zero while open
	Version  int64 // counts every change of the session, its sales, attempts, payments and refunds while it is open
}

// Checked is the look at one sticker at the opening.
type Checked struct {
	Sticker core.ID
	Same    bool // byte for byte what was registered
	At      time.Time
}

// Close is what was signed. The totals are stored as they were signed, not computed again.
type Close struct {
	At        time.Time
	SignedBy  core.ID    // 窓口職員
	ClosedBy  core.ID    // 出納員: somebody else
	Counted   core.Money // in the drawer, つり銭 included
	Handed    []core.ID  // unresolved attempts that were handed over
	Owner     core.ID    // who at 会計課 answers for them
	OwnerName string
	Totals    DayBook
}

// Payment is a 入金: money that was taken, as the books have it.
type Payment struct {
	ID         core.ID
	Sale       core.ID
	Attempt    core.ID // the zero ID where nothing was owed
	Session    core.ID
	Provider   string // who owes it to us, see Attempt.Settles
	Wallet     string
	Way        Way
	Amount     core.Money
	Ref        string    // the provider's id; of a payment by sticker, the last digits the clerk saw
	PaidAt     time.Time // by the provider's clock
	PaidOn     Day       // decides the fiscal year
	FiscalYear int
	BookedOn   Day  // the day in whose 日計 it stands
	Confirmed  bool // false for what a clerk was only shown
	Refunded   core.Money
	Training   bool
}

// Refund is a 取消 (same day, in full, before the close) or a 還付.
type Refund struct {
	ID          core.ID // also the provider's idempotency key
	Payment     core.ID
	Sale        core.ID
	Session     core.ID // of the sale
	Number      int     // of the payment
	Void        bool
	Amount      core.Money
	Reason      string
	State       RefundState
	RequestedBy core.ID
	RequestedAt time.Time
	DecidedBy   core.ID // never who requested it
	DecidedAt   time.Time
	Ref         string // the provider's id
	Detail      string // why failed or unknown, one of the reasons
	DoneAt      time.Time
	BookedOn    Day
	NextAt      time.Time
	Tries       int
	Version     int64
}
