package net_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// office is a server in its namespace, and the people's accounts on it.
type office struct {
	t    *testing.T
	lab  *lab
	bin  string
	data string
	cmd  *exec.Cmd
	said *spoken
	root *puppet // the admin, at the server itself: sample accounts work there only
}

// account is somebody who can sign in from a branch.
type account struct{ login, password string }

// build makes the binary once for all tests of a run, or takes YAKUSHO_BIN.
var build = sync.OnceValues(func() (string, error) {
	if bin := os.Getenv("YAKUSHO_BIN"); bin != "" {
		_, err := os.Stat(bin)
		return bin, err
	}
	if _, err := os.Stat("../../web/dist/index.html"); err != nil {
		return "", fmt.Errorf("the front end is not built; run make build first: %w", err)
	}
	bin := filepath.Join(os.Getenv(buildEnv), "yakusho")
	out, err := exec.Command("go", "build", "-o", bin, "../../cmd/yakusho").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return bin, nil
})

// serve starts the server in the lab and returns when it answers.
func serve(l *lab) *office {
	l.t.Helper()
	bin, err := build()
	if err != nil {
		l.t.Fatal(err)
	}
	o := &office{t: l.t, lab: l, bin: bin, data: filepath.Join(l.t.TempDir(), "data"), said: &spoken{}}
	l.t.Cleanup(func() {
		o.kill()
		if l.t.Failed() {
			l.t.Logf("the server said:\n%s", o.said.tail())
		}
	})
	o.start()
	o.call(o.root, "POST", "/api/session", map[string]any{"login": "suzuki", "password": "mihon-machi-1"}, nil)
	return o
}

// start runs the server on all addresses and returns how long it took until it was ready.
func (o *office) start() time.Duration {
	o.t.Helper()
	began := time.Now()
	o.cmd = o.lab.command(context.Background(), server, o.bin, "serve", "--sample", "--listen", ":"+port, "--data", o.data)
	o.cmd.Stdout, o.cmd.Stderr = o.said, o.said
	if err := o.cmd.Start(); err != nil {
		o.t.Fatalf("start server: %v", err)
	}
	if o.root == nil {
		o.poll("the server has made its CA", 20*time.Second, func() bool {
			_, err := os.Stat(o.ca())
			return err == nil
		})
		o.root = o.lab.agent(server, "the admin", "https://127.0.0.1:"+port, o.ca())
	}
	o.poll("the server is ready", 20*time.Second, func() bool {
		var r reply
		err := o.root.try("http", map[string]any{"method": "GET", "path": "/readyz"}, &r)
		return err == nil && r.Status == 200
	})
	return time.Since(began)
}

// kill ends the server as a power cut would. Twice is no error.
func (o *office) kill() {
	if o.cmd == nil {
		return
	}
	_ = o.cmd.Process.Kill()
	_ = o.cmd.Wait()
	o.cmd = nil
}

func (o *office) ca() string             { return filepath.Join(o.data, "tls", "ca.crt") }
func (o *office) url(addr string) string { return "https://" + addr + ":" + port }

// poll asks until it is so. There is nothing else to wait on: the answer is in another process.
func (o *office) poll(what string, within time.Duration, so func() bool) time.Duration {
	o.t.Helper()
	began := time.Now()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		if time.Since(began) > within {
			o.t.Fatalf("not within %v: %s", within, what)
		}
		<-tick.C
	}
	return time.Since(began)
}

// agent puts a person without a browser into a namespace.
func (l *lab) agent(host, name, url, ca string) *puppet {
	l.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		l.t.Fatal(err)
	}
	p := l.puppet(host, name, []string{agentEnv + "=1"}, exe)
	p.do("use", map[string]any{"url": url, "ca": ca}, nil)
	return p
}

// call makes one call of the API that has to succeed.
func (o *office) call(p *puppet, method, path string, body, value any) {
	o.t.Helper()
	var r reply
	p.do("http", map[string]any{"method": method, "path": path, "body": body}, &r)
	if r.Status >= 300 {
		o.t.Fatalf("%s: %s %s = %d %s", p.name, method, path, r.Status, r.Body)
	}
	if value == nil {
		return
	}
	if err := json.Unmarshal(r.Body, value); err != nil {
		o.t.Fatalf("%s %s: %v\n%s", method, path, err, r.Body)
	}
}

// account makes an account, and a person in a branch who gives it a password of their own. The person
// stays signed in as an agent there.
func (o *office) account(host, addr, login, name string) (account, *puppet) {
	o.t.Helper()
	var made struct{ Password string }
	o.call(o.root, "POST", "/api/accounts", map[string]any{"login": login, "name": name, "roles": []string{"staff"}}, &made)
	p := o.lab.agent(host, name, o.url(addr), o.ca())
	a := account{login: login, password: "nagai-aikotoba-" + login}
	o.call(p, "POST", "/api/session", map[string]any{"login": login, "password": made.Password}, nil)
	o.call(p, "PUT", "/api/session/password", map[string]any{"current": made.Password, "new": a.password}, nil)
	return a, p
}

// meeting is what a meeting's host knows.
type meeting struct{ ID, Number, PIN string }

// stay is a row of the attendance.
type stay struct {
	Participant, Name, Path string
	EndedBy                 string    `json:"ended_by"`
	JoinedAt                time.Time `json:"joined_at"`
	LeftAt                  time.Time `json:"left_at"`
}

func (s stay) String() string {
	if s.EndedBy == "" {
		return s.Name + " " + s.Path
	}
	return fmt.Sprintf("%s %s (%s after %.1f s)", s.Name, s.Path, s.EndedBy, s.LeftAt.Sub(s.JoinedAt).Seconds())
}

// attendance reads it as the host.
func (o *office) attendance(host *puppet, m meeting) []stay {
	o.t.Helper()
	var all []stay
	o.call(host, "GET", "/api/meetings/"+m.ID+"/attendance", nil, &all)
	return all
}

// paths waits until everybody's newest stay is by the path, and shows the whole attendance.
func (o *office) paths(host *puppet, m meeting, people int, path string) []stay {
	o.t.Helper()
	var all []stay
	defer func() {
		for _, s := range all {
			o.t.Logf("attendance: %v", s)
		}
	}()
	o.poll(fmt.Sprintf("%d people are in the attendance by %s", people, path), 10*time.Second, func() bool {
		all = o.attendance(host, m)
		newest := map[string]stay{}
		for _, s := range all {
			newest[s.Participant] = s
		}
		n := 0
		for _, s := range newest {
			if s.Path == path && s.EndedBy == "" {
				n++
			}
		}
		return n == people
	})
	return all
}

// pairOfBrowsers is a meeting of two people in two branches, each at a Chromium.
type pairOfBrowsers struct {
	*office
	m    meeting
	host *puppet // the host's other window, for the API
	a, b *browser
}

// invite makes accounts and a meeting and opens both browsers, which are not in yet.
func (o *office) invite() *pairOfBrowsers {
	o.t.Helper()
	p := &pairOfBrowsers{office: o}
	first, host := o.account(branch, serverA, "higashi", "東 花子")
	second, guest := o.account(branch2, serverA, "nishi", "西 太郎")
	p.host = host
	o.call(host, "POST", "/api/meetings", map[string]any{"title": "回線の会議"}, &p.m)
	for _, x := range []*puppet{host, guest} {
		x.do("listen", nil, nil)
		o.t.Cleanup(func() { checkNames(x) })
	}
	o.call(guest, "POST", "/api/meetings/enter", map[string]any{"number": p.m.Number, "pin": p.m.PIN}, nil)
	p.a, p.b = o.browser(branch, first), o.browser(branch2, second)
	return p
}

// meet brings both in and waits until they see and hear each other. It returns how long after the
// second one's press that one saw the first picture of the other.
func (p *pairOfBrowsers) meet() time.Duration {
	p.t.Helper()
	first := p.a.join(p.m.ID)
	pressed := p.b.join(p.m.ID)
	saw := p.b.flowing(pressed)
	p.a.flowing(first)
	d := saw.Sub(pressed)
	p.t.Logf("join: press to the first picture of the other %d ms", d.Milliseconds())
	return d
}

// both calls f for each browser.
func (p *pairOfBrowsers) both(f func(*browser)) {
	for _, b := range []*browser{p.a, p.b} {
		f(b)
	}
}
