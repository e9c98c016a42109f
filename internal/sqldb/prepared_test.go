package sqldb_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"

	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
)

func TestAStatementIsAskedAgainWhileItsRowsAreRead(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		ctx := t.Context()
		mustExec(t, db, `CREATE TABLE a (n BIGINT PRIMARY KEY, m BIGINT NOT NULL)`)
		for n := range 20 {
			mustExec(t, db, `INSERT INTO a (n, m) VALUES ($1, $2)`, n, n*n)
		}
		// SQLite alone lets one connection do this; PostgreSQL has one for each.
		const query = `SELECT m FROM a WHERE n >= $1 ORDER BY n`
		outer, err := db.QueryContext(ctx, query, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer outer.Close()
		var seen int
		for outer.Next() {
			var m, first int
			if err := outer.Scan(&m); err != nil {
				t.Fatal(err)
			}
			if m != seen*seen {
				t.Errorf("row %d is %d", seen, m)
			}
			if err := db.QueryRowContext(ctx, query, seen).Scan(&first); err != nil || first != m {
				t.Errorf("asked again inside: %d, %v, want %d", first, err, m)
			}
			seen++
		}
		if seen != 20 {
			t.Errorf("%d rows", seen)
		}
	})
}

func TestOneTransactionAsksTheSameInsideItsOwnRows(t *testing.T) {
	t.Parallel()
	db := testkit.Open(t, testkit.SQLite(t)) // PostgreSQL cannot, with or without prepared statements
	mustExec(t, db, `CREATE TABLE a (n BIGINT PRIMARY KEY)`)
	err := db.Tx(t.Context(), "nest", func(ctx context.Context, tx *sql.Tx) error {
		for n := range 5 {
			if _, err := tx.ExecContext(ctx, `INSERT INTO a (n) VALUES ($1)`, n); err != nil {
				return err
			}
		}
		const query = `SELECT n FROM a ORDER BY n`
		outer, err := tx.QueryContext(ctx, query)
		if err != nil {
			return err
		}
		defer outer.Close()
		for want := 0; outer.Next(); want++ {
			var n, first int
			if err := outer.Scan(&n); err != nil || n != want {
				return fmt.Errorf("row %d is %d, %v", want, n, err)
			}
			if err := tx.QueryRowContext(ctx, query).Scan(&first); err != nil || first != 0 {
				return fmt.Errorf("inside: %d, %v", first, err)
			}
		}
		return outer.Err()
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAStatementSeesATableThatChangedSinceItWasRead(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		mustExec(t, db, `CREATE TABLE a (n BIGINT PRIMARY KEY)`)
		const insert, read = `INSERT INTO a (n) VALUES ($1)`, `SELECT COUNT(n) FROM a`
		mustExec(t, db, insert, 1)
		if n := count(t, db, read); n != 1 {
			t.Errorf("%d rows", n)
		}
		mustExec(t, db, `ALTER TABLE a ADD COLUMN m BIGINT NOT NULL DEFAULT 7`)
		mustExec(t, db, insert, 2)
		if n := count(t, db, `SELECT SUM(m) FROM a`); n != 14 {
			t.Errorf("the new column sums to %d", n)
		}
		mustExec(t, db, `DROP TABLE a`)
		if _, err := db.ExecContext(t.Context(), insert, 3); err == nil {
			t.Error("a table that is gone is written to")
		}
		mustExec(t, db, `CREATE TABLE a (n BIGINT PRIMARY KEY)`)
		mustExec(t, db, insert, 4)
		if n := count(t, db, read); n != 1 {
			t.Errorf("%d rows in the new table", n)
		}
	})
}

func TestAStatementThatFailedWorksAgain(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		mustExec(t, db, `CREATE TABLE a (n BIGINT PRIMARY KEY)`)
		const insert = `INSERT INTO a (n) VALUES ($1)`
		for n := range 5 {
			mustExec(t, db, insert, n)
			if _, err := db.ExecContext(t.Context(), insert, n); err == nil {
				t.Error("a key is there twice")
			}
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := db.ExecContext(ended, insert, 100+n); err == nil {
				t.Error("written although nobody waits any more")
			}
		}
		if n := count(t, db, `SELECT COUNT(*) FROM a`); n != 5 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestMoreStatementsThanAreKeptAllWork(t *testing.T) {
	t.Parallel()
	db := testkit.Open(t, testkit.SQLite(t))
	mustExec(t, db, `CREATE TABLE a (n BIGINT PRIMARY KEY)`)
	mustExec(t, db, `INSERT INTO a (n) VALUES (1)`)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for n := range 700 {
				var got int
				if err := db.QueryRowContext(t.Context(), fmt.Sprintf(`SELECT n + %d FROM a`, n+w)).Scan(&got); err != nil || got != 1+n+w {
					t.Errorf("statement %d: %d, %v", n, got, err)
					return
				}
			}
		})
	}
	wg.Wait()
}
