package tillhttp

import (
	"context"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// GetDayBook answers with the 日計 of a session.
func (a *API) GetDayBook(ctx context.Context, r GetDayBookRequestObject) (GetDayBookResponseObject, error) {
	id, err := ident(r.Session, till.ErrNoSession)
	if err != nil {
		return nil, err
	}
	out, err := a.dayBook(ctx, id)
	return GetDayBook200JSONResponse(out), err
}

func (a *API) dayBook(ctx context.Context, id core.ID) (DayBook, error) {
	b, d, err := a.Desk.DayBook(ctx, id)
	if err != nil {
		return DayBook{}, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return DayBook{}, err
	}
	return s.dayBook(b, d), nil
}

func (s *scribe) dayBook(b till.SessionBook, d till.DayBook) DayBook {
	label := func(n int) string { return till.Sale{Number: n}.Label(b.Counter.Number) }
	x, me := b.Session, core.ActorFrom(s.ctx).Account
	out := DayBook{
		Session: s.session(x, b.Counter), Sales: d.Sales, Revenue: yen(d.Revenue), Cash: yen(d.Cash), Cashless: yen(d.Revenue - d.Cash),
		Shown: yen(d.Shown), Dropped: d.Dropped, Expected: yen(x.Float + d.Cash), Categories: categories(d.Items),
		Methods: each(d.Methods, func(m till.MethodTotal) MethodTotal {
			return MethodTotal{Wallet: m.Wallet, WalletName: walletName(m.Wallet), Way: Way(m.Way), Count: m.Count, Amount: yen(m.Amount)}
		}),
		SignedBy: optional(s.name(x.Close.SignedBy)), ClosedBy: optional(s.name(x.Close.ClosedBy)), ClosedAt: at(x.Close.At),
		OwnerName: optional(x.Close.OwnerName), MaySign: x.State == till.SessionOpen,
		MayClose: x.State == till.SessionOpen && x.Close.SignedBy != "" && x.Close.SignedBy != me,
	}
	if d.First > 0 {
		out.First, out.Last = ptr(label(d.First)), ptr(label(d.Last))
	}
	if x.Close.SignedBy != "" {
		out.Counted = ptr(yen(x.Close.Counted))
		out.Difference = ptr(yen(x.Close.Counted - x.Float - d.Cash))
	}
	back := func(l till.RefundLine) RefundLine {
		return RefundLine{
			Sale: string(l.Sale), Label: label(l.Number), Amount: yen(l.Amount), Reason: l.Reason, Approver: optional(s.name(l.Approver)),
			State: RefundState(l.State),
		}
	}
	out.Voids, out.Refunds = each(d.Voids, back), each(d.Refunds, back)
	out.Open = each(d.Open, func(l till.OpenLine) OpenLine {
		return OpenLine{
			Sale: string(l.Sale), Attempt: string(l.Attempt), Label: label(l.Number), Amount: yen(l.Amount), WalletName: walletName(l.Wallet),
			State: AttemptState(l.State), OwnerName: optional(s.name(l.Owner)),
		}
	})
	return out
}

// categories puts items, which come in the order of their 科目, under it.
func categories(items []till.ItemTotal) []CategoryTotal {
	out := []CategoryTotal{}
	for _, i := range items {
		if len(out) == 0 || out[len(out)-1].Code != i.Category.Code {
			out = append(out, CategoryTotal{Code: i.Category.Code, Name: i.Category.Name, Items: []ItemTotal{}})
		}
		c := &out[len(out)-1]
		c.Count, c.Reduced, c.Amount = c.Count+i.Count, c.Reduced+i.Reduced, c.Amount+yen(i.Amount)
		c.Items = append(c.Items, ItemTotal{Code: i.Code, Name: i.Name, Unit: i.Unit, Count: i.Count, Reduced: i.Reduced, Amount: yen(i.Amount)})
	}
	return out
}

// SignSession signs the day book.
func (a *API) SignSession(ctx context.Context, r SignSessionRequestObject) (SignSessionResponseObject, error) {
	id, err := ident(r.Session, till.ErrNoSession)
	if err != nil {
		return nil, err
	}
	owner, err := maybe(r.Body.Owner, till.ErrNoOwner)
	if err != nil {
		return nil, err
	}
	name, err := a.accountant(ctx, owner)
	if err != nil {
		return nil, err
	}
	if _, err := a.Desk.Sign(ctx, r.Body.Key, id, r.Body.Version, till.Signing{Counted: core.Money(r.Body.Counted), Owner: owner}, name); err != nil {
		return nil, err
	}
	a.Hub.Tell(till.Change{Session: id})
	out, err := a.dayBook(ctx, id)
	return SignSession200JSONResponse(out), err
}

// accountant returns the name of who is to answer for something; the empty ID is nobody.
func (a *API) accountant(ctx context.Context, id core.ID) (string, error) {
	if id == "" {
		return "", nil
	}
	people, err := a.People.Accountants(ctx)
	if err != nil {
		return "", err
	}
	for _, p := range people {
		if p.Account == id {
			return p.Name, nil
		}
	}
	return "", till.ErrNoOwner.Because("account %s", id)
}

// CloseSession closes a signed session for good.
func (a *API) CloseSession(ctx context.Context, r CloseSessionRequestObject) (CloseSessionResponseObject, error) {
	id, err := ident(r.Session, till.ErrNoSession)
	if err != nil {
		return nil, err
	}
	if _, err := a.Desk.Close(ctx, r.Body.Key, id); err != nil {
		return nil, err
	}
	a.Hub.Forget(id)
	out, err := a.dayBook(ctx, id)
	return CloseSession200JSONResponse(out), err
}

// RequestRefund asks for a 取消 or a 還付.
func (a *API) RequestRefund(ctx context.Context, r RequestRefundRequestObject) (RequestRefundResponseObject, error) {
	id, err := ident(r.Sale, till.ErrNoSale)
	if err != nil {
		return nil, err
	}
	x, err := a.Desk.RequestRefund(ctx, r.Body.Key, till.RefundRequest{
		Sale: id, Amount: core.Money(r.Body.Amount), Void: r.Body.Void, Reason: r.Body.Reason,
	})
	if err != nil {
		return nil, err
	}
	out, err := a.refund(ctx, x.ID)
	return RequestRefund201JSONResponse(out), err
}

// DecideRefund is the second person's word.
func (a *API) DecideRefund(ctx context.Context, r DecideRefundRequestObject) (DecideRefundResponseObject, error) {
	id, err := ident(r.Refund, till.ErrNoRefund)
	if err != nil {
		return nil, err
	}
	x, err := a.Desk.DecideRefund(ctx, r.Body.Key, id, r.Body.Agree)
	if err != nil {
		return nil, err
	}
	a.Hub.Tell(till.Change{Session: x.Session, Sale: x.Sale})
	out, err := a.refund(ctx, id)
	return DecideRefund200JSONResponse(out), err
}

func (a *API) refund(ctx context.Context, id core.ID) (Refund, error) {
	r, p, sale, err := a.View.Refund(ctx, id)
	if err != nil {
		return Refund{}, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return Refund{}, err
	}
	return s.refund(r, p, sale), nil
}

// ListRefunds answers with refunds, newest first.
func (a *API) ListRefunds(ctx context.Context, r ListRefundsRequestObject) (ListRefundsResponseObject, error) {
	var states []till.RefundState
	for _, x := range value(r.Params.State) {
		states = append(states, till.RefundState(x))
	}
	all, err := a.View.Refunds(ctx, states...)
	if err != nil {
		return nil, err
	}
	out := []Refund{}
	for _, x := range all {
		one, err := a.refund(ctx, x.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return ListRefunds200JSONResponse(out), nil
}
