package tilltest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
)

// Wire stands between a provider package and its server and spoils chosen calls. Calls count from 0 since the
// last spoil. It is safe for concurrent use.
type Wire struct {
	server http.Handler

	mu    sync.Mutex
	calls []string // method and path, since the last spoil
	spoil func(n int) Spoil
}

// Spoil does to one call what a bad network or a bad day does. next serves the call as it should be.
type Spoil func(w http.ResponseWriter, r *http.Request, next http.Handler)

// NewWire returns a wire to server on which nothing goes wrong.
func NewWire(server http.Handler) *Wire { return &Wire{server: server} }

// Spoil has choose say what happens to call n from now on; nil, and a choice of nil, let it be.
func (w *Wire) Spoil(choose func(n int) Spoil) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls, w.spoil = nil, choose
}

// At spoils the call of one number only.
func (w *Wire) At(n int, s Spoil) {
	w.Spoil(func(i int) Spoil {
		if i == n {
			return s
		}
		return nil
	})
}

// Calls returns the calls since the last spoil.
func (w *Wire) Calls() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.calls)
}

// ServeHTTP implements http.Handler.
func (w *Wire) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the caller has gone
	}
	// Only a server that has read the whole request hears that its caller hangs up.
	r.Body = io.NopCloser(bytes.NewReader(body))
	w.mu.Lock()
	n, choose := len(w.calls), w.spoil
	w.calls = append(w.calls, r.Method+" "+r.URL.Path)
	w.mu.Unlock()
	if choose != nil {
		if s := choose(n); s != nil {
			s(out, r, w.server)
			return
		}
	}
	w.server.ServeHTTP(out, r)
}

// silence keeps the caller without an answer until it hangs up; after has the server do its work first. heard is
// called when all that will happen has happened: a test hangs up then, not after some time.
func silence(after bool, heard func()) Spoil {
	return func(_ http.ResponseWriter, r *http.Request, next http.Handler) {
		if after {
			next.ServeHTTP(httptest.NewRecorder(), r)
		}
		heard()
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
}

// hangUp closes the connection instead of answering; after has the server do its work first.
func hangUp(after bool) Spoil {
	return func(_ http.ResponseWriter, r *http.Request, next http.Handler) {
		if after {
			next.ServeHTTP(httptest.NewRecorder(), r)
		}
		panic(http.ErrAbortHandler)
	}
}

// instead answers something else. after has the server do its work first.
func instead(after bool, status int, kind, body string) Spoil {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if after {
			next.ServeHTTP(httptest.NewRecorder(), r)
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// rewrite lets the server answer and changes the body of it.
func rewrite(change func(body []byte) []byte) Spoil {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		rec.Body = bytes.NewBuffer(change(rec.Body.Bytes()))
		copyAnswer(w, rec)
	}
}

// restatus lets the server answer and changes the status of it.
func restatus(status int) Spoil {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		rec.Code = status
		copyAnswer(w, rec)
	}
}

// cut announces the whole body and closes the connection in the middle of it.
func cut() Spoil {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		b := rec.Body.Bytes()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "100000")
		w.WriteHeader(rec.Code)
		_, _ = w.Write(b[:len(b)/2])
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	}
}

func copyAnswer(w http.ResponseWriter, rec *httptest.ResponseRecorder) {
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}
