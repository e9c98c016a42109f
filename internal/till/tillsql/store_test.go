package tillsql_test

import (
	"context"
	"os"
	"testing"

	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
	"yakusho/internal/till"
	"yakusho/internal/till/tillsql"
	"yakusho/internal/till/tilltest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(crashEnv); url != "" {
		crashChild(url)
	}
	os.Exit(m.Run())
}

func open(t testing.TB, db *sqldb.DB) *tillsql.Store {
	t.Helper()
	s, err := tillsql.Open(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStoreKeepsWhatTheTillAsksOfIt(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"sqlite": testkit.SQLite, "postgres": testkit.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tilltest.RunStore(t, func(t *testing.T) till.Store { return open(t, testkit.Open(t, url(t))) })
		})
	}
}
