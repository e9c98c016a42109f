package auth

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"yakusho/internal/core"
)

// How often someone may be wrong. An account: five times, then after a wait that doubles from a minute
// to a quarter of an hour, and is forgotten after a day. So an attacker who keeps an account waiting
// delays its owner by fifteen minutes at most, and not at all at a PC where the owner signed in before.
// An address: thirty times in ten minutes, whatever the accounts, known or not.
const (
	freeTries    = 5
	firstWait    = time.Minute
	longestWait  = 15 * time.Minute
	forgetTries  = 24 * time.Hour
	addressTries = 30
	addressEvery = 10 * time.Minute / addressTries
	// Forgetting an account early would pay only to someone with 10 000 × 5 tries, which the addresses
	// do not allow.
	maxTried = 10_000
)

// limits counts tries. A try is charged before the password is looked at, so that a hundred at once
// count a hundred, and given back when it was right or was never judged. Safe for concurrent use.
type limits struct {
	clock core.Clock

	mu        sync.Mutex
	accounts  tried
	addresses tried
}

func newLimits(clock core.Clock) *limits {
	return &limits{clock: clock, accounts: newTried(), addresses: newTried()}
}

// refusal says why a try is not taken.
type refusal struct {
	wait      time.Duration // 0: not refused
	byAddress bool          // by the address, else by the account
	first     bool          // the first refusal since the last try: worth an audit row, the next are not
}

// begin charges a try for login (normalised; existing or not) from an address, or refuses it. The wait of an account does not bind
// an address known to it.
func (l *limits) begin(login string, from netip.Addr, known bool) refusal {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	b := l.addresses.get(addressKey(from))
	b.leak(now)
	if b.level+1 > addressTries {
		return b.refuse(time.Duration((b.level+1-addressTries)*float64(addressEvery))+1, true)
	}
	a := l.accounts.get(login)
	a.age(now)
	if wait := a.at.Add(waitAfter(a.level)).Sub(now); wait > 0 && !known {
		return a.refuse(wait, false)
	}
	a.level, a.at, a.told = a.level+1, now, false
	b.level, b.told = b.level+1, false
	return refusal{}
}

// right takes back what begin charged: the password was right. It also forgets what was wrong before.
func (l *limits) right(login string, from netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.accounts.forget(login)
	b := l.addresses.get(addressKey(from))
	b.level = max(0, b.level-1)
}

// undo takes back what begin charged: nobody could say whether the password was right.
func (l *limits) undo(login string, from netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a, b := l.accounts.get(login), l.addresses.get(addressKey(from))
	a.level, b.level = max(0, a.level-1), max(0, b.level-1)
}

// waitAfter is the wait after n wrong tries.
func waitAfter(n float64) time.Duration {
	over := int(n) - freeTries
	switch {
	case over < 0:
		return 0
	case over >= 4:
		return longestWait
	}
	return firstWait << over
}

// addressKey is one PC.
func addressKey(a netip.Addr) string { return core.HostOf(a).String() }

// tries of one key.
type tries struct {
	key   string
	level float64
	at    time.Time
	told  bool
}

func (t *tries) refuse(wait time.Duration, byAddress bool) refusal {
	first := !t.told
	t.told = true
	return refusal{wait: wait, byAddress: byAddress, first: first}
}

// leak lets an address's level sink with time.
func (t *tries) leak(now time.Time) {
	if gone := now.Sub(t.at); gone > 0 && !t.at.IsZero() {
		t.level = max(0, t.level-float64(gone)/float64(addressEvery))
	}
	t.at = now
}

// age forgets an account's old tries; a clock set back must not make a wait longer.
func (t *tries) age(now time.Time) {
	if now.Sub(t.at) > forgetTries {
		t.level = 0
	}
	if now.Before(t.at) {
		t.at = now
	}
}

// tried keeps the tries of the keys used last.
type tried struct {
	keys map[string]*list.Element
	old  *list.List // of *tries, least recently used first
}

func newTried() tried { return tried{keys: make(map[string]*list.Element), old: list.New()} }

func (t tried) get(key string) *tries {
	if e, ok := t.keys[key]; ok {
		t.old.MoveToBack(e)
		return e.Value.(*tries)
	}
	if t.old.Len() >= maxTried {
		delete(t.keys, t.old.Remove(t.old.Front()).(*tries).key)
	}
	x := &tries{key: key}
	t.keys[key] = t.old.PushBack(x)
	return x
}

func (t tried) forget(key string) {
	if e, ok := t.keys[key]; ok {
		t.old.Remove(e)
		delete(t.keys, key)
	}
}

// reset forgets the wrong tries of an account: an admin has just given its owner a new password.
func (l *limits) reset(login string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.accounts.forget(login)
}
