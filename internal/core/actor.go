package core

import (
	"context"
	"net/netip"
)

// Role is what an account may do.
type Role string

// The roles.
const (
	RoleAdmin      Role = "admin"      // 情報担当: accounts, offices, everything
	RoleOrganiser  Role = "organiser"  // 総務: books meetings for others, ends any meeting
	RoleStaff      Role = "staff"      // 職員: opens and joins meetings
	RoleClerk      Role = "clerk"      // 窓口職員: takes payments at a counter
	RoleAccountant Role = "accountant" // 会計課: closes, matches, approves, answers for what is unresolved
)

// Actor is who is asking: a signed-in account, a guest of one meeting, or the system itself.
// It travels in the context; a module never asks another who the caller is.
type Actor struct {
	Account ID         // empty for a guest and for the system
	Person  ID         // the person behind the account, in org; may be empty
	Name    string     // as others see it
	Roles   []Role     //
	Guest   ID         // the guest pass, for a guest
	Session string     // hash of the session secret; binds what is handed out to this browser
	From    netip.Addr // where the request came from; invalid for the system
	Request string     // request id, for log and audit
}

// Has reports whether the actor holds the role, or is an admin, who holds all.
func (a Actor) Has(r Role) bool {
	for _, x := range a.Roles {
		if x == r || x == RoleAdmin {
			return true
		}
	}
	return false
}

// SignedIn reports whether the actor is an account.
func (a Actor) SignedIn() bool { return a.Account != "" }

// HostOf is one PC as far as limits go: an IPv4 address, or the /64 of which an IPv6 host picks its
// addresses freely.
func HostOf(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if !a.Is6() {
		return a
	}
	p, err := a.Prefix(64)
	if err != nil { // 64 bits are never too many for IPv6
		return a
	}
	return p.Addr()
}

type actorKey struct{}

// WithActor returns ctx carrying a.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorFrom returns the actor ctx carries, or the zero Actor, which may do nothing.
func ActorFrom(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}
