// Package net_test proves what the product promises about lines: meetings with no route to anywhere
// else, over one port, through cut and lossy lines, from several LANs. Every test builds a small town
// of network namespaces, serves the real binary in one of them and puts real Chromium, or the headless
// participant where a browser adds nothing, into others.
//
// It must not touch the network of the machine it runs on: every interface, route and rule lives in a
// namespace made here. It needs root. Its tests measure time, so they run one after the other.
package net_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The hosts of a lab. Each is a namespace; the router alone knows all subnets.
const (
	router  = "router"
	server  = "server"  // 10.10.0.2 and, on a second LAN, 10.11.0.2
	branch  = "branch"  // 10.20.0.2
	branch2 = "branch2" // 10.30.0.2
)

const (
	serverA = "10.10.0.2"
	serverB = "10.11.0.2"
	port    = "8443"
)

const prefix = "yakusho-lab-"

// hosts are the namespaces in the order they are made.
func hosts() []string { return []string{router, server, branch, branch2} }

// lab is one town of namespaces.
type lab struct {
	t      *testing.T
	name   string // prefix, pid of the creator, a number
	resolv string // stands for /etc/resolv.conf in every namespace: it names nobody
}

// newLab builds the town; it is gone when the test ends. It fails, and says what to install, where it
// cannot be built.
func newLab(t *testing.T) *lab {
	t.Helper()
	need(t)
	sweep(t)
	l := &lab{t: t, name: fmt.Sprintf("%s%d-%d", prefix, os.Getpid(), rand.IntN(1e6)), resolv: filepath.Join(t.TempDir(), "resolv.conf")}
	if err := os.WriteFile(l.resolv, []byte("# no resolver: this network has none\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, h := range hosts() {
			if err := remove(l.ns(h)); err != nil {
				t.Errorf("namespace %s stays behind: %v", l.ns(h), err)
			}
		}
	})
	l.build()
	return l
}

func (l *lab) ns(host string) string { return l.name + "-" + host }

// need fails the test with a list of what is missing.
func need(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("these tests make network namespaces and need root: run them as root, for example with sudo")
	}
	var missing []string
	for _, x := range [][2]string{
		{"ip", "iproute2"}, {"nft", "nftables"}, {"ss", "iproute2"}, {"chromium", "chromium"}, {"certutil", "libnss3-tools"}, {"node", "nodejs"},
	} {
		if _, err := exec.LookPath(x[0]); err != nil && !slices.Contains(missing, x[1]) {
			missing = append(missing, x[1])
		}
	}
	if len(missing) > 0 {
		t.Fatalf("these tests need more programs: apt-get install %s", strings.Join(missing, " "))
	}
}

// sweep removes what a killed run left behind: namespaces of ours whose creator is gone.
func sweep(t *testing.T) {
	t.Helper()
	out, err := exec.Command("ip", "netns", "list").Output()
	if err != nil {
		t.Fatalf("list namespaces: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest, ours := strings.CutPrefix(name, prefix)
		if !ours {
			continue
		}
		number, _, _ := strings.Cut(rest, "-")
		pid, err := strconv.Atoi(number)
		if err != nil || pid <= 1 || !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			continue
		}
		if err := remove(name); err != nil {
			t.Logf("stale namespace %s stays: %v", name, err)
		}
	}
}

// remove ends every process in a namespace and deletes it.
func remove(ns string) error {
	out, err := exec.Command("ip", "netns", "pids", ns).Output()
	if err != nil {
		return nil // there is none of that name
	}
	for _, f := range strings.Fields(string(out)) {
		if pid, err := strconv.Atoi(f); err == nil && pid > 1 {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	if out, err := exec.Command("ip", "netns", "del", ns).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// build makes namespaces, cables, addresses and routes. Every cable is made inside the namespaces, so
// the machine's own never sees it. No host has a default route: each knows the subnets it talks to.
func (l *lab) build() {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	for _, h := range hosts() {
		say("netns add %s", l.ns(h))
	}
	l.ip("", b.String())
	for _, h := range hosts() {
		// The kernel's own IPv6 chatter would hide what programs send. The reverse-path filter would
		// forbid a server with two LANs to answer over the other one.
		l.run(h, "sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; "+
			"echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter; echo 0 >/proc/sys/net/ipv4/conf/default/rp_filter")
	}
	l.run(router, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")

	b.Reset()
	for i, c := range []struct{ host, dev, net string }{
		{server, "eth0", "10.10.0"}, {server, "eth1", "10.11.0"}, {branch, "eth0", "10.20.0"}, {branch2, "eth0", "10.30.0"},
	} {
		say("link add lan%d type veth peer name %s netns %s", i, c.dev, l.ns(c.host))
		say("addr add %s.1/24 dev lan%d", c.net, i)
		say("link set lan%d up", i)
	}
	say("link set lo up")
	l.ip(router, b.String())
	l.ip(server, `link set lo up
addr add 10.10.0.2/24 dev eth0
addr add 10.11.0.2/24 dev eth1
link set eth0 up
link set eth1 up
route add 10.20.0.0/24 via 10.10.0.1
route add 10.30.0.0/24 via 10.11.0.1
`)
	for host, net := range map[string]string{branch: "10.20.0", branch2: "10.30.0"} {
		l.ip(host, fmt.Sprintf(`link set lo up
addr add %[1]s.2/24 dev eth0
link set eth0 up
route add 10.10.0.0/24 via %[1]s.1
route add 10.11.0.0/24 via %[1]s.1
`, net))
	}
	l.watch()
}

// ip runs a batch of ip commands in a namespace; "" is the machine's own.
func (l *lab) ip(host, batch string) {
	l.t.Helper()
	args := []string{"-batch", "-"}
	if host != "" {
		args = append([]string{"-n", l.ns(host)}, args...)
	}
	cmd := exec.Command("ip", args...)
	cmd.Stdin = strings.NewReader(batch)
	if out, err := cmd.CombinedOutput(); err != nil {
		l.t.Fatalf("ip in %q: %v\n%s\n%s", host, err, out, batch)
	}
}

// command prepares a program in a namespace. It asks no resolver, for there is none.
func (l *lab) command(ctx context.Context, host string, argv ...string) *exec.Cmd {
	args := append([]string{
		"netns", "exec", l.ns(host), "sh", "-c", `mount --bind "$0" /etc/resolv.conf && exec "$@"`, l.resolv,
	}, argv...)
	return exec.CommandContext(ctx, "ip", args...)
}

// run runs a program in a namespace to its end and returns what it printed.
func (l *lab) run(host string, argv ...string) string {
	l.t.Helper()
	out, err := l.command(context.Background(), host, argv...).CombinedOutput()
	if err != nil {
		l.t.Fatalf("%s in %s: %v\n%s", strings.Join(argv, " "), host, err, out)
	}
	return string(out)
}

func (l *lab) nft(host, script string) {
	l.t.Helper()
	cmd := exec.Command("ip", "netns", "exec", l.ns(host), "nft", "-f", "-")
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		l.t.Fatalf("nft in %s: %v\n%s\n%s", host, err, out, script)
	}
}

// watch sets up the eyes: in the router which ports of the server are used, in both directions, and in
// every namespace whether a packet leaves for an address outside the lab. The sets are counted before
// anything is dropped: an attempt counts.
func (l *lab) watch() {
	const sets = `
	set inside { type ipv4_addr; flags interval; elements = { 10.10.0.0/24, 10.11.0.0/24, 10.20.0.0/24, 10.30.0.0/24, 127.0.0.0/8 }; }
	set strangers { type ipv4_addr . inet_proto . inet_service; size 1024; flags dynamic; counter; }
	set names { type ipv4_addr . inet_proto . inet_service; size 64; flags dynamic; counter; }
	set others { type ipv4_addr . inet_proto; size 64; flags dynamic; counter; }
`
	const eye = `
		meta l4proto { tcp, udp } th dport 53 update @names { ip daddr . meta l4proto . th dport }
		ip daddr != @inside meta l4proto { tcp, udp } th dport != 53 update @strangers { ip daddr . meta l4proto . th dport }
		ip daddr != @inside meta l4proto != { tcp, udp } update @others { ip daddr . meta l4proto }
`
	for _, h := range []string{server, branch, branch2} {
		l.nft(h, `table ip lab {`+sets+`
	chain watch { type filter hook output priority 0; policy accept;`+eye+`	}
}`)
	}
	l.nft(router, `table ip lab {`+sets+`
	set servers { type ipv4_addr; elements = { 10.10.0.2, 10.11.0.2 }; }
	set asked { type ipv4_addr . inet_proto . inet_service; size 4096; flags dynamic; counter; }
	set answered { type ipv4_addr . inet_proto . inet_service; size 4096; flags dynamic; counter; }
	chain watch { type filter hook prerouting priority -300; policy accept;`+eye+`
		ip daddr @servers meta l4proto { tcp, udp } update @asked { ip daddr . meta l4proto . th dport }
		ip saddr @servers meta l4proto { tcp, udp } update @answered { ip saddr . meta l4proto . th sport }
	}
	chain impair { type filter hook forward priority 0; policy accept; }
}`)
}

// impair puts rules into the router and returns the moment before they began to hold.
func (l *lab) impair(rules ...string) time.Time {
	l.t.Helper()
	var b strings.Builder
	for _, r := range rules {
		fmt.Fprintf(&b, "add rule ip lab impair %s\n", r)
	}
	at := time.Now()
	l.nft(router, b.String())
	return at
}

// repair takes all rules away again and returns the moment before they went.
func (l *lab) repair() time.Time {
	l.t.Helper()
	at := time.Now()
	l.nft(router, "flush chain ip lab impair\n")
	return at
}

// flow is what went to one port of one address.
type flow struct {
	addr, proto, port string
	packets, bytes    int64
}

func (f flow) String() string {
	return fmt.Sprintf("%s %s %s: %d packets, %d bytes", f.addr, f.proto, f.port, f.packets, f.bytes)
}

// flows reads one of the counting sets.
func (l *lab) flows(host, set string) []flow {
	l.t.Helper()
	out, err := exec.Command("ip", "netns", "exec", l.ns(host), "nft", "-j", "list", "set", "ip", "lab", set).Output()
	if err != nil {
		l.t.Fatalf("read %s of %s: %v", set, host, err)
	}
	var doc struct {
		Nftables []struct {
			Set struct {
				Elem []struct {
					Elem struct {
						Val struct {
							Concat []any `json:"concat"`
						} `json:"val"`
						Counter struct{ Packets, Bytes int64 } `json:"counter"`
					} `json:"elem"`
				} `json:"elem"`
			} `json:"set"`
		} `json:"nftables"`
	}
	if err := json.Unmarshal(out, &doc); err != nil {
		l.t.Fatalf("read %s of %s: %v\n%s", set, host, err, out)
	}
	var found []flow
	for _, x := range doc.Nftables {
		for _, e := range x.Set.Elem {
			c := e.Elem.Val.Concat
			f := flow{packets: e.Elem.Counter.Packets, bytes: e.Elem.Counter.Bytes}
			for i, into := range []*string{&f.addr, &f.proto, &f.port}[:min(len(c), 3)] {
				*into = fmt.Sprint(c[i])
			}
			found = append(found, f)
		}
	}
	slices.SortFunc(found, func(a, b flow) int { return cmp.Compare(a.String(), b.String()) })
	return found
}

// to sums what went to one port of the server.
func (l *lab) to(addr, proto string) int64 {
	var n int64
	for _, f := range l.flows(router, "asked") {
		if f.addr == addr && f.proto == proto && f.port == port {
			n += f.packets
		}
	}
	return n
}

// checkPorts holds, at the end of a test, that clients used one TCP and one UDP port of the server and
// that nothing left for anywhere else.
func (l *lab) checkPorts() {
	l.t.Helper()
	for _, set := range []string{"asked", "answered"} {
		for _, f := range l.flows(router, set) {
			if f.port != port {
				l.t.Errorf("another port of the server was %s: %v", set, f)
			} else {
				l.t.Logf("server %s on %v", set, f)
			}
		}
	}
	for _, h := range hosts() {
		for _, f := range l.flows(h, "strangers") {
			l.t.Errorf("%s sent to an address outside the lab: %v", h, f)
		}
		for _, f := range l.flows(h, "others") {
			// Chromium joins the multicast group of the names of a LAN (mDNS) and says so to that LAN;
			// no router passes this on.
			if f.proto == "igmp" && strings.HasPrefix(f.addr, "224.0.0.") {
				l.t.Logf("%s, to its own LAN only: %v", h, f)
				continue
			}
			l.t.Errorf("%s sent to an address outside the lab: %v", h, f)
		}
	}
}

// checkNoDefault holds that no host could reach anything else if it wanted to.
func (l *lab) checkNoDefault() {
	l.t.Helper()
	for _, h := range hosts() {
		if out := l.run(h, "ip", "route", "show", "default"); strings.TrimSpace(out) != "" {
			l.t.Errorf("%s has a default route: %s", h, out)
		}
	}
}
