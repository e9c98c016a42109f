package jpqr

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Difference is the result of comparing a sticker with what was registered. Only Same opens the counter:
// Misread says how the clerk should read again, it excuses nothing.
type Difference struct {
	Same    bool
	Misread bool     // the difference looks like one the scanner or keyboard made
	At      int      // first differing character, from 1; 0 when Same
	Changes []Change // what differs in meaning, the gravest first; empty when Same or Misread
	Message string   // Japanese, for the clerk
}

// Change is one meaning-bearing difference. The values may be shown: they are cut and cleaned of
// characters that cannot be seen.
type Change struct {
	Field      string // EMV path; "jpqr.01" is level 1 of the store code wherever it stands; "" the whole code
	Name       string // Japanese
	Registered string // "" when only the scanned code has it
	Scanned    string // "" when only the registered code has it
}

const (
	stop   = "このQRでの受付を止めて、責任者に知らせてください。"
	if2nd  = "読み直しても同じときは、" + stop
	atMost = 4 // changes named in the message
)

// Compare compares byte for byte; only blanks and line ends around the code, which scanners add, do not
// count. Neither text needs to be an EMV code.
//
// A reader that types like a keyboard drops Japanese. What it sends is the same code when it is the registered one
// without its non-ASCII characters, to the last digit of the checksum: who is paid stands in ASCII, and whatever a forger
// adds in ASCII would be typed.
func Compare(registered, scanned string) Difference {
	a, b := Trim(registered), Trim(scanned)
	if a == b && a != "" {
		return Difference{Same: true, Message: "登録したQRコードと一致しました。"}
	}
	if withoutJapanese(a) == b && b != "" {
		return Difference{Same: true, Message: "登録したQRコードと一致しました。読み取り機が送れない日本語の店名のほかは、店舗コードも検査符号も同じです。"}
	}
	d := Difference{At: firstDifference(a, b)}
	if a == "" {
		d.Changes = []Change{{Name: "登録", Scanned: shown(b)}}
		d.Message = "QRコードがまだ登録されていません。責任者に登録を頼んでください。"
		return d
	}
	if how := misread(a, b); how != "" {
		d.Misread, d.Message = true, how+if2nd
		return d
	}
	d.Changes = changes(a, b)
	var said []string
	for _, c := range d.Changes[:min(atMost, len(d.Changes))] {
		said = append(said, c.sentence())
	}
	if rest := len(d.Changes) - atMost; rest > 0 {
		said = append(said, "ほか"+strconv.Itoa(rest)+"か所")
	}
	d.Message = "登録したQRコードと違います。張り替えられたおそれがあります。" + stop + "違うところ：" + strings.Join(said, "、") + "。"
	return d
}

func (c Change) sentence() string {
	switch {
	case c.Registered == "" && c.Scanned == "":
		return c.Name
	case c.Registered == "":
		return c.Name + "（登録にはない「" + c.Scanned + "」）"
	case c.Scanned == "":
		return c.Name + "（登録の「" + c.Registered + "」がない）"
	}
	return c.Name + "（登録「" + c.Registered + "」、読み取り「" + c.Scanned + "」）"
}

func firstDifference(a, b string) int {
	x, y := []rune(a), []rune(b)
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n + 1
}

// misread recognises what scanners and keyboards do to a right code. It must stay narrow: an EMV code that
// a phone would accept is never called misread, an address only where case or width of letters differ.
func misread(a, b string) string {
	switch {
	case b == "":
		return "読み取れていません。もう一度読み取ってください。"
	case !utf8.ValidString(b):
		return "文字が壊れて読み取られました。もう一度読み取ってください。"
	case fold(b) == fold(a):
		return "全角の文字で読み取られました。日本語入力をオフ（半角英数）にして、もう一度読み取ってください。"
	case swapCase(b) == a:
		return "大文字と小文字が逆に読み取られました。Caps Lockを外して、もう一度読み取ってください。"
	case strings.HasPrefix(a, "0002") && (strings.HasPrefix(a, b) || strings.HasSuffix(a, b)):
		return "途中までしか読み取れていません。もう一度読み取ってください。"
	case len(b) > len(a) && strings.Trim(strings.ReplaceAll(b, a, ""), " \t\r\n") == "":
		return "続けて二度読み取られました。一度だけ読み取ってください。"
	case onlyJapaneseLost(a, b):
		return "日本語の部分を読み取り機が正しく送れていません。カメラでの読み取りに切り替えてください。"
	}
	return ""
}

// onlyJapaneseLost reports that a and b agree before the first and after the last non-ASCII character of
// a, and that b no longer verifies: a keyboard scanner cannot type Japanese. A forged name with a right
// checksum is not excused.
func onlyJapaneseLost(a, b string) bool {
	wide := func(r rune) bool { return r > '~' }
	first := strings.IndexFunc(a, wide)
	if first < 0 {
		return false
	}
	last := strings.LastIndexFunc(a, wide)
	_, size := utf8.DecodeRuneInString(a[last:])
	head, tail := a[:first], a[last+size:]
	if len(b) < len(head)+len(tail) || !strings.HasPrefix(b, head) || !strings.HasSuffix(b, tail) {
		return false
	}
	_, errA := Parse(a)
	_, errB := Parse(b)
	return errA == nil && errB != nil && ReasonOf(errB) != NotEMV
}

// withoutJapanese is a registered code that verifies as a keyboard-type reader sends it; "" for any other.
func withoutJapanese(a string) string {
	short := strings.Map(func(r rune) rune {
		if r > '~' {
			return -1
		}
		return r
	}, a)
	if _, err := Parse(a); err != nil || short == a {
		return ""
	}
	return short
}

func changes(a, b string) []Change {
	x, px := read(a)
	y, py := read(b)
	switch {
	case px != nil && py != nil:
		return opaque(a, b)
	case px != nil:
		return []Change{{Name: "QRの種類", Registered: kindOf(a), Scanned: "決済の標準形式（JPQRなど）"}}
	case py != nil && py.Reason == NotEMV:
		return []Change{{Name: "QRの種類", Registered: "決済の標準形式（JPQRなど）", Scanned: kindOf(b)}}
	case py != nil:
		return []Change{{Field: py.Field, Name: "QRの形が壊れている（" + strconv.Itoa(py.At) + "文字目）"}}
	}
	found := fields(x, y)
	if p := verify(b, y); p != nil && verify(a, x) == nil {
		found = slices.DeleteFunc(found, func(c Change) bool { return c.Field == "63" })
		name := "検査符号が合わない（読み取りの誤りか書き換え）"
		if p.Reason != Checksum {
			name = "QRの形が壊れている"
		}
		found = append(found, Change{Field: "63", Name: name})
	}
	if len(found) > 1 { // a checksum that follows from other changes tells the clerk nothing
		found = slices.DeleteFunc(found, func(c Change) bool { return c.Field == "63" && c.Scanned != "" })
	}
	if len(found) == 0 || len(found) == 1 && found[0].Field == "63" && found[0].Scanned != "" {
		found = []Change{{Name: "項目の並び順"}}
	}
	slices.SortStableFunc(found, func(a, b Change) int { return gravity(a.Field) - gravity(b.Field) })
	return found
}

// gravity orders by what sends the money elsewhere.
func gravity(field string) int {
	id, _, _ := strings.Cut(field, ".")
	switch {
	case id == storePath:
		return 0
	case isAccount(id):
		return 1
	case id == "64" || id == "59":
		return 2
	case id == "63":
		return 3
	case id == "54" || id == "01":
		return 4
	}
	return 5
}

// change says so when the two values look alike on a screen.
func change(field, name, a, b string) Change {
	c := Change{Field: field, Name: name, Registered: shown(a), Scanned: shown(b)}
	if c.Registered == c.Scanned {
		c.Scanned += "（見えない文字か、後ろの省いた部分が違う）"
	}
	return c
}

// fields lists the leaf fields that differ.
func fields(x, y []node) []Change {
	paths, a := leaves(x)
	more, b := leaves(y)
	for _, p := range more {
		if _, ok := a[p]; !ok {
			paths = append(paths, p)
		}
	}
	var found []Change
	for _, p := range paths {
		if a[p] != b[p] {
			found = append(found, change(p, fieldName(p), a[p], b[p]))
		}
	}
	return found
}

// leaves flattens templates; one that does not split is a leaf. The JPQR account goes by its name, so
// that moving it to another field is not reported as another store.
func leaves(top []node) (paths []string, values map[string]string) {
	values = map[string]string{}
	add := func(path, v string) {
		if _, ok := values[path]; !ok {
			paths = append(paths, path)
		}
		values[path] += v
	}
	for _, n := range top {
		var subs []node
		if isTemplate(n.id) {
			if s, p := split(n.value, n.valueAt(), n.id); p == nil {
				subs = s
			}
		}
		if subs == nil {
			add(n.id, n.text())
			continue
		}
		base := n.id
		if g, _ := find(subs, "00"); isAccount(n.id) && g.text() == jpqrID {
			base = storePath
		}
		for _, s := range subs {
			add(join(base, s.id), s.text())
		}
	}
	return paths, values
}

// opaque compares two texts that are no EMV codes, addresses by their parts.
func opaque(a, b string) []Change {
	u, errU := url.Parse(a)
	v, errV := url.Parse(b)
	if errU != nil || errV != nil || u.Host == "" || v.Host == "" {
		return []Change{change("", "内容", a, b)}
	}
	var found []Change
	site, other := u.Scheme+"://"+u.Host, v.Scheme+"://"+v.Host
	if site != other {
		c := change("", "接続先のサイト", site, other)
		if !all(other, ascii) {
			c.Scanned += "（英数字に似た別の文字を含む）"
		}
		found = append(found, c)
	}
	if p, q := strings.TrimPrefix(a, site), strings.TrimPrefix(b, other); p != q {
		found = append(found, change("", "店舗を表すアドレス", p, q))
	}
	if len(found) == 0 {
		found = []Change{change("", "内容", a, b)}
	}
	return found
}

func kindOf(text string) string {
	if isWeb(text) {
		u, err := url.Parse(text)
		if err == nil && u.Host != "" {
			return "Webサイト（" + shown(u.Host) + "）"
		}
		return "Webサイト"
	}
	return "ほかの文字（" + shown(text) + "）"
}
