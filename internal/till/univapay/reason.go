package univapay

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"yakusho/internal/till"
)

// outcome says what a payment error in a charge that failed proves (Java SDK, payment-error). Most prove that nothing
// was taken. Of some the provider itself does not know: these stay unknown until a person has looked.
func outcome(status string, code int) (till.Verdict, string) {
	if status != failed {
		return till.VerdictUnknown, till.ReasonNoAnswer
	}
	switch code {
	case 322: // barcode invalid
		return till.VerdictNotPaid, till.ReasonCodeInvalid
	case 323:
		return till.VerdictNotPaid, till.ReasonCodeExpired
	case 324: // already processed
		return till.VerdictNotPaid, till.ReasonCodeUsed
	case 325: // being processed by another charge
		return till.VerdictNotPaid, till.ReasonCodeBusy
	case 327, 346: // five minutes are over; timed out by delay and canceled
		return till.VerdictNotPaid, till.ReasonExpired
	case 330:
		return till.VerdictNotPaid, till.ReasonFunds
	case 336, 337: // of the method, of the merchant
		return till.VerdictNotPaid, till.ReasonLimit
	case 341: // the gateway lacks information about the merchant
		return till.VerdictNotPaid, till.ReasonSetup
	case 343, 344: // the gateway is down
		return till.VerdictNotPaid, till.ReasonMaintenance
	case 345:
		return till.VerdictNotPaid, till.ReasonCustomerCanceled
	case 328, // "recovery failed, manual intervention is required"
		339,           // "duplicate payment information": then the other one may have been paid
		500, 501, 502: // internal errors; "timed out waiting for a response"
		return till.VerdictUnknown, till.ReasonNoAnswer
	}
	// 326 high risk, 331 metadata, 332–335 and 342 cross-border, 338 not found, 340 account rejected, and what is new.
	return till.VerdictNotPaid, till.ReasonDeclined
}

// why turns a call that failed into a reason, and says how long to leave the provider alone.
func why(err error) (reason string, wait time.Duration) {
	var r *refusal
	switch {
	case errors.Is(err, errClock):
		return till.ReasonClock, time.Minute
	case errors.Is(err, errGarbled):
		return till.ReasonGarbled, 0
	case !errors.As(err, &r):
		return till.ReasonNoAnswer, 0
	}
	switch {
	case r.status == http.StatusTooManyRequests:
		return till.ReasonBusy, max(r.wait, 5*time.Second)
	case r.status == http.StatusServiceUnavailable, r.status == http.StatusGatewayTimeout:
		return till.ReasonMaintenance, max(r.wait, 10*time.Second)
	case r.code == "":
		return till.ReasonGarbled, r.wait // not the provider's words
	case r.status == http.StatusUnauthorized, r.status == http.StatusForbidden:
		return till.ReasonSetup, 10 * time.Second
	}
	return till.ReasonNoAnswer, r.wait
}

// refused is why for a call of which it is proven that it moved no money.
func refused(err error) string {
	var r *refusal
	if errors.As(err, &r) {
		switch r.code {
		case "INVALID_QR_SCAN_GATEWAY", "NO_GATEWAYS_AVAILABLE", "PAYMENT_TYPE_NOT_ALLOWED":
			return till.ReasonNotServed
		case "QR_PROCESSING_DISABLED", "NOT_FOUND", "INVALID_TOKEN_TYPE", "PROCESSING_MODE_MISMATCH", "AUTH_NOT_SUPPORTED":
			return till.ReasonSetup
		case "TRANSACTION_TOKEN_EXPIRED":
			return till.ReasonCodeExpired
		case "CHARGE_AMOUNT_TOO_HIGH", "CHARGE_AMOUNT_TOO_LOW":
			return till.ReasonLimit
		case "CHARGE_TOO_QUICK":
			return till.ReasonBusy
		case "VALIDATION_ERROR":
			for _, f := range r.fields {
				if strings.HasPrefix(f, "data.scanned_qr ") {
					return till.ReasonCodeInvalid
				}
			}
			return till.ReasonDeclined
		}
		reason, _ := why(err)
		switch {
		case reason == till.ReasonBusy, reason == till.ReasonMaintenance, reason == till.ReasonSetup:
			return reason
		case r.code != "" && r.status < 500:
			return till.ReasonDeclined
		}
	}
	return till.ReasonUnreachable
}

// unsure is the answer to a question that got none.
func unsure(err error) (till.Answer, error) {
	reason, wait := why(err)
	return till.Answer{Verdict: till.VerdictUnknown, Reason: reason, Wait: wait}, err
}
