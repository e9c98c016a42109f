package jpqr

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// Form is how the customer's code was shown.
type Form string

// The forms.
const (
	Number Form = "number" // bar code, or a QR of digits: 12–26 digits
	QR     Form = "qr"     // Base64 of BER-TLV
)

// Consumer is a code the customer presented. It prints without the code.
type Consumer struct {
	Form         Form
	Format       string    // of a QR: CPV01 (EMV) or JPQR1; "" for a number
	Code         Concealed // normalised; what the provider gets
	Digits       int       // of a number; 0 for a QR
	Applications []Application
	Notes        []string // Japanese: what had to be put right, for the clerk or the set-up of the scanner
}

// Application is one application template (tag 61) of a QR.
type Application struct {
	AID      string    // 4F as upper-case hex, for CPV01
	Business string    // 事業者識別コード, 4F as text, for JPQR1
	Label    string    // 50, when it is plain text
	PAN      Concealed // 5A, or the digits of 57 before the separator
	Payment  Concealed // 決済ID, 57 as text, for JPQR1
	Free     Concealed // 99, the provider's own
}

const (
	minDigits, maxDigits = 12, 26 // numbers observed run from 16 to 24; the council's exact rule is not published
	maxText              = 512    // characters; EMVCo's bound for a payload
)

// refuse makes a Problem of a consumer code. Neither got nor message may contain what was scanned.
func refuse(r Reason, want, got, message string) *Problem {
	return &Problem{Reason: r, Want: want, Got: got, Message: message}
}

const askScreen = "お客様のスマートフォンに出ている支払い用のコードを読み取ってください。"

// ParseConsumer reads what a scanner typed. It lets 12–26 digits and Base64 of BER-TLV (JPQR1, CPV01)
// through, puts full-width characters right, and refuses what is obviously no payment code. Errors are
// *Problem and never contain the text.
func ParseConsumer(text string) (Consumer, error) {
	c, p := consumer(text)
	if p != nil {
		return Consumer{}, p
	}
	return c, nil
}

func consumer(text string) (Consumer, *Problem) {
	if len(text) > 4*maxText { // before any work on it
		return Consumer{}, refuse(TooLong, "a payment code", fmt.Sprintf("%d bytes", len(text)), "読み取った文字が長すぎます。"+askScreen)
	}
	raw := Trim(text)
	s := Trim(fold(raw))
	var notes []string
	if s != raw {
		notes = append(notes, "全角の文字を半角に直して読み取りました。日本語入力をオフにすると確実です。")
	}
	if p := refused(s); p != nil {
		return Consumer{}, p
	}
	if all(s, digit) {
		return Consumer{Form: Number, Code: Conceal(s), Digits: len(s), Notes: notes}, nil
	}
	c, p := consumerQR(s)
	if p != nil {
		return Consumer{}, p
	}
	c.Notes = append(notes, c.Notes...)
	return c, nil
}

// refused names what is not a customer's payment code, nil when it may be one.
func refused(s string) *Problem {
	size := fmt.Sprintf("%d characters", len([]rune(s)))
	plain := strings.ReplaceAll(s, "-", "")
	switch {
	case s == "":
		return refuse(Empty, "a payment code", "nothing", "コードが読み取れていません。"+askScreen)
	case isWeb(s):
		return refuse(WebAddress, "a payment code", "a web address", "WebサイトのアドレスのQRコードです。支払い用のコードではありません。"+askScreen)
	case strings.HasPrefix(s, "0002") && len(s) > maxDigits:
		return refuse(ShopCode, "a customer's code", "a merchant's code", "お店側のQRコード（ステッカーなど）です。"+askScreen)
	case strings.ContainsFunc(s, func(r rune) bool { return r > 0x7F }):
		return refuse(KanaInput, "digits or Base64", size, "日本語の文字で読み取られました。日本語入力をオフ（半角英数）にして、もう一度読み取ってください。")
	case strings.ContainsAny(s, " \t\r\n\v\f"):
		return refuse(Malformed, "one code", "a gap inside", "コードの途中に空白か改行があります。続けて二度読み取ったときは、一度だけ読み取ってください。番号を手で打つときは、空白を入れずに打ってください。")
	case isBook(plain):
		return refuse(BookCode, "a payment code", "a book's code", "本のバーコードです。支払い用のコードではありません。"+askScreen)
	case !all(s, digit):
		if !strings.HasPrefix(s, "hQV") {
			return refuse(NotPayment, "digits or Base64 beginning hQV", size, "支払い用のコードではありません。"+askScreen)
		}
		if len(s) > maxText {
			return refuse(TooLong, "at most 512 characters", size, "読み取った文字が長すぎます。もう一度読み取ってください。")
		}
		return nil
	case len(s) == 13 && checkEAN(s), len(s) == 8 && checkEAN(s):
		return refuse(ProductCode, "a payment code", "a JAN code", "商品のバーコード（JAN）です。支払い用のコードではありません。"+askScreen)
	case len(s) == 12 && checkMyNumber(s):
		return refuse(MyNumber, "a payment code", "12 digits with the check digit of an individual number",
			"マイナンバーのおそれがある12桁の番号です。この番号は保存も送信もしていません。"+askScreen)
	case len(s) < minDigits:
		return refuse(TooShort, "12 to 26 digits", size, "桁数が足りません。支払い用のコードではないか、途中までしか読み取れていません。"+askScreen)
	case len(s) > maxDigits && len(s)%2 == 0 && s[:len(s)/2] == s[len(s)/2:]:
		return refuse(TooLong, "12 to 26 digits", "the same digits twice", "続けて二度読み取られました。一度だけ読み取ってください。")
	case len(s) > maxDigits:
		return refuse(TooLong, "12 to 26 digits", size, "桁数が多すぎます。"+askScreen)
	}
	return nil
}

// checkEAN verifies the last digit of EAN-13 and EAN-8 (ISO/IEC 15420).
func checkEAN(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[i] - '0')
		if (len(s)-i)%2 == 0 {
			d *= 3
		}
		sum += d
	}
	return sum%10 == 0
}

// isBook knows ISBN-13, ISBN-10 and the second bar code of Japanese books (192 …).
func isBook(s string) bool {
	if len(s) == 13 && all(s, digit) && checkEAN(s) {
		return strings.HasPrefix(s, "978") || strings.HasPrefix(s, "979") || strings.HasPrefix(s, "192")
	}
	if len(s) != 10 || !all(s[:9], digit) {
		return false
	}
	sum := 0
	for i := range 9 {
		sum += (10 - i) * int(s[i]-'0')
	}
	want := (11 - sum%11) % 11
	return s[9] == 'X' && want == 10 || digit(rune(s[9])) && want == int(s[9]-'0')
}

// checkMyNumber verifies the last digit of 個人番号 (平成26年総務省令第85号 第5条). The back of the card carries
// the number as a QR, and cards lie on the same desk.
func checkMyNumber(s string) bool {
	sum := 0
	for n := 1; n <= 11; n++ {
		q := n + 1
		if n > 6 {
			q = n - 5
		}
		sum += int(s[11-n]-'0') * q
	}
	want := 11 - sum%11
	if want > 9 {
		want = 0
	}
	return int(s[11]-'0') == want
}

// consumerQR decodes Base64, with or without its padding.
func consumerQR(s string) (Consumer, *Problem) {
	c := Consumer{Form: QR}
	body := strings.TrimRight(s, "=")
	data, err := base64.RawStdEncoding.Strict().DecodeString(body)
	whole := base64.StdEncoding.EncodeToString(data)
	if err != nil || s != whole && s != body {
		return c, refuse(Malformed, "Base64", "other characters, length or padding",
			"支払い用QRコードの文字が欠けているか、誤って読み取られました。もう一度読み取ってください。")
	}
	if s != whole {
		c.Notes = append(c.Notes, "末尾の「=」が読み取り機から届かなかったため、補いました。")
	}
	c.Code = Conceal(whole)
	p := c.decode(data)
	return c, p
}
