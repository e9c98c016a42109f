package till

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"yakusho/internal/core"
)

func TestADayIsOneOfJapan(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]Day{
		"2026-03-31T14:59:59.999999Z": "2026-03-31",
		"2026-03-31T15:00:00Z":        "2026-04-01",
		"2026-12-31T15:00:00Z":        "2027-01-01",
		"2028-02-28T15:00:00Z":        "2028-02-29",
	} {
		when, err := time.Parse(time.RFC3339Nano, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := DayOf(when); got != want {
			t.Errorf("%s is of %s, want %s", at, got, want)
		}
	}
	if DayOf(time.Time{}) != "" {
		t.Error("never is a day")
	}
}

func TestAFiscalYearBeginsInApril(t *testing.T) {
	t.Parallel()
	for day, want := range map[Day]int{"2026-03-31": 2025, "2026-04-01": 2026, "2026-12-31": 2026, "2027-01-01": 2026, "2027-03-31": 2026} {
		if got := day.FiscalYear(); got != want {
			t.Errorf("%s is of %d, want %d", day, got, want)
		}
	}
	for year, want := range map[int]string{2018: "2018年度", 2019: "令和元年度", 2020: "令和2年度", 2026: "令和8年度"} {
		if got := Reiwa(year); got != want {
			t.Errorf("%d is %s, want %s", year, got, want)
		}
	}
}

func TestOnlyDaysOfTheCalendarAreDays(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "2026-2-1", "2026-02-30", "2026/02/01", "2026-02-01 ", "20260201", "２０２６-０２-０１", "0000-00-00"} {
		if d, err := ParseDay(s); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%q is %q, %v", s, d, err)
		}
	}
	if d, err := ParseDay("2028-02-29"); d != "2028-02-29" || err != nil {
		t.Error(d, err)
	}
}

func TestDaysFollowEachOtherAndCompareAsText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "second"), 0)
		d := DayOf(at)
		if parsed, err := ParseDay(string(d)); err != nil || parsed != d {
			t.Fatal(d, parsed, err)
		}
		next := d.Add(1)
		if next <= d || next.Add(-1) != d || next.Start().Sub(d.Start()) != 24*time.Hour {
			t.Fatalf("%s is followed by %s", d, next)
		}
		if at.Before(d.Start()) || !at.Before(next.Start()) {
			t.Fatalf("%s is not in %s", at, d)
		}
		if y := next.FiscalYear() - d.FiscalYear(); y != 0 && (y != 1 || string(next[5:]) != "04-01") {
			t.Fatalf("%s is of %d, %s of %d", d, d.FiscalYear(), next, next.FiscalYear())
		}
	})
}
