package export_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/export"
	"yakusho/internal/till/ledger"
)

var (
	certificate = till.Category{Code: "13-01-02-03", Name: "戸籍住民基本台帳手数料"}
	use         = till.Category{Code: "13-01-01-05", Name: "施設使用料"}
)

// books are the books of one counter, written with the functions that write the real ones.
type books struct {
	t        testing.TB
	entries  map[till.Day][]ledger.Entry
	sales    map[core.ID]till.Sale
	payments map[core.ID]till.Payment
	refunds  map[core.ID]till.Refund
	reading  bool // an entry is being handed out: a question now would meet an open cursor
}

var _ export.Books = (*books)(nil)

// TestStoreIsBooks keeps the port of this package one that the real store satisfies.
var _ export.Books = till.Store(nil)

func newBooks(t testing.TB) *books {
	return &books{t, map[till.Day][]ledger.Entry{}, map[core.ID]till.Sale{}, map[core.ID]till.Payment{}, map[core.ID]till.Refund{}, false}
}

func (b *books) Entries(_ context.Context, from, to till.Day, each func(ledger.Entry) error) error {
	b.reading = true
	defer func() { b.reading = false }()
	for d := from; d <= to; d = d.Add(1) {
		for _, e := range b.entries[d] {
			if err := each(e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *books) Counters(context.Context) ([]till.Counter, error) {
	return []till.Counter{{ID: "counter", Number: 1, Name: "市民課 1番窓口"}}, nil
}

func get[T any](b *books, m map[core.ID]T, id core.ID) (T, error) {
	v, ok := m[id]
	switch {
	case b.reading:
		return v, fmt.Errorf("asked for %s while entries are read", id)
	case !ok:
		return v, fmt.Errorf("no %s", id)
	}
	return v, nil
}

func (b *books) Sale(_ context.Context, id core.ID) (till.Sale, error) { return get(b, b.sales, id) }

func (b *books) Payment(_ context.Context, id core.ID) (till.Payment, error) {
	return get(b, b.payments, id)
}

func (b *books) Refund(_ context.Context, id core.ID) (till.Refund, error) {
	return get(b, b.refunds, id)
}

func (b *books) enter(k till.Booking, err error) till.Booking {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	b.entries[till.Day(k.Entry.On)] = append(b.entries[till.Day(k.Entry.On)], *k.Entry)
	return k
}

// sell books a paid sale at noon of a day.
func (b *books) sell(on till.Day, wallet string, way till.Way, state till.AttemptState, lines ...till.Line) till.Payment {
	b.t.Helper()
	n := len(b.sales) + 1
	s := till.Sale{ID: core.ID(fmt.Sprintf("sale%022d", n)), Counter: "counter", Number: n, Day: on, Lines: lines, State: till.SalePaid}
	for _, l := range lines {
		s.Total += l.Amount()
	}
	noon := on.Start().Add(12 * time.Hour)
	k := b.enter(till.BookPayment(s, till.Attempt{
		Provider: wallet, Wallet: wallet, Way: way, Amount: s.Total, Ref: "R" + strconv.Itoa(n), PaidAt: noon, State: state,
	}, on, noon))
	b.sales[s.ID], b.payments[k.Payment.ID] = s, *k.Payment
	return *k.Payment
}

func (b *books) giveBack(p till.Payment, on till.Day, void bool, amount core.Money) {
	b.t.Helper()
	r := till.Refund{ID: core.NewID(on.Start()), Payment: p.ID, Sale: p.Sale, Void: void, Amount: amount, State: till.RefundDone}
	b.refunds[r.ID] = r
	b.enter(till.BookRefund(b.sales[p.Sale], p, r, on, on.Start()))
}

func residence(n int) till.Line {
	return till.Line{Code: "JUMIN", Name: "住民票の写し", Unit: "通", Category: certificate, Tax: till.TaxExempt, Price: 300, Count: n}
}

func hall() till.Line {
	return till.Line{Code: "HALL", Name: "市民ホール（午前）", Unit: "回", Category: use, Tax: till.TaxStandard, Price: 2_000, Count: 1}
}

func free() till.Line {
	l := residence(1)
	l.Reduction, l.Percent = "児童扶養手当", 100
	return l
}

// year is what happens around the end of a fiscal year.
func year(t testing.TB) *books {
	b := newBooks(t)
	b.sell("2027-03-31", "paypay", till.WayShow, till.AttemptPaid, residence(2), free())
	voided := b.sell("2027-03-31", "cash", till.WayCash, till.AttemptPaid, residence(1))
	b.giveBack(voided, "2027-03-31", true, 300)
	part := b.sell("2027-03-31", "paypay", till.WayScan, till.AttemptPaid, hall(), residence(1))
	b.giveBack(part, "2027-03-31", false, 1_150)
	late := b.sell("2027-03-31", "paypay", till.WayShow, till.AttemptPaid, hall())
	b.giveBack(late, "2027-04-02", false, 2_000)
	shown := b.sell("2027-04-01", "d_barai", till.WaySticker, till.AttemptShown, residence(3))
	b.enter(till.BookRetract(b.sales[shown.Sale], shown, "2027-04-05", till.Day("2027-04-05").Start()))
	b.sell("2027-04-01", "paypay", till.WayShow, till.AttemptPaid, residence(1))
	e, err := till.BookDeposit(till.Deposit{ID: "deposit", Provider: "paypay", On: "2027-04-10", Net: 1_712, Fee: 38}, till.Day("2027-04-10").Start())
	if err != nil {
		t.Fatal(err)
	}
	b.entries["2027-04-10"] = append(b.entries["2027-04-10"], e)
	return b
}

func rowsOf(t testing.TB, table export.Table) []export.Row {
	t.Helper()
	var all []export.Row
	if err := table.Rows(func(r export.Row) error { all = append(all, append(export.Row{}, r...)); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}
