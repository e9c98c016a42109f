package httpx

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// NewServer returns a server with limits on everything a silent or talkative client could stretch.
// There is no limit on writing: WebSockets, event streams and downloads over thin lines take their
// time, and each sets its own deadline.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(quiet{log.Handler()}, slog.LevelDebug),
	}
}

// quiet lets net/http's own messages through at debug, except a panic it caught itself, which is
// ours. (Everything inside Edge is recovered there; this is for handlers outside of it.)
type quiet struct{ slog.Handler }

func (q quiet) Handle(ctx context.Context, rec slog.Record) error {
	if strings.HasPrefix(rec.Message, "http: panic") {
		rec.Level = slog.LevelError
	}
	if !q.Handler.Enabled(ctx, rec.Level) {
		return nil
	}
	return q.Handler.Handle(ctx, rec)
}

// Enabled is true for all: the level is only known once the message is.
func (q quiet) Enabled(context.Context, slog.Level) bool { return true }

type stoppingKey struct{}

// stoppingFrom returns a context that ends when the server begins to stop, nil outside of Serve.
func stoppingFrom(ctx context.Context) context.Context {
	c, _ := ctx.Value(stoppingKey{}).(context.Context)
	return c
}

// Serve runs srv on ln until ctx ends, then stops it: no new connections, streams end at once,
// other requests may finish within grace, after which connections are cut. It returns nil after a
// clean stop, an error if serving failed or grace was not enough. Hijacked connections (WebSockets)
// belong to whoever took them.
func Serve(ctx context.Context, srv *http.Server, ln net.Listener, grace time.Duration) error {
	base := context.WithValue(context.WithoutCancel(ctx), stoppingKey{}, ctx)
	srv.BaseContext = func(net.Listener) context.Context { return base }
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	select {
	case err := <-failed:
		_ = srv.Close()
		if ctx.Err() != nil && errors.Is(err, net.ErrClosed) {
			return nil // whoever stops us closed the listener first
		}
		return fmt.Errorf("serve http on %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := srv.Shutdown(stop)
	if err != nil {
		_ = srv.Close()
		err = fmt.Errorf("stop http within %s: %w", grace, err)
	}
	<-failed
	return err
}
