package tilltest

import (
	"fmt"
	"time"

	"yakusho/internal/till"
)

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
