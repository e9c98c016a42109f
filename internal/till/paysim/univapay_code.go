package paysim

import "net/http"

// univapayCodes are the API's error codes with their status (Java SDK, api-error-exception). Codes that
// a counter by QR cannot meet are left out; a scripted one that is missing here answers 400.
var univapayCodes = map[string]int{
	"CANCEL_NOT_ALLOWED": 400, "CANNOT_REFUND_UNSUCCESSFUL_CHARGE": 400, "AUTH_NOT_SUPPORTED": 400,
	"CURRENCY_MUST_MATCH_CHARGE": 400, "INVALID_TOKEN_TYPE": 400, "INVALID_QR_SCAN_GATEWAY": 400,
	"NO_GATEWAYS_AVAILABLE": 400, "NOT_ONE_TIME_TOKEN": 400, "PROCESSING_MODE_MISMATCH": 400, "QR_PROCESSING_DISABLED": 400,
	"REFUND_EXCEEDS_CHARGE_AMOUNT": 400, "REFUND_NOT_ALLOWED": 400, "REFUND_EXCEEDS_SALES": 400, "REFUND_NOT_WITHIN_BOUNDS": 400,
	"RESOURCE_LIMIT_REACHED": 400, "TRANSACTION_ALREADY_PROCESSED": 400, "TRANSACTION_TOKEN_EXPIRED": 400,
	"VALIDATION_ERROR": 400, "CHARGE_AMOUNT_TOO_HIGH": 400, "CHARGE_TOO_QUICK": 400, "NOT_SUPPORTED_BY_PROCESSOR": 400,
	"AUTH_HEADER_MISSING": 401, "INVALID_APP_TOKEN": 401, "INVALID_CREDENTIALS": 401, "INVALID_DOMAIN": 401,
	"INVALID_PERMISSIONS": 403, "OUTDATED_APP_TOKEN": 403, "NOT_FOUND": 404,
	"IDEMPOTENCY_KEY_CONFLICT": 409, "WEBHOOK_URL_EXISTS": 409,
	"DB_ERROR": 500, "TIMEOUT": 500, "UNABLE_TO_GET_IDEMPOTENT_RESULT": 500, "UNKNOWN_ERROR": 500,
	"SERVICE_UNAVAILABLE_TRY_AGAIN": 503, "NO_GATEWAY_AVAILABLE_TO_PROCESS_THE_REQUEST": 504,
}

// payErrors are the codes inside a charge or a refund that was accepted and failed (Java SDK,
// payment-error).
var payErrors = map[int]string{
	318: "Partial refund is not supported.", 322: "Barcode/QR code is invalid.", 323: "Barcode/QR code has expired.",
	324: "This barcode/QR code has already been processed.", 325: "This barcode/QR code is currently being processed.",
	326: "Rejected due to a high-risk profile.", 327: "Payment deadline (5-minute timeout) has expired.",
	328: "Recovery failed. Manual intervention is required.", 329: "Refund failed.", 330: "Insufficient funds.",
	331: "Metadata field value is invalid or missing.",
	332: "Cross-border transaction not permitted: missing ID.", 333: "Cross-border transaction not permitted: missing phone number.",
	334: "Cross-border transaction not permitted: unauthorized payment method.", 335: "Cross-border transaction not permitted: missing name.",
	336: "Exceeded the payment limit for this payment method.", 337: "Exceeded the payment limit for this merchant.",
	338: "Payment information not found.", 339: "Duplicate payment information.",
	340: "This consumer's retail QR account was rejected by the gateway.", 341: "This merchant lacks the necessary information for this gateway.",
	342: "Cross-border transaction not permitted: unauthorized currency.", 343: "Payment could not be processed due to a server error at the gateway.",
	344: "The selected payment method is temporarily unavailable from the gateway.", 345: "The payment has already been canceled.",
	346: "Payment processing timed out due to system delay and was canceled.",
	500: "A pre-processing error occurred during the request execution.", 501: "An internal error occurred. Please contact support.",
	502: "The request timed out waiting for a response.",
}

type apiError struct {
	Status string     `json:"status"`
	Code   string     `json:"code"`
	Errors []apiWrong `json:"errors"`
}

type apiWrong struct {
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

func univapayRefuse(code string, wrong ...apiWrong) reply {
	if wrong == nil {
		wrong = []apiWrong{}
	}
	return reply{status: either(univapayCodes[code], http.StatusBadRequest), body: apiError{"error", code, wrong}}
}

func wrongField(field, reason string) reply {
	return univapayRefuse("VALIDATION_ERROR", apiWrong{field, reason})
}

// univapayDeny puts a scripted refusal into UnivaPay's words. 429 has an empty object for a body.
func univapayDeny(refusal string) reply {
	switch refusal {
	case "error":
		return univapayRefuse("UNKNOWN_ERROR")
	case "rate_limit":
		return reply{status: http.StatusTooManyRequests, body: struct{}{}}
	case "maintenance":
		return univapayRefuse("SERVICE_UNAVAILABLE_TRY_AGAIN")
	case "too_large":
		return reply{status: http.StatusRequestEntityTooLarge, body: apiError{"error", "VALIDATION_ERROR", []apiWrong{}}}
	}
	return univapayRefuse(refusal)
}

type payError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Detail  string `json:"detail"`
}

func newPayError(code int) *payError {
	m := either(payErrors[code], "An internal error occurred. Please contact support.")
	return &payError{code, m, m}
}
