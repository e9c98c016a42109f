package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestMetricsAreForThisMachineAndForWhoeverShowsTheToken(t *testing.T) {
	t.Parallel()
	served := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	for name, c := range map[string]struct {
		token, shown, from string
		want               int
	}{
		"from this machine":                       {"", "", "127.0.0.1:9", 200},
		"from this machine, by IPv6":              {"", "", "[::1]:9", 200},
		"from elsewhere":                          {"", "", "10.1.0.5:9", 403},
		"from elsewhere with the token":           {"s3cret", "Bearer s3cret", "10.1.0.5:9", 200},
		"from elsewhere with another":             {"s3cret", "Bearer s3creT", "10.1.0.5:9", 403},
		"from elsewhere without one":              {"s3cret", "", "10.1.0.5:9", 403},
		"an empty token opens nothing":            {"", "Bearer ", "10.1.0.5:9", 403},
		"an IPv4 address in IPv6 is not loopback": {"", "", "[::ffff:10.1.0.5]:9", 403},
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr = c.from
		r.Header.Set("Authorization", c.shown)
		w := httptest.NewRecorder()
		forMonitors(c.token, served).ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", name, w.Code, c.want)
		}
	}
}
