package meet_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

func TestAChangeOfPathMakesTwoStays(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	in := w.join(as("sato"), m)
	w.must(w.Hand(as("sato"), m.ID, true, ""))
	ear := w.listen(as("mayor"), m)
	w.clock.Advance(time.Minute)
	w.media.Arrive(in.Token, meet.PathRelay)
	w.reconcile()
	w.reconcile()
	w.wantHeard("the host", ear, "state")
	if got := w.here(m); !slices.Contains(got, "佐藤 花子 relay") {
		t.Errorf("present: %v", got)
	}
	w.clock.Advance(time.Minute)
	w.media.Arrive(in.Token, meet.PathUnknown) // for a moment nobody can tell: that is no change
	w.reconcile()
	r, err := w.Room(as("mayor"), m.ID)
	w.must(err)
	if i := slices.IndexFunc(r.Roster, func(e meet.Entry) bool { return e.ID == in.Participant }); r.Roster[i].Hand.IsZero() {
		t.Error("the change of path lowered the hand")
	}
	w.media.Lose(in.Token)
	w.reconcile()
	w.wantStays(m, "高橋 一郎 udp 08:30:00-", "佐藤 花子 udp 08:30:00-08:31:00 moved", "佐藤 花子 relay 08:31:00-08:32:00 left")
}

func TestAConnectionThatTakesTheOtherWayOverIsNoLeaving(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	first := w.admit(as("mayor"), m)
	w.must(w.media.Connect(as("mayor"), first.Token, meet.PathUDP))
	w.reconcile()

	// The line is cut; the browser comes back by relay. For a moment the engine has neither connection.
	w.clock.Advance(time.Minute)
	second := w.admit(as("mayor"), m)
	w.must(w.media.Ask(as("mayor"), second.Token, false))
	w.media.Lose(first.Token)
	w.reconcile()
	w.clock.Advance(3 * time.Second)
	w.media.Arrive(second.Token, meet.PathRelay)
	w.reconcile()
	w.wantStays(m, "高橋 一郎 udp 08:30:00-08:31:03 moved", "高橋 一郎 relay 08:31:03-")

	// A ticket that was shown and never became a connection keeps nobody in the room.
	w.clock.Advance(time.Minute)
	third := w.admit(as("mayor"), m)
	w.must(w.media.Ask(as("mayor"), third.Token, false))
	w.media.Lose(second.Token)
	w.clock.Advance(15*time.Second - time.Microsecond)
	w.reconcile()
	if len(w.here(m)) != 1 {
		t.Error("given up too early")
	}
	w.clock.Advance(time.Microsecond)
	w.reconcile()
	w.wantStays(m, "高橋 一郎 udp 08:30:00-08:31:03 moved", "高橋 一郎 relay 08:31:03-08:32:18 left")
}

func TestNobodyIsShownBeforeTheRowIsStored(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	in := w.admit(as("mayor"), m)
	w.must(w.media.Connect(as("mayor"), in.Token, meet.PathUnknown))
	w.reconcile()
	if got := w.here(m); got != nil {
		t.Errorf("present before any media flowed: %v", got)
	}
	w.media.Arrive(in.Token, meet.PathUDP)
	full := errors.New("disk is full")
	w.store.set(full)
	ear := w.listen(as("mayor"), m)
	for range 3 {
		w.clock.Advance(2 * time.Second)
		if err := w.Reconcile(context.Background()); !errors.Is(err, full) {
			t.Errorf("got %v", err)
		}
		if got := w.here(m); got != nil {
			t.Errorf("present without a row: %v", got)
		}
	}
	w.wantHeard("the room", ear)
	w.store.set(nil)
	w.clock.Advance(2 * time.Second)
	w.reconcile()
	w.wantHeard("the room", ear, "state")
	w.wantStays(m, "高橋 一郎 udp 08:30:08-")

	w.store.set(full)
	w.media.Lose(in.Token)
	w.clock.Advance(2 * time.Second)
	if err := w.Reconcile(context.Background()); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	w.store.set(nil)
	w.clock.Advance(2 * time.Second)
	w.reconcile()
	w.wantStays(m, "高橋 一郎 udp 08:30:08-08:30:12 left")
}

func TestOneWhoCannotBeWrittenDoesNotKeepTheOthersOut(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	a := w.admit(as("mayor"), m)
	w.number(as("sato"), m)
	b := w.admit(as("sato"), m)
	w.must(w.media.Connect(as("mayor"), a.Token, meet.PathUDP))
	w.must(w.media.Connect(as("sato"), b.Token, meet.PathUDP))
	n := 0
	w.store.before = func(method string) {
		if n++; method == "Begin" && n == 1 {
			w.store.set(errors.New("disk is full")) // from the next call on
		} else {
			w.store.set(nil)
		}
	}
	if err := w.Reconcile(context.Background()); err == nil {
		t.Error("a write failed and nobody was told")
	}
	if got := w.here(m); len(got) != 1 {
		t.Errorf("present: %v", got)
	}
	w.store.before = nil
	w.store.set(nil)
	w.reconcile()
	if got := w.here(m); len(got) != 2 {
		t.Errorf("present: %v", got)
	}
}

func TestWhoConnectsWhileTheMeetingEndsIsCut(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	in := w.admit(as("mayor"), m)
	w.must(w.media.Ask(as("mayor"), in.Token, false))
	w.must(w.End(as("mayor"), m.ID))
	w.media.Arrive(in.Token, meet.PathUDP)
	w.reconcile()
	if got := w.media.Present(); len(got) != 0 {
		t.Errorf("still connected: %v", got)
	}
	w.wantStays(m)
}

func TestWhoIsPutOutBetweenTheRoundAndTheRowIsCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, notice string
		out          func(w *town, m meet.Meeting, in meet.Admission) error
	}{
		{"removed", "notice removed by ", func(w *town, m meet.Meeting, in meet.Admission) error {
			return w.store.Remove(context.Background(), m.ID, in.Participant, "1111", w.clock.Now())
		}},
		{"ended", "notice ended by ", func(w *town, m meet.Meeting, _ meet.Admission) error {
			return w.store.End(context.Background(), m.ID, w.clock.Now())
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			m := w.open()
			w.number(as("sato"), m)
			in := w.admit(as("sato"), m)
			w.must(w.media.Connect(as("sato"), in.Token, meet.PathUDP))
			ear := w.listen(as("sato"), m)
			w.store.before = func(method string) {
				if method == "Begin" {
					w.must(c.out(w, m, in))
				}
			}
			w.reconcile()
			w.store.before = nil
			w.wantHeard("who was put out", ear, c.notice, "closed")
			if got := w.media.Present(); len(got) != 0 {
				t.Errorf("still connected: %v", got)
			}
			w.wantStays(m)
		})
	}
}

func TestAConnectionWithoutATicketIsCut(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	in := w.admit(as("mayor"), m)
	w.media.Arrive(in.Token, meet.PathUDP) // past the door
	ghost, err := w.media.Token(meet.Ticket{Nonce: "x", Meeting: core.NewID(w.clock.Now()), Participant: core.NewID(w.clock.Now())})
	w.must(err)
	w.media.Arrive(ghost, meet.PathUDP)
	w.reconcile()
	if got := w.media.Present(); len(got) != 0 {
		t.Errorf("still connected: %v", got)
	}
	w.wantStays(m)
}

func TestACrashCostsTheAttendanceAtMostTenSeconds(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	for range 17 {
		w.clock.Advance(2 * time.Second)
		w.reconcile()
	}
	w.store.set(errors.New("disk is full"))
	w.clock.Advance(8 * time.Second)
	if err := w.Reconcile(context.Background()); err == nil {
		t.Error("nobody was told")
	}
	w.store.set(nil)
	w.clock.Advance(2 * time.Second)
	w.reconcile() // a sign of life that failed is given in the next round, not ten seconds later
	w.clock.Advance(9 * time.Second)
	w.reconcile()
	// The process dies here.
	n, err := w.store.Recover(context.Background())
	w.must(err)
	if n != 1 {
		t.Errorf("recovered %d", n)
	}
	w.wantStays(m, "高橋 一郎 udp 08:30:00-08:30:44 restart")
}

func TestAnOrderlyStopEndsTheStays(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	w.join(as("sato"), m)
	w.clock.Advance(9 * time.Second)
	w.must(w.Leave(context.Background()))
	w.wantStays(m, "高橋 一郎 udp 08:30:00-08:30:09 restart", "佐藤 花子 udp 08:30:00-08:30:09 restart")
	w.store.set(errors.New("disk is full"))
	if err := w.Leave(context.Background()); err == nil {
		t.Error("nobody was told")
	}
}

func TestForgottenMeetingsAreEndedWhenEmptyAndLongPast(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	empty, used := w.open(), w.open()
	in := w.join(as("mayor"), used)
	state := func(m meet.Meeting) meet.State {
		t.Helper()
		got, err := w.store.Meeting(context.Background(), m.ID)
		w.must(err)
		return got.State
	}
	w.clock.Advance(90*time.Minute - time.Microsecond) // an hour as planned, and half an hour more
	w.must(w.Sweep(context.Background()))
	if state(empty) != meet.StateOpen {
		t.Error("ended too early")
	}
	w.clock.Advance(time.Microsecond)
	full := errors.New("audit log is full")
	w.audit.fill(full)
	if err := w.Sweep(context.Background()); !errors.Is(err, full) || state(empty) != meet.StateOpen {
		t.Errorf("without an audit log: %v, %v", err, state(empty))
	}
	w.audit.fill(nil)
	w.must(w.Sweep(context.Background()))
	if state(empty) != meet.StateEnded || state(used) != meet.StateOpen {
		t.Errorf("the empty one is %s, the one in use %s", state(empty), state(used))
	}
	if w.audit.count("meet.end ok empty") != 1 {
		t.Errorf("audit: %v", w.audit.entries)
	}
	w.media.Lose(in.Token)
	w.reconcile()
	w.must(w.Sweep(context.Background()))
	if state(used) != meet.StateEnded {
		t.Error("the one that became empty is still open")
	}
	w.must(w.Sweep(context.Background()))
}

// The clock is the bubble's: midnight UTC 2000-01-01 is nine in the morning.
func TestRunKeepsTheBooks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newTown(t, func(c *meet.Config) { c.Clock = core.SystemClock })
		m, before := w.open(), w.open()
		p, err := w.store.Admit(context.Background(), meet.Participant{
			ID: "old", Meeting: before.ID, Subject: "p:sato", Name: "佐藤 花子", AdmittedAt: core.SystemClock(),
		})
		w.must(err)
		w.must(w.store.Begin(context.Background(), meet.Stay{
			ID: "crashed", Meeting: before.ID, Participant: p.ID, Path: meet.PathUDP, JoinedAt: core.SystemClock(), SeenAt: core.SystemClock(),
		}))
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- w.Run(ctx) }()
		wait := func(d time.Duration) {
			time.Sleep(d) // the bubble's time, which costs none
			synctest.Wait()
		}
		wait(time.Second)
		w.wantStays(before, "佐藤 花子 udp 09:00:00-09:00:00 restart")

		in := w.admit(as("mayor"), m)
		w.must(w.media.Connect(as("mayor"), in.Token, meet.PathUDP))
		w.Poke()
		w.Poke() // never waits
		wait(0)
		w.wantStays(m, "高橋 一郎 udp 09:00:01-")
		w.media.Arrive(in.Token, meet.PathRelay)
		wait(time.Second)
		w.wantStays(m, "高橋 一郎 udp 09:00:01-09:00:02 moved", "高橋 一郎 relay 09:00:02-")

		// A store that is away for a while stops nothing.
		w.store.set(errors.New("disk is full"))
		w.media.Lose(in.Token)
		wait(10 * time.Second)
		w.store.set(nil)
		wait(2 * time.Second)
		w.wantStays(m, "高橋 一郎 udp 09:00:01-09:00:02 moved", "高橋 一郎 relay 09:00:02-09:00:14 left")

		wait(2 * time.Hour)
		got, err := w.store.Meeting(context.Background(), m.ID)
		w.must(err)
		if got.State != meet.StateEnded || got.EndedAt.Sub(got.EndsAt) > 32*time.Minute {
			t.Errorf("%s at %v, planned until %v", got.State, got.EndedAt, got.EndsAt)
		}
		stop()
		w.must(<-done)
	})
}

func TestEverythingAtOnceLeavesTheBooksInOrder(t *testing.T) {
	t.Parallel()
	w := newTown(t, func(c *meet.Config) {
		d := staff()
		for i := range 8 {
			d[core.ID(fmt.Sprintf("p%d", i))] = meet.Card{Name: fmt.Sprintf("職員 %d", i)}
		}
		c.Directory = d
	})
	m := w.open()
	w.join(as("mayor"), m)
	stop := make(chan struct{})
	var books, all sync.WaitGroup
	books.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				w.clock.Advance(time.Millisecond) // rounds without work are fast: a seat at the door is held for 25 s
				if err := w.Reconcile(context.Background()); err != nil {
					t.Error(err)
				}
			}
		}
	})
	removed := make([]core.ID, 8)
	for i := range 8 {
		ctx := as(core.ID(fmt.Sprintf("p%d", i)))
		w.number(ctx, m)
		all.Go(func() {
			for n := range 6 {
				w.clock.Advance(time.Microsecond) // nobody comes back in the very moment a stay begins
				in, err := w.Join(ctx, m.ID)
				if err != nil {
					t.Error(err)
					return
				}
				if err := w.media.Connect(ctx, in.Token, []meet.Path{meet.PathUDP, meet.PathRelay}[n%2]); err != nil {
					t.Error(err)
				}
				sub, _, err := w.Listen(ctx, m.ID)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := w.Say(ctx, m.ID, fmt.Sprintf("key-%04d", n), "あ"); err != nil {
					t.Error(err)
				}
				if err := w.Hand(ctx, m.ID, n%2 == 0, ""); err != nil {
					t.Error(err)
				}
				removed[i] = in.Participant
				w.Unlisten(sub)
				if n%3 == 2 {
					w.SessionsEnded(context.Background(), []string{core.ActorFrom(ctx).Session})
				}
			}
			if i%2 == 0 {
				if err := w.Remove(as("mayor"), m.ID, removed[i]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	close(stop)
	books.Wait()
	w.reconcile()
	w.reconcile()
	if err := w.Leave(context.Background()); err != nil {
		t.Error(err)
	}
	ms, err := w.Chat(as("mayor"), m.ID, 0)
	w.must(err)
	if len(ms) != 48 || ms[47].Number != 48 {
		t.Errorf("%d messages", len(ms))
	}
	stays, err := w.store.Stays(context.Background(), m.ID)
	w.must(err)
	last := map[core.ID]meet.Stay{}
	for _, s := range stays {
		if s.LeftAt.IsZero() || s.LeftAt.Before(s.JoinedAt) || s.JoinedAt.Before(last[s.Participant].LeftAt) {
			t.Errorf("%+v after %+v", s, last[s.Participant])
		}
		last[s.Participant] = s
	}
	if got := w.media.Present(); len(got) != 1 {
		t.Errorf("still connected: %v", got)
	}
}
