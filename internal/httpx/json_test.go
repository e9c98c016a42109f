package httpx

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAJSONBodyIsReadWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	h := WholeJSON(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write(b)
	}))
	for body, want := range map[string]int{
		`{"a":1,"b":{"a":2},"c":[{"a":1},{"a":2}]}`: 200, ` {} ` + "\n": 200, ``: 200, `[null]`: 200, `{"a":null}`: 200, `"a"`: 200,
		`{"a":{"b":"c"},"d":"a"}`: 200, `{"a":"a"}`: 200,
		`null`: 400, ` null `: 400, `{"a":1}{"a":1}`: 400, `{"a":1} x`: 400, `{} null`: 400, `{"a":1,"a":1}`: 400, `{"a":1,"\u0061":2}`: 400,
		`{"x":[{"b":1,"b":2}]}`: 400, `{"a":[1],"a":{}}`: 400, `{`: 400, `{"a"}`: 400, `]`: 400, strings.Repeat("[", 100_000): 400,
	} {
		for _, kind := range []string{"application/json", "application/json; charset=utf-8", "text/csv"} {
			r := httptest.NewRequest("POST", "/x", strings.NewReader(body))
			r.Header.Set("Content-Type", kind)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			want := want
			if kind == "text/csv" {
				want = 200
			}
			if w.Code != want || want == 200 && w.Body.String() != body || want == 400 && !strings.Contains(w.Body.String(), "json_malformed") {
				t.Errorf("%s %.60s: %d %.100s, want %d", kind, body, w.Code, w.Body, want)
			}
		}
	}
	r := httptest.NewRequest("POST", "/x", strings.NewReader(`{"a":"`+strings.Repeat("x", 100)+`"}`))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	r.Body = http.MaxBytesReader(w, r.Body, 50)
	h.ServeHTTP(w, r)
	if w.Code != 413 {
		t.Errorf("a body above the limit: %d %s", w.Code, w.Body)
	}
}

func FuzzWholeJSON(f *testing.F) {
	for _, s := range []string{`{"a":1}`, `null`, `{"a":1,"a":2}`, `[]x`, `{"a":[{}]}`, "{\"\xff\":1}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		err := wholeJSON(b)
		if len(strings.TrimSpace(string(b))) == 0 {
			return
		}
		if err == nil && !json.Valid(b) {
			t.Errorf("%q passes and is no JSON", b)
		}
	})
}
