package univapay

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// Columns are the headings of the settlement file. UnivaPay's own format is not public, so the file is read by
// headings, in any order, and an office can say how its file calls them. An empty one is that of DefaultColumns.
type Columns struct {
	Charge, Refund, Store, Kind, Status, At, Amount, Currency, Fee, Brand, Ours string
}

// DefaultColumns are those of the simulator.
func DefaultColumns() Columns {
	return Columns{
		Charge: "課金ID", Refund: "返金ID", Store: "店舗ID", Kind: "種別", Status: "ステータス", At: "取引日時", Amount: "金額",
		Currency: "通貨", Fee: "手数料", Brand: "ブランド", Ours: "加盟店取引ID",
	}
}

func (c Columns) filled() Columns {
	d := DefaultColumns()
	for _, f := range []struct{ have, want *string }{
		{&c.Charge, &d.Charge},
		{&c.Refund, &d.Refund},
		{&c.Store, &d.Store},
		{&c.Kind, &d.Kind},
		{&c.Status, &d.Status},
		{&c.At, &d.At},
		{&c.Amount, &d.Amount},
		{&c.Currency, &d.Currency},
		{&c.Fee, &d.Fee},
		{&c.Brand, &d.Brand},
		{&c.Ours, &d.Ours},
	} {
		*f.have = either(*f.have, *f.want)
	}
	return c
}

// Limits of a settlement file.
const (
	maxFile     = 128 << 20
	maxProblems = 200
	maxYen      = 1_000_000_000
)

// ParseSettlement implements till.Statement. A refund's row has the id of the attempt it goes back from, and the
// provider's id of the refund as its detail: UnivaPay knows no id of ours for refunds.
func (p *Provider) ParseSettlement(file []byte) ([]till.SettlementRow, []till.FileProblem) {
	text, problem := decodeFile(file)
	if problem != nil {
		return nil, []till.FileProblem{*problem}
	}
	s := sheet{cols: p.columns, store: p.store}
	s.read(text)
	if len(s.problems) > 0 {
		return nil, s.problems
	}
	return s.rows, nil
}

// decodeFile makes text of UTF-8, with or without a mark, or Shift_JIS as Japanese systems mean it.
func decodeFile(file []byte) (string, *till.FileProblem) {
	bad := func(words string) (string, *till.FileProblem) { return "", &till.FileProblem{Line: 1, Message: words} }
	switch {
	case len(file) == 0:
		return bad("ファイルが空です。")
	case len(file) > maxFile:
		return bad("ファイルが大きすぎます（128 MB まで）。期間を分けて出し直してください。")
	case bytes.HasPrefix(file, []byte("\xff\xfe")), bytes.HasPrefix(file, []byte("\xfe\xff")):
		return bad("文字コードが UTF-16 です。UTF-8 か Shift_JIS で保存し直してください。")
	}
	if body, ok := bytes.CutPrefix(file, []byte("\xef\xbb\xbf")); ok || utf8.Valid(file) {
		if i := firstInvalid(body); i >= 0 {
			return "", &till.FileProblem{Line: lineAt(body, i), Message: "UTF-8 として読めない文字があります。ファイルを出し直してください。"}
		}
		return string(body), nil
	}
	// Line by line, so that what cannot be read has a place. No second byte of Shift_JIS is a line feed.
	var b strings.Builder
	dec := japanese.ShiftJIS.NewDecoder()
	for n, line := range bytes.SplitAfter(file, []byte("\n")) {
		t, err := dec.Bytes(line)
		if err != nil || bytes.ContainsRune(t, utf8.RuneError) {
			return "", &till.FileProblem{Line: n + 1, Message: "Shift_JIS としても UTF-8 としても読めない文字があります。ファイルを出し直してください。"}
		}
		b.Write(t)
	}
	return b.String(), nil
}

func firstInvalid(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

func lineAt(b []byte, i int) int { return bytes.Count(b[:i], []byte("\n")) + 1 }

// sheet is a file while it is read.
type sheet struct {
	cols     Columns
	store    string
	at       map[string]int // column by heading
	rows     []till.SettlementRow
	problems []till.FileProblem
}

func (s *sheet) bad(line int, column, words string) {
	if len(s.problems) == maxProblems {
		s.problems = append(s.problems, till.FileProblem{Line: line, Message: "ほかにも誤りがあります。ここまでを直してから、もう一度取り込んでください。"})
	}
	if len(s.problems) < maxProblems {
		s.problems = append(s.problems, till.FileProblem{Line: line, Column: column, Message: words})
	}
}

func (s *sheet) read(text string) {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1 // counted here, to say where
	r.ReuseRecord = true
	head, err := r.Read()
	if err != nil {
		s.unreadable(err)
		return
	}
	if s.heading(head); len(s.problems) > 0 {
		return
	}
	width := len(head)
	for len(s.problems) <= maxProblems {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			s.unreadable(err)
			return
		}
		line, _ := r.FieldPos(0)
		if len(cells) != width {
			s.bad(line, "", "列の数が見出しと違います（見出し "+strconv.Itoa(width)+" 列、この行 "+strconv.Itoa(len(cells))+" 列）。")
			continue
		}
		s.row(line, cells)
	}
}

func (s *sheet) unreadable(err error) {
	var e *csv.ParseError
	if errors.As(err, &e) {
		s.bad(e.StartLine, "", "引用符（\"）の使い方が CSV として正しくありません。この行から先は読めません。")
		return
	}
	s.bad(1, "", "見出しの行がありません。")
}

func (s *sheet) heading(head []string) {
	s.at = map[string]int{}
	for i, h := range head {
		h = strings.TrimSpace(h)
		if _, twice := s.at[h]; twice && h != "" {
			s.bad(1, h, "同じ見出しが2つあります。")
		}
		s.at[h] = i
	}
	for _, need := range []string{s.cols.Charge, s.cols.Kind, s.cols.Status, s.cols.At, s.cols.Amount, s.cols.Ours} {
		if _, ok := s.at[need]; !ok {
			s.bad(1, need, "見出し「"+need+"」の列がありません。UnivaPay の精算ファイルかどうか確かめてください。")
		}
	}
}

func (s *sheet) row(line int, cells []string) {
	cell := func(name string) string {
		if i, ok := s.at[name]; ok {
			return strings.TrimSpace(cells[i])
		}
		return ""
	}
	before := len(s.problems)
	brand := cell(s.cols.Brand)
	r := till.SettlementRow{Line: line, Ref: cell(s.cols.Charge), Detail: cell(s.cols.Refund), Wallet: walletOf(brand)}
	if !uuid(r.Ref) {
		s.bad(line, s.cols.Charge, "課金IDの形ではありません。")
	}
	if r.Detail != "" && !uuid(r.Detail) {
		s.bad(line, s.cols.Refund, "返金IDの形ではありません。")
	}
	if word(brand) != brand {
		s.bad(line, s.cols.Brand, "ブランドは pay_pay のような英数字のはずです。")
	}
	if store := cell(s.cols.Store); store != "" && !strings.EqualFold(store, s.store) {
		s.bad(line, s.cols.Store, "設定と違う店舗の行です。この店舗だけのファイルを出し直してください。")
	}
	if currency := cell(s.cols.Currency); currency != "" && currency != "JPY" {
		s.bad(line, s.cols.Currency, "円（JPY）ではない行です。")
	}
	kind, status := cell(s.cols.Kind), cell(s.cols.Status)
	r.Status = kind + " " + status
	sign := core.Money(1)
	switch kind {
	case "売上":
		r.Kind = till.RowPaid
	case "返金":
		r.Kind, sign = till.RowRefunded, -1
		if r.Detail == "" {
			s.bad(line, s.cols.Refund, "返金の行に返金IDがありません。")
		}
	default:
		s.bad(line, s.cols.Kind, "種別は「売上」か「返金」のはずです。")
	}
	switch status {
	case "成功":
	case "失敗":
		r.Kind = till.RowFailed
	default:
		s.bad(line, s.cols.Status, "ステータスは「成功」か「失敗」のはずです。")
	}
	var err error
	if r.At, err = fileTime(cell(s.cols.At)); err != nil {
		s.bad(line, s.cols.At, "日時は 2026/10/01 09:30:00 の形のはずです。")
	}
	var ok bool
	if r.Amount, ok = yen(cell(s.cols.Amount)); !ok || r.Amount*sign <= 0 {
		s.bad(line, s.cols.Amount, "金額が読めないか、種別と正負が合いません。")
	}
	r.Amount *= sign
	if _, r.HasFee = s.at[s.cols.Fee]; r.HasFee {
		if r.Fee, ok = yen(cell(s.cols.Fee)); !ok {
			s.bad(line, s.cols.Fee, "手数料が読めません。")
		}
		r.Fee *= sign // of a refund: what comes back of it
	}
	if id, err := core.ParseID(cell(s.cols.Ours)); err == nil {
		r.Ours = id // another form is of somebody else who sells with this contract
	}
	if len(s.problems) == before {
		s.rows = append(s.rows, r)
	}
}

// fileTime reads a time in Japan.
func fileTime(text string) (time.Time, error) {
	for _, form := range []string{"2006/01/02 15:04:05", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(form, text, japan()); err == nil {
			return t.UTC(), nil
		}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	return t.UTC().Truncate(time.Microsecond), err
}

// yen reads a whole amount, with or without separators: 1234, 1,234 or -1,234.
func yen(text string) (core.Money, bool) {
	digits := strings.TrimPrefix(text, "-")
	if strings.Contains(digits, ",") {
		parts := strings.Split(digits, ",")
		for i, p := range parts {
			if i == 0 && (p == "" || len(p) > 3) || i > 0 && len(p) != 3 {
				return 0, false
			}
		}
		digits = strings.Join(parts, "")
	}
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > maxYen {
		return 0, false
	}
	if strings.HasPrefix(text, "-") {
		n = -n
	}
	return core.Money(n), true
}
