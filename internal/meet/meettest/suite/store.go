package suite

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

// RunStore is what every meet.Store has to pass. open returns a new, empty store that goes away with the
// test; it is called once for each of the parallel sub-tests.
func RunStore(t *testing.T, open func(t *testing.T) meet.Store) {
	t.Helper()
	for _, suite := range [][]storeCase{meetingCases, participantCases, attendanceCases, chatCases, raceCases} {
		for _, c := range suite {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.run(bench{t, open(t)})
			})
		}
	}
}

type storeCase struct {
	name string
	run  func(b bench)
}

// bench is a store on the test bench.
type bench struct {
	*testing.T
	meet.Store
}

// nine is 2026-10-01 09:00 in Japan, with microseconds to lose.
var nine = time.Date(2026, time.October, 1, 0, 0, 0, 123456000, time.UTC)

func (b bench) ctx() context.Context { return b.Context() }

func (b bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// refused wants an error of that code and of its kind, so that nothing hides it on the way.
func (b bench) refused(err error, want *core.Error) {
	b.Helper()
	if !errors.Is(err, want) || core.KindOf(err) != want.Kind {
		b.Errorf("got %v, want %v", err, want)
	}
}

func (b bench) same(what string, got, want any) {
	b.Helper()
	if d := cmp.Diff(want, got); d != "" {
		b.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// plan stores a scheduled meeting of 市長 at nine after edit has changed it.
func (b bench) plan(edit func(*meet.Meeting), invited ...meet.Participant) meet.Meeting {
	b.Helper()
	m := meet.Meeting{
		ID: core.NewID(nine), PIN: "0042", Title: "𠮷田課長と打合せ", State: meet.StateScheduled,
		Host: "p:mayor", HostName: "高橋 一郎", HostDept: "総務課", Guests: true,
		StartsAt: nine, EndsAt: nine.Add(time.Hour),
	}
	m.Number = string(m.ID[20:])
	if edit != nil {
		edit(&m)
	}
	for i := range invited {
		invited[i].ID, invited[i].Meeting, invited[i].Invited = core.NewID(nine), m.ID, true
	}
	b.must(b.Plan(b.ctx(), m, invited))
	return m
}

func newParticipant(m meet.Meeting, who meet.Subject) meet.Participant {
	return meet.Participant{
		ID: core.NewID(nine), Meeting: m.ID, Subject: who,
		Name: "佐藤 花子", Department: "税務課", Office: "北支所", AdmittedAt: nine,
	}
}

func (b bench) admit(m meet.Meeting, who meet.Subject) meet.Participant {
	b.Helper()
	p, err := b.Admit(b.ctx(), newParticipant(m, who))
	b.must(err)
	return p
}

func (b bench) begin(p meet.Participant, at time.Time) meet.Stay {
	b.Helper()
	s := meet.Stay{ID: core.NewID(at), Meeting: p.Meeting, Participant: p.ID, Path: meet.PathUDP, JoinedAt: at, SeenAt: at}
	b.must(b.Begin(b.ctx(), s))
	return s
}

func (b bench) stays(m meet.Meeting) []meet.Stay {
	b.Helper()
	stays, err := b.Stays(b.ctx(), m.ID)
	b.must(err)
	return stays
}

func (b bench) guest(m meet.Meeting, name string) (meet.GuestPass, meet.Participant) {
	b.Helper()
	g := meet.GuestPass{
		ID: core.NewID(nine), Meeting: m.ID, Name: name, Secret: meet.HashPass(name + string(m.ID)), ExpiresAt: nine.Add(24 * time.Hour),
	}
	b.must(b.AddGuest(b.ctx(), g))
	return g, b.admit(m, meet.Subject("g:"+string(g.ID)))
}

func (b bench) titles(ms []meet.Meeting, err error) []string {
	b.Helper()
	b.must(err)
	var out []string
	for _, m := range ms {
		out = append(out, m.Title)
	}
	return out
}

var meetingCases = []storeCase{
	{"a planned meeting comes back as it was stored, by id and by number", func(b bench) {
		m := b.plan(func(m *meet.Meeting) { m.Locked, m.OpenedAt = true, nine.Add(time.Microsecond) })
		got, err := b.Meeting(b.ctx(), m.ID)
		b.must(err)
		b.same("by id", got, m)
		got, err = b.ByNumber(b.ctx(), m.Number)
		b.must(err)
		b.same("by number", got, m)
	}},
	{"a meeting that was never planned is unknown", func(b bench) {
		b.plan(nil)
		id, on := core.NewID(nine), true
		_, err := b.Meeting(b.ctx(), id)
		b.refused(err, meet.ErrNoMeeting)
		_, err = b.ByNumber(b.ctx(), "000000")
		b.refused(err, meet.ErrNoMeeting)
		_, err = b.Amend(b.ctx(), id, meet.Amendment{Locked: &on})
		b.refused(err, meet.ErrNoMeeting)
		b.refused(b.End(b.ctx(), id, nine), meet.ErrNoMeeting)
		nowhere := newParticipant(meet.Meeting{ID: id}, "p:a")
		_, err = b.Admit(b.ctx(), nowhere)
		b.refused(err, meet.ErrNoMeeting)
		_, err = b.Invite(b.ctx(), nowhere)
		b.refused(err, meet.ErrNoMeeting)
		b.refused(b.Remove(b.ctx(), id, nowhere.ID, "1111", nine), meet.ErrNoMeeting)
		b.refused(b.AddGuest(b.ctx(), meet.GuestPass{ID: core.NewID(nine), Meeting: id}), meet.ErrNoMeeting)
		b.refused(b.Begin(b.ctx(), meet.Stay{ID: core.NewID(nine), Meeting: id, Participant: nowhere.ID, Path: meet.PathUDP}), meet.ErrNoMeeting)
		_, err = b.Say(b.ctx(), meet.Message{Meeting: id, Participant: nowhere.ID, Key: "12345678", Text: "a"})
		b.refused(err, meet.ErrNoMeeting)
	}},
	{"a number is given once among the meetings that have not ended, and nothing of the second is kept", func(b bench) {
		first := b.plan(nil)
		second := first
		second.ID = core.NewID(nine)
		invited := []meet.Participant{{ID: core.NewID(nine), Meeting: second.ID, Subject: "p:a", Invited: true}}
		b.refused(b.Plan(b.ctx(), second, invited), meet.ErrNumberInUse)
		_, err := b.Meeting(b.ctx(), second.ID)
		b.refused(err, meet.ErrNoMeeting)

		b.must(b.End(b.ctx(), first.ID, nine))
		_, err = b.ByNumber(b.ctx(), first.Number)
		b.refused(err, meet.ErrNoMeeting)
		b.must(b.Plan(b.ctx(), second, invited))
		got, err := b.ByNumber(b.ctx(), first.Number)
		b.must(err)
		b.same("the number's new meeting", got, second)
	}},
	{"those invited to a plan are participants who never came, each once", func(b bench) {
		one, two := meet.Participant{Subject: "p:a", Name: "佐藤 花子"}, meet.Participant{Subject: "p:b", Name: "鈴木 次郎", Office: "本庁"}
		m := b.plan(nil, one, two, meet.Participant{Subject: "p:a", Name: "佐藤 花子"})
		ps, err := b.Participants(b.ctx(), m.ID)
		b.must(err)
		if len(ps) != 2 {
			b.Fatalf("%d participants: %v", len(ps), ps)
		}
		got, err := b.Participant(b.ctx(), m.ID, "p:b")
		b.must(err)
		b.same("invited", got, meet.Participant{ID: got.ID, Meeting: m.ID, Subject: "p:b", Name: "鈴木 次郎", Office: "本庁", Invited: true})
	}},
	{"of a person are the meetings of the day and the open ones, as host or participant, not where removed", func(b bench) {
		day := time.Date(2026, time.September, 30, 15, 0, 0, 0, time.UTC) // midnight in Japan
		next := day.AddDate(0, 0, 1)
		at := func(title string, start time.Time, state meet.State, host meet.Subject, who ...meet.Participant) meet.Meeting {
			return b.plan(func(m *meet.Meeting) {
				m.Title, m.StartsAt, m.EndsAt, m.State, m.Host = title, start, start.Add(time.Hour), state, host
			}, who...)
		}
		me := func() meet.Participant { return meet.Participant{Subject: "p:me"} }
		at("tomorrow", next, meet.StateScheduled, "p:me")
		at("last of the day", next.Add(-time.Microsecond), meet.StateScheduled, "p:me")
		at("first of the day", day, meet.StateScheduled, "p:other", me())
		at("yesterday", day.Add(-time.Microsecond), meet.StateScheduled, "p:me")
		at("open since yesterday", day.Add(-time.Hour), meet.StateOpen, "p:other", me())
		at("of others", day.Add(time.Hour), meet.StateOpen, "p:other", meet.Participant{Subject: "p:third"})
		ended := at("ended this morning", day.Add(2*time.Hour), meet.StateOpen, "p:me", me())
		b.must(b.End(b.ctx(), ended.ID, nine))
		removed := at("removed from", day.Add(3*time.Hour), meet.StateOpen, "p:other", me())
		p, err := b.Participant(b.ctx(), removed.ID, "p:me")
		b.must(err)
		b.must(b.Remove(b.ctx(), removed.ID, p.ID, "1111", nine))

		b.same("of the person", b.titles(b.Of(b.ctx(), "p:me", day, next)),
			[]string{"open since yesterday", "first of the day", "ended this morning", "last of the day"})
		b.same("of nobody", b.titles(b.Of(b.ctx(), "p:nobody", day, next)), []string(nil))
		b.same("lingering", b.titles(b.Lingering(b.ctx(), day.Add(2*time.Hour))),
			[]string{"open since yesterday", "yesterday", "first of the day", "of others"})
	}},
	{"an amendment changes what it names and nothing else", func(b bench) {
		m := b.plan(nil)
		on, off, pin, host := true, false, "9999", meet.Subject("p:heir")
		for _, step := range []struct {
			a    meet.Amendment
			edit func()
		}{
			{meet.Amendment{}, func() {}},
			{meet.Amendment{Locked: &on}, func() { m.Locked = true }},
			{meet.Amendment{Guests: &off}, func() { m.Guests = false }},
			{meet.Amendment{PIN: &pin}, func() { m.PIN = pin }},
			{meet.Amendment{HostName: "nobody", HostDept: "nowhere"}, func() {}},
			{meet.Amendment{Host: &host, HostName: "後任", HostDept: ""}, func() { m.Host, m.HostName, m.HostDept = host, "後任", "" }},
			{meet.Amendment{Locked: &off, Guests: &on}, func() { m.Locked, m.Guests = false, true }},
		} {
			step.edit()
			got, err := b.Amend(b.ctx(), m.ID, step.a)
			b.must(err)
			b.same(fmt.Sprintf("returned by %+v", step.a), got, m)
			got, err = b.Meeting(b.ctx(), m.ID)
			b.must(err)
			b.same(fmt.Sprintf("stored by %+v", step.a), got, m)
		}
	}},
	{"the end ends stays and guest passes of this meeting only, once", func(b bench) {
		m, other := b.plan(nil), b.plan(nil)
		g, p := b.guest(m, "業者 太郎")
		g2, p2 := b.guest(other, "業者 太郎")
		left := b.begin(b.admit(m, "p:a"), nine)
		b.must(b.Finish(b.ctx(), left.ID, nine.Add(time.Minute), meet.StayLeft))
		open, elsewhere := b.begin(p, nine), b.begin(p2, nine)
		end := nine.Add(time.Hour)
		b.must(b.End(b.ctx(), m.ID, end))

		left.LeftAt, left.EndedBy = nine.Add(time.Minute), meet.StayLeft
		open.LeftAt, open.EndedBy = end, meet.StayEnded
		if left.ID > open.ID {
			left, open = open, left
		}
		b.same("stays", b.stays(m), []meet.Stay{left, open})
		b.same("stays elsewhere", b.stays(other), []meet.Stay{elsewhere})
		for secret, want := range map[string]time.Time{g.Secret: end, g2.Secret: g2.ExpiresAt} {
			got, err := b.Guest(b.ctx(), secret)
			b.must(err)
			b.same("guest pass", got.ExpiresAt, want)
		}
		b.refused(b.End(b.ctx(), m.ID, end.Add(time.Hour)), meet.ErrEnded)
		got, err := b.Meeting(b.ctx(), m.ID)
		b.must(err)
		if got.State != meet.StateEnded || !got.EndedAt.Equal(end) {
			b.Errorf("%s at %v, want ended at %v", got.State, got.EndedAt, end)
		}
	}},
	{"nothing can be done in a meeting that has ended", func(b bench) {
		m := b.plan(nil)
		p := b.admit(m, "p:a")
		b.must(b.End(b.ctx(), m.ID, nine))
		before, err := b.Meeting(b.ctx(), m.ID)
		b.must(err)
		on := true
		_, err = b.Amend(b.ctx(), m.ID, meet.Amendment{Locked: &on})
		b.refused(err, meet.ErrEnded)
		_, err = b.Admit(b.ctx(), newParticipant(m, "p:a"))
		b.refused(err, meet.ErrEnded)
		_, err = b.Admit(b.ctx(), newParticipant(m, "p:new"))
		b.refused(err, meet.ErrEnded)
		_, err = b.Invite(b.ctx(), newParticipant(m, "p:new"))
		b.refused(err, meet.ErrEnded)
		b.refused(b.Remove(b.ctx(), m.ID, p.ID, "1111", nine), meet.ErrEnded)
		b.refused(b.AddGuest(b.ctx(), meet.GuestPass{ID: core.NewID(nine), Meeting: m.ID, Secret: "x"}), meet.ErrEnded)
		b.refused(b.Begin(b.ctx(), meet.Stay{ID: core.NewID(nine), Meeting: m.ID, Participant: p.ID, Path: meet.PathUDP, JoinedAt: nine, SeenAt: nine}), meet.ErrEnded)
		_, err = b.Say(b.ctx(), meet.Message{Meeting: m.ID, Participant: p.ID, Key: "12345678", Text: "a", At: nine})
		b.refused(err, meet.ErrEnded)

		after, err := b.Meeting(b.ctx(), m.ID)
		b.must(err)
		b.same("meeting", after, before)
		ps, err := b.Participants(b.ctx(), m.ID)
		b.must(err)
		b.same("participants", ps, []meet.Participant{p})
		b.same("stays", len(b.stays(m)), 0)
	}},
}
