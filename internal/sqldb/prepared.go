package sqldb

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
)

// What SQLite does with a statement of ours is quick; reading its text is what takes time. So each connection keeps what
// it has read, as pgx does by itself. A statement that is still giving rows is read once more for whoever asks the same
// inside, and one that failed is let go.

// maxPrepared is how many statements one connection keeps; then it begins anew. All of ours together are fewer on any
// connection that is not asked by a bench.
const maxPrepared = 300

// preparing makes the connections of another connector keep their statements.
type preparing struct{ driver.Connector }

// Connect implements driver.Connector.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	inner, ok := c.(sqliteConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("a connection of SQLite is a %T", c), c.Close())
	}
	return &preparedConn{sqliteConn: inner, kept: map[string]*prepared{}}, nil
}

// sqliteConn is what database/sql asks of a connection of SQLite.
type sqliteConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// preparedConn is used by one goroutine at a time, as database/sql promises.
type preparedConn struct {
	sqliteConn
	kept map[string]*prepared
}

type prepared struct {
	sqliteStmt
	busy bool // its rows are being read
}

// take returns the statement of a text, nil where none is kept: for scripts and for what changes the schema.
func (c *preparedConn) take(ctx context.Context, query string) (*prepared, error) {
	if p := c.kept[query]; p != nil {
		if p.busy {
			return nil, nil
		}
		return p, nil
	}
	verb, _, _ := strings.Cut(strings.TrimSpace(query), " ")
	switch strings.ToUpper(strings.TrimSpace(verb)) {
	case "SELECT", "INSERT", "UPDATE", "DELETE":
	default:
		return nil, nil
	}
	if strings.Contains(query, ";") {
		return nil, nil
	}
	if len(c.kept) >= maxPrepared {
		for text, p := range c.kept {
			if !p.busy {
				c.drop(text, p)
			}
		}
	}
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	full, ok := s.(sqliteStmt)
	if !ok {
		return nil, errors.Join(fmt.Errorf("a statement of SQLite is a %T", s), s.Close())
	}
	p := &prepared{sqliteStmt: full}
	c.kept[query] = p
	return p, nil
}

// drop lets a statement go. What closing says was said before: it repeats the statement's own failure.
func (c *preparedConn) drop(query string, p *prepared) {
	delete(c.kept, query)
	_ = p.Close()
}

// ExecContext implements driver.ExecerContext.
func (c *preparedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	p, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	res, err := p.ExecContext(ctx, args)
	if err != nil {
		c.drop(query, p)
	}
	return res, err
}

// QueryContext implements driver.QueryerContext.
func (c *preparedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	p, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := p.QueryContext(ctx, args)
	if err != nil {
		c.drop(query, p)
		return nil, err
	}
	p.busy = true
	return &preparedRows{Rows: rows, done: func(failed bool) {
		if p.busy = false; failed {
			c.drop(query, p)
		}
	}}, nil
}

// Close implements driver.Conn.
func (c *preparedConn) Close() error {
	for query, p := range c.kept {
		c.drop(query, p)
	}
	return c.sqliteConn.Close()
}

// preparedRows give their statement back when they are closed.
type preparedRows struct {
	driver.Rows
	done func(failed bool)
}

// Close implements driver.Rows; database/sql calls it once.
func (r *preparedRows) Close() error {
	err := r.Rows.Close()
	if r.done != nil {
		r.done(err != nil)
		r.done = nil
	}
	return err
}
