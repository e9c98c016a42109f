package paysim

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"yakusho/internal/core"
)

// FaultKind names a way to go wrong.
type FaultKind string

// The faults. Each acts on what it can: a call of the API, a payment, a notification or a settlement file.
const (
	// Calls. Path, method and match choose the call.
	TimeoutBefore   FaultKind = "timeout_before"   // nothing is done and no answer comes until the caller gives up
	TimeoutAfter    FaultKind = "timeout_after"    // it is done, but no answer comes until the caller gives up
	DisconnectAfter FaultKind = "disconnect_after" // it is done and the connection drops
	ErrorBefore     FaultKind = "error"            // refused with Code, or 500; nothing is done
	ErrorAfter      FaultKind = "error_after"      // it is done, but the answer is Code, or 500
	RateLimit       FaultKind = "rate_limit"       // 429
	Maintenance     FaultKind = "maintenance"      // 503
	ClockSkew       FaultKind = "clock_skew"       // the provider's clock is off by SkewSeconds: Date header and signature check
	Hold            FaultKind = "hold"             // what is asynchronous stays pending until POST /_sim/process

	// Payments.
	InsufficientFunds FaultKind = "insufficient_funds"
	ExpiredCode       FaultKind = "expired_code"
	UsedCode          FaultKind = "used_code"
	InvalidCode       FaultKind = "invalid_code"
	PaymentError      FaultKind = "payment_error"  // UnivaPay: fails with Code, for example "343"
	RefundFailure     FaultKind = "refund_failure" // accepted, fails later
	AwaitCustomer     FaultKind = "await_customer" // UnivaPay: the customer has to confirm on the phone first
	ExpiredAsCreated  FaultKind = "expired_as_created"

	// Notifications.
	WebhookDelayed    FaultKind = "webhook_delayed" // after DelayMS, or on POST /_sim/webhooks/release when 0
	WebhookDuplicate  FaultKind = "webhook_duplicate"
	WebhookOutOfOrder FaultKind = "webhook_out_of_order" // after the next one
	WebhookForged     FaultKind = "webhook_forged"       // one that is not true goes ahead of it
	WebhookLost       FaultKind = "webhook_lost"

	// Settlement files.
	SettlementMissing FaultKind = "settlement_missing_row"
	SettlementExtra   FaultKind = "settlement_extra_row"
	SettlementAmount  FaultKind = "settlement_wrong_amount"
)

// faultKinds lists what a kind acts on.
var faultKinds = map[FaultKind]string{
	TimeoutBefore: "call", TimeoutAfter: "call", DisconnectAfter: "call", ErrorBefore: "call", ErrorAfter: "call",
	RateLimit: "call", Maintenance: "call", ClockSkew: "call", Hold: "call",
	InsufficientFunds: "pay", ExpiredCode: "pay", UsedCode: "pay", InvalidCode: "pay", PaymentError: "pay", AwaitCustomer: "pay",
	RefundFailure: "refund", ExpiredAsCreated: "query",
	WebhookDelayed: "webhook", WebhookDuplicate: "webhook", WebhookOutOfOrder: "webhook", WebhookForged: "webhook", WebhookLost: "webhook",
	SettlementMissing: "settlement", SettlementAmount: "settlement", SettlementExtra: "extra",
}

// Fault is one line of the script. Faults of one subject are tried in the order given; the first that
// fits is used up by one.
type Fault struct {
	Kind        FaultKind `json:"kind"`
	Provider    string    `json:"provider,omitempty"` // "paypay" or "univapay"; both when empty
	Method      string    `json:"method,omitempty"`   // any when empty
	Path        string    `json:"path,omitempty"`     // a prefix of the path; "*" stands for one segment
	Match       string    `json:"match,omitempty"`    // text in the path, the body or the identifier
	Skip        int       `json:"skip,omitempty"`     // let this many go by first
	Percent     int       `json:"percent,omitempty"`  // chance of each that fits, drawn from the seed; 100 when 0
	Count       int       `json:"count,omitempty"`    // how often; 1 when 0, without end when negative
	Code        string    `json:"code,omitempty"`     // the provider's error code
	SkewSeconds int       `json:"skewSeconds,omitempty"`
	DelayMS     int       `json:"delayMs,omitempty"`
}

type fault struct {
	Fault
	left int // negative: without end
}

// SetFaults replaces the script.
func (s *Sim) SetFaults(list ...Fault) error {
	if len(list) > 1000 {
		return core.Invalid("faults_many", "障害の指定が多すぎます。1000件までにしてください。")
	}
	var next []*fault
	for i, f := range list {
		if faultKinds[f.Kind] == "" {
			return core.Invalid("fault_kind", fmt.Sprintf("%d件目の kind「%s」は知らない障害です。", i+1, f.Kind))
		}
		if f.Provider != "" && f.Provider != payPayName && f.Provider != univapayName {
			return core.Invalid("fault_provider", fmt.Sprintf("%d件目の provider は paypay か univapay です。", i+1))
		}
		if f.Skip < 0 || f.DelayMS < 0 || f.DelayMS > 600_000 || f.Percent < 0 || f.Percent > 100 {
			return core.Invalid("fault_range", fmt.Sprintf("%d件目の skip・delayMs・percent が範囲の外です。", i+1))
		}
		if f.Count == 0 {
			f.Count = 1
		}
		next = append(next, &fault{Fault: f, left: f.Count})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = next
	return nil
}

// Faults returns what is left of the script; Count is how often each will still act.
func (s *Sim) Faults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := []Fault{}
	for _, f := range s.faults {
		if f.left != 0 {
			g := f.Fault
			g.Count = f.left
			left = append(left, g)
		}
	}
	return left
}

// takeCall returns the fault for a call, nil when it goes well.
func (s *Sim) takeCall(provider, method, path string, body []byte) *fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.take("call", provider, func(f *fault) bool {
		return (f.Method == "" || strings.EqualFold(f.Method, method)) && pathFits(f.Path, path) &&
			(f.Match == "" || strings.Contains(path, f.Match) || bytes.Contains(body, []byte(f.Match)))
	})
}

// takeFor returns the fault for a payment, a notification or a file. ids are what Match looks into.
// Holds s.mu.
func (s *Sim) takeFor(subject, provider string, ids ...string) *fault {
	return s.take(subject, provider, func(f *fault) bool {
		for _, id := range ids {
			if strings.Contains(id, f.Match) {
				return true
			}
		}
		return f.Match == ""
	})
}

func (s *Sim) take(subject, provider string, fits func(*fault) bool) *fault {
	for _, f := range s.faults {
		if f.left == 0 || faultKinds[f.Kind] != subject || (f.Provider != "" && f.Provider != provider) || !fits(f) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Percent > 0 && !s.chance(f.Percent) {
			continue
		}
		if f.left > 0 {
			f.left--
		}
		return f
	}
	return nil
}

// chance draws from the same source as the identifiers, so that a seed replays it. Holds s.mu.
func (s *Sim) chance(percent int) bool {
	b := s.bits()
	return int(binary.BigEndian.Uint32(b[:4])%100) < percent
}

// pathFits compares by segments: "/stores/*/charges" fits "/stores/1/charges/2".
func pathFits(pattern, path string) bool {
	if pattern == "" {
		return true
	}
	want, have := strings.Split(strings.Trim(pattern, "/"), "/"), strings.Split(strings.Trim(path, "/"), "/")
	if len(want) > len(have) {
		return false
	}
	for i, w := range want {
		if w != "*" && w != have[i] {
			return false
		}
	}
	return true
}

func (f *fault) is(k FaultKind) bool { return f != nil && f.Kind == k }

func (f *fault) skew() time.Duration {
	if !f.is(ClockSkew) {
		return 0
	}
	return time.Duration(f.SkewSeconds) * time.Second
}

// refusal returns what the provider refuses the call with before looking at it, "" when it does not.
func (f *fault) refusal() string {
	switch {
	case f.is(ErrorBefore):
		return either(f.Code, "error")
	case f.is(RateLimit):
		return "rate_limit"
	case f.is(Maintenance):
		return "maintenance"
	}
	return ""
}
