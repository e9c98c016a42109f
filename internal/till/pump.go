package till

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"yakusho/internal/core"
)

// Journal is the audit log, as the till sees it.
type Journal interface {
	Record(ctx context.Context, action, target, outcome string, detail map[string]string) error
}

// Pump carries what the outbox holds to the audit log, in order and at least once: whatever changed is in it, also
// after a crash between the change and the log.
type Pump struct {
	outbox  Outbox
	journal Journal
	log     *slog.Logger
	every   time.Duration
}

// NewPump returns a pump that works when Run is called.
func NewPump(outbox Outbox, journal Journal, log *slog.Logger) *Pump {
	return &Pump{outbox, journal, log, time.Second}
}

const pumpBatch = 200

// Run pumps until ctx ends, and empties what it can before it returns.
func (p *Pump) Run(ctx context.Context) {
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	for {
		if err := p.Drain(ctx); err != nil && ctx.Err() == nil {
			p.log.ErrorContext(ctx, "carry events of the till to the audit log", "err", err)
		}
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if err := p.Drain(last); err != nil {
				p.log.WarnContext(last, "events of the till wait for the next start", "err", err)
			}
			return
		case <-tick.C:
		}
	}
}

// Drain carries everything there is now.
func (p *Pump) Drain(ctx context.Context) error {
	for {
		events, err := p.outbox.Events(ctx, pumpBatch)
		if err != nil {
			return fmt.Errorf("read outbox: %w", err)
		}
		if err := p.carry(ctx, events); err != nil {
			return err
		}
		if len(events) < pumpBatch {
			return nil
		}
	}
}

// carry records events and notes once how far it came.
func (p *Pump) carry(ctx context.Context, events []Event) (err error) {
	var last int64
	defer func() {
		if last == 0 {
			return
		}
		if noted := p.outbox.Delivered(ctx, last); noted != nil {
			err = errors.Join(err, fmt.Errorf("note events up to %d as delivered: %w", last, noted))
		}
	}()
	for _, e := range events {
		as := core.WithActor(ctx, e.actor())
		if err := p.journal.Record(as, e.What, e.Target, e.Outcome, e.detail()); err != nil {
			return fmt.Errorf("record %s of %s: %w", e.What, e.Target, err)
		}
		last = e.Seq
	}
	return nil
}

// actor is who did it, as he was then.
func (e Event) actor() core.Actor {
	a := core.Actor{Account: e.By, Name: e.Name, Request: e.Detail[requestDetail]}
	if from, err := netip.ParseAddr(e.Detail[fromDetail]); err == nil {
		a.From = from
	}
	return a
}

// detail adds when it happened: the log's own time is that of the carrying.
func (e Event) detail() map[string]string {
	d := map[string]string{"at": e.At.UTC().Format(time.RFC3339Nano)}
	for k, v := range e.Detail {
		if v != "" && k != fromDetail && k != requestDetail {
			d[k] = v
		}
	}
	if e.Sale != "" {
		d["sale"] = string(e.Sale)
	}
	return d
}
