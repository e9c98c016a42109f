package jpqr

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"yakusho/internal/core"
)

// Reason says what is wrong with a code; a caller may branch on it.
type Reason string

// The reasons. NotEMV alone leaves a sticker fit for registration, as opaque text.
const (
	Empty     Reason = "empty"     // nothing was read
	NotEMV    Reason = "not_emv"   // a web address or other text: no EMV code at all
	Malformed Reason = "malformed" // lengths, digits or characters are not those of the format
	Duplicate Reason = "duplicate" // a field stands twice on one level
	Misplaced Reason = "misplaced" // 00 is not first or 63 not last
	Missing   Reason = "missing"   // a required field is not there
	BadValue  Reason = "bad_value" // a field's value is not allowed
	Checksum  Reason = "checksum"  // CRC does not verify: misread or altered

	// For what is not a customer's payment code.
	KanaInput   Reason = "kana_input"   // the input method turned the keys into Japanese
	WebAddress  Reason = "web_address"  //
	ShopCode    Reason = "shop_code"    // a merchant-presented code
	ProductCode Reason = "product_code" // JAN/EAN
	BookCode    Reason = "book_code"    // ISBN and the second bar code of Japanese books
	MyNumber    Reason = "my_number"    // 12 digits with the check digit of 個人番号; must not travel
	TooShort    Reason = "too_short"    //
	TooLong     Reason = "too_long"     //
	NotPayment  Reason = "not_payment"  // anything else
)

// Problem is why a code was refused. It unwraps to a *core.Error of kind invalid with the code
// "jpqr_"+Reason, so that it crosses a package border as it is.
type Problem struct {
	Reason  Reason
	Field   string // EMV path such as "64.01" or BER tag such as "61/4F"; empty: the code as a whole
	At      int    // first character of the field or value, from 1 (for CPM QR: byte of the decoded data); 0: nowhere
	Want    string // what was expected, English, for the log
	Got     string // what was there, English; never content of a customer's code
	Message string // Japanese, for the screen: what happened and what to do next
}

func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString("jpqr: ")
	if p.Field != "" {
		b.WriteString("field " + p.Field + ": ")
	}
	if p.At > 0 {
		fmt.Fprintf(&b, "at %d: ", p.At)
	}
	b.WriteString(string(p.Reason))
	if p.Want != "" {
		b.WriteString(": want " + p.Want)
	}
	if p.Got != "" {
		b.WriteString(", got " + p.Got)
	}
	return b.String()
}

// Unwrap gives the error table of the edge what it maps.
func (p *Problem) Unwrap() error { return core.Invalid("jpqr_"+string(p.Reason), p.Message) }

// ReasonOf returns the reason of the Problem in err's chain, "" where there is none.
func ReasonOf(err error) Reason {
	var p *Problem
	if errors.As(err, &p) {
		return p.Reason
	}
	return ""
}

const reread = "QRコードをもう一度読み取ってください。何度も同じときは、受付に使わず責任者に知らせてください。"

// fault makes a Problem of a merchant code. what completes the sentence 「…が」 in Japanese.
func fault(r Reason, field string, at int, want, got, what string) *Problem {
	p := &Problem{Reason: r, Field: field, At: at, Want: want, Got: got}
	where := ""
	if at > 0 {
		where = strconv.Itoa(at) + "文字目、"
	}
	p.Message = "QRコードの内容が正しくありません（" + where + fieldName(field) + what + "）。" + reread
	return p
}

// quote shows a value of a sticker in an English log line.
func quote(s string) string { return strconv.QuoteToASCII(cut(s, 40)) }

// shown makes text from a sticker safe to put into a sentence: a sticker may carry characters that turn
// the line around or cannot be seen.
func shown(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || r == '\u3000' {
			return r
		}
		return '□'
	}, cut(s, 99))
}

func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}

// fieldName is what a clerk calls a field.
func fieldName(path string) string {
	switch path {
	case "":
		return "コード"
	case "00":
		return "形式の番号"
	case "01":
		return "固定・都度の区別"
	case "52":
		return "業種コード"
	case "53":
		return "通貨"
	case "54":
		return "金額"
	case "58":
		return "国"
	case "59":
		return "店名（英字）"
	case "60":
		return "所在地（英字）"
	case "61":
		return "郵便番号"
	case "62":
		return "付加情報"
	case "62.05":
		return "参照番号"
	case "63":
		return "検査符号"
	case "64":
		return "日本語の店名の欄"
	case "64.00":
		return "店名の言語"
	case "64.01":
		return "店名"
	case "64.02":
		return "所在地"
	case storePath + ".00":
		return "JPQRの印"
	case storePath + ".01", storePath + ".02", storePath + ".03", storePath + ".04":
		return "統一店舗識別コード（レベル" + path[len(path)-1:] + "）"
	}
	if id, _, _ := strings.Cut(path, "."); isAccount(id) {
		return "決済事業者の欄（" + path + "）"
	}
	return "項目" + path
}
