package paysim

import (
	"encoding/json"
	"net/http"
)

type uniRefund struct {
	ID              string          `json:"id"`
	StoreID         string          `json:"store_id"`
	ChargeID        string          `json:"charge_id"`
	Status          string          `json:"status"`
	Amount          int64           `json:"amount"`
	Currency        string          `json:"currency"`
	AmountFormatted int64           `json:"amount_formatted"`
	Reason          *string         `json:"reason"`
	Message         *string         `json:"message"`
	Error           *payError       `json:"error"`
	Metadata        json.RawMessage `json:"metadata"`
	Mode            string          `json:"mode"`
	CreatedOn       string          `json:"created_on"`
	UpdatedOn       string          `json:"updated_on"`
}

type cancel struct {
	ID        string          `json:"id"`
	ChargeID  string          `json:"charge_id"`
	StoreID   string          `json:"store_id"`
	Status    string          `json:"status"`
	Error     *payError       `json:"error"`
	Metadata  json.RawMessage `json:"metadata"`
	Mode      string          `json:"mode"`
	CreatedOn string          `json:"created_on"`
	UpdatedOn string          `json:"updated_on"`
}

func (x *charge) refund(id string) *uniRefund {
	if x == nil {
		return nil
	}
	for _, f := range x.refunds {
		if f.ID == id {
			return f
		}
	}
	return nil
}

func (x *charge) cancel(id string) *cancel {
	if x == nil {
		return nil
	}
	for _, n := range x.cancels {
		if n.ID == id {
			return n
		}
	}
	return nil
}

type uniRefundIn struct {
	Amount   *int64          `json:"amount"`
	Currency string          `json:"currency"`
	Reason   *string         `json:"reason"`
	Message  *string         `json:"message"`
	Metadata json.RawMessage `json:"metadata"`
}

func (s *Sim) createUniRefund(c *call) reply {
	x := s.age(s.uni.charges[c.r.PathValue("id")])
	if x == nil {
		return notHere(c)
	}
	var in uniRefundIn
	if decode(c.body, &in) != nil {
		return wrongField("", "INVALID_REQUEST")
	}
	meta, ok := metadata(in.Metadata)
	var back int64
	for _, f := range x.refunds {
		if f.Status != "failed" {
			back += f.Amount
		}
	}
	switch {
	case in.Amount == nil:
		return wrongField("amount", "REQUIRED_VALUE")
	case *in.Amount < 1:
		return wrongField("amount", "INVALID_AMOUNT")
	case in.Reason != nil && *in.Reason != "duplicate" && *in.Reason != "fraud" && *in.Reason != "customer_request":
		return wrongField("reason", "INVALID_FORMAT")
	case !ok:
		return wrongField("metadata", "INVALID_FORMAT")
	case in.Currency != x.RequestedCurrency:
		return univapayRefuse("CURRENCY_MUST_MATCH_CHARGE")
	case x.Status != "successful":
		return univapayRefuse("CANNOT_REFUND_UNSUCCESSFUL_CHARGE")
	case *in.Amount > x.RequestedAmount:
		return univapayRefuse("REFUND_EXCEEDS_CHARGE_AMOUNT")
	case *in.Amount > x.RequestedAmount-back:
		return univapayRefuse("REFUND_NOT_WITHIN_BOUNDS")
	case len(x.refunds) >= 100:
		return univapayRefuse("RESOURCE_LIMIT_REACHED")
	}
	at := micros(s.now())
	f := &uniRefund{
		ID: s.uuid(), StoreID: x.StoreID, ChargeID: x.ID, Amount: *in.Amount, Currency: "JPY", AmountFormatted: *in.Amount,
		Reason: in.Reason, Message: in.Message, Metadata: meta, Mode: x.Mode, CreatedOn: at, UpdatedOn: at,
	}
	f.Status, _ = next(univapayRefundSteps, "", "accept")
	x.refunds = append(x.refunds, f)
	bad := s.takeFor("refund", univapayName, append(x.ids(), f.ID)...) != nil
	c.later(func() {
		event := "finish"
		if bad {
			event, f.Error = "fail", newPayError(329)
		}
		f.Status, _ = next(univapayRefundSteps, f.Status, event)
		f.UpdatedOn = micros(s.now())
		s.notifyUnivapay("refund_finished", f.ID, f, f, x.ids()...)
	})
	return reply{status: http.StatusCreated, body: *f}
}

// createCancel serves a charge that waits for its customer. A paid one is refunded instead: the
// documents have CANCEL_NOT_ALLOWED for a charge whose status cannot be cancelled.
func (s *Sim) createCancel(c *call) reply {
	x := s.age(s.uni.charges[c.r.PathValue("id")])
	if x == nil {
		return notHere(c)
	}
	var in struct {
		Metadata json.RawMessage `json:"metadata"`
	}
	if len(c.body) > 0 && decode(c.body, &in) != nil {
		return wrongField("", "INVALID_REQUEST")
	}
	meta, ok := metadata(in.Metadata)
	if !ok {
		return wrongField("metadata", "INVALID_FORMAT")
	}
	if _, ok := next(univapaySteps, x.Status, "cancel"); !ok || len(x.cancels) >= 100 {
		return univapayRefuse("CANCEL_NOT_ALLOWED")
	}
	at := micros(s.now())
	n := &cancel{ID: s.uuid(), ChargeID: x.ID, StoreID: x.StoreID, Metadata: meta, Mode: x.Mode, CreatedOn: at, UpdatedOn: at}
	n.Status, _ = next(univapayRefundSteps, "", "accept")
	x.cancels = append(x.cancels, n)
	c.later(func() {
		event := "finish"
		// The customer may have been faster.
		if !s.finish(x, "cancel", 0) {
			event, n.Error = "fail", &payError{312, "This charge cannot be canceled.", "This charge cannot be canceled."}
		}
		n.Status, _ = next(univapayRefundSteps, n.Status, event)
		n.UpdatedOn = micros(s.now())
		s.notifyUnivapay("cancel_finished", n.ID, n, n, x.ids()...)
	})
	return reply{status: http.StatusCreated, body: *n}
}

func (s *Sim) getRefund(c *call) reply {
	f := s.uni.charges[c.r.PathValue("id")].refund(c.r.PathValue("sub"))
	if f == nil {
		return notHere(c)
	}
	return reply{body: f}
}

func (s *Sim) getCancel(c *call) reply {
	n := s.uni.charges[c.r.PathValue("id")].cancel(c.r.PathValue("sub"))
	if n == nil {
		return notHere(c)
	}
	return reply{body: n}
}

func (s *Sim) listRefunds(c *call) reply {
	x := s.uni.charges[c.r.PathValue("id")]
	if x == nil {
		return notHere(c)
	}
	return paged(c, x.refunds, func(f *uniRefund) string { return f.ID })
}

func (s *Sim) listCancels(c *call) reply {
	x := s.uni.charges[c.r.PathValue("id")]
	if x == nil {
		return notHere(c)
	}
	return paged(c, x.cancels, func(n *cancel) string { return n.ID })
}
