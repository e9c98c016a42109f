package slip

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/ledger"
)

// Office is who issues a paper.
type Office struct {
	Name         string // みほん市
	Contact      string // where to ask: 市民課 電話 0123-45-6789
	Registration string // 登録番号 for 簡易インボイス: T and 13 digits; empty: the office is not registered
}

// Check refuses a registration number that is not one.
func (o Office) Check() error {
	if o.Registration != "" && !regexp.MustCompile(`^T[0-9]{13}$`).MatchString(o.Registration) {
		return ErrRegistration
	}
	return nil
}

// Head is what every paper of a counter carries.
type Head struct {
	Office  Office
	Counter till.Counter
	Printed time.Time
	Again   bool // printed before: the paper says 再発行
}

// The refusals.
var (
	ErrRegistration = core.Invalid("registration_malformed", "登録番号は T と13桁の数字で入れてください。")
	ErrNotPaid      = core.Conflict("slip_not_paid", "支払いが済んでいない会計の明細は印刷できません。会計の状態を確かめてください。")
	ErrDecided      = core.Conflict("slip_decided", "この支払いは結果が出ています。確認中の控えではなく、会計の画面を確かめてください。")
	ErrNotBack      = core.Conflict("slip_not_given_back", "この取消・還付は行われていません。紙は印刷できません。")
	ErrOther        = core.Invalid("slip_other_sale", "会計と支払いの組み合わせが違います。画面を開き直してください。")
)

// The titles of papers.
const (
	TitleStatement = "利用明細（領収書ではありません）"
	TitleReceipt   = "領収書"
	TitlePending   = "確認中の控え"
	TitleTicket    = "受付票"
	TitleVoid      = "取消票"
	TitleRefund    = "還付票"
	training       = "練習"
)

// Compose makes the papers of a paid sale: one, or two where it holds items of both kinds. It answers ErrNotPaid unless
// the payments add up to the sale. A payment a clerk was only shown is never called 領収書: nothing has been received yet.
func Compose(h Head, s till.Sale, paid ...till.Payment) ([]Paper, error) {
	if err := h.Office.Check(); err != nil {
		return nil, err
	}
	var sum core.Money
	confirmed := true
	for _, p := range paid {
		if p.Sale != s.ID {
			return nil, ErrOther.Because("payment %s is of sale %s, not %s", p.ID, p.Sale, s.ID)
		}
		sum += p.Amount
		confirmed = confirmed && p.Confirmed
	}
	if s.State != till.SalePaid && s.State != till.SaleVoided || sum != s.Total {
		return nil, ErrNotPaid.Because("slip of sale %s: %s, %d of %d yen paid", s.ID, s.State, sum, s.Total)
	}
	var kinds []till.Slip
	for _, k := range []till.Slip{till.SlipStatement, till.SlipReceipt} {
		if len(linesOf(s, k)) > 0 {
			kinds = append(kinds, k)
		}
	}
	var papers []Paper
	for _, k := range kinds {
		papers = append(papers, sold(h, s, paid, k, linesOf(s, k), confirmed, len(kinds) > 1))
	}
	return papers, nil
}

func linesOf(s till.Sale, k till.Slip) []till.Line {
	var out []till.Line
	for _, l := range s.Lines {
		if (l.Slip == till.SlipReceipt) == (k == till.SlipReceipt) {
			out = append(out, l)
		}
	}
	return out
}

func sold(h Head, s till.Sale, paid []till.Payment, k till.Slip, lines []till.Line, confirmed, split bool) Paper {
	title := TitleStatement
	if k == till.SlipReceipt && confirmed {
		title = TitleReceipt
	}
	p := begin(h, s, title)
	for _, l := range lines {
		p.line(l)
	}
	var total core.Money
	for _, l := range lines {
		total += l.Amount()
	}
	p.rule()
	p.huge("合計", yen(total))
	if split {
		p.small("会計全体は " + yen(s.Total) + " です。この紙はそのうち上の品目の分です。")
	}
	if title == TitleReceipt {
		p.text("上記の金額を領収しました。")
	}
	p.taxes(h.Office, lines)
	p.rule()
	for _, x := range paid {
		p.payment(x)
	}
	if s.Total == 0 {
		p.pair("お支払い", "なし")
	}
	if !confirmed {
		p.small("お客様の画面で支払いを確かめました。決済事業者の記録との照合は後日行います。")
		if k == till.SlipReceipt {
			p.small("領収書は、照合が済んでから発行します。")
		}
	}
	if s.State == till.SaleVoided {
		p.centre("この会計は取り消されています", Large)
	}
	return p.end(h, s)
}

// begin puts the head on a paper.
func begin(h Head, s till.Sale, title string) *Paper {
	p := &Paper{Title: title}
	if s.Training {
		p.mark(training)
		p.small("練習です。お支払いは行われていません。")
	}
	p.centre(h.Office.Name, Normal)
	main, note, _ := strings.Cut(title, "（")
	p.centre(main, Large)
	if note != "" {
		p.centre("（"+note, Large)
	}
	if h.Again {
		p.centre("再発行", Normal)
	}
	p.rule()
	p.pair("会計番号", s.Label(h.Counter.Number))
	p.text(wareki(s.FixedAt))
	p.rule()
	return p
}

func (p *Paper) end(h Head, s till.Sale) Paper {
	p.rule()
	p.pair("窓口", h.Counter.Name)
	if s.Name != "" {
		p.pair("担当", s.Name)
	}
	if h.Office.Contact != "" {
		p.small("お問い合わせ: " + h.Office.Contact)
	}
	if !h.Printed.IsZero() {
		p.small("印刷: " + wareki(h.Printed))
	}
	p.Rows = append(p.Rows, Row{Kind: Code, Left: string(s.ID)})
	if s.Training {
		p.small("練習です。お支払いは行われていません。")
		p.mark(training)
	}
	return *p
}

func (p *Paper) line(l till.Line) {
	name, note := l.Name, ""
	switch l.Tax {
	case till.TaxExempt:
		note = " 非課税"
	case till.TaxReduced:
		name += " ※"
	case till.TaxStandard:
	}
	p.text(name)
	gross := l.Price * core.Money(l.Count)
	p.pair("　"+yen(l.Price)+" × "+strconv.Itoa(l.Count)+l.Unit+note, yen(gross))
	if l.Reduction != "" {
		p.pair("　減免 "+l.Reduction+"（"+strconv.FormatInt(l.Percent, 10)+"%）", yen(-l.Off()))
	}
}

// taxes writes the sums by rate. The tax is rounded once for each rate and paper, as an invoice demands, not for each
// line.
func (p *Paper) taxes(o Office, lines []till.Line) {
	sums := map[till.Tax]core.Money{}
	has := map[till.Tax]bool{}
	for _, l := range lines {
		sums[l.Tax] += l.Amount()
		has[l.Tax] = true
	}
	for _, t := range []till.Tax{till.TaxStandard, till.TaxReduced} {
		if !has[t] {
			continue
		}
		mark := ""
		if t == till.TaxReduced {
			mark = " ※"
		}
		p.pair(strconv.FormatInt(t.Percent(), 10)+"%対象（税込）"+mark, yen(sums[t]))
		p.pair("　うち消費税等", yen(t.Included(sums[t])))
	}
	if has[till.TaxExempt] {
		p.pair("非課税", yen(sums[till.TaxExempt]))
	}
	if has[till.TaxReduced] {
		p.small("※は軽減税率の対象です。")
	}
	if o.Registration != "" && (has[till.TaxStandard] || has[till.TaxReduced]) {
		p.pair("登録番号", o.Registration)
	}
}

func (p *Paper) payment(x till.Payment) {
	if x.Amount == 0 {
		return
	}
	p.pair("お支払い方法", how(x.Wallet, x.Way))
	if x.Ref != "" {
		p.pair("取引番号", grouped(x.Ref))
	}
	p.pair("支払い日時", wareki(x.PaidAt))
}

// Ticket makes the 受付票 of a sale that is fixed and not paid: what will be charged.
func Ticket(h Head, s till.Sale) (Paper, error) {
	if s.State != till.SaleOpen {
		return Paper{}, till.ErrSaleOver.Because("ticket of sale %s: %s", s.ID, s.State)
	}
	p := begin(h, s, TitleTicket)
	for _, l := range s.Lines {
		p.line(l)
	}
	p.rule()
	p.huge("合計", yen(s.Total))
	p.text("まだお支払いは済んでいません。お支払いのときに、会計番号をお伝えください。")
	return p.end(h, s), nil
}

// Pending makes the 確認中の控え of an attempt whose end is open. It answers ErrDecided when it is not.
func Pending(h Head, s till.Sale, a till.Attempt) (Paper, error) {
	if a.Sale != s.ID {
		return Paper{}, ErrOther.Because("attempt %s is of sale %s, not %s", a.ID, a.Sale, s.ID)
	}
	if !a.State.Live() {
		return Paper{}, ErrDecided.Because("attempt %s: %s", a.ID, a.State)
	}
	p := begin(h, s, TitlePending)
	p.centre("もう一度お支払いに", Large)
	p.centre("ならないでください", Large)
	p.gap()
	p.text("お支払いの結果を確かめています。ご請求は一度だけです。")
	p.huge("金額", yen(a.Amount))
	p.pair("お支払い方法", how(a.Wallet, a.Way))
	p.pair("始めた時刻", wareki(a.CreatedAt))
	if a.Ref != "" {
		p.pair("取引番号", grouped(a.Ref))
	}
	p.pair("問い合わせ番号", string(a.ID))
	p.rule()
	p.text("このあと")
	switch a.State {
	case till.AttemptCancelling:
		p.text("・決済事業者に取り消しを依頼しています。認められれば、引かれていたお金は戻ります。")
	case till.AttemptUnresolved:
		p.text("・会計課の担当者が、決済事業者に確かめています。")
	case till.AttemptCreated, till.AttemptSent, till.AttemptUnknown, till.AttemptPaid, till.AttemptShown, till.AttemptNotPaid, till.AttemptReversed:
		p.text("・決済事業者に結果を問い合わせています。届かないときは、取り消しを依頼します。")
	}
	p.text("・支払われていたときは、証明書などをお渡しします。あらためてのお支払いは要りません。")
	p.text("・支払われていなかったときは、窓口でお支払い方法を選び直していただきます。")
	p.text("この紙は、結果が決まるまでお持ちください。")
	return p.end(h, s), nil
}

// GivenBack makes the 取消票 or 還付票 of r, which is of payment x. While the provider has not agreed yet, it says that it is
// under way; it answers ErrNotBack for a refund that was refused or failed.
func GivenBack(h Head, s till.Sale, x till.Payment, r till.Refund) (Paper, error) {
	if err := h.Office.Check(); err != nil {
		return Paper{}, err
	}
	if x.Sale != s.ID || r.Payment != x.ID {
		return Paper{}, ErrOther.Because("refund %s of payment %s, sale %s", r.ID, r.Payment, x.Sale)
	}
	if !r.State.Claims() || r.State == till.RefundRequested {
		return Paper{}, ErrNotBack.Because("refund %s: %s", r.ID, r.State)
	}
	title, done, under := TitleRefund, "お返ししました。", "お返しする手続きの途中です。"
	if r.Void {
		title, done, under = TitleVoid, "お支払いを取り消しました。", "お支払いを取り消す手続きの途中です。"
	}
	p := begin(h, s, title)
	p.huge("返す額", yen(r.Amount))
	if r.State == till.RefundDone && x.Way != till.WaySticker { // a bank transfer is on its way
		p.text(done)
	} else {
		p.text(under)
	}
	switch x.Way {
	case till.WayCash:
		p.text("現金でお返しします。金額をお確かめください。")
	case till.WaySticker:
		p.text("お客様の口座に振り込んでお返しします。振り込む日は、窓口か会計課にお確かめください。")
	case till.WayShow, till.WayScan:
		p.text("お支払いに使った " + till.FindWallet(x.Wallet).Name + " に戻ります。戻る時期は決済事業者によります。")
	}
	p.rule()
	for _, l := range s.Lines {
		p.line(l)
	}
	p.pair("支払われた額", yen(x.Amount))
	p.pair("今回返す額", yen(r.Amount))
	p.returned(h.Office, s, r.Amount)
	p.rule()
	p.payment(x)
	if r.Ref != "" {
		p.pair("返金の番号", grouped(r.Ref))
	}
	p.pair("理由", r.Reason)
	at := r.DoneAt
	if at.IsZero() {
		at = r.DecidedAt
	}
	if !at.IsZero() {
		p.pair("日時", wareki(at))
	}
	return p.end(h, s), nil
}

// returned writes the tax of what goes back, by rate, shared over the lines as the books share it.
func (p *Paper) returned(o Office, s till.Sale, amount core.Money) {
	weights := make([]core.Money, 0, len(s.Lines))
	for _, l := range s.Lines {
		weights = append(weights, l.Amount())
	}
	var back []till.Line
	for i, part := range ledger.Share(amount, weights) {
		if part != 0 {
			back = append(back, till.Line{Tax: s.Lines[i].Tax, Price: part, Count: 1})
		}
	}
	p.taxes(o, back)
}
