package httpx

import (
	"fmt"
	"testing"
	"time"
)

func TestLimiterAllowsTheBurstThenOneEveryInterval(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	l := NewLimiter(3, 10*time.Second, 10, func() time.Time { return now })
	for i := range 3 {
		if ok, _ := l.Allow("a"); !ok {
			t.Fatalf("try %d refused", i)
		}
	}
	ok, wait := l.Allow("a")
	if ok || wait < 10*time.Second || wait > 10*time.Second+time.Microsecond {
		t.Fatalf("fourth try: %v, %v", ok, wait)
	}
	if ok, _ := l.Allow("b"); !ok {
		t.Error("another key is refused with it")
	}
	now = now.Add(wait)
	if ok, _ := l.Allow("a"); !ok {
		t.Error("refused although it waited as told")
	}
	if ok, _ := l.Allow("a"); ok {
		t.Error("allowed twice after one interval")
	}
	now = now.Add(-time.Hour)
	if ok, _ := l.Allow("a"); ok {
		t.Error("setting the clock back gave a token")
	}
	l.Forget("a")
	if ok, _ := l.Allow("a"); !ok {
		t.Error("refused after Forget")
	}
}

func TestLimiterRemembersOnlySoManyKeysAndForgetsTheOldest(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	l := NewLimiter(1, time.Hour, 3, func() time.Time { return now })
	for i := range 3 {
		l.Allow(fmt.Sprint(i))
	}
	l.Allow("0") // refused, but used: 1 is the oldest now
	l.Allow("3")
	if l.Len() != 3 {
		t.Errorf("%d keys", l.Len())
	}
	if ok, _ := l.Allow("0"); ok {
		t.Error("0 was forgotten although it was used lately")
	}
	if ok, _ := l.Allow("1"); !ok {
		t.Error("1 is still remembered")
	}
}
