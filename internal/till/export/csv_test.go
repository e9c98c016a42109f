package export_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/japanese"

	"yakusho/internal/till"
	"yakusho/internal/till/export"
)

func texts(cells ...string) export.Table {
	return export.Table{Columns: []export.Column{{Head: "氏名"}, {Head: "備考"}}, Rows: func(each func(export.Row) error) error {
		for i := 0; i+1 < len(cells); i += 2 {
			if err := each(export.Row{cells[i], cells[i+1]}); err != nil {
				return err
			}
		}
		return nil
	}}
}

func TestWhatShiftJISLacksIsNamedAndReplaced(t *testing.T) {
	t.Parallel()
	table := texts("髙﨑 德", "①㈱Ⅲ", "𠮷田", "葛\U000e0100城〜か\u3099", "é", "🍣と\ufa19")
	var b bytes.Buffer
	report, err := export.WriteCSV(&b, table, export.ShiftJIS)
	if err != nil {
		t.Fatal(err)
	}
	got, err := japanese.ShiftJIS.NewDecoder().String(b.String())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("氏名,備考\r\n髙﨑 德,①㈱Ⅲ\r\n〓田,葛城～が\r\n〓,〓と\ufa19\r\n", got); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	want := []export.Loss{
		{Line: 3, Column: "氏名", Char: "𠮷", Codes: "U+20BB7", Became: "〓"},
		{Line: 3, Column: "備考", Char: "葛\U000e0100", Codes: "U+845B U+E0100", Became: "葛"},
		{Line: 4, Column: "氏名", Char: "é", Codes: "U+00E9", Became: "〓"},
		{Line: 4, Column: "備考", Char: "🍣", Codes: "U+1F363", Became: "〓"},
	}
	if diff := cmp.Diff(want, report.Losses); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	if s := report.Losses[0].String(); !strings.Contains(s, "3行目") || !strings.Contains(s, "U+20BB7") {
		t.Errorf("words %q", s)
	}
	checked, err := export.Check(table, export.ShiftJIS)
	if diff := cmp.Diff(report, checked); err != nil || diff != "" {
		t.Errorf("check before the download: %v\n%s", err, diff)
	}
}

// TestHardNamesHaveTheBytesOfWindows: code page 932 has 髙 and 﨑 among IBM's extensions.
func TestHardNamesHaveTheBytesOfWindows(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if _, err := export.WriteCSV(&b, texts("髙﨑", "①～－∥"), export.ShiftJIS); err != nil {
		t.Fatal(err)
	}
	_, line, _ := bytes.Cut(b.Bytes(), []byte("\r\n"))
	if diff := cmp.Diff([]byte("\xfb\xfc\xfa\xb1,\x87\x40\x81\x60\x81\x7c\x81\x61\r\n"), line); diff != "" {
		t.Errorf("bytes (-want +got):\n%s", diff)
	}
}

func TestTextIsNeverAFormula(t *testing.T) {
	t.Parallel()
	bad := []string{
		"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x", " =1", "　=1", "\u00a0=1", "'=1", "\x00=1", "\u2212 1", "|cmd", "\ufeff=1",
	}
	for _, enc := range []export.Encoding{export.UTF8, export.ShiftJIS} {
		for _, s := range bad {
			var b bytes.Buffer
			if _, err := export.WriteCSV(&b, texts(s, "plain"), enc); err != nil {
				t.Fatal(err)
			}
			_, line, _ := strings.Cut(b.String(), "\r\n")
			if line = strings.TrimPrefix(line, `"`); !strings.HasPrefix(line, "'") {
				t.Errorf("%s: %q is written as %q", enc, s, line)
			}
		}
	}
}

func TestANumberBelowZeroStaysANumber(t *testing.T) {
	t.Parallel()
	table := export.Table{
		Columns: []export.Column{{Head: "金額", Kind: export.Yen}, {Head: "数", Kind: export.Count}, {Head: "日", Kind: export.Date}, {Head: "備考"}},
		Rows: func(each func(export.Row) error) error {
			return each(export.Row{yen(-300), -1, till.Day("2026-11-22"), nil})
		},
	}
	var b bytes.Buffer
	if _, err := export.WriteCSV(&b, table, export.UTF8); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "\ufeff金額,数,日,備考\r\n-300,-1,2026-11-22,\r\n"; got != want {
		t.Errorf("file %q, want %q", got, want)
	}
}

func TestALongReportIsCounted(t *testing.T) {
	t.Parallel()
	report, err := export.Check(texts(strings.Repeat("𠮷", 1500), ""), export.ShiftJIS)
	if err != nil || len(report.Losses) != 1000 || report.More != 500 {
		t.Errorf("%d losses and %d more, %v", len(report.Losses), report.More, err)
	}
}

func TestARowThatDoesNotFitIsAFault(t *testing.T) {
	t.Parallel()
	for _, r := range []export.Row{{"one"}, {"one", 2}, {"one", "two", "three"}, {"one", 2.5}} {
		table := texts()
		table.Rows = func(each func(export.Row) error) error { return each(r) }
		if _, err := export.WriteCSV(io.Discard, table, export.UTF8); err == nil {
			t.Errorf("%v was written", r)
		}
	}
	if _, err := export.WriteCSV(io.Discard, texts(), "utf-16"); !errors.Is(err, export.ErrEncoding) {
		t.Errorf("utf-16: %v", err)
	}
}

// FuzzAnyTextSurvives: whatever stands in a cell, the file has as many rows and cells as the table, no cell begins like a
// formula, and what is not in Shift_JIS is reported.
func FuzzAnyTextSurvives(f *testing.F) {
	for _, s := range []string{"", "住民票", "=1", "a,\"b\"\r\nc", "𠮷", "葛\U000e0100", "\xff\xfe", "\u3099", "か\u3099", "〜−‖¢£¬¥", "\ufe00", "'-"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, enc := range []export.Encoding{export.UTF8, export.ShiftJIS} {
			var out bytes.Buffer
			report, err := export.WriteCSV(&out, texts(a, b, b, a), enc)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.TrimPrefix(out.String(), "\ufeff")
			if enc == export.ShiftJIS {
				if text, err = japanese.ShiftJIS.NewDecoder().String(text); err != nil || strings.ContainsRune(text, utf8.RuneError) {
					t.Fatalf("bytes that are no Shift_JIS: %v", err)
				}
				if strings.Count(text, "〓") > strings.Count(a+b, "〓")*2+len(report.Losses)+report.More {
					t.Fatalf("〓 that nobody reported: %q", text)
				}
			}
			all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			if err != nil || len(all) != 3 {
				t.Fatalf("%d rows, %v: %q", len(all), err, text)
			}
			for _, r := range all {
				for _, c := range r {
					if c != "" && strings.ContainsAny(c[:1], "=+-@\t\r") {
						t.Fatalf("a cell begins like a formula: %q", c)
					}
				}
			}
		}
	})
}
