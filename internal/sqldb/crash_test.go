package sqldb_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"os"
	"strconv"
	"testing"

	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
)

// crashEnv makes the test binary write rows into the database it names until it is killed.
const crashEnv = "SQLDB_WRITE_UNTIL_KILLED"

// crashChild acknowledges each row on standard output once Tx has returned. A row is 20 kB so that the
// WAL is folded into the file (at 4 MB) while we are being killed.
func crashChild(url string) {
	ctx := context.Background()
	fail := func(err error) {
		fmt.Println("failed", err)
		os.Exit(1)
	}
	db, err := sqldb.Open(ctx, url)
	if err != nil {
		fail(err)
	}
	var n int64
	if err := db.QueryRowContext(ctx, `SELECT COALESCE(MAX(n), 0) FROM a`).Scan(&n); err != nil {
		fail(err)
	}
	for {
		n++
		err := db.Tx(ctx, "write", func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO a (n, raw) VALUES ($1, $2)`, n, payload(n))
			return err
		})
		if err != nil {
			fail(err)
		}
		fmt.Println(n)
	}
}

func payload(n int64) []byte {
	b := make([]byte, 0, 20480)
	for i := 0; len(b) < 20480; i++ {
		h := sha256.Sum256(fmt.Appendf(nil, "%d %d", n, i))
		b = append(b, h[:]...)
	}
	return b
}

func TestAcknowledgedRowsSurviveKillMinusNine(t *testing.T) {
	t.Parallel()
	url := testkit.SQLite(t)
	ctx := context.Background()
	func() {
		db, err := sqldb.Open(ctx, url)
		if err != nil {
			t.Fatal(err)
		}
		mustExec(t, db, `CREATE TABLE a (n BIGINT PRIMARY KEY, raw BYTEA NOT NULL)`)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}()
	var acknowledged int64
	testkit.KillAgain(t, crashEnv, url, 20, func(line string) {
		n, err := strconv.ParseInt(line, 10, 64)
		if err != nil {
			t.Fatalf("the child says %q", line)
		}
		acknowledged = n
	}, func(round int, db *sqldb.DB) {
		// One row more than acknowledged may be there: the child died before it could say so.
		got := count(t, db, `SELECT COUNT(*) FROM a`)
		if top := count(t, db, `SELECT MAX(n) FROM a`); got != top || top < acknowledged || top > acknowledged+1 {
			t.Errorf("round %d: %d rows up to %d, acknowledged up to %d", round, got, top, acknowledged)
		}
	})
	db := testkit.Open(t, url)
	for n := int64(1); n <= acknowledged; n++ {
		var raw []byte
		if err := db.QueryRowContext(ctx, `SELECT raw FROM a WHERE n = $1`, n).Scan(&raw); err != nil || string(raw) != string(payload(n)) {
			t.Errorf("row %d: %v, %d bytes", n, err, len(raw))
		}
	}
}
