package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"

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

// atOnce is how many values one statement names; SQLite takes 32 766, PostgreSQL 65 535.
const atOnce = 500

// ListIn is List for any number of values: query holds "IN ($in)" once and no other placeholder, and runs as
// often as it takes. Its order holds for each 500 values, not for all.
func ListIn[T, V any](ctx context.Context, q Querier, name string, scan func(Row) (T, error), query string, values []V) ([]T, error) {
	var out []T
	for some := range slices.Chunk(values, atOnce) {
		marks, args := make([]string, len(some)), make([]any, len(some))
		for i, v := range some {
			marks[i], args[i] = "$"+strconv.Itoa(i+1), v
		}
		found, err := List(ctx, q, name, scan, strings.Replace(query, "$in", strings.Join(marks, ", "), 1), args...)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// NoRow turns sql.ErrNoRows into the refusal given, which then wraps what format says was looked for. Any
// other error goes through Triage.
func NoRow(err error, refusal *core.Error, format string, args ...any) error {
	if errors.Is(err, sql.ErrNoRows) {
		return refusal.Because(format, args...)
	}
	return Triage(err)
}
