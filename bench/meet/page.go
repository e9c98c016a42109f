//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"yakusho/internal/meet/meettest"
)

// pages is what page.mjs tells.
type pages struct {
	Browser string `json:"browser"`
	Pages   []struct {
		Name     string  `json:"name"`
		Requests int     `json:"requests"`
		Bytes    float64 `json:"bytes"` // over the wire: headers and compressed bodies
		Drawn    float64 `json:"drawn"` // ms from the navigation
	} `json:"pages"`
	Clicks []float64 `json:"clicks"` // ms from the press to the first remote picture on the screen
	// Phases split the clicks: until what happened, in ms.
	Phases map[string][]float64 `json:"phases"`
}

// measurePages sends a browser to a meeting in which one person is already talking and visible.
func measurePages(ctx context.Context, o options, r *report, us contestant, say func(string, ...any)) (err error) {
	dir, err := os.MkdirTemp("", "yakusho-bench-page-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := us.start(ctx, dir, false)
	if err != nil {
		return err
	}
	defer func() {
		if stop := s.stop(); err == nil {
			err = stop
		}
	}()
	m, err := s.open(ctx, "計測")
	if err != nil {
		return err
	}
	c := &crew{meeting: m, crew: meettest.NewCrew()}
	defer func() { c.leave(c.seats...) }()
	speaker, err := c.seat(ctx, meettest.Options{})
	if err != nil {
		return err
	}
	speaker.sit(ctx)
	if err := speaker.until(ctx, "sending", func(st meettest.Stats) bool { return st.PacketsSent > 100 }); err != nil {
		return err
	}
	account, err := s.account(ctx)
	if err != nil {
		return err
	}
	runs := 20
	if o.quick {
		runs = 3
	}
	say("pages and %d clicks in Chromium", runs)
	ask, err := json.Marshal(map[string]any{
		"origin": s.url, "ca": filepath.Join(dir, "tls", "ca.crt"), "meeting": m.id, "runs": runs,
		"login": account.Login, "password": account.Password,
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", filepath.Join(o.root, "bench", "meet", "page.mjs"), string(ask))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	if err := onAllCores(cmd).Run(); err != nil {
		return fmt.Errorf("run page.mjs: %w", err)
	}
	var got pages
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		return fmt.Errorf("read what page.mjs says: %w", err)
	}
	if len(got.Pages) == 0 || len(got.Clicks) != runs {
		return fmt.Errorf("page.mjs measured %d pages and %d of %d clicks", len(got.Pages), len(got.Clicks), runs)
	}
	r.pages(got)
	return nil
}

func (s *server) account(ctx context.Context) (meettest.SampleAccount, error) {
	c, err := s.client()
	if err != nil {
		return meettest.SampleAccount{}, err
	}
	defer c.Close()
	session, err := c.Session(ctx)
	if err != nil {
		return meettest.SampleAccount{}, err
	}
	if len(session.SampleAccounts) == 0 {
		return meettest.SampleAccount{}, fmt.Errorf("%s has no sample accounts", s.url)
	}
	return session.SampleAccounts[0], nil
}

func (r *report) pages(p pages) {
	r.Machine.Browser = p.Browser
	const ours = "ours"
	for _, x := range p.Pages {
		r.put(ours, groupPages, x.Name+": transferred", "kB", 1, x.Bytes/1000)
		r.put(ours, groupPages, x.Name+": requests", "", 0, float64(x.Requests))
		r.put(ours, groupPages, x.Name+": until drawn", "ms", 0, x.Drawn)
	}
	r.put(ours, groupClick, "p50", "ms", 0, quantile(p.Clicks, 0.5))
	r.put(ours, groupClick, "p95", "ms", 0, quantile(p.Clicks, 0.95))
	for _, v := range p.Clicks {
		r.put(ours, groupClick, "every run", "ms", 0, v)
	}
	for _, phase := range []string{"ticket", "signalling", "track", "connected"} {
		if v := p.Phases[phase]; len(v) > 0 {
			r.put(ours, groupClick, "on the way: "+phase+" p50", "ms", 0, quantile(v, 0.5))
		}
	}
}
