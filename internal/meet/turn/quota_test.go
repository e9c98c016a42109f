package turn

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

func TestEachLimitHoldsAndIsGivenBack(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		limit func(*Config)
		id    func(int) string
	}{
		"per participant": {func(c *Config) { c.MaxPerUser = 3 }, func(int) string { return "alice" }},
		"per address":     {func(c *Config) { c.MaxPerAddress = 3 }, func(i int) string { return fmt.Sprint("p", i) }},
		"in all":          {func(c *Config) { c.MaxAllocations = 3 }, func(i int) string { return fmt.Sprint("p", i) }},
		"of the spare":    {func(c *Config) { c.MaxSpare, c.Spare = 3, startsWithP }, func(i int) string { return fmt.Sprint("p", i) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, []string{"127.0.0.1:0"}, func(c *Config, _ *timing) { tc.limit(c) })
			var held []*client
			for i := range 3 {
				c := b.dial(tc.id(i))
				c.mustAllocate()
				held = append(held, c)
			}
			fourth := b.dial(tc.id(3))
			if code := fourth.allocate(); code != stun.CodeAllocQuotaReached {
				t.Fatalf("the fourth: %d", code)
			}
			if n := b.Stats(); n.RefusedQuota != 1 || n.Allocations != 3 {
				t.Errorf("stats: %+v", n)
			}
			// A place comes back with a relay given back, and with a connection that breaks.
			if code := held[0].code(stun.MethodRefresh, lifetime(0)); code != 0 {
				t.Fatal(code)
			}
			fourth.mustAllocate()
			hardClose(held[1].conn)
			eventually(t, "the place is free", func() bool { return b.Stats().Allocations == 2 })
			eventually(t, "the place is taken again", func() bool { return held[0].allocate() == 0 })
			if !strings.Contains(b.log.String(), "no more relays") {
				t.Error("the log does not say so")
			}
		})
	}
}

func startsWithP(id string) bool { return strings.HasPrefix(id, "p") }

func TestTheSpareNeverTakeWhatTheOthersNeed(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"}, func(c *Config, _ *timing) { c.MaxSpare, c.Spare = 6, startsWithP })
	for range 4 {
		b.dial("p").mustAllocate()
	}
	if code := b.dial("p").allocate(); code != stun.CodeAllocQuotaReached {
		t.Errorf("a fifth of one spare id: %d", code)
	}
	b.dial("p2").mustAllocate()
	b.dial("p3").mustAllocate()
	if code := b.dial("p4").allocate(); code != stun.CodeAllocQuotaReached {
		t.Errorf("a seventh of the spare: %d", code)
	}
	b.dial("alice").mustAllocate()
}

func TestLimitsHoldWhenAllComeAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"}, func(c *Config, _ *timing) { c.MaxPerUser = 5 })
	var got, refused atomic.Int32
	var wg sync.WaitGroup
	for range 30 {
		c := b.dial("alice")
		wg.Add(1)
		go func() {
			defer wg.Done()
			if c.allocate() == 0 {
				got.Add(1)
			} else {
				refused.Add(1)
			}
		}()
	}
	wg.Wait()
	if got.Load() != 5 || refused.Load() != 25 {
		t.Errorf("%d relays, %d refused", got.Load(), refused.Load())
	}
}

func TestConnectionsBeyondTheBoundAreClosedAtOnce(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]func(*Config){
		"in all":      func(c *Config) { c.MaxAllocations = 5 },
		"per address": func(c *Config) { c.MaxPerAddress = 5 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, []string{"127.0.0.1:0"}, func(c *Config, _ *timing) { limit(c) })
			const tried, kept = 200, 10
			conns := make([]net.Conn, 0, tried)
			for range tried {
				c, err := net.Dial("tcp", b.addr)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = c.Close() }()
				conns = append(conns, c)
			}
			eventually(t, "the rest is refused", func() bool { return b.Stats().ConnectionsRefused == tried-kept })
			if n := b.Stats().Connections; n != kept {
				t.Errorf("%d connections are held", n)
			}
			for _, c := range conns {
				_ = c.Close()
			}
			eventually(t, "all are gone", func() bool { return b.Stats().Connections == 0 })
			b.mu.Lock()
			left := len(b.perAddr) + len(b.perUser) + b.held
			b.mu.Unlock()
			if left != 0 {
				t.Error("the books do not close")
			}
			b.dial("alice").mustAllocate()
		})
	}
}

func TestTheLogIsNotFlooded(t *testing.T) {
	t.Parallel()
	var th throttle
	now := time.Unix(1000, 0)
	said := 0
	for range 100 {
		if _, ok := th.allow(now); ok {
			said++
		}
	}
	if said != throttleLines {
		t.Errorf("%d lines in one window", said)
	}
	if skipped, ok := th.allow(now.Add(throttleWindow)); !ok || skipped != 100-throttleLines {
		t.Errorf("the next window: %d, %v", skipped, ok)
	}
	if _, ok := th.allow(now.Add(-time.Hour)); !ok {
		t.Error("a clock set back silences the log")
	}
}
