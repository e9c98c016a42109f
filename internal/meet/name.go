package meet

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// CleanName returns the name a guest goes by: one line, normal width, no invisible characters.
func CleanName(name string) (string, error) {
	// Before: what is invisible must not keep a letter from its voicing mark. After: some of what NFKC
	// takes apart is white space.
	name = cleanLine(norm.NFKC.String(plain(cleanLine(name))))
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

// plain drops signs that NFKC would spell out as letters of a name: 「美咲㊙」 must not become 美咲秘. Those with
// brackets of their own, ㈱, and ㍿ stay, and so do letters and digits in circles, which cannot end a Japanese name.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '㍿':
			return r
		case r >= 0x3190 && r <= 0x319F, // marks for reading classical Chinese
			r >= 0x3244 && r <= 0x33FF,   // ideographs and kana in circles; squared words, eras, units, days
			r >= 0x1F200 && r <= 0x1F2FF: // ideographs in squares and circles
			return ' '
		}
		return r
	}, s)
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
	"口関", "咲", "ロ関", "咲", "口关", "咲", "ロ关", "咲", // one character written as two; before 口 alone
	"ヶ", "ケ", "ヵ", "カ", "ー", "一", "口", "ロ", "囗", "ロ", "力", "カ", "ニ", "二", "ハ", "八", "工", "エ", "夕", "タ",
	"卜", "ト", "チ", "千", "オ", "才", "ミ", "三", "へ", "ヘ", "べ", "ベ", "ぺ", "ペ",
)

// titles are left off before two names are compared: 「佐藤さん」 is 佐藤, and so is 「市長 佐藤」.
var titles = [...]string{"さん", "様", "さま", "殿", "氏", "先生", "くん", "君", "ちゃん", "本人", "代理", "です"}

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

// MayGoBy reports whether a guest may use name beside these members of staff: it is none of their names,
// nor what a glance takes for one, no post, no role, no department, and no name of staff of three characters or
// more stands inside it, as in 「佐藤 花子（企画課）」. A namesake can go by family name and company.
func MayGoBy(name string, staff []string) bool {
	if isPost(name) || isRole(name) {
		return false
	}
	for _, dash := range []rune{'一', -1} {
		whole, words := twin(withoutPost(foldName(name, dash))), splitName(twin(fold(name, dash)))
		for _, known := range staff {
			known = foldName(known, dash)
			if k := twin(withoutPost(known)); k == whole && k != "" {
				return false
			}
			if k := []rune(twin(known)); len(k) >= 3 && words.holds(k) {
				return false
			}
		}
	}
	return true
}

// fold reduces a name to what is seen of it, with one space for whatever stands between its words, and
// dash in place of every dash; -1 makes a dash a space.
func fold(s string, dash rune) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Pd, r), r == '−', r == '─', r == '━':
			return max(dash, ' ')
		case unicode.Is(unicode.Mn, r):
			return -1
		case unicode.IsSpace(r), unicode.IsPunct(r), unicode.IsSymbol(r):
			return ' '
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(plain(cleanLine(s))))
	return variants.Replace(strings.Join(strings.Fields(s), " "))
}

// foldName is fold without spaces and without a form of address.
func foldName(s string, dash rune) string {
	return withoutTitle(variants.Replace(strings.ReplaceAll(fold(s, dash), " ", "")))
}

func withoutTitle(s string) string {
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

// split is a folded name without its spaces: start[i] tells whether text[i] begins a word, and
// start[len(text)] is true.
type split struct {
	text  []rune
	start []bool
}

func splitName(folded string) split {
	var n split
	for _, word := range strings.Fields(folded) {
		for i, r := range []rune(word) {
			n.text, n.start = append(n.text, r), append(n.start, i == 0)
		}
	}
	n.start = append(n.start, true)
	return n
}

// find yields where part stands, spaces or not.
func (n split) find(part []rune, found func(from, to int) bool) bool {
	for from := 0; from+len(part) <= len(n.text); from++ {
		if slices.Equal(n.text[from:from+len(part)], part) && found(from, from+len(part)) {
			return true
		}
	}
	return false
}

// around returns what of the same words stands before from and after to.
func (n split) around(from, to int) (before, after []rune) {
	first, last := from, to
	for !n.start[first] {
		first--
	}
	for !n.start[last] {
		last++
	}
	return n.text[first:from], n.text[to:last]
}

// holds reports whether a known name stands in n as itself, not as a piece of another name: 林 太郎 is
// not in 小林 太郎, 中村 健 not in 中村 健太郎, Li Na not in Carolina.
func (n split) holds(known []rune) bool {
	return n.find(known, func(from, to int) bool {
		before, after := n.around(from, to)
		switch {
		case len(before) > 0 && !japanese(before[len(before)-1]) && !japanese(known[0]),
			len(after) > 0 && !japanese(after[0]) && !japanese(known[len(known)-1]):
			return false
		case len(before) == 1 && unicode.Is(unicode.Han, before[0]):
			return false // a longer family name
		case len(after) > 2 || len(after) == 0 || isTitle(string(after)):
			return true
		}
		return slices.ContainsFunc(after, func(r rune) bool { return !japanese(r) }) // else a longer given name
	})
}

// isTitle reports whether the end of a name that went through twin is a form of address.
func isTitle(s string) bool {
	return slices.ContainsFunc(titles[:], func(t string) bool { return twin(t) == s })
}

func japanese(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }

// posts are left off a name before it is compared, and nobody may go by one alone: a tile that says 市長
// is believed. One that contains another comes before it.
var posts = [...]string{
	"副市長", "副町長", "副村長", "副区長", "副議長", "市長", "町長", "村長", "区長", "教育長", "議長", "部長", "次長", "課長", "係長",
	"支所長", "所長", "会計管理者", "管理者", "主催者", "主催", "司会", "事務局", "役所", "administrator", "admin", "host", "自分",
}

// roles are refused wherever they stand in a name, 「みほん市長 山田」, and so are their compounds
// (会計管理者). 役所 is not one of them: it is a family name.
var roles = [...]string{
	"副市長", "副町長", "副村長", "副区長", "市長", "町長", "村長", "区長", "教育長", "議長", "部長", "課長", "係長", "支所長", "管理者", "主催", "司会", "事務局", "職員",
	"市役所", "区役所", "町役場", "村役場", "役場",
}

// isPost reports whether a name says who its bearer is in the office instead of, or beside, who they are.
func isPost(name string) bool {
	words := withoutTitle(fold(name, -1))
	n := splitName(words)
	if slices.Contains(posts[:], string(n.text)) {
		return true
	}
	for _, w := range strings.Fields(words) {
		switch w {
		case "administrator", "admin", "host", "自分":
			return true
		}
	}
	for _, r := range roles {
		if n.claims(r) {
			return true
		}
	}
	return isDepartment(strings.Fields(words))
}

// claims reports whether a role stands in n as such, and not as the seam of two other words.
func (n split) claims(role string) bool {
	return n.find([]rune(role), func(from, to int) bool {
		if slices.Contains(n.start[from+1:to], true) {
			return n.start[to] // 「市 長 山田」, but not 服部 長太郎
		}
		before, after := n.around(from, to)
		then := string(after)
		switch {
		case then == "":
			return true
		case role == "司会": // but not 庄司会計
			return strings.HasPrefix(then, "者") || strings.HasPrefix(then, "役") || strings.HasPrefix(then, "進行")
		case strings.HasSuffix(role, "長") && len(before) > 0 && len(before)+len(role)/3+len(after) <= 5:
			return strings.HasPrefix(then, "代理") || strings.HasPrefix(then, "補佐") // but not 服部長太郎
		}
		return true
	})
}

// isDepartment reports whether words are the name of a department and of nobody in it.
func isDepartment(words []string) bool {
	department := false
	for _, w := range words {
		switch n := utf8.RuneCountInString(w); {
		case endsIn(w, "課", "係") && n > 1, endsIn(w, "部", "室") && n > 2 && w != "長谷部" && w != "日下部":
			department = true // not 服部, 小室
		case endsIn(w, "市", "町", "村", "区", "庁", "支所", "局") && n > 2: // not 木村
		default:
			return false
		}
	}
	return department
}

func endsIn(s string, ends ...string) bool {
	return slices.ContainsFunc(ends, func(e string) bool { return strings.HasSuffix(s, e) })
}
