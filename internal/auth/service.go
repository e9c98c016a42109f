package auth

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync/atomic"

	"yakusho/internal/core"
)

// Config is what a Service needs. All fields but Ended are required.
type Config struct {
	Store  Store
	Hasher Hasher
	Audit  Audit
	Clock  core.Clock
	// Ended is called after sessions of an account have ended for whatever reason, with their hashes
	// (core.Actor.Session), so that what hangs on them can be cut at once; see Over for what another process
	// ends. It is called in the request
	// that ended them, never inside a transaction, and must not take long. A rotated session (password
	// changed, signed in again) ends too: its successor has another hash.
	Ended func(ctx context.Context, account core.ID, sessions []string)
}

// Service is signing in and out and the care of accounts. Who asks is the core.Actor in the context,
// and the service itself checks that the actor may. Safe for concurrent use.
type Service struct {
	store   Store
	hasher  Hasher
	audit   Audit
	clock   core.Clock
	ended   func(context.Context, core.ID, []string)
	limits  *limits
	founded atomic.Bool // an account exists; accounts are never deleted, so it stays true
}

// NewService returns a Service.
func NewService(c Config) *Service {
	if c.Ended == nil {
		c.Ended = func(context.Context, core.ID, []string) {}
	}
	return &Service{
		store: c.Store, hasher: c.Hasher, audit: c.Audit, clock: c.Clock, ended: c.Ended,
		limits: newLimits(c.Clock),
	}
}

// The outcomes of an audited decision.
const (
	outcomeOK      = "ok"
	outcomeRefused = "refused"
)

// record audits a decision. It is not given up when the caller goes away: what was decided was decided.
func (s *Service) record(ctx context.Context, action string, target core.ID, outcome string, detail map[string]string) error {
	if err := s.audit.Record(context.WithoutCancel(ctx), action, string(target), outcome, detail); err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	return nil
}

// refused audits a refusal and returns it; the reason is its code unless given.
func (s *Service) refused(ctx context.Context, action string, target core.ID, why *core.Error, reason string) error {
	if reason == "" {
		reason = why.Code
	}
	if err := s.record(ctx, action, target, outcomeRefused, map[string]string{"reason": reason}); err != nil {
		return err
	}
	return why.Because("%s: %s", action, reason)
}

// tell passes ended sessions on, per account.
func (s *Service) tell(ctx context.Context, ended []Ended) {
	by := map[core.ID][]string{}
	var order []core.ID
	for _, e := range ended {
		if by[e.Account] == nil {
			order = append(order, e.Account)
		}
		by[e.Account] = append(by[e.Account], e.Session)
	}
	for _, account := range order {
		s.ended(context.WithoutCancel(ctx), account, by[account])
	}
}

const actionSignIn = "auth.sign_in"

// SignIn starts a session with a fresh secret; a session that the browser came with ends. It refuses
// with ErrWrong, with ErrDisabled and ErrLoopbackOnly (only after the right password), with a
// KindLimited error that knows its wait (RetryAfter), or because the input cannot be a login.
func (s *Service) SignIn(ctx context.Context, login, password string, v Visit) (Entry, error) {
	name, err := NormalLogin(login)
	if errors.Is(err, errLoginMalformed) {
		// Such an account cannot exist, but that is not for a stranger to see: go on as with any other.
		// The mark keeps what clip leaves from becoming another's login.
		name, err = "?"+clip(login, maxLogin), nil
	}
	if err != nil {
		return Entry{}, err
	}
	if len(password) > maxPasswordBytes {
		return Entry{}, errPasswordLong
	}
	a, hash, err := s.find(ctx, name)
	if err != nil {
		return Entry{}, fmt.Errorf("sign in: %w", err)
	}
	if err := s.charge(ctx, a, name, v.From); err != nil {
		return Entry{}, err
	}
	password = readTemporary(password)
	e, err := s.enter(ctx, a, hash, password, v)
	if errors.Is(err, ErrStale) {
		// The hash is another than a moment ago: renewed by a sign-in beside this one, or the password was
		// changed, or the account disabled. Looking once more tells which.
		if a, hash, err = s.find(ctx, name); err == nil {
			e, err = s.enter(ctx, a, hash, password, v)
		}
	}
	switch {
	case err == nil, errors.Is(err, ErrDisabled), errors.Is(err, ErrLoopbackOnly):
		s.limits.right(name, v.From)
	case !errors.Is(err, ErrWrong):
		s.limits.undo(name, v.From)
		return Entry{}, fmt.Errorf("sign in: %w", err)
	}
	return e, err
}

// enter checks the password and starts the session. The refusals of SignIn are audited here; ErrStale
// says that what was checked is no longer so.
func (s *Service) enter(ctx context.Context, a Account, hash, password string, v Visit) (Entry, error) {
	ok, stale, err := s.hasher.Verify(ctx, hash, password)
	if err != nil {
		return Entry{}, fmt.Errorf("check the password: %w", err)
	}
	if !ok {
		// The login that was typed is not recorded: people type their password there.
		reason := "wrong_password"
		if a.ID == "" {
			reason = "unknown_login"
		}
		return Entry{}, s.refused(ctx, actionSignIn, a.ID, ErrWrong, reason)
	}
	if err := admit(a, v.From); err != nil {
		return Entry{}, s.refused(ctx, actionSignIn, a.ID, err, "")
	}
	if stale {
		if hash, err = s.rehash(ctx, a.ID, hash, password); err != nil {
			return Entry{}, err
		}
	}
	return s.begin(ctx, a, hash, v)
}

// find is ByLogin where an unknown login is the empty account with the empty hash.
func (s *Service) find(ctx context.Context, name string) (Account, string, error) {
	a, hash, err := s.store.ByLogin(ctx, name)
	if errors.Is(err, ErrNoAccount) {
		return Account{}, "", nil
	}
	return a, hash, err
}

// charge counts the try or refuses it before any work is done.
func (s *Service) charge(ctx context.Context, a Account, name string, from netip.Addr) error {
	no := s.limits.begin(name, from, false)
	if no.wait > 0 && !no.byAddress && a.ID != "" {
		known, err := s.store.Known(ctx, a.ID, from)
		if err != nil {
			return fmt.Errorf("sign in: %w", err)
		}
		if known {
			no = s.limits.begin(name, from, true)
		}
	}
	if no.wait == 0 {
		return nil
	}
	why := errLimited(no.wait)
	if !no.first {
		return why // audited when it began; a flood must not fill the disk
	}
	reason := "limited_account"
	if no.byAddress {
		reason = "limited_address"
	}
	if err := s.record(ctx, actionSignIn, a.ID, outcomeRefused, map[string]string{"reason": reason}); err != nil {
		return err
	}
	return why
}

// admit says whether an account whose password was right may come in from there.
func admit(a Account, from netip.Addr) *core.Error {
	switch {
	case a.Disabled:
		return ErrDisabled
	case a.LoopbackOnly && !from.Unmap().IsLoopback():
		return ErrLoopbackOnly
	}
	return nil
}

// rehash stores the password under today's parameters and returns the hash that is now right.
func (s *Service) rehash(ctx context.Context, account core.ID, old, password string) (string, error) {
	fresh, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return "", fmt.Errorf("renew the password hash: %w", err)
	}
	if err := s.store.Rehash(ctx, account, old, fresh); err != nil {
		return "", fmt.Errorf("renew the password hash: %w", err)
	}
	return fresh, nil
}

// begin starts a session for an account whose password was right under hash; ErrStale when that hash is
// gone or the account disabled by now.
func (s *Service) begin(ctx context.Context, a Account, hash string, v Visit) (Entry, error) {
	e := newEntry(a, v, s.clock())
	ended, err := s.store.Begin(ctx, e.Session, hash, HashSecret(v.Secret))
	if err != nil {
		return Entry{}, fmt.Errorf("begin session: %w", err)
	}
	s.tell(ctx, ended)
	as := core.WithActor(ctx, actor(core.ActorFrom(ctx), a, e.Session.Hash))
	if err := s.record(as, actionSignIn, a.ID, outcomeOK, nil); err != nil {
		// Nobody comes in unrecorded.
		_, endErr := s.store.End(context.WithoutCancel(ctx), e.Session.Hash, s.clock())
		return Entry{}, errors.Join(err, endErr)
	}
	return e, nil
}

// Authenticate returns the account of a session secret, as an actor that keeps From and Request of
// the one in ctx, and the account itself. A session used is a session prolonged. ErrNoSession when
// there is none any more, ErrLoopbackOnly for a sample account from elsewhere; any other error means
// that it could not be found out.
func (s *Service) Authenticate(ctx context.Context, secret string, from netip.Addr) (core.Actor, Account, error) {
	if !IsSecret(secret) {
		return core.Actor{}, Account{}, ErrNoSession
	}
	sess, a, err := s.store.Find(ctx, HashSecret(secret))
	if err != nil {
		return core.Actor{}, Account{}, fmt.Errorf("authenticate: %w", err)
	}
	now := s.clock()
	if !now.Before(sess.ExpiresAt) || a.Disabled {
		return core.Actor{}, Account{}, ErrNoSession
	}
	if a.LoopbackOnly && !from.Unmap().IsLoopback() {
		return core.Actor{}, Account{}, ErrLoopbackOnly
	}
	if now.Sub(sess.SeenAt) >= seenEvery {
		// When it cannot be written the session still holds until its time: a full disk must not sign
		// everyone out, and whoever really writes next will hear of it.
		_ = s.store.Touch(ctx, sess.Hash, now, expiry(sess.CreatedAt, now))
	}
	return actor(core.ActorFrom(ctx), a, sess.Hash), a, nil
}

// SignOut ends the actor's session. Without one there is nothing to do.
func (s *Service) SignOut(ctx context.Context) error {
	by := core.ActorFrom(ctx)
	if !by.SignedIn() {
		return nil
	}
	ended, err := s.store.End(ctx, by.Session, s.clock())
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	s.tell(ctx, ended)
	return s.record(ctx, "auth.sign_out", by.Account, outcomeOK, nil)
}

// SignOutEverywhere ends every session of the actor's account, this one too.
func (s *Service) SignOutEverywhere(ctx context.Context) error {
	by := core.ActorFrom(ctx)
	if !by.SignedIn() {
		return ErrSignInFirst
	}
	return s.endAll(ctx, by.Account)
}

func (s *Service) endAll(ctx context.Context, account core.ID) error {
	ended, err := s.store.EndAll(ctx, account, s.clock())
	if err != nil {
		return fmt.Errorf("sign out everywhere: %w", err)
	}
	s.tell(ctx, ended)
	return s.record(ctx, actionEnd, account, outcomeOK,
		map[string]string{"sessions": fmt.Sprint(len(ended))})
}

const actionPassword = "auth.password_change"

// ChangePassword changes the actor's own password. Every session of the account ends; the entry
// returned is the one in which the actor goes on.
func (s *Service) ChangePassword(ctx context.Context, current, next string, v Visit) (Entry, error) {
	by := core.ActorFrom(ctx)
	if !by.SignedIn() {
		return Entry{}, ErrSignInFirst
	}
	_, a, err := s.store.Find(ctx, by.Session)
	if err != nil {
		return Entry{}, fmt.Errorf("change password: %w", err)
	}
	_, hash, err := s.store.ByLogin(ctx, a.Login)
	if err != nil {
		return Entry{}, fmt.Errorf("change password: %w", err)
	}
	if len(current) > maxPasswordBytes {
		return Entry{}, errPasswordLong
	}
	// Guesses by someone at an unlocked PC; counted apart, so that they do not lock out the owner elsewhere.
	key := "change " + a.Login
	if no := s.limits.begin(key, v.From, false); no.wait > 0 {
		return Entry{}, errLimited(no.wait)
	}
	ok, _, err := s.hasher.Verify(ctx, hash, readTemporary(current))
	if err != nil {
		s.limits.undo(key, v.From)
		return Entry{}, fmt.Errorf("change password: check the present one: %w", err)
	}
	if !ok {
		return Entry{}, s.refused(ctx, actionPassword, a.ID, errPasswordWrong, "")
	}
	s.limits.right(key, v.From)
	if err := checkPassword(next, a.Login, a.Name); err != nil {
		return Entry{}, err
	}
	if next == current || readTemporary(next) == readTemporary(current) {
		return Entry{}, errPasswordSame
	}
	fresh, err := s.hasher.Hash(ctx, readTemporary(next))
	if err != nil {
		return Entry{}, fmt.Errorf("change password: %w", err)
	}
	a.MustChange = false
	e := newEntry(a, v, s.clock())
	ended, err := s.store.Renew(ctx, e.Session, hash, fresh)
	if err != nil {
		return Entry{}, fmt.Errorf("change password: %w", err)
	}
	s.tell(ctx, ended)
	if err := s.record(ctx, actionPassword, a.ID, outcomeOK, map[string]string{"sessions": fmt.Sprint(len(ended))}); err != nil {
		return Entry{}, err
	}
	return e, nil
}

// Over returns those of the sessions (core.Actor.Session) that have ended, for whoever cannot rely on Ended
// alone: the console and other processes end sessions too. A hash that is no session has not ended.
func (s *Service) Over(ctx context.Context, sessions []string) ([]string, error) {
	return s.store.Over(ctx, sessions)
}

// Sweep ends sessions that have expired and forgets those that ended long ago. Call it about once a
// minute.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.clock()
	ended, err := s.store.Sweep(ctx, now, now.Add(-keepEnded))
	if err != nil {
		return fmt.Errorf("sweep sessions: %w", err)
	}
	s.tell(ctx, ended)
	return nil
}
