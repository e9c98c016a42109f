package till_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/testkit"
	"yakusho/internal/till"
	"yakusho/internal/till/jpqr"
	"yakusho/internal/till/paypay"
	"yakusho/internal/till/paysim"
	"yakusho/internal/till/tillsql"
)

// rare is PayPay that is asked only when somebody says that there is news.
type rare struct{ hurried }

func (r rare) Terms(a till.Attempt) till.Terms {
	return till.Terms{Call: 20 * time.Second, Ask: 20 * time.Second, Poll: time.Hour, Settles: time.Hour, CancelBy: a.CreatedAt.Add(2 * time.Hour)}
}

// TestTwoServersOverOneDatabaseAskEveryQuestionOnce runs two drivers over one PostgreSQL and counts, at the provider, how often
// it was asked: once for each thing there was to ask, whoever of the two did it.
func TestTwoServersOverOneDatabaseAskEveryQuestionOnce(t *testing.T) {
	t.Parallel()
	const (
		customers = 100
		rounds    = 3
		refunds   = 30
	)
	url := testkit.Postgres(t)
	w := &town{sim: paysim.New(paysim.Options{Seed: "several"})}
	t.Cleanup(w.sim.Close)
	var asked, moved [2]atomic.Int64
	type question struct{ method, id string }
	var mu sync.Mutex
	counts := map[question]int{}
	address := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		counts[question{r.Method, r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]}]++
		mu.Unlock()
		w.sim.ServeHTTP(rw, r)
	}))
	t.Cleanup(address.Close)
	cred := paysim.TestCredentials()
	var drivers [2]*till.Driver
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	run, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	t.Cleanup(func() { stop(); wg.Wait() })
	for n := range drivers {
		store, err := tillsql.Open(t.Context(), testkit.Open(t, url))
		if err != nil {
			t.Fatal(err)
		}
		pp, err := paypay.New(paypay.Options{
			Base: address.URL, Clock: core.SystemClock,
			Credentials: paypay.Credentials{Key: cred.PayPayKey, Secret: cred.PayPaySecret, Merchant: cred.PayPayMerchant},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pp.Close)
		drivers[n] = till.NewDriver(store, till.DriverOptions{
			Providers: []till.Provider{rare{hurried{pp}}}, Patience: till.DefaultPatience(), Clock: core.SystemClock, Log: quiet,
			Asked: func(_, call string, _ error) {
				if call != "start" {
					asked[n].Add(1)
				}
			},
			Told: func(till.Attempt) { moved[n].Add(1) },
		})
		w.store = store
		wg.Go(func() { drivers[n].Run(run) })
	}
	w.desk = till.NewDesk(w.store, drivers[1], till.DeskOptions{
		Hints: jpqr.DefaultHints(), CodeKey: []byte("0123456789abcdef0123456789abcdef"), Clock: core.SystemClock, Log: quiet,
	})
	w.office = till.NewOffice(w.store, drivers[1], core.SystemClock, quiet)
	w.furnish(t, 1)
	session, err := w.desk.Open(clerk, key(), w.counters[0], 0, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	var attempts []till.Attempt
	for range customers {
		s, err := w.desk.Fix(clerk, key(), session.ID, []till.Choice{{Item: w.item, Count: 1}})
		if err != nil {
			t.Fatal(err)
		}
		a, err := w.desk.Charge(clerk, key(), s.ID, till.Pay{Way: till.WayShow, Wallet: "paypay"})
		if err != nil {
			t.Fatal(err)
		}
		attempts = append(attempts, a)
	}
	await(t, "every code is on a screen", func() bool { return inState(t, w.store, session.ID, till.AttemptSent) == customers })

	total := func() int64 { return asked[0].Load() + asked[1].Load() }
	for round := range rounds {
		if round == rounds-1 {
			for _, a := range attempts {
				if err := w.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: string(a.ID)}); err != nil {
					t.Fatal(err)
				}
			}
		}
		var hints sync.WaitGroup
		for n, a := range attempts { // the news reaches either server
			hints.Go(func() {
				if err := drivers[n%2].Hint(context.Background(), paypay.Name, till.Hint{Attempt: a.ID}); err != nil {
					t.Error(err)
				}
			})
		}
		hints.Wait()
		want := int64((round + 1) * customers)
		await(t, "every question is asked", func() bool { return total() >= want && atRest(t, w.store, session.ID) == customers })
	}
	await(t, "everybody has paid", func() bool { return inState(t, w.store, session.ID, till.AttemptPaid) == customers })

	for _, a := range attempts[:refunds] {
		r, err := w.desk.RequestRefund(clerk, key(), till.RefundRequest{Sale: a.Sale, Amount: a.Amount, Void: true, Reason: "品目の選び違い"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.desk.DecideRefund(colleague, key(), r.ID, true); err != nil {
			t.Fatal(err)
		}
		drivers[0].Wake()
	}
	await(t, "everything is given back", func() bool {
		w.sim.Process()
		done, err := w.store.Refunds(context.Background(), 1000, till.RefundDone)
		if err != nil {
			t.Fatal(err)
		}
		return len(done) == refunds
	})
	mu.Lock()
	defer mu.Unlock()
	for _, a := range attempts {
		if n := counts[question{http.MethodGet, string(a.ID)}]; n != rounds {
			t.Errorf("PayPay was asked %d times about attempt %s, with %d things to ask", n, a.ID, rounds)
		}
	}
	if n := counts[question{http.MethodPost, "refunds"}]; n != refunds {
		t.Errorf("PayPay was told of %d refunds, of %d", n, refunds)
	}
	t.Logf("questions by the first and the second server: %d and %d", asked[0].Load(), asked[1].Load())
	if asked[0].Load() == 0 || asked[1].Load() == 0 {
		t.Error("one of the servers did nothing: nothing was put to the test")
	}
}

func inState(t testing.TB, s *tillsql.Store, session core.ID, state till.AttemptState) (n int) {
	t.Helper()
	b, err := s.Book(context.Background(), session)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range b.Attempts {
		if a.State == state {
			n++
		}
	}
	return n
}

// atRest counts the attempts about which nobody is asking: news of one that is asked about is left to whoever asks.
func atRest(t testing.TB, s *tillsql.Store, session core.ID) (n int) {
	t.Helper()
	b, err := s.Book(context.Background(), session)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range b.Attempts {
		if !a.State.Live() || time.Until(a.NextAt) > 30*time.Minute {
			n++
		}
	}
	return n
}

// await asks until it is so: the answer is in a database that is written by others.
func await(t testing.TB, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}
