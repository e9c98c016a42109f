package authsql

import (
	"context"
	"database/sql"
	"fmt"
	"net/netip"
	"time"

	"yakusho/internal/auth"
	"yakusho/internal/core"
	"yakusho/internal/sqldb"
)

// Begin starts s if the account is enabled and its hash still is password, else auth.ErrStale; it ends
// the session with the hash replaces.
func (s *Store) Begin(ctx context.Context, n auth.Session, password, replaces string) (ended []auth.Ended, err error) {
	err = s.db.Tx(ctx, "begin session", func(ctx context.Context, tx *sql.Tx) (err error) {
		var id string
		err = tx.QueryRowContext(ctx, `
			UPDATE auth_account SET last_sign_in = $3
			WHERE id = $1 AND NOT disabled
			  AND EXISTS (SELECT 1 FROM auth_password WHERE account = $1 AND hash = $2)
			RETURNING id`, n.Account, password, core.Micros(n.CreatedAt)).Scan(&id)
		if err != nil {
			return sqldb.NoRow(err, auth.ErrStale, "begin session of %s", n.Account)
		}
		ended, err = endedBy(ctx, tx, `
			UPDATE auth_session SET ended_at = $2 WHERE hash = $1 AND ended_at = 0 RETURNING hash, account`,
			replaces, core.Micros(n.CreatedAt))
		if err != nil {
			return err
		}
		return start(ctx, tx, n)
	})
	if err != nil {
		return nil, err
	}
	return ended, nil
}

func start(ctx context.Context, tx *sql.Tx, n auth.Session) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO auth_session (hash, account, created_at, seen_at, expires_at, ended_at, address, agent)
		VALUES ($1, $2, $3, $4, $5, 0, $6, $7)`,
		n.Hash, n.Account, core.Micros(n.CreatedAt), core.Micros(n.SeenAt), core.Micros(n.ExpiresAt),
		packAddr(n.Address), n.Agent)
	return err
}

// Find returns a session that has not ended, with its account; auth.ErrNoSession.
func (s *Store) Find(ctx context.Context, hash string) (auth.Session, auth.Account, error) {
	n := auth.Session{Hash: hash}
	var created, seen, expires int64
	var address string
	a, err := scanAccount(s.db.QueryRowContext(ctx, `
		SELECT `+accountColumns+`, s.created_at, s.seen_at, s.expires_at, s.address, s.agent
		FROM auth_session s JOIN auth_account a ON a.id = s.account
		WHERE s.hash = $1 AND s.ended_at = 0`, hash), &created, &seen, &expires, &address, &n.Agent)
	if err != nil {
		return auth.Session{}, auth.Account{}, sqldb.NoRow(err, auth.ErrNoSession, "find session")
	}
	n.Account = a.ID
	n.CreatedAt, n.SeenAt, n.ExpiresAt = core.FromMicros(created), core.FromMicros(seen), core.FromMicros(expires)
	if address != "" {
		if n.Address, err = netip.ParseAddr(address); err != nil {
			return auth.Session{}, auth.Account{}, fmt.Errorf("address of a session: %w", err)
		}
	}
	return n, a, nil
}

// Touch notes use and the new expiry.
func (s *Store) Touch(ctx context.Context, hash string, seen, expires time.Time) error {
	return s.db.Tx(ctx, "touch session", func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE auth_session SET seen_at = $2, expires_at = $3 WHERE hash = $1 AND ended_at = 0 AND seen_at < $2`,
			hash, core.Micros(seen), core.Micros(expires))
		return err
	})
}

// Renew changes the password, ends all sessions of the account and starts n; auth.ErrStale when from is
// no longer the hash.
func (s *Store) Renew(ctx context.Context, n auth.Session, from, to string) (ended []auth.Ended, err error) {
	err = s.db.Tx(ctx, "renew password", func(ctx context.Context, tx *sql.Tx) (err error) {
		var id string
		err = tx.QueryRowContext(ctx, `
			UPDATE auth_password SET hash = $3
			WHERE account = $1 AND hash = $2
			  AND EXISTS (SELECT 1 FROM auth_account WHERE id = $1 AND NOT disabled)
			RETURNING account`, n.Account, from, to).Scan(&id)
		if err != nil {
			return sqldb.NoRow(err, auth.ErrStale, "renew password of %s", n.Account)
		}
		if _, err = tx.ExecContext(ctx, `UPDATE auth_account SET must_change = FALSE WHERE id = $1`, n.Account); err != nil {
			return err
		}
		if ended, err = endAccount(ctx, tx, n.Account, core.Micros(n.CreatedAt)); err != nil {
			return err
		}
		return start(ctx, tx, n)
	})
	if err != nil {
		return nil, err
	}
	return ended, nil
}

// End ends one session; none is no error.
func (s *Store) End(ctx context.Context, hash string, now time.Time) (ended []auth.Ended, err error) {
	err = s.db.Tx(ctx, "end session", func(ctx context.Context, tx *sql.Tx) (err error) {
		ended, err = endedBy(ctx, tx,
			`UPDATE auth_session SET ended_at = $2 WHERE hash = $1 AND ended_at = 0 RETURNING hash, account`,
			hash, core.Micros(now))
		return err
	})
	return ended, err
}

// EndAll ends the sessions of an account; auth.ErrNoAccount.
func (s *Store) EndAll(ctx context.Context, account core.ID, now time.Time) (ended []auth.Ended, err error) {
	err = s.db.Tx(ctx, "end sessions", func(ctx context.Context, tx *sql.Tx) (err error) {
		var id string
		if err = tx.QueryRowContext(ctx, `SELECT id FROM auth_account WHERE id = $1`, account).Scan(&id); err != nil {
			return sqldb.NoRow(err, auth.ErrNoAccount, "end sessions of %s", account)
		}
		ended, err = endAccount(ctx, tx, account, core.Micros(now))
		return err
	})
	return ended, err
}

// Over returns those of the sessions that have ended.
func (s *Store) Over(ctx context.Context, hashes []string) ([]string, error) {
	return sqldb.ListIn(ctx, s.db, "look for ended sessions", func(row sqldb.Row) (hash string, err error) {
		err = row.Scan(&hash)
		return hash, err
	}, `SELECT hash FROM auth_session WHERE hash IN ($in) AND ended_at > 0`, hashes)
}

// Sweep ends what has expired at now and forgets what ended before forget. With nothing to do it does
// not write.
func (s *Store) Sweep(ctx context.Context, now, forget time.Time) (ended []auth.Ended, err error) {
	var due bool
	err = s.db.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM auth_session WHERE ended_at = 0 AND expires_at <= $1)
		    OR EXISTS (SELECT 1 FROM auth_session WHERE ended_at > 0 AND ended_at < $2)`,
		core.Micros(now), core.Micros(forget)).Scan(&due)
	if err != nil {
		return nil, fmt.Errorf("sweep sessions: %w", sqldb.Triage(err))
	}
	if !due {
		return nil, nil
	}
	err = s.db.Tx(ctx, "sweep sessions", func(ctx context.Context, tx *sql.Tx) (err error) {
		ended, err = endedBy(ctx, tx,
			`UPDATE auth_session SET ended_at = $1 WHERE ended_at = 0 AND expires_at <= $1 RETURNING hash, account`,
			core.Micros(now))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM auth_session WHERE ended_at > 0 AND ended_at < $1`, core.Micros(forget))
		return err
	})
	return ended, err
}

// Known reports whether a session of the account, ended or not, began at this address.
func (s *Store) Known(ctx context.Context, account core.ID, from netip.Addr) (bool, error) {
	if !from.IsValid() {
		return false, nil
	}
	var known bool
	err := s.db.QueryRowContext(ctx,
		`SELECT EXISTS (SELECT 1 FROM auth_session WHERE account = $1 AND address = $2)`, account, packAddr(from)).Scan(&known)
	if err != nil {
		return false, fmt.Errorf("look for the address: %w", sqldb.Triage(err))
	}
	return known, nil
}
