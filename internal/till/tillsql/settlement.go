package tillsql

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/till"
	"yakusho/internal/till/ledger"
)

const settlementColumns = `id, provider, name, sum, first_day, last_day, by_account, at`

func scanSettlement(row sqldb.Row) (till.Settlement, error) {
	var s till.Settlement
	err := row.Scan(&s.ID, &s.Provider, &s.Name, &s.Sum, &s.From, &s.To, &s.By, times{&s.At})
	return s, err
}

func readSettlement(ctx context.Context, q sqldb.Querier, id core.ID) (till.Settlement, error) {
	return scanSettlement(q.QueryRowContext(ctx, `SELECT `+settlementColumns+` FROM till_settlement WHERE id = $1`, id))
}

// AddSettlement implements till.Settlements. What it returns is without rows.
func (s *Store) AddSettlement(ctx context.Context, cmd till.Command, n till.Settlement, e till.Event) (till.Settlement, bool, error) {
	var stored till.Settlement
	var again bool
	err := s.db.Tx(ctx, "add settlement file", func(ctx context.Context, tx *sql.Tx) error {
		// The first file of these bytes is what every command that brings them makes.
		first, err := scanSettlement(tx.QueryRowContext(ctx,
			`SELECT `+settlementColumns+` FROM till_settlement WHERE provider = $1 AND sum = $2`, n.Provider, n.Sum))
		again = err == nil
		if err != nil && !isNone(err) {
			return err
		}
		id := n.ID
		if again {
			id = first.ID
		}
		made, fresh, err := begin(ctx, tx, cmd, id)
		switch {
		case err != nil:
			return err
		case !fresh:
			again = true
			stored, err = readSettlement(ctx, tx, made)
			return err
		case again:
			stored = first
			return nil
		}
		stored, err = scanSettlement(tx.QueryRowContext(ctx, `
			INSERT INTO till_settlement (`+settlementColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING `+settlementColumns,
			n.ID, n.Provider, clean(n.Name), n.Sum, n.From, n.To, n.By, core.Micros(n.At)))
		if err != nil {
			return err
		}
		if err := insertRows(ctx, tx, n); err != nil {
			return err
		}
		return s.emit(ctx, tx, e)
	})
	if err != nil {
		return till.Settlement{}, false, err
	}
	return stored, again, nil
}

const (
	rowColumns = `settlement, line, provider, ours, ref, kind, amount, fee, has_fee, at, wallet, status, detail`
	rowWidth   = 13
	// rowsAtOnce is few round trips for PostgreSQL and few parameters for SQLite, which looks each up by its name among
	// all before it: at 500 rows a file of 100,000 takes 40 s, at 20 it takes 2.
	rowsAtOnce = 20
)

func insertRows(ctx context.Context, tx *sql.Tx, n till.Settlement) error {
	insert, err := tx.PrepareContext(ctx, `INSERT INTO till_row (`+rowColumns+`) VALUES `+marks(rowsAtOnce, rowWidth))
	if err != nil {
		return err
	}
	defer insert.Close()
	args := make([]any, 0, rowWidth*rowsAtOnce)
	for some := range slices.Chunk(n.Rows, rowsAtOnce) {
		args = args[:0]
		for _, r := range some {
			args = append(args, n.ID, r.Line, n.Provider, clean(string(r.Ours)), clean(r.Ref), r.Kind, r.Amount, r.Fee, r.HasFee,
				core.Micros(r.At), clean(r.Wallet), clean(r.Status), clean(r.Detail))
		}
		if len(some) == rowsAtOnce {
			_, err = insert.ExecContext(ctx, args...)
		} else {
			_, err = tx.ExecContext(ctx, `INSERT INTO till_row (`+rowColumns+`) VALUES `+marks(len(some), rowWidth), args...)
		}
		if err != nil {
			return fmt.Errorf("rows from line %d: %w", some[0].Line, err)
		}
	}
	return nil
}

// Settlements implements till.Settlements, in the order of their days.
func (s *Store) Settlements(ctx context.Context, provider string, from, to till.Day) ([]till.Settlement, error) {
	return sqldb.List(ctx, s.db, "settlement files", scanSettlement, `
		SELECT `+settlementColumns+` FROM till_settlement
		WHERE provider = $1 AND last_day >= $2 AND first_day <= $3 ORDER BY first_day, at, id`, provider, from, to)
}

const rowsQuery = `
	SELECT line, ours, ref, kind, amount, fee, has_fee, at, wallet, status, detail FROM till_row
	WHERE provider = $1 AND at >= $2 AND at < $3 ORDER BY at, settlement, line`

func scanRow(row sqldb.Row) (till.SettlementRow, error) {
	var r till.SettlementRow
	err := row.Scan(&r.Line, &r.Ours, &r.Ref, &r.Kind, &r.Amount, &r.Fee, &r.HasFee, times{&r.At}, &r.Wallet, &r.Status, &r.Detail)
	return r, err
}

// Rows implements till.Settlements.
func (s *Store) Rows(ctx context.Context, provider string, from, to till.Day, f func(till.SettlementRow) error) error {
	return each(ctx, s.db, "settlement rows", scanRow, f, rowsQuery, provider, core.Micros(from.Start()), core.Micros(to.Add(1).Start()))
}

const depositColumns = `id, provider, first_day, last_day, on_day, net, fee, note, by_account, at`

func scanDeposit(row sqldb.Row) (till.Deposit, error) {
	var d till.Deposit
	err := row.Scan(&d.ID, &d.Provider, &d.From, &d.To, &d.On, &d.Net, &d.Fee, &d.Note, &d.By, times{&d.At})
	return d, err
}

// AddDeposit implements till.Settlements.
func (s *Store) AddDeposit(ctx context.Context, cmd till.Command, d till.Deposit, entry ledger.Entry, e till.Event) (till.Deposit, error) {
	return run(ctx, s, change[till.Deposit]{
		name: "add deposit", cmd: cmd, id: d.ID, event: e,
		do: func(ctx context.Context, tx *sql.Tx) (till.Deposit, error) {
			if err := balanced(&entry, false); err != nil {
				return d, err
			}
			if entry.Subject != d.ID {
				return d, fmt.Errorf("deposit %s with an entry of %s", d.ID, entry.Subject)
			}
			stored, err := scanDeposit(tx.QueryRowContext(ctx, `
				INSERT INTO till_deposit (`+depositColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING `+depositColumns,
				d.ID, d.Provider, d.From, d.To, d.On, d.Net, d.Fee, clean(d.Note), d.By, core.Micros(d.At)))
			if err != nil {
				return d, err
			}
			return stored, enter(ctx, tx, entry, "")
		},
		read: func(ctx context.Context, q sqldb.Querier, id core.ID) (till.Deposit, error) {
			return scanDeposit(q.QueryRowContext(ctx, `SELECT `+depositColumns+` FROM till_deposit WHERE id = $1`, id))
		},
	})
}

// Deposits implements till.Settlements: those that pay out any of the days, in the order of arrival.
func (s *Store) Deposits(ctx context.Context, provider string, from, to till.Day) ([]till.Deposit, error) {
	return sqldb.List(ctx, s.db, "deposits", scanDeposit, `
		SELECT `+depositColumns+` FROM till_deposit
		WHERE provider = $1 AND last_day >= $2 AND first_day <= $3 ORDER BY on_day, at, id`, provider, from, to)
}
