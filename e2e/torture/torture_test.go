//go:build linux

package torture_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"yakusho/internal/till"
	"yakusho/internal/till/paysim"
	"yakusho/internal/till/tillsql"
)

var (
	kills = flag.Int("kills", 100, "how often the server is killed; make torture KILLS=1000 for a long night")
	seed  = flag.Uint64("seed", 0, "of everything that is drawn; 0: a new one, which is printed")
)

// faults go wrong at random, a few in a hundred calls. Hanging calls last until the server gives up or is killed.
func faults() []paysim.Fault {
	var out []paysim.Fault
	for _, k := range []paysim.FaultKind{
		paysim.TimeoutBefore, paysim.TimeoutAfter, paysim.DisconnectAfter, paysim.ErrorBefore, paysim.ErrorAfter, paysim.RateLimit,
		paysim.Maintenance, paysim.WebhookDuplicate, paysim.WebhookOutOfOrder, paysim.WebhookForged, paysim.WebhookLost, paysim.RefundFailure,
	} {
		out = append(out, paysim.Fault{Kind: k, Percent: 1, Count: -1})
	}
	return out
}

// TestKillingTheServerLosesAndDoublesNoPayment kills the server again and again while five clerks sell, and holds after each
// start that what was answered as paid is in the books, and that nobody paid twice.
func TestKillingTheServerLosesAndDoublesNoPayment(t *testing.T) {
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("seed %d", *seed)
	r := rand.New(rand.NewPCG(*seed, 0))
	w := found(t, filepath.Join(t.TempDir(), "data"), fmt.Sprint(*seed))
	if err := w.sim.SetFaults(faults()...); err != nil {
		t.Fatal(err)
	}
	admin, one, two := w.signIn("suzuki"), w.signIn("yoshida"), w.signIn("yamamoto")
	what := &seen{paid: map[string]wireAttempt{}}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute+time.Duration(*kills)*6*time.Second)
	defer cancel()
	closing := make(chan struct{})
	failed := make(chan error, 5)
	var wg sync.WaitGroup
	for n := range 5 {
		c := &clerk{
			w: w, name: fmt.Sprintf("clerk%d", n), own: one, other: two, admin: admin, number: 21 + n, item: one.item("JUMIN"), seen: what,
			r: rand.New(rand.NewPCG(*seed, uint64(n)+1)),
		}
		if n%2 == 1 {
			c.own, c.other = two, one
		}
		wg.Go(func() {
			if err := c.work(ctx, closing); err != nil {
				failed <- err
			}
		})
	}
	early, began := 0, time.Now()
	for n := range *kills {
		if r.IntN(10) == 0 { // before it is ready
			w.kill()
			w.spawn()
			time.Sleep(time.Duration(r.IntN(250)) * time.Millisecond) // the moment of the blow is what is drawn
			w.kill()
			w.start()
			early++
		} else {
			time.Sleep(time.Duration(50+r.IntN(1200)) * time.Millisecond)
			w.kill()
			w.start()
		}
		w.look(func(s *tillsql.Store) { kept(t, s, what.lately()); w.once(s) })
		select {
		case err := <-failed:
			t.Fatalf("after %d kills: %v", n+1, err)
		default:
		}
		if t.Failed() {
			t.FailNow()
		}
		if (n+1)%25 == 0 {
			t.Logf("%d kills after %s", n+1, time.Since(began).Round(time.Second))
		}
	}
	close(closing)
	wg.Wait()
	select {
	case err := <-failed:
		t.Fatal(err)
	default:
	}
	if w.slowest > startLimit {
		t.Errorf("a start took %s", w.slowest)
	}
	w.drained() // by the server itself, also of what was written before it was killed
	w.stop()
	w.conclude()
	var ends map[till.AttemptState]int
	w.look(func(s *tillsql.Store) {
		ends = w.audit(s)
		all := []wireAttempt{}
		for _, a := range what.paid {
			all = append(all, a)
		}
		kept(t, s, all)
	})
	w.start()
	w.drained()
	w.stop()
	t.Logf("%d kills (%d before the server was ready), %d sales, %d payments answered as paid, %d payments in books and audit log, %d second charges refused, %d voids; ends %v; slowest of %d starts %s; %s",
		*kills+early, early, what.sales, len(what.paid), w.recorded(), what.blocked, what.voids, ends, w.starts, w.slowest.Round(time.Millisecond), w.verify())
	if len(what.paid) < *kills || ends[till.AttemptReversed]+ends[till.AttemptNotPaid] == 0 || what.blocked == 0 || what.voids == 0 {
		t.Error("too tame to prove anything")
	}
}
