package till_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/ledger"
	"yakusho/internal/till/paysim"
)

// thrice sends one command three times at once, as a browser that does not hear the answers would. All that are
// answered are answered alike.
func thrice[T any](do func() (T, error), id func(T) core.ID) (T, error) {
	var got [3]T
	var errs [3]error
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() { got[i], errs[i] = do() })
	}
	wg.Wait()
	var first T
	var seen core.ID
	for i := range got {
		if errs[i] != nil {
			continue
		}
		if seen != "" && id(got[i]) != seen {
			return first, fmt.Errorf("one command made %s and %s", seen, id(got[i]))
		}
		first, seen = got[i], id(got[i])
	}
	if seen == "" {
		return first, errors.Join(errs[:]...)
	}
	return first, nil
}

func saleID(s till.Sale) core.ID       { return s.ID }
func attemptID(a till.Attempt) core.ID { return a.ID }
func refundID(r till.Refund) core.ID   { return r.ID }

// ended waits for the end of an attempt, or for the list.
func (w *town) ended(id core.ID, most time.Duration) (till.Attempt, error) {
	for deadline := time.Now().Add(most); ; {
		a, err := w.store.Attempt(context.Background(), id)
		if err != nil || !a.State.Live() || a.State == till.AttemptUnresolved {
			return a, err
		}
		if time.Now().After(deadline) {
			theirs := "unknown to the provider"
			for _, p := range w.sim.Payments() {
				if p.MerchantID == string(id) {
					theirs = fmt.Sprintf("%+v", p)
				}
			}
			return a, fmt.Errorf("attempt %s by %s is still %s (%s) after %s, %d tries, next look in %s; %s",
				id, a.Provider, a.State, a.Reason, most, a.Tries, time.Until(a.NextAt), theirs)
		}
		time.Sleep(5 * time.Millisecond) // polling a database that is written by others, with a deadline
	}
}

// customer pays what waits for somebody to pay, in the ways people do.
func (w *town) customer(r *rand.Rand, id core.ID) error {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		a, err := w.store.Attempt(context.Background(), id)
		if err != nil || !a.State.Live() {
			return err
		}
		if a.Show != "" {
			out := paysim.PayPayOutcome{MerchantPaymentID: string(id)}
			if r.IntN(50) == 0 {
				out.Fail = "insufficient_funds"
			}
			return w.sim.PayPayPay(out)
		}
		time.Sleep(5 * time.Millisecond)
	}
	return errors.New("there was never a code to read")
}

// serve is one customer at a counter, every command sent three times.
func (w *town) serve(r *rand.Rand, session core.ID) (till.Attempt, error) {
	k := key()
	choice := []till.Choice{{Item: w.item, Count: 1 + r.IntN(3)}}
	sale, err := thrice(func() (till.Sale, error) { return w.desk.Fix(clerk, k, session, choice) }, saleID)
	if err != nil {
		return till.Attempt{}, fmt.Errorf("fix: %w", err)
	}
	pay := till.Pay{Way: till.WayCash, Tendered: sale.Total}
	switch n := r.IntN(20); {
	case n < 10:
		pay = till.Pay{Way: till.WayShow, Wallet: "paypay"}
	case n < 18:
		code, _, err := w.sim.ShowCode([]string{"d_barai", "au_pay", "merpay", "rakuten_pay", "pay_pay"}[r.IntN(5)], r.IntN(40) == 0, false)
		if err != nil {
			return till.Attempt{}, err
		}
		pay = till.Pay{Way: till.WayScan, Code: code}
	}
	var paid error
	kc := key()
	a, err := thrice(func() (till.Attempt, error) { return w.desk.Charge(clerk, kc, sale.ID, pay) }, attemptID)
	if err != nil {
		return a, fmt.Errorf("charge: %w", err)
	}
	switch {
	case pay.Way == till.WayShow && r.IntN(12) == 0: // changes his mind
		kx := key()
		if _, err := thrice(func() (till.Attempt, error) { return w.desk.Cancel(clerk, kx, a.ID) }, attemptID); err != nil &&
			!errors.Is(err, till.ErrMoved) { // the provider had refused it by then
			return a, fmt.Errorf("cancel: %w", err)
		}
	case pay.Way == till.WayShow:
		paid = w.customer(r, a.ID)
	}
	if a, err = w.ended(a.ID, 60*time.Second); err != nil {
		return a, fmt.Errorf("%w (paying: %w)", err, paid) // a code that was taken back meanwhile cannot be paid
	}
	if a.State == till.AttemptPaid && r.IntN(40) == 0 {
		return a, w.takeBack(sale)
	}
	return a, nil
}

func (w *town) takeBack(s till.Sale) error {
	k := key()
	want := till.RefundRequest{Sale: s.ID, Amount: s.Total, Void: true, Reason: "品目の選び違い"}
	back, err := thrice(func() (till.Refund, error) { return w.desk.RequestRefund(clerk, k, want) }, refundID)
	if err != nil {
		return fmt.Errorf("ask for a void: %w", err)
	}
	k = key()
	if _, err = thrice(func() (till.Refund, error) { return w.desk.DecideRefund(colleague, k, back.ID, true) }, refundID); err != nil {
		return fmt.Errorf("agree to a void: %w", err)
	}
	return nil
}

// faults go wrong at random, a few in a hundred each.
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

// sales is how many customers come: ten thousand, fewer under the race detector, which makes the database thirty times
// slower. YAKUSHO_SALES changes it for a long night.
func sales() int {
	var n int
	if _, err := fmt.Sscan(os.Getenv("YAKUSHO_SALES"), &n); err == nil && n > 0 {
		return n
	}
	if raced {
		return 300
	}
	return 10_000
}

// TestManyCustomersLoseAndDoubleNothing is the whole counter for a long day: twenty clerks, each command sent
// three times, the providers failing at random before and after they took the money.
func TestManyCustomersLoseAndDoubleNothing(t *testing.T) {
	t.Parallel()
	const clerks = 20
	w := found(t, fleeting(t), clerks)
	if err := w.sim.SetFaults(faults()...); err != nil {
		t.Fatal(err)
	}
	var left atomic.Int64
	left.Store(int64(sales()))
	var states sync.Map
	var wg sync.WaitGroup
	for n := range clerks {
		s, err := w.desk.Open(clerk, key(), w.counters[n], 30_000, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(1, uint64(n)))
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				a, err := w.serve(r, s.ID)
				if err != nil {
					t.Errorf("a customer at counter %d: %v", n+1, err)
					return
				}
				c, _ := states.LoadOrStore(a.State, new(atomic.Int64))
				c.(*atomic.Int64).Add(1)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	if err := w.sim.SetFaults(); err != nil {
		t.Fatal(err)
	}
	w.settle(t)
	counts := map[till.AttemptState]int64{}
	states.Range(func(k, v any) bool { counts[k.(till.AttemptState)] = v.(*atomic.Int64).Load(); return true })
	t.Logf("ended: %v", counts)
	if counts[till.AttemptPaid] == 0 || counts[till.AttemptNotPaid] == 0 || counts[till.AttemptReversed] == 0 {
		t.Errorf("too tame a day: %v", counts)
	}
	w.audit(t)
}

// settle waits until nothing is under way any more.
func (w *town) settle(t testing.TB) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; {
		w.sim.Process()
		open, err := w.store.Unresolved(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		refunds, err := w.store.Refunds(context.Background(), 1000, till.RefundApproved, till.RefundUnknown)
		if err != nil {
			t.Fatal(err)
		}
		moving := 0
		for _, a := range open {
			if a.State.Resolving() {
				moving++
			}
		}
		if moving+len(refunds) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d attempts and %d refunds are still under way", moving, len(refunds))
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// audit compares our books with what the providers took, payment by payment, and adds the ledger up.
func (w *town) audit(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	today := till.DayOf(core.SystemClock())
	from, to := today.Add(-1), today.Add(1)
	taken := map[string]core.Money{}
	for _, p := range w.sim.Payments() {
		if p.Taken != 0 {
			if _, twice := taken[p.MerchantID]; twice {
				t.Errorf("the provider took money twice for attempt %s", p.MerchantID)
			}
			taken[p.MerchantID] = core.Money(p.Taken)
		}
	}
	sold := map[core.ID]core.ID{}
	owed := map[ledger.Account]core.Money{}
	for _, provider := range []string{"paypay", "univapay", "cash"} {
		err := w.store.Payments(ctx, provider, from, to, func(p till.Payment) error {
			if other, twice := sold[p.Sale]; twice {
				t.Errorf("sale %s is paid by %s and by %s", p.Sale, other, p.Attempt)
			}
			sold[p.Sale] = p.Attempt
			if provider == "cash" {
				return nil
			}
			if net := p.Amount - p.Refunded; taken[string(p.Attempt)] != net {
				t.Errorf("attempt %s: our books have %s, the provider has %s", p.Attempt, net, taken[string(p.Attempt)])
			} else {
				owed[ledger.ReceivableOf(provider)] += net
			}
			delete(taken, string(p.Attempt))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	listed := map[core.ID]bool{}
	open, err := w.store.Unresolved(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range open {
		listed[a.ID] = true
	}
	for id, m := range taken {
		if !listed[core.ID(id)] {
			a, _ := w.store.Attempt(ctx, core.ID(id))
			t.Errorf("the provider took %s yen for attempt %s, which is %s (%s) here", m, id, a.State, a.Reason)
		}
	}
	balances, err := w.store.Balances(ctx, to)
	if err != nil {
		t.Fatal(err)
	}
	var sum core.Money
	for _, m := range balances {
		sum += m
	}
	if sum != 0 {
		t.Errorf("the balances sum to %s", sum)
	}
	for account, m := range owed {
		if balances[account] != m {
			t.Errorf("%s is %s in the ledger, the payments say %s", account, balances[account], m)
		}
	}
	for account := range balances {
		if strings.HasPrefix(string(account), "shown:") {
			t.Errorf("%s: nobody paid by sticker", account)
		}
	}
}
