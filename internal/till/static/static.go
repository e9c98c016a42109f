package static

import (
	"context"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// CashName is the name of the cash drawer among the providers.
const CashName = "cash"

// nobody is how long a call that asks nobody may take.
const nobody = 5 * time.Second

// Sticker is every sticker on every counter. Its zero value is ready.
type Sticker struct{}

var _ till.Provider = Sticker{}

// Name implements till.Provider.
func (Sticker) Name() string { return till.StickerProvider }

// Terms implements till.Provider: only the clerk ends it.
func (Sticker) Terms(till.Attempt) till.Terms {
	return till.Terms{Call: nobody, Ask: nobody, Hands: true}
}

// Start implements till.Provider: the code hangs there, and the customer types the amount.
func (Sticker) Start(_ context.Context, o till.Order) (till.Answer, error) {
	if o.Attempt.Way != till.WaySticker {
		return till.Answer{Verdict: till.VerdictNotPaid, Reason: till.ReasonSetup}, nil
	}
	return till.Answer{Verdict: till.VerdictWaiting}, nil
}

// Query implements till.Provider. Nobody can be asked.
func (Sticker) Query(context.Context, till.Attempt) (till.Answer, error) {
	return till.Answer{Verdict: till.VerdictWaiting}, nil
}

// Cancel implements till.Provider: not paid, by the word of the clerk who saw the customer's screen. The sticker
// cannot be taken back; what is paid to it nonetheless, the settlement file brings to light.
func (Sticker) Cancel(context.Context, till.Attempt) (till.Answer, error) {
	return till.Answer{Verdict: till.VerdictNotPaid, Reason: till.ReasonClerkCanceled}, nil
}

// Cash is the drawer.
type Cash struct{ clock core.Clock }

var (
	_ till.Provider = Cash{}
	_ till.Serving  = Cash{}
)

// NewCash returns the drawer.
func NewCash(clock core.Clock) Cash { return Cash{clock} }

// Name implements till.Provider.
func (Cash) Name() string { return CashName }

// Serves implements till.Serving.
func (Cash) Serves() map[till.Way][]string {
	return map[till.Way][]string{till.WayCash: {till.WalletCash}}
}

// Terms implements till.Provider.
func (Cash) Terms(till.Attempt) till.Terms {
	return till.Terms{Call: nobody, Ask: nobody, Poll: time.Second}
}

// Start implements till.Provider: the clerk has the money.
func (c Cash) Start(_ context.Context, o till.Order) (till.Answer, error) {
	if o.Attempt.Way != till.WayCash {
		return till.Answer{Verdict: till.VerdictNotPaid, Reason: till.ReasonSetup}, nil
	}
	return c.paid(o.Attempt), nil
}

// Query implements till.Provider. An attempt that a power cut left behind was stored because the clerk had the
// money, so it is paid: whoever gave it back takes the sale back.
func (c Cash) Query(_ context.Context, a till.Attempt) (till.Answer, error) { return c.paid(a), nil }

// Cancel implements till.Provider: a drawer undoes nothing by itself. Cash goes back by a refund, which stands in the
// books.
func (Cash) Cancel(context.Context, till.Attempt) (till.Answer, error) {
	return till.Answer{Verdict: till.VerdictRefused, Reason: till.ReasonCancelRefused}, nil
}

func (c Cash) paid(a till.Attempt) till.Answer {
	at := a.CreatedAt
	if at.IsZero() {
		at = c.clock()
	}
	return till.Answer{Verdict: till.VerdictPaid, Wallet: till.WalletCash, Amount: a.Amount, PaidAt: at}
}
