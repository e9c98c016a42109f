package paypay

import (
	"encoding/json"
	"strconv"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// maxNotice is the longest notification that is read, in bytes. PayPay's are below one KiB.
const maxNotice = 64 << 10

// ErrNotice refuses what is no notification of a payment for this merchant.
var ErrNotice = core.Invalid("paypay_notice", "PayPay の通知として読み取れませんでした。")

// ErrOtherNotice is for a notification of PayPay that is about no payment, such as a settlement file that lies ready:
// it is in order and there is nothing to do.
var ErrOtherNotice = core.Invalid("paypay_notice_other", "支払いについての通知ではありません。")

// amount is a string in PayPay's examples and a number in one of the client libraries.
type amount int64

// UnmarshalJSON implements json.Unmarshaler.
func (a *amount) UnmarshalJSON(b []byte) error {
	s := string(b)
	if len(s) >= 2 && s[0] == '"' {
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return ErrNotice.Because("order_amount %.40q", s)
	}
	*a = amount(n)
	return nil
}

type notice struct {
	Type     string  `json:"notification_type"`
	Merchant string  `json:"merchant_id"`
	Order    string  `json:"order_id"`          // PayPay's payment id
	OurOrder string  `json:"merchant_order_id"` // our attempt; empty on AUTHORIZED
	Amount   *amount `json:"order_amount"`
	State    string  `json:"state"`
	FileType string  `json:"fileType"`
	Notified string  `json:"notification_id"`
}

// Hint implements till.Hinter. PayPay signs nothing, so the Authorization header is not looked at and the answer is
// worth no more than a nudge: whoever gets it asks PayPay.
func (p *Provider) Hint(_ string, body []byte) (till.Hint, error) {
	if len(body) > maxNotice {
		return till.Hint{}, ErrNotice.Because("%d bytes", len(body))
	}
	var n notice
	if err := json.Unmarshal(body, &n); err != nil {
		return till.Hint{}, ErrNotice.Because("read notification: %w", err)
	}
	if n.Type == "file.created" {
		return till.Hint{}, ErrOtherNotice.Because("file.created, %.40q", n.FileType)
	}
	switch n.State {
	case "AUTHORIZED", "COMPLETED", "CANCELED", "EXPIRED", "EXPIRED_USER_CONFIRMATION", "FAILED":
	default:
		return till.Hint{}, ErrNotice.Because("state %.40q", n.State)
	}
	switch {
	case n.Type != "Transaction":
		return till.Hint{}, ErrNotice.Because("notification_type %.40q", n.Type)
	case n.Merchant != p.cred.Merchant:
		return till.Hint{}, ErrNotice.Because("merchant %.40q", n.Merchant)
	case n.Amount == nil:
		return till.Hint{}, ErrNotice.Because("no order_amount")
	case n.Order != "" && !safeID(n.Order):
		return till.Hint{}, ErrNotice.Because("order_id %.80q", n.Order)
	}
	h := till.Hint{Ref: n.Order}
	if n.OurOrder != "" {
		id, err := core.ParseID(n.OurOrder)
		if err != nil { // of another system of the same merchant
			return till.Hint{}, ErrNotice.Because("merchant_order_id %.80q", n.OurOrder)
		}
		h.Attempt = id
	}
	if h.Attempt == "" && h.Ref == "" {
		return till.Hint{}, ErrNotice.Because("no id")
	}
	return h, nil
}
