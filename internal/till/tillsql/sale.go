package tillsql

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/till"
)

const saleColumns = `id, session, counter, day, number, lines, total, training, state, clerk, name, fixed_at, ended_at`

func scanSale(row sqldb.Row) (till.Sale, error) {
	var s till.Sale
	var lines string
	err := row.Scan(&s.ID, &s.Session, &s.Counter, &s.Day, &s.Number, &lines, &s.Total, &s.Training, &s.State, &s.Clerk, &s.Name,
		times{&s.FixedAt}, times{&s.EndedAt})
	if err != nil {
		return s, err
	}
	rows, err := fromJSON[[]lineRow](lines)
	s.Lines = convert(rows, func(l lineRow) till.Line { return till.Line(l) })
	return s, err
}

func readSale(ctx context.Context, q sqldb.Querier, id core.ID) (till.Sale, error) {
	s, err := scanSale(q.QueryRowContext(ctx, `SELECT `+saleColumns+` FROM till_sale WHERE id = $1`, id))
	if err != nil {
		return till.Sale{}, sqldb.NoRow(err, till.ErrNoSale, "sale %s", id)
	}
	return s, nil
}

// FixSale implements till.Sales. The items it is made of keep their price from now on.
func (s *Store) FixSale(ctx context.Context, cmd till.Command, n till.Sale, e till.Event) (till.Sale, error) {
	return run(ctx, s, change[till.Sale]{
		name: "fix sale", cmd: cmd, id: n.ID, session: n.Session, event: e, read: readSale,
		do: func(ctx context.Context, tx *sql.Tx) (till.Sale, error) {
			if n.State != till.SaleOpen && (n.State != till.SalePaid || n.Total != 0) {
				return n, fmt.Errorf("sale %s of %s yen begins as %q", n.ID, n.Total, n.State)
			}
			lines, err := asJSON(convert(n.Lines, func(l till.Line) lineRow { return lineRow(l) }))
			if err != nil {
				return n, err
			}
			open, err := touch(ctx, tx, n.Session)
			if err != nil {
				return n, err
			}
			if !open {
				return n, till.ErrNotOpen.Because("session %s", n.Session)
			}
			fixed, err := scanSale(tx.QueryRowContext(ctx, `
				INSERT INTO till_sale (`+saleColumns+`)
				SELECT $1, id, counter, day, (SELECT COALESCE(MAX(number), 0) + 1 FROM till_sale o 
					WHERE o.counter = till_session.counter AND o.day = till_session.day AND o.training = till_session.training),
					$3, $4, training, $5, $6, $7, $8, $9
				FROM till_session WHERE id = $2 RETURNING `+saleColumns,
				n.ID, n.Session, lines, n.Total, n.State, n.Clerk, clean(n.Name), core.Micros(n.FixedAt), core.Micros(n.EndedAt)))
			if err != nil {
				return n, err
			}
			if fixed.Training {
				return fixed, nil
			}
			return fixed, sold(ctx, tx, n.Lines)
		},
	})
}

// sold marks the items of a sale: what was sold from does not change its price.
func sold(ctx context.Context, tx *sql.Tx, lines []till.Line) error {
	marks, args := make([]string, 0, len(lines)), make([]any, 0, len(lines))
	for i, l := range lines {
		marks, args = append(marks, fmt.Sprintf("$%d", i+1)), append(args, l.Item)
	}
	if len(args) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE till_item SET sold = TRUE WHERE NOT sold AND id IN (`+strings.Join(marks, ", ")+`)`, args...)
	if err != nil {
		return fmt.Errorf("mark items as sold: %w", err)
	}
	return nil
}

// Sale implements till.Sales.
func (s *Store) Sale(ctx context.Context, id core.ID) (till.Sale, error) {
	return readSale(ctx, s.db, id)
}

// EndSale implements till.Sales.
func (s *Store) EndSale(ctx context.Context, cmd till.Command, id core.ID, at time.Time, e till.Event) (till.Sale, error) {
	return run(ctx, s, change[till.Sale]{
		name: "end sale", cmd: cmd, id: id, session: e.Session, event: e, read: readSale,
		do: func(ctx context.Context, tx *sql.Tx) (till.Sale, error) {
			ended, err := scanSale(tx.QueryRowContext(ctx, `
				UPDATE till_sale SET state = 'drop', ended_at = $2
				WHERE id = $1 AND state = 'open' AND NOT EXISTS (SELECT 1 FROM till_attempt WHERE sale = $1
					AND state IN ('created', 'sent', 'unknown', 'cancel_requested', 'unresolved'))
				RETURNING `+saleColumns, id, core.Micros(at)))
			if isNone(err) {
				err = whySale(ctx, tx, id)
			}
			if err != nil {
				return ended, err
			}
			_, err = touch(ctx, tx, ended.Session)
			return ended, err
		},
	})
}

// whySale says why nothing can be done with a sale that should be open and without a live attempt.
func whySale(ctx context.Context, tx *sql.Tx, id core.ID) error {
	s, err := readSale(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case s.State == till.SalePaid:
		return till.ErrSalePaid.Because("sale %s", id)
	case s.State != till.SaleOpen:
		return till.ErrSaleOver.Because("sale %s is %s", id, s.State)
	}
	return till.ErrAttemptLive.Because("sale %s", id)
}

// moveSale moves a sale by its life. at is when it left SaleOpen.
func moveSale(ctx context.Context, tx *sql.Tx, id core.ID, to till.SaleState, at time.Time) error {
	var from till.SaleState
	for _, s := range []till.SaleState{till.SaleOpen, till.SalePaid} {
		if s.CanMove(to) && (to != till.SaleDrop || s == till.SalePaid) { // an open one is dropped by EndSale alone
			from = s
		}
	}
	if from == "" {
		return fmt.Errorf("no sale moves to %q with a payment", to)
	}
	moved, err := changed(tx.ExecContext(ctx, `
		UPDATE till_sale SET state = $3, ended_at = CASE WHEN ended_at = 0 THEN $4 ELSE ended_at END
		WHERE id = $1 AND state = $2`, id, from, to, core.Micros(at)))
	if err != nil {
		return fmt.Errorf("move sale %s to %s: %w", id, to, err)
	}
	if !moved {
		return whySale(ctx, tx, id)
	}
	return nil
}

// searchQuery compares in lower case; $3 is %text% with its own % and _ escaped. By day first: the index gives the days in
// that order, so the search ends with the day that fills the limit.
const searchQuery = `
	SELECT s.id, s.session, s.counter, s.day, s.number, s.lines, s.total, s.training, s.state, s.clerk, s.name, s.fixed_at, s.ended_at
	FROM till_sale s JOIN till_counter c ON c.id = s.counter
	WHERE s.day >= $1 AND s.day <= $2 AND (LOWER(s.id) LIKE $3 ESCAPE '\'
		OR CAST(c.number AS TEXT) || '-' || SUBSTR('000', 1, CASE WHEN s.number < 1000 THEN 4 - LENGTH(CAST(s.number AS TEXT)) ELSE 0 END)
			|| CAST(s.number AS TEXT) LIKE $3 ESCAPE '\'
		OR EXISTS (SELECT 1 FROM till_attempt a WHERE a.sale = s.id
			AND (a.id LIKE $3 ESCAPE '\' OR LOWER(a.ref) LIKE $3 ESCAPE '\' OR LOWER(a.proof_tail) LIKE $3 ESCAPE '\'))
		OR EXISTS (SELECT 1 FROM till_payment p LEFT JOIN till_refund r ON r.payment = p.id WHERE p.sale = s.id
			AND (p.id LIKE $3 ESCAPE '\' OR r.id LIKE $3 ESCAPE '\' OR LOWER(r.ref) LIKE $3 ESCAPE '\')))
	ORDER BY s.day DESC, s.fixed_at DESC, s.id DESC LIMIT $4`

const salesOfDays = `SELECT ` + saleColumns + ` FROM till_sale WHERE day >= $1 AND day <= $2 ORDER BY day DESC, fixed_at DESC, id DESC LIMIT $3`

// SearchSales implements till.Accounts; an empty text finds all of the days.
func (s *Store) SearchSales(ctx context.Context, from, to till.Day, text string, limit int) ([]till.Sale, error) {
	text = strings.ToLower(strings.TrimSpace(clean(text)))
	if text == "" {
		return sqldb.List(ctx, s.db, "sales", scanSale, salesOfDays, from, to, limit)
	}
	pattern := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
	return sqldb.List(ctx, s.db, "search sales", scanSale, searchQuery, from, to, pattern, limit)
}
