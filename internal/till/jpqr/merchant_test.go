package jpqr_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yakusho/internal/core"
	"yakusho/internal/till/jpqr"
	"yakusho/internal/till/jpqr/jpqrtest"
)

// The vectors of the reference: mercari/go-emv-code's examples, two of our own, and kenmaz/JPQRReader's,
// whose checksum is wrong.
const (
	cafe     = "0002016003xxx01021129300012D156000000000510A93FO3230Q31280012D1560000000103081234567826680019jp.or.paymentsjapan01130000000000001020400010306000001040600000153033925903xxx64180002JA0108メルペイ カフェ520441115802JP610710661436304DEE9"
	sticker  = "00020101021126680019jp.or.paymentsjapan0113000000000000102040001030600000104060000015204939953033925802JP5903xxx6003xxx6107100000164190002JA0109みほん市役所市民課6304CE8E"
	sale300  = "00020101021226680019jp.or.paymentsjapan01130000000000001020400010306000001040600000152049399530339254033005802JP5903xxx6003xxx6107100000162130509R8-00012364190002JA0109みほん市役所市民課6304D4FC"
	kenmaz   = "00020164210002JA0111JPQRMPM本舗食堂53033925903xxx6003xxx610710600325802JP01021126680019jp.or.paymentsjapan0113000000000000102040001030600000104060000015204412163046D60"
	emvCo    = "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A"
	emvLower = "00020101021229300012d156000000000510a93fo3230q31280012d15600000001030812345678520441115802cn5914best transport6007beijing64200002zh0104最佳运输0202北京540523.7253031565502016233030412340603***0708a60086670902me91320016a0112233449988770708123456786304a13b"
	emvYuan  = "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802JP5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016A011223344998877070812345678630420EE"
	payURL   = "https://qr.paypay.ne.jp/28180104AbCdEfGh"
)

var office = jpqr.StoreCode{Level1: "0000000000001", Level2: "0001", Level3: "000001", Level4: "000001"}

func TestPublishedMerchantCodesAreRead(t *testing.T) {
	t.Parallel()
	own := jpqrtest.Store("みほん市役所市民課")
	own.Store = office
	for name, c := range map[string]struct {
		payload string
		want    jpqr.Merchant
	}{
		"go-emv-code example, fields in any order": {cafe, jpqr.Merchant{
			IsJPQR: true, Method: jpqr.Static, StoreField: "26", Store: office,
			Schemes: []jpqr.Scheme{
				{ID: "29", GUID: "D15600000000", Value: "0012D156000000000510A93FO3230Q"},
				{ID: "31", GUID: "D15600000001", Value: "0012D15600000001030812345678"},
			},
			MCC: "4111", Currency: "392", Country: "JP", Name: "xxx", City: "xxx", PostCode: "1066143",
			LocalLang: "JA", LocalName: "メルペイ カフェ",
		}},
		"static sticker":       {sticker, own},
		"dynamic with 300 yen": {sale300, jpqrtest.Sale(own, 300, "R8-000123")},
		"EMV that is no JPQR": {emvCo, jpqr.Merchant{
			Method: jpqr.Dynamic,
			Schemes: []jpqr.Scheme{
				{ID: "29", GUID: "D15600000000", Value: "0012D156000000000510A93FO3230Q"},
				{ID: "31", GUID: "D15600000001", Value: "0012D15600000001030812345678"},
			},
			MCC: "4111", Currency: "156", Amount: "23.72", Country: "CN", Name: "BEST TRANSPORT", City: "BEIJING",
			LocalLang: "ZH", LocalName: "最佳运输", LocalCity: "北京",
			Additional: []jpqr.Field{{ID: "03", Value: "1234"}, {ID: "06", Value: "***"}, {ID: "07", Value: "A6008667"}, {ID: "09", Value: "ME"}},
			Other:      []jpqr.Field{{ID: "55", Value: "01"}, {ID: "91", Value: "0016A011223344998877070812345678"}},
		}},
	} {
		got, err := jpqr.Parse(c.payload)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	if m, err := jpqr.Parse(emvYuan); err != nil || m.IsJPQR {
		t.Errorf("EMV code with country JP and yuan: %+v, %v; want EMV, not JPQR", m, err)
	}
}

func TestNamesToShow(t *testing.T) {
	t.Parallel()
	m := jpqrtest.Store("みほん市役所")
	if got := m.DisplayName(); got != "みほん市役所" {
		t.Errorf("display name %q", got)
	}
	m.LocalName = ""
	if got := m.DisplayName(); got != "xxx" {
		t.Errorf("display name without 64: %q", got)
	}
	if got := m.Store.String(); got != "0000000000000-0001-000001-000001" {
		t.Errorf("store code %q", got)
	}
	if got := (jpqr.StoreCode{}).String(); got != "" {
		t.Errorf("no store code prints %q", got)
	}
}

// sealed is body with a right checksum.
func sealed(body string) string { return jpqrtest.Seal(body) }

// parts of a good static code, for breaking one at a time.
const (
	account = "26680019jp.or.paymentsjapan011300000000000010204000103060000010406000001"
	tail    = "5204939953033925802JP5903xxx6003xxx61071000001"
	name    = "64190002JA0109みほん市役所市民課"
)

func TestWrongMerchantCodesAreRefusedWithPlaceAndReason(t *testing.T) {
	t.Parallel()
	change := func(old, new string) string {
		body := strings.TrimSuffix(sticker, "6304CE8E")
		if !strings.Contains(body, old) {
			t.Fatalf("%q is not in the sticker", old)
		}
		return sealed(strings.Replace(body, old, new, 1))
	}
	for _, c := range []struct {
		name    string
		payload string
		reason  jpqr.Reason
		field   string
		at      int
		words   string
	}{
		{"nothing", "", jpqr.Empty, "", 0, "読み取れていません"},
		{"blanks", " \r\n", jpqr.Empty, "", 0, "読み取れていません"},
		{"web address", payURL, jpqr.NotEMV, "", 1, "そのままの文字で登録"},
		{"other text", "市民課", jpqr.NotEMV, "", 1, "標準形式のQRコードではありません"},
		{"blank before", " " + sticker, jpqr.NotEMV, "", 1, "余分な空白"},
		{"full width", "０００２０１０１０２１１", jpqr.NotEMV, "", 1, "日本語入力をオフ"},
		{"unknown version", change("000201", "000202"), jpqr.BadValue, "00", 5, "知らない版"},
		{"kenmaz: checksum", kenmaz, jpqr.Checksum, "63", 0, "検査符号が合いません"},
		{"go-emv-code: lower case", emvLower, jpqr.BadValue, "", 0, ""},
		{"checksum in lower case", strings.Replace(sticker, "CE8E", "ce8e", 1), jpqr.Checksum, "63", 0, "検査符号"},
		{"cut in the middle", sticker[:60], jpqr.Malformed, "26", 13, "途中で切れています"},
		{"line end behind", sticker + "\n", jpqr.Malformed, "", 0, "余分な文字"},
		{"no checksum", strings.TrimSuffix(sticker, "6304CE8E"), jpqr.Missing, "63", 0, "検査符号がありません"},
		{"something after the checksum", sticker + "80050001x", jpqr.Misplaced, "63", 0, "後に余分"},
		{"checksum of 3 characters", strings.TrimSuffix(sticker, "6304CE8E") + "6303CE8", jpqr.Malformed, "63", 0, "長さ"},
		{"letter in a length", change("52049399", "5x049399"), jpqr.Malformed, "", 86, "数字でない"},
		{"full-width digit in a length", change("52049399", "52０49399"), jpqr.Malformed, "", 87, "数字でない"},
		{"length zero", change("5903xxx", "5900"), jpqr.Malformed, "59", 106, "長さが0"},
		{"field twice", change("5903xxx", "5903xxx5903yyy"), jpqr.Duplicate, "59", 113, "二度"},
		{"version twice", change("010211", "000201"), jpqr.Duplicate, "00", 7, "二度"},
		{"sub-field twice", change("0204000103060", "0104000103060"), jpqr.Duplicate, "26.01", 57, "二度"},
		{"control character", change("5903xxx", "5903x\nx"), jpqr.Malformed, "59", 111, "制御文字"},
		{"not UTF-8", sticker[:len(sticker)-20] + "\xff" + sticker[len(sticker)-20:], jpqr.Malformed, "", 0, "UTF-8"},
		{"too long", sealed("000201" + strings.Repeat(jpqrtest.TLV("65", strings.Repeat("x", 99)), 6)), jpqr.Malformed, "", 513, "長すぎ"},
		{"two JPQR accounts", change("5204", "27"+account[2:]+"5204"), jpqr.Duplicate, "27", 0, "二つ"},
		{"no store code", change(account, jpqrtest.TLV("26", account[4:62])), jpqr.Missing, "jpqr.04", 13, "統一店舗識別コード（レベル4）がありません"},
		{"account without scheme", change("5204", "30060102xx5204"), jpqr.Missing, "30.00", 0, "決済方式"},
		{"account that is no template", change("5204", "3003xxx5204"), jpqr.Malformed, "30", 0, ""},
		{"country", change("5802JP", "5802US"), jpqr.BadValue, "58", 0, "JPQRの決まり"},
		{"country in lower case", change("5802JP", "5802jp"), jpqr.BadValue, "58", 0, "正しくありません"},
		{"currency", change("5303392", "5303840"), jpqr.BadValue, "53", 0, "「840」"},
		{"no currency", change("5303392", ""), jpqr.Missing, "53", 0, "通貨"},
		{"merchant category", change("52049399", "5203939"), jpqr.BadValue, "52", 0, "業種"},
		{"post code of 6 digits", change("61071000001", "6106100000"), jpqr.BadValue, "61", 0, "郵便番号"},
		{"no post code", change("61071000001", ""), jpqr.Missing, "61", 0, "郵便番号"},
		{"no name in Japanese", change(name, ""), jpqr.Missing, "64", 0, "日本語の店名"},
		{"language", change("0002JA", "0002EN"), jpqr.BadValue, "64.00", 0, "日本語"},
		{"city in 64", change(name, "64250002JA0109みほん市役所市民課0202京都"), jpqr.BadValue, "64.02", 0, "使いません"},
		{"64 without name", change(name, "64060002JA"), jpqr.Missing, "64.01", 0, "店名"},
		{"blank name", change(name, "64120002JA0102　　"), jpqr.BadValue, "64.01", 0, "空白"},
		{"unknown field in 64", change(name, "64250002JA0109みほん市役所市民課0302京都"), jpqr.BadValue, "64.03", 0, "決められていない"},
		{"amount on a sticker", change("5802JP", "54033005802JP"), jpqr.BadValue, "54", 0, "固定のQRコード"},
		{"method", change("010211", "010213"), jpqr.BadValue, "01", 0, "固定・都度"},
		{"no method", change("010211", ""), jpqr.Missing, "01", 0, "固定・都度"},
		{"Japanese in field 59", change("5903xxx", "5903見本市"), jpqr.BadValue, "59", 0, "「見本市」"},
		{"name too long", change("5903xxx", "5926"+strings.Repeat("x", 26)), jpqr.BadValue, "59", 0, ""},
		{"no account at all", sealed("000201010211" + tail + name), jpqr.Missing, "", 0, "決済事業者"},
	} {
		_, err := jpqr.Parse(c.payload)
		var p *jpqr.Problem
		if !errors.As(err, &p) {
			t.Errorf("%s: %v, want a problem", c.name, err)
			continue
		}
		if c.name == "go-emv-code: lower case" { // refused for its template or its checksum, both are wrong
			continue
		}
		if p.Reason != c.reason || p.Field != c.field || c.at != 0 && p.At != c.at || !strings.Contains(p.Message, c.words) {
			t.Errorf("%s: %v (field %q, at %d, %q), want %s %q at %d saying %q", c.name, err, p.Field, p.At, p.Message, c.reason, c.field, c.at, c.words)
		}
		if core.KindOf(err) != core.KindInvalid || !utf8.ValidString(p.Message) || !strings.HasSuffix(p.Message, "。") {
			t.Errorf("%s: kind %v, message %q", c.name, core.KindOf(err), p.Message)
		}
	}
}

func TestStoreCodeIsFoundInAnyAccountFieldAndMustBeWhole(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"26", "27", "40", "51"} {
		body := strings.Replace(account[4:], "0000000000001", "4000020999999", 1)
		m, err := jpqr.Parse(sealed("000201010211" + jpqrtest.TLV(id, body) + tail + name))
		if err != nil || m.StoreField != id || m.Store.Level1 != "4000020999999" {
			t.Errorf("account %s: %+v, %v", id, m, err)
		}
		for _, wrong := range []string{
			strings.Replace(body, "0406000001", "", 1),
			strings.Replace(body, "0406000001", "040500001", 1),
			strings.Replace(body, "0406000001", "040600000-", 1),
			body + "0501x",
		} {
			if m, err := jpqr.Parse(sealed("000201010211" + jpqrtest.TLV(id, wrong) + tail + name)); err == nil {
				t.Errorf("account %s %q was read: %+v", id, wrong, m)
			}
		}
	}
}

func TestAmountsOfADynamicCode(t *testing.T) {
	t.Parallel()
	for amount, yen := range map[string]int64{
		"1": 1, "300": 300, "9999999999999": 9999999999999,
		"0": 0, "000": 0, "0300": 0, "300.00": 0, ".5": 0, "1,000": 0, "-1": 0, "10000000000000": 0, "３００": 0, "1e3": 0,
	} {
		m, err := jpqr.Parse(sealed("000201010212" + account + jpqrtest.TLV("54", amount) + tail + name))
		if (err == nil) != (yen > 0) || m.Yen != yen {
			t.Errorf("amount %s: %d yen, %v; want %d", amount, m.Yen, err, yen)
		}
	}
	if _, err := jpqr.Parse(sealed("000201010212" + account + tail + name)); err != nil {
		t.Errorf("dynamic code without amount: %v", err)
	}
}

func TestComposerMakesThePublishedCodesButNoLiveSticker(t *testing.T) {
	t.Parallel()
	m := jpqrtest.Store("みほん市役所市民課")
	m.Store = office
	if _, err := jpqrtest.Compose(m); err == nil {
		t.Error("a static code of a store with a number was composed")
	}
	got, err := jpqrtest.Compose(jpqrtest.Sale(m, 300, "R8-000123"))
	if err != nil || got != sale300 {
		t.Errorf("dynamic: %q, %v; want %q", got, err, sale300)
	}
	if got := jpqrtest.Seal(strings.TrimSuffix(cafe, "6304DEE9")); got != cafe {
		t.Errorf("checksum of the composer: %q", got[len(got)-4:])
	}
	if _, err := jpqrtest.Compose(jpqrtest.Sale(m, 0, "")); err == nil {
		t.Error("a sale of nothing was composed")
	}
}

func drawText(t *rapid.T, label string, least, most int) string {
	return rapid.StringOfN(rapid.RuneFrom([]rune("AZaz09 -.ｶﾞあ髙﨑𠮷市役所課")), least, most, -1).Draw(t, label)
}

func drawMerchant(t *rapid.T) jpqr.Merchant {
	plain := func(label string, n int) string {
		return rapid.StringMatching(fmt.Sprintf(`[0-9A-Za-z]{%d}`, n)).Draw(t, label)
	}
	m := jpqrtest.Store("課" + drawText(t, "name", 0, 24))
	m.StoreField = rapid.SampledFrom([]string{"26", "27", "39", "51"}).Draw(t, "field")
	m.Store = jpqr.StoreCode{Level1: jpqrtest.Nobody, Level2: plain("l2", 4), Level3: plain("l3", 6), Level4: plain("l4", 6)}
	m.PostCode = rapid.StringMatching(`[0-9]{7}`).Draw(t, "post code")
	for i, n := 0, rapid.IntRange(0, 3).Draw(t, "schemes"); i < n; i++ {
		v := jpqrtest.TLV("00", plain("guid", 12)) + jpqrtest.TLV("05", plain("account", 9))
		m.Schemes = append(m.Schemes, jpqr.Scheme{ID: []string{"30", "31", "32"}[i], GUID: v[4:16], Value: v})
	}
	if rapid.Bool().Draw(t, "dynamic") {
		m.Store.Level1 = plain("l1", 13)
		ref := ""
		if rapid.Bool().Draw(t, "with reference") {
			ref = plain("reference", 11)
		}
		m = jpqrtest.Sale(m, rapid.Int64Range(1, 9_999_999).Draw(t, "yen"), ref)
	}
	if rapid.Bool().Draw(t, "with other") {
		m.Other = []jpqr.Field{{ID: "65", Value: drawText(t, "other", 1, 20)}}
	}
	return m
}

func TestWhatIsComposedIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := drawMerchant(t)
		payload, err := jpqrtest.Compose(m)
		if err != nil {
			t.Fatalf("compose %+v: %v", m, err)
		}
		got, err := jpqr.Parse(payload)
		if err != nil {
			t.Fatalf("parse %q: %v", payload, err)
		}
		if d := cmp.Diff(m, got); d != "" {
			t.Fatalf("(-composed +read):\n%s", d)
		}
	})
}

// TestAnySingleCharacterChangeIsNoticed: a CRC of 16 bits sees every change within two bytes for certain;
// a change of a longer character is seen by Compare in any case.
func TestAnySingleCharacterChangeIsNoticed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		payload, err := jpqrtest.Compose(drawMerchant(t))
		if err != nil {
			t.Fatal(err)
		}
		chars := []rune(payload)
		i := rapid.IntRange(0, len(chars)-1).Draw(t, "place")
		old := chars[i]
		changed := rapid.SliceOfN(rapid.Rune(), 0, 2).Draw(t, "instead")
		if len(changed) == 1 && changed[0] == old {
			t.Skip("no change")
		}
		after := string(chars[:i]) + string(changed) + string(chars[i+1:])
		if jpqr.Trim(after) == payload {
			t.Skip("only blanks")
		}
		if d := jpqr.Compare(payload, after); d.Same || d.Message == "" || !d.Misread && len(d.Changes) == 0 {
			t.Fatalf("compare %q with %q: %+v", payload, after, d)
		}
		if len(changed) == 1 && old < 0x80 && changed[0] < 0x80 {
			if m, err := jpqr.Parse(after); err == nil {
				t.Fatalf("parse %q: %+v", after, m)
			}
		}
	})
}

func TestEveryASCIIChangeOfTheStickerIsRefused(t *testing.T) {
	t.Parallel()
	for i := range len(sticker) {
		for c := byte(' '); c < 0x7F; c++ {
			if sticker[i] >= 0x80 || sticker[i] == c {
				continue
			}
			after := sticker[:i] + string(rune(c)) + sticker[i+1:]
			if _, err := jpqr.Parse(after); err == nil {
				t.Fatalf("byte %d changed to %q was read", i, c)
			}
		}
	}
}

func FuzzMerchant(f *testing.F) {
	for _, s := range []string{cafe, sticker, sale300, kenmaz, emvCo, emvLower, emvYuan, payURL, "", "0002", "000201", "0002016304", "00020126", "0002016304CE8E", sticker + sticker} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := jpqr.Parse(s)
		if err != nil {
			if core.KindOf(err) != core.KindInvalid || jpqr.ReasonOf(err) == "" || !utf8.ValidString(err.Error()) {
				t.Fatalf("%q: error %v", s, err)
			}
		} else if m.MCC == "" || m.IsJPQR == (m.Store == jpqr.StoreCode{}) || !strings.HasPrefix(s, "000201") {
			t.Fatalf("%q: read as %+v", s, m)
		}
		for _, d := range []jpqr.Difference{jpqr.Compare(sticker, s), jpqr.Compare(s, sticker), jpqr.Compare(payURL, s)} {
			if !utf8.ValidString(d.Message) || d.Message == "" || d.Same && (d.At != 0 || len(d.Changes) > 0) {
				t.Fatalf("%q: %+v", s, d)
			}
			if d.Same && jpqr.Trim(s) != sticker && jpqr.Trim(s) != payURL {
				t.Fatalf("%q passes as the same", s)
			}
		}
	})
}
