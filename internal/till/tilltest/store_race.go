package tilltest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// workers is how many try the same thing at once.
const workers = 20

// race runs f in all workers at the same moment and returns their errors.
func race(f func(n int) error) []error {
	var wg sync.WaitGroup
	start, errs := make(chan struct{}), make([]error, workers)
	for n := range workers {
		wg.Go(func() {
			<-start
			errs[n] = f(n)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// won wants exactly n of the errors to be none, and all others to be one of the refusals.
func (b *books) won(n int, errs []error, refusals ...*core.Error) {
	b.Helper()
	for _, err := range errs {
		if err == nil {
			n--
			continue
		}
		known := false
		for _, r := range refusals {
			known = known || errors.Is(err, r)
		}
		if !known {
			b.Errorf("lost with %v", err)
		}
	}
	if n != 0 {
		b.Errorf("%d too few won", n)
	}
}

func raceCases() []storeCase {
	return []storeCase{
		{"of many attempts at one sale exactly one is made", func(b *books) {
			s := b.session(1)
			sale := b.sale(s, 900)
			for range 3 {
				b.won(1, race(func(int) error {
					a := trying(sale)
					_, err := b.AddAttempt(b.ctx(), press("start_attempt", a.ID), a, told("attempt_created", a.ID))
					return err
				}), till.ErrAttemptLive)
				all, err := b.AttemptsOf(b.ctx(), sale.ID)
				b.must(err)
				b.move(all[len(all)-1], till.AttemptNotPaid)
			}
		}},
		{"one code shown at many sales at once is taken at one", func(b *books) {
			var sales []till.Sale
			for n := range workers {
				sales = append(sales, b.sale(b.session(n+1), 900))
			}
			b.won(1, race(func(n int) error {
				a := trying(sales[n])
				a.CodeHash = "hash"
				_, err := b.AddAttempt(b.ctx(), press("start_attempt", a.ID), a, told("attempt_created", a.ID))
				return err
			}), till.ErrCodeReused)
		}},
		{"of many moves of one attempt exactly one happens, and one payment is booked", func(b *books) {
			s := b.session(1)
			sale := b.sale(s, 900)
			a := b.attempt(sale)
			n := next(a, till.AttemptPaid)
			b.won(1, race(func(i int) error {
				if i%4 == 0 {
					_, err := b.MoveAttempt(b.ctx(), till.Command{}, a.State, next(a, till.AttemptNotPaid), nil, told("attempt_not_paid", a.ID))
					return err
				}
				booked, err := till.BookPayment(sale, n, today, nine)
				if err != nil {
					return err
				}
				_, err = b.MoveAttempt(b.ctx(), till.Command{}, a.State, n, &booked, told("attempt_paid", a.ID))
				return err
			}), till.ErrMoved)
			b.balanced()
		}},
		{"one press that arrives many times at once is done once, and all are answered alike", func(b *books) {
			s := b.session(1)
			c := press("fix_sale", "said")
			var mu sync.Mutex
			made := map[core.ID]int{}
			b.won(workers, race(func(int) error {
				n := selling(s, 900)
				got, err := b.FixSale(b.ctx(), c, n, told("sale", n.ID))
				mu.Lock()
				defer mu.Unlock()
				made[got.ID]++
				return err
			}))
			if len(made) != 1 {
				b.Errorf("made %v", made)
			}
			book, err := b.Book(b.ctx(), s.ID)
			b.must(err)
			b.same("sales", len(book.Sales), 1)
		}},
		{"sales fixed at once have numbers without a gap, each its own", func(b *books) {
			s := b.session(1)
			var mu sync.Mutex
			seen := map[int]bool{}
			b.won(workers, race(func(int) error {
				n := selling(s, 900)
				got, err := b.FixSale(b.ctx(), press("fix_sale", n.ID), n, told("sale", n.ID))
				mu.Lock()
				defer mu.Unlock()
				seen[got.Number] = true
				return err
			}))
			for n := 1; n <= workers; n++ {
				if !seen[n] {
					b.Errorf("number %d is missing", n)
				}
			}
		}},
		{"of many openings of one counter exactly one happens", func(b *books) {
			c := b.counter(1)
			b.won(1, race(func(int) error {
				s := opening(c)
				_, err := b.Open(b.ctx(), press("open_session", s.ID), s, told("open", s.ID))
				return err
			}), till.ErrSessionOpen)
		}},
		{"refunds asked for at once never exceed the payment", func(b *books) {
			sale, _, p := b.pay(b.session(1), 1000)
			b.won(5, race(func(int) error {
				r := giving(p, 200)
				_, err := b.AddRefund(b.ctx(), press("request_refund", r.ID), r, told("refund_requested", r.ID))
				return err
			}), till.ErrRefundTooMuch)
			all, err := b.RefundsOf(b.ctx(), p.ID)
			b.must(err)
			for i, r := range all {
				b.same("number", r.Number, i+1)
				b.moveRefund(r, till.RefundApproved)
			}
			all, err = b.RefundsOf(b.ctx(), p.ID)
			b.must(err)
			errs := race(func(i int) error { // each is given back by four at once
				r := all[i%len(all)]
				n := r
				n.State, n.DoneAt, n.BookedOn, n.NextAt = till.RefundDone, nine, today, time.Time{}
				booked, err := till.BookRefund(sale, p, n, today, nine)
				if err != nil {
					return err
				}
				_, err = b.MoveRefund(b.ctx(), till.Command{}, r.State, n, &booked, told("refund_done", r.ID))
				return err
			})
			b.won(5, errs, till.ErrMoved)
			p, err = b.Payment(b.ctx(), p.ID)
			b.must(err)
			b.yen("refunded", p.Refunded, 1000)
			sale, err = b.Sale(b.ctx(), sale.ID)
			b.must(err)
			b.same("sale", sale.State, till.SaleVoided)
			b.balanced()
		}},
		{"several servers never hold one attempt at the same time", func(b *books) {
			s := b.session(1)
			const due = 60
			for range due {
				a := trying(b.sale(s, 900))
				a.NextAt = nine
				_, err := b.AddAttempt(b.ctx(), press("start_attempt", a.ID), a, told("attempt_created", a.ID))
				b.must(err)
			}
			var mu sync.Mutex
			held := map[core.ID]int{}
			b.won(workers, race(func(n int) error {
				for {
					got, err := b.ClaimAttempts(b.ctx(), fmt.Sprint("server", n%8), nine, time.Minute, 3)
					if err != nil || len(got) == 0 {
						return err
					}
					mu.Lock()
					for _, a := range got {
						held[a.ID]++
					}
					mu.Unlock()
				}
			}))
			for id, n := range held {
				if n != 1 {
					b.Errorf("attempt %s was claimed %d times", id, n)
				}
			}
			b.same("claimed", len(held), due)
		}},
		{"a close that wins has seen everything, one that loses closes nothing", func(b *books) {
			s := b.session(1)
			for range 4 {
				b.attempt(b.sale(s, 600))
			}
			var clerks sync.WaitGroup
			for range 4 {
				clerks.Go(func() {
					for range 12 {
						n := selling(s, 900)
						_, err := b.FixSale(b.ctx(), press("fix_sale", n.ID), n, told("sale", n.ID))
						if errors.Is(err, till.ErrNotOpen) {
							return
						}
						if err != nil {
							b.Errorf("sell: %v", err)
							return
						}
					}
				})
			}
			err := b.closeRacing(s.ID)
			clerks.Wait()
			b.must(err)
			book, err := b.Book(b.ctx(), s.ID)
			b.must(err)
			b.same("totals that were signed", book.Session.Close.Totals, till.MakeDayBook(book))
		}},
		{"events of many writers are each handed on once numbered, none is passed over", func(b *books) {
			const each = 15
			ctx, cancel := context.WithCancel(b.ctx())
			got := make(chan map[string]int, 1)
			go func() {
				seen := map[string]int{}
				for {
					last := ctx.Err() != nil
					events, err := b.Events(b.ctx(), 7)
					for _, e := range events {
						seen[e.Target]++
						if err == nil {
							err = b.Delivered(b.ctx(), e.Seq)
						}
					}
					if err != nil {
						b.Errorf("read: %v", err)
					}
					if err != nil || last && len(events) == 0 {
						got <- seen
						return
					}
				}
			}()
			b.won(workers, race(func(n int) error {
				for i := range each {
					if err := b.Keep(b.ctx(), told("event", core.ID(fmt.Sprintf("%d/%d", n, i)))); err != nil {
						return err
					}
				}
				return nil
			}))
			cancel()
			seen := <-got
			for n := range workers {
				for i := range each {
					if c := seen[fmt.Sprintf("%d/%d", n, i)]; c != 1 {
						b.Errorf("event %d of writer %d was handed on %d times", i, n, c)
					}
				}
			}
		}},
	}
}

// closeRacing signs and closes a session that others sell in, as often as it takes.
func (b *books) closeRacing(id core.ID) error {
	deadline := time.Now().Add(time.Minute)
	for time.Now().Before(deadline) {
		s, err := b.Session(b.ctx(), id)
		if err != nil {
			return err
		}
		s.Close.SignedBy, s.Close.Owner = clerk, accountant
		if _, err = b.Sign(b.ctx(), press("sign_session"), s, told("sign", s.ID)); err == nil {
			var book till.SessionBook
			if book, err = b.Book(b.ctx(), id); err != nil {
				return err
			}
			n := closing(book.Session)
			if n.Close.SignedBy == "" {
				continue
			}
			n.Close.Totals = till.MakeDayBook(book)
			for i := range n.Close.Totals.Open {
				n.Close.Totals.Open[i].Owner = accountant // as the close makes it
			}
			_, err = b.Close(b.ctx(), press("close_session"), n, accountant, told("close", s.ID))
		}
		if err == nil || !errors.Is(err, till.ErrMoved) {
			return err
		}
	}
	return errors.New("the close never won")
}
