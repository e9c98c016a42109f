//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
	s, m, end, err := talking(ctx, us, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	account, err := s.account(ctx)
	if err != nil {
		return err
	}
	runs := 20
	if o.quick {
		runs = 3
	}
	say("pages and %d clicks in Chromium", runs)
	ask := map[string]any{
		"origin": s.url, "ca": filepath.Join(dir, "tls", "ca.crt"), "meeting": m.id, "runs": runs,
		"login": account.Login, "password": account.Password,
	}
	got, err := node[pages](ctx, o, "page.mjs", ask)
	if err != nil {
		return err
	}
	if len(got.Pages) == 0 || len(got.Clicks) != runs {
		return fmt.Errorf("page.mjs measured %d pages and %d of %d clicks", len(got.Pages), len(got.Clicks), runs)
	}
	r.pages(got)
	return nil
}

// talking starts a server with a meeting in which one person is heard and seen. end ends all of it.
func talking(ctx context.Context, c contestant, dir string) (s *server, m *meeting, end func() error, err error) {
	if s, err = c.start(ctx, dir, false); err != nil {
		return nil, nil, nil, err
	}
	if m, err = s.open(ctx, "計測"); err != nil {
		return nil, nil, nil, errors.Join(err, s.stop())
	}
	people := &crew{meeting: m, crew: meettest.NewCrew()}
	end = func() error {
		people.leave(people.seats...)
		return s.stop()
	}
	speaker, err := people.seat(ctx, meettest.Options{})
	if err == nil {
		speaker.sit(ctx)
		err = speaker.until(ctx, "sending", func(st meettest.Stats) bool { return st.PacketsSent > 100 })
	}
	if err != nil {
		return nil, nil, nil, errors.Join(err, end())
	}
	return s, m, end, nil
}

// node runs a script of this folder on all cores and reads its answer.
func node[T any](ctx context.Context, o options, script string, ask any) (T, error) {
	var got T
	arg, err := json.Marshal(ask)
	if err != nil {
		return got, err
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", filepath.Join(o.root, "bench", "meet", script), string(arg))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	if err := onAllCores(cmd).Run(); err != nil {
		return got, fmt.Errorf("run %s: %w", script, err)
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		return got, fmt.Errorf("read what %s says: %w", script, err)
	}
	return got, nil
}

// browserJoin is what join.mjs tells of one join, in ms from its start.
type browserJoin struct {
	Admitted  float64 `json:"admitted"`
	Connected float64 `json:"connected"`
	Picture   float64 `json:"picture"`
}

// measureBrowserJoins lets the same client library join both servers by turns.
func measureBrowserJoins(ctx context.Context, o options, r *report, us, them contestant, say func(string, ...any)) (err error) {
	dir, err := os.MkdirTemp("", "yakusho-bench-join-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ours, m, end, err := talking(ctx, us, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	plain, room, end2, err := talking(ctx, them, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end2()) }()
	account, err := ours.account(ctx)
	if err != nil {
		return err
	}
	runs := 30
	if o.quick {
		runs = 3
	}
	say("%d joins in Chromium, each server", runs)
	var tokens []string
	for i := range runs {
		t, err := plainTicket(room.id, fmt.Sprintf("browser %d", i))
		if err != nil {
			return err
		}
		tokens = append(tokens, t.Token)
	}
	got, err := node[struct {
		Browser             string
		Ours, Asking, Plain []browserJoin
	}](ctx, o, "join.mjs", map[string]any{
		"ca":    filepath.Join(dir, "tls", "ca.crt"),
		"ours":  map[string]any{"origin": ours.url, "meeting": m.id, "login": account.Login, "password": account.Password},
		"plain": map[string]any{"origin": plain.url, "tokens": tokens},
	})
	if err != nil {
		return err
	}
	if len(got.Ours) != runs || len(got.Asking) != runs || len(got.Plain) != runs {
		return fmt.Errorf("join.mjs measured %d, %d and %d of %d joins", len(got.Ours), len(got.Asking), len(got.Plain), runs)
	}
	r.Machine.Browser = got.Browser
	r.browserJoins("ours", "", got.Ours)
	r.browserJoins("plain", "", got.Plain)
	const late = "asking for the ticket after the start: "
	r.browserJoins("ours", late, got.Asking)
	r.browserJoins("plain", late, got.Plain)
	return nil
}

func (r *report) browserJoins(who, how string, joins []browserJoin) {
	var admitted, connected, picture []float64
	for _, j := range joins {
		admitted = append(admitted, j.Admitted)
		connected = append(connected, j.Connected)
		picture = append(picture, j.Picture)
	}
	r.put(who, groupBrowser, how+"first picture p50", "ms", 0, quantile(picture, 0.5))
	r.put(who, groupBrowser, how+"first picture p95", "ms", 0, quantile(picture, 0.95))
	if how != "" {
		r.put(who, groupBrowser, how+"ticket p50", "ms", 0, quantile(admitted, 0.5))
	}
	r.put(who, groupBrowser, how+"connected p50", "ms", 0, quantile(connected, 0.5))
	for _, v := range picture {
		r.put(who, groupBrowser, how+"first picture, every join", "ms", 0, v)
	}
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
	// Among the presses that still had to ask for a ticket; the others had it before.
	r.put(ours, groupClick, "presses that had to ask for a ticket", "", 0, float64(len(p.Phases["ticket"])))
	for _, phase := range []string{"signalling", "track", "connected"} {
		if v := p.Phases[phase]; len(v) > 0 {
			r.put(ours, groupClick, "on the way: "+phase+" p50", "ms", 0, quantile(v, 0.5))
		}
	}
}
