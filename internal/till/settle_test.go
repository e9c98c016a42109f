package till_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

func row(kind till.RowKind, ours core.ID, ref string, amount core.Money, at time.Time) till.SettlementRow {
	return till.SettlementRow{Ours: ours, Ref: ref, Kind: kind, Amount: amount, At: at, Wallet: "paypay", Status: string(kind)}
}

func (h *house) bring(file []byte) till.Settlement {
	h.t.Helper()
	s, problems, err := h.office.Import(accountant, key(), "paypay", "file.csv", file)
	h.must(err)
	if len(problems) != 0 {
		h.t.Fatal(problems)
	}
	return s
}

func (h *house) match(from, to till.Day) till.Match {
	h.t.Helper()
	m, err := h.office.Match(accountant, "paypay", from, to)
	h.must(err)
	return m
}

func kinds(m till.Match) []till.DifferenceKind {
	var out []till.DifferenceKind
	for _, d := range m.Differences {
		out = append(out, d.Kind)
	}
	return out
}

func TestAFileConfirmsWhatWasShownAndTheBankWhatIsOwed(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	_, paid := h.pay(s, 2)
	_, shown := h.shown(s, 1, "4021")
	now := h.clock.Now()
	file := settled(t, row(till.RowPaid, paid.ID, paid.Ref, 600, now), row(till.RowPaid, "", "05550000004021", 300, now.Add(time.Minute)))
	h.close(s, "")
	stored := h.bring(file)
	if stored.From != "2026-10-01" || stored.To != "2026-10-01" || stored.By != "accountant" || len(stored.Rows) != 2 {
		t.Errorf("%+v", stored)
	}
	if a := h.attempt(shown.ID); a.State != till.AttemptPaid || a.Reason != till.ReasonFile || a.Ref != "05550000004021" {
		t.Errorf("%s (%s) %q", a.State, a.Reason, a.Ref)
	}
	h.same("books", h.balances(), map[string]core.Money{"receivable:paypay": 900, "revenue:2026:13-01": -900})

	again := h.bring(file)
	if again.ID != stored.ID {
		t.Errorf("the same file is %s and %s", stored.ID, again.ID)
	}
	_, err := h.office.AddDeposit(accountant, key(), till.Deposit{Provider: "paypay", From: "2026-10-01", To: "2026-10-01", On: "2026-10-15", Net: 882, Fee: 18})
	h.must(err)
	h.same("books", h.balances(), map[string]core.Money{"bank": 882, "expense:fee:paypay": 18, "revenue:2026:13-01": -900})
	m := h.match("2026-10-01", "2026-10-01")
	if !m.Covered || len(m.Differences) != 0 || len(m.Files) != 1 || m.Banked != 882 || m.BankedFee != 18 {
		t.Errorf("%+v", m)
	}
	h.same("total", m.Total, till.WalletMatch{BooksCount: 2, Books: 900, FileCount: 2, File: 900})
}

func TestAFileWithAProblemChangesNothing(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	h.shown(s, 1, "4021")
	before := h.balances()
	h.events()
	_, problems, err := h.office.Import(accountant, key(), "paypay", "broken.csv", []byte("決済番号,"))
	h.refused(err, till.ErrFile)
	if len(problems) != 1 || problems[0].Line != 1 || problems[0].Message == "" {
		t.Errorf("%+v", problems)
	}
	_, _, err = h.office.Import(accountant, key(), "cash", "cash.csv", []byte("[]"))
	h.refused(err, till.ErrProvider) // a drawer has no files
	_, _, err = h.office.Import(accountant, key(), "nobody", "file.csv", []byte("[]"))
	h.refused(err, till.ErrProvider)
	files, err := h.store.Settlements(ctx, "paypay", "2000-01-01", "2099-12-31")
	if err != nil || len(files) != 0 || len(h.events()) != 0 {
		t.Errorf("%d files are kept: %v", len(files), err)
	}
	h.same("books", h.balances(), before)
}

// TestAnImportThatACrashCutShortIsFinishedByTheNext is a file that is stored, and a power cut before anything was
// concluded from it.
func TestAnImportThatACrashCutShortIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	for name, finish := range map[string]func(h *house, file []byte){
		"the same file again": func(h *house, file []byte) { h.bring(file) },
		"by two servers at once": func(h *house, _ []byte) {
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if err := h.office.Conclude(ctx, "paypay", "2026-10-01", "2026-10-01"); err != nil {
						h.t.Error(err)
					}
				})
			}
			wg.Wait()
		},
		"at the next start": func(h *house, _ []byte) { h.office.Resume(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			s := h.open()
			_, shown := h.shown(s, 1, "4021")
			_, lost := h.lost(s, 1)
			file := settled(t, row(till.RowPaid, lost.ID, "R1", 300, h.clock.Now()), row(till.RowPaid, "", "4021", 300, h.clock.Now()))
			rows, _ := h.paypay.ParseSettlement(file)
			_, _, err := h.store.AddSettlement(ctx, till.Command{}, till.Settlement{
				ID: core.NewID(h.clock.Now()), Provider: "paypay", Name: "file.csv", Sum: sum(file), From: "2026-10-01", To: "2026-10-01",
				By: "accountant", At: h.clock.Now(), Rows: rows,
			}, till.Event{})
			h.must(err)
			finish(h, file)
			finish(h, file)
			if a, b := h.attempt(shown.ID), h.attempt(lost.ID); a.State != till.AttemptPaid || b.State != till.AttemptPaid {
				t.Errorf("shown is %s, lost is %s", a.State, b.State)
			}
			h.same("books", h.balances(), map[string]core.Money{"receivable:paypay": 600, "revenue:2026:13-01": -600})
			m := h.match("2026-10-01", "2026-10-01")
			if len(m.Files) != 1 || len(m.Differences) != 0 {
				t.Errorf("%+v", m)
			}
		})
	}
}

func TestWhatWasTakenAndWentBackIsNotPaid(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	_, lost := h.lost(s, 1)
	now := h.clock.Now()
	h.bring(settled(t, row(till.RowPaid, lost.ID, "R1", 300, now), row(till.RowRefunded, "", "R1", 300, now.Add(time.Minute))))
	if a := h.attempt(lost.ID); a.State != till.AttemptUnresolved {
		t.Errorf("%s", a.State)
	}
	h.same("books", h.balances(), map[string]core.Money{})
	if m := h.match("2026-10-01", "2026-10-01"); len(m.Differences) != 0 {
		t.Errorf("%+v", m.Differences)
	}
	_, err := h.office.Decide(accountant, key(), lost.ID, till.AttemptReversed, "精算ファイルに返金がある")
	h.must(err)
}

func TestAStickerPaymentThatWentBackByBankTransferIsConfirmedInFull(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	sale, voided := h.shown(s, 1, "4021")
	partly, part := h.shown(s, 2, "4022")
	for of, amount := range map[core.ID]core.Money{sale.ID: 300, partly.ID: 200} {
		back, err := h.desk.RequestRefund(clerk, key(), till.RefundRequest{Sale: of, Amount: amount, Reason: "誤り"})
		h.must(err)
		_, err = h.desk.DecideRefund(accountant, key(), back.ID, true)
		h.must(err)
	}
	h.round()
	h.same("books before", h.balances(), map[string]core.Money{"shown:paypay": 900, "bank": -500, "revenue:2026:13-01": -400})
	if h.paypay.count("refund") != 0 {
		t.Error("the provider was asked to give back what it knows nothing of")
	}
	now := h.clock.Now()
	h.bring(settled(t,
		row(till.RowPaid, "", "4021", 300, now), row(till.RowPaid, "", "4022", 600, now),
	))
	if a, b := h.attempt(voided.ID), h.attempt(part.ID); a.State != till.AttemptPaid || b.State != till.AttemptPaid {
		t.Errorf("voided is %s, in part %s", a.State, b.State)
	}
	if h.state(sale.ID) != till.SaleVoided || h.state(partly.ID) != till.SalePaid {
		t.Errorf("all back: %s, a part: %s", h.state(sale.ID), h.state(partly.ID))
	}
	h.same("books", h.balances(), map[string]core.Money{"receivable:paypay": 900, "bank": -500, "revenue:2026:13-01": -400})
	m := h.match("2026-10-01", "2026-10-01")
	h.same("differences", m.Differences, []till.Difference(nil))
	h.same("total", m.Total, till.WalletMatch{BooksCount: 2, Books: 900, FileCount: 2, File: 900})
}

func TestWhatWasShownAndNeverCameIsRetracted(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	sale, shown := h.shown(s, 2, "4021")
	h.close(s, "")
	h.bring(settled(t, row(till.RowPaid, "", "R9", 100, h.clock.Now())))
	m := h.match("2026-10-01", "2026-10-01")
	h.same("differences", kinds(m), []till.DifferenceKind{till.OnlyBooks, till.OnlyFile})
	h.clock.Advance(7 * 24 * time.Hour)
	_, err := h.office.Decide(accountant, key(), shown.ID, till.AttemptNotPaid, "精算に載らず、決済事業者の回答も支払いなし")
	h.must(err)
	h.same("books", h.balances(), map[string]core.Money{})
	if h.state(sale.ID) != till.SaleDrop {
		t.Errorf("the sale is %s", h.state(sale.ID))
	}
	before, err := h.store.Balances(ctx, "2026-10-07")
	h.must(err)
	if before["shown:paypay"] != 600 {
		t.Errorf("%v", before)
	}
	h.same("differences once it is decided", kinds(h.match("2026-10-01", "2026-10-01")), []till.DifferenceKind{till.OnlyFile})
	h.bring(settled(t, row(till.RowPaid, "", "994021", 600, h.clock.Now().Add(-7*24*time.Hour)))) // a file that has it after all
	if a := h.attempt(shown.ID); a.State != till.AttemptNotPaid {
		t.Errorf("a file undid what a person decided: %s", a.State)
	}
	if m := h.match("2026-10-01", "2026-10-01"); len(m.Differences) != 2 {
		t.Errorf("%+v", m.Differences)
	}
}

func TestADepositIsCheckedBeforeItIsBooked(t *testing.T) {
	t.Parallel()
	h := build(t)
	good := till.Deposit{Provider: "paypay", From: "2026-10-01", To: "2026-10-15", On: "2026-10-31", Net: 900}
	for name, spoil := range map[string]func(*till.Deposit){
		"of nobody":       func(d *till.Deposit) { d.Provider = "" },
		"of nothing":      func(d *till.Deposit) { d.Net = 0 },
		"less than none":  func(d *till.Deposit) { d.Net = -1 },
		"a negative fee":  func(d *till.Deposit) { d.Fee = -1 },
		"no day":          func(d *till.Deposit) { d.On = "" },
		"no end":          func(d *till.Deposit) { d.To = "" },
		"backwards":       func(d *till.Deposit) { d.To = "2026-09-30" },
		"an unlikely sum": func(d *till.Deposit) { d.Net = 10_000_000_001 },
	} {
		d := good
		spoil(&d)
		if _, err := h.office.AddDeposit(accountant, key(), d); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, nobody := range []string{"nobody", "cash", till.StickerProvider} {
		d := good
		d.Provider = nobody
		_, err := h.office.AddDeposit(accountant, key(), d)
		h.refused(err, till.ErrProvider)
	}
	h.same("books", h.balances(), map[string]core.Money{})
	_, err := h.office.AddDeposit(accountant, key(), good)
	h.must(err)
	h.same("books", h.balances(), map[string]core.Money{"bank": 900, "receivable:paypay": -900})
}

func TestAFileOfManyDaysIsMatchedDayByDay(t *testing.T) {
	t.Parallel()
	h := build(t)
	var rows []till.SettlementRow
	for range 3 {
		s := h.open()
		_, a := h.pay(s, 1)
		rows = append(rows, row(till.RowPaid, a.ID, a.Ref, 300, a.PaidAt))
		h.close(s, "")
		h.clock.Set(till.DayOf(h.clock.Now()).Add(1).Start().Add(9 * time.Hour))
	}
	h.bring(settled(t, slices.Delete(slices.Clone(rows), 1, 2)...))
	if m := h.match("2026-10-01", "2026-10-01"); !m.Covered || len(m.Differences) != 0 || m.Total.File != 300 {
		t.Errorf("%+v", m)
	}
	h.same("the day between", kinds(h.match("2026-10-02", "2026-10-02")), []till.DifferenceKind{till.OnlyBooks})
	if m := h.match("2026-10-01", "2026-10-04"); m.Covered || m.Total.Books != 900 || m.Total.File != 600 {
		t.Errorf("%+v", m)
	}
	if d := h.match("2026-10-02", "2026-10-02").Differences[0]; d.Yen() != -300 || d.Words == "" {
		t.Errorf("%+v", d)
	}
}

func TestMoneyThatGoesBackOnALaterDayIsNoDifferenceOnEither(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	sale, a := h.pay(s, 3)
	stuck, shown := h.shown(s, 1, "4021")
	paidAt := h.clock.Now()
	h.close(s, "")
	h.bring(settled(t, row(till.RowPaid, a.ID, a.Ref, 900, paidAt), row(till.RowPaid, "", "774021", 300, paidAt)))
	h.clock.Set(till.Day("2026-10-05").Start().Add(10 * time.Hour))
	var rows []till.SettlementRow
	for of, ref := range map[core.ID]string{sale.ID: a.Ref, stuck.ID: ""} { // what was paid by sticker goes back by bank transfer
		back, err := h.desk.RequestRefund(clerk, key(), till.RefundRequest{Sale: of, Amount: 300, Reason: "過納"})
		h.must(err)
		_, err = h.desk.DecideRefund(accountant, key(), back.ID, true)
		h.must(err)
		if ref != "" {
			rows = append(rows, row(till.RowRefunded, back.ID, ref, 300, h.clock.Now()))
		}
	}
	h.round()
	if m := h.match("2026-10-01", "2026-10-01"); len(m.Differences) != 1 { // until the file says so
		t.Errorf("%+v", m.Differences)
	}
	h.bring(settled(t, rows...))
	for _, days := range [][2]till.Day{{"2026-10-01", "2026-10-01"}, {"2026-10-05", "2026-10-05"}, {"2026-10-01", "2026-10-05"}} {
		m := h.match(days[0], days[1])
		if len(m.Differences) != 0 || m.Total.Books != m.Total.File {
			t.Errorf("%v: %+v, %+v", days, m.Total, m.Differences)
		}
	}
	if got := h.attempt(shown.ID); got.State != till.AttemptPaid {
		t.Errorf("%s", got.State)
	}
}
