package export

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// Kind is what the cells of a column hold.
type Kind int

// The kinds, and the Go type of a cell of each. A nil cell is empty.
const (
	Text  Kind = iota // string
	Yen               // core.Money
	Count             // int
	Date              // till.Day; an empty one is an empty cell
)

// Column is one column of a table.
type Column struct {
	Head  string
	Kind  Kind
	Width float64 // in characters of a spreadsheet; 0: 12
	Sum   bool    // a total stands under it in a spreadsheet
	// From is the formula a spreadsheet computes the cell from, in place of the value given, which has to agree:
	// "F{row}-G{row}". {from} and {to} are the first and the last row of the table above on the same sheet.
	From string
}

// Row is one row; cells follow the columns.
type Row []any

// Table is rows under a heading. Rows gives them one by one, and the same ones each time it is called.
type Table struct {
	Name    string // above the heading in a spreadsheet; empty: nothing
	Columns []Column
	Rows    func(each func(Row) error) error
}

// Sheet is one page of a workbook. A sheet of one table has its heading frozen and repeated on every printed page.
type Sheet struct {
	Name      string // on the tab, at most 31 characters
	Title     string // in the first row
	Notes     []string
	Tables    []Table
	Sign      []string // boxes to sign in, by whom
	Landscape bool
}

// rows makes the Rows of a table that is small enough to be held.
func rows(all []Row) func(func(Row) error) error {
	return func(each func(Row) error) error {
		for _, r := range all {
			if err := each(r); err != nil {
				return err
			}
		}
		return nil
	}
}

// check refuses a row that does not fit its columns: a fault of ours.
func (t Table) check(r Row) error {
	if len(r) != len(t.Columns) {
		return fmt.Errorf("export: a row of %d cells under %d columns", len(r), len(t.Columns))
	}
	for i, c := range t.Columns {
		ok := r[i] == nil
		switch r[i].(type) {
		case string:
			ok = c.Kind == Text
		case core.Money:
			ok = c.Kind == Yen
		case int:
			ok = c.Kind == Count
		case till.Day:
			ok = c.Kind == Date
		}
		if !ok {
			return fmt.Errorf("export: %T in column %s", r[i], c.Head)
		}
	}
	return nil
}

// clean makes text fit one cell: control characters, line ends among them, become spaces, and bytes that are no text the
// sign for them.
func clean(s string) string {
	s = strings.ToValidUTF8(s, string(utf8.RuneError))
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufffe' || r == '\uffff' {
			return ' '
		}
		return r
	}, s)
}
