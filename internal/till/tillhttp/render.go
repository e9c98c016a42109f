package tillhttp

import (
	"strings"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/slip"
)

func yen(m core.Money) Yen { return Yen(m) }

func at(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func day(d till.Day) *Day {
	if d == "" {
		return nil
	}
	return ptr(Day(d))
}

func walletName(id string) string {
	switch id {
	case "":
		return ""
	case "jpqr":
		return "JPQR"
	}
	return till.FindWallet(id).Name
}

func (s *scribe) name(id core.ID) string { return s.names[id] }

func (s *scribe) session(x till.Session, c till.Counter) TillSession {
	return TillSession{
		Id: string(x.ID), Counter: string(x.Counter), CounterNumber: c.Number, CounterName: c.Name, Day: Day(x.Day), Number: x.Number,
		Training: x.Training, State: TillSessionState(x.State), OpenedBy: s.name(x.OpenedBy), OpenedAt: x.OpenedAt, Float: yen(x.Float),
		Version: x.Version, Signed: x.Close.SignedBy != "",
	}
}

func sticker(x till.Sticker) Sticker {
	return Sticker{
		Id: string(x.ID), Label: x.Label, Wallet: x.Wallet, WalletName: walletName(x.Wallet), Provider: x.Provider, Shop: x.Shop,
		RegisteredAt: x.Registered, Retired: x.Retired,
	}
}

func lines(in []till.Line) []SaleLine {
	return each(in, func(l till.Line) SaleLine {
		return SaleLine{
			Item: string(l.Item), Name: l.Name, Unit: l.Unit, Price: yen(l.Price), Count: l.Count, Gross: yen(l.Price * core.Money(l.Count)),
			Amount: yen(l.Amount()), Reduction: optional(l.Reduction), Percent: optional(l.Percent), Reason: optional(l.Reason),
			CategoryName: l.Category.Name, Tax: Tax(l.Tax),
		}
	})
}

func (s *scribe) sale(x till.Sale) Sale {
	n := 0
	for _, l := range x.Lines {
		n += l.Count
	}
	return Sale{
		Id: string(x.ID), Session: string(x.Session), Counter: string(x.Counter), Label: x.Label(s.counter(x.Counter).Number), Day: Day(x.Day),
		Lines: lines(x.Lines), Count: n, Total: yen(x.Total), Training: x.Training, State: SaleState(x.State), Clerk: x.Name,
		FixedAt: x.FixedAt, EndedAt: at(x.EndedAt),
	}
}

func (s *scribe) sold(x till.Sold) SaleView {
	v := SaleView{Sale: s.sale(x.Sale)}
	if x.Attempt.ID != "" {
		v.Attempt = ptr(s.attempt(x.Attempt, x.Sale))
	}
	return v
}

func (s *scribe) row(x till.Sold) SaleRow {
	r := SaleRow{Sale: s.sale(x.Sale), Refunded: yen(x.Payment.Refunded)}
	if x.Attempt.ID != "" {
		r.AttemptState = ptr(AttemptState(x.Attempt.State))
		r.Way = ptr(Way(x.Attempt.Way))
		r.Wallet = ptr(x.Attempt.Wallet)
		r.WalletName = ptr(walletName(x.Attempt.Wallet))
	}
	return r
}

// attempt renders everything a screen needs of an attempt. The code a customer showed is not among it.
func (s *scribe) attempt(a till.Attempt, sale till.Sale) Attempt {
	now := s.api.Clock()
	l := s.api.View.Look(a)
	out := Attempt{
		Id: string(a.ID), Sale: string(a.Sale), Session: string(a.Session), Label: sale.Label(s.counter(sale.Counter).Number), Number: a.Number,
		Way: Way(a.Way), Wallet: a.Wallet, WalletName: walletName(a.Wallet), Provider: a.Provider, ProviderName: l.Provider, Amount: yen(a.Amount),
		Training: a.Training, State: AttemptState(a.State), Phase: AttemptPhase(l.Phase), Reason: optional(a.Reason), Words: optional(till.Words(a.Reason)),
		Situation: l.Situation, Say: l.Say, Steps: each(l.Steps, step), CodeTail: optional(a.CodeTail), Ref: optional(a.Ref),
		Elapsed: int(till.Elapsed(a, now) / time.Second), CreatedAt: a.CreatedAt, SentAt: at(a.SentAt), UncertainAt: at(a.UncertainAt),
		DecidedAt: at(a.DecidedAt), PaidAt: at(a.PaidAt), AskClerkAt: l.AskClerkAt, MayCancel: l.MayCancel, MayTick: l.MayTick,
		Note: optional(a.Note), Version: a.Version,
	}
	if a.State == till.AttemptSent && a.Show != "" {
		out.Qr, out.ExpiresAt = ptr(s.shown(a.Show)), at(a.ExpiresAt)
	}
	if h := l.Handover; h != nil {
		out.Handover = &Handover{
			Contact: h.Contact, At: at(h.At), Owner: optional(string(h.Owner)), OwnerName: optional(s.name(h.Owner)), Done: ptr(h.Done),
		}
	}
	if a.Way == till.WaySticker {
		for _, st := range s.counter(sale.Counter).Stickers {
			if !st.Retired && st.Takes(till.FindWallet(a.Wallet)) {
				out.StickerLabel, out.StickerShop = ptr(st.Label), ptr(st.Shop)
			}
		}
	}
	if sum, ok := s.api.tendered.of(a.ID); ok {
		out.Tendered, out.Change = ptr(yen(sum)), ptr(yen(sum-a.Amount))
	}
	return out
}

// shown is what to draw as a code: a path of our own becomes an address a phone can open.
func (s *scribe) shown(show string) string {
	if strings.HasPrefix(show, "/") {
		return viaFrom(s.ctx).origin + show
	}
	return show
}

func step(x till.Step) Step {
	return Step{
		Kind: StepKind(x.Kind), When: StepWhen(x.When), At: at(x.At), Every: optional(int(x.Every / time.Second)), Words: x.Words,
	}
}

func (s *scribe) payment(p till.Payment) Payment {
	return Payment{
		Id: string(p.ID), Provider: p.Provider, ProviderName: till.ProviderLabel(p.Provider), Wallet: p.Wallet, WalletName: walletName(p.Wallet),
		Way: Way(p.Way), Amount: yen(p.Amount), Refunded: yen(p.Refunded), Ref: p.Ref, PaidAt: p.PaidAt, FiscalYear: till.Reiwa(p.FiscalYear),
		BookedOn: Day(p.BookedOn), Confirmed: p.Confirmed,
	}
}

func (s *scribe) refund(r till.Refund, p till.Payment, sale till.Sale) Refund {
	account := core.ActorFrom(s.ctx).Account
	agree := s.api.View.MayAgree(s.ctx, r)
	return Refund{
		Id: string(r.ID), Sale: string(r.Sale), Label: sale.Label(s.counter(sale.Counter).Number), Day: Day(sale.Day), Payment: string(r.Payment),
		Number: r.Number, Void: r.Void, Amount: yen(r.Amount), Reason: r.Reason, State: RefundState(r.State), Words: refundWords(r, p),
		WalletName: walletName(p.Wallet), Way: Way(p.Way), RequestedBy: s.name(r.RequestedBy), RequestedAt: r.RequestedAt,
		DecidedBy: optional(s.name(r.DecidedBy)), DecidedAt: at(r.DecidedAt), DoneAt: at(r.DoneAt), Ref: optional(r.Ref), MayAgree: agree,
		MayReject: r.State == till.RefundRequested && (agree || r.RequestedBy == account),
	}
}

func refundWords(r till.Refund, p till.Payment) string {
	switch r.State {
	case till.RefundRequested:
		return "別の方の承認を待っています。まだ何も返していません。"
	case till.RefundRejected:
		return "承認されませんでした。何も返していません。"
	case till.RefundApproved:
		if p.Way == till.WayCash || p.Way == till.WaySticker {
			return "承認されました。記録しています。"
		}
		return "承認されました。決済事業者に依頼しています。"
	case till.RefundUnknown:
		return "決済事業者の返事を確かめています。もう一度申請しないでください。" + till.Words(r.Detail)
	case till.RefundDone:
		switch p.Way {
		case till.WayCash:
			return "返金として記録しました。現金は窓口でお渡しください。"
		case till.WaySticker:
			return "返金として記録しました。口座振込で返す手続きを、会計課が行ってください。"
		case till.WayShow, till.WayScan:
		}
		return "決済事業者が返金しました。"
	case till.RefundFailed:
		return "返金できませんでした。何も返していません。" + till.Words(r.Detail)
	}
	return ""
}

func item(i till.Item, today till.Day) Item {
	return Item{
		Id: string(i.ID), Code: i.Code, Name: i.Name, Group: i.Group, Unit: i.Unit, Price: yen(i.Price), Free: i.Free, Limit: yen(i.Limit),
		CategoryCode: i.Category.Code, CategoryName: i.Category.Name, Tax: Tax(i.Tax), Slip: SlipKind(i.Slip), Order: i.Order,
		From: Day(i.From), To: day(i.To), On: i.On(today),
	}
}

func reduction(r till.Reduction) Reduction {
	return Reduction{Id: string(r.ID), Name: r.Name, Percent: r.Percent, From: Day(r.From), To: day(r.To)}
}

func designation(d till.Designation) Designation {
	return Designation{
		Id: string(d.ID), Wallet: d.Wallet, WalletName: walletName(d.Wallet), Trustee: d.Trustee, Notice: d.Notice, NoticedOn: Day(d.NoticedOn),
		Categories: each(d.Categories, func(c string) string { return c }), From: Day(d.From), To: day(d.To),
	}
}

func offer(o till.Offer) Offer {
	out := Offer{
		Way: Way(o.Way), Wallet: o.Wallet.ID, WalletName: o.Wallet.Name, Provider: optional(o.Provider), Ok: o.Why == nil,
		Sticker: optional(string(o.Sticker.ID)), StickerLabel: optional(o.Sticker.Label),
	}
	if o.Why != nil {
		out.Why, out.WhyWords = ptr(OfferWhy(o.Why.Code)), ptr(o.Why.Message)
	}
	return out
}

func paper(p slip.Paper) Paper {
	return Paper{Title: p.Title, Rows: each(p.Rows, func(r slip.Row) PaperRow {
		return PaperRow{
			Kind: PaperRowKind(r.Kind), Left: optional(r.Left), Right: optional(r.Right), Size: optional(PaperRowSize(r.Size)),
			Align: optional(PaperRowAlign(r.Align)),
		}
	})}
}

func (s *scribe) settlement(x till.Settlement) Settlement {
	return Settlement{
		Id: string(x.ID), Provider: x.Provider, Name: x.Name, From: Day(x.From), To: Day(x.To), By: s.name(x.By), At: x.At,
	}
}

func (s *scribe) deposit(d till.Deposit) Deposit {
	return Deposit{
		Id: string(d.ID), Provider: d.Provider, From: Day(d.From), To: Day(d.To), On: Day(d.On), Net: yen(d.Net), Fee: yen(d.Fee),
		Note: d.Note, By: s.name(d.By), At: d.At,
	}
}
