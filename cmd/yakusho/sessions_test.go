package main

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestSigningOutCutsTheMeetingAtOnce(t *testing.T) {
	t.Parallel()
	p := launch(t, t.TempDir(), freePort(t), "--sample")
	host, other := p.browser(), p.browser()
	host.signIn("takahashi", samplePassword)
	m := host.openMeeting()
	other.signIn("satou", samplePassword)
	if status, text := other.do("POST", "/api/meetings/enter", map[string]any{"number": m.Number, "pin": m.PIN}, nil); status != 200 {
		t.Fatalf("enter: %d %s", status, text)
	}
	other.enter(m)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	listening, over := make(chan struct{}), make(chan error, 1)
	var once sync.Once
	go func() { over <- other.sse(ctx, m.ID, func(string, string) { once.Do(func() { close(listening) }) }) }()
	<-listening
	began := time.Now()
	if status, _ := other.do("DELETE", "/api/session/everywhere", nil, nil); status != 204 {
		t.Fatalf("sign out everywhere: %d", status)
	}
	select {
	case <-over:
		if d := time.Since(began); d > 2*time.Second {
			t.Errorf("the event stream lived on for %s", d)
		}
	case <-ctx.Done():
		t.Error("the event stream lives on after signing out")
	}
	if status, _ := other.do("POST", "/api/meetings/"+m.ID+"/join", nil, nil); status != 401 {
		t.Errorf("join after signing out = %d, want 401", status)
	}
}

func TestTheConsoleHelpsAnAdminBackIn(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := launch(t, data, freePort(t), "--sample")
	password := reset(t, data, "suzuki")
	b := p.browser()
	b.signIn("suzuki", password)
	if status, text := b.do("GET", "/api/accounts", nil, nil); status != 403 || !strings.Contains(text, "password_change_needed") {
		t.Errorf("a temporary password opens more than its own change: %d %s", status, text)
	}
}
