package meet

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yakusho/internal/testkit"
)

func TestAKeyIsClosedAfterItsTriesAndOpensAfterTheWindow(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock(time.Time{})
	tr := newTries(clock.Now, 3, time.Minute)
	for n := range 3 {
		if tr.closed("a") || !tr.take("a") {
			t.Fatalf("closed before try %d", n+1)
		}
		clock.Advance(10 * time.Second)
	}
	if !tr.closed("a") || tr.take("a") || tr.closed("b") {
		t.Error("the fourth try was allowed, or another's closed")
	}
	clock.Advance(30*time.Second - time.Microsecond) // the window began with the first try
	if !tr.closed("a") || tr.take("a") {
		t.Error("open before the window has passed")
	}
	clock.Advance(time.Microsecond)
	for n := range 3 {
		if tr.closed("a") || !tr.take("a") {
			t.Fatalf("closed before try %d of the next window", n+1)
		}
	}
	if tr.take("a") {
		t.Error("the next window has more tries")
	}
}

func TestATryThatWasRightIsGivenBack(t *testing.T) {
	t.Parallel()
	tr := newTries(testkit.NewClock(time.Time{}).Now, 2, time.Minute)
	for range 50 {
		if !tr.take("a") {
			t.Fatal("right tries were counted")
		}
		tr.give("a")
	}
	tr.give("a")
	tr.give("unknown")
	if !tr.take("a") || !tr.take("a") || tr.take("a") {
		t.Error("giving back twice gained a try")
	}
}

func TestTriesRememberABoundedNumberOfKeysAndForgetTheStalest(t *testing.T) {
	t.Parallel()
	tr := newTries(testkit.NewClock(time.Time{}).Now, 1, time.Minute)
	tr.take("first")
	tr.take("second")
	for n := range tr.keys - 2 {
		tr.take(fmt.Sprint(n))
	}
	tr.take("first") // refused, and touched
	tr.take("one more")
	if len(tr.byKey) != tr.keys || tr.order.Len() != tr.keys {
		t.Errorf("%d keys, %d in order; want %d", len(tr.byKey), tr.order.Len(), tr.keys)
	}
	if !tr.closed("first") || tr.closed("second") {
		t.Error("not the stalest key was forgotten")
	}
}

func TestTriesMadeAtOnceAreAllCounted(t *testing.T) {
	t.Parallel()
	tr := newTries(testkit.NewClock(time.Time{}).Now, 10, time.Minute)
	var allowed atomic.Int64
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			if tr.take("a") {
				allowed.Add(1)
			}
			tr.closed("a")
		})
	}
	wg.Wait()
	if allowed.Load() != 10 {
		t.Errorf("%d of 64 were allowed", allowed.Load())
	}
}
