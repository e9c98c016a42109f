//go:build linux

package torture_test

import (
	"context"
	"io"
	"log/slog"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yakusho/internal/audit"
	"yakusho/internal/audit/auditsql"
	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/till"
	"yakusho/internal/till/ledger"
	"yakusho/internal/till/paypay"
	"yakusho/internal/till/paysim"
	"yakusho/internal/till/static"
	"yakusho/internal/till/tillsql"
	"yakusho/internal/till/univapay"
)

// look opens the books beside the server, which may be running.
func (w *town) look(f func(s *tillsql.Store)) {
	w.t.Helper()
	db, err := sqldb.Open(context.Background(), "sqlite:"+filepath.Join(w.data, "yakusho.db"))
	if err != nil {
		w.t.Fatalf("open the books: %v", err)
	}
	defer func() { _ = db.Close() }()
	s, err := tillsql.Open(context.Background(), db)
	if err != nil {
		w.t.Fatalf("open the books: %v", err)
	}
	f(s)
}

// kept holds that every payment somebody was told of is in the books.
func kept(t *testing.T, s *tillsql.Store, told []wireAttempt) {
	t.Helper()
	for _, a := range told {
		p, err := s.PaymentOf(context.Background(), core.ID(a.ID))
		if err != nil || int64(p.Amount) != a.Amount || string(p.Sale) != a.Sale {
			t.Errorf("attempt %s was answered as paid, %d yen, and the books have %+v, %v", a.ID, a.Amount, p, err)
		}
	}
}

// once holds that no customer is without the money of one sale twice, by what the providers hold to be true.
func (w *town) once(s *tillsql.Store) {
	w.t.Helper()
	paid := map[core.ID]string{}
	for _, p := range w.sim.Payments() {
		if p.Taken == 0 {
			continue
		}
		sale, known := w.sales[p.MerchantID]
		if !known {
			a, err := s.Attempt(context.Background(), core.ID(p.MerchantID))
			if err != nil {
				w.t.Errorf("%s took %d yen for %s, of which nothing was on disk: %v", p.Provider, p.Taken, p.MerchantID, err)
				continue
			}
			sale = a.Sale
			w.sales[p.MerchantID] = sale
		}
		if other := paid[sale]; other != "" {
			w.t.Errorf("the customer of sale %s paid by %s and by %s", sale, other, p.MerchantID)
		}
		paid[sale] = p.MerchantID
	}
}

// conclude lets a driver of our own, on a clock that runs fast, bring everything to its end: what takes the office minutes
// and hours takes seconds. The server is not running.
func (w *town) conclude() {
	t := w.t
	t.Helper()
	if err := w.sim.SetFaults(); err != nil {
		t.Fatal(err)
	}
	w.clock.hurry(20) // a lease of 90 s still outlives a call
	cred := paysim.TestCredentials()
	pp, err := paypay.New(paypay.Options{
		Base: w.doors, Clock: w.clock.Now,
		Credentials: paypay.Credentials{Key: cred.PayPayKey, Secret: cred.PayPaySecret, Merchant: cred.PayPayMerchant},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer pp.Close()
	uni, err := univapay.New(univapay.Options{
		Endpoint: w.doors, Clock: w.clock.Now, Pause: 20 * time.Millisecond,
		Credentials: univapay.Credentials{JWT: cred.UnivapayJWT, Secret: cred.UnivapaySecret, Store: cred.UnivapayStore},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer uni.Close()
	w.look(func(s *tillsql.Store) {
		d := till.NewDriver(s, till.DriverOptions{
			Providers: []till.Provider{pp, uni, static.Sticker{}, static.NewCash(w.clock.Now)}, Patience: till.DefaultPatience(),
			Clock: w.clock.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		})
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); d.Run(ctx) }()
		defer func() { stop(); <-done }()
		for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
			w.sim.Process()
			n, first := moving(t, s)
			if n == 0 {
				return
			}
			if time.Now().After(deadline) {
				t.Errorf("%d attempts and refunds have no end, among them %s", n, first)
				return
			}
		}
	})
}

// moving counts what has no end yet and is on nobody's list.
func moving(t *testing.T, s *tillsql.Store) (n int, example string) {
	t.Helper()
	open, err := s.Unresolved(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range open {
		if a.State.Resolving() {
			n, example = n+1, string(a.ID)+" "+string(a.State)+" "+a.Reason
		}
	}
	if n > 0 { // the rest takes longer to count
		return n, example
	}
	each(t, s, func(b till.SessionBook) {
		for _, a := range b.Attempts {
			if a.State.Resolving() {
				n, example = n+1, string(a.ID)+" "+string(a.State)+" "+a.Reason
			}
		}
		for _, r := range b.Refunds {
			if r.State.Resolving() {
				n, example = n+1, string(r.ID)+" "+string(r.State)+" "+r.Detail
			}
		}
	})
	return n, example
}

// each gives the book of every session there is.
func each(t *testing.T, s *tillsql.Store, f func(b till.SessionBook)) {
	t.Helper()
	all, err := s.Sessions(context.Background(), "2000-01-01", "2100-01-01")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range all {
		b, err := s.Book(context.Background(), x.ID)
		if err != nil {
			t.Fatal(err)
		}
		f(b)
	}
}

// audit compares our books with the providers', payment by payment, and adds the ledger up. It returns how many attempts
// ended in which state.
func (w *town) audit(s *tillsql.Store) map[till.AttemptState]int {
	t, ctx := w.t, context.Background()
	t.Helper()
	w.once(s)
	taken := map[core.ID]core.Money{}
	for _, p := range w.sim.Payments() {
		if p.Taken != 0 {
			taken[core.ID(p.MerchantID)] = core.Money(p.Taken)
		}
	}
	ends, owed := map[till.AttemptState]int{}, map[ledger.Account]core.Money{}
	each(t, s, func(b till.SessionBook) {
		sold := map[core.ID]core.ID{}
		for _, p := range b.Payments {
			if other, twice := sold[p.Sale]; twice {
				t.Errorf("sale %s is paid by %s and by %s", p.Sale, other, p.Attempt)
			}
			sold[p.Sale] = p.Attempt
			owed[ledger.ReceivableOf(p.Provider)] += p.Amount - p.Refunded
			if p.Provider != "cash" && taken[p.Attempt] != p.Amount-p.Refunded {
				t.Errorf("attempt %s: our books have %s, the provider has %s", p.Attempt, p.Amount-p.Refunded, taken[p.Attempt])
			}
			delete(taken, p.Attempt)
		}
		for _, a := range b.Attempts {
			ends[a.State]++
			if a.State == till.AttemptUnresolved { // a person answers for it: on the list
				delete(taken, a.ID)
			}
			if a.State.Took() && sold[a.Sale] != a.ID {
				t.Errorf("attempt %s is %s without a payment", a.ID, a.State)
			}
		}
	})
	for id, m := range taken {
		a, err := s.Attempt(ctx, id)
		t.Errorf("the provider took %s yen for attempt %s, which is %s (%s) here (%v)", m, id, a.State, a.Reason, err)
	}
	balances, err := s.Balances(ctx, "2100-01-01")
	if err != nil {
		t.Fatal(err)
	}
	var sum core.Money
	for account, m := range balances {
		sum += m
		if want, ok := owed[account]; ok && want != m {
			t.Errorf("%s is %s in the ledger, the payments say %s", account, m, want)
		}
	}
	if sum != 0 {
		t.Errorf("the balances sum to %s", sum)
	}
	return ends
}

// drained waits until the running server has carried every event to the audit log.
func (w *town) drained() {
	w.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		left := 0
		w.look(func(s *tillsql.Store) {
			events, err := s.Events(context.Background(), 10)
			if err != nil {
				w.t.Fatal(err)
			}
			left = len(events)
		})
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatal("the outbox is not carried to the audit log")
		}
	}
}

// recorded holds that the audit log has every payment in the books, and returns how many there are.
func (w *town) recorded() (n int) {
	t, ctx := w.t, context.Background()
	t.Helper()
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(w.data, "yakusho.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	log, err := auditsql.Open(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	err = audit.New(log, core.SystemClock).Walk(ctx, 0, func(e audit.Entry) error {
		if e.Action == "till.attempt_"+string(till.AttemptPaid) {
			said[e.Target] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.look(func(s *tillsql.Store) {
		each(t, s, func(b till.SessionBook) {
			for _, p := range b.Payments {
				if n++; !said[string(p.Attempt)] {
					t.Errorf("the audit log does not know that attempt %s was paid", p.Attempt)
				}
			}
		})
	})
	return n
}

// verify runs "yakusho audit verify" on the data.
func (w *town) verify() string {
	w.t.Helper()
	out, err := exec.Command(w.bin, "audit", "verify", "--data", w.data).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "正しくつながっています") {
		w.t.Errorf("audit verify: %v\n%s", err, out)
	}
	return strings.SplitN(string(out), "\n", 2)[0]
}
