package till_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// diary is an audit log that fails when it is told to.
type diary struct {
	lines []string
	fail  func(n int) error // before the nth line from 0
}

func (d *diary) Record(ctx context.Context, action, target, outcome string, detail map[string]string) error {
	if d.fail != nil {
		if err := d.fail(len(d.lines)); err != nil {
			return err
		}
	}
	d.lines = append(d.lines, fmt.Sprintf("%s %s %s by %s at %s", action, target, outcome, core.ActorFrom(ctx).Account, detail["at"]))
	return nil
}

func silent() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func TestWhatHappenedReachesTheJournalInOrderAtLeastOnce(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	for range 130 { // more than two batches
		sale := h.sale(s, 1)
		h.charge(sale, cash())
	}
	all, err := h.store.Events(ctx, 10_000)
	h.must(err)
	var want []string
	for _, e := range all {
		want = append(want, fmt.Sprintf("%s %s %s by %s at %s", e.What, e.Target, e.Outcome, e.By, e.At.UTC().Format(time.RFC3339Nano)))
	}
	if len(want) < 391 {
		t.Fatalf("%d events", len(want))
	}
	full := errors.New("disk full")
	broken := map[int]bool{0: true, 7: true, 8: true, 200: true, 390: true}
	book := &diary{fail: func(n int) error {
		if broken[n] {
			delete(broken, n)
			return full
		}
		return nil
	}}
	p := till.NewPump(h.store, book, silent())
	for range 10 {
		if err := p.Drain(ctx); err == nil {
			break
		} else if !errors.Is(err, full) {
			t.Fatal(err)
		}
	}
	if len(broken) != 0 {
		t.Fatalf("the journal never failed at %v", broken)
	}
	h.same("the journal", book.lines, want)
	if left := h.events(); len(left) != 0 {
		t.Errorf("%d are left", len(left))
	}
	h.must(p.Drain(ctx))
	if len(book.lines) != len(want) {
		t.Error("what was carried is carried again")
	}
}

// seen is an audit log that keeps who did what, and with which words.
type seen struct {
	by     map[string]core.Actor // by action
	detail map[string]map[string]string
}

func (s *seen) Record(ctx context.Context, action, _, _ string, detail map[string]string) error {
	s.by[action], s.detail[action] = core.ActorFrom(ctx), detail
	return nil
}

func TestTheJournalHasWhereAPressCameFromAndWhatWasNoted(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	_, lost := h.lost(s, 1)
	_, shown := h.shown(s, 1, "4021")
	at := core.ActorFrom(accountant)
	at.From, at.Request = netip.MustParseAddr("192.0.2.7"), "request-42"
	desk := core.WithActor(ctx, at)
	_, err := h.office.Own(desk, key(), lost.ID, "yamada", "事業者に照会中")
	h.must(err)
	_, err = h.office.Decide(desk, key(), shown.ID, till.AttemptNotPaid, strings.Repeat("長", 600))
	h.must(err)
	_, err = h.office.Decide(desk, key(), lost.ID, till.AttemptPaid, "事業者に照会中") // in the words of the owner
	h.must(err)
	book := &seen{map[string]core.Actor{}, map[string]map[string]string{}}
	h.must(till.NewPump(h.store, book, silent()).Drain(ctx))
	for action, note := range map[string]string{
		"till.attempt_owner": "事業者に照会中", "till.attempt_not_paid": strings.Repeat("長", 499) + "…", "till.attempt_paid": "事業者に照会中",
	} {
		if by := book.by[action]; by.Account != at.Account || by.From != at.From || by.Request != at.Request {
			t.Errorf("%s: %+v", action, by)
		}
		if got := book.detail[action]; got["note"] != note || got["actor_from"] != "" || got["actor_request"] != "" {
			t.Errorf("%s: %v", action, got)
		}
	}
	if by := book.by["till.attempt_unresolved"]; by.From.IsValid() || by.Request != "" { // the server itself
		t.Errorf("%+v", by)
	}
}

// forgetful is an outbox that cannot note how far it came.
type forgetful struct {
	till.Outbox
	errs int
}

func (f *forgetful) Delivered(ctx context.Context, upTo int64) error {
	if f.errs--; f.errs >= 0 {
		return errors.New("database is locked")
	}
	return f.Outbox.Delivered(ctx, upTo)
}

func TestWhatWasCarriedAndNotNotedIsCarriedAgain(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.events()
	h.open()
	book := &diary{}
	p := till.NewPump(&forgetful{h.store, 1}, book, silent())
	if err := p.Drain(ctx); err == nil {
		t.Error("nobody heard of it")
	}
	h.must(p.Drain(ctx))
	if len(book.lines) != 2 || book.lines[0] != book.lines[1] {
		t.Errorf("%q", book.lines)
	}
}

// memo is an outbox in memory, for a test where time passes when all wait: a real database does not wait that way.
type memo struct{ events []till.Event }

func (m *memo) Events(_ context.Context, limit int) ([]till.Event, error) {
	return slices.Clone(m.events[:min(limit, len(m.events))]), nil
}

func (m *memo) Delivered(_ context.Context, upTo int64) error {
	m.events = slices.DeleteFunc(m.events, func(e till.Event) bool { return e.Seq <= upTo })
	return nil
}

func (m *memo) Keep(_ context.Context, e till.Event) error {
	m.events = append(m.events, e)
	return nil
}

func TestThePumpTriesAgainAndEmptiesTheOutboxBeforeItStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		box := &memo{events: []till.Event{{Seq: 1, What: "one"}, {Seq: 2, What: "two"}}}
		failures := 3
		book := &diary{fail: func(int) error {
			if failures--; failures >= 0 {
				return errors.New("disk full")
			}
			return nil
		}}
		run, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); till.NewPump(box, book, silent()).Run(run) }()
		time.Sleep(3500 * time.Millisecond) // in the bubble: a try a second
		synctest.Wait()
		if len(book.lines) != 2 || len(box.events) != 0 {
			t.Errorf("carried %q, left %d", book.lines, len(box.events))
		}
		box.events = append(box.events, till.Event{Seq: 3, What: "three"})
		stop()
		<-done
		if len(book.lines) != 3 {
			t.Errorf("stopped with %q", book.lines)
		}
	})
}
