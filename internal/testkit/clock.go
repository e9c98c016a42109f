package testkit

import (
	"sync"
	"testing"
	"time"

	"yakusho/internal/core"
)

// Clock stands still until it is moved. Pass its Now as a core.Clock. Safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

var _ core.Clock = (*Clock)(nil).Now

// NewClock returns a clock that shows at, or 2026-10-01 08:30 in Japan, a Thursday, when at is zero.
func NewClock(at time.Time) *Clock {
	c := &Clock{}
	if at.IsZero() {
		at = time.Date(2026, time.September, 30, 23, 30, 0, 0, time.UTC)
	}
	c.Set(at)
	return c
}

// Now returns the time shown, in UTC and to the microsecond, as core.SystemClock does.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by d, backwards when d is negative, and returns the new time.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d).Truncate(time.Microsecond)
	return c.now
}

// Set puts the clock to at.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = at.UTC().Truncate(time.Microsecond)
}

// Eventually waits until done returns true, asking every few milliseconds, and fails the test when it
// has not within d. It is for real sockets and processes; where only our own goroutines are involved
// testing/synctest is better.
func Eventually(t testing.TB, d time.Duration, done func() bool) {
	t.Helper()
	limit := time.NewTimer(d)
	defer limit.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-limit.C:
			if done() {
				return
			}
			t.Fatalf("still not so after %v", d)
		}
	}
}
