package tillhttp

import (
	"context"
	"slices"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// GetTill says what the caller may do and what the screens need to know of the office.
func (a *API) GetTill(ctx context.Context, _ GetTillRequestObject) (GetTillResponseObject, error) {
	actor := core.ActorFrom(ctx)
	if !actor.SignedIn() {
		return nil, till.ErrSignIn
	}
	now := a.Clock()
	out := Till{
		Account: string(actor.Account), Name: actor.Name, Clerk: actor.Has(core.RoleClerk), Accountant: actor.Has(core.RoleAccountant),
		Admin: actor.Has(core.RoleAdmin), Office: a.Who.Name, Contact: a.View.Contact(), Registration: optional(a.Who.Registration),
		Today: Day(till.DayOf(now)), FiscalYear: till.Reiwa(till.DayOf(now).FiscalYear()), Time: now, Counters: []Counter{}, Practice: a.Practice != nil,
		Wallets: each(till.Wallets(), func(w till.Wallet) Wallet {
			return Wallet{Id: w.ID, Name: w.Name, Retired: day(w.Retired), Instead: optional(w.Instead)}
		}),
	}
	if a.View.MayWork(ctx) == nil {
		var err error
		if out.Counters, err = a.counters(ctx); err != nil {
			return nil, err
		}
	}
	return GetTill200JSONResponse(out), nil
}

// ListCounters answers with the counters and what stands on them.
func (a *API) ListCounters(ctx context.Context, _ ListCountersRequestObject) (ListCountersResponseObject, error) {
	out, err := a.counters(ctx)
	return ListCounters200JSONResponse(out), err
}

func (a *API) counters(ctx context.Context) ([]Counter, error) {
	all, err := a.View.Counters(ctx)
	if err != nil {
		return nil, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return nil, err
	}
	admin := core.ActorFrom(ctx).Has(core.RoleAdmin)
	return each(all, func(x till.CounterView) Counter {
		c := Counter{
			Id: string(x.Counter.ID), Number: x.Counter.Number, Name: x.Counter.Name, Office: x.Counter.Office, Printer: x.Counter.Printer != "",
			Retired: x.Counter.Retired, Stickers: []Sticker{}, Display: x.Display, Stale: ptr(x.Stale),
		}
		if admin {
			c.PrinterAddress = optional(x.Counter.Printer)
		}
		for _, st := range x.Counter.Stickers {
			if !st.Retired {
				c.Stickers = append(c.Stickers, sticker(st))
			}
		}
		if x.Session.ID != "" {
			c.Session = ptr(s.session(x.Session, x.Counter))
		}
		return c
	}), nil
}

// ListAccountants answers with who can answer for what is unresolved.
func (a *API) ListAccountants(ctx context.Context, _ ListAccountantsRequestObject) (ListAccountantsResponseObject, error) {
	if err := a.View.MayWork(ctx); err != nil {
		return nil, err
	}
	people, err := a.People.Accountants(ctx)
	if err != nil {
		return nil, err
	}
	return ListAccountants200JSONResponse(each(people, func(p Person) TillPerson {
		return TillPerson{Account: string(p.Account), Name: p.Name, Department: p.Department}
	})), nil
}

// OpenSession opens a counter for today.
func (a *API) OpenSession(ctx context.Context, r OpenSessionRequestObject) (OpenSessionResponseObject, error) {
	counter, err := ident(r.Counter, till.ErrNoCounter)
	if err != nil {
		return nil, err
	}
	var scans []till.Scanned
	for _, x := range r.Body.Scans {
		id, err := ident(x.Sticker, till.ErrNoSticker)
		if err != nil {
			return nil, err
		}
		scans = append(scans, till.Scanned{Sticker: id, Payload: x.Payload})
	}
	opened, err := a.Desk.Open(ctx, r.Body.Key, counter, core.Money(r.Body.Float), scans, r.Body.Training)
	if err != nil {
		return nil, err
	}
	a.Hub.Tell(till.Change{Session: opened.ID})
	s, err := a.scribe(ctx)
	if err != nil {
		return nil, err
	}
	return OpenSession201JSONResponse(s.session(opened, s.counter(counter))), nil
}

// GetPriceList answers with what is sold today.
func (a *API) GetPriceList(ctx context.Context, r GetPriceListRequestObject) (GetPriceListResponseObject, error) {
	items, err := a.View.Items(ctx, true)
	if err != nil {
		return nil, err
	}
	reductions, err := a.View.Reductions(ctx, true)
	if err != nil {
		return nil, err
	}
	today := till.DayOf(a.Clock())
	out := PriceList{Day: Day(today), Groups: []PriceGroup{}, Frequent: []string{}, Reductions: each(reductions, reduction)}
	for _, i := range items {
		at := slices.IndexFunc(out.Groups, func(g PriceGroup) bool { return g.Name == i.Group })
		if at < 0 {
			at = len(out.Groups)
			out.Groups = append(out.Groups, PriceGroup{Name: i.Group, Items: []Item{}})
		}
		out.Groups[at].Items = append(out.Groups[at].Items, item(i, today))
	}
	counter, err := maybe(r.Params.Counter, till.ErrNoCounter)
	if err != nil {
		return nil, err
	}
	if out.Frequent, err = a.frequent(ctx, counter, items); err != nil {
		return nil, err
	}
	return GetPriceList200JSONResponse(out), nil
}

// firstTab is how many items the first tab holds.
const firstTab = 12

// frequent is what a counter sells most; what it has not sold yet follows in the order of the list.
func (a *API) frequent(ctx context.Context, counter core.ID, items []till.Item) ([]string, error) {
	var codes []string
	if counter != "" {
		var err error
		if codes, err = a.View.Frequent(ctx, counter); err != nil {
			return nil, err
		}
	}
	out := []string{}
	for _, c := range codes {
		if i := slices.IndexFunc(items, func(i till.Item) bool { return i.Code == c }); i >= 0 {
			out = append(out, string(items[i].ID))
		}
	}
	for _, i := range items {
		if len(out) < firstTab && !slices.Contains(out, string(i.ID)) {
			out = append(out, string(i.ID))
		}
	}
	return out, nil
}

// GetTillSession answers with a session as it stands.
func (a *API) GetTillSession(ctx context.Context, r GetTillSessionRequestObject) (GetTillSessionResponseObject, error) {
	id, err := ident(r.Session, till.ErrNoSession)
	if err != nil {
		return nil, err
	}
	out, err := a.sessionState(ctx, id)
	return GetTillSession200JSONResponse(out), err
}

func (a *API) sessionState(ctx context.Context, id core.ID) (SessionState, error) {
	x, err := a.View.Session(ctx, id)
	if err != nil {
		return SessionState{}, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return SessionState{}, err
	}
	out := SessionState{Session: s.session(x.Session, x.Counter), Open: each(x.Open, s.sold), Time: a.Clock()}
	if x.Last != nil {
		out.Last = ptr(s.sold(*x.Last))
	}
	return out, nil
}

// ListSessionSales answers with every sale of a session.
func (a *API) ListSessionSales(ctx context.Context, r ListSessionSalesRequestObject) (ListSessionSalesResponseObject, error) {
	id, err := ident(r.Session, till.ErrNoSession)
	if err != nil {
		return nil, err
	}
	_, _, sales, err := a.View.SalesOf(ctx, id)
	if err != nil {
		return nil, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return nil, err
	}
	return ListSessionSales200JSONResponse(each(sales, s.row)), nil
}

// FixSale fixes what a customer owes.
func (a *API) FixSale(ctx context.Context, r FixSaleRequestObject) (FixSaleResponseObject, error) {
	session, err := ident(r.Session, till.ErrNoSession)
	if err != nil {
		return nil, err
	}
	var choices []till.Choice
	for _, c := range r.Body.Choices {
		x := till.Choice{Count: c.Count, Amount: core.Money(value(c.Amount)), Reason: value(c.Reason)}
		if x.Item, err = ident(c.Item, till.ErrItemNotSold); err != nil {
			return nil, err
		}
		if x.Reduction, err = maybe(c.Reduction, till.ErrReductionNotGiven); err != nil {
			return nil, err
		}
		choices = append(choices, x)
	}
	sale, err := a.Desk.Fix(ctx, r.Body.Key, session, choices)
	if err != nil {
		return nil, err
	}
	a.Hub.Show(sale.Session, sale.ID)
	a.Hub.Tell(till.Change{Session: sale.Session, Sale: sale.ID})
	out, err := a.saleView(ctx, sale.ID)
	return FixSale201JSONResponse(out), err
}

func (a *API) saleView(ctx context.Context, id core.ID) (SaleView, error) {
	x, err := a.View.Sale(ctx, id)
	if err != nil {
		return SaleView{}, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return SaleView{}, err
	}
	return s.sold(x), nil
}

// NextCustomer clears the customer display.
func (a *API) NextCustomer(ctx context.Context, r NextCustomerRequestObject) (NextCustomerResponseObject, error) {
	if err := a.View.MayWork(ctx); err != nil {
		return nil, err
	}
	id, err := ident(r.Session, till.ErrNoSession)
	if err != nil {
		return nil, err
	}
	if _, err := a.View.Session(ctx, id); err != nil {
		return nil, err
	}
	a.Hub.Show(id, "")
	return NextCustomer204Response{}, nil
}

// SearchSales finds sales by number or any id.
func (a *API) SearchSales(ctx context.Context, r SearchSalesRequestObject) (SearchSalesResponseObject, error) {
	sales, err := a.View.Search(ctx, till.Day(r.Params.From), till.Day(r.Params.To), value(r.Params.Text))
	if err != nil {
		return nil, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return nil, err
	}
	return SearchSales200JSONResponse(each(sales, s.row)), nil
}

// GetSale answers with everything about one sale.
func (a *API) GetSale(ctx context.Context, r GetSaleRequestObject) (GetSaleResponseObject, error) {
	id, err := ident(r.Sale, till.ErrNoSale)
	if err != nil {
		return nil, err
	}
	d, err := a.View.Detail(ctx, id)
	if err != nil {
		return nil, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return nil, err
	}
	out := SaleDetail{
		Sale: s.sale(d.Sale), Session: s.session(d.Session, d.Counter), Refundable: yen(d.Refundable), MayVoid: d.MayVoid,
		Attempts: each(d.Attempts, func(x till.Attempt) Attempt { return s.attempt(x, d.Sale) }), Refunds: []Refund{},
	}
	if d.Payment != nil {
		out.Payment = ptr(s.payment(*d.Payment))
		out.Refunds = each(d.Refunds, func(x till.Refund) Refund { return s.refund(x, *d.Payment, d.Sale) })
	}
	return GetSale200JSONResponse(out), nil
}

// ListOffers says how a sale may be paid.
func (a *API) ListOffers(ctx context.Context, r ListOffersRequestObject) (ListOffersResponseObject, error) {
	id, err := ident(r.Sale, till.ErrNoSale)
	if err != nil {
		return nil, err
	}
	offers, err := a.View.Offers(ctx, id)
	if err != nil {
		return nil, err
	}
	return ListOffers200JSONResponse(each(offers, offer)), nil
}

// DropSale gives up a sale.
func (a *API) DropSale(ctx context.Context, r DropSaleRequestObject) (DropSaleResponseObject, error) {
	id, err := ident(r.Sale, till.ErrNoSale)
	if err != nil {
		return nil, err
	}
	sale, err := a.Desk.Drop(ctx, r.Body.Key, id)
	if err != nil {
		return nil, err
	}
	a.Hub.Tell(till.Change{Session: sale.Session, Sale: sale.ID})
	out, err := a.saleView(ctx, id)
	return DropSale200JSONResponse(out), err
}

// Charge asks to be paid.
func (a *API) Charge(ctx context.Context, r ChargeRequestObject) (ChargeResponseObject, error) {
	id, err := ident(r.Sale, till.ErrNoSale)
	if err != nil {
		return nil, err
	}
	with := till.Pay{
		Way: till.Way(r.Body.Way), Wallet: value(r.Body.Wallet), Code: value(r.Body.Code), Tendered: core.Money(value(r.Body.Tendered)),
	}
	x, err := a.Desk.Charge(ctx, r.Body.Key, id, with)
	if err != nil {
		return nil, err
	}
	if with.Way == till.WayCash {
		a.tendered.note(x.ID, with.Tendered)
	}
	out, err := a.moved(ctx, x)
	return Charge201JSONResponse(out), err
}

// moved tells the screens of an attempt and renders it.
func (a *API) moved(ctx context.Context, x till.Attempt) (Attempt, error) {
	a.Hub.Moved(x)
	return a.lookAt(ctx, x.ID)
}

func (a *API) lookAt(ctx context.Context, id core.ID) (Attempt, error) {
	x, sale, err := a.View.Attempt(ctx, id)
	if err != nil {
		return Attempt{}, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return Attempt{}, err
	}
	return s.attempt(x, sale), nil
}

// GetAttempt answers with one attempt.
func (a *API) GetAttempt(ctx context.Context, r GetAttemptRequestObject) (GetAttemptResponseObject, error) {
	id, err := ident(r.Attempt, till.ErrNoAttempt)
	if err != nil {
		return nil, err
	}
	out, err := a.lookAt(ctx, id)
	return GetAttempt200JSONResponse(out), err
}

// CancelAttempt wishes that an attempt comes to nothing.
func (a *API) CancelAttempt(ctx context.Context, r CancelAttemptRequestObject) (CancelAttemptResponseObject, error) {
	id, err := ident(r.Attempt, till.ErrNoAttempt)
	if err != nil {
		return nil, err
	}
	x, err := a.Desk.Cancel(ctx, r.Body.Key, id)
	if err != nil {
		return nil, err
	}
	out, err := a.moved(ctx, x)
	return CancelAttempt200JSONResponse(out), err
}

// TickShown takes the clerk's word for a payment by sticker.
func (a *API) TickShown(ctx context.Context, r TickShownRequestObject) (TickShownResponseObject, error) {
	id, err := ident(r.Attempt, till.ErrNoAttempt)
	if err != nil {
		return nil, err
	}
	x, err := a.Desk.Shown(ctx, r.Body.Key, id, till.Tick{Amount: core.Money(r.Body.Amount), At: r.Body.At, Tail: r.Body.Tail})
	if err != nil {
		return nil, err
	}
	out, err := a.moved(ctx, x)
	return TickShown200JSONResponse(out), err
}

// AskAgain makes the driver ask now.
func (a *API) AskAgain(ctx context.Context, r AskAgainRequestObject) (AskAgainResponseObject, error) {
	id, err := ident(r.Attempt, till.ErrNoAttempt)
	if err != nil {
		return nil, err
	}
	if _, err := a.Office.AskAgain(ctx, r.Body.Key, id); err != nil {
		return nil, err
	}
	out, err := a.lookAt(ctx, id)
	return AskAgain200JSONResponse(out), err
}
