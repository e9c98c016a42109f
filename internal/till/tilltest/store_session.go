package tilltest

import (
	"fmt"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

func sessionCases() []storeCase {
	return []storeCase{
		{"a counter has one open session, and the next opening of a day the next number", func(b *books) {
			c := b.counter(1)
			s := b.open(opening(c))
			b.same("number, state and version", fmt.Sprint(s.Number, s.State, s.Version), "1open1")
			read, err := b.Session(b.ctx(), s.ID)
			b.must(err)
			b.same("read", read, s)
			_, err = b.Open(b.ctx(), press("open_session"), opening(c), told("open", ""))
			b.refused(err, till.ErrSessionOpen)
			b.closed(s)
			again := b.open(opening(c))
			b.same("second of the day", again.Number, 2)
			_, err = b.Open(b.ctx(), press("open_session"), opening(till.Counter{ID: "nowhere"}), told("open", ""))
			b.refused(err, till.ErrNoCounter)
			_, err = b.Session(b.ctx(), "nothing")
			b.refused(err, till.ErrNoSession)
		}},
		{"sessions of days come newest first, and every open one with them", func(b *books) {
			day := func(number int, d till.Day, after time.Duration) till.Session {
				s := opening(b.counter(number))
				s.Day, s.OpenedAt = d, nine.Add(after)
				return b.open(s)
			}
			before := b.closed(day(1, "2026-09-01", 0))
			left := day(2, "2026-09-02", time.Hour)
			early, late := b.closed(day(3, today, 2*time.Hour)), day(4, today, 3*time.Hour)
			got, err := b.Sessions(b.ctx(), today, today)
			b.must(err)
			b.same("sessions", got, []till.Session{late, early, left})
			got, err = b.Sessions(b.ctx(), "2026-09-01", "2026-09-01")
			b.must(err)
			b.same("of a day before", got, []till.Session{late, left, before})
		}},
		{"any change after it empties a signature", func(b *books) {
			for name, change := range map[string]func(s till.Session){
				"a sale":     func(s till.Session) { b.sale(s, 600) },
				"an attempt": func(s till.Session) { b.attempt(b.sale(s, 600)) },
				"a payment":  func(s till.Session) { b.pay(s, 600) },
			} {
				s := b.session(len(name))
				signed := b.signed(s)
				b.same("signed by", signed.Close.SignedBy, clerk)
				change(s)
				now, err := b.Session(b.ctx(), s.ID)
				b.must(err)
				b.same(name, now.Close, till.Close{})
				_, err = b.Close(b.ctx(), press("close_session"), closing(signed), "", told("close", s.ID))
				b.refused(err, till.ErrMoved)
			}
		}},
		{"every change of what a day book shows counts the version up, a mere look does not", func(b *books) {
			s := b.session(1)
			v := s.Version
			more := func(what string, by int64) {
				b.Helper()
				now, err := b.Session(b.ctx(), s.ID)
				b.must(err)
				if now.Version-v < by || by == 0 && now.Version != v {
					b.Errorf("%s: version from %d to %d", what, v, now.Version)
				}
				v = now.Version
			}
			sale := b.sale(s, 900)
			more("a sale", 1)
			a := b.attempt(sale)
			more("an attempt", 1)
			a = b.move(a, till.AttemptSent)
			more("sent", 1)
			a = b.move(a, till.AttemptSent)
			more("asked again", 0)
			a.Wallet = "d_barai"
			a = b.move(a, till.AttemptSent)
			more("another wallet", 1)
			a.Owner = accountant
			a = b.move(a, till.AttemptSent)
			more("an owner", 1)
			a = b.move(a, till.AttemptPaid)
			more("paid", 1)
			p, err := b.PaymentOf(b.ctx(), a.ID)
			b.must(err)
			r := b.refund(p, 900)
			more("a refund", 1)
			r = b.moveRefund(r, till.RefundApproved, till.RefundUnknown)
			more("approved and unknown", 2)
			r = b.moveRefund(r, till.RefundUnknown)
			more("asked again", 0)
			b.moveRefund(r, till.RefundDone)
			more("given back", 1)
			_, err = b.EndSale(b.ctx(), press("drop_sale"), b.sale(s, 300).ID, nine, told("drop", ""))
			b.must(err)
			more("a sale and its end", 2)
		}},
		{"a session is signed and closed at the version that was read", func(b *books) {
			s := b.session(1)
			b.pay(s, 900)
			_, err := b.Sign(b.ctx(), press("sign_session"), s, told("sign", s.ID))
			b.refused(err, till.ErrMoved)
			s, err = b.Session(b.ctx(), s.ID)
			b.must(err)
			s = b.signed(s)
			n := closing(s)
			n.Close.ClosedBy = clerk
			_, err = b.Close(b.ctx(), press("close_session"), n, "", told("close", s.ID))
			b.refused(err, till.ErrSigner)
			n.Close.SignedBy = ""
			_, err = b.Close(b.ctx(), press("close_session"), n, "", told("close", s.ID))
			b.refused(err, till.ErrUnsigned)
			n = closing(s)
			book, err := b.Book(b.ctx(), s.ID)
			b.must(err)
			n.Close.Totals = till.MakeDayBook(book)
			n.Close.Handed = []core.ID{"someone"}
			got, err := b.Close(b.ctx(), press("close_session"), n, "", told("close", s.ID))
			b.must(err)
			n.Version = got.Version
			n.Close.Owner = ""
			b.same("closed", got, n)
			read, err := b.Session(b.ctx(), s.ID)
			b.must(err)
			b.same("read", read, got)
			_, err = b.Close(b.ctx(), press("close_session"), n, "", told("close", s.ID))
			b.refused(err, till.ErrClosed)
			_, err = b.Sign(b.ctx(), press("sign_session"), n, told("sign", s.ID))
			b.refused(err, till.ErrClosed)
		}},
		{"nothing new begins in a closed session", func(b *books) {
			s := b.session(1)
			sale, open := b.sale(s, 900), b.sale(s, 600)
			b.closed(s)
			n := selling(s, 300)
			_, err := b.FixSale(b.ctx(), press("fix_sale"), n, told("sale", n.ID))
			b.refused(err, till.ErrNotOpen)
			_, err = b.AddAttempt(b.ctx(), press("start_attempt"), trying(sale), told("attempt_created", ""))
			b.refused(err, till.ErrNotOpen)
			_, err = b.EndSale(b.ctx(), press("drop_sale"), open.ID, nine, told("drop", open.ID))
			b.must(err)
		}},
		{"live attempts need an owner, who gets them with the close", func(b *books) {
			s := b.session(1)
			unknown := b.move(b.attempt(b.sale(s, 900)), till.AttemptUnknown)
			unresolved := b.move(b.attempt(b.sale(s, 300)), till.AttemptUnknown, till.AttemptUnresolved)
			_, over, _ := b.pay(s, 600)
			s, err := b.Session(b.ctx(), s.ID)
			b.must(err)
			s = b.signed(s)
			_, err = b.Close(b.ctx(), press("close_session"), closing(s), "", told("close", s.ID))
			b.refused(err, till.ErrOwnerNeeded)
			closed, err := b.Close(b.ctx(), press("close_session"), closing(s), accountant, told("close", s.ID))
			b.must(err)
			b.same("owner", closed.Close.Owner, accountant)
			for _, a := range []till.Attempt{unknown, unresolved, over} {
				now, err := b.Attempt(b.ctx(), a.ID)
				b.must(err)
				want := accountant
				if !a.State.Live() {
					want = ""
				}
				b.same("owner of "+string(a.State), now.Owner, want)
			}
			_, err = b.try(unknown, till.AttemptCancelling) // its driver read it before
			b.refused(err, till.ErrMoved)
			unknown, err = b.Attempt(b.ctx(), unknown.ID)
			b.must(err)
			unknown = b.move(unknown, till.AttemptPaid) // it becomes known after the close
			b.same("owner stays", unknown.Owner, accountant)
			now, err := b.Session(b.ctx(), s.ID)
			b.must(err)
			b.same("the closed session", now, closed)
		}},
		{"a book has everything of its session, in order, and nothing of another", func(b *books) {
			s, other := b.session(1), b.session(2)
			b.pay(other, 300)
			one, a, p := b.pay(s, 900)
			two := b.sale(s, 600)
			failed := b.move(b.attempt(two), till.AttemptNotPaid)
			live := b.attempt(two)
			r := b.refund(p, 400)
			p, err := b.Payment(b.ctx(), p.ID)
			b.must(err)
			book, err := b.Book(b.ctx(), s.ID)
			b.must(err)
			b.same("sales", book.Sales, []till.Sale{one, two})
			b.same("attempts", len(book.Attempts), 3)
			for _, want := range []till.Attempt{a, failed, live} {
				found := false
				for _, got := range book.Attempts {
					found = found || got == want
				}
				b.same("attempt of the book", found, true)
			}
			b.same("payments", book.Payments, []till.Payment{p})
			b.same("refunds", book.Refunds, []till.Refund{r})
			b.same("counter", book.Counter.Number, 1)
			b.same("session", book.Session.ID, s.ID)
			_, err = b.Book(b.ctx(), "nothing")
			b.refused(err, till.ErrNoSession)
		}},
	}
}

// signed signs s as it is now.
func (b *books) signed(s till.Session) till.Session {
	b.Helper()
	s, err := b.Session(b.ctx(), s.ID)
	b.must(err)
	s.Close.SignedBy, s.Close.Counted = clerk, 30_900
	s, err = b.Sign(b.ctx(), press("sign_session", s.ID), s, told("sign", s.ID))
	b.must(err)
	return s
}

func closing(s till.Session) till.Session {
	s.State = till.SessionClosed
	s.Close.ClosedBy, s.Close.At = accountant, nine.Add(8*time.Hour)
	return s
}

func (b *books) closed(s till.Session) till.Session {
	b.Helper()
	s = b.signed(s)
	s, err := b.Close(b.ctx(), press("close_session", s.ID), closing(s), accountant, told("close", s.ID))
	b.must(err)
	return s
}
