package jpqr

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Bounds of what is decoded: a real code has two or three levels and some ten objects.
const (
	maxDepth   = 4
	maxObjects = 64
)

// object is one BER-TLV data object. Places count bytes of the decoded data from 1.
type object struct {
	tag         string // upper-case hex
	constructed bool
	value       []byte
	at          int // of the tag
	inside      int // of the value
}

func ber(field string, at int, want, got string) *Problem {
	return &Problem{
		Reason: Malformed, Field: field, At: at, Want: want, Got: got,
		Message: "支払い用QRコードの内容が正しくありません。お客様に画面を更新してもらい、もう一度読み取ってください。",
	}
}

// objects cuts one level. Tags have one or two bytes, lengths one to three; zero bytes between objects are
// filling (EMV Book 3, annex B).
func objects(data []byte, at int, parent string, left *int) ([]object, *Problem) {
	var out []object
	for i := 0; i < len(data); {
		if data[i] == 0 {
			i++
			continue
		}
		start := i
		n := 1
		if data[i]&0x1F == 0x1F {
			n = 2
			if i+1 >= len(data) || data[i+1]&0x80 != 0 {
				return nil, ber(parent, at+i, "a tag of at most 2 bytes", "more, or the end")
			}
		}
		tag := strings.ToUpper(hex.EncodeToString(data[i : i+n]))
		path := tag
		if parent != "" {
			path = parent + "/" + tag
		}
		i += n
		length, used, ok := berLength(data[i:])
		if !ok {
			return nil, ber(path, at+start, "a length of 1 to 3 bytes", "none")
		}
		i += used
		if length > len(data)-i {
			return nil, ber(path, at+start, fmt.Sprintf("%d bytes", length), fmt.Sprintf("%d left", len(data)-i))
		}
		if *left--; *left < 0 {
			return nil, ber(path, at+start, "at most 64 objects", "more")
		}
		out = append(out, object{tag: tag, constructed: data[start]&0x20 != 0, value: data[i : i+length], at: at + start, inside: at + i})
		i += length
	}
	return out, nil
}

func berLength(b []byte) (length, used int, ok bool) {
	switch {
	case len(b) >= 1 && b[0] < 0x80:
		return int(b[0]), 1, true
	case len(b) >= 2 && b[0] == 0x81:
		return int(b[1]), 2, true
	case len(b) >= 3 && b[0] == 0x82:
		return int(b[1])<<8 | int(b[2]), 3, true
	}
	return 0, 0, false
}

// walk checks that every constructed object, however deep, is made of whole objects.
func walk(level []object, depth int, parent string, left *int) *Problem {
	for _, o := range level {
		if !o.constructed {
			continue
		}
		path := parent + o.tag
		if depth == maxDepth {
			return ber(path, o.at, "at most 4 levels", "more")
		}
		inner, p := objects(o.value, o.inside, path, left)
		if p != nil {
			return p
		}
		if p := walk(inner, depth+1, path+"/", left); p != nil {
			return p
		}
	}
	return nil
}

// decode reads the payload of a customer's QR: 85 first, one or more application templates 61, whatever
// else well formed.
func (c *Consumer) decode(data []byte) *Problem {
	left := maxObjects
	top, p := objects(data, 1, "", &left)
	if p != nil {
		return p
	}
	if len(top) == 0 || top[0].tag != "85" {
		return ber("85", 1, "the payload format first", "another object")
	}
	c.Format = string(top[0].value)
	if c.Format != "CPV01" && c.Format != "JPQR1" {
		return &Problem{
			Reason: BadValue, Field: "85", At: top[0].inside, Want: "CPV01 or JPQR1", Got: "another format",
			Message: "このQRコードの形式には対応していません。バーコードの画面に切り替えてもらい、読み取ってください。",
		}
	}
	if p := walk(top, 1, "", &left); p != nil {
		return p
	}
	for i, o := range top {
		switch {
		case o.tag == "85" && i > 0:
			return ber("85", o.at, "one payload format", "another")
		case o.tag == "61":
			a, p := application(o, c.Format)
			if p != nil {
				return p
			}
			c.Applications = append(c.Applications, a)
		}
	}
	if len(c.Applications) == 0 {
		return ber("61", len(data), "an application template", "none")
	}
	return nil
}

// application reads one template 61. In JPQR1 the values are text (suzzshin/jpqr-cpm); in CPV01 they are
// EMV's: 4F binary, 57 and 5A compact digits.
func application(o object, format string) (Application, *Problem) {
	var a Application
	left := maxObjects
	inner, p := objects(o.value, o.inside, "61", &left)
	if p != nil {
		return a, p
	}
	var seen []string
	for _, x := range inner {
		if slices.Contains(seen, x.tag) {
			return a, ber("61/"+x.tag, x.at, "each object once", "it again")
		}
		seen = append(seen, x.tag)
		text := string(x.value)
		plain := text != "" && all(text, ascii)
		switch {
		case x.tag == "4F" && format == "JPQR1":
			if !plain || len(text) > 16 {
				return a, ber("61/4F", x.inside, "the business code as text, at most 16 characters", fmt.Sprintf("%d bytes", len(x.value)))
			}
			a.Business = text
		case x.tag == "4F":
			if len(x.value) < 5 || len(x.value) > 16 {
				return a, ber("61/4F", x.inside, "an AID of 5 to 16 bytes", fmt.Sprintf("%d bytes", len(x.value)))
			}
			a.AID = strings.ToUpper(hex.EncodeToString(x.value))
		case x.tag == "57" && format == "JPQR1":
			if !plain {
				return a, ber("61/57", x.inside, "the payment id as text", "other bytes")
			}
			a.Payment = Conceal(text)
		case x.tag == "57" || x.tag == "5A":
			pan, ok := compactDigits(x.value, x.tag == "57")
			if !ok || !a.PAN.IsZero() && a.PAN.Reveal() != pan {
				return a, ber("61/"+x.tag, x.inside, "8 to 19 digits, the same in 57 and 5A", "something else")
			}
			a.PAN = Conceal(pan)
		case x.tag == "50" && plain:
			a.Label = text
		case x.tag == "99":
			a.Free = Conceal(text)
		}
	}
	switch {
	case a.AID == "" && a.Business == "":
		return a, ber("61/4F", o.at, "the application's name", "none")
	case format == "JPQR1" && a.Payment.IsZero():
		return a, ber("61/57", o.at, "the payment id", "none")
	}
	return a, nil
}

// compactDigits reads two digits per byte: up to the separator D in track 2 equivalent data, up to the
// filling F in a PAN.
func compactDigits(b []byte, track2 bool) (string, bool) {
	text := strings.ToUpper(hex.EncodeToString(b))
	pan := strings.TrimRight(text, "F")
	if track2 {
		var rest string
		var ok bool
		if pan, rest, ok = strings.Cut(text, "D"); !ok || !all(strings.TrimSuffix(rest, "F"), digit) {
			return "", false
		}
	}
	return pan, len(pan) >= 8 && len(pan) <= 19 && all(pan, digit)
}
