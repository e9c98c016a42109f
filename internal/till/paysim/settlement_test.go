package paysim_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"

	"yakusho/internal/testkit"
	"yakusho/internal/till/paysim"
)

// read decodes a settlement file.
func read(t testing.TB, sheet []byte) [][]string {
	t.Helper()
	text, err := japanese.ShiftJIS.NewDecoder().Bytes(sheet)
	if err != nil || bytes.Contains(text, []byte("�")) {
		t.Fatalf("file is not Shift_JIS: %v\n%q", err, sheet)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("file is not CSV: %v\n%s", err, text)
	}
	return rows
}

// column returns the cells below a title.
func column(t testing.TB, rows [][]string, title string) []string {
	t.Helper()
	i := slices.Index(rows[0], title)
	if i < 0 {
		t.Fatalf("no column %s in %v", title, rows[0])
	}
	var cells []string
	for _, r := range rows[1:] {
		cells = append(cells, r[i])
	}
	return cells
}

// busyDay is a day with one of everything, in a town whose name needs care.
func busyDay(t testing.TB) *shop {
	s := newShop(t, paysim.Options{BrandName: `髙﨑市 "表示"`, StoreName: "𠮷田支所,ソ〜能"})
	first := s.paid("R8-0001", 300)
	s.clock.Advance(time.Minute)
	s.payPay("POST", "/v2/codes", order("R8-0002", 1000))
	s.ok(s.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: "R8-0002", Points: 400}))
	s.clock.Advance(time.Minute)
	s.payPay("POST", "/v2/codes", order("R8-0003", 300))
	if s.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: "R8-0003", Fail: "insufficient_funds"}) == nil {
		t.Fatal("R8-0003 was paid")
	}
	s.paid("R8-0004", 300)
	s.payPay("DELETE", "/v2/payments/R8-0004", nil)
	s.payPay("POST", "/v2/codes", order("R8-0005", 300)) // nobody comes
	s.clock.Advance(time.Minute)
	s.faults(paysim.Fault{Kind: paysim.RefundFailure, Match: "RF-1"})
	s.payPay("POST", "/v2/refunds", refundOrder("RF-1", first, 300))
	s.payPay("POST", "/v2/refunds", refundOrder("RF-2", first, 300))

	c := s.charge(s.shows("d_barai"), 300)
	s.charge("0000000000000", 300) // fails
	s.present(300)                 // waits
	s.univapay("POST", s.store("/charges/"+c.text("id")+"/refunds"), map[string]any{"amount": 100, "currency": "JPY"})
	s.clock.Set(time.Date(2026, 10, 1, 14, 59, 59, 0, time.UTC)) // the last second of the day in Japan
	s.charge(s.shows("au_pay"), 66000)
	s.clock.Advance(time.Second)
	s.charge(s.shows("au_pay"), 1)
	s.paid("R8-0006", 1)
	return s
}

func TestSettlementFilesOfABusyDay(t *testing.T) {
	t.Parallel()
	s := busyDay(t)
	day := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	sheet := s.sim.PayPaySettlement(day)
	testkit.Golden(t, "paypay.csv", sheet)
	testkit.Golden(t, "univapay.csv", s.sim.UnivapaySettlement(day))
	rows := read(t, sheet)
	if got := strings.Join(column(t, rows, "取引ステータス"), " "); got != "取引完了 取引完了 取引失敗 取引失敗 返金失敗 返金完了" {
		t.Errorf("states: %s", got)
	}
	if got := strings.Join(column(t, rows, "取引金額"), " "); got != "300 1000 300 300 -300 -300" {
		t.Errorf("amounts: %s", got)
	}
	if rows[1][2] != `髙﨑市 "表示"` || rows[1][4] != "〓田支所,ソ～能" {
		t.Errorf("names: %q", rows[1])
	}
	if bytes.Contains(sheet, []byte("\r")) {
		t.Error("lines do not end with LF alone")
	}
	for _, cell := range column(t, rows, "支払い詳細") {
		if !json.Valid([]byte(cell)) {
			t.Errorf("not JSON: %s", cell)
		}
	}
}

func TestSettlementFilesGoWrongAsScripted(t *testing.T) {
	t.Parallel()
	s := busyDay(t)
	day := s.clock.Now().Add(-time.Minute)
	s.faults(
		paysim.Fault{Kind: paysim.SettlementMissing, Provider: "paypay", Match: "R8-0002"},
		paysim.Fault{Kind: paysim.SettlementAmount, Provider: "paypay", Match: "R8-0001"},
		paysim.Fault{Kind: paysim.SettlementExtra, Provider: "paypay", Count: 2},
		paysim.Fault{Kind: paysim.SettlementMissing, Provider: "univapay"},
		paysim.Fault{Kind: paysim.SettlementExtra, Provider: "univapay", Count: -1},
	)
	rows := read(t, s.sim.PayPaySettlement(day))
	ids := column(t, rows, "マーチャント決済ID")
	if slices.Contains(ids, "R8-0002") || strings.Join(ids[len(ids)-2:], " ") != "paysim-extra-1 paysim-extra-2" {
		t.Errorf("PayPay rows: %v", ids)
	}
	if got := column(t, rows, "取引金額")[0]; got != "301" {
		t.Errorf("first amount is %s", got)
	}
	uni := read(t, s.sim.UnivapaySettlement(day))
	if len(uni) != 4 { // header, three rows less one, one extra
		t.Errorf("UnivaPay rows: %v", uni)
	}
	if again := read(t, s.sim.PayPaySettlement(day)); len(again) != 7 {
		t.Errorf("the next file has %d lines, want all 7", len(again))
	}
	if again := read(t, s.sim.UnivapaySettlement(day)); len(again) != 5 {
		t.Errorf("the next file of UnivaPay has %d lines, want 4 and the extra one", len(again))
	}
}

func TestUnivapayFeeIsRoundedDownAndGivenBack(t *testing.T) {
	t.Parallel()
	s := busyDay(t)
	rows := read(t, s.sim.UnivapaySettlement(s.clock.Now().Add(-time.Minute)))
	if got := strings.Join(column(t, rows, "手数料"), " "); got != "9 -3 2138" { // 9.72, 3.24 and 2138.4 yen at 3.24 %
		t.Errorf("fees: %s", got)
	}
	if got := strings.Join(column(t, rows, "入金額"), " "); got != "291 -97 63862" {
		t.Errorf("deposits: %s", got)
	}
}

func TestSettlementIsAnnouncedAndFetchedWithinTwoHours(t *testing.T) {
	t.Parallel()
	url, got := receiver(t)
	s := busyDay(t)
	s.sim.SetPayPayWebhook(url)
	a := s.control("POST", "http://sim.test/_sim/paypay/settlement", map[string]any{"date": "2026-10-01"})
	s.want(a, 200, "")
	x := next(t, got)
	path, _ := x.body["path"].(string)
	if x.body["notification_type"] != "file.created" || x.body["fileType"] != "transaction_recon" || path != a.text("path") ||
		!strings.HasSuffix(path, "/transaction_"+s.cred.PayPayMerchant+"_20261001000000_20261001235959_v2.csv") {
		t.Errorf("notification: %v", x.body)
	}
	if f := s.control("GET", path, nil); f.status != 200 || len(read(t, []byte(f.raw))) != 7 {
		t.Errorf("file: %d\n%s", f.status, f.raw)
	}
	s.clock.Advance(2*time.Hour + time.Second)
	if f := s.control("GET", path, nil); f.status != 403 {
		t.Errorf("after two hours: %d", f.status)
	}
	if f := s.control("GET", "/recon/x/y.csv", nil); f.status != 403 {
		t.Errorf("unknown file: %d", f.status)
	}
	s.want(s.control("POST", "/_sim/paypay/settlement", map[string]any{"date": "1 October"}), 400, "date")
	for range 100 {
		s.want(s.control("POST", "/_sim/paypay/settlement", nil), 200, "")
	}
	s.want(s.control("POST", "/_sim/paypay/settlement", nil), 429, "files_many")
}

// FuzzSettlement: whatever the names are, the file can be read, has every row, and only characters
// that Shift_JIS lacks are replaced. A terminal PayPay would not take (over 255 characters) makes no row.
func FuzzSettlement(f *testing.F) {
	f.Add("みほん市", "市民課", "T-01")
	f.Add("髙﨑市", "𠮷田\"支所,\n二階", "=cmd|' /C calc'!A0")
	f.Add("〜−‖—", "表ソ能十", "\x00\x1a\ufeff")
	f.Add("\xff市", "\xe5\xb8", "T\xff")
	f.Add("市", "課", strings.Repeat("端", 255))
	f.Add("市", "課", strings.Repeat("端", 256))
	f.Fuzz(func(t *testing.T, brand, store, terminal string) {
		s := newShop(t, paysim.Options{BrandName: brand, StoreName: store})
		a := s.payPay("POST", "/v2/codes", with(order("p", 300), "terminalId", terminal))
		if utf8.RuneCountInString(terminal) > 255 {
			if rows := read(t, s.sim.PayPaySettlement(s.clock.Now())); a.status == 201 || len(rows) != 1 {
				t.Fatalf("a terminal of %d characters: status %d, rows %q", utf8.RuneCountInString(terminal), a.status, rows)
			}
			return
		}
		if a.status != 201 {
			t.Fatalf("terminal %q was refused: %d %s", terminal, a.status, a.raw)
		}
		s.ok(s.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: "p"}))
		rows := read(t, s.sim.PayPaySettlement(s.clock.Now()))
		if len(rows) != 2 || len(rows[1]) != 13 {
			t.Fatalf("rows: %q", rows)
		}
		if got, err := japanese.ShiftJIS.NewEncoder().String(terminal); err == nil && !strings.ContainsAny(terminal, "\r¥") {
			want, _ := japanese.ShiftJIS.NewDecoder().String(got)
			if rows[1][5] != want {
				t.Errorf("terminal %q is written as %q", terminal, rows[1][5])
			}
		}
	})
}
