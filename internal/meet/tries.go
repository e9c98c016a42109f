package meet

import (
	"container/list"
	"sync"
	"time"

	"yakusho/internal/core"
)

// tries counts wrong guesses by key and closes a key that has used them up. It remembers a bounded
// number of keys; the one untouched for longest is forgotten first.
type tries struct {
	clock  core.Clock
	max    int
	window time.Duration
	keys   int

	mu    sync.Mutex
	order *list.List // of *guess, last touched at the back
	byKey map[string]*list.Element
}

type guess struct {
	key   string
	count int
	until time.Time // when the count starts anew
	told  bool      // that it is closed
}

func newTries(clock core.Clock, max int, window time.Duration) *tries {
	return &tries{clock: clock, max: max, window: window, keys: 10_000, order: list.New(), byKey: map[string]*list.Element{}}
}

// closed reports whether the key has used up its guesses.
func (t *tries) closed(key string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.byKey[key]
	if !ok {
		return false
	}
	g := e.Value.(*guess)
	return g.count >= t.max && t.clock().Before(g.until)
}

// take counts one guess before its outcome is known, so that guesses made at once are all counted,
// and reports whether it may be made.
func (t *tries) take(key string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock()
	e, ok := t.byKey[key]
	if !ok {
		if t.order.Len() >= t.keys {
			oldest := t.order.Front()
			delete(t.byKey, oldest.Value.(*guess).key)
			t.order.Remove(oldest)
		}
		e = t.order.PushBack(&guess{key: key})
		t.byKey[key] = e
	}
	t.order.MoveToBack(e)
	g := e.Value.(*guess)
	if !now.Before(g.until) {
		g.count, g.until, g.told = 0, now.Add(t.window), false
	}
	if g.count >= t.max {
		return false
	}
	g.count++
	return true
}

// give returns a guess that turned out right.
func (t *tries) give(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e, ok := t.byKey[key]; ok {
		if g := e.Value.(*guess); g.count > 0 {
			g.count--
		}
	}
}

// first reports, once for each time a key is closed, that this is the first to hear of it: a refusal is
// worth remembering, ten thousand of the same are not.
func (t *tries) first(key string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.byKey[key]
	if !ok {
		return true
	}
	g := e.Value.(*guess)
	was := g.told
	g.told = true
	return !was
}
