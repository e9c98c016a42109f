package meet_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

func TestCleanName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in, want string
		err            *core.Error
	}{
		{"a name stays", "佐藤 花子", "佐藤 花子", nil},
		{"spaces are folded", "  佐藤　　花子 \t\n", "佐藤 花子", nil},
		{"full width Latin and half width katakana become normal", "Ａｌｉｃｅ ﾀﾅｶﾞ", "Alice タナガ", nil},
		{"what NFKC would make a letter of goes", "佐藤 美咲㊙ ㋐㍻🈲㆗", "佐藤 美咲", nil},
		{"letters in circles are letters", "Ⓢⓐⓣⓞ①", "Sato1", nil},
		{"a company's squared sign stays", "㍿みほん 田中", "株式会社みほん 田中", nil},
		{"company signs are spelled out", "㈱みほん 田中", "(株)みほん 田中", nil},
		{"zero width characters go", "佐\u200b藤\u200d花\ufeff子\u2060", "佐藤花子", nil},
		{"a direction override goes", "\u202e子花藤佐\u202c\u2066", "子花藤佐", nil},
		{"a joiner does not keep a letter from its voicing mark", "か\u200d\u3099く", "がく", nil},
		{"fillers that look like nothing go", "佐\u115f藤\u3164花\uffa0子\u2800", "佐藤花子", nil},
		{"variation selectors stay", "葛\U000E0100城 辻\ufe00", "葛\U000E0100城 辻\ufe00", nil},
		{"characters beyond the basic plane stay", "𠮷田 太郎", "𠮷田 太郎", nil},
		{"invalid UTF-8 goes", "佐藤\xff\xfe花子\xe3\x81", "佐藤花子", nil},
		{"the replacement character goes", "佐藤\ufffd", "佐藤", nil},
		{"controls go", "佐\x00藤\x1b[31m", "佐藤[31m", nil},
		{"line separators are spaces", "佐藤\u2028花子\u0085様", "佐藤 花子 様", nil},
		{"emoji beside a name stay", "佐藤😀", "佐藤😀", nil},
		{"foreign names stay", "José Nguyễn Müller", "José Nguyễn Müller", nil},
		{"forty characters fit", strings.Repeat("あ", 40), strings.Repeat("あ", 40), nil},
		{"a forty-first does not", strings.Repeat("あ", 41), "", meet.ErrNameTooLong},
		{"three hundred do not", strings.Repeat("寿限無", 100), "", meet.ErrNameTooLong},
		{"one character that is eighteen counts as eighteen", strings.Repeat("\ufdfa", 3), "", meet.ErrNameTooLong},
		{"nothing is no name", "", "", meet.ErrNameEmpty},
		{"spaces are no name", " 　\t", "", meet.ErrNameEmpty},
		{"what cannot be seen is no name", "\u200b\u3164\u202e", "", meet.ErrNameEmpty},
		{"emoji alone are no name", "😀👍🏽", "", meet.ErrNameEmpty},
		{"three hundred emoji are no name either", strings.Repeat("😀", 300), "", meet.ErrNameEmpty},
		{"digits and signs are no name", "１２３-45", "", meet.ErrNameEmpty},
		{"invalid UTF-8 alone is no name", "\xff\xfe", "", meet.ErrNameEmpty},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := meet.CleanName(c.in)
			if got != c.want || c.err == nil && err != nil || c.err != nil && !errors.Is(err, c.err) {
				t.Errorf("CleanName(%q) = %q, %v; want %q, %v", c.in, got, err, c.want, c.err)
			}
		})
	}
}

func TestCleanTitle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in, want string
		err            *core.Error
	}{
		{"a title stays as it was typed", "ＩＴ推進　第２回", "ＩＴ推進 第２回", nil},
		{"no title is named after the host", " \u200b\n", "佐藤 花子の会議", nil},
		{"one line, nothing unseen", "防災\n訓練\u202e", "防災 訓練", nil},
		{"a hundred characters fit", strings.Repeat("𠮷", 100), strings.Repeat("𠮷", 100), nil},
		{"one more does not", strings.Repeat("𠮷", 101), "", meet.ErrTitleTooLong},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := meet.CleanTitle(c.in, "佐藤 花子")
			if got != c.want || c.err == nil && err != nil || c.err != nil && !errors.Is(err, c.err) {
				t.Errorf("CleanTitle(%q) = %q, %v; want %q, %v", c.in, got, err, c.want, c.err)
			}
		})
	}
}

func TestCleanMessage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in, want string
		err            *core.Error
	}{
		{"a message stays as it was typed", "ＯＫ　です(^_^)\n「次」は １０時", "ＯＫ　です(^_^)\n「次」は １０時", nil},
		{"every way to break a line is one", "a\r\nb\rc\nd\u2028e\u2029f\u0085g\vh\fi", "a\nb\nc\nd\ne\nf\ng\nh\ni", nil},
		{"cells of a table do not run together", "100\t200\r\n300\t400", "100 200\n300 400", nil},
		{"space around it goes", "\n\n はい　\n", "はい", nil},
		{"controls and direction overrides go", "a\x00b\x1b[2Jc\u202egpj.exe", "ab[2Jcgpj.exe", nil},
		{"invalid UTF-8 goes", "は\xffい\xe3", "はい", nil},
		{"markup stays text", "<b>&amp;</b>", "<b>&amp;</b>", nil},
		{"emoji alone are a message", "👍", "👍", nil},
		{"two thousand characters fit", strings.Repeat("😀", 2000), strings.Repeat("😀", 2000), nil},
		{"one more does not", strings.Repeat("😀", 2001), "", meet.ErrMessageTooLong},
		{"what goes does not count", strings.Repeat("\u200ba", 2000), strings.Repeat("a", 2000), nil},
		{"nothing is no message", "", "", meet.ErrMessageEmpty},
		{"nothing to see is no message", " \u200b\n\t\x00", "", meet.ErrMessageEmpty},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := meet.CleanMessage(c.in)
			if got != c.want || c.err == nil && err != nil || c.err != nil && !errors.Is(err, c.err) {
				t.Errorf("CleanMessage(%q) = %q, %v; want %q, %v", c.in, got, err, c.want, c.err)
			}
		})
	}
}

func TestSameNameSeesThroughImitation(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"the same", "佐藤 花子", "佐藤 花子"},
		{"spaces", "佐藤花子", " 佐 藤　花\u00a0子"},
		{"width", "ＳＡＴＯ Ｈａｎａ", "sato hana"},
		{"half width katakana", "ﾊﾞﾝﾊﾞ ﾀﾛｳ", "バンバ タロウ"},
		{"case", "Sato", "sATO"},
		{"the ladder 高", "高橋 一郎", "髙橋 一郎"},
		{"山 above 奇", "山崎", "山﨑"},
		{"the earthen 吉", "吉田", "𠮷田"},
		{"all the 辺", "渡辺", "渡邊"},
		{"all the 辺 again", "渡邉", "渡邊"},
		{"all the 斉", "斎藤", "齋藤"},
		{"all the 斉 again", "斉藤", "齊藤"},
		{"old forms", "濵澤 櫻", "浜沢 桜"},
		{"冨 and 富", "冨田", "富田"},
		{"katakana カ for 力", "大力 勝", "大カ 勝"},
		{"katakana ロ for 口", "山口", "山ロ"},
		{"katakana ニ for 二", "二宮", "ニ宮"},
		{"katakana ハ for 八", "八木", "ハ木"},
		{"katakana エ for 工", "工藤", "エ藤"},
		{"katakana タ for 夕", "夕子", "タ子"},
		{"katakana ト for 卜", "卜部", "ト部"},
		{"katakana チ for 千", "千葉", "チ葉"},
		{"hiragana へ for ヘ", "ヘレン", "へレン"},
		{"a long vowel for 一", "佐藤 一郎", "佐藤 ー郎"},
		{"a half width long vowel for 一", "佐藤 一郎", "佐藤 ｰ郎"},
		{"a dash for 一", "佐藤 一郎", "佐藤 —郎"},
		{"a hyphen for 一", "佐藤 一郎", "佐藤 -郎"},
		{"a minus for 一", "佐藤 一郎", "佐藤 −郎"},
		{"a drawn line for 一", "佐藤 一郎", "佐藤 ─郎"},
		{"a hyphen for nothing", "佐藤 花子", "佐藤-花子"},
		{"a dot for nothing", "佐藤 花子", "佐藤・花子。"},
		{"an emoji for nothing", "佐藤 花子", "佐藤花子😀"},
		{"a variation selector", "葛城", "葛\U000E0100城"},
		{"zero width characters", "佐藤花子", "佐\u200b藤\u200d花\u2060子"},
		{"a filler", "佐藤花子", "佐藤\u3164花子"},
		{"a voicing mark apart", "後藤 がく", "後藤 か\u3099く"},
		{"a voicing mark held apart", "後藤 がく", "後藤 か\u200d\u3099く"},
		{"さん", "佐藤花子", "佐藤花子さん"},
		{"様", "佐藤花子", "佐藤 花子 様"},
		{"a post after the name", "佐藤花子", "佐藤花子 課長"},
		{"a post before the name", "佐藤花子", "市長 佐藤花子"},
		{"a post and an address", "佐藤花子", "佐藤花子部長様"},
		{"a deputy's post", "佐藤花子", "副市長 佐藤花子"},
	} {
		t.Run(c[0], func(t *testing.T) {
			t.Parallel()
			if !meet.SameName(c[1], c[2]) || !meet.SameName(c[2], c[1]) {
				t.Errorf("%q passes beside %q", c[2], c[1])
			}
		})
	}
}

// directory is the staff of the two tables that follow.
func directory() []string { return []string{"佐藤 美咲", "中村 健", "林 太郎", "Li Na"} }

func TestNearTwinsOfStaffAreRefusedAndOtherBearersOfTheCharactersPass(t *testing.T) {
	t.Parallel()
	staff := []string{"佐藤 美咲", "井上 直子", "鳥山 健", "太田 一郎", "末永 三郎", "山本 さくら", "林 太郎", "工藤 二八"}
	for _, name := range []string{
		"佐籐 美咲", "佐籐　美咲さん", "みほん建設 佐籐 美咲", "佐籐美咲（企画課）", "左藤 美咲", "イ左藤 美咲", "丼上 直子", "丼上直子 課長", "烏山 健", "島山 建",
		"大田 一郎", "犬田 ー郎", "太田 ―郎", "未永 三郎", "末永 ミ郎", "山本 サクラ", "山木 さくら", "山本 ｻｸﾗ", "林 大郎", "エ籐 ニハ", "佐藤 美咲㊙", "㊙佐藤 美咲",
		"佐藤㊙美咲", "佐藤 美咲㍻", "佐藤 美咲①", "佐藤 美咲㋐", "丼上 直子㊙様", "丼上直子さん（みほん）",
	} {
		if meet.MayGoBy(name, staff) {
			t.Errorf("%q is let in", name)
		}
	}
	for _, name := range []string{
		"佐籐", "みほん建設 佐籐", "佐籐 健", "左藤 太郎", "丼上", "丼上 太郎", "烏山", "大田", "大田 次郎", "犬養 健", "未永 花子", "島田 健", "山木 太郎", "さくら",
		"みほん建設 大田", "小林 大郎", "木本 健", "石王 玉子",
	} {
		if !meet.MayGoBy(name, staff) {
			t.Errorf("%q is refused", name)
		}
	}
}

func TestRolesOfTheMeetingAreNobodysName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"ホスト", "ほすと", "ﾎｽﾄ", "ホスト 山田", "会議ホスト", "共同ホスト", "ホストさん", "ホス卜", "Host", "Ｈｏｓｔ", "co-host", "Moderator 山田", "主催者", "主催", "しゅさいしゃ",
		"司会", "しかい", "shikai", "情報担当", "情報担当者", "情報担当 山田", "じょうほうたんとう", "管理者", "かんりしゃ", "Administrator", "事務局", "じむきょく", "システム", "システム担当", "しすてむ",
		"サポート", "サポ—ト", "サポ一ト", "サポートセンター", "サポート 担当", "ITサポート", "system support", "Support Team", "ヘルプデスク", "スタッフ", "運営スタッフ", "情報システム担当", "㊙サポート",
	} {
		if meet.MayGoBy(name, directory()) {
			t.Errorf("%q is let in", name)
		}
	}
	for _, name := range []string{
		"みほんシステム 山田", "みほんサポートセンター 田中", "システム開発 山田", "サポート 山田", "ホストリンク建設 山田", "Hosteller", "Hiroshi Hosto", "情報 花子", "担当 太郎", "受付 花子",
		"本部 健", "本部", "係", "の", "かんり 太郎", "Staffan", "Yamada (IT)",
	} {
		if !meet.MayGoBy(name, directory()) {
			t.Errorf("%q is refused", name)
		}
	}
}

func TestGuestsDoNotPassForTheOffice(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"佐藤 美咲（企画課）", "企画課 佐藤 美咲", "企画課佐藤美咲", "佐藤 美咲 職員", "佐藤美咲 本人", "佐藤美咲本人", "佐藤　美口関", "佐藤 美ロ関",
		"みほん建設 佐藤美咲", "佐藤美咲@企画", "佐-藤-美-咲 企画", "税務課長 佐藤美咲", "佐藤美咲さん（企画）", "x佐藤 美咲", "佐藤 美咲x",
		"中村 健（危機管理）", "中村 健くん 危機管理", "林 太郎 企画", "Li Na (IT)", "IT Ｌｉ　Ｎａ",
		"市長", "市 長", "市・長 山田", "みほん市 長 山田", "市長代理", "市長 秘書", "みほん市長 山田", "みほん市長山田", "副市長山田", "山田 村長", "山田町長代理",
		"税務課長", "総務部長 田中", "係長（山田）", "教育長", "議長 田中", "会計管理者", "システム管理者", "主催（中村）", "主催者", "会議主催", "司会", "司会進行 山田",
		"本日の司会", "事務局 田中", "職員", "みほん市役所", "みほん市役所 山田", "みほん町役場", "役所", "Host", "system administrator", "自分",
		"総務課", "情報政策課", "（総務課）", "総務課さん", "企画課 企画係", "みほん市 総務課", "総務部", "秘書室",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if meet.MayGoBy(name, directory()) {
				t.Errorf("%q is let in", name)
			}
		})
	}
}

func TestHonestGuestsPass(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"山田 太郎（設計会社）", "みほん設計 佐藤", "中村 花子", "佐藤", "美咲", "佐藤 美香", "課題解決 山本", "部坂 健", "司会堂 山田", "庄司会計事務所 田中",
		"中村 健太", "中村 健太郎", "中村健一郎", "小林 太郎", "佐藤 美咲子", "大林 太郎（みほん建設）", "Carolina Mori", "Mali Nakamura",
		"服部", "阿部", "長谷部", "日下部", "小室", "係", "服部 長太郎", "服部長太郎", "木村 長治", "木村長治", "四日市 長島建設 田中", "役所 広司",
		"中村", "木村 花子", "みほん建設 営業部 田中", "みほん建設 営業部", "総合企画 山田", "みほん建設 社長 田中", "Hostetter", "José Nguyễn",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !meet.MayGoBy(name, directory()) {
				t.Errorf("%q is refused", name)
			}
		})
	}
}

func TestHonestNamesStayDifferent(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"佐藤 花子", "佐藤 華子"},
		{"佐藤", "佐藤 花子"},
		{"佐藤 花子", "鈴木 花子"},
		{"高橋", "高梨"},
		{"山本", "山木"},
		{"太田", "大田"},
		{"末永", "未永"},
		{"土田", "士田"},
		{"シゲル", "ツゲル"},
		{"ハナ", "バナ"},
		{"一郎", "二郎"},
		{"佐藤 花子", "佐藤 花子(みほん建設)"}, // refused beside staff by MayGoBy
		{"佐藤 花子", "みほん建設 佐藤 花子"},
		{"Hostetter", "etter"},
		{"Sato", "Saito"},
		{"さん", "様"},
		{"", ""},
		{"😀", "👍"},
		{" ", "\u200b"},
	} {
		t.Run(c[0]+" and "+c[1], func(t *testing.T) {
			t.Parallel()
			if meet.SameName(c[0], c[1]) {
				t.Errorf("%q is taken for %q", c[0], c[1])
			}
		})
	}
}

func FuzzNames(f *testing.F) {
	for _, s := range []string{
		"佐藤 花子", strings.Repeat("寿限無", 100), "か\u200d\u3099", "\u202eevil", "Ａ\ufe00", "\xff\xfe", "😀", "\u00a8a", "葛\U000E0100",
		"市長 佐藤さん", "ﾀﾅｶﾞ", "佐籐 美咲㊙", "サポ—ト", "\ufdfa", "a\u0301\u0327", "\u1100\u1161\u11a8", "さんさん", "君", "ー—一",
	} {
		f.Add(s, s+" ")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if meet.SameName(a, b) != meet.SameName(b, a) {
			t.Errorf("%q and %q: it depends on who is asked first", a, b)
		}
		name, err := meet.CleanName(a)
		if err != nil {
			if core.KindOf(err) != core.KindInvalid || name != "" {
				t.Errorf("CleanName(%q) = %q, %v", a, name, err)
			}
			return
		}
		clean(t, name, meet.MaxName, " ")
		if again, err := meet.CleanName(name); err != nil || again != name {
			t.Errorf("%q cleaned again is %q, %v", name, again, err)
		}
		if !meet.SameName(a, name) {
			t.Errorf("%q is not taken for what it is shown as, %q", a, name)
		}
		plain := utf8.RuneCountInString(name) >= 8 && strings.TrimFunc(name, func(r rune) bool { return unicode.Is(unicode.Han, r) }) == ""
		if company := "みほん " + name + " 建設"; plain && meet.MayGoBy(company, []string{name}) {
			t.Errorf("%q is not seen in %q", name, company)
		}
		if title, err := meet.CleanTitle(a, "主催"); err == nil {
			clean(t, title, meet.MaxTitle, " ")
		}
	})
}

func FuzzMessages(f *testing.F) {
	for _, s := range []string{"はい", "a\r\nb\tc", "\u202e", "\xff", strings.Repeat("😀", 2001), "\u2028\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, err := meet.CleanMessage(s)
		if err != nil {
			if core.KindOf(err) != core.KindInvalid || text != "" {
				t.Errorf("CleanMessage(%q) = %q, %v", s, text, err)
			}
			return
		}
		clean(t, strings.ReplaceAll(text, "\n", " "), meet.MaxMessage, "")
		if again, err := meet.CleanMessage(text); err != nil || again != text {
			t.Errorf("%q cleaned again is %q, %v", text, again, err)
		}
	})
}

// clean is what every text of people must be before it is stored or shown.
func clean(t *testing.T, s string, most int, onlySpace string) {
	t.Helper()
	if s == "" || !utf8.ValidString(s) || utf8.RuneCountInString(s) > most || strings.TrimSpace(s) != s {
		t.Errorf("kept %q", s)
	}
	for _, r := range s {
		if unicode.In(r, unicode.C) && !unicode.In(r, unicode.Cn) || onlySpace != "" && unicode.IsSpace(r) && string(r) != onlySpace {
			t.Errorf("kept %U in %q", r, s)
		}
	}
}
