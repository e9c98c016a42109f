package paypay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"yakusho/internal/till"
)

type createRefund struct {
	MerchantRefundID string `json:"merchantRefundId"`
	PaymentID        string `json:"paymentId"`
	Amount           yen    `json:"amount"`
	RequestedAt      int64  `json:"requestedAt"`
	Reason           string `json:"reason,omitempty"`
}

type refundData struct {
	Status           string `json:"status"`
	MerchantRefundID string `json:"merchantRefundId"`
	PaymentID        string `json:"paymentId"`
	Amount           *yen   `json:"amount"`
}

// throttled is how long PayPay wants to be left alone after THROTTLED_MULTIPLE_REFUND_REJECTED.
const throttled = time.Minute

// Refund implements till.Refunder. PayPay's key is our id with the payment's: the same refund asked again is answered
// as before.
func (p *Provider) Refund(ctx context.Context, a till.Attempt, r till.Refund) (till.RefundAnswer, error) {
	if !safeID(string(r.ID)) || !safeID(a.Ref) || r.Amount < 1 {
		return till.RefundAnswer{State: till.RefundUnknown, Reason: till.ReasonSetup}, fmt.Errorf("refund %q of payment %q: no id to ask by", r.ID, a.Ref)
	}
	got, err := p.call(ctx, payLimit, http.MethodPost, "/v2/refunds", "", createRefund{
		MerchantRefundID: string(r.ID), PaymentID: a.Ref, Amount: yen{int64(r.Amount), "JPY"}, RequestedAt: r.RequestedAt.Unix(), Reason: clip(r.Reason, 255),
	})
	if err != nil {
		return stillUnknown(err)
	}
	switch got.code {
	case "THROTTLED_MULTIPLE_REFUND_REJECTED":
		return till.RefundAnswer{State: till.RefundUnknown, Reason: till.ReasonBusy, Wait: throttled}, got.refused()
	case "INVALID_PARAMS", "UNACCEPTABLE_OP", "CANCELED_USER", "USER_STATE_IS_NOT_ACTIVE", "REFUND_LIMIT_EXCEEDED", "REFUND_WINDOW_EXCEED",
		"MERCHANT_MULTIPLE_REFUND_REJECTED", "ORDER_NO_LONGER_AVAILABLE", "RESOURCE_NOT_FOUND", "INVALID_REQUEST_PARAMS", "MISSING_REQUEST_PARAMS":
		// Had this refund been taken before, the answer would have been that one.
		return till.RefundAnswer{State: till.RefundFailed, Reason: till.ReasonRefundRefused}, nil
	}
	return refundAnswer(a, r, got)
}

// QueryRefund implements till.Refunder.
func (p *Provider) QueryRefund(ctx context.Context, a till.Attempt, r till.Refund) (till.RefundAnswer, error) {
	if !safeID(string(r.ID)) {
		return till.RefundAnswer{State: till.RefundUnknown, Reason: till.ReasonSetup}, fmt.Errorf("refund %q: no id to ask by", r.ID)
	}
	got, err := p.call(ctx, askLimit, http.MethodGet, "/v2/refunds/"+string(r.ID), "paymentId="+url.QueryEscape(a.Ref), nil)
	if err != nil {
		return stillUnknown(err)
	}
	return refundAnswer(a, r, got)
}

func stillUnknown(err error) (till.RefundAnswer, error) {
	reason := till.ReasonNoAnswer
	if errors.Is(err, errGarbled) {
		reason = till.ReasonGarbled
	}
	return till.RefundAnswer{State: till.RefundUnknown, Reason: reason}, err
}

func refundAnswer(a till.Attempt, r till.Refund, got reply) (till.RefundAnswer, error) {
	if !got.ok() {
		ans := till.RefundAnswer{State: till.RefundUnknown, Reason: got.reason(), Wait: got.after}
		return ans, got.refused()
	}
	d, err := data[refundData](got)
	if err != nil {
		return stillUnknown(err)
	}
	if d.MerchantRefundID != string(r.ID) || d.PaymentID != a.Ref {
		return stillUnknown(fmt.Errorf("%w: of another refund (X-REQUEST-ID %s)", errGarbled, got.request))
	}
	if !d.Amount.is(r.Amount) {
		return till.RefundAnswer{State: till.RefundUnknown, Reason: till.ReasonAmount}, fmt.Errorf("the refund is of another amount (X-REQUEST-ID %s)", got.request)
	}
	ans := till.RefundAnswer{Ref: string(r.ID)} // PayPay gives refunds no id of its own
	switch d.Status {
	case "REFUNDED":
		ans.State = till.RefundDone
	case "CREATED":
		ans.State = till.RefundUnknown
	case "FAILED": // not in OPA; it is what 返金失敗 in the settlement file comes from
		ans.State, ans.Reason = till.RefundFailed, till.ReasonRefundRefused
	default:
		return stillUnknown(fmt.Errorf("%w: refund status %q (X-REQUEST-ID %s)", errGarbled, clip(d.Status, 40), got.request))
	}
	return ans, nil
}
