package meet

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// CleanName returns the name a guest goes by: one line, normal width, no invisible characters.
func CleanName(name string) (string, error) {
	// Before: what is invisible must not keep a letter from its voicing mark. After: some of what NFKC
	// takes apart is white space.
	name = cleanLine(norm.NFKC.String(cleanLine(name)))
	switch n := utf8.RuneCountInString(name); {
	case strings.TrimFunc(name, func(r rune) bool { return !unicode.IsLetter(r) }) == "":
		return "", ErrNameEmpty
	case n > MaxName:
		return "", ErrNameTooLong
	}
	return name, nil
}

// cleanLine drops invisible characters and folds every run of white space into one space.
func cleanLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case invisible(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// invisible reports characters that change how the others around them read without being seen:
// controls, direction overrides, zero-width joiners, fillers, private use. Variation selectors stay
// (they are part of how Japanese names are written).
func invisible(r rune) bool {
	switch {
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF:
		return false
	case r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0, r == 0x2800:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp) || r == utf8.RuneError
}

// variants maps the family-name characters that look alike on a tile to the one they stand for, and
// katakana to the kanji they can be taken for (or the other way round; it only has to be one of them).
var variants = strings.NewReplacer(
	"髙", "高", "﨑", "崎", "𠮷", "吉", "邊", "辺", "邉", "辺", "齋", "斉", "齊", "斉", "斎", "斉", "濵", "浜", "濱", "浜",
	"德", "徳", "櫻", "桜", "澤", "沢", "嶋", "島", "嶌", "島", "國", "国", "廣", "広", "瀨", "瀬", "眞", "真", "惠", "恵",
	"曾", "曽", "渕", "淵", "桒", "桑", "栁", "柳", "槗", "橋", "冨", "富", "榮", "栄", "黑", "黒",
	"ヶ", "ケ", "ヵ", "カ", "ー", "一", "口", "ロ", "囗", "ロ", "力", "カ", "ニ", "二", "ハ", "八", "工", "エ", "夕", "タ",
	"卜", "ト", "チ", "千", "オ", "才", "へ", "ヘ", "べ", "ベ", "ぺ", "ペ",
)

// titles are left off before two names are compared: 「佐藤さん」 is 佐藤, and so is 「市長 佐藤」.
var titles = [...]string{"さん", "様", "さま", "殿", "氏", "先生", "くん", "君", "ちゃん"}

// SameName reports whether two names would be taken for each other on a tile: without regard to
// width, case, spaces, look-alike characters, posts and forms of address.
func SameName(a, b string) bool {
	// A dash can stand for 一 or for nothing; either reading is enough.
	for _, dash := range []rune{'一', -1} {
		fa, fb := withoutPost(foldName(a, dash)), withoutPost(foldName(b, dash))
		if fa == fb && fa != "" {
			return true
		}
	}
	return false
}

// foldName reduces a name to what is seen of it, with dash in place of every dash; -1 drops them.
func foldName(s string, dash rune) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Pd, r), r == '−', r == '─', r == '━':
			return dash
		case unicode.IsSpace(r), unicode.IsPunct(r), unicode.IsSymbol(r), unicode.Is(unicode.Mn, r):
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(cleanLine(s)))
	s = variants.Replace(s)
	for _, t := range titles {
		if rest, ok := strings.CutSuffix(s, t); ok && rest != "" {
			return rest
		}
	}
	return s
}

// withoutPost leaves a post off that stands before or after a name.
func withoutPost(s string) string {
	for _, p := range posts {
		if p[0] < utf8.RuneSelf {
			continue // Hostetter is not "etter"
		}
		if rest, ok := strings.CutSuffix(s, p); ok && rest != "" {
			return rest
		}
		if rest, ok := strings.CutPrefix(s, p); ok && rest != "" {
			return rest
		}
	}
	return s
}

// posts are names nobody may go by: a tile that says 市長 is believed. One that contains another comes
// before it.
var posts = [...]string{
	"副市長", "副町長", "副村長", "副区長", "副議長", "市長", "町長", "村長", "区長", "教育長", "議長", "部長", "次長", "課長", "係長",
	"支所長", "所長", "会計管理者", "管理者", "主催者", "主催", "司会", "事務局", "administrator", "admin", "host", "自分",
}

func isPost(name string) bool {
	for _, p := range posts {
		if foldName(name, -1) == foldName(p, -1) {
			return true
		}
	}
	return false
}
