package httpx

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStreamWritesEventsAsBrowsersReadThem(t *testing.T) {
	t.Parallel()
	res := httptest.NewRecorder()
	s, err := NewStream(res, httptest.NewRequest("GET", "/", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, err := range []error{
		s.Send("7", "joined", map[string]string{"name": "佐藤\n美咲"}),
		s.Send("", "", 1),
		s.Heartbeat(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := "retry: 2000\n\nid: 7\nevent: joined\ndata: {\"name\":\"佐藤\\n美咲\"}\n\ndata: 1\n\n: \n\n"
	if d := cmp.Diff(want, res.Body.String()); d != "" {
		t.Error(d)
	}
	if res.Header().Get("Content-Type") != "text/event-stream" || res.Header().Get("Cache-Control") != "no-store" || !res.Flushed {
		t.Errorf("%v, flushed %v", res.Header(), res.Flushed)
	}
	for _, bad := range [][2]string{{"1\n2", ""}, {"", "a\rb"}, {"\x00", ""}, {"\xff", ""}} {
		if err := s.Send(bad[0], bad[1], 1); err == nil {
			t.Errorf("%q was sent", bad)
		}
	}
	if err := s.Send("", "", func() {}); err == nil {
		t.Error("what is no JSON was sent")
	}
}

func TestStreamEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s, err := NewStream(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/", nil))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-s.Done()
	if err := s.Send("", "", 1); err == nil {
		t.Error("sent after the end")
	}
}

func FuzzLastEventID(f *testing.F) {
	for _, s := range []string{"", "42", "01j9", "a\nb", strings.Repeat("x", 129), "\xff", "会議"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		r := &http.Request{Header: http.Header{"Last-Event-Id": {in}}}
		got := LastEventID(r)
		if got != "" && got != in || len(got) > 128 || !plainLine(got) {
			t.Fatalf("%q from %q", got, in)
		}
		if len(in) <= 128 && plainLine(in) && got != in {
			t.Fatalf("%q was refused", in)
		}
	})
}

func TestStreamWorksOverHTTP2(t *testing.T) {
	t.Parallel()
	ts := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := NewStream(&recorder{ResponseWriter: w}, r)
		if err != nil {
			t.Error(err)
			return
		}
		defer s.Close()
		if err := s.Send("1", "a", r.Proto); err != nil {
			t.Error(err)
		}
		<-s.Done()
	}))
	ts.EnableHTTP2 = true
	ts.StartTLS()
	defer ts.Close()
	res, err := ts.Client().Get(ts.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	want := "retry: 2000\n\nid: 1\nevent: a\ndata: \"HTTP/2.0\"\n\n"
	got := make([]byte, len(want))
	if _, err := io.ReadFull(res.Body, got); err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
}
