package meet_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

func TestATicketServesOneConnection(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	in := w.admit(as("mayor"), m)
	w.refused(w.media.Ask(as("mayor"), in.Token, true), meet.ErrTicket) // nothing to resume yet
	w.must(w.media.Ask(as("mayor"), in.Token, false))
	w.refused(w.media.Ask(as("mayor"), in.Token, false), meet.ErrTicketUsed)
	w.clock.Advance(8 * time.Hour)
	for range 3 {
		w.must(w.media.Ask(as("mayor"), in.Token, true))
	}
	w.refused(w.media.Ask(as("mayor"), in.Token, false), meet.ErrTicketUsed)
}

func TestATicketWaitsTwoMinutes(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	if meet.TicketLife > 5*time.Minute {
		t.Errorf("a ticket lives %v", meet.TicketLife)
	}
	first := w.admit(as("mayor"), m)
	w.clock.Advance(meet.TicketLife)
	w.must(w.media.Ask(as("mayor"), first.Token, false))
	late := w.admit(as("mayor"), m)
	w.clock.Advance(meet.TicketLife + time.Microsecond)
	w.refused(w.media.Ask(as("mayor"), late.Token, false), meet.ErrTicket)
}

func TestAForgedTicketOpensNothing(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m, other := w.open(), w.open()
	theirs := w.media.Ticket(w.admit(as("mayor"), other).Token)
	w.number(as("sato"), m)
	satos := w.media.Ticket(w.admit(as("sato"), m).Token)
	good := w.media.Ticket(w.admit(as("mayor"), m).Token)
	for what, forge := range map[string]func(t *meet.Ticket){
		"of an earlier process":        func(t *meet.Ticket) { t.Epoch = "before" },
		"without a process":            func(t *meet.Ticket) { t.Epoch = "" },
		"for another meeting":          func(t *meet.Ticket) { t.Meeting = other.ID },
		"for no meeting":               func(t *meet.Ticket) { t.Meeting = "" },
		"for another participant":      func(t *meet.Ticket) { t.Participant = satos.Participant },
		"of another participant":       func(t *meet.Ticket) { *t = satos },
		"with another's nonce":         func(t *meet.Ticket) { t.Nonce = satos.Nonce },
		"with the other room's nonce":  func(t *meet.Ticket) { t.Nonce = theirs.Nonce },
		"without a nonce":              func(t *meet.Ticket) { t.Nonce = "" },
		"of another session":           func(t *meet.Ticket) { t.Session = satos.Session },
		"without a session":            func(t *meet.Ticket) { t.Session = "" },
		"of nobody and of no meeting":  func(t *meet.Ticket) { *t = meet.Ticket{} },
		"for the other room's meeting": func(t *meet.Ticket) { t.Meeting, t.Nonce = theirs.Meeting, theirs.Nonce },
	} {
		ticket := good
		forge(&ticket)
		for _, resume := range []bool{false, true} {
			if err := w.EnterRoom(as("mayor"), ticket, resume); err == nil {
				t.Errorf("a ticket %s was taken, resume %v", what, resume)
			}
		}
	}
	// Shown by somebody else, with the cookie of another session or with none.
	for what, ctx := range map[string]context.Context{
		"another person": as("sato"), "nobody": from("10.1.0.1"),
		"the same person at another PC": core.WithActor(context.Background(), core.Actor{Account: "account-mayor", Person: "mayor", Session: "elsewhere"}),
	} {
		if err := w.EnterRoom(ctx, good, false); err == nil {
			t.Errorf("the ticket was taken from %s", what)
		}
	}
	w.must(w.EnterRoom(as("mayor"), good, false))
	if w.audit.count("meet.join refused ticket_invalid") == 0 {
		t.Error("no refusal in the audit log")
	}
}

func TestTheSecondTabTakesOverOnlyWhenItConnects(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	first := w.join(as("mayor"), m)
	unused := w.admit(as("mayor"), m)
	second := w.admit(as("mayor"), m)
	if first.Participant != second.Participant {
		t.Error("two tabs are two participants")
	}
	w.must(w.media.Ask(as("mayor"), first.Token, true)) // asking for a ticket took nothing away
	w.refused(w.media.Ask(as("mayor"), unused.Token, false), meet.ErrElsewhere)
	w.must(w.media.Connect(as("mayor"), second.Token, meet.PathUDP))
	for _, resume := range []bool{false, true} {
		w.refused(w.media.Ask(as("mayor"), first.Token, resume), meet.ErrElsewhere)
	}
	w.must(w.media.Ask(as("mayor"), second.Token, true))
	w.reconcile()
	w.wantStays(m, "高橋 一郎 udp 08:30:00-")
}

func TestATicketDoesNotOutliveRemovalLockOrEnd(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	connected, waiting := w.join(as("sato"), m), w.guest(m, "業者 太郎")
	ticket := w.admit(waiting, m)
	w.must(w.Remove(as("mayor"), m.ID, connected.Participant))
	w.must(w.Remove(as("mayor"), m.ID, ticket.Participant))
	w.refused(w.media.Ask(as("sato"), connected.Token, true), meet.ErrRemoved)
	w.refused(w.media.Ask(waiting, ticket.Token, false), meet.ErrRemoved)

	late := w.admit(as("mayor"), m)
	w.must(w.End(as("mayor"), m.ID))
	w.refused(w.media.Ask(as("mayor"), late.Token, false), meet.ErrEnded)
}

func TestATicketOfAnEarlierProcessIsWorthless(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	in := w.join(as("mayor"), m)
	after := meet.NewService(w.Config) // the same books, another process
	w.media.Door = after
	for _, resume := range []bool{false, true} {
		w.refused(w.media.Ask(as("mayor"), in.Token, resume), meet.ErrTicket)
	}
	again, err := after.Join(as("mayor"), m.ID)
	w.must(err)
	w.must(w.media.Ask(as("mayor"), again.Token, false))
	if again.Participant != in.Participant {
		t.Error("a restart made another participant of the mayor")
	}
}

func TestTheEndOfASessionCutsWhatStandsOnItAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m, other := w.open(), w.open()
	mayor := w.join(as("mayor"), m)
	sato := w.join(as("sato"), m)
	mayorsEar, satosEar := w.listen(as("mayor"), m), w.listen(as("sato"), m)
	w.number(as("sato"), other)
	elsewhere := w.admit(as("sato"), other) // asked for, not yet used
	w.SessionsEnded(context.Background(), []string{"session-of-sato", "unknown"})

	w.wantHeard("who signed out", satosEar, "closed")
	w.wantHeard("who did not", mayorsEar)
	w.reconcile()
	w.wantStays(m, "高橋 一郎 udp 08:30:00-", "佐藤 花子 udp 08:30:00-08:30:00 left")
	w.refused(w.media.Ask(as("sato"), sato.Token, true), meet.ErrElsewhere)
	w.refused(w.media.Ask(as("sato"), elsewhere.Token, true), meet.ErrTicket)
	for _, in := range []meet.Admission{sato, elsewhere} {
		w.refused(w.media.Ask(as("sato"), in.Token, false), meet.ErrElsewhere)
		if !w.relay.has(meet.RelayID(in.Participant, "session-of-sato")) {
			t.Error("the relay still carries a session that has ended")
		}
	}
	if w.relay.has(meet.RelayID(mayor.Participant, "session-of-mayor")) {
		t.Error("the mayor's relay was revoked as well")
	}
	w.must(w.media.Ask(as("mayor"), mayor.Token, true))
}

func TestSigningOutAtOnePCLeavesTheOtherConnected(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	tablet := core.WithActor(context.Background(), core.Actor{Account: "account-mayor", Person: "mayor", Session: "session-of-tablet"})
	w.join(tablet, m)
	atDesk := w.admit(as("mayor"), m)
	w.SessionsEnded(context.Background(), []string{"session-of-mayor"})
	w.refused(w.media.Ask(as("mayor"), atDesk.Token, false), meet.ErrElsewhere)
	w.reconcile()
	w.wantStays(m, "高橋 一郎 udp 08:30:00-")
}

func TestAnEarOfSomebodyAtTheDoorClosesWithItsSession(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	w.join(as("sato"), m)
	w.restart(false) // after a restart screens listen before their media are back
	w.must(w.media.Ask(as("sato"), w.admit(as("sato"), m).Token, false))
	ear := w.listen(as("sato"), m)
	w.SessionsEnded(context.Background(), []string{"session-of-sato"})
	w.wantHeard("who signed out", ear, "closed")
}

func TestWhoseSessionEndsWhileConnectingIsCut(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	w.join(as("sato"), m)
	again := w.admit(as("sato"), m)
	w.must(w.media.Ask(as("sato"), again.Token, false))
	w.SessionsEnded(context.Background(), []string{"session-of-sato"})
	w.media.Arrive(again.Token, meet.PathUDP) // the engine was not done yet when it was told
	w.reconcile()
	w.reconcile()
	if got := w.here(m); len(got) != 1 {
		t.Errorf("present: %v", got)
	}
	w.wantStays(m, "高橋 一郎 udp 08:30:00-", "佐藤 花子 udp 08:30:00-08:30:00 left")
}

func TestAskingForATicketLeavesNoTrace(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m, err := w.Plan(as("mayor"), meet.Meeting{
		Title: "課長会議", State: meet.StateScheduled, Host: "p:mayor", StartsAt: w.clock.Now(), EndsAt: w.clock.Now().Add(time.Hour),
	}, nil)
	w.must(err)
	organiser := as("ito", core.RoleOrganiser)
	before := len(w.audit.entries)
	for _, ctx := range []context.Context{as("mayor"), organiser} {
		first, second := w.admit(ctx, m), w.admit(ctx, m)
		if first.Participant == "" || first.Participant != second.Participant {
			t.Errorf("tickets for %q and %q", first.Participant, second.Participant)
		}
		_, _, err := w.Listen(ctx, m.ID)
		w.refused(err, meet.ErrNotInvited)
	}
	w.reconcile()
	now, err := w.store.Meeting(context.Background(), m.ID)
	w.must(err)
	ps, err := w.store.Participants(context.Background(), m.ID)
	w.must(err)
	if now.State != meet.StateScheduled || len(ps) != 0 || len(w.audit.entries) != before {
		t.Errorf("meeting %s, participants %v, audit %v", now.State, ps, w.audit.entries[before:])
	}
	ms, err := w.Today(organiser)
	w.must(err)
	if len(ms) != 0 {
		t.Errorf("who only looked has %v today", ms)
	}

	late := w.admit(as("mayor"), m)
	w.must(w.media.Connect(as("mayor"), late.Token, meet.PathUDP))
	w.reconcile()
	now, err = w.store.Meeting(context.Background(), m.ID)
	w.must(err)
	r, err := w.Room(as("mayor"), m.ID)
	w.must(err)
	if now.State != meet.StateOpen || r.Me.ID != late.Participant || w.audit.count("meet.join ok") != 1 {
		t.Errorf("meeting %s, %+v, audit %v", now.State, r.Me, w.audit.entries[before:])
	}
	w.wantStays(m, "高橋 一郎 udp 08:30:00-")
}

func TestAnEarlyTicketDoesNotBeatWhatHappenedSince(t *testing.T) {
	t.Parallel()
	on, off := true, false
	usual := func(*meet.Config) {}
	for _, c := range []struct {
		what string
		edit func(*meet.Config)
		then func(w *town, m meet.Meeting)
		want *core.Error
	}{
		{"a lock", usual, func(w *town, m meet.Meeting) {
			_, err := w.Change(as("mayor"), m.ID, meet.Change{Locked: &on})
			w.must(err)
		}, meet.ErrLocked},
		{"guests sent home", usual, func(w *town, m meet.Meeting) {
			_, err := w.Change(as("mayor"), m.ID, meet.Change{Guests: &off})
			w.must(err)
		}, meet.ErrGuestsOff},
		{"the last seat taken", func(c *meet.Config) { c.Capacity = 2 }, func(w *town, m meet.Meeting) {
			w.join(as("sato"), m)
		}, meet.ErrFull},
		{"removal", usual, func(w *town, m meet.Meeting) {
			ps, err := w.store.Participants(context.Background(), m.ID)
			w.must(err)
			i := slices.IndexFunc(ps, meet.Participant.Guest)
			w.must(w.Remove(as("mayor"), m.ID, ps[i].ID))
		}, meet.ErrRemoved},
		{"the end", usual, func(w *town, m meet.Meeting) { w.must(w.End(as("mayor"), m.ID)) }, meet.ErrEnded},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, c.edit)
			m := w.open()
			w.join(as("mayor"), m)
			guest := w.guest(m, "業者 太郎")
			ticket := w.admit(guest, m)
			c.then(w, m)
			joined := w.audit.count("meet.join ok")
			w.refused(w.media.Ask(guest, ticket.Token, false), c.want)
			if w.audit.count("meet.join refused "+c.want.Code) != 1 || w.audit.count("meet.join ok") != joined {
				t.Errorf("audit %v", w.audit.entries)
			}
			w.reconcile()
			p, err := w.store.Participant(context.Background(), m.ID, meet.SubjectOf(core.ActorFrom(guest)))
			w.must(err)
			if !p.AdmittedAt.IsZero() {
				t.Error("written as admitted")
			}
		})
	}
}

func TestWhoWasInComesBackThroughALockWithoutAnotherWrite(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	in := w.join(as("sato"), m)
	on := true
	_, err := w.Change(as("mayor"), m.ID, meet.Change{Locked: &on})
	w.must(err)
	w.media.Lose(in.Token)
	before, err := w.store.Participant(context.Background(), m.ID, "p:sato")
	w.must(err)
	w.clock.Advance(time.Minute)
	again := w.admit(as("sato"), m)
	w.must(w.media.Connect(as("sato"), again.Token, meet.PathUDP))
	after, err := w.store.Participant(context.Background(), m.ID, "p:sato")
	w.must(err)
	if before != after || again.Participant != in.Participant || w.audit.count("meet.join ok") != 3 {
		t.Errorf("%+v became %+v, audit %v", before, after, w.audit.entries)
	}
}

func TestWhoIsRemovedBetweenTheDecisionAndTheWriteStaysOut(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	guest := w.guest(m, "業者 太郎")
	ticket := w.admit(guest, m)
	once := false
	w.store.before = func(method string) {
		if method == "Participant" && !once { // the door has looked, and has not yet decided
			once = true
			w.must(w.Remove(as("mayor"), m.ID, ticket.Participant))
		}
	}
	if err := w.media.Connect(guest, ticket.Token, meet.PathUDP); err == nil {
		t.Error("let in after removal")
	}
	w.store.before = nil
	w.reconcile()
	w.wantStays(m, "高橋 一郎 udp 08:30:00-")
}

func TestTicketsAreNotAskedForWithoutEnd(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	for range 30 {
		w.admit(as("mayor"), m)
	}
	_, err := w.Join(as("mayor"), m.ID)
	w.refused(err, meet.ErrTooFast)
	w.clock.Advance(10 * time.Second)
	w.admit(as("mayor"), m)
}
