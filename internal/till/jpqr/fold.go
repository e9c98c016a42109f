package jpqr

import "strings"

// fold turns the full-width forms an input method produces back into what the scanner sent.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '\u3000':
			return ' '
		case r == '￥':
			return '\\'
		case r == 'ー' || r == '−' || r == '―': // what the hyphen key becomes
			return '-'
		}
		return r
	}, s)
}

// swapCase is what a scanner types while Caps Lock is on.
func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case upper(r):
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, s)
}
