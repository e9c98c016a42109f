package jpqr_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yakusho/internal/till/jpqr"
	"yakusho/internal/till/jpqr/jpqrtest"
)

func other(old, new string) string {
	return jpqrtest.Seal(strings.Replace(strings.TrimSuffix(sticker, "6304CE8E"), old, new, 1))
}

func TestSameStickerWithScannerEndingsIsTheSame(t *testing.T) {
	t.Parallel()
	for _, scanned := range []string{sticker, sticker + "\r\n", "\ufeff" + sticker + "\n", " " + sticker + "\t"} {
		if d := jpqr.Compare(sticker, scanned); !d.Same || d.At != 0 || d.Changes != nil || d.Misread {
			t.Errorf("%q: %+v", scanned, d)
		}
	}
	if d := jpqr.Compare(payURL, payURL+"\r"); !d.Same {
		t.Errorf("opaque text: %+v", d)
	}
}

func TestSwappedStickerIsExplainedInTheClerksWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, registered, scanned string
		at                        int
		want                      []jpqr.Change
		say                       string
	}{
		{
			"another store", sticker, other("0000000000001", "4000020999999"), 44,
			[]jpqr.Change{{Field: "jpqr.01", Name: "統一店舗識別コード（レベル1）", Registered: "0000000000001", Scanned: "4000020999999"}},
			"統一店舗識別コード（レベル1）（登録「0000000000001」、読み取り「4000020999999」）",
		},
		{
			"another name", sticker, other("市民課", "市民科"), 153,
			[]jpqr.Change{{Field: "64.01", Name: "店名", Registered: "みほん市役所市民課", Scanned: "みほん市役所市民科"}},
			"店名",
		},
		{
			"store before name", sticker, strings.Replace(other("市民課", "市民科"), "0406000001", "0406000002", 1), 84,
			[]jpqr.Change{
				{Field: "jpqr.04", Name: "統一店舗識別コード（レベル4）", Registered: "000001", Scanned: "000002"},
				{Field: "64.01", Name: "店名", Registered: "みほん市役所市民課", Scanned: "みほん市役所市民科"},
				{Field: "63", Name: "検査符号が合わない（読み取りの誤りか書き換え）"},
			},
			"検査符号",
		},
		{
			"a second account", sticker, other("5204", jpqrtest.TLV("30", "0004evil0103abc")+"5204"), 85,
			[]jpqr.Change{
				{Field: "30.00", Name: "決済事業者の欄（30.00）", Scanned: "evil"},
				{Field: "30.01", Name: "決済事業者の欄（30.01）", Scanned: "abc"},
			},
			"登録にはない「evil」",
		},
		{
			"post code gone", sticker, other("61071000001", ""), 121,
			[]jpqr.Change{{Field: "61", Name: "郵便番号", Registered: "1000001"}},
			"登録の「1000001」がない",
		},
		{
			"fields in another order", sticker, other("53033925802JP", "5802JP5303392"), 94,
			[]jpqr.Change{{Name: "項目の並び順"}},
			"並び順",
		},
		{
			"a letter that cannot be seen", sticker, other("64190002JA0109みほん", "64200002JA0110みほん\u202e"), 133,
			nil, "みほん□市役所",
		},
		{
			"checksum alone", sticker, sticker[:len(sticker)-1] + "F", 161,
			[]jpqr.Change{{Field: "63", Name: "検査符号が合わない（読み取りの誤りか書き換え）"}},
			"張り替えられたおそれ",
		},
		{
			"structure broken", sticker, strings.Replace(sticker, "5204", "52x4", 1), 87,
			[]jpqr.Change{{Name: "QRの形が壊れている（87文字目）"}},
			"87文字目",
		},
		{
			"a web address on the JPQR", sticker, "https://evil.example/pay", 1,
			[]jpqr.Change{{Name: "QRの種類", Registered: "決済の標準形式（JPQRなど）", Scanned: "Webサイト（evil.example）"}},
			"evil.example",
		},
		{
			"a JPQR on the web address", payURL, sticker, 1,
			[]jpqr.Change{{Name: "QRの種類", Registered: "Webサイト（qr.paypay.ne.jp）", Scanned: "決済の標準形式（JPQRなど）"}},
			"張り替え",
		},
		{
			"another PayPay sticker", payURL, "https://qr.paypay.ne.jp/28180104XXXXXXXX", 33,
			[]jpqr.Change{{Name: "店舗を表すアドレス", Registered: "/28180104AbCdEfGh", Scanned: "/28180104XXXXXXXX"}},
			"店舗を表すアドレス",
		},
		{
			"shorter address of the same site", payURL, payURL[:len(payURL)-1], 40,
			[]jpqr.Change{{Name: "店舗を表すアドレス", Registered: "/28180104AbCdEfGh", Scanned: "/28180104AbCdEfG"}},
			"店舗を表すアドレス",
		},
		{
			"another site behind a user name", payURL, "https://qr.paypay.ne.jp@evil.example/28180104AbCdEfGh", 24,
			nil, "https://evil.example",
		},
		{
			"a host that looks alike", payURL, strings.Replace(payURL, "paypay", "p\u0430ypay", 1), 13,
			nil, "似た別の文字",
		},
		{
			"other text", "店番A1", "店番A2", 4,
			[]jpqr.Change{{Name: "内容", Registered: "店番A1", Scanned: "店番A2"}},
			"「店番A2」",
		},
		{"nothing registered", "", sticker, 1, nil, "登録されていません"},
	} {
		d := jpqr.Compare(c.registered, c.scanned)
		if d.Same || d.Misread || d.At != c.at || !strings.Contains(d.Message, c.say) {
			t.Errorf("%s: %+v, want at %d saying %q", c.name, d, c.at, c.say)
		}
		if c.want != nil {
			if diff := cmp.Diff(c.want, d.Changes); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.name, diff)
			}
		}
		if c.registered != "" && !strings.Contains(d.Message, "受付を止めて") {
			t.Errorf("%s: %q does not say what to do", c.name, d.Message)
		}
	}
}

func TestManyChangesAreCutToTheGravest(t *testing.T) {
	t.Parallel()
	d := jpqr.Compare(sticker, cafe)
	if len(d.Changes) < 6 || !strings.Contains(d.Message, "か所") {
		t.Errorf("%+v", d)
	}
	if d.Changes[len(d.Changes)-1].Field != "61" {
		t.Errorf("post code is not last: %+v", d.Changes)
	}
}

func TestScannerTroubleIsToldApartButNeverPasses(t *testing.T) {
	t.Parallel()
	wide := strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r - '!' + '！'
		}
		return r
	}, sticker)
	for _, c := range []struct{ name, scanned, say string }{
		{"nothing", "\r\n", "読み取れていません"},
		{"input method on", wide, "日本語入力をオフ"},
		{"caps lock", strings.NewReplacer("jp.or.paymentsjapan", "JP.OR.PAYMENTSJAPAN", "JP", "jp", "xxx", "XXX", "JA", "ja", "CE8E", "ce8e").Replace(sticker), "Caps Lock"},
		{"end missing", sticker[:50], "途中までしか"},
		{"start missing", sticker[20:], "途中までしか"},
		{"read twice", sticker + "\r\n" + sticker, "二度"},
		{"a part of the Japanese dropped", strings.Replace(sticker, "市役所市民課", "", 1), "カメラ"},
		{"Japanese as question marks", strings.Replace(sticker, "みほん市役所市民課", "?????????", 1), "カメラ"},
		{"broken bytes", strings.Replace(sticker, "み", "\x82\xdd", 1), "壊れて"},
	} {
		d := jpqr.Compare(sticker, c.scanned)
		if d.Same || !d.Misread || d.Changes != nil || !strings.Contains(d.Message, c.say) || !strings.Contains(d.Message, "同じときは") {
			t.Errorf("%s: %+v, want %q", c.name, d, c.say)
		}
	}
}

func TestAReaderThatCannotTypeJapaneseOpensTheCounterWithEverythingElseRight(t *testing.T) {
	t.Parallel()
	typed := strings.Replace(sticker, "みほん市役所市民課", "", 1)
	if d := jpqr.Compare(sticker, typed); !d.Same {
		t.Errorf("the sticker as a keyboard-type reader sends it: %+v", d)
	}
	for name, other := range map[string]string{
		"another shop":         strings.Replace(typed, "0000000000001", "0000000000002", 1),
		"another checksum":     typed[:len(typed)-1] + "0",
		"a second account":     strings.Replace(typed, "6304", "2712some.other.id6304", 1),
		"a name in Latin":      strings.Replace(sticker, "みほん市役所市民課", "MIHONCITY", 1),
		"nothing but the head": typed[:60],
	} {
		if d := jpqr.Compare(sticker, other); other == typed || d.Same {
			t.Errorf("%s: %+v", name, d)
		}
	}
}
