package till

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"yakusho/internal/core"
)

// RefundRequest is what somebody asks to give back.
type RefundRequest struct {
	Sale   core.ID
	Amount core.Money
	Void   bool // 取消: all of it, on the day itself, before the close
	Reason string
}

// RequestRefund asks for a 取消 or a 還付. A second person has to agree before anything moves.
func (d *Desk) RequestRefund(ctx context.Context, key string, r RefundRequest) (Refund, error) {
	by, err := d.may(ctx, key, "request_refund", counterStaff(), r)
	if err != nil {
		return Refund{}, err
	}
	back, err := d.requestRefund(ctx, by, r)
	return again(ctx, d.store, by, d.store.Refund, back, err)
}

func (d *Desk) requestRefund(ctx context.Context, by *person, r RefundRequest) (Refund, error) {
	if strings.TrimSpace(r.Reason) == "" || utf8.RuneCountInString(r.Reason) > 200 {
		return Refund{}, ErrRefundReason
	}
	s, err := d.store.Sale(ctx, r.Sale)
	if err != nil {
		return Refund{}, err
	}
	p, err := d.paymentOf(ctx, s)
	if err != nil {
		return Refund{}, err
	}
	if r.Amount <= 0 || r.Amount > p.Amount-p.Refunded {
		return Refund{}, ErrRefundTooMuch
	}
	if err := d.refundable(ctx, s, p, r); err != nil {
		return Refund{}, err
	}
	now := d.now()
	back := Refund{
		ID: core.NewID(now), Payment: p.ID, Sale: s.ID, Session: s.Session, Void: r.Void, Amount: r.Amount, Reason: r.Reason,
		State: RefundRequested, RequestedBy: by.actor.Account, RequestedAt: now,
	}
	return d.store.AddRefund(ctx, by.cmd, back, refundEvent(back, now, by))
}

func (d *Desk) paymentOf(ctx context.Context, s Sale) (Payment, error) {
	attempts, err := d.store.AttemptsOf(ctx, s.ID)
	if err != nil {
		return Payment{}, fmt.Errorf("payment of sale %s: %w", s.ID, err)
	}
	for _, a := range attempts {
		if a.State.Took() {
			return d.store.PaymentOf(ctx, a.ID)
		}
	}
	return Payment{}, ErrNoPayment.Because("sale %s", s.ID)
}

// refundable refuses what the way of payment or the day does not allow.
func (d *Desk) refundable(ctx context.Context, s Sale, p Payment, r RefundRequest) error {
	if r.Void {
		open, err := d.store.Session(ctx, s.Session)
		if err != nil {
			return err
		}
		if open.State != SessionOpen || open.Day != DayOf(d.now()) || r.Amount != p.Amount {
			return ErrVoidLate
		}
	}
	if p.Way == WayCash || p.Way == WaySticker {
		return nil
	}
	provider, ok := d.driver.Provider(p.Provider)
	if !ok {
		return ErrProvider.Because("provider %q", p.Provider)
	}
	if _, ok := provider.(Refunder); !ok {
		return ErrNoRefunds
	}
	return nil
}

// DecideRefund is the second person's word. A 取消 needs another member of the counter or of 会計課; a 還付 needs 会計課.
func (d *Desk) DecideRefund(ctx context.Context, key string, refund core.ID, agree bool) (Refund, error) {
	by, err := d.may(ctx, key, "decide_refund", counterStaff(), refund, agree)
	if err != nil {
		return Refund{}, err
	}
	r, err := d.store.Refund(ctx, refund)
	if err != nil {
		return Refund{}, err
	}
	if agree && r.RequestedBy == by.actor.Account {
		return Refund{}, ErrSecondPerson
	}
	if agree && !r.Void {
		if err := allowed(by.actor, accounting()); err != nil {
			return Refund{}, err
		}
	}
	next := r
	next.DecidedBy, next.DecidedAt = by.actor.Account, d.now()
	next.State = RefundRejected
	if agree {
		next.State, next.NextAt = RefundApproved, d.now()
	}
	moved, err := d.store.MoveRefund(ctx, by.cmd, RefundRequested, next, nil, refundEvent(next, d.now(), by))
	d.driver.Wake()
	return again(ctx, d.store, by, d.store.Refund, moved, err)
}
