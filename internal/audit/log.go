package audit

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"yakusho/internal/core"
)

// Store keeps the chain. auditsql has the one for both databases.
type Store interface {
	// Append links e to the head with Link and stores entry and head in one transaction, under a guard that
	// keeps two writers from following the same entry. It returns e as stored.
	Append(ctx context.Context, e Entry) (Entry, error)

	// List returns the entries that f selects, newest first.
	List(ctx context.Context, f Filter) ([]Entry, error)

	// Head returns the end of the chain. A head that is gone or cannot be read is a *Fault.
	Head(ctx context.Context) (Checkpoint, error)

	// Walk gives each entry from seq on to each, in order and one at a time, and returns the head, all
	// from one snapshot. A row that cannot be read as an entry comes with damage saying why; its Seq is
	// set if that could be read. An error of each ends the walk and comes back, with the head. A head that
	// cannot be read is a *Fault like Head's, after the walk.
	Walk(ctx context.Context, seq int64, each func(e Entry, damage error) error) (Checkpoint, error)
}

// Filter selects entries; a zero field does not restrict.
type Filter struct {
	Account core.ID
	Guest   core.ID
	Action  string // exact, or a whole module when it ends with a dot: "auth."
	Target  string
	Outcome string
	Since   time.Time // at or after
	Until   time.Time // before
	Before  int64     // entries older than this Seq: the last Seq of the page before
	Limit   int       // at most MaxPage, which is also what 0 means
}

// MaxPage is the most entries List returns at once.
const MaxPage = 500

// Log is the audit log. It is safe for concurrent use.
type Log struct {
	store Store
	now   core.Clock
}

// New returns the log over store.
func New(store Store, now core.Clock) *Log { return &Log{store: store, now: now} }

// recordLimit is how long Record tries. It outlasts the store's own retries.
const recordLimit = 20 * time.Second

var actionName = regexp.MustCompile(`^[a-z][a-z0-9]*(\.[a-z][a-z0-9_]*)+$`)

// Record appends that the actor in ctx has done action to target, and returns when the entry is on disk.
// It does not stop when ctx is cancelled: hanging up must not keep an attempt out of the log. When it fails
// (KindUnavailable: database full or away) what was to be recorded should be refused too. It is a
// transaction of its own: call it before or after a store's transaction, not inside.
//
// Values in detail whose key sounds like a secret (password, pin, token …) are replaced by ***; see Redact.
// Text is cleaned of what databases refuse and cut at MaxText bytes. An action or outcome that is
// not well-formed is a bug of the caller, reported as such.
func (l *Log) Record(ctx context.Context, action, target, outcome string, detail map[string]string) error {
	if !actionName.MatchString(action) {
		return fmt.Errorf("audit: malformed action %q", action)
	}
	if outcome != OK && outcome != Refused && outcome != Failed {
		return fmt.Errorf("audit %s: unknown outcome %q", action, outcome)
	}
	a := core.ActorFrom(ctx)
	e := Entry{
		At: l.now().UTC().Truncate(time.Microsecond),
		Actor: Actor{
			Account: core.ID(clean(string(a.Account))),
			Guest:   core.ID(clean(string(a.Guest))),
			Name:    clean(a.Name),
			Address: a.From,
			Request: clean(a.Request),
		},
		Action:  action,
		Target:  clean(target),
		Outcome: outcome,
		Detail:  make(map[string]string, len(detail)),
	}
	for k, v := range Redact(detail) {
		e.Detail[clean(k)] = clean(v)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordLimit)
	defer cancel()
	if _, err := l.store.Append(ctx, e); err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	return nil
}

// List returns the entries that f selects, newest first. Page on with f.Before = Seq of the last one.
func (l *Log) List(ctx context.Context, f Filter) ([]Entry, error) {
	if f.Limit < 0 || f.Limit > MaxPage {
		return nil, core.Invalid("limit_too_large", "一度に表示できるのは 500 件までです。件数を減らしてください。")
	}
	if f.Limit == 0 {
		f.Limit = MaxPage
	}
	return l.store.List(ctx, f)
}

// Checkpoint returns the present end of the chain, to be printed and kept.
func (l *Log) Checkpoint(ctx context.Context) (Checkpoint, error) { return l.store.Head(ctx) }

// Walk gives every entry from seq on to each, oldest first; for export. A damaged row ends it.
func (l *Log) Walk(ctx context.Context, seq int64, each func(Entry) error) error {
	_, err := l.store.Walk(ctx, seq, func(e Entry, damage error) error {
		if damage != nil {
			return errors.Join(fmt.Errorf("audit entry %d", e.Seq), damage)
		}
		return each(e)
	})
	return err
}

// MaxText is the most bytes that one text of an entry may have.
const MaxText = 2000

// clean makes s what both databases store unchanged: valid UTF-8 without NUL, of bounded length.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	if len(s) <= MaxText {
		return s
	}
	cut := MaxText - len("…")
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
