package testkit

import "testing"

// Postgres fails the test: the server for tests is Debian's.
func Postgres(t testing.TB) string {
	t.Helper()
	t.Fatal("tests with PostgreSQL run on Debian, with the package postgresql-15")
	return ""
}
