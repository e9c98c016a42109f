package auth

import (
	"context"
	"net/netip"
	"time"

	"yakusho/internal/core"
)

// AccountStore keeps accounts and their password hashes. Every write is one transaction under its own
// guard: what was true when the service looked need not be true any more.
type AccountStore interface {
	// Open stores a new account; ErrLoginTaken.
	Open(ctx context.Context, a Account, password string) error
	// ByLogin returns the account of a normalised login and its password hash; ErrNoAccount.
	ByLogin(ctx context.Context, login string) (Account, string, error)
	// Accounts returns all accounts by login name.
	Accounts(ctx context.Context) ([]Account, error)
	// Change changes an account and returns it as it was and as it is; one that is disabled loses its
	// sessions at now. ErrNoAccount, ErrLastAdmin when no enabled admin would be left.
	Change(ctx context.Context, id core.ID, c Change, now time.Time) (before, after Account, ended []Ended, err error)
	// Reset replaces the password by a temporary one and ends the sessions; ErrNoAccount.
	Reset(ctx context.Context, id core.ID, password string, now time.Time) (Account, []Ended, error)
	// Rehash replaces the hash of the same password, unless the password has changed meanwhile.
	Rehash(ctx context.Context, id core.ID, from, to string) error
}

// SessionStore keeps sessions in the order of their life.
type SessionStore interface {
	// Begin starts s for an account that is enabled and whose password hash still is password, else
	// ErrStale; it notes the sign-in and ends the session with the hash replaces, if there is one.
	Begin(ctx context.Context, s Session, password, replaces string) ([]Ended, error)
	// Find returns a session that has not ended (it may have expired) with its account; ErrNoSession.
	Find(ctx context.Context, hash string) (Session, Account, error)
	// Touch notes use and the new expiry.
	Touch(ctx context.Context, hash string, seen, expires time.Time) error
	// Renew changes the password from the hash from to the hash to, ends all sessions of the account and
	// starts s; ErrStale when from is no longer the hash.
	Renew(ctx context.Context, s Session, from, to string) ([]Ended, error)
	// End ends one session; none is no error.
	End(ctx context.Context, hash string, now time.Time) ([]Ended, error)
	// EndAll ends the sessions of an account; ErrNoAccount.
	EndAll(ctx context.Context, account core.ID, now time.Time) ([]Ended, error)
	// Sweep ends what has expired at now and forgets what ended before forget.
	Sweep(ctx context.Context, now, forget time.Time) ([]Ended, error)
}

// EndStore tells what has ended to whoever holds on to sessions.
type EndStore interface {
	// Over returns those of the session hashes that have ended; an unknown one has not.
	Over(ctx context.Context, hashes []string) ([]string, error)
}

// AddressStore remembers where an account signed in from.
type AddressStore interface {
	// Known reports whether a session of the account, ended or not, began at this address.
	Known(ctx context.Context, account core.ID, from netip.Addr) (bool, error)
}

// SetupStore is the one-time making of the first account.
type SetupStore interface {
	// Empty reports whether there is no account at all.
	Empty(ctx context.Context) (bool, error)
	// Offer replaces the set-up token by the one with this hash; ErrSetupDone when an account exists.
	Offer(ctx context.Context, token string, now time.Time) error
	// Found uses the token up and stores the first account; ErrSetupDone, ErrSetupToken.
	Found(ctx context.Context, token string, a Account, password string) error
}

// Store is all that is kept.
type Store interface {
	AccountStore
	SessionStore
	EndStore
	AddressStore
	SetupStore
}

// Hasher makes and checks password hashes. Both calls are slow on purpose and may wait for their turn;
// ErrBusy when too many wait already.
type Hasher interface {
	Hash(ctx context.Context, password string) (encoded string, err error)
	// Verify reports whether password is the one behind encoded, and whether encoded should be made anew
	// because the parameters have changed. With an empty encoded it does the same work and says no: an
	// unknown login costs what a wrong password costs.
	Verify(ctx context.Context, encoded, password string) (ok, stale bool, err error)
}

// Audit is where decisions are recorded. Who acts and from where is taken from the core.Actor in ctx.
type Audit interface {
	Record(ctx context.Context, action, target, outcome string, detail map[string]string) error
}

// Card is what others see of the person behind an account.
type Card struct {
	Department string // 企画課 企画係
	Office     string // 東庁舎
}

// Directory knows people. A person it does not know is not in the answer.
type Directory interface {
	Cards(ctx context.Context, persons []core.ID) (map[core.ID]Card, error)
}
