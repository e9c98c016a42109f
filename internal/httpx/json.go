package httpx

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"yakusho/internal/core"
)

var errJSON = core.Invalid("json_malformed", "送られた内容の形が正しくありません。画面を開き直してください。")

// WholeJSON refuses a JSON body that the decoders behind it would read as less than was sent: with text after its
// end, with one key twice in an object, or null where there is to be something. Which keys there may be is for them.
// An empty body, one of another type and that of a GET, which nobody reads, pass. It stands inside of the limit of bodies, which it keeps in memory.
func WholeJSON(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if kind == "application/json" && r.Body != nil && r.Method != http.MethodGet && r.Method != http.MethodHead {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				Error(w, r, errJSON.Because("read body: %w", err))
				return
			}
			if err := wholeJSON(body); err != nil {
				Error(w, r, errJSON.Because("check body: %w", err))
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body)) // in place: the mux notes its pattern in this r
		}
		next.ServeHTTP(w, r)
	})
}

// What a body of JSON may not have.
var (
	errTrailing  = errors.New("text after the end")
	errNull      = errors.New("null")
	errDoubleKey = errors.New("the same key twice")
)

// wholeJSON checks one value. That of nothing at all is nil.
func wholeJSON(body []byte) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	// One level for each open object or array; keys is nil in an array.
	type level struct {
		keys map[string]bool
		key  bool // an object's next token is a key
	}
	var open []level
	for first := true; ; first = false {
		t, err := d.Token()
		if err != nil {
			return err
		}
		if first && t == nil {
			return errNull
		}
		if n := len(open); n > 0 && open[n-1].keys != nil && t != json.Delim('}') {
			l := &open[n-1]
			if name, ok := t.(string); l.key && ok {
				if l.keys[name] {
					return errDoubleKey
				}
				l.keys[name] = true
			}
			l.key = !l.key
		}
		switch t {
		case json.Delim('{'):
			open = append(open, level{map[string]bool{}, true})
		case json.Delim('['):
			open = append(open, level{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
		if len(open) == 0 {
			break
		}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errTrailing
	}
	return nil
}
