package till

import (
	"fmt"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till/ledger"
)

// Booking is what a change of an attempt or a refund does to the books. The store writes it in the same
// transaction as the change itself, or not at all.
type Booking struct {
	Payment  *Payment      // to store, new
	Of       core.ID       // the stored payment this changes; empty: none
	Confirm  bool          // it is confirmed from now on
	GaveBack core.Money    // added to what was refunded of it
	Entry    *ledger.Entry // nil for training
	Sale     SaleState     // where the sale goes; empty: it stays
}

// BookPayment makes the payment and its entry out of an attempt that took money at now. on is the day in whose
// 日計 it stands. What a clerk was only shown goes to an account of its own until a file confirms it.
func BookPayment(s Sale, a Attempt, on Day, now time.Time) (Booking, error) {
	paidAt := a.PaidAt
	if paidAt.IsZero() {
		paidAt = now
	}
	p := Payment{
		ID: core.NewID(now), Sale: s.ID, Attempt: a.ID, Session: s.Session, Provider: a.Settles(), Wallet: a.Wallet, Way: a.Way,
		Amount: a.Amount, Ref: either(a.Ref, a.Proof.Tail), PaidAt: paidAt, PaidOn: DayOf(paidAt), FiscalYear: DayOf(paidAt).FiscalYear(), BookedOn: on,
		Confirmed: a.State == AttemptPaid, Training: s.Training,
	}
	if p.Amount != s.Total {
		return Booking{}, fmt.Errorf("book payment of attempt %s: %d yen for a sale of %d", a.ID, p.Amount, s.Total)
	}
	b := Booking{Payment: &p, Sale: SalePaid}
	if s.Training {
		return b, nil
	}
	asset := ledger.ReceivableOf(p.Provider)
	switch {
	case a.Way == WayCash:
		asset = ledger.CashOf(s.Counter)
	case !p.Confirmed:
		asset = ledger.ShownAt(p.Provider)
	}
	return b.enter(now, on, "sale", p.ID, append(revenue(s, p.FiscalYear, -1), ledger.Posting{Account: asset, Amount: p.Amount}))
}

// BookConfirm moves a shown payment to what the provider owes: the settlement file has it. All of it, also where some went
// back before: that was the office's own money.
func BookConfirm(p Payment, on Day, now time.Time) (Booking, error) {
	b := Booking{Of: p.ID, Confirm: true}
	if p.Training {
		return b, nil
	}
	return b.enter(now, on, "confirm", p.ID, []ledger.Posting{
		{Account: ledger.ReceivableOf(p.Provider), Amount: p.Amount}, {Account: ledger.ShownAt(p.Provider), Amount: -p.Amount},
	})
}

// BookRetract undoes a shown payment that never came. Its revenue was never there.
func BookRetract(s Sale, p Payment, on Day, now time.Time) (Booking, error) {
	b := Booking{Of: p.ID, GaveBack: p.Amount, Sale: SaleDrop}
	if p.Training {
		return b, nil
	}
	return b.enter(now, on, "retract", p.ID,
		append(revenue(s, p.FiscalYear, 1), ledger.Posting{Account: ledger.ShownAt(p.Provider), Amount: -p.Amount}))
}

// BookRefund gives back r of p. In the year of the payment it lessens the revenue (戻出); after its year has
// closed it is an expense of the new one (過誤納金還付). A part is shared over the lines in proportion. What was paid by
// sticker goes back from the office's bank account: no provider can be asked, so what it owes stays as it is.
func BookRefund(s Sale, p Payment, r Refund, on Day, now time.Time) (Booking, error) {
	b := Booking{Of: p.ID, GaveBack: r.Amount}
	if p.Refunded+r.Amount == p.Amount {
		b.Sale = SaleVoided
	}
	if p.Refunded+r.Amount > p.Amount {
		return Booking{}, fmt.Errorf("book refund %s: %d yen of %d, %d given back before", r.ID, r.Amount, p.Amount, p.Refunded)
	}
	if p.Training {
		return b, nil
	}
	weights := make([]core.Money, 0, len(s.Lines))
	for _, l := range s.Lines {
		weights = append(weights, l.Amount())
	}
	var posts []ledger.Posting
	for i, part := range ledger.Share(r.Amount, weights) {
		account := ledger.RevenueOf(p.FiscalYear, s.Lines[i].Category.Code)
		if on.FiscalYear() != p.FiscalYear {
			account = ledger.RefundOfPastYear(on.FiscalYear(), s.Lines[i].Category.Code)
		}
		posts = append(posts, ledger.Posting{Account: account, Amount: part})
	}
	asset := ledger.ReceivableOf(p.Provider)
	switch p.Way {
	case WayCash:
		asset = ledger.CashOf(s.Counter)
	case WaySticker:
		asset = ledger.BankAccount()
	case WayShow, WayScan:
	}
	what := "refund"
	if r.Void {
		what = "void"
	}
	return b.enter(now, on, what, r.ID, append(posts, ledger.Posting{Account: asset, Amount: -r.Amount}))
}

// BookDeposit books what a provider paid out: the bank has the net, the fee is an expense, and what was owed is
// gone in full.
func BookDeposit(d Deposit, now time.Time) (ledger.Entry, error) {
	b, err := Booking{}.enter(now, d.On, "settle", d.ID, []ledger.Posting{
		{Account: ledger.BankAccount(), Amount: d.Net},
		{Account: ledger.FeeOf(d.Provider), Amount: d.Fee},
		{Account: ledger.ReceivableOf(d.Provider), Amount: -d.Net - d.Fee},
	})
	if err != nil {
		return ledger.Entry{}, err
	}
	return *b.Entry, nil
}

func revenue(s Sale, fiscalYear int, sign core.Money) []ledger.Posting {
	posts := make([]ledger.Posting, 0, len(s.Lines)+1)
	for _, l := range s.Lines {
		posts = append(posts, ledger.Posting{Account: ledger.RevenueOf(fiscalYear, l.Category.Code), Amount: sign * l.Amount()})
	}
	return posts
}

func (b Booking) enter(now time.Time, on Day, what string, subject core.ID, posts []ledger.Posting) (Booking, error) {
	balanced, err := ledger.Post(posts...)
	if err != nil {
		return Booking{}, fmt.Errorf("book %s %s: %w", what, subject, err)
	}
	b.Entry = &ledger.Entry{ID: core.NewID(now), At: now, On: string(on), What: what, Subject: subject, Postings: balanced}
	return b, nil
}
