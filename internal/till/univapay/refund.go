package univapay

import (
	"context"
	"errors"
	"fmt"

	"yakusho/internal/till"
)

// Refund implements till.Refunder. What the provider has is read first: an Idempotency-Key is forgotten some day, a
// refund is not.
func (p *Provider) Refund(ctx context.Context, a till.Attempt, r till.Refund) (till.RefundAnswer, error) {
	ch, u, found, err := p.refundOf(ctx, a, r)
	if err != nil {
		return unsureRefund(r, err)
	}
	if !found {
		u, err = p.undo(ctx, ch, refunds, key(metaRefund, r.ID, 0), undoingIn{
			Amount: int64(r.Amount), Currency: "JPY", Reason: "customer_request",
			Metadata: map[string]string{metaAttempt: string(a.ID), metaRefund: string(r.ID)},
		})
		var no *refusal
		switch {
		case errors.As(err, &no) && declines(no.code):
			return p.declined(ctx, a, r, err)
		case err != nil:
			return unsureRefund(r, err)
		}
	}
	return p.refundAnswer(ctx, p.polled(ctx, ch, refunds, u), r), nil
}

// QueryRefund implements till.Refunder.
func (p *Provider) QueryRefund(ctx context.Context, a till.Attempt, r till.Refund) (till.RefundAnswer, error) {
	t := threadOf(a)
	if uuid(r.Ref) && t.charge != "" {
		u, err := p.undoing(ctx, t.charge, refunds, r.Ref)
		if err == nil && meta(u.Metadata, metaRefund) != string(r.ID) {
			err = fmt.Errorf("%w: refund %s is not ours", errGarbled, r.Ref)
		}
		if err != nil {
			return unsureRefund(r, err)
		}
		return p.refundAnswer(ctx, u, r), nil
	}
	_, u, found, err := p.refundOf(ctx, a, r)
	switch {
	case err != nil:
		return unsureRefund(r, err)
	case !found: // one that is under way may still arrive; asking again for it is safe
		return till.RefundAnswer{State: till.RefundUnknown, Reason: till.ReasonNoAnswer}, nil
	}
	return p.refundAnswer(ctx, u, r), nil
}

// refundOf finds the charge, and our refund of it if the provider has it.
func (p *Provider) refundOf(ctx context.Context, a till.Attempt, r till.Refund) (charge, undoing, bool, error) {
	ch, found, err := p.find(ctx, a)
	if err == nil && !found {
		err = fmt.Errorf("%w: a paid charge is not there", errGarbled)
	}
	if err != nil {
		return ch, undoing{}, false, err
	}
	list, err := p.undone(ctx, ch, refunds)
	if err != nil {
		return ch, undoing{}, false, err
	}
	for _, u := range list {
		if meta(u.Metadata, metaRefund) == string(r.ID) {
			return ch, u, true, nil
		}
	}
	return ch, undoing{}, false, nil
}

// declines are the refusals that stay: nothing was given back, and asking again changes nothing.
func declines(code string) bool {
	switch code {
	case "REFUND_NOT_ALLOWED", "REFUND_EXCEEDS_CHARGE_AMOUNT", "REFUND_NOT_WITHIN_BOUNDS", "CANNOT_REFUND_UNSUCCESSFUL_CHARGE",
		"PARTIAL_REFUND_NOT_SUPPORTED", "CURRENCY_MUST_MATCH_CHARGE", "VALIDATION_ERROR":
		return true
	}
	return false // REFUND_EXCEEDS_SALES too: there is more tomorrow
}

// declined looks once more before it says failed: an earlier request may have arrived in the meantime, and the
// refusal be about the second.
func (p *Provider) declined(ctx context.Context, a till.Attempt, r till.Refund, no error) (till.RefundAnswer, error) {
	_, u, found, err := p.refundOf(ctx, a, r)
	switch {
	case err != nil:
		return unsureRefund(r, err)
	case found:
		return p.refundAnswer(ctx, u, r), nil
	}
	p.log.WarnContext(ctx, "refund refused", "provider", Name, "refund", r.ID, "err", no)
	return till.RefundAnswer{State: till.RefundFailed, Reason: till.ReasonRefundRefused, Ref: r.Ref}, nil
}

func (p *Provider) refundAnswer(ctx context.Context, u undoing, r till.Refund) till.RefundAnswer {
	ans := till.RefundAnswer{State: till.RefundUnknown, Ref: u.ID}
	switch u.Status {
	case successful:
		ans.State = till.RefundDone
		if u.Amount != nil && *u.Amount != int64(r.Amount) {
			ans.State, ans.Reason = till.RefundUnknown, till.ReasonAmount
		}
	case failed:
		p.log.WarnContext(ctx, "refund failed", "provider", Name, "refund", r.ID, "code", u.code())
		ans.State, ans.Reason = till.RefundFailed, till.ReasonRefundRefused
	default: // pending, and error, of which the provider does not know itself
		ans.Reason = till.ReasonNoAnswer
	}
	return ans
}

func unsureRefund(r till.Refund, err error) (till.RefundAnswer, error) {
	reason, wait := why(err)
	return till.RefundAnswer{State: till.RefundUnknown, Reason: reason, Wait: wait, Ref: r.Ref}, fmt.Errorf("refund %s: %w", r.ID, err)
}
