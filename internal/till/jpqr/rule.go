package jpqr

import (
	"fmt"
	"strconv"
	"strings"
)

// required are the fields EMV demands of every merchant-presented code.
func required(top []node, m Merchant) *Problem {
	end := top[len(top)-1].at
	for _, id := range []string{"52", "53", "58", "59", "60"} {
		if _, ok := find(top, id); !ok {
			return fault(Missing, id, end, "the field", "none before the checksum", "がありません")
		}
	}
	if !m.IsJPQR && len(m.Schemes) == 0 {
		return fault(Missing, "", end, "an account in 02 to 51", "none", "に、決済事業者の欄がありません")
	}
	return nil
}

// values checks what each field may hold in any EMV code.
func values(top []node, subs map[string][]node, m *Merchant) *Problem {
	for _, n := range top {
		v, want := n.text(), ""
		switch n.id {
		case "01":
			if v != string(Static) && v != string(Dynamic) {
				want = "11 or 12"
			}
		case "52":
			want = unless(len(v) == 4 && all(v, digit), "4 digits")
		case "53":
			want = unless(len(v) == 3 && all(v, digit), "3 digits")
		case "54":
			want = unless(isAmount(v), "an amount above 0 of at most 13 characters")
		case "58":
			want = unless(len(v) == 2 && all(v, upper), "2 capital letters")
		case "59":
			want = unless(len(n.value) <= 25, "at most 25 characters")
		case "60":
			want = unless(len(n.value) <= 15, "at most 15 characters")
		case "61":
			want = unless(len(n.value) <= 10, "at most 10 characters")
		case "64":
			if p := localName(n, subs["64"]); p != nil {
				return p
			}
		}
		if want != "" {
			return fault(BadValue, n.id, n.valueAt(), want, quote(v), "の値「"+shown(v)+"」が正しくありません")
		}
	}
	if m.Currency == "392" && all(m.Amount, digit) && m.Amount != "" {
		m.Yen, _ = strconv.ParseInt(m.Amount, 10, 64) // at most 13 digits
	}
	return nil
}

func localName(n node, subs []node) *Problem {
	for _, f := range []struct {
		id    string
		limit int
	}{{"00", 2}, {"01", 25}} {
		s, ok := find(subs, f.id)
		if !ok {
			return fault(Missing, "64."+f.id, n.at, "the field", "", "がありません")
		}
		if len(s.value) > f.limit {
			return fault(BadValue, "64."+f.id, s.valueAt(), fmt.Sprintf("at most %d characters", f.limit), quote(s.text()), "が長すぎます")
		}
	}
	return nil
}

// jpqrRules are what JPQR adds to EMV (mercari/go-emv-code mpm/jpqr: country, currency, post code, name in
// Japanese and no city), and: plain ASCII outside 64, whole yen without leading zeros, no amount on a
// sticker.
func jpqrRules(top []node, subs map[string][]node, m Merchant) *Problem {
	end := top[len(top)-1].at
	for _, id := range []string{"01", "61", "64"} {
		if _, ok := find(top, id); !ok {
			return fault(Missing, id, end, "the field", "none before the checksum", "がありません")
		}
	}
	for _, n := range top {
		v, want := n.text(), ""
		switch n.id {
		case "53":
			want = unless(v == "392", "392 (yen)")
		case "54":
			if m.Method == Static {
				return fault(BadValue, "54", n.at, "no amount in a static code", quote(v), "が、固定のQRコードに入っています")
			}
			want = unless(m.Yen > 0 && v[0] != '0', "whole yen")
		case "58":
			want = unless(v == "JP", "JP")
		case "61":
			want = unless(len(v) == 7 && all(v, digit), "7 digits")
		}
		if want == "" && n.id < "64" {
			want = unless(all(v, ascii), "ASCII")
		}
		if want != "" {
			return fault(BadValue, n.id, n.valueAt(), want, quote(v), "の値「"+shown(v)+"」がJPQRの決まりと違います")
		}
	}
	if lang, _ := find(subs["64"], "00"); lang.text() != "JA" {
		return fault(BadValue, "64.00", lang.valueAt(), "JA", quote(lang.text()), "が日本語（JA）ではありません")
	}
	if city, ok := find(subs["64"], "02"); ok {
		return fault(BadValue, "64.02", city.at, "no city in JPQR", quote(city.text()), "は、JPQRでは使いません")
	}
	if strings.TrimSpace(m.LocalName) == "" {
		name, _ := find(subs["64"], "01")
		return fault(BadValue, "64.01", name.valueAt(), "a name", "blanks", "が空白です")
	}
	return nil
}

func unless(ok bool, want string) string {
	if ok {
		return ""
	}
	return want
}

// isAmount accepts digits with at most one point, not in front, above zero (EMVCo 54).
func isAmount(v string) bool {
	whole, part, _ := strings.Cut(v, ".")
	return len(v) <= 13 && whole != "" && all(whole+part, digit) && strings.Trim(whole+part, "0") != ""
}

func all(s string, is func(rune) bool) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !is(r) }) < 0
}

func digit(r rune) bool        { return r >= '0' && r <= '9' }
func upper(r rune) bool        { return r >= 'A' && r <= 'Z' }
func ascii(r rune) bool        { return r >= ' ' && r <= '~' }
func alphanumeric(r rune) bool { return digit(r) || upper(r) || r >= 'a' && r <= 'z' }
