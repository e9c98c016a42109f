package net_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// puppet is a program in a namespace that does what lines of JSON tell it: a browser, or an agent.
type puppet struct {
	t    *testing.T
	name string
	cmd  *exec.Cmd
	in   *json.Encoder
	out  *bufio.Reader
	said *spoken
	mu   sync.Mutex
	last int
}

// spoken is what a process said, readable while it speaks.
type spoken struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *spoken) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

// tail returns the end of what was said, without the server's requests that went well.
func (s *spoken) tail() string {
	s.mu.Lock()
	all := s.b.String()
	s.mu.Unlock()
	var b strings.Builder
	for line := range strings.Lines(all) {
		if !strings.Contains(line, "msg=http ") || !strings.Contains(line, " status=2") {
			b.WriteString(line)
		}
	}
	return b.String()[max(0, b.Len()-6000):]
}

// puppet starts a program; it ends with the test.
func (l *lab) puppet(host, name string, env []string, argv ...string) *puppet {
	l.t.Helper()
	p := &puppet{t: l.t, name: name, cmd: l.command(context.Background(), host, argv...), said: &spoken{}}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stderr = p.said
	in, err := p.cmd.StdinPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	p.in, p.out = json.NewEncoder(in), bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		l.t.Fatalf("start %s: %v", name, err)
	}
	l.t.Cleanup(func() {
		in.Close() // it ends by itself, browser and all
		late := time.AfterFunc(5*time.Second, func() { _ = p.cmd.Process.Kill() })
		_ = p.cmd.Wait()
		late.Stop()
		if l.t.Failed() {
			l.t.Logf("%s said:\n%s", name, p.said.tail())
		}
	})
	return p
}

// patience is how long a puppet may take for one order at most.
const patience = 60 * time.Second

// try gives an order and reads the answer into value.
func (p *puppet) try(op string, args map[string]any, value any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last++
	order := map[string]any{"id": p.last, "op": op}
	for k, v := range args {
		order[k] = v
	}
	late := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	if err := p.in.Encode(order); err != nil {
		return fmt.Errorf("%s: order %s: %w", p.name, op, err)
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("%s: no answer to %s: %w", p.name, op, err)
	}
	var answer struct {
		ID    int             `json:"id"`
		Value json.RawMessage `json:"value"`
		Error string          `json:"error"`
	}
	if err := json.Unmarshal(line, &answer); err != nil || answer.ID != p.last {
		return fmt.Errorf("%s: strange answer to %s: %s", p.name, op, line)
	}
	if answer.Error != "" {
		return fmt.Errorf("%s: %s", p.name, answer.Error)
	}
	if value == nil {
		return nil
	}
	return json.Unmarshal(answer.Value, value)
}

func (p *puppet) do(op string, args map[string]any, value any) {
	p.t.Helper()
	if err := p.try(op, args, value); err != nil {
		p.t.Fatal(err)
	}
}

// browser is Chromium with somebody in front of it.
type browser struct{ *puppet }

// seen is what a browser received so far and how.
type seen struct {
	Document                   string  // another one is a reload
	Frames                     int64   // decoded
	Energy                     float64 // of the sound that was played
	Samples, Concealed, Silent float64 // of sound; silent are those of Concealed that fill a pause nobody spoke in
	AudioPackets, AudioLost    int64
	VideoPackets, VideoLost    int64
	Pairs                      []pair
}

// pair are the two ends of a path that is in use.
type pair struct {
	Local  string  `json:"local"`  // host, relay …
	Relay  string  `json:"relay"`  // how the relay is reached: tls
	Remote string  `json:"remote"` // address:port/protocol
	RTT    float64 `json:"rtt_ms"`
}

// browser starts Chromium in a namespace, with the office's CA in a profile that is thrown away, and
// signs in.
func (o *office) browser(host string, a account) *browser {
	o.t.Helper()
	home := o.t.TempDir()
	db := filepath.Join(home, ".pki", "nssdb")
	if err := os.MkdirAll(db, 0o700); err != nil {
		o.t.Fatal(err)
	}
	for _, args := range [][]string{
		{"-N", "--empty-password"},
		{"-A", "-t", "C,,", "-n", "office", "-i", o.ca()},
	} {
		if out, err := exec.Command("certutil", append([]string{"-d", "sql:" + db}, args...)...).CombinedOutput(); err != nil {
			o.t.Fatalf("certutil %v: %v\n%s", args, err, out)
		}
	}
	b := &browser{o.lab.puppet(host, "browser in "+host, []string{"HOME=" + home}, "node", "browser.mjs")}
	var opened struct{ MS int }
	b.do("open", map[string]any{"url": o.url(serverA), "login": a.login, "password": a.password}, &opened)
	o.t.Cleanup(func() { b.end(o.t.Failed()) })
	return b
}

// end holds that the page did nothing it must not do, and shows what it looked like when the test failed.
func (b *browser) end(failed bool) {
	var f struct{ Faults, Words []string }
	if err := b.try("faults", nil, &f); err != nil {
		b.t.Errorf("ask for faults: %v", err)
		return
	}
	for _, x := range f.Faults {
		b.t.Errorf("%s: %s", b.name, x)
	}
	if failed || len(f.Faults) > 0 {
		for _, x := range f.Words {
			b.t.Logf("%s: %s", b.name, x)
		}
		if dir := os.Getenv("YAKUSHO_LAB_PICTURES"); dir != "" {
			_ = b.try("picture", map[string]any{"path": filepath.Join(dir, b.t.Name()+"-"+filepath.Base(b.name)+".png")}, nil)
		}
	}
	_ = b.try("close", nil, nil)
}

// join goes into the meeting by the screen and returns when the button was pressed.
func (b *browser) join(meeting string) time.Time {
	b.t.Helper()
	var j struct{ Pressed, Shown int64 }
	b.do("join", map[string]any{"meeting": meeting}, &j)
	b.t.Logf("%s: in the meeting %d ms after the press", b.name, j.Shown-j.Pressed)
	return time.UnixMilli(j.Pressed)
}

func (b *browser) stats() seen {
	b.t.Helper()
	var s seen
	b.do("stats", nil, &s)
	return s
}

// flowing waits until pictures come and sound was heard, and returns when the first picture after since
// was there. The probe looks ten times a second.
func (b *browser) flowing(since time.Time) time.Time {
	b.t.Helper()
	var f struct{ First int64 }
	b.do("flowing", map[string]any{"since": since.UnixMilli(), "frames": 20, "timeout": 25000}, &f)
	return time.UnixMilli(f.First)
}

// recovered waits until the picture stood still for a second after since and moves again; it returns
// the last picture before and the first after.
func (b *browser) recovered(since time.Time) (last, first time.Time) {
	b.t.Helper()
	var r struct{ Last, First int64 }
	b.do("recovered", map[string]any{"since": since.UnixMilli(), "still": 1000, "timeout": 40000}, &r)
	return time.UnixMilli(r.Last), time.UnixMilli(r.First)
}
