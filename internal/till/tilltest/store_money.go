package tilltest

import (
	"fmt"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/ledger"
)

func refundCases() []storeCase {
	return []storeCase{
		{"a refund moves as its life says and in no other way", func(b *books) {
			s := b.session(1)
			for from, way := range refundStates() {
				for to := range refundStates() {
					_, _, p := b.pay(s, 900)
					r := b.moveRefund(b.refund(p, 300), way...)
					if from == to && from.Resolving() || from.CanMove(to) {
						moved, err := b.tryRefund(r, to)
						b.must(err)
						b.same(fmt.Sprintf("%s to %s", from, to), fmt.Sprint(moved.State, moved.Version), fmt.Sprint(to, r.Version+1))
						continue
					}
					_, err := b.tryRefund(r, to)
					b.refused(err, till.ErrMoved)
					now, err := b.Refund(b.ctx(), r.ID)
					b.must(err)
					b.same(fmt.Sprintf("not from %s to %s", from, to), now, r)
				}
			}
			b.balanced()
		}},
		{"a refund is kept as it is, with the next number of its payment", func(b *books) {
			_, _, p := b.pay(b.session(1), 900)
			n := giving(p, 300)
			r, err := b.AddRefund(b.ctx(), press("request_refund"), n, told("refund_requested", n.ID))
			b.must(err)
			n.Number, n.Version = 1, 1
			b.same("added", r, n)
			second := b.refund(p, 100)
			b.same("number", second.Number, 2)
			all, err := b.RefundsOf(b.ctx(), p.ID)
			b.must(err)
			b.same("of the payment", all, []till.Refund{r, second})

			m := r
			m.State, m.DecidedBy, m.DecidedAt, m.NextAt = till.RefundApproved, accountant, nine.Add(time.Hour), nine.Add(2*time.Hour)
			m.Ref, m.Detail, m.Tries = "ref", till.ReasonBusy, 2
			got, err := b.MoveRefund(b.ctx(), till.Command{}, r.State, m, nil, told("refund_approved", r.ID))
			b.must(err)
			m.Version++
			b.same("moved", got, m)
			_, err = b.MoveRefund(b.ctx(), till.Command{}, r.State, m, nil, told("refund_approved", r.ID))
			b.refused(err, till.ErrMoved)
			m.Version--
			_, err = b.MoveRefund(b.ctx(), till.Command{}, m.State, m, nil, told("refund_approved", r.ID))
			b.refused(err, till.ErrMoved)
			_, err = b.Refund(b.ctx(), "nothing")
			b.refused(err, till.ErrNoRefund)
			_, err = b.AddRefund(b.ctx(), press("request_refund"), giving(till.Payment{ID: "nothing", Sale: p.Sale}, 1), told("refund_requested", ""))
			b.refused(err, till.ErrNoPayment)
			_, err = b.AddRefund(b.ctx(), press("request_refund"), giving(till.Payment{ID: p.ID, Sale: "other"}, 1), told("refund_requested", ""))
			b.refused(err, till.ErrNoPayment)
		}},
		{"a confirmation and a refund that cross both stand", func(b *books) {
			a := b.move(b.attempt(b.sale(b.session(1), 900)), till.AttemptSent, till.AttemptShown)
			p, err := b.PaymentOf(b.ctx(), a.ID)
			b.must(err)
			r := b.moveRefund(b.refund(p, 300), till.RefundApproved)
			paid := next(a, till.AttemptPaid)
			early := b.booking(a.State, paid)
			b.moveRefund(r, till.RefundDone)
			a, err = b.MoveAttempt(b.ctx(), till.Command{}, a.State, paid, early, told("attempt_paid", a.ID))
			b.must(err)
			b.yen("what was shown", b.balances()[ledger.ShownAt(p.Provider)], 0)
			b.yen("what is owed", b.balances()[ledger.ReceivableOf(p.Provider)], 600)

			r = b.moveRefund(b.refund(p, 200), till.RefundApproved)
			s, err := b.Sale(b.ctx(), a.Sale)
			b.must(err)
			n := r
			n.State, n.DoneAt, n.NextAt, n.BookedOn = till.RefundDone, nine, time.Time{}, today
			late, err := till.BookRefund(s, p, n, today, nine) // p as it was before it was confirmed
			b.must(err)
			_, err = b.MoveRefund(b.ctx(), till.Command{}, r.State, n, &late, told("refund_done", r.ID))
			b.must(err)
			b.yen("what is owed", b.balances()[ledger.ReceivableOf(p.Provider)], 400)
			b.balanced()
		}},
		{"a payment that went back in full before a file had it is confirmed, and its sale stays voided", func(b *books) {
			a := b.move(b.attempt(b.sale(b.session(1), 900)), till.AttemptSent, till.AttemptShown)
			p, err := b.PaymentOf(b.ctx(), a.ID)
			b.must(err)
			b.moveRefund(b.refund(p, 900), till.RefundApproved, till.RefundDone)
			a = b.move(a, till.AttemptPaid)
			p, err = b.PaymentOf(b.ctx(), a.ID)
			b.must(err)
			s, err := b.Sale(b.ctx(), a.Sale)
			b.must(err)
			if !p.Confirmed || p.Refunded != 900 || s.State != till.SaleVoided {
				b.Errorf("%+v of a sale that is %s", p, s.State)
			}
			b.balanced()
		}},
		{"nobody approves what he asked for", func(b *books) {
			_, _, p := b.pay(b.session(1), 900)
			r := b.refund(p, 300)
			n := r
			n.State, n.DecidedBy, n.NextAt = till.RefundApproved, r.RequestedBy, nine
			if _, err := b.MoveRefund(b.ctx(), till.Command{}, r.State, n, nil, told("refund_approved", r.ID)); err == nil {
				b.Errorf("one person was enough")
			}
			n.State, n.NextAt = till.RefundRejected, time.Time{} // withdrawn
			_, err := b.MoveRefund(b.ctx(), till.Command{}, r.State, n, nil, told("refund_rejected", r.ID))
			b.must(err)
		}},
		{"refunds never exceed the payment; one that is rejected or fails gives its claim back", func(b *books) {
			_, _, p := b.pay(b.session(1), 900)
			tooMuch := func(amount core.Money) {
				b.Helper()
				_, err := b.AddRefund(b.ctx(), press("request_refund"), giving(p, amount), told("refund_requested", ""))
				b.refused(err, till.ErrRefundTooMuch)
			}
			tooMuch(901)
			one := b.refund(p, 600)
			tooMuch(301)
			two := b.refund(p, 300)
			tooMuch(1)
			b.moveRefund(one, till.RefundRejected)
			tooMuch(601)
			three := b.refund(p, 600)
			b.moveRefund(two, till.RefundApproved, till.RefundUnknown, till.RefundFailed)
			b.moveRefund(three, till.RefundApproved, till.RefundDone)
			tooMuch(301)
			b.moveRefund(b.refund(p, 300), till.RefundApproved, till.RefundUnknown, till.RefundDone)
			tooMuch(1)
			p, err := b.Payment(b.ctx(), p.ID)
			b.must(err)
			b.yen("refunded", p.Refunded, 900)
		}},
		{"what is given back is booked, and all of it voids the sale", func(b *books) {
			sale, _, p := b.pay(b.session(1), 1000)
			b.moveRefund(b.refund(p, 400), till.RefundApproved, till.RefundDone)
			now, err := b.Sale(b.ctx(), sale.ID)
			b.must(err)
			b.same("after a part", now, sale)
			b.same("balances", b.balances(), map[ledger.Account]core.Money{
				"receivable:paypay": 600, "revenue:2026:13-01-02": -200, "revenue:2026:13-01-03": -400,
			})
			b.moveRefund(b.refund(p, 600), till.RefundApproved, till.RefundDone)
			now, err = b.Sale(b.ctx(), sale.ID)
			b.must(err)
			sale.State = till.SaleVoided
			b.same("after the rest", now, sale)
			for account, m := range b.balances() {
				b.yen(string(account), m, 0)
			}
			b.balanced()
		}},
		{"of two refunds under way at once the last voids the sale", func(b *books) {
			sale, _, p := b.pay(b.session(1), 1000)
			one, two := b.moveRefund(b.refund(p, 400), till.RefundApproved), b.moveRefund(b.refund(p, 600), till.RefundApproved)
			for _, r := range []till.Refund{one, two} { // both decided on p as it was before
				n := r
				n.State, n.DoneAt, n.BookedOn, n.NextAt = till.RefundDone, nine, today, time.Time{}
				booked, err := till.BookRefund(sale, p, n, today, nine)
				b.must(err)
				_, err = b.MoveRefund(b.ctx(), till.Command{}, r.State, n, &booked, told("refund_done", r.ID))
				b.must(err)
			}
			now, err := b.Sale(b.ctx(), sale.ID)
			b.must(err)
			b.same("sale", now.State, till.SaleVoided)
			b.balanced()
		}},
		{"a refund that is not what is booked is refused", func(b *books) {
			sale, _, p := b.pay(b.session(1), 900)
			r := b.moveRefund(b.refund(p, 300), till.RefundApproved)
			for name, spoil := range map[string]func(*till.Booking) *till.Booking{
				"nothing":         func(*till.Booking) *till.Booking { return nil },
				"another payment": func(bk *till.Booking) *till.Booking { bk.Of = "other"; return bk },
				"another amount":  func(bk *till.Booking) *till.Booking { bk.GaveBack++; return bk },
				"no entry":        func(bk *till.Booking) *till.Booking { bk.Entry = nil; return bk },
				"unbalanced":      func(bk *till.Booking) *till.Booking { bk.Entry.Postings[0].Amount++; return bk },
			} {
				n := r
				n.State, n.DoneAt, n.NextAt = till.RefundDone, nine, time.Time{}
				booked, err := till.BookRefund(sale, p, n, today, nine)
				b.must(err)
				if _, err := b.MoveRefund(b.ctx(), till.Command{}, r.State, n, spoil(&booked), told("refund_done", r.ID)); err == nil {
					b.Errorf("%s was taken", name)
				}
			}
			now, err := b.Refund(b.ctx(), r.ID)
			b.must(err)
			b.same("refund", now, r)
			b.yen("balance", b.balances()["receivable:paypay"], 900)
		}},
		{"refunds are listed by state, newest first", func(b *books) {
			s := b.session(1)
			var all []till.Refund
			for i := range 4 {
				_, _, p := b.pay(s, 900)
				n := giving(p, 300)
				n.RequestedAt = nine.Add(time.Duration(i) * time.Minute)
				r, err := b.AddRefund(b.ctx(), press("request_refund"), n, told("refund_requested", n.ID))
				b.must(err)
				all = append([]till.Refund{r}, all...)
			}
			all[0], all[2] = b.moveRefund(all[0], till.RefundApproved), b.moveRefund(all[2], till.RefundRejected)
			got, err := b.Refunds(b.ctx(), 10)
			b.must(err)
			b.same("all", got, all)
			got, err = b.Refunds(b.ctx(), 10, till.RefundRequested, till.RefundApproved)
			b.must(err)
			b.same("of two states", got, []till.Refund{all[0], all[1], all[3]})
			got, err = b.Refunds(b.ctx(), 1, till.RefundRequested)
			b.must(err)
			b.same("at most one", got, all[1:2])
		}},
		{"refunds that are due are claimed by one server at a time", func(b *books) {
			_, _, p := b.pay(b.session(1), 900)
			r := b.moveRefund(b.refund(p, 300), till.RefundApproved)
			b.refund(p, 100)
			got, err := b.ClaimRefunds(b.ctx(), "a", r.NextAt.Add(-1e6), time.Minute, 10)
			b.must(err)
			b.same("too early", len(got), 0)
			got, err = b.ClaimRefunds(b.ctx(), "a", r.NextAt, time.Minute, 10)
			b.must(err)
			b.same("claimed", got, []till.Refund{r})
			got, err = b.ClaimRefunds(b.ctx(), "b", r.NextAt, time.Minute, 10)
			b.must(err)
			b.same("by another", len(got), 0)
			r = b.moveRefund(r, till.RefundUnknown)
			got, err = b.ClaimRefunds(b.ctx(), "b", r.NextAt, time.Minute, 10)
			b.must(err)
			b.same("after a move", got, []till.Refund{r})
			got, err = b.ClaimRefunds(b.ctx(), "a", r.NextAt.Add(time.Minute), time.Minute, 10)
			b.must(err)
			b.same("after the lease", got, []till.Refund{r})
		}},
	}
}

func accountCases() []storeCase {
	return []storeCase{
		{"payments come by the day they were paid, of one provider or of all", func(b *books) {
			s := b.session(1)
			paid := func(provider string, at time.Time) till.Payment {
				n := trying(b.sale(s, 900))
				n.Provider = provider
				a, err := b.AddAttempt(b.ctx(), press("start_attempt"), n, told("attempt_created", n.ID))
				b.must(err)
				m := next(a, till.AttemptPaid)
				m.PaidAt = at
				_, err = b.MoveAttempt(b.ctx(), till.Command{}, a.State, m, b.booking(a.State, m), told("attempt_paid", a.ID))
				b.must(err)
				p, err := b.PaymentOf(b.ctx(), a.ID)
				b.must(err)
				return p
			}
			late := paid("paypay", today.Start().Add(24*time.Hour-time.Microsecond))
			early := paid("paypay", today.Start())
			other := paid("univapay", nine)
			after := paid("paypay", today.Add(1).Start())
			b.same("day and year", fmt.Sprint(late.PaidOn, after.PaidOn, late.FiscalYear), "2026-10-012026-10-022026")
			for _, c := range []struct {
				provider string
				from, to till.Day
				want     []till.Payment
			}{
				{"paypay", today, today, []till.Payment{early, late}},
				{"paypay", today, today.Add(1), []till.Payment{early, late, after}},
				{"", today, today.Add(1), []till.Payment{early, other, late, after}},
				{"univapay", today, today, []till.Payment{other}},
				{"cash", today, today, nil},
				{"paypay", today.Add(-9), today.Add(-1), nil},
			} {
				var got []till.Payment
				b.must(b.Payments(b.ctx(), c.provider, c.from, c.to, func(p till.Payment) error {
					got = append(got, p)
					return nil
				}))
				b.same(fmt.Sprintf("%q from %s to %s", c.provider, c.from, c.to), got, c.want)
			}
			stop := till.ErrNoOwner
			b.refused(b.Payments(b.ctx(), "", today, today, func(till.Payment) error { return stop }), stop)
			_, err := b.Payment(b.ctx(), "nothing")
			b.refused(err, till.ErrNoPayment)
			_, err = b.PaymentOf(b.ctx(), "nothing")
			b.refused(err, till.ErrNoPayment)
		}},
		{"entries and balances are of the days of booking", func(b *books) {
			s := b.session(1)
			on := func(day till.Day, total core.Money) ledger.Entry {
				sale := b.sale(s, total)
				a := b.attempt(sale)
				n := next(a, till.AttemptPaid)
				booked, err := till.BookPayment(sale, n, day, nine)
				b.must(err)
				_, err = b.MoveAttempt(b.ctx(), till.Command{}, a.State, n, &booked, told("attempt_paid", a.ID))
				b.must(err)
				return *booked.Entry
			}
			third, first, second := on("2026-10-03", 300), on("2026-10-01", 900), on("2026-10-02", 600)
			var got []ledger.Entry
			b.must(b.Entries(b.ctx(), "2026-10-01", "2026-10-02", func(e ledger.Entry) error {
				got = append(got, e)
				return nil
			}))
			b.same("of two days", got, []ledger.Entry{first, second})
			b.same("of all", b.entries(), []ledger.Entry{first, second, third})
			stop := till.ErrNoOwner
			b.refused(b.Entries(b.ctx(), "2026-10-01", "2026-10-01", func(ledger.Entry) error { return stop }), stop)
			for until, want := range map[till.Day]core.Money{"2026-09-30": 0, "2026-10-01": 900, "2026-10-02": 1500, "2026-10-03": 1800} {
				sums, err := b.Balances(b.ctx(), until)
				b.must(err)
				b.yen("balance until "+string(until), sums["receivable:paypay"], want)
			}
			b.balanced()
		}},
		{"events come in the order they happened, until they are delivered", func(b *books) {
			s := b.session(1)
			b.pay(s, 900)
			kept := told("contradiction", "x")
			kept.Outcome, kept.Session, kept.Sale, kept.Detail = "failed", s.ID, "sale", map[string]string{"why": "𠮷\x00", "from": "sent"}
			b.must(b.Keep(b.ctx(), kept))
			all, err := b.Events(b.ctx(), 10)
			b.must(err)
			var what []string
			for i, e := range all {
				what = append(what, e.What)
				if i > 0 && e.Seq <= all[i-1].Seq {
					b.Errorf("event %d has number %d after %d", i, e.Seq, all[i-1].Seq)
				}
			}
			b.same("events", what, []string{
				"till.counter", "till.open", "till.sale", "till.attempt_created", "till.attempt_paid", "till.contradiction",
			})
			kept.Seq = all[5].Seq
			b.same("kept", all[5], kept)
			some, err := b.Events(b.ctx(), 2)
			b.must(err)
			b.same("again, some", some, all[:2])
			b.must(b.Delivered(b.ctx(), all[3].Seq))
			b.must(b.Keep(b.ctx(), told("last", "y")))
			rest, err := b.Events(b.ctx(), 10)
			b.must(err)
			b.same("the rest", rest[:2], all[4:])
			b.same("and the new one", len(rest) == 3 && rest[2].What == "till.last" && rest[2].Seq > all[5].Seq, true)
			b.must(b.Delivered(b.ctx(), rest[2].Seq))
			b.must(b.Keep(b.ctx(), told("more", "z")))
			more, err := b.Events(b.ctx(), 10)
			b.must(err)
			b.same("a number is never given again", len(more) == 1 && more[0].Seq > rest[2].Seq, true)
		}},
		{"what is refused tells nothing", func(b *books) {
			sale, a, _ := b.pay(b.session(1), 900)
			before, err := b.Events(b.ctx(), 100)
			b.must(err)
			_, err = b.try(a, till.AttemptSent)
			b.refused(err, till.ErrMoved)
			_, err = b.EndSale(b.ctx(), press("drop_sale"), sale.ID, nine, told("drop", sale.ID))
			b.refused(err, till.ErrSalePaid)
			after, err := b.Events(b.ctx(), 100)
			b.must(err)
			b.same("events", after, before)
		}},
	}
}

func settlementCases() []storeCase {
	row := func(line int, at time.Time) till.SettlementRow {
		return till.SettlementRow{
			Line: line, Ours: core.NewID(nine), Ref: fmt.Sprint("ref", line), Kind: till.RowPaid, Amount: 900, Fee: 29, HasFee: true, At: at, Wallet: "paypay",
			Status: "完了", Detail: "PayPay残高 𠮷",
		}
	}
	file := func(sum string, rows ...till.SettlementRow) till.Settlement {
		return till.Settlement{
			ID: core.NewID(nine), Provider: "paypay", Name: "明細_202610.csv", Sum: sum, From: today, To: today.Add(1), By: accountant, At: nine, Rows: rows,
		}
	}
	add := func(b *books, s till.Settlement) (till.Settlement, bool) {
		b.Helper()
		got, again, err := b.AddSettlement(b.ctx(), press("import_settlement", s.Sum), s, told("settlement", s.ID))
		b.must(err)
		return got, again
	}
	rows := func(b *books, provider string, from, to till.Day) []till.SettlementRow {
		b.Helper()
		var got []till.SettlementRow
		b.must(b.Rows(b.ctx(), provider, from, to, func(r till.SettlementRow) error {
			got = append(got, r)
			return nil
		}))
		return got
	}
	return []storeCase{
		{"a file is kept in whole, and its rows come in the order of time", func(b *books) {
			late, early := row(2, nine.Add(time.Hour)), row(3, nine)
			next := row(4, today.Add(1).Start())
			next.Kind, next.HasFee, next.Fee = till.RowRefunded, false, 0
			n := file("aa", late, early, next)
			got, again := add(b, n)
			n.Rows = nil
			b.same("stored", got, n)
			b.same("again", again, false)
			b.same("of the day", rows(b, "paypay", today, today), []till.SettlementRow{early, late})
			b.same("of all days", rows(b, "paypay", today.Add(-1), today.Add(1)), []till.SettlementRow{early, late, next})
			b.same("of another provider", len(rows(b, "univapay", today, today)), 0)
			files, err := b.Settlements(b.ctx(), "paypay", today.Add(1), today.Add(9))
			b.must(err)
			b.same("files", files, []till.Settlement{n})
			files, err = b.Settlements(b.ctx(), "paypay", today.Add(2), today.Add(9))
			b.must(err)
			b.same("of other days", len(files), 0)
		}},
		{"the same file again changes nothing, under whatever name and key", func(b *books) {
			n := file("aa", row(2, nine))
			first, _ := add(b, n)
			before, err := b.Events(b.ctx(), 10)
			b.must(err)
			other := file("aa", row(2, nine), row(3, nine))
			other.Name = "コピー.csv"
			got, again := add(b, other)
			b.same("stored", got, first)
			b.same("again", again, true)
			b.same("rows", rows(b, "paypay", today, today), n.Rows)
			after, err := b.Events(b.ctx(), 10)
			b.must(err)
			b.same("events", after, before)
			other.Provider = "univapay"
			_, again = add(b, other)
			b.same("of another provider", again, false)
		}},
		{"a file that cannot be kept in whole is not kept at all", func(b *books) {
			twice := row(2, nine)
			var many []till.SettlementRow
			for i := range 1200 {
				many = append(many, row(i+2, nine))
			}
			n := file("aa", append(many, twice)...)
			if _, _, err := b.AddSettlement(b.ctx(), press("import_settlement"), n, told("settlement", n.ID)); err == nil {
				b.Fatal("a file with one line twice was taken")
			}
			b.same("rows", len(rows(b, "paypay", today, today)), 0)
			files, err := b.Settlements(b.ctx(), "paypay", today, today)
			b.must(err)
			b.same("files", len(files), 0)
			n.Rows = many
			add(b, n)
			b.same("rows", len(rows(b, "paypay", today, today)), 1200)
		}},
		{"a deposit is kept with its entry", func(b *books) {
			b.pay(b.session(1), 1000)
			d := till.Deposit{
				ID: core.NewID(nine), Provider: "paypay", From: today, To: today.Add(1), On: today.Add(5), Net: 968, Fee: 32, Note: "10月分", By: accountant, At: nine,
			}
			e, err := till.BookDeposit(d, nine)
			b.must(err)
			got, err := b.AddDeposit(b.ctx(), press("add_deposit"), d, e, told("deposit", d.ID))
			b.must(err)
			b.same("stored", got, d)
			for _, days := range [][2]till.Day{{today.Add(1), today.Add(9)}, {today.Add(-9), today}} {
				all, err := b.Deposits(b.ctx(), "paypay", days[0], days[1])
				b.must(err)
				b.same("deposits", all, []till.Deposit{d})
			}
			all, err := b.Deposits(b.ctx(), "paypay", today.Add(2), today.Add(9))
			b.must(err)
			b.same("of other days", len(all), 0)
			sums := b.balances()
			b.same("bank, fee, owed", fmt.Sprint(sums["bank"], sums["expense:fee:paypay"], sums["receivable:paypay"]), "968 32 0")
			b.balanced()
			d.ID = core.NewID(nine)
			if _, err := b.AddDeposit(b.ctx(), press("add_deposit"), d, e, told("deposit", d.ID)); err == nil {
				b.Errorf("the entry of another deposit was taken")
			}
		}},
	}
}
