package tillhttp

import (
	"errors"
	"sync"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

func asError(err error, e **core.Error) bool { return errors.As(err, e) }

// Health remembers how providers answered. It is safe for concurrent use.
type Health struct {
	now core.Clock

	mu  sync.Mutex
	all map[string]answered
}

type answered struct {
	ok, failed time.Time
	calls      int64
	errors     int64
}

// NewHealth returns a health of nobody yet.
func NewHealth(now core.Clock) *Health { return &Health{now: now, all: map[string]answered{}} }

// Asked notes one call to a provider; it is the driver's Asked.
func (h *Health) Asked(provider, _ string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	x := h.all[provider]
	x.calls++
	if err == nil {
		x.ok = h.now()
	} else {
		x.failed = h.now()
		x.errors++
	}
	h.all[provider] = x
}

// Counts returns how many calls a provider had since the start, and how many brought no answer.
func (h *Health) Counts(provider string) (calls, failed int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all[provider].calls, h.all[provider].errors
}

// SkewAlarm is how far a provider's clock may be from ours before the ICT section has to act.
const SkewAlarm = 30 * time.Second

func (h *Health) of(p till.Provider) ProviderHealth {
	h.mu.Lock()
	x := h.all[p.Name()]
	h.mu.Unlock()
	out := ProviderHealth{State: Unused, Words: "起動してから、まだ使っていません。", LastOkAt: at(x.ok), LastErrorAt: at(x.failed)}
	switch {
	case x.ok.IsZero() && x.failed.IsZero():
	case x.failed.After(x.ok):
		out.State, out.Words = Trouble, "最後の問い合わせに返事がありませんでした。続くときは、情報担当に連絡してください。"
	default:
		out.State, out.Words = Ok, "応答しています。"
	}
	if clocked, ok := p.(interface{ Offset() time.Duration }); ok {
		off := clocked.Offset()
		out.ClockOffsetMs = ptr(off.Milliseconds())
		if off.Abs() >= SkewAlarm {
			out.State, out.Words = Trouble, "サーバーの時計がずれています。情報担当に連絡して、時計を合わせてください。"
		}
	}
	return out
}
