// Package auditsql keeps the audit log in the tables audit_entry and audit_head, on both databases. It
// must not judge what it stores, and it never updates or deletes an entry.
package auditsql

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"

	"yakusho/internal/audit"
	"yakusho/internal/core"
	"yakusho/internal/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store implements audit.Store.
type Store struct {
	db *sqldb.DB
	// turn is held by the one Append of this process that runs. Writers would otherwise abort each other on
	// PostgreSQL; writers in other processes still do, and are run again.
	turn chan struct{}
}

var _ audit.Store = (*Store)(nil)

// Open brings the tables to the newest state and returns the store over db.
func Open(ctx context.Context, db *sqldb.DB) (*Store, error) {
	if err := db.Migrate(ctx, "audit", migrations); err != nil {
		return nil, err
	}
	// Not in the migration: the text for 32 zero bytes differs between the engines. A head that is gone while
	// entries are there is damage and is not made anew.
	err := db.Tx(ctx, "begin audit log", func(ctx context.Context, tx *sql.Tx) error {
		var entries int64
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM audit_entry LIMIT 1) AS e`).Scan(&entries); err != nil || entries > 0 {
			return err
		}
		_, err := tx.ExecContext(ctx,
			`INSERT INTO audit_head (id, seq, at, hash) VALUES (1, 0, 0, $1) ON CONFLICT (id) DO NOTHING`,
			make([]byte, len(audit.Hash{})))
		return err
	})
	if err != nil {
		return nil, err
	}
	return &Store{db: db, turn: make(chan struct{}, 1)}, nil
}

// Append implements audit.Store. On disk after each step: nothing, until the commit; then entry and head.
func (s *Store) Append(ctx context.Context, e audit.Entry) (audit.Entry, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return audit.Entry{}, ctx.Err()
	}
	detail, err := encodeDetail(e.Detail)
	if err != nil {
		return audit.Entry{}, fmt.Errorf("append audit entry: %w", err)
	}
	var stored audit.Entry
	err = s.db.Tx(ctx, "append audit entry", func(ctx context.Context, tx *sql.Tx) error {
		head, err := readHead(ctx, tx)
		if err != nil {
			return err
		}
		stored = audit.Link(head, e)
		// The guard: whoever followed the same head first makes this touch no row, or abort.
		res, err := tx.ExecContext(ctx,
			`UPDATE audit_head SET seq = $1, at = $2, hash = $3 WHERE id = 1 AND seq = $4`,
			stored.Seq, core.Micros(stored.At), stored.Hash[:], head.Seq)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil {
			return err
		} else if n != 1 {
			return errors.New("the head moved under a serializable transaction")
		}
		_, err = tx.ExecContext(ctx,
			`INSERT INTO audit_entry (seq, at, account, guest, name, address, request, action, target, outcome, detail, prev, hash)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			stored.Seq, core.Micros(stored.At), string(stored.Actor.Account), string(stored.Actor.Guest), stored.Actor.Name,
			audit.AddressText(stored.Actor.Address), stored.Actor.Request, stored.Action, stored.Target, stored.Outcome,
			detail, stored.Prev[:], stored.Hash[:])
		return err
	})
	if err != nil {
		return audit.Entry{}, err
	}
	return stored, nil
}

// Head implements audit.Store.
func (s *Store) Head(ctx context.Context) (audit.Checkpoint, error) {
	head, err := readHead(ctx, s.db)
	return head, sqldb.Triage(err)
}

func readHead(ctx context.Context, q sqldb.Querier) (audit.Checkpoint, error) {
	var seq, at, hash any
	err := q.QueryRowContext(ctx, `SELECT seq, at, hash FROM audit_head WHERE id = 1`).Scan(&seq, &at, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return audit.Checkpoint{}, &audit.Fault{Cause: audit.Unheaded, Why: "the head is gone"}
	}
	if err != nil {
		return audit.Checkpoint{}, err
	}
	var r reader
	head := audit.Checkpoint{Seq: r.number("seq", seq), At: core.FromMicros(r.number("at", at)), Hash: r.hash("hash", hash)}
	if r.err != nil {
		return audit.Checkpoint{}, &audit.Fault{Seq: head.Seq, Cause: audit.Unheaded, Why: r.err.Error()}
	}
	return head, nil
}

const columns = `seq, at, account, guest, name, address, request, action, target, outcome, detail, prev, hash`

// List implements audit.Store. A damaged row ends it with an error: it is Walk that looks for damage.
func (s *Store) List(ctx context.Context, f audit.Filter) ([]audit.Entry, error) {
	return sqldb.List(ctx, s.db, "list audit entries", func(row sqldb.Row) (audit.Entry, error) {
		e, damage, err := scan(row)
		if err := errors.Join(err, damage); err != nil {
			return e, fmt.Errorf("entry %d: %w", e.Seq, err)
		}
		return e, nil
	}, `SELECT `+columns+` FROM audit_entry
		WHERE ($1 = '' OR account = $1) AND ($2 = '' OR guest = $2)
		AND ($3 = '' OR action = $3 OR ($4 = TRUE AND substr(action, 1, length($3)) = $3))
		AND ($5 = '' OR target = $5) AND ($6 = '' OR outcome = $6)
		AND (at >= $7 OR $7 = 0) AND (at < $8 OR $8 = 0) AND (seq < $9 OR $9 = 0)
		ORDER BY seq DESC LIMIT $10`,
		string(f.Account), string(f.Guest), f.Action, module(f.Action), f.Target, f.Outcome,
		core.Micros(f.Since), core.Micros(f.Until), f.Before, f.Limit)
}

// module reports whether a filter's action names all actions of a module.
func module(action string) bool { return action != "" && action[len(action)-1] == '.' }

// Walk implements audit.Store.
func (s *Store) Walk(ctx context.Context, seq int64, each func(audit.Entry, error) error) (audit.Checkpoint, error) {
	var head audit.Checkpoint
	started := false
	err := s.db.View(ctx, "walk audit log", func(ctx context.Context, q sqldb.Querier) error {
		if started { // each has seen entries and cannot unsee them
			return errors.New("the snapshot was lost")
		}
		var noHead error
		if head, noHead = readHead(ctx, q); noHead != nil && !errors.As(noHead, new(*audit.Fault)) {
			return noHead
		}
		rows, err := q.QueryContext(ctx, `SELECT `+columns+` FROM audit_entry WHERE seq >= $1 ORDER BY seq`, seq)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			e, damage, err := scan(rows)
			if err != nil {
				return err
			}
			started = true
			if err := each(e, damage); err != nil {
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		return noHead
	})
	return head, err
}

// scan reads one row without trusting it: SQLite lets a meddler put any type into any column. damage says
// why the row is no entry; err, that there is no row.
func scan(row sqldb.Row) (e audit.Entry, damage, err error) {
	var c [13]any
	if err := row.Scan(&c[0], &c[1], &c[2], &c[3], &c[4], &c[5], &c[6], &c[7], &c[8], &c[9], &c[10], &c[11], &c[12]); err != nil {
		return e, nil, err
	}
	var r reader
	e = audit.Entry{
		Seq: r.number("seq", c[0]),
		At:  core.FromMicros(r.number("at", c[1])),
		Actor: audit.Actor{
			Account: core.ID(r.text("account", c[2])),
			Guest:   core.ID(r.text("guest", c[3])),
			Name:    r.text("name", c[4]),
			Address: r.address("address", c[5]),
			Request: r.text("request", c[6]),
		},
		Action:  r.text("action", c[7]),
		Target:  r.text("target", c[8]),
		Outcome: r.text("outcome", c[9]),
		Detail:  r.detail("detail", c[10]),
		Prev:    r.hash("prev", c[11]),
		Hash:    r.hash("hash", c[12]),
	}
	return e, r.err, nil
}

// reader turns columns into fields and remembers the first that is none. What it accepts it accepts in one
// spelling only: two rows that differ in a byte are two different entries.
type reader struct{ err error }

func (r *reader) bad(column, why string) {
	if r.err == nil {
		r.err = fmt.Errorf("column %s: %s", column, why)
	}
}

func (r *reader) number(column string, v any) int64 {
	n, ok := v.(int64)
	if !ok {
		r.bad(column, fmt.Sprintf("a %T is no number", v))
	}
	return n
}

func (r *reader) text(column string, v any) string {
	s, ok := v.(string)
	if !ok {
		r.bad(column, fmt.Sprintf("a %T is no text", v))
	}
	return s
}

func (r *reader) hash(column string, v any) (h audit.Hash) {
	b, ok := v.([]byte)
	if !ok || len(b) != len(h) {
		r.bad(column, fmt.Sprintf("%T of %d bytes is no hash", v, len(b)))
		return h
	}
	copy(h[:], b)
	return h
}

func (r *reader) address(column string, v any) netip.Addr {
	s := r.text(column, v)
	if s == "" {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(s)
	if err != nil || audit.AddressText(a) != s {
		r.bad(column, "no address in its usual form")
		return netip.Addr{}
	}
	return a
}

func (r *reader) detail(column string, v any) map[string]string {
	s := r.text(column, v)
	d, err := decodeDetail(s)
	if err != nil {
		r.bad(column, err.Error())
	}
	return d
}

// encodeDetail writes the one JSON text of a detail.
func encodeDetail(d map[string]string) (string, error) {
	if d == nil {
		return "{}", nil
	}
	b, err := json.Marshal(d) // sorts the keys
	return string(b), err
}

// decodeDetail accepts what encodeDetail writes and nothing else.
func decodeDetail(s string) (map[string]string, error) {
	d := map[string]string{}
	if err := json.Unmarshal([]byte(s), &d); err != nil {
		return nil, errors.New("no JSON object of texts")
	}
	if again, err := encodeDetail(d); err != nil || again != s || d == nil {
		return nil, errors.New("JSON in another form than it was written")
	}
	return d, nil
}
