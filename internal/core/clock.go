package core

import "time"

// Clock is where the time comes from. Everything that stores, expires or compares a time takes one.
type Clock func() time.Time

// SystemClock reads the machine's clock, in UTC and to the microsecond: what is stored is what was
// compared.
func SystemClock() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Micros is how a time is stored: microseconds since 1970 in UTC; 0 is "never", the zero Time.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// FromMicros is the inverse of Micros.
func FromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
