package authhttp

import (
	"context"

	"yakusho/internal/auth"
	"yakusho/internal/core"
)

// ListAccounts answers with all accounts (admin).
func (s *Server) ListAccounts(ctx context.Context, _ ListAccountsRequestObject) (ListAccountsResponseObject, error) {
	accounts, err := s.auth.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	out, err := s.accounts(ctx, accounts...)
	if err != nil {
		return nil, err
	}
	return ListAccounts200JSONResponse(out), nil
}

// CreateAccount makes an account with a temporary password (admin).
func (s *Server) CreateAccount(ctx context.Context, r CreateAccountRequestObject) (CreateAccountResponseObject, error) {
	if err := fits(field{"ログイン名", r.Body.Login, mostText}, field{"氏名", r.Body.Name, mostText}); err != nil {
		return nil, err
	}
	a, password, err := s.auth.CreateAccount(ctx, r.Body.Login, r.Body.Name, coreRoles(r.Body.Roles))
	if err != nil {
		return nil, err
	}
	out, err := s.accounts(ctx, a)
	if err != nil {
		return nil, err
	}
	return CreateAccount201JSONResponse{Account: out[0], Password: password}, nil
}

// ChangeAccount changes an account (admin).
func (s *Server) ChangeAccount(ctx context.Context, r ChangeAccountRequestObject) (ChangeAccountResponseObject, error) {
	id, err := accountID(r.Account)
	if err != nil {
		return nil, err
	}
	c := auth.Change{Name: r.Body.Name, Disabled: r.Body.Disabled}
	if r.Body.Name != nil {
		if err := fits(field{"氏名", *r.Body.Name, mostText}); err != nil {
			return nil, err
		}
	}
	if r.Body.Roles != nil {
		c.Roles = coreRoles(*r.Body.Roles)
	}
	a, err := s.auth.ChangeAccount(ctx, id, c)
	if err != nil {
		return nil, err
	}
	out, err := s.accounts(ctx, a)
	if err != nil {
		return nil, err
	}
	return ChangeAccount200JSONResponse(out[0]), nil
}

// ResetPassword gives an account a temporary password (admin).
func (s *Server) ResetPassword(ctx context.Context, r ResetPasswordRequestObject) (ResetPasswordResponseObject, error) {
	id, err := accountID(r.Account)
	if err != nil {
		return nil, err
	}
	a, password, err := s.auth.ResetPassword(ctx, id)
	if err != nil {
		return nil, err
	}
	out, err := s.accounts(ctx, a)
	if err != nil {
		return nil, err
	}
	return ResetPassword200JSONResponse{Account: out[0], Password: password}, nil
}

// EndSessions signs an account out everywhere (admin).
func (s *Server) EndSessions(ctx context.Context, r EndSessionsRequestObject) (EndSessionsResponseObject, error) {
	id, err := accountID(r.Account)
	if err != nil {
		return nil, err
	}
	if err := s.auth.EndSessions(ctx, id); err != nil {
		return nil, err
	}
	return EndSessions204Response{}, nil
}

// accountID reads the path; what cannot be an account is none.
func accountID(s string) (core.ID, error) {
	id, err := core.ParseID(s)
	if err != nil {
		return "", auth.ErrNoAccount.Because("path: %w", err)
	}
	return id, nil
}

func (s *Server) accounts(ctx context.Context, in ...auth.Account) ([]Account, error) {
	cards, err := s.cards(ctx, in)
	if err != nil {
		return nil, err
	}
	out := make([]Account, len(in))
	for i, a := range in {
		card := cards[a.Person]
		out[i] = Account{
			Id: string(a.ID), Login: a.Login, Name: a.Name, Roles: roles(a.Roles), Disabled: a.Disabled,
			MustChangePassword: a.MustChange, Department: card.Department, Office: card.Office,
		}
		if !a.LastSignIn.IsZero() {
			out[i].LastSignIn = &a.LastSignIn
		}
	}
	return out, nil
}

func coreRoles(in []Role) []core.Role {
	out := make([]core.Role, len(in))
	for i, r := range in {
		out[i] = core.Role(r)
	}
	return out
}
