package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"yakusho/internal/core"
)

// What one caller's refusals may write. The first of each kind become entries at once; the rest are counted and become
// one entry when the time is over: nothing is lost, and nobody fills the disk by being refused.
const (
	refusedAtOnce  = 5                // entries of one action on one target
	refusedTargets = 8                // targets of one action told apart
	refusedCallers = 1000             // callers told apart; more count together
	refusedFor     = 10 * time.Minute // from a caller's first refusal to the entries with the counts
)

// Recorder is what remembers; a Log is one.
type Recorder interface {
	Record(ctx context.Context, action, target, outcome string, detail map[string]string) error
}

// Limited is a Recorder that spares the log: of refusals that one caller (an account, or a PC for everybody else)
// collects it writes the first, and the number of the others. What is not refused passes as it is. It is safe for
// concurrent use; Run writes the numbers.
type Limited struct {
	to  Recorder
	now core.Clock
	own map[string]bool

	mu      sync.Mutex
	callers map[string]*caller
}

type caller struct {
	actor   core.Actor // as in the entries with the counts; the zero one for those who count together
	apart   bool
	until   time.Time
	kinds   map[kind]*count
	targets map[string]int // by action: how many are told apart
}

// kind is what is counted as one.
type kind struct {
	action, target string
	rest           bool // all targets of the action beyond those told apart
}

// count is what became of the refusals of one kind.
type count struct {
	written     int
	left        int // those that are no entry yet
	reason      string
	since, last time.Time // of what is left
}

// NewLimited returns a Limited before to. The actions in own limit themselves: their refusals pass.
func NewLimited(to Recorder, now core.Clock, own ...string) *Limited {
	l := &Limited{to: to, now: now, own: map[string]bool{}, callers: map[string]*caller{}}
	for _, a := range own {
		l.own[a] = true
	}
	return l
}

// Record implements Recorder. A refusal that is only counted is no error.
func (l *Limited) Record(ctx context.Context, action, target, outcome string, detail map[string]string) error {
	if outcome == Refused && !l.own[action] && !l.take(core.ActorFrom(ctx), action, target, detail["reason"]) {
		return nil
	}
	return l.to.Record(ctx, action, target, outcome, detail)
}

// take counts a refusal and reports whether it becomes an entry at once.
func (l *Limited) take(a core.Actor, action, target, reason string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	c := l.caller(a, now)
	k := kind{action: action, target: target}
	n, ok := c.kinds[k]
	if !ok {
		if !c.apart || c.targets[action] >= refusedTargets {
			k = kind{action: action, rest: true}
			n = c.kinds[k]
		} else {
			c.targets[action]++
		}
		if n == nil {
			n = &count{}
			c.kinds[k] = n
		}
	}
	if !k.rest && n.written < refusedAtOnce {
		n.written++
		return true
	}
	if n.left == 0 {
		n.since = now
	}
	n.left, n.last, n.reason = n.left+1, now, reason
	return false
}

// caller finds who is refused. The caller of it holds the lock.
func (l *Limited) caller(a core.Actor, now time.Time) *caller {
	// A PC stands for all guests at it: passes are easily had.
	key, who, apart := "pc "+core.HostOf(a.From).String(), core.Actor{From: a.From}, true
	if a.SignedIn() {
		key, who = "account "+string(a.Account), core.Actor{Account: a.Account, Name: a.Name, From: a.From}
	}
	if _, ok := l.callers[key]; !ok && len(l.callers) >= refusedCallers {
		key, who, apart = "", core.Actor{}, false
	}
	c, ok := l.callers[key]
	if !ok {
		c = &caller{actor: who, apart: apart, until: now.Add(refusedFor), kinds: map[kind]*count{}, targets: map[string]int{}}
		l.callers[key] = c
	}
	return c
}

// Run writes the counts whose time is over until ctx ends, and then all that are left.
func (l *Limited) Run(ctx context.Context, log *slog.Logger) {
	t := time.NewTicker(refusedFor / 20)
	defer t.Stop()
	for {
		all := false
		select {
		case <-t.C:
		case <-ctx.Done():
			all = true
		}
		if err := l.Flush(context.WithoutCancel(ctx), all); err != nil {
			log.ErrorContext(ctx, "refusals counted and not in the audit log; the next round tries again", "err", err)
		}
		if all {
			return
		}
	}
}

// Flush writes the counts whose time is over, or all of them. What cannot be written stays for the next time.
func (l *Limited) Flush(ctx context.Context, all bool) error {
	var failed error
	for _, d := range l.due(all) {
		detail := map[string]string{
			"reason": d.reason, "count": strconv.Itoa(d.left),
			"since": d.since.UTC().Format(time.RFC3339), "until": d.last.UTC().Format(time.RFC3339),
		}
		if err := l.to.Record(core.WithActor(ctx, d.actor), d.action, d.target, Refused, detail); err != nil {
			failed = errors.Join(failed, fmt.Errorf("count of refused %s: %w", d.action, err))
			l.putBack(d)
		}
	}
	return failed
}

// summary is one entry with a count.
type summary struct {
	key   string
	actor core.Actor
	kind
	count
}

// due takes the counts out whose time is over.
func (l *Limited) due(all bool) []summary {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []summary
	now := l.now()
	for key, c := range l.callers {
		if !all && now.Before(c.until) {
			continue
		}
		for k, n := range c.kinds {
			if n.left > 0 {
				out = append(out, summary{key, c.actor, k, *n})
			}
		}
		delete(l.callers, key)
	}
	slices.SortFunc(out, func(a, b summary) int { return a.since.Compare(b.since) })
	return out
}

// putBack counts again what could not be written, together with what was refused since.
func (l *Limited) putBack(d summary) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, ok := l.callers[d.key]
	if !ok {
		c = &caller{actor: d.actor, apart: d.key != "", until: l.now(), kinds: map[kind]*count{}, targets: map[string]int{}}
		l.callers[d.key] = c
	}
	n, ok := c.kinds[d.kind]
	if !ok {
		n = &count{last: d.last, reason: d.reason}
		c.kinds[d.kind] = n
		if !d.rest {
			c.targets[d.action]++
		}
	}
	if n.left == 0 {
		n.last, n.reason = d.last, d.reason
	}
	n.written, n.left, n.since = max(n.written, d.written), n.left+d.left, d.since
}
