package till

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
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

// matcher compares our payments with rows, both streamed; of each it keeps what one line says.
type matcher struct {
	m       Match
	wallets map[string]*WalletMatch
	byID    map[core.ID]*tally
	byRef   map[string]*tally
	shown   []*tally                              // of stickers: the file does not know our id
	strange map[string]*stranger                  // rows without a payment of ours
	known   func(r SettlementRow) (Attempt, bool) // whatever its day
	booked  func(a Attempt) (Payment, bool)
}

// tally is one payment of ours and what the files have of it.
type tally struct {
	Payment
	rows int
	line int // of the last row
	back core.Money
}

// stranger is what files have of a payment that our books do not have.
type stranger struct {
	first SettlementRow
	net   core.Money
}

// Match compares the payments of a provider that customers made in [from, to] with the rows its files have for those
// days, and with the deposits that pay these days out.
func (o *Office) Match(ctx context.Context, provider string, from, to Day) (Match, error) {
	if err := allowed(core.ActorFrom(ctx), accounting()); err != nil {
		return Match{}, err
	}
	x := matcher{
		m: Match{Provider: provider, From: from, To: to}, wallets: map[string]*WalletMatch{}, byID: map[core.ID]*tally{},
		byRef: map[string]*tally{}, strange: map[string]*stranger{},
	}
	x.known = func(r SettlementRow) (Attempt, bool) {
		a, err := o.store.Attempt(ctx, r.Ours)
		if r.Ours == "" || err != nil {
			a, err = o.store.AttemptByRef(ctx, provider, r.Ref)
		}
		if err != nil { // one by sticker, which a file has proven before
			a, err = o.store.AttemptByRef(ctx, StickerProvider, r.Ref)
		}
		return a, err == nil
	}
	x.booked = func(a Attempt) (Payment, bool) {
		p, err := o.store.PaymentOf(ctx, a.ID)
		return p, err == nil
	}
	var err error
	if x.m.Files, err = o.store.Settlements(ctx, provider, from, to); err != nil {
		return Match{}, fmt.Errorf("match %s: %w", provider, err)
	}
	if x.m.Deposits, err = o.store.Deposits(ctx, provider, from, to); err != nil {
		return Match{}, fmt.Errorf("match %s: %w", provider, err)
	}
	x.m.Covered = covers(x.m.Files, from, to)
	var gone []Payment // looked at when no other query is under way
	err = o.store.Payments(ctx, provider, from, to, func(p Payment) error {
		if p.goneUnseen() {
			gone = append(gone, p)
		} else {
			x.take(p, p.throughProvider())
		}
		return nil
	})
	if err != nil {
		return Match{}, fmt.Errorf("match %s: %w", provider, err)
	}
	for _, p := range gone {
		back := p.throughProvider()
		if never, err := o.neverCame(ctx, p); err != nil {
			return Match{}, fmt.Errorf("match %s: %w", provider, err)
		} else if never {
			back = p.Amount
		}
		x.take(p, back)
	}
	if err = o.store.Rows(ctx, provider, from, to, func(r SettlementRow) error { x.row(r); return nil }); err != nil {
		return Match{}, fmt.Errorf("match %s: %w", provider, err)
	}
	if x.wantsRefunds() { // money goes back after the day it was paid, too
		err = o.store.Rows(ctx, provider, to.Add(1), max(to, DayOf(o.now())).Add(1), func(r SettlementRow) error { x.later(r); return nil })
		if err != nil {
			return Match{}, fmt.Errorf("match %s: %w", provider, err)
		}
	}
	return x.done(), nil
}

// take notes one payment of ours, of which the files should have back as given back.
func (x *matcher) take(p Payment, back core.Money) {
	p.Refunded = back
	t := &tally{Payment: p}
	x.byID[p.Attempt] = t
	switch {
	case p.Way == WaySticker:
		x.shown = append(x.shown, t)
	case p.Ref != "":
		x.byRef[p.Ref] = t
	}
	w := x.wallet(p.Wallet)
	w.BooksCount++
	w.Books += p.Amount - p.Refunded
}

// throughProvider is what the provider gave back for us, and has in its files. What was paid by sticker the office gives
// back itself, by bank transfer: the provider still owes all of it.
func (p Payment) throughProvider() core.Money {
	if p.Way == WaySticker {
		return 0
	}
	return p.Refunded
}

// goneUnseen reports whether nothing is left of a payment that no file has confirmed: it was retracted, or the office gave
// all of it back.
func (p Payment) goneUnseen() bool {
	return p.Way == WaySticker && !p.Confirmed && p.Refunded == p.Amount
}

// neverCame reports whether a payment was retracted.
func (o *Office) neverCame(ctx context.Context, p Payment) (bool, error) {
	if !p.goneUnseen() {
		return false, nil
	}
	a, err := o.store.Attempt(ctx, p.Attempt)
	return a.State == AttemptNotPaid, err
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
	t := x.byID[r.Ours]
	if t == nil {
		t = x.byRef[r.Ref]
	}
	if t == nil && r.Kind == RowPaid {
		t = x.byTail(r)
	}
	if t == nil {
		x.unknown(r)
		return
	}
	w := x.wallet(t.Wallet)
	w.HasFee = w.HasFee || r.HasFee
	t.line = r.Line
	if r.Kind == RowRefunded {
		w.File -= r.Amount
		w.Fee -= r.Fee
		t.back += r.Amount
		return
	}
	w.File += r.Amount
	w.Fee += r.Fee
	w.FileCount++
	t.rows++
	if r.Ref != "" { // of a payment by sticker we know it from here on only
		x.byRef[r.Ref] = t
	}
	d := Difference{Line: r.Line, Payment: t.ID, Attempt: t.Attempt, Sale: t.Sale, Wallet: t.Wallet, At: r.At, Books: t.Amount, File: r.Amount}
	switch {
	case t.rows > 1:
		d.Kind, d.Books = TwiceInFile, 0
		x.differ(d)
	case t.Amount != r.Amount:
		d.Kind = AmountDiffers
		x.differ(d)
	}
}

// wantsRefunds reports whether something that we gave back is not in the rows of its days.
func (x *matcher) wantsRefunds() bool {
	for _, t := range x.byID {
		if t.back < t.Refunded {
			return true
		}
	}
	return false
}

// later takes of the rows after the days in question only what went back of their payments.
func (x *matcher) later(r SettlementRow) {
	if t := x.byRef[r.Ref]; t != nil && r.Kind == RowRefunded && t.back < t.Refunded {
		x.row(r)
	}
}

// unknown keeps a row without a payment of ours until all are read: what was paid and went back again is nothing.
func (x *matcher) unknown(r SettlementRow) {
	key := either(r.Ref, string(r.Ours))
	st := x.strange[key]
	if st == nil {
		st = &stranger{first: r}
		x.strange[key] = st
	}
	if r.Kind == RowRefunded {
		st.net -= r.Amount
	} else {
		st.net += r.Amount
	}
}

// shownWithin is how far the clock of a phone and that of a provider may be apart.
const shownWithin = 10 * time.Minute

// byTail finds the payment by sticker that a row is about and takes it off the list.
func (x *matcher) byTail(r SettlementRow) *tally {
	i := slices.IndexFunc(x.shown, func(t *tally) bool { return matchShown(t.Payment, r) })
	if i < 0 {
		return nil
	}
	t := x.shown[i]
	x.shown = slices.Delete(x.shown, i, i+1)
	return t
}

// matchShown reports whether a row is about a payment by sticker: the amount, the end of the 取引番号, the time. A file
// knows no id of ours for them.
func matchShown(p Payment, r SettlementRow) bool {
	return p.Amount == r.Amount && p.Ref != "" && strings.HasSuffix(r.Ref, p.Ref) && p.PaidAt.Sub(r.At).Abs() <= shownWithin
}

func (x *matcher) differ(d Difference) {
	d.Words = d.words()
	x.wallet(d.Wallet).Differences++
	x.m.Differences = append(x.m.Differences, d)
}

// done notes what only one side has and adds up.
func (x *matcher) done() Match {
	for _, t := range x.byID {
		d := Difference{Line: t.line, Payment: t.ID, Attempt: t.Attempt, Sale: t.Sale, Wallet: t.Wallet, At: t.PaidAt}
		switch {
		case t.rows == 0 && t.Amount-t.Refunded == -t.back: // no money on either side
		case t.rows == 0:
			d.Kind, d.Books, d.File = OnlyBooks, t.Amount-t.Refunded, -t.back
			x.differ(d)
		case t.back < t.Refunded:
			d.Kind, d.Books, d.File = RefundMissing, -t.Refunded, -t.back
			x.differ(d)
		case t.back > t.Refunded:
			d.Kind, d.Books, d.File = RefundOnlyFile, -t.Refunded, -t.back
			x.differ(d)
		}
	}
	for _, st := range x.strange {
		x.strangerEnds(st)
	}
	slices.SortFunc(x.m.Differences, func(a, b Difference) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Line, b.Line), strings.Compare(string(a.Payment), string(b.Payment)))
	})
	for _, w := range x.wallets {
		x.m.Wallets = append(x.m.Wallets, *w)
		t := &x.m.Total
		t.BooksCount, t.Books = t.BooksCount+w.BooksCount, t.Books+w.Books
		t.FileCount, t.File = t.FileCount+w.FileCount, t.File+w.File
		t.Fee, t.HasFee, t.Differences = t.Fee+w.Fee, t.HasFee || w.HasFee, t.Differences+w.Differences
	}
	slices.SortFunc(x.m.Wallets, func(a, b WalletMatch) int {
		return cmp.Or(rank(a.Wallet)-rank(b.Wallet), strings.Compare(a.Wallet, b.Wallet))
	})
	for _, d := range x.m.Deposits {
		x.m.Banked += d.Net
		x.m.BankedFee += d.Fee
	}
	return x.m
}

// strangerEnds makes a difference of what a file has and our books do not, unless it all went back.
func (x *matcher) strangerEnds(st *stranger) {
	if st.net == 0 {
		return
	}
	r := st.first
	if a, ok := x.known(r); ok && st.net < 0 && a.State.Took() {
		if p, ok := x.booked(a); ok { // of a payment of other days: its own match has it, unless we never gave it back
			if back := p.throughProvider(); back < -st.net {
				d := Difference{
					Kind: RefundOnlyFile, Line: r.Line, Payment: p.ID, Attempt: a.ID, Sale: a.Sale, Wallet: p.Wallet, At: r.At, Books: -back, File: st.net,
				}
				x.wallet(p.Wallet).File += d.Yen()
				x.differ(d)
			}
			return
		}
	}
	w := x.wallet(r.Wallet)
	w.File += st.net
	w.FileCount++
	d := Difference{Kind: OnlyFile, Line: r.Line, Wallet: r.Wallet, At: r.At, File: st.net}
	if a, ok := x.known(r); ok {
		d.Kind, d.Attempt, d.Sale = StateDiffers, a.ID, a.Sale
	}
	x.differ(d)
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
	var open []Payment
	for _, p := range shown {
		never, err := o.neverCame(ctx, p)
		if err != nil {
			return fmt.Errorf("conclude shown payments: %w", err)
		}
		if !never { // else a person has decided; the match shows it
			open = append(open, p)
		}
	}
	for _, r := range rows {
		i := slices.IndexFunc(open, func(p Payment) bool { return matchShown(p, r) })
		if i < 0 {
			continue
		}
		if err := o.proven(ctx, open[i].Attempt, r); err != nil {
			return err
		}
		open = slices.Delete(open, i, i+1)
	}
	return nil
}
