package meet_test

import (
	"context"
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
	if w.audit.count("meet.connect refused ticket_invalid") == 0 {
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
	if first.Participant.ID != second.Participant.ID {
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
	w.must(w.Remove(as("mayor"), m.ID, connected.Participant.ID))
	w.must(w.Remove(as("mayor"), m.ID, ticket.Participant.ID))
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
	if again.Participant.ID != in.Participant.ID {
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
	for _, in := range []meet.Admission{sato, elsewhere} {
		for _, resume := range []bool{false, true} {
			w.refused(w.media.Ask(as("sato"), in.Token, resume), meet.ErrElsewhere)
		}
		if !w.relay.has(meet.RelayID(in.Participant.ID, "session-of-sato")) {
			t.Error("the relay still carries a session that has ended")
		}
	}
	if w.relay.has(meet.RelayID(mayor.Participant.ID, "session-of-mayor")) {
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

func TestAnEarWithoutATicketClosesWithItsSession(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	w.join(as("sato"), m)
	w.Service = meet.NewService(w.Config) // after a restart screens listen before they join again
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
