package sqldb_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
)

// disk mounts a file system of its own with size bytes. It needs root, as CI has.
func disk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Fatalf("this test mounts a small tmpfs and has to run as root with CAP_SYS_ADMIN: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

func TestAFullDiskLosesNothingAndIsLeftBehind(t *testing.T) {
	t.Parallel()
	dir := disk(t, "3m")
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	url := "sqlite:" + filepath.Join(dir, "a.db")
	db, err := sqldb.Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, db, `CREATE TABLE a (n BIGINT PRIMARY KEY, raw BYTEA NOT NULL)`)
	acknowledged := int64(0)
	write := func() error {
		_, err := db.ExecContext(ctx, `INSERT INTO a (n, raw) VALUES ($1, $2)`, acknowledged+1, payload(acknowledged+1))
		if err == nil {
			acknowledged++
		}
		return err
	}
	var full error
	for range 1000 {
		if full = write(); full != nil {
			break
		}
	}
	wantCode(t, full, "disk_full")
	if acknowledged == 0 {
		t.Fatal("not one row fitted")
	}
	if err := db.Ping(ctx); err != nil {
		t.Errorf("reading from a full disk: %v", err)
	}
	check := func(db *sqldb.DB) {
		t.Helper()
		if n := count(t, db, `SELECT COUNT(*) FROM a`); n != acknowledged {
			t.Errorf("%d rows, %d acknowledged", n, acknowledged)
		}
		if err := db.Check(ctx); err != nil {
			t.Error(err)
		}
	}
	check(db)
	wantCode(t, write(), "disk_full") // and again: no crash, no half row
	wantCode(t, db.Probe(ctx), "disk_full")

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := write(); err != nil {
			t.Errorf("with space again: %v", err)
		}
	}
	for range 2 {
		if err := db.Probe(ctx); err != nil {
			t.Errorf("probe with space again: %v", err)
		}
	}
	check(db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	check(testkit.Open(t, url))
}

func TestADiskThatIsFullAtTheStartIsNamed(t *testing.T) {
	t.Parallel()
	dir := disk(t, "64k")
	for i := range 64 { // fill to the last page, whatever the page size
		if os.WriteFile(filepath.Join(dir, "b"+string(rune('a'+i))), make([]byte, 4096), 0o600) != nil {
			break
		}
	}
	db, err := sqldb.Open(context.Background(), "sqlite:"+filepath.Join(dir, "a.db"))
	if err == nil {
		_ = db.Close()
	}
	wantCode(t, err, "disk_full")
}

func TestADiskThatFillsUpWhileTablesAreMadeIsNamed(t *testing.T) {
	t.Parallel()
	for name, tables := range map[string]int{"in the version table": 0, "in the office's tables": 200} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := disk(t, "600k")
			ctx := context.Background()
			db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(dir, "a.db"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			if tables == 0 {
				fill(t, dir)
			}
			var all strings.Builder
			for i := range max(tables, 1) {
				fmt.Fprintf(&all, "CREATE TABLE auth_t%d (a BIGINT PRIMARY KEY, b TEXT UNIQUE);\n", i)
			}
			wantCode(t, db.Migrate(ctx, "auth", files("00001_all.sql", all.String())), "disk_full")
		})
	}
}

// fill leaves not one page of the disk free.
func fill(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for range 1 << 10 {
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			return
		}
	}
	t.Fatal("the disk does not fill up")
}

func TestAReadOnlyDiskIsNamedAtTheStart(t *testing.T) {
	t.Parallel()
	dir := disk(t, "1m")
	ctx := context.Background()
	url := "sqlite:" + filepath.Join(dir, "a.db")
	db, err := sqldb.Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, db, `CREATE TABLE a (b TEXT)`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatalf("remount read-only: %v", err)
	}
	for _, name := range []string{"a.db", "new.db"} {
		db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(dir, name))
		if err == nil {
			_ = db.Close()
		}
		wantCode(t, err, "disk_readonly")
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT, ""); err != nil {
		t.Fatal(err)
	}
	if n := count(t, testkit.Open(t, url), `SELECT COUNT(*) FROM a`); n != 0 {
		t.Errorf("%d rows", n)
	}
}
