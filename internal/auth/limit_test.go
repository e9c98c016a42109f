package auth_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"yakusho/internal/auth"
	"yakusho/internal/core"
)

// try signs in and returns the code of the refusal and the wait it names.
func (h *house) try(login, password string, v auth.Visit) (string, time.Duration) {
	h.t.Helper()
	_, err := h.SignIn(h.t.Context(), login, password, v)
	var e *core.Error
	if err != nil && !errors.As(err, &e) {
		h.t.Fatal(err)
	}
	if e == nil {
		return "in", 0
	}
	var w interface{ RetryAfter() time.Duration }
	if errors.As(err, &w) {
		return e.Code, w.RetryAfter()
	}
	return e.Code, 0
}

func TestTheWaitOfAnAccountGrowsToAQuarterOfAnHourAndNoFurther(t *testing.T) {
	t.Parallel()
	for _, login := range []string{"sato", "nobody"} { // whether the account exists is not to be seen
		h := newHouse(t)
		h.staff("sato", staffPassword)
		for i := range 5 {
			if code, _ := h.try(login, "wrong", from(fmt.Sprintf("10.20.0.%d", i))); code != "sign_in_wrong" {
				t.Fatalf("try %d: %s", i, code)
			}
		}
		for i, minutes := range []int{1, 2, 4, 8, 15, 15, 15} {
			v := from(fmt.Sprintf("10.20.1.%d", i))
			n := h.hasher.calls()
			code, wait := h.try(login, staffPassword, v)
			if code != "sign_in_limited" || wait != time.Duration(minutes)*time.Minute || h.hasher.calls() != n {
				t.Errorf("%s round %d: %s, wait %v, %d hashes; want sign_in_limited, %d min, 0", login, i, code, wait, h.hasher.calls()-n, minutes)
			}
			h.clock.Advance(wait)
			if code, _ := h.try(login, "wrong", v); code != "sign_in_wrong" {
				t.Errorf("%s round %d, after the wait: %s", login, i, code)
			}
		}
	}
}

func TestTheWaitIsSaidInWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 6 {
		h.try("sato", "wrong", from(fmt.Sprintf("10.20.0.%d", i)))
	}
	for _, c := range []struct {
		advance time.Duration
		words   string
	}{{0, "あと60秒"}, {10500 * time.Millisecond, "あと50秒"}, {49 * time.Second, "あと1秒"}} {
		h.clock.Advance(c.advance)
		_, err := h.SignIn(t.Context(), "sato", "x", from("10.20.1.1"))
		var e *core.Error
		if !errors.As(err, &e) || !strings.Contains(e.Message, c.words) {
			t.Errorf("%v; want %q in the message", e.Message, c.words)
		}
	}
	h.clock.Advance(2 * time.Second)
	for i := range 3 {
		h.try("sato", "wrong", from(fmt.Sprintf("10.20.2.%d", i)))
		h.clock.Advance(5 * time.Minute)
	}
	h.try("sato", "wrong", from("10.20.2.9"))
	if _, err := h.SignIn(t.Context(), "sato", "x", from("10.20.1.1")); err == nil || !strings.Contains(fmt.Sprint(messageOf(err)), "分待って") {
		t.Errorf("a long wait is said in minutes: %s", messageOf(err))
	}
}

func messageOf(err error) string {
	var e *core.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return ""
}

func TestTheOwnerIsLetInAtAKnownPCWhileAnAttackerWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.staff("sato", staffPassword) // signed in from the desk
	for i := range 7 {
		h.try("sato", "wrong", from(fmt.Sprintf("10.20.0.%d", i)))
	}
	if code, _ := h.try("sato", staffPassword, from("10.20.0.99")); code != "sign_in_limited" {
		t.Errorf("right password from an unknown PC: %s", code)
	}
	if code, _ := h.try("sato", "wrong", desk()); code != "sign_in_wrong" {
		t.Errorf("wrong password from the known PC: %s", code)
	}
	if code, _ := h.try("sato", staffPassword, desk()); code != "in" {
		t.Errorf("right password from the known PC: %s", code)
	}
	if code, _ := h.try("sato", staffPassword, from("10.20.0.99")); code != "in" {
		t.Errorf("after a right one the wait is forgotten: %s", code)
	}
}

func TestAnAddressHasThirtyTriesWhateverTheAccounts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.staff("sato", staffPassword)
	bad := from("10.30.0.66")
	for i := range 30 {
		if code, _ := h.try(fmt.Sprintf("user%d", i), "wrong", bad); code != "sign_in_wrong" {
			t.Fatalf("try %d: %s", i, code)
		}
	}
	code, wait := h.try("sato", staffPassword, bad)
	if code != "sign_in_limited" || wait <= 0 || wait > 21*time.Second {
		t.Errorf("the 31st: %s, %v", code, wait)
	}
	if code, _ := h.try("sato", staffPassword, from("10.30.0.67")); code != "in" {
		t.Errorf("the PC beside it: %s", code)
	}
	h.clock.Advance(wait)
	if code, _ := h.try("sato", staffPassword, bad); code != "in" {
		t.Errorf("after the wait: %s", code)
	}
	// The right one does not count: the same address may go on signing people in.
	for range 40 {
		if code, _ := h.try("sato", staffPassword, desk()); code != "in" {
			t.Fatalf("right passwords count as tries: %s", code)
		}
	}
}

func TestAnIPv6HostCannotMultiplyItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 30 {
		h.try(fmt.Sprintf("user%d", i), "wrong", from(fmt.Sprintf("fd00:0:0:1::%x", i+1)))
	}
	if code, _ := h.try("boss", adminPassword, from("fd00:0:0:1::ffff")); code != "sign_in_limited" {
		t.Errorf("another address of the same /64: %s", code)
	}
	if code, _ := h.try("boss", adminPassword, from("fd00:0:0:2::1")); code != "in" {
		t.Errorf("another network: %s", code)
	}
}

func TestAFloodOfRefusalsIsOneAuditRow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 5 {
		h.try("boss", "wrong", from(fmt.Sprintf("10.20.0.%d", i)))
	}
	for range 50 {
		h.try("boss", "wrong", from("10.20.0.9"))
	}
	if n := strings.Count(h.audit.all(), "reason=limited_account"); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}

func TestATryThatNobodyCouldJudgeDoesNotCount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.hasher.fail = auth.ErrBusy
	for range 50 {
		if code, _ := h.try("boss", adminPassword, from("10.20.0.1")); code != "sign_in_busy" {
			t.Fatal(code)
		}
	}
	h.hasher.fail = nil
	if code, _ := h.try("boss", adminPassword, from("10.20.0.1")); code != "in" {
		t.Error(code)
	}
}

func TestAClockSetBackDoesNotLengthenAWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 5 {
		h.try("boss", "wrong", from(fmt.Sprintf("10.20.0.%d", i)))
	}
	h.clock.Advance(-48 * time.Hour)
	if _, wait := h.try("boss", "wrong", from("10.20.0.9")); wait > time.Minute {
		t.Errorf("wait %v", wait)
	}
}

func TestAfterADayWrongTriesAreForgotten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 5 {
		h.try("boss", "wrong", from(fmt.Sprintf("10.20.0.%d", i)))
	}
	h.clock.Advance(24*time.Hour + time.Second)
	for i := range 5 {
		if code, _ := h.try("boss", "wrong", from(fmt.Sprintf("10.20.0.%d", i))); code != "sign_in_wrong" {
			t.Errorf("try %d of the new day: %s", i, code)
		}
	}
}

func TestAResetEndsTheWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.staff("sato", staffPassword)
	for i := range 9 {
		h.try("sato", "wrong", from(fmt.Sprintf("10.20.0.%d", i)))
	}
	_, temporary, err := h.ResetPassword(h.as(h.signIn("boss", adminPassword, desk())), e.Account.ID)
	if err != nil {
		t.Fatal(err)
	}
	if code, _ := h.try("sato", temporary, from("10.20.0.200")); code != "in" {
		t.Errorf("with the temporary password: %s", code)
	}
}
