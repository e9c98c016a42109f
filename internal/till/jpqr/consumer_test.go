package jpqr_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"yakusho/internal/core"
	"yakusho/internal/till/jpqr"
)

// kenmaz/JPQRReader's samples.
const (
	merpay = "hQVDUFYwMWEfTwigAAAAZQOSAlcTMViZAHkkKUPUkSEhAAAFEgAADw=="
	visa   = "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8="
	myNo   = "123456789018" // the digits 1–9,0,1 with their check digit; belongs to nobody
)

var key = []byte("a key of the office, 32 bytes ok")

// tlv writes one BER-TLV object, in hex.
func tlv(tag, value string) string {
	if n := len(value) / 2; n > 127 {
		return fmt.Sprintf("%s82%04X%s", tag, n, value)
	}
	return fmt.Sprintf("%s%02X%s", tag, len(value)/2, value)
}

func text(s string) string { return hex.EncodeToString([]byte(s)) }

// packed is hex as the QR carries it.
func packed(parts ...string) string {
	b, err := hex.DecodeString(strings.Join(parts, ""))
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(b)
}

var (
	cpv01  = tlv("85", text("CPV01"))
	jpqr1  = tlv("85", text("JPQR1"))
	docomo = packed(jpqr1, tlv("61", tlv("4F", text("90000002"))+tlv("57", text("9000000212345678901234"))+tlv("99", text(`{"key":"value"}`))))
)

func TestNumbersAreReadAsScannersTypeThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, code string
		notes      int
	}{
		{"900081818812345678901234", "900081818812345678901234", 0},
		{"3158992112345678901\r\n", "3158992112345678901", 0},
		{" \t9000011234567890 ", "9000011234567890", 0},
		{"９０００８１８１８８１２３４５６７８９０１２３４", "900081818812345678901234", 1},
		{"9000011234５67890\r", "9000011234567890", 1},
		{"0000011234567890", "0000011234567890", 0},
		{"123456789012", "123456789012", 0},
		{"4912345678904", "", 0}, // JAN
		{"4912345678901", "4912345678901", 0},
		{strings.Repeat("7", 26), strings.Repeat("7", 26), 0},
	} {
		got, err := jpqr.ParseConsumer(c.text)
		if (err == nil) != (c.code != "") || got.Code.Reveal() != c.code || len(got.Notes) != c.notes || got.Digits != len(c.code) {
			t.Errorf("%q: %q with %d digits and notes %q, %v", c.text, got.Code.Reveal(), got.Digits, got.Notes, err)
		}
		if err == nil && c.code != "" && (got.Form != jpqr.Number || got.Masked() != "****"+c.code[len(c.code)-4:]) {
			t.Errorf("%q: %s %s", c.text, got.Form, got.Masked())
		}
	}
}

func TestPublishedCustomerQRsAreRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text, format, aid, business, pan, payment, free, masked string
		notes                                                         int
	}{
		{"Merpay", merpay, "CPV01", "A000000065039202", "", "3158990079242943", "", "", "****2943", 0},
		{"kenmaz test", visa, "CPV01", "A0000000555555", "", "1234567890123458", "", "", "****3458", 0},
		{"JPQR1", docomo, "JPQR1", "", "90000002", "", "9000000212345678901234", `{"key":"value"}`, "****1234", 0},
		{"padding dropped", strings.TrimRight(merpay, "="), "CPV01", "A000000065039202", "", "3158990079242943", "", "", "****2943", 1},
		{"line end", merpay + "\r\n", "CPV01", "A000000065039202", "", "3158990079242943", "", "", "****2943", 0},
		{"PAN in 5A, filling, common data, long form", packed(cpv01, "00", tlv("61", tlv("4F", "A0000000031010")+tlv("5A", "1234567890123456789F")), tlv("62", tlv("9F25", "6789")), "63810100"), "CPV01", "A0000000031010", "", "1234567890123456789", "", "", "****6789", 0},
		{"label only", packed(cpv01, tlv("61", tlv("4F", "A0000000031010")+tlv("50", text("CARD")))), "CPV01", "A0000000031010", "", "", "", "", "****", 0},
	} {
		got, err := jpqr.ParseConsumer(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		a := got.Applications[0]
		have := []string{got.Format, a.AID, a.Business, a.PAN.Reveal(), a.Payment.Reveal(), a.Free.Reveal(), got.Masked()}
		want := []string{c.format, c.aid, c.business, c.pan, c.payment, c.free, c.masked}
		if got.Form != jpqr.QR || len(got.Applications) != 1 || len(got.Notes) != c.notes || fmt.Sprint(have) != fmt.Sprint(want) {
			t.Errorf("%s:\n have %q notes %q\n want %q", c.name, have, got.Notes, want)
		}
	}
	if !strings.HasPrefix(docomo, "hQVKUFFS") {
		t.Errorf("JPQR1 begins %q", docomo[:8])
	}
}

func TestWhatIsNoPaymentCodeIsRefusedInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		reason jpqr.Reason
		say    string
	}{
		{"", jpqr.Empty, "読み取れていません"},
		{" \r\n", jpqr.Empty, "読み取れていません"},
		{"https://qr.paypay.ne.jp/28180104AbCdEfGh", jpqr.WebAddress, "Webサイト"},
		{"HTTPS://EXAMPLE.JP/9000818188", jpqr.WebAddress, "Webサイト"},
		{"www.example.jp", jpqr.WebAddress, "Webサイト"},
		{sticker, jpqr.ShopCode, "お店側"},
		{"4901234567894", jpqr.ProductCode, "JAN"},
		{"４９０１２３４５６７８９４", jpqr.ProductCode, "JAN"},
		{"49012347", jpqr.ProductCode, "JAN"},
		{"49012345", jpqr.TooShort, "桁数が足りません"},
		{"9784873119038", jpqr.BookCode, "本"},
		{"978-4-87311-903-8", jpqr.BookCode, "本"},
		{"1923055012004", jpqr.BookCode, "本"},
		{"4873119030", jpqr.BookCode, "本"},
		{"080442957X", jpqr.BookCode, "本"},
		{myNo, jpqr.MyNumber, "マイナンバー"},
		{"12345678901", jpqr.TooShort, "桁数が足りません"},
		{strings.Repeat("7", 27), jpqr.TooLong, "桁数が多すぎます"},
		{"90000112345678909000011234567890", jpqr.TooLong, "二度"},
		{"9000011234567890\r\n9000011234567890", jpqr.Malformed, "二度"},
		{"9000 0112 3456 7890", jpqr.Malformed, "空白を入れず"},
		{"くぁwせdrftgy", jpqr.KanaInput, "日本語入力をオフ"},
		{"A123456B", jpqr.NotPayment, "支払い用のコードではありません"},
		{"-9000011234567890", jpqr.NotPayment, "支払い用のコードではありません"},
		{"hQV", jpqr.Malformed, ""},
		{"hQVDUFYw!!!!", jpqr.Malformed, "文字が欠けている"},
		{merpay[:len(merpay)-1], jpqr.Malformed, "文字が欠けている"},
		{merpay[:40], jpqr.Malformed, "画面を更新"},
		{"hQV" + strings.Repeat("A", 600), jpqr.TooLong, "長すぎ"},
		{strings.Repeat("9", 1<<20), jpqr.TooLong, "長すぎ"},
		{packed(tlv("85", text("CPV02")), tlv("61", tlv("4F", "A0000000031010"))), jpqr.BadValue, "バーコードの画面"},
	} {
		got, err := jpqr.ParseConsumer(c.text)
		var p *jpqr.Problem
		if !errors.As(err, &p) || p.Reason != c.reason || !strings.Contains(p.Message, c.say) || core.KindOf(err) != core.KindInvalid {
			t.Errorf("%.60q: %+v, %v; want %s saying %q", c.text, got, err, c.reason, c.say)
		}
	}
}

func TestMalformedBERIsRefused(t *testing.T) {
	t.Parallel()
	aid := tlv("4F", "A0000000031010")
	nested := tlv("5A", "12345678")
	for range 5 {
		nested = tlv("63", nested)
	}
	for name, s := range map[string]string{
		"no application":          packed(cpv01),
		"format twice":            packed(cpv01, cpv01, tlv("61", aid)),
		"application empty":       packed(cpv01, "6100"),
		"no AID":                  packed(cpv01, tlv("61", tlv("50", text("CARD")))),
		"AID of 4 bytes":          packed(cpv01, tlv("61", tlv("4F", "A0000000"))),
		"AID twice":               packed(cpv01, tlv("61", aid+aid)),
		"AID of 17 bytes":         packed(cpv01, tlv("61", tlv("4F", strings.Repeat("A0", 17)))),
		"track 2 without D":       packed(cpv01, tlv("61", aid+tlv("57", "1234567890123456"))),
		"track 2 with letters":    packed(cpv01, tlv("61", aid+tlv("57", "12345678D4912AB1"))),
		"PAN too long":            packed(cpv01, tlv("61", aid+tlv("5A", "1234567890123456789012"))),
		"PAN and track 2 differ":  packed(cpv01, tlv("61", aid+tlv("57", "1234567890123456D4912F")+tlv("5A", "1234567890123457"))),
		"length beyond the end":   packed(cpv01, "6120", aid),
		"inner length too long":   packed(cpv01, tlv("61", "4F20A000")),
		"indefinite length":       packed(cpv01, "6180", aid, "0000"),
		"length of 4 bytes":       packed(cpv01, "6183000009", aid),
		"tag of 3 bytes":          packed(cpv01, tlv("61", aid), "9F818101", "00"),
		"tag cut off":             packed(cpv01, tlv("61", aid), "9F"),
		"too deep":                packed(cpv01, tlv("61", aid+nested)),
		"too many":                packed(cpv01, tlv("61", aid), strings.Repeat("C000", 70)),
		"inside 62 broken":        packed(cpv01, tlv("61", aid), tlv("62", "9F2502")),
		"JPQR1 without payment":   packed(jpqr1, tlv("61", tlv("4F", text("90000002")))),
		"JPQR1 binary payment":    packed(jpqr1, tlv("61", tlv("4F", text("90000002"))+tlv("57", "00FF"))),
		"JPQR1 binary business":   packed(jpqr1, tlv("61", tlv("4F", "A000000065")+tlv("57", text("1234567890123")))),
		"JPQR1 business too long": packed(jpqr1, tlv("61", tlv("4F", text("12345678901234567"))+tlv("57", text("1234567890123")))),
		"JPQR1 free twice":        packed(jpqr1, tlv("61", tlv("4F", text("90000002"))+tlv("57", text("1234567890123"))+tlv("99", "")+tlv("99", ""))),
	} {
		_, err := jpqr.ParseConsumer(s)
		var p *jpqr.Problem
		if !errors.As(err, &p) || p.Reason != jpqr.Malformed || p.Field == "" && p.At == 0 {
			t.Errorf("%s: %v, want malformed with a place", name, err)
		}
	}
}

// TestCodesDoNotLeak prints and marshals in every way a log or a page would.
func TestCodesDoNotLeak(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"900081818812345678901234", merpay, docomo} {
		c, err := jpqr.ParseConsumer(s)
		if err != nil {
			t.Fatal(err)
		}
		js, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		out.Write(js)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb, c)
			fmt.Fprintf(&out, verb, c.Code)
			fmt.Fprintf(&out, verb, c.Applications)
		}
		for _, secret := range []string{s, s[8:20], "79242943", "5678901234"} {
			for _, form := range []string{secret, hex.EncodeToString([]byte(secret))} {
				if strings.Contains(out.String(), form) {
					t.Errorf("%q shows in %s", form, out.String())
				}
			}
		}
	}
}

func TestErrorsNeverContainWhatWasScanned(t *testing.T) {
	t.Parallel()
	digits := regexp.MustCompile(`[0-9]{5,}`)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(
			rapid.StringMatching(`[0-9]{5,40}`),
			rapid.StringMatching(`hQVDUFYwMW[0-9A-Za-z+/]{1,60}`),
			rapid.StringMatching(`[0-9]{6}[ -][0-9]{9}`),
		).Draw(t, "scanned")
		_, err := jpqr.ParseConsumer(s)
		var p *jpqr.Problem
		if errors.As(err, &p) && digits.MatchString(p.Error()+p.Message+p.Got+p.Want) {
			t.Fatalf("%q: %v %q", s, err, p.Message)
		}
	})
}

func TestFingerprintKnowsACodeAgain(t *testing.T) {
	t.Parallel()
	print := func(s string, key []byte) string {
		c, err := jpqr.ParseConsumer(s)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		f, err := c.Fingerprint(key)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	number := "900081818812345678901234"
	one := print(number, key)
	if !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(one) || strings.Contains(one, number) {
		t.Errorf("fingerprint %q", one)
	}
	if two := print("９０００８１８１８８１２３４５６７８９０１２３４\r\n", key); two != one {
		t.Error("the same number in full width has another fingerprint")
	}
	if print(strings.TrimRight(merpay, "="), key) != print(merpay, key) {
		t.Error("the same QR without padding has another fingerprint")
	}
	if print(number[:23]+"5", key) == one || print(number, []byte("another key of the office")) == one || print(merpay, key) == one {
		t.Error("different codes or keys share a fingerprint")
	}
	c, _ := jpqr.ParseConsumer(number)
	if _, err := c.Fingerprint([]byte("too short")); err == nil {
		t.Error("a short key was taken")
	}
	if _, err := (jpqr.Consumer{}).Fingerprint(key); err == nil {
		t.Error("no code has a fingerprint")
	}
}

func TestShortSecretsShowNothing(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "1234": "****", "12345678901": "****", "123456789012": "****9012", "\xff\xfe\xfd3456789012": "****"} {
		if got := jpqr.Conceal(in).String(); got != want {
			t.Errorf("%q is masked as %q, want %q", in, got, want)
		}
	}
}

func TestConsumerQRsRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		business := rapid.StringMatching(`[0-9]{4,16}`).Draw(t, "business")
		payment := rapid.StringMatching(`[0-9A-Z]{12,60}`).Draw(t, "payment")
		free := rapid.SliceOfN(rapid.Byte(), 1, 60).Draw(t, "free")
		s := packed(jpqr1, tlv("61", tlv("4F", text(business))+tlv("57", text(payment))+tlv("99", hex.EncodeToString(free))))
		c, err := jpqr.ParseConsumer(s)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		a := c.Applications[0]
		if a.Business != business || a.Payment.Reveal() != payment || a.Free.Reveal() != string(free) || c.Code.Reveal() != s {
			t.Fatalf("%q: %q %q %q", s, a.Business, a.Payment.Reveal(), a.Free.Reveal())
		}
	})
}

func FuzzConsumer(f *testing.F) {
	for _, s := range []string{merpay, visa, docomo, "900081818812345678901234", "9000011234567890\r\n", "９０００", sticker, myNo, "4901234567894", "hQV", "hQVDUFYwMWGA", "", "\xff", packed(cpv01, "6100")} {
		f.Add(s)
	}
	table := jpqr.DefaultHints()
	f.Fuzz(func(t *testing.T, s string) {
		c, err := jpqr.ParseConsumer(s)
		if err != nil {
			var p *jpqr.Problem
			if !errors.As(err, &p) || p.Message == "" || !utf8.ValidString(p.Error()) {
				t.Fatalf("%q: error %v", s, err)
			}
			return
		}
		table.Match(c)
		code := c.Code.Reveal()
		if len(code) < 12 || len(code) > 512 || c.Form == jpqr.QR && len(c.Applications) == 0 {
			t.Fatalf("%q: %+v", s, c)
		}
		again, err := jpqr.ParseConsumer(code)
		if err != nil || again.Code.Reveal() != code || len(again.Notes) != 0 {
			t.Fatalf("%q: normalised to %q, which reads %+v, %v", s, code, again, err)
		}
		a, errA := c.Fingerprint(key)
		b, errB := again.Fingerprint(key)
		if errA != nil || errB != nil || a != b || strings.Contains(fmt.Sprintf("%+v", c), code) {
			t.Fatalf("%q: fingerprints %s %s, %v %v", s, a, b, errA, errB)
		}
	})
}
