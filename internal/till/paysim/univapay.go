package paysim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

const univapayName = "univapay"

// tokenLife is how long a transaction token can be charged; the documents name 5 minutes for the
// payment as a whole (error 327).
const tokenLife = 5 * time.Minute

// univapayBooks are UnivaPay's. Guarded by Sim.mu.
type univapayBooks struct {
	tokens  map[string]*token
	charges map[string]*charge
	list    []*charge // in the order made
	hooks   map[string]*hook
	hookIDs []string
	keys    map[string]remembered
	shown   map[string]*shownCode
	order   []*shownCode // issued by the simulator, for the page
}

// remembered is the answer to an Idempotency-Key.
type remembered struct {
	input  [32]byte
	status int
	body   []byte
}

// shownCode is a code on a customer's phone.
type shownCode struct {
	Code    string    `json:"code"`
	Brand   string    `json:"brand"`
	Expires time.Time `json:"expiresAt"` // zero when a customer we did not make showed it
	Used    bool      `json:"used"`
	Poor    bool      `json:"insufficientFunds,omitempty"`
	Confirm bool      `json:"confirm,omitempty"` // the customer has to confirm on the phone
	busy    *charge
}

// token is a transaction token; it takes part in one charge.
type token struct {
	ID          string          `json:"id"`
	StoreID     string          `json:"store_id"`
	Email       *string         `json:"email"`
	Active      bool            `json:"active"`
	Mode        string          `json:"mode"`
	Type        string          `json:"type"`
	UsageLimit  *string         `json:"usage_limit"`
	Confirmed   *bool           `json:"confirmed"`
	Metadata    json.RawMessage `json:"metadata"`
	CreatedOn   string          `json:"created_on"`
	UpdatedOn   string          `json:"updated_on"`
	LastUsedOn  *string         `json:"last_used_on"`
	PaymentType string          `json:"payment_type"`
	Data        tokenData       `json:"data"`
	created     time.Time
	scanned     string
}

type tokenData struct {
	Brand      *string // null when the scanned code belongs to no known wallet
	QRImageURL *string // of a code the merchant shows; null until the charge is under way
	merchant   bool
}

// MarshalJSON writes qr_image_url only where there is one to come, but there as null before.
func (d tokenData) MarshalJSON() ([]byte, error) {
	m := map[string]*string{"brand": d.Brand}
	if d.merchant {
		m["qr_image_url"] = d.QRImageURL
	}
	return json.Marshal(m)
}

func micros(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

func (s *Sim) univapay() provider {
	return provider{
		name: univapayName,
		deny: univapayDeny,
		enter: func(c *call) *reply {
			no := func(code string) *reply { a := univapayRefuse(code); return &a }
			header := c.r.Header.Get("Authorization")
			if header == "" {
				return no("AUTH_HEADER_MISSING")
			}
			both, ok := strings.CutPrefix(header, "Bearer ")
			if !ok {
				return no("INVALID_CREDENTIALS")
			}
			secret, jwt := "", both
			if strings.Count(both, ".") == 3 {
				secret, jwt, _ = strings.Cut(both, ".")
			}
			switch {
			case !hmac.Equal([]byte(jwt), []byte(s.cred.UnivapayJWT)):
				return no("INVALID_APP_TOKEN")
			case secret == "" && c.r.URL.Path != "/tokens": // a browser may make tokens, nothing else
				return no("INVALID_PERMISSIONS")
			case secret != "" && !hmac.Equal([]byte(secret), []byte(s.cred.UnivapaySecret)):
				return no("INVALID_CREDENTIALS")
			}
			return nil
		},
	}
}

func (s *Sim) routeUnivapay() {
	p := s.univapay()
	for pattern, h := range map[string]func(*call) reply{
		"POST /tokens":                                  s.once(s.createToken),
		"GET /stores/{store}/tokens/{id}":               s.getToken,
		"DELETE /stores/{store}/tokens/{id}":            s.deleteToken,
		"POST /charges":                                 s.once(s.createCharge),
		"GET /charges":                                  s.listCharges,
		"GET /stores/{store}/charges":                   s.listCharges,
		"GET /stores/{store}/charges/{id}/issuer_token": s.issuerToken,
		"POST /stores/{store}/charges/{id}/refunds":     s.once(s.createUniRefund),
		"GET /stores/{store}/charges/{id}/refunds":      s.listRefunds,
		"POST /stores/{store}/charges/{id}/cancels":     s.once(s.createCancel),
		"GET /stores/{store}/charges/{id}/cancels":      s.listCancels,
		"POST /webhooks":                                s.once(s.createHook),
		"GET /webhooks":                                 s.listHooks,
		"GET /webhooks/{id}":                            s.getHook,
		"PATCH /webhooks/{id}":                          s.updateHook,
		"DELETE /webhooks/{id}":                         s.deleteHook,
		"POST /stores/{store}/webhooks":                 s.once(s.createHook),
		"GET /stores/{store}/webhooks":                  s.listHooks,
		"GET /stores/{store}/webhooks/{id}":             s.getHook,
		"PATCH /stores/{store}/webhooks/{id}":           s.updateHook,
		"DELETE /stores/{store}/webhooks/{id}":          s.deleteHook,
		"/tokens":                                       notHere,
		"/tokens/":                                      notHere,
		"/charges":                                      notHere,
		"/charges/":                                     notHere,
		"/stores/":                                      notHere,
	} {
		s.mux.HandleFunc(pattern, s.api(p, s.ofStore(h)))
	}
	s.mux.HandleFunc("GET /stores/{store}/charges/{id}", s.polled(func(r *http.Request) bool {
		c := s.uni.charges[r.PathValue("id")]
		return c != nil && c.Status == "pending"
	}, s.api(p, s.ofStore(s.getCharge))))
	s.mux.HandleFunc("GET /stores/{store}/charges/{id}/refunds/{sub}", s.polled(func(r *http.Request) bool {
		f := s.uni.charges[r.PathValue("id")].refund(r.PathValue("sub"))
		return f != nil && f.Status == "pending"
	}, s.api(p, s.ofStore(s.getRefund))))
	s.mux.HandleFunc("GET /stores/{store}/charges/{id}/cancels/{sub}", s.polled(func(r *http.Request) bool {
		x := s.uni.charges[r.PathValue("id")].cancel(r.PathValue("sub"))
		return x != nil && x.Status == "pending"
	}, s.api(p, s.ofStore(s.getCancel))))
	s.mux.HandleFunc("GET /heartbeat", func(w http.ResponseWriter, _ *http.Request) { write(w, reply{body: struct{}{}}) })
}

func notHere(*call) reply { return univapayRefuse("NOT_FOUND") }

// ofStore answers 404 for another store than ours.
func (s *Sim) ofStore(h func(*call) reply) func(*call) reply {
	return func(c *call) reply {
		if store := c.r.PathValue("store"); store != "" && store != s.cred.UnivapayStore {
			return notHere(c)
		}
		return h(c)
	}
}

// polled keeps a caller with ?polling=true until what it asks for is no longer pending.
func (s *Sim) polled(pending func(*http.Request) bool, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("polling") == "true" {
			limit := time.NewTimer(s.opt.PollWait)
			defer limit.Stop()
			for waiting := true; waiting; {
				s.mu.Lock()
				changed, busy := s.changed, pending(r)
				s.mu.Unlock()
				if !busy {
					break
				}
				select {
				case <-changed:
				case <-limit.C:
					waiting = false
				case <-r.Context().Done():
					waiting = false
				case <-s.stop.Done():
					waiting = false
				}
			}
		}
		h(w, r)
	}
}

// once makes a POST idempotent by its Idempotency-Key: the same request gets the first answer again,
// another one under the same key 409.
func (s *Sim) once(h func(*call) reply) func(*call) reply {
	return func(c *call) reply {
		key := c.r.Header.Get("Idempotency-Key")
		if key == "" {
			return h(c)
		}
		if len(key) > 255 {
			return wrongField("idempotency_key", "INVALID_FORMAT_LENGTH")
		}
		input := sha256.Sum256([]byte(c.r.Method + "\n" + c.r.URL.Path + "\n" + string(c.body)))
		if was, ok := s.uni.keys[key]; ok {
			if was.input != input {
				return univapayRefuse("IDEMPOTENCY_KEY_CONFLICT")
			}
			return reply{status: was.status, body: was.body}
		}
		if len(s.uni.keys) >= maxKeys {
			return univapayRefuse("RESOURCE_LIMIT_REACHED")
		}
		a := h(c)
		// What was refused made nothing; the key may be used for the corrected request.
		if a.status/100 == 2 {
			b := mustJSON(a.body)
			s.uni.keys[key] = remembered{input, a.status, b}
			a.body = b
		}
		return a
	}
}

type tokenIn struct {
	PaymentType string          `json:"payment_type"`
	Type        string          `json:"type"`
	Email       *string         `json:"email"`
	Metadata    json.RawMessage `json:"metadata"`
	Data        struct {
		ScannedQR string `json:"scanned_qr"`
		Brand     string `json:"brand"`
	} `json:"data"`
}

func (s *Sim) createToken(c *call) reply {
	var in tokenIn
	if decode(c.body, &in) != nil {
		return wrongField("", "INVALID_REQUEST")
	}
	switch {
	case in.PaymentType == "":
		return wrongField("payment_type", "REQUIRED_VALUE")
	case in.Type == "":
		return wrongField("type", "REQUIRED_VALUE")
	case in.Type != "one_time":
		return univapayRefuse("INVALID_TOKEN_TYPE")
	}
	meta, ok := metadata(in.Metadata)
	if !ok {
		return wrongField("metadata", "INVALID_FORMAT")
	}
	if len(s.uni.tokens) >= maxPayments {
		return univapayRefuse("RESOURCE_LIMIT_REACHED")
	}
	now := s.now()
	t := &token{
		StoreID: s.cred.UnivapayStore, Email: in.Email, Active: true, Mode: "test", Type: in.Type, Metadata: meta,
		CreatedOn: micros(now), UpdatedOn: micros(now), PaymentType: in.PaymentType, created: now,
	}
	switch in.PaymentType {
	case "qr_scan":
		// As scanned: line ends and full-width digits make a code nobody knows.
		t.scanned = in.Data.ScannedQR
		if t.scanned == "" {
			return wrongField("data.scanned_qr", "REQUIRED_VALUE")
		}
		if len(t.scanned) > 1024 {
			return wrongField("data.scanned_qr", "INVALID_FORMAT_LENGTH")
		}
		if w := s.recognise(t.scanned); w != nil {
			if w.over {
				return univapayRefuse("INVALID_QR_SCAN_GATEWAY")
			}
			t.Data.Brand = &w.brand
		}
	case "qr_merchant":
		if merchantBrands[in.Data.Brand] == "" {
			return wrongField("data.brand", "INVALID_FORMAT")
		}
		t.Data.Brand, t.Data.merchant = &in.Data.Brand, true
	default:
		return wrongField("payment_type", "PAYMENT_TYPE_NOT_ALLOWED")
	}
	t.ID = s.uuid()
	s.uni.tokens[t.ID] = t
	c.later(func() { s.notifyUnivapay("token_created", t.ID, t, t) })
	return reply{status: http.StatusCreated, body: *t}
}

// recognise detects the wallet: first among the codes this simulator has shown.
func (s *Sim) recognise(code string) *wallet {
	if k := s.uni.shown[code]; k != nil {
		return walletNamed(k.Brand)
	}
	return walletOf(code)
}

// metadata accepts an object, or one written as a string; nothing becomes {}.
func metadata(raw json.RawMessage) (json.RawMessage, bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return json.RawMessage("{}"), true
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = json.RawMessage(text)
	}
	var m map[string]any
	if json.Unmarshal(raw, &m) != nil || len(raw) > 16<<10 {
		return nil, false
	}
	return raw, true
}

func (s *Sim) getToken(c *call) reply {
	t := s.uni.tokens[c.r.PathValue("id")]
	if t == nil {
		return notHere(c)
	}
	return reply{body: t}
}

func (s *Sim) deleteToken(c *call) reply {
	t := s.uni.tokens[c.r.PathValue("id")]
	if t == nil {
		return notHere(c)
	}
	t.Active = false
	return reply{status: http.StatusNoContent}
}
