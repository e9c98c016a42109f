//go:build unix

package testkit

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"yakusho/internal/sqldb"
)

// server is the one PostgreSQL of this test process, started by the first test that asks. It is the
// package's only mutable state: a server takes seconds to start, a database on it milliseconds.
var server = sync.OnceValues(startPostgres)

// Postgres returns the URL of a new, empty database on a real PostgreSQL server, which is Debian's
// package run without root, without a network and without fsync. The database goes away with the test.
func Postgres(t testing.TB) string {
	t.Helper()
	srv, err := server()
	if err != nil {
		t.Fatalf("PostgreSQL for tests: %v", err)
	}
	ctx := context.Background()
	admin, err := sqldb.Open(ctx, pgURL(srv.dir, "postgres"))
	if err != nil {
		t.Fatalf("PostgreSQL for tests: %v", err)
	}
	name := "t_" + strings.ToLower(rand.Text())
	if err := execAlone(ctx, admin, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		t.Fatalf("create test database: %v", err)
	}
	t.Cleanup(func() {
		if err := execAlone(ctx, admin, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop test database: %v", err)
		}
		if err := admin.Close(); err != nil {
			t.Error(err)
		}
	})
	return pgURL(srv.dir, name)
}

// execAlone runs a statement that refuses to be inside a transaction.
func execAlone(ctx context.Context, db *sqldb.DB, statement string) error {
	rows, err := db.QueryContext(ctx, statement)
	if err != nil {
		return err
	}
	rows.Next()
	return errors.Join(rows.Err(), rows.Close())
}

func pgURL(dir, database string) string {
	return "postgres:///" + database + "?" + url.Values{"host": {dir}, "user": {"postgres"}}.Encode()
}

// keeper runs the server as its child, stops it when its own standard input ends, which is when the
// test process has ended in whatever way, and takes the directory away.
const keeper = `
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c full_page_writes=off \
	-c synchronous_commit=off -c shared_buffers=32MB -c max_connections=200 </dev/null &
read -r _
kill -QUIT $!
wait
rm -rf "$2"
`

// running is a server that lives as long as this process.
type running struct {
	dir  string   // where its socket is
	hold *os.File // the keeper's standard input; open until we end, so never collected
}

func startPostgres() (*running, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "ykpg") // short: a socket's path has at most 107 bytes
	if err != nil {
		return nil, err
	}
	attr := &syscall.SysProcAttr{Setsid: true} // ^C reaches the tests, then the end of input reaches the server
	if os.Geteuid() == 0 {                     // the server refuses to run as root
		cred, err := postgresUser()
		if err != nil {
			return nil, err
		}
		attr.Credential = cred
		if err := os.Chown(dir, int(cred.Uid), int(cred.Gid)); err != nil {
			return nil, err
		}
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"),
		"-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.Dir, initdb.Env, initdb.SysProcAttr = dir, pgEnv(), attr
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	logPath := filepath.Join(dir, "log")
	log, err := os.Create(logPath)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	alive, hold, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer alive.Close()
	sh := exec.Command("/bin/sh", "-c", keeper, "sh", bin, dir)
	// Not our own output: go test waits for everyone who holds it.
	sh.Stdin, sh.Stdout, sh.Stderr = alive, log, log
	sh.Dir, sh.Env, sh.SysProcAttr = dir, pgEnv(), attr
	if err := sh.Start(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	for {
		db, err := sqldb.Open(ctx, pgURL(dir, "postgres"))
		if err == nil {
			return &running{dir, hold}, db.Close()
		}
		select {
		case <-ctx.Done():
			out, _ := os.ReadFile(logPath)
			return nil, fmt.Errorf("the server does not answer: %w\n%s", err, out)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func pgEnv() []string { return []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"} }

// postgresBin finds the newest server that Debian has installed.
func postgresBin() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return "", err
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // not a number: oldest
		return n
	}
	if len(found) == 0 {
		return "", errors.New("no server under /usr/lib/postgresql: apt-get install postgresql-15")
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

func postgresUser() (*syscall.Credential, error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("running as root needs the user of the package postgresql-15: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
