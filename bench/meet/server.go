//go:build linux

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// contestant is a server that can be started.
type contestant struct {
	name   string
	binary string
	url    string
	ready  string                    // path that answers 200 when it serves
	args   func(dir string) []string // dir is this start's own
	office bool                      // ours: speaks our API
}

// contestants are ours as make builds it, and LiveKit as its own main package builds it.
func contestants(ctx context.Context, o options, dir string) (us, them contestant, err error) {
	us = contestant{
		name: "ours", binary: o.ours, url: fmt.Sprintf("https://127.0.0.1:%d", o.port), ready: "/readyz", office: true,
		args: func(dir string) []string {
			return []string{"serve", "--sample", "--listen", fmt.Sprintf("127.0.0.1:%d", o.port), "--http", "off", "--data", dir}
		},
	}
	if _, err := os.Stat(us.binary); err != nil {
		return us, them, fmt.Errorf("our binary (make build makes it): %w", err)
	}
	them = contestant{
		name: "plain", url: fmt.Sprintf("http://127.0.0.1:%d", o.port+10), ready: "/",
		args: func(string) []string { return []string{"--config", filepath.Join(dir, "livekit.yaml")} },
	}
	if them.binary, err = buildPlain(ctx, o.root, dir); err != nil {
		return us, them, err
	}
	return us, them, os.WriteFile(filepath.Join(dir, "livekit.yaml"), []byte(plainConfig(o)), 0o600)
}

// The key of the plain server; it lives as long as a repetition and listens on this machine only.
const plainKey, plainSecret = "bench", "bench-bench-bench-bench-bench-bench"

// plainConfig is LiveKit's default configuration: what it cannot start without, and where to listen.
func plainConfig(o options) string {
	text := fmt.Sprintf("port: %d\nbind_addresses: [127.0.0.1]\nkeys: {%s: %s}\n", o.port+10, plainKey, plainSecret)
	if o.tuned {
		text += fmt.Sprintf("logging: {level: warn}\nrtc: {udp_port: %d, tcp_port: 0, use_ice_lite: true, node_ip: 127.0.0.1, enable_loopback_candidate: true, ips: {includes: [127.0.0.1/32]}}\n", o.port+11)
	}
	return text
}

// buildPlain builds LiveKit's own server in a module of its own, because its main package needs modules
// that ours does not. That module begins as a copy of our go.mod: both binaries are made of the same
// versions of everything, with the same flags.
func buildPlain(ctx context.Context, root, dir string) (string, error) {
	mod := filepath.Join(dir, "plain")
	if err := os.Mkdir(mod, 0o755); err != nil {
		return "", err
	}
	version := ""
	for _, name := range []string{"go.sum", "go.mod"} {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return "", err
		}
		version = engineOf(b)
		b = bytes.Replace(b, []byte("module yakusho\n"), []byte("module plain\n"), 1)
		if err := os.WriteFile(filepath.Join(mod, name), b, 0o644); err != nil {
			return "", err
		}
	}
	out := filepath.Join(dir, "livekit-server")
	const pkg = "github.com/livekit/livekit-server/cmd/server"
	for _, args := range [][]string{
		{"get", pkg + "@" + version},
		{"build", "-trimpath", "-ldflags", "-s -w", "-o", out, pkg},
	} {
		c := exec.CommandContext(ctx, "go", args...)
		c.Dir, c.Env = mod, append(os.Environ(), "CGO_ENABLED=0")
		if b, err := onAllCores(c).CombinedOutput(); err != nil {
			return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, b)
		}
	}
	return out, nil
}

// engineOf finds the LiveKit version a go.mod names.
func engineOf(mod []byte) string {
	if m := regexp.MustCompile(`(?m)^\s*github\.com/livekit/livekit-server (v\S+)$`).FindSubmatch(mod); m != nil {
		return string(m[1])
	}
	return ""
}

// onAllCores undoes the pinning of this process for a child.
func onAllCores(c *exec.Cmd) *exec.Cmd {
	if n, err := strconv.Atoi(os.Getenv(pinnedEnv)); err == nil {
		return onCores(c, fmt.Sprintf("0-%d", n-1))
	}
	return c
}

// onCores makes a command run on the given cores; the process keeps its number.
func onCores(c *exec.Cmd, cores string) *exec.Cmd {
	taskset, err := exec.LookPath("taskset")
	if err != nil || os.Getenv(pinnedEnv) == "" {
		return c // one core: there is nothing to choose
	}
	c.Args = append([]string{"taskset", "-c", cores, c.Path}, c.Args[1:]...)
	c.Path = taskset
	return c
}

// server is a contestant at work.
type server struct {
	contestant
	cmd   *exec.Cmd
	log   *bytes.Buffer // read after ended
	ended chan error
	took  time.Duration // from the start of the process to the first answer
}

// start runs a contestant and waits until it answers. pin gives it core 0 alone.
func (c contestant) start(ctx context.Context, dir string, pin bool) (*server, error) {
	cmd := exec.Command(c.binary, c.args(dir)...)
	if pin {
		cmd = onCores(cmd, "0")
	} else {
		cmd = onAllCores(cmd)
	}
	s := &server{contestant: c, cmd: cmd, log: &bytes.Buffer{}, ended: make(chan error, 1)}
	cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	cmd.Stdout, cmd.Stderr = s.log, s.log // one writer: os/exec lets one goroutine write both
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.name, err)
	}
	go func() { s.ended <- cmd.Wait() }()
	ask := &http.Client{Timeout: time.Second, Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // this machine's
	}}
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	for {
		if res, err := ask.Get(c.url + c.ready); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				s.took = time.Since(began)
				return s, nil
			}
		}
		select {
		case err := <-s.ended:
			s.ended <- err
			return nil, fmt.Errorf("%s ended at once: %v\n%s", c.name, s.cmd.ProcessState, s.tail())
		case <-late.C:
			return nil, errors.Join(fmt.Errorf("%s does not answer", c.name), s.stop())
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), s.stop())
		case <-time.After(time.Millisecond):
		}
	}
}

// stop ends the server; one that waits for somebody to leave is told twice, then killed.
func (s *server) stop() error {
	for _, x := range []struct {
		how  syscall.Signal
		wait time.Duration
	}{{syscall.SIGTERM, 3 * time.Second}, {syscall.SIGTERM, 10 * time.Second}, {syscall.SIGKILL, 10 * time.Second}} {
		_ = s.cmd.Process.Signal(x.how)
		select {
		case <-s.ended:
			return nil
		case <-time.After(x.wait):
		}
	}
	return fmt.Errorf("%s does not end", s.name)
}

func (s *server) tail() string {
	b := s.log.String()
	return b[max(0, len(b)-2000):]
}

// cpu is the processor time the server has used, in nanoseconds exact: the process's CPU clock.
func (s *server) cpu() (time.Duration, error) { return cpuOf(s.cmd.Process.Pid) }

func cpuOf(pid int) (time.Duration, error) {
	var t unix.Timespec
	// clock_getcpuclockid(3): the complement of the pid, and CPUCLOCK_SCHED.
	if err := unix.ClockGettime(int32(^pid<<3|2), &t); err != nil {
		return 0, fmt.Errorf("read CPU clock of %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

// rss is the server's resident memory in megabytes of a million bytes.
func (s *server) rss() (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	return residentMB(b)
}

func residentMB(status []byte) (float64, error) {
	m := regexp.MustCompile(`(?m)^VmRSS:\s+(\d+) kB$`).FindSubmatch(status)
	if m == nil {
		return 0, errors.New("no VmRSS in /proc/PID/status")
	}
	kib, err := strconv.ParseFloat(string(m[1]), 64)
	return kib * 1024 / 1e6, err
}
