package sqldb_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"modernc.org/sqlite"

	"yakusho/internal/testkit"
)

// BenchmarkWrite compares what this package does with the obvious alternative: eight goroutines which
// insert one row each per transaction, through one connection or through a connection of their own that waits for
// the file's lock. worst-ms is the slowest single transaction.
//
//	go test -run '^$' -bench Write -benchtime 3s -cpu 8 ./internal/sqldb
func BenchmarkWrite(b *testing.B) {
	const insert = `INSERT INTO a (raw) VALUES ($1)`
	raw := make([]byte, 200)
	run := func(b *testing.B, write func() error) {
		worst := make(chan time.Duration, 1)
		worst <- 0
		b.RunParallel(func(pb *testing.PB) {
			var mine time.Duration
			for pb.Next() {
				start := time.Now()
				if err := write(); err != nil {
					b.Error(err)
				}
				mine = max(mine, time.Since(start))
			}
			worst <- max(mine, <-worst)
		})
		b.ReportMetric(float64((<-worst).Microseconds())/1000, "worst-ms")
	}
	b.Run("queue=database/sql", func(b *testing.B) {
		db := testkit.Open(b, testkit.SQLite(b))
		mustExec(b, db, `CREATE TABLE a (raw BYTEA)`)
		b.ResetTimer()
		run(b, func() error {
			_, err := db.ExecContext(context.Background(), insert, raw)
			return err
		})
	})
	b.Run("queue=file-lock", func(b *testing.B) {
		c, err := sqlite.NewConnector("file://" + filepath.Join(b.TempDir(), "a.db") +
			"?_busy_timeout=60000&_journal_mode=WAL&_synchronous=FULL&_txlock=immediate")
		if err != nil {
			b.Fatal(err)
		}
		pool := sql.OpenDB(c)
		b.Cleanup(func() { _ = pool.Close() })
		if _, err := pool.Exec(`CREATE TABLE a (raw BYTEA)`); err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		run(b, func() error {
			tx, err := pool.Begin()
			if err != nil {
				return err
			}
			defer func() { _ = tx.Rollback() }()
			if _, err := tx.Exec(insert, raw); err != nil {
				return err
			}
			return tx.Commit()
		})
	})
}

// BenchmarkReadWhileWriting reads one row while another goroutine writes without a pause.
func BenchmarkReadWhileWriting(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run("engine="+engine, func(b *testing.B) {
			url := testkit.SQLite(b)
			if !strings.HasPrefix(url, engine) {
				url = testkit.Postgres(b)
			}
			db := testkit.Open(b, url)
			mustExec(b, db, `CREATE TABLE a (n BIGINT)`)
			mustExec(b, db, `INSERT INTO a VALUES (0)`)
			ctx, cancel := context.WithCancel(context.Background())
			stopped := make(chan struct{})
			go func() {
				defer close(stopped)
				for ctx.Err() == nil {
					_, _ = db.ExecContext(ctx, `UPDATE a SET n = n + 1`)
				}
			}()
			for b.Loop() {
				count(b, db, `SELECT n FROM a`)
			}
			cancel()
			<-stopped
		})
	}
}
