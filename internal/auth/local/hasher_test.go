package local

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"yakusho/internal/auth"
)

// small keeps the tests quick; what is tested does not depend on the costs.
func small() Params { return Params{Memory: 64, Time: 1, Threads: 1} }

func TestTheRightPasswordAndNoOtherIsAccepted(t *testing.T) {
	t.Parallel()
	h := New(DefaultParams())
	enc, err := h.Hash(t.Context(), "窓口の赤い傘 7本")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(enc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("encoded %q does not carry its parameters", enc)
	}
	for _, c := range []struct {
		password string
		ok       bool
	}{
		{"窓口の赤い傘 7本", true},
		{"窓口の赤い傘 7本 ", false},
		{"窓口の赤い傘", false},
		{"", false},
		{enc, false},
	} {
		ok, stale, err := h.Verify(t.Context(), enc, c.password)
		if ok != c.ok || stale || err != nil {
			t.Errorf("Verify(%q) = %v, %v, %v; want %v, false, nil", c.password, ok, stale, err, c.ok)
		}
	}
}

func TestTheSamePasswordNeverHashesTheSame(t *testing.T) {
	t.Parallel()
	h := New(small())
	a, _ := h.Hash(t.Context(), "abc")
	b, err := h.Hash(t.Context(), "abc")
	if a == b || err != nil {
		t.Errorf("two hashes %q and %q, %v", a, b, err)
	}
}

func TestAHashWithOtherParametersIsRightButStale(t *testing.T) {
	t.Parallel()
	old, err := New(Params{Memory: 32, Time: 1, Threads: 2}).Hash(t.Context(), "secret")
	if err != nil {
		t.Fatal(err)
	}
	h := New(small())
	if ok, stale, err := h.Verify(t.Context(), old, "secret"); !ok || !stale || err != nil {
		t.Errorf("right password: %v, %v, %v; want true, true, nil", ok, stale, err)
	}
	if ok, stale, err := h.Verify(t.Context(), old, "wrong"); ok || stale || err != nil {
		t.Errorf("wrong password: %v, %v, %v; want false, false, nil", ok, stale, err)
	}
}

func TestAnEmptyHashIsNeverRight(t *testing.T) {
	t.Parallel()
	h := New(small())
	for _, p := range []string{"", "x", strings.Repeat("\x00", 32)} {
		if ok, stale, err := h.Verify(t.Context(), "", p); ok || stale || err != nil {
			t.Errorf("Verify(empty, %q) = %v, %v, %v", p, ok, stale, err)
		}
	}
}

func TestADamagedHashIsAnErrorNotARefusal(t *testing.T) {
	t.Parallel()
	const good = "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	if _, err := parse(good); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		"x", "$", "$$$$$", "$2b$12$abc",
		strings.Replace(good, "argon2id", "argon2i", 1),
		strings.Replace(good, "v=19", "v=16", 1),
		strings.Replace(good, "m=64", "m=0", 1),
		strings.Replace(good, "m=64", "m=4", 1),
		strings.Replace(good, "m=64", "m=064", 1),
		strings.Replace(good, "m=64", "m=4294967295", 1),
		strings.Replace(good, "t=1", "t=0", 1),
		strings.Replace(good, "t=1", "t=99", 1),
		strings.Replace(good, "p=1", "p=+1", 1),
		strings.Replace(good, "p=1", "p=255", 1),
		strings.Replace(good, "t=1,p=1", "p=1,t=1", 1),
		good + "=", good + "$", good[:len(good)-30],
		strings.Replace(good, "AAAAAAAAAAAAAAAAAAAAAA$", "$", 1),
	} {
		if ok, _, err := New(small()).Verify(t.Context(), s, "p"); ok || !errors.Is(err, errMalformed) {
			t.Errorf("Verify(%q) = %v, %v; want errMalformed", s, ok, err)
		}
	}
}

func TestTheLineIsShortAndLeavingItIsPossible(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := New(small())
		for range atOnce { // both slots are taken
			h.slots <- struct{}{}
		}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		errs := make(chan error, inLine)
		for range inLine {
			wg.Go(func() { _, err := h.Hash(ctx, "p"); errs <- err })
		}
		synctest.Wait()
		if _, err := h.Hash(ctx, "p"); !errors.Is(err, auth.ErrBusy) {
			t.Errorf("one more than the line holds: %v, want ErrBusy", err)
		}
		cancel()
		wg.Wait()
		for range inLine {
			if err := <-errs; !errors.Is(err, context.Canceled) {
				t.Errorf("who leaves the line gets %v, want context.Canceled", err)
			}
		}
		for range atOnce {
			<-h.slots
		}
		if _, err := h.Hash(t.Context(), "p"); err != nil {
			t.Errorf("after the crowd: %v", err)
		}
		if n := h.waiting.Load(); n != 0 {
			t.Errorf("%d still counted in line", n)
		}
	})
}

func TestManySignInsAtOnceTakeTheMemoryOfTwo(t *testing.T) {
	// Not parallel: it measures the heap of the whole process.
	h := New(DefaultParams())
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() {
			if _, err := h.Hash(t.Context(), "p"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	runtime.ReadMemStats(&after)
	grown := int64(after.HeapSys) - int64(before.HeapSys)
	// Two in use and what the collector has not yet noticed; never one for each.
	if limit := int64(12 * 19 << 20); grown > limit {
		t.Errorf("24 sign-ins at once took %d MiB from the system, want at most %d", grown>>20, limit>>20)
	}
	if left := int64(after.HeapAlloc) - int64(before.HeapAlloc); left > 19<<20 {
		t.Errorf("24 sign-ins left %d MiB behind, want less than one hash needs", left>>20)
	}
}

func FuzzParseAcceptsOnlyWhatItWrites(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA")
	f.Add("$argon2id$v=19$m=,t=,p=$$")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parse(s)
		if err != nil {
			return
		}
		if got := p.String(); got != s {
			t.Errorf("parse(%q) writes %q", s, got)
		}
		if p.Memory > maxMemory || p.Time > maxTime || p.Threads > maxThreads {
			t.Errorf("parse(%q) lets %+v through", s, p.Params)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	h := New(DefaultParams())
	enc, err := h.Hash(b.Context(), "p")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if ok, _, err := h.Verify(b.Context(), enc, "p"); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
