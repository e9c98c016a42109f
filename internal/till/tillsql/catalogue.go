package tillsql

import (
	"context"
	"database/sql"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/till"
)

const itemColumns = `id, code, name, tab, unit, price, free, most, category, category_name, tax, slip, place, first_day, last_day`

const itemsQuery = `SELECT ` + itemColumns + ` FROM till_item ORDER BY place, code, first_day, id`

func scanItem(row sqldb.Row) (till.Item, error) {
	var i till.Item
	err := row.Scan(&i.ID, &i.Code, &i.Name, &i.Group, &i.Unit, &i.Price, &i.Free, &i.Limit, &i.Category.Code, &i.Category.Name,
		&i.Tax, &i.Slip, &i.Order, &i.From, &i.To)
	return i, err
}

// Items implements till.Catalogue, in the order of screens.
func (s *Store) Items(ctx context.Context) ([]till.Item, error) {
	return sqldb.List(ctx, s.db, "price list", scanItem, itemsQuery)
}

// PutItem implements till.Catalogue.
func (s *Store) PutItem(ctx context.Context, cmd till.Command, i till.Item, e till.Event) (till.Item, error) {
	return run(ctx, s, change[till.Item]{
		name: "put item", cmd: cmd, id: i.ID, event: e, read: readItem,
		do: func(ctx context.Context, tx *sql.Tx) (till.Item, error) {
			var other core.ID
			err := tx.QueryRowContext(ctx, `
				SELECT id FROM till_item
				WHERE code = $1 AND id <> $2 AND (last_day = '' OR last_day >= $3) AND ($4 = '' OR first_day <= $4) LIMIT 1`,
				i.Code, i.ID, i.From, i.To).Scan(&other)
			switch {
			case err == nil:
				return i, till.ErrInUse.Because("item %s has the code %s", other, i.Code)
			case !isNone(err):
				return i, err
			}
			found, err := changed(tx.ExecContext(ctx, `
				INSERT INTO till_item (`+itemColumns+`, sold)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, FALSE)
				ON CONFLICT (id) DO UPDATE SET
					code = excluded.code, name = excluded.name, tab = excluded.tab, unit = excluded.unit, price = excluded.price,
					free = excluded.free, most = excluded.most, category = excluded.category, category_name = excluded.category_name,
					tax = excluded.tax, slip = excluded.slip, place = excluded.place, first_day = excluded.first_day,
					last_day = excluded.last_day
				WHERE NOT till_item.sold OR till_item.price = excluded.price AND till_item.free = excluded.free`,
				i.ID, i.Code, i.Name, i.Group, i.Unit, i.Price, i.Free, i.Limit, i.Category.Code, i.Category.Name, i.Tax, i.Slip, i.Order,
				i.From, i.To))
			if err == nil && !found {
				return i, till.ErrPriceFixed.Because("item %s", i.ID)
			}
			return i, err
		},
	})
}

func readItem(ctx context.Context, q sqldb.Querier, id core.ID) (till.Item, error) {
	return scanItem(q.QueryRowContext(ctx, `SELECT `+itemColumns+` FROM till_item WHERE id = $1`, id))
}

const reductionColumns = `id, name, percent, first_day, last_day`

func scanReduction(row sqldb.Row) (till.Reduction, error) {
	var r till.Reduction
	err := row.Scan(&r.ID, &r.Name, &r.Percent, &r.From, &r.To)
	return r, err
}

// Reductions implements till.Catalogue.
func (s *Store) Reductions(ctx context.Context) ([]till.Reduction, error) {
	return sqldb.List(ctx, s.db, "reductions", scanReduction, `SELECT `+reductionColumns+` FROM till_reduction ORDER BY first_day, id`)
}

// PutReduction implements till.Catalogue.
func (s *Store) PutReduction(ctx context.Context, cmd till.Command, r till.Reduction, e till.Event) (till.Reduction, error) {
	return run(ctx, s, change[till.Reduction]{
		name: "put reduction", cmd: cmd, id: r.ID, event: e,
		do: func(ctx context.Context, tx *sql.Tx) (till.Reduction, error) {
			_, err := tx.ExecContext(ctx, `
				INSERT INTO till_reduction (`+reductionColumns+`) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (id) DO UPDATE SET name = excluded.name, percent = excluded.percent, first_day = excluded.first_day,
					last_day = excluded.last_day`,
				r.ID, r.Name, r.Percent, r.From, r.To)
			return r, err
		},
		read: func(ctx context.Context, q sqldb.Querier, id core.ID) (till.Reduction, error) {
			return scanReduction(q.QueryRowContext(ctx, `SELECT `+reductionColumns+` FROM till_reduction WHERE id = $1`, id))
		},
	})
}

const designationColumns = `id, wallet, trustee, notice, noticed_on, categories, first_day, last_day`

func scanDesignation(row sqldb.Row) (till.Designation, error) {
	var d till.Designation
	var categories string
	err := row.Scan(&d.ID, &d.Wallet, &d.Trustee, &d.Notice, &d.NoticedOn, &categories, &d.From, &d.To)
	if err != nil {
		return d, err
	}
	d.Categories, err = fromJSON[[]string](categories)
	return d, err
}

// Designations implements till.Catalogue, by wallet and in the order of time.
func (s *Store) Designations(ctx context.Context) ([]till.Designation, error) {
	return sqldb.List(ctx, s.db, "designations", scanDesignation,
		`SELECT `+designationColumns+` FROM till_designation ORDER BY wallet, first_day, id`)
}

// PutDesignation implements till.Catalogue.
func (s *Store) PutDesignation(ctx context.Context, cmd till.Command, d till.Designation, e till.Event) (till.Designation, error) {
	return run(ctx, s, change[till.Designation]{
		name: "put designation", cmd: cmd, id: d.ID, event: e,
		do: func(ctx context.Context, tx *sql.Tx) (till.Designation, error) {
			categories, err := asJSON(d.Categories)
			if err != nil {
				return d, err
			}
			_, err = tx.ExecContext(ctx, `
				INSERT INTO till_designation (`+designationColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
				ON CONFLICT (id) DO UPDATE SET wallet = excluded.wallet, trustee = excluded.trustee, notice = excluded.notice,
					noticed_on = excluded.noticed_on, categories = excluded.categories, first_day = excluded.first_day,
					last_day = excluded.last_day`,
				d.ID, d.Wallet, d.Trustee, d.Notice, d.NoticedOn, categories, d.From, d.To)
			return d, err
		},
		read: func(ctx context.Context, q sqldb.Querier, id core.ID) (till.Designation, error) {
			return scanDesignation(q.QueryRowContext(ctx, `SELECT `+designationColumns+` FROM till_designation WHERE id = $1`, id))
		},
	})
}
