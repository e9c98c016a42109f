package paypay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// paymentData is what GET /v2/codes/payments/{id} says of a payment.
type paymentData struct {
	PaymentID         string `json:"paymentId"`
	Status            string `json:"status"`
	AcceptedAt        int64  `json:"acceptedAt"`
	MerchantPaymentID string `json:"merchantPaymentId"`
	Amount            *yen   `json:"amount"`
	Refunds           *struct {
		Data []refundData `json:"data"`
	} `json:"refunds"`
}

// returned is what went back by refunds.
func (d paymentData) returned() core.Money {
	var sum core.Money
	if d.Refunds != nil {
		for _, r := range d.Refunds.Data {
			if r.Status == "REFUNDED" && r.Amount != nil {
				sum += core.Money(r.Amount.Amount)
			}
		}
	}
	return sum
}

// Query implements till.Provider.
func (p *Provider) Query(ctx context.Context, a till.Attempt) (till.Answer, error) {
	if !safeID(string(a.ID)) {
		return unknown(fmt.Errorf("query: %q is no id of ours", a.ID))
	}
	r, err := p.call(ctx, askLimit, http.MethodGet, "/v2/codes/payments/"+string(a.ID), "", nil)
	if err != nil {
		return unknown(err)
	}
	switch r.code {
	case "DYNAMIC_QR_PAYMENT_NOT_FOUND":
		return gone(a), nil
	case "RESOURCE_NOT_FOUND", "TRANSACTION_NOT_FOUND": // the words of PayPay's other calls for the same
		if threadOf(a).Code == "" {
			return till.Answer{Verdict: till.VerdictAbsent}, nil
		}
	}
	if !r.ok() {
		return r.doubt()
	}
	d, err := data[paymentData](r)
	if err != nil {
		return unknown(err)
	}
	return p.judge(a, d, r)
}

// gone: OPA proves by it that no payment can be triggered any more. That holds for a code we know was made; where we
// never heard of one, our own late request may still make it.
func gone(a till.Attempt) till.Answer {
	if threadOf(a).Code == "" {
		return till.Answer{Verdict: till.VerdictAbsent}
	}
	return till.Answer{Verdict: till.VerdictNotPaid, Reason: unless(a, till.ReasonExpired)}
}

// unless: why we cancelled is the better reason, where it says why nothing was paid.
func unless(a till.Attempt, reason string) string {
	if a.State == till.AttemptCancelling && (a.Reason == till.ReasonClerkCanceled || a.Reason == till.ReasonExpired) {
		return a.Reason
	}
	return reason
}

// judge turns a status of PayPay into a verdict (OPA, PaymentState).
func (p *Provider) judge(a till.Attempt, d paymentData, r reply) (till.Answer, error) {
	ans := till.Answer{Wallet: Wallet}
	if d.Status == "CREATED" {
		// An answer about a code that is over may have nothing but this word and zeros in it.
		if d.MerchantPaymentID != "" && d.MerchantPaymentID != string(a.ID) {
			return unknown(fmt.Errorf("%w: of another payment (X-REQUEST-ID %s)", errGarbled, r.request))
		}
		ans.Verdict = till.VerdictWaiting
		return ans, nil
	}
	if d.MerchantPaymentID != string(a.ID) || d.Amount == nil || d.Amount.Currency != "JPY" {
		return unknown(fmt.Errorf("%w: status %q without its payment (X-REQUEST-ID %s)", errGarbled, clip(d.Status, 40), r.request))
	}
	if safeID(d.PaymentID) {
		ans.Ref = d.PaymentID
	}
	switch d.Status {
	case "COMPLETED", "REFUNDED":
		return p.taken(ans, a, d, r)
	case "FAILED": // declined, or reversed by a cancel
		if d.AcceptedAt > 0 {
			ans.Verdict, ans.Reason = till.VerdictReversed, unless(a, "")
			return ans, nil
		}
		ans.Verdict, ans.Reason = till.VerdictNotPaid, unless(a, till.ReasonDeclined)
	case "CANCELED":
		ans.Verdict, ans.Reason = till.VerdictNotPaid, unless(a, till.ReasonCustomerCanceled)
	case "EXPIRED":
		ans.Verdict, ans.Reason = till.VerdictNotPaid, unless(a, till.ReasonExpired)
	default: // AUTHORIZED and what follows from it: we never ask for that
		return unknown(fmt.Errorf("%w: status %q (X-REQUEST-ID %s)", errGarbled, clip(d.Status, 40), r.request))
	}
	return ans, nil
}

func (p *Provider) taken(ans till.Answer, a till.Attempt, d paymentData, r reply) (till.Answer, error) {
	ans.Amount = core.Money(d.Amount.Amount)
	t := threadOf(a)
	t.Request = r.request
	ans.Thread = t.String()
	switch {
	case ans.Ref == "" || d.AcceptedAt <= 0 || d.AcceptedAt > 1<<40:
		return unknown(fmt.Errorf("%w: paid without id or time (X-REQUEST-ID %s)", errGarbled, r.request))
	case !d.Amount.is(a.Amount):
		ans.Verdict, ans.Reason = till.VerdictUnknown, till.ReasonAmount
		return ans, nil
	case d.Status == "REFUNDED" && d.returned() >= a.Amount: // somebody gave it back in PayPay's own screens
		ans.Verdict = till.VerdictReversed
		return ans, nil
	}
	ans.Verdict, ans.PaidAt = till.VerdictPaid, time.Unix(d.AcceptedAt, 0).UTC()
	return ans, nil
}

// Cancel implements till.Provider. The code goes first: PayPay accepts a cancel of a code nobody has paid yet and
// leaves it payable. Then PayPay is asked, and what was paid is cancelled.
func (p *Provider) Cancel(ctx context.Context, a till.Attempt) (till.Answer, error) {
	if !safeID(string(a.ID)) {
		return unknown(fmt.Errorf("cancel: %q is no id of ours", a.ID))
	}
	open := p.deleteCode(ctx, threadOf(a).Code)
	ans, err := p.Query(ctx, a)
	switch {
	case ctx.Err() != nil:
		return unknown(errors.Join(open, err))
	case err == nil && (ans.Verdict == till.VerdictNotPaid || ans.Verdict == till.VerdictReversed):
		return ans, nil
	}
	back, err := p.reverse(ctx, a)
	if back.Verdict == till.VerdictReversed && open != nil {
		// The money would go back, but the code may still be on a screen and payable: once more.
		return unknown(fmt.Errorf("the cancel was accepted, but not that the code is deleted: %w", open))
	}
	back.Ref, back.PaidAt = ans.Ref, ans.PaidAt
	return back, err
}

// deleteCode returns nil when nobody can pay the code any more, or when we never had one to show.
func (p *Provider) deleteCode(ctx context.Context, code string) error {
	if code == "" {
		return nil
	}
	r, err := p.call(ctx, askLimit, http.MethodDelete, "/v2/codes/"+code, "", nil)
	switch {
	case err != nil:
		return err
	case r.code == "DYNAMIC_QR_NOT_FOUND", r.code == "DYNAMIC_QR_ALREADY_PAID":
		return nil
	case !r.ok():
		return r.refused()
	}
	d, err := data[struct {
		Status string `json:"qrStatus"`
	}](r)
	if err == nil && d.Status != "DELETED" {
		err = fmt.Errorf("%w: qrStatus %q (X-REQUEST-ID %s)", errGarbled, clip(d.Status, 40), r.request)
	}
	return err
}

// reverse is PayPay's cancel: once accepted, whatever was paid or still will be goes back (OPA, cancelPayment).
func (p *Provider) reverse(ctx context.Context, a till.Attempt) (till.Answer, error) {
	r, err := p.call(ctx, askLimit, http.MethodDelete, "/v2/payments/"+string(a.ID), "", nil)
	if err != nil {
		return unknown(err)
	}
	switch r.code {
	case "REQUEST_ACCEPTED":
		return till.Answer{Verdict: till.VerdictReversed, Reason: unless(a, "")}, nil
	case "ORDER_NOT_REVERSIBLE", "ORDER_NO_LONGER_AVAILABLE":
		return till.Answer{Verdict: till.VerdictRefused, Reason: till.ReasonCancelRefused}, nil
	case "RESOURCE_NOT_FOUND":
		if threadOf(a).Code == "" {
			return till.Answer{Verdict: till.VerdictAbsent}, nil
		}
	}
	return r.doubt()
}
