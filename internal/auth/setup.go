package auth

import (
	"context"
	"errors"
	"fmt"

	"yakusho/internal/core"
)

// SetupNeeded reports whether there is no account yet.
func (s *Service) SetupNeeded(ctx context.Context) (bool, error) {
	if s.founded.Load() {
		return false, nil
	}
	empty, err := s.store.Empty(ctx)
	if err != nil {
		return false, fmt.Errorf("look for accounts: %w", err)
	}
	if !empty {
		s.founded.Store(true)
	}
	return empty, nil
}

// OfferSetup makes a new one-time token for SetUp, to be shown on the console, and makes every earlier
// one worthless. needed is false, and there is no token, when an account exists.
func (s *Service) OfferSetup(ctx context.Context) (token string, needed bool, err error) {
	token = core.Secret(secretBytes)
	err = s.store.Offer(ctx, HashSecret(token), s.clock())
	if errors.Is(err, ErrSetupDone) {
		s.founded.Store(true)
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("offer set-up: %w", err)
	}
	if err := s.record(ctx, "auth.setup_offer", "", outcomeOK, nil); err != nil {
		return "", false, err
	}
	return token, true, nil
}

const actionSetup = "auth.setup"

// SetUp makes the first account, an admin, and signs it in. The token works once, and only while there
// is no account; a mistake in the other fields does not use it up.
func (s *Service) SetUp(ctx context.Context, token, login, name, password string, v Visit) (Entry, error) {
	needed, err := s.SetupNeeded(ctx)
	if err != nil {
		return Entry{}, err
	}
	if !needed {
		return Entry{}, ErrSetupDone
	}
	a, err := s.newAccount(login, name, []core.Role{core.RoleAdmin})
	if err != nil {
		return Entry{}, err
	}
	if err := checkPassword(password, a.Login, a.Name); err != nil {
		return Entry{}, err
	}
	// The token cannot be guessed; this bounds what guessing costs us.
	if no := s.limits.begin("set up", v.From, true); no.wait > 0 {
		return Entry{}, errLimited(no.wait)
	}
	hash, err := s.hasher.Hash(ctx, readTemporary(password))
	if err != nil {
		s.limits.undo("set up", v.From)
		return Entry{}, fmt.Errorf("set up: %w", err)
	}
	err = s.store.Found(ctx, HashSecret(token), a, hash)
	var no *core.Error
	if errors.As(err, &no) && (no.Is(ErrSetupToken) || no.Is(ErrSetupDone)) {
		return Entry{}, s.refused(ctx, actionSetup, "", no, "")
	}
	if err != nil {
		s.limits.undo("set up", v.From)
		return Entry{}, fmt.Errorf("set up: %w", err)
	}
	s.founded.Store(true)
	s.limits.right("set up", v.From)
	as := core.WithActor(ctx, actor(core.ActorFrom(ctx), a, ""))
	if err := s.record(as, actionSetup, a.ID, outcomeOK, map[string]string{"login": a.Login}); err != nil {
		return Entry{}, err
	}
	return s.begin(ctx, a, hash, v)
}

// SampleAccount is an account of the sample town. Its password is public: it is printed and shown.
type SampleAccount struct {
	Login    string
	Password string
	Name     string
	Note     string // 情報政策課・管理者
	Person   core.ID
	Roles    []core.Role
}

// SeedSample makes the sample accounts that are not there yet; they work from loopback only. It refuses
// with ErrSampleOnReal where accounts exist of which none is a sample: passwords that everyone knows
// have no place among them.
func (s *Service) SeedSample(ctx context.Context, samples []SampleAccount) error {
	accounts, err := s.store.Accounts(ctx)
	if err != nil {
		return fmt.Errorf("seed sample accounts: %w", err)
	}
	there, seeded := map[string]bool{}, len(accounts) == 0
	for _, a := range accounts {
		there[a.Login] = true
		seeded = seeded || a.LoopbackOnly
	}
	if !seeded {
		return ErrSampleOnReal
	}
	// Equal passwords share a hash: they are public, and the start must not take longer with each account.
	hashes := map[string]string{}
	for _, x := range samples {
		a, err := s.newAccount(x.Login, x.Name, x.Roles)
		if err != nil {
			return fmt.Errorf("seed sample account %s: %w", x.Login, err)
		}
		if there[a.Login] {
			continue
		}
		if hashes[x.Password] == "" {
			if hashes[x.Password], err = s.hasher.Hash(ctx, readTemporary(x.Password)); err != nil {
				return fmt.Errorf("seed sample account %s: %w", x.Login, err)
			}
		}
		a.Person, a.LoopbackOnly = x.Person, true
		if err := s.store.Open(ctx, a, hashes[x.Password]); err != nil {
			return fmt.Errorf("seed sample account %s: %w", x.Login, err)
		}
		err = s.record(ctx, actionCreate, a.ID, outcomeOK,
			map[string]string{"login": a.Login, "roles": roleWords(a.Roles), "sample": "true"})
		if err != nil {
			return err
		}
	}
	s.founded.Store(len(accounts)+len(samples) > 0)
	return nil
}
