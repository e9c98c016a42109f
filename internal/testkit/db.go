package testkit

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"yakusho/internal/sqldb"
)

// EachDB runs f twice, as the parallel sub-tests "sqlite" and "postgres", each with an empty database of
// its own that goes away with the sub-test.
func EachDB(t *testing.T, f func(t *testing.T, db *sqldb.DB)) {
	t.Helper()
	EachURL(t, func(t *testing.T, url string) { f(t, Open(t, url)) })
}

// EachURL is EachDB for tests that open the database themselves, or more than once.
func EachURL(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, Postgres(t))
	})
}

// Open opens url and closes it when the test ends.
func Open(t testing.TB, url string) *sqldb.DB {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	db, err := sqldb.Open(ctx, url)
	if err != nil {
		t.Fatalf("open test database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close test database: %v", err)
		}
	})
	return db
}

// SQLite returns the URL of a database that does not exist yet, in the test's own directory.
func SQLite(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "test.db")
}
