package univapay_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/japanese"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/paysim"
	"yakusho/internal/till/univapay"
)

const heading = "課金ID,返金ID,店舗ID,店舗名,種別,ステータス,取引日時,金額,通貨,手数料,入金額,ブランド,加盟店取引ID\n"

func line(s *shop, kind, at, amount, fee, brand, ours string) string {
	refund := ""
	if kind == "返金" {
		refund = "11ed0000-0000-4000-8000-0000000000ff"
	}
	return strings.Join([]string{charge, refund, s.sim.Cred.UnivapayStore, "みほん市役所", kind, "成功", at, `"` + amount + `"`, "JPY", fee, "", brand, ours}, ",") + "\n"
}

func TestASettlementFileReadsInEveryEncoding(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	text := heading + line(s, "売上", "2026/10/01 08:30:00", "1,300", "42", "d_barai", ourID) +
		line(s, "返金", "2026-10-01 09:00:00", "-300", "-9", "d_barai", ourID) +
		line(s, "売上", "2026-10-01T09:30:00+09:00", "500", "0", "", "of-the-web-shop")
	sjis, err := japanese.ShiftJIS.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 9, 30, 23, 30, 0, 0, time.UTC)
	want := []till.SettlementRow{
		{Line: 2, Ours: ourID, Ref: charge, Kind: till.RowPaid, Amount: 1300, Fee: 42, HasFee: true, At: at, Wallet: "d_barai", Status: "売上 成功"},
		{
			Line: 3, Ours: ourID, Ref: charge, Kind: till.RowRefunded, Amount: 300, Fee: 9, HasFee: true, At: at.Add(30 * time.Minute), Wallet: "d_barai",
			Status: "返金 成功", Detail: "11ed0000-0000-4000-8000-0000000000ff",
		},
		{Line: 4, Ref: charge, Kind: till.RowPaid, Amount: 500, HasFee: true, At: at.Add(time.Hour), Status: "売上 成功"},
	}
	for name, file := range map[string][]byte{
		"Shift_JIS": sjis, "UTF-8": []byte(text), "UTF-8 with a mark": append([]byte("\xef\xbb\xbf"), text...),
		"CRLF": []byte(strings.ReplaceAll(text, "\n", "\r\n")),
	} {
		rows, problems := s.p.ParseSettlement(file)
		if len(problems) > 0 || !slices.Equal(rows, want) {
			t.Errorf("%s: %+v\n%+v\nwant %+v", name, problems, rows, want)
		}
	}
	renamed := newShop(t, func(o *univapay.Options) { o.Columns.Amount = "決済金額" })
	if rows, problems := renamed.p.ParseSettlement([]byte(strings.Replace(text, "金額", "決済金額", 1))); len(problems) > 0 || !slices.Equal(rows, want) {
		t.Errorf("with a column of another name: %+v\n%+v", problems, rows)
	}
}

func TestEverythingWrongInASettlementFileIsNamed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	good := line(s, "売上", "2026/10/01 08:30:00", "1300", "42", "d_barai", ourID)
	text := heading + good +
		line(s, "チャージバック", "きのう", "1300.5", "", "イオン", ourID) +
		strings.Replace(good, "1300", "-1300", 1) +
		strings.Replace(good, "JPY", "USD", 1) +
		strings.Replace(good, s.sim.Cred.UnivapayStore, charge, 1) +
		strings.Replace(good, "成功", "保留", 1) +
		line(s, "返金", "2026/10/01 08:30:00", "300", "9", "d_barai", ourID) +
		strings.Replace(good, "1300", "13,00", 1)
	_, problems := s.p.ParseSettlement([]byte(text))
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%d %s", p.Line, p.Column))
	}
	want := []string{"3 ブランド", "3 種別", "3 取引日時", "3 金額", "3 手数料", "4 金額", "5 通貨", "6 店舗ID", "7 ステータス", "8 金額", "9 金額"}
	if !slices.Equal(got, want) {
		t.Errorf("named are %q, want %q", got, want)
	}
	many := heading + strings.Repeat(strings.Replace(good, "JPY", "USD", 1), 5000)
	if _, problems := s.p.ParseSettlement([]byte(many)); len(problems) != 201 || problems[200].Line != 202 {
		t.Errorf("%d problems of 5000", len(problems))
	}
}

func TestScriptedDamageOfAFileIsForTheMatch(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for range 3 {
		s.start(s.scan("pay_pay"))
	}
	s.faults(paysim.Fault{Kind: paysim.SettlementMissing}, paysim.Fault{Kind: paysim.SettlementAmount}, paysim.Fault{Kind: paysim.SettlementExtra})
	rows, problems := s.p.ParseSettlement(s.sim.UnivapaySettlement(s.sim.Clock.Now()))
	if len(problems) > 0 || len(rows) != 3 || rows[0].Amount != 451 || rows[1].Amount != 450 || rows[2].Ours != "" || rows[2].Amount != 1000 {
		t.Errorf("rows %+v, problems %+v", rows, problems)
	}
	if rows[1].Fee != 14 || !rows[1].HasFee { // 3.24 % of 450, rounded down
		t.Errorf("fee %v", rows[1].Fee)
	}
}

func TestALargeFileIsReadInSeconds(t *testing.T) {
	s := newShop(t) // not parallel: it measures
	const n = 100_000
	text := heading + strings.Repeat(line(s, "売上", "2026/10/01 08:30:00", "1300", "42", "d_barai", ourID), n)
	begun := time.Now()
	rows, problems := s.p.ParseSettlement([]byte(text))
	if len(rows) != n || len(problems) > 0 {
		t.Fatalf("%d rows, %d problems", len(rows), len(problems))
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("%d rows took %v", n, took)
	}
}

func FuzzSettlement(f *testing.F) {
	p, err := univapay.New(univapay.Options{Credentials: univapay.Credentials{JWT: "a.b.c", Secret: "s", Store: charge}})
	if err != nil {
		f.Fatal(err)
	}
	row := charge + ",," + charge + ",みほん市,売上,成功,2026/10/01 08:30:00,1300,JPY,42,1258,pay_pay," + ourID + "\n"
	sjis, err := japanese.ShiftJIS.NewEncoder().Bytes([]byte(heading + row))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(heading + row))
	f.Add(append([]byte("\xef\xbb\xbf"), heading+row+row...))
	f.Add(sjis)
	f.Add([]byte(`"` + heading))
	f.Add([]byte("\xff\xfe"))
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, problems := p.ParseSettlement(file)
		if len(rows) > 0 && len(problems) > 0 {
			t.Error("rows together with problems")
		}
		lines := bytes.Count(file, []byte("\n")) + bytes.Count(file, []byte("\r")) + 1
		for _, x := range problems {
			if x.Line < 1 || x.Line > lines || x.Message == "" {
				t.Errorf("problem %+v of %d lines", x, lines)
			}
		}
		for _, r := range rows {
			if r.Amount <= 0 || r.Line < 2 || r.Line > lines || r.At.IsZero() || len(r.Ref) != 36 {
				t.Errorf("row %+v", r)
			}
			if _, err := core.ParseID(string(r.Ours)); r.Ours != "" && err != nil {
				t.Errorf("id %q", r.Ours)
			}
		}
	})
}
