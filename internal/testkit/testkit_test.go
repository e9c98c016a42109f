package testkit_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
)

// leakEnv makes the test binary start a server, print its address and die without cleaning up.
const leakEnv = "TESTKIT_DIE_WITH_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(leakEnv) != "" {
		t := &dying{}
		_, _ = os.Stdout.WriteString(testkit.Postgres(t) + "\n")
		p, _ := os.FindProcess(os.Getpid())
		_ = p.Kill()
		select {}
	}
	os.Exit(m.Run())
}

// dying is as much of a testing.TB as Postgres needs; it never runs its cleanups.
type dying struct{ testing.TB }

func (*dying) Helper()                   {}
func (*dying) Cleanup(func())            {}
func (*dying) Fatalf(f string, a ...any) { panic(f) }

func TestEachTestHasItsOwnEmptyDatabase(t *testing.T) {
	t.Parallel()
	for range 2 {
		testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
			if want := strings.TrimSuffix(t.Name()[strings.LastIndex(t.Name(), "/")+1:], "#01"); db.Engine().String() != want {
				t.Errorf("engine %v in sub-test %v", db.Engine(), want)
			}
			if _, err := db.ExecContext(context.Background(), "CREATE TABLE only_mine (a TEXT)"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestServerAndItsDirectoryVanishWithAKilledTestProcess(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tmp := t.TempDir()
	// The server's own user has to get through; the parent of TempDir is the same test's.
	for d := tmp; d != os.TempDir(); d = d[:strings.LastIndex(d, "/")] {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(tmp, 0o777|os.ModeSticky); err != nil { // as /tmp is
		t.Fatal(err)
	}
	child := exec.Command(self)
	child.Env = append(os.Environ(), leakEnv+"=1", "TMPDIR="+tmp)
	out, err := child.Output()
	if err == nil || !strings.HasPrefix(string(out), "postgres://") {
		t.Fatalf("the child was to start a server and kill itself: %v, %q", err, out)
	}
	testkit.Eventually(t, 30*time.Second, func() bool {
		left, err := os.ReadDir(tmp)
		return err == nil && len(left) == 0
	})
	if db, err := sqldb.Open(context.Background(), strings.TrimSpace(string(out))); err == nil {
		_ = db.Close()
		t.Error("the server still answers")
	}
}

func TestClockMovesOnlyWhenTold(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 5, 31, 17, 15, 0, 1999, time.FixedZone("JST", 9*3600))
	c := testkit.NewClock(at)
	if got, want := c.Now(), at.UTC().Truncate(time.Microsecond); got != want {
		t.Errorf("Now = %v, want %v", got, want)
	}
	if got := c.Advance(90 * time.Second); got != c.Now() || got.Sub(at.Truncate(time.Microsecond)) != 90*time.Second {
		t.Errorf("Advance = %v, Now = %v", got, c.Now())
	}
	c.Set(at)
	if c.Now().Location() != time.UTC {
		t.Errorf("Now is in %v", c.Now().Location())
	}
}

func TestEventuallyAsksUntilItIsSo(t *testing.T) {
	t.Parallel()
	n := 0
	testkit.Eventually(t, 5*time.Second, func() bool { n++; return n == 3 })
	if n != 3 {
		t.Errorf("asked %d times", n)
	}
}

func TestGoldenComparesWithTheFile(t *testing.T) {
	t.Parallel()
	testkit.Golden(t, "hello.golden", []byte("こんにちは\n"))
	r := &recorder{TB: t}
	testkit.Golden(r, "hello.golden", []byte("こんばんは\n"))
	if !r.failed && !updating() {
		t.Error("a different text was accepted")
	}
}

type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Errorf(string, ...any) { r.failed = true }

func updating() bool {
	for _, a := range os.Args {
		if strings.HasSuffix(a, "-update") {
			return true
		}
	}
	return false
}
