package paysim

import (
	"errors"
	"io"
	"net/http"
	"time"

	"yakusho/internal/core"
)

// routeControl mounts the control API. It is for tests and demonstrations and asks for no credentials.
func (s *Sim) routeControl() {
	for pattern, h := range map[string]func(*http.Request, []byte) (any, error){
		"POST /_sim/paypay/pay": func(_ *http.Request, body []byte) (any, error) {
			return control(body, func(o PayPayOutcome) (any, error) { return done, s.PayPayPay(o) })
		},
		"POST /_sim/univapay/pay": func(_ *http.Request, body []byte) (any, error) {
			return control(body, func(o UnivapayOutcome) (any, error) { return done, s.UnivapayPay(o) })
		},
		"POST /_sim/univapay/code": s.controlCode,
		"GET /_sim/codes":          func(*http.Request, []byte) (any, error) { return s.codes(), nil },
		"GET /_sim/payments":       func(*http.Request, []byte) (any, error) { return map[string]any{"payments": s.Payments()}, nil },
		"GET /_sim/requests":       func(*http.Request, []byte) (any, error) { return map[string]any{"requests": s.Requests()}, nil },
		"GET /_sim/faults":         func(*http.Request, []byte) (any, error) { return map[string]any{"faults": s.Faults()}, nil },
		"POST /_sim/faults":        s.controlFaults,
		"DELETE /_sim/faults":      func(*http.Request, []byte) (any, error) { return done, s.SetFaults() },
		"POST /_sim/process":       func(*http.Request, []byte) (any, error) { return map[string]int{"processed": s.Process()}, nil },
		"POST /_sim/reset":         func(*http.Request, []byte) (any, error) { s.Reset(); return done, nil },
		"GET /_sim/webhooks":       func(*http.Request, []byte) (any, error) { return map[string]any{"deliveries": s.Deliveries()}, nil },
		"POST /_sim/webhooks":      s.controlWebhook,
		"POST /_sim/webhooks/release": func(*http.Request, []byte) (any, error) {
			return map[string]int{"released": s.ReleaseWebhooks()}, nil
		},
		"POST /_sim/webhooks/forge":    s.controlForge,
		"POST /_sim/paypay/settlement": s.controlAnnounce,
	} {
		s.mux.HandleFunc(pattern, controlled(h))
	}
	s.mux.HandleFunc("GET /_sim/settlement/{provider}", s.controlSettlement)
	s.mux.HandleFunc("GET /recon/{id}/{name}", s.serveFile)
}

// done is the answer where there is nothing to say.
var done = map[string]bool{"ok": true}

// controlled turns errors into statuses and keeps other sites' pages from pressing our buttons.
func controlled(h func(*http.Request, []byte) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if from := r.Header.Get("Sec-Fetch-Site"); r.Method != http.MethodGet && from != "" && from != "same-origin" && from != "none" {
			refuse(w, core.Forbidden("cross_site", "別のサイトからは操作できません。"))
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			refuse(w, core.Invalid("body", "本文を読めません。1 MiB までにしてください。").Because("read body: %w", err))
			return
		}
		answer, err := h(r, body)
		if err != nil {
			refuse(w, err)
			return
		}
		write(w, reply{body: answer})
	}
}

func refuse(w http.ResponseWriter, err error) {
	status := map[core.Kind]int{
		core.KindInvalid: http.StatusBadRequest, core.KindForbidden: http.StatusForbidden, core.KindNotFound: http.StatusNotFound,
		core.KindConflict: http.StatusConflict, core.KindGone: http.StatusGone, core.KindLimited: http.StatusTooManyRequests,
		core.KindUnavailable: http.StatusServiceUnavailable,
	}[core.KindOf(err)]
	code, message := "internal", "模擬サーバーの中で誤りが起きました。"
	var e *core.Error
	if errors.As(err, &e) {
		code, message = e.Code, e.Message
	}
	write(w, reply{status: either(status, http.StatusInternalServerError), body: map[string]string{"code": code, "message": message}})
}

// control decodes a body into what h takes; no body is the zero value.
func control[T any](body []byte, h func(T) (any, error)) (any, error) {
	var in T
	if len(body) > 0 {
		if err := decode(body, &in); err != nil {
			return nil, core.Invalid("json", "JSON の形が正しくありません。").Because("decode: %w", err)
		}
	}
	return h(in)
}

func (s *Sim) controlCode(_ *http.Request, body []byte) (any, error) {
	type in struct {
		Brand   string `json:"brand"`
		Poor    bool   `json:"insufficientFunds"`
		Confirm bool   `json:"confirm"`
	}
	return control(body, func(o in) (any, error) {
		code, expires, err := s.ShowCode(either(o.Brand, "pay_pay"), o.Poor, o.Confirm)
		return map[string]any{"code": code, "expiresAt": expires}, err
	})
}

func (s *Sim) controlFaults(_ *http.Request, body []byte) (any, error) {
	type in struct {
		Faults []Fault `json:"faults"`
		Fault          // one alone may be written without a list
	}
	return control(body, func(o in) (any, error) {
		if o.Kind != "" {
			o.Faults = append(o.Faults, o.Fault)
		}
		if err := s.SetFaults(o.Faults...); err != nil {
			return nil, err
		}
		return map[string]any{"faults": s.Faults()}, nil
	})
}

// controlWebhook is the field of the merchant panel. UnivaPay's are made by its own API.
func (s *Sim) controlWebhook(_ *http.Request, body []byte) (any, error) {
	type in struct {
		URL string `json:"url"`
	}
	return control(body, func(o in) (any, error) {
		if o.URL != "" && !webURL(o.URL) {
			return nil, core.Invalid("url", "通知先は http か https の URL にしてください。")
		}
		s.SetPayPayWebhook(o.URL)
		return done, nil
	})
}

// SetPayPayWebhook sets where PayPay notifies; "" is nowhere.
func (s *Sim) SetPayPayWebhook(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pp.webhook = url
}

func (s *Sim) controlForge(_ *http.Request, body []byte) (any, error) {
	type in struct {
		MerchantPaymentID string `json:"merchantPaymentId"`
		ChargeID          string `json:"chargeId"`
	}
	return control(body, func(o in) (any, error) { return done, s.ForgeWebhook(o.MerchantPaymentID, o.ChargeID) })
}

// ForgeWebhook sends what a liar would: that the money of a PayPay payment or of a UnivaPay charge
// came. One of the two is given.
func (s *Sim) ForgeWebhook(merchantPaymentID, chargeID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.pp.byMerchant[merchantPaymentID]; p != nil && s.pp.webhook != "" {
		s.send(notice{provider: payPayName, url: s.pp.webhook, body: mustJSON(falseTransaction(s.cred.PayPayMerchant, p))})
		return nil
	}
	if x := s.uni.charges[chargeID]; x != nil {
		for _, id := range s.uni.hookIDs {
			n := notice{provider: univapayName, url: s.uni.hooks[id].URL, auth: falseAuth}
			n.body = mustJSON(event{s.uuid(), "charge_finished", x.falseCopy(), micros(s.now())})
			s.send(n)
		}
		return nil
	}
	return core.NotFound("forge", "その支払いか、通知先がありません。")
}

func (s *Sim) controlAnnounce(r *http.Request, body []byte) (any, error) {
	type in struct {
		Date string `json:"date"`
	}
	return control(body, func(o in) (any, error) {
		day, err := s.day(o.Date)
		if err != nil {
			return nil, err
		}
		scheme := "http://"
		if r.TLS != nil {
			scheme = "https://"
		}
		path, err := s.AnnounceSettlement(day, scheme+r.Host)
		return map[string]string{"path": path}, err
	})
}

// day reads a date in Japan; none is today.
func (s *Sim) day(text string) (time.Time, error) {
	if text == "" {
		return s.now(), nil
	}
	d, err := time.ParseInLocation(time.DateOnly, text, japan())
	if err != nil {
		return time.Time{}, core.Invalid("date", "日付は 2026-10-01 の形で書いてください。").Because("parse date: %w", err)
	}
	return d, nil
}

func (s *Sim) controlSettlement(w http.ResponseWriter, r *http.Request) {
	day, err := s.day(r.URL.Query().Get("date"))
	if err != nil {
		refuse(w, err)
		return
	}
	switch r.PathValue("provider") {
	case payPayName:
		writeSheet(w, s.settlementName(day), s.PayPaySettlement(day))
	case univapayName:
		writeSheet(w, "univapay_"+day.In(japan()).Format("20060102")+".csv", s.UnivapaySettlement(day))
	default:
		refuse(w, core.NotFound("provider", "paypay か univapay を指定してください。"))
	}
}

// Process takes the steps that the fault "hold" kept back and returns how many.
func (s *Sim) Process() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.held
	s.held = nil
	for _, step := range list {
		step()
	}
	s.touch()
	return len(list)
}

// Reset forgets everything but the webhook address of the Options. What waits is let go.
func (s *Sim) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget()
}

// Payment is what the provider's own books say: the truth a till has to arrive at.
type Payment struct {
	Provider   string `json:"provider"`
	ID         string `json:"id"`         // the provider's; empty for a PayPay code nobody paid
	MerchantID string `json:"merchantId"` // merchantPaymentId, merchant_transaction_id
	Brand      string `json:"brand"`
	Status     string `json:"status"`
	Amount     int64  `json:"amount"`   // yen
	Taken      int64  `json:"taken"`    // yen the customer is without now
	Refunded   int64  `json:"refunded"` // yen given back by refunds
}

// Payments returns the books of both providers in the order made.
func (s *Sim) Payments() []Payment {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []Payment{}
	for _, p := range s.pp.list {
		q := Payment{Provider: payPayName, ID: p.id, MerchantID: p.order.MerchantPaymentID, Brand: "pay_pay", Status: p.status, Amount: p.amount}
		for _, r := range p.refunds {
			if r.status == "REFUNDED" {
				q.Refunded += r.amount
			}
		}
		if p.status == "COMPLETED" || p.status == "REFUNDED" {
			q.Taken = p.amount - q.Refunded
		}
		list = append(list, q)
	}
	for _, x := range s.uni.list {
		s.age(x)
		q := Payment{Provider: univapayName, ID: x.ID, MerchantID: deref(x.MerchantTransactionID), Brand: deref(x.token.Data.Brand), Status: x.Status, Amount: x.RequestedAmount}
		for _, f := range x.refunds {
			if f.Status == "successful" {
				q.Refunded += f.Amount
			}
		}
		if x.Status == "successful" {
			q.Taken = x.RequestedAmount - q.Refunded
		}
		list = append(list, q)
	}
	return list
}
