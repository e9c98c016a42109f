//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"yakusho/internal/sqldb"
)

// server is Debian's PostgreSQL on the disk to be measured, as it comes: fsync and synchronous_commit are on.
type server struct {
	dir  string // of the socket: a socket's path is short
	data string
	cmd  *exec.Cmd
	hold *os.File // the keeper's standard input: open until we end, in whatever way
}

// keeper runs the server as its child and stops it when its own standard input ends.
const keeper = `
"$1/postgres" -D "$2" -k "$3" -c listen_addresses= </dev/null &
read -r _
kill -QUIT $!
wait
`

func startPostgres(ctx context.Context, dir string) (*server, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(found) == 0 {
		return nil, errors.Join(err, errors.New("no server under /usr/lib/postgresql: sh .ci/deps.sh"))
	}
	slices.Sort(found)
	bin := filepath.Dir(found[len(found)-1])
	socket, err := os.MkdirTemp("", "ykbench")
	if err != nil {
		return nil, err
	}
	s := &server{dir: socket, data: filepath.Join(dir, "postgres")}
	attr := &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() == 0 { // the server refuses to run as root
		u, err := user.Lookup("postgres")
		if err != nil {
			return nil, err
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)} //nolint:gosec // of the system's own user
		if err := errors.Join(os.Mkdir(s.data, 0o700), os.Chown(s.data, uid, gid), os.Chown(socket, uid, gid), os.Chmod(dir, 0o755)); err != nil {
			return nil, err
		}
	}
	env := []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", s.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
	initdb.Dir, initdb.Env, initdb.SysProcAttr = socket, env, attr
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	log, err := os.Create(filepath.Join(dir, "postgres.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	alive, hold, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer alive.Close()
	s.hold = hold
	s.cmd = exec.Command("/bin/sh", "-c", keeper, "sh", bin, s.data, socket)
	s.cmd.Dir, s.cmd.Env, s.cmd.SysProcAttr, s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = socket, env, attr, alive, log, log
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		db, err := sqldb.Open(ctx, s.url("postgres"))
		if err == nil {
			return s, db.Close()
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			s.stop()
			return nil, errors.Join(err, s.trouble())
		}
	}
}

func (s *server) url(database string) string {
	return "postgres:///" + database + "?" + url.Values{"host": {s.dir}, "user": {"postgres"}}.Encode()
}

// create makes an empty database.
func (s *server) create(ctx context.Context, name string) (string, error) {
	db, err := sqldb.Open(ctx, s.url("postgres"))
	if err != nil {
		return "", err
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, "CREATE DATABASE "+name+" TEMPLATE template0") // refuses to be inside a transaction
	if err != nil {
		return "", err
	}
	rows.Next()
	return s.url(name), errors.Join(rows.Err(), rows.Close())
}

// trouble is what the server said last, for an error.
func (s *server) trouble() error {
	b, err := os.ReadFile(filepath.Join(filepath.Dir(s.data), "postgres.log"))
	if err != nil || len(b) == 0 {
		return nil
	}
	return fmt.Errorf("the server said: %s", b[max(0, len(b)-1000):])
}

func (s *server) stop() {
	_ = s.hold.Close()
	_ = s.cmd.Wait()
	_ = os.RemoveAll(s.dir)
}
