package meet_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

// wrong is a PIN that is not m's.
func wrong(m meet.Meeting) string {
	if m.PIN == "0000" {
		return "1111"
	}
	return "0000"
}

// unused is a number no meeting has.
func unused(m meet.Meeting) string {
	if m.Number == "000000" {
		return "111111"
	}
	return "000000"
}

func TestWrongNumberAndWrongPINAreAnsweredAndLockedAlike(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	ended := w.open()
	w.must(w.End(as("mayor"), ended.ID))
	for i, c := range []struct{ name, number, pin string }{
		{"wrong PIN", m.Number, wrong(m)},
		{"wrong number", unused(m), m.PIN},
		{"ended meeting, right PIN", ended.Number, ended.PIN},
		{"no PIN", "3141592653589793", ""},
		{"no number", "", "1234"},
	} {
		// Ten from ten addresses: it is the number that is closed.
		for n := range 10 {
			_, err := w.Enter(from(fmt.Sprintf("10.1.%d.%d", i, n)), c.number, c.pin, "業者 太郎")
			if err == nil || err.Error() != meet.ErrNumberOrPIN.Error() {
				t.Errorf("%s, try %d: %v", c.name, n+1, err)
			}
		}
		for _, pin := range []string{c.pin, m.PIN} {
			_, err := w.Enter(from("10.2.0.1"), c.number, pin, "業者 太郎")
			if err == nil || err.Error() != meet.ErrTooManyTries.Error() {
				t.Errorf("%s, after ten: %v", c.name, err)
			}
		}
	}
	w.clock.Advance(15*time.Minute + time.Second)
	if _, err := w.Enter(from("10.2.0.1"), m.Number, m.PIN, "業者 太郎"); err != nil {
		t.Errorf("after a quarter of an hour: %v", err)
	}
	if words := meet.ErrNumberOrPIN.Message; !strings.Contains(words, "終わった会議の番号は使えません") {
		t.Errorf("who has the number of an ended meeting is not told: %q", words)
	}
	if n := w.audit.count("meet.enter refused number_or_pin_wrong"); n != 50 {
		t.Errorf("%d wrong tries in the audit log, want 50", n)
	}
}

func TestOneAddressHasTenWrongTriesWhateverTheNumber(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	for n := range 10 {
		// An address and its IPv4-mapped form are one.
		_, err := w.Enter(from([]string{"10.1.0.1", "::ffff:10.1.0.1"}[n%2]), fmt.Sprintf("%06d", n), "x", "業者 太郎")
		w.refused(err, meet.ErrNumberOrPIN)
	}
	_, err := w.Enter(from("10.1.0.1"), m.Number, m.PIN, "業者 太郎")
	w.refused(err, meet.ErrTooManyTries)
	if _, err := w.Enter(from("10.1.0.2"), m.Number, m.PIN, "業者 太郎"); err != nil {
		t.Errorf("from the address beside it: %v", err)
	}
	w.clock.Advance(5*time.Minute + time.Second)
	if _, err := w.Enter(from("10.1.0.1"), m.Number, m.PIN, "業者 次郎"); err != nil {
		t.Errorf("after five minutes: %v", err)
	}
}

func TestTheRightPINUsesNoTryUpAndOurTroubleNeither(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	for range 30 {
		w.number(as("sato"), m)
	}
	w.store.set(errors.New("disk gone"))
	for range 30 {
		if _, err := w.Enter(as("sato"), m.Number, m.PIN, ""); err == nil || core.KindOf(err) != core.KindInternal {
			t.Fatalf("with a broken store: %v", err)
		}
	}
	w.store.set(nil)
	w.number(as("sato"), m)
}

func TestGuessesMadeAtOnceAreAllCounted(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	var mu sync.Mutex
	got := map[string]int{}
	var wg sync.WaitGroup
	for n := range 40 {
		wg.Go(func() {
			_, err := w.Enter(from(fmt.Sprintf("10.1.0.%d", n)), m.Number, wrong(m), "業者 太郎")
			mu.Lock()
			defer mu.Unlock()
			got[err.Error()]++
		})
	}
	wg.Wait()
	if got[meet.ErrNumberOrPIN.Error()] != 10 || got[meet.ErrTooManyTries.Error()] != 30 {
		t.Errorf("answers to 40 guesses at once: %v", got)
	}
}

func TestNumbersAreReadAsPeopleReadThem(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, m.Number)
	for _, number := range []string{m.Number[:3] + " " + m.Number[3:], m.Number[:3] + "-" + m.Number[3:], wide, "　" + m.Number + "\n"} {
		if _, err := w.Enter(as("sato"), number, m.PIN+" ", ""); err != nil {
			t.Errorf("%q: %v", number, err)
		}
	}
	// Digits beyond what a number can have do not count as the number.
	_, err := w.Enter(as("sato"), m.Number+strings.Repeat("0", 1_000_000), m.PIN, "")
	w.refused(err, meet.ErrNumberOrPIN)
}

func TestAGuestIsRefusedWhereOneMayNotBe(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	on, off := true, false
	staffOnly, locked, m := w.open(), w.open(), w.open()
	_, err := w.Change(as("mayor"), staffOnly.ID, meet.Change{Guests: &off})
	w.must(err)
	_, err = w.Change(as("mayor"), locked.ID, meet.Change{Locked: &on})
	w.must(err)
	w.join(w.guest(m, "業者 太郎"), m)
	gone := w.guest(m, "業者 次郎")
	for _, c := range []struct {
		name string
		m    meet.Meeting
		as   string
		want *core.Error
	}{
		{"a meeting of staff", staffOnly, "業者 三郎", meet.ErrGuestsOff},
		{"a locked meeting", locked, "業者 三郎", meet.ErrLocked},
		{"the name of staff", m, "髙橋一郎さん", meet.ErrNameOfStaff},
		{"the name of staff with a post", m, "税務課長 佐藤花子", meet.ErrNameOfStaff},
		{"the name of staff with a company", m, "佐藤花子（みほん建設）", meet.ErrNameOfStaff},
		{"the name of staff with a bare post", m, "課長 佐藤花子", meet.ErrNameOfStaff},
		{"市長", m, "市長", meet.ErrNameOfStaff},
		{"市長 in disguise", m, "市\u200b長 さん", meet.ErrNameOfStaff},
		{"the host", m, "Ｈｏｓｔ", meet.ErrNameOfStaff},
		{"who is there already", m, "業者　太郎", meet.ErrNameTaken},
		{"who was invited and is not there", m, "業者 次郎", nil},
		{"no name", m, "　", meet.ErrNameEmpty},
		{"three hundred characters", m, strings.Repeat("寿限無", 100), meet.ErrNameTooLong},
		{"another name", m, "業者 三郎", nil},
	} {
		_, err := w.Enter(from("10.1.0.1"), c.m.Number, c.m.PIN, c.as)
		if c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	if _, err := w.Join(gone, m.ID); err != nil {
		t.Errorf("the guest of before: %v", err)
	}
	// Nothing of this is told to one who has the PIN wrong.
	for _, c := range []meet.Meeting{staffOnly, locked} {
		_, err := w.Enter(from("10.1.0.2"), c.Number, wrong(c), "市長")
		w.refused(err, meet.ErrNumberOrPIN)
	}
}

func TestAGuestPassLetsIntoOneMeetingForADay(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m, other := w.open(), w.open()
	e, err := w.Enter(from("10.1.0.1"), m.Number, m.PIN, " 業者　太郎 ")
	w.must(err)
	g, err := w.Guest(context.Background(), e.Pass)
	w.must(err)
	if g.Name != "業者 太郎" || g.Meeting != m.ID || g.Secret == e.Pass || !g.ExpiresAt.Equal(e.Until) {
		t.Errorf("pass %+v", g)
	}
	_, err = w.Guest(context.Background(), g.Secret)
	w.refused(err, meet.ErrSignIn)
	ctx := core.WithActor(context.Background(), core.Actor{Guest: g.ID, Name: g.Name, Session: g.Secret})
	_, err = w.Join(ctx, other.ID)
	w.refused(err, meet.ErrNotInvited)
	_, err = w.Get(ctx, other.ID)
	w.refused(err, meet.ErrNotInvited)
	w.admit(ctx, m)

	w.clock.Advance(24*time.Hour - time.Microsecond)
	_, err = w.Guest(context.Background(), e.Pass)
	w.must(err)
	w.clock.Advance(time.Microsecond)
	_, err = w.Guest(context.Background(), e.Pass)
	w.refused(err, meet.ErrSignIn)
}

func TestWhoIsSignedInEntersUnderTheNameOfTheDirectory(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	_, err := w.Join(as("sato"), m.ID)
	w.refused(err, meet.ErrNotInvited)
	e, err := w.Enter(as("sato"), m.Number, m.PIN, "市長")
	w.must(err)
	if e.Pass != "" {
		t.Error("a signed-in person was given a guest pass")
	}
	if in := w.join(as("sato"), m); in.Host {
		t.Errorf("%+v", in)
	}
	r, err := w.Room(as("sato"), m.ID)
	w.must(err)
	if r.Me.Name != "佐藤 花子" || r.Me.Office != "北支所" {
		t.Errorf("%+v", r.Me)
	}
	ms, err := w.Today(as("sato"))
	w.must(err)
	if len(ms) != 1 || ms[0].ID != m.ID {
		t.Errorf("meetings of today: %v", ms)
	}
}

func TestAMeetingIsShownToThoseWhoBelongToItAlsoAfterItsEnd(t *testing.T) {
	t.Parallel()
	w := newTown(t, func(c *meet.Config) { c.Capacity = 1 })
	m := w.open()
	w.number(as("sato"), m)
	w.join(as("mayor"), m) // now it is full
	on := true
	look := func(when string) {
		t.Helper()
		for _, ctx := range []context.Context{as("mayor"), as("sato"), as("ito", core.RoleOrganiser)} {
			if got, err := w.Get(ctx, m.ID); err != nil || got.ID != m.ID {
				t.Errorf("%s, %s: %v", when, core.ActorFrom(ctx).Name, err)
			}
		}
		_, err := w.Get(as("ito"), m.ID)
		w.refused(err, meet.ErrNotInvited)
		_, err = w.Get(from("10.1.0.1"), m.ID)
		w.refused(err, meet.ErrSignIn)
		_, err = w.Get(as("mayor"), core.NewID(w.clock.Now()))
		w.refused(err, meet.ErrNoMeeting)
	}
	look("full")
	_, err := w.Join(as("sato"), m.ID)
	w.refused(err, meet.ErrFull)
	_, err = w.Change(as("mayor"), m.ID, meet.Change{Locked: &on})
	w.must(err)
	look("locked")
	w.must(w.End(as("mayor"), m.ID))
	look("ended")
}

func TestNothingIsDecidedThatCannotBeRemembered(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	p := w.join(as("sato"), m).Participant
	ticket := w.admit(as("mayor"), m)
	full := errors.New("audit log is full")
	w.audit.fill(full)
	on := true
	for what, err := range map[string]error{
		"plan":   func() error { _, err := w.OpenNow(as("mayor"), "", true); return err }(),
		"enter":  func() error { _, err := w.Enter(from("10.1.0.1"), m.Number, m.PIN, "業者 太郎"); return err }(),
		"join":   w.media.Connect(as("mayor"), ticket.Token, meet.PathUDP),
		"change": func() error { _, err := w.Change(as("mayor"), m.ID, meet.Change{Locked: &on}); return err }(),
		"remove": w.Remove(as("mayor"), m.ID, p),
		"end":    w.End(as("mayor"), m.ID),
	} {
		if !errors.Is(err, full) {
			t.Errorf("%s: %v", what, err)
		}
	}
	now, err := w.store.Meeting(context.Background(), m.ID)
	w.must(err)
	if now != m {
		t.Errorf("the meeting became %+v, was %+v", now, m)
	}
	open, err := w.store.Lingering(context.Background(), m.EndsAt.AddDate(1, 0, 0))
	w.must(err)
	ps, err := w.store.Participants(context.Background(), m.ID)
	w.must(err)
	// The mayor is written as admitted, and was not let in: no harm.
	if len(open) != 1 || len(ps) != 2 || !ps[0].RemovedAt.IsZero() || len(w.media.Present()) != 1 {
		t.Errorf("%d meetings, participants %+v", len(open), ps)
	}
}

func TestAnIPv6NeighbourhoodIsOnePC(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	limited := false
	for i := range 40 {
		_, err := w.Enter(from(fmt.Sprintf("fd00:1:2:3::%x", i+1)), fmt.Sprintf("%06d", i), "0000", "山田")
		limited = limited || errors.Is(err, meet.ErrTooManyTries)
	}
	if !limited {
		t.Error("one /64 guesses without end")
	}
	if n := w.audit.count("meet.enter refused too_many_tries"); n != 1 {
		t.Errorf("the same refusal is remembered %d times", n)
	}
	if _, err := w.Enter(from("fd00:1:2:4::1"), m.Number, m.PIN, "山田"); err != nil {
		t.Errorf("the neighbours pay for it: %v", err)
	}
}

func TestAStrangerCannotCloseANumberToStaff(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	for i := range 12 {
		_, _ = w.Enter(from(fmt.Sprintf("10.77.0.%d", i+1)), m.Number, "0000", "山田")
	}
	if _, err := w.Enter(from("10.78.0.1"), m.Number, m.PIN, "鈴木"); !errors.Is(err, meet.ErrTooManyTries) {
		t.Errorf("a stranger with the right PIN: %v", err)
	}
	if _, err := w.Enter(as("sato"), m.Number, m.PIN, ""); err != nil {
		t.Errorf("staff: %v", err)
	}
}
