package local

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"

	"yakusho/internal/auth"
)

// Params are the costs of argon2id. They travel inside each hash.
type Params struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8
}

// DefaultParams are those of the OWASP Password Storage Cheat Sheet with the smaller memory: 19 MiB,
// two passes, about 20 ms. With the 64 MiB of RFC 9106 two sign-ins would cost the idle server more than
// it has: 120 MB.
func DefaultParams() Params { return Params{Memory: 19 * 1024, Time: 2, Threads: 1} }

const (
	saltLen = 16
	keyLen  = 32
	atOnce  = 2  // hashes computed at a time
	inLine  = 64 // calls in all: at about 40 ms a pair, who is last waits a good second

	crowd = 2 // hashes after which it is worth collecting

	// What a stored hash may ask for; more is not ours.
	maxMemory  = 256 * 1024
	maxTime    = 16
	maxThreads = 16
)

// Hasher implements auth.Hasher. Safe for concurrent use.
type Hasher struct {
	params  Params
	slots   chan struct{}
	waiting atomic.Int64 // calls not yet answered
	used    atomic.Int64 // hashes whose memory has not been collected
}

var _ auth.Hasher = (*Hasher)(nil)

// New returns a Hasher that makes hashes with p.
func New(p Params) *Hasher { return &Hasher{params: p, slots: make(chan struct{}, atOnce)} }

// Hash returns the PHC string of password under a fresh salt; auth.ErrBusy when the line is full.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLen)
	_, _ = rand.Read(salt) // never fails: the runtime ends the process instead
	key, err := h.derive(ctx, h.params, password, salt, keyLen)
	if err != nil {
		return "", err
	}
	return phc{h.params, salt, key}.String(), nil
}

// Verify reports whether password is the one behind encoded, and whether encoded was made with other
// parameters than today's. An empty encoded costs the same and is never right. An encoded that cannot
// be read is an error: somebody changed the database.
func (h *Hasher) Verify(ctx context.Context, encoded, password string) (ok, stale bool, err error) {
	want := phc{h.params, make([]byte, saltLen), make([]byte, keyLen)}
	if encoded != "" {
		if want, err = parse(encoded); err != nil {
			return false, false, err
		}
	}
	got, err := h.derive(ctx, want.Params, password, want.salt, uint32(len(want.key)))
	if err != nil {
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(got, want.key) == 1 && encoded != ""
	return ok, ok && (want.Params != h.params || len(want.key) != keyLen || len(want.salt) != saltLen), nil
}

// derive waits for its turn and computes.
func (h *Hasher) derive(ctx context.Context, p Params, password string, salt []byte, n uint32) ([]byte, error) {
	defer h.leave()
	if h.waiting.Add(1) > inLine {
		return nil, auth.ErrBusy.Because("%d password checks at once", inLine)
	}
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
	defer func() { <-h.slots }()
	h.used.Add(1)
	return argon2.IDKey([]byte(password), salt, p.Time, p.Memory, p.Threads, n), nil
}

// leave takes a call out of the line. The last one of a crowd collects the garbage: fifty sign-ins at
// once left 120 MB to a server of 30 MB, measured, for two minutes, until the collector next came by
// itself; collecting takes some 10 ms and brings it down to 77 MB at once.
func (h *Hasher) leave() {
	if h.waiting.Add(-1) == 0 && h.used.Load() >= crowd {
		h.used.Store(0)
		runtime.GC()
	}
}

// phc is a hash with what it was made from. Format:
// https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
type phc struct {
	Params
	salt, key []byte
}

func (p phc) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, p.Memory, p.Time, p.Threads, b64(p.salt), b64(p.key))
}

var errMalformed = errors.New("stored password hash is not an argon2id PHC string within our limits")

func parse(s string) (phc, error) {
	f := strings.Split(s, "$")
	if len(s) > 512 || len(f) != 6 || f[0] != "" || f[1] != "argon2id" || f[2] != "v="+strconv.Itoa(argon2.Version) {
		return phc{}, errMalformed
	}
	costs := strings.Split(f[3], ",")
	if len(costs) != 3 {
		return phc{}, errMalformed
	}
	m, okM := cost(costs[0], "m=", maxMemory)
	t, okT := cost(costs[1], "t=", maxTime)
	p, okP := cost(costs[2], "p=", maxThreads)
	salt, err1 := base64.RawStdEncoding.Strict().DecodeString(f[4])
	key, err2 := base64.RawStdEncoding.Strict().DecodeString(f[5])
	if !okM || !okT || !okP || err1 != nil || err2 != nil || m < 8*p ||
		len(salt) < 8 || len(salt) > 64 || len(key) < 16 || len(key) > 64 {
		return phc{}, errMalformed
	}
	h := phc{Params{Memory: m, Time: t, Threads: uint8(min(p, math.MaxUint8))}, salt, key}
	if h.String() != s { // the base64 decoder skips line ends
		return phc{}, errMalformed
	}
	return h, nil
}

// cost reads one parameter: decimal, without sign or leading zero, from 1 to most.
func cost(s, name string, most uint32) (uint32, bool) {
	v, ok := strings.CutPrefix(s, name)
	n, err := strconv.ParseUint(v, 10, 32)
	if !ok || err != nil || n == 0 || n > uint64(most) || strconv.FormatUint(n, 10) != v {
		return 0, false
	}
	return uint32(n), true
}
