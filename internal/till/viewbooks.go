package till

import (
	"context"
	"fmt"
	"slices"

	"yakusho/internal/core"
)

// Refunds returns those in one of the states, newest first.
func (v *View) Refunds(ctx context.Context, states ...RefundState) ([]Refund, error) {
	if err := staff(ctx); err != nil {
		return nil, err
	}
	return v.store.Refunds(ctx, 200, states...)
}

// Refund returns one refund with its payment and sale.
func (v *View) Refund(ctx context.Context, id core.ID) (Refund, Payment, Sale, error) {
	if err := staff(ctx); err != nil {
		return Refund{}, Payment{}, Sale{}, err
	}
	r, err := v.store.Refund(ctx, id)
	if err != nil {
		return Refund{}, Payment{}, Sale{}, err
	}
	p, err := v.store.Payment(ctx, r.Payment)
	if err != nil {
		return r, p, Sale{}, fmt.Errorf("payment of refund %s: %w", id, err)
	}
	s, err := v.store.Sale(ctx, r.Sale)
	if err != nil {
		return r, p, s, fmt.Errorf("sale of refund %s: %w", id, err)
	}
	return r, p, s, nil
}

// MayAgree reports whether the one who asks may be the second person of a refund; the command decides again.
func (v *View) MayAgree(ctx context.Context, r Refund) bool {
	a := core.ActorFrom(ctx)
	roles := accounting()
	if r.Void {
		roles = counterStaff()
	}
	return r.State == RefundRequested && r.RequestedBy != a.Account && allowed(a, roles) == nil
}

// DayBooks returns the sessions of some days with their sums, newest first, training left out. A clerk sees today's and
// what is still open.
func (v *View) DayBooks(ctx context.Context, from, to Day) ([]SessionBook, []DayBook, error) {
	if err := staff(ctx); err != nil {
		return nil, nil, err
	}
	if err := span(from, to); err != nil {
		return nil, nil, err
	}
	today, all := DayOf(v.now()), bookkeepers(ctx) == nil
	sessions, err := v.store.Sessions(ctx, from, to)
	if err != nil {
		return nil, nil, fmt.Errorf("read sessions: %w", err)
	}
	var books []SessionBook
	var sums []DayBook
	for _, s := range sessions {
		if s.Training || !all && s.Day != today && s.State == SessionClosed {
			continue
		}
		b := SessionBook{Session: s}
		d := s.Close.Totals
		if s.State == SessionOpen {
			if b, err = v.store.Book(ctx, s.ID); err != nil {
				return nil, nil, err
			}
			d = MakeDayBook(b)
		} else if b.Counter, err = v.Counter(ctx, s.Counter); err != nil {
			return nil, nil, err
		}
		books, sums = append(books, b), append(sums, d)
	}
	return books, sums, nil
}

// Settlements returns the files that touch some days.
func (v *View) Settlements(ctx context.Context, provider string, from, to Day) ([]Settlement, error) {
	if err := bookkeepers(ctx); err != nil {
		return nil, err
	}
	if err := span(from, to); err != nil {
		return nil, err
	}
	return v.store.Settlements(ctx, provider, from, to)
}

// Deposits returns what the bank received for some days.
func (v *View) Deposits(ctx context.Context, provider string, from, to Day) ([]Deposit, error) {
	if err := bookkeepers(ctx); err != nil {
		return nil, err
	}
	if err := span(from, to); err != nil {
		return nil, err
	}
	return v.store.Deposits(ctx, provider, from, to)
}

// Providers returns those that are set up.
func (v *View) Providers(ctx context.Context) ([]Provider, error) {
	if err := staff(ctx); err != nil {
		return nil, err
	}
	return slices.Clone(v.driver.providers), nil
}

// Displays returns the paired displays.
func (v *View) Displays(ctx context.Context) ([]Display, error) {
	if err := allowed(core.ActorFrom(ctx), []core.Role{core.RoleClerk, core.RoleAccountant, core.RoleAdmin}); err != nil {
		return nil, err
	}
	all, err := v.store.Displays(ctx)
	if err != nil {
		return nil, fmt.Errorf("read displays: %w", err)
	}
	return slices.DeleteFunc(all, func(d Display) bool { return d.Retired }), nil
}
