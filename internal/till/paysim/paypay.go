package paysim

import (
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"yakusho/internal/core"
)

const payPayName = "paypay"

// payPayID is what PayPay takes as merchantPaymentId and merchantRefundId.
var payPayID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// payPayBooks are PayPay's. Guarded by Sim.mu.
type payPayBooks struct {
	list       []*payment // in the order made
	byMerchant map[string]*payment
	byCode     map[string]*payment
	byPayment  map[string]*payment
	refunds    map[string][]*refund // by merchantRefundId: it is unique within a payment only
	files      map[string]file      // settlement files handed out, by path
	webhook    string
}

type yen struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

// codeOrder is what may be given to create a code, and is echoed. Pointers tell missing from zero.
type codeOrder struct {
	MerchantPaymentID   string `json:"merchantPaymentId"`
	Amount              *yenIn `json:"amount"`
	OrderDescription    string `json:"orderDescription,omitempty"`
	CodeType            string `json:"codeType"`
	StoreInfo           string `json:"storeInfo,omitempty"`
	StoreID             string `json:"storeId,omitempty"`
	TerminalID          string `json:"terminalId,omitempty"`
	RequestedAt         int64  `json:"requestedAt,omitempty"`
	RedirectURL         string `json:"redirectUrl,omitempty"`
	RedirectType        string `json:"redirectType,omitempty"`
	IsAuthorization     bool   `json:"isAuthorization"`
	AuthorizationExpiry *int64 `json:"authorizationExpiry"`
	ProductType         string `json:"productType,omitempty"`
	IPAddress           string `json:"-"`
}

type yenIn struct {
	Amount   *int64 `json:"amount"`
	Currency string `json:"currency"`
}

// payment is one code and what became of it.
type payment struct {
	order    codeOrder
	amount   int64
	codeID   string
	id       string // PayPay's payment id, from the moment it is paid
	status   string
	deleted  bool
	doomed   bool // cancelled before it was paid
	created  time.Time
	expires  time.Time
	accepted time.Time // when it became COMPLETED
	canceled time.Time // when it became FAILED
	points   int64     // part paid by PayPayポイント
	refunds  []*refund
}

// open reports whether a customer can still pay the code.
func (p *payment) open(now time.Time) bool {
	return p.status == "CREATED" && !p.deleted && now.Before(p.expires)
}

type refund struct {
	merchantID string
	of         *payment
	amount     int64
	status     string
	reason     string
	requested  int64
	accepted   time.Time
}

func (s *Sim) payPay() provider {
	return provider{
		name: payPayName,
		deny: payPayDeny,
		enter: func(c *call) *reply {
			no := func(code string) *reply { a := payPayRefuse(code); return &a }
			if verifyOPA(s.cred, c.r, c.body, c.at) != nil {
				return no("UNAUTHORIZED")
			}
			// The query wins over the header; a client that is no agent may give neither.
			m := either(c.r.URL.Query().Get("assumeMerchant"), c.r.Header.Get("X-ASSUME-MERCHANT"))
			if m != "" && m != s.cred.PayPayMerchant {
				return no("OP_OUT_OF_SCOPE")
			}
			return nil
		},
		head: func(h http.Header, id string) { h.Set("X-REQUEST-ID", "OPA"+id) },
	}
}

func (s *Sim) routePayPay() {
	p := s.payPay()
	for pattern, h := range map[string]func(*call) reply{
		"POST /v2/codes":                             s.createCode,
		"DELETE /v2/codes/{codeId}":                  s.deleteCode,
		"GET /v2/codes/payments/{merchantPaymentId}": s.codePayment,
		"GET /v2/payments/{merchantPaymentId}":       s.payment,
		"DELETE /v2/payments/{merchantPaymentId}":    s.cancelPayment,
		"POST /v2/refunds":                           s.createRefund,
		"GET /v2/refunds/{merchantRefundId}":         s.refund,
		"/v2/":                                       func(*call) reply { return payPayRefuse("OP_OUT_OF_SCOPE") },
		"/v1/":                                       func(*call) reply { return payPayRefuse("OP_OUT_OF_SCOPE") },
	} {
		s.mux.HandleFunc(pattern, s.api(p, h))
	}
}

// read checks a request to create a code and returns the refusal, "" when there is none.
func (o *codeOrder) read(body []byte) string {
	if decode(body, o) != nil {
		return "DYNAMIC_QR_BAD_REQUEST"
	}
	switch {
	case o.MerchantPaymentID == "" || o.CodeType == "" || o.Amount == nil || o.Amount.Amount == nil || o.Amount.Currency == "":
		return "MISSING_REQUEST_PARAMS"
	case o.Amount.Currency != "JPY" || o.CodeType != "ORDER_QR" || !payPayID.MatchString(o.MerchantPaymentID):
		return "INVALID_REQUEST_PARAMS"
	case *o.Amount.Amount < 1 || *o.Amount.Amount > 99_999_999_999: // 11 digits
		return "INVALID_REQUEST_PARAMS"
	case o.IsAuthorization:
		return "PRE_AUTH_CAPTURE_UNSUPPORTED_MERCHANT"
	}
	for _, text := range []string{o.OrderDescription, o.StoreInfo, o.StoreID, o.TerminalID} {
		if utf8.RuneCountInString(text) > 255 {
			return "INVALID_REQUEST_PARAMS"
		}
	}
	switch o.RedirectType {
	case "", "WEB_LINK", "APP_DEEP_LINK", "WEBVIEW_IN_PAYPAY":
		return ""
	}
	return "INVALID_REQUEST_PARAMS"
}

// sameOrder ignores when it was asked for: the official SDK stamps every try anew.
func sameOrder(a, b codeOrder) bool {
	a.RequestedAt, b.RequestedAt = 0, 0
	return string(mustJSON(a)) == string(mustJSON(b))
}

type codeData struct {
	CodeID     string `json:"codeId"`
	URL        string `json:"url"`
	Deeplink   string `json:"deeplink"`
	ExpiryDate int64  `json:"expiryDate"`
	codeOrder
}

func (p *payment) code() codeData {
	url := "https://qr-paysim.test/" + p.codeID
	return codeData{p.codeID, url, "paypay://payment?link_key=" + strings.NewReplacer(":", "%3A", "/", "%2F").Replace(url), p.expires.Unix(), p.order}
}

func (s *Sim) createCode(c *call) reply {
	var o codeOrder
	if no := o.read(c.body); no != "" {
		return payPayRefuse(no)
	}
	now := s.now()
	// OPA: the same id returns the previous result. Once the code is gone there is none to return.
	if p := s.pp.byMerchant[o.MerchantPaymentID]; p != nil {
		if p.open(now) && !p.doomed && sameOrder(p.order, o) {
			return payPayAnswer("SUCCESS", http.StatusCreated, p.code())
		}
		return payPayRefuse("DUPLICATE_DYNAMIC_QR_REQUEST")
	}
	if len(s.pp.list) >= maxPayments {
		return payPayRefuse("SERVICE_ERROR")
	}
	p := &payment{order: o, amount: *o.Amount.Amount, codeID: "04-" + s.digits(16), created: now, expires: now.Add(s.opt.CodeLife)}
	p.status, _ = next(payPaySteps, "", "create")
	s.pp.list = append(s.pp.list, p)
	s.pp.byMerchant[o.MerchantPaymentID], s.pp.byCode[p.codeID] = p, p
	return payPayAnswer("SUCCESS", http.StatusCreated, p.code())
}

func (s *Sim) deleteCode(c *call) reply {
	p := s.pp.byCode[c.r.PathValue("codeId")]
	switch {
	case p == nil || p.deleted || (p.status == "CREATED" && !p.open(s.now())):
		return payPayRefuse("DYNAMIC_QR_NOT_FOUND")
	case p.status != "CREATED":
		return payPayRefuse("DYNAMIC_QR_ALREADY_PAID")
	}
	p.deleted = true
	return payPayAnswer("SUCCESS", 0, map[string]string{"qrStatus": "DELETED"})
}

// codePayment is the judge of a payment. A code that is gone unpaid answers 400: the proof that no
// money can come any more (OPA). An older article has CREATED with zeros instead; the fault
// expired_as_created plays that.
func (s *Sim) codePayment(c *call) reply {
	id := c.r.PathValue("merchantPaymentId")
	if !payPayID.MatchString(id) {
		return payPayRefuse("DYNAMIC_QR_BAD_REQUEST")
	}
	p := s.pp.byMerchant[id]
	if p == nil {
		return payPayRefuse("DYNAMIC_QR_PAYMENT_NOT_FOUND")
	}
	if p.status == "CREATED" && !p.open(s.now()) {
		if !p.deleted && s.takeFor("query", payPayName, id).is(ExpiredAsCreated) {
			return payPayAnswer("SUCCESS", 0, map[string]any{"status": "CREATED", "acceptedAt": 0, "requestedAt": 0})
		}
		return payPayRefuse("DYNAMIC_QR_PAYMENT_NOT_FOUND")
	}
	return payPayAnswer("SUCCESS", 0, p.details())
}

func (s *Sim) payment(c *call) reply {
	p := s.pp.byMerchant[c.r.PathValue("merchantPaymentId")]
	if p == nil || p.status == "CREATED" {
		return payPayRefuse("RESOURCE_NOT_FOUND")
	}
	return payPayAnswer("SUCCESS", 0, p.details())
}

// lastCancel is 00:14:59 in Japan on the day after the payment, to the end of that second.
func lastCancel(paid time.Time) time.Time {
	d := paid.In(japan())
	return time.Date(d.Year(), d.Month(), d.Day()+1, 0, 15, 0, 0, japan())
}

func (s *Sim) cancelPayment(c *call) reply {
	id := c.r.PathValue("merchantPaymentId")
	if !payPayID.MatchString(id) {
		return payPayRefuse("INVALID_REQUEST_PARAMS")
	}
	p := s.pp.byMerchant[id]
	if p == nil {
		// Silent in the documents. A create that timed out may still arrive, so a refusal is what
		// keeps the client asking.
		return payPayRefuse("RESOURCE_NOT_FOUND")
	}
	if _, ok := next(payPaySteps, p.status, "cancel"); !ok {
		return payPayRefuse("ORDER_NOT_REVERSIBLE")
	}
	if p.status == "COMPLETED" && !s.now().Before(lastCancel(p.accepted)) {
		return payPayRefuse("ORDER_NOT_REVERSIBLE")
	}
	c.later(func() { s.reverse(p) })
	return payPayAnswer("REQUEST_ACCEPTED", 0, nil)
}

// reverse gives the money back, now or as soon as there is any. No notification (OPA). Holds s.mu.
func (s *Sim) reverse(p *payment) {
	if p.status == "CREATED" {
		p.doomed = true
		return
	}
	was := p.status
	to, ok := next(payPaySteps, was, "cancel")
	if !ok {
		return
	}
	if p.status = to; was != to {
		p.canceled = s.now()
	}
}

// PayPayOutcome is what the customer does with a code.
type PayPayOutcome struct {
	MerchantPaymentID string `json:"merchantPaymentId"`
	CodeID            string `json:"codeId"`
	Amount            int64  `json:"amount"` // refused when it is neither 0 nor the amount of the code
	Points            int64  `json:"points"` // part of it paid by points
	Fail              string `json:"fail"`   // "insufficient_funds" or "error": ends FAILED and is notified; "cancel": FAILED without notification
}

// PayPayPay has the customer scan and pay. The error says why it cannot be.
func (s *Sim) PayPayPay(o PayPayOutcome) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pp.byMerchant[o.MerchantPaymentID]
	if o.MerchantPaymentID == "" {
		p = s.pp.byCode[o.CodeID]
	}
	now := s.now()
	switch {
	case p == nil:
		return core.NotFound("code_unknown", "そのコードはありません。")
	case p.status != "CREATED":
		return core.Conflict("code_used", "このコードは使用済みです。")
	case !p.open(now):
		return core.Gone("code_expired", "このコードは期限切れか、取り消されています。")
	case o.Amount != 0 && o.Amount != p.amount:
		return core.Conflict("amount_differs", "金額がコードの金額と違います。")
	case o.Points < 0 || o.Points > p.amount:
		return core.Invalid("points", "ポイントの額が正しくありません。")
	}
	if f := s.takeFor("pay", payPayName, p.order.MerchantPaymentID); f != nil && o.Fail == "" {
		o.Fail = string(f.Kind)
	}
	s.pay(p, o, now)
	s.touch()
	switch o.Fail {
	case "", "cancel":
		return nil
	case string(ExpiredCode):
		return core.Gone("code_expired", "このコードは期限切れです。")
	}
	return core.Conflict("declined", "支払いはできませんでした（"+o.Fail+"）。")
}

// pay moves the money, or says why not. Holds s.mu.
func (s *Sim) pay(p *payment, o PayPayOutcome, now time.Time) {
	switch o.Fail {
	case string(ExpiredCode):
		p.expires = now
		return
	case "":
		p.status, _ = next(payPaySteps, p.status, "pay")
		p.points, p.accepted = o.Points, now
	default:
		p.status, _ = next(payPaySteps, p.status, "decline")
		p.canceled = now
	}
	p.id = "0" + s.digits(18)
	s.pp.byPayment[p.id] = p
	if o.Fail != "cancel" {
		s.notifyPayPay(p)
	}
	if p.doomed && p.status == "COMPLETED" {
		s.reverse(p)
	}
}
