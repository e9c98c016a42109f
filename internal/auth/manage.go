package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"yakusho/internal/core"
)

// admin returns a refusal, audited where we know whose try it was, unless the actor is an admin.
func (s *Service) admin(ctx context.Context, action string, target core.ID) error {
	switch by := core.ActorFrom(ctx); {
	case !by.SignedIn():
		return ErrSignInFirst
	case !by.Has(core.RoleAdmin):
		return s.refused(ctx, action, target, ErrNotAdmin, "")
	}
	return nil
}

// What an admin does, in the audit.
const (
	actionList   = "auth.account_list"
	actionCreate = "auth.account_create"
	actionChange = "auth.account_change"
	actionReset  = "auth.password_reset"
	actionEnd    = "auth.sign_out_everywhere"
)

// Accounts returns all accounts by login name (admin).
func (s *Service) Accounts(ctx context.Context) ([]Account, error) {
	if err := s.admin(ctx, actionList, ""); err != nil {
		return nil, err
	}
	list, err := s.store.Accounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return list, nil
}

// CreateAccount makes an account with a temporary password, which is returned this once (admin).
func (s *Service) CreateAccount(ctx context.Context, login, name string, roles []core.Role) (Account, string, error) {
	if err := s.admin(ctx, actionCreate, ""); err != nil {
		return Account{}, "", err
	}
	a, err := s.newAccount(login, name, roles)
	if err != nil {
		return Account{}, "", err
	}
	a.MustChange = true
	password := temporaryPassword()
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return Account{}, "", fmt.Errorf("create account: %w", err)
	}
	if err := s.store.Open(ctx, a, hash); err != nil {
		return Account{}, "", fmt.Errorf("create account: %w", err)
	}
	err = s.record(ctx, actionCreate, a.ID, outcomeOK, map[string]string{"login": a.Login, "roles": roleWords(a.Roles)})
	if err != nil {
		return Account{}, "", err
	}
	return a, password, nil
}

func (s *Service) newAccount(login, name string, roles []core.Role) (a Account, err error) {
	if a.Login, err = NormalLogin(login); err != nil {
		return Account{}, err
	}
	if a.Name, err = cleanName(name); err != nil {
		return Account{}, err
	}
	if a.Roles, err = cleanRoles(roles); err != nil {
		return Account{}, err
	}
	a.CreatedAt = s.clock()
	a.ID = core.NewID(a.CreatedAt)
	return a, nil
}

// ChangeAccount changes an account (admin); disabling it ends its sessions. ErrLastAdmin when no
// enabled admin would be left.
func (s *Service) ChangeAccount(ctx context.Context, id core.ID, c Change) (Account, error) {
	if err := s.admin(ctx, actionChange, id); err != nil {
		return Account{}, err
	}
	if c.Name != nil {
		name, err := cleanName(*c.Name)
		if err != nil {
			return Account{}, err
		}
		c.Name = &name
	}
	if c.Roles != nil {
		roles, err := cleanRoles(c.Roles)
		if err != nil {
			return Account{}, err
		}
		c.Roles = roles
	}
	before, after, ended, err := s.store.Change(ctx, id, c, s.clock())
	if errors.Is(err, ErrLastAdmin) {
		return Account{}, s.refused(ctx, actionChange, id, ErrLastAdmin, "")
	}
	if err != nil {
		return Account{}, fmt.Errorf("change account: %w", err)
	}
	s.tell(ctx, ended)
	if d := difference(before, after); len(d) > 0 {
		if err := s.record(ctx, actionChange, id, outcomeOK, d); err != nil {
			return Account{}, err
		}
	}
	return after, nil
}

// difference says what changed, for the audit.
func difference(a, b Account) map[string]string {
	d := map[string]string{}
	put := func(key, from, to string) {
		if from != to {
			d[key+"_from"], d[key+"_to"] = from, to
		}
	}
	put("name", a.Name, b.Name)
	put("roles", roleWords(a.Roles), roleWords(b.Roles))
	put("disabled", fmt.Sprint(a.Disabled), fmt.Sprint(b.Disabled))
	return d
}

func roleWords(roles []core.Role) string {
	s := make([]string, len(roles))
	for i, r := range roles {
		s[i] = string(r)
	}
	return strings.Join(s, " ")
}

// ResetPassword replaces an account's password by a temporary one, which is returned this once, and
// ends its sessions (admin).
func (s *Service) ResetPassword(ctx context.Context, id core.ID) (Account, string, error) {
	if err := s.admin(ctx, actionReset, id); err != nil {
		return Account{}, "", err
	}
	password := temporaryPassword()
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return Account{}, "", fmt.Errorf("reset password: %w", err)
	}
	a, ended, err := s.store.Reset(ctx, id, hash, s.clock())
	if err != nil {
		return Account{}, "", fmt.Errorf("reset password: %w", err)
	}
	s.limits.reset(a.Login)
	s.tell(ctx, ended)
	if err := s.record(ctx, actionReset, id, outcomeOK, nil); err != nil {
		return Account{}, "", err
	}
	return a, password, nil
}

// EndSessions signs an account out everywhere (admin).
func (s *Service) EndSessions(ctx context.Context, id core.ID) error {
	if err := s.admin(ctx, actionEnd, id); err != nil {
		return err
	}
	return s.endAll(ctx, id)
}
