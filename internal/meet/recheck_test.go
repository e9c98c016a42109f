package meet_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

// register is who is signed in, as far as another process says.
type register struct {
	mu    sync.Mutex
	ended []string
	asked []string
	err   error
}

func (r *register) end(session string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = append(r.ended, session)
}

func (r *register) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

// Over implements meet.Sessions.
func (r *register) Over(_ context.Context, sessions []string) ([]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = slices.Sorted(slices.Values(sessions))
	return slices.DeleteFunc(slices.Clone(sessions), func(s string) bool { return !slices.Contains(r.ended, s) }), r.err
}

func TestASessionEndedByAnotherProcessIsCutWithinSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		elsewhere := &register{}
		w := newTown(t, func(c *meet.Config) { c.Clock, c.Sessions = core.SystemClock, elsewhere })
		m := w.open()
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- w.Run(ctx) }()
		wait := func(d time.Duration) {
			time.Sleep(d) // the bubble's time, which costs none
			synctest.Wait()
		}
		w.must(w.media.Connect(as("mayor"), w.admit(as("mayor"), m).Token, meet.PathUDP))
		w.number(as("sato"), m)
		sato := w.admit(as("sato"), m)
		w.must(w.media.Connect(as("sato"), sato.Token, meet.PathUDP))
		visitor := w.guest(m, "業者 太郎")
		w.must(w.media.Connect(visitor, w.admit(visitor, m).Token, meet.PathUDP))
		w.number(as("ito"), m)
		gone := w.admit(as("ito"), m)
		w.must(w.media.Connect(as("ito"), gone.Token, meet.PathUDP))
		wait(3 * time.Second)
		w.media.Lose(gone.Token)
		satosEar, itosEar := w.listen(as("sato"), m), w.listen(as("ito"), m)
		waiting := w.admit(as("ito"), m) // a ticket and an ear, and no connection
		wait(20 * time.Second)
		if got := w.here(m); len(got) != 3 {
			t.Fatalf("present: %v", got)
		}
		heard(satosEar)
		heard(itosEar)

		// While nobody can say who is signed in, everybody stays.
		elsewhere.fail(errors.New("database is away"))
		elsewhere.end("session-of-sato")
		elsewhere.end("session-of-ito")
		wait(20 * time.Second)
		if got := w.here(m); len(got) != 3 {
			t.Errorf("present: %v", got)
		}
		elsewhere.fail(nil)
		wait(7 * time.Second) // a look at the sessions, and one at the engine
		w.wantHeard("who is signed out", satosEar, "closed")
		w.wantHeard("who is signed out and was only waiting", itosEar, "closed")
		if got := w.here(m); !slices.Equal(slices.Sorted(slices.Values(got)), []string{"業者 太郎 udp", "高橋 一郎 udp"}) {
			t.Errorf("present: %v", got)
		}
		w.refused(w.media.Ask(as("ito"), waiting.Token, false), meet.ErrElsewhere)
		for _, in := range []struct {
			who     string
			session string
			id      core.ID
		}{{"sato", "session-of-sato", sato.Participant}, {"ito", "session-of-ito", waiting.Participant}} {
			if !w.relay.has(meet.RelayID(in.id, in.session)) {
				t.Errorf("the relay of %s still carries", in.who)
			}
		}
		wait(10 * time.Second)
		if want := []string{core.ActorFrom(visitor).Session, "session-of-mayor"}; !slices.Equal(elsewhere.asked, want) {
			t.Errorf("asked about %q, want only what is still held: %q", elsewhere.asked, want)
		}
		stop()
		w.must(<-done)
	})
}
