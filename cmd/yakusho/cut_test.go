package main

import (
	"context"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// cutWithin is how long anything may outlive the session it stands on, however that session was ended: what
// docs/security.md promises.
const cutWithin = 15 * time.Second

func TestMediaAndEventsEndWithTheSessionHoweverItEnds(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := launch(t, data, freePort(t), "--sample")
	admin := p.browser()
	admin.signIn("suzuki", samplePassword)
	m := admin.openMeeting()
	admin.enter(m)
	var accounts []struct{ ID, Login string }
	if status, text := admin.do("GET", "/api/accounts", nil, &accounts); status != 200 {
		t.Fatalf("accounts: %d %s", status, text)
	}
	account := map[string]string{}
	for _, a := range accounts {
		account[a.Login] = "/api/accounts/" + a.ID
	}
	asAdmin := func(method, path string, body any) {
		t.Helper()
		if status, text := admin.do(method, path, body, nil); status/100 != 2 {
			t.Fatalf("%s %s: %d %s", method, path, status, text)
		}
	}
	// The name is how the host sees them.
	type way struct {
		login, name string
		end         func(own *browser)
	}
	ways := []way{
		{"satou", "佐藤 美咲", func(*browser) { reset(t, data, "satou") }},
		{"inoue", "井上 直子", func(*browser) { asAdmin("PATCH", account["inoue"], map[string]any{"disabled": true}) }},
		{"nakamura", "中村 健", func(*browser) { asAdmin("DELETE", account["nakamura"]+"/password", nil) }},
		{"mori", "森 正樹", func(*browser) { asAdmin("DELETE", account["mori"]+"/sessions", nil) }},
		{"hayashi", "林 大輔", func(own *browser) {
			if status, text := own.do("DELETE", "/api/session/everywhere", nil, nil); status != 204 {
				t.Fatalf("sign out everywhere: %d %s", status, text)
			}
		}},
	}
	logins := []string{"suzuki"}
	for _, w := range ways {
		logins = append(logins, w.login)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	defer crew(ctx, t, p, m, logins...)()

	// states holds the newest roster: who is present, by name.
	states := make(chan map[string]bool, 1)
	go func() {
		listen := func(event, data string) {
			var s struct {
				Roster []struct {
					Name    string
					Present bool
				}
			}
			if event != "state" || json.Unmarshal([]byte(data), &s) != nil {
				return
			}
			here := map[string]bool{}
			for _, e := range s.Roster {
				here[e.Name] = e.Present
			}
			select {
			case <-states:
			default:
			}
			states <- here
		}
		for ctx.Err() == nil { // refused until the admin is in
			_ = admin.sse(ctx, m.ID, listen)
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond): // a real server: there is nothing to wait on but asking
			}
		}
	}()
	wait := func(limit time.Duration, what string, want func(here map[string]bool) bool) {
		t.Helper()
		late := time.After(limit)
		for {
			select {
			case here := <-states:
				if want(here) {
					return
				}
			case <-late:
				t.Fatalf("not within %s: %s\n%s", limit, what, p.out)
			}
		}
	}
	wait(time.Minute, "everybody has media", func(here map[string]bool) bool {
		return !slices.ContainsFunc(ways, func(w way) bool { return !here[w.name] })
	})
	for i, w := range ways {
		own := p.browser()
		own.signIn(w.login, samplePassword)
		listening, over := make(chan struct{}), make(chan error, 1)
		var once sync.Once
		go func() { over <- own.sse(ctx, m.ID, func(string, string) { once.Do(func() { close(listening) }) }) }()
		<-listening
		w.end(own)
		began := time.Now()
		wait(cutWithin, w.login+" is out", func(here map[string]bool) bool { return !here[w.name] })
		select {
		case <-over:
		case <-time.After(cutWithin - time.Since(began)):
			t.Errorf("way %d: the event stream of %s lives on", i, w.login)
		}
		t.Logf("way %d (%s): cut after %s", i, w.login, time.Since(began).Round(time.Millisecond))
	}
}

// reset runs "yakusho account reset" beside the running server and returns the temporary password.
func reset(t *testing.T, data, login string) string {
	t.Helper()
	exe, err := exec.LookPath("yakusho")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(exe, "account", "reset", login, "--data", data).Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}
