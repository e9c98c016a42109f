package sqldb

import (
	"context"
	"crypto/rand"
	"database/sql"
)

// probeSize is how much a probe writes: about what a request that saves something does, so that the last free page
// of a disk is not taken for room.
const probeSize = 32 << 10

// Probe makes sure that the database can be written, by writing one row over: errors are as from Tx. It costs a
// write to the disk, so it is for now and then.
func (db *DB) Probe(ctx context.Context) error {
	filler := make([]byte, probeSize)
	_, _ = rand.Read(filler) // what an engine could compress or leave out would prove nothing
	return db.Tx(ctx, "probe", func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS sqldb_probe (id BIGINT PRIMARY KEY, filler BYTEA NOT NULL)`); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO sqldb_probe (id, filler) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET filler = excluded.filler`, filler)
		return err
	})
}

// OnTx makes f hear how every Tx ends, from now on: nil or the error Tx returns. It is called by many at once and
// must not wait. It is to be set before the database is used.
func (db *DB) OnTx(f func(err error)) { db.heard = f }
