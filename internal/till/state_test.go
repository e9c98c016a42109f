package till

import (
	"fmt"
	"strings"
	"testing"

	"yakusho/internal/testkit"
)

func table[S ~string](b *strings.Builder, what string, life []move[S]) {
	fmt.Fprintf(b, "%s\n", what)
	for _, m := range life {
		fmt.Fprintf(b, "  %-16s -> %-16s when %s\n", m.From, m.To, m.Event)
	}
}

func TestTheLivesOfTheTill(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	table(&b, "attempt", attemptLife[:])
	table(&b, "sale", saleLife[:])
	table(&b, "refund", refundLife[:])
	table(&b, "session", sessionLife[:])
	testkit.Golden(t, "life.golden", []byte(b.String()))
}

// reach returns every state that can be reached from one, itself included.
func reach[S ~string](life []move[S], from S) map[S]bool {
	seen := map[S]bool{from: true}
	for grown := true; grown; {
		grown = false
		for _, m := range life {
			if seen[m.From] && !seen[m.To] {
				seen[m.To], grown = true, true
			}
		}
	}
	return seen
}

func attemptStates() []AttemptState {
	return []AttemptState{
		AttemptCreated, AttemptSent, AttemptPaid, AttemptShown, AttemptNotPaid, AttemptUnknown, AttemptCancelling, AttemptReversed, AttemptUnresolved,
	}
}

func TestALiveAttemptCanEndAndAnEndedOneNeverLivesAgain(t *testing.T) {
	t.Parallel()
	ends := map[AttemptState]bool{AttemptPaid: true, AttemptNotPaid: true, AttemptReversed: true}
	for _, s := range attemptStates() {
		to := reach(attemptLife[:], s)
		switch {
		case s.Live() && !to[AttemptPaid]:
			t.Errorf("%s can never turn out paid", s)
		case s.Live() && !to[AttemptNotPaid] && !to[AttemptReversed]:
			t.Errorf("%s can never turn out unpaid", s)
		case ends[s] && len(to) > 1:
			t.Errorf("%s is an end and goes on to %v", s, to)
		}
		if !s.Live() {
			for next := range to {
				if next.Live() {
					t.Errorf("%s comes to life again as %s", s, next)
				}
			}
		}
		if s != AttemptCreated && !reach(attemptLife[:], AttemptCreated)[s] {
			t.Errorf("%s is never reached", s)
		}
	}
}

func TestMoneyIsBookedExactlyWhereAnAttemptTookIt(t *testing.T) {
	t.Parallel()
	for _, m := range attemptLife {
		if m.From.Took() && m.From != AttemptShown {
			t.Errorf("%s to %s: what is proven paid is never taken out of the books by its attempt", m.From, m.To)
		}
		if m.To.Live() && m.From.Took() {
			t.Errorf("%s to %s: paid and open again", m.From, m.To)
		}
	}
	for _, s := range attemptStates() {
		if s.Took() && s.Live() || s.Resolving() && !s.Live() {
			t.Errorf("%s: took %t, live %t, resolving %t", s, s.Took(), s.Live(), s.Resolving())
		}
	}
}

func TestARefundNeedsASecondPersonAndEndsOnce(t *testing.T) {
	t.Parallel()
	for _, s := range []RefundState{RefundDone, RefundUnknown, RefundFailed} {
		if RefundRequested.CanMove(s) {
			t.Errorf("requested goes straight to %s", s)
		}
	}
	for _, s := range []RefundState{RefundDone, RefundFailed, RefundRejected} {
		if n := len(reach(refundLife[:], s)); n != 1 {
			t.Errorf("%s is an end and reaches %d states", s, n)
		}
	}
	for _, m := range refundLife {
		if !m.From.Claims() && m.To.Claims() {
			t.Errorf("%s to %s claims money again without looking how much is left", m.From, m.To)
		}
	}
}
