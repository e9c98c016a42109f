package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"yakusho/internal/core"
)

// Engine says which database is behind a DB.
type Engine int

// The engines.
const (
	EngineSQLite Engine = iota + 1
	EnginePostgres
)

func (e Engine) String() string {
	switch e {
	case EngineSQLite:
		return "sqlite"
	case EnginePostgres:
		return "postgres"
	}
	return fmt.Sprintf("Engine(%d)", int(e))
}

// Querier is what a store needs to run its SQL; a *DB, a *sql.Tx and a *sql.Conn are one.
type Querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

var (
	_ Querier = (*DB)(nil)
	_ Querier = (*sql.Tx)(nil)
)

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine Engine
	write  *sql.DB // SQLite: exactly one connection. PostgreSQL: the pool
	read   *sql.DB // SQLite: connections that refuse to write. PostgreSQL: the same pool as write
	heard  func(error)
}

// Open opens the database that url names and makes sure that it answers:
//
//	sqlite:PATH        a file, made when missing; its directory must exist
//	postgres://…       as libpq understands it; postgresql:// is the same
//
// The error is a *core.Error: db_url_malformed (KindInvalid) or what Triage makes of the cause. It never
// contains the URL, which may hold a password.
func Open(ctx context.Context, url string) (*DB, error) {
	scheme, rest, _ := strings.Cut(url, ":")
	var db *DB
	var err error
	switch {
	case scheme == "sqlite" && rest != "" && !strings.HasPrefix(rest, ":"):
		db, err = openSQLite(rest)
	case scheme == "postgres" || scheme == "postgresql":
		db, err = openPostgres(url)
	default:
		return nil, errMalformed.Because("open database: unknown scheme %q", scheme)
	}
	if err != nil {
		return nil, triage("open database", err)
	}
	// The first connection of SQLite turns WAL on and recovers what a killed process left.
	if err := retry(ctx, func() error { return db.write.PingContext(ctx) }); err != nil {
		return nil, triage("open database", errors.Join(err, db.Close()))
	}
	if err := retry(ctx, func() error { return db.Ping(ctx) }); err != nil {
		return nil, triage("open database", errors.Join(err, db.Close()))
	}
	return db, nil
}

var errMalformed = core.Invalid("db_url_malformed",
	"データベースの指定が正しくありません。sqlite:ファイル名 または postgres://… の形で指定してください。")

// Close waits for running queries and closes all connections.
func (db *DB) Close() error {
	if db.read == db.write {
		return db.write.Close()
	}
	// The last connection to close folds the WAL into the file, which only a writer can.
	return errors.Join(db.read.Close(), db.write.Close())
}

// Engine says which database this is. SQL is the same for both; this is for reports.
func (db *DB) Engine() Engine { return db.engine }

// QueryContext runs one reading statement. A statement that writes fails on SQLite: use Tx.
func (db *DB) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := db.read.QueryContext(ctx, query, args...) //nolint:sqlclosecheck // the caller closes
	return rows, Triage(err)
}

// QueryRowContext runs one reading statement of one row. Scan's error has not been through Triage.
func (db *DB) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return db.read.QueryRowContext(ctx, query, args...)
}

// ExecContext runs one statement in a Tx of its own.
func (db *DB) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	var res sql.Result
	err := db.Tx(ctx, "exec", func(ctx context.Context, tx *sql.Tx) (err error) {
		res, err = tx.ExecContext(ctx, query, args...)
		return err
	})
	return res, err
}

// Ping makes sure that the database answers, at the cost of one read. It is for /readyz.
func (db *DB) Ping(ctx context.Context) error {
	q := "SELECT 1"
	if db.engine == EngineSQLite {
		q = "PRAGMA schema_version" // SELECT 1 would not touch the file
	}
	var n int64
	return triage("ping database", db.read.QueryRowContext(ctx, q).Scan(&n))
}

// Check looks for damage: SQLite reads the whole file, which takes about as long as copying it;
// PostgreSQL guards itself and is only asked whether it answers. Damage is reported as db_corrupt.
func (db *DB) Check(ctx context.Context) error {
	if db.engine != EngineSQLite {
		return db.Ping(ctx)
	}
	var found string
	if err := db.read.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&found); err != nil {
		return triage("check database", err)
	}
	if found != "ok" {
		return errCorrupt.Because("check database: %s", found)
	}
	return nil
}
