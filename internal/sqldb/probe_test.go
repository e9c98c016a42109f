package sqldb_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
)

func TestAProbeWritesAndEveryTransactionIsHeardOf(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		var heard []error
		db.OnTx(func(err error) { heard = append(heard, err) })
		for range 3 {
			if err := db.Probe(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n := count(t, db, `SELECT COUNT(*) FROM sqldb_probe`); n != 1 {
			t.Errorf("%d rows are left of three probes", n)
		}
		wrong := errors.New("wrong")
		_ = db.Tx(t.Context(), "fail", func(context.Context, *sql.Tx) error { return wrong })
		if len(heard) != 4 || heard[0] != nil || heard[1] != nil || heard[2] != nil || !errors.Is(heard[3], wrong) {
			t.Errorf("heard %v", heard)
		}
	})
}
