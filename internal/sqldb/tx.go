package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"yakusho/internal/core"
)

// A transaction that loses against another is run again at most this often and this long. Eight
// writers of one row on PostgreSQL need up to eight rounds when they march in step; jitter breaks the step.
const (
	maxTries   = 20
	maxRetry   = 15 * time.Second
	firstPause = 2 * time.Millisecond
	maxPause   = 250 * time.Millisecond
)

// txKey marks the context inside a Tx of one DB.
type txKey struct{ db *DB }

// Tx runs f in one serializable transaction: committed when f returns nil, rolled back when it returns
// an error or panics. When the engine says that it lost against another transaction, f is run again from the
// start, so f must have no effect outside tx and must not keep what an earlier run read.
//
// name says what is attempted, as in "close meeting"; it prefixes the error. A *core.Error from f comes
// back as it is, sql.ErrNoRows stays findable with errors.Is, trouble of the database becomes what
// Triage makes of it. An error of the commit itself after a lost connection leaves open whether
// it happened. A Tx inside a Tx of the same DB is refused: with one writer it would wait for itself.
func (db *DB) Tx(ctx context.Context, name string, f func(ctx context.Context, tx *sql.Tx) error) error {
	if ctx.Value(txKey{db}) != nil {
		return fmt.Errorf("%s: a transaction is already open in this context", name)
	}
	opts := &sql.TxOptions{Isolation: sql.LevelSerializable} // SQLite has no other and ignores this
	inside := context.WithValue(ctx, txKey{db}, true)
	err := triage(name, retry(ctx, func() error { return once(inside, db.write, opts, f) }))
	if db.heard != nil {
		db.heard(err)
	}
	return err
}

// View runs f on one unchanging snapshot of the database, for reads of several statements that must
// agree. It neither waits for writers nor makes them wait; errors are as from Tx. f may run again.
func (db *DB) View(ctx context.Context, name string, f func(ctx context.Context, q Querier) error) error {
	opts := &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	err := retry(ctx, func() error {
		return once(ctx, db.read, opts, func(ctx context.Context, tx *sql.Tx) error { return f(ctx, tx) })
	})
	return triage(name, err)
}

func once(ctx context.Context, pool *sql.DB, opts *sql.TxOptions, f func(context.Context, *sql.Tx) error) error {
	tx, err := pool.BeginTx(ctx, opts)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	// After a commit this does nothing; after a panic it frees the connection.
	defer func() { _ = tx.Rollback() }()
	if err := f(ctx, tx); err != nil {
		// database/sql rolls back behind f's back when ctx ends; say why rather than "already done".
		if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
			return fmt.Errorf("%w (%w)", ctx.Err(), err)
		}
		return err
	}
	if err := tx.Commit(); err != nil {
		if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
			return fmt.Errorf("commit: %w", ctx.Err())
		}
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// retry runs f until it succeeds, fails for good, or the tries, the time or ctx run out. It returns
// f's last error.
func retry(ctx context.Context, f func() error) error {
	start := time.Now()
	for try := 1; ; try++ {
		err := f()
		if err == nil || !lost(err) || ctx.Err() != nil {
			return err
		}
		if try == maxTries || time.Since(start) >= maxRetry {
			return fmt.Errorf("gave up after %d tries: %w", try, err)
		}
		t := time.NewTimer(pause(try, rand.Float64()))
		select {
		case <-ctx.Done():
			t.Stop()
			return fmt.Errorf("%w after %d tries: %w", ctx.Err(), try, err)
		case <-t.C:
		}
	}
}

// pause is how long to wait after the try-th failure (from 1); jitter is in [0, 1).
func pause(try int, jitter float64) time.Duration {
	ceiling := maxPause
	if try < 8 { // 2 ms << 7 is past the ceiling
		ceiling = min(maxPause, firstPause<<(try-1))
	}
	return time.Duration(jitter * float64(ceiling))
}

// triage is Triage that also says what was attempted, without hiding the error's kind.
func triage(name string, err error) error {
	if err == nil {
		return nil
	}
	err = Triage(err)
	var e *core.Error
	if errors.As(err, &e) {
		if !isOurs(e) {
			return err
		}
		return e.Because("%s: %w", name, e.Err)
	}
	return fmt.Errorf("%s: %w", name, err)
}
