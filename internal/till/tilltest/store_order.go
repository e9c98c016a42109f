package tilltest

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// testAnyOrder asks a store for anything in any order, each thing up to three times under the same key, and looks at
// what must hold after every sequence.
func testAnyOrder(t *testing.T, s till.Store) {
	number := 0
	rapid.Check(t, func(r *rapid.T) {
		number++
		b := &books{r, s}
		d := disorder{books: b, r: r, session: b.session(number), states: slices.Sorted(maps.Keys(attemptStates())), back: slices.Sorted(maps.Keys(refundStates()))}
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			d.step()
		}
		d.look()
	})
}

// disorder is one counter where anything may happen.
type disorder struct {
	*books
	r        *rapid.T
	session  till.Session
	sales    []core.ID
	attempts []core.ID
	refunds  []core.ID
	states   []till.AttemptState
	back     []till.RefundState
}

// again sends the same press one to three times and wants one answer.
func again[T any](d *disorder, what string, send func(till.Command) (T, error)) (T, bool) {
	d.Helper()
	c := press(what)
	first, err := send(c)
	for range rapid.IntRange(0, 2).Draw(d.r, "sent again") {
		got, repeated := send(c)
		if (err == nil) != (repeated == nil) {
			d.Fatalf("%s: first %v, then %v", what, err, repeated)
		}
		if err == nil {
			d.same(what+" sent again", got, first)
		}
	}
	if err != nil && core.KindOf(err) != core.KindConflict {
		d.Fatalf("%s: %v", what, err)
	}
	return first, err == nil
}

func pick[T any](d *disorder, from []T, name string) (v T, ok bool) {
	if len(from) == 0 {
		return v, false
	}
	return rapid.SampledFrom(from).Draw(d.r, name), true
}

func (d *disorder) step() {
	d.Helper()
	switch rapid.IntRange(0, 9).Draw(d.r, "what") {
	case 0, 1:
		n := selling(d.session, core.Money(rapid.IntRange(1, 2000).Draw(d.r, "yen")))
		if s, ok := again(d, "fix_sale", func(c till.Command) (till.Sale, error) { return d.FixSale(d.ctx(), c, n, told("sale", n.ID)) }); ok {
			d.sales = append(d.sales, s.ID)
		}
	case 2, 3, 4:
		if id, ok := pick(d, d.sales, "sale"); ok {
			s, err := d.Sale(d.ctx(), id)
			d.must(err)
			n := trying(s)
			if a, ok := again(d, "start_attempt", func(c till.Command) (till.Attempt, error) {
				return d.AddAttempt(d.ctx(), c, n, told("attempt_created", n.ID))
			}); ok {
				d.attempts = append(d.attempts, a.ID)
			}
		}
	case 5, 6, 7:
		d.moveAny()
	case 8:
		d.refundAny()
	case 9:
		if id, ok := pick(d, d.sales, "sale"); ok && rapid.Bool().Draw(d.r, "drop") {
			again(d, "drop_sale", func(c till.Command) (till.Sale, error) { return d.EndSale(d.ctx(), c, id, nine, told("drop", id)) })
		}
	}
}

func (d *disorder) moveAny() {
	id, ok := pick(d, d.attempts, "attempt")
	if !ok {
		return
	}
	a, err := d.Attempt(d.ctx(), id)
	d.must(err)
	to, _ := pick(d, d.states, "to")
	n := next(a, to)
	if rapid.IntRange(0, 9).Draw(d.r, "stale") == 0 {
		n.Version--
	}
	var booked *till.Booking
	if a.State.CanMove(to) {
		booked = d.booking(a.State, n)
	}
	again(d, "move_attempt", func(c till.Command) (till.Attempt, error) {
		return d.MoveAttempt(d.ctx(), c, a.State, n, booked, told("attempt", a.ID))
	})
}

func (d *disorder) refundAny() {
	if id, ok := pick(d, d.refunds, "refund"); ok && rapid.Bool().Draw(d.r, "move it") {
		r, err := d.Refund(d.ctx(), id)
		d.must(err)
		to, _ := pick(d, d.back, "to")
		if _, err := d.tryRefund(r, to); err != nil && !errors.Is(err, till.ErrMoved) && !errors.Is(err, till.ErrRefundTooMuch) {
			d.Fatalf("refund from %s to %s: %v", r.State, to, err)
		}
		return
	}
	id, ok := pick(d, d.attempts, "attempt")
	if !ok {
		return
	}
	p, err := d.PaymentOf(d.ctx(), id)
	if errors.Is(err, till.ErrNoPayment) {
		return
	}
	d.must(err)
	n := giving(p, core.Money(rapid.IntRange(1, int(p.Amount)+1).Draw(d.r, "yen")))
	if r, ok := again(d, "request_refund", func(c till.Command) (till.Refund, error) {
		return d.AddRefund(d.ctx(), c, n, told("refund_requested", n.ID))
	}); ok {
		d.refunds = append(d.refunds, r.ID)
	}
}

// look holds the books against the rules that no order of events may break.
func (d *disorder) look() {
	d.Helper()
	book, err := d.Book(d.ctx(), d.session.ID)
	d.must(err)
	d.same("sales", len(book.Sales), len(d.sales))
	paid := map[core.ID]till.Payment{}
	for _, p := range book.Payments {
		if other, twice := paid[p.Sale]; twice {
			d.Errorf("sale %s is paid by %s and %s", p.Sale, other.ID, p.ID)
		}
		paid[p.Sale] = p
		var back core.Money
		for _, r := range book.Refunds {
			if r.Payment == p.ID && r.State == till.RefundDone {
				back += r.Amount
			}
		}
		retracted := !p.Confirmed && p.Refunded == p.Amount && back == 0
		if p.Refunded > p.Amount || p.Refunded != back && !retracted {
			d.Errorf("payment of %s: %s refunded, refunds make %s", p.Amount, p.Refunded, back)
		}
	}
	live, took := map[core.ID]int{}, map[core.ID]int{}
	for _, a := range book.Attempts {
		if a.State.Live() {
			live[a.Sale]++
		}
		if a.State.Took() {
			took[a.Sale]++
		}
	}
	for _, s := range book.Sales {
		_, stands := paid[s.ID]
		switch {
		case live[s.ID]+took[s.ID] > 1:
			d.Errorf("sale %s has %d live attempts and %d that took money", s.ID, live[s.ID], took[s.ID])
		case s.State == till.SaleOpen && stands, (s.State == till.SalePaid || s.State == till.SaleVoided) && !stands:
			d.Errorf("sale %s is %s, paid: %t", s.ID, s.State, stands)
		case s.State == till.SaleVoided && paid[s.ID].Refunded != s.Total:
			d.Errorf("sale %s of %s is voided with %s given back", s.ID, s.Total, paid[s.ID].Refunded)
		}
	}
	d.balanced()
}
