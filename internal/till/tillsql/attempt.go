package tillsql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/till"
)

const attemptColumns = `id, sale, session, number, provider, way, wallet, amount, training, clerk, state, reason, ref, thread,
	show_code, expires_at, code_hash, code_tail, created_at, sent_at, uncertain_at, decided_at, paid_at, next_at, tries, proof_at,
	proof_tail, owner, note, version`

func scanAttempt(row sqldb.Row) (till.Attempt, error) {
	var a till.Attempt
	err := row.Scan(&a.ID, &a.Sale, &a.Session, &a.Number, &a.Provider, &a.Way, &a.Wallet, &a.Amount, &a.Training, &a.Clerk, &a.State,
		&a.Reason, &a.Ref, &a.Thread, &a.Show, times{&a.ExpiresAt}, &a.CodeHash, &a.CodeTail, times{&a.CreatedAt}, times{&a.SentAt},
		times{&a.UncertainAt}, times{&a.DecidedAt}, times{&a.PaidAt}, times{&a.NextAt}, &a.Tries, times{&a.Proof.At}, &a.Proof.Tail,
		&a.Owner, &a.Note, &a.Version)
	return a, err
}

func readAttempt(ctx context.Context, q sqldb.Querier, id core.ID) (till.Attempt, error) {
	a, err := scanAttempt(q.QueryRowContext(ctx, `SELECT `+attemptColumns+` FROM till_attempt WHERE id = $1`, id))
	if err != nil {
		return till.Attempt{}, sqldb.NoRow(err, till.ErrNoAttempt, "attempt %s", id)
	}
	return a, nil
}

// codeKept is how long a code that was shown is remembered as spent.
const codeKept = 24 * time.Hour

// AddAttempt implements till.Sales. The sale's open state and the index of live attempts decide; what refused is looked
// up only when nothing was stored.
func (s *Store) AddAttempt(ctx context.Context, cmd till.Command, a till.Attempt, e till.Event) (till.Attempt, error) {
	return run(ctx, s, change[till.Attempt]{
		name: "add attempt", cmd: cmd, id: a.ID, session: a.Session, event: e, read: readAttempt,
		do: func(ctx context.Context, tx *sql.Tx) (till.Attempt, error) {
			if a.State != till.AttemptCreated {
				return a, fmt.Errorf("attempt %s begins as %q", a.ID, a.State)
			}
			open, err := touch(ctx, tx, a.Session)
			if err != nil {
				return a, err
			}
			if !open {
				return a, whyNotAdded(ctx, tx, a, false)
			}
			added, err := scanAttempt(tx.QueryRowContext(ctx, `
				INSERT INTO till_attempt (`+attemptColumns+`, holder, held_until)
				SELECT $1, id, session, (SELECT COALESCE(MAX(o.number), 0) + 1 FROM till_attempt o WHERE o.sale = $2), $4, $5, $6, total, training,
					$8, 'created', $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, 0, '', '', '', 1, '', 0
				FROM till_sale WHERE id = $2 AND session = $3 AND state = 'open' AND total = $7 AND training = $23
					AND ($14 = '' OR NOT EXISTS (SELECT 1 FROM till_attempt WHERE code_hash = $14 AND `+spent+`$24))
				ON CONFLICT (sale) WHERE state IN ('created', 'sent', 'unknown', 'cancel_requested', 'unresolved') DO NOTHING
				RETURNING `+attemptColumns,
				a.ID, a.Sale, a.Session, a.Provider, a.Way, clean(a.Wallet), a.Amount, a.Clerk, a.Reason, clean(a.Ref), clean(a.Thread), clean(a.Show),
				core.Micros(a.ExpiresAt), a.CodeHash, a.CodeTail, core.Micros(a.CreatedAt), core.Micros(a.SentAt), core.Micros(a.UncertainAt),
				core.Micros(a.DecidedAt), core.Micros(a.PaidAt), core.Micros(a.NextAt), a.Tries, a.Training, core.Micros(a.CreatedAt.Add(-codeKept))))
			if isNone(err) {
				err = unspent(ctx, tx, a)
			}
			if isNone(err) {
				err = whyNotAdded(ctx, tx, a, true)
			}
			return added, err
		},
	})
}

func whyNotAdded(ctx context.Context, tx *sql.Tx, a till.Attempt, open bool) error {
	err := whySale(ctx, tx, a.Sale)
	if !errors.Is(err, till.ErrAttemptLive) {
		return err
	}
	if !open {
		return till.ErrNotOpen.Because("session %s", a.Session)
	}
	s, err := readSale(ctx, tx, a.Sale)
	if err != nil {
		return err
	}
	if s.Total != a.Amount || s.Session != a.Session || s.Training != a.Training {
		return fmt.Errorf("attempt %s over %s yen in session %s is not of sale %s", a.ID, a.Amount, a.Session, a.Sale)
	}
	return till.ErrAttemptLive.Because("sale %s", a.Sale)
}

// spent finds the attempts that a code shown after $n is refused for. It is till.Attempt.Blocks in SQL.
const spent = `code_hash <> '' AND (state <> 'not_paid' OR reason = 'code_used') AND created_at > `

// unspent refuses a code that was shown before; sql.ErrNoRows where it was not.
func unspent(ctx context.Context, tx *sql.Tx, a till.Attempt) error {
	var other till.Attempt
	err := tx.QueryRowContext(ctx, `
		SELECT id, sale, state FROM till_attempt WHERE code_hash = $1 AND `+spent+`$2 ORDER BY created_at DESC LIMIT 1`,
		a.CodeHash, core.Micros(a.CreatedAt.Add(-codeKept))).Scan(&other.ID, &other.Sale, &other.State)
	switch {
	case err != nil:
		return err
	case other.Sale == a.Sale && (other.State.Live() || other.State.Took()): // which says more than the code does
		return whySale(ctx, tx, a.Sale)
	}
	return till.ErrCodeReused.Because("by attempt %s", other.ID)
}

// Attempt implements till.Sales.
func (s *Store) Attempt(ctx context.Context, id core.ID) (till.Attempt, error) {
	return readAttempt(ctx, s.db, id)
}

// AttemptByRef implements till.Sales, the latest of several.
func (s *Store) AttemptByRef(ctx context.Context, provider, ref string) (till.Attempt, error) {
	if ref == "" {
		return till.Attempt{}, till.ErrNoAttempt.Because("%s without a reference", provider)
	}
	a, err := scanAttempt(s.db.QueryRowContext(ctx, `
		SELECT `+attemptColumns+` FROM till_attempt WHERE ref = $1 AND ref <> '' AND provider = $2 ORDER BY created_at DESC, id DESC LIMIT 1`,
		clean(ref), provider))
	if err != nil {
		return till.Attempt{}, sqldb.NoRow(err, till.ErrNoAttempt, "%s %q", provider, ref)
	}
	return a, nil
}

// AttemptsOf implements till.Sales, in order.
func (s *Store) AttemptsOf(ctx context.Context, sale core.ID) ([]till.Attempt, error) {
	return sqldb.List(ctx, s.db, "attempts of a sale", scanAttempt,
		`SELECT `+attemptColumns+` FROM till_attempt WHERE sale = $1 ORDER BY number`, sale)
}

const unresolvedQuery = `SELECT ` + attemptColumns + ` FROM till_attempt
	WHERE state IN ('unknown', 'cancel_requested', 'unresolved') ORDER BY created_at, id`

// Unresolved implements till.Accounts, the oldest first.
func (s *Store) Unresolved(ctx context.Context) ([]till.Attempt, error) {
	return sqldb.List(ctx, s.db, "unresolved attempts", scanAttempt, unresolvedQuery)
}

// MoveAttempt implements till.Driven.
func (s *Store) MoveAttempt(ctx context.Context, cmd till.Command, from till.AttemptState, next till.Attempt, b *till.Booking, e till.Event) (till.Attempt, error) {
	return run(ctx, s, change[till.Attempt]{
		name: "move attempt", cmd: cmd, id: next.ID, session: next.Session, event: e, read: readAttempt,
		do: func(ctx context.Context, tx *sql.Tx) (till.Attempt, error) {
			if from != next.State && !from.CanMove(next.State) || from == next.State && !from.Live() {
				return next, till.ErrMoved.Because("no attempt moves from %s to %s", from, next.State)
			}
			if err := fits(from, next, b); err != nil {
				return next, err
			}
			if err := touchFor(ctx, tx, from, next); err != nil {
				return next, err
			}
			moved, err := scanAttempt(tx.QueryRowContext(ctx, `
				UPDATE till_attempt SET state = $4, wallet = $5, reason = $6, ref = $7, thread = $8, show_code = $9, expires_at = $10,
					sent_at = $11, uncertain_at = $12, decided_at = $13, paid_at = $14, next_at = $15, tries = $16, proof_at = $17,
					proof_tail = $18, owner = $19, note = $20, version = version + 1, holder = '', held_until = 0
				WHERE id = $1 AND state = $2 AND version = $3 RETURNING `+attemptColumns,
				next.ID, from, next.Version, next.State, clean(next.Wallet), clean(next.Reason), clean(next.Ref), clean(next.Thread), clean(next.Show),
				core.Micros(next.ExpiresAt), core.Micros(next.SentAt), core.Micros(next.UncertainAt), core.Micros(next.DecidedAt),
				core.Micros(next.PaidAt), core.Micros(next.NextAt), next.Tries, core.Micros(next.Proof.At), clean(next.Proof.Tail), next.Owner,
				clean(next.Note)))
			if err != nil {
				if isNone(err) {
					return next, whyAttempt(ctx, tx, next.ID)
				}
				return next, err
			}
			if b == nil {
				return moved, nil
			}
			return moved, book(ctx, tx, *b, moved.Sale, moved.Session, moved.DecidedAt)
		},
	})
}

// touchFor counts the session up when an attempt changes in what a day book shows of it. A look that found nothing new
// is no change: it would empty the signature every few seconds.
func touchFor(ctx context.Context, tx *sql.Tx, from till.AttemptState, next till.Attempt) error {
	if from == next.State {
		var same bool
		err := tx.QueryRowContext(ctx, `SELECT wallet = $2 AND owner = $3 FROM till_attempt WHERE id = $1`,
			next.ID, clean(next.Wallet), next.Owner).Scan(&same)
		if isNone(err) || err == nil && same {
			return nil
		}
		if err != nil {
			return err
		}
	}
	_, err := touch(ctx, tx, next.Session)
	return err
}

func whyAttempt(ctx context.Context, tx *sql.Tx, id core.ID) error {
	a, err := readAttempt(ctx, tx, id)
	if err != nil {
		return err
	}
	return till.ErrMoved.Because("attempt %s is %s at version %d", id, a.State, a.Version)
}

const (
	dueAttempts = `SELECT id FROM till_attempt WHERE next_at <> 0 AND next_at <= $1 AND held_until <= $1 ORDER BY next_at LIMIT $2`
	dueRefunds  = `SELECT id FROM till_refund WHERE next_at <> 0 AND next_at <= $1 AND held_until <= $1 ORDER BY next_at LIMIT $2`
)

// ClaimAttempts implements till.Driven. Where nothing is due, which is so most of the time, nothing is written.
func (s *Store) ClaimAttempts(ctx context.Context, owner string, now time.Time, lease time.Duration, n int) ([]till.Attempt, error) {
	claimed, err := claim(ctx, s, "claim attempts", dueAttempts, `
		UPDATE till_attempt SET holder = $3, held_until = $4 WHERE id IN (`+dueAttempts+`) RETURNING `+attemptColumns,
		scanAttempt, owner, now, lease, n)
	slices.SortFunc(claimed, func(a, b till.Attempt) int { return a.NextAt.Compare(b.NextAt) })
	return claimed, err
}

// ClaimRefunds implements till.Driven.
func (s *Store) ClaimRefunds(ctx context.Context, owner string, now time.Time, lease time.Duration, n int) ([]till.Refund, error) {
	claimed, err := claim(ctx, s, "claim refunds", dueRefunds, `
		UPDATE till_refund SET holder = $3, held_until = $4 WHERE id IN (`+dueRefunds+`) RETURNING `+refundColumns,
		scanRefund, owner, now, lease, n)
	slices.SortFunc(claimed, func(a, b till.Refund) int { return a.NextAt.Compare(b.NextAt) })
	return claimed, err
}

func claim[T any](ctx context.Context, s *Store, name, due, hold string, scan func(sqldb.Row) (T, error), owner string, now time.Time, lease time.Duration, n int) ([]T, error) {
	at := core.Micros(now)
	var any core.ID
	err := s.db.QueryRowContext(ctx, due, at, 1).Scan(&any)
	if isNone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, sqldb.Triage(err))
	}
	var out []T
	err = s.db.Tx(ctx, name, func(ctx context.Context, tx *sql.Tx) (err error) {
		out, err = sqldb.List(ctx, tx, name, scan, hold, at, n, owner, core.Micros(now.Add(lease)))
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Nudge implements till.Driven.
func (s *Store) Nudge(ctx context.Context, id core.ID, now time.Time) error {
	return s.db.Tx(ctx, "nudge attempt", func(ctx context.Context, tx *sql.Tx) error {
		found, err := changed(tx.ExecContext(ctx, `
			UPDATE till_attempt SET next_at = $2 WHERE id = $1 AND held_until <= $2
				AND state IN ('created', 'sent', 'unknown', 'cancel_requested', 'unresolved')`, id, core.Micros(now)))
		if err == nil && !found {
			_, err = readAttempt(ctx, tx, id)
		}
		return err
	})
}
