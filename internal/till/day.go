package till

import (
	"fmt"
	"time"

	"yakusho/internal/core"
)

// Day is a calendar day in Japan, as 2026-11-22. Days compare as text.
type Day string

// Tokyo is the zone of every day, opening and file: the country has one, without summer time.
func Tokyo() *time.Location { return time.FixedZone("JST", 9*60*60) }

// DayOf returns the day in Japan at t; the empty Day for the zero Time.
func DayOf(t time.Time) Day {
	if t.IsZero() {
		return ""
	}
	return Day(t.In(Tokyo()).Format(time.DateOnly))
}

// ParseDay accepts a day of the calendar as 2026-11-22.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Format(time.DateOnly) != s {
		return "", core.Invalid("day_malformed", "日付は 2026-11-22 の形で入れてください。").Because("day %q", s)
	}
	return Day(s), nil
}

// Start is the first moment of the day.
func (d Day) Start() time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), Tokyo())
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// Add returns the day n days later.
func (d Day) Add(n int) Day { return DayOf(d.Start().In(Tokyo()).AddDate(0, 0, n)) }

// FiscalYear is the 会計年度 a day belongs to, by the year it begins in: 2026-03-31 is of 2025.
// 地方自治法 208 条: 1 April to 31 March.
func (d Day) FiscalYear() int {
	t := d.Start().In(Tokyo())
	if t.Month() < time.April {
		return t.Year() - 1
	}
	return t.Year()
}

// Reiwa writes a fiscal year as offices do: 令和8年度.
func Reiwa(fiscalYear int) string {
	switch n := fiscalYear - 2018; {
	case n == 1:
		return "令和元年度"
	case n > 1:
		return fmt.Sprintf("令和%d年度", n)
	}
	return fmt.Sprintf("%d年度", fiscalYear)
}
