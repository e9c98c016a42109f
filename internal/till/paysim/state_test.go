package paysim

import (
	"testing"

	"golang.org/x/text/encoding/japanese"

	"yakusho/internal/testkit"
)

func TestStateMachinesAreAsPrinted(t *testing.T) {
	t.Parallel()
	text := table("PayPay payment", payPaySteps) + table("PayPay refund", payPayRefundSteps) +
		table("UnivaPay charge", univapaySteps) + table("UnivaPay refund and cancel", univapayRefundSteps)
	testkit.Golden(t, "states.txt", []byte(text))
}

func TestNoEventHasTwoOutcomesAndEveryStateCanBeReached(t *testing.T) {
	t.Parallel()
	for name, machine := range map[string][]step{"payment": payPaySteps, "refund": payPayRefundSteps, "charge": univapaySteps, "refund or cancel": univapayRefundSteps} {
		seen := map[[2]string]bool{}
		reached := map[string]bool{"": true}
		for range machine {
			for _, s := range machine {
				if reached[s.from] {
					reached[s.to] = true
				}
			}
		}
		for _, s := range machine {
			if seen[[2]string{s.from, s.event}] {
				t.Errorf("%s: %s on %s twice", name, s.from, s.event)
			}
			seen[[2]string{s.from, s.event}] = true
			if !reached[s.from] {
				t.Errorf("%s: nothing leads to %s", name, s.from)
			}
		}
		if to, ok := next(machine, "nowhere", "create"); ok || to != "nowhere" {
			t.Errorf("%s: a step from nowhere to %s", name, to)
		}
	}
}

func TestEveryScriptedPayErrorHasWords(t *testing.T) {
	t.Parallel()
	for code := 322; code <= 346; code++ {
		if payErrors[code] == "" {
			t.Errorf("%d has no message", code)
		}
	}
	for code, c := range payPayCodes {
		if c.status == 0 || c.message == "" || (c.id != "" && len(c.id) != 8) {
			t.Errorf("%s: %+v", code, c)
		}
	}
}

func TestShiftJISKeepsWhatItHasAndNamesWhatItLacks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"髙﨑①Ⅷ㈱":       "髙﨑①Ⅷ㈱", // extensions of NEC and IBM
		"𠮷田葛󠄀城":       "〓田葛〓城", // plane 2, and a variation selector
		"〜−‖—¢£¬¥":    "～－∥―￠￡￢￥",
		"表ソ能十ﾊﾝｶｸ~\\": "表ソ能十ﾊﾝｶｸ~\\", // a second byte is 0x5C
		"🙂한":          "〓〓",
	} {
		got, err := japanese.ShiftJIS.NewDecoder().String(string(shiftJIS(text)))
		if err != nil || got != want {
			t.Errorf("%q is written as %q (%v), want %q", text, got, err, want)
		}
	}
}
