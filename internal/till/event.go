package till

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"time"

	"yakusho/internal/core"
)

// EventContradiction is what the outbox carries when a provider says paid after the contrary was proven.
const EventContradiction = "till.contradiction"

// What an event carries of the request it came from, until the pump puts it into the audit log's own columns.
const (
	fromDetail    = "actor_from"
	requestDetail = "actor_request"
)

// person is who wants a change, and by which press. A nil person is the server itself.
type person struct {
	actor core.Actor
	cmd   Command
}

func (p *person) command() Command {
	if p == nil {
		return Command{}
	}
	return p.cmd
}

func (p *person) sign(e Event) Event {
	if p == nil {
		return e
	}
	e.By, e.Name = p.actor.Account, p.actor.Name
	d := map[string]string{}
	maps.Copy(d, e.Detail)
	if p.actor.From.IsValid() {
		d[fromDetail] = p.actor.From.String()
	}
	d[requestDetail] = p.actor.Request
	e.Detail = d
	return e
}

// The keys a browser makes are at most this long.
const maxKey = 64

// command makes the Command of a request: key is the browser's, said is everything it asks for.
func command(ctx context.Context, key, what string, at time.Time, said ...any) (*person, error) {
	a := core.ActorFrom(ctx)
	if !a.SignedIn() {
		return nil, ErrSignIn
	}
	if key == "" || len(key) > maxKey {
		return nil, ErrKey.Because("key of %d bytes", len(key))
	}
	b, err := json.Marshal(said)
	if err != nil {
		return nil, fmt.Errorf("hash of %s: %w", what, err)
	}
	sum := sha256.Sum256(b)
	return &person{a, Command{Key: key, By: a.Account, What: what, Hash: hex.EncodeToString(sum[:]), At: at}}, nil
}

// again answers a press that was refused although the same one was carried out before: what it changed is often why it
// would be refused now. The first one's result stands, as it is by now.
func again[T any](ctx context.Context, done Commands, by *person, read func(context.Context, core.ID) (T, error), got T, err error) (T, error) {
	if err == nil || by == nil {
		return got, err
	}
	id, before, asked := done.Done(ctx, by.cmd)
	switch {
	case asked != nil:
		return got, asked
	case !before:
		return got, err
	}
	return read(ctx, id)
}

// maxNoted is how much of a note goes into the audit log, in characters; the whole of it is kept with the attempt.
const maxNoted = 500

// cut shortens a text to at most n characters, the last of which says so.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// attemptEvent tells that an attempt moved.
func attemptEvent(from AttemptState, a Attempt, at time.Time, by *person) Event {
	return by.sign(Event{
		At: at, What: "till.attempt_" + string(a.State), Target: string(a.ID), Outcome: "ok", Session: a.Session, Sale: a.Sale,
		Detail: map[string]string{
			"from": string(from), "provider": a.Provider, "wallet": a.Wallet, "way": string(a.Way), "amount": strconv.FormatInt(int64(a.Amount), 10),
			"reason": a.Reason, "ref": a.Ref, "training": strconv.FormatBool(a.Training),
		},
	})
}

func refundEvent(r Refund, at time.Time, by *person) Event {
	return by.sign(Event{
		At: at, What: "till.refund_" + string(r.State), Target: string(r.ID), Outcome: "ok", Session: r.Session, Sale: r.Sale,
		Detail: map[string]string{
			"payment": string(r.Payment), "amount": strconv.FormatInt(int64(r.Amount), 10), "void": strconv.FormatBool(r.Void),
			"reason": r.Reason, "detail": r.Detail,
		},
	})
}
