package export

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// maxLosses is how many losses a report names; a file of a hundred thousand rows can have as many.
const maxLosses = 1000

// Loss is one place where Shift_JIS cannot say what stands in the books.
type Loss struct {
	Line   int    // of the file, from 1, the heading included
	Column string // its heading
	Char   string // the character, with its variation selector where it has one
	Codes  string // U+20BB7, or U+845B U+E0100
	Became string // what stands in the file: 〓, or the plain form of a variant
}

// String says it in Japanese.
func (l Loss) String() string {
	return fmt.Sprintf("%d行目「%s」の文字「%s」（%s）は Shift_JIS にないため、「%s」になります。", l.Line, l.Column, l.Char, l.Codes, l.Became)
}

// Report names what was lost. More counts losses beyond those named.
type Report struct {
	Losses []Loss
	More   int
}

func (r *Report) add(l Loss) {
	if len(r.Losses) < maxLosses {
		r.Losses = append(r.Losses, l)
	} else {
		r.More++
	}
}

// fit returns s with every character replaced that Shift_JIS lacks, and reports each. A mark joins its base where Unicode
// has them as one (か and ゙); the text is not normalised as a whole, which would change names (神, U+FA19, is in CP932).
func (r *Report) fit(page codepage, s string, line int, column string) string {
	if isASCII(s) {
		return s
	}
	var out []rune
	in := []rune(s)
	for i := 0; i < len(in); i++ {
		c := in[i]
		if i+1 < len(in) && unicode.Is(unicode.Mn, in[i+1]) && !unicode.Is(unicode.Variation_Selector, in[i+1]) {
			if one := []rune(norm.NFC.String(string(in[i : i+2]))); len(one) == 1 {
				c = one[0]
				i++
			}
		}
		variant := i+1 < len(in) && unicode.Is(unicode.Variation_Selector, in[i+1])
		became := twin(c)
		if !page.has(became) {
			became = '〓'
		}
		if variant || became == '〓' && c != '〓' {
			lost := []rune{c}
			if variant {
				lost = append(lost, in[i+1])
				i++
			}
			r.add(Loss{line, column, string(lost), codes(lost), string(became)})
		}
		out = append(out, became)
	}
	return string(out)
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 0x7e }) < 0
}

func codes(rs []rune) string {
	var out []string
	for _, r := range rs {
		out = append(out, fmt.Sprintf("U+%04X", r))
	}
	return strings.Join(out, " ")
}

// twin returns the name Windows gives the JIS character that others call r: 〜 typed on a Mac is ～ on Windows. Nothing
// is lost by it, the bytes are those of the same character.
func twin(r rune) rune {
	switch r {
	case '\u301c':
		return '\uff5e' // 〜
	case '\u2212':
		return '\uff0d' // −
	case '\u2016':
		return '\u2225' // ‖
	case '\u2014':
		return '\u2015' // —
	case '\u00a2':
		return '\uffe0' // ¢
	case '\u00a3':
		return '\uffe1' // £
	case '\u00ac':
		return '\uffe2' // ¬
	case '\u00a5':
		return '\uffe5' // ¥: its own byte is the backslash
	case '\u00a6':
		return '\uffe4' // ¦
	}
	return r
}

// codepage is how Windows writes a character in Shift_JIS: one byte or two. Asking it for what is not there gives 0.
type codepage map[rune]uint16

// windows makes code page 932. The library encodes 髙, 﨑 and some 360 more as NEC placed them (rows ED and EE); Windows, and the
// systems that read its files, use the places of IBM (FA to FC). So the table is made from what the library decodes, and of
// several places of a character Windows takes the first outside ED and EE (Microsoft KB 170559: 0xED40 comes back as 0xFA5C).
func windows() codepage {
	var all []byte
	var places []uint16
	for lead := 0x81; lead <= 0xfc; lead++ {
		if lead >= 0xa0 && lead <= 0xdf || lead == 0xed || lead == 0xee || lead >= 0xf0 && lead <= 0xf9 {
			continue // half-width letters, NEC's places, and those every office fills by itself (外字)
		}
		for trail := 0x40; trail <= 0xfc; trail++ {
			if trail != 0x7f {
				all = append(all, byte(lead), byte(trail), '\n')
				places = append(places, uint16(lead)<<8|uint16(trail))
			}
		}
	}
	for b := 0xa1; b <= 0xdf; b++ {
		all = append(all, byte(b), '\n')
		places = append(places, uint16(b))
	}
	text, err := japanese.ShiftJIS.NewDecoder().Bytes(all)
	if err != nil {
		panic(err) // the decoder replaces what it does not know
	}
	page := codepage{}
	for i, line := range bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) {
		// A place that is empty decodes to the sign for it, or to that and its second byte.
		if r, n := utf8.DecodeRune(line); n == len(line) && r != utf8.RuneError && page[r] == 0 {
			page[r] = places[i]
		}
	}
	return page
}

func (p codepage) has(r rune) bool { return r < 0x80 || p[r] != 0 }

// Reset is there for transform.Transformer; there is no state.
func (p codepage) Reset() {}

// Transform writes src, UTF-8, as Shift_JIS. What is not in the page was replaced before; meeting it here is a fault.
func (p codepage) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		r, n := utf8.DecodeRune(src[nSrc:])
		if r == utf8.RuneError && n == 1 && !atEOF && !utf8.FullRune(src[nSrc:]) {
			return nDst, nSrc, transform.ErrShortSrc
		}
		b := []byte{byte(r)}
		if r >= 0x80 {
			switch place := p[r]; {
			case place == 0:
				return nDst, nSrc, fmt.Errorf("U+%04X is not in Shift_JIS", r)
			case place < 0x100:
				b[0] = byte(place)
			default:
				b = []byte{byte(place >> 8), byte(place)}
			}
		}
		if nDst+len(b) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], b)
		nSrc += n
	}
	return nDst, nSrc, nil
}
