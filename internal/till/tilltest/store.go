package tilltest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// RunStore is what every till.Store has to pass. open returns a new, empty store that goes away with the test; it is
// called once for each of the parallel sub-tests.
func RunStore(t *testing.T, open func(t *testing.T) till.Store) {
	t.Helper()
	for _, suite := range [][]storeCase{
		catalogueCases(), sessionCases(), saleCases(), moveCases(), refundCases(), accountCases(), settlementCases(), commandCases(), raceCases(),
	} {
		for _, c := range suite {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.run(&books{t, open(t)})
			})
		}
	}
	t.Run("whatever is asked in whatever order, the books balance and nobody pays twice", func(t *testing.T) {
		t.Parallel()
		testAnyOrder(t, open(t))
	})
}

type storeCase struct {
	name string
	run  func(b *books)
}

// books is a store on the test bench.
type books struct {
	tb
	till.Store
}

// tb is what a *testing.T and a *rapid.T have in common.
type tb interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Fatal(args ...any)
}

// nine is 2026-10-01 09:00 in Japan, with microseconds to lose.
var nine = time.Date(2026, time.October, 1, 0, 0, 0, 123456000, time.UTC)

const today till.Day = "2026-10-01"

// The people of the suite.
const (
	clerk      core.ID = "0clerk"
	accountant core.ID = "0accountant"
)

func (b *books) ctx() context.Context { return context.Background() }

func (b *books) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatalf("%v", err)
	}
}

// refused wants an error of that code and of its kind, so that nothing hides it on the way.
func (b *books) refused(err error, want *core.Error) {
	b.Helper()
	if !errors.Is(err, want) || core.KindOf(err) != want.Kind {
		b.Errorf("got %v, want %v", err, want)
	}
}

func (b *books) same(what string, got, want any) {
	b.Helper()
	if d := cmp.Diff(want, got); d != "" {
		b.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func (b *books) yen(what string, got, want core.Money) {
	b.Helper()
	if got != want {
		b.Errorf("%s: %s yen, want %s", what, got, want)
	}
}

// press is a command of its own: what a clerk presses.
func press(what string, said ...any) till.Command {
	return till.Command{Key: core.Secret(12), By: clerk, What: what, Hash: fmt.Sprint(said...), At: nine}
}

func told(what string, about core.ID) till.Event {
	return till.Event{At: nine, What: "till." + what, Target: string(about), By: clerk, Name: "佐藤 花子", Outcome: "ok"}
}

// counter stores a counter with a number of its own.
func (b *books) counter(number int) till.Counter {
	b.Helper()
	c, err := b.PutCounter(b.ctx(), press("put_counter"), till.Counter{
		ID: core.NewID(nine), Number: number, Name: fmt.Sprintf("市民課 %d番窓口", number), Office: "本庁舎",
	}, told("counter", ""))
	b.must(err)
	return c
}

func opening(c till.Counter) till.Session {
	return till.Session{
		ID: core.NewID(nine), Counter: c.ID, Day: today, State: till.SessionOpen, OpenedBy: clerk, OpenedAt: nine, Float: 30_000,
		Checked: []till.Checked{{Sticker: core.NewID(nine), Same: true, At: nine}},
	}
}

// session opens a counter.
func (b *books) session(number int) till.Session {
	b.Helper()
	return b.open(opening(b.counter(number)))
}

func (b *books) open(s till.Session) till.Session {
	b.Helper()
	s, err := b.Open(b.ctx(), press("open_session", s.ID), s, told("open", s.ID))
	b.must(err)
	return s
}

// selling is a sale of two items, in the proportion that makes shares uneven.
func selling(s till.Session, total core.Money) till.Sale {
	first := total / 3
	line := func(code, category string, price core.Money) till.Line {
		return till.Line{
			Item: core.ID("item-" + code), Code: code, Name: "住民票の写し 𠮷", Unit: "通",
			Category: till.Category{Code: category, Name: "戸籍住民基本台帳手数料"}, Tax: till.TaxExempt, Slip: till.SlipStatement, Price: price, Count: 1,
		}
	}
	n := till.Sale{
		ID: core.NewID(nine), Session: s.ID, Counter: s.Counter, Day: s.Day, Total: total, Training: s.Training, State: till.SaleOpen,
		Clerk: clerk, Name: "佐藤 花子", FixedAt: nine.Add(time.Minute),
	}
	n.Lines = append(n.Lines, line("JUMIN", "13-01-02", first))
	if total-first > 0 {
		n.Lines = append(n.Lines, line("INKAN", "13-01-03", total-first))
	}
	return n
}

func (b *books) sale(s till.Session, total core.Money) till.Sale {
	b.Helper()
	n := selling(s, total)
	n, err := b.FixSale(b.ctx(), press("fix_sale", n.ID), n, told("sale", n.ID))
	b.must(err)
	return n
}

func trying(s till.Sale) till.Attempt {
	return till.Attempt{
		ID: core.NewID(nine), Sale: s.ID, Session: s.Session, Provider: "paypay", Way: till.WayShow, Wallet: "paypay", Amount: s.Total,
		Training: s.Training, Clerk: clerk, State: till.AttemptCreated, CreatedAt: nine.Add(2 * time.Minute), NextAt: nine.Add(3 * time.Minute),
	}
}

func (b *books) attempt(s till.Sale) till.Attempt {
	b.Helper()
	a := trying(s)
	a, err := b.AddAttempt(b.ctx(), press("start_attempt", a.ID), a, told("attempt_created", a.ID))
	b.must(err)
	return a
}

// next is a as it is after a move, with what the life of it asks for.
func next(a till.Attempt, to till.AttemptState) till.Attempt {
	a.State = to
	if !to.Live() {
		a.NextAt, a.DecidedAt = time.Time{}, nine.Add(5*time.Minute)
	}
	if to.Took() {
		a.PaidAt = nine.Add(4 * time.Minute)
	}
	if to == till.AttemptUnresolved {
		a.NextAt = time.Time{}
	}
	return a
}

// booking is what a move does to the books, nil where nothing.
func (b *books) booking(from till.AttemptState, a till.Attempt) *till.Booking {
	b.Helper()
	if from.Took() == a.State.Took() && from == a.State || !from.Took() && !a.State.Took() {
		return nil
	}
	s, err := b.Sale(b.ctx(), a.Sale)
	b.must(err)
	var out till.Booking
	if !from.Took() {
		out, err = till.BookPayment(s, a, today, nine.Add(5*time.Minute))
		b.must(err)
		return &out
	}
	p, err := b.PaymentOf(b.ctx(), a.ID)
	b.must(err)
	if a.State == till.AttemptPaid {
		out, err = till.BookConfirm(p, today, nine.Add(6*time.Minute))
	} else {
		out, err = till.BookRetract(s, p, today, nine.Add(6*time.Minute))
	}
	b.must(err)
	return &out
}

// try moves an attempt as the driver does.
func (b *books) try(a till.Attempt, to till.AttemptState) (till.Attempt, error) {
	b.Helper()
	n := next(a, to)
	return b.MoveAttempt(b.ctx(), till.Command{}, a.State, n, b.booking(a.State, n), told("attempt_"+string(to), a.ID))
}

func (b *books) move(a till.Attempt, to ...till.AttemptState) till.Attempt {
	b.Helper()
	for _, state := range to {
		var err error
		a, err = b.try(a, state)
		b.must(err)
	}
	return a
}

// pay sells and is paid.
func (b *books) pay(s till.Session, total core.Money) (till.Sale, till.Attempt, till.Payment) {
	b.Helper()
	sale := b.sale(s, total)
	a := b.move(b.attempt(sale), till.AttemptPaid)
	p, err := b.PaymentOf(b.ctx(), a.ID)
	b.must(err)
	sale, err = b.Sale(b.ctx(), sale.ID)
	b.must(err)
	return sale, a, p
}

func giving(p till.Payment, amount core.Money) till.Refund {
	return till.Refund{
		ID: core.NewID(nine), Payment: p.ID, Sale: p.Sale, Session: p.Session, Amount: amount, Reason: "枚数の誤り", State: till.RefundRequested,
		RequestedBy: clerk, RequestedAt: nine.Add(10 * time.Minute),
	}
}

func (b *books) refund(p till.Payment, amount core.Money) till.Refund {
	b.Helper()
	r := giving(p, amount)
	r, err := b.AddRefund(b.ctx(), press("request_refund", r.ID), r, told("refund_requested", r.ID))
	b.must(err)
	return r
}

// tryRefund moves a refund as the desk and the driver do.
func (b *books) tryRefund(r till.Refund, to till.RefundState) (till.Refund, error) {
	b.Helper()
	n := r
	n.State, n.DecidedBy, n.DecidedAt, n.NextAt = to, accountant, nine.Add(11*time.Minute), time.Time{}
	if to.Resolving() {
		n.NextAt = nine.Add(12 * time.Minute)
	}
	var booked *till.Booking
	if to == till.RefundDone {
		n.DoneAt, n.BookedOn = nine.Add(13*time.Minute), today
		s, err := b.Sale(b.ctx(), r.Sale)
		b.must(err)
		p, err := b.Payment(b.ctx(), r.Payment)
		b.must(err)
		if p.Refunded+n.Amount > p.Amount { // only a wrong move can ask for it
			return r, till.ErrRefundTooMuch
		}
		out, err := till.BookRefund(s, p, n, today, n.DoneAt)
		b.must(err)
		booked = &out
	}
	return b.MoveRefund(b.ctx(), till.Command{}, r.State, n, booked, told("refund_"+string(to), r.ID))
}

func (b *books) moveRefund(r till.Refund, to ...till.RefundState) till.Refund {
	b.Helper()
	for _, state := range to {
		var err error
		r, err = b.tryRefund(r, state)
		b.must(err)
	}
	return r
}
