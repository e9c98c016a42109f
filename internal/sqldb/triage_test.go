package sqldb_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
)

// wantCode checks that err is a *core.Error of KindUnavailable with the code and a Japanese message.
func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	var e *core.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("got %v, want the code %s", err, code)
		return
	}
	if e.Kind != core.KindUnavailable || !strings.HasSuffix(e.Message, "。") || e.Err == nil {
		t.Errorf("kind %v, message %q, cause %v", e.Kind, e.Message, e.Err)
	}
}

func TestBrokenConstraintsAreToldApart(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		mustExec(t, db, `CREATE TABLE parent (id TEXT PRIMARY KEY, name TEXT UNIQUE, n BIGINT CHECK (n > 0))`)
		mustExec(t, db, `CREATE TABLE child (id TEXT PRIMARY KEY, parent TEXT NOT NULL REFERENCES parent (id))`)
		mustExec(t, db, `CREATE TABLE strict_child (parent TEXT NOT NULL REFERENCES parent (id) ON DELETE RESTRICT)`)
		mustExec(t, db, `INSERT INTO parent VALUES ('a', 'A', 1)`)
		mustExec(t, db, `INSERT INTO parent VALUES ('b', 'B', 1)`)
		mustExec(t, db, `INSERT INTO child VALUES ('x', 'a')`)
		mustExec(t, db, `INSERT INTO strict_child VALUES ('b')`)
		for _, c := range []struct {
			sql             string
			unique, foreign bool
		}{
			{`INSERT INTO parent VALUES ('a', 'C', 1)`, true, false},
			{`INSERT INTO parent VALUES ('c', 'A', 1)`, true, false},
			{`INSERT INTO parent VALUES ('c', 'C', 0)`, false, false},
			{`INSERT INTO child VALUES ('y', 'nobody')`, false, true},
			{`DELETE FROM parent WHERE id = 'a'`, false, true},
			{`DELETE FROM parent WHERE id = 'b'`, false, true},
			{`INSERT INTO child VALUES ('z', NULL)`, false, false},
			{`SELEKT`, false, false},
		} {
			_, err := db.ExecContext(context.Background(), c.sql)
			if err == nil {
				t.Errorf("%s: no error", c.sql)
			}
			if u, f := sqldb.IsUnique(err), sqldb.IsForeignKey(err); u != c.unique || f != c.foreign {
				t.Errorf("%s: unique %v, foreign %v: %v", c.sql, u, f, err)
			}
			if core.KindOf(err) != core.KindInternal {
				t.Errorf("%s: a broken constraint is the caller's to judge, got %v", c.sql, err)
			}
		}
		if sqldb.IsUnique(nil) || sqldb.IsForeignKey(nil) {
			t.Error("nil is no broken constraint")
		}
	})
}

func TestTriageLeavesAloneWhatIsNotTheDatabase(t *testing.T) {
	t.Parallel()
	mine := core.Gone("meeting_over", "会議は終わりました。")
	for _, err := range []error{
		nil, sql.ErrNoRows, context.Canceled, context.DeadlineExceeded, errors.New("x"), mine, fmt.Errorf("w: %w", mine),
	} {
		if got := sqldb.Triage(err); got != err {
			t.Errorf("Triage(%v) = %v", err, got)
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("これはデータベースではない。", 300)), 0o600); err != nil {
		t.Fatal(err)
	}
	socket := url.QueryEscape(dir)
	for name, c := range map[string]struct{ url, code string }{
		"no such directory":      {"sqlite:" + filepath.Join(dir, "none", "a.db"), "db_unreachable"},
		"a directory":            {"sqlite:" + dir, "db_unreachable"},
		"not a database":         {"sqlite:" + garbage, "db_corrupt"},
		"connection refused":     {"postgres://u:hunter2@127.0.0.1:1/x", "db_unreachable"},
		"no socket":              {"postgres:///x?host=" + socket, "db_unreachable"},
		"no such database":       {strings.Replace(testkit.Postgres(t), "/t_", "/none_", 1), "db_unreachable"},
		"unknown scheme":         {"mysql://u:hunter2@h/x", "db_url_malformed"},
		"nothing":                {"", "db_url_malformed"},
		"a bare path":            {"/var/lib/x.db", "db_url_malformed"},
		"memory is per process":  {"sqlite::memory:", "db_url_malformed"},
		"malformed postgres":     {"postgres://u:hunter2@h:port/x", "db_url_malformed"},
		"malformed port, libpq":  {"postgres://u:hunter2@h/x?port=99999999", "db_url_malformed"},
		"sqlite without a path":  {"sqlite:", "db_url_malformed"},
		"unknown libpq ssl mode": {"postgres://u:hunter2@h/x?sslmode=maybe", "db_url_malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := sqldb.Open(context.Background(), c.url)
			if err == nil {
				_ = db.Close()
				t.Fatal("opened")
			}
			if c.code == "db_url_malformed" {
				if core.KindOf(err) != core.KindInvalid || !errors.Is(err, core.Invalid(c.code, "")) {
					t.Errorf("got %v", err)
				}
			} else {
				wantCode(t, err, c.code)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the password is in the error: %v", err)
			}
		})
	}
}

func TestAServerThatIsGoneIsUnreachable(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	db, other := testkit.Open(t, url), testkit.Open(t, url)
	err := db.Tx(context.Background(), "write", func(ctx context.Context, tx *sql.Tx) error {
		var pid int64
		if err := tx.QueryRowContext(ctx, `SELECT pg_backend_pid()`).Scan(&pid); err != nil {
			return err
		}
		mustExec(t, other, `SELECT pg_terminate_backend($1)`, pid)
		var n int64
		testkit.Eventually(t, waitLimit, func() bool {
			return other.QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_stat_activity WHERE pid = $1`, pid).Scan(&n) == nil && n == 0
		})
		_, err := tx.ExecContext(ctx, `CREATE TABLE a (b TEXT)`)
		return err
	})
	wantCode(t, err, "db_unreachable")
	mustExec(t, db, `CREATE TABLE a (b TEXT)`) // the pool finds a new connection by itself
}
