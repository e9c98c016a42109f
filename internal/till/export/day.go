package export

import (
	"fmt"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// Day is the 日計表 of one session.
type Day struct {
	Office   string // みほん市
	Session  till.Session
	Counter  till.Counter
	Book     till.DayBook         // as it was signed: Session.Close.Totals; of an open session, as it stands
	Signed   string               // who signed: 窓口職員
	Closed   string               // who closed: 出納員
	Name     func(core.ID) string // of an account; nil: ids stand for names
	Expected []Expected           // what providers will pay in for this day
}

// Expected is a 入金予定 of a provider.
type Expected struct {
	Provider string
	On       till.Day
	Amount   core.Money
}

func (d Day) name(id core.ID) string {
	if id == "" {
		return ""
	}
	if d.Name != nil {
		if n := d.Name(id); n != "" {
			return n
		}
	}
	return string(id)
}

func (d Day) label(number int) string { return till.Sale{Number: number}.Label(d.Counter.Number) }

// Sheet is the 日計表 to print and sign, on A4.
func (d Day) Sheet() Sheet {
	title := "日計表"
	if d.Session.Training {
		title += "（練習）"
	}
	if d.Session.State != till.SessionClosed {
		title += "（締め前）"
	}
	span := "なし"
	if d.Book.First > 0 {
		span = d.label(d.Book.First) + " から " + d.label(d.Book.Last) + " まで"
	}
	s := Sheet{
		Name: "日計表", Title: title,
		Notes: []string{
			fmt.Sprintf("%s　%s　%d回目の開局", d.Office, d.Counter.Name, d.Session.Number),
			fmt.Sprintf("会計番号 %s　支払い済み %d件　取りやめ %d件", span, d.Book.Sales, d.Book.Dropped),
		},
		Tables: []Table{d.head(), d.items(), d.categories(), d.methods(), d.cash()},
		Sign:   []string{"窓口職員 " + d.Signed, "出納員 " + d.Closed},
	}
	if len(d.Book.Voids)+len(d.Book.Refunds) > 0 {
		s.Tables = append(s.Tables, d.back())
	}
	if len(d.Book.Open) > 0 {
		s.Tables = append(s.Tables, d.open())
	}
	if len(d.Expected) > 0 {
		s.Tables = append(s.Tables, d.expected())
	}
	return s
}

func (d Day) head() Table {
	return Table{
		Columns: []Column{{Head: "日", Kind: Date, Width: 20}, {Head: "収入", Kind: Yen}, {Head: "うち現金", Kind: Yen}, {Head: "うち照合前", Kind: Yen}},
		Rows:    rows([]Row{{d.Session.Day, d.Book.Revenue, d.Book.Cash, d.Book.Shown}}),
	}
}

func (d Day) items() Table {
	var all []Row
	for _, i := range d.Book.Items {
		all = append(all, Row{i.Category.Code, i.Category.Name, i.Code, i.Name, i.Unit, i.Count, i.Reduced, i.Amount})
	}
	return Table{Name: "品目別", Columns: []Column{
		{Head: "科目コード", Width: 16},
		{Head: "科目", Width: 26},
		{Head: "品目コード"},
		{Head: "品目", Width: 30},
		{Head: "単位", Width: 8},
		{Head: "数", Kind: Count, Width: 8, Sum: true},
		{Head: "うち減免", Kind: Count, Sum: true},
		{Head: "金額（円）", Kind: Yen, Width: 14, Sum: true},
	}, Rows: rows(all)}
}

// categories adds the items above up by 科目, as formulas over them.
func (d Day) categories() Table {
	var all []Row
	at := map[string]int{}
	for _, i := range d.Book.Items {
		n, seen := at[i.Category.Code]
		if !seen {
			n = len(all)
			at[i.Category.Code] = n
			all = append(all, Row{i.Category.Code, i.Category.Name, nil, nil, nil, 0, 0, core.Money(0)})
		}
		all[n][5] = all[n][5].(int) + i.Count
		all[n][6] = all[n][6].(int) + i.Reduced
		all[n][7] = all[n][7].(core.Money) + i.Amount
	}
	sumif := func(col string) string { return "SUMIF($A${from}:$A${to},$A{row}," + col + "${from}:" + col + "${to})" }
	return Table{Name: "科目別", Columns: []Column{
		{Head: "科目コード"},
		{Head: "科目"},
		{Head: ""},
		{Head: ""},
		{Head: ""},
		{Head: "数", Kind: Count, Sum: true, From: sumif("F")},
		{Head: "うち減免", Kind: Count, Sum: true, From: sumif("G")},
		{Head: "金額（円）", Kind: Yen, Sum: true, From: sumif("H")},
	}, Rows: rows(all)}
}

func (d Day) methods() Table {
	var all []Row
	for _, m := range d.Book.Methods {
		all = append(all, Row{wallet(m.Wallet), way(m.Way), m.Count, m.Amount})
	}
	return Table{Name: "支払い方法別（返した額を引いたもの）", Columns: []Column{
		{Head: "ブランド"}, {Head: "方法"}, {Head: "件数", Kind: Count, Sum: true}, {Head: "金額（円）", Kind: Yen, Sum: true},
	}, Rows: rows(all)}
}

// counted reports whether somebody has counted the drawer and signed for it.
func (d Day) counted() bool {
	return d.Session.State == till.SessionClosed || d.Session.Close.SignedBy != ""
}

// cash is the drawer: what it should hold, what was counted, and 過不足.
func (d Day) cash() Table {
	should := d.Session.Float + d.Book.Cash
	row := Row{d.Session.Float, d.Book.Cash, should, nil, nil}
	if d.counted() {
		row[3], row[4] = d.Session.Close.Counted, d.Session.Close.Counted-should
	}
	return Table{Name: "現金", Columns: []Column{
		{Head: "つり銭", Kind: Yen},
		{Head: "現金の収入", Kind: Yen},
		{Head: "あるべき額", Kind: Yen, From: "A{row}+B{row}"},
		{Head: "数えた額", Kind: Yen},
		{Head: "過不足", Kind: Yen, From: "D{row}-C{row}"},
	}, Rows: rows([]Row{row})}
}

func (d Day) back() Table {
	var all []Row
	add := func(kind string, lines []till.RefundLine) {
		for _, r := range lines {
			all = append(all, Row{kind, d.label(r.Number), r.Reason, d.name(r.Approver), refundWord(r.State), r.Amount})
		}
	}
	add("取消", d.Book.Voids)
	add("還付", d.Book.Refunds)
	return Table{Name: "取消・還付", Columns: []Column{
		{Head: "区分"}, {Head: "会計番号"}, {Head: "理由"}, {Head: "承認"}, {Head: "状態"}, {Head: "金額（円）", Kind: Yen, Sum: true},
	}, Rows: rows(all)}
}

func (d Day) open() Table {
	var all []Row
	for _, o := range d.Book.Open {
		all = append(all, Row{d.label(o.Number), wallet(o.Wallet), d.name(o.Owner), o.Amount})
	}
	return Table{Name: "確認中（収入に含めない）", Columns: []Column{
		{Head: "会計番号"}, {Head: "ブランド"}, {Head: "引き継いだ人"}, {Head: "金額（円）", Kind: Yen, Sum: true},
	}, Rows: rows(all)}
}

func (d Day) expected() Table {
	var all []Row
	for _, e := range d.Expected {
		all = append(all, Row{e.Provider, e.On, e.Amount})
	}
	return Table{Name: "入金予定", Columns: []Column{
		{Head: "事業者"}, {Head: "予定日", Kind: Date}, {Head: "金額（円）", Kind: Yen, Sum: true},
	}, Rows: rows(all)}
}

// Table is the same as one flat table, for CSV: each row says what it is in its first column.
func (d Day) Table() Table {
	var all []Row
	add := func(kind, code, name, categoryCode, category string, count, reduced any, amount core.Money, note string) {
		all = append(all, Row{kind, d.Session.Day, d.Counter.Name, d.Session.Number, code, name, categoryCode, category, count, reduced, amount, note})
	}
	for _, i := range d.Book.Items {
		add("品目", i.Code, i.Name, i.Category.Code, i.Category.Name, i.Count, i.Reduced, i.Amount, "")
	}
	for _, m := range d.Book.Methods {
		add("支払い方法", m.Wallet, wallet(m.Wallet)+" "+way(m.Way), "", "", m.Count, nil, m.Amount, "")
	}
	for _, r := range d.Book.Voids {
		add("取消", d.label(r.Number), r.Reason, "", "", nil, nil, r.Amount, refundWord(r.State)+" 承認 "+d.name(r.Approver))
	}
	for _, r := range d.Book.Refunds {
		add("還付", d.label(r.Number), r.Reason, "", "", nil, nil, r.Amount, refundWord(r.State)+" 承認 "+d.name(r.Approver))
	}
	for _, o := range d.Book.Open {
		add("確認中", d.label(o.Number), wallet(o.Wallet), "", "", nil, nil, o.Amount, "引き継ぎ "+d.name(o.Owner))
	}
	for _, e := range d.Expected {
		add("入金予定", e.Provider, string(e.On), "", "", nil, nil, e.Amount, "")
	}
	add("現金", "float", "つり銭", "", "", nil, nil, d.Session.Float, "")
	add("現金", "cash", "現金の収入", "", "", nil, nil, d.Book.Cash, "")
	if d.counted() {
		add("現金", "counted", "数えた額", "", "", nil, nil, d.Session.Close.Counted, "")
		add("現金", "difference", "過不足", "", "", nil, nil, d.Session.Close.Counted-d.Session.Float-d.Book.Cash, "")
	}
	add("合計", "revenue", "収入", "", "", d.Book.Sales, nil, d.Book.Revenue, "")
	return Table{Name: "日計表", Columns: []Column{
		{Head: "区分"},
		{Head: "日", Kind: Date},
		{Head: "窓口"},
		{Head: "開局", Kind: Count},
		{Head: "コード"},
		{Head: "名称"},
		{Head: "科目コード"},
		{Head: "科目"},
		{Head: "数", Kind: Count},
		{Head: "うち減免", Kind: Count},
		{Head: "金額", Kind: Yen},
		{Head: "備考"},
	}, Rows: rows(all)}
}

func wallet(id string) string {
	if id == "" {
		return "なし"
	}
	return till.FindWallet(id).Name
}

func way(w till.Way) string {
	switch w {
	case till.WayScan:
		return "お客様のコード"
	case till.WayShow:
		return "画面のQR"
	case till.WaySticker:
		return "ステッカー"
	case till.WayCash:
		return "現金"
	}
	return "なし"
}

func refundWord(s till.RefundState) string {
	switch s {
	case till.RefundRequested:
		return "承認待ち"
	case till.RefundRejected:
		return "却下"
	case till.RefundApproved, till.RefundUnknown:
		return "手続き中"
	case till.RefundDone:
		return "済み"
	case till.RefundFailed:
		return "できなかった"
	}
	return string(s)
}
