package sfu

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"yakusho/internal/core"
)

// How often the engine may say the same, and how many different things are told apart; what it says beyond them counts
// as one. A client can make it complain as fast as it can send rubbish.
const (
	sayings    = 10
	sayEvery   = time.Minute
	maxSayings = 256
)

// sparing is a handler that passes on the first records of a message in a minute and counts the rest; the next one
// it passes on says how many were left out.
type sparing struct {
	slog.Handler
	said *said
}

// said is what was said lately; all handlers derived from one share it.
type said struct {
	clock core.Clock
	mu    sync.Mutex
	by    map[string]*saying
}

type saying struct {
	since      time.Time
	n, leftOut int
}

func newSparing(h slog.Handler, clock core.Clock) sparing {
	return sparing{h, &said{clock: clock, by: map[string]*saying{}}}
}

// Handle implements slog.Handler.
func (s sparing) Handle(ctx context.Context, r slog.Record) error {
	pass, leftOut := s.said.take(r.Message)
	if !pass {
		return nil
	}
	if leftOut > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Int("left_out", leftOut))
	}
	return s.Handler.Handle(ctx, r)
}

// take reports whether a message may be said now, and how often it was left out since it last could.
func (s *said) take(message string) (pass bool, leftOut int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	x, ok := s.by[message]
	if !ok {
		if len(s.by) >= maxSayings {
			message = ""
			x = s.by[message]
		}
		if x == nil {
			x = &saying{since: now}
			s.by[message] = x
		}
	}
	if now.Sub(x.since) >= sayEvery {
		leftOut = x.leftOut
		*x = saying{since: now}
	}
	if x.n++; x.n > sayings {
		x.leftOut++
		return false, 0
	}
	return true, leftOut
}

// WithAttrs implements slog.Handler.
func (s sparing) WithAttrs(as []slog.Attr) slog.Handler {
	return sparing{s.Handler.WithAttrs(as), s.said}
}

// WithGroup implements slog.Handler.
func (s sparing) WithGroup(name string) slog.Handler {
	return sparing{s.Handler.WithGroup(name), s.said}
}
