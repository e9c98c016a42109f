package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"net/netip"
	"slices"
	"time"

	"yakusho/internal/core"
)

// The outcomes of an action. They are plain text, so that a module can declare the port it records
// through without knowing this package.
const (
	OK      = "ok"      // done
	Refused = "refused" // not allowed, or wrong password, PIN, token
	Failed  = "failed"  // allowed, but something broke
)

// Actor is who acted, as it was then: names and addresses change later.
type Actor struct {
	Account core.ID    // empty for a guest, the system and whoever has not signed in
	Guest   core.ID    // the guest's pass
	Name    string     // as others saw it
	Address netip.Addr // invalid for the system itself
	Request string     // request id, as in the log file
}

// Hash is a SHA-256; the zero Hash stands before the first entry.
type Hash [sha256.Size]byte

// Entry is one line of the log.
type Entry struct {
	Seq     int64     // 1, 2, 3 … without a gap
	At      time.Time // UTC, microseconds
	Actor   Actor
	Action  string            // "auth.signin", "meet.remove": module, dot, verb
	Target  string            // id of what it was done to; may be empty
	Outcome string            // OK, Refused or Failed
	Detail  map[string]string // never a secret
	Prev    Hash              // Hash of the entry before
	Hash    Hash
}

// format is the version of the encoding. Entries of a future format will be hashed with another name.
const format = "yakusho-audit-1"

// Encode returns what is hashed: every field but Hash, as the package comment describes. Two different
// entries never have the same encoding.
func (e Entry) Encode() []byte {
	b := make([]byte, 0, 512)
	text := func(s string) {
		b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
		b = append(b, s...)
	}
	number := func(n int64) {
		b = binary.BigEndian.AppendUint64(b, 8)
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	text(format)
	number(e.Seq)
	number(core.Micros(e.At))
	text(string(e.Actor.Account))
	text(string(e.Actor.Guest))
	text(e.Actor.Name)
	text(AddressText(e.Actor.Address))
	text(e.Actor.Request)
	text(e.Action)
	text(e.Target)
	text(e.Outcome)
	number(int64(len(e.Detail)))
	for _, k := range slices.Sorted(maps.Keys(e.Detail)) {
		text(k)
		text(e.Detail[k])
	}
	text(string(e.Prev[:]))
	return b
}

// AddressText is how an address is hashed and stored: empty when there is none.
func AddressText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// Link returns e as the entry that follows head: numbered, chained and hashed. It is for stores, which
// call it between reading the head and writing both.
func Link(head Checkpoint, e Entry) Entry {
	e.Seq = head.Seq + 1
	e.Prev = head.Hash
	e.Hash = sha256.Sum256(e.Encode())
	return e
}

// Checkpoint returns the point of the chain that e ends.
func (e Entry) Checkpoint() Checkpoint { return Checkpoint{Seq: e.Seq, At: e.At, Hash: e.Hash} }
