package tillhttp

import (
	"context"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/slip"
)

// GetPapers answers with papers as rows.
func (a *API) GetPapers(ctx context.Context, r GetPapersRequestObject) (GetPapersResponseObject, error) {
	papers, _, err := a.papers(ctx, string(r.Kind), r.Id, value(r.Params.Again))
	if err != nil {
		return nil, err
	}
	return GetPapers200JSONResponse(each(papers, paper)), nil
}

// PrintPapers prints on the counter's printer.
func (a *API) PrintPapers(ctx context.Context, r PrintPapersRequestObject) (PrintPapersResponseObject, error) {
	papers, c, err := a.papers(ctx, string(r.Kind), r.Id, value(r.Body.Again))
	if err != nil {
		return nil, err
	}
	if c.Printer == "" || a.Printer == nil {
		return nil, errPrinter
	}
	press := "print " + string(core.ActorFrom(ctx).Account) + " " + r.Body.Key
	if r.Body.Key == "" || len(r.Body.Key) > 64 {
		return nil, till.ErrKey
	}
	if !a.seen.take(press) { // the same press again: it is printed, or being printed
		return PrintPapers204Response{}, nil
	}
	if err := a.Printer.Print(ctx, c.Printer, papers); err != nil {
		a.seen.drop(press)
		return nil, err
	}
	return PrintPapers204Response{}, nil
}

// papers composes what is to be printed, and says at which counter.
func (a *API) papers(ctx context.Context, kind, subject string, again bool) ([]slip.Paper, till.Counter, error) {
	id, err := ident(subject, errNoSuch)
	if err != nil {
		return nil, till.Counter{}, err
	}
	head := func(s till.Sale) (slip.Head, error) {
		c, err := a.View.Counter(ctx, s.Counter)
		return slip.Head{Office: a.Who, Counter: c, Printed: a.Clock(), Again: again}, err
	}
	switch kind {
	case "sale":
		return a.soldPapers(ctx, id, head)
	case "ticket":
		x, err := a.View.Sale(ctx, id)
		if err != nil {
			return nil, till.Counter{}, err
		}
		h, err := head(x.Sale)
		if err != nil {
			return nil, h.Counter, err
		}
		p, err := slip.Ticket(h, x.Sale)
		return []slip.Paper{p}, h.Counter, err
	case "pending":
		x, s, err := a.View.Attempt(ctx, id)
		if err != nil {
			return nil, till.Counter{}, err
		}
		h, err := head(s)
		if err != nil {
			return nil, h.Counter, err
		}
		p, err := slip.Pending(h, s, x)
		return []slip.Paper{p}, h.Counter, err
	case "refund":
		x, pay, s, err := a.View.Refund(ctx, id)
		if err != nil {
			return nil, till.Counter{}, err
		}
		h, err := head(s)
		if err != nil {
			return nil, h.Counter, err
		}
		p, err := slip.GivenBack(h, s, pay, x)
		return []slip.Paper{p}, h.Counter, err
	}
	return nil, till.Counter{}, errNoSuch.Because("paper %.20q", kind)
}

func (a *API) soldPapers(ctx context.Context, id core.ID, head func(till.Sale) (slip.Head, error)) ([]slip.Paper, till.Counter, error) {
	d, err := a.View.Detail(ctx, id)
	if err != nil {
		return nil, till.Counter{}, err
	}
	h, err := head(d.Sale)
	if err != nil {
		return nil, h.Counter, err
	}
	var paid []till.Payment
	if d.Payment != nil {
		paid = append(paid, *d.Payment)
	}
	papers, err := slip.Compose(h, d.Sale, paid...)
	return papers, h.Counter, err
}
