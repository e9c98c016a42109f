package meet

import (
	"fmt"
	"strings"
	"testing"

	"yakusho/internal/testkit"
)

func TestTheLifeOfAMeeting(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, m := range life {
		fmt.Fprintf(&b, "%-9s -> %-9s when %s\n", m.From, m.To, m.Event)
	}
	testkit.Golden(t, "life.golden", []byte(b.String()))
}

func TestAMeetingNeverComesBackFromItsEnd(t *testing.T) {
	t.Parallel()
	states := []State{StateScheduled, StateOpen, StateEnded}
	for _, from := range states {
		for _, to := range states {
			want := from == StateScheduled && to != StateScheduled || from == StateOpen && to == StateEnded
			if got := CanMove(from, to); got != want {
				t.Errorf("%s to %s: %v", from, to, got)
			}
		}
	}
}
