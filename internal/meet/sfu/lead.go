package sfu

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/go-logr/logr"
	"github.com/livekit/protocol/logger"
)

// lead is a log handler that leads to whichever one was named last. The engine has one logger for the whole process, which
// its goroutines read at any time and for ever; it is set once, and only where it leads changes with each engine.
type lead struct {
	once sync.Once
	to   atomic.Pointer[slog.Handler]
}

// engineLog is the process's, because the engine's logger is. The product makes one engine; tests make several.
var engineLog lead

// follow makes the engine's words go to h.
func (l *lead) follow(h slog.Handler) {
	l.to.Store(&h)
	l.once.Do(func() { logger.SetLogger(logger.LogRLogger(logr.FromSlogHandler(led{lead: l})), "media") })
}

// led is a lead with attributes and groups added on the way.
type led struct {
	lead *lead
	with []func(slog.Handler) slog.Handler
}

func (l led) handler() slog.Handler {
	h := *l.lead.to.Load()
	for _, add := range l.with {
		h = add(h)
	}
	return h
}

func (l led) Enabled(ctx context.Context, level slog.Level) bool {
	return (*l.lead.to.Load()).Enabled(ctx, level)
}

func (l led) Handle(ctx context.Context, r slog.Record) error { return l.handler().Handle(ctx, r) }

func (l led) WithAttrs(attrs []slog.Attr) slog.Handler {
	return l.add(func(h slog.Handler) slog.Handler { return h.WithAttrs(attrs) })
}

func (l led) WithGroup(name string) slog.Handler {
	return l.add(func(h slog.Handler) slog.Handler { return h.WithGroup(name) })
}

func (l led) add(f func(slog.Handler) slog.Handler) slog.Handler {
	return led{l.lead, append(l.with[:len(l.with):len(l.with)], f)}
}
