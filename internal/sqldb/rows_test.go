package sqldb_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
)

func text(row sqldb.Row) (s string, err error) {
	err = row.Scan(&s)
	return s, err
}

func TestListReturnsEveryRowInItsOrder(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		ctx := t.Context()
		mustExec(t, db, `CREATE TABLE a (b TEXT NOT NULL)`)
		got, err := sqldb.List(ctx, db, "list", text, `SELECT b FROM a`)
		if err != nil || got != nil {
			t.Errorf("no row: %v, %v", got, err)
		}
		err = db.Tx(ctx, "fill", func(ctx context.Context, tx *sql.Tx) error {
			got, err = sqldb.List(ctx, tx, "fill", text, `INSERT INTO a (b) VALUES ($1), ($2) RETURNING b`, "y", "x")
			return err
		})
		if d := cmp.Diff([]string{"y", "x"}, got); err != nil || d != "" {
			t.Error(err, d)
		}
		got, err = sqldb.List(ctx, db, "list", text, `SELECT b FROM a ORDER BY b`)
		if d := cmp.Diff([]string{"x", "y"}, got); err != nil || d != "" {
			t.Error(err, d)
		}
	})
}

func TestListInTakesMoreValuesThanOneStatement(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		mustExec(t, db, `CREATE TABLE a (n BIGINT NOT NULL)`)
		mustExec(t, db, `INSERT INTO a VALUES (0), (499), (500), (1203), (2000)`)
		number := func(row sqldb.Row) (n int, err error) {
			err = row.Scan(&n)
			return n, err
		}
		const query = `SELECT n FROM a WHERE n IN ($in) ORDER BY n`
		asked := make([]int, 1204)
		for i := range asked {
			asked[i] = i
		}
		for want, values := range map[string][]int{"[0 499 500 1203]": asked, "[500]": {500, 7}, "[]": {}} {
			got, err := sqldb.ListIn(t.Context(), db, "list", number, query, values)
			if fmt.Sprint(got) != want || err != nil {
				t.Errorf("%d values: %v, want %s, %v", len(values), got, want, err)
			}
		}
		if _, err := sqldb.ListIn(t.Context(), db, "list numbers", number, `SELECT n FROM b WHERE n IN ($in)`, asked); err == nil || !strings.HasPrefix(err.Error(), "list numbers: ") {
			t.Errorf("got %v", err)
		}
	})
}

func TestListSaysWhatWasAttempted(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		mine := core.Conflict("mine", "")
		for name, scan := range map[string]func(sqldb.Row) (string, error){
			"SELECT b FROM nowhere": text,
			"SELECT 'x'":            func(sqldb.Row) (string, error) { return "", errors.New("no text") },
		} {
			if got, err := sqldb.List(t.Context(), db, "list letters", scan, name); got != nil || !strings.HasPrefix(err.Error(), "list letters: ") {
				t.Errorf("%s: %v, %v", name, got, err)
			}
		}
		_, err := sqldb.List(t.Context(), db, "list letters", func(sqldb.Row) (string, error) { return "", mine }, `SELECT 'x'`)
		if !errors.Is(err, mine) {
			t.Errorf("a refusal of the caller became %v", err)
		}
	})
}

func TestNoRowIsTheRefusalAndNothingElseIs(t *testing.T) {
	t.Parallel()
	refusal := core.NotFound("no_letter", "")
	db := testkit.Open(t, testkit.SQLite(t))
	_, err := text(db.QueryRowContext(t.Context(), `SELECT 'x' WHERE 1 = 0`))
	got := sqldb.NoRow(err, refusal, "letter %d", 7)
	if !errors.Is(got, refusal) || !strings.Contains(got.Error(), "letter 7") {
		t.Errorf("no row became %v", got)
	}
	_, err = text(db.QueryRowContext(t.Context(), `SELECT b FROM nowhere`))
	if got := sqldb.NoRow(err, refusal, "letter %d", 7); got == nil || errors.Is(got, refusal) {
		t.Errorf("a broken query became %v", got)
	}
	if err := sqldb.NoRow(nil, refusal, "letter %d", 7); err != nil {
		t.Errorf("no error became %v", err)
	}
}
