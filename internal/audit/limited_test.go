package audit_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"yakusho/internal/audit"
	"yakusho/internal/core"
	"yakusho/internal/testkit"
)

// paper is a Recorder that prints what it is told, and can be full.
type paper struct {
	mu    sync.Mutex
	full  error
	lines []string
}

func (p *paper) Record(ctx context.Context, action, target, outcome string, detail map[string]string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.full != nil {
		return p.full
	}
	a := core.ActorFrom(ctx)
	line := fmt.Sprintf("%s%s %s %s %s", a.Account, a.From, action, target, outcome)
	if n := detail["count"]; n != "" {
		line += fmt.Sprintf(" %s×%s", n, detail["reason"])
	}
	p.lines = append(p.lines, line)
	return nil
}

// take returns what was written since, in order.
func (p *paper) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.lines
	p.lines = nil
	return out
}

func at(addr string) context.Context {
	return core.WithActor(context.Background(), core.Actor{From: netip.MustParseAddr(addr)})
}

var why = map[string]string{"reason": "not_host"}

func newLimited(own ...string) (*audit.Limited, *paper, *testkit.Clock) {
	p, clock := &paper{}, testkit.NewClock(time.Time{})
	return audit.NewLimited(p, clock.Now, own...), p, clock
}

func TestTheFirstRefusalsAreEntriesAndTheRestIsOneWithTheirNumber(t *testing.T) {
	t.Parallel()
	l, p, clock := newLimited("auth.sign_in")
	refuse := func(ctx context.Context, action, target string, n int) {
		for range n {
			if err := l.Record(ctx, action, target, audit.Refused, why); err != nil {
				t.Fatal(err)
			}
		}
	}
	refuse(at("10.0.0.1"), "meet.end", "m1", 10_000)
	if got := p.take(); len(got) != 5 || got[0] != "10.0.0.1 meet.end m1 refused" {
		t.Errorf("10 000 refusals wrote %q", got)
	}
	refuse(at("10.0.0.2"), "meet.end", "m1", 1) // another's refusals are not touched
	refuse(at("10.0.0.1"), "meet.end", "m2", 1) // nor another meeting's
	refuse(at("10.0.0.1"), "meet.join", "m1", 1)
	refuse(at("10.0.0.1"), "auth.sign_in", "a", 7) // limits itself
	if err := l.Record(at("10.0.0.1"), "meet.end", "m1", audit.OK, nil); err != nil {
		t.Fatal(err)
	}
	if got := p.take(); len(got) != 11 {
		t.Errorf("wrote %q", got)
	}
	clock.Advance(10*time.Minute - time.Microsecond)
	if err := l.Flush(context.Background(), false); err != nil || len(p.take()) != 0 {
		t.Errorf("the number came before its time: %v", err)
	}
	clock.Advance(time.Microsecond)
	p.full = errors.New("disk is full")
	if err := l.Flush(context.Background(), false); !errors.Is(err, p.full) {
		t.Errorf("a full log: %v", err)
	}
	p.full = nil
	refuse(at("10.0.0.1"), "meet.end", "m1", 3)
	if err := l.Flush(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	if got, want := p.take(), []string{"10.0.0.1 meet.end m1 refused 9998×not_host"}; !slices.Equal(got, want) {
		t.Errorf("wrote %q, want %q", got, want)
	}
	refuse(at("10.0.0.1"), "meet.end", "m1", 1)
	if got := p.take(); len(got) != 1 {
		t.Errorf("a new time begins with %q", got)
	}
}

func TestWhateverIsRefusedNothingGrowsAndNothingIsForgotten(t *testing.T) {
	t.Parallel()
	l, p, _ := newLimited()
	asked := 0
	ask := func(ctx context.Context, target string) {
		asked++
		if err := l.Record(ctx, "meet.knock", target, audit.Refused, why); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 5000 { // one account and invented meetings
		ask(core.WithActor(context.Background(), core.Actor{Account: "mori"}), fmt.Sprint("m", n))
	}
	if got := len(p.lines); got != 8 {
		t.Errorf("invented meetings wrote %d entries", got)
	}
	for n := range 3000 { // guests at one PC, whatever their pass
		ask(core.WithActor(context.Background(), core.Actor{Guest: core.ID(fmt.Sprint(n)), From: netip.MustParseAddr("10.0.0.1")}), "m")
	}
	if got := len(p.lines); got != 13 {
		t.Errorf("guests of one PC wrote %d entries", got-8)
	}
	for n := range 3000 { // many PCs
		ask(at(fmt.Sprintf("10.1.%d.%d", n/250, n%250)), "m")
	}
	if got := len(p.lines); got > 8+5+1000 {
		t.Errorf("3000 PCs wrote %d entries", got)
	}
	written := len(p.take())
	if err := l.Flush(context.Background(), true); err != nil {
		t.Fatal(err)
	}
	counts := p.take()
	for _, line := range counts {
		var n int
		if _, err := fmt.Sscanf(line[len(line)-len(countOf(line)):], "%d×", &n); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		written += n
	}
	if written != asked {
		t.Errorf("%d refusals, %d in the log", asked, written)
	}
	if len(counts) > 20 {
		t.Errorf("%d entries with counts", len(counts))
	}
}

// countOf is the last word of a line.
func countOf(line string) string {
	i := len(line)
	for i > 0 && line[i-1] != ' ' {
		i--
	}
	return line[i:]
}

func TestTheNumbersAreWrittenWhenTheServerStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &paper{}
		l := audit.NewLimited(p, core.SystemClock)
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); l.Run(ctx, slog.New(slog.DiscardHandler)) }()
		for range 9 {
			if err := l.Record(at("10.0.0.1"), "meet.end", "m", audit.Refused, why); err != nil {
				t.Fatal(err)
			}
		}
		p.take()
		time.Sleep(11 * time.Minute) // the bubble's time
		synctest.Wait()
		if got, want := p.take(), []string{"10.0.0.1 meet.end m refused 4×not_host"}; !slices.Equal(got, want) {
			t.Errorf("wrote %q, want %q", got, want)
		}
		for range 6 {
			if err := l.Record(at("10.0.0.1"), "meet.end", "m", audit.Refused, why); err != nil {
				t.Fatal(err)
			}
		}
		p.take()
		stop()
		<-done
		if got, want := p.take(), []string{"10.0.0.1 meet.end m refused 1×not_host"}; !slices.Equal(got, want) {
			t.Errorf("wrote %q at the end, want %q", got, want)
		}
	})
}
