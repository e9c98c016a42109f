package tillsql

import (
	"context"
	"database/sql"
	"fmt"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/till"
	"yakusho/internal/till/ledger"
)

const paymentColumns = `id, sale, attempt, session, provider, wallet, way, amount, ref, paid_at, paid_on, fiscal_year, booked_on,
	confirmed, refunded, training`

func scanPayment(row sqldb.Row) (till.Payment, error) {
	var p till.Payment
	err := row.Scan(&p.ID, &p.Sale, &p.Attempt, &p.Session, &p.Provider, &p.Wallet, &p.Way, &p.Amount, &p.Ref, times{&p.PaidAt}, &p.PaidOn,
		&p.FiscalYear, &p.BookedOn, &p.Confirmed, &p.Refunded, &p.Training)
	return p, err
}

func insertPayment(ctx context.Context, tx *sql.Tx, p till.Payment) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO till_payment (`+paymentColumns+`, refunds, claimed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, $15, 0, 0)`,
		p.ID, p.Sale, p.Attempt, p.Session, p.Provider, clean(p.Wallet), p.Way, p.Amount, clean(p.Ref), core.Micros(p.PaidAt), p.PaidOn,
		p.FiscalYear, p.BookedOn, p.Confirmed, p.Training)
	if err != nil {
		return fmt.Errorf("payment %s of sale %s: %w", p.ID, p.Sale, err)
	}
	return nil
}

// amendPayment confirms a payment, or adds to what was given back of it. whole reports that all of it is. What a refund
// gives back was claimed when it was requested; what is retracted claims now what nothing else has claimed.
func amendPayment(ctx context.Context, tx *sql.Tx, b till.Booking, sale core.ID) (whole bool, err error) {
	claims := core.Money(0)
	if b.Sale == till.SaleDrop {
		claims = b.GaveBack
	}
	err = tx.QueryRowContext(ctx, `
		UPDATE till_payment SET confirmed = confirmed OR $3, refunded = refunded + $4, claimed = claimed + $5
		WHERE id = $1 AND sale = $2 AND refunded + $4 <= claimed + $5 AND claimed + $5 <= amount RETURNING refunded = amount`,
		b.Of, sale, b.Confirm, b.GaveBack, claims).Scan(&whole)
	if isNone(err) {
		if _, err := readPayment(ctx, tx, b.Of); err != nil {
			return false, err
		}
		return false, till.ErrRefundTooMuch.Because("%s yen of payment %s of sale %s", b.GaveBack, b.Of, sale)
	}
	if err != nil {
		return false, fmt.Errorf("amend payment %s: %w", b.Of, err)
	}
	return whole, nil
}

func readPayment(ctx context.Context, q sqldb.Querier, id core.ID) (till.Payment, error) {
	p, err := scanPayment(q.QueryRowContext(ctx, `SELECT `+paymentColumns+` FROM till_payment WHERE id = $1`, id))
	if err != nil {
		return till.Payment{}, sqldb.NoRow(err, till.ErrNoPayment, "payment %s", id)
	}
	return p, nil
}

// Payment implements till.Accounts.
func (s *Store) Payment(ctx context.Context, id core.ID) (till.Payment, error) {
	return readPayment(ctx, s.db, id)
}

// PaymentOf implements till.Accounts.
func (s *Store) PaymentOf(ctx context.Context, attempt core.ID) (till.Payment, error) {
	p, err := scanPayment(s.db.QueryRowContext(ctx, `SELECT `+paymentColumns+` FROM till_payment WHERE attempt = $1`, attempt))
	if err != nil {
		return till.Payment{}, sqldb.NoRow(err, till.ErrNoPayment, "payment of attempt %s", attempt)
	}
	return p, nil
}

// An office has a handful of providers, so the days come first in the index.
const paymentsQuery = `
	SELECT ` + paymentColumns + ` FROM till_payment
	WHERE paid_on >= $1 AND paid_on <= $2 AND NOT training AND ($3 = '' OR provider = $3) ORDER BY paid_on, paid_at, id`

// Payments implements till.Accounts.
func (s *Store) Payments(ctx context.Context, provider string, from, to till.Day, f func(till.Payment) error) error {
	return each(ctx, s.db, "payments", scanPayment, f, paymentsQuery, from, to, provider)
}

const entriesQuery = `
	SELECT e.id, e.at, e.on_day, e.what, e.subject, p.account, p.amount
	FROM till_entry e JOIN till_posting p ON p.entry = e.id
	WHERE e.on_day >= $1 AND e.on_day <= $2 ORDER BY e.on_day, e.id, p.account`

// Entries implements till.Accounts, in the order of days and, within one, of writing.
func (s *Store) Entries(ctx context.Context, from, to till.Day, f func(ledger.Entry) error) error {
	var whole ledger.Entry
	scan := func(row sqldb.Row) (ledger.Entry, error) {
		e := ledger.Entry{Postings: make([]ledger.Posting, 1)}
		err := row.Scan(&e.ID, times{&e.At}, &e.On, &e.What, &e.Subject, &e.Postings[0].Account, &e.Postings[0].Amount)
		return e, err
	}
	err := each(ctx, s.db, "entries", scan, func(e ledger.Entry) error {
		if e.ID == whole.ID {
			whole.Postings = append(whole.Postings, e.Postings...)
			return nil
		}
		done := whole
		whole = e
		if done.ID == "" {
			return nil
		}
		return f(done)
	}, entriesQuery, from, to)
	if err != nil || whole.ID == "" {
		return err
	}
	return f(whole)
}

const balancesQuery = `SELECT account, CAST(SUM(amount) AS BIGINT) FROM till_balance WHERE on_day <= $1 GROUP BY account ORDER BY account`

// Balances implements till.Accounts. An account that was ever posted to is among them, at zero too.
func (s *Store) Balances(ctx context.Context, until till.Day) (map[ledger.Account]core.Money, error) {
	sums := map[ledger.Account]core.Money{}
	scan := func(row sqldb.Row) (ledger.Posting, error) {
		var p ledger.Posting
		return p, row.Scan(&p.Account, &p.Amount)
	}
	err := each(ctx, s.db, "balances", scan, func(p ledger.Posting) error {
		sums[p.Account] = p.Amount
		return nil
	}, balancesQuery, until)
	if err != nil {
		return nil, err
	}
	return sums, nil
}
