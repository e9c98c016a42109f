package httpx

import (
	"container/list"
	"strconv"
	"sync"
	"time"

	"yakusho/internal/core"
)

// Limiter is a token bucket per key, for what must not be tried too often. Memory is bounded: of
// more than the given number of keys, the one not used for longest is forgotten, so choose the
// number so that forgetting early does not pay.
type Limiter struct {
	burst float64
	every time.Duration
	max   int
	clock core.Clock

	mu   sync.Mutex
	keys map[string]*list.Element
	old  *list.List // of *bucket, least recently used first
}

type bucket struct {
	key    string
	tokens float64
	at     time.Time
}

// NewLimiter allows burst tries at once and one more every interval, for at most maxKeys keys.
func NewLimiter(burst int, every time.Duration, maxKeys int, clock core.Clock) *Limiter {
	return &Limiter{
		burst: float64(max(burst, 1)), every: max(every, 1), max: max(maxKeys, 1), clock: clock,
		keys: make(map[string]*list.Element), old: list.New(),
	}
}

// Allow takes a token of key. Without one it says after how long there will be one again.
func (l *Limiter) Allow(key string) (ok bool, retry time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	b := l.bucket(key, now)
	if gone := now.Sub(b.at); gone > 0 { // a clock set back gives nothing and takes nothing
		b.tokens = min(l.burst, b.tokens+float64(gone)/float64(l.every))
	}
	b.at = now
	if b.tokens < 1 {
		// At least a nanosecond, and rounded up, so that waiting this long is always enough.
		return false, time.Duration((1-b.tokens)*float64(l.every)) + 1
	}
	b.tokens--
	return true, 0
}

// Forget gives key its full burst again, for example after a successful sign-in.
func (l *Limiter) Forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.keys[key]; ok {
		l.old.Remove(e)
		delete(l.keys, key)
	}
}

// Len returns how many keys are remembered.
func (l *Limiter) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.old.Len()
}

func (l *Limiter) bucket(key string, now time.Time) *bucket {
	if e, ok := l.keys[key]; ok {
		l.old.MoveToBack(e)
		return e.Value.(*bucket)
	}
	if l.old.Len() >= l.max {
		delete(l.keys, l.old.Remove(l.old.Front()).(*bucket).key)
	}
	b := &bucket{key: key, tokens: l.burst, at: now}
	l.keys[key] = l.old.PushBack(b)
	return b
}

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }
