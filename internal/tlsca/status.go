package tlsca

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What others ask an Authority: what it presents, what is wrong, which addresses to open.

// Mode says where the certificate comes from.
type Mode string

// The two modes.
const (
	ModeInternal Mode = "internal" // our own CA
	ModeOwn      Mode = "own"      // files of the office
)

// Warning is something to put right that does not stop the server.
type Warning struct {
	Code    string // stable, snake_case
	Message string // Japanese: what is wrong and what to do
}

// Status is what doctor, health and the guide page show.
type Status struct {
	Mode          Mode
	Subject       string    // common name of the server certificate
	Issuer        string    // common name of who signed it
	Fingerprint   string    // SHA-256 of the server certificate, AA:BB:…
	CAFingerprint string    // SHA-256 of the internal CA; empty with an own certificate
	NotBefore     time.Time // of the server certificate
	NotAfter      time.Time
	DaysLeft      int       // whole days, negative when it has ended
	CANotAfter    time.Time // zero with an own certificate
	SANs          []string  // names, then addresses
	Warnings      []Warning
}

// Status describes the present certificate.
func (a *Authority) Status() Status {
	now, cur := a.clock(), a.now.Load()
	leaf := cur.cert.Leaf
	s := Status{
		Mode: ModeOwn, Subject: leaf.Subject.CommonName, Issuer: leaf.Issuer.CommonName,
		Fingerprint: fingerprint(leaf), NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter,
		DaysLeft: daysUntil(leaf.NotAfter, now), SANs: sans(leaf), Warnings: slices.Clone(cur.warn),
	}
	if a.ca != nil {
		s.Mode, s.CAFingerprint, s.CANotAfter = ModeInternal, fingerprint(a.ca.cert), a.ca.cert.NotAfter
		return s
	}
	switch { // nobody renews these for the office
	case now.After(leaf.NotAfter):
		s.Warnings = append(s.Warnings, Warning{"cert_expired", fmt.Sprintf("証明書の期限（%s）が切れています。新しい証明書のファイルに置き換えてください。再起動は要りません。", day(leaf.NotAfter))})
	case s.DaysLeft < 30:
		s.Warnings = append(s.Warnings, Warning{"cert_ending", fmt.Sprintf("証明書は%sに期限が切れます（あと%d日）。新しい証明書のファイルに置き換えてください。再起動は要りません。", day(leaf.NotAfter), s.DaysLeft)})
	}
	return s
}

func daysUntil(t, now time.Time) int {
	d := t.Sub(now)
	if d < 0 {
		return int(d/(24*time.Hour)) - 1
	}
	return int(d / (24 * time.Hour))
}

// FingerprintRows breaks a fingerprint into four rows of four groups, to compare by eye and aloud.
func FingerprintRows(fp string) [][]string {
	hex := strings.ReplaceAll(fp, ":", "")
	var rows [][]string
	for ; len(hex) >= 16; hex = hex[16:] {
		rows = append(rows, []string{hex[:4], hex[4:8], hex[8:12], hex[12:16]})
	}
	return rows
}

// CA returns the internal CA's certificate (DER), nil with an own certificate.
func (a *Authority) CA() []byte {
	if a.ca == nil {
		return nil
	}
	return slices.Clone(a.ca.cert.Raw)
}

// Covers reports whether the present certificate stands for host, a name or an address without port.
func (a *Authority) Covers(host string) bool {
	return a.now.Load().cert.Leaf.VerifyHostname(host) == nil
}

// Origins lists the addresses people open, best first: the configured names and addresses; if
// nothing is configured, the machine's name and its addresses beyond loopback.
func (a *Authority) Origins(port int) []string {
	leaf := a.now.Load().cert.Leaf
	var hosts []string
	add := func(h string) {
		if leaf.VerifyHostname(h) == nil && !slices.Contains(hosts, h) {
			hosts = append(hosts, h)
		}
	}
	for _, n := range a.cfg.Names {
		add(n)
	}
	for _, x := range a.cfg.Addresses {
		if !x.IsLoopback() {
			add(x.String())
		}
	}
	if len(hosts) == 0 {
		if h := cleanName(a.cfg.Hostname); validName(h) && h != "localhost" {
			add(h)
		}
		for _, x := range leafAddrs(leaf) {
			if !x.IsLoopback() && !x.IsLinkLocalUnicast() && len(hosts) < 8 {
				add(x.String())
			}
		}
	}
	if len(hosts) == 0 {
		hosts = []string{"localhost"}
	}
	out := make([]string, len(hosts))
	for i, h := range hosts {
		out[i] = origin(h, port)
	}
	return out
}

// origin writes https://host:port as browsers do, without :443.
func origin(host string, port int) string {
	if port == 443 {
		if x, err := netip.ParseAddr(host); err == nil && x.Is6() {
			return "https://[" + host + "]"
		}
		return "https://" + host
	}
	return "https://" + net.JoinHostPort(host, strconv.Itoa(port))
}
