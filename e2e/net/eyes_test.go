package net_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// TestTheLabSeesStrangersAndOtherPorts keeps the other tests honest: what they hold to be zero is
// counted when it happens.
func TestTheLabSeesStrangersAndOtherPorts(t *testing.T) {
	l := newLab(t)
	l.ip(branch, "route add default via 10.20.0.1\n")
	send := func(to string) {
		l.run(branch, "bash", "-c", "echo hello >/dev/udp/"+to)
	}
	has := func(host, set, addr, port string) bool {
		for _, f := range l.flows(host, set) {
			if f.addr == addr && f.port == port && f.proto == "udp" && f.packets == 1 {
				return true
			}
		}
		return false
	}
	send("198.51.100.7/3478")
	send("198.51.100.7/53")
	send(serverB + "/7881")
	for _, h := range []string{branch, router} {
		if !has(h, "strangers", "198.51.100.7", "3478") {
			t.Errorf("%s did not see the packet to a stranger: %v", h, l.flows(h, "strangers"))
		}
		if !has(h, "names", "198.51.100.7", "53") {
			t.Errorf("%s did not see the question for a name: %v", h, l.flows(h, "names"))
		}
	}
	if !has(router, "asked", serverB, "7881") {
		t.Errorf("another port of the server was asked, unseen: %v", l.flows(router, "asked"))
	}

	ping := func() error {
		return l.command(t.Context(), branch, "bash", "-c", "timeout 1 bash -c 'echo >/dev/tcp/"+serverA+"/9' 2>&1 | grep -q refused").Run()
	}
	if err := ping(); err != nil {
		t.Errorf("the branch does not reach the server: %v", err)
	}
	l.impair("ip saddr 10.20.0.0/24 drop")
	if err := ping(); err == nil {
		t.Error("the branch reaches the server through a cut line")
	}
	l.repair()
	if err := ping(); err != nil {
		t.Errorf("the branch does not reach the server over the repaired line: %v", err)
	}
}

func TestWhatAKilledRunLeftBehindIsSwept(t *testing.T) {
	need(t)
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	stale := fmt.Sprintf("%s%d-1-%s", prefix, gone.Process.Pid, server)
	if out, err := exec.Command("ip", "netns", "add", stale).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	left := exec.Command("ip", "netns", "exec", stale, "sleep", "1000")
	if err := left.Start(); err != nil {
		t.Fatal(err)
	}
	// Only once it is inside can it be found there; before, its process is still in our own namespace.
	var inside []byte
	for range 1000 {
		var err error
		if inside, err = exec.Command("ip", "netns", "pids", stale).Output(); err != nil {
			t.Fatalf("list processes: %v", err)
		}
		if len(inside) > 0 {
			break
		}
	}
	if len(inside) == 0 {
		t.Fatal("the process is not in its namespace")
	}
	mine := newLab(t)
	if err := left.Wait(); err == nil {
		t.Error("the process that was left behind ended well; it was to be killed")
	}
	out, err := exec.Command("ip", "netns", "list").Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), stale) {
		t.Errorf("%s is still there", stale)
	}
	if !strings.Contains(string(out), mine.ns(server)) {
		t.Errorf("the namespaces of a living run were swept:\n%s", out)
	}
}
