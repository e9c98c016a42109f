package meet_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

func TestWhoComesAtOnceGetsNoMoreThanTheSeats(t *testing.T) {
	t.Parallel()
	w := newTown(t, func(c *meet.Config) { c.Capacity = 3 })
	m := w.open()
	guests, tickets := make([]context.Context, 8), make([]meet.Admission, 8)
	for i := range guests {
		guests[i] = w.guest(m, fmt.Sprintf("業者 %c郎", '一'+rune(i)))
		tickets[i] = w.admit(guests[i], m)
	}
	w.must(w.media.Ask(as("mayor"), w.admit(as("mayor"), m).Token, false)) // at the door, too: one seat
	errs := make([]error, len(guests))
	var wg sync.WaitGroup
	for i := range guests {
		wg.Go(func() { errs[i] = w.media.Ask(guests[i], tickets[i].Token, false) })
	}
	wg.Wait()
	in := 0
	for i, err := range errs {
		if err == nil {
			in++
			w.media.Arrive(tickets[i].Token, meet.PathUDP)
			continue
		}
		w.refused(err, meet.ErrFull)
	}
	w.reconcile()
	if in != 2 || len(w.stays(m)) != 2 {
		t.Errorf("%d of 8 guests got one of the two seats that were left: %v", in, w.stays(m))
	}
	_, err := w.Join(w.guest(m, "業者 遅子"), m.ID)
	w.refused(err, meet.ErrFull)
	w.join(as("mayor"), m) // the host always comes in
}

func TestASeatIsFreeAgainWhenNothingComesOfIt(t *testing.T) {
	t.Parallel()
	for what, happen := range map[string]func(w *town, token string){
		"the connection is given up": func(w *town, token string) {
			w.media.Hang(token, meet.PathUnknown)
			w.reconcile()
			w.media.Lose(token)
			w.clock.Advance(5 * time.Second)
		},
		"the stay was short": func(w *town, token string) {
			w.media.Arrive(token, meet.PathUDP)
			w.reconcile()
			w.media.Lose(token)
		},
		"nobody ever came": func(w *town, _ string) { w.clock.Advance(25 * time.Second) },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, func(c *meet.Config) { c.Capacity = 1 })
			m := w.open()
			first, second := w.guest(m, "業者 太郎"), w.guest(m, "業者 次郎")
			ticket := w.admit(first, m)
			w.must(w.media.Ask(first, ticket.Token, false))
			_, err := w.Join(second, m.ID)
			w.refused(err, meet.ErrFull)
			happen(w, ticket.Token)
			w.reconcile()
			w.must(w.media.Ask(second, w.admit(second, m).Token, false))
		})
	}
}

func TestADoorThatCouldNotWriteKeepsNoSeat(t *testing.T) {
	t.Parallel()
	w := newTown(t, func(c *meet.Config) { c.Capacity = 1 })
	m := w.open()
	first, second := w.guest(m, "業者 太郎"), w.guest(m, "業者 次郎")
	ticket := w.admit(first, m)
	full := errors.New("audit log is full")
	w.audit.fill(full)
	if err := w.media.Ask(first, ticket.Token, false); !errors.Is(err, full) {
		t.Errorf("let in without an entry: %v", err)
	}
	w.audit.fill(nil)
	w.admit(second, m)
}

func TestWhoHearsWithoutACompleteConnectionIsWrittenDownAndCut(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	w.number(as("sato"), m)
	in := w.admit(as("sato"), m)
	w.must(w.media.Ask(as("sato"), in.Token, false))
	w.media.Hang(in.Token, meet.PathUDP)
	w.reconcile()
	if got := w.here(m); len(got) != 2 {
		t.Errorf("the room shows %v", got)
	}
	w.clock.Advance(20*time.Second - time.Microsecond)
	w.reconcile()
	if n := len(w.media.Present()); n != 2 {
		t.Errorf("cut too early: %d connected", n)
	}
	w.clock.Advance(time.Microsecond)
	w.reconcile()
	w.reconcile()
	if n := len(w.media.Present()); n != 1 {
		t.Errorf("%d connected", n)
	}
	w.wantStays(m, "高橋 一郎 udp 08:30:00-", "佐藤 花子 udp 08:30:00-08:30:20 left")
}

func TestWhoOnlySignalsIsNotThereAndIsCut(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	in := w.admit(as("mayor"), m)
	w.must(w.media.Ask(as("mayor"), in.Token, false))
	w.media.Hang(in.Token, meet.PathUnknown)
	w.reconcile()
	w.clock.Advance(20 * time.Second)
	w.reconcile()
	if n := len(w.media.Present()); n != 0 {
		t.Errorf("%d connected", n)
	}
	w.wantStays(m)
}

func TestACompleteConnectionWhoseWayNobodyKnowsIsWrittenDown(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	in := w.admit(as("mayor"), m)
	w.must(w.media.Connect(as("mayor"), in.Token, meet.PathUnknown))
	w.reconcile()
	w.wantStays(m)
	w.clock.Advance(5 * time.Second)
	w.reconcile()
	w.wantStays(m, "高橋 一郎 unknown 08:30:05-")
	w.clock.Advance(time.Minute)
	w.reconcile()
	if n := len(w.media.Present()); n != 1 {
		t.Error("cut although it is complete")
	}
}

// commands are what takes being in the meeting.
func (w *town) commands(ctx context.Context, m meet.Meeting) []error {
	w.t.Helper()
	_, _, listen := w.Listen(ctx, m.ID)
	_, say := w.Say(ctx, m.ID, core.Secret(8), "聞こえますか")
	_, chat := w.Chat(ctx, m.ID, 0)
	return []error{listen, say, chat, w.Hand(ctx, m.ID, true, ""), w.Hand(ctx, m.ID, false, ""), w.React(ctx, m.ID, "clap")}
}

func (w *town) wantAway(ctx context.Context, m meet.Meeting) {
	w.t.Helper()
	for i, err := range w.commands(ctx, m) {
		if !errors.Is(err, meet.ErrAway) {
			w.t.Errorf("command %d: %v, want %v", i, err, meet.ErrAway)
		}
	}
}

func (w *town) wantHere(ctx context.Context, m meet.Meeting) {
	w.t.Helper()
	if err := errors.Join(w.commands(ctx, m)...); err != nil {
		w.t.Errorf("refused: %v", err)
	}
}

func TestWhoOpenedTheDoorAndStayedOutsideHearsAndSaysNothing(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	ghost := w.guest(m, "みほん建設 山田")
	w.must(w.media.Ask(ghost, w.admit(ghost, m).Token, false))
	w.wantHere(ghost, m) // who comes in hears the meeting before the picture is there
	ear := w.listen(ghost, m)
	heard(ear)
	for range 6 { // coming to the door again and again is not being there
		w.clock.Advance(10 * time.Second)
		w.must(w.media.Ask(ghost, w.admit(ghost, m).Token, false))
		w.reconcile()
	}
	w.wantAway(ghost, m)
	_, err := w.Say(as("mayor"), m.ID, "key-0001", "秘密の話")
	w.must(err)
	if got := heard(ear); !slices.Equal(got, []string{"closed"}) {
		t.Errorf("the ghost heard %q", got)
	}
	// Whoever then really comes in is welcome.
	w.media.Arrive(w.admitted(ghost, m).Token, meet.PathUDP)
	w.reconcile()
	w.wantHere(ghost, m)
}

func TestWhoLeftLosesTheEarAndTheVoice(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	in := w.join(as("sato"), m)
	w.clock.Advance(time.Minute)
	ear := w.listen(as("sato"), m)
	w.wantHere(as("sato"), m)
	heard(ear)
	w.media.Lose(in.Token)
	w.reconcile()
	w.wantHeard("who left", ear, "closed")
	w.wantAway(as("sato"), m)
	w.must(w.End(as("mayor"), m.ID))
	if _, err := w.Chat(as("sato"), m.ID, 0); err != nil {
		t.Errorf("what was said cannot be read after the end: %v", err)
	}
}

func TestWhoComesBackKeepsEarAndVoiceOverTheGap(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	first := w.join(as("sato"), m)
	w.clock.Advance(time.Minute)
	ear := w.listen(as("sato"), m)
	again := w.admit(as("sato"), m)
	w.must(w.media.Ask(as("sato"), again.Token, false))
	w.media.Lose(first.Token)
	for range 4 {
		w.clock.Advance(2 * time.Second)
		w.reconcile()
		w.wantHere(as("sato"), m)
	}
	w.media.Arrive(again.Token, meet.PathUDP)
	w.reconcile()
	if got := heard(ear); slices.Contains(got, "closed") {
		t.Errorf("the ear of one who came back heard %q", got)
	}

	w.restart(false)
	w.wantAway(as("sato"), m)
	w.must(w.media.Ask(as("sato"), w.admit(as("sato"), m).Token, false))
	w.wantHere(as("sato"), m)
}

// admitted asks for a ticket and shows it at the door.
func (w *town) admitted(ctx context.Context, m meet.Meeting) meet.Admission {
	w.t.Helper()
	in := w.admit(ctx, m)
	w.must(w.media.Ask(ctx, in.Token, false))
	return in
}

func TestAStrangerAtTheDoorWritesNothing(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	before := len(w.audit.entries)
	for _, id := range []core.ID{m.ID, "06h09v00000000000000000001"} {
		_, err := w.Join(from("10.99.0.1"), id)
		w.refused(err, meet.ErrSignIn)
		w.refused(w.End(from("10.99.0.1"), id), meet.ErrSignIn)
		_, _, err = w.Attendance(from("10.99.0.1"), id)
		w.refused(err, meet.ErrSignIn)
		_, _, err = w.Listen(from("10.99.0.1"), id)
		w.refused(err, meet.ErrSignIn)
	}
	if got := w.audit.entries[before:]; len(got) != 0 {
		t.Errorf("a stranger wrote %q", got)
	}
}

func TestWhoChangesThePathIsThereAllTheTime(t *testing.T) {
	t.Parallel()
	w := newTown(t, func(c *meet.Config) { c.Capacity = 1 })
	m := w.open()
	guest, other := w.guest(m, "業者 太郎"), w.guest(m, "業者 次郎")
	in := w.join(guest, m)
	w.clock.Advance(time.Minute)
	w.media.Arrive(in.Token, meet.PathRelay)
	asked := false
	w.store.before = func(method string) {
		if method != "Begin" || asked {
			return
		}
		asked = true // one stay has ended, the next is not on disk
		w.wantHere(guest, m)
		_, err := w.Join(other, m.ID)
		w.refused(err, meet.ErrFull)
	}
	w.reconcile()
	if !asked {
		t.Error("nothing changed")
	}
}
