package testkit

import (
	"bufio"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"yakusho/internal/sqldb"
)

// KillAgain holds that a database survives kill -9. Each round it runs this test binary as a process that
// writes into url, prints a line for every write that was acknowledged, and goes on until it is killed; TestMain
// knows that process by the variable env, which holds url. Up to a hundred lines later the process is killed, and
// look sees the database, opened anew and checked for damage. line takes every line up to then.
func KillAgain(t *testing.T, env, url string, rounds int, line func(text string), look func(round int, db *sqldb.DB)) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for round := range rounds {
		child := exec.CommandContext(t.Context(), self)
		child.Env = append(os.Environ(), env+"="+url)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		// The child runs on while we read, so the blow falls anywhere between two acknowledgements.
		lines := bufio.NewScanner(out)
		for left := 1 + rand.IntN(100); lines.Scan(); left-- {
			line(lines.Text())
			if left == 0 {
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := child.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Fatalf("round %d: the child was not killed: %v", round, err)
		}
		func() {
			db, err := sqldb.Open(t.Context(), url)
			if err != nil {
				t.Fatalf("round %d: open after kill -9: %v", round, err)
			}
			defer func() {
				if err := db.Close(); err != nil {
					t.Errorf("round %d: close: %v", round, err)
				}
			}()
			if err := db.Check(t.Context()); err != nil {
				t.Errorf("round %d: %v", round, err)
			}
			look(round, db)
		}()
	}
}
