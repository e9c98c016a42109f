package meet

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// CleanName returns the name a guest goes by: one line, normal width, no invisible characters.
func CleanName(name string) (string, error) {
	name = cleanLine(norm.NFKC.String(strings.ToValidUTF8(name, "")))
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

// variants maps the family-name characters that look alike on a tile to the one they stand for.
var variants = strings.NewReplacer(
	"髙", "高", "﨑", "崎", "𠮷", "吉", "邊", "辺", "邉", "辺", "齋", "斉", "齊", "斉", "斎", "斉", "濵", "浜", "濱", "浜",
	"德", "徳", "櫻", "桜", "澤", "沢", "嶋", "島", "嶌", "島", "國", "国", "廣", "広", "瀨", "瀬", "眞", "真", "惠", "恵",
	"曾", "曽", "渕", "淵", "桒", "桑", "栁", "柳", "槗", "橋", "ヶ", "ケ", "ヵ", "カ", "ー", "一", "—", "一", "口", "ロ",
	"力", "カ", "ニ", "二", "ハ", "八", "工", "エ", "夕", "タ", "卜", "ト",
)

// titles are left off before two names are compared: 「市長 佐藤」 is 佐藤.
var titles = [...]string{"さん", "様", "さま", "殿", "氏", "先生", "くん", "君", "ちゃん"}

// SameName reports whether two names would be taken for each other on a tile: without regard to
// width, case, spaces, look-alike characters and forms of address.
func SameName(a, b string) bool {
	fa, fb := foldName(a), foldName(b)
	return fa == fb && fa != ""
}

func foldName(s string) string {
	s = norm.NFKC.String(s)
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || invisible(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	s = variants.Replace(s)
	for _, t := range titles {
		if rest, ok := strings.CutSuffix(s, t); ok && rest != "" {
			return rest
		}
	}
	return s
}

// posts are names nobody may go by: a tile that says 市長 is believed.
var posts = [...]string{
	"市長", "町長", "村長", "区長", "副市長", "副町長", "副村長", "教育長", "議長", "副議長", "部長", "次長", "課長", "係長", "所長", "支所長",
	"会計管理者", "管理者", "主催者", "主催", "司会", "事務局", "admin", "administrator", "host", "自分",
}

func isPost(name string) bool {
	for _, p := range posts {
		if SameName(name, p) {
			return true
		}
	}
	return false
}
