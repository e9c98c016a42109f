package sqldb

import (
	"cmp"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"
)

const (
	sqliteReaders = 8 // more would only wait for the disk
	postgresConns = 16
	// busyWait is how long SQLite itself waits for a lock another process holds, in milliseconds.
	busyWait       = "5000"
	connectTimeout = 5 * time.Second
)

func openSQLite(path string) (*DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	// SQLite would make the file readable by all; -wal and -shm take over what the file has. Opening it
	// for writing here also turns a read-only disk into a refusal at the start.
	f, err := os.OpenFile(abs, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	common := url.Values{
		"_busy_timeout": {busyWait},
		"_foreign_keys": {"on"},
		"_synchronous":  {"FULL"},
		"_pragma":       {"trusted_schema(0)"},
		"_dqs":          {"0"}, // "x" is never a text, as on PostgreSQL
		"_defensive":    {"1"},
		"_error_rc":     {"1"},
	}
	write, err := sqlitePool(abs, common, url.Values{"_journal_mode": {"WAL"}, "_txlock": {"immediate"}})
	if err != nil {
		return nil, err
	}
	read, err := sqlitePool(abs, common, url.Values{"_query_only": {"1"}})
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	write.SetMaxIdleConns(1)
	read.SetMaxOpenConns(sqliteReaders)
	read.SetMaxIdleConns(sqliteReaders)
	return &DB{engine: EngineSQLite, write: write, read: read}, nil
}

func sqlitePool(abs string, common, own url.Values) (*sql.DB, error) {
	path := filepath.ToSlash(abs)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/data becomes file:///C:/data
	}
	// Only the file: form carries a path with ?, % or # in it safely.
	u := url.URL{Scheme: "file", Path: path, RawQuery: common.Encode() + "&" + own.Encode()}
	c, err := sqlite.NewConnector(u.String())
	if err != nil {
		return nil, fmt.Errorf("sqlite parameters: %w", err)
	}
	return sql.OpenDB(preparing{c}), nil
}

func openPostgres(rawURL string) (*DB, error) {
	cfg, err := pgx.ParseConfig(rawURL)
	if err != nil {
		// pgx masks the password in a URL that it can parse, and only there: its text stays out.
		return nil, errMalformed.Because("parse postgres url")
	}
	cfg.ConnectTimeout = cmp.Or(cfg.ConnectTimeout, connectTimeout)
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "yakusho"
	}
	pool := stdlib.OpenDB(*cfg)
	pool.SetMaxOpenConns(postgresConns)
	pool.SetMaxIdleConns(postgresConns / 2)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	return &DB{engine: EnginePostgres, write: pool, read: pool}, nil
}
