// Package meetsql keeps meetings, participants, attendance and chat in the database, on SQLite and
// PostgreSQL with the same text. It implements meet.Store.
//
// It must not decide who may do what; it only makes sure that what the service decided on is still so
// at the moment of writing: every change runs in one transaction together with the look at the state
// it starts from. It never sees a guest's secret, only its hash.
package meetsql

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"yakusho/internal/core"
	"yakusho/internal/meet"
	"yakusho/internal/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store implements meet.Store.
type Store struct{ db *sqldb.DB }

var _ meet.Store = (*Store)(nil)

// Open brings the tables up to date and returns the store.
func Open(ctx context.Context, db *sqldb.DB) (*Store, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("open meeting store: %w", err)
	}
	if err := db.Migrate(ctx, "meet", files); err != nil {
		return nil, err
	}
	return &Store{db}, nil
}

// scanner is a row of one query.
type scanner interface{ Scan(dest ...any) error }

// none turns "no row" into the refusal given.
func none(err error, refusal *core.Error, format string, args ...any) error {
	if errors.Is(err, sql.ErrNoRows) {
		return refusal.Because(format, args...)
	}
	return err
}

// list runs one reading statement and scans its rows.
func list[T any](ctx context.Context, q sqldb.Querier, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, sqldb.Triage(rows.Err())
}

// living returns the state of a meeting that has not ended; else meet.ErrNoMeeting or meet.ErrEnded.
func living(ctx context.Context, tx *sql.Tx, id core.ID) (meet.State, error) {
	var state meet.State
	err := tx.QueryRowContext(ctx, `SELECT state FROM meet_meeting WHERE id = $1`, id).Scan(&state)
	switch {
	case err != nil:
		return "", none(err, meet.ErrNoMeeting, "meeting %s", id)
	case state == meet.StateEnded:
		return "", meet.ErrEnded.Because("meeting %s", id)
	}
	return state, nil
}
