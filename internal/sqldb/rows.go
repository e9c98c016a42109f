package sqldb

import (
	"context"
	"database/sql"
	"errors"

	"yakusho/internal/core"
)

// Row is one row to read: a *sql.Row, or *sql.Rows where it stands.
type Row interface{ Scan(dest ...any) error }

// List runs one statement that answers with rows, a RETURNING included, and returns what scan makes of each;
// nil where there is none. name and errors are as with Tx.
func List[T any](ctx context.Context, q Querier, name string, scan func(Row) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, triage(name, err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, triage(name, err)
		}
		out = append(out, v)
	}
	return out, triage(name, rows.Err())
}

// NoRow turns sql.ErrNoRows into the refusal given, which then wraps what format says was looked for. Any
// other error goes through Triage.
func NoRow(err error, refusal *core.Error, format string, args ...any) error {
	if errors.Is(err, sql.ErrNoRows) {
		return refusal.Because(format, args...)
	}
	return Triage(err)
}
