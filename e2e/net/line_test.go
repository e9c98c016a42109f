package net_test

import (
	"strings"
	"testing"
	"time"
)

// None of these tests is parallel: they measure time.

const (
	udpIsDropped = "meta l4proto udp drop"

	// A firewall that opens one TCP and one UDP port of the server, and its answers, and nothing else.
	tcpPortOpen  = "ip daddr @servers tcp dport " + port + " accept"
	tcpPortBack  = "ip saddr @servers tcp sport " + port + " accept"
	udpPortOpen  = "ip daddr @servers udp dport " + port + " accept"
	udpPortBack  = "ip saddr @servers udp sport " + port + " accept"
	allElseShut  = "drop"
	lossyBothWay = "numgen random mod 100 < 5 drop"
)

// The promises. What is measured is printed beside them.
const (
	backByRelay  = 5 * time.Second
	backByItself = 10 * time.Second
)

func TestTwoBranchesMeetWithNoRouteToAnywhereElse(t *testing.T) {
	l := newLab(t)
	l.checkNoDefault()
	l.impair(tcpPortOpen, tcpPortBack, udpPortOpen, udpPortBack, allElseShut)
	p := serve(l).invite()
	p.meet()
	p.paths(p.host, p.m, 2, "udp")
	p.both(func(b *browser) { b.checkPath("host", "") })
	l.checkPorts()
}

// TestNothingIsEvenTriedElsewhere gives the branches a default route, so that what would be sent to
// strangers is sent and seen, instead of failing in silence for want of a route.
func TestNothingIsEvenTriedElsewhere(t *testing.T) {
	l := newLab(t)
	l.ip(branch, "route add default via 10.20.0.1\n")
	l.ip(branch2, "route add default via 10.30.0.1\n")
	p := serve(l).invite()
	p.meet()
	p.paths(p.host, p.m, 2, "udp")
	l.checkPorts()
}

func TestWithUDPDroppedMediaComesByRelayOnTheSamePort(t *testing.T) {
	l := newLab(t)
	l.impair(udpIsDropped)
	p := serve(l).invite()
	p.meet()
	p.paths(p.host, p.m, 2, "relay")
	p.both(func(b *browser) { b.checkPath("relay", "tls") })
	l.checkPorts()
}

func TestUDPCutInMidCallIsBackByRelay(t *testing.T) {
	l := newLab(t)
	p := serve(l).invite()
	p.meet()
	p.paths(p.host, p.m, 2, "udp")
	before := p.documents()

	cut := l.impair(udpIsDropped)
	p.both(func(b *browser) { b.backWithin(backByRelay, cut, "the rule that cuts UDP") })
	p.checkNoReload(before)
	p.both(func(b *browser) { b.checkPath("relay", "tls") })
	way := map[string][]string{}
	for _, s := range p.paths(p.host, p.m, 2, "relay") {
		way[s.Name] = append(way[s.Name], s.Path+" "+s.EndedBy)
	}
	for name, w := range way {
		if got := strings.Join(w, ", "); got != "udp moved, relay " {
			t.Errorf("the attendance of %s is %q, not by UDP, moved, then by relay", name, got)
		}
	}
	l.checkPorts()
}

func TestLineCutForTwentySecondsIsBackByItself(t *testing.T) {
	l := newLab(t)
	p := serve(l).invite()
	p.meet()
	p.paths(p.host, p.m, 2, "udp")
	before := p.documents()

	l.impair("ip saddr 10.20.0.0/24 drop", "ip daddr 10.20.0.0/24 drop")
	<-time.After(20 * time.Second) // the cut itself
	repaired := l.repair()
	p.both(func(b *browser) { b.backWithin(backByItself, repaired, "the repair of the line") })
	p.checkNoReload(before)
	p.paths(p.host, p.m, 2, "udp")
	l.checkPorts()
}

func TestServerKilledAndRestartedEveryoneIsBack(t *testing.T) {
	l := newLab(t)
	p := serve(l).invite()
	p.meet()
	p.paths(p.host, p.m, 2, "udp")
	before := p.documents()

	killed := time.Now()
	p.kill()
	t.Logf("the server was ready again %d ms after its start", p.start().Milliseconds())
	p.both(func(b *browser) { b.backWithin(backByItself, killed, "the kill") })
	p.checkNoReload(before)
	p.paths(p.host, p.m, 2, "udp")
	l.checkPorts()
}

func TestVoiceGoesOnThroughFivePercentLoss(t *testing.T) {
	l := newLab(t)
	p := serve(l).invite()
	p.meet()
	p.paths(p.host, p.m, 2, "udp")
	documents := p.documents()

	l.impair(lossyBothWay)
	before := map[*browser]seen{}
	p.both(func(b *browser) { before[b] = b.stats() })
	<-time.After(20 * time.Second) // the loss itself
	p.both(func(b *browser) {
		x, y := before[b], b.stats()
		share := func(part, whole float64) float64 { return 100 * part / max(whole, 1) }
		concealed := share(y.Concealed-x.Concealed, y.Samples-x.Samples)
		t.Logf("%s: in 20 s of 5 %% loss each way: concealed %.1f %% of the sound (%.1f %% of it where somebody spoke; before the loss %.1f %% and %.1f %%), "+
			"%d of %d sound packets lost, %d pictures, %d of %d picture packets lost", b.name,
			concealed, share(y.Concealed-y.Silent-x.Concealed+x.Silent, y.Samples-x.Samples),
			share(x.Concealed, x.Samples), share(x.Concealed-x.Silent, x.Samples),
			y.AudioLost-x.AudioLost, y.AudioPackets-x.AudioPackets+y.AudioLost-x.AudioLost,
			y.Frames-x.Frames, y.VideoLost-x.VideoLost, y.VideoPackets-x.VideoPackets+y.VideoLost-x.VideoLost)
		if concealed >= 20 {
			t.Errorf("%s: %.1f %% of the sound is made up", b.name, concealed)
		}
		if y.Energy <= x.Energy || y.AudioPackets <= x.AudioPackets {
			t.Errorf("%s: no voice was heard", b.name)
		}
		if y.Frames <= x.Frames {
			t.Errorf("%s: no picture came", b.name)
		}
	})
	p.checkNoReload(documents)
	if all := p.paths(p.host, p.m, 2, "udp"); len(all) != 2 {
		t.Errorf("%d stays: somebody was thrown out by the loss", len(all))
	}
	l.checkPorts()
}

// checkPath holds that all media of a browser goes by one kind of path to the server's one UDP port;
// by relay, the second half of the way.
func (b *browser) checkPath(local, relay string) {
	b.t.Helper()
	s := b.stats()
	b.t.Logf("%s: %d pictures, sound energy %.3f, by %+v", b.name, s.Frames, s.Energy, s.Pairs)
	if len(s.Pairs) == 0 {
		b.t.Errorf("%s: no path is in use", b.name)
	}
	for _, x := range s.Pairs {
		if x.Local != local || x.Relay != relay || !strings.HasSuffix(x.Remote, ":"+port+"/udp") {
			b.t.Errorf("%s: the path is %+v", b.name, x)
		}
	}
}

// backWithin holds that the picture, having stood still, moves again in time after something.
func (b *browser) backWithin(promise time.Duration, since time.Time, what string) {
	b.t.Helper()
	last, first := b.recovered(since)
	d := first.Sub(since)
	b.t.Logf("%s: the first new picture %d ms after %s; the picture stood still for %d ms", b.name,
		d.Milliseconds(), what, first.Sub(last).Milliseconds())
	if d > promise {
		b.t.Errorf("%s: back after %v, promised within %v", b.name, d, promise)
	}
}

func (p *pairOfBrowsers) documents() [2]string {
	return [2]string{p.a.stats().Document, p.b.stats().Document}
}

func (p *pairOfBrowsers) checkNoReload(before [2]string) {
	p.t.Helper()
	if now := p.documents(); now != before {
		p.t.Errorf("a page was loaded anew: %v, %v before", now, before)
	}
}
