// Package authsql keeps accounts, password hashes and sessions in the database, on SQLite and PostgreSQL
// with the same text. It implements auth.Store.
//
// It must not decide who may do what; it only makes sure that what the service decided on is still so
// at the moment of writing. It never sees a secret, only hashes.
package authsql

import (
	"context"
	"database/sql"
	"embed"
	"net/netip"
	"strings"

	"yakusho/internal/auth"
	"yakusho/internal/core"
	"yakusho/internal/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store implements auth.Store.
type Store struct{ db *sqldb.DB }

var _ auth.Store = (*Store)(nil)

// Open brings the tables up to date and returns the store.
func Open(ctx context.Context, db *sqldb.DB) (*Store, error) {
	if err := db.Migrate(ctx, "auth", migrations); err != nil {
		return nil, err
	}
	return &Store{db}, nil
}

// accountColumns is what scanAccount reads.
const accountColumns = `a.id, a.person, a.login, a.name, a.roles, a.disabled, a.must_change, a.loopback_only, a.last_sign_in, a.created_at`

func scanAccount(row sqldb.Row, more ...any) (auth.Account, error) {
	var a auth.Account
	var roles string
	var last, created int64
	dest := append([]any{
		&a.ID, &a.Person, &a.Login, &a.Name, &roles,
		&a.Disabled, &a.MustChange, &a.LoopbackOnly, &last, &created,
	}, more...)
	if err := row.Scan(dest...); err != nil {
		return auth.Account{}, err
	}
	for r := range strings.SplitSeq(strings.Trim(roles, ","), ",") {
		a.Roles = append(a.Roles, core.Role(r))
	}
	a.LastSignIn, a.CreatedAt = core.FromMicros(last), core.FromMicros(created)
	return a, nil
}

// packRoles puts commas around each role, so that LIKE '%,admin,%' finds whole words.
func packRoles(roles []core.Role) string {
	var b strings.Builder
	b.WriteByte(',')
	for _, r := range roles {
		b.WriteString(string(r))
		b.WriteByte(',')
	}
	return b.String()
}

// packAddr is the text of an address without its zone; "" if unknown.
func packAddr(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.Unmap().WithZone("").String()
}

// endedBy runs a statement that ends sessions and returns hash and account.
func endedBy(ctx context.Context, tx *sql.Tx, query string, args ...any) ([]auth.Ended, error) {
	return sqldb.List(ctx, tx, "end sessions", func(row sqldb.Row) (e auth.Ended, err error) {
		err = row.Scan(&e.Session, &e.Account)
		return e, err
	}, query, args...)
}

// endAccount ends the sessions of one account.
func endAccount(ctx context.Context, tx *sql.Tx, id core.ID, now int64) ([]auth.Ended, error) {
	return endedBy(ctx, tx,
		`UPDATE auth_session SET ended_at = $2 WHERE account = $1 AND ended_at = 0 RETURNING hash, account`, id, now)
}
