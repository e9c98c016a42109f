package export_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yakusho/internal/core"
	"yakusho/internal/testkit"
	"yakusho/internal/till"
	"yakusho/internal/till/export"
	"yakusho/internal/till/ledger"
)

func collection(t testing.TB) export.Collection {
	return export.Collection{Office: "みほん市", From: "2027-03-31", To: "2027-05-31", Books: year(t)}
}

func TestSalesRefundsAndFeesStandApartByFiscalYear(t *testing.T) {
	t.Parallel()
	c := collection(t)
	table, err := c.Summary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []export.Row{
		// 年度, 科目コード, 科目, 品目コード, 品目, 方法, ブランド, 数, うち減免, 収入総額, 取消, 戻出, 差引収入, 過誤納金還付
		{"令和8年度", use.Code, use.Name, "HALL", "市民ホール（午前）", "お客様のコード", "PayPay", 1, 0, yen(2000), yen(0), yen(1000), yen(1000), yen(0)},
		{"令和8年度", use.Code, use.Name, "HALL", "市民ホール（午前）", "画面のQR", "PayPay", 1, 0, yen(2000), yen(0), yen(0), yen(2000), yen(0)},
		{"令和8年度", certificate.Code, certificate.Name, "JUMIN", "住民票の写し", "現金", "現金", 0, 0, yen(300), yen(300), yen(0), yen(0), yen(0)},
		{"令和8年度", certificate.Code, certificate.Name, "JUMIN", "住民票の写し", "お客様のコード", "PayPay", 1, 0, yen(300), yen(0), yen(150), yen(150), yen(0)},
		{"令和8年度", certificate.Code, certificate.Name, "JUMIN", "住民票の写し", "画面のQR", "PayPay", 3, 1, yen(600), yen(0), yen(0), yen(600), yen(0)},
		{"令和9年度", use.Code, use.Name, "HALL", "市民ホール（午前）", "画面のQR", "PayPay", 0, 0, yen(0), yen(0), yen(0), yen(0), yen(2000)},
		{"令和9年度", certificate.Code, certificate.Name, "JUMIN", "住民票の写し", "ステッカー", "d払い", 0, 0, yen(900), yen(900), yen(0), yen(0), yen(0)},
		{"令和9年度", certificate.Code, certificate.Name, "JUMIN", "住民票の写し", "画面のQR", "PayPay", 1, 0, yen(300), yen(0), yen(0), yen(300), yen(0)},
	}
	if diff := cmp.Diff(want, rowsOf(t, table)); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	deposits := []export.Row{{till.Day("2027-04-10"), "令和9年度", "paypay", yen(1750), yen(38), yen(1712)}}
	if diff := cmp.Diff(deposits, rowsOf(t, c.Deposits(t.Context()))); diff != "" {
		t.Errorf("deposits (-want +got):\n%s", diff)
	}
}

func yen(n int64) core.Money { return core.Money(n) }

// TestTheDetailIsTheBooks compares the rows with the balances of the ledger, account by account.
func TestTheDetailIsTheBooks(t *testing.T) {
	t.Parallel()
	b := year(t)
	got := map[ledger.Account]core.Money{}
	err := export.Walk(t.Context(), b, "2027-03-31", "2027-05-31", func(r export.Revenue) error {
		a := ledger.RevenueOf(r.FiscalYear, r.Category.Code)
		if r.What == export.Overpaid {
			a = ledger.RefundOfPastYear(r.FiscalYear, r.Category.Code)
		}
		got[a] -= r.Amount
		return nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[ledger.Account]core.Money{}
	for _, entries := range b.entries {
		for a, m := range ledger.Balances(entries) {
			if a.Kind() == ledger.Revenue || strings.HasPrefix(string(a), "expense:refund:") {
				want[a] += m
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("books (-want +got):\n%s", diff)
	}
}

func TestBooksThatContradictThemselvesStopTheExport(t *testing.T) {
	t.Parallel()
	b := year(t)
	b.entries["2027-04-01"][1].Postings[1].Amount++
	c := export.Collection{From: "2027-04-01", To: "2027-04-01", Books: b}
	if _, err := c.Summary(t.Context()); err == nil || !strings.Contains(err.Error(), "differ") {
		t.Errorf("error %v", err)
	}
	var out bytes.Buffer
	if err := export.WriteXLSX(&out, export.Sheet{Name: "明細", Tables: []export.Table{c.Detail(t.Context())}}); err == nil || out.Len() > 0 {
		t.Errorf("error %v, %d bytes were written", err, out.Len())
	}
}

func TestARangeThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, r := range [][2]till.Day{{"2027-04-02", "2027-04-01"}, {"2020-01-01", "2027-01-01"}, {"", "2027-01-01"}, {"2027-01-01", "tomorrow"}} {
		err := export.Walk(t.Context(), newBooks(t), r[0], r[1], nil, nil)
		if core.KindOf(err) != core.KindInvalid {
			t.Errorf("%v: %v", r, err)
		}
	}
}

func TestDetailAsCSV(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	report, err := export.WriteCSV(&b, collection(t).Detail(t.Context()), export.UTF8)
	if err != nil || len(report.Losses) > 0 {
		t.Fatal(err, report)
	}
	testkit.Golden(t, "detail.csv", b.Bytes())
}

// many gives rows of 100 days without holding them: each day has the same entries.
type many struct {
	*books
	perDay int
	peak   *uint64
	seen   int
}

func (m *many) Entries(_ context.Context, _, _ till.Day, each func(ledger.Entry) error) error {
	e := m.entries["2027-03-31"][0]
	for range m.perDay {
		if err := each(e); err != nil {
			return err
		}
	}
	if m.seen++; m.seen%20 == 0 && m.peak != nil {
		var now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&now)
		*m.peak = max(*m.peak, now.HeapAlloc)
	}
	return nil
}

// TestAHundredThousandRowsTakeNoMoreMemoryThanAHandful is not parallel: it reads the memory of the whole process.
func TestAHundredThousandRowsTakeNoMoreMemoryThanAHandful(t *testing.T) {
	b := newBooks(t)
	b.sell("2027-03-31", "paypay", till.WayShow, till.AttemptPaid, residence(2), free())
	write := func(perDay int, how func(export.Table) error) (peak uint64) {
		m := &many{books: b, perDay: perDay, peak: &peak}
		c := export.Collection{From: "2027-01-01", To: till.Day("2027-01-01").Add(99), Books: m}
		if err := how(c.Detail(t.Context())); err != nil {
			t.Fatal(err)
		}
		return peak
	}
	for name, how := range map[string]func(export.Table) error{
		"csv": func(table export.Table) error {
			_, err := export.WriteCSV(io.Discard, table, export.ShiftJIS)
			return err
		},
		"xlsx": func(table export.Table) error {
			few := export.Table{Columns: table.Columns[:4], Rows: func(each func(export.Row) error) error {
				return table.Rows(func(r export.Row) error { return each(r[:4]) })
			}} // what is slow under the race detector is the number of cells
			return export.WriteXLSX(io.Discard, export.Sheet{Name: "明細", Tables: []export.Table{few}})
		},
	} {
		few, lots := write(1, how), write(500, how) // two rows for each entry: 200 and 100,000
		t.Logf("%s: %d kB for 200 rows, %d kB for 100,000", name, few>>10, lots>>10)
		// The XLSX library writes to disk in pieces of 16 MB, of which it holds one and a buffer to grow it.
		if lots > few+64<<20 {
			t.Errorf("%s: %d MB more for 100,000 rows", name, (lots-few)>>20)
		}
	}
}

func TestAFailingWriterIsTold(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	w := writer(func([]byte) (int, error) { return 0, full })
	if _, err := export.WriteCSV(w, collection(t).Detail(t.Context()), export.ShiftJIS); !errors.Is(err, full) {
		t.Errorf("csv: %v", err)
	}
	if err := export.WriteXLSX(w, export.Sheet{Name: "明細", Tables: []export.Table{collection(t).Detail(t.Context())}}); !errors.Is(err, full) {
		t.Errorf("xlsx: %v", err)
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }
