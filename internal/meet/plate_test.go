package meet_test

import (
	"sync"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

func TestTwoGuestsWithPassesUnderOneNameCannotBothComeIn(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	first, second := w.guest(m, "みほん建設 山田"), w.guest(m, "みほん建設　山田")
	// Both have their tickets before either is in, as screens ask ahead of the press.
	one, two := w.admit(first, m), w.admit(second, m)
	w.must(w.media.Connect(first, one.Token, meet.PathUDP))
	// Not in the books yet, and taken already.
	w.refused(w.media.Connect(second, two.Token, meet.PathUDP), meet.ErrNameTaken)
	_, err := w.Join(second, m.ID)
	w.refused(err, meet.ErrNameTaken)
	_, err = w.Enter(from("10.99.0.2"), m.Number, m.PIN, "みほん建設 山田")
	w.refused(err, meet.ErrNameTaken)
	w.reconcile()
	_, err = w.Join(second, m.ID)
	w.refused(err, meet.ErrNameTaken)
	if n := len(w.media.Present()); n != 1 {
		t.Errorf("%d are in the meeting", n)
	}
	// The way on: another name.
	w.join(w.guest(m, "みほん建設 山田（現場）"), m)
	// And who has the name can come again from the same PC.
	again := w.admit(first, m)
	w.must(w.media.Connect(first, again.Token, meet.PathUDP))
	if w.audit.count("meet.join refused name_taken") != 1 || w.audit.count("meet.knock refused name_taken") != 2 {
		t.Error("the refusals are not all in the audit log")
	}
}

func TestOfManyGuestsOfOneNameAtTheDoorExactlyOneComesIn(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	var tokens []string
	var guests []core.Actor
	for range 8 {
		g := w.guest(m, "みほん建設 山田")
		tokens, guests = append(tokens, w.admit(g, m).Token), append(guests, core.ActorFrom(g))
	}
	var wg sync.WaitGroup
	errs := make([]error, len(tokens))
	for i := range tokens {
		wg.Go(func() { errs[i] = w.media.Connect(core.WithActor(t.Context(), guests[i]), tokens[i], meet.PathUDP) })
	}
	wg.Wait()
	in := 0
	for _, err := range errs {
		if err == nil {
			in++
			continue
		}
		w.refused(err, meet.ErrNameTaken)
	}
	if in != 1 {
		t.Errorf("%d of one name are in", in)
	}
}

func TestANameIsFreeWhenItsBearerHasGoneOrNeverArrived(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	first := w.guest(m, "業者 太郎")
	one := w.admit(first, m)
	w.must(w.media.Connect(first, one.Token, meet.PathUDP))
	w.reconcile()
	w.clock.Advance(time.Second)
	w.must(w.media.Disconnect(t.Context(), m.ID, one.Participant))
	w.reconcile()
	// At once: they left and came back by way of the number.
	second := w.guest(m, "業者 太郎")
	w.join(second, m)
	// Whose pass is from before is no longer the one of that name.
	_, err := w.Join(first, m.ID)
	w.refused(err, meet.ErrNameTaken)
}

func TestStaffComeInWhateverAGuestIsCalled(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	// An account the directory does not know, so that its name was free for a guest.
	w.join(w.guest(m, "外山 応援"), m)
	m2 := w.open()
	ctx := as("toyama")
	a := core.ActorFrom(ctx)
	a.Name = "外山 応援"
	ctx = core.WithActor(ctx, a)
	w.join(ctx, m)
	w.join(ctx, m2)
	_, err := w.Enter(from("10.99.0.2"), m2.Number, m2.PIN, "外山　応援")
	w.refused(err, meet.ErrNameTaken)
}
