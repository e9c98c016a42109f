package sqldb_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(crashEnv); path != "" {
		crashChild(path)
	}
	os.Exit(m.Run())
}

func mustExec(t testing.TB, db *sqldb.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func count(t testing.TB, q sqldb.Querier, query string, args ...any) int64 {
	t.Helper()
	var n int64
	if err := q.QueryRowContext(context.Background(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func TestOneSQLTextWorksOnBothEngines(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		mustExec(t, db, `CREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT NOT NULL, yes BOOLEAN NOT NULL, raw BYTEA, maybe TEXT)`)
		type thing struct {
			ID    string
			N     int64
			Yes   bool
			Raw   []byte
			Maybe *string
		}
		digits := "00123"
		want := []thing{
			{"a", -1 << 63, true, []byte{0, 1, 0xff, 0xfe}, &digits},
			{"b", 1<<63 - 1, false, []byte{}, nil},
			{"c", 0, true, nil, nil},
			{"d", 7, false, []byte("123"), &digits}, // bytes that look like a number stay bytes
		}
		for _, w := range want {
			// $2 before $1: parameters go by number.
			mustExec(t, db, `INSERT INTO thing (n, id, yes, raw, maybe) VALUES ($2, $1, $3, $4, $5)`, w.ID, w.N, w.Yes, w.Raw, w.Maybe)
		}
		rows, err := db.QueryContext(context.Background(),
			`SELECT id, n, yes, raw, maybe FROM thing WHERE $1 = '' OR id >= $1 ORDER BY id`, "a")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var got []thing
		for rows.Next() {
			var g thing
			if err := rows.Scan(&g.ID, &g.N, &g.Yes, &g.Raw, &g.Maybe); err != nil {
				t.Fatal(err)
			}
			got = append(got, g)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("rows came back changed (-want +got):\n%s", diff)
		}
		if n := count(t, db, `SELECT COUNT(*) FROM thing WHERE raw IS NULL`); n != 1 {
			t.Errorf("%d NULLs: an empty value was stored as NULL or the other way round", n)
		}

		var some, all bool
		q := `SELECT COALESCE(MAX(CASE WHEN yes THEN 1 ELSE 0 END), 0) = 1, NOT EXISTS (SELECT 1 FROM thing WHERE yes = FALSE) FROM thing`
		if err := db.QueryRowContext(context.Background(), q).Scan(&some, &all); err != nil || !some || all {
			t.Errorf("boolean expressions: %v, some %v, all %v", err, some, all)
		}

		// The guarded change of state that every store uses.
		err = db.Tx(context.Background(), "move", func(ctx context.Context, tx *sql.Tx) error {
			var n int64
			q := `UPDATE thing SET n = n + $1, yes = $4 WHERE id = $2 AND n = $3 RETURNING n`
			if err := tx.QueryRowContext(ctx, q, 1, "c", 0, false).Scan(&n); err != nil || n != 1 {
				return fmt.Errorf("first: %v, n = %d", err, n)
			}
			if err := tx.QueryRowContext(ctx, q, 1, "c", 0, false).Scan(&n); !errors.Is(err, sql.ErrNoRows) {
				return fmt.Errorf("second: %v", err)
			}
			up := `INSERT INTO thing (id, n, yes) VALUES ($1, $2, TRUE) ON CONFLICT (id) DO UPDATE SET n = excluded.n RETURNING n, yes`
			var yes bool
			if err := tx.QueryRowContext(ctx, up, "c", 9).Scan(&n, &yes); err != nil || n != 9 || yes {
				return fmt.Errorf("upsert: %v, n = %d, yes = %v", err, n, yes)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestPathsWithSpecialCharactersOpenThatFileAndNoOther(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/役所 a?b%20c#d&e=f.db"
	db := testkit.Open(t, "sqlite:"+path)
	mustExec(t, db, `CREATE TABLE a (b TEXT)`)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the database: %v", info.Mode())
	}
	if info, err = os.Stat(path + "-wal"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the WAL: %v, %v", info.Mode(), err)
	}
}

func TestSQLiteRunsAsDocumented(t *testing.T) {
	t.Parallel()
	db := testkit.Open(t, testkit.SQLite(t))
	err := db.Tx(context.Background(), "look", func(ctx context.Context, tx *sql.Tx) error {
		for pragma, want := range map[string]string{
			"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "trusted_schema": "0",
		} {
			var got string
			if err := tx.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s = %q, %v; want %q", pragma, got, err, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// A write outside Tx would go around the queue of writers.
	if _, err := db.QueryContext(context.Background(), `CREATE TABLE a (b TEXT)`); err == nil {
		t.Error("a reading connection wrote")
	}
}

func TestTxRollsBackOnErrorAndPanic(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		ctx := context.Background()
		mustExec(t, db, `CREATE TABLE a (b BIGINT)`)
		refused := core.Conflict("taken", "使われています。")
		err := db.Tx(ctx, "try", func(ctx context.Context, tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, `INSERT INTO a VALUES (1)`); err != nil {
				return err
			}
			return refused
		})
		if err != error(refused) {
			t.Errorf("the domain's error came back as %v", err)
		}
		func() {
			defer func() {
				if recover() != "boom" {
					t.Error("the panic was swallowed")
				}
			}()
			_ = db.Tx(ctx, "try", func(ctx context.Context, tx *sql.Tx) error {
				if _, err := tx.ExecContext(ctx, `INSERT INTO a VALUES (2)`); err != nil {
					t.Error(err)
				}
				panic("boom")
			})
		}()
		if n := count(t, db, `SELECT COUNT(*) FROM a`); n != 0 {
			t.Errorf("%d rows survived", n)
		}
		mustExec(t, db, `INSERT INTO a VALUES (3)`) // the writer's connection is free again
		err = db.Tx(ctx, "find", func(ctx context.Context, tx *sql.Tx) error {
			return tx.QueryRowContext(ctx, `SELECT b FROM a WHERE b = 99`).Scan(new(int64))
		})
		if !errors.Is(err, sql.ErrNoRows) || core.KindOf(err) != core.KindInternal || !strings.HasPrefix(err.Error(), "find: ") {
			t.Errorf("no rows came back as %v", err)
		}
	})
}

func TestTxInsideTxIsRefused(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		err := db.Tx(context.Background(), "outer", func(ctx context.Context, _ *sql.Tx) error {
			_, err := db.ExecContext(ctx, `CREATE TABLE a (b TEXT)`)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "already open") {
			t.Errorf("got %v", err)
		}
	})
}

func TestConcurrentReadModifyWritesLoseNothing(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		// Two DBs are two processes to the engine.
		dbs := []*sqldb.DB{testkit.Open(t, url), testkit.Open(t, url)}
		mustExec(t, dbs[0], `CREATE TABLE a (b BIGINT NOT NULL)`)
		mustExec(t, dbs[0], `INSERT INTO a VALUES (0)`)
		const writers, rounds = 8, 10
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for range rounds {
					err := dbs[w%2].Tx(context.Background(), "count up", func(ctx context.Context, tx *sql.Tx) error {
						var n int64
						if err := tx.QueryRowContext(ctx, `SELECT b FROM a`).Scan(&n); err != nil {
							return err
						}
						_, err := tx.ExecContext(ctx, `UPDATE a SET b = $1`, n+1)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := count(t, dbs[0], `SELECT b FROM a`); n != writers*rounds {
			t.Errorf("%d of %d increments are there", n, writers*rounds)
		}
	})
}

func TestReadersDoNotWaitForTheWriter(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		mustExec(t, db, `CREATE TABLE a (b BIGINT)`)
		mustExec(t, db, `INSERT INTO a VALUES (1)`)
		err := db.Tx(context.Background(), "write", func(ctx context.Context, tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, `UPDATE a SET b = 2`); err != nil {
				return err
			}
			// The transaction stays open while others read what was committed before it.
			if n := count(t, db, `SELECT b FROM a`); n != 1 {
				t.Errorf("a reader saw %d", n)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if n := count(t, db, `SELECT b FROM a`); n != 2 {
			t.Errorf("after the commit: %d", n)
		}
	})
}

func TestATxOnSQLiteHoldsTheWriteLockFromItsBeginning(t *testing.T) {
	t.Parallel()
	url := testkit.SQLite(t)
	db, other := testkit.Open(t, url), testkit.Open(t, url)
	err := db.Tx(context.Background(), "hold", func(context.Context, *sql.Tx) error {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		if _, err := other.ExecContext(ctx, `CREATE TABLE a (b TEXT)`); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("another process wrote meanwhile: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestViewIsOneSnapshot(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		mustExec(t, db, `CREATE TABLE a (b BIGINT)`)
		err := db.View(context.Background(), "look", func(ctx context.Context, q sqldb.Querier) error {
			before := count(t, q, `SELECT COUNT(*) FROM a`)
			mustExec(t, db, `INSERT INTO a VALUES (1)`)
			if after := count(t, q, `SELECT COUNT(*) FROM a`); after != before {
				t.Errorf("the snapshot moved from %d to %d", before, after)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		err = db.View(context.Background(), "look", func(ctx context.Context, q sqldb.Querier) error {
			_, err := q.ExecContext(ctx, `INSERT INTO a VALUES (2)`)
			return err
		})
		if err == nil {
			t.Error("a view wrote")
		}
		if n := count(t, db, `SELECT COUNT(*) FROM a`); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestWaitingForTheWriterEndsWithTheContext(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		mustExec(t, db, `CREATE TABLE a (b BIGINT)`)
		mustExec(t, db, `INSERT INTO a VALUES (1)`)
		ctx, cancel := context.WithCancel(context.Background())
		entered, done := make(chan struct{}), make(chan error, 1)
		err := db.Tx(context.Background(), "hold", func(txCtx context.Context, tx *sql.Tx) error {
			if _, err := tx.ExecContext(txCtx, `UPDATE a SET b = 2`); err != nil {
				return err
			}
			go func() {
				close(entered)
				done <- db.Tx(ctx, "wait", func(ctx context.Context, tx *sql.Tx) error {
					_, err := tx.ExecContext(ctx, `UPDATE a SET b = 3`)
					return err
				})
			}()
			<-entered
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestCheckFindsADamagedFile(t *testing.T) {
	t.Parallel()
	url := testkit.SQLite(t)
	path := strings.TrimPrefix(url, "sqlite:")
	ctx := context.Background()
	db, err := sqldb.Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, db, `CREATE TABLE a (b BYTEA)`)
	for range 50 {
		mustExec(t, db, `INSERT INTO a VALUES ($1)`, bytes.Repeat([]byte{7}, 3000))
	}
	if err := db.Check(ctx); err != nil {
		t.Fatalf("a sound file: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 8192; i < len(raw); i++ {
		raw[i] ^= 0x55
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := testkit.Open(t, url).Check(ctx); !errors.Is(err, core.Unavailable("db_corrupt", "")) {
		t.Errorf("a damaged file: %v", err)
	}
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		if err := errors.Join(db.Ping(ctx), db.Check(ctx)); err != nil {
			t.Error(err)
		}
	})
}
