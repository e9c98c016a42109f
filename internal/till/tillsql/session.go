package tillsql

import (
	"context"
	"database/sql"
	"fmt"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/till"
)

const sessionColumns = `id, counter, day, number, training, state, opened_by, opened_at, change, checked, signed_by, counted, owner,
	owner_name, closed_by, closed_at, handed, totals, version`

func scanSession(row sqldb.Row) (till.Session, error) {
	var s till.Session
	var checked, handed, totals string
	err := row.Scan(&s.ID, &s.Counter, &s.Day, &s.Number, &s.Training, &s.State, &s.OpenedBy, times{&s.OpenedAt}, &s.Float, &checked,
		&s.Close.SignedBy, &s.Close.Counted, &s.Close.Owner, &s.Close.OwnerName, &s.Close.ClosedBy, times{&s.Close.At}, &handed, &totals,
		&s.Version)
	if err != nil {
		return s, err
	}
	looked, err := fromJSON[[]checkedRow](checked)
	if err != nil {
		return s, err
	}
	s.Checked = convert(looked, func(c checkedRow) till.Checked { return till.Checked(c) })
	if s.Close.Handed, err = fromJSON[[]core.ID](handed); err != nil {
		return s, err
	}
	book, err := fromJSON[dayBookRow](totals)
	s.Close.Totals = book.book()
	return s, err
}

func readSession(ctx context.Context, q sqldb.Querier, id core.ID) (till.Session, error) {
	s, err := scanSession(q.QueryRowContext(ctx, `SELECT `+sessionColumns+` FROM till_session WHERE id = $1`, id))
	if err != nil {
		return till.Session{}, sqldb.NoRow(err, till.ErrNoSession, "session %s", id)
	}
	return s, nil
}

// Open implements till.Sessions.
func (s *Store) Open(ctx context.Context, cmd till.Command, n till.Session, e till.Event) (till.Session, error) {
	out, err := run(ctx, s, change[till.Session]{
		name: "open session", cmd: cmd, id: n.ID, event: e, read: readSession,
		do: func(ctx context.Context, tx *sql.Tx) (till.Session, error) {
			checked, err := asJSON(convert(n.Checked, func(c till.Checked) checkedRow { return checkedRow(c) }))
			if err != nil {
				return n, err
			}
			opened, err := scanSession(tx.QueryRowContext(ctx, `
				INSERT INTO till_session (`+sessionColumns+`)
				VALUES ($1, $2, $3, (SELECT COALESCE(MAX(number), 0) + 1 FROM till_session WHERE counter = $2 AND day = $3),
					$4, 'open', $5, $6, $7, $8, '', 0, '', '', '', 0, '', '', 1)
				ON CONFLICT (counter) WHERE state = 'open' DO NOTHING RETURNING `+sessionColumns,
				n.ID, n.Counter, n.Day, n.Training, n.OpenedBy, core.Micros(n.OpenedAt), n.Float, checked))
			if err != nil {
				return n, sqldb.NoRow(err, till.ErrSessionOpen, "counter %s", n.Counter)
			}
			return opened, nil
		},
	})
	return out, noCounter(err, n.Counter)
}

// Session implements till.Sessions.
func (s *Store) Session(ctx context.Context, id core.ID) (till.Session, error) {
	return readSession(ctx, s.db, id)
}

const sessionsQuery = `
	SELECT ` + sessionColumns + ` FROM till_session
	WHERE id IN (SELECT id FROM till_session WHERE day >= $1 AND day <= $2 UNION ALL SELECT id FROM till_session WHERE state = 'open')
	ORDER BY opened_at DESC, id DESC`

// Sessions implements till.Sessions.
func (s *Store) Sessions(ctx context.Context, from, to till.Day) ([]till.Session, error) {
	return sqldb.List(ctx, s.db, "sessions", scanSession, sessionsQuery, from, to)
}

// Sign implements till.Sessions. The signature is a change like any other: it counts the version up.
func (s *Store) Sign(ctx context.Context, cmd till.Command, n till.Session, e till.Event) (till.Session, error) {
	return run(ctx, s, change[till.Session]{
		name: "sign session", cmd: cmd, id: n.ID, session: n.ID, event: e, read: readSession,
		do: func(ctx context.Context, tx *sql.Tx) (till.Session, error) {
			signed, err := scanSession(tx.QueryRowContext(ctx, `
				UPDATE till_session SET signed_by = $3, counted = $4, owner = $5, owner_name = $6, version = version + 1
				WHERE id = $1 AND state = 'open' AND version = $2 RETURNING `+sessionColumns,
				n.ID, n.Version, n.Close.SignedBy, n.Close.Counted, n.Close.Owner, n.Close.OwnerName))
			if isNone(err) {
				err = whySession(ctx, tx, n.ID)
			}
			return signed, err
		},
	})
}

// whySession says why a guarded update of a session found no row.
func whySession(ctx context.Context, tx *sql.Tx, id core.ID) error {
	s, err := readSession(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case s.State != till.SessionOpen:
		return till.ErrClosed.Because("session %s", id)
	}
	return till.ErrMoved.Because("session %s is at version %d", id, s.Version)
}

// ofSession finds the live attempts of a session.
const ofSession = ` WHERE sale IN (SELECT id FROM till_sale WHERE session = $1)
	AND state IN ('created', 'sent', 'unknown', 'cancel_requested', 'unresolved')`

// Close implements till.Sessions. An attempt that is handed over counts its version up: its driver must not write back
// what it read before.
func (s *Store) Close(ctx context.Context, cmd till.Command, n till.Session, owner core.ID, e till.Event) (till.Session, error) {
	return run(ctx, s, change[till.Session]{
		name: "close session", cmd: cmd, id: n.ID, session: n.ID, event: e, read: readSession,
		do: func(ctx context.Context, tx *sql.Tx) (till.Session, error) {
			switch {
			case n.Training: // the schema looks at the row
			case n.Close.SignedBy == "":
				return n, till.ErrUnsigned.Because("session %s", n.ID)
			case n.Close.SignedBy == n.Close.ClosedBy:
				return n, till.ErrSigner.Because("session %s", n.ID)
			}
			handed, err := asJSON(n.Close.Handed)
			if err != nil {
				return n, err
			}
			totals, err := asJSON(toDayBookRow(n.Close.Totals))
			if err != nil {
				return n, err
			}
			closed, err := scanSession(tx.QueryRowContext(ctx, `
				UPDATE till_session SET state = 'closed', signed_by = $3, counted = $4, owner = $5, owner_name = $6, closed_by = $7,
					closed_at = $8, handed = $9, totals = $10, version = version + 1
				WHERE id = $1 AND state = 'open' AND version = $2 RETURNING `+sessionColumns,
				n.ID, n.Version, n.Close.SignedBy, n.Close.Counted, owner, n.Close.OwnerName, n.Close.ClosedBy, core.Micros(n.Close.At),
				handed, totals))
			if isNone(err) {
				err = whySession(ctx, tx, n.ID)
			}
			if err != nil {
				return n, err
			}
			live, err := changed(tx.ExecContext(ctx, `UPDATE till_attempt SET owner = $2, version = version + 1`+ofSession, n.ID, owner))
			if err != nil {
				return n, fmt.Errorf("hand over attempts: %w", err)
			}
			if live && owner == "" {
				return n, till.ErrOwnerNeeded.Because("session %s", n.ID)
			}
			return closed, nil
		},
	})
}

// The parts of a book.
const (
	salesOfSession    = `SELECT ` + saleColumns + ` FROM till_sale WHERE session = $1 ORDER BY number`
	attemptsOfSession = `SELECT ` + attemptColumns + ` FROM till_attempt
		WHERE sale IN (SELECT id FROM till_sale WHERE session = $1) ORDER BY created_at, id`
	paymentsOfSession = `SELECT ` + paymentColumns + ` FROM till_payment
		WHERE sale IN (SELECT id FROM till_sale WHERE session = $1) ORDER BY paid_at, id`
	refundsOfSession = `SELECT ` + refundColumns + ` FROM till_refund WHERE payment IN (
		SELECT id FROM till_payment WHERE sale IN (SELECT id FROM till_sale WHERE session = $1)) ORDER BY requested_at, id`
)

// Book implements till.Sessions.
func (s *Store) Book(ctx context.Context, id core.ID) (till.SessionBook, error) {
	var b till.SessionBook
	err := s.db.View(ctx, "day book", func(ctx context.Context, q sqldb.Querier) (err error) {
		if b.Session, err = readSession(ctx, q, id); err != nil {
			return err
		}
		if b.Counter, err = readCounter(ctx, q, b.Session.Counter); err != nil {
			return err
		}
		if b.Sales, err = sqldb.List(ctx, q, "sales", scanSale, salesOfSession, id); err != nil {
			return err
		}
		if b.Attempts, err = sqldb.List(ctx, q, "attempts", scanAttempt, attemptsOfSession, id); err != nil {
			return err
		}
		if b.Payments, err = sqldb.List(ctx, q, "payments", scanPayment, paymentsOfSession, id); err != nil {
			return err
		}
		b.Refunds, err = sqldb.List(ctx, q, "refunds", scanRefund, refundsOfSession, id)
		return err
	})
	if err != nil {
		return till.SessionBook{}, err
	}
	return b, nil
}
