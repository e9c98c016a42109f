package suite

import (
	"fmt"
	"slices"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

var participantCases = []storeCase{
	{"admission opens a scheduled meeting once", func(b bench) {
		m := b.plan(nil)
		b.admit(m, "p:a")
		late := newParticipant(m, "p:b")
		late.AdmittedAt = nine.Add(time.Minute)
		_, err := b.Admit(b.ctx(), late)
		b.must(err)
		got, err := b.Meeting(b.ctx(), m.ID)
		b.must(err)
		m.State, m.OpenedAt = meet.StateOpen, nine
		b.same("meeting", got, m)
	}},
	{"who is admitted again keeps id and first time and is known as of now", func(b bench) {
		m := b.plan(nil)
		first := newParticipant(m, "p:a")
		got, err := b.Admit(b.ctx(), first)
		b.must(err)
		b.same("first admission", got, first)

		again := newParticipant(m, "p:a")
		again.AdmittedAt, again.Name, again.Department, again.Office = nine.Add(time.Hour), "佐藤(旧姓 鈴木) 花子", "住民課", ""
		got, err = b.Admit(b.ctx(), again)
		b.must(err)
		again.ID, again.AdmittedAt = first.ID, first.AdmittedAt
		b.same("second admission", got, again)
		got, err = b.Participant(b.ctx(), m.ID, "p:a")
		b.must(err)
		b.same("stored", got, again)
	}},
	{"who was invited and comes stays invited and is admitted", func(b bench) {
		m := b.plan(nil, meet.Participant{Subject: "p:a", Name: "佐藤"})
		before, err := b.Participant(b.ctx(), m.ID, "p:a")
		b.must(err)
		got := b.admit(m, "p:a")
		if got.ID != before.ID || !got.Invited || !got.AdmittedAt.Equal(nine) {
			b.Errorf("%+v", got)
		}
	}},
	{"the same person is another participant in another meeting", func(b bench) {
		m, other := b.plan(nil), b.plan(nil)
		if p, q := b.admit(m, "p:a"), b.admit(other, "p:a"); p.ID == q.ID {
			b.Errorf("%v in both", p.ID)
		}
		_, err := b.Participant(b.ctx(), m.ID, "p:b")
		b.refused(err, meet.ErrNotHere)
		_, err = b.Participant(b.ctx(), "nowhere", "p:a")
		b.refused(err, meet.ErrNotHere)
	}},
	{"an invitation adds, marks who came uninvited, and changes nothing else", func(b bench) {
		m := b.plan(nil)
		fresh := newParticipant(m, "p:a")
		fresh.Invited, fresh.AdmittedAt = true, time.Time{}
		got, err := b.Invite(b.ctx(), fresh)
		b.must(err)
		b.same("new", got, fresh)
		state, err := b.Meeting(b.ctx(), m.ID)
		b.must(err)
		b.same("an invitation opens nothing", state.State, meet.StateScheduled)

		came := b.admit(m, "p:b")
		again := newParticipant(m, "p:b")
		again.Name, again.Invited = "別の名前", true
		got, err = b.Invite(b.ctx(), again)
		b.must(err)
		came.Invited = true
		b.same("came uninvited", got, came)
	}},
	{"a removed participant stays removed, whatever is tried", func(b bench) {
		m := b.plan(nil)
		p := b.admit(m, "p:a")
		b.must(b.Remove(b.ctx(), m.ID, p.ID, "1111", nine.Add(time.Minute)))
		p.RemovedAt = nine.Add(time.Minute)
		_, err := b.Admit(b.ctx(), newParticipant(m, "p:a"))
		b.refused(err, meet.ErrRemoved)
		again := newParticipant(m, "p:a")
		again.Invited = true
		got, err := b.Invite(b.ctx(), again)
		b.must(err)
		b.same("invited again", got, p)
		b.refused(b.Begin(b.ctx(), meet.Stay{ID: core.NewID(nine), Meeting: m.ID, Participant: p.ID, Path: meet.PathUDP, JoinedAt: nine, SeenAt: nine}), meet.ErrRemoved)
		_, err = b.Say(b.ctx(), meet.Message{Meeting: m.ID, Participant: p.ID, Key: "12345678", Text: "a", At: nine})
		b.refused(err, meet.ErrRemoved)
		b.must(b.Remove(b.ctx(), m.ID, p.ID, "2222", nine.Add(time.Hour)))
		got, err = b.Participant(b.ctx(), m.ID, "p:a")
		b.must(err)
		b.same("removed twice", got, p)
	}},
	{"a refused admission opens nothing", func(b bench) {
		m := b.plan(nil, meet.Participant{Subject: "p:a"})
		p, err := b.Participant(b.ctx(), m.ID, "p:a")
		b.must(err)
		b.must(b.Remove(b.ctx(), m.ID, p.ID, "1111", nine))
		_, err = b.Admit(b.ctx(), newParticipant(m, "p:a"))
		b.refused(err, meet.ErrRemoved)
		got, err := b.Meeting(b.ctx(), m.ID)
		b.must(err)
		b.same("state", got.State, meet.StateScheduled)
	}},
	{"removal ends the stays and the guest pass and changes the PIN, of this one alone", func(b bench) {
		m := b.plan(nil)
		g, p := b.guest(m, "業者 太郎")
		g2, p2 := b.guest(m, "業者 次郎")
		stay, other := b.begin(p, nine), b.begin(p2, nine.Add(time.Second))
		at := nine.Add(time.Minute)
		b.must(b.Remove(b.ctx(), m.ID, p.ID, "7777", at))

		stay.LeftAt, stay.EndedBy = at, meet.StayRemoved
		b.same("stays", b.stays(m), []meet.Stay{stay, other})
		for secret, want := range map[string]time.Time{g.Secret: at, g2.Secret: g2.ExpiresAt} {
			got, err := b.Guest(b.ctx(), secret)
			b.must(err)
			b.same("pass of "+got.Name, got.ExpiresAt, want)
		}
		got, err := b.Meeting(b.ctx(), m.ID)
		b.must(err)
		b.same("PIN", got.PIN, "7777")
	}},
	{"removing somebody of another meeting changes nothing", func(b bench) {
		m, other := b.plan(nil), b.plan(nil)
		p := b.admit(other, "p:a")
		b.refused(b.Remove(b.ctx(), m.ID, p.ID, "7777", nine), meet.ErrNotHere)
		got, err := b.Meeting(b.ctx(), m.ID)
		b.must(err)
		b.same("PIN", got.PIN, m.PIN)
		still, err := b.Participant(b.ctx(), other.ID, "p:a")
		b.must(err)
		b.same("participant", still, p)
	}},
	{"a guest pass is found by the hash of its secret alone", func(b bench) {
		m := b.plan(nil)
		g, _ := b.guest(m, "業者 太郎")
		got, err := b.Guest(b.ctx(), g.Secret)
		b.must(err)
		b.same("pass", got, g)
		for _, s := range []string{"", "業者 太郎", string(g.ID), g.Secret[:63]} {
			_, err := b.Guest(b.ctx(), s)
			b.refused(err, meet.ErrSignIn)
		}
	}},
	{"participants come in the order they were added", func(b bench) {
		m := b.plan(nil)
		var want []core.ID
		for i, who := range []meet.Subject{"p:c", "p:a", "a:1", "p:b"} {
			p := newParticipant(m, who)
			p.ID = core.NewID(nine.Add(time.Duration(i) * time.Second))
			_, err := b.Admit(b.ctx(), p)
			b.must(err)
			want = append(want, p.ID)
		}
		ps, err := b.Participants(b.ctx(), m.ID)
		b.must(err)
		if !slices.EqualFunc(ps, want, func(p meet.Participant, id core.ID) bool { return p.ID == id }) {
			b.Errorf("got %v, want %v", ps, want)
		}
	}},
}

var attendanceCases = []storeCase{
	{"a stay is finished once", func(b bench) {
		m := b.plan(nil)
		s := b.begin(b.admit(m, "p:a"), nine)
		b.same("open", b.stays(m), []meet.Stay{s})
		s.LeftAt, s.EndedBy = nine.Add(time.Minute), meet.StayLeft
		b.must(b.Finish(b.ctx(), s.ID, s.LeftAt, s.EndedBy))
		b.must(b.Finish(b.ctx(), s.ID, nine.Add(time.Hour), meet.StayRestart))
		b.must(b.Finish(b.ctx(), "nothing", nine.Add(time.Hour), meet.StayRestart))
		b.must(b.Seen(b.ctx(), []core.ID{s.ID, "nothing"}, nine.Add(time.Hour)))
		b.same("finished", b.stays(m), []meet.Stay{s})
	}},
	{"a stay does not end before it was seen, whatever the clock says", func(b bench) {
		m := b.plan(nil)
		s := b.begin(b.admit(m, "p:a"), nine)
		b.must(b.Seen(b.ctx(), []core.ID{s.ID}, nine.Add(time.Minute)))
		b.must(b.Seen(b.ctx(), []core.ID{s.ID}, nine.Add(-time.Hour)))
		b.must(b.Finish(b.ctx(), s.ID, nine.Add(-time.Hour), meet.StayLeft))
		s.SeenAt = nine.Add(time.Minute)
		s.LeftAt, s.EndedBy = s.SeenAt, meet.StayLeft
		b.same("stays", b.stays(m), []meet.Stay{s})
	}},
	{"a stay that begins while another of the same participant is open moves it", func(b bench) {
		m := b.plan(nil)
		p := b.admit(m, "p:a")
		first, second := b.begin(p, nine), b.begin(p, nine.Add(time.Minute))
		first.LeftAt, first.EndedBy = second.JoinedAt, meet.StayMoved
		b.same("stays", b.stays(m), []meet.Stay{first, second})
	}},
	{"a stay of nobody in this meeting is refused", func(b bench) {
		m, other := b.plan(nil), b.plan(nil)
		p := b.admit(other, "p:a")
		b.refused(b.Begin(b.ctx(), meet.Stay{ID: core.NewID(nine), Meeting: m.ID, Participant: p.ID, Path: meet.PathUDP, JoinedAt: nine, SeenAt: nine}), meet.ErrNotHere)
		b.same("stays", len(b.stays(m)), 0)
	}},
	{"after a crash open stays end when they were last seen", func(b bench) {
		m := b.plan(nil)
		done, open, never := b.begin(b.admit(m, "p:a"), nine), b.begin(b.admit(m, "p:b"), nine.Add(time.Second)), b.begin(b.admit(m, "p:c"), nine.Add(2*time.Second))
		done.LeftAt, done.EndedBy = nine.Add(time.Minute), meet.StayLeft
		b.must(b.Finish(b.ctx(), done.ID, done.LeftAt, done.EndedBy))
		open.SeenAt = nine.Add(10 * time.Minute)
		b.must(b.Seen(b.ctx(), []core.ID{open.ID}, open.SeenAt))
		n, err := b.Recover(b.ctx())
		b.must(err)
		b.same("recovered", n, 2)
		open.LeftAt, open.EndedBy = open.SeenAt, meet.StayRestart
		never.LeftAt, never.EndedBy = never.JoinedAt, meet.StayRestart
		b.same("stays", b.stays(m), []meet.Stay{done, open, never})
		n, err = b.Recover(b.ctx())
		b.must(err)
		b.same("recovered again", n, 0)
	}},
	{"a hand goes on with a change of path and a restart, and with nothing else", func(b bench) {
		m := b.plan(nil)
		for i, c := range []struct {
			end   meet.StayEnd // how the stay before ended; "": it was open when the next began
			after time.Duration
			kept  bool
		}{
			{"", time.Second, true},
			{meet.StayMoved, time.Hour, true},
			{meet.StayRestart, meet.HandKept, true},
			{meet.StayRestart, meet.HandKept + time.Microsecond, false},
			{meet.StayLeft, time.Second, false},
		} {
			p := b.admit(m, meet.Subject(fmt.Sprint("p:", i)))
			first := b.begin(p, nine)
			b.must(b.Hand(b.ctx(), first.ID, nine.Add(time.Microsecond)))
			if c.end != "" {
				b.must(b.Finish(b.ctx(), first.ID, nine, c.end))
				b.must(b.Hand(b.ctx(), first.ID, nine.Add(time.Minute))) // over: nothing to raise
			}
			second := b.begin(p, nine.Add(c.after))
			want := time.Time{}
			if c.kept {
				want = nine.Add(time.Microsecond)
			}
			got, err := b.Raised(b.ctx(), second.ID)
			b.must(err)
			b.same(fmt.Sprintf("hand after %q and %s", c.end, c.after), got, want)
			b.must(b.Hand(b.ctx(), second.ID, time.Time{}))
			for _, stay := range []core.ID{first.ID, second.ID, "nothing"} {
				got, err := b.Raised(b.ctx(), stay)
				b.must(err)
				b.same("lowered", got, time.Time{})
			}
		}
	}},
	{"every path and every end can be stored, and stays come in the order of joining", func(b bench) {
		m := b.plan(nil)
		p := b.admit(m, "p:a")
		var want []meet.Stay
		ends := []meet.StayEnd{meet.StayLeft, meet.StayMoved, meet.StayRemoved, meet.StayEnded, meet.StayRestart}
		for i, path := range []meet.Path{meet.PathUDP, meet.PathRelay, meet.PathUnknown, meet.PathUDP, meet.PathRelay} {
			// Written backwards in time, so that the order is not that of writing.
			at := nine.Add(-time.Duration(i) * time.Hour)
			s := meet.Stay{ID: core.NewID(at), Meeting: m.ID, Participant: p.ID, Path: path, JoinedAt: at, SeenAt: at}
			b.must(b.Begin(b.ctx(), s))
			s.LeftAt, s.EndedBy = at.Add(time.Minute), ends[i]
			b.must(b.Finish(b.ctx(), s.ID, s.LeftAt, s.EndedBy))
			want = append([]meet.Stay{s}, want...)
		}
		b.same("stays", b.stays(m), want)
	}},
}
