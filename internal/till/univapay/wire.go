package univapay

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// The names of our ids in the metadata of what we make.
const (
	metaAttempt = "attempt"
	metaRefund  = "refund"
	metaCancel  = "cancel"
)

type tokenIn struct {
	PaymentType string            `json:"payment_type"`
	Type        string            `json:"type"`
	Metadata    map[string]string `json:"metadata"`
	Data        tokenInData       `json:"data"`
}

type tokenInData struct {
	ScannedQR string `json:"scanned_qr,omitempty"`
	Brand     string `json:"brand,omitempty"`
}

type token struct {
	ID   string `json:"id"`
	Mode string `json:"mode"`
	Data struct {
		Brand      *string `json:"brand"`        // of a scanned code: null where it is nobody's
		QRImageURL *string `json:"qr_image_url"` // what to draw; null at first
	} `json:"data"`
}

type chargeIn struct {
	Token    string            `json:"transaction_token_id"`
	Amount   int64             `json:"amount"`
	Currency string            `json:"currency"`
	Capture  bool              `json:"capture"`
	Ours     string            `json:"merchant_transaction_id"` // at most 32 characters
	Metadata map[string]string `json:"metadata"`
}

type charge struct {
	ID                string          `json:"id"`
	StoreID           string          `json:"store_id"`
	Token             string          `json:"transaction_token_id"`
	Ours              *string         `json:"merchant_transaction_id"`
	RequestedAmount   int64           `json:"requested_amount"`
	RequestedCurrency string          `json:"requested_currency"`
	ChargedAmount     *int64          `json:"charged_amount"`
	ChargedCurrency   *string         `json:"charged_currency"`
	Status            string          `json:"status"`
	Error             *payError       `json:"error"`
	Metadata          json.RawMessage `json:"metadata"`
	CreatedOn         string          `json:"created_on"`
}

type payError struct {
	Code int `json:"code"`
}

// The states of a charge (Java SDK, charge-status); a cancel and a refund know some of them.
const (
	pending    = "pending"
	awaiting   = "awaiting" // for the customer
	authorized = "authorized"
	successful = "successful"
	failed     = "failed"
	faulty     = "error"
	canceled   = "canceled"
)

// of says whose charge it is: our id, from the field made for it or from the metadata.
func (c charge) of() core.ID {
	if c.Ours != nil && *c.Ours != "" {
		return core.ID(*c.Ours)
	}
	return core.ID(meta(c.Metadata, metaAttempt))
}

// check refuses an answer that cannot be about a. The amount is not checked here: a wrong one is for a person to see.
func (c charge) check(store string, a till.Attempt) error {
	switch {
	case !uuid(c.ID):
		return fmt.Errorf("%w: charge without an id", errGarbled)
	case c.of() != a.ID:
		return fmt.Errorf("%w: charge %s is not of attempt %s", errGarbled, c.ID, a.ID)
	case c.StoreID != "" && !strings.EqualFold(c.StoreID, store):
		return fmt.Errorf("%w: charge %s is of another store", errGarbled, c.ID)
	case c.RequestedCurrency != "JPY", c.ChargedCurrency != nil && *c.ChargedCurrency != "JPY":
		return fmt.Errorf("%w: charge %s is not in yen", errGarbled, c.ID)
	}
	return nil
}

func (c charge) amount() core.Money {
	if c.ChargedAmount != nil {
		return core.Money(*c.ChargedAmount)
	}
	return core.Money(c.RequestedAmount)
}

// made is when the provider made it; zero where that is unreadable.
func (c charge) made() time.Time {
	t, err := time.Parse(time.RFC3339Nano, c.CreatedOn)
	if err != nil {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// meta reads one text out of metadata, which is an object, or one written as text.
func meta(raw json.RawMessage, name string) string {
	var text string
	if json.Unmarshal(raw, &text) == nil && text != "" {
		raw = json.RawMessage(text)
	}
	var m map[string]any
	if json.Unmarshal(raw, &m) != nil {
		return ""
	}
	s, _ := m[name].(string)
	return s
}

// undoing is a cancel or a refund of a charge.
type undoing struct {
	ID       string          `json:"id"`
	Status   string          `json:"status"`
	Amount   *int64          `json:"amount"` // of a refund
	Error    *payError       `json:"error"`
	Metadata json.RawMessage `json:"metadata"`
}

type undoingIn struct {
	Amount   int64             `json:"amount,omitempty"`
	Currency string            `json:"currency,omitempty"`
	Reason   string            `json:"reason,omitempty"` // duplicate, fraud or customer_request
	Metadata map[string]string `json:"metadata"`
}

type page[T any] struct {
	Items   []T  `json:"items"`
	HasMore bool `json:"has_more"`
}

// thread is what is needed to find a charge again: "t=<token> w=<wallet> c=<charge>", as far as known.
type thread struct{ token, wallet, charge string }

func (t thread) String() string {
	var parts []string
	for _, p := range [][2]string{{"t", t.token}, {"w", t.wallet}, {"c", t.charge}} {
		if p[1] != "" {
			parts = append(parts, p[0]+"="+p[1])
		}
	}
	return strings.Join(parts, " ")
}

// threadOf reads a's; what does not look like ours is as if it were not there.
func threadOf(a till.Attempt) thread {
	var t thread
	for _, part := range strings.Fields(a.Thread) {
		name, value, _ := strings.Cut(part, "=")
		switch {
		case name == "t" && uuid(value):
			t.token = value
		case name == "c" && uuid(value):
			t.charge = value
		case name == "w" && word(value) == value:
			t.wallet = value
		}
	}
	if t.charge == "" && uuid(a.Ref) {
		t.charge = a.Ref
	}
	return t
}
