package sqldb_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
)

const waitLimit = 30 * time.Second

func files(pairs ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		m["migrations/"+pairs[i]] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + pairs[i+1])}
	}
	return m
}

func TestMigrateAppliesEachFileOnce(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		ctx := context.Background()
		one := files("00001_first.sql", "CREATE TABLE meet_a (b TEXT); INSERT INTO meet_a VALUES ('x;y');")
		two := files("00001_first.sql", "CREATE TABLE meet_a (b TEXT); INSERT INTO meet_a VALUES ('x;y');",
			"00002_second.sql", "ALTER TABLE meet_a ADD COLUMN c BOOLEAN NOT NULL DEFAULT FALSE; INSERT INTO meet_a VALUES ('z', TRUE);")
		for _, fsys := range []fstest.MapFS{one, one, two, two} {
			if err := db.Migrate(ctx, "meet", fsys); err != nil {
				t.Fatal(err)
			}
		}
		if n := count(t, db, `SELECT COUNT(*) FROM meet_a`); n != 2 {
			t.Errorf("%d rows", n)
		}
		if n := count(t, db, `SELECT MAX(version_id) FROM meet_version`); n != 2 {
			t.Errorf("version %d", n)
		}
		// Another module counts for itself.
		if err := db.Migrate(ctx, "org", files("00001_first.sql", "CREATE TABLE org_a (b TEXT);")); err != nil {
			t.Error(err)
		}
	})
}

func TestAFailedMigrationLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		ctx := context.Background()
		err := db.Migrate(ctx, "meet", files("00001_bad.sql", "CREATE TABLE meet_a (b TEXT); CREATE TABLE meet_a (b TEXT);"))
		if err == nil || !strings.Contains(err.Error(), "migrate meet") {
			t.Errorf("got %v", err)
		}
		if err := db.Migrate(ctx, "meet", files("00001_good.sql", "CREATE TABLE meet_a (b TEXT);")); err != nil {
			t.Errorf("after the repair: %v", err)
		}
		if err := db.Migrate(ctx, "meet", files("00001_good.sql", "CREATE TABLE meet_a (b TEXT);")); err != nil {
			t.Errorf("once more: %v", err)
		}
	})
}

func TestAModuleWithoutItsFolderOfMigrationsIsRefused(t *testing.T) {
	t.Parallel()
	db := testkit.Open(t, testkit.SQLite(t))
	astray := fstest.MapFS{"00001_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE meet_a (b TEXT);")}}
	if err := db.Migrate(context.Background(), "meet", astray); err == nil {
		t.Error("files outside the folder migrations were taken for an empty module")
	}
}

func TestModuleNamesThatAreNotNamesAreRefused(t *testing.T) {
	t.Parallel()
	db := testkit.Open(t, testkit.SQLite(t))
	for _, name := range []string{"", "Meet", "a b", "x;DROP", "1a", strings.Repeat("a", 32)} {
		if err := db.Migrate(context.Background(), name, files("00001_a.sql", "SELECT 1;")); err == nil {
			t.Errorf("%q was accepted", name)
		}
	}
}

func TestSeveralProcessesMayMigrateAtOnce(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		const first = "CREATE TABLE meet_a (b TEXT);"
		// The second step takes long enough that all four have planned it before one has done it.
		fsys := files("00001_a.sql", first,
			"00002_b.sql", `INSERT INTO meet_a
				WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
				SELECT 'x' FROM n WHERE i = 10000;`, // done twice, it would not fail
			"00003_c.sql", "CREATE TABLE meet_b (b TEXT); INSERT INTO meet_a VALUES ('y');")
		var dbs []*sqldb.DB
		for range 4 {
			dbs = append(dbs, testkit.Open(t, url))
		}
		if err := dbs[0].Migrate(context.Background(), "meet", files("00001_a.sql", first)); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		start := make(chan struct{})
		for _, db := range dbs {
			wg.Go(func() {
				<-start
				if err := db.Migrate(context.Background(), "meet", fsys); err != nil {
					t.Error(err)
				}
			})
		}
		close(start)
		wg.Wait()
		if n := count(t, dbs[0], `SELECT COUNT(*) FROM meet_a`); n != 2 {
			t.Errorf("%d rows", n)
		}
	})
}
