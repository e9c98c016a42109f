package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/testkit"
)

func TestADatabaseThatCannotBeWrittenIsSaidOnceThenEachMinuteAndAtItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out := &testkit.Output{}
		w := newWritable(slog.New(slog.NewTextHandler(out, nil)), time.Now)
		full := core.Unavailable("disk_full", "空きを作ってください。")
		var disk atomic.Pointer[core.Error]
		var probes atomic.Int64
		ill := func() error {
			if e := disk.Load(); e != nil {
				return e
			}
			return nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			w.run(ctx, func(context.Context) error {
				probes.Add(1)
				w.heard(ill())
				return ill()
			})
		}()
		said := func(when string, errs, warns, infos int) {
			t.Helper()
			synctest.Wait()
			text := out.String()
			for level, want := range map[string]int{"ERROR": errs, "WARN": warns, "INFO": infos} {
				if n := strings.Count(text, "level="+level); n != want {
					t.Errorf("%s: %d × %s, want %d\n%s", when, n, level, want, text)
				}
			}
		}
		// What is no trouble of the disk is none here.
		for _, err := range []error{nil, errors.New("x"), core.Unavailable("db_busy", ""), core.Invalid("title_too_long", "")} {
			w.heard(err)
		}
		time.Sleep(10*time.Minute + time.Second)
		said("while all is well", 0, 0, 0)
		if probes.Load() != 10 || w.reason() != "" {
			t.Errorf("%d probes in ten minutes, reason %q", probes.Load(), w.reason())
		}
		disk.Store(full)
		for range 50 { // as people press again and again
			w.heard(full.Because("chat: %w", errors.New("no space")))
		}
		said("at first", 1, 0, 0)
		if w.reason() != "disk_full" || !strings.Contains(out.String(), "空きを作ってください") {
			t.Errorf("reason %q\n%s", w.reason(), out)
		}
		w.heard(nil) // a transaction without anything to write
		time.Sleep(3*time.Minute + 2*time.Second)
		said("three minutes later", 1, 3, 0)
		if probes.Load() < 10+30 || w.reason() != "disk_full" {
			t.Errorf("%d probes, reason %q", probes.Load(), w.reason())
		}
		disk.Store(nil)
		time.Sleep(probeIll + time.Millisecond)
		said("with space again", 1, 3, 1)
		if w.reason() != "" {
			t.Errorf("reason %q", w.reason())
		}
		// Nobody writes: the server finds out by itself.
		disk.Store(core.Unavailable("disk_readonly", "権限を確かめてください。"))
		time.Sleep(probeWell + time.Second)
		said("with a disk that became read-only", 2, 3, 1)
		cancel()
		<-done
	})
}
