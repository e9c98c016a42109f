package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

var moduleName = regexp.MustCompile(`^[a-z][a-z0-9]{0,30}$`)

// Migrate brings the tables of one module to the newest state. It is all that a store does to open:
//
//	//go:embed migrations/*.sql
//	var migrations embed.FS
//
//	func Open(ctx context.Context, db *sqldb.DB) (*Store, error) {
//		return &Store{db}, db.Migrate(ctx, "meet", migrations)
//	}
//
// fsys holds the module's *.sql files (NNNNN_what.sql, goose format) in the folder migrations, as embed does;
// the table <module>_version keeps what has been applied.
// Doing it again changes nothing, and several processes may do it at once. Each file runs in a
// transaction of its own, on both engines: a file that fails leaves nothing behind. Do not use
// "+goose NO TRANSACTION".
func (db *DB) Migrate(ctx context.Context, module string, fsys fs.FS) error {
	if !moduleName.MatchString(module) {
		return fmt.Errorf("migrate: %q is not a module name", module)
	}
	files, err := fs.Sub(fsys, "migrations")
	if err != nil {
		return fmt.Errorf("migrate %s: %w", module, err)
	}
	opts := []goose.ProviderOption{
		goose.WithTableName(module + "_version"),
		goose.WithDisableGlobalRegistry(true),
	}
	dialect := goose.DialectSQLite3
	if db.engine == EnginePostgres {
		dialect = goose.DialectPostgres
		opts = append(opts, goose.WithSessionLocker(advisory{}))
	}
	p, err := goose.NewProvider(dialect, db.write, files, opts...)
	if err != nil {
		return fmt.Errorf("migrate %s: %w", module, err)
	}
	// The first error is the cause: goose makes the version table once, so a later try only finds that it
	// is missing.
	first := db.up(ctx, module, p)
	for err, try := first, 1; err != nil && db.engine == EngineSQLite && !broken(err) && try < 4 && ctx.Err() == nil; try++ {
		if err = db.up(ctx, module, p); err == nil {
			return nil
		}
		if broken(err) {
			first = err
		}
	}
	return triage("migrate "+module, first)
}

// broken reports trouble with the disk or the server that running again does not mend.
func broken(err error) bool {
	e := classify(err)
	return e != nil && e != errBusy
}

// up applies what is missing. SQLite has no lock that outlives a transaction, so two processes may plan the
// same step. The write lock lets one do it; the other then fails, at the latest when it notes the same version
// a second time, leaves nothing behind, and finds when run again that nothing is left to do.
func (db *DB) up(ctx context.Context, module string, p *goose.Provider) error {
	if db.engine == EngineSQLite {
		if _, err := p.GetDBVersion(ctx); err != nil { // makes the version table
			return err
		}
		q := fmt.Sprintf(`CREATE UNIQUE INDEX IF NOT EXISTS %[1]s_version_once ON %[1]s_version (version_id)`, module)
		if _, err := db.write.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	_, err := p.Up(ctx)
	return err
}

// advisory lets one process at a time migrate a PostgreSQL database; the others wait as long as their
// context allows. The lock ends with the session, so a killed process leaves none.
type advisory struct{}

var _ lock.SessionLocker = advisory{}

// migrateLock is "yakusho" in ASCII, to collide with nobody else's lock.
const migrateLock int64 = 0x79616b7573686f

func (advisory) SessionLock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", migrateLock); err != nil {
		return fmt.Errorf("wait for another migration: %w", err)
	}
	return nil
}

func (advisory) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	var held bool
	if err := conn.QueryRowContext(ctx, "SELECT pg_advisory_unlock($1)", migrateLock).Scan(&held); err != nil {
		return fmt.Errorf("release the migration lock: %w", err)
	}
	if !held {
		return errors.New("release the migration lock: it was not held")
	}
	return nil
}
