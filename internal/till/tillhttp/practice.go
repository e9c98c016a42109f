package tillhttp

import (
	"context"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// ListPracticeCodes makes codes a pretend customer can show. Each does what its label says when it is read.
func (a *API) ListPracticeCodes(ctx context.Context, _ ListPracticeCodesRequestObject) (ListPracticeCodesResponseObject, error) {
	if a.Practice == nil {
		return nil, errPractice
	}
	if err := a.open(ctx); err != nil {
		return nil, err
	}
	out := []PracticeCode{}
	for _, x := range []struct{ act, outcome, label string }{
		{"pay", "paid", "支払う"},
		{"decline", till.ReasonFunds, "残高が足りない"},
		{"silence", till.ReasonNoAnswer, "電波が悪い（支払いは済んでいる）"},
		{"silence_unpaid", till.ReasonNoAnswer, "電波が悪い（支払われていない）"},
	} {
		code, err := a.Practice.Code(x.act)
		if err != nil {
			return nil, err
		}
		out = append(out, PracticeCode{Code: code, Outcome: x.outcome, Label: x.label})
	}
	return ListPracticeCodes200JSONResponse(out), nil
}

// ListPracticeAttempts answers with the pretend payments that wait for their customer.
func (a *API) ListPracticeAttempts(ctx context.Context, _ ListPracticeAttemptsRequestObject) (ListPracticeAttemptsResponseObject, error) {
	waiting, err := a.View.PracticeWaiting(ctx)
	if err != nil {
		return nil, err
	}
	out := []PracticePayment{}
	for _, x := range waiting {
		p, err := a.practice(ctx, x.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return ListPracticeAttempts200JSONResponse(out), nil
}

// practice renders a pretend payment, and nothing that is none.
func (a *API) practice(ctx context.Context, id core.ID) (PracticePayment, error) {
	x, sale, err := a.View.Practice(ctx, id)
	if err != nil {
		return PracticePayment{}, err
	}
	s := scribe{api: a, ctx: ctx, counters: map[core.ID]till.Counter{}}
	c := s.counter(sale.Counter)
	return PracticePayment{
		Attempt: string(x.ID), Office: a.Who.Name, Counter: c.Name, Label: sale.Label(c.Number), Amount: yen(x.Amount), Lines: lines(sale.Lines),
		Way: Way(x.Way), State: AttemptState(x.State), Open: x.State == till.AttemptSent, Reason: optional(x.Reason), ExpiresAt: at(x.ExpiresAt),
		Time: a.Clock(),
	}, nil
}

// GetPracticeAttempt answers the phone that read the code of a pretend payment.
func (a *API) GetPracticeAttempt(ctx context.Context, r GetPracticeAttemptRequestObject) (GetPracticeAttemptResponseObject, error) {
	if err := a.open(ctx); err != nil {
		return nil, err
	}
	id, err := ident(r.Attempt, till.ErrNoAttempt)
	if err != nil {
		return nil, err
	}
	out, err := a.practice(ctx, id)
	return GetPracticeAttempt200JSONResponse(out), err
}

// PlayCustomer plays the customer of a pretend payment.
func (a *API) PlayCustomer(ctx context.Context, r PlayCustomerRequestObject) (PlayCustomerResponseObject, error) {
	if a.Practice == nil {
		return nil, errPractice
	}
	if err := a.open(ctx); err != nil {
		return nil, err
	}
	id, err := ident(r.Attempt, till.ErrNoAttempt)
	if err != nil {
		return nil, err
	}
	x, _, err := a.View.Practice(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := a.Practice.Act(id, string(r.Body.Act)); err != nil {
		return nil, err
	}
	if err := a.Driver.Hint(ctx, x.Provider, till.Hint{Attempt: id}); err != nil {
		a.Log.WarnContext(ctx, "ask about a pretend payment", "attempt", id, "err", err)
	}
	out, err := a.practice(ctx, id)
	return PlayCustomer200JSONResponse(out), err
}
