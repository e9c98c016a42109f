package tillsql

import (
	"context"
	"database/sql"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/till"
)

const (
	counterColumns = `id, number, name, office, printer, retired`
	stickerColumns = `id, counter, wallet, provider, label, payload, shop, registered_at, by_account, retired`
	displayColumns = `id, counter, secret, paired_at, by_account, retired`
)

func scanCounter(row sqldb.Row) (till.Counter, error) {
	var c till.Counter
	err := row.Scan(&c.ID, &c.Number, &c.Name, &c.Office, &c.Printer, &c.Retired)
	return c, err
}

func scanSticker(row sqldb.Row) (till.Sticker, error) {
	var s till.Sticker
	err := row.Scan(&s.ID, &s.Counter, &s.Wallet, &s.Provider, &s.Label, &s.Payload, &s.Shop, times{&s.Registered}, &s.By, &s.Retired)
	return s, err
}

func scanDisplay(row sqldb.Row) (till.Display, error) {
	var d till.Display
	err := row.Scan(&d.ID, &d.Counter, &d.Secret, times{&d.Paired}, &d.By, &d.Retired)
	return d, err
}

// Counters implements till.Places, by number; counters and stickers that are retired are among them.
func (s *Store) Counters(ctx context.Context) ([]till.Counter, error) {
	var all []till.Counter
	err := s.db.View(ctx, "counters", func(ctx context.Context, q sqldb.Querier) (err error) {
		all, err = sqldb.List(ctx, q, "counters", scanCounter, `SELECT `+counterColumns+` FROM till_counter ORDER BY number, id`)
		if err != nil {
			return err
		}
		stickers, err := sqldb.List(ctx, q, "stickers", scanSticker, `SELECT `+stickerColumns+` FROM till_sticker ORDER BY registered_at, id`)
		if err != nil {
			return err
		}
		for i := range all {
			for _, st := range stickers {
				if st.Counter == all[i].ID {
					all[i].Stickers = append(all[i].Stickers, st)
				}
			}
		}
		return nil
	})
	return all, err
}

func readCounter(ctx context.Context, q sqldb.Querier, id core.ID) (till.Counter, error) {
	c, err := scanCounter(q.QueryRowContext(ctx, `SELECT `+counterColumns+` FROM till_counter WHERE id = $1`, id))
	if err != nil {
		return c, sqldb.NoRow(err, till.ErrNoCounter, "counter %s", id)
	}
	c.Stickers, err = sqldb.List(ctx, q, "stickers", scanSticker,
		`SELECT `+stickerColumns+` FROM till_sticker WHERE counter = $1 ORDER BY registered_at, id`, id)
	return c, err
}

// PutCounter implements till.Places; till.ErrInUse when another counter has the number. Its stickers stay as they are.
func (s *Store) PutCounter(ctx context.Context, cmd till.Command, c till.Counter, e till.Event) (till.Counter, error) {
	out, err := run(ctx, s, change[till.Counter]{
		name: "put counter", cmd: cmd, id: c.ID, event: e, read: readCounter,
		do: func(ctx context.Context, tx *sql.Tx) (till.Counter, error) {
			_, err := tx.ExecContext(ctx, `
				INSERT INTO till_counter (`+counterColumns+`) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (id) DO UPDATE SET number = excluded.number, name = excluded.name, office = excluded.office,
					printer = excluded.printer, retired = excluded.retired`,
				c.ID, c.Number, c.Name, c.Office, c.Printer, c.Retired)
			if err != nil {
				return c, err
			}
			return readCounter(ctx, tx, c.ID)
		},
	})
	return out, inUse(err, "counter number %d", c.Number)
}

// inUse turns a key that is taken into the refusal.
func inUse(err error, format string, args ...any) error {
	if sqldb.IsUnique(err) {
		return till.ErrInUse.Because(format, args...)
	}
	return err
}

// PutSticker implements till.Places.
func (s *Store) PutSticker(ctx context.Context, cmd till.Command, st till.Sticker, e till.Event) (till.Sticker, error) {
	out, err := run(ctx, s, change[till.Sticker]{
		name: "put sticker", cmd: cmd, id: st.ID, event: e,
		do: func(ctx context.Context, tx *sql.Tx) (till.Sticker, error) {
			_, err := tx.ExecContext(ctx, `
				INSERT INTO till_sticker (`+stickerColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
				ON CONFLICT (id) DO UPDATE SET counter = excluded.counter, wallet = excluded.wallet, provider = excluded.provider,
					label = excluded.label, payload = excluded.payload, shop = excluded.shop, registered_at = excluded.registered_at,
					by_account = excluded.by_account, retired = excluded.retired`,
				st.ID, st.Counter, st.Wallet, st.Provider, st.Label, clean(st.Payload), clean(st.Shop), core.Micros(st.Registered), st.By, st.Retired)
			if err != nil {
				return st, err
			}
			return readSticker(ctx, tx, st.ID)
		},
		read: readSticker,
	})
	return out, noCounter(err, st.Counter)
}

func readSticker(ctx context.Context, q sqldb.Querier, id core.ID) (till.Sticker, error) {
	return scanSticker(q.QueryRowContext(ctx, `SELECT `+stickerColumns+` FROM till_sticker WHERE id = $1`, id))
}

func noCounter(err error, id core.ID) error {
	if sqldb.IsForeignKey(err) {
		return till.ErrNoCounter.Because("counter %s", id)
	}
	return err
}

// Displays implements till.Places, the last paired first.
func (s *Store) Displays(ctx context.Context) ([]till.Display, error) {
	return sqldb.List(ctx, s.db, "displays", scanDisplay,
		`SELECT `+displayColumns+` FROM till_display WHERE NOT retired ORDER BY paired_at DESC, id`)
}

// PutDisplay implements till.Places; till.ErrInUse for a secret that another display has.
func (s *Store) PutDisplay(ctx context.Context, cmd till.Command, d till.Display, e till.Event) (till.Display, error) {
	read := func(ctx context.Context, q sqldb.Querier, id core.ID) (till.Display, error) {
		return scanDisplay(q.QueryRowContext(ctx, `SELECT `+displayColumns+` FROM till_display WHERE id = $1`, id))
	}
	out, err := run(ctx, s, change[till.Display]{
		name: "put display", cmd: cmd, id: d.ID, event: e, read: read,
		do: func(ctx context.Context, tx *sql.Tx) (till.Display, error) {
			_, err := tx.ExecContext(ctx, `
				INSERT INTO till_display (`+displayColumns+`) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (id) DO UPDATE SET counter = excluded.counter, secret = excluded.secret, paired_at = excluded.paired_at,
					by_account = excluded.by_account, retired = excluded.retired`,
				d.ID, d.Counter, d.Secret, core.Micros(d.Paired), d.By, d.Retired)
			if err != nil {
				return d, err
			}
			return read(ctx, tx, d.ID)
		},
	})
	return out, noCounter(inUse(err, "display %s", d.ID), d.Counter)
}
