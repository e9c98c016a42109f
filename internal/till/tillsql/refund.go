package tillsql

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/till"
)

const refundColumns = `id, payment, sale, session, number, void, amount, reason, state, requested_by, requested_at, decided_by,
	decided_at, ref, detail, done_at, booked_on, next_at, tries, version`

func scanRefund(row sqldb.Row) (till.Refund, error) {
	var r till.Refund
	err := row.Scan(&r.ID, &r.Payment, &r.Sale, &r.Session, &r.Number, &r.Void, &r.Amount, &r.Reason, &r.State, &r.RequestedBy,
		times{&r.RequestedAt}, &r.DecidedBy, times{&r.DecidedAt}, &r.Ref, &r.Detail, times{&r.DoneAt}, &r.BookedOn, times{&r.NextAt}, &r.Tries,
		&r.Version)
	return r, err
}

func readRefund(ctx context.Context, q sqldb.Querier, id core.ID) (till.Refund, error) {
	r, err := scanRefund(q.QueryRowContext(ctx, `SELECT `+refundColumns+` FROM till_refund WHERE id = $1`, id))
	if err != nil {
		return till.Refund{}, sqldb.NoRow(err, till.ErrNoRefund, "refund %s", id)
	}
	return r, nil
}

// AddRefund implements till.Refunds. The payment's row is the gate: what is claimed of it never exceeds it.
func (s *Store) AddRefund(ctx context.Context, cmd till.Command, r till.Refund, e till.Event) (till.Refund, error) {
	return run(ctx, s, change[till.Refund]{
		name: "add refund", cmd: cmd, id: r.ID, session: r.Session, event: e, read: readRefund,
		do: func(ctx context.Context, tx *sql.Tx) (till.Refund, error) {
			if r.State != till.RefundRequested || r.Amount <= 0 {
				return r, fmt.Errorf("refund %s of %s yen begins as %q", r.ID, r.Amount, r.State)
			}
			err := tx.QueryRowContext(ctx, `
				UPDATE till_payment SET refunds = refunds + 1, claimed = claimed + $3
				WHERE id = $1 AND sale = $2 AND claimed + $3 <= amount RETURNING refunds, session`, r.Payment, r.Sale, r.Amount).
				Scan(&r.Number, &r.Session)
			if isNone(err) {
				p, err := readPayment(ctx, tx, r.Payment)
				if err != nil {
					return r, err
				}
				if p.Sale != r.Sale {
					return r, till.ErrNoPayment.Because("payment %s of sale %s", r.Payment, r.Sale)
				}
				return r, till.ErrRefundTooMuch.Because("%s yen of payment %s", r.Amount, r.Payment)
			}
			if err != nil {
				return r, fmt.Errorf("claim of payment %s: %w", r.Payment, err)
			}
			if _, err := touch(ctx, tx, r.Session); err != nil {
				return r, err
			}
			return scanRefund(tx.QueryRowContext(ctx, `
				INSERT INTO till_refund (`+refundColumns+`, holder, held_until)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', 0, '', '', 0, '', 0, 0, 1, '', 0) RETURNING `+refundColumns,
				r.ID, r.Payment, r.Sale, r.Session, r.Number, r.Void, r.Amount, clean(r.Reason), r.State, r.RequestedBy, core.Micros(r.RequestedAt)))
		},
	})
}

// Refund implements till.Refunds.
func (s *Store) Refund(ctx context.Context, id core.ID) (till.Refund, error) {
	return readRefund(ctx, s.db, id)
}

// RefundsOf implements till.Refunds, in order.
func (s *Store) RefundsOf(ctx context.Context, payment core.ID) ([]till.Refund, error) {
	return sqldb.List(ctx, s.db, "refunds of a payment", scanRefund,
		`SELECT `+refundColumns+` FROM till_refund WHERE payment = $1 ORDER BY number`, payment)
}

// Refunds implements till.Refunds.
func (s *Store) Refunds(ctx context.Context, limit int, states ...till.RefundState) ([]till.Refund, error) {
	where, args := "", []any{limit}
	for _, st := range states {
		args = append(args, st)
		where += fmt.Sprintf(", $%d", len(args))
	}
	if where != "" {
		where = ` WHERE state IN (` + strings.TrimPrefix(where, ", ") + `)`
	}
	return sqldb.List(ctx, s.db, "refunds", scanRefund,
		`SELECT `+refundColumns+` FROM till_refund`+where+` ORDER BY requested_at DESC, id DESC LIMIT $1`, args...)
}

// MoveRefund implements till.Driven.
func (s *Store) MoveRefund(ctx context.Context, cmd till.Command, from till.RefundState, next till.Refund, b *till.Booking, e till.Event) (till.Refund, error) {
	return run(ctx, s, change[till.Refund]{
		name: "move refund", cmd: cmd, id: next.ID, session: next.Session, event: e, read: readRefund,
		do: func(ctx context.Context, tx *sql.Tx) (till.Refund, error) {
			if from != next.State && !from.CanMove(next.State) || from == next.State && !from.Resolving() {
				return next, till.ErrMoved.Because("no refund moves from %s to %s", from, next.State)
			}
			moved, err := scanRefund(tx.QueryRowContext(ctx, `
				UPDATE till_refund SET state = $4, decided_by = $5, decided_at = $6, ref = $7, detail = $8, done_at = $9, booked_on = $10,
					next_at = $11, tries = $12, version = version + 1, holder = '', held_until = 0
				WHERE id = $1 AND state = $2 AND version = $3 RETURNING `+refundColumns,
				next.ID, from, next.Version, next.State, next.DecidedBy, core.Micros(next.DecidedAt), clean(next.Ref), clean(next.Detail),
				core.Micros(next.DoneAt), next.BookedOn, core.Micros(next.NextAt), next.Tries))
			if isNone(err) {
				err = whyRefund(ctx, tx, next.ID)
			}
			if err != nil {
				return next, err
			}
			if from != next.State {
				if _, err := touch(ctx, tx, moved.Session); err != nil {
					return next, err
				}
			}
			return moved, follow(ctx, tx, from, moved, b)
		},
	})
}

// follow does what a refund's new state does to its payment and to the books.
func follow(ctx context.Context, tx *sql.Tx, from till.RefundState, r till.Refund, b *till.Booking) error {
	switch {
	case from.Claims() && !r.State.Claims():
		_, err := tx.ExecContext(ctx, `UPDATE till_payment SET claimed = claimed - $2 WHERE id = $1`, r.Payment, r.Amount)
		if err != nil {
			return fmt.Errorf("give the claim of refund %s back: %w", r.ID, err)
		}
	case r.State == till.RefundDone:
		if b == nil || b.Payment != nil || b.Of != r.Payment || b.GaveBack != r.Amount || b.Confirm || b.Sale == till.SaleDrop {
			return fmt.Errorf("refund %s of %s yen is not what is booked", r.ID, r.Amount)
		}
		p, err := readPayment(ctx, tx, r.Payment)
		if err != nil {
			return err
		}
		if err := balanced(b.Entry, p.Training); err != nil {
			return fmt.Errorf("refund %s: %w", r.ID, err)
		}
		return book(ctx, tx, *b, r.Sale, r.Session, r.DoneAt)
	}
	if b != nil {
		return fmt.Errorf("refund %s is %s and something is booked", r.ID, r.State)
	}
	return nil
}

func whyRefund(ctx context.Context, tx *sql.Tx, id core.ID) error {
	r, err := readRefund(ctx, tx, id)
	if err != nil {
		return err
	}
	return till.ErrMoved.Because("refund %s is %s at version %d", id, r.State, r.Version)
}
