package paysim

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/japanese"

	"yakusho/internal/core"
)

// geta stands for a character the file's encoding does not have, as 〓 does in print.
const geta = "〓"

// shiftJIS encodes text as Windows-31J, what Japanese systems mean by Shift_JIS: 髙 and 﨑 are in it,
// 𠮷 is not. Characters that differ only by which table made them are written as the one it has.
func shiftJIS(text string) []byte {
	text = strings.NewReplacer("〜", "～", "−", "－", "‖", "∥", "—", "―", "¢", "￠", "£", "￡", "¬", "￢", "¥", "￥").Replace(text)
	out := make([]byte, 0, len(text))
	enc := japanese.ShiftJIS.NewEncoder()
	for _, r := range text {
		b, err := enc.Bytes([]byte(string(r)))
		if err != nil {
			b, _ = enc.Bytes([]byte(geta))
		}
		out = append(out, b...)
	}
	return out
}

// sheet writes rows as CSV in Shift_JIS with LF (OPA, File linkage specifications).
func sheet(rows [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	// A bytes.Buffer does not fail.
	_ = w.WriteAll(rows)
	return shiftJIS(b.String())
}

// payPayHeader is the instant payment file's (OPA, File layout).
var payPayHeader = []string{
	"決済番号", "加盟店ID", "屋号", "店舗ID", "店舗名", "端末番号/PosID", "取引ステータス", "取引日時", "取引金額",
	"レシート番号", "支払い方法", "マーチャント決済ID", "支払い詳細",
}

// univapayHeader is our own: UnivaPay's file is not public, so an import has to go by column names that
// the office can change.
var univapayHeader = []string{
	"課金ID", "返金ID", "店舗ID", "店舗名", "種別", "ステータス", "取引日時", "金額", "通貨", "手数料", "入金額", "ブランド", "加盟店取引ID",
}

const sheetTime = "2006/01/02 15:04:05" // as PayPay for Business writes it, in Japan

// SettlementName is PayPay's name of the file of a day.
func (s *Sim) settlementName(day time.Time) string {
	d := day.In(japan()).Format("20060102")
	return fmt.Sprintf("transaction_%s_%s000000_%s235959_v2.csv", s.cred.PayPayMerchant, d, d)
}

// row is a line and what identifies it to a fault.
type row struct {
	cells []string
	ids   []string
	at    time.Time
}

// PayPaySettlement returns the file of the day (in Japan) that contains at.
func (s *Sim) PayPaySettlement(at time.Time) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []row
	add := func(p *payment, when time.Time, status string, sign, amount int64, id string, methods []part) {
		if !sameDay(when, at) {
			return
		}
		names := make([]string, len(methods))
		for i, m := range methods {
			names[i] = m.Method
		}
		rows = append(rows, row{[]string{
			p.id, s.cred.PayPayMerchant, s.opt.BrandName, p.order.StoreID, s.opt.StoreName, p.order.TerminalID, status,
			when.In(japan()).Format(sheetTime), strconv.FormatInt(sign*amount, 10), "", strings.Join(names, ", "), id, string(mustJSON(methods)),
		}, []string{p.id, p.order.MerchantPaymentID, id}, when})
	}
	for _, p := range s.pp.list {
		id := p.order.MerchantPaymentID
		switch {
		// A reversed payment is 取引失敗: the money was never the merchant's.
		case p.status == "FAILED":
			add(p, p.canceled, "取引失敗", 1, p.amount, id, p.parts(1, p.amount))
		case !p.accepted.IsZero():
			add(p, p.accepted, "取引完了", 1, p.amount, id, p.parts(1, p.amount))
		}
		for _, r := range p.refunds {
			switch r.status {
			case "REFUNDED":
				add(p, r.accepted, "返金完了", -1, r.amount, r.merchantID, p.parts(-1, r.amount))
			case "FAILED":
				add(p, r.accepted, "返金失敗", -1, r.amount, r.merchantID, p.parts(-1, r.amount))
			}
		}
	}
	return s.file(payPayName, payPayHeader, rows, 8, func(n int64) []string {
		return []string{
			"0999" + fmt.Sprintf("%015d", n), s.cred.PayPayMerchant, s.opt.BrandName, "", s.opt.StoreName, "", "取引完了",
			at.In(japan()).Format(sheetTime), "1000", "", "PayPay残高", "paysim-extra-" + strconv.FormatInt(n, 10), `[{"paymentMethod":"PayPay残高","amount":1000}]`,
		}
	})
}

// part is an element of the JSON in the column 支払い詳細.
type part struct {
	Method    string      `json:"paymentMethod"`
	Amount    int64       `json:"amount"`
	Breakdown []pointPart `json:"breakdown,omitempty"`
}

// parts splits an amount by method: points are given back last.
func (p *payment) parts(sign, amount int64) []part {
	var list []part
	wallet := min(amount, p.amount-p.points)
	if points := amount - wallet; points > 0 {
		list = append(list, part{"PayPayポイント", sign * points, []pointPart{{sign * points, "REGULAR"}}})
	}
	if wallet > 0 {
		list = append(list, part{Method: "PayPay残高", Amount: sign * wallet})
	}
	return list
}

// UnivapaySettlement returns the file of the day (in Japan) that contains at. The fee is rounded down
// per transaction; a refund gives its fee back.
func (s *Sim) UnivapaySettlement(at time.Time) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []row
	for _, x := range s.uni.list {
		s.age(x)
		brand := deref(x.token.Data.Brand)
		add := func(when time.Time, refundID, kind, status string, amount int64) {
			if !sameDay(when, at) {
				return
			}
			fee := amount * s.opt.FeeRate / 10000
			rows = append(rows, row{[]string{
				x.ID, refundID, x.StoreID, s.opt.StoreName, kind, status, when.In(japan()).Format(sheetTime), strconv.FormatInt(amount, 10), "JPY",
				strconv.FormatInt(fee, 10), strconv.FormatInt(amount-fee, 10), brand, deref(x.MerchantTransactionID),
			}, append(x.ids(), refundID), when})
		}
		if x.Status == "successful" {
			add(x.finished, "", "売上", "成功", x.RequestedAmount)
		}
		for _, f := range x.refunds {
			if t, err := time.Parse(time.RFC3339Nano, f.UpdatedOn); err == nil && f.Status == "successful" {
				add(t, f.ID, "返金", "成功", -f.Amount)
			}
		}
	}
	return s.file(univapayName, univapayHeader, rows, 7, func(n int64) []string {
		fee := 1000 * s.opt.FeeRate / 10000
		return []string{
			fmt.Sprintf("11ed0000-0000-4000-8000-%012d", n), "", s.cred.UnivapayStore, s.opt.StoreName, "売上", "成功", at.In(japan()).Format(sheetTime),
			"1000", "JPY", strconv.FormatInt(fee, 10), strconv.FormatInt(1000-fee, 10), "pay_pay", "paysim-extra-" + strconv.FormatInt(n, 10),
		}
	})
}

func sameDay(a, b time.Time) bool {
	return a.In(japan()).Format(time.DateOnly) == b.In(japan()).Format(time.DateOnly)
}

// file puts rows in the order of time, does to them what the script says, and writes them. amount is
// the column of the amount; extra makes a row of nobody. Holds s.mu.
func (s *Sim) file(provider string, header []string, rows []row, amount int, extra func(int64) []string) []byte {
	slices.SortStableFunc(rows, func(a, b row) int { return a.at.Compare(b.at) })
	out := [][]string{header}
	for _, r := range rows {
		switch f := s.takeFor("settlement", provider, r.ids...); {
		case f.is(SettlementMissing):
			continue
		case f.is(SettlementAmount):
			n, _ := strconv.ParseInt(r.cells[amount], 10, 64) // written by us
			r.cells[amount] = strconv.FormatInt(n+1, 10)
		}
		out = append(out, r.cells)
	}
	for n := int64(1); n <= 1000; n++ {
		f := s.takeFor("extra", provider)
		if f == nil {
			break
		}
		if out = append(out, extra(n)); f.left < 0 {
			break // without end means in every file
		}
	}
	return sheet(out)
}

// file is a settlement file that was announced; it can be fetched for two hours.
type file struct {
	name  string
	body  []byte
	until time.Time
}

const fileLife = 2 * time.Hour

// AnnounceSettlement makes PayPay's file of a day and sends the notification file.created with an
// address under base. It returns the address.
func (s *Sim) AnnounceSettlement(day time.Time, base string) (string, error) {
	body := s.PayPaySettlement(day)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for path, f := range s.pp.files {
		if now.After(f.until) {
			delete(s.pp.files, path)
		}
	}
	if len(s.pp.files) >= 100 {
		return "", core.Limited("files_many", "精算ファイルが多すぎます。2時間待つか、POST /_sim/reset で空にしてください。")
	}
	name := s.settlementName(day)
	path := "/recon/" + s.uuid() + "/" + name
	s.pp.files[path] = file{name, body, now.Add(fileLife)}
	s.notify(notice{
		provider: payPayName, url: s.pp.webhook, ids: []string{name},
		body: mustJSON(map[string]string{
			"notification_type": "file.created", "notification_id": s.uuid(), "fileType": "transaction_recon",
			"path": base + path, "requestedAt": strconv.FormatInt(now.Unix(), 10),
		}),
		false: mustJSON(map[string]string{
			"notification_type": "file.created", "notification_id": s.uuid(), "fileType": "transaction_recon",
			"path": "https://forged.invalid/" + name, "requestedAt": strconv.FormatInt(now.Unix(), 10),
		}),
	})
	return base + path, nil
}

func (s *Sim) serveFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f, ok := s.pp.files[r.URL.Path]
	gone := ok && s.now().After(f.until)
	s.mu.Unlock()
	if !ok || gone {
		http.Error(w, "AccessDenied", http.StatusForbidden)
		return
	}
	writeSheet(w, f.name, f.body)
}

func writeSheet(w http.ResponseWriter, name string, body []byte) {
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	write(w, reply{body: body, kind: "text/csv; charset=Shift_JIS"})
}
