package export_test

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"yakusho/internal/core"
	"yakusho/internal/testkit"
	"yakusho/internal/till"
	"yakusho/internal/till/export"
)

func open(t *testing.T, sheets ...export.Sheet) *excelize.File {
	t.Helper()
	var b bytes.Buffer
	if err := export.WriteXLSX(&b, sheets...); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// recalculated compares every formula of a workbook, computed again by the library, with the value written beside it, and
// answers how many there are.
func recalculated(t *testing.T, f *excelize.File) int {
	t.Helper()
	n := 0
	for _, sheet := range f.GetSheetList() {
		all, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		for y, row := range all {
			for x, stored := range row {
				at, _ := excelize.CoordinatesToCellName(x+1, y+1)
				formula, err := f.GetCellFormula(sheet, at)
				if err != nil {
					t.Fatal(err)
				}
				if formula == "" {
					continue
				}
				n++
				if got, err := f.CalcCellValue(sheet, at, excelize.Options{RawCellValue: true}); err != nil || got != stored {
					t.Errorf("%s!%s: %s is %s, %s is written, %v", sheet, at, formula, got, stored, err)
				}
			}
		}
	}
	return n
}

func TestTheWorkbookComputesItsTotalsAgain(t *testing.T) {
	t.Parallel()
	sheets, err := collection(t).Sheets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, sheets...)
	if diff := cmp.Diff([]string{"調定・収納", "手数料・入金", "明細"}, f.GetSheetList()); diff != "" {
		t.Error(diff)
	}
	if n := recalculated(t, f); n != 8+7+1+3+3 {
		t.Errorf("%d formulas", n)
	}
	calc, err := f.GetCalcProps()
	if err != nil || calc.FullCalcOnLoad == nil || !*calc.FullCalcOnLoad {
		t.Errorf("the workbook does not compute when it is opened: %v", err)
	}
	for sheet, want := range map[string]string{"調定・収納": "landscape", "手数料・入金": "portrait"} {
		page, err := f.GetPageLayout(sheet)
		if err != nil || *page.Size != 9 || *page.Orientation != want || *page.FitToWidth != 1 {
			t.Errorf("%s: page %+v, %v", sheet, page, err)
		}
		panes, err := f.GetPanes(sheet)
		if err != nil || !panes.Freeze || panes.YSplit != 4 || panes.TopLeftCell != "A5" {
			t.Errorf("%s: panes %+v, %v", sheet, panes, err)
		}
		if head, _ := f.GetCellValue(sheet, "A4"); !strings.Contains(head, "年度") && !strings.Contains(head, "日") {
			t.Errorf("%s: %q is frozen as the heading", sheet, head)
		}
	}
	var titles []string
	for _, n := range f.GetDefinedName() {
		titles = append(titles, n.Name+" "+n.RefersTo)
	}
	if !strings.Contains(strings.Join(titles, "\n"), "_xlnm.Print_Titles '明細'!$4:$4") {
		t.Errorf("repeated rows: %v", titles)
	}
}

func TestDaysAreDatesAndAmountsAreNumbers(t *testing.T) {
	t.Parallel()
	f := open(t, export.Sheet{Name: "明細", Title: "明細", Tables: []export.Table{collection(t).Detail(t.Context())}})
	day, err := f.GetCellValue("明細", "A3", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	serial, _ := strconv.ParseFloat(day, 64)
	if at, err := excelize.ExcelDateToTime(serial, false); err != nil || !at.Equal(time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("day %s is %s, %v", day, at, err)
	}
	id, _ := f.GetCellStyle("明細", "A3")
	style, err := f.GetStyle(id)
	if err != nil || style.CustomNumFmt == nil || *style.CustomNumFmt != `[$-411]ggge"年"m"月"d"日"` {
		t.Errorf("format of a day: %+v, %v", style, err)
	}
	for at, want := range map[string]excelize.CellType{"A3": excelize.CellTypeUnset, "J3": excelize.CellTypeUnset, "D3": excelize.CellTypeInlineString} {
		if got, err := f.GetCellType("明細", at); err != nil || got != want {
			t.Errorf("%s is of type %v, want %v, %v", at, got, want, err)
		}
	}
}

func TestTextInASpreadsheetIsNeverAFormula(t *testing.T) {
	t.Parallel()
	bad := []string{"=1+1", "+1", "-1", "@x", "\t=1", "\r=HYPERLINK(\"http://x\")", "=cmd|'/c calc'!A0", "a\x00\x01b\ufffe"}
	cells := append([]string{}, bad...)
	f := open(t, export.Sheet{Name: "=1", Title: "=1+1", Notes: []string{"=2"}, Tables: []export.Table{texts(cells...)}})
	all, err := f.GetRows("=1")
	if err != nil {
		t.Fatal(err)
	}
	for y := range all {
		for x := range all[y] {
			at, _ := excelize.CoordinatesToCellName(x+1, y+1)
			if formula, _ := f.GetCellFormula("=1", at); formula != "" {
				t.Errorf("%s is the formula %s", at, formula)
			}
			if kind, _ := f.GetCellType("=1", at); all[y][x] != "" && kind != excelize.CellTypeInlineString {
				t.Errorf("%s %q is of type %v", at, all[y][x], kind)
			}
		}
	}
	if got := all[4][0]; got != "=1+1" {
		t.Errorf("text %q", got)
	}
}

func closed() export.Day {
	return export.Day{
		Office: "みほん市", Counter: till.Counter{Number: 1, Name: "市民課 1番窓口"}, Signed: "佐藤 花子", Closed: "髙橋 一郎",
		Session: till.Session{Day: "2026-11-20", Number: 1, State: till.SessionClosed, Float: 30_000, Close: till.Close{Counted: 32_000}},
		Name:    func(id core.ID) string { return map[core.ID]string{"tanaka": "田中", "suzuki": "鈴木 恵子"}[id] },
		Book: till.DayBook{
			First: 1, Last: 9, Sales: 7, Dropped: 1, Revenue: 4_100, Cash: 2_100, Shown: 300,
			Items: []till.ItemTotal{
				{Category: certificate, Code: "JUMIN", Name: "住民票の写し", Unit: "通", Count: 5, Reduced: 1, Amount: 1_200},
				{Category: certificate, Code: "INKAN", Name: "印鑑登録証明書", Unit: "通", Count: 3, Amount: 900},
				{Category: use, Code: "HALL", Name: "市民ホール（午前）", Unit: "回", Count: 1, Amount: 2_000},
			},
			Methods: []till.MethodTotal{
				{Wallet: "cash", Way: till.WayCash, Count: 4, Amount: 2_100}, {Wallet: "paypay", Way: till.WayShow, Count: 3, Amount: 2_000},
			},
			Voids:   []till.RefundLine{{Number: 4, Amount: 300, Reason: "=品目の選び違い", Approver: "tanaka", State: till.RefundDone}},
			Refunds: []till.RefundLine{{Number: 5, Amount: 150, Reason: "時間の短縮", Approver: "unknown", State: till.RefundUnknown}},
			Open:    []till.OpenLine{{Number: 9, Amount: 900, Wallet: "paypay", Owner: "suzuki"}},
		},
		Expected: []export.Expected{{Provider: "paypay", On: "2026-12-10", Amount: 2_000}},
	}
}

func TestTheDaySheetHasWhatIsSigned(t *testing.T) {
	t.Parallel()
	f := open(t, closed().Sheet())
	if n := recalculated(t, f); n != 3+2*3+3+2+2+1+1+1 {
		t.Errorf("%d formulas", n)
	}
	all, err := f.GetRows("日計表", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range all {
		fmt.Fprintln(&b, strings.TrimRight(strings.Join(r, " | "), " |"))
	}
	testkit.Golden(t, "day.txt", []byte(b.String()))
	var csv bytes.Buffer
	if report, err := export.WriteCSV(&csv, closed().Table(), export.UTF8); err != nil || len(report.Losses) > 0 {
		t.Fatal(err, report)
	}
	testkit.Golden(t, "day.csv", csv.Bytes())
}

func TestAnOpenOrTrainingDayIsMarked(t *testing.T) {
	t.Parallel()
	d := closed()
	d.Session.State, d.Session.Training = till.SessionOpen, true
	if title := d.Sheet().Title; title != "日計表（練習）（締め前）" {
		t.Errorf("title %q", title)
	}
	for _, r := range rowsOf(t, d.Table()) {
		if r[4] == "counted" || r[4] == "difference" {
			t.Errorf("nobody has counted, and the file says %v", r)
		}
	}
	empty := export.Day{Session: till.Session{Day: "2026-11-20", State: till.SessionClosed}}
	recalculated(t, open(t, empty.Sheet()))
}
