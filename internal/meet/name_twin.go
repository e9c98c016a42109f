package meet

import (
	"slices"
	"strings"
)

// twins maps characters to one that a glance at a small tile takes them for. Many of them make real names that
// differ, 太田 and 大田, so it is for whole names of staff alone: whoever has such a name can add a company.
var twins = strings.NewReplacer(
	"籐", "藤", "縢", "藤", "膝", "藤", "丼", "井", "太", "大", "犬", "大", "未", "末", "士", "土", "木", "本", "夲", "本",
	"烏", "鳥", "島", "鳥", "荻", "萩", "粟", "栗", "材", "村", "干", "千", "于", "千", "入", "人", "巳", "己", "已", "己",
	"牛", "午", "王", "玉", "失", "矢", "右", "石", "氷", "永", "今", "令", "自", "白", "由", "田", "左", "佐", "尹", "伊",
	"建", "健", "孑", "子", "曰", "日", "目", "日", "杮", "柿", "傳", "傅", "祐", "佑", "芧", "茅", "官", "宮", "綱", "網",
	"イ左", "佐", "亻左", "佐", "木寸", "村", "ネ申", "神", "日月", "明",
	"ツ", "シ", "ン", "ソ", "ノ", "丿", "メ", "乂", "ヌ", "又", "ム", "厶", "ヨ", "彐", "パ", "バ", "ピ", "ビ", "プ", "ブ", "ペ", "ベ", "ポ", "ボ",
)

// twin reduces a folded name to what a glance takes it for. Spaces stay where they are.
func twin(folded string) string { return twins.Replace(variants.Replace(katakana(folded))) }

// katakana writes hiragana as katakana, and small kana as large ones.
func katakana(s string) string {
	return small.Replace(strings.Map(func(r rune) rune {
		if r >= 'ぁ' && r <= 'ゖ' {
			return r + 'ァ' - 'ぁ'
		}
		return r
	}, s))
}

var small = strings.NewReplacer("ァ", "ア", "ィ", "イ", "ゥ", "ウ", "ェ", "エ", "ォ", "オ", "ッ", "ツ", "ャ", "ヤ", "ュ", "ユ", "ョ", "ヨ", "ヮ", "ワ")

// leading are roles in the meeting itself, and whom the screens name when something does not work. They are refused as a
// word of any name, 「ホスト 山田」, alone or with what makes it a title.
var leading = [...]string{
	"ホスト", "共同ホスト", "主催者", "主催", "司会", "司会者", "情報担当", "情報担当者", "管理者", "事務局", "モデレーター", "オーガナイザー", "アドミン",
	"しゅさいしゃ", "しかいしゃ", "じょうほうたんとう", "かんりしゃ", "じむきょく",
	"host", "cohost", "admin", "administrator", "sysadmin", "moderator", "organizer", "organiser", "shusaisha", "kanrisha", "jimukyoku",
}

// serving are refused where they, with leading and joining, are all there is of a name: 「サポート」, 「システム担当」. They are
// parts of the names of companies too.
var serving = [...]string{
	"システム", "サポート", "ヘルプデスク", "ヘルプ", "スタッフ", "オペレーター", "情報システム", "技術", "運営", "しゅさい", "しかい", "受付",
	"system", "support", "helpdesk", "staff", "operator", "server", "shusai", "shikai", "joho", "tanto", "root", "サーバー", "サーバ",
}

// joining make a longer title of one of these.
var joining = [...]string{
	"担当", "担当者", "係", "者", "員", "会議", "情報", "it", "センター", "デスク", "チーム", "代理", "補佐", "管理", "窓口", "連絡", "用", "専用", "の",
	"team", "center", "desk", "help", "info", "of", "the", "meeting", "it", "co",
}

// isRole reports whether a name says what its bearer does in the meeting instead of who they are.
func isRole(name string) bool {
	parts, roles, leads := writtenAlike(joining[:]), writtenAlike(leading[:]), writtenAlike(leading[:])
	roles = append(roles, writtenAlike(serving[:])...)
	for _, dash := range []rune{'一', -1} {
		words := strings.Fields(twin(withoutTitle(fold(name, dash))))
		some, rest := false, false
		for _, w := range words {
			if madeOf(w, leads, parts) {
				return true
			}
			if madeOf(w, roles, parts) {
				some = true
			} else if !slices.Contains(parts, w) {
				rest = true
			}
		}
		if some && !rest {
			return true
		}
	}
	return false
}

// writtenAlike brings words of a table into the form of a name that is compared.
func writtenAlike(words []string) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		out = append(out, twin(fold(w, '一')))
	}
	return out
}

// madeOf reports whether a word is made of roles and parts alone, with at least one role.
func madeOf(word string, roles, parts []string) bool {
	const none, plain, role = 0, 1, 2
	// reach[i] is how word[:i] can be written: not at all, of parts, with a role among them.
	reach := make([]int, len(word)+1)
	reach[0] = plain
	for i := range word {
		if reach[i] == none {
			continue
		}
		for _, r := range roles {
			if strings.HasPrefix(word[i:], r) {
				reach[i+len(r)] = role
			}
		}
		for _, p := range parts {
			if strings.HasPrefix(word[i:], p) {
				reach[i+len(p)] = max(reach[i+len(p)], reach[i])
			}
		}
	}
	return reach[len(word)] == role
}
