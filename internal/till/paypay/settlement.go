package paypay

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// Limits of a settlement file. A day of a large city is a few thousand rows.
const (
	maxFile     = 64 << 20
	maxRows     = 500_000
	maxProblems = 1000 // named; a file with more is not one anybody mends by hand
)

// The columns the rows are made of (OPA, File layout, instant payment v2). The file has more, and their order is not
// relied on.
const (
	colPayment  = "決済番号"
	colMerchant = "加盟店ID"
	colStatus   = "取引ステータス"
	colTime     = "取引日時"
	colAmount   = "取引金額"
	colMethod   = "支払い方法"
	colOurs     = "マーチャント決済ID"
)

func columns() []string {
	return []string{colPayment, colMerchant, colStatus, colTime, colAmount, colMethod, colOurs}
}

// ParseSettlement implements till.Statement for transaction_<merchant>_<from>_<to>_v2.csv: Shift_JIS, a heading, one
// line per transaction. Payments by a PayPay sticker are in the same file; PayPay made their ids, so they have no Ours.
func (p *Provider) ParseSettlement(file []byte) ([]till.SettlementRow, []till.FileProblem) {
	s := sheet{merchant: p.cred.Merchant}
	s.read(file)
	if len(s.problems) > 0 {
		return nil, s.problems
	}
	return s.rows, nil
}

type sheet struct {
	merchant string
	at       map[string]int // column by heading
	heads    []string
	rows     []till.SettlementRow
	problems []till.FileProblem
}

func (s *sheet) wrong(line int, column, format string, args ...any) {
	switch {
	case len(s.problems) < maxProblems:
		s.problems = append(s.problems, till.FileProblem{Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
	case len(s.problems) == maxProblems:
		s.problems = append(s.problems, till.FileProblem{Line: line, Message: "ほかにも誤りがあります。PayPay の管理画面からファイルをダウンロードし直してください。"})
	}
}

func (s *sheet) full() bool { return len(s.problems) > maxProblems }

func (s *sheet) read(file []byte) {
	switch {
	case len(file) == 0:
		s.wrong(1, "", "ファイルが空です。PayPay の管理画面からダウンロードし直してください。")
		return
	case len(file) > maxFile:
		s.wrong(1, "", "ファイルが大きすぎます（%d MB まで）。1日ずつダウンロードしてください。", maxFile>>20)
		return
	case utf8.Valid(file) && bytes.ContainsFunc(file, func(r rune) bool { return r > 0x7F }):
		s.wrong(1, "", "文字コードが UTF-8 です。表計算ソフトで保存し直していない、ダウンロードしたままのファイル（Shift_JIS）を選んでください。")
		return
	}
	text, err := japanese.ShiftJIS.NewDecoder().Bytes(file)
	if err != nil {
		s.wrong(1, "", "文字コードを Shift_JIS として読み取れませんでした。ダウンロードしたままのファイルを選んでください。")
		return
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1 // counted here, to say where
	r.ReuseRecord = true
	for n := 0; !s.full(); n++ {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			if n == 0 {
				s.wrong(1, "", "見出しの行がありません。ダウンロードしたままのファイルを選んでください。")
			}
			return
		}
		var p *csv.ParseError
		if errors.As(err, &p) { // what follows cannot be told apart any more
			s.wrong(p.StartLine, "", "引用符の使い方が正しくないため、この行から先を読み取れません。ファイルが途中で切れていないか確かめてください。")
			return
		}
		line, _ := r.FieldPos(0)
		switch {
		case n == 0:
			if !s.heading(line, cells) {
				return
			}
		case n > maxRows:
			s.wrong(line, "", "行が多すぎます（%d 行まで）。1日ずつダウンロードしてください。", maxRows)
			return
		default:
			s.row(line, cells)
		}
	}
}

// heading finds the columns; without all of them the lines mean nothing.
func (s *sheet) heading(line int, cells []string) bool {
	s.at, s.heads = map[string]int{}, slices.Clone(cells)
	for i, c := range cells {
		if _, twice := s.at[c]; twice {
			s.wrong(line, clip(c, 40), "見出し「%s」が2回あります。ダウンロードしたままのファイルを選んでください。", clip(c, 40))
		}
		s.at[c] = i
	}
	for _, c := range columns() {
		if _, ok := s.at[c]; !ok {
			s.wrong(line, c, "見出し「%s」がありません。PayPay の取引明細（v2）のファイルか確かめてください。", c)
		}
	}
	return len(s.problems) == 0
}

func (s *sheet) row(line int, cells []string) {
	if len(cells) != len(s.heads) {
		s.wrong(line, "", "列の数が %d です。見出しと同じ %d 列でなければなりません。行が途中で切れていないか確かめてください。", len(cells), len(s.heads))
		return
	}
	bad := len(s.problems)
	for i, name := range s.heads {
		if strings.ContainsRune(cells[i], utf8.RuneError) {
			s.wrong(line, clip(name, 40), "Shift_JIS として読み取れない文字があります。ダウンロードしたままのファイルを選んでください。")
		}
	}
	if len(s.problems) > bad {
		return
	}
	cell := func(name string) string { return cells[s.at[name]] }
	row := till.SettlementRow{Line: line, Ref: cell(colPayment), Wallet: Wallet, Status: cell(colStatus), Detail: clip(cell(colMethod), 200)}
	sign := s.kind(&row)
	s.amount(&row, cell(colAmount), sign)
	s.time(&row, cell(colTime))
	if !safeID(row.Ref) && (row.Ref != "" || row.Kind != till.RowFailed) {
		s.wrong(line, colPayment, "決済番号「%s」は PayPay の番号の形ではありません。", clip(row.Ref, 40))
	}
	if m := cell(colMerchant); m != s.merchant {
		s.wrong(line, colMerchant, "加盟店ID「%s」は、この役所の加盟店ID ではありません。別の加盟店のファイルではないか確かめてください。", clip(m, 40))
	}
	switch ours := cell(colOurs); {
	case ours == "": // by a sticker
	case !safeID(ours):
		s.wrong(line, colOurs, "マーチャント決済ID「%s」に使えない文字があります。", clip(ours, 40))
	default:
		if id, err := core.ParseID(ours); err == nil {
			row.Ours = core.ID(strings.Clone(string(id))) // not the whole line with it
		}
	}
	if len(s.problems) == bad {
		row.Ref, row.Status, row.Detail = strings.Clone(row.Ref), strings.Clone(row.Status), strings.Clone(row.Detail)
		s.rows = append(s.rows, row)
	}
}

// kind reads the status and returns the sign the amount has to have.
func (s *sheet) kind(row *till.SettlementRow) (sign int64) {
	switch row.Status {
	case "取引完了":
		row.Kind = till.RowPaid
		return 1
	case "返金完了":
		row.Kind = till.RowRefunded
		return -1
	case "取引失敗":
		row.Kind = till.RowFailed
		return 1
	case "返金失敗":
		row.Kind = till.RowFailed
		return -1
	}
	s.wrong(row.Line, colStatus, "取引ステータス「%s」は知らない言葉です。「取引完了・取引失敗・返金完了・返金失敗」のどれかでなければなりません。", clip(row.Status, 40))
	return 0
}

// amount reads yen. A refund is negative in the file and positive in a row.
func (s *sheet) amount(row *till.SettlementRow, cell string, sign int64) {
	n, err := strconv.ParseInt(cell, 10, 64)
	if err != nil || strings.HasPrefix(cell, "+") || n > 99_999_999_999 || n < -99_999_999_999 {
		s.wrong(row.Line, colAmount, "取引金額「%s」は円の整数ではありません。", clip(cell, 40))
		return
	}
	if n == 0 && row.Kind != till.RowFailed || sign != 0 && n*sign < 0 {
		s.wrong(row.Line, colAmount, "取引金額「%s」の正負が、取引ステータス「%s」と合いません。", cell, clip(row.Status, 40))
		return
	}
	row.Amount = core.Money(max(n, -n))
}

func (s *sheet) time(row *till.SettlementRow, cell string) {
	for _, form := range []string{"2006/01/02 15:04:05", time.DateTime, time.RFC3339} {
		if at, err := time.ParseInLocation(form, cell, japan()); err == nil && at.Year() >= 2018 && at.Year() < 2100 {
			row.At = at.UTC()
			return
		}
	}
	s.wrong(row.Line, colTime, "取引日時「%s」を日時として読み取れません。", clip(cell, 40))
}
