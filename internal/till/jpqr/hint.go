package jpqr

import (
	"fmt"
	"strings"

	"yakusho/internal/core"
)

// Hint is one row of the brand table. A row with a Prefix speaks of numbers, one with an AID of QR codes;
// it may have both.
type Hint struct {
	Brand   string
	Prefix  string // leading digits; for a QR compared with 事業者識別コード, then with the card number
	Digits  int    // length of the number; 0: any
	AID     string // upper-case hex, for CPV01
	Retired bool   // the service has ended: Note says what to do instead
	Note    string // Japanese, for the clerk
}

// HintTable guesses the brand of a customer's code, to highlight it before the provider answers. It never
// decides: codes change without notice, and the provider's answer counts. An administrator may replace it;
// it decodes from JSON and TOML as it stands.
type HintTable struct {
	Source   string // where the rows come from
	Observed string // when: YYYY-MM-DD
	Rows     []Hint
}

// DefaultHints is what a third party observed on Android phones in February 2020; no provider has
// confirmed it.
func DefaultHints() HintTable {
	t := HintTable{
		Source:   "第三者による観察 https://ri25r.hatenablog.jp/entry/2020/02/26/221302（決済会社の公表ではない）",
		Observed: "2020-02-26",
		Rows: []Hint{
			{Brand: "PayPay", Prefix: "9000818188", Digits: 24},
			{Brand: "d払い", Prefix: "90000002", Digits: 22, Note: "QRコードはJPQR形式です。"},
			{Brand: "LINE Pay", Prefix: "9000000000", Digits: 19, Retired: true, Note: "LINE Payは2025年4月30日に終了しました。PayPayなど、ほかの支払い方法をお願いしてください。"},
			{Brand: "楽天ペイ", Prefix: "900001", Digits: 16},
			{Brand: "Origami", Prefix: "90000001", Digits: 22, Retired: true, Note: "Origami Payは終了したサービスです。ほかの支払い方法をお願いしてください。"},
			{Brand: "au PAY", Prefix: "31589921", Digits: 19},
			// The AID is that of the sample in kenmaz/JPQRReader, whose card number begins 3158 9900.
			{Brand: "メルペイ", Prefix: "31589900", Digits: 19, AID: "A000000065039202"},
			{Brand: "pring", Prefix: "31589995", Digits: 19},
		},
	}
	for n := 31; n <= 40; n++ {
		t.Rows = append(t.Rows, Hint{
			Brand: "銀行Pay", Prefix: fmt.Sprintf("315899%d", n), Digits: 19,
			Note: "ゆうちょPayなど、銀行Payの仲間です。",
		})
	}
	return t
}

// Match returns the row for a code. Number: the longest prefix among rows whose length fits; a row with a
// length goes before one without. QR: the AID, else the longest prefix of the business code, else of the
// card number, whatever their length.
func (t HintTable) Match(c Consumer) (Hint, bool) {
	if c.Form == Number {
		return t.longest(c.Code.Reveal(), true)
	}
	for _, a := range c.Applications {
		for _, h := range t.Rows {
			if h.AID != "" && h.AID == a.AID {
				return h, true
			}
		}
		for _, number := range []string{a.Business, a.PAN.Reveal()} {
			if h, ok := t.longest(number, false); ok {
				return h, true
			}
		}
	}
	return Hint{}, false
}

func (t HintTable) longest(number string, measured bool) (best Hint, ok bool) {
	for _, h := range t.Rows {
		if h.Prefix == "" || !strings.HasPrefix(number, h.Prefix) || measured && h.Digits != 0 && h.Digits != len(number) {
			continue
		}
		if !ok || len(h.Prefix) > len(best.Prefix) || len(h.Prefix) == len(best.Prefix) && best.Digits == 0 {
			best, ok = h, true
		}
	}
	return best, ok
}

// Mistake is one fault of a hint table.
type Mistake struct {
	Row     int // from 1; 0: the table
	Field   string
	Message string // Japanese
}

// Mistakes is every fault of a table at once; it unwraps to a *core.Error of kind invalid.
type Mistakes []Mistake

func (m Mistakes) Error() string {
	var parts []string
	for _, x := range m {
		parts = append(parts, fmt.Sprintf("row %d %s: %s", x.Row, x.Field, x.Message))
	}
	return "jpqr: hint table: " + strings.Join(parts, "; ")
}

// Unwrap gives the error table of the edge what it maps.
func (m Mistakes) Unwrap() error {
	var parts []string
	for _, x := range m {
		where := "表全体："
		if x.Row > 0 {
			where = fmt.Sprintf("%d行目：", x.Row)
		}
		parts = append(parts, where+x.Message)
	}
	return core.Invalid("jpqr_hints", "ブランド判別表に誤りがあります。"+strings.Join(parts, " "))
}

// maxRows bounds a table; Match is linear.
const maxRows = 500

// Validate returns Mistakes, all of them, or nil.
func (t HintTable) Validate() error {
	var found Mistakes
	if len(t.Rows) > maxRows {
		found = append(found, Mistake{Field: "rows", Message: fmt.Sprintf("行は%d行までにしてください。", maxRows)})
	}
	prefixes, aids := map[string]int{}, map[string]int{}
	for i, h := range t.Rows[:min(maxRows, len(t.Rows))] {
		bad := func(field, message string) {
			found = append(found, Mistake{Row: i + 1, Field: field, Message: message})
		}
		h.check(bad)
		if h.Prefix != "" {
			key := fmt.Sprintf("%s/%d", h.Prefix, h.Digits)
			if first, twice := prefixes[key]; twice {
				bad("prefix", fmt.Sprintf("%d行目と同じ先頭番号・桁数です。どちらかを消してください。", first))
			} else {
				prefixes[key] = i + 1
			}
		}
		if h.AID != "" {
			if first, twice := aids[h.AID]; twice {
				bad("aid", fmt.Sprintf("%d行目と同じAIDです。どちらかを消してください。", first))
			} else {
				aids[h.AID] = i + 1
			}
		}
	}
	if found == nil {
		return nil
	}
	return found
}

func (h Hint) check(bad func(field, message string)) {
	if strings.TrimSpace(h.Brand) == "" {
		bad("brand", "ブランド名を書いてください。")
	}
	if h.Prefix == "" && h.AID == "" {
		bad("prefix", "先頭番号かAIDのどちらかを書いてください。")
	}
	if !all(h.Prefix, digit) {
		bad("prefix", "先頭番号は半角数字だけで、空白を入れずに書いてください。")
	}
	if h.Digits != 0 && (h.Digits < minDigits || h.Digits > maxDigits) {
		bad("digits", fmt.Sprintf("桁数は%dから%dまで、決めないときは0にしてください。", minDigits, maxDigits))
	} else if len(h.Prefix) > maxDigits || h.Digits != 0 && len(h.Prefix) > h.Digits {
		bad("prefix", "先頭番号が桁数より長くなっています。")
	}
	if n := len(h.AID); h.AID != "" && (n < 10 || n > 32 || n%2 != 0 || !all(h.AID, func(r rune) bool { return digit(r) || r >= 'A' && r <= 'F' })) {
		bad("aid", "AIDは0から9とAからFの大文字で、10から32文字（偶数）にしてください。")
	}
	if h.Retired && strings.TrimSpace(h.Note) == "" {
		bad("note", "終了したブランドには、窓口での案内を書いてください。")
	}
}
