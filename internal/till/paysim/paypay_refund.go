package paysim

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// refundWindow and refundLimit are contract terms; these values are the simulator's own.
const (
	refundWindow = 365 * 24 * time.Hour
	refundLimit  = 10
)

type refundOrder struct {
	MerchantRefundID string `json:"merchantRefundId"`
	PaymentID        string `json:"paymentId"`
	Amount           *yenIn `json:"amount"`
	RequestedAt      *int64 `json:"requestedAt"`
	Reason           string `json:"reason"`
}

func (o *refundOrder) read(body []byte) string {
	if decode(body, o) != nil {
		return "INVALID_REQUEST_PARAMS"
	}
	switch {
	case o.MerchantRefundID == "" || o.PaymentID == "" || o.Amount == nil || o.Amount.Amount == nil || o.Amount.Currency == "" || o.RequestedAt == nil:
		return "MISSING_REQUEST_PARAMS"
	case o.Amount.Currency != "JPY" || !payPayID.MatchString(o.MerchantRefundID) || utf8.RuneCountInString(o.Reason) > 255:
		return "INVALID_REQUEST_PARAMS"
	}
	return ""
}

// back is what was or will be given back.
func (p *payment) back() (sum int64, tries int, busy bool) {
	for _, r := range p.refunds {
		if r.status == "FAILED" {
			continue
		}
		sum += r.amount
		tries++
		busy = busy || r.status == "CREATED"
	}
	return sum, tries, busy
}

func (s *Sim) createRefund(c *call) reply {
	var o refundOrder
	if no := o.read(c.body); no != "" {
		return payPayRefuse(no)
	}
	p := s.pp.byPayment[o.PaymentID]
	if p == nil {
		return payPayRefuse("RESOURCE_NOT_FOUND")
	}
	// The key is merchant, refund id and payment id: the previous result, whatever the amount says.
	for _, r := range s.pp.refunds[o.MerchantRefundID] {
		if r.of == p {
			return payPayAnswer("SUCCESS", 0, s.refundData(r))
		}
	}
	if _, ok := next(payPaySteps, p.status, "refund"); !ok {
		return payPayRefuse("UNACCEPTABLE_OP")
	}
	sum, tries, busy := p.back()
	now := s.now()
	switch {
	case busy:
		return payPayRefuse("THROTTLED_MULTIPLE_REFUND_REJECTED")
	case now.Sub(p.accepted) > refundWindow:
		return payPayRefuse("REFUND_WINDOW_EXCEED")
	case *o.Amount.Amount < 1 || *o.Amount.Amount > p.amount-sum:
		return payPayRefuse("INVALID_PARAMS")
	case tries > 0 && !s.opt.MultipleRefund:
		return payPayRefuse("MERCHANT_MULTIPLE_REFUND_REJECTED")
	case tries >= refundLimit || len(p.refunds) >= 2*refundLimit:
		return payPayRefuse("REFUND_LIMIT_EXCEEDED")
	}
	r := &refund{merchantID: o.MerchantRefundID, of: p, amount: *o.Amount.Amount, reason: o.Reason, requested: *o.RequestedAt, accepted: now}
	r.status, _ = next(payPayRefundSteps, "", "accept")
	p.refunds = append(p.refunds, r)
	s.pp.refunds[r.merchantID] = append(s.pp.refunds[r.merchantID], r)
	event := "finish"
	if s.takeFor("refund", payPayName, r.merchantID, p.id, p.order.MerchantPaymentID) != nil {
		event = "fail"
	}
	c.later(func() {
		if r.status, _ = next(payPayRefundSteps, r.status, event); r.status == "REFUNDED" {
			r.accepted = s.now()
			p.status, _ = next(payPaySteps, p.status, "refund")
		}
	})
	return payPayAnswer("SUCCESS", 0, s.refundData(r))
}

// refund finds with and without paymentId: the document wants it, the official Node SDK never sends it.
func (s *Sim) refund(c *call) reply {
	of := c.r.URL.Query().Get("paymentId")
	for _, r := range s.pp.refunds[c.r.PathValue("merchantRefundId")] {
		if of == "" || of == r.of.id {
			return payPayAnswer("SUCCESS", 0, s.refundData(r))
		}
	}
	return payPayRefuse("NO_SUCH_REFUND_ORDER")
}

type refundData struct {
	Status           string `json:"status"`
	AcceptedAt       int64  `json:"acceptedAt"`
	MerchantRefundID string `json:"merchantRefundId"`
	PaymentID        string `json:"paymentId"`
	Amount           yen    `json:"amount"`
	RequestedAt      int64  `json:"requestedAt"`
	Reason           string `json:"reason,omitempty"`
	AssumeMerchant   string `json:"assumeMerchant,omitempty"`
}

func (s *Sim) refundData(r *refund) refundData {
	d := r.data()
	d.AssumeMerchant = s.cred.PayPayMerchant
	return d
}

func (r *refund) data() refundData {
	return refundData{
		Status: r.status, AcceptedAt: r.accepted.Unix(), MerchantRefundID: r.merchantID, PaymentID: r.of.id,
		Amount: yen{r.amount, "JPY"}, RequestedAt: r.requested, Reason: r.reason,
	}
}

// paymentData is PaymentState, PaymentOrder and PaymentMethods of OPA in one.
type paymentData struct {
	PaymentID          string      `json:"paymentId,omitempty"`
	Status             string      `json:"status"`
	AcceptedAt         int64       `json:"acceptedAt,omitempty"`
	Refunds            *refundList `json:"refunds"`
	Captures           any         `json:"captures"`
	Revert             any         `json:"revert"`
	MerchantPaymentID  string      `json:"merchantPaymentId"`
	Amount             yen         `json:"amount"`
	RequestedAt        int64       `json:"requestedAt,omitempty"`
	ExpiresAt          *int64      `json:"expiresAt"`
	CanceledAt         *int64      `json:"canceledAt"`
	StoreID            string      `json:"storeId,omitempty"`
	TerminalID         string      `json:"terminalId,omitempty"`
	OrderReceiptNumber string      `json:"orderReceiptNumber"`
	OrderDescription   string      `json:"orderDescription,omitempty"`
	PaymentMethods     []payMethod `json:"paymentMethods,omitempty"`
}

type refundList struct {
	Data []refundData `json:"data"`
}

type payMethod struct {
	Amount    yen        `json:"amount"`
	Type      string     `json:"type"`
	Breakdown *breakdown `json:"breakdown,omitempty"`
}

type breakdown struct {
	Points []pointPart `json:"points"`
}

type pointPart struct {
	Amount int64  `json:"amount"`
	Type   string `json:"type"`
}

func (p *payment) details() paymentData {
	d := paymentData{
		PaymentID: p.id, Status: p.status, MerchantPaymentID: p.order.MerchantPaymentID, Amount: yen{p.amount, "JPY"},
		RequestedAt: p.order.RequestedAt, StoreID: p.order.StoreID, TerminalID: p.order.TerminalID, OrderDescription: p.order.OrderDescription,
	}
	if !p.accepted.IsZero() {
		d.AcceptedAt = p.accepted.Unix()
	}
	if !p.canceled.IsZero() {
		at := p.canceled.Unix()
		d.CanceledAt = &at
	}
	if len(p.refunds) > 0 {
		d.Refunds = &refundList{}
		for _, r := range p.refunds {
			d.Refunds.Data = append(d.Refunds.Data, r.data())
		}
	}
	if !p.accepted.IsZero() {
		if p.points > 0 {
			d.PaymentMethods = append(d.PaymentMethods, payMethod{yen{p.points, "JPY"}, "POINT", &breakdown{[]pointPart{{p.points, "REGULAR"}}}})
		}
		if rest := p.amount - p.points; rest > 0 {
			d.PaymentMethods = append(d.PaymentMethods, payMethod{Amount: yen{rest, "JPY"}, Type: "WALLET"})
		}
	}
	return d
}

// transaction is PayPay's notification. order_amount is a string, as in the documents' examples; one
// client library expects a number.
type transaction struct {
	NotificationType string  `json:"notification_type"`
	MerchantID       string  `json:"merchant_id"`
	StoreID          string  `json:"store_id"`
	PosID            string  `json:"pos_id"`
	OrderID          string  `json:"order_id"`
	MerchantOrderID  string  `json:"merchant_order_id"`
	AuthorizedAt     *string `json:"authorized_at"`
	ExpiresAt        *string `json:"expires_at"`
	PaidAt           *string `json:"paid_at"`
	OrderAmount      string  `json:"order_amount"`
	State            string  `json:"state"`
}

// notifyPayPay tells what became of a payment. Holds s.mu.
func (s *Sim) notifyPayPay(p *payment) {
	t := transaction{
		NotificationType: "Transaction", MerchantID: s.cred.PayPayMerchant, StoreID: p.order.StoreID, PosID: p.order.TerminalID,
		OrderID: p.id, MerchantOrderID: p.order.MerchantPaymentID, OrderAmount: strconv.FormatInt(p.amount, 10), State: p.status,
	}
	if p.status == "COMPLETED" {
		at := p.accepted.UTC().Format(time.RFC3339)
		t.AuthorizedAt, t.PaidAt = &at, &at
	}
	s.notify(notice{
		provider: payPayName, url: s.pp.webhook, ids: []string{p.order.MerchantPaymentID, p.id},
		body: mustJSON(t), false: mustJSON(falseTransaction(s.cred.PayPayMerchant, p)),
	})
}

// falseTransaction claims that a payment is complete, with another amount and an order of nobody.
func falseTransaction(merchant string, p *payment) transaction {
	at := p.created.UTC().Format(time.RFC3339)
	return transaction{
		NotificationType: "Transaction", MerchantID: merchant, OrderID: "099999999999999999", MerchantOrderID: p.order.MerchantPaymentID,
		AuthorizedAt: &at, PaidAt: &at, OrderAmount: strconv.FormatInt(p.amount+1, 10), State: "COMPLETED",
	}
}
