package sqldb

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"io/fs"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"yakusho/internal/core"
)

var (
	errFull = core.Unavailable("disk_full",
		"サーバーのディスクの空きがなくなったため、保存できませんでした。情報担当に連絡し、空きを作ってからもう一度お試しください。")
	errReadOnly = core.Unavailable("disk_readonly",
		"データの保存先に書き込めません。情報担当に連絡し、保存先の権限とディスクの状態を確認してください。")
	errUnreachable = core.Unavailable("db_unreachable",
		"データベースに接続できません。しばらく待ってからもう一度お試しください。続くときは情報担当に連絡してください。")
	errCorrupt = core.Unavailable("db_corrupt",
		"データベースのファイルが壊れています。サーバーを止め、バックアップから戻してください。")
	errBusy = core.Unavailable("db_busy",
		"処理が混み合っているため、保存できませんでした。少し待ってからもう一度お試しください。")
)

// isOurs reports whether Triage made e.
func isOurs(e *core.Error) bool {
	for _, o := range []*core.Error{errFull, errReadOnly, errUnreachable, errCorrupt, errBusy, errMalformed} {
		if e.Is(o) {
			return true
		}
	}
	return false
}

// Triage turns trouble that an office can do something about into a *core.Error of KindUnavailable
// that wraps err:
//
//	disk_full       no space left
//	disk_readonly   read-only disk, missing permission, PostgreSQL standby
//	db_unreachable  cannot be opened, no connection, server shutting down, unreadable disk
//	db_corrupt      not a database, or a damaged one
//	db_busy         lost against other transactions too often
//
// Everything else is returned as it is: nil, sql.ErrNoRows, a broken constraint, a context's end, and any
// error that already is a *core.Error.
func Triage(err error) error {
	if err == nil {
		return nil
	}
	var known *core.Error
	if errors.As(err, &known) {
		return err
	}
	if e := classify(err); e != nil {
		return e.Because("%w", err)
	}
	return err
}

func classify(err error) *core.Error {
	var lite *sqlite.Error
	var pg *pgconn.PgError
	var dial *pgconn.ConnectError
	var wire *net.OpError
	switch {
	case errors.Is(err, context.Canceled):
		return nil
	case errors.As(err, &lite):
		return classifySQLite(lite.Code())
	case errors.As(err, &pg):
		return classifyPostgres(pg.Code, errors.As(err, &dial))
	case errors.As(err, &dial):
		return errUnreachable // its own time limit included, which looks like the caller's
	case errors.Is(err, context.DeadlineExceeded):
		return nil
	case errors.Is(err, syscall.ENOSPC):
		return errFull
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return errReadOnly
	case errors.As(err, new(*fs.PathError)),
		errors.As(err, &wire), errors.Is(err, driver.ErrBadConn),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return errUnreachable
	}
	return nil
}

// classifySQLite follows https://www.sqlite.org/rescode.html; the low byte is the primary code.
func classifySQLite(code int) *core.Error {
	switch code {
	case sqlite3.SQLITE_IOERR_SHMSIZE: // the -shm file could not grow: the same full disk
		return errFull
	case sqlite3.SQLITE_IOERR_CORRUPTFS, sqlite3.SQLITE_IOERR_DATA, sqlite3.SQLITE_IOERR_SHORT_READ:
		return errCorrupt
	}
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return errFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return errReadOnly
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR:
		return errUnreachable
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return errCorrupt
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		return errBusy
	}
	return nil
}

// classifyPostgres follows appendix A of the PostgreSQL manual. Whatever the server says while we connect
// (wrong password, no such database) means that we have no database.
func classifyPostgres(code string, connecting bool) *core.Error {
	switch code {
	case "53100": // disk_full
		return errFull
	case "25006": // read_only_sql_transaction
		return errReadOnly
	case "XX001", "XX002": // data_corrupted, index_corrupted
		return errCorrupt
	case "57P01", "57P02", "57P03", "53300", "58030": // shutdown, crash, starting up, too many, io_error
		return errUnreachable
	case "40001", "40P01", "55P03": // serialization_failure, deadlock_detected, lock_not_available
		return errBusy
	}
	if connecting || strings.HasPrefix(code, "08") {
		return errUnreachable
	}
	return nil
}

// lost reports whether a transaction that failed with err can succeed when it is run again.
func lost(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return classifySQLite(lite.Code()) == errBusy
	}
	var pg *pgconn.PgError
	return errors.As(err, &pg) && classifyPostgres(pg.Code, false) == errBusy
}

// IsUnique reports whether err says that a row with this key is already there.
func IsUnique(err error) bool {
	switch code, state := codes(err); {
	case code == sqlite3.SQLITE_CONSTRAINT_UNIQUE, code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
		code == sqlite3.SQLITE_CONSTRAINT_ROWID, state == "23505":
		return true
	}
	return false
}

// IsForeignKey reports whether err says that a row points at nothing, or that others still point at it.
func IsForeignKey(err error) bool {
	code, state := codes(err)
	return code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY || state == "23503" || state == "23001" ||
		// SQLite reports ON DELETE RESTRICT as a trigger of its own making.
		code == sqlite3.SQLITE_CONSTRAINT_TRIGGER && strings.Contains(err.Error(), "FOREIGN KEY")
}

// codes returns SQLite's extended result code and PostgreSQL's SQLSTATE, zero where err is not theirs.
func codes(err error) (code int, state string) {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		code = lite.Code()
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		state = pg.Code
	}
	return code, state
}
