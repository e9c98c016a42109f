//go:build linux

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/till"
)

// measureRate takes payments as fast as they go, by turns with bare transactions that write one small row each, both on the
// same disk, and each synced. A payment is two commits: the attempt before the provider is asked, and what it answered.
func measureRate(ctx context.Context, o options, r *report, e engine, say func(string, ...any)) error {
	for _, workers := range []int{1, 8} {
		db, err := e.open(ctx, fmt.Sprintf("rate%d", workers))
		if err != nil {
			return err
		}
		if err := rate(ctx, o, r, e, db, workers, say); err != nil {
			return errors.Join(err, db.Close())
		}
		if err := db.Close(); err != nil {
			return err
		}
	}
	return nil
}

func rate(ctx context.Context, o options, r *report, e engine, db *sqldb.DB, workers int, say func(string, ...any)) error {
	f, err := newOffice(ctx, db, instant{}, workers*o.reps)
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, `CREATE TABLE bare (id TEXT NOT NULL PRIMARY KEY)`); err != nil {
		return err
	}
	group := fmt.Sprintf("Durable payments on %s, %s", e.name, people(workers))
	for rep := range o.reps {
		bare, err := during(o.slice, workers, func(int) func() error {
			return func() error {
				return db.Tx(ctx, "bare", func(ctx context.Context, tx *sql.Tx) error {
					_, err := tx.ExecContext(ctx, `INSERT INTO bare (id) VALUES ($1)`, core.NewID(time.Now()))
					return err
				})
			}
		})
		if err != nil {
			return fmt.Errorf("bare transactions: %w", err)
		}
		// What is sold is fixed before the clock starts: as many as bare transactions could pay at most.
		most := int(bare*o.slice.Seconds())/workers/2 + 50
		pending := make([][]till.Sale, workers)
		for n := range pending {
			if pending[n], err = f.sales(f.counters[rep*workers+n], most); err != nil {
				return err
			}
		}
		ours, err := during(o.slice, workers, func(n int) func() error {
			return func() error {
				if len(pending[n]) == 0 {
					return errSoldOut
				}
				s := pending[n][0]
				pending[n] = pending[n][1:]
				_, err := f.pay(s)
				return err
			}
		})
		if err != nil {
			return fmt.Errorf("payments: %w", err)
		}
		r.put(group, rowBare, "/s", 0, bare)
		r.put(group, rowSales, "/s", 0, ours)
		r.put(group, rowRatio, "", 2, 2*ours/bare)
		say("  %s: %.0f bare, %.0f payments: %.2f", people(workers), bare, ours, 2*ours/bare)
	}
	return nil
}

var errSoldOut = errors.New("nothing left to sell")

func people(n int) string {
	if n == 1 {
		return "one counter"
	}
	return fmt.Sprintf("%d counters at once", n)
}

// during lets workers do something for a while and returns how often per second it was done.
func during(slice time.Duration, workers int, work func(n int) func() error) (float64, error) {
	var done atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, workers)
	began := time.Now()
	for n := range workers {
		do := work(n)
		wg.Go(func() {
			for time.Since(began) < slice {
				if err := do(); err != nil {
					if !errors.Is(err, errSoldOut) {
						errs[n] = err
					}
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(done.Load()) / time.Since(began).Seconds(), errors.Join(errs...)
}

// providerTakes is how long the pretended provider thinks.
const providerTakes = 50 * time.Millisecond

// measureWait pays through a provider that answers over HTTP after a while, and looks at what is added to that: from the
// clerk's press to the answer of the desk, less the provider's own time.
func measureWait(ctx context.Context, o options, r *report, e engine, _ func(string, ...any)) error {
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(providerTakes) // this is what the provider does
		w.WriteHeader(http.StatusNoContent)
	}))
	defer slow.Close()
	db, err := e.open(ctx, "wait")
	if err != nil {
		return err
	}
	defer db.Close()
	took := make(chan answer, 1)
	f, err := newOffice(ctx, db, instant{address: slow.URL, took: took}, 1)
	if err != nil {
		return err
	}
	n := 60 * o.reps
	sales, err := f.sales(f.counters[0], n)
	if err != nil {
		return err
	}
	var added, whole []float64
	for _, s := range sales {
		began := time.Now()
		a, err := f.pay(s)
		all := time.Since(began)
		if err != nil {
			return err
		}
		if got := <-took; got.attempt == a.ID {
			added = append(added, ms(all-got.took))
			whole = append(whole, ms(all))
		}
	}
	group := "Added to a provider's answer on " + e.name
	r.put(group, fmt.Sprintf("provider's answer over HTTP, of %d", len(added)), "ms", 1, ms(providerTakes))
	r.put(group, "press to result p50", "ms", 1, quantile(whole, 0.5))
	r.put(group, "added p50", "ms", 1, quantile(added, 0.5))
	r.put(group, "added p99", "ms", 1, quantile(added, 0.99))
	return nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
