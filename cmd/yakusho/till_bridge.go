package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"yakusho/internal/audit"
	"yakusho/internal/auth"
	"yakusho/internal/core"
	"yakusho/internal/org"
	"yakusho/internal/till"
	"yakusho/internal/till/escpos"
	"yakusho/internal/till/export"
	"yakusho/internal/till/slip"
	"yakusho/internal/till/tillhttp"
	"yakusho/internal/till/tillsql"
	"yakusho/internal/till/training"
)

// people is auth and org as the till sees them. Names are read again every few seconds: every screen needs them.
type people struct {
	accounts auth.Store
	book     *org.Book

	mu    sync.Mutex
	names map[core.ID]string
	read  time.Time
}

const namesFor = 5 * time.Second

// Names implements tillhttp.People.
func (p *people) Names(ctx context.Context) (map[core.ID]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.read) < namesFor {
		return p.names, nil
	}
	names, err := accountNames(ctx, p.accounts)
	if err == nil {
		p.names, p.read = names, time.Now()
	}
	return names, err
}

func accountNames(ctx context.Context, accounts auth.Store) (map[core.ID]string, error) {
	all, err := accounts.Accounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	names := map[core.ID]string{}
	for _, a := range all {
		names[a.ID] = a.Name
	}
	return names, nil
}

// Accountants implements tillhttp.People.
func (p *people) Accountants(ctx context.Context) ([]tillhttp.Person, error) {
	all, err := p.accounts.Accounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	var out []tillhttp.Person
	for _, a := range all {
		if a.Disabled || !slices.Contains(a.Roles, core.RoleAccountant) {
			continue
		}
		who := tillhttp.Person{Account: a.ID, Name: a.Name}
		if a.Person != "" {
			cards, err := p.book.Cards(ctx, []core.ID{a.Person})
			if err != nil {
				return nil, fmt.Errorf("look up %s: %w", a.ID, err)
			}
			who.Department = cards[a.Person].Department
		}
		out = append(out, who)
	}
	return out, nil
}

// customer is the pretend wallet as its phone sees it.
type customer struct{ wallet *training.Provider }

func choice(act string) training.Choice {
	switch act {
	case "silence":
		return training.PaySilent
	case "silence_unpaid":
		return training.DeclineSilent
	}
	return training.Choice(act)
}

// Act implements tillhttp.Practice.
func (c customer) Act(attempt core.ID, act string) error {
	return c.wallet.Choose(attempt, choice(act))
}

// Code implements tillhttp.Practice.
func (c customer) Code(act string) (string, error) {
	code, err := c.wallet.NewCode(choice(act))
	return code.Text, err
}

// printer is escpos as the till sees it.
type printer struct {
	press *escpos.Press
	line  *escpos.Printer
	log   *slog.Logger
}

// Print implements tillhttp.Printer.
func (p printer) Print(ctx context.Context, address string, papers []slip.Paper) error {
	for _, one := range papers {
		b, missing, err := p.press.Draw(one)
		if err != nil {
			return err
		}
		for _, m := range missing {
			p.log.WarnContext(ctx, "a character the font of slips lacks", "character", fmt.Sprintf("U+%04X", m.Char))
		}
		if _, err := p.line.Print(ctx, address, b); err != nil {
			return err
		}
	}
	return nil
}

// doubts reads what providers said against a proven end, from the audit log: nobody can take it out there.
func doubts(journal *audit.Log) func(context.Context) ([]tillhttp.Doubt, error) {
	return func(ctx context.Context) ([]tillhttp.Doubt, error) {
		found, err := journal.List(ctx, audit.Filter{Action: till.EventContradiction, Limit: 100})
		if err != nil {
			return nil, err
		}
		var out []tillhttp.Doubt
		for _, e := range found {
			out = append(out, tillhttp.Doubt{At: e.At, Attempt: core.ID(e.Target), State: e.Detail["from"]})
		}
		return out, nil
	}
}

// exporter is export as the till sees it.
type exporter struct {
	store    *tillsql.Store
	desk     *till.Desk
	office   string
	accounts auth.Store
}

// Open implements tillhttp.Exporter.
func (x exporter) Open(ctx context.Context, e tillhttp.Export) (tillhttp.File, error) {
	name, sheets, table, err := x.content(ctx, e)
	if err != nil {
		return tillhttp.File{}, err
	}
	if e.Format == "xlsx" {
		return tillhttp.File{
			Name: name + ".xlsx", Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
			Write: func(w http.ResponseWriter) error { return export.WriteXLSX(w, sheets...) },
		}, nil
	}
	f := tillhttp.File{Name: name + ".csv", Type: "text/csv; charset=utf-8"}
	enc := export.UTF8
	if e.Format == "csv_sjis" {
		f.Type, enc = "text/csv; charset=Shift_JIS", export.ShiftJIS
	}
	f.Write = func(w http.ResponseWriter) error {
		_, err := export.WriteCSV(w, table, enc)
		return err
	}
	return f, nil
}

// Check implements tillhttp.Exporter.
func (x exporter) Check(ctx context.Context, e tillhttp.Export) (tillhttp.ExportCheck, error) {
	_, _, table, err := x.content(ctx, e)
	if err != nil {
		return tillhttp.ExportCheck{}, err
	}
	report, err := export.Check(table, export.ShiftJIS)
	if err != nil {
		return tillhttp.ExportCheck{}, err
	}
	out := tillhttp.ExportCheck{More: report.More, Missing: []tillhttp.MissingCharacter{}}
	for _, l := range report.Losses {
		out.Missing = append(out.Missing, tillhttp.MissingCharacter{Row: l.Line, Column: l.Column, Character: l.Char, Codes: l.Codes, Became: l.Became})
	}
	return out, nil
}

func (x exporter) content(ctx context.Context, e tillhttp.Export) (name string, sheets []export.Sheet, table export.Table, err error) {
	if e.Name == "daybook" {
		b, d, err := x.desk.DayBook(ctx, e.Session)
		if err != nil {
			return "", nil, table, err
		}
		names, err := accountNames(ctx, x.accounts)
		if err != nil {
			return "", nil, table, err
		}
		day := export.Day{
			Office: x.office, Session: b.Session, Counter: b.Counter, Book: d, Signed: names[b.Session.Close.SignedBy],
			Closed: names[b.Session.Close.ClosedBy], Name: func(id core.ID) string { return names[id] },
		}
		name := strings.ReplaceAll(fmt.Sprintf("日計表_%s_%s", b.Session.Day, b.Counter.Name), " ", "")
		return name, []export.Sheet{day.Sheet()}, day.Table(), nil
	}
	c := export.Collection{Office: x.office, From: e.From, To: e.To, Books: x.store}
	span := string(e.From) + "_" + string(e.To)
	if e.Name == "payments" {
		t := c.Detail(ctx)
		return "収納明細_" + span, []export.Sheet{{Name: "明細", Title: "収納の明細", Tables: []export.Table{t}, Landscape: true}}, t, nil
	}
	if sheets, err = c.Sheets(ctx); err != nil {
		return "", nil, table, err
	}
	table, err = c.Summary(ctx)
	return "調定収納_" + span, sheets, table, err
}
