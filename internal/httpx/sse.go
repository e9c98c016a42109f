package httpx

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"yakusho/internal/core"
)

// HeartbeatEvery is how often to call Stream.Heartbeat, so that a dead line is noticed by both ends
// and no box in between forgets the connection.
const HeartbeatEvery = 15 * time.Second

// streamWrite is how long one event may take to leave; longer means that nobody reads.
const streamWrite = 20 * time.Second

// Stream is one open event stream (server-sent events, HTML Standard §9.2). Its methods may be
// called from several goroutines.
type Stream struct {
	ctx    context.Context
	cancel context.CancelFunc
	rc     *http.ResponseController

	mu sync.Mutex
	w  http.ResponseWriter
}

// NewStream begins an event stream as the answer to r. The handler then sends until Done, closes
// the stream and returns; the browser comes back by itself with Last-Event-ID. After an error there
// is nobody to answer: just return.
func NewStream(w http.ResponseWriter, r *http.Request) (*Stream, error) {
	s := &Stream{w: w, rc: http.NewResponseController(w)}
	s.ctx, s.cancel = context.WithCancel(r.Context())
	if stopping := stoppingFrom(r.Context()); stopping != nil {
		unhook := context.AfterFunc(stopping, s.cancel)
		context.AfterFunc(s.ctx, func() { unhook() })
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	// 2 s instead of the browser's own choice: a restarted server is found again quickly.
	if err := s.write([]byte("retry: 2000\n\n")); err != nil {
		s.cancel()
		return nil, fmt.Errorf("open event stream: %w", err)
	}
	return s, nil
}

// Done is closed when the client has gone, the server is stopping, or the stream was closed.
func (s *Stream) Done() <-chan struct{} { return s.ctx.Done() }

// Close releases the stream. It does not end the answer; returning from the handler does.
func (s *Stream) Close() { s.cancel() }

// Send writes one event with data as JSON. id and event may be empty; neither may hold control
// characters. An error means that the stream is over.
func (s *Stream) Send(id, event string, data any) error {
	if !plainLine(id) || !plainLine(event) {
		return &core.Error{Code: "event_malformed", Err: fmt.Errorf("send event %q: control character in id or name", event)}
	}
	body, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("send event %q: %w", event, err)
	}
	var b bytes.Buffer
	if id != "" {
		b.WriteString("id: " + id + "\n")
	}
	if event != "" {
		b.WriteString("event: " + event + "\n")
	}
	// json.Marshal leaves no line break in body, so one data line is enough.
	b.WriteString("data: ")
	b.Write(body)
	b.WriteString("\n\n")
	return s.write(b.Bytes())
}

// Heartbeat writes a comment, which browsers ignore. Call it every HeartbeatEvery.
func (s *Stream) Heartbeat() error { return s.write([]byte(": \n\n")) }

// write sends b under a deadline of its own; between events there is none, or HTTP/2 would reset an
// idle stream. A writer without deadlines (a test's recorder) is used as it is.
func (s *Stream) write(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.ctx.Err(); err != nil {
		return err
	}
	_ = s.rc.SetWriteDeadline(time.Now().Add(streamWrite))
	_, err := s.w.Write(b)
	if err == nil {
		err = s.rc.Flush()
	}
	if err != nil {
		s.cancel()
		return err
	}
	_ = s.rc.SetWriteDeadline(time.Time{})
	return nil
}

// LastEventID returns the id of the last event the client saw, "" if it saw none or sends nonsense:
// then the stream starts from the beginning. At most 128 bytes, no control characters.
func LastEventID(r *http.Request) string {
	id := r.Header.Get("Last-Event-ID")
	if len(id) > 128 || !plainLine(id) {
		return ""
	}
	return id
}

func plainLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
