package paysim

import "net/http"

// payPayCode is one of PayPay's result codes. The first three columns are OPA's; the code ids are from
// the tables in the official SDKs' README files, and "" where none was published.
type payPayCode struct {
	status  int
	id      string
	message string
}

var payPayCodes = map[string]payPayCode{
	"SUCCESS":                               {200, "08100001", "Success"},
	"REQUEST_ACCEPTED":                      {202, "08100001", "Request accepted"},
	"INVALID_REQUEST_PARAMS":                {400, "08100006", "Invalid request params"},
	"MISSING_REQUEST_PARAMS":                {400, "08100024", "The required parameter is not set"},
	"INVALID_PARAMS":                        {400, "00200004", "Invalid parameters received"},
	"UNAUTHORIZED":                          {401, "08100016", "Unauthorized request"},
	"OP_OUT_OF_SCOPE":                       {401, "08100023", "The operation is not permitted"},
	"RATE_LIMIT":                            {429, "08100998", "Too many requests"},
	"SERVICE_ERROR":                         {500, "08100026", "Something went wrong on PayPay service side"},
	"INTERNAL_SERVER_ERROR":                 {500, "08101000", "Something went wrong on PayPay service side"},
	"MAINTENANCE_MODE":                      {503, "08100999", "Sorry, we are down for scheduled maintenance"},
	"DUPLICATE_DYNAMIC_QR_REQUEST":          {400, "01652073", "Duplicate Dynamic QR request error"},
	"PRE_AUTH_CAPTURE_UNSUPPORTED_MERCHANT": {400, "00400060", "Merchant do not support Pre-Auth-Capture"},
	"PRE_AUTH_CAPTURE_INVALID_EXPIRY_DATE":  {400, "00400061", "Provided Expiry Date is above the allowed limit of Max allowed expiry days"},
	"DYNAMIC_QR_BAD_REQUEST":                {400, "01650000", "Dynamic QR bad request error"},
	"DYNAMIC_QR_ALREADY_PAID":               {400, "01652074", "Dynamic QR already paid"},
	"DYNAMIC_QR_NOT_FOUND":                  {404, "01652072", "Dynamic qr code not found"},
	"DYNAMIC_QR_PAYMENT_NOT_FOUND":          {400, "01652075", "Dynamic QR payment not found"},
	"ORDER_NOT_REVERSIBLE":                  {400, "00200044", "Order cannot be reversed"},
	"ORDER_NO_LONGER_AVAILABLE":             {400, "", "The order is no longer available"},
	"UNACCEPTABLE_OP":                       {400, "00200013", "Order cannot be refunded"},
	"CANCELED_USER":                         {400, "01103027", "Canceled user"},
	"THROTTLED_MULTIPLE_REFUND_REJECTED":    {400, "", "Similar request is in progress, retry after 1 minute"},
	"REFUND_LIMIT_EXCEEDED":                 {400, "", "Order has reached maximum number of allowed refunds"},
	"REFUND_WINDOW_EXCEED":                  {400, "", "Refund window exceeded"},
	"USER_STATE_IS_NOT_ACTIVE":              {401, "", "The user status is inactive"},
	"MERCHANT_MULTIPLE_REFUND_REJECTED":     {403, "", "Merchant multiple refund not enabled"},
	"NO_SUCH_REFUND_ORDER":                  {404, "00200018", "Refund not found"},
	"RESOURCE_NOT_FOUND":                    {404, "00200001", "Order not found"},
	"TRANSACTION_NOT_FOUND":                 {404, "", "Transaction not found"},
	"TRANSACTION_FAILED":                    {500, "00200002", "Transaction failed"},
}

// envelope is around every answer of PayPay; data is null in a refusal.
type envelope struct {
	ResultInfo resultInfo `json:"resultInfo"`
	Data       any        `json:"data"`
}

type resultInfo struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	CodeID  string `json:"codeId"`
}

// payPayAnswer wraps data; a status of 0 is the one the code has.
func payPayAnswer(code string, status int, data any) reply {
	c, known := payPayCodes[code]
	if !known {
		c = payPayCode{http.StatusBadRequest, "", code}
	}
	return reply{status: either(status, c.status), body: envelope{resultInfo{code, c.message, c.id}, data}}
}

func payPayRefuse(code string) reply { return payPayAnswer(code, 0, nil) }

// payPayDeny puts a scripted refusal into PayPay's words.
func payPayDeny(refusal string) reply {
	switch refusal {
	case "error":
		return payPayRefuse("INTERNAL_SERVER_ERROR")
	case "rate_limit":
		return payPayRefuse("RATE_LIMIT")
	case "maintenance":
		return payPayRefuse("MAINTENANCE_MODE")
	case "too_large":
		return payPayRefuse("INVALID_REQUEST_PARAMS")
	}
	return payPayRefuse(refusal)
}
