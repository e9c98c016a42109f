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
	if err := db.Migrate(ctx, "meet", migrations); err != nil {
		return nil, err
	}
	return &Store{db}, nil
}

// living returns the state of a meeting that has not ended; else meet.ErrNoMeeting or meet.ErrEnded.
func living(ctx context.Context, tx *sql.Tx, id core.ID) (meet.State, error) {
	var state meet.State
	err := tx.QueryRowContext(ctx, `SELECT state FROM meet_meeting WHERE id = $1`, id).Scan(&state)
	switch {
	case err != nil:
		return "", sqldb.NoRow(err, meet.ErrNoMeeting, "meeting %s", id)
	case state == meet.StateEnded:
		return "", meet.ErrEnded.Because("meeting %s", id)
	}
	return state, nil
}
