package net_test

import (
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/dns/dnsmessage"
)

// names is a resolver that knows nothing and remembers what it was asked. With nobody named in
// resolv.conf, programs ask 127.0.0.1, so it hears every name that is looked up in its namespace.
type names struct {
	mu    sync.Mutex
	count map[string]int
}

func listenNames() (*names, error) {
	c, err := net.ListenPacket("udp4", "127.0.0.1:53")
	if err != nil {
		return nil, fmt.Errorf("stand in for the resolver: %w", err)
	}
	n := &names{count: map[string]int{}}
	go func() { // ends with the process
		b := make([]byte, 1500)
		for {
			size, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			if answer, ok := n.refuse(b[:size]); ok {
				_, _ = c.WriteTo(answer, from)
			}
		}
	}()
	return n, nil
}

// refuse notes the name of a question and answers that there is no such name.
func (n *names) refuse(b []byte) ([]byte, bool) {
	var m dnsmessage.Message
	if err := m.Unpack(b); err != nil || m.Response || len(m.Questions) == 0 {
		return nil, false
	}
	n.mu.Lock()
	n.count[strings.ToLower(strings.TrimSuffix(m.Questions[0].Name.String(), "."))]++
	n.mu.Unlock()
	m.Response, m.RCode, m.Additionals = true, dnsmessage.RCodeNameError, nil
	answer, err := m.Pack()
	return answer, err == nil
}

func (n *names) asked() map[string]int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.count)
}

// checkNames holds that nobody but Chromium itself looked a name up: its maker's services, which an
// office switches off by policy, and the dotless words by which it tells whether the network answers
// to any name. A STUN server's name is a failure, whoever's it is.
func checkNames(p *puppet) {
	asked := map[string]int{}
	if err := p.try("names", nil, &asked); err != nil {
		p.t.Errorf("ask for names: %v", err)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		own := strings.HasSuffix(name, ".google.com") || strings.HasSuffix(name, ".googleapis.com") || !strings.Contains(name, ".")
		if own && !strings.Contains(name, "stun") && !strings.Contains(name, "turn") {
			p.t.Logf("%s: Chromium's own: %s asked for %d times", p.name, name, asked[name])
			continue
		}
		p.t.Errorf("%s: the name %s was looked up %d times", p.name, name, asked[name])
	}
}
