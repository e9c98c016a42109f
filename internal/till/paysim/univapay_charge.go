package paysim

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"yakusho/internal/core"
)

// charge is a payment with UnivaPay.
type charge struct {
	ID                       string          `json:"id"`
	MerchantID               string          `json:"merchant_id"`
	StoreID                  string          `json:"store_id"`
	TransactionTokenID       string          `json:"transaction_token_id"`
	TransactionTokenType     string          `json:"transaction_token_type"`
	SubscriptionID           *string         `json:"subscription_id"`
	MerchantTransactionID    *string         `json:"merchant_transaction_id"`
	RequestedAmount          int64           `json:"requested_amount"`
	RequestedCurrency        string          `json:"requested_currency"`
	RequestedAmountFormatted int64           `json:"requested_amount_formatted"`
	ChargedAmount            *int64          `json:"charged_amount"`
	ChargedCurrency          *string         `json:"charged_currency"`
	ChargedAmountFormatted   *int64          `json:"charged_amount_formatted"`
	FeeAmount                *int64          `json:"fee_amount"`
	FeeCurrency              *string         `json:"fee_currency"`
	FeeAmountFormatted       *int64          `json:"fee_amount_formatted"`
	OnlyDirectCurrency       bool            `json:"only_direct_currency"`
	CaptureAt                *string         `json:"capture_at"`
	Descriptor               *string         `json:"descriptor"`
	DescriptorPhoneNumber    *string         `json:"descriptor_phone_number"`
	Status                   string          `json:"status"`
	Error                    *payError       `json:"error"`
	Metadata                 json.RawMessage `json:"metadata"`
	Mode                     string          `json:"mode"`
	CreatedOn                string          `json:"created_on"`
	Redirect                 *string         `json:"redirect"`

	token    *token
	created  time.Time
	finished time.Time
	refunds  []*uniRefund
	cancels  []*cancel
}

type chargeIn struct {
	TransactionTokenID    string          `json:"transaction_token_id"`
	Amount                *int64          `json:"amount"`
	Currency              string          `json:"currency"`
	Capture               *bool           `json:"capture"`
	MerchantTransactionID *string         `json:"merchant_transaction_id"`
	Metadata              json.RawMessage `json:"metadata"`
}

func (s *Sim) createCharge(c *call) reply {
	var in chargeIn
	if decode(c.body, &in) != nil {
		return wrongField("", "INVALID_REQUEST")
	}
	meta, ok := metadata(in.Metadata)
	switch {
	case in.TransactionTokenID == "":
		return wrongField("transaction_token_id", "REQUIRED_VALUE")
	case in.Amount == nil:
		return wrongField("amount", "REQUIRED_VALUE")
	case *in.Amount < 1:
		return wrongField("amount", "INVALID_AMOUNT")
	case *in.Amount > 100_000_000:
		return univapayRefuse("CHARGE_AMOUNT_TOO_HIGH")
	case in.Currency != "JPY":
		return wrongField("currency", "INVALID_FORMAT_CURRENCY")
	case in.MerchantTransactionID != nil && utf8.RuneCountInString(*in.MerchantTransactionID) > 32:
		return wrongField("merchant_transaction_id", "INVALID_FORMAT_LENGTH")
	case !ok:
		return wrongField("metadata", "INVALID_FORMAT")
	case in.Capture != nil && !*in.Capture:
		return univapayRefuse("AUTH_NOT_SUPPORTED")
	}
	t := s.uni.tokens[in.TransactionTokenID]
	now := s.now()
	switch {
	case t == nil || !t.Active:
		return notHere(c)
	case t.LastUsedOn != nil:
		return univapayRefuse("TRANSACTION_ALREADY_PROCESSED")
	case now.Sub(t.created) >= tokenLife:
		return univapayRefuse("TRANSACTION_TOKEN_EXPIRED")
	case len(s.uni.list) >= maxPayments || len(s.uni.shown) >= maxKeys:
		return univapayRefuse("RESOURCE_LIMIT_REACHED")
	}
	at := micros(now)
	t.LastUsedOn = &at
	x := &charge{
		ID: s.uuid(), MerchantID: testMerchant, StoreID: t.StoreID, TransactionTokenID: t.ID, TransactionTokenType: t.Type,
		MerchantTransactionID: in.MerchantTransactionID, RequestedAmount: *in.Amount, RequestedCurrency: "JPY",
		RequestedAmountFormatted: *in.Amount, Metadata: meta, Mode: t.Mode, CreatedOn: at, token: t, created: now,
	}
	x.Status, _ = next(univapaySteps, "", "create")
	s.uni.charges[x.ID] = x
	s.uni.list = append(s.uni.list, x)
	why := s.claim(x)
	c.later(func() { s.process(x, why) })
	return reply{status: http.StatusCreated, body: *x}
}

// claim reserves the customer's code for the charge and returns the error it will end with, 0 when the
// code is good. Holds s.mu.
func (s *Sim) claim(x *charge) int {
	if x.token.PaymentType != "qr_scan" {
		return 0
	}
	if x.token.Data.Brand == nil {
		return 322
	}
	k := s.uni.shown[x.token.scanned]
	if k == nil {
		k = &shownCode{Code: x.token.scanned, Brand: *x.token.Data.Brand}
		s.uni.shown[k.Code] = k
	}
	switch {
	case k.Used:
		return 324
	case k.busy != nil:
		return 325
	case !k.Expires.IsZero() && !x.created.Before(k.Expires):
		return 323
	case k.Poor:
		return 330
	}
	k.busy = x
	return 0
}

// process is what happens between pending and the end. Holds s.mu.
func (s *Sim) process(x *charge, why int) {
	present := x.token.PaymentType == "qr_merchant"
	if k := s.uni.shown[x.token.scanned]; k != nil && k.Confirm {
		present = true
	}
	if f := s.takeFor("pay", univapayName, x.ids()...); f != nil && why == 0 {
		switch f.Kind {
		case InsufficientFunds:
			why = 330
		case ExpiredCode:
			why = 323
		case UsedCode:
			why = 324
		case InvalidCode:
			why = 322
		case AwaitCustomer:
			present = true
		case PaymentError:
			code, err := strconv.Atoi(f.Code)
			if why = code; err != nil || code == 0 {
				why = 343
			}
		}
	}
	switch {
	case why != 0:
		s.finish(x, "decline", why)
	case present:
		if x.token.PaymentType == "qr_merchant" {
			url := "https://qr-paysim.test/" + *x.token.Data.Brand + "/" + x.ID
			x.token.Data.QRImageURL = &url
		}
		s.move(x, "present")
		s.notifyUnivapay("charge_updated", x.ID, x, x.falseCopy(), x.ids()...)
	default:
		s.finish(x, "approve", 0)
	}
}

func (s *Sim) move(x *charge, event string) bool {
	to, ok := next(univapaySteps, x.Status, event)
	if ok {
		x.Status = to
	}
	return ok
}

// finish ends a charge and tells so; a charge that has ended stays as it is. Holds s.mu.
func (s *Sim) finish(x *charge, event string, why int) bool {
	if !s.move(x, event) {
		return false
	}
	x.finished = s.now()
	if why != 0 {
		x.Error = newPayError(why)
	}
	if x.Status == "successful" {
		jpy, amount := "JPY", x.RequestedAmount
		x.ChargedAmount, x.ChargedAmountFormatted, x.ChargedCurrency = &amount, &amount, &jpy
	}
	if k := s.uni.shown[x.token.scanned]; k != nil && k.busy == x {
		k.busy, k.Used = nil, x.Status == "successful"
	}
	s.notifyUnivapay("charge_finished", x.ID, x, x.falseCopy(), x.ids()...)
	return true
}

// ids are what a fault's match looks into.
func (x *charge) ids() []string {
	ids := []string{x.ID, x.TransactionTokenID, string(x.Metadata), x.token.scanned}
	if x.MerchantTransactionID != nil {
		ids = append(ids, *x.MerchantTransactionID)
	}
	return ids
}

// falseCopy claims that the money came.
func (x *charge) falseCopy() *charge {
	f := *x
	jpy, amount := "JPY", x.RequestedAmount
	f.Status, f.Error, f.ChargedAmount, f.ChargedCurrency = "successful", nil, &amount, &jpy
	return &f
}

// age ends a charge nobody paid in time. Holds s.mu.
func (s *Sim) age(x *charge) *charge {
	if x != nil && x.Status == "awaiting" && s.now().Sub(x.created) >= tokenLife {
		s.finish(x, "decline", 327)
	}
	return x
}

func (s *Sim) getCharge(c *call) reply {
	x := s.age(s.uni.charges[c.r.PathValue("id")])
	if x == nil {
		return notHere(c)
	}
	return reply{body: x}
}

// issuerToken hands out what the customer scans; only while the charge waits for it.
func (s *Sim) issuerToken(c *call) reply {
	x := s.age(s.uni.charges[c.r.PathValue("id")])
	if x == nil {
		return notHere(c)
	}
	if x.Status != "awaiting" || x.token.Data.QRImageURL == nil {
		return univapayRefuse("NOT_SUPPORTED_BY_PROCESSOR")
	}
	// The documents' list of payment types is closed: online and bank_transfer.
	return reply{body: map[string]any{"issuer_token": *x.token.Data.QRImageURL, "call_method": "http_get", "payload": nil, "payment_type": "online"}}
}

// UnivapayOutcome is what the customer does with a charge that waits.
type UnivapayOutcome struct {
	ChargeID              string `json:"chargeId"`
	MerchantTransactionID string `json:"merchantTransactionId"`
	Amount                int64  `json:"amount"`
	Fail                  string `json:"fail"` // "insufficient_funds", "cancel", or an error code such as "343"
}

// UnivapayPay has the customer confirm or decline.
func (s *Sim) UnivapayPay(o UnivapayOutcome) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.uni.charges[o.ChargeID]
	for i := len(s.uni.list) - 1; x == nil && o.MerchantTransactionID != "" && i >= 0; i-- {
		if id := s.uni.list[i].MerchantTransactionID; id != nil && *id == o.MerchantTransactionID {
			x = s.uni.list[i]
		}
	}
	if x == nil {
		return core.NotFound("charge_unknown", "その課金はありません。")
	}
	switch s.age(x); {
	case x.Status != "awaiting":
		return core.Conflict("charge_closed", "この課金は支払い待ちではありません（"+x.Status+"）。")
	case o.Amount != 0 && o.Amount != x.RequestedAmount:
		return core.Conflict("amount_differs", "金額が課金の金額と違います。")
	}
	defer s.touch()
	f := s.takeFor("pay", univapayName, x.ids()...)
	if f.is(InsufficientFunds) {
		o.Fail = string(InsufficientFunds)
	}
	switch o.Fail {
	case "":
		s.finish(x, "approve", 0)
		return nil
	case "cancel":
		s.finish(x, "decline", 345)
		return nil
	case string(InsufficientFunds):
		s.finish(x, "decline", 330)
	default:
		code, err := strconv.Atoi(o.Fail)
		if err != nil || payErrors[code] == "" {
			return core.Invalid("fail_code", "fail は insufficient_funds、cancel か、支払いエラーの番号です。")
		}
		s.finish(x, "decline", code)
	}
	return core.Conflict("declined", "支払いはできませんでした（"+o.Fail+"）。")
}

// ShowCode has a customer's phone show a code of a wallet.
func (s *Sim) ShowCode(brand string, poor, confirm bool) (code string, expires time.Time, err error) {
	w := walletNamed(brand)
	if w == nil {
		return "", time.Time{}, core.Invalid("brand_unknown", "そのブランドはありません。")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.uni.shown) >= maxKeys {
		return "", time.Time{}, core.Unavailable("paysim_full", "コードが多すぎます。POST /_sim/reset で空にしてください。")
	}
	k := &shownCode{Code: w.prefix + s.digits(w.digits-len(w.prefix)), Brand: brand, Expires: s.now().Add(s.opt.CodeLife), Poor: poor, Confirm: confirm}
	s.uni.shown[k.Code] = k
	s.uni.order = append(s.uni.order, k)
	if len(s.uni.order) > 50 {
		s.uni.order = s.uni.order[1:]
	}
	return k.Code, k.Expires, nil
}
