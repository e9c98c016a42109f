package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strings"
	"time"

	"yakusho/internal/core"
)

// Session is one browser that is signed in. The secret itself is only in that browser's cookie.
type Session struct {
	Hash      string // HashSecret of the secret; this is what others bind to (core.Actor.Session)
	Account   core.ID
	CreatedAt time.Time
	SeenAt    time.Time // to about a minute
	ExpiresAt time.Time
	Address   netip.Addr // where the sign-in came from; invalid if unknown
	Agent     string     // what the browser calls itself, cut to 200 bytes
}

// Ended names a session that was ended, and whose it was.
type Ended struct {
	Account core.ID
	Session string // the hash
}

// How long a session lives.
const (
	sessionIdle  = 12 * time.Hour     // without a request: a working day without signing in again
	sessionMax   = 7 * 24 * time.Hour // in any case
	seenEvery    = time.Minute        // SeenAt is written at most this often: a read must not cost a write
	keepEnded    = 30 * 24 * time.Hour
	maxAgent     = 200
	secretBytes  = 32 // 256 bits
	secretLength = 52 // characters of core.Secret(secretBytes)
)

// HashSecret is how a session secret and a set-up token are stored: SHA-256, in hex. A slow, salted
// hash is for what people choose; of 256 random bits nothing can be guessed, and the lookup by hash
// takes the same time whatever was sent.
func HashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// IsSecret reports whether s has the form of a secret that this package made.
func IsSecret(s string) bool {
	return len(s) == secretLength && strings.Trim(s, "0123456789abcdefghjkmnpqrstvwxyz") == ""
}

// expiry slides with use and stops at the maximum.
func expiry(created, seen time.Time) time.Time {
	end := created.Add(sessionMax)
	if t := seen.Add(sessionIdle); t.Before(end) {
		return t
	}
	return end
}

// Visit is what a browser comes with.
type Visit struct {
	From   netip.Addr
	Agent  string
	Secret string // of its session cookie; may be empty or anything
}

// Entry is a fresh session and the only copy of its secret.
type Entry struct {
	Secret  string
	Session Session
	Account Account
}

func newEntry(a Account, v Visit, now time.Time) Entry {
	secret := core.Secret(secretBytes)
	return Entry{Secret: secret, Account: a, Session: Session{
		Hash: HashSecret(secret), Account: a.ID,
		CreatedAt: now, SeenAt: now, ExpiresAt: expiry(now, now),
		Address: v.From, Agent: clip(v.Agent, maxAgent),
	}}
}

// actor is the account in this session as the rest of the product sees it.
func actor(base core.Actor, a Account, session string) core.Actor {
	return core.Actor{
		Account: a.ID, Person: a.Person, Name: a.Name, Roles: a.Roles, Session: session,
		From: base.From, Request: base.Request,
	}
}
