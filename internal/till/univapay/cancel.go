package univapay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// The two ways to undo a charge, as their paths are called.
const (
	cancels = "cancels" // while it waits for its customer
	refunds = "refunds" // after it was paid
)

// maxFailed refunds for one cancel; after that the provider has refused for good.
const maxFailed = 3

// Cancel implements till.Provider. A charge that waits is cancelled, a paid one refunded in full. Where no charge is
// found, it says absent and nothing more: a token that was made can be charged for five minutes, and only once they
// are over (Terms.Settles) is it proven that none comes.
func (p *Provider) Cancel(ctx context.Context, a till.Attempt) (till.Answer, error) {
	a.State = till.AttemptCancelling // what went back counts from here on
	for range 3 {                    // the charge may move while it is looked at
		ch, found, err := p.find(ctx, a)
		switch {
		case errors.Is(err, errTwo):
			p.log.ErrorContext(ctx, "cancel a charge", "provider", Name, "attempt", a.ID, "err", err)
			return till.Answer{Verdict: till.VerdictUnknown, Reason: till.ReasonAmount}, nil
		case err != nil:
			return unsure(fmt.Errorf("cancel %s: %w", a.ID, err))
		case !found:
			return till.Answer{Verdict: till.VerdictAbsent}, nil
		}
		ans, err := p.view(ctx, a, ch)
		if err != nil {
			return ans, err
		}
		a.Thread = ans.Thread
		var moved bool
		switch {
		case ans.Verdict == till.VerdictPaid:
			ans, moved, err = p.giveBack(ctx, a, ch, ans)
		case ch.Status == awaiting || ch.Status == authorized:
			ans, moved, err = p.withdraw(ctx, a, ch, ans)
		case ans.Verdict == till.VerdictWaiting: // pending: neither of the two is possible yet
			ans.Verdict, ans.Reason = till.VerdictUnknown, till.ReasonNoAnswer
		}
		if err != nil {
			reason, wait := why(err)
			return till.Answer{Verdict: till.VerdictUnknown, Reason: reason, Wait: wait, Ref: ans.Ref, Thread: ans.Thread, Wallet: ans.Wallet},
				fmt.Errorf("cancel %s: %w", a.ID, err)
		}
		if !moved {
			return ans, nil
		}
	}
	return till.Answer{Verdict: till.VerdictUnknown, Reason: till.ReasonNoAnswer}, nil
}

// withdraw cancels a charge that waits. moved: look at the charge again.
func (p *Provider) withdraw(ctx context.Context, a till.Attempt, ch charge, ans till.Answer) (_ till.Answer, moved bool, err error) {
	list, err := p.undone(ctx, ch, cancels)
	if err != nil {
		return ans, false, err
	}
	u, ok := list.last(pending)
	if !ok {
		in := undoingIn{Metadata: map[string]string{metaAttempt: string(a.ID)}}
		n := list.count(failed) + list.count(faulty)
		if u, err = p.undo(ctx, ch, cancels, key(cancels, a.ID, n), in); err != nil {
			var r *refusal
			if errors.As(err, &r) && r.code == "CANCEL_NOT_ALLOWED" {
				return ans, true, nil
			}
			return ans, false, err
		}
	}
	switch u = p.polled(ctx, ch, cancels, u); u.Status {
	case successful:
		ans.Verdict, ans.Show = till.VerdictReversed, ""
		return ans, false, nil
	case failed, faulty:
		return ans, true, nil // the customer may have been faster
	}
	ans.Verdict, ans.Reason = till.VerdictUnknown, till.ReasonNoAnswer
	return ans, false, nil
}

// giveBack refunds all that is left of a paid charge.
func (p *Provider) giveBack(ctx context.Context, a till.Attempt, ch charge, ans till.Answer) (_ till.Answer, moved bool, err error) {
	list, err := p.undone(ctx, ch, refunds)
	if err != nil {
		return ans, false, err
	}
	no := func(v till.Verdict) (till.Answer, bool, error) {
		ans.Verdict, ans.Reason, ans.Amount = v, "", 0
		if v == till.VerdictUnknown {
			ans.Reason = till.ReasonNoAnswer
		}
		return ans, false, nil
	}
	n := list.count(failed) + list.count(faulty)
	if n >= maxFailed {
		return no(till.VerdictRefused)
	}
	left := ch.amount() - list.sum(successful) - list.sum(pending)
	if left <= 0 {
		return ans, true, nil
	}
	u, err := p.undo(ctx, ch, refunds, key(metaCancel, a.ID, n), undoingIn{
		Amount: int64(left), Currency: "JPY", Reason: "customer_request",
		Metadata: map[string]string{metaAttempt: string(a.ID), metaCancel: "full"},
	})
	var r *refusal
	switch {
	case errors.As(err, &r) && r.code == "REFUND_NOT_ALLOWED":
		return no(till.VerdictRefused)
	case err != nil:
		return ans, false, err
	}
	switch u = p.polled(ctx, ch, refunds, u); u.Status {
	case successful:
		return ans, true, nil // all of it? the sum tells
	case failed, faulty:
		p.log.WarnContext(ctx, "refund of a cancelled payment failed", "provider", Name, "attempt", a.ID, "code", u.code())
	}
	return no(till.VerdictUnknown)
}

// undo posts a cancel or a refund.
func (p *Provider) undo(ctx context.Context, ch charge, kind, key string, in undoingIn) (undoing, error) {
	var u undoing
	_, err := p.client.do(ctx, ask{method: http.MethodPost, path: p.path("charges", ch.ID, kind), key: key, body: in}, &u)
	if err == nil && !uuid(u.ID) {
		err = fmt.Errorf("%s: %w: no id", kind, errGarbled)
	}
	return u, err
}

// polled asks how an undoing stands that is under way. No answer leaves it so.
func (p *Provider) polled(ctx context.Context, ch charge, kind string, u undoing) undoing {
	if u.Status != pending {
		return u
	}
	seen, err := p.undoing(ctx, ch.ID, kind, u.ID)
	if err != nil {
		return u
	}
	return seen
}

func (p *Provider) undoing(ctx context.Context, charge, kind, id string) (undoing, error) {
	var u undoing
	_, err := p.client.do(ctx, ask{method: http.MethodGet, path: p.path("charges", charge, kind, id), query: url.Values{"polling": {"true"}}}, &u)
	if err == nil && !strings.EqualFold(u.ID, id) {
		err = fmt.Errorf("%s: %w: another id", kind, errGarbled)
	}
	return u, err
}

// undoings are all cancels, or all refunds, of a charge.
type undoings []undoing

// undone lists them. All are needed to count: a second page is an error.
func (p *Provider) undone(ctx context.Context, ch charge, kind string) (undoings, error) {
	var list page[undoing]
	_, err := p.client.do(ctx, ask{method: http.MethodGet, path: p.path("charges", ch.ID, kind), query: url.Values{"limit": {"100"}}}, &list)
	if err != nil {
		return nil, err
	}
	if list.HasMore || list.Items == nil {
		return nil, fmt.Errorf("%s of %s: %w: no items, or more than 100", kind, ch.ID, errGarbled)
	}
	for _, u := range list.Items {
		switch u.Status {
		case pending, successful, failed, faulty:
		default:
			return nil, fmt.Errorf("%s of %s: %w: status %q", kind, ch.ID, errGarbled, word(u.Status))
		}
		if !uuid(u.ID) || kind == refunds && (u.Amount == nil || *u.Amount <= 0) {
			return nil, fmt.Errorf("%s of %s: %w: no id or amount", kind, ch.ID, errGarbled)
		}
	}
	return list.Items, nil
}

func (l undoings) sum(status string) core.Money {
	var sum core.Money
	for _, u := range l {
		if u.Status == status && u.Amount != nil {
			sum += core.Money(*u.Amount)
		}
	}
	return sum
}

func (l undoings) count(status string) int {
	n := 0
	for _, u := range l {
		if u.Status == status {
			n++
		}
	}
	return n
}

func (l undoings) last(status string) (undoing, bool) {
	for _, u := range l {
		if u.Status == status {
			return u, true
		}
	}
	return undoing{}, false
}

func (u undoing) code() int {
	if u.Error == nil {
		return 0
	}
	return u.Error.Code
}
