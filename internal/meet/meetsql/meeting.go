package meetsql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/meet"
	"yakusho/internal/sqldb"
)

// meetingColumns is what scanMeeting reads.
const meetingColumns = `id, number, pin, title, state, host, host_name, host_dept, locked, guests,
	starts_at, ends_at, opened_at, ended_at`

func scanMeeting(row sqldb.Row) (meet.Meeting, error) {
	var m meet.Meeting
	var starts, ends, opened, ended int64
	err := row.Scan(&m.ID, &m.Number, &m.PIN, &m.Title, &m.State, &m.Host, &m.HostName, &m.HostDept, &m.Locked, &m.Guests,
		&starts, &ends, &opened, &ended)
	m.StartsAt, m.EndsAt = core.FromMicros(starts), core.FromMicros(ends)
	m.OpenedAt, m.EndedAt = core.FromMicros(opened), core.FromMicros(ended)
	return m, err
}

// Plan implements meet.Meetings. Of a subject invited twice the first counts.
func (s *Store) Plan(ctx context.Context, m meet.Meeting, invited []meet.Participant) error {
	return s.db.Tx(ctx, "plan meeting", func(ctx context.Context, tx *sql.Tx) error {
		var id core.ID
		err := tx.QueryRowContext(ctx, `
			INSERT INTO meet_meeting (`+meetingColumns+`, messages)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0)
			ON CONFLICT (number) WHERE state <> 'ended' DO NOTHING RETURNING id`,
			m.ID, m.Number, m.PIN, m.Title, m.State, m.Host, m.HostName, m.HostDept, m.Locked, m.Guests,
			core.Micros(m.StartsAt), core.Micros(m.EndsAt), core.Micros(m.OpenedAt), core.Micros(m.EndedAt)).Scan(&id)
		if err != nil {
			return sqldb.NoRow(err, meet.ErrNumberInUse, "plan meeting %s", m.ID)
		}
		for _, p := range invited {
			_, err := tx.ExecContext(ctx, insertParticipant+` ON CONFLICT (meeting, subject) DO NOTHING`, participantArgs(p)...)
			if err != nil {
				return fmt.Errorf("invite %s: %w", p.ID, err)
			}
		}
		return nil
	})
}

// Meeting implements meet.Meetings.
func (s *Store) Meeting(ctx context.Context, id core.ID) (meet.Meeting, error) {
	m, err := scanMeeting(s.db.QueryRowContext(ctx, `SELECT `+meetingColumns+` FROM meet_meeting WHERE id = $1`, id))
	if err != nil {
		return meet.Meeting{}, sqldb.NoRow(err, meet.ErrNoMeeting, "meeting %s", id)
	}
	return m, nil
}

// ByNumber implements meet.Meetings.
func (s *Store) ByNumber(ctx context.Context, number string) (meet.Meeting, error) {
	m, err := scanMeeting(s.db.QueryRowContext(ctx,
		`SELECT `+meetingColumns+` FROM meet_meeting WHERE number = $1 AND state <> 'ended'`, number))
	if err != nil {
		return meet.Meeting{}, sqldb.NoRow(err, meet.ErrNoMeeting, "number %s", number)
	}
	return m, nil
}

// ofQuery goes by time first, for which there are indexes: a day has few meetings, a person many. With
// OR in place of the UNION, SQLite reads the whole table.
const ofQuery = `
	SELECT ` + meetingColumns + ` FROM meet_meeting
	WHERE id IN (
		SELECT id FROM meet_meeting WHERE starts_at >= $2 AND starts_at < $3
		UNION ALL SELECT id FROM meet_meeting WHERE state = 'open')
	  AND (host = $1 OR EXISTS (
		SELECT 1 FROM meet_participant p WHERE p.meeting = meet_meeting.id AND p.subject = $1))
	  AND NOT EXISTS (
		SELECT 1 FROM meet_participant p
		WHERE p.meeting = meet_meeting.id AND p.subject = $1 AND p.removed_at <> 0)
	ORDER BY starts_at, id`

// Of implements meet.Meetings.
func (s *Store) Of(ctx context.Context, who meet.Subject, from, to time.Time) ([]meet.Meeting, error) {
	return sqldb.List(ctx, s.db, fmt.Sprintf("meetings of %s", who), scanMeeting, ofQuery, who, core.Micros(from), core.Micros(to))
}

const lingeringQuery = `SELECT ` + meetingColumns + ` FROM meet_meeting
WHERE state <> 'ended' AND ends_at <= $1 ORDER BY ends_at, id`

// Lingering implements meet.Meetings; the longest over comes first.
func (s *Store) Lingering(ctx context.Context, before time.Time) ([]meet.Meeting, error) {
	return sqldb.List(ctx, s.db, "lingering meetings", scanMeeting, lingeringQuery, core.Micros(before))
}

// Amend implements meet.Meetings.
func (s *Store) Amend(ctx context.Context, id core.ID, a meet.Amendment) (meet.Meeting, error) {
	var name, dept *string
	if a.Host != nil {
		name, dept = &a.HostName, &a.HostDept
	}
	var m meet.Meeting
	err := s.db.Tx(ctx, "amend meeting", func(ctx context.Context, tx *sql.Tx) (err error) {
		m, err = scanMeeting(tx.QueryRowContext(ctx, `
			UPDATE meet_meeting SET
				locked = COALESCE($2, locked), guests = COALESCE($3, guests), pin = COALESCE($4, pin),
				host = COALESCE($5, host), host_name = COALESCE($6, host_name), host_dept = COALESCE($7, host_dept)
			WHERE id = $1 AND state <> 'ended' RETURNING `+meetingColumns,
			id, a.Locked, a.Guests, a.PIN, a.Host, name, dept))
		return because(ctx, tx, err, id)
	})
	if err != nil {
		return meet.Meeting{}, err
	}
	return m, nil
}

// because says why a guarded update of a meeting found no row.
func because(ctx context.Context, tx *sql.Tx, err error, id core.ID) error {
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if _, why := living(ctx, tx, id); why != nil {
		return why
	}
	return err
}

// End implements meet.Meetings.
func (s *Store) End(ctx context.Context, id core.ID, at time.Time) error {
	return s.db.Tx(ctx, "end meeting", func(ctx context.Context, tx *sql.Tx) error {
		var ended core.ID
		err := tx.QueryRowContext(ctx,
			`UPDATE meet_meeting SET state = 'ended', ended_at = $2 WHERE id = $1 AND state <> 'ended' RETURNING id`,
			id, core.Micros(at)).Scan(&ended)
		if err != nil {
			return because(ctx, tx, err, id)
		}
		_, err = tx.ExecContext(ctx, finish+` WHERE meeting = $3 AND left_at = 0`, core.Micros(at), meet.StayEnded, id)
		if err != nil {
			return fmt.Errorf("end its stays: %w", err)
		}
		_, err = tx.ExecContext(ctx, `UPDATE meet_guest SET expires_at = $2 WHERE meeting = $1 AND expires_at > $2`,
			id, core.Micros(at))
		if err != nil {
			return fmt.Errorf("end its guest passes: %w", err)
		}
		return nil
	})
}
