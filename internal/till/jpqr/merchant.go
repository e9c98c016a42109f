package jpqr

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	jpqrID     = "jp.or.paymentsjapan" // sub-ID 00 of the JPQR account
	maxPayload = 512                   // characters; EMVCo
	storePath  = "jpqr"                // path of the JPQR account wherever it stands
)

// Method is the point of initiation, field 01.
type Method string

// The methods. Field 01 is optional in EMV; a code without it is static.
const (
	Static  Method = "11" // on a sticker; the customer types the amount
	Dynamic Method = "12" // made for one sale
)

// StoreCode is 統一店舗識別コード: 13, 4, 6 and 6 letters or digits, issued by the council.
type StoreCode struct {
	Level1, Level2, Level3, Level4 string
}

// String joins the levels with hyphens; empty when there is no code.
func (s StoreCode) String() string {
	if s == (StoreCode{}) {
		return ""
	}
	return strings.Join([]string{s.Level1, s.Level2, s.Level3, s.Level4}, "-")
}

// Scheme is another payment account in the same code, fields 02–51.
type Scheme struct {
	ID    string // field
	GUID  string // its sub-ID 00; empty in 02–25, which are not templates
	Value string // as it stands
}

// Merchant is what a merchant-presented code says.
type Merchant struct {
	IsJPQR     bool
	Method     Method    // "" when field 01 is absent
	StoreField string    // 26–51: where the JPQR account stands; "" unless IsJPQR
	Store      StoreCode // zero unless IsJPQR
	Schemes    []Scheme  // in order of appearance
	MCC        string    // 52: merchant category, 4 digits
	Currency   string    // 53: ISO 4217 number; 392 is yen
	Amount     string    // 54 as it stands; "" when the customer types it
	Yen        int64     // Amount, when the currency is yen and it is whole yen; else 0
	Country    string    // 58
	Name       string    // 59: often a placeholder in JPQR
	City       string    // 60: the same
	PostCode   string    // 61: 7 digits in JPQR
	LocalLang  string    // 64.00: JA in JPQR
	LocalName  string    // 64.01: the name the customer's phone shows
	LocalCity  string    // 64.02: not used by JPQR
	Reference  string    // 62.05: reference label
	Additional []Field   // 62, all of it
	Other      []Field   // fields this package gives no meaning
}

// DisplayName is the name to compare with what the phone shows.
func (m Merchant) DisplayName() string {
	if m.LocalName != "" {
		return m.LocalName
	}
	return m.Name
}

// Trim takes away what scanners put around a code: CR, LF, tab, spaces, a byte order mark. Parse does not
// trim; a registry stores the trimmed text.
func Trim(text string) string { return strings.Trim(text, " \t\r\n\v\f\x00\u3000\ufeff") }

// Parse reads a merchant-presented code strictly. A code without the JPQR account is judged by EMV's rules
// only, with IsJPQR false. Errors are *Problem; reason NotEMV means that the text is no EMV code (a web
// address, say) and may be registered as opaque text; every other reason means a misread or bad code.
func Parse(payload string) (Merchant, error) {
	top, p := read(payload)
	if p == nil {
		p = verify(payload, top)
	}
	var m Merchant
	if p == nil {
		m, p = interpret(top)
	}
	if p != nil {
		return Merchant{}, p
	}
	return m, nil
}

// read finds the fields and checks nothing but the structure of the first level.
func read(payload string) ([]node, *Problem) {
	switch {
	case Trim(payload) == "":
		return nil, &Problem{Reason: Empty, Message: "QRコードが読み取れていません。もう一度読み取ってください。"}
	case !strings.HasPrefix(payload, "0002"):
		return nil, notEMV(payload)
	case !utf8.ValidString(payload):
		return nil, fault(Malformed, "", 0, "UTF-8", "other bytes", "の文字の符号がUTF-8ではありません")
	case utf8.RuneCountInString(payload) > maxPayload:
		return nil, fault(Malformed, "", maxPayload+1, "at most 512 characters",
			fmt.Sprint(utf8.RuneCountInString(payload)), "が長すぎます")
	}
	return split([]rune(payload), 1, "")
}

func notEMV(payload string) *Problem {
	p := &Problem{Reason: NotEMV, At: 1, Want: "a payload beginning 000201"}
	text := Trim(payload)
	switch {
	case strings.HasPrefix(text, "0002"):
		p.Message = "QRコードの前に余分な空白や改行があります。もう一度読み取ってください。"
	case strings.HasPrefix(fold(text), "0002"):
		p.Message = "全角の文字で読み取られました。日本語入力をオフ（半角英数）にして、もう一度読み取ってください。"
	case isWeb(text):
		p.Message = "WebサイトのアドレスのQRコードです。JPQRではありません。決済会社から届いたステッカーなら、そのままの文字で登録できます。"
	default:
		p.Message = "JPQRなど決済の標準形式のQRコードではありません。決済会社から届いたステッカーなら、そのままの文字で登録できます。"
	}
	return p
}

func isWeb(text string) bool {
	t := strings.ToLower(text)
	return strings.Contains(t, "://") || strings.HasPrefix(t, "www.")
}

// verify checks first, last and the checksum.
func verify(payload string, top []node) *Problem {
	if f := top[0]; f.id != "00" || f.text() != "01" {
		return fault(BadValue, "00", f.valueAt(), "01", quote(f.text()), "が、知らない版です")
	}
	last := top[len(top)-1]
	crc, ok := find(top, "63")
	switch {
	case !ok:
		return fault(Missing, "63", last.at, "the checksum as last field", "", "がありません")
	case crc.at != last.at:
		return fault(Misplaced, "63", crc.at, "to be last", "", "の後に余分な内容があります")
	case len(crc.value) != 4:
		return fault(Malformed, "63", crc.at, "4 characters", fmt.Sprint(len(crc.value)), "の長さが違います")
	}
	// The value is checked as text: four bytes from the end may be the middle of a Japanese character.
	want := fmt.Sprintf("%04X", crc16(strings.TrimSuffix(payload, crc.text())))
	if crc.text() != want {
		p := fault(Checksum, "63", crc.valueAt(), want, quote(crc.text()), "")
		p.Message = "QRコードの検査符号が合いません。読み取りの誤りか、書き換えられたおそれがあります。" + reread
		return p
	}
	return nil
}

// interpret gives the fields their meaning.
func interpret(top []node) (Merchant, *Problem) {
	var m Merchant
	subs := map[string][]node{}
	for _, n := range top {
		var sub []node
		if isTemplate(n.id) {
			var p *Problem
			if sub, p = split(n.value, n.valueAt(), n.id); p != nil {
				return m, p
			}
			subs[n.id] = sub
		}
		if p := m.take(n, sub); p != nil {
			return m, p
		}
	}
	if p := required(top, m); p != nil {
		return m, p
	}
	if p := values(top, subs, &m); p != nil {
		return m, p
	}
	if m.IsJPQR {
		if p := jpqrRules(top, subs, m); p != nil {
			return m, p
		}
	}
	return m, nil
}

// take puts one field where it belongs.
func (m *Merchant) take(n node, sub []node) *Problem {
	v := n.text()
	switch {
	case n.id == "00" || n.id == "63": // checked before
	case n.id == "01":
		m.Method = Method(v)
	case isAccount(n.id):
		return m.account(n, sub)
	case n.id == "52":
		m.MCC = v
	case n.id == "53":
		m.Currency = v
	case n.id == "54":
		m.Amount = v
	case n.id == "58":
		m.Country = v
	case n.id == "59":
		m.Name = v
	case n.id == "60":
		m.City = v
	case n.id == "61":
		m.PostCode = v
	case n.id == "62":
		for _, s := range sub {
			m.Additional = append(m.Additional, Field{ID: s.id, Value: s.text()})
			if s.id == "05" {
				m.Reference = s.text()
			}
		}
	case n.id == "64":
		for _, s := range sub {
			switch s.id {
			case "00":
				m.LocalLang = s.text()
			case "01":
				m.LocalName = s.text()
			case "02":
				m.LocalCity = s.text()
			default:
				return fault(BadValue, "64."+s.id, s.at, "00, 01 or 02", "", "は、決められていない項目です")
			}
		}
	default:
		m.Other = append(m.Other, Field{ID: n.id, Value: v})
	}
	return nil
}

func (m *Merchant) account(n node, sub []node) *Problem {
	if n.id < "26" {
		m.Schemes = append(m.Schemes, Scheme{ID: n.id, Value: n.text()})
		return nil
	}
	guid, ok := find(sub, "00")
	if !ok {
		return fault(Missing, n.id+".00", n.at, "the identifier of the scheme", "", "に、決済方式の名前がありません")
	}
	if guid.text() != jpqrID {
		m.Schemes = append(m.Schemes, Scheme{ID: n.id, GUID: guid.text(), Value: n.text()})
		return nil
	}
	if m.IsJPQR {
		return fault(Duplicate, n.id, n.at, "one JPQR account", "another after "+m.StoreField, "に、JPQRの店舗コードが二つあります")
	}
	m.IsJPQR, m.StoreField = true, n.id
	for i, level := range []struct {
		to     *string
		length int
	}{{&m.Store.Level1, 13}, {&m.Store.Level2, 4}, {&m.Store.Level3, 6}, {&m.Store.Level4, 6}} {
		id := fmt.Sprintf("%02d", i+1)
		s, ok := find(sub, id)
		if !ok {
			return fault(Missing, storePath+"."+id, n.at, "the store code", "", "がありません")
		}
		if !all(s.text(), alphanumeric) || len(s.value) != level.length {
			return fault(BadValue, storePath+"."+id, s.valueAt(),
				fmt.Sprintf("%d letters or digits", level.length), quote(s.text()), "の形が違います")
		}
		*level.to = s.text()
	}
	if len(sub) != 5 {
		for _, s := range sub {
			if s.id > "04" {
				return fault(BadValue, n.id+"."+s.id, s.at, "00 to 04 only", "", "は、JPQRで決められていない項目です")
			}
		}
	}
	return nil
}
