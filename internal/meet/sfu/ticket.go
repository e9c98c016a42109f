package sfu

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

// claims is a meet.Ticket on the wire: a JWT (RFC 7519), because that is what LiveKit's clients carry.
// It is signed with a secret of this process and means nothing to the engine behind the gate.
type claims struct {
	jwt.RegisteredClaims        // ID: nonce, Subject: participant, ExpiresAt
	Epoch                string `json:"epo"`
	Meeting              string `json:"mtg"`
	Name                 string `json:"nam"`
	Session              string `json:"ses"`
	Host                 bool   `json:"hst,omitempty"`
	Check                bool   `json:"chk,omitempty"` // a connection test: a room of its own, no meeting
}

// Token implements meet.Media.
func (e *Engine) Token(t meet.Ticket) (string, error) { return e.sign(t, false) }

// checkLife is how long a connection test's token is good for.
const checkLife = 2 * time.Minute

const checkPrefix = "check-"

// isCheck reports whether a room is that of a connection test. No meeting's ID has a hyphen.
func isCheck(room string) bool { return strings.HasPrefix(room, checkPrefix) }

// CheckToken makes a token for a connection test: a room for one.
func (e *Engine) CheckToken() (string, error) {
	now := e.conf.Clock()
	return e.sign(meet.Ticket{
		Nonce: core.Secret(16), Meeting: core.ID(checkPrefix + core.Secret(10)), Participant: core.NewID(now),
		Name: "check", ExpiresAt: now.Add(checkLife),
	}, true)
}

func (e *Engine) sign(t meet.Ticket, check bool) (string, error) {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			ID: t.Nonce, Subject: string(t.Participant), ExpiresAt: jwt.NewNumericDate(t.ExpiresAt),
		},
		Epoch: t.Epoch, Meeting: string(t.Meeting), Name: t.Name, Session: t.Session, Host: t.Host, Check: check,
	}).SignedString(e.secret)
	if err != nil {
		return "", fmt.Errorf("sign ticket: %w", err)
	}
	return token, nil
}

// read checks the signature and nothing else: whether the ticket is still good is the Door's business,
// because a connection that broke may be resumed after it expired.
func (e *Engine) read(token string) (meet.Ticket, bool, error) {
	var c claims
	_, err := jwt.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return e.secret, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithoutClaimsValidation())
	if err != nil || c.ExpiresAt == nil {
		return meet.Ticket{}, false, meet.ErrTicket.Because("read ticket: %w", err)
	}
	return meet.Ticket{
		Nonce: c.ID, Epoch: c.Epoch, Meeting: core.ID(c.Meeting), Participant: core.ID(c.Subject), Name: c.Name,
		Session: c.Session, Host: c.Host, ExpiresAt: c.ExpiresAt.Time,
	}, c.Check, nil
}

// shown returns the token of a request, from where LiveKit's clients put it.
func shown(r *http.Request) string {
	if t, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return t
	}
	return r.URL.Query().Get("access_token")
}
