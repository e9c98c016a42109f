package export

import (
	"archive/zip"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// ErrTooManyRows refuses what a sheet cannot hold.
var ErrTooManyRows = core.Invalid("export_too_many_rows", "行が多すぎて、1枚のシートに入りません。期間を短くするか、CSVで書き出してください。")

const maxRows = 1_048_000 // a little under what a sheet holds

// WriteXLSX writes a workbook. Amounts are numbers, days are dates shown as 令和, text is text; totals are formulas with
// their values beside them, and the workbook computes them again when it is opened. Rows lie in temporary files until all are
// read: an error of a table leaves w untouched.
func WriteXLSX(w io.Writer, sheets ...Sheet) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	f.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(w) }) // straight to w: the library's own buffer stays empty
	styles, err := newStyles(f)
	if err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	for i, s := range sheets {
		if i == 0 {
			err = f.SetSheetName("Sheet1", s.Name)
		} else {
			_, err = f.NewSheet(s.Name)
		}
		if err == nil {
			err = writeSheet(f, styles, s)
		}
		if err != nil {
			return fmt.Errorf("write sheet %s: %w", s.Name, err)
		}
	}
	again := true
	if err := f.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &again}); err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	if _, err := f.WriteToBuffer(); err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	return nil
}

type styles struct {
	title, name, head, sign int
	cell, total             map[Kind]int
}

func newStyles(f *excelize.File) (styles, error) {
	s := styles{cell: map[Kind]int{}, total: map[Kind]int{}}
	var err error
	style := func(format string, bold, filled bool, horizontal string) int {
		st := &excelize.Style{Font: &excelize.Font{Family: "Yu Gothic", Size: 11, Bold: bold}, Alignment: &excelize.Alignment{Vertical: "center", Horizontal: horizontal}}
		if format != "" {
			st.CustomNumFmt = &format
		}
		for _, side := range []string{"left", "right", "top", "bottom"} {
			st.Border = append(st.Border, excelize.Border{Type: side, Color: "808080", Style: 1})
		}
		if filled {
			st.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EEF5"}}
		}
		id, e := f.NewStyle(st)
		if e != nil && err == nil {
			err = e
		}
		return id
	}
	formats := map[Kind]string{Text: "@", Yen: "#,##0", Count: "#,##0", Date: `[$-411]ggge"年"m"月"d"日"`}
	for k, format := range formats {
		side := ""
		if k == Date {
			side = "left"
		}
		s.cell[k], s.total[k] = style(format, false, false, side), style(format, true, true, side)
	}
	s.head = style("@", true, true, "center")
	s.sign = style("@", false, false, "center")
	var e error
	if s.title, e = f.NewStyle(&excelize.Style{Font: &excelize.Font{Family: "Yu Gothic", Size: 16, Bold: true}}); e != nil {
		err = e
	}
	if s.name, e = f.NewStyle(&excelize.Style{Font: &excelize.Font{Family: "Yu Gothic", Size: 11}}); e != nil {
		err = e
	}
	return s, err
}

// page is one sheet being written, top to bottom.
type page struct {
	sw       *excelize.StreamWriter
	styles   styles
	row      int // the next free one
	from, to int // of the table above
}

func writeSheet(f *excelize.File, st styles, s Sheet) error {
	if err := printSetup(f, s); err != nil {
		return err
	}
	sw, err := f.NewStreamWriter(s.Name)
	if err != nil {
		return err
	}
	// Title, notes and an empty row stand above the table.
	head := 2 + len(s.Notes)
	if s.Notes != nil {
		head++
	}
	if len(s.Tables) == 1 {
		if s.Tables[0].Name != "" {
			head++
		}
		if err := sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: head, TopLeftCell: cell(1, head+1), ActivePane: "bottomLeft"}); err != nil {
			return err
		}
		if err := f.SetDefinedName(&excelize.DefinedName{
			Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("'%s'!$%d:$%d", strings.ReplaceAll(s.Name, "'", "''"), head, head), Scope: s.Name,
		}); err != nil {
			return err
		}
	}
	if err := widths(sw, s.Tables); err != nil {
		return err
	}
	p := &page{sw: sw, styles: st, row: 1}
	if err := p.put(st.title, s.Title); err != nil {
		return err
	}
	for _, n := range s.Notes {
		if err := p.put(st.name, n); err != nil {
			return err
		}
	}
	if s.Notes != nil {
		p.row++
	}
	for _, t := range s.Tables {
		if err := p.table(t); err != nil {
			return err
		}
		p.row++
	}
	if err := p.sign(s.Sign); err != nil {
		return err
	}
	return sw.Flush()
}

func printSetup(f *excelize.File, s Sheet) error {
	a4, wide, high, fit := 9, 1, 0, true
	orientation := "portrait"
	if s.Landscape {
		orientation = "landscape"
	}
	if err := f.SetSheetProps(s.Name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	if err := f.SetPageLayout(s.Name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &high}); err != nil {
		return err
	}
	inch := func(mm float64) *float64 { v := mm / 25.4; return &v }
	if err := f.SetPageMargins(s.Name, &excelize.PageLayoutMarginsOptions{
		Left: inch(12), Right: inch(12), Top: inch(15), Bottom: inch(15), Header: inch(7), Footer: inch(7),
	}); err != nil {
		return err
	}
	return f.SetHeaderFooter(s.Name, &excelize.HeaderFooterOptions{OddFooter: "&C&P / &N"})
}

// widths gives every column the widest of what the tables on the sheet ask for.
func widths(sw *excelize.StreamWriter, tables []Table) error {
	var most []float64
	for _, t := range tables {
		for i, c := range t.Columns {
			if i == len(most) {
				most = append(most, 12)
			}
			most[i] = max(most[i], c.Width)
		}
	}
	for i, w := range most {
		if err := sw.SetColWidth(i+1, i+1, w); err != nil {
			return err
		}
	}
	return nil
}

func cell(col, row int) string {
	name, _ := excelize.CoordinatesToCellName(col, row) // both are ours and in range
	return name
}

func (p *page) put(style int, cells ...string) error {
	var out []any
	for _, s := range cells {
		out = append(out, excelize.Cell{StyleID: style, Value: clean(s)})
	}
	p.row++
	return p.sw.SetRow(cell(1, p.row-1), out)
}

func (p *page) table(t Table) error {
	if t.Name != "" {
		if err := p.put(p.styles.name, t.Name); err != nil {
			return err
		}
	}
	heads := make([]string, 0, len(t.Columns))
	for _, c := range t.Columns {
		heads = append(heads, c.Head)
	}
	if err := p.put(p.styles.head, heads...); err != nil {
		return err
	}
	first := p.row
	sums := make([]int64, len(t.Columns))
	cells := make([]any, len(t.Columns))
	err := t.Rows(func(r Row) error {
		if p.row > maxRows {
			return ErrTooManyRows
		}
		if err := t.check(r); err != nil {
			return err
		}
		for i, v := range r {
			value, number := p.value(v)
			sums[i] += number
			x := excelize.Cell{StyleID: p.styles.cell[t.Columns[i].Kind], Value: value}
			if v != nil {
				x.Formula = p.formula(t.Columns[i].From)
			}
			cells[i] = x
		}
		p.row++
		return p.sw.SetRow(cell(1, p.row-1), cells)
	})
	if err != nil {
		return err
	}
	last := p.row - 1
	err = p.total(t, sums, first, last)
	p.from, p.to = first, max(first, last)
	return err
}

func (p *page) formula(from string) string {
	if from == "" {
		return ""
	}
	return strings.NewReplacer("{row}", strconv.Itoa(p.row), "{from}", strconv.Itoa(p.from), "{to}", strconv.Itoa(p.to)).Replace(from)
}

func (p *page) value(v any) (value any, number int64) {
	switch v := v.(type) {
	case string:
		return clean(v), 0
	case core.Money:
		return int64(v), int64(v)
	case int:
		return v, int64(v)
	case till.Day:
		if d := v.Start(); !d.IsZero() {
			return int64(d.In(till.Tokyo()).Sub(excelEpoch()).Hours()/24 + 0.5), 0
		}
	}
	return nil, 0
}

func (p *page) total(t Table, sums []int64, first, last int) error {
	var out []any
	any := false
	for i, c := range t.Columns {
		x := excelize.Cell{StyleID: p.styles.total[c.Kind]}
		switch {
		case c.Sum && last >= first:
			x.Formula, x.Value, any = fmt.Sprintf("SUM(%s:%s)", cell(i+1, first), cell(i+1, last)), sums[i], true
		case c.Sum:
			x.Value, any = int64(0), true
		case i == 0:
			x.StyleID, x.Value = p.styles.total[Text], "合計"
		}
		out = append(out, x)
	}
	if !any {
		return nil
	}
	p.row++
	return p.sw.SetRow(cell(1, p.row-1), out)
}

// sign puts boxes to sign in at the end, each with who signs above it.
func (p *page) sign(who []string) error {
	if len(who) == 0 {
		return nil
	}
	if err := p.put(p.styles.head, who...); err != nil {
		return err
	}
	out := make([]any, len(who))
	for i := range out {
		out[i] = excelize.Cell{StyleID: p.styles.sign}
	}
	p.row++
	return p.sw.SetRow(cell(1, p.row-1), out, excelize.RowOpts{Height: 48})
}

// excelEpoch is day 0 of a spreadsheet, which counts 29 February 1900 although there was none.
func excelEpoch() time.Time { return time.Date(1899, time.December, 30, 0, 0, 0, 0, till.Tokyo()) }
