package tillsql

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/till"
)

func isNone(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// emit writes an event; one that says nothing is none. made puts the events of this process in the order in which they
// were written, also where the clock stands still or goes back.
func (s *Store) emit(ctx context.Context, tx *sql.Tx, e till.Event) error {
	if e.What == "" {
		return nil
	}
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return fmt.Errorf("event %s: %w", e.What, err)
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO till_outbox (made, node, seq, at, what, target, by_account, name, outcome, session, sale, detail)
		VALUES ($1, $2, 0, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		s.stamp(core.Micros(e.At)), s.node, core.Micros(e.At), e.What, clean(e.Target), e.By, clean(e.Name), e.Outcome, e.Session, e.Sale, string(detail))
	if err != nil {
		return fmt.Errorf("event %s: %w", e.What, err)
	}
	return nil
}

func (s *Store) stamp(at int64) int64 {
	for {
		last := s.made.Load()
		next := max(at, last+1)
		if s.made.CompareAndSwap(last, next) {
			return next
		}
	}
}

// Keep implements till.Outbox.
func (s *Store) Keep(ctx context.Context, e till.Event) error {
	return s.db.Tx(ctx, "keep event", func(ctx context.Context, tx *sql.Tx) error { return s.emit(ctx, tx, e) })
}

const (
	eventsQuery = `
		SELECT seq, at, what, target, by_account, name, outcome, session, sale, detail
		FROM till_outbox WHERE seq <> 0 ORDER BY seq LIMIT $1`
	unreadQuery = `SELECT EXISTS (SELECT 1 FROM till_outbox WHERE seq = 0)`
	// numberEvents gives the next numbers to the first $2 events without one, $1 being the last number given.
	numberEvents = `
		UPDATE till_outbox SET seq = $1 + n.place
		FROM (SELECT made, node, ROW_NUMBER() OVER (ORDER BY made, node) AS place
			FROM till_outbox WHERE seq = 0 ORDER BY made, node LIMIT $2) AS n
		WHERE till_outbox.made = n.made AND till_outbox.node = n.node`
)

// Events implements till.Outbox. An event gets its number here and not when it is written: numbers given by
// transactions that run side by side would become visible out of order, and Delivered would pass one over.
func (s *Store) Events(ctx context.Context, limit int) ([]till.Event, error) {
	events, err := sqldb.List(ctx, s.db, "read outbox", scanEvent, eventsQuery, limit)
	if err != nil || len(events) == limit {
		return events, err
	}
	var unread bool
	if err := s.db.QueryRowContext(ctx, unreadQuery).Scan(&unread); err != nil || !unread {
		return events, sqldb.Triage(err)
	}
	err = s.db.Tx(ctx, "number events", func(ctx context.Context, tx *sql.Tx) error {
		var last int64
		if err := tx.QueryRowContext(ctx, `SELECT seq FROM till_outbox_last WHERE one = 1`).Scan(&last); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, numberEvents, last, limit-len(events))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE till_outbox_last SET seq = $1 WHERE one = 1`, last+n)
		return err
	})
	if err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.db, "read outbox", scanEvent, eventsQuery, limit)
}

// Delivered implements till.Outbox.
func (s *Store) Delivered(ctx context.Context, upTo int64) error {
	return s.db.Tx(ctx, "forget events", func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM till_outbox WHERE seq <> 0 AND seq <= $1`, upTo)
		return err
	})
}

func scanEvent(row sqldb.Row) (till.Event, error) {
	var e till.Event
	var detail string
	err := row.Scan(&e.Seq, times{&e.At}, &e.What, &e.Target, &e.By, &e.Name, &e.Outcome, &e.Session, &e.Sale, &detail)
	if err != nil {
		return e, err
	}
	return e, json.Unmarshal([]byte(detail), &e.Detail)
}
