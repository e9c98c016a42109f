package paysim

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	maxHooks = 20
	maxURL   = 2048
)

// hook is a webhook of the store.
type hook struct {
	ID            string   `json:"id"`
	StoreID       string   `json:"store_id"`
	MerchantID    string   `json:"merchant_id"`
	Triggers      []string `json:"triggers"`
	URL           string   `json:"url"`
	AuthToken     *string  `json:"auth_token"`
	Active        bool     `json:"active"`
	IsIntegration bool     `json:"is_integration"`
	CreatedOn     string   `json:"created_on"`
	UpdatedOn     string   `json:"updated_on"`
}

// triggers are the events of a store that a counter can subscribe to, whether or not this simulator
// ever fires them.
var triggers = []string{
	"token_created", "token_updated", "charge_updated", "charge_finished", "refund_finished", "cancel_finished",
	"subscription_created", "subscription_payment", "subscription_completed", "subscription_failure", "subscription_canceled",
	"subscription_suspended", "recurring_token_deleted", "customs_declaration_finished", "bank_transfer_status_updated",
	"token_replaced", "token_cvv_auth_updated", "token_cvv_auth_check_updated", "token_three_ds_updated",
}

type hookIn struct {
	Triggers  []string `json:"triggers"`
	URL       *string  `json:"url"`
	AuthToken *string  `json:"auth_token"`
	Active    any      `json:"active"` // the documents' example sends it as text
}

func (in hookIn) wrong() *reply {
	for _, t := range in.Triggers {
		if !slices.Contains(triggers, t) {
			a := wrongField("triggers", "INVALID_EVENT_FOR_STORE")
			return &a
		}
	}
	if in.URL != nil && !webURL(*in.URL) {
		a := wrongField("url", "INVALID_FORMAT_URL")
		return &a
	}
	if in.AuthToken != nil && (len(*in.AuthToken) > 1024 || strings.ContainsAny(*in.AuthToken, "\r\n\x00")) {
		a := wrongField("auth_token", "INVALID_FORMAT")
		return &a
	}
	return nil
}

// webURL accepts what a notification can be sent to.
func webURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && len(text) <= maxURL
}

func (s *Sim) createHook(c *call) reply {
	var in hookIn
	if decode(c.body, &in) != nil {
		return wrongField("", "INVALID_REQUEST")
	}
	switch wrong := in.wrong(); {
	case wrong != nil:
		return *wrong
	case len(in.Triggers) == 0:
		return wrongField("triggers", "REQUIRED_VALUE")
	case in.URL == nil:
		return wrongField("url", "REQUIRED_VALUE")
	case len(s.uni.hooks) >= maxHooks:
		return univapayRefuse("RESOURCE_LIMIT_REACHED")
	}
	for _, h := range s.uni.hooks {
		if h.URL == *in.URL {
			return univapayRefuse("WEBHOOK_URL_EXISTS")
		}
	}
	at := micros(s.now())
	h := &hook{
		ID: s.uuid(), StoreID: s.cred.UnivapayStore, MerchantID: testMerchant, Triggers: in.Triggers, URL: *in.URL,
		AuthToken: in.AuthToken, Active: true, CreatedOn: at, UpdatedOn: at,
	}
	s.uni.hooks[h.ID] = h
	s.uni.hookIDs = append(s.uni.hookIDs, h.ID)
	return reply{status: http.StatusCreated, body: *h}
}

func (s *Sim) listHooks(c *call) reply {
	list := make([]*hook, 0, len(s.uni.hookIDs))
	for _, id := range s.uni.hookIDs {
		list = append(list, s.uni.hooks[id])
	}
	return paged(c, list, func(h *hook) string { return h.ID })
}

func (s *Sim) getHook(c *call) reply {
	h := s.uni.hooks[c.r.PathValue("id")]
	if h == nil {
		return notHere(c)
	}
	return reply{body: h}
}

func (s *Sim) updateHook(c *call) reply {
	h := s.uni.hooks[c.r.PathValue("id")]
	if h == nil {
		return notHere(c)
	}
	var in hookIn
	if decode(c.body, &in) != nil {
		return wrongField("", "INVALID_REQUEST")
	}
	if wrong := in.wrong(); wrong != nil {
		return *wrong
	}
	switch in.Active {
	case nil:
	case true, "true":
		h.Active = true
	case false, "false":
		h.Active = false
	default:
		return wrongField("active", "INVALID_FORMAT")
	}
	if len(in.Triggers) > 0 {
		h.Triggers = in.Triggers
	}
	h.URL = either(deref(in.URL), h.URL)
	if in.AuthToken != nil {
		h.AuthToken = in.AuthToken
	}
	h.UpdatedOn = micros(s.now())
	return reply{body: *h}
}

func deref(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func (s *Sim) deleteHook(c *call) reply {
	id := c.r.PathValue("id")
	if s.uni.hooks[id] == nil {
		return notHere(c)
	}
	delete(s.uni.hooks, id)
	s.uni.hookIDs = slices.DeleteFunc(s.uni.hookIDs, func(x string) bool { return x == id })
	return reply{status: http.StatusNoContent}
}

// event is UnivaPay's notification. Its id names the delivery.
type event struct {
	ID        string `json:"id"`
	Event     string `json:"event"`
	Data      any    `json:"data"`
	CreatedOn string `json:"created_on"`
}

// notifyUnivapay tells every webhook that asked. lie is what a forger would put in place of data.
// Holds s.mu.
func (s *Sim) notifyUnivapay(name, id string, data, lie any, ids ...string) {
	for _, hookID := range s.uni.hookIDs {
		h := s.uni.hooks[hookID]
		if !h.Active || !slices.Contains(h.Triggers, name) {
			continue
		}
		at := micros(s.now())
		s.notify(notice{
			provider: univapayName, url: h.URL, hook: h.ID, auth: authHeader(deref(h.AuthToken)), ids: append(ids, id, name),
			body:  mustJSON(event{s.uuid(), name, data, at}),
			false: mustJSON(event{s.uuid(), name, lie, at}),
		})
	}
}

// authHeader: the documents call auth_token both "the Authorization header" and "a bearer token". A
// token with a scheme is sent as it is, one without gets Bearer.
func authHeader(token string) string {
	if token == "" || strings.Contains(token, " ") {
		return token
	}
	return "Bearer " + token
}

type listOf[T any] struct {
	Items     []T  `json:"items"`
	HasMore   bool `json:"has_more"`
	TotalHits *int `json:"total_hits,omitempty"` // only without a cursor
}

// paged answers with a part of all, which is in the order made: limit (10, at most 100), cursor and
// cursor_direction (desc).
func paged[T any](c *call, all []T, id func(T) string) reply {
	q := c.r.URL.Query()
	limit := 10
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 100 {
			return wrongField("limit", "INVALID_FORMAT")
		}
		limit = n
	}
	list := slices.Clone(all)
	switch q.Get("cursor_direction") {
	case "", "desc":
		slices.Reverse(list)
	case "asc":
	default:
		return wrongField("cursor_direction", "INVALID_FORMAT")
	}
	answer := listOf[T]{Items: []T{}}
	if cursor := q.Get("cursor"); cursor != "" {
		i := slices.IndexFunc(list, func(x T) bool { return id(x) == cursor })
		if i < 0 {
			return wrongField("cursor", "INVALID_FORMAT_UUID")
		}
		list = list[i+1:]
	} else {
		n := len(list)
		answer.TotalHits = &n
	}
	answer.HasMore = len(list) > limit
	answer.Items = append(answer.Items, list[:min(limit, len(list))]...)
	return reply{body: answer}
}

func (s *Sim) listCharges(c *call) reply {
	q := c.r.URL.Query()
	var from, to time.Time
	for name, into := range map[string]*time.Time{"from": &from, "to": &to} {
		if text := q.Get(name); text != "" {
			t, err := time.Parse(time.RFC3339Nano, text)
			if err != nil {
				return wrongField(name, "INVALID_FORMAT")
			}
			*into = t
		}
	}
	var found []*charge
	for _, x := range s.uni.list {
		s.age(x)
		if (!from.IsZero() && x.created.Before(from)) || (!to.IsZero() && !x.created.Before(to)) ||
			!strings.Contains(string(x.Metadata), q.Get("metadata")) ||
			(q.Get("transaction_token_id") != "" && q.Get("transaction_token_id") != x.TransactionTokenID) {
			continue
		}
		found = append(found, x)
	}
	return paged(c, found, func(x *charge) string { return x.ID })
}
