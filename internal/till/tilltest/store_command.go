package tilltest

import (
	"fmt"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// orders are all methods that take a command, each as a press that can be made again.
func orders() map[string]func(b *books) func(till.Command) (any, error) {
	return map[string]func(b *books) func(till.Command) (any, error){
		"put item": func(b *books) func(till.Command) (any, error) {
			i := till.Item{ID: core.NewID(nine), Code: "JUMIN", Name: "住民票", Tax: till.TaxExempt, Slip: till.SlipStatement, From: "2026-04-01"}
			return func(c till.Command) (any, error) { return b.PutItem(b.ctx(), c, i, told("item", i.ID)) }
		},
		"put reduction": func(b *books) func(till.Command) (any, error) {
			r := till.Reduction{ID: core.NewID(nine), Name: "児童扶養手当", Percent: 50, From: "2026-04-01"}
			return func(c till.Command) (any, error) { return b.PutReduction(b.ctx(), c, r, told("reduction", r.ID)) }
		},
		"put designation": func(b *books) func(till.Command) (any, error) {
			d := till.Designation{ID: core.NewID(nine), Wallet: "paypay", Notice: "みほん市告示第 41 号", From: "2026-04-01"}
			return func(c till.Command) (any, error) {
				return b.PutDesignation(b.ctx(), c, d, told("designation", d.ID))
			}
		},
		"put counter": func(b *books) func(till.Command) (any, error) {
			n := till.Counter{ID: core.NewID(nine), Number: 7, Name: "市民課"}
			return func(c till.Command) (any, error) { return b.PutCounter(b.ctx(), c, n, told("counter", n.ID)) }
		},
		"put sticker": func(b *books) func(till.Command) (any, error) {
			st := till.Sticker{ID: core.NewID(nine), Counter: b.counter(1).ID, Wallet: "paypay", Registered: nine}
			return func(c till.Command) (any, error) { return b.PutSticker(b.ctx(), c, st, told("sticker", st.ID)) }
		},
		"put display": func(b *books) func(till.Command) (any, error) {
			d := till.Display{ID: core.NewID(nine), Counter: b.counter(1).ID, Secret: "ab", Paired: nine}
			return func(c till.Command) (any, error) { return b.PutDisplay(b.ctx(), c, d, told("display", d.ID)) }
		},
		"open": func(b *books) func(till.Command) (any, error) {
			s := opening(b.counter(1))
			return func(c till.Command) (any, error) { return b.Open(b.ctx(), c, s, told("open", s.ID)) }
		},
		"sign": func(b *books) func(till.Command) (any, error) {
			s := b.session(1)
			s.Close.SignedBy = clerk
			return func(c till.Command) (any, error) { return b.Sign(b.ctx(), c, s, told("sign", s.ID)) }
		},
		"close": func(b *books) func(till.Command) (any, error) {
			s := closing(b.signed(b.session(1)))
			return func(c till.Command) (any, error) { return b.Close(b.ctx(), c, s, "", told("close", s.ID)) }
		},
		"fix sale": func(b *books) func(till.Command) (any, error) {
			n := selling(b.session(1), 900)
			return func(c till.Command) (any, error) {
				n.ID = core.NewID(nine) // a service makes another id each time
				return b.FixSale(b.ctx(), c, n, told("sale", n.ID))
			}
		},
		"end sale": func(b *books) func(till.Command) (any, error) {
			s := b.sale(b.session(1), 900)
			return func(c till.Command) (any, error) { return b.EndSale(b.ctx(), c, s.ID, nine, told("drop", s.ID)) }
		},
		"add attempt": func(b *books) func(till.Command) (any, error) {
			s := b.sale(b.session(1), 900)
			return func(c till.Command) (any, error) {
				a := trying(s)
				a.CodeHash = "hash"
				return b.AddAttempt(b.ctx(), c, a, told("attempt_created", a.ID))
			}
		},
		"move attempt": func(b *books) func(till.Command) (any, error) {
			a := b.attempt(b.sale(b.session(1), 900))
			n := next(a, till.AttemptPaid)
			booked := b.booking(a.State, n)
			return func(c till.Command) (any, error) {
				return b.MoveAttempt(b.ctx(), c, a.State, n, booked, told("attempt_paid", a.ID))
			}
		},
		"add refund": func(b *books) func(till.Command) (any, error) {
			_, _, p := b.pay(b.session(1), 900)
			return func(c till.Command) (any, error) {
				r := giving(p, 500)
				return b.AddRefund(b.ctx(), c, r, told("refund_requested", r.ID))
			}
		},
		"move refund": func(b *books) func(till.Command) (any, error) {
			_, _, p := b.pay(b.session(1), 900)
			r := b.moveRefund(b.refund(p, 500), till.RefundApproved)
			sale, err := b.Sale(b.ctx(), p.Sale)
			b.must(err)
			n := r
			n.State, n.NextAt, n.DoneAt, n.BookedOn = till.RefundDone, time.Time{}, nine, today
			booked, err := till.BookRefund(sale, p, n, today, nine)
			b.must(err)
			return func(c till.Command) (any, error) {
				return b.MoveRefund(b.ctx(), c, r.State, n, &booked, told("refund_done", r.ID))
			}
		},
		"add settlement": func(b *books) func(till.Command) (any, error) {
			s := till.Settlement{ID: core.NewID(nine), Provider: "paypay", Sum: "aa", From: today, To: today, At: nine}
			s.Rows = []till.SettlementRow{{Line: 2, Kind: till.RowPaid, At: nine}}
			return func(c till.Command) (any, error) {
				got, _, err := b.AddSettlement(b.ctx(), c, s, told("settlement", s.ID))
				return got, err
			}
		},
		"add deposit": func(b *books) func(till.Command) (any, error) {
			d := till.Deposit{ID: core.NewID(nine), Provider: "paypay", From: today, To: today, On: today, Net: 968, Fee: 32, At: nine}
			return func(c till.Command) (any, error) {
				e, err := till.BookDeposit(d, nine)
				b.must(err)
				return b.AddDeposit(b.ctx(), c, d, e, told("deposit", d.ID))
			}
		},
	}
}

func commandCases() []storeCase {
	var out []storeCase
	for name, order := range orders() {
		out = append(out, storeCase{name + ": the same press again is answered and changes nothing, another under its key is refused", func(b *books) {
			send := order(b)
			c := press(name, "said")
			if _, done, err := b.Done(b.ctx(), c); done || err != nil {
				b.Errorf("done before it was sent: %t, %v", done, err)
			}
			first, err := send(c)
			b.must(err)
			after := b.everything()
			late := c
			late.At = nine.Add(time.Hour)
			for _, again := range []till.Command{c, late} {
				got, err := send(again)
				b.must(err)
				b.same("answer", got, first)
			}
			id, done, err := b.Done(b.ctx(), c)
			b.must(err)
			if !done || id == "" {
				b.Errorf("done: %t, made %q", done, id)
			}
			for what, spoil := range map[string]func(*till.Command){
				"hash":    func(c *till.Command) { c.Hash += "!" },
				"person":  func(c *till.Command) { c.By = accountant },
				"purpose": func(c *till.Command) { c.What += "!" },
			} {
				other := c
				spoil(&other)
				if _, err := send(other); err == nil {
					b.Errorf("another %s was taken", what)
				} else {
					b.refused(err, till.ErrKeyReused)
				}
				_, _, err := b.Done(b.ctx(), other)
				b.refused(err, till.ErrKeyReused)
			}
			b.same("everything", b.everything(), after)
			b.balanced()
		}})
	}
	return append(out,
		storeCase{"a command that was refused may be sent again", func(b *books) {
			s := b.session(1)
			sale := b.sale(s, 900)
			live := b.attempt(sale)
			a := trying(sale)
			c := press("start_attempt")
			_, err := b.AddAttempt(b.ctx(), c, a, told("attempt_created", a.ID))
			b.refused(err, till.ErrAttemptLive)
			b.move(live, till.AttemptNotPaid)
			a, err = b.AddAttempt(b.ctx(), c, a, told("attempt_created", a.ID))
			b.must(err)
			b.same("number", a.Number, 2)
		}},
		storeCase{"a press that comes again later is answered with what became of it", func(b *books) {
			s := b.session(1)
			sale := b.sale(s, 900)
			c := press("start_attempt")
			a, err := b.AddAttempt(b.ctx(), c, trying(sale), told("attempt_created", ""))
			b.must(err)
			a = b.move(a, till.AttemptPaid)
			b.closed(s)
			got, err := b.AddAttempt(b.ctx(), c, trying(sale), told("attempt_created", ""))
			b.must(err)
			b.same("attempt", got, a)
		}},
		storeCase{"the driver's moves need no key", func(b *books) {
			s := b.session(1)
			for range 2 {
				b.move(b.attempt(b.sale(s, 900)), till.AttemptSent, till.AttemptPaid)
			}
			_, done, err := b.Done(b.ctx(), till.Command{})
			b.must(err)
			b.same("done", done, false)
		}},
	)
}

// everything is all that a store tells, as text.
func (b *books) everything() string {
	b.Helper()
	var out string
	note := func(v any, err error) {
		b.Helper()
		b.must(err)
		out += fmt.Sprintf("%+v\n", v)
	}
	ctx := b.ctx()
	items, err := b.Items(ctx)
	note(items, err)
	reductions, err := b.Reductions(ctx)
	note(reductions, err)
	notices, err := b.Designations(ctx)
	note(notices, err)
	counters, err := b.Counters(ctx)
	note(counters, err)
	displays, err := b.Displays(ctx)
	note(displays, err)
	sessions, err := b.Sessions(ctx, "2000-01-01", "2100-01-01")
	note(sessions, err)
	for _, s := range sessions {
		book, err := b.Book(ctx, s.ID)
		note(book, err)
	}
	files, err := b.Settlements(ctx, "paypay", "2000-01-01", "2100-01-01")
	note(files, err)
	note("rows", b.Rows(ctx, "paypay", "2000-01-01", "2100-01-01", func(r till.SettlementRow) error {
		out += fmt.Sprintf("%+v\n", r)
		return nil
	}))
	deposits, err := b.Deposits(ctx, "paypay", "2000-01-01", "2100-01-01")
	note(deposits, err)
	note(b.entries(), nil)
	note(b.balances(), nil)
	events, err := b.Events(ctx, 1000)
	note(events, err)
	return out
}
