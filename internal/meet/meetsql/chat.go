package meetsql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"yakusho/internal/core"
	"yakusho/internal/meet"
	"yakusho/internal/sqldb"
)

const messageColumns = `meeting, number, participant, key, name, guest, text, at`

func scanMessage(row sqldb.Row) (meet.Message, error) {
	var m meet.Message
	var at int64
	err := row.Scan(&m.Meeting, &m.Number, &m.Participant, &m.Key, &m.Name, &m.Guest, &m.Text, &at)
	m.At = core.FromMicros(at)
	return m, err
}

// Say implements meet.Chat. It answers meet.ErrEnded and meet.ErrRemoved when that became so meanwhile;
// a message that is stored already is returned all the same.
func (s *Store) Say(ctx context.Context, m meet.Message) (meet.Message, error) {
	var kept meet.Message
	err := s.db.Tx(ctx, "say", func(ctx context.Context, tx *sql.Tx) error {
		var err error
		kept, err = scanMessage(tx.QueryRowContext(ctx, `
			SELECT `+messageColumns+` FROM meet_message WHERE participant = $1 AND key = $2`, m.Participant, m.Key))
		switch {
		case err == nil && (kept.Text != m.Text || kept.Meeting != m.Meeting):
			return meet.ErrKeyReused.Because("message %d of meeting %s", kept.Number, kept.Meeting)
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		if err := belongs(ctx, tx, m.Meeting, m.Participant); err != nil {
			return err
		}
		// The counter is the gate through which writers pass one by one: no number is left out or given twice.
		err = tx.QueryRowContext(ctx, `
			UPDATE meet_meeting SET messages = messages + 1 WHERE id = $1 AND state <> 'ended' RETURNING messages`,
			m.Meeting).Scan(&m.Number)
		if err != nil {
			return fmt.Errorf("number message: %w", err)
		}
		kept = m
		_, err = tx.ExecContext(ctx, `INSERT INTO meet_message (`+messageColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			m.Meeting, m.Number, m.Participant, m.Key, m.Name, m.Guest, m.Text, core.Micros(m.At))
		return err
	})
	if err != nil {
		return meet.Message{}, err
	}
	return kept, nil
}

const sinceQuery = `SELECT ` + messageColumns + ` FROM meet_message WHERE meeting = $1 AND number > $2 ORDER BY number LIMIT $3`

// Since implements meet.Chat, in the order of the numbers.
func (s *Store) Since(ctx context.Context, meeting core.ID, after int64, limit int) ([]meet.Message, error) {
	return sqldb.List(ctx, s.db, fmt.Sprintf("chat of %s", meeting), scanMessage, sinceQuery, meeting, after, limit)
}
