package paypay_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/japanese"

	"yakusho/internal/till"
	"yakusho/internal/till/paypay"
)

const heading = "決済番号,加盟店ID,屋号,店舗ID,店舗名,端末番号/PosID,取引ステータス,取引日時,取引金額,レシート番号,支払い方法,マーチャント決済ID,支払い詳細\n"

func line(payment, status, at, amount, ours string) string {
	return payment + "," + credentials().Merchant + ",みほん市,,みほん市役所,," + status + "," + at + "," + amount + `,,"PayPayポイント, PayPay残高",` + ours +
		`,"[{""paymentMethod"":""PayPay残高"",""amount"":5}]"` + "\n"
}

func sjis(t testing.TB, text string) []byte {
	t.Helper()
	b, err := japanese.ShiftJIS.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSettlementFileBecomesRows(t *testing.T) {
	t.Parallel()
	p := provider(t, paypay.Options{Base: paypay.Production})
	const ours = "01k6f5v8s1e9n5r2w4x6y8z0ab"
	got, problems := p.ParseSettlement(sjis(t, heading+
		line("0457241108335660810", "取引完了", "2026/10/01 08:45:12", "600", ours)+
		line("0457241108335660811", "取引完了", "2026/10/01 09:00:00", "300", "")+ // by a sticker: PayPay's own
		line("0457241108335660810", "返金完了", "2026-10-01 23:59:59", "-300", "01k6f5v8s1e9n5r2w4x6y8z0ac")+
		line("", "取引失敗", "2026/10/01 10:00:00", "450", "EC-0001")+
		line("0457241108335660810", "返金失敗", "2026-10-01T10:00:00+09:00", "-300", "")))
	if len(problems) > 0 {
		t.Fatalf("refused: %+v", problems)
	}
	at := func(h, m, s int) time.Time { return time.Date(2026, 10, 1, h-9, m, s, 0, time.UTC) }
	method := "PayPayポイント, PayPay残高"
	want := []till.SettlementRow{
		{Line: 2, Ours: ours, Ref: "0457241108335660810", Kind: till.RowPaid, Amount: 600, At: at(8, 45, 12), Wallet: "paypay", Status: "取引完了", Detail: method},
		{Line: 3, Ref: "0457241108335660811", Kind: till.RowPaid, Amount: 300, At: at(9, 0, 0), Wallet: "paypay", Status: "取引完了", Detail: method},
		{Line: 4, Ours: "01k6f5v8s1e9n5r2w4x6y8z0ac", Ref: "0457241108335660810", Kind: till.RowRefunded, Amount: 300, At: at(23, 59, 59), Wallet: "paypay", Status: "返金完了", Detail: method},
		{Line: 5, Kind: till.RowFailed, Amount: 450, At: at(10, 0, 0), Wallet: "paypay", Status: "取引失敗", Detail: method},
		{Line: 6, Ref: "0457241108335660810", Kind: till.RowFailed, Amount: 300, At: at(10, 0, 0), Wallet: "paypay", Status: "返金失敗", Detail: method},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("rows (-want +got):\n%s", d)
	}
}

func TestSettlementFileOfADayWithoutPaymentsIsInOrder(t *testing.T) {
	t.Parallel()
	p := provider(t, paypay.Options{Base: paypay.Production})
	if rows, problems := p.ParseSettlement(sjis(t, heading)); len(rows)+len(problems) > 0 {
		t.Errorf("%+v, %+v", rows, problems)
	}
}

func TestEveryMistakeOfASettlementFileIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	p := provider(t, paypay.Options{Base: paypay.Production})
	file := heading +
		line("04572 1108", "取引完了", "2026/10/01 08:45:12", "600", "") +
		line("0457241108335660810", "完了", "2026/10/01 25:00:00", "6百円", "a b") +
		line("0457241108335660810", "取引完了", "2026/10/01 08:45:12", "-600", "") +
		line("0457241108335660810", "返金完了", "2026/13/01 08:45:12", "600", "") +
		strings.Replace(line("0457241108335660810", "取引完了", "2026/10/01 08:45:12", "0", ""), credentials().Merchant, "42", 1) +
		line("0457241108335660810", "取引完了", "2026/10/01 08:45:12", "+5", "") +
		"1,2,3\n"
	rows, problems := p.ParseSettlement(sjis(t, file))
	var got []string
	for _, f := range problems {
		got = append(got, fmt.Sprintf("%d %s", f.Line, f.Column))
		if !strings.HasSuffix(f.Message, "。") {
			t.Errorf("message %q", f.Message)
		}
	}
	want := []string{
		"2 決済番号", "3 取引ステータス", "3 取引金額", "3 取引日時", "3 マーチャント決済ID", "4 取引金額", "5 取引金額", "5 取引日時", "6 取引金額", "6 加盟店ID", "7 取引金額", "8 ",
	}
	if d := cmp.Diff(want, got); d != "" || len(rows) > 0 {
		t.Errorf("%d rows, problems (-want +got):\n%s", len(rows), d)
	}
}

func TestFileThatIsNoSettlementFileSaysWhatItIs(t *testing.T) {
	t.Parallel()
	p := provider(t, paypay.Options{Base: paypay.Production})
	for name, c := range map[string]struct {
		file []byte
		word string
	}{
		"saved again as UTF-8": {[]byte(heading), "UTF-8"},
		"empty":                {nil, "空"},
		"another table":        {[]byte("a,b,c\n1,2,3\n"), "見出し「決済番号」がありません"},
		"a picture":            {[]byte("\x89PNG\r\n\x1a\n\x00\x00"), ""},
		"huge":                 {bytes.Repeat([]byte("x"), 64<<20+1), "大きすぎます"},
	} {
		_, problems := p.ParseSettlement(c.file)
		if len(problems) == 0 || problems[0].Line != 1 || !strings.Contains(problems[0].Message, c.word) {
			t.Errorf("%s: %+v", name, problems)
		}
	}
}

func TestSettlementFileFullOfMistakesIsCutShort(t *testing.T) {
	t.Parallel()
	p := provider(t, paypay.Options{Base: paypay.Production})
	_, problems := p.ParseSettlement(sjis(t, heading+strings.Repeat("1\n", 50_000)))
	if n := len(problems); n != 1001 || !strings.Contains(problems[n-1].Message, "ほかにも") {
		t.Errorf("%d problems, the last %+v", len(problems), problems[len(problems)-1])
	}
}

// A large city's month in one file: the match has ten seconds for it.
func BenchmarkParseSettlementOf100000Rows(b *testing.B) {
	p := provider(b, paypay.Options{Base: paypay.Production})
	var text strings.Builder
	text.WriteString(heading)
	for i := range 100_000 {
		text.WriteString(line(fmt.Sprintf("04%017d", i), "取引完了", "2026/10/01 08:45:12", "600", "01k6f5v8s1e9n5r2w4x6y8z0ab"))
	}
	file := sjis(b, text.String())
	for b.Loop() {
		if rows, problems := p.ParseSettlement(file); len(rows) != 100_000 {
			b.Fatalf("%d rows, %+v", len(rows), problems)
		}
	}
}

func FuzzParseSettlement(f *testing.F) {
	p := provider(f, paypay.Options{Base: paypay.Production})
	f.Add(sjis(f, heading+line("0457241108335660810", "取引完了", "2026/10/01 08:45:12", "600", "01k6f5v8s1e9n5r2w4x6y8z0ab")))
	f.Add(sjis(f, heading+line("0457241108335660810", "返金完了", "2026/10/01 08:45:12", "-600", "")+"1,2\n"))
	f.Add(sjis(f, heading+`"`))
	f.Add([]byte("\x81"))
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, problems := p.ParseSettlement(file)
		if len(problems) > 0 && len(rows) > 0 {
			t.Errorf("rows and problems together")
		}
		lines := bytes.Count(file, []byte("\n")) + 1
		for _, r := range rows {
			if r.Line < 2 || r.Line > lines || r.Amount < 0 || r.Amount == 0 && r.Kind != till.RowFailed || r.At.IsZero() || r.Kind == "" || !utf8.ValidString(r.Detail) {
				t.Errorf("row %+v", r)
			}
		}
		for _, x := range problems {
			if x.Line < 1 || x.Line > lines || x.Message == "" || !utf8.ValidString(x.Message+x.Column) {
				t.Errorf("problem %+v of %d lines", x, lines)
			}
		}
	})
}
