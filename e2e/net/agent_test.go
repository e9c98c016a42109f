package net_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"testing"
	"time"

	"yakusho/internal/meet/meettest"
)

// agentEnv makes the test binary an agent: sockets belong to the namespace of their process, so what a
// headless participant or an API call does from a branch is done by a process there.
const agentEnv = "YAKUSHO_LAB_AGENT"

// buildEnv names the directory in which the binary is built, once for all tests.
const buildEnv = "YAKUSHO_LAB_BUILD"

func TestMain(m *testing.M) {
	if os.Getenv(agentEnv) != "" {
		if err := runAgent(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "agent:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	dir, err := os.MkdirTemp("", "yakusho-lab-build-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = os.Setenv(buildEnv, dir)
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// order is one line of JSON that an agent obeys; see the cases of agent.obey for which fields count.
type order struct {
	ID      int             `json:"id"`
	Op      string          `json:"op"`
	URL     string          `json:"url"`
	CA      string          `json:"ca"`
	Method  string          `json:"method"`
	Path    string          `json:"path"`
	Body    json.RawMessage `json:"body"`
	Number  string          `json:"number"`
	PIN     string          `json:"pin"`
	Name    string          `json:"name"`
	Via     meettest.Via    `json:"via"`
	Meeting string          `json:"meeting"`
}

// agent is one person without a browser: cookies, and perhaps a participant in a meeting.
type agent struct {
	http   *http.Client
	base   string
	client *meettest.Client
	crew   *meettest.Crew
	in     *meettest.Participant
	end    chan error // what the participant's Run returned
	names  *names
}

func runAgent(in io.Reader, out io.Writer) error {
	var a agent
	answers := json.NewEncoder(out)
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var o order
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			return fmt.Errorf("read order: %w", err)
		}
		value, err := a.obey(o)
		answer := map[string]any{"id": o.ID, "value": value}
		if err != nil {
			answer = map[string]any{"id": o.ID, "error": err.Error()}
		}
		if err := answers.Encode(answer); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
	}
	a.leave()
	return lines.Err()
}

func (a *agent) obey(o order) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	switch o.Op {
	case "use": // URL, CA: which server, believed by whom
		return nil, a.use(o.URL, o.CA)
	case "http": // Method, Path, Body: one call of the API with this agent's cookies
		return a.call(ctx, o.Method, o.Path, o.Body)
	case "enter": // Number, PIN, Name: a guest of one meeting, for "join"
		m, err := a.client.Enter(ctx, o.Number, o.PIN, o.Name)
		return m.ID, err
	case "join": // Meeting, Via: a participant; answers when media can flow both ways
		return nil, a.join(o.Meeting, o.Via)
	case "stats": // what the participant saw
		return a.stats()
	case "leave":
		return nil, a.leave()
	case "listen": // stands in for the resolver of its namespace from now on, and knows no name
		n, err := listenNames()
		a.names = n
		return nil, err
	case "names": // what was asked of it
		return a.names.asked(), nil
	}
	return nil, fmt.Errorf("unknown order %q", o.Op)
}

func (a *agent) use(base, ca string) error {
	pem, err := os.ReadFile(ca)
	if err != nil {
		return fmt.Errorf("read CA: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return fmt.Errorf("no certificate in %s", ca)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	a.base = base
	a.http = &http.Client{Jar: jar, Timeout: 10 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
		// A connection that a cut line killed must not be used again: every call knocks anew.
		DisableKeepAlives: true,
	}}
	if a.client, err = meettest.NewClient(meettest.ClientOptions{URL: base, Roots: roots}); err != nil {
		return err
	}
	a.crew = meettest.NewCrew()
	return nil
}

// reply is an answer of the API.
type reply struct {
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

func (a *agent) call(ctx context.Context, method, path string, body []byte) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, method, a.base+path, bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", a.base)
	resp, err := a.http.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return reply{}, err
	}
	if !json.Valid(b) {
		b, err = json.Marshal(string(b))
	}
	return reply{resp.StatusCode, b}, err
}

func (a *agent) join(meeting string, via meettest.Via) error {
	if a.in != nil {
		return errors.New("already in a meeting")
	}
	p := a.crew.NewParticipant(a.client, meeting, meettest.Options{Via: via})
	end := make(chan error, 1)
	go func() { end <- p.Run(context.Background()) }()
	a.in, a.end = p, end
	select {
	case <-p.Ready():
		return nil
	case err := <-end:
		a.in = nil
		return fmt.Errorf("join: %w", err)
	case <-time.After(30 * time.Second):
		return errors.New("join: no media in 30 s")
	}
}

// heard is what a headless participant saw.
type heard struct {
	Path       string `json:"path"`
	Joined     int64  `json:"joined_ms"`
	FirstVideo int64  `json:"first_video_ms"`
	FirstAudio int64  `json:"first_audio_ms"`
	Received   uint64 `json:"received"`
	Lost       uint64 `json:"lost"`
	People     int    `json:"people"` // from whom both sound and picture came
}

func (a *agent) stats() (heard, error) {
	if a.in == nil {
		return heard{}, errors.New("not in a meeting")
	}
	select {
	case err := <-a.end:
		a.end <- err
		return heard{}, fmt.Errorf("the stay ended: %w", err)
	default:
	}
	s := a.in.Stats()
	h := heard{
		Path: string(s.Path), Joined: s.Times.Connected.Milliseconds(), FirstVideo: s.Times.FirstVideo.Milliseconds(),
		FirstAudio: s.Times.FirstAudio.Milliseconds(), Received: s.PacketsReceived, Lost: s.Lost,
	}
	for _, f := range s.From {
		if f.Audio.Packets > 0 && f.Video.Packets > 0 {
			h.People++
		}
	}
	return h, nil
}

func (a *agent) leave() error {
	if a.in == nil {
		return nil
	}
	a.in.Close()
	a.in = nil
	return <-a.end
}
