package tilltest

import (
	"fmt"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

func catalogueCases() []storeCase {
	item := func(code string, price core.Money, from, to till.Day) till.Item {
		return till.Item{
			ID: core.NewID(nine), Code: code, Name: "住民票の写し", Group: "住民票・印鑑", Unit: "通", Price: price,
			Category: till.Category{Code: "13-01-02", Name: "戸籍住民基本台帳手数料"}, Tax: till.TaxExempt, Slip: till.SlipStatement, Order: 3, From: from, To: to,
		}
	}
	put := func(b *books, i till.Item) (till.Item, error) {
		return b.PutItem(b.ctx(), press("put_item", i.ID), i, told("item", i.ID))
	}
	return []storeCase{
		{"an item is kept as it is, and replaced by its id", func(b *books) {
			i := item("JUMIN", 300, "2026-04-01", "")
			i.Free, i.Limit = true, 9000
			got, err := put(b, i)
			b.must(err)
			b.same("stored", got, i)
			i.To, i.Name = "2027-03-31", "住民票"
			_, err = put(b, i)
			b.must(err)
			all, err := b.Items(b.ctx())
			b.must(err)
			b.same("price list", all, []till.Item{i})
		}},
		{"two items of one code never stand on one day", func(b *books) {
			old := item("JUMIN", 300, "2026-04-01", "2026-09-30")
			_, err := put(b, old)
			b.must(err)
			_, err = put(b, item("JUMIN", 350, "2026-09-30", ""))
			b.refused(err, till.ErrInUse)
			_, err = put(b, item("JUMIN", 350, "2026-01-01", "2026-04-01"))
			b.refused(err, till.ErrInUse)
			_, err = put(b, item("JUMIN", 350, "2026-01-01", ""))
			b.refused(err, till.ErrInUse)
			_, err = put(b, item("JUMIN", 350, "2026-10-01", ""))
			b.must(err)
			_, err = put(b, item("INKAN", 350, "2026-04-01", ""))
			b.must(err)
		}},
		{"the price of an item that was sold from stays, its end may be set", func(b *books) {
			i := item("JUMIN", 300, "2026-04-01", "")
			_, err := put(b, i)
			b.must(err)
			i.Price = 200 // a mistake of today is put right
			_, err = put(b, i)
			b.must(err)
			s := selling(b.session(1), 300)
			s.Lines[0].Item = i.ID
			_, err = b.FixSale(b.ctx(), press("fix_sale"), s, told("sale", s.ID))
			b.must(err)
			dearer := i
			dearer.Price = 400
			_, err = put(b, dearer)
			b.refused(err, till.ErrPriceFixed)
			i.To = "2026-10-01"
			_, err = put(b, i)
			b.must(err)
		}},
		{"reductions and designations are kept as they are, and replaced by their id", func(b *books) {
			r := till.Reduction{ID: core.NewID(nine), Name: "児童扶養手当", Percent: 50, From: "2026-04-01"}
			_, err := b.PutReduction(b.ctx(), press("put_reduction"), r, told("reduction", r.ID))
			b.must(err)
			r.To, r.Percent = "2027-03-31", 100
			_, err = b.PutReduction(b.ctx(), press("put_reduction"), r, told("reduction", r.ID))
			b.must(err)
			d := till.Designation{
				ID: core.NewID(nine), Wallet: "paypay", Trustee: "PayPay株式会社", Notice: "みほん市告示第 41 号", NoticedOn: "2026-03-20",
				Categories: []string{"13-01-02", "13-01-03"}, From: "2026-04-01", To: "2027-03-31",
			}
			every := till.Designation{ID: core.NewID(nine), Wallet: "d_barai", Trustee: "NTTドコモ", Notice: "同 42 号", NoticedOn: "2026-03-20", From: "2026-04-01"}
			for _, n := range []till.Designation{d, every} {
				_, err = b.PutDesignation(b.ctx(), press("put_designation"), n, told("designation", n.ID))
				b.must(err)
			}
			d.Notice = "みほん市告示第 43 号"
			_, err = b.PutDesignation(b.ctx(), press("put_designation"), d, told("designation", d.ID))
			b.must(err)
			reductions, err := b.Reductions(b.ctx())
			b.must(err)
			b.same("reductions", reductions, []till.Reduction{r})
			notices, err := b.Designations(b.ctx())
			b.must(err)
			b.same("designations", notices, []till.Designation{every, d})
		}},
		{"a counter has its stickers, and its number alone", func(b *books) {
			c := b.counter(2)
			st := till.Sticker{
				ID: core.NewID(nine), Counter: c.ID, Wallet: "paypay", Provider: "paypay", Label: "左", Payload: "https://qr.example/28", Shop: "みほん市",
				Registered: nine, By: accountant,
			}
			_, err := b.PutSticker(b.ctx(), press("put_sticker"), st, told("sticker", st.ID))
			b.must(err)
			st.Retired = true
			got, err := b.PutSticker(b.ctx(), press("put_sticker"), st, told("sticker", st.ID))
			b.must(err)
			b.same("sticker", got, st)
			c.Name, c.Printer = "税務課", "192.168.1.50:9100"
			first := b.counter(1)
			got2, err := b.PutCounter(b.ctx(), press("put_counter"), c, told("counter", c.ID))
			b.must(err)
			c.Stickers = []till.Sticker{st}
			b.same("counter", got2, c)
			all, err := b.Counters(b.ctx())
			b.must(err)
			b.same("counters", all, []till.Counter{first, c})

			taken := till.Counter{ID: core.NewID(nine), Number: 2, Name: "会計課"}
			_, err = b.PutCounter(b.ctx(), press("put_counter"), taken, told("counter", taken.ID))
			b.refused(err, till.ErrInUse)
			c.Retired = true
			_, err = b.PutCounter(b.ctx(), press("put_counter"), c, told("counter", c.ID))
			b.must(err)
			_, err = b.PutCounter(b.ctx(), press("put_counter"), taken, told("counter", taken.ID))
			b.must(err)
			st.ID, st.Counter = core.NewID(nine), "nowhere"
			_, err = b.PutSticker(b.ctx(), press("put_sticker"), st, told("sticker", st.ID))
			b.refused(err, till.ErrNoCounter)
		}},
		{"a display is paired once, and gone when it is retired", func(b *books) {
			c := b.counter(1)
			d := till.Display{ID: core.NewID(nine), Counter: c.ID, Secret: "ab12", Paired: nine, By: clerk}
			_, err := b.PutDisplay(b.ctx(), press("put_display"), d, told("display", d.ID))
			b.must(err)
			other := d
			other.ID = core.NewID(nine)
			_, err = b.PutDisplay(b.ctx(), press("put_display"), other, told("display", other.ID))
			b.refused(err, till.ErrInUse)
			all, err := b.Displays(b.ctx())
			b.must(err)
			b.same("displays", all, []till.Display{d})
			d.Retired = true
			_, err = b.PutDisplay(b.ctx(), press("put_display"), d, told("display", d.ID))
			b.must(err)
			all, err = b.Displays(b.ctx())
			b.must(err)
			b.same("displays", len(all), 0)
		}},
	}
}

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

func saleCases() []storeCase {
	return []storeCase{
		{"a sale is kept as it was sold, with the next number of its counter and day", func(b *books) {
			s := b.session(1)
			n := selling(s, 900)
			n.Lines[1].Reduction, n.Lines[1].Percent, n.Lines[1].Reason = "生活保護", 50, "理由"
			n.Total = n.Lines[0].Amount() + n.Lines[1].Amount()
			got, err := b.FixSale(b.ctx(), press("fix_sale"), n, told("sale", n.ID))
			b.must(err)
			n.Number = 1
			b.same("fixed", got, n)
			read, err := b.Sale(b.ctx(), n.ID)
			b.must(err)
			b.same("read", read, n)
			b.same("second", b.sale(s, 300).Number, 2)
			b.same("at another counter", b.sale(b.session(2), 300).Number, 1)
			b.closed(s)
			again := b.open(opening(till.Counter{ID: s.Counter}))
			b.same("after a second opening", b.sale(again, 300).Number, 3)
			_, err = b.Sale(b.ctx(), "nothing")
			b.refused(err, till.ErrNoSale)
		}},
		{"a sale of nothing is paid with that, and needs no attempt", func(b *books) {
			n := selling(b.session(1), 0)
			n.State, n.EndedAt = till.SalePaid, n.FixedAt
			got, err := b.FixSale(b.ctx(), press("fix_sale"), n, told("sale", n.ID))
			b.must(err)
			b.same("state", got.State, till.SalePaid)
			a := trying(got)
			a.Amount = 1
			_, err = b.AddAttempt(b.ctx(), press("start_attempt"), a, told("attempt_created", a.ID))
			b.refused(err, till.ErrSalePaid)
			n = selling(b.session(2), 900)
			n.State, n.EndedAt = till.SalePaid, n.FixedAt
			if _, err := b.FixSale(b.ctx(), press("fix_sale"), n, told("sale", n.ID)); err == nil {
				b.Errorf("a sale of 900 yen was born paid")
			}
		}},
		{"an open sale is given up, one with a live attempt or a payment is not", func(b *books) {
			s := b.session(1)
			end := func(sale till.Sale) (till.Sale, error) {
				return b.EndSale(b.ctx(), press("drop_sale", sale.ID), sale.ID, nine.Add(time.Hour), told("drop", sale.ID))
			}
			sale := b.sale(s, 900)
			a := b.attempt(sale)
			for _, to := range []till.AttemptState{till.AttemptSent, till.AttemptUnknown, till.AttemptCancelling, till.AttemptUnresolved} {
				_, err := end(sale)
				b.refused(err, till.ErrAttemptLive)
				a = b.move(a, to)
			}
			_, err := end(sale)
			b.refused(err, till.ErrAttemptLive)
			b.move(a, till.AttemptReversed)
			sale, err = end(sale)
			b.must(err)
			b.same("state and end", fmt.Sprint(sale.State, sale.EndedAt), fmt.Sprint(till.SaleDrop, nine.Add(time.Hour)))
			_, err = end(sale)
			b.refused(err, till.ErrSaleOver)
			_, err = b.AddAttempt(b.ctx(), press("start_attempt"), trying(sale), told("attempt_created", ""))
			b.refused(err, till.ErrSaleOver)

			paid, _, p := b.pay(s, 600)
			_, err = end(paid)
			b.refused(err, till.ErrSalePaid)
			b.moveRefund(b.refund(p, 600), till.RefundApproved, till.RefundDone)
			_, err = end(paid)
			b.refused(err, till.ErrSaleOver)
			_, err = end(till.Sale{ID: "nothing"})
			b.refused(err, till.ErrNoSale)
		}},
		{"an attempt is kept as it is, as the only live one of its sale", func(b *books) {
			s := b.session(1)
			sale := b.sale(s, 900)
			n := trying(sale)
			n.CodeHash, n.CodeTail, n.Thread, n.Way = "hash", "28…4021", "thread", till.WayScan
			a, err := b.AddAttempt(b.ctx(), press("start_attempt"), n, told("attempt_created", n.ID))
			b.must(err)
			n.Number, n.Version = 1, 1
			b.same("added", a, n)
			for _, to := range []till.AttemptState{till.AttemptSent, till.AttemptUnknown, till.AttemptCancelling, till.AttemptUnresolved} {
				_, err := b.AddAttempt(b.ctx(), press("start_attempt"), trying(sale), told("attempt_created", ""))
				b.refused(err, till.ErrAttemptLive)
				a = b.move(a, to)
			}
			_, err = b.AddAttempt(b.ctx(), press("start_attempt"), trying(sale), told("attempt_created", ""))
			b.refused(err, till.ErrAttemptLive)
			a = b.move(a, till.AttemptNotPaid)
			second := b.attempt(sale)
			b.same("number", second.Number, 2)
			second = b.move(second, till.AttemptSent, till.AttemptPaid)
			_, err = b.AddAttempt(b.ctx(), press("start_attempt"), trying(sale), told("attempt_created", ""))
			b.refused(err, till.ErrSalePaid)
			all, err := b.AttemptsOf(b.ctx(), sale.ID)
			b.must(err)
			b.same("attempts", all, []till.Attempt{a, second})
			read, err := b.Attempt(b.ctx(), a.ID)
			b.must(err)
			b.same("read", read, a)
			_, err = b.Attempt(b.ctx(), "nothing")
			b.refused(err, till.ErrNoAttempt)
			_, err = b.AddAttempt(b.ctx(), press("start_attempt"), trying(till.Sale{ID: "nothing", Session: s.ID, Total: 1}), told("attempt_created", ""))
			b.refused(err, till.ErrNoSale)
		}},
		{"an attempt is over the total of its own sale", func(b *books) {
			s := b.session(1)
			for name, spoil := range map[string]func(*till.Attempt){
				"amount":   func(a *till.Attempt) { a.Amount-- },
				"session":  func(a *till.Attempt) { a.Session = b.session(2).ID },
				"training": func(a *till.Attempt) { a.Training = true },
			} {
				a := trying(b.sale(s, 900))
				spoil(&a)
				if _, err := b.AddAttempt(b.ctx(), press("start_attempt"), a, told("attempt_created", a.ID)); err == nil {
					b.Errorf("another %s was taken", name)
				}
			}
		}},
		{"a code is shown once in 24 hours, unless it was refused", func(b *books) {
			s := b.session(1)
			show := func(sale till.Sale, after time.Duration) (till.Attempt, error) {
				a := trying(sale)
				a.CodeHash, a.CreatedAt = "hash", a.CreatedAt.Add(after)
				return b.AddAttempt(b.ctx(), press("start_attempt"), a, told("attempt_created", a.ID))
			}
			one, two := b.sale(s, 900), b.sale(s, 600)
			a, err := show(one, 0)
			b.must(err)
			_, err = show(two, 0)
			b.refused(err, till.ErrCodeReused)
			_, err = show(one, 0)
			b.refused(err, till.ErrAttemptLive) // says more than the code
			a = b.move(a, till.AttemptNotPaid)
			a, err = show(two, time.Second)
			b.must(err)
			a.Reason = till.ReasonCodeUsed
			b.move(a, till.AttemptNotPaid)
			_, err = show(one, 24*time.Hour)
			b.refused(err, till.ErrCodeReused)
			_, err = show(one, 24*time.Hour+time.Second)
			b.must(err)
		}},
		{"an attempt is found by the provider's own id", func(b *books) {
			s := b.session(1)
			a := b.attempt(b.sale(s, 900))
			a.Ref = "04500000000000000001"
			a = b.move(a, till.AttemptSent)
			got, err := b.AttemptByRef(b.ctx(), "paypay", a.Ref)
			b.must(err)
			b.same("found", got, a)
			_, err = b.AttemptByRef(b.ctx(), "univapay", a.Ref)
			b.refused(err, till.ErrNoAttempt)
			b.attempt(b.sale(s, 600))
			_, err = b.AttemptByRef(b.ctx(), "paypay", "")
			b.refused(err, till.ErrNoAttempt)
		}},
		{"sales are found by label, by ids of ours and of providers", func(b *books) {
			s := b.session(12)
			sale := b.sale(s, 900)
			a := b.attempt(sale)
			a.Ref = "UNI_100%x"
			a = b.move(a, till.AttemptSent, till.AttemptPaid)
			sale, err := b.Sale(b.ctx(), sale.ID)
			b.must(err)
			p, err := b.PaymentOf(b.ctx(), a.ID)
			b.must(err)
			r := b.refund(p, 100)
			later := selling(s, 300)
			later.FixedAt = nine.Add(time.Hour)
			later, err = b.FixSale(b.ctx(), press("fix_sale"), later, told("sale", later.ID))
			b.must(err)
			for text, want := range map[string][]till.Sale{
				"":                        {later, sale},
				sale.Label(12):            {sale},
				"12-0002":                 {later},
				string(sale.ID):           {sale},
				string(a.ID)[4:]:          {sale},
				string(p.ID):              {sale},
				string(r.ID):              {sale},
				"uni_100%":                {sale},
				"uni%100":                 nil,
				"見つからない":                  nil,
				string(later.ID) + "\x00": nil,
			} {
				got, err := b.SearchSales(b.ctx(), today, today, text, 10)
				b.must(err)
				b.same("found by "+text, got, want)
			}
			got, err := b.SearchSales(b.ctx(), "2026-10-02", "2026-10-03", "", 10)
			b.must(err)
			b.same("of other days", len(got), 0)
			got, err = b.SearchSales(b.ctx(), today, today, "12-", 1)
			b.must(err)
			b.same("at most one", got, []till.Sale{later})
		}},
	}
}
