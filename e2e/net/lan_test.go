package net_test

import (
	"strings"
	"testing"
	"time"

	"yakusho/internal/meet/meettest"
)

// guests are two headless participants of one meeting, each in another branch and each knowing the
// server by another of its addresses.
type guests struct {
	*office
	m    meeting
	a, b *puppet
}

func (o *office) guests(addrA, addrB string) *guests {
	o.t.Helper()
	g := &guests{office: o}
	o.call(o.root, "POST", "/api/meetings", map[string]any{"title": "二つのLAN", "guests_allowed": true}, &g.m)
	g.a = o.lab.agent(branch, "guest in branch", o.url(addrA), o.ca())
	g.b = o.lab.agent(branch2, "guest in branch2", o.url(addrB), o.ca())
	for _, x := range []*puppet{g.a, g.b} {
		x.do("enter", map[string]any{"number": g.m.Number, "pin": g.m.PIN, "name": x.name}, nil)
	}
	return g
}

// meet brings both in, waits until each has sound and picture of the other, and takes them out again.
func (g *guests) meet(via meettest.Via) {
	g.t.Helper()
	both := []*puppet{g.a, g.b}
	for _, x := range both {
		x.do("join", map[string]any{"meeting": g.m.ID, "via": via}, nil)
	}
	g.paths(g.root, g.m, 2, string(via))
	for _, x := range both {
		var h heard
		g.poll(x.name+" has sound and picture of the other by "+string(via), 15*time.Second, func() bool {
			x.do("stats", nil, &h)
			return h.People == 1 && h.Received > 100
		})
		g.t.Logf("%s by %s: connected %d ms, first picture %d ms after the beginning of the join; %d packets, %d lost",
			x.name, h.Path, h.Joined, h.FirstVideo, h.Received, h.Lost)
		if h.Path != string(via) {
			g.t.Errorf("%s: the path is %q", x.name, h.Path)
		}
	}
	for _, x := range both {
		x.do("leave", nil, nil)
	}
}

func TestServerOnTwoLANsCarriesMediaOnEitherAddress(t *testing.T) {
	l := newLab(t)
	g := serve(l).guests(serverA, serverB)
	// Each branch reaches the address of its own LAN only.
	apart := []string{
		"ip saddr 10.20.0.0/24 ip daddr " + serverB + " drop",
		"ip saddr 10.30.0.0/24 ip daddr " + serverA + " drop",
	}
	l.impair(apart...)
	g.meet(meettest.UDP)
	for _, addr := range []string{serverA, serverB} {
		if n := l.to(addr, "udp"); n < 100 {
			t.Errorf("%d media packets went to %s", n, addr)
		}
	}

	l.repair()
	l.impair(append(apart, udpIsDropped)...)
	udpA, udpB := l.to(serverA, "udp"), l.to(serverB, "udp")
	tcpA, tcpB := l.to(serverA, "tcp"), l.to(serverB, "tcp")
	g.meet(meettest.Relay)
	if a, b := l.to(serverA, "udp")-udpA, l.to(serverB, "udp")-udpB; a+b > 0 {
		t.Errorf("relay only, and yet %d and %d UDP packets", a, b)
	}
	for addr, before := range map[string]int64{serverA: tcpA, serverB: tcpB} {
		if n := l.to(addr, "tcp") - before; n < 100 {
			t.Errorf("%d packets of the relay went to %s", n, addr)
		}
	}
	l.checkPorts()
}

func TestOneTCPPortAloneIsEnough(t *testing.T) {
	l := newLab(t)
	l.impair(tcpPortOpen, tcpPortBack, allElseShut)
	g := serve(l).guests(serverA, serverB)
	g.meet(meettest.Relay)
	l.checkPorts()

	// What listens at all. The plain page that hands out the CA is no part of a meeting; relay sockets
	// live on loopback.
	for line := range strings.Lines(l.run(server, "ss", "-Hlntu")) {
		f := strings.Fields(line)
		if len(f) < 5 {
			t.Fatalf("ss says %q", line)
		}
		at := f[4]
		switch {
		case strings.HasSuffix(at, ":"+port), f[0] == "tcp" && strings.HasSuffix(at, ":8444"), strings.HasPrefix(at, "127.0.0.1:"):
			t.Logf("listening: %s %s", f[0], at)
		default:
			t.Errorf("something else listens: %s", line)
		}
	}
}
