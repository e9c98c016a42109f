package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"yakusho/internal/core"
)

// How often the database is written only to see that it can be: seldom while nothing is known to be wrong, soon
// again while it could not be. How often the log repeats that it cannot.
const (
	probeWell = time.Minute
	probeIll  = 5 * time.Second
	warnEvery = time.Minute
)

// writable knows whether the database can be written: it hears of every transaction and, where none comes by,
// tries itself. A server that can only read looks well to whoever only asks whether it answers.
type writable struct {
	log   *slog.Logger
	clock core.Clock

	mu     sync.Mutex
	ill    *core.Error // of the last write that failed for want of a disk; nil: it can be written
	since  time.Time
	warned time.Time
	ask    chan struct{}
}

func newWritable(log *slog.Logger, clock core.Clock) *writable {
	return &writable{log: log, clock: clock, ask: make(chan struct{}, 1)}
}

// heard takes note of how a transaction ended. That one succeeded proves nothing: it may have had nothing to write.
func (w *writable) heard(err error) {
	var e *core.Error
	if !errors.As(err, &e) {
		return
	}
	switch e.Code {
	case "disk_full", "disk_readonly", "db_corrupt", "db_unreachable":
	default:
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.clock()
	switch {
	case w.ill == nil:
		w.since, w.warned = now, now
		w.log.Error("the database cannot be written; nobody can sign in, join or save until it can: "+e.Message, "reason", e.Code, "err", e.Err)
		select {
		case w.ask <- struct{}{}: // from now on it is tried often
		default:
		}
	case now.Sub(w.warned) >= warnEvery:
		w.warned = now
		w.log.Warn("the database still cannot be written: "+e.Message, "reason", e.Code, "since", w.since, "err", e.Err)
	}
	w.ill = e
}

// reason is the code of why the database cannot be written, "" when it can.
func (w *writable) reason() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ill == nil {
		return ""
	}
	return w.ill.Code
}

func (w *writable) works() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ill != nil {
		w.log.Info("the database can be written again", "was", w.ill.Code, "for", w.clock().Sub(w.since).Round(time.Second))
		w.ill = nil
	}
}

// run tries to write now and then until ctx ends. The error of probe has been heard already.
func (w *writable) run(ctx context.Context, probe func(context.Context) error) {
	t := time.NewTimer(probeWell)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.ask:
		case <-t.C:
			if probe(ctx) == nil {
				w.works()
			}
		}
		next := probeWell
		if w.reason() != "" {
			next = probeIll
		}
		t.Reset(next)
	}
}
