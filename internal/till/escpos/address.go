package escpos

import (
	"context"
	"net"
	"net/netip"
	"strconv"

	"yakusho/internal/core"
)

// ErrAddress refuses an address that is not a port of a machine inside.
var ErrAddress = core.Invalid("printer_address", "プリンターの住所が正しくありません。庁内のIPアドレスとポートを 192.168.1.50:9100 の形で入れてください。")

// CheckAddress refuses what Print would refuse without asking any name server, for the form where it is typed. A name is
// let through: what it stands for is checked each time it is used.
func CheckAddress(addr string) error {
	host, _, err := split(addr)
	if err != nil {
		return err
	}
	if ip, err := netip.ParseAddr(host); err == nil && !inside(ip) {
		return ErrAddress.Because("printer %q: %s is not of a private network", addr, ip)
	}
	return nil
}

func split(addr string) (host string, port uint16, err error) {
	host, p, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, ErrAddress.Because("printer %q: %w", addr, err)
	}
	n, err := strconv.ParseUint(p, 10, 16)
	// Below 1024 live services that a picture sent by mistake could hurt; no printer listens there for raw data.
	if err != nil || n < 1024 || host == "" || len(host) > 253 {
		return "", 0, ErrAddress.Because("printer %q: no host, or a port not between 1024 and 65535", addr)
	}
	return host, uint16(n), nil
}

// inside reports whether an address is of a private network or of this machine. Link-local ones are not: clouds answer
// secrets there.
func inside(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.Zone() == "" && (ip.IsPrivate() || ip.IsLoopback())
}

// resolve answers the address to connect to. Every address a name has must be inside, and what was checked is what is
// connected to, so that a name cannot change its meaning in between.
func resolve(ctx context.Context, addr string) (string, error) {
	host, port, err := split(addr)
	if err != nil {
		return "", err
	}
	ips := []netip.Addr{}
	if ip, err := netip.ParseAddr(host); err == nil {
		ips = append(ips, ip)
	} else if ips, err = net.DefaultResolver.LookupNetIP(ctx, "ip", host); err != nil {
		return "", ErrOff.Because("printer %q: %w", addr, err)
	}
	for _, ip := range ips {
		if !inside(ip) {
			return "", ErrAddress.Because("printer %q: %s is not of a private network", addr, ip)
		}
	}
	if len(ips) == 0 {
		return "", ErrOff.Because("printer %q has no address", addr)
	}
	return netip.AddrPortFrom(ips[0].Unmap(), port).String(), nil
}
