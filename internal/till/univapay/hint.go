package univapay

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"strings"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// maxHint is more than any notification: it carries one charge.
const maxHint = 256 << 10

var (
	errHintAuth = core.Unauthenticated("hint_unauthenticated", "通知の認証トークンが違います。")
	errHintForm = core.Invalid("hint_malformed", "通知の形が正しくありません。")
)

// Hint implements till.Hinter. The webhook's auth_token has to stand in the Authorization header, alone or after
// Bearer: the documents name both forms. An event that is about no attempt is till.ErrNoAttempt.
func (p *Provider) Hint(authorization string, body []byte) (till.Hint, error) {
	if !p.knows(authorization) {
		return till.Hint{}, errHintAuth
	}
	var e struct {
		ID    string `json:"id"`
		Event string `json:"event"`
		Data  struct {
			ID       string          `json:"id"`
			Charge   string          `json:"charge_id"` // of a refund or a cancel
			Ours     *string         `json:"merchant_transaction_id"`
			Metadata json.RawMessage `json:"metadata"`
		} `json:"data"`
	}
	if len(body) > maxHint {
		return till.Hint{}, errHintForm.Because("%d bytes", len(body))
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return till.Hint{}, errHintForm.Because("notification: %w", err)
	}
	if word(e.ID) != e.ID || e.Event == "" || word(e.Event) != e.Event {
		return till.Hint{}, errHintForm.Because("notification without id or event")
	}
	h := till.Hint{Delivery: e.ID, Ref: e.Data.Charge}
	if h.Ref == "" && strings.HasPrefix(e.Event, "charge_") {
		h.Ref = e.Data.ID
	}
	if !uuid(h.Ref) {
		h.Ref = ""
	}
	ours := meta(e.Data.Metadata, metaAttempt)
	if e.Data.Ours != nil && *e.Data.Ours != "" {
		ours = *e.Data.Ours
	}
	if id, err := core.ParseID(ours); err == nil {
		h.Attempt = id
	}
	if h.Attempt == "" && h.Ref == "" {
		return till.Hint{}, till.ErrNoAttempt.Because("notification %s", e.Event)
	}
	return h, nil
}

// knows compares in constant time: of hashes, so that not even the length shows.
func (p *Provider) knows(authorization string) bool {
	raw := sha256.Sum256([]byte(authorization))
	scheme, rest, _ := strings.Cut(authorization, " ")
	bearer := sha256.Sum256([]byte(rest))
	ok := subtle.ConstantTimeCompare(raw[:], p.hook[:])
	if strings.EqualFold(scheme, "Bearer") {
		ok |= subtle.ConstantTimeCompare(bearer[:], p.hook[:])
	}
	return p.hooked && ok == 1
}
