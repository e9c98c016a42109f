package meetsql_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/meet"
	"yakusho/internal/meet/meetsql"
	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
)

// crashEnv makes the test binary write into the database it names until it is killed.
const crashEnv = "MEETSQL_WRITE_UNTIL_KILLED"

// The crash test's one meeting and its participant.
const (
	crashMeeting     core.ID = "meeting"
	crashParticipant core.ID = "participant"
)

// crashChild acknowledges each row on standard output once the store has returned: chat messages from
// three writers, and meanwhile stays that begin, are seen and end.
func crashChild(url string) {
	ctx := context.Background()
	fail := func(err error) {
		fmt.Println("failed", err)
		os.Exit(1)
	}
	db, err := sqldb.Open(ctx, url)
	if err != nil {
		fail(err)
	}
	s, err := meetsql.Open(ctx, db)
	if err != nil {
		fail(err)
	}
	for range 3 {
		go func() {
			for {
				key := core.Secret(10)
				m, err := s.Say(ctx, meet.Message{
					Meeting: crashMeeting, Participant: crashParticipant, Key: key, Text: sayText(key), At: core.SystemClock(),
				})
				if err != nil {
					fail(err)
				}
				fmt.Printf("said %d %s\n", m.Number, key)
			}
		}()
	}
	for {
		at := core.SystemClock()
		stay := meet.Stay{ID: core.NewID(at), Meeting: crashMeeting, Participant: crashParticipant, Path: meet.PathUDP, JoinedAt: at, SeenAt: at}
		if err := s.Begin(ctx, stay); err != nil {
			fail(err)
		}
		fmt.Printf("began %s %d\n", stay.ID, core.Micros(at))
		for i := range 3 {
			at = at.Add(time.Duration(i+1) * time.Second)
			if err := s.Seen(ctx, []core.ID{stay.ID}, at); err != nil {
				fail(err)
			}
			fmt.Printf("seen %s %d\n", stay.ID, core.Micros(at))
		}
		at = at.Add(time.Second)
		if err := s.Finish(ctx, stay.ID, at, meet.StayLeft); err != nil {
			fail(err)
		}
		fmt.Printf("left %s %d\n", stay.ID, core.Micros(at))
	}
}

func sayText(key string) string { return strings.Repeat(key, 60) }

// promised is what a store has acknowledged before it was killed.
type promised struct {
	said map[int64]string // key by number
	stay map[core.ID]*promisedStay
}

type promisedStay struct{ joined, seen, left int64 }

func (p promised) note(t *testing.T, line string) {
	t.Helper()
	what, rest, _ := strings.Cut(line, " ")
	if what == "said" {
		var n int64
		var key string
		if _, err := fmt.Sscan(rest, &n, &key); err != nil || p.said[n] != "" {
			t.Fatalf("the child says %q, before %q: %v", line, p.said[n], err)
		}
		p.said[n] = key
		return
	}
	var id core.ID
	var at int64
	if _, err := fmt.Sscan(rest, &id, &at); err != nil {
		t.Fatalf("the child says %q: %v", line, err)
	}
	if p.stay[id] == nil {
		p.stay[id] = &promisedStay{}
	}
	switch what {
	case "began":
		p.stay[id].joined, p.stay[id].seen = at, at
	case "seen":
		p.stay[id].seen = at
	case "left":
		p.stay[id].left = at
	default:
		t.Fatalf("the child says %q", line)
	}
}

// kept compares the database with what was promised. What the child did without living to say so may be
// there too, but never more than it can have had under way.
func (p promised) kept(t *testing.T, s *meetsql.Store, round int) {
	t.Helper()
	ctx := t.Context()
	var ms []meet.Message
	for {
		page, err := s.Since(ctx, crashMeeting, int64(len(ms)), 500)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		ms = append(ms, page...)
	}
	for i, m := range ms {
		n := int64(i + 1)
		if m.Number != n || m.Text != sayText(m.Key) {
			t.Fatalf("round %d: message %d has number %d, key %s, %d bytes", round, n, m.Number, m.Key, len(m.Text))
		}
		if key := p.said[n]; key != "" && key != m.Key {
			t.Errorf("round %d: number %d was promised to %s and belongs to %s", round, n, key, m.Key)
		}
	}
	for n := range p.said {
		if n > int64(len(ms)) {
			t.Errorf("round %d: message %d was promised, %d are kept", round, n, len(ms))
		}
	}
	if extra := len(ms) - len(p.said); extra > 3*(round+1) {
		t.Errorf("round %d: %d messages more than were promised", round, extra)
	}

	if _, err := s.Recover(ctx); err != nil {
		t.Fatal(err)
	}
	stays, err := s.Stays(ctx, crashMeeting)
	if err != nil {
		t.Fatal(err)
	}
	found := map[core.ID]bool{}
	for _, stay := range stays {
		found[stay.ID] = true
		if stay.EndedBy == meet.StayRestart && !stay.LeftAt.Equal(stay.SeenAt) || stay.LeftAt.IsZero() {
			t.Errorf("round %d: recovered %+v", round, stay)
		}
		w := p.stay[stay.ID]
		switch {
		case w == nil:
		case core.Micros(stay.JoinedAt) != w.joined, core.Micros(stay.SeenAt) < w.seen:
			t.Errorf("round %d: %+v, promised %+v", round, stay, *w)
		case w.left != 0 && (core.Micros(stay.LeftAt) != w.left || stay.EndedBy != meet.StayLeft):
			t.Errorf("round %d: %+v, promised to have left at %d", round, stay, w.left)
		}
	}
	for id, w := range p.stay {
		if !found[id] {
			t.Errorf("round %d: stay %s %+v was promised and is not there", round, id, *w)
		}
	}
}

func TestNothingAcknowledgedIsLostByKillMinusNine(t *testing.T) {
	t.Parallel()
	url := testkit.SQLite(t)
	func() {
		db, err := sqldb.Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		s := open(t, db)
		now := core.SystemClock()
		if err := s.Plan(t.Context(), meet.Meeting{ID: crashMeeting, Number: "123456", State: meet.StateOpen, StartsAt: now}, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Admit(t.Context(), meet.Participant{ID: crashParticipant, Meeting: crashMeeting, Subject: "p:a", AdmittedAt: now}); err != nil {
			t.Fatal(err)
		}
	}()
	p := promised{said: map[int64]string{}, stay: map[core.ID]*promisedStay{}}
	testkit.KillAgain(t, crashEnv, url, 20, func(line string) { p.note(t, line) },
		func(round int, db *sqldb.DB) { p.kept(t, open(t, db), round) })
	t.Logf("%d messages and %d stays acknowledged, all there", len(p.said), len(p.stay))
	if len(p.said) < 100 || len(p.stay) < 20 {
		t.Errorf("only %d messages and %d stays were acknowledged: nothing was put to the test", len(p.said), len(p.stay))
	}
}
