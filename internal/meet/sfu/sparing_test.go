package sfu

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"yakusho/internal/testkit"
)

func TestTheEngineSaysTheSameTenTimesAMinuteAndThenHowOftenNot(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	clock := testkit.NewClock(time.Time{})
	log := slog.New(newSparing(slog.NewTextHandler(&out, nil), clock.Now))
	lines := func() (n int) {
		n = strings.Count(out.String(), "\n")
		out.Reset()
		return n
	}
	for n := range 500 {
		log.With("room", n).WithGroup("g").Error("error reading from websocket") // one client after another
	}
	log.Warn("something else")
	if got := lines(); got != 11 {
		t.Errorf("%d lines, want 11", got)
	}
	clock.Advance(time.Minute)
	log.Error("error reading from websocket")
	if got := out.String(); !strings.Contains(got, "left_out=490") {
		t.Errorf("said %q", got)
	}
	lines()
	for n := range 5000 { // whatever a client makes it say
		log.Error(fmt.Sprint("cannot read ", n))
	}
	if got := lines(); got > maxSayings+sayings {
		t.Errorf("%d lines", got)
	}
}
