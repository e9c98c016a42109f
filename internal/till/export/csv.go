package export

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/text/transform"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// Encoding is how a CSV file writes its characters.
type Encoding string

// The encodings.
const (
	UTF8     Encoding = "utf-8"     // with the mark Excel wants (BOM)
	ShiftJIS Encoding = "shift_jis" // as Windows means it: code page 932
)

// ErrEncoding refuses any other encoding.
var ErrEncoding = core.Invalid("encoding_unknown", "文字コードは UTF-8 か Shift_JIS を選んでください。")

// WriteCSV writes the heading and the rows of a table, without totals: a file for machines. Lines end with CR LF. Days are
// 2026-11-22, amounts are digits alone. Text that a spreadsheet would take for a formula gets an apostrophe in front.
// The report names what Shift_JIS cannot write; it is empty for UTF-8. An error in the middle leaves w half written.
func WriteCSV(w io.Writer, t Table, enc Encoding) (Report, error) {
	var report Report
	buf := bufio.NewWriterSize(w, 1<<16)
	out := io.Writer(buf)
	var page codepage
	switch enc {
	case UTF8:
		if _, err := buf.WriteString("\ufeff"); err != nil {
			return report, fmt.Errorf("write csv: %w", err)
		}
	case ShiftJIS:
		page = windows()
		out = transform.NewWriter(buf, page)
	default:
		return report, ErrEncoding.Because("encoding %q", enc)
	}
	c := csv.NewWriter(out)
	c.UseCRLF = true
	line := 0
	write := func(cells []string) error {
		line++
		for i, s := range cells {
			if enc == ShiftJIS {
				cells[i] = report.fit(page, s, line, t.Columns[i].Head)
			}
		}
		return c.Write(cells)
	}
	cells := make([]string, len(t.Columns))
	for i, col := range t.Columns {
		cells[i] = defuse(clean(col.Head))
	}
	if err := write(cells); err != nil {
		return report, fmt.Errorf("write csv: %w", err)
	}
	err := t.Rows(func(r Row) error {
		if err := t.check(r); err != nil {
			return err
		}
		for i, v := range r {
			cells[i] = plain(v)
		}
		return write(cells)
	})
	if err != nil {
		return report, fmt.Errorf("write csv: %w", err)
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return report, fmt.Errorf("write csv: %w", err)
	}
	if err := buf.Flush(); err != nil {
		return report, fmt.Errorf("write csv: %w", err)
	}
	return report, nil
}

// Check reports what a table would lose in an encoding, without writing it: to show before the download.
func Check(t Table, enc Encoding) (Report, error) { return WriteCSV(io.Discard, t, enc) }

func plain(v any) string {
	switch v := v.(type) {
	case string:
		return defuse(clean(v))
	case core.Money:
		return strconv.FormatInt(int64(v), 10)
	case int:
		return strconv.Itoa(v)
	case till.Day:
		return string(v)
	}
	return ""
}

// defuse keeps a spreadsheet from running text: cells that begin like a formula get an apostrophe in front. The wide forms
// count too, as a Japanese Excel takes them for the narrow ones, and so does what hides behind spaces.
func defuse(s string) string {
	first := strings.TrimLeft(s, " \u3000\u00a0\ufeff'")
	if first != "" && strings.ContainsRune("=+-@＝＋－＠\u2212|", []rune(first)[0]) {
		return "'" + s
	}
	return s
}
