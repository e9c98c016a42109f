package suite

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

func line(p meet.Participant, key, text string) meet.Message {
	return meet.Message{Meeting: p.Meeting, Participant: p.ID, Key: key, Name: p.Name, Guest: p.Guest(), Text: text, At: nine}
}

func (b bench) since(m meet.Meeting, after int64, limit int) []meet.Message {
	b.Helper()
	ms, err := b.Since(b.ctx(), m.ID, after, limit)
	b.must(err)
	return ms
}

var chatCases = []storeCase{
	{"messages are numbered from one in each meeting and come back as written", func(b bench) {
		for _, m := range []meet.Meeting{b.plan(nil), b.plan(nil)} {
			p := b.admit(m, "p:a")
			_, q := b.guest(m, "業者 太郎")
			var want []meet.Message
			for i, w := range []meet.Message{
				line(p, "key-0001", "𠮷野家で\n「昼」に。😀"), line(q, "key-0001", "'; DROP TABLE meet_message; --"), line(p, "key-0002", strings.Repeat("あ", 2000)),
			} {
				got, err := b.Say(b.ctx(), w)
				b.must(err)
				w.Number = int64(i + 1)
				b.same("said", got, w)
				want = append(want, w)
			}
			b.same("kept", b.since(m, 0, 500), want)
			b.same("a page", b.since(m, 1, 1), want[1:2])
			b.same("the rest", b.since(m, 2, 500), want[2:])
			b.same("beyond the end", len(b.since(m, 3, 500)), 0)
		}
	}},
	{"the same key again is the same message, and with another text a refusal", func(b bench) {
		m := b.plan(nil)
		p, other := b.admit(m, "p:a"), b.admit(m, "p:b")
		first, err := b.Say(b.ctx(), line(p, "key-0001", "はい"))
		b.must(err)
		again := line(p, "key-0001", "はい")
		again.At, again.Name = nine.Add(time.Hour), "別の名前"
		got, err := b.Say(b.ctx(), again)
		b.must(err)
		b.same("again", got, first)
		_, err = b.Say(b.ctx(), line(p, "key-0001", "いいえ"))
		b.refused(err, meet.ErrKeyReused)
		got, err = b.Say(b.ctx(), line(other, "key-0001", "いいえ"))
		b.must(err)
		b.same("another's key is another key", got.Number, int64(2))
		b.must(b.End(b.ctx(), m.ID, nine))
		got, err = b.Say(b.ctx(), again)
		b.must(err)
		b.same("an answer that got lost before the end", got, first)
		b.same("kept", len(b.since(m, 0, 500)), 2)
	}},
	{"somebody of another meeting says nothing here", func(b bench) {
		m, other := b.plan(nil), b.plan(nil)
		w := line(b.admit(other, "p:a"), "key-0001", "あ")
		w.Meeting = m.ID
		_, err := b.Say(b.ctx(), w)
		b.refused(err, meet.ErrNotHere)
		b.same("kept", len(b.since(m, 0, 500)), 0)
	}},
	{"eight who write at once leave no number out", func(b bench) {
		const writers, each = 8, 12
		m := b.plan(nil)
		var people []meet.Participant
		for i := range writers {
			people = append(people, b.admit(m, meet.Subject(fmt.Sprintf("p:%d", i))))
		}
		errs := b.atOnce(writers, func(i int) error {
			for n := range each {
				w := line(people[i], fmt.Sprintf("key-%04d", n), fmt.Sprintf("%d の %d", i, n))
				for range 2 { // the second is a repeated request
					got, err := b.Say(b.ctx(), w)
					if err != nil {
						return err
					}
					if got.Text != w.Text || got.Participant != w.Participant {
						return fmt.Errorf("said %q, kept %q", w.Text, got.Text)
					}
				}
			}
			return nil
		})
		for _, err := range errs {
			b.must(err)
		}
		ms := b.since(m, 0, 500)
		next := map[core.ID]int{}
		for i, got := range ms {
			if got.Number != int64(i+1) {
				b.Fatalf("message %d has number %d", i+1, got.Number)
			}
			if want := fmt.Sprintf("key-%04d", next[got.Participant]); got.Key != want {
				b.Errorf("number %d is %s, want %s: one writer's order is kept", got.Number, got.Key, want)
			}
			next[got.Participant]++
		}
		b.same("kept", len(ms), writers*each)
	}},
	{"one message sent by eight at once is kept once", func(b bench) {
		m := b.plan(nil)
		p := b.admit(m, "p:a")
		for i, err := range b.atOnce(8, func(int) error {
			got, err := b.Say(b.ctx(), line(p, "key-0001", "はい"))
			if err == nil && got.Number != 1 {
				err = fmt.Errorf("number %d", got.Number)
			}
			return err
		}) {
			if err != nil {
				b.Errorf("sender %d: %v", i, err)
			}
		}
		b.same("kept", len(b.since(m, 0, 500)), 1)
	}},
}

// atOnce runs f n times, all released together, and returns their errors.
func (b bench) atOnce(n int, f func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// raceCases let two commands meet. Whoever wins, what is left must make sense.
var raceCases = []storeCase{
	{"eight admissions of one person at once give one participant", func(b bench) {
		m := b.plan(nil)
		ids := make([]core.ID, 8)
		for _, err := range b.atOnce(8, func(i int) error {
			p, err := b.Admit(b.ctx(), newParticipant(m, "p:a"))
			ids[i] = p.ID
			return err
		}) {
			b.must(err)
		}
		for _, id := range ids {
			b.same("id", id, ids[0])
		}
		ps, err := b.Participants(b.ctx(), m.ID)
		b.must(err)
		b.same("participants", len(ps), 1)
	}},
	{"eight plans with one number at once give one meeting", func(b bench) {
		won := 0
		for _, err := range b.atOnce(8, func(int) error {
			return b.Plan(b.ctx(), meet.Meeting{ID: core.NewID(nine), Number: "123456", State: meet.StateOpen, StartsAt: nine}, nil)
		}) {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, meet.ErrNumberInUse):
				b.Error(err)
			}
		}
		b.same("planned", won, 1)
	}},
	{"of eight ends at once one ends", func(b bench) {
		m := b.plan(nil)
		b.begin(b.admit(m, "p:a"), nine)
		won := 0
		for _, err := range b.atOnce(8, func(i int) error { return b.End(b.ctx(), m.ID, nine.Add(time.Duration(i+1)*time.Second)) }) {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, meet.ErrEnded):
				b.Error(err)
			}
		}
		b.same("ended", won, 1)
		got, err := b.Meeting(b.ctx(), m.ID)
		b.must(err)
		if s := b.stays(m); len(s) != 1 || !s[0].LeftAt.Equal(got.EndedAt) {
			b.Errorf("ended at %v, stays %v", got.EndedAt, s)
		}
	}},
	{"no stay and no message outlives an end or a removal that meets it", func(b bench) {
		for round := range 6 {
			m := b.plan(nil)
			p := b.admit(m, "p:a")
			at := nine.Add(time.Minute)
			stay := meet.Stay{ID: core.NewID(nine), Meeting: m.ID, Participant: p.ID, Path: meet.PathUDP, JoinedAt: nine, SeenAt: nine}
			want := meet.ErrEnded
			if round%2 == 1 {
				want = meet.ErrRemoved
			}
			errs := b.atOnce(4, func(i int) error {
				switch i {
				case 0:
					if round%2 == 1 {
						return b.Remove(b.ctx(), m.ID, p.ID, "7777", at)
					}
					return b.End(b.ctx(), m.ID, at)
				case 1:
					return b.Begin(b.ctx(), stay)
				case 2:
					_, err := b.Say(b.ctx(), line(p, "key-0001", "あ"))
					return err
				}
				_, err := b.Admit(b.ctx(), newParticipant(m, "p:a"))
				return err
			})
			b.must(errs[0])
			for i, err := range errs[1:] {
				if err != nil && !errors.Is(err, want) {
					b.Errorf("round %d, command %d: %v", round, i+1, err)
				}
			}
			for _, s := range b.stays(m) {
				if s.LeftAt.IsZero() {
					b.Errorf("round %d: %+v is still open", round, s)
				}
			}
			if kept := len(b.since(m, 0, 9)) == 1; kept != (errs[2] == nil) {
				b.Errorf("round %d: message kept: %v, answered: %v", round, kept, errs[2])
			}
		}
	}},
	{"seen, finish and begin of many at once all succeed", func(b bench) {
		m := b.plan(nil)
		var stays []meet.Stay
		var ids []core.ID
		for i := range 8 {
			s := b.begin(b.admit(m, meet.Subject(fmt.Sprintf("p:%d", i))), nine)
			stays, ids = append(stays, s), append(ids, s.ID)
		}
		later := nine.Add(time.Minute)
		for _, err := range b.atOnce(12, func(i int) error {
			if i >= 8 {
				return b.Seen(b.ctx(), ids, later.Add(-time.Second))
			}
			if err := b.Finish(b.ctx(), stays[i].ID, later, meet.StayMoved); err != nil {
				return err
			}
			next := stays[i]
			next.ID, next.Path, next.JoinedAt, next.SeenAt = core.NewID(later), meet.PathRelay, later, later
			return b.Begin(b.ctx(), next)
		}) {
			b.must(err)
		}
		open := 0
		for _, s := range b.stays(m) {
			if s.LeftAt.IsZero() {
				open++
			} else if !s.LeftAt.Equal(later) {
				b.Errorf("left at %v, want %v", s.LeftAt, later)
			}
		}
		b.same("open", open, 8)
	}},
}
