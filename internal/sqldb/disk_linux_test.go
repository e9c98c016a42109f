package sqldb_test

import (
	"context"
	"os"
	"path/filepath"
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

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := write(); err != nil {
			t.Errorf("with space again: %v", err)
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
