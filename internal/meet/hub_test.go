package meet

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/testkit"
)

func chat(n int) Event { return Event{Kind: EventChat, Message: Message{Number: int64(n)}} }

func TestASlowEarIsDroppedAndDelaysNobody(t *testing.T) {
	t.Parallel()
	h := newHub(testkit.NewClock(time.Time{}).Now)
	slow, quick, elsewhere := h.subscribe("m", "slow", "s"), h.subscribe("m", "quick", "q"), h.subscribe("other", "quick", "q")
	<-quick.Events
	const told = 1000
	for n := range told {
		h.tellAll("m", chat(n)) // would hang here if it waited for the slow one
		if e := <-quick.Events; e.Message.Number != int64(n) {
			t.Fatalf("the quick one heard %d, want %d", e.Message.Number, n)
		}
	}
	heard := 0
	for e := range slow.Events { // ends only because the ear was closed
		if heard > 0 && e.Message.Number != int64(heard-1) {
			t.Fatalf("the slow one heard %d as number %d", e.Message.Number, heard)
		}
		heard++
	}
	if heard != cap(slow.events) {
		t.Errorf("the slow one heard %d before it was dropped, of %d that fit", heard, cap(slow.events))
	}
	if n := len(elsewhere.Events); n != 1 {
		t.Errorf("another room heard %d events", n)
	}
	h.unsubscribe(slow)
	h.unsubscribe(quick)
	h.unsubscribe(quick)
	if _, open := <-quick.Events; open || len(h.rooms["m"].ears) != 0 {
		t.Error("an ear is still there")
	}
}

func TestEventsForOneReachAllTheirScreensAndNobodyElses(t *testing.T) {
	t.Parallel()
	h := newHub(testkit.NewClock(time.Time{}).Now)
	desk, tablet, other := h.subscribe("m", "a", "1"), h.subscribe("m", "a", "2"), h.subscribe("m", "b", "3")
	h.tellOne("m", "a", Event{Kind: EventNotice})
	if len(desk.Events) != 2 || len(tablet.Events) != 2 || len(other.Events) != 1 {
		t.Errorf("heard %d, %d, %d", len(desk.Events), len(tablet.Events), len(other.Events))
	}
	h.silence("m", func(s *Subscription) bool { return s.participant == "a" })
	h.tellAll("m", Event{Kind: EventState})
	if n := len(tablet.Events); n != 2 || len(other.Events) != 2 {
		t.Errorf("heard %d after it was closed, the other %d", n, len(other.Events))
	}
}

func TestRoomsAreForgottenWhenNothingInThemMatters(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock(time.Time{})
	h := newHub(clock.Now)
	h.hand("hand only", "a", true)
	h.issued(Ticket{Meeting: "ticket", Participant: "a", Nonce: "n", ExpiresAt: clock.Now().Add(TicketLife)})
	ear := h.subscribe("ear", "a", "s")
	h.began(Stay{Meeting: "stay", Participant: "a"}, time.Time{})
	left := func() (out []string) {
		h.tidy(clock.Now())
		for id := range h.rooms {
			out = append(out, string(id))
		}
		return out
	}
	if got := left(); len(got) != 3 {
		t.Errorf("left: %v", got)
	}
	clock.Advance(TicketLife + time.Hour)
	if got := left(); len(got) != 3 {
		t.Errorf("a ticket was forgotten before its hour: %v", got)
	}
	clock.Advance(time.Microsecond)
	h.unsubscribe(ear)
	if got := left(); len(got) != 1 || got[0] != "stay" {
		t.Errorf("left: %v", got)
	}
}

func TestTheHubStandsUnderEverythingAtOnce(t *testing.T) {
	t.Parallel()
	h := newHub(testkit.NewClock(time.Time{}).Now)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			id := Ticket{Meeting: "m", Participant: core.ID(strconv.Itoa(i)), Session: "s", Nonce: strconv.Itoa(i)}
			for n := range 200 {
				sub := h.subscribe("m", id.Participant, "s")
				h.issued(id)
				h.tellAll("m", chat(n))
				h.hand("m", id.Participant, n%2 == 0)
				h.mayDo("m", id.Participant, "react", 5, 5*time.Second)
				if n%50 == 49 {
					h.clear("m")
				}
				h.endSessions(map[string]bool{"s": n%7 == 0})
				h.forget("m", id.Participant)
				h.unsubscribe(sub)
				for range sub.Events { //nolint:revive // until it is closed
				}
			}
		})
	}
	wg.Wait()
}
