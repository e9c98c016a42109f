package paysim

import (
	"fmt"
	"slices"
	"strings"
)

// step is one line of a state machine: in from, on event, to.
type step struct{ from, event, to string }

// payPaySteps is the life of an instant payment (OPA, BasicStatusTransition). A cancel before the
// payment is only noted: the code can still be paid, and the money goes back at once
// (integration.paypay.ne.jp article 4414069180943).
var payPaySteps = []step{
	{"", "create", "CREATED"},
	{"CREATED", "pay", "COMPLETED"},
	{"CREATED", "decline", "FAILED"},
	{"CREATED", "cancel", "CREATED"},
	{"COMPLETED", "cancel", "FAILED"},
	{"FAILED", "cancel", "FAILED"},
	{"COMPLETED", "refund", "REFUNDED"},
	{"REFUNDED", "refund", "REFUNDED"},
}

// payPayRefundSteps: the documents list CREATED and REFUNDED; FAILED is what "返金失敗" in the
// settlement file must come from.
var payPayRefundSteps = []step{
	{"", "accept", "CREATED"},
	{"CREATED", "finish", "REFUNDED"},
	{"CREATED", "fail", "FAILED"},
}

// univapaySteps is the life of a charge by QR.
var univapaySteps = []step{
	{"", "create", "pending"},
	{"pending", "approve", "successful"},
	{"pending", "present", "awaiting"},
	{"pending", "decline", "failed"},
	{"awaiting", "approve", "successful"},
	{"awaiting", "decline", "failed"},
	{"awaiting", "cancel", "canceled"},
}

// univapayRefundSteps serve refunds and cancels alike.
var univapayRefundSteps = []step{
	{"", "accept", "pending"},
	{"pending", "finish", "successful"},
	{"pending", "fail", "failed"},
}

// next returns the state after an event, false when the machine has no such step.
func next(machine []step, from, event string) (string, bool) {
	i := slices.IndexFunc(machine, func(s step) bool { return s.from == from && s.event == event })
	if i < 0 {
		return from, false
	}
	return machine[i].to, true
}

// table writes a machine as a table, for the golden file.
func table(name string, machine []step) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", name)
	for _, s := range machine {
		fmt.Fprintf(&b, "  %-12s %-8s %s\n", either(s.from, "-"), s.event, s.to)
	}
	return b.String()
}
