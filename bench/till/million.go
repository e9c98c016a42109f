//go:build linux

package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime/debug"
	"strconv"
	"time"

	"golang.org/x/text/encoding/japanese"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/till"
	"yakusho/internal/till/ledger"
	"yakusho/internal/till/paypay"
)

// The large office: every day so many payments at two counters.
const (
	perDay  = 4000
	perSale = core.Money(900)
)

// id makes the n-th id of a kind.
func id(kind int, n int) core.ID {
	return core.ID(fmt.Sprintf("01%012d%012d", kind, 100_000_000_000+n))
}

// The kinds of id.
const (
	idSale = iota + 1
	idAttempt
	idPayment
	idEntry
	idSession
)

// load is a day of one counter: n payments from the number first on, as they stand after the day.
type load struct {
	session, counter core.ID
	day              till.Day
	first, n         int
}

// A payment is written as the store writes it. $1 is the number of the first, $2 how many less one, $3 when the first was paid.
const (
	numbers = `WITH RECURSIVE many(i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM many WHERE i < CAST($1 AS BIGINT) + CAST($2 AS BIGINT)) `
	ident   = `'01%012d' || CAST(100000000000 + i AS TEXT)`
	paidAt  = `CAST($3 AS BIGINT) + (i - CAST($1 AS BIGINT)) * 7000000`
)

func (l load) into(ctx context.Context, db *sqldb.DB, lines string) error {
	start, err := time.Parse(time.DateOnly, string(l.day))
	if err != nil {
		return err
	}
	base := core.Micros(start) // 9:00 in Japan
	year := l.day.FiscalYear()
	of := func(kind int) string { return fmt.Sprintf(ident, kind) }
	insert := func(ctx context.Context, tx *sql.Tx, into, selected string, more ...any) error {
		_, err := tx.ExecContext(ctx, numbers+"INSERT INTO "+into+" SELECT "+selected+" FROM many", append([]any{l.first, l.n - 1, base}, more...)...)
		if err != nil {
			return fmt.Errorf("load %s: %w", into, err)
		}
		return nil
	}
	return db.Tx(ctx, "load a day", func(ctx context.Context, tx *sql.Tx) error {
		if db.Engine() == sqldb.EnginePostgres { // what refers to what is right by the way it is made
			if _, err := tx.ExecContext(ctx, `SET LOCAL session_replication_role = 'replica'`); err != nil {
				return err
			}
		}
		if err := insert(ctx, tx, `till_sale (id, session, counter, day, number, lines, total, training, state, clerk, name, fixed_at, ended_at)`,
			of(idSale)+`, $4, $5, $6, i - CAST($1 AS BIGINT) + 1, $7, 900, FALSE, 'paid', 'clerk', 'clerk', `+paidAt+`, `+paidAt+` + 1`,
			l.session, l.counter, l.day, lines); err != nil {
			return err
		}
		if err := insert(ctx, tx, `till_attempt (id, sale, session, number, provider, way, wallet, amount, training, clerk, state, reason, ref, thread,
				show_code, expires_at, code_hash, code_tail, created_at, sent_at, uncertain_at, decided_at, paid_at, next_at, tries, proof_at, proof_tail,
				owner, note, version, holder, held_until)`,
			of(idAttempt)+`, `+of(idSale)+`, $4, 1, 'paypay', 'show', 'paypay', 900, FALSE, 'clerk', 'paid', '', 'R' || CAST(100000000000 + i AS TEXT), '',
			'', 0, '', '', `+paidAt+`, `+paidAt+`, 0, `+paidAt+`, `+paidAt+`, 0, 0, 0, '', '', '', 2, '', 0`, l.session); err != nil {
			return err
		}
		if err := insert(ctx, tx, `till_payment (id, sale, attempt, session, provider, wallet, way, amount, ref, paid_at, paid_on, fiscal_year, booked_on,
				confirmed, training, refunds, claimed, refunded)`,
			of(idPayment)+`, `+of(idSale)+`, `+of(idAttempt)+`, $4, 'paypay', 'paypay', 'show', 900, 'R' || CAST(100000000000 + i AS TEXT), `+paidAt+`, $5, $6, $5,
			TRUE, FALSE, 0, 0, 0`, l.session, l.day, year); err != nil {
			return err
		}
		if err := insert(ctx, tx, `till_entry (id, at, on_day, what, subject)`, of(idEntry)+`, `+paidAt+`, $4, 'sale', `+of(idPayment), l.day); err != nil {
			return err
		}
		debit, credit := ledger.ReceivableOf(paypay.Name), ledger.RevenueOf(year, category)
		for _, p := range []ledger.Posting{{Account: debit, Amount: perSale}, {Account: credit, Amount: -perSale}} {
			if err := insert(ctx, tx, `till_posting (entry, account, amount)`, of(idEntry)+`, $4, CAST($5 AS BIGINT) + 0 * CAST($3 AS BIGINT)`, p.Account, p.Amount); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO till_balance (on_day, account, source, amount) VALUES ($1, $2, $3, $4)`,
				l.day, p.Account, l.session, p.Amount*core.Money(l.n)); err != nil {
				return err
			}
		}
		return nil
	})
}

// measureMillion fills an office with a million payments and then does what is done at the end of a day and of a month.
func measureMillion(ctx context.Context, o options, r *report, e engine, say func(string, ...any)) error {
	db, err := e.open(ctx, "million")
	if err != nil {
		return err
	}
	defer db.Close()
	f, err := newOffice(ctx, db, instant{}, 3)
	if err != nil {
		return err
	}
	sold, err := f.sales(f.counters[2], 1) // for what a line looks like
	if err != nil {
		return err
	}
	var lines string
	if err := db.QueryRowContext(ctx, `SELECT lines FROM till_sale WHERE id = $1`, sold[0].ID).Scan(&lines); err != nil {
		return err
	}
	group := fmt.Sprintf("An office with %s payments on %s", thousands(o.payments), e.name)
	began := time.Now()
	today := till.DayOf(core.SystemClock())
	days := (o.payments + perDay - 1) / perDay
	first := today.Add(-days)
	for d := range days {
		day := first.Add(d)
		for c := range 2 {
			n := 2*d + c
			l := load{id(idSession, n), f.counters[c], day, n * perDay / 2, perDay / 2}
			if _, err := db.ExecContext(ctx, `
				INSERT INTO till_session (id, counter, day, number, training, state, opened_by, opened_at, change, checked, signed_by, counted, owner,
					owner_name, closed_by, closed_at, handed, totals, version)
				VALUES ($1, $2, $3, 1, FALSE, 'closed', 'clerk', 1, 0, '[]', 'clerk', 0, '', '', 'accountant', 2, '[]', '{}', 1)`, l.session, l.counter, l.day); err != nil {
				return err
			}
			if err := l.into(ctx, db, lines); err != nil {
				return err
			}
		}
		if d%50 == 49 {
			say("  %d days loaded after %s", d+1, time.Since(began).Round(time.Second))
		}
	}
	if db.Engine() == sqldb.EnginePostgres { // it does by itself, in a minute or so; nobody does it for SQLite
		if _, err := db.ExecContext(ctx, `ANALYZE`); err != nil {
			return err
		}
	}
	say("  loaded in %s", time.Since(began).Round(time.Second))
	m := meter{r, group}
	if err := f.closeDay(ctx, o, m, lines, days); err != nil {
		return err
	}
	return f.month(ctx, o, m, first, today, days)
}

// closeDay is 締め of a counter that sold much today.
func (f *office) closeDay(ctx context.Context, o options, m meter, lines string, days int) error {
	s, err := f.desk.Open(clerk(), f.key(), f.counters[0], 0, nil, false)
	if err != nil {
		return err
	}
	if err := (load{s.ID, s.Counter, s.Day, days * perDay, o.sales}).into(ctx, f.db, lines); err != nil {
		return err
	}
	var book till.DayBook
	err = m.time(fmt.Sprintf("日計 of a session with %d sales", o.sales), func() (err error) {
		_, book, err = f.desk.DayBook(clerk(), s.ID)
		return err
	})
	if err != nil {
		return err
	}
	if want := perSale * core.Money(o.sales); book.Revenue != want || book.Sales != o.sales {
		return fmt.Errorf("the day book has %d sales and %s yen, want %d and %s", book.Sales, book.Revenue, o.sales, want)
	}
	if err := m.time("signing it", func() error {
		_, err := f.desk.Sign(clerk(), f.key(), s.ID, s.Version, till.Signing{}, "")
		return err
	}); err != nil {
		return err
	}
	return m.time("closing it (締め)", func() error {
		_, err := f.desk.Close(accountant(), f.key(), s.ID)
		return err
	})
}

// month takes in a file of many rows, matches it, adds the ledger up and looks for sales.
func (f *office) month(ctx context.Context, o options, m meter, first, today till.Day, days int) error {
	from := first.Add(days / 2)
	file, to, err := settlement(o.rows, (days/2)*perDay, from)
	if err != nil {
		return err
	}
	rows := thousands(o.rows)
	var stored till.Settlement
	err = m.time("taking in a file of "+rows+" rows", func() (err error) {
		var wrong []till.FileProblem
		stored, wrong, err = f.office.Import(accountant(), f.key(), paypay.Name, "bench.csv", file)
		if len(wrong) > 0 {
			err = errors.Join(err, fmt.Errorf("line %d: %s", wrong[0].Line, wrong[0].Message))
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(stored.Rows) != o.rows || stored.From != from || stored.To != to {
		return fmt.Errorf("%d rows from %s to %s were taken in", len(stored.Rows), stored.From, stored.To)
	}
	stored = till.Settlement{}
	if err := m.time("the same file again", func() error {
		_, _, err := f.office.Import(accountant(), f.key(), paypay.Name, "bench.csv", file)
		return err
	}); err != nil {
		return err
	}
	file = nil
	var match till.Match
	if err := m.time(rowMatch+rows+" rows", func() (err error) {
		match, err = f.office.Match(accountant(), paypay.Name, from, to)
		return err
	}); err != nil {
		return err
	}
	// The file was made with one row missing, one of somebody else, and one amount that differs by a yen.
	if match.Total.BooksCount != o.rows || match.Total.FileCount != o.rows || len(match.Differences) != 3 || !match.Covered {
		return fmt.Errorf("the match has %+v and %d differences", match.Total, len(match.Differences))
	}
	match = till.Match{}
	if err := m.time("balances of all accounts", func() error {
		sums, err := f.office.Balances(accountant(), today)
		var sum core.Money
		for _, s := range sums {
			sum += s
		}
		if err == nil && (sum != 0 || sums[ledger.ReceivableOf(paypay.Name)] != perSale*core.Money(days*perDay+o.sales)) {
			err = fmt.Errorf("balances are %v", sums)
		}
		return err
	}); err != nil {
		return err
	}
	wanted := days * perDay / 2
	for _, s := range []struct {
		what     string
		from, to till.Day
		text     string
		found    int
	}{
		{"a sale of one day by the provider's number", from, from, fmt.Sprintf("r%d", 100_000_000_000+wanted+5), 1},
		{"a sale of 31 days by the provider's number", from, from.Add(30), fmt.Sprintf("r%d", 100_000_000_000+wanted+5), 1},
		{"a sale of all days by the provider's number", first, today, fmt.Sprintf("r%d", 100_000_000_000+wanted+5), 1},
		{"the sales of one day by the counter's number", from, from, "2-0101", 1},
		{"the latest 50 sales of all days", first, today, "", 50},
	} {
		if err := m.time("finding "+s.what, func() error {
			got, err := f.store.SearchSales(ctx, s.from, s.to, s.text, 50)
			if err == nil && len(got) < min(s.found, 1) {
				err = fmt.Errorf("nothing is found for %q", s.text)
			}
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// settlement makes PayPay's file of n payments from the number first on. In place of one stands somebody else's, and one
// differs by a yen.
func settlement(n, first int, from till.Day) (file []byte, to till.Day, err error) {
	start, err := time.Parse(time.DateOnly, string(from))
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	b.WriteString("決済番号,加盟店ID,屋号,店舗ID,店舗名,端末番号/PosID,取引ステータス,取引日時,取引金額,レシート番号,支払い方法,マーチャント決済ID,支払い詳細\r\n")
	japan := time.FixedZone("JST", 9*60*60)
	for k := range n {
		i := first + k
		whose := id(idAttempt, i)
		if k == n/2 {
			whose = id(idAttempt, 1_000_000_000+i)
		}
		amount := perSale
		if k == n/3 {
			amount++
		}
		at := start.AddDate(0, 0, k/perDay).Add(time.Duration(i%(perDay/2)*7) * time.Second).In(japan)
		to = till.DayOf(at)
		fmt.Fprintf(&b, "%s,%s,みほん市,,みほん市役所 市民課,,取引完了,%s,%s,,PayPay残高,%s,\"[{\"\"paymentMethod\"\":\"\"PayPay残高\"\",\"\"amount\"\":%s}]\"\r\n",
			string(whose)[14:], merchant, at.Format("2006/01/02 15:04:05"), amount, whose, amount)
	}
	file, err = japanese.ShiftJIS.NewEncoder().Bytes(b.Bytes())
	return file, to, err
}

// meter times one thing and looks at how much memory it takes.
type meter struct {
	r     *report
	group string
}

func (m meter) time(what string, f func() error) error {
	debug.FreeOSMemory()
	before := status("VmRSS")
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200); err != nil { // the peak begins anew
		return err
	}
	began := time.Now()
	if err := f(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	took := time.Since(began)
	peak := status("VmHWM")
	debug.FreeOSMemory()
	m.r.timed(m.group, what, took, before, peak, status("VmRSS"))
	return nil
}

// status reads a size of this process in MB; 0 where there is none.
func status(name string) float64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	found := regexp.MustCompile(name + `:\s+(\d+) kB`).FindSubmatch(b)
	if found == nil {
		return 0
	}
	kb, _ := strconv.ParseFloat(string(found[1]), 64)
	return kb * 1024 / 1e6
}

// thousands writes 1,000,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
