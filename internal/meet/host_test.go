package meet_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/meet"
	"yakusho/internal/meet/meettest/suite"
)

func TestWhoWasRemovedStaysOutByEveryWay(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	sato := w.join(as("sato"), m)
	guestCtx := w.guest(m, "業者 太郎")
	guest := w.join(guestCtx, m)
	ear, guestEar, mayorsEar := w.listen(as("sato"), m), w.listen(guestCtx, m), w.listen(as("mayor"), m)
	w.clock.Advance(time.Minute)
	w.must(w.Remove(as("mayor"), m.ID, sato.Participant))
	after, err := w.store.Meeting(context.Background(), m.ID)
	w.must(err)
	if after.PIN == m.PIN || len(after.PIN) != 4 {
		t.Errorf("PIN was %s and is %s", m.PIN, after.PIN)
	}
	w.must(w.Remove(as("mayor"), m.ID, guest.Participant))
	now, err := w.store.Meeting(context.Background(), m.ID)
	w.must(err)

	w.wantHeard("the removed", ear, "notice removed by mayor", "closed")
	w.wantHeard("the guest", guestEar, "state", "notice removed by mayor", "closed")
	w.wantHeard("the host", mayorsEar, "state", "state")
	_, err = w.Change(as("mayor"), m.ID, meet.Change{Host: &sato.Participant})
	w.refused(err, meet.ErrNotHere) // at once, not only after the next round
	if n, _, err := w.Present(as("mayor"), m.ID); err != nil || n != 1 {
		t.Errorf("%d present: %v", n, err)
	}
	w.reconcile()
	w.wantStays(m, "高橋 一郎 udp 08:30:00-", "佐藤 花子 udp 08:30:00-08:31:00 removed", "業者 太郎 udp 08:30:00-08:31:00 removed")

	_, err = w.Join(as("sato"), m.ID) // by click
	w.refused(err, meet.ErrRemoved)
	_, err = w.Enter(as("sato"), now.Number, now.PIN, "") // by number, even with the new PIN
	w.refused(err, meet.ErrRemoved)
	_, err = w.Enter(from("10.1.0.1"), m.Number, m.PIN, "別の名前") // as somebody else, with what they know
	w.refused(err, meet.ErrNumberOrPIN)
	_, err = w.Join(guestCtx, m.ID)
	w.refused(err, meet.ErrRemoved)
	for what, err := range map[string]error{
		"room":   func() error { _, err := w.Room(as("sato"), m.ID); return err }(),
		"listen": func() error { _, _, err := w.Listen(as("sato"), m.ID); return err }(),
		"chat":   func() error { _, err := w.Chat(as("sato"), m.ID, 0); return err }(),
		"say":    func() error { _, err := w.Say(as("sato"), m.ID, "key-0001", "あ"); return err }(),
		"hand":   w.Hand(as("sato"), m.ID, true, ""),
		"react":  w.React(as("sato"), m.ID, "clap"),
		"get":    func() error { _, err := w.Get(as("sato"), m.ID); return err }(),
	} {
		if !errors.Is(err, meet.ErrRemoved) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, in := range []struct {
		p       core.ID
		session string
	}{{sato.Participant, "session-of-sato"}, {guest.Participant, core.ActorFrom(guestCtx).Session}} {
		if !w.relay.has(meet.RelayID(in.p, in.session)) {
			t.Error("the relay still carries one who was removed")
		}
	}
	ms, err := w.Today(as("sato"))
	w.must(err)
	if len(ms) != 0 {
		t.Errorf("still in the list of today: %v", ms)
	}
}

func TestARemovalIsRepeatedUntilTheEngineObeys(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	sato := w.join(as("sato"), m)
	w.media.Break(errors.New("engine is busy"))
	w.must(w.Remove(as("mayor"), m.ID, sato.Participant))
	w.reconcile()
	if got := w.here(m); !slices.Equal(got, []string{"高橋 一郎 udp"}) {
		t.Errorf("present: %v", got)
	}
	if len(w.media.Present()) != 2 {
		t.Fatal("the engine was to disobey")
	}
	w.media.Break(nil)
	w.reconcile()
	if len(w.media.Present()) != 1 {
		t.Error("still connected")
	}
}

func TestWhoConnectsWhileBeingRemovedIsCut(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	sato := w.join(as("sato"), m) // in, and opening a second tab at this moment
	again := w.admit(as("sato"), m)
	w.must(w.media.Ask(as("sato"), again.Token, false))
	w.must(w.Remove(as("mayor"), m.ID, sato.Participant))
	w.media.Arrive(again.Token, meet.PathUDP)
	w.reconcile()
	if len(w.media.Present()) != 1 {
		t.Error("still connected")
	}
	w.wantStays(m, "高橋 一郎 udp 08:30:00-", "佐藤 花子 udp 08:30:00-08:30:00 removed")
}

func TestAnEarOpenedWhileBeingRemovedIsClosed(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	sato := w.join(as("sato"), m)
	fired := false
	w.store.before = func(method string) {
		if method == "Participant" && !fired {
			fired = true
			w.must(w.Remove(as("mayor"), m.ID, sato.Participant))
		}
	}
	_, _, err := w.Listen(as("sato"), m.ID)
	w.store.before = nil
	w.refused(err, meet.ErrRemoved)
}

func TestOnlyTheHostAndOrganisersHaveTheHostsPowers(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	mayor := w.join(as("mayor"), m)
	w.join(as("sato"), m)
	guest := w.guest(m, "業者 太郎")
	w.join(guest, m)
	on := true
	powers := func(ctx context.Context) map[string]error {
		_, change := w.Change(ctx, m.ID, meet.Change{Locked: &on})
		_, _, attendance := w.Attendance(ctx, m.ID)
		return map[string]error{
			"change": change, "attendance": attendance,
			"mute":       w.Mute(ctx, m.ID, mayor.Participant, meet.SourceMicrophone),
			"mute all":   w.Mute(ctx, m.ID, "", meet.SourceMicrophone),
			"remove":     w.Remove(ctx, m.ID, mayor.Participant),
			"end":        w.End(ctx, m.ID),
			"their hand": w.Hand(ctx, m.ID, false, mayor.Participant),
		}
	}
	for who, ctx := range map[string]context.Context{"a participant": as("sato"), "a guest": guest} {
		for what, err := range powers(ctx) {
			if !errors.Is(err, meet.ErrNotHost) {
				t.Errorf("%s, %s: %v", who, what, err)
			}
		}
	}
	for what, err := range powers(from("10.1.0.1")) {
		if !errors.Is(err, meet.ErrSignIn) {
			t.Errorf("nobody, %s: %v", what, err)
		}
	}
	if len(w.media.Muted()) != 0 || w.audit.count("meet.remove refused not_host") != 2 {
		t.Errorf("muted %v, audit %v", w.media.Muted(), w.audit.entries)
	}
	organiser := as("ito", core.RoleOrganiser)
	_, err := w.Change(organiser, m.ID, meet.Change{Locked: &on})
	w.must(err)
	w.must(w.End(organiser, m.ID))
	for what, err := range powers(as("mayor")) {
		if what != "attendance" && !errors.Is(err, meet.ErrEnded) || what == "attendance" && err != nil {
			t.Errorf("after the end, %s: %v", what, err)
		}
	}
}

func TestTheHostHandsOverToSomebodyOfTheStaffWhoIsThere(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	sato := w.join(as("sato"), m)
	guest := w.guest(m, "業者 太郎")
	in := w.join(guest, m)
	w.number(as("ito"), m)
	away := w.admit(as("ito"), m)
	hand := func(ctx context.Context, to core.ID) error {
		_, err := w.Change(ctx, m.ID, meet.Change{Host: &to})
		return err
	}
	w.refused(hand(as("mayor"), in.Participant), meet.ErrHostMustBeStaff)
	w.refused(hand(as("mayor"), away.Participant), meet.ErrNotHere)
	w.refused(hand(as("mayor"), "nobody"), meet.ErrNotHere)
	w.refused(hand(as("sato"), sato.Participant), meet.ErrNotHost)

	ear := w.listen(as("sato"), m)
	w.must(hand(as("mayor"), sato.Participant))
	w.wantHeard("the new host", ear, "notice host_given by mayor", "state")
	got, err := w.Get(as("sato"), m.ID)
	w.must(err)
	if got.Host != "p:sato" || got.HostName != "佐藤 花子" || got.HostDept != "税務課" {
		t.Errorf("%+v", got)
	}
	w.refused(hand(as("mayor"), sato.Participant), meet.ErrNotHost)
	if r, err := w.Room(as("sato"), m.ID); err != nil || !r.Host {
		t.Errorf("the new host's room: %v, %v", r.Host, err)
	}
}

func TestMuteAllSparesTheCallerAndWhoIsAway(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	mayor := w.join(as("mayor"), m)
	sato := w.join(as("sato"), m)
	guest := w.guest(m, "業者 太郎")
	in := w.join(guest, m)
	w.number(as("ito"), m)
	w.admit(as("ito"), m)
	ears := map[string]*meet.Subscription{"sato": w.listen(as("sato"), m), "guest": w.listen(guest, m)}
	own := w.listen(as("mayor"), m)
	w.must(w.Mute(as("mayor"), m.ID, "", meet.SourceMicrophone))
	got := w.media.Muted()
	want := []suite.Muted{
		{Participant: sato.Participant, Source: meet.SourceMicrophone},
		{Participant: in.Participant, Source: meet.SourceMicrophone},
	}
	byID := func(a, b suite.Muted) int { return cmp.Compare(a.Participant, b.Participant) }
	slices.SortFunc(want, byID)
	slices.SortFunc(got, byID)
	if !slices.Equal(got, want) {
		t.Errorf("muted %v, want %v; the caller is %s", got, want, mayor.Participant)
	}
	for who, ear := range ears {
		w.wantHeard(who, ear, "notice muted by mayor")
	}
	w.wantHeard("the caller", own)

	w.must(w.Mute(as("mayor"), m.ID, sato.Participant, meet.SourceCamera))
	w.must(w.Mute(as("mayor"), m.ID, sato.Participant, meet.SourceScreen))
	w.wantHeard("sato", ears["sato"], "notice camera_stopped by mayor", "notice share_stopped by mayor")
	w.wantHeard("guest", ears["guest"])
	w.refused(w.Mute(as("mayor"), m.ID, "nobody", meet.SourceCamera), meet.ErrNotHere)

	w.media.Break(errors.New("engine is busy"))
	if err := w.Mute(as("mayor"), m.ID, "", meet.SourceMicrophone); err == nil {
		t.Error("muted without an engine")
	}
	w.wantHeard("who was not muted", ears["sato"])
}

func TestNobodyRemovesThemselves(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	in := w.join(as("mayor"), m)
	w.refused(w.Remove(as("mayor"), m.ID, in.Participant), meet.ErrRemoveSelf)
	w.refused(w.Remove(as("mayor"), m.ID, "nobody"), meet.ErrNotHere)
	if now, err := w.store.Meeting(context.Background(), m.ID); err != nil || now.PIN != m.PIN {
		t.Errorf("the PIN changed all the same: %v", err)
	}
}

func TestTheEndIsTheEndForAll(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m, other := w.open(), w.open()
	mayor := w.join(as("mayor"), m)
	guest := w.guest(m, "業者 太郎")
	w.join(guest, m)
	w.join(as("mayor"), other)
	ear, otherEar := w.listen(guest, m), w.listen(as("mayor"), other)
	w.clock.Advance(time.Minute)
	w.must(w.End(as("mayor"), m.ID))
	w.wantHeard("a participant", ear, "notice ended by mayor", "closed")
	w.wantHeard("another room", otherEar)
	w.reconcile()
	w.wantStays(m, "高橋 一郎 udp 08:30:00-08:31:00 ended", "業者 太郎 udp 08:30:00-08:31:00 ended")
	w.wantStays(other, "高橋 一郎 udp 08:30:00-")
	if len(w.media.Present()) != 1 || !w.relay.has(meet.RelayID(mayor.Participant, "session-of-mayor")) {
		t.Errorf("present %v, revoked %v", w.media.Present(), w.relay.revoked)
	}
	_, _, err := w.Listen(as("mayor"), m.ID)
	w.refused(err, meet.ErrEnded)
	_, err = w.Say(as("mayor"), m.ID, "key-0001", "あ")
	w.refused(err, meet.ErrEnded)
	if _, err := w.Chat(as("mayor"), m.ID, 0); err != nil {
		t.Errorf("reading the chat after the end: %v", err)
	}
	w.refused(w.End(as("mayor"), m.ID), meet.ErrEnded)
}

func TestHandsChatAndReactionsReachTheRoom(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	sato := w.join(as("sato"), m)
	mayor, own := w.listen(as("mayor"), m), w.listen(as("sato"), m)

	w.must(w.Hand(as("sato"), m.ID, true, ""))
	w.must(w.Hand(as("sato"), m.ID, true, "")) // twice is once
	w.refused(w.Hand(as("mayor"), m.ID, true, sato.Participant), meet.ErrNotHost)
	r, err := w.Room(as("mayor"), m.ID)
	w.must(err)
	i := slices.IndexFunc(r.Roster, func(e meet.Entry) bool { return e.ID == sato.Participant })
	if !r.Roster[i].Hand.Equal(w.clock.Now()) {
		t.Errorf("%+v", r.Roster[i])
	}
	w.must(w.Hand(as("mayor"), m.ID, false, sato.Participant))
	w.wantHeard("the host", mayor, "state", "state")
	w.wantHeard("whose hand it was", own, "state", "notice hand_lowered by 高橋 一郎", "state")

	first, err := w.Say(as("sato"), m.ID, "key-0001", "はい\u202e")
	w.must(err)
	again, err := w.Say(as("sato"), m.ID, "key-0001", "はい")
	w.must(err)
	if again != first || first.Number != 1 || first.Text != "はい" {
		t.Errorf("%+v and %+v", first, again)
	}
	_, err = w.Say(as("sato"), m.ID, "key-0001", "いいえ")
	w.refused(err, meet.ErrKeyReused)
	for _, key := range []string{"", "short", "with space", fmt.Sprintf("%065d", 1), "key-0001\n", "鍵鍵鍵鍵鍵鍵鍵鍵"} {
		_, err = w.Say(as("sato"), m.ID, key, "あ")
		w.refused(err, meet.ErrKey)
	}
	ms, err := w.Chat(as("mayor"), m.ID, 0)
	w.must(err)
	if !slices.Equal(ms, []meet.Message{first}) {
		t.Errorf("chat: %+v", ms)
	}

	heard(mayor)
	w.refused(w.React(as("sato"), m.ID, "bomb"), meet.ErrReaction)
	for range 5 {
		w.must(w.React(as("sato"), m.ID, "clap"))
	}
	w.refused(w.React(as("sato"), m.ID, "clap"), meet.ErrTooFast)
	w.must(w.React(as("mayor"), m.ID, "heart")) // another's haste is not mine
	w.clock.Advance(5 * time.Second)
	w.must(w.React(as("sato"), m.ID, "clap"))
	w.wantHeard("the host", mayor, "reaction clap", "reaction clap", "reaction clap", "reaction clap", "reaction clap", "reaction heart", "reaction clap")
}

func TestWhoWritesOrWavesTooFastIsToldToWait(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	w.join(as("sato"), m)
	say := func(n int) error {
		_, err := w.Say(as("sato"), m.ID, fmt.Sprintf("key-%04d", n), "あ")
		return err
	}
	for n := range 30 {
		w.must(say(n))
	}
	w.refused(say(30), meet.ErrTooFast)
	for n := range 20 {
		w.must(w.Hand(as("sato"), m.ID, n%2 == 0, ""))
	}
	w.refused(w.Hand(as("sato"), m.ID, true, ""), meet.ErrTooFast)
	_, err := w.Say(as("mayor"), m.ID, "key-0001", "あ")
	w.must(err)
	w.clock.Advance(10 * time.Second)
	w.must(say(30))
	w.must(w.Hand(as("sato"), m.ID, true, ""))
	ms, err := w.Chat(as("mayor"), m.ID, 0)
	w.must(err)
	if len(ms) != 32 {
		t.Errorf("%d messages kept", len(ms))
	}
}

func TestTheNinthScreenOfOneParticipantClosesTheirOldest(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	w.join(as("sato"), m)
	others := w.listen(as("mayor"), m)
	var ears []*meet.Subscription
	for range 10 {
		ears = append(ears, w.listen(as("sato"), m))
	}
	w.must(w.React(as("mayor"), m.ID, "clap"))
	for i, ear := range ears {
		if i < 2 {
			w.wantHeard("one of the oldest", ear, "closed")
		} else {
			w.wantHeard("one of the newest", ear, "reaction clap")
		}
	}
	w.wantHeard("another participant", others, "reaction clap")
}

func TestAHostWhoWasRemovedLearnsNothingMoreOfTheMeeting(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	host := w.join(as("mayor"), m)
	w.must(w.Remove(as("ito", core.RoleOrganiser), m.ID, host.Participant))
	if ms, err := w.Today(as("mayor")); err != nil || len(ms) != 0 {
		t.Errorf("the list still shows %+v, %v", ms, err)
	}
	_, err := w.Get(as("mayor"), m.ID)
	w.refused(err, meet.ErrRemoved)
	_, _, err = w.Attendance(as("mayor"), m.ID)
	w.refused(err, meet.ErrRemoved)
	w.refused(w.End(as("mayor"), m.ID), meet.ErrRemoved)
}

func TestAPassTakenInReserveIsWorthlessAfterARemoval(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	first, spare := w.guest(m, "業者 太郎"), w.guest(m, "業者 次郎")
	w.guest(m, "市民 花子")
	honest := w.guest(m, "市民 梅子")
	w.join(honest, m)
	bad := w.join(first, m)
	w.must(w.Remove(as("mayor"), m.ID, bad.Participant))
	open := func(ctx context.Context) bool {
		g, err := w.store.Guest(context.Background(), core.ActorFrom(ctx).Session)
		w.must(err)
		return w.clock.Now().Before(g.ExpiresAt)
	}
	if open(first) || open(spare) {
		t.Error("a pass of the removed, or one in reserve, still opens the door")
	}
	if !open(honest) {
		t.Error("whoever is in the meeting lost the pass")
	}
}
