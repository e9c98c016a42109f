// Package orgsql keeps the office in the database, on SQLite and PostgreSQL with the same text. It
// implements org.Store.
//
// It must not check what it is given: org does. Names that are no text to a database (NUL, broken
// UTF-8) are refused by PostgreSQL and must not come here.
package orgsql

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"net/netip"

	"yakusho/internal/core"
	"yakusho/internal/org"
	"yakusho/internal/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store implements org.Store.
type Store struct{ db *sqldb.DB }

var _ org.Store = (*Store)(nil)

// Open brings the tables up to date and returns the store.
func Open(ctx context.Context, db *sqldb.DB) (*Store, error) {
	if err := db.Migrate(ctx, "org", migrations); err != nil {
		return nil, err
	}
	return &Store{db}, nil
}

// Put stores a town over what is there, in one transaction.
func (s *Store) Put(ctx context.Context, t org.Town) error {
	return s.db.Tx(ctx, "put the office", func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO org_municipality (id, name, contact) VALUES (1, $1, $2)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, contact = excluded.contact`,
			t.Municipality.Name, t.Municipality.Contact)
		if err != nil {
			return fmt.Errorf("municipality: %w", err)
		}
		if err := putOffices(ctx, tx, t); err != nil {
			return err
		}
		for _, d := range t.Departments {
			_, err := tx.ExecContext(ctx, `
				INSERT INTO org_department (id, name, parent, place) VALUES ($1, $2, $3, $4)
				ON CONFLICT (id) DO UPDATE SET name = excluded.name, parent = excluded.parent, place = excluded.place`,
				d.ID, d.Name, d.Parent, d.Order)
			if err != nil {
				return fmt.Errorf("department %s: %w", d.ID, err)
			}
		}
		for _, p := range t.People {
			_, err := tx.ExecContext(ctx, `
				INSERT INTO org_person (id, name, kana, post, department, office) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (id) DO UPDATE SET name = excluded.name, kana = excluded.kana, post = excluded.post,
					department = excluded.department, office = excluded.office`,
				p.ID, p.Name, p.Kana, p.Post, p.Department, p.Office)
			if err != nil {
				return fmt.Errorf("person %s: %w", p.ID, err)
			}
		}
		return nil
	})
}

func putOffices(ctx context.Context, tx *sql.Tx, t org.Town) error {
	for _, o := range t.Offices {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO org_office (id, name, address, place, down_kbps, up_kbps) VALUES ($1, $2, $3, $4, 0, 0)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, address = excluded.address, place = excluded.place`,
			o.ID, o.Name, o.Address, o.Order)
		if err != nil {
			return fmt.Errorf("building %s: %w", o.ID, err)
		}
	}
	// All old subnets go before the new ones come: a network may move from one building to another.
	for _, l := range t.Lines {
		if _, err := tx.ExecContext(ctx, `DELETE FROM org_subnet WHERE office = $1`, l.Office); err != nil {
			return fmt.Errorf("networks of %s: %w", l.Office, err)
		}
	}
	for _, l := range t.Lines {
		_, err := tx.ExecContext(ctx, `UPDATE org_office SET down_kbps = $2, up_kbps = $3 WHERE id = $1`, l.Office, l.DownKbps, l.UpKbps)
		if err != nil {
			return fmt.Errorf("line of %s: %w", l.Office, err)
		}
		for _, p := range l.Subnets {
			if _, err := tx.ExecContext(ctx, `INSERT INTO org_subnet (prefix, office) VALUES ($1, $2)`, p.String(), l.Office); err != nil {
				return fmt.Errorf("network %s: %w", p, err)
			}
		}
	}
	return nil
}

// Municipality returns the zero value when none was put.
func (s *Store) Municipality(ctx context.Context) (m org.Municipality, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT name, contact FROM org_municipality`).Scan(&m.Name, &m.Contact)
	if errors.Is(err, sql.ErrNoRows) {
		return org.Municipality{}, nil
	}
	if err != nil {
		return org.Municipality{}, fmt.Errorf("municipality: %w", sqldb.Triage(err))
	}
	return m, nil
}

// Offices returns the buildings in their order.
func (s *Store) Offices(ctx context.Context) ([]org.Office, error) {
	return sqldb.List(ctx, s.db, "buildings", func(row sqldb.Row) (o org.Office, err error) {
		err = row.Scan(&o.ID, &o.Name, &o.Address, &o.Order)
		return o, err
	}, `SELECT id, name, address, place FROM org_office ORDER BY place, id`)
}

// Lines returns the line of every building that has one.
func (s *Store) Lines(ctx context.Context) ([]org.Line, error) {
	type line struct {
		org.Line
		subnet string
	}
	rows, err := sqldb.List(ctx, s.db, "lines", func(row sqldb.Row) (l line, err error) {
		err = row.Scan(&l.Office, &l.DownKbps, &l.UpKbps, &l.subnet)
		return l, err
	}, `SELECT o.id, o.down_kbps, o.up_kbps, n.prefix FROM org_office o JOIN org_subnet n ON n.office = o.id
		ORDER BY o.place, o.id, n.prefix`)
	if err != nil {
		return nil, err
	}
	var out []org.Line
	for _, r := range rows {
		p, err := netip.ParsePrefix(r.subnet)
		if err != nil {
			return nil, fmt.Errorf("network of %s: %w", r.Office, err)
		}
		if len(out) == 0 || out[len(out)-1].Office != r.Office {
			out = append(out, r.Line)
		}
		last := &out[len(out)-1]
		last.Subnets = append(last.Subnets, p)
	}
	return out, nil
}

// Departments returns the departments in their order.
func (s *Store) Departments(ctx context.Context) ([]org.Department, error) {
	return sqldb.List(ctx, s.db, "departments", func(row sqldb.Row) (d org.Department, err error) {
		err = row.Scan(&d.ID, &d.Name, &d.Parent, &d.Order)
		return d, err
	}, `SELECT id, name, parent, place FROM org_department ORDER BY place, id`)
}

const selectPerson = `SELECT id, name, kana, post, department, office FROM org_person`

func scanPerson(row sqldb.Row) (p org.Person, err error) {
	err = row.Scan(&p.ID, &p.Name, &p.Kana, &p.Post, &p.Department, &p.Office)
	return p, err
}

// Everyone returns all people.
func (s *Store) Everyone(ctx context.Context) ([]org.Person, error) {
	return sqldb.List(ctx, s.db, "people", scanPerson, selectPerson+` ORDER BY id`)
}

// People returns those with these IDs; unknown ones are left out.
func (s *Store) People(ctx context.Context, ids []core.ID) ([]org.Person, error) {
	return sqldb.ListIn(ctx, s.db, "people", scanPerson, selectPerson+` WHERE id IN ($in) ORDER BY id`, ids)
}
