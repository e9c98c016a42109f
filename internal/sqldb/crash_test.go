package sqldb_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
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
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
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
	for round := range 20 {
		child := exec.Command(self)
		child.Env = append(os.Environ(), crashEnv+"="+url)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		// The child runs on while we read, so the blow falls anywhere between two acknowledgements.
		for left := 1 + rand.IntN(100); lines.Scan(); left-- {
			n, err := strconv.ParseInt(lines.Text(), 10, 64)
			if err != nil {
				t.Fatalf("round %d: the child says %q", round, lines.Text())
			}
			acknowledged = n
			if left == 0 {
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := child.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Fatalf("round %d: the child was not killed: %v", round, err)
		}

		db, err := sqldb.Open(ctx, url)
		if err != nil {
			t.Fatalf("round %d: open after kill -9: %v", round, err)
		}
		if err := db.Check(ctx); err != nil {
			t.Errorf("round %d: %v", round, err)
		}
		// One row more than acknowledged may be there: the child died before it could say so.
		got := count(t, db, `SELECT COUNT(*) FROM a`)
		if top := count(t, db, `SELECT MAX(n) FROM a`); got != top || top < acknowledged || top > acknowledged+1 {
			t.Errorf("round %d: %d rows up to %d, acknowledged up to %d", round, got, top, acknowledged)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	db := testkit.Open(t, url)
	for n := int64(1); n <= acknowledged; n++ {
		var raw []byte
		if err := db.QueryRowContext(ctx, `SELECT raw FROM a WHERE n = $1`, n).Scan(&raw); err != nil || string(raw) != string(payload(n)) {
			t.Errorf("row %d: %v, %d bytes", n, err, len(raw))
		}
	}
}
