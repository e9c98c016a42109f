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

// participantColumns is what scanParticipant reads and participantArgs gives.
const participantColumns = `id, meeting, subject, name, department, office, invited, admitted_at, removed_at`

const insertParticipant = `
	INSERT INTO meet_participant (` + participantColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

func participantArgs(p meet.Participant) []any {
	return []any{
		p.ID, p.Meeting, p.Subject, p.Name, p.Department, p.Office, p.Invited,
		core.Micros(p.AdmittedAt), core.Micros(p.RemovedAt),
	}
}

func scanParticipant(row sqldb.Row) (meet.Participant, error) {
	var p meet.Participant
	var admitted, removed int64
	err := row.Scan(&p.ID, &p.Meeting, &p.Subject, &p.Name, &p.Department, &p.Office, &p.Invited, &admitted, &removed)
	p.AdmittedAt, p.RemovedAt = core.FromMicros(admitted), core.FromMicros(removed)
	return p, err
}

// Admit implements meet.Participants. Who comes again keeps id and time of the first admission; name,
// department and office are as of now.
func (s *Store) Admit(ctx context.Context, p meet.Participant) (meet.Participant, error) {
	var in meet.Participant
	err := s.db.Tx(ctx, "admit", func(ctx context.Context, tx *sql.Tx) error {
		state, err := living(ctx, tx, p.Meeting)
		if err != nil {
			return err
		}
		in, err = scanParticipant(tx.QueryRowContext(ctx, insertParticipant+`
			ON CONFLICT (meeting, subject) DO UPDATE SET
				name = excluded.name, department = excluded.department, office = excluded.office,
				admitted_at = CASE WHEN meet_participant.admitted_at = 0 THEN excluded.admitted_at ELSE meet_participant.admitted_at END
			WHERE meet_participant.removed_at = 0
			RETURNING `+participantColumns, participantArgs(p)...))
		if err != nil {
			return sqldb.NoRow(err, meet.ErrRemoved, "admit %s to %s", p.Subject, p.Meeting)
		}
		if state == meet.StateScheduled {
			_, err = tx.ExecContext(ctx, `UPDATE meet_meeting SET state = 'open', opened_at = $2 WHERE id = $1 AND state = 'scheduled'`,
				p.Meeting, core.Micros(p.AdmittedAt))
		}
		return err
	})
	if err != nil {
		return meet.Participant{}, err
	}
	return in, nil
}

// Invite implements meet.Participants. A participant who came uninvited counts as invited from now on;
// nothing else of one who is there already changes.
func (s *Store) Invite(ctx context.Context, p meet.Participant) (meet.Participant, error) {
	var in meet.Participant
	err := s.db.Tx(ctx, "invite", func(ctx context.Context, tx *sql.Tx) error {
		if _, err := living(ctx, tx, p.Meeting); err != nil {
			return err
		}
		var err error
		in, err = scanParticipant(tx.QueryRowContext(ctx, insertParticipant+`
			ON CONFLICT (meeting, subject) DO UPDATE SET
				invited = CASE WHEN meet_participant.removed_at = 0 THEN TRUE ELSE meet_participant.invited END
			RETURNING `+participantColumns, participantArgs(p)...))
		return err
	})
	if err != nil {
		return meet.Participant{}, err
	}
	return in, nil
}

// Participant implements meet.Participants.
func (s *Store) Participant(ctx context.Context, meeting core.ID, who meet.Subject) (meet.Participant, error) {
	p, err := scanParticipant(s.db.QueryRowContext(ctx,
		`SELECT `+participantColumns+` FROM meet_participant WHERE meeting = $1 AND subject = $2`, meeting, who))
	if err != nil {
		return meet.Participant{}, sqldb.NoRow(err, meet.ErrNotHere, "%s in meeting %s", who, meeting)
	}
	return p, nil
}

const participantsQuery = `SELECT ` + participantColumns + ` FROM meet_participant WHERE meeting = $1 ORDER BY id`

// Participants implements meet.Participants; removed ones included, in the order they were added.
func (s *Store) Participants(ctx context.Context, meeting core.ID) ([]meet.Participant, error) {
	return sqldb.List(ctx, s.db, fmt.Sprintf("participants of %s", meeting), scanParticipant, participantsQuery, meeting)
}

// Remove implements meet.Participants. Who was removed before stays removed since then.
func (s *Store) Remove(ctx context.Context, meeting, participant core.ID, pin string, at time.Time) error {
	return s.db.Tx(ctx, "remove participant", func(ctx context.Context, tx *sql.Tx) error {
		var id core.ID
		err := tx.QueryRowContext(ctx, `UPDATE meet_meeting SET pin = $2 WHERE id = $1 AND state <> 'ended' RETURNING id`,
			meeting, pin).Scan(&id)
		if err != nil {
			return because(ctx, tx, err, meeting)
		}
		var removed core.ID
		err = tx.QueryRowContext(ctx, `
			UPDATE meet_participant SET removed_at = CASE WHEN removed_at = 0 THEN $3 ELSE removed_at END
			WHERE id = $2 AND meeting = $1 RETURNING id`, meeting, participant, core.Micros(at)).Scan(&removed)
		if err != nil {
			return sqldb.NoRow(err, meet.ErrNotHere, "participant %s of meeting %s", participant, meeting)
		}
		_, err = tx.ExecContext(ctx, finish+` WHERE participant = $3 AND left_at = 0`,
			core.Micros(at), meet.StayRemoved, participant)
		if err != nil {
			return fmt.Errorf("end stays: %w", err)
		}
		// Not only the removed guest's pass: another may have been taken with the old PIN, to come back with.
		_, err = tx.ExecContext(ctx, `
			UPDATE meet_guest SET expires_at = $2 WHERE meeting = $1 AND expires_at > $2 AND NOT EXISTS (
				SELECT 1 FROM meet_participant p JOIN meet_stay s ON s.participant = p.id
				WHERE p.meeting = $1 AND p.subject = 'g:' || meet_guest.id AND s.left_at = 0)`,
			meeting, core.Micros(at))
		if err != nil {
			return fmt.Errorf("end guest passes: %w", err)
		}
		return nil
	})
}

// AddGuest implements meet.Participants; meet.ErrEnded when the meeting ended meanwhile.
func (s *Store) AddGuest(ctx context.Context, g meet.GuestPass) error {
	return s.db.Tx(ctx, "add guest pass", func(ctx context.Context, tx *sql.Tx) error {
		if _, err := living(ctx, tx, g.Meeting); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx,
			`INSERT INTO meet_guest (id, meeting, name, secret, expires_at) VALUES ($1, $2, $3, $4, $5)`,
			g.ID, g.Meeting, g.Name, g.Secret, core.Micros(g.ExpiresAt))
		return err
	})
}

// Guest implements meet.Participants.
func (s *Store) Guest(ctx context.Context, secret string) (meet.GuestPass, error) {
	g := meet.GuestPass{Secret: secret}
	var expires int64
	err := s.db.QueryRowContext(ctx, `SELECT id, meeting, name, expires_at FROM meet_guest WHERE secret = $1`, secret).
		Scan(&g.ID, &g.Meeting, &g.Name, &expires)
	if err != nil {
		return meet.GuestPass{}, sqldb.NoRow(err, meet.ErrSignIn, "guest pass")
	}
	g.ExpiresAt = core.FromMicros(expires)
	return g, nil
}
