package tillsql_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/testkit"
	"yakusho/internal/till"
	"yakusho/internal/till/tillsql"
)

// BenchmarkPayment is what the store adds to a payment: an attempt and its result, two commits, beside two bare
// transactions that write one row each.
//
//	go test -run '^$' -bench Payment ./internal/till/tillsql
func BenchmarkPayment(b *testing.B) {
	for engine, url := range map[string]func(testing.TB) string{"sqlite": testkit.SQLite, "postgres": testkit.Postgres} {
		b.Run("bare/engine="+engine, func(b *testing.B) {
			db := testkit.Open(b, url(b))
			if _, err := db.ExecContext(b.Context(), `CREATE TABLE bare (id TEXT NOT NULL PRIMARY KEY)`); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				for range 2 {
					if err := db.Tx(b.Context(), "bare", func(ctx context.Context, tx *sql.Tx) error {
						_, err := tx.ExecContext(ctx, `INSERT INTO bare (id) VALUES ($1)`, core.NewID(time.Now()))
						return err
					}); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
		b.Run("payment/engine="+engine, func(b *testing.B) {
			db := testkit.Open(b, url(b))
			s := open(b, db)
			sales := manySales(b, s, 1, 3000)
			n := 0
			for b.Loop() {
				if n == len(sales) {
					b.StopTimer()
					sales, n = manySales(b, s, 1+b.N, 3000), 0
					b.StartTimer()
				}
				payOnce(b, s, sales[n])
				n++
			}
		})
	}
}

// BenchmarkCounters is BenchmarkPayment at sixteen counters at once.
func BenchmarkCounters(b *testing.B) {
	for engine, url := range map[string]func(testing.TB) string{"sqlite": testkit.SQLite, "postgres": testkit.Postgres} {
		b.Run("engine="+engine, func(b *testing.B) {
			s := open(b, testkit.Open(b, url(b)))
			const counters, each = 16, 40
			for b.Loop() {
				b.StopTimer()
				var all [counters][]till.Sale
				for i := range all {
					all[i] = manySales(b, s, i+1, each)
				}
				b.StartTimer()
				var wg sync.WaitGroup
				for _, sales := range all {
					wg.Go(func() {
						for _, sale := range sales {
							payOnce(b, s, sale)
						}
					})
				}
				wg.Wait()
			}
			b.ReportMetric(float64(counters*each*b.N)/b.Elapsed().Seconds(), "payments/s")
		})
	}
}

func manySales(b testing.TB, s *tillsql.Store, counter, n int) []till.Sale {
	b.Helper()
	ctx, now := b.Context(), core.SystemClock()
	c, err := s.PutCounter(ctx, till.Command{}, till.Counter{ID: core.NewID(now), Number: counter + int(now.UnixMicro()%1e12)*100}, till.Event{})
	if err != nil {
		b.Fatal(err)
	}
	session, err := s.Open(ctx, till.Command{}, till.Session{ID: core.NewID(now), Counter: c.ID, Day: till.DayOf(now)}, till.Event{})
	if err != nil {
		b.Fatal(err)
	}
	out := make([]till.Sale, n)
	for i := range out {
		out[i], err = s.FixSale(ctx, till.Command{}, till.Sale{
			ID: core.NewID(now), Session: session.ID, Total: 900, State: till.SaleOpen, FixedAt: now,
			Lines: []till.Line{{Code: "JUMIN", Category: till.Category{Code: "13-01-02"}, Price: 300, Count: 3}},
		}, till.Event{})
		if err != nil {
			b.Fatal(err)
		}
	}
	return out
}

func payOnce(b testing.TB, s *tillsql.Store, sale till.Sale) {
	b.Helper()
	now := core.SystemClock()
	a := till.Attempt{
		ID: core.NewID(now), Sale: sale.ID, Session: sale.Session, Provider: "paypay", Way: till.WayScan, Wallet: "paypay", Amount: sale.Total,
		State: till.AttemptCreated, CodeHash: core.Secret(20), CreatedAt: now, NextAt: now.Add(time.Minute),
	}
	detail := map[string]string{"provider": "paypay", "wallet": "paypay", "way": "scan", "amount": "900"}
	a, err := s.AddAttempt(b.Context(), till.Command{Key: string(a.ID), Hash: "h", What: "start_attempt", At: now}, a,
		till.Event{At: now, What: "till.attempt_created", Target: string(a.ID), Detail: detail})
	if err != nil {
		b.Error(err)
		return
	}
	n := a
	n.State, n.PaidAt, n.DecidedAt, n.NextAt = till.AttemptPaid, now, now, time.Time{}
	booked, err := till.BookPayment(sale, n, sale.Day, now)
	if err != nil {
		b.Error(err)
		return
	}
	_, err = s.MoveAttempt(b.Context(), till.Command{}, a.State, n, &booked, till.Event{At: now, What: "till.attempt_paid", Target: string(a.ID), Detail: detail})
	if err != nil {
		b.Error(err)
	}
}

// BenchmarkSettlement takes in a file of 100,000 rows and reads it back.
func BenchmarkSettlement(b *testing.B) {
	for engine, url := range map[string]func(testing.TB) string{"sqlite": testkit.SQLite, "postgres": testkit.Postgres} {
		b.Run("engine="+engine, func(b *testing.B) {
			s := open(b, testkit.Open(b, url(b)))
			now := core.SystemClock()
			rows := make([]till.SettlementRow, 100_000)
			for i := range rows {
				rows[i] = till.SettlementRow{
					Line: i + 2, Ours: core.NewID(now), Ref: fmt.Sprint(i), Kind: till.RowPaid, Amount: 900, Fee: 29, HasFee: true,
					At: now.Add(time.Duration(i) * time.Microsecond), Wallet: "paypay", Status: "完了", Detail: "PayPay残高",
				}
			}
			var read time.Duration
			for b.Loop() {
				id := core.NewID(time.Now())
				day := till.DayOf(now)
				_, _, err := s.AddSettlement(b.Context(), till.Command{}, till.Settlement{
					ID: id, Provider: string(id), Sum: "aa", From: day, To: day, At: now, Rows: rows,
				}, till.Event{})
				if err != nil {
					b.Fatal(err)
				}
				start, got := time.Now(), 0
				if err := s.Rows(b.Context(), string(id), day, day, func(till.SettlementRow) error { got++; return nil }); err != nil || got != len(rows) {
					b.Fatal(got, err)
				}
				read += time.Since(start)
			}
			b.ReportMetric(read.Seconds()/float64(b.N), "read-s/op")
		})
	}
}
