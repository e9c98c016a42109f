package authsql

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"yakusho/internal/auth"
	"yakusho/internal/core"
	"yakusho/internal/sqldb"
)

// Open stores a new account; auth.ErrLoginTaken.
func (s *Store) Open(ctx context.Context, a auth.Account, password string) error {
	return s.db.Tx(ctx, "open account", func(ctx context.Context, tx *sql.Tx) error {
		return insert(ctx, tx, a, password)
	})
}

func insert(ctx context.Context, tx *sql.Tx, a auth.Account, password string) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO auth_account (id, person, login, name, roles, disabled, must_change, loopback_only, last_sign_in, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		a.ID, a.Person, a.Login, a.Name, packRoles(a.Roles), a.Disabled, a.MustChange, a.LoopbackOnly,
		core.Micros(a.LastSignIn), core.Micros(a.CreatedAt))
	if sqldb.IsUnique(err) {
		return auth.ErrLoginTaken.Because("login %s: %w", a.Login, err)
	}
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO auth_password (account, hash) VALUES ($1, $2)`, a.ID, password)
	return err
}

// ByLogin returns the account of a login and its password hash; auth.ErrNoAccount.
func (s *Store) ByLogin(ctx context.Context, login string) (auth.Account, string, error) {
	var hash string
	a, err := scanAccount(s.db.QueryRowContext(ctx, `
		SELECT `+accountColumns+`, p.hash FROM auth_account a JOIN auth_password p ON p.account = a.id
		WHERE a.login = $1`, login), &hash)
	if err != nil {
		// Not the login itself: what was typed there may be a password.
		return auth.Account{}, "", sqldb.NoRow(err, auth.ErrNoAccount, "find account by login")
	}
	return a, hash, nil
}

// Accounts returns all accounts by login name.
func (s *Store) Accounts(ctx context.Context) ([]auth.Account, error) {
	return sqldb.List(ctx, s.db, "list accounts", func(row sqldb.Row) (auth.Account, error) { return scanAccount(row) },
		`SELECT `+accountColumns+` FROM auth_account a ORDER BY a.login`)
}

// Change changes an account; auth.ErrNoAccount, auth.ErrLastAdmin. Two admins who demote each other at
// once are serialized by the database: the second finds no other admin left.
func (s *Store) Change(ctx context.Context, id core.ID, c auth.Change, now time.Time) (before, after auth.Account, ended []auth.Ended, err error) {
	err = s.db.Tx(ctx, "change account", func(ctx context.Context, tx *sql.Tx) (err error) {
		ended = nil
		before, err = scanAccount(tx.QueryRowContext(ctx, `SELECT `+accountColumns+` FROM auth_account a WHERE a.id = $1`, id))
		if err != nil {
			return sqldb.NoRow(err, auth.ErrNoAccount, "change account %s", id)
		}
		after = before
		if c.Name != nil {
			after.Name = *c.Name
		}
		if c.Roles != nil {
			after.Roles = c.Roles
		}
		if c.Disabled != nil {
			after.Disabled = *c.Disabled
		}
		_, err = tx.ExecContext(ctx, `UPDATE auth_account SET name = $2, roles = $3, disabled = $4 WHERE id = $1`,
			id, after.Name, packRoles(after.Roles), after.Disabled)
		if err != nil {
			return err
		}
		var admins int64
		err = tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM auth_account WHERE NOT disabled AND roles LIKE '%,admin,%'`).Scan(&admins)
		if err != nil {
			return err
		}
		if admins == 0 {
			return auth.ErrLastAdmin.Because("change account %s", id)
		}
		if after.Disabled {
			ended, err = endAccount(ctx, tx, id, core.Micros(now))
		}
		return err
	})
	if err != nil {
		return auth.Account{}, auth.Account{}, nil, err
	}
	return before, after, ended, nil
}

// Reset replaces the password by a temporary one and ends the sessions; auth.ErrNoAccount.
func (s *Store) Reset(ctx context.Context, id core.ID, password string, now time.Time) (a auth.Account, ended []auth.Ended, err error) {
	err = s.db.Tx(ctx, "reset password", func(ctx context.Context, tx *sql.Tx) (err error) {
		a, err = scanAccount(tx.QueryRowContext(ctx,
			`UPDATE auth_account AS a SET must_change = TRUE WHERE a.id = $1 RETURNING `+returning, id))
		if err != nil {
			return sqldb.NoRow(err, auth.ErrNoAccount, "reset password of %s", id)
		}
		if _, err = tx.ExecContext(ctx, `UPDATE auth_password SET hash = $2 WHERE account = $1`, id, password); err != nil {
			return err
		}
		ended, err = endAccount(ctx, tx, id, core.Micros(now))
		return err
	})
	if err != nil {
		return auth.Account{}, nil, err
	}
	return a, ended, nil
}

// returning is accountColumns without the alias, which SQLite does not know in RETURNING.
const returning = `id, person, login, name, roles, disabled, must_change, loopback_only, last_sign_in, created_at`

// Rehash replaces the hash of the same password, unless the password has changed meanwhile.
func (s *Store) Rehash(ctx context.Context, id core.ID, from, to string) error {
	return s.db.Tx(ctx, "rehash password", func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE auth_password SET hash = $3 WHERE account = $1 AND hash = $2`, id, from, to)
		return err
	})
}

// Empty reports whether there is no account at all.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	var any bool
	err := s.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM auth_account)`).Scan(&any)
	if err != nil {
		return false, fmt.Errorf("look for accounts: %w", sqldb.Triage(err))
	}
	return !any, nil
}

// Offer replaces the set-up token; auth.ErrSetupDone when an account exists.
func (s *Store) Offer(ctx context.Context, token string, now time.Time) error {
	return s.db.Tx(ctx, "offer set-up", func(ctx context.Context, tx *sql.Tx) error {
		var one int64
		err := tx.QueryRowContext(ctx, `
			INSERT INTO auth_setup (id, token, created_at)
			SELECT 1, $1, $2 WHERE NOT EXISTS (SELECT 1 FROM auth_account)
			ON CONFLICT (id) DO UPDATE SET token = excluded.token, created_at = excluded.created_at
			RETURNING id`, token, core.Micros(now)).Scan(&one)
		return sqldb.NoRow(err, auth.ErrSetupDone, "offer set-up")
	})
}

// Found uses the token up and stores the first account; auth.ErrSetupDone, auth.ErrSetupToken.
func (s *Store) Found(ctx context.Context, token string, a auth.Account, password string) error {
	return s.db.Tx(ctx, "set up", func(ctx context.Context, tx *sql.Tx) error {
		var any bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM auth_account)`).Scan(&any); err != nil {
			return err
		}
		if any {
			return auth.ErrSetupDone.Because("set up")
		}
		var one int64
		err := tx.QueryRowContext(ctx, `DELETE FROM auth_setup WHERE token = $1 RETURNING id`, token).Scan(&one)
		if err != nil {
			return sqldb.NoRow(err, auth.ErrSetupToken, "set up")
		}
		return insert(ctx, tx, a, password)
	})
}
