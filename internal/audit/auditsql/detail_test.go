package auditsql

import "testing"

func FuzzDetailHasOneSpelling(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":"b"}`, `{"名":"\u003c"}`, `{"a":"b","a":"b"}`, `null`, "{\"a\":\"\xff\"}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := decodeDetail(s)
		if err != nil {
			return
		}
		if again, err := encodeDetail(d); err != nil || again != s {
			t.Errorf("%q was accepted and written as %q (%v)", s, again, err)
		}
	})
}
