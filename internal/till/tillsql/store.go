// Package tillsql keeps the till in the database, on SQLite and PostgreSQL with the same text: what is sold and
// where, sales and their attempts, payments and refunds, the books, the files of the providers, and the outbox. It
// implements till.Store.
//
// It must not decide who may do what, nor what an answer of a provider means. It makes sure that what was decided on is
// still so at the moment of writing: every change of a state is an UPDATE guarded by the state and the version it was
// decided on, a move that the life in till/state.go does not know is refused, and what follows from a change is written in
// the same transaction or not at all. The schema refuses by itself a second live attempt, a second payment of a sale, a
// refund beyond the payment. Entries and postings are inserted, never changed.
package tillsql

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/till"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store implements till.Store.
type Store struct {
	db   *sqldb.DB
	node string       // this process, in the order of events
	made atomic.Int64 // the last event written here, see emit
	lane chan struct{}
}

var _ till.Store = (*Store)(nil)

// Open brings the tables up to date and returns the store.
func Open(ctx context.Context, db *sqldb.DB) (*Store, error) {
	if err := db.Migrate(ctx, "till", migrations); err != nil {
		return nil, err
	}
	return &Store{db: db, node: core.Secret(8), lane: make(chan struct{}, 1)}, nil
}

// enter lets the writers of sessions in this process pass one by one. Those of one session touch the same row, and those of
// several the same pages: PostgreSQL takes that for a conflict, and at eight busy counters one of them can lose so often that
// it gives up, while nothing is won by doing it at once. What other processes do is left to trying again.
func (s *Store) enter(ctx context.Context, session core.ID) (leave func(), err error) {
	if session == "" || s.db.Engine() == sqldb.EngineSQLite { // which has one writer anyway
		return func() {}, nil
	}
	select {
	case s.lane <- struct{}{}:
		return func() { <-s.lane }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the session: %w", ctx.Err())
	}
}

// change is one thing somebody wants done, once.
type change[T any] struct {
	name    string // as in "fix sale": prefixes errors
	cmd     till.Command
	id      core.ID // of what it makes or moves
	session core.ID // whose row it touches; empty: none, or not known
	event   till.Event
	do      func(ctx context.Context, tx *sql.Tx) (T, error)
	read    func(ctx context.Context, q sqldb.Querier, id core.ID) (T, error) // for a command that was done before
}

// run does it in one transaction with the command and the event, or finds that it was done.
func run[T any](ctx context.Context, s *Store, c change[T]) (T, error) {
	var out, none T
	leave, err := s.enter(ctx, c.session)
	if err != nil {
		return none, err
	}
	defer leave()
	err = s.db.Tx(ctx, c.name, func(ctx context.Context, tx *sql.Tx) error {
		made, first, err := begin(ctx, tx, c.cmd, c.id)
		if err != nil {
			return err
		}
		if !first {
			out, err = c.read(ctx, tx, made)
			return err
		}
		if out, err = c.do(ctx, tx); err != nil {
			return err
		}
		return s.emit(ctx, tx, c.event)
	})
	if err != nil {
		return none, err
	}
	return out, nil
}

const commandQuery = `SELECT hash, by_account, what, result FROM till_command WHERE key = $1`

// begin notes a command. first is false when it was done before; made is then what it made.
func begin(ctx context.Context, tx *sql.Tx, cmd till.Command, id core.ID) (made core.ID, first bool, err error) {
	if cmd.Key == "" {
		return id, true, nil
	}
	res, err := tx.ExecContext(ctx, `
		INSERT INTO till_command (key, hash, by_account, what, result, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (key) DO NOTHING`, cmd.Key, cmd.Hash, cmd.By, cmd.What, id, core.Micros(cmd.At))
	if err != nil {
		return "", false, fmt.Errorf("note command: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return id, true, err
	}
	made, err = recall(ctx, tx, cmd)
	return made, false, err
}

// recall returns what a command made, sql.ErrNoRows where it was never done.
func recall(ctx context.Context, q sqldb.Querier, cmd till.Command) (core.ID, error) {
	was := till.Command{Key: cmd.Key, At: cmd.At}
	var made core.ID
	if err := q.QueryRowContext(ctx, commandQuery, cmd.Key).Scan(&was.Hash, &was.By, &was.What, &made); err != nil {
		return "", err
	}
	if was != cmd {
		return "", till.ErrKeyReused.Because("%s by %s, before %s by %s", cmd.What, cmd.By, was.What, was.By)
	}
	return made, nil
}

// Done implements till.Commands.
func (s *Store) Done(ctx context.Context, cmd till.Command) (core.ID, bool, error) {
	if cmd.Key == "" {
		return "", false, nil
	}
	made, err := recall(ctx, s.db, cmd)
	if isNone(err) {
		return "", false, nil
	}
	return made, err == nil, sqldb.Triage(err)
}

// touch counts up the version of an open session and empties its signature. It reports whether the session is open.
func touch(ctx context.Context, tx *sql.Tx, session core.ID) (open bool, err error) {
	res, err := tx.ExecContext(ctx, `
		UPDATE till_session SET version = version + 1, signed_by = '', counted = 0, owner = '', owner_name = ''
		WHERE id = $1 AND state = 'open'`, session)
	if err != nil {
		return false, fmt.Errorf("count up session %s: %w", session, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// changed reports whether a guarded UPDATE found its row.
func changed(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// each gives row after row to f, without keeping them.
func each[T any](ctx context.Context, q sqldb.Querier, name string, scan func(sqldb.Row) (T, error), f func(T) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := f(v); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, sqldb.Triage(err))
	}
	return nil
}

// clean takes out of a text from outside what PostgreSQL does not store: it would refuse the whole change.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// times scans a column of microseconds into a time.
type times struct{ at *time.Time }

func (t times) Scan(v any) error {
	us, ok := v.(int64)
	if !ok {
		return fmt.Errorf("a time of %T", v)
	}
	*t.at = core.FromMicros(us)
	return nil
}

// marks are the placeholders of an INSERT: marks(2, 3) is ($1, $2, $3), ($4, $5, $6).
func marks(rows, columns int) string {
	var b strings.Builder
	for n := 1; n <= rows*columns; n++ {
		switch {
		case n%columns == 1 && n > 1:
			b.WriteString("), (")
		case n == 1:
			b.WriteString("(")
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", n)
	}
	b.WriteString(")")
	return b.String()
}
