package meet_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

// hand returns since when a participant's hand is up, as the mayor sees it.
func (w *town) hand(m meet.Meeting, who core.ID) time.Time {
	w.t.Helper()
	r, err := w.Room(as("mayor"), m.ID)
	w.must(err)
	i := slices.IndexFunc(r.Roster, func(e meet.Entry) bool { return e.ID == who })
	if i < 0 {
		return time.Time{}
	}
	return r.Roster[i].Hand
}

// restart is the server coming back: in order, or after a crash.
func (w *town) restart(inOrder bool) {
	w.t.Helper()
	if inOrder {
		w.must(w.Leave(context.Background()))
	}
	w.Service = meet.NewService(w.Config)
	w.media.Door = w.Service
	if _, err := w.store.Recover(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

func TestARaisedHandOutlivesARestart(t *testing.T) {
	t.Parallel()
	for name, inOrder := range map[string]bool{"stopped in order": true, "crashed": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			m := w.open()
			w.join(as("mayor"), m)
			sato, ito := w.join(as("sato"), m), w.join(as("ito"), m)
			w.must(w.Hand(as("sato"), m.ID, true, ""))
			w.must(w.Hand(as("ito"), m.ID, true, ""))
			raised := w.hand(m, sato.Participant)
			w.clock.Advance(time.Minute)
			w.must(w.Hand(as("mayor"), m.ID, false, ito.Participant)) // the host lowers it: it stays down
			for _, token := range []string{sato.Token, ito.Token} {
				w.media.Arrive(token, meet.PathRelay) // on another path it is the same hand
			}
			w.reconcile()
			w.media.Lose(sato.Token)
			w.media.Lose(ito.Token)
			w.restart(inOrder)
			w.clock.Advance(30 * time.Second)
			w.join(as("sato"), m)
			w.join(as("ito"), m)
			if got := w.hand(m, sato.Participant); raised.IsZero() || !got.Equal(raised) {
				t.Errorf("the hand is up since %v, want %v as before the restart", got, raised)
			}
			if got := w.hand(m, ito.Participant); !got.IsZero() {
				t.Errorf("a hand that was lowered is up since %v", got)
			}
			// And down for good once its owner lowers it.
			w.must(w.Hand(as("sato"), m.ID, false, ""))
			w.restart(inOrder)
			w.join(as("sato"), m)
			if got := w.hand(m, sato.Participant); !got.IsZero() {
				t.Errorf("a hand that was lowered is up since %v", got)
			}
		})
	}
}

func TestAHandDoesNotOutliveItsOwnersLeaving(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	w.join(as("mayor"), m)
	in := w.join(as("sato"), m)
	w.must(w.Hand(as("sato"), m.ID, true, ""))
	w.media.Lose(in.Token)
	w.clock.Advance(time.Minute)
	w.reconcile()
	w.join(as("sato"), m)
	if got := w.hand(m, in.Participant); !got.IsZero() {
		t.Errorf("the hand is up since %v", got)
	}
}

func TestAHandIsUpEvenWhereItCannotBeStored(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := w.open()
	in := w.join(as("mayor"), m)
	full := &fullHands{Store: w.store}
	w.Service.Store = full
	w.must(w.Hand(as("mayor"), m.ID, true, ""))
	if !full.asked || w.hand(m, in.Participant).IsZero() {
		t.Error("the hand is not up")
	}
}

// fullHands is a store that has no room for a hand.
type fullHands struct {
	meet.Store
	asked bool
}

func (f *fullHands) Hand(context.Context, core.ID, time.Time) error {
	f.asked = true
	return errors.New("disk is full")
}
