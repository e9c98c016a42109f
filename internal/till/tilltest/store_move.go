package tilltest

import (
	"fmt"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/ledger"
)

// attemptStates are all, each with a way to it from created.
func attemptStates() map[till.AttemptState][]till.AttemptState {
	return map[till.AttemptState][]till.AttemptState{
		till.AttemptCreated:    nil,
		till.AttemptSent:       {till.AttemptSent},
		till.AttemptPaid:       {till.AttemptPaid},
		till.AttemptShown:      {till.AttemptSent, till.AttemptShown},
		till.AttemptNotPaid:    {till.AttemptNotPaid},
		till.AttemptUnknown:    {till.AttemptUnknown},
		till.AttemptCancelling: {till.AttemptCancelling},
		till.AttemptReversed:   {till.AttemptSent, till.AttemptReversed},
		till.AttemptUnresolved: {till.AttemptUnknown, till.AttemptUnresolved},
	}
}

func refundStates() map[till.RefundState][]till.RefundState {
	return map[till.RefundState][]till.RefundState{
		till.RefundRequested: nil,
		till.RefundRejected:  {till.RefundRejected},
		till.RefundApproved:  {till.RefundApproved},
		till.RefundUnknown:   {till.RefundApproved, till.RefundUnknown},
		till.RefundDone:      {till.RefundApproved, till.RefundDone},
		till.RefundFailed:    {till.RefundApproved, till.RefundFailed},
	}
}

func moveCases() []storeCase {
	return []storeCase{
		{"an attempt moves as its life says and in no other way", func(b *books) {
			s := b.session(1)
			for from, way := range attemptStates() {
				for to := range attemptStates() {
					a := b.move(b.attempt(b.sale(s, 900)), way...)
					n := next(a, to)
					var booked *till.Booking
					if from.CanMove(to) {
						booked = b.booking(from, n)
					}
					moved, err := b.MoveAttempt(b.ctx(), till.Command{}, from, n, booked, told("attempt", a.ID))
					if from.CanMove(to) || from == to && from.Live() {
						b.must(err)
						n.Version++
						b.same(fmt.Sprintf("%s to %s", from, to), moved, n)
						continue
					}
					b.refused(err, till.ErrMoved)
					now, err := b.Attempt(b.ctx(), a.ID)
					b.must(err)
					b.same(fmt.Sprintf("not from %s to %s", from, to), now, a)
				}
			}
			b.balanced()
		}},
		{"a move keeps everything it says, and only the version it was decided on moves", func(b *books) {
			a := b.attempt(b.sale(b.session(1), 900))
			n := a
			at := nine.Add(time.Hour)
			n.State, n.Wallet, n.Reason, n.Ref, n.Thread, n.Show = till.AttemptSent, "d_barai", till.ReasonBusy, "ref", "thread", "https://qr.example/1"
			n.ExpiresAt, n.SentAt, n.UncertainAt, n.DecidedAt, n.PaidAt, n.NextAt = at, at.Add(1e9), at.Add(2e9), at.Add(3e9), at.Add(4e9), at.Add(5e9)
			n.Tries, n.Proof, n.Owner, n.Note = 3, till.Proof{At: at.Add(6e9), Tail: "4021"}, accountant, "電話で確かめた 𠮷"
			moved, err := b.MoveAttempt(b.ctx(), till.Command{}, till.AttemptCreated, n, nil, told("attempt_sent", a.ID))
			b.must(err)
			n.Version++
			b.same("moved", moved, n)
			read, err := b.Attempt(b.ctx(), a.ID)
			b.must(err)
			b.same("read", read, n)
			_, err = b.MoveAttempt(b.ctx(), till.Command{}, till.AttemptCreated, n, nil, told("attempt_sent", a.ID))
			b.refused(err, till.ErrMoved)
			n.Version--
			n.State = till.AttemptUnknown
			_, err = b.MoveAttempt(b.ctx(), till.Command{}, till.AttemptSent, n, nil, told("attempt_unknown", a.ID))
			b.refused(err, till.ErrMoved)
			n.ID = "nothing"
			_, err = b.MoveAttempt(b.ctx(), till.Command{}, till.AttemptSent, n, nil, told("attempt_unknown", a.ID))
			b.refused(err, till.ErrNoAttempt)
		}},
		{"text from outside that the database cannot hold stops no move", func(b *books) {
			a := b.attempt(b.sale(b.session(1), 900))
			a.Ref, a.Note = "r\x00\xff", "\x00"
			a = b.move(a, till.AttemptSent)
			b.same("ref", a.Ref, "r\uFFFD\uFFFD")
			got, err := b.AttemptByRef(b.ctx(), "paypay", "r\x00\xff")
			b.must(err)
			b.same("found", got, a)
		}},
		{"what is paid enters the books with the move, once", func(b *books) {
			s := b.session(1)
			sale := b.sale(s, 1000)
			a := b.attempt(sale)
			n := next(a, till.AttemptPaid)
			booked := b.booking(a.State, n)
			moved, err := b.MoveAttempt(b.ctx(), till.Command{}, a.State, n, booked, told("attempt_paid", a.ID))
			b.must(err)
			p, err := b.PaymentOf(b.ctx(), a.ID)
			b.must(err)
			b.same("payment", p, *booked.Payment)
			byID, err := b.Payment(b.ctx(), p.ID)
			b.must(err)
			b.same("by id", byID, p)
			sale, err = b.Sale(b.ctx(), sale.ID)
			b.must(err)
			b.same("sale", fmt.Sprint(sale.State, sale.EndedAt), fmt.Sprint(till.SalePaid, moved.DecidedAt))
			b.same("entries", b.entries(), []ledger.Entry{*booked.Entry})
			b.same("balances", b.balances(), map[ledger.Account]core.Money{
				"receivable:paypay": 1000, "revenue:2026:13-01-02": -333, "revenue:2026:13-01-03": -667,
			})
		}},
		{"a move that money does not fit is refused, and nothing of it stays", func(b *books) {
			s := b.session(1)
			sale := b.sale(s, 900)
			a := b.attempt(sale)
			for name, spoil := range map[string]func(n *till.Attempt, bk *till.Booking) *till.Booking{
				"no booking":      func(*till.Attempt, *till.Booking) *till.Booking { return nil },
				"no payment":      func(_ *till.Attempt, bk *till.Booking) *till.Booking { bk.Payment = nil; return bk },
				"no entry":        func(_ *till.Attempt, bk *till.Booking) *till.Booking { bk.Entry = nil; return bk },
				"no sale":         func(_ *till.Attempt, bk *till.Booking) *till.Booking { bk.Sale = ""; return bk },
				"another sale":    func(_ *till.Attempt, bk *till.Booking) *till.Booking { bk.Payment.Sale = "other"; return bk },
				"another attempt": func(_ *till.Attempt, bk *till.Booking) *till.Booking { bk.Payment.Attempt = "other"; return bk },
				"another amount":  func(_ *till.Attempt, bk *till.Booking) *till.Booking { bk.Payment.Amount--; return bk },
				"unconfirmed":     func(_ *till.Attempt, bk *till.Booking) *till.Booking { bk.Payment.Confirmed = false; return bk },
				"unbalanced":      func(_ *till.Attempt, bk *till.Booking) *till.Booking { bk.Entry.Postings[0].Amount++; return bk },
				"no account": func(_ *till.Attempt, bk *till.Booking) *till.Booking {
					bk.Entry.Postings[0].Account = "pocket:mine"
					return bk
				},
				"a booking of nothing": func(n *till.Attempt, bk *till.Booking) *till.Booking { *n = next(a, till.AttemptNotPaid); return bk },
			} {
				n := next(a, till.AttemptPaid)
				bk := spoil(&n, b.booking(a.State, n))
				_, err := b.MoveAttempt(b.ctx(), till.Command{}, a.State, n, bk, told("attempt_paid", a.ID))
				if err == nil {
					b.Fatalf("%s was taken", name)
				}
				now, err := b.Attempt(b.ctx(), a.ID)
				b.must(err)
				b.same(name+": attempt", now, a)
				_, err = b.PaymentOf(b.ctx(), a.ID)
				b.refused(err, till.ErrNoPayment)
			}
			now, err := b.Sale(b.ctx(), sale.ID)
			b.must(err)
			b.same("sale", now, sale)
			b.same("entries", len(b.entries()), 0)
		}},
		{"what was shown is confirmed by a file, or retracted", func(b *books) {
			s := b.session(1)
			shown := func() (till.Attempt, till.Payment) {
				a := b.move(b.attempt(b.sale(s, 900)), till.AttemptSent, till.AttemptShown)
				p, err := b.PaymentOf(b.ctx(), a.ID)
				b.must(err)
				b.same("confirmed", p.Confirmed, false)
				return a, p
			}
			a, p := shown()
			b.yen("shown", b.balances()["shown:paypay"], 900)
			b.move(a, till.AttemptPaid)
			p, err := b.Payment(b.ctx(), p.ID)
			b.must(err)
			b.same("confirmed", p.Confirmed, true)
			b.yen("owed", b.balances()["receivable:paypay"], 900)

			a, p = shown()
			b.move(a, till.AttemptNotPaid)
			p, err = b.Payment(b.ctx(), p.ID)
			b.must(err)
			b.yen("retracted", p.Refunded, 900)
			sale, err := b.Sale(b.ctx(), a.Sale)
			b.must(err)
			b.same("sale", sale.State, till.SaleDrop)
			b.same("balances", b.balances(), map[ledger.Account]core.Money{
				"receivable:paypay": 900, "shown:paypay": 0, "revenue:2026:13-01-02": -300, "revenue:2026:13-01-03": -600,
			})
			a, p = shown()
			b.refund(p, 100)
			_, err = b.try(a, till.AttemptNotPaid) // part of it is being given back
			b.refused(err, till.ErrRefundTooMuch)
		}},
		{"training leaves the books alone", func(b *books) {
			o := opening(b.counter(1))
			o.Training = true
			_, _, p := b.pay(b.open(o), 900)
			b.moveRefund(b.refund(p, 300), till.RefundApproved, till.RefundDone)
			b.same("entries", len(b.entries()), 0)
			b.same("balances", len(b.balances()), 0)
			b.must(b.Payments(b.ctx(), "", "2000-01-01", "2100-01-01", func(p till.Payment) error {
				b.Errorf("payment %s is of training", p.ID)
				return nil
			}))
		}},
		{"what is due is claimed by one server at a time, the longest due first", func(b *books) {
			s := b.session(1)
			due := func(after time.Duration) till.Attempt {
				a := trying(b.sale(s, 900))
				a.NextAt = nine.Add(after)
				a, err := b.AddAttempt(b.ctx(), press("start_attempt"), a, told("attempt_created", a.ID))
				b.must(err)
				return a
			}
			claim := func(owner string, after time.Duration, n int, want ...till.Attempt) {
				b.Helper()
				got, err := b.ClaimAttempts(b.ctx(), owner, nine.Add(after), time.Minute, n)
				b.must(err)
				b.same(owner+" claims", got, append([]till.Attempt(nil), want...))
			}
			second, first, third := due(2*time.Second), due(time.Second), due(3*time.Second)
			due(time.Hour)
			b.move(due(time.Second), till.AttemptPaid)
			claim("a", 0, 10)
			claim("a", 3*time.Second, 2, first, second)
			claim("b", 3*time.Second, 10, third)
			claim("a", 3*time.Second, 10)
			first.NextAt = nine.Add(10 * time.Second)
			first = b.move(first, till.AttemptSent) // ends the hold
			b.must(b.Nudge(b.ctx(), second.ID, nine.Add(4*time.Second)))
			claim("b", 12*time.Second, 10, first)
			claim("b", 64*time.Second, 10, second, third) // the lease of a server that died is over
			now, err := b.Attempt(b.ctx(), second.ID)
			b.must(err)
			b.same("a claim changes nothing that is seen", now, second)
		}},
		{"a nudge makes a live attempt due, and only that", func(b *books) {
			s := b.session(1)
			a := b.move(b.attempt(b.sale(s, 900)), till.AttemptUnknown, till.AttemptUnresolved)
			b.must(b.Nudge(b.ctx(), a.ID, nine))
			got, err := b.ClaimAttempts(b.ctx(), "a", nine, time.Minute, 10)
			b.must(err)
			a.NextAt = nine
			b.same("claimed", got, []till.Attempt{a})
			_, paid, _ := b.pay(s, 900)
			b.must(b.Nudge(b.ctx(), paid.ID, nine))
			got, err = b.ClaimAttempts(b.ctx(), "b", nine, time.Minute, 10)
			b.must(err)
			b.same("claimed", len(got), 0)
			b.refused(b.Nudge(b.ctx(), "nothing", nine), till.ErrNoAttempt)
		}},
		{"unknown, cancelling and unresolved attempts stand on the list", func(b *books) {
			s := b.session(1)
			var want []till.Attempt
			for i, way := range [][]till.AttemptState{
				{till.AttemptUnknown},
				{till.AttemptCancelling},
				{till.AttemptUnknown, till.AttemptUnresolved},
				nil,
				{till.AttemptSent},
				{till.AttemptPaid},
				{till.AttemptNotPaid},
				{till.AttemptSent, till.AttemptReversed},
				{till.AttemptSent, till.AttemptShown},
			} {
				n := trying(b.sale(s, 900))
				n.CreatedAt = nine.Add(time.Duration(i) * time.Second)
				a, err := b.AddAttempt(b.ctx(), press("start_attempt"), n, told("attempt_created", n.ID))
				b.must(err)
				if a = b.move(a, way...); i < 3 {
					want = append(want, a)
				}
			}
			got, err := b.Unresolved(b.ctx())
			b.must(err)
			b.same("list", got, want)
		}},
	}
}

func (b *books) entries() []ledger.Entry {
	b.Helper()
	var all []ledger.Entry
	b.must(b.Entries(b.ctx(), "2000-01-01", "2100-01-01", func(e ledger.Entry) error {
		all = append(all, e)
		return nil
	}))
	return all
}

func (b *books) balances() map[ledger.Account]core.Money {
	b.Helper()
	sums, err := b.Balances(b.ctx(), "2100-01-01")
	b.must(err)
	return sums
}

// balanced wants every entry and all of them to sum to zero, and the balances to be what the entries add up to.
func (b *books) balanced() {
	b.Helper()
	entries := b.entries()
	for _, e := range entries {
		if _, err := ledger.Post(e.Postings...); err != nil {
			b.Errorf("entry %s %s: %v", e.What, e.ID, err)
		}
	}
	sums := b.balances()
	b.same("balances", sums, ledger.Balances(entries))
	var total core.Money
	for _, m := range sums {
		total += m
	}
	b.yen("sum of all", total, 0)
}
