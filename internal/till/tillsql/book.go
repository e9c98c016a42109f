package tillsql

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/ledger"
)

// fits refuses a move whose booking is not what the move does to the books: money that was taken without a payment, or
// a payment of another attempt.
func fits(from till.AttemptState, next till.Attempt, b *till.Booking) error {
	wrong := func(what string) error {
		return fmt.Errorf("attempt %s from %s to %s: %s", next.ID, from, next.State, what)
	}
	switch {
	case from.Took() == next.State.Took() && from == next.State || !from.Took() && !next.State.Took():
		if b != nil {
			return wrong("a booking where no money moved")
		}
	case b == nil:
		return wrong("money moved and nothing is booked")
	case !from.Took():
		p := b.Payment
		switch {
		case p == nil || b.Of != "" || b.Confirm || b.GaveBack != 0 || b.Sale != till.SalePaid:
			return wrong("what took money is booked as a payment that pays its sale")
		case p.Attempt != next.ID || p.Sale != next.Sale || p.Amount != next.Amount || p.Training != next.Training || p.Refunded != 0:
			return wrong("the payment is not of this attempt")
		case p.Confirmed != (next.State == till.AttemptPaid):
			return wrong("a payment is confirmed when it is proven, and only then")
		}
	case b.Payment != nil || b.Of == "":
		return wrong("the payment is there already")
	case next.State == till.AttemptPaid && (!b.Confirm || b.GaveBack != 0 || b.Sale != ""):
		return wrong("what was shown is confirmed")
	case next.State == till.AttemptNotPaid && (b.Confirm || b.GaveBack != next.Amount || b.Sale != till.SaleDrop):
		return wrong("what never came is retracted in full")
	}
	if b == nil {
		return nil
	}
	return balanced(b.Entry, next.Training)
}

// balanced looks once more at what was made to balance. Training has no entry, everything else has one.
func balanced(e *ledger.Entry, training bool) error {
	if training || e == nil {
		if training != (e == nil) {
			return fmt.Errorf("training is %t, and an entry is there: %t", training, e != nil)
		}
		return nil
	}
	if len(e.Postings) < 2 {
		return fmt.Errorf("entry %s has %d postings", e.ID, len(e.Postings))
	}
	again, err := ledger.Post(e.Postings...)
	if err != nil {
		return fmt.Errorf("entry %s: %w", e.ID, err)
	}
	if len(again) != len(e.Postings) {
		return fmt.Errorf("entry %s names an account twice or with nothing", e.ID)
	}
	return nil
}

// book writes what a change does to the books.
func book(ctx context.Context, tx *sql.Tx, b till.Booking, sale, session core.ID, at time.Time) error {
	if b.Payment != nil {
		if err := insertPayment(ctx, tx, *b.Payment); err != nil {
			return err
		}
	}
	to := b.Sale
	if b.Of != "" {
		voided, err := amendPayment(ctx, tx, b, sale)
		if err != nil {
			return err
		}
		if voided && to == "" && !b.Confirm { // two refunds under way at once: neither knew that it was the last
			to = till.SaleVoided
		}
	}
	if to != "" {
		if err := moveSale(ctx, tx, sale, to, at); err != nil {
			return err
		}
	}
	if b.Entry == nil {
		return nil
	}
	return enter(ctx, tx, *b.Entry, string(session))
}

// enter writes an entry, its postings and what they add to the balances of their day.
func enter(ctx context.Context, tx *sql.Tx, e ledger.Entry, source string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO till_entry (id, at, on_day, what, subject) VALUES ($1, $2, $3, $4, $5)`,
		e.ID, core.Micros(e.At), e.On, e.What, e.Subject)
	if err != nil {
		return fmt.Errorf("entry %s of %s: %w", e.What, e.Subject, err)
	}
	posts, sums := make([]any, 0, 3*len(e.Postings)), make([]any, 0, 4*len(e.Postings))
	for _, p := range e.Postings {
		posts = append(posts, e.ID, p.Account, p.Amount)
		sums = append(sums, e.On, p.Account, source, p.Amount)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO till_posting (entry, account, amount) VALUES `+marks(len(e.Postings), 3), posts...)
	if err != nil {
		return fmt.Errorf("postings of entry %s: %w", e.ID, err)
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO till_balance (on_day, account, source, amount) VALUES `+marks(len(e.Postings), 4)+`
		ON CONFLICT (on_day, account, source) DO UPDATE SET amount = till_balance.amount + excluded.amount`, sums...)
	if err != nil {
		return fmt.Errorf("balances after entry %s: %w", e.ID, err)
	}
	return nil
}
