package tillsql_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
	"yakusho/internal/till"
	"yakusho/internal/till/ledger"
	"yakusho/internal/till/tillsql"
)

// crashEnv makes the test binary take payments in the database it names until it is killed.
const crashEnv = "TILLSQL_WRITE_UNTIL_KILLED"

// The crash test's day, and its sessions: one for each writer.
const (
	crashDay     till.Day = "2026-10-01"
	crashWriters          = 3
)

func crashSession(n int) core.ID { return core.ID(fmt.Sprint("session", n)) }

// crashChild acknowledges each step on standard output once the store has returned.
func crashChild(url string) {
	fail := func(err error) {
		fmt.Println("failed", err)
		os.Exit(1)
	}
	db, err := sqldb.Open(context.Background(), url)
	if err != nil {
		fail(err)
	}
	s, err := tillsql.Open(context.Background(), db)
	if err != nil {
		fail(err)
	}
	for n := range crashWriters {
		go func() {
			for {
				if err := crashSale(s, crashSession(n)); err != nil {
					fail(err)
				}
			}
		}()
	}
	select {}
}

// crashSale sells, is paid or not, and now and then gives the money back.
func crashSale(s *tillsql.Store, session core.ID) error {
	ctx, now := context.Background(), core.SystemClock()
	total := core.Money(1 + rand.IntN(3000))
	sale := till.Sale{
		ID: core.NewID(now), Session: session, Total: total, State: till.SaleOpen, FixedAt: now,
		Lines: []till.Line{{Code: "JUMIN", Category: till.Category{Code: "13-01-02"}, Price: total, Count: 1}},
	}
	key := func(what string) till.Command {
		return till.Command{Key: what + string(sale.ID), What: what, At: now}
	}
	event := till.Event{At: now, What: "till.change", Sale: sale.ID}
	sale, err := s.FixSale(ctx, key("fix"), sale, event)
	if err != nil {
		return err
	}
	fmt.Println("sold", sale.ID, total)
	a := till.Attempt{
		ID: core.NewID(now), Sale: sale.ID, Session: session, Provider: "paypay", Way: till.WayShow, Wallet: "paypay", Amount: total,
		State: till.AttemptCreated, CreatedAt: now, NextAt: now,
	}
	if a, err = s.AddAttempt(ctx, key("try"), a, event); err != nil {
		return err
	}
	fmt.Println("tried", a.ID, sale.ID)
	n := a
	n.NextAt, n.DecidedAt, n.State = core.FromMicros(0), now, till.AttemptNotPaid
	var booked *till.Booking
	if rand.IntN(4) > 0 {
		n.State, n.PaidAt = till.AttemptPaid, now
		b, err := till.BookPayment(sale, n, crashDay, now)
		if err != nil {
			return err
		}
		booked = &b
	}
	if _, err = s.MoveAttempt(ctx, till.Command{}, a.State, n, booked, event); err != nil {
		return err
	}
	fmt.Println(n.State, a.ID, total)
	if booked == nil || rand.IntN(4) > 0 {
		return nil
	}
	return crashRefund(s, sale, *booked.Payment, key("back"), event)
}

func crashRefund(s *tillsql.Store, sale till.Sale, p till.Payment, cmd till.Command, event till.Event) error {
	ctx := context.Background()
	r, err := s.AddRefund(ctx, cmd, till.Refund{
		ID: core.NewID(cmd.At), Payment: p.ID, Sale: sale.ID, Session: sale.Session, Amount: p.Amount, State: till.RefundRequested,
		RequestedBy: "one", RequestedAt: cmd.At,
	}, event)
	if err != nil {
		return err
	}
	n := r
	n.State, n.DecidedBy = till.RefundApproved, "two"
	if n, err = s.MoveRefund(ctx, till.Command{}, r.State, n, nil, event); err != nil {
		return err
	}
	from := n.State
	n.State, n.DoneAt = till.RefundDone, cmd.At
	b, err := till.BookRefund(sale, p, n, crashDay, cmd.At)
	if err != nil {
		return err
	}
	if _, err = s.MoveRefund(ctx, till.Command{}, from, n, &b, event); err != nil {
		return err
	}
	fmt.Println("back", r.ID, p.Amount)
	return nil
}

// acknowledged is what the child lived to say.
type acknowledged struct{ what, id, more string }

// kept compares the database with what was acknowledged. What the child did without living to say so may be there too,
// but nothing may be there by halves.
func kept(t *testing.T, s *tillsql.Store, said []acknowledged) (payments int) {
	t.Helper()
	ctx := t.Context()
	for _, x := range said {
		switch x.what {
		case "sold":
			got, err := s.Sale(ctx, core.ID(x.id))
			if err != nil || got.Total.String() != x.more {
				t.Errorf("sale %s of %s: %v, %v", x.id, x.more, got, err)
			}
		case "tried":
			if got, err := s.Attempt(ctx, core.ID(x.id)); err != nil || string(got.Sale) != x.more {
				t.Errorf("attempt %s: %v, %v", x.id, got, err)
			}
		case string(till.AttemptPaid):
			p, err := s.PaymentOf(ctx, core.ID(x.id))
			if err != nil || p.Amount.String() != x.more {
				t.Errorf("payment of attempt %s over %s: %v, %v", x.id, x.more, p, err)
			}
			payments++
		case string(till.AttemptNotPaid):
			if _, err := s.PaymentOf(ctx, core.ID(x.id)); !errors.Is(err, till.ErrNoPayment) {
				t.Errorf("payment of the unpaid attempt %s: %v", x.id, err)
			}
		case "back":
			r, err := s.Refund(ctx, core.ID(x.id))
			if err != nil || r.State != till.RefundDone {
				t.Errorf("refund %s: %v, %v", x.id, r, err)
			}
		default:
			t.Fatalf("the child says %+v", x)
		}
	}
	whole(t, s)
	return payments
}

// whole makes sure that nothing stands by halves: entries, balances, payments and sales say the same.
func whole(t *testing.T, s *tillsql.Store) {
	t.Helper()
	ctx := t.Context()
	var entries []ledger.Entry
	if err := s.Entries(ctx, "2000-01-01", "2100-01-01", func(e ledger.Entry) error {
		entries = append(entries, e)
		_, err := ledger.Post(e.Postings...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	sums, err := s.Balances(ctx, "2100-01-01")
	if err != nil {
		t.Fatal(err)
	}
	want, owed := ledger.Balances(entries), core.Money(0)
	for account, m := range want {
		if sums[account] != m {
			t.Errorf("balance of %s is %s, entries make %s", account, sums[account], m)
		}
	}
	for n := range crashWriters {
		b, err := s.Book(ctx, crashSession(n))
		if err != nil {
			t.Fatal(err)
		}
		paid := map[core.ID]bool{}
		for _, p := range b.Payments {
			owed += p.Amount - p.Refunded
			paid[p.Sale] = true
		}
		for i, sale := range b.Sales {
			if sale.Number != i+1 || paid[sale.ID] != (sale.State != till.SaleOpen) {
				t.Errorf("sale %d of session %d: number %d, %s, payment %t", i+1, n, sale.Number, sale.State, paid[sale.ID])
			}
		}
		for _, a := range b.Attempts {
			if a.State.Took() && !paid[a.Sale] {
				t.Errorf("attempt %s is %s without a payment", a.ID, a.State)
			}
		}
	}
	if owed != sums["receivable:paypay"] {
		t.Errorf("payments make %s, the books %s", owed, sums["receivable:paypay"])
	}
}

func TestNothingAcknowledgedIsLostByKillMinusNine(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	url := testkit.SQLite(t)
	with := func(f func(*tillsql.Store)) {
		t.Helper()
		db, err := sqldb.Open(t.Context(), url)
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		defer func() { _ = db.Close() }()
		if err := db.Check(t.Context()); err != nil {
			t.Error(err)
		}
		f(open(t, db))
	}
	with(func(s *tillsql.Store) {
		for n := range crashWriters {
			c, err := s.PutCounter(t.Context(), till.Command{}, till.Counter{ID: core.ID(fmt.Sprint("counter", n)), Number: n + 1}, till.Event{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Open(t.Context(), till.Command{}, till.Session{ID: crashSession(n), Counter: c.ID, Day: crashDay}, till.Event{}); err != nil {
				t.Fatal(err)
			}
		}
	})
	var said []acknowledged
	payments := 0
	for range 15 {
		child := exec.Command(self)
		child.Env = append(os.Environ(), crashEnv+"="+url)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		// The child runs on while we read, so the blow falls anywhere between two acknowledgements.
		lines := bufio.NewScanner(out)
		for left := 1 + rand.IntN(60); lines.Scan(); left-- {
			var x acknowledged
			if _, err := fmt.Sscan(lines.Text(), &x.what, &x.id, &x.more); err != nil {
				t.Fatalf("the child says %q: %v", lines.Text(), err)
			}
			said = append(said, x)
			if left == 0 {
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := child.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Fatalf("the child was not killed: %v", err)
		}
		with(func(s *tillsql.Store) { payments = kept(t, s, said) })
	}
	t.Logf("%d steps and %d payments acknowledged, all there", len(said), payments)
	if payments < 30 {
		t.Errorf("only %d payments were acknowledged: nothing was put to the test", payments)
	}
}
