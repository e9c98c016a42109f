package meetsql_test

import (
	"context"
	"os"
	"testing"

	"yakusho/internal/meet"
	"yakusho/internal/meet/meetsql"
	"yakusho/internal/meet/meettest/suite"
	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(crashEnv); url != "" {
		crashChild(url)
	}
	os.Exit(m.Run())
}

func open(t testing.TB, db *sqldb.DB) *meetsql.Store {
	t.Helper()
	s, err := meetsql.Open(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStoreKeepsWhatMeetAsksOfIt(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"sqlite": testkit.SQLite, "postgres": testkit.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			suite.RunStore(t, func(t *testing.T) meet.Store { return open(t, testkit.Open(t, url(t))) })
		})
	}
}
