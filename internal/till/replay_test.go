package till_test

import (
	"context"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/testkit"
	"yakusho/internal/till"
)

// press is one command with a key of its own. other says something else by the same key.
type press struct {
	name string
	do   func(key string, other bool) (core.ID, error)
	then func() // what happens before the next one
}

func pick[T any](other bool, a, b T) T {
	if other {
		return b
	}
	return a
}

// day is a whole life of a counter, press by press: a void, a refund, a sticker, somebody who leaves, an attempt nobody
// knows the end of, the close, a file, a deposit.
func (h *house) day() []press {
	var s till.Session
	var one, two, three, four, five till.Sale
	var paid, shown, live, lost till.Attempt
	var void, refund till.Refund
	var file []byte
	fix := func(into *till.Sale, n int) func(string, bool) (core.ID, error) {
		return func(key string, other bool) (core.ID, error) {
			sale, err := h.desk.Fix(clerk, key, s.ID, []till.Choice{{Item: h.item, Count: n + pick(other, 0, 1)}})
			if !other && err == nil {
				*into = sale
			}
			return sale.ID, err
		}
	}
	charge := func(of *till.Sale, into *till.Attempt, with till.Pay) func(string, bool) (core.ID, error) {
		return func(key string, other bool) (core.ID, error) {
			a, err := h.desk.Charge(clerk, key, of.ID, pick(other, with, till.Pay{Way: till.WayCash, Tendered: 5}))
			if !other && err == nil {
				*into = a
			}
			return a.ID, err
		}
	}
	request := func(of *till.Sale, into *till.Refund, amount core.Money, void bool) func(string, bool) (core.ID, error) {
		return func(key string, other bool) (core.ID, error) {
			r, err := h.desk.RequestRefund(clerk, key, till.RefundRequest{Sale: of.ID, Amount: amount, Void: void, Reason: pick(other, "誤り", "別の理由")})
			if !other && err == nil {
				*into = r
			}
			return r.ID, err
		}
	}
	decide := func(by context.Context, of *till.Refund) func(string, bool) (core.ID, error) {
		return func(key string, other bool) (core.ID, error) {
			r, err := h.desk.DecideRefund(by, key, of.ID, !other)
			return r.ID, err
		}
	}
	version := int64(0)
	at := h.clock.Now()
	return []press{
		{"open", func(key string, other bool) (core.ID, error) {
			got, err := h.desk.Open(clerk, key, h.counter, pick(other, core.Money(0), 1), []till.Scanned{{Sticker: h.sticker.ID, Payload: h.sticker.Payload}}, false)
			if !other {
				s = got
			}
			return got.ID, err
		}, nil},
		{"fix", fix(&one, 1), nil},
		{"charge", charge(&one, &paid, show()), func() {
			h.started(paid.ID)
			h.paypay.paid()
			h.later(3 * time.Second)
			h.paypay.does("query", nil)
		}},
		{"ask for a void", request(&one, &void, 300, true), nil},
		{"agree to a void", decide(second, &void), func() { h.later(time.Second) }},
		{"fix for cash", fix(&two, 2), nil},
		{"charge cash", charge(&two, new(till.Attempt), cash()), nil},
		{"ask for a refund", request(&two, &refund, 100, false), nil},
		{"agree to a refund", decide(accountant, &refund), func() { h.later(time.Second) }},
		{"fix for the sticker", fix(&three, 3), nil},
		{"charge by sticker", charge(&three, &shown, sticker()), func() { h.started(shown.ID) }},
		{"tick", func(key string, other bool) (core.ID, error) {
			a, err := h.desk.Shown(clerk, key, shown.ID, till.Tick{Amount: 900, At: at, Tail: pick(other, "4021", "4022")})
			return a.ID, err
		}, nil},
		{"fix for somebody who leaves", fix(&four, 1), nil},
		{"charge him", charge(&four, &live, show()), func() { h.started(live.ID) }},
		{"cancel", func(key string, other bool) (core.ID, error) {
			a, err := h.desk.Cancel(clerk, key, pick(other, live.ID, shown.ID))
			return a.ID, err
		}, func() { h.later(3 * time.Second) }},
		{"drop", func(key string, other bool) (core.ID, error) {
			sale, err := h.desk.Drop(clerk, key, pick(other, four.ID, two.ID))
			return sale.ID, err
		}, func() { five, lost = h.lost(s, 1); _ = five }},
		{"own", func(key string, other bool) (core.ID, error) {
			a, err := h.office.Own(accountant, key, lost.ID, "yamada", pick(other, "照会中", "別の話"))
			return a.ID, err
		}, func() {
			now, err := h.store.Session(ctx, s.ID)
			h.must(err)
			version = now.Version
		}},
		{"sign", func(key string, other bool) (core.ID, error) {
			got, err := h.desk.Sign(clerk, key, s.ID, version, till.Signing{Counted: pick(other, core.Money(500), 501), Owner: "yamada"}, "山田")
			return got.ID, err
		}, nil},
		{"close", func(key string, other bool) (core.ID, error) {
			got, err := h.desk.Close(second, key, pick(other, s.ID, "another"))
			return got.ID, err
		}, func() {
			h.clock.Advance(24 * time.Hour)
			file = settled(h.t, till.SettlementRow{Ref: "0000004021", Kind: till.RowPaid, Amount: 900, At: at, Wallet: "paypay"})
		}},
		{"decide", func(key string, other bool) (core.ID, error) {
			a, err := h.office.Decide(accountant, key, lost.ID, till.AttemptPaid, pick(other, "確かめた", "別の話"))
			return a.ID, err
		}, nil},
		{"import", func(key string, other bool) (core.ID, error) {
			got, _, err := h.office.Import(accountant, key, "paypay", "file.csv", pick(other, file, []byte("[]")))
			return got.ID, err
		}, nil},
		{"deposit", func(key string, other bool) (core.ID, error) {
			got, err := h.office.AddDeposit(accountant, key, till.Deposit{
				Provider: "paypay", From: "2026-10-01", To: "2026-10-01", On: "2026-10-15", Net: pick(other, core.Money(870), 871), Fee: 30,
			})
			return got.ID, err
		}, nil},
	}
}

// started waits for the first answer of a provider.
func (h *house) started(id core.ID) {
	h.t.Helper()
	testkit.Eventually(h.t, 20*time.Second, func() bool { return h.attempt(id).State != till.AttemptCreated })
}

func (h *house) put() []press {
	named := func(other bool) string { return pick(other, "名前", "別の名前") }
	return []press{
		{"an item", func(key string, other bool) (core.ID, error) {
			got, err := h.office.PutItem(accountant, key, till.Item{
				Code: "X", Name: named(other), Unit: "通", Price: 1, Category: till.Category{Code: "1", Name: "科目"}, Tax: till.TaxExempt,
				Slip: till.SlipStatement, From: "2026-04-01",
			})
			return got.ID, err
		}, nil},
		{"a reduction", func(key string, other bool) (core.ID, error) {
			got, err := h.office.PutReduction(accountant, key, till.Reduction{Name: named(other), Percent: 10, From: "2026-04-01"})
			return got.ID, err
		}, nil},
		{"a designation", func(key string, other bool) (core.ID, error) {
			got, err := h.office.PutDesignation(accountant, key, till.Designation{
				Wallet: "au_pay", Trustee: named(other), Notice: "告示", NoticedOn: "2026-03-01", From: "2026-04-01",
			})
			return got.ID, err
		}, nil},
		{"a counter", func(key string, other bool) (core.ID, error) {
			got, err := h.office.PutCounter(admin, key, till.Counter{Number: 9, Name: named(other)})
			return got.ID, err
		}, nil},
		{"a sticker", func(key string, other bool) (core.ID, error) {
			got, err := h.office.PutSticker(accountant, key, till.Sticker{
				Counter: h.counter, Wallet: "paypay", Provider: "paypay", Label: named(other), Payload: h.sticker.Payload,
			})
			return got.ID, err
		}, nil},
		{"a display", func(key string, other bool) (core.ID, error) {
			got, err := h.office.PairDisplay(clerk, key, h.counter, named(other))
			return got.ID, err
		}, nil},
	}
}

func TestEveryPressAgainIsDoneOnceAndAnotherOneByItsKeyIsRefused(t *testing.T) {
	t.Parallel()
	for name, presses := range map[string]func(*house) []press{"a day": (*house).day, "the price list": (*house).put} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			h.events()
			made := map[string]core.ID{}
			day := presses(h)
			for _, p := range day {
				for range 2 {
					id, err := p.do("press "+p.name, false)
					if err != nil || id == "" || made[p.name] != "" && made[p.name] != id {
						t.Fatalf("%s made %q, before %q: %v", p.name, id, made[p.name], err)
					}
					made[p.name] = id
				}
				if p.then != nil {
					p.then()
				}
			}
			h.round()
			before, events := h.balances(), len(h.events())
			if events < len(day) {
				t.Errorf("%d events of %d presses", events, len(day))
			}
			for _, p := range day { // in the evening, when all of it is over
				if id, err := p.do("press "+p.name, false); err != nil || id != made[p.name] {
					t.Errorf("%s again, late: %q, not %q: %v", p.name, id, made[p.name], err)
				}
				_, err := p.do("press "+p.name, true)
				if !isReused(err) {
					t.Errorf("%s with something else by the same key: %v", p.name, err)
				}
			}
			h.round()
			h.same("books after all presses again", h.balances(), before)
			if again := h.events(); len(again) != 0 {
				t.Errorf("told again: %+v", again)
			}
			if name == "a day" {
				h.same("books", before, map[string]core.Money{
					"cash:" + string(h.counter): 500, "revenue:2026:13-01": -500 - 900 - 300, "receivable:paypay": 900 + 300 - 900, "bank": 870, "expense:fee:paypay": 30,
				})
			}
		})
	}
}

func isReused(err error) bool {
	return core.KindOf(err) == core.KindConflict && codeOf(err) == till.ErrKeyReused.Code
}

func TestAKeyIsOneOfAPersonAndOfReasonableLength(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	choice := []till.Choice{{Item: h.item, Count: 1}}
	for _, k := range []string{"", string(make([]byte, 65))} {
		_, err := h.desk.Fix(clerk, k, s.ID, choice)
		h.refused(err, till.ErrKey)
	}
	_, err := h.desk.Fix(clerk, "mine", s.ID, choice)
	h.must(err)
	_, err = h.desk.Fix(second, "mine", s.ID, choice)
	h.refused(err, till.ErrKeyReused)
	_, err = h.desk.Drop(clerk, "mine", "x")
	if err == nil {
		t.Error("the key of a sale drops one")
	}
	// What was refused is not remembered: the same press may succeed later.
	_, err = h.desk.Fix(clerk, "early", "no such session", choice)
	h.refused(err, till.ErrNoSession)
	_, err = h.desk.Fix(clerk, "early", s.ID, choice)
	h.must(err)
}
