//go:build linux

package main

import (
	"strings"
	"testing"
	"time"

	"yakusho/internal/till"
	"yakusho/internal/till/paypay"
)

func TestTheReportIsWrittenBetweenItsMarksAndOverTheOldOne(t *testing.T) {
	t.Parallel()
	r := &report{began: time.Now(), before: "9.00", commit: "abc1234"}
	for _, v := range []float64{0.4, 0.8, 0.6} {
		r.put("Durable payments", rowRatio, "", 2, v)
	}
	r.timed("An office", rowMatch+"100 rows", 1500*time.Millisecond, 10, 20, 11)
	readme := "# Head\n" + markBegin + "\nold\n" + markEnd + "\n## Tail\n"
	got, err := between(readme, r.markdown())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# Head\n", "**0.60** (0.40 0.80 0.60) | ≥ 0.5 |", "| **1.50 s** | 10, 20, 11 | ≤ 10 s |", "The machine was busy", "## Tail\n", markEnd} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if strings.Contains(got, "old") {
		t.Errorf("the old figures stand still:\n%s", got)
	}
	if _, err := between("# no marks", "x"); err == nil {
		t.Error("a README without marks is written over")
	}
}

func TestTheFileThatIsMatchedIsOneThatPayPayCouldSend(t *testing.T) {
	t.Parallel()
	file, to, err := settlement(2*perDay, 40_000, "2026-09-01")
	if err != nil {
		t.Fatal(err)
	}
	p, err := paypay.New(paypay.Options{Base: paypay.Sandbox, Credentials: paypay.Credentials{Key: "k", Secret: "s", Merchant: merchant}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	rows, wrong := p.ParseSettlement(file)
	if len(wrong) > 0 || len(rows) != 2*perDay {
		t.Fatalf("%d rows, %v", len(rows), wrong)
	}
	if first := till.DayOf(rows[0].At); first != "2026-09-01" || to != "2026-09-02" || rows[0].Ours != id(idAttempt, 40_000) {
		t.Errorf("from %s to %s, the first is %+v", first, to, rows[0])
	}
	differ := 0
	for _, r := range rows {
		if r.Amount != perSale {
			differ++
		}
	}
	if differ != 1 {
		t.Errorf("%d amounts differ", differ)
	}
}
