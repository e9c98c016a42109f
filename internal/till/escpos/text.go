package escpos

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Missing is a character that could not be drawn; 〓 stands in its place.
type Missing struct {
	Char rune
	In   string // the text it stood in
}

// String says it in Japanese.
func (m Missing) String() string {
	return fmt.Sprintf("「%s」の文字 %q（U+%04X）は書体にないため、〓 で印刷しました。", m.In, string(m.Char), m.Char)
}

const geta = '〓'

// printable makes of any text a line of characters the font has: line ends and tabs become a space, what only steers other
// characters goes (variation selectors among it: the plain form of the character is printed), a mark joins its base
// where Unicode has them as one, and what the font lacks becomes 〓.
//
// The text is not normalised as a whole: that would turn the 神 of a name (U+FA19) into another form of it.
func printable(s string, has func(rune) bool) (string, []Missing) {
	var out []rune
	var missing []Missing
	for _, r := range s {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u00a0' || r == '\u2028' || r == '\u2029':
			r = ' '
		case r == '\u3000':
		case unicode.IsSpace(r) || unicode.Is(unicode.Zs, r):
			r = ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r):
			continue
		case unicode.Is(unicode.M, r):
			if n := len(out); n > 0 {
				if one := []rune(norm.NFC.String(string([]rune{out[n-1], r}))); len(one) == 1 && has(one[0]) {
					out[n-1] = one[0]
					continue
				}
			}
			missing = append(missing, Missing{r, strings.ToValidUTF8(s, "〓")}) // drawn alone it would stand on its neighbour
			r = geta
		}
		if r != ' ' && !has(r) {
			missing = append(missing, Missing{r, strings.ToValidUTF8(s, "〓")})
			r = geta
		}
		out = append(out, r)
	}
	return string(out), missing
}

// Characters that do not begin a line, and that do not end one (行頭・行末禁則).
const (
	noStart = "、。，．・：；？！ゝゞヽヾ々ー’”）〕］｝〉》」』】°′″℃％ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.:;?!)]}%円"
	noEnd   = "‘“（〔［｛〈《「『【¥￥$＄([{"
)

// breakable reports whether a line may end between two neighbours.
func breakable(a, b rune) bool {
	switch {
	case a == ' ' || a == '　':
		return true
	case b == ' ' || b == '　':
		return false // the space stays on the old line
	case strings.ContainsRune(noStart, b) || strings.ContainsRune(noEnd, a):
		return false
	}
	return !word(a) || !word(b)
}

// word reports whether r is of a script that writes words, which are not cut.
func word(r rune) bool {
	return r < 0x2e80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_/@#&+.,", r))
}

// wrap breaks text into lines no wider than width, at places Japanese allows where there are any. A line holds at least one
// character. Widths are of the caller's unit.
func wrap(s string, width int, advance func(rune) int) []string {
	var lines []string
	rest := []rune(s)
	for len(rest) > 0 {
		used, fit, good := 0, 0, 0
		for fit < len(rest) {
			used += advance(rest[fit])
			if used > width && fit > 0 && rest[fit] != ' ' {
				break
			}
			if fit > 0 && breakable(rest[fit-1], rest[fit]) {
				good = fit
			}
			fit++
		}
		end := fit
		if fit < len(rest) {
			switch {
			case breakable(rest[fit-1], rest[fit]):
			case good > 0:
				end = good
			}
		}
		lines = append(lines, strings.TrimRight(string(rest[:end]), " "))
		rest = rest[end:]
		for len(rest) > 0 && rest[0] == ' ' {
			rest = rest[1:]
		}
	}
	if len(lines) == 0 {
		return []string{""}
	}
	return lines
}
