package meetsql

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/meet"
	"yakusho/internal/sqldb"
)

// finish ends stays at $1 because of $2; a WHERE follows. A clock that was put back makes no stay end
// before it was last seen alive.
const finish = `UPDATE meet_stay SET left_at = CASE WHEN seen_at > $1 THEN seen_at ELSE $1 END, ended_by = $2`

// Begin implements meet.Attendance. A stay of the same participant that is still open, because its end
// or its beginning got lost on the way, ends here as moved.
func (s *Store) Begin(ctx context.Context, n meet.Stay) error {
	return s.db.Tx(ctx, "begin stay", func(ctx context.Context, tx *sql.Tx) error {
		if err := belongs(ctx, tx, n.Meeting, n.Participant); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, finish+` WHERE participant = $3 AND left_at = 0`,
			core.Micros(n.JoinedAt), meet.StayMoved, n.Participant)
		if err != nil {
			return fmt.Errorf("end the stay before: %w", err)
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO meet_stay (id, meeting, participant, path, joined_at, seen_at, left_at, ended_by, hand_at)
			VALUES ($1, $2, $3, $4, $5, $6, 0, '', COALESCE((
				SELECT CASE WHEN ended_by = 'moved' OR ended_by = 'restart' AND left_at >= $7 THEN hand_at ELSE 0 END
				FROM meet_stay WHERE meeting = $2 AND participant = $3 ORDER BY joined_at DESC, id DESC LIMIT 1), 0))`,
			n.ID, n.Meeting, n.Participant, n.Path, core.Micros(n.JoinedAt), core.Micros(n.SeenAt),
			core.Micros(n.JoinedAt.Add(-meet.HandKept)))
		return err
	})
}

// Hand implements meet.Attendance; a stay that is over is no error.
func (s *Store) Hand(ctx context.Context, stay core.ID, at time.Time) error {
	_, err := s.db.ExecContext(ctx, `UPDATE meet_stay SET hand_at = $2 WHERE id = $1 AND left_at = 0`, stay, core.Micros(at))
	if err != nil {
		return fmt.Errorf("hand in stay %s: %w", stay, err)
	}
	return nil
}

// Raised implements meet.Attendance; the zero time for a stay that is over.
func (s *Store) Raised(ctx context.Context, stay core.ID) (time.Time, error) {
	var at int64
	err := s.db.QueryRowContext(ctx, `SELECT COALESCE(MAX(hand_at), 0) FROM meet_stay WHERE id = $1 AND left_at = 0`, stay).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("hand in stay %s: %w", stay, sqldb.Triage(err))
	}
	return core.FromMicros(at), nil
}

// belongs makes sure that the meeting has not ended and that its participant was not removed.
func belongs(ctx context.Context, tx *sql.Tx, meeting, participant core.ID) error {
	if _, err := living(ctx, tx, meeting); err != nil {
		return err
	}
	var removed int64
	err := tx.QueryRowContext(ctx, `SELECT removed_at FROM meet_participant WHERE id = $1 AND meeting = $2`,
		participant, meeting).Scan(&removed)
	switch {
	case err != nil:
		return sqldb.NoRow(err, meet.ErrNotHere, "participant %s of meeting %s", participant, meeting)
	case removed != 0:
		return meet.ErrRemoved.Because("participant %s of meeting %s", participant, meeting)
	}
	return nil
}

// Seen implements meet.Attendance. It never goes back.
func (s *Store) Seen(ctx context.Context, stays []core.ID, at time.Time) error {
	return s.db.Tx(ctx, "mark stays as seen", func(ctx context.Context, tx *sql.Tx) error {
		mark, err := tx.PrepareContext(ctx, `UPDATE meet_stay SET seen_at = $2 WHERE id = $1 AND left_at = 0 AND seen_at < $2`)
		if err != nil {
			return err
		}
		defer mark.Close()
		for _, id := range stays {
			if _, err := mark.ExecContext(ctx, id, core.Micros(at)); err != nil {
				return fmt.Errorf("stay %s: %w", id, err)
			}
		}
		return nil
	})
}

// Finish implements meet.Attendance; a stay it does not know is no error.
func (s *Store) Finish(ctx context.Context, stay core.ID, at time.Time, by meet.StayEnd) error {
	return s.db.Tx(ctx, "end stay", func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, finish+` WHERE id = $3 AND left_at = 0`, core.Micros(at), by, stay)
		return err
	})
}

// Recover implements meet.Attendance.
func (s *Store) Recover(ctx context.Context) (int, error) {
	var n int64
	err := s.db.Tx(ctx, "end open stays", func(ctx context.Context, tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE meet_stay SET left_at = seen_at, ended_by = $1 WHERE left_at = 0`, meet.StayRestart)
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	return int(n), err
}

const staysQuery = `
	SELECT id, meeting, participant, path, joined_at, seen_at, left_at, ended_by
	FROM meet_stay WHERE meeting = $1 ORDER BY joined_at, id`

// Stays implements meet.Attendance, in the order of joining.
func (s *Store) Stays(ctx context.Context, meeting core.ID) ([]meet.Stay, error) {
	return sqldb.List(ctx, s.db, fmt.Sprintf("stays in %s", meeting), scanStay, staysQuery, meeting)
}

func scanStay(row sqldb.Row) (meet.Stay, error) {
	var s meet.Stay
	var joined, seen, left int64
	err := row.Scan(&s.ID, &s.Meeting, &s.Participant, &s.Path, &joined, &seen, &left, &s.EndedBy)
	s.JoinedAt, s.SeenAt, s.LeftAt = core.FromMicros(joined), core.FromMicros(seen), core.FromMicros(left)
	return s, err
}
