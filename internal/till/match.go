package till

import (
	"context"
	"fmt"
	"slices"
	"time"

	"yakusho/internal/core"
)

// Match is the three-way match of one provider: our ledger, its files, the bank.
type Match struct {
	Provider    string
	From, To    Day
	Files       []Settlement // without rows
	Deposits    []Deposit
	Wallets     []WalletMatch
	Total       WalletMatch
	Banked      core.Money // net of the deposits
	BankedFee   core.Money
	Differences []Difference
	Covered     bool // a file covers every day: only then does a missing row mean something
}

// WalletMatch is one wallet in our books and in the files.
type WalletMatch struct {
	Wallet      string
	BooksCount  int
	Books       core.Money
	FileCount   int
	File        core.Money
	Fee         core.Money
	HasFee      bool
	Differences int
}

// matcher compares our payments with rows, both streamed; it keeps only what has no partner yet.
type matcher struct {
	m       Match
	wallets map[string]*WalletMatch
	byID    map[core.ID]Payment
	byRef   map[string]core.ID
	seen    map[string]int // line of a row already taken for a payment
	shown   []Payment      // of stickers: the file does not know our id
	known   func(r SettlementRow) (Attempt, bool)
}

// Match compares the payments of a provider that customers made in [from, to] with the rows its files have for those
// days, and with the deposits that pay these days out.
func (o *Office) Match(ctx context.Context, provider string, from, to Day) (Match, error) {
	if err := allowed(core.ActorFrom(ctx), accounting()); err != nil {
		return Match{}, err
	}
	x := matcher{
		m: Match{Provider: provider, From: from, To: to}, wallets: map[string]*WalletMatch{}, byID: map[core.ID]Payment{},
		byRef: map[string]core.ID{}, seen: map[string]int{},
	}
	x.known = func(r SettlementRow) (Attempt, bool) {
		a, err := o.store.Attempt(ctx, r.Ours)
		if r.Ours == "" || err != nil {
			a, err = o.store.AttemptByRef(ctx, provider, r.Ref)
		}
		return a, err == nil
	}
	var err error
	if x.m.Files, err = o.store.Settlements(ctx, provider, from, to); err != nil {
		return Match{}, fmt.Errorf("match %s: %w", provider, err)
	}
	if x.m.Deposits, err = o.store.Deposits(ctx, provider, from, to); err != nil {
		return Match{}, fmt.Errorf("match %s: %w", provider, err)
	}
	x.m.Covered = covers(x.m.Files, from, to)
	if err = o.store.Payments(ctx, provider, from, to, func(p Payment) error { x.take(p); return nil }); err != nil {
		return Match{}, fmt.Errorf("match %s: %w", provider, err)
	}
	if err = o.store.Rows(ctx, provider, from, to, func(r SettlementRow) error { x.row(r); return nil }); err != nil {
		return Match{}, fmt.Errorf("match %s: %w", provider, err)
	}
	return x.done(), nil
}

// take notes one payment of ours.
func (x *matcher) take(p Payment) {
	if p.Way == WaySticker {
		x.shown = append(x.shown, p)
	} else {
		x.byID[p.Attempt] = p
		if p.Ref != "" {
			x.byRef[p.Ref] = p.Attempt
		}
	}
	w := x.wallet(p.Wallet)
	w.BooksCount++
	w.Books += p.Amount - p.Refunded
}

func (x *matcher) wallet(id string) *WalletMatch {
	if x.wallets[id] == nil {
		x.wallets[id] = &WalletMatch{Wallet: id}
	}
	return x.wallets[id]
}

// row compares one row of a file.
func (x *matcher) row(r SettlementRow) {
	if r.Kind == RowFailed {
		return
	}
	p, ours := x.byID[r.Ours]
	if !ours {
		p, ours = x.byID[x.byRef[r.Ref]]
	}
	sign := core.Money(1)
	if r.Kind == RowRefunded {
		sign = -1
	}
	w := x.wallet(either(p.Wallet, r.Wallet))
	w.File += sign * r.Amount
	w.Fee += sign * r.Fee
	w.HasFee = w.HasFee || r.HasFee
	if r.Kind == RowRefunded {
		if !ours || p.Refunded < r.Amount {
			x.differ(Difference{Kind: RefundOnlyFile, Line: r.Line, Payment: p.ID, Sale: p.Sale, Wallet: w.Wallet, At: r.At, Books: -p.Refunded, File: -r.Amount})
		}
		x.seen["refund:"+string(p.ID)] = r.Line
		return
	}
	w.FileCount++
	switch {
	case ours && x.seen[string(p.ID)] > 0:
		x.differ(Difference{Kind: TwiceInFile, Line: r.Line, Payment: p.ID, Attempt: p.Attempt, Sale: p.Sale, Wallet: w.Wallet, At: r.At, File: r.Amount})
	case ours:
		x.seen[string(p.ID)] = r.Line
		if p.Amount != r.Amount {
			x.differ(Difference{Kind: AmountDiffers, Line: r.Line, Payment: p.ID, Attempt: p.Attempt, Sale: p.Sale, Wallet: w.Wallet, At: r.At, Books: p.Amount, File: r.Amount})
		}
	default:
		x.stranger(r, w)
	}
}

// stranger is a row without a payment of ours: one by sticker, one we hold unpaid or open, or one we never heard of.
func (x *matcher) stranger(r SettlementRow, w *WalletMatch) {
	if i := matchShown(x.shown, r); i >= 0 {
		x.seen[string(x.shown[i].ID)] = r.Line
		x.shown = slices.Delete(x.shown, i, i+1)
		return
	}
	d := Difference{Kind: OnlyFile, Line: r.Line, Wallet: w.Wallet, At: r.At, File: r.Amount}
	if a, ok := x.known(r); ok {
		d.Kind, d.Attempt, d.Sale = StateDiffers, a.ID, a.Sale
	}
	x.differ(d)
}

// shownWithin is how far the clock of a phone and that of a provider may be apart.
const shownWithin = 10 * time.Minute

// matchShown finds the payment by sticker that a row is about: the amount, the end of the 取引番号, the time. A file
// knows no id of ours for them.
func matchShown(shown []Payment, r SettlementRow) int {
	return slices.IndexFunc(shown, func(p Payment) bool {
		return p.Amount == r.Amount && endsWith(r.Ref, p.Ref) && p.PaidAt.Sub(r.At).Abs() <= shownWithin
	})
}

func endsWith(ref, tail string) bool {
	return tail != "" && len(ref) >= len(tail) && ref[len(ref)-len(tail):] == tail
}

func (x *matcher) differ(d Difference) {
	d.Words = d.words()
	x.wallet(d.Wallet).Differences++
	x.m.Differences = append(x.m.Differences, d)
}

// done notes what the files lack and adds up.
func (x *matcher) done() Match {
	lacking := slices.Clone(x.shown)
	for _, p := range x.byID {
		if x.seen[string(p.ID)] == 0 {
			lacking = append(lacking, p)
		} else if p.Refunded > 0 && x.seen["refund:"+string(p.ID)] == 0 {
			x.differ(Difference{Kind: RefundMissing, Payment: p.ID, Sale: p.Sale, Wallet: p.Wallet, At: p.PaidAt, Books: -p.Refunded})
		}
	}
	for _, p := range lacking {
		x.differ(Difference{Kind: OnlyBooks, Payment: p.ID, Attempt: p.Attempt, Sale: p.Sale, Wallet: p.Wallet, At: p.PaidAt, Books: p.Amount})
	}
	slices.SortFunc(x.m.Differences, func(a, b Difference) int { return a.At.Compare(b.At) })
	for _, w := range x.wallets {
		x.m.Wallets = append(x.m.Wallets, *w)
		t := &x.m.Total
		t.BooksCount, t.Books = t.BooksCount+w.BooksCount, t.Books+w.Books
		t.FileCount, t.File = t.FileCount+w.FileCount, t.File+w.File
		t.Fee, t.HasFee, t.Differences = t.Fee+w.Fee, t.HasFee || w.HasFee, t.Differences+w.Differences
	}
	slices.SortFunc(x.m.Wallets, func(a, b WalletMatch) int { return rank(a.Wallet) - rank(b.Wallet) })
	for _, d := range x.m.Deposits {
		x.m.Banked += d.Net
		x.m.BankedFee += d.Fee
	}
	return x.m
}

// covers reports whether files together have every day.
func covers(files []Settlement, from, to Day) bool {
	for d := from; d <= to; d = d.Add(1) {
		if !slices.ContainsFunc(files, func(f Settlement) bool { return f.From <= d && d <= f.To }) {
			return false
		}
	}
	return true
}

// words says what a difference is, that no money is lost, and what to do.
func (d Difference) words() string {
	switch d.Kind {
	case OnlyBooks:
		return "窓口の記録にはありますが、精算ファイルにありません。次の精算に載ることがあります。載らないときは、決済事業者に照会してください。記録は失われていません。"
	case OnlyFile:
		return "精算ファイルにはありますが、窓口の記録にありません。お客様から預かったままのお金かもしれません。決済事業者に照会してください。"
	case StateDiffers:
		return "決済事業者は支払い済みとしていますが、窓口では支払い済みになっていません。お客様に二重に払わせないよう、会計を確かめて、入金とするか返金するかを決めてください。"
	case AmountDiffers:
		return "金額が違います。どちらも記録は残っています。会計の控えと決済事業者の記録を確かめてください。"
	case TwiceInFile:
		return "同じ支払いが精算ファイルに二度あります。お客様が二重に払っていないか、決済事業者に照会してください。"
	case RefundMissing:
		return "窓口では返金しましたが、精算ファイルに返金がありません。次の精算に載ることがあります。"
	case RefundOnlyFile:
		return "精算ファイルに、窓口で記録していない返金があります。決済事業者の管理画面で返金していないか確かめてください。"
	}
	return ""
}

// concludeShown confirms the payments by sticker that the rows have.
func (o *Office) concludeShown(ctx context.Context, provider string, from, to Day, rows []SettlementRow) error {
	var shown []Payment
	err := o.store.Payments(ctx, provider, from, to, func(p Payment) error {
		if p.Way == WaySticker && !p.Confirmed {
			shown = append(shown, p)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("conclude shown payments: %w", err)
	}
	for _, r := range rows {
		i := matchShown(shown, r)
		if i < 0 {
			continue
		}
		p := shown[i]
		a, err := o.store.Attempt(ctx, p.Attempt)
		if err != nil {
			return err
		}
		if a.State == AttemptShown {
			if _, err := o.confirm(ctx, a, ReasonFile, "", nil); err != nil {
				return fmt.Errorf("confirm payment %s: %w", p.ID, err)
			}
		}
		shown = slices.Delete(shown, i, i+1)
	}
	return nil
}
