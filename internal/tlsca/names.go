package tlsca

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"yakusho/internal/core"
)

// privateRanges is what every CA of ours may sign beyond the configured addresses: nobody else's
// server can be reached under these addresses from outside the network they are in.
//   - 10/8, 172.16/12, 192.168/16 (RFC 1918), fd00::/8 (RFC 4193): any LAN the server is moved to
//   - 127/8 and ::1: the sample and the tests
//   - 169.254/16 (RFC 3927): two PCs on one cable, after a disaster, without DHCP
//
// Left out: fe80::/10, because a URL with a zone cannot be opened by a browser; 100.64/10, which is
// shared by a carrier's customers and has to be configured where it is used.
func privateRanges() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("127.0.0.0/8"),
		netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("fd00::/8"),
		netip.MustParsePrefix("::1/128"),
	}
}

// maxAddresses bounds the certificate: a machine with many virtual interfaces must not make every
// handshake larger.
const maxAddresses = 64

// validName reports whether s can stand in a certificate and in a URL as it is: lower-case letters,
// digits, hyphens, dots. No wildcard: the CA would vouch for every machine of the office.
func validName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
				return false
			}
		}
	}
	// A name that ends in a number is taken for an IPv4 address by browsers.
	last := s[strings.LastIndexByte(s, '.')+1:]
	return strings.ContainsFunc(last, func(r rune) bool { return r < '0' || r > '9' })
}

// cleanName brings a name as people write it to the form used here.
func cleanName(s string) string {
	return strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), ".")
}

// cleanNames returns the configured names, or an error that quotes the first impossible one.
func cleanNames(names []string) ([]string, error) {
	var out []string
	for _, n := range names {
		c := cleanName(n)
		if !validName(c) {
			return nil, core.Invalid("tls_name_invalid", fmt.Sprintf(
				"サーバー名「%s」は使えません。英小文字・数字・ハイフン・ドットの名前にしてください（IP アドレスはアドレスの欄へ。* や日本語は使えません）。", clip(n)))
		}
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out, nil
}

func cleanAddrs(in []netip.Addr) []netip.Addr {
	var out []netip.Addr
	for _, a := range in {
		a = a.Unmap().WithZone("")
		if a.IsValid() && !a.IsUnspecified() && !a.IsMulticast() && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// machineAddrs is the default of Config.Local.
func machineAddrs() ([]netip.Addr, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("list addresses: %w", err)
	}
	var out []netip.Addr
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok {
			if x, ok := netip.AddrFromSlice(n.IP); ok {
				out = append(out, x)
			}
		}
	}
	return cleanAddrs(out), nil
}

// scope is what a CA may sign.
type scope struct {
	names  []string // each with everything below it, as RFC 5280 has it
	ranges []netip.Prefix
}

func (s scope) name(n string) bool {
	return slices.ContainsFunc(s.names, func(p string) bool { return n == p || strings.HasSuffix(n, "."+p) })
}

func (s scope) addr(a netip.Addr) bool {
	return slices.ContainsFunc(s.ranges, func(p netip.Prefix) bool { return p.Contains(a) })
}

func prefixOf(n *net.IPNet) (netip.Prefix, bool) {
	a, ok := netip.AddrFromSlice(n.IP)
	ones, bits := n.Mask.Size()
	if !ok || bits == 0 {
		return netip.Prefix{}, false
	}
	a = a.Unmap()
	return netip.PrefixFrom(a, ones), ones <= a.BitLen()
}

func clip(s string) string {
	r := []rune(s)
	if len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
