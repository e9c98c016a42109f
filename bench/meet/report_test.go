//go:build linux

package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMedianOfAnEvenNumberIsBetweenTheMiddleTwo(t *testing.T) {
	t.Parallel()
	for want, of := range map[float64][]float64{3: {3}, 2.5: {4, 1, 2, 3}, 2: {9, 1, 2}, 0: nil} {
		if got := median(of); got != want {
			t.Errorf("median(%v) = %v, want %v", of, got, want)
		}
	}
}

func TestQuantileIsAValueThatWasMeasured(t *testing.T) {
	t.Parallel()
	var twenty []float64
	for i := range 20 {
		twenty = append(twenty, float64(20-i))
	}
	for q, want := range map[float64]float64{0: 1, 0.5: 10, 0.95: 19, 1: 20} {
		if got := quantile(twenty, q); got != want {
			t.Errorf("quantile %v = %v, want %v", q, got, want)
		}
	}
}

func TestTheTableShowsMedianRawValuesAndTheRangeOfRatios(t *testing.T) {
	t.Parallel()
	r := &report{}
	for _, v := range []float64{30, 20, 40} {
		r.put("ours", "Forwarding, 1 → 25", "server CPU per forwarded packet", "µs", 1, v)
		r.put("plain", "Forwarding, 1 → 25", "server CPU per forwarded packet", "µs", 1, 40)
	}
	r.put("ours", "Forwarding, 1 → 25", "lost", "%", 0, 0)
	r.put("plain", "Forwarding, 1 → 25", "lost", "%", 0, 0)
	r.put("ours", groupClick, "p95", "ms", 0, 700)
	var b strings.Builder
	r.table(&b, "Forwarding, 1 → 25")
	r.table(&b, groupClick)
	want := `
### Forwarding, 1 → 25

| | unit | ours | plain LiveKit | ours ÷ plain | target |
|---|---|---|---|---|---|
| server CPU per forwarded packet | µs | **30.0** (30.0 20.0 40.0) | **40.0** (40.0 40.0 40.0) | 0.75 (0.50–1.00) | as plain, within noise |
| lost | % | **0** | **0** |  |  |

### From pressing 参加する to the first remote picture on the screen

| | unit | ours | target |
|---|---|---|---|
| p95 | ms | **700** | ≤ 2000 ms |
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

func TestFiguresReplaceOnlyWhatIsBetweenTheMarks(t *testing.T) {
	t.Parallel()
	got, err := between("before\n"+markBegin+"\nold\n"+markEnd+"\nafter\n", "\nnew\n")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff("before\n"+markBegin+"\nnew\n"+markEnd+"\nafter\n", got); d != "" {
		t.Error(d)
	}
	for _, broken := range []string{"", markBegin, markEnd, markEnd + markBegin} {
		if _, err := between(broken, "x"); !errors.Is(err, errMarks) {
			t.Errorf("between(%q) = %v", broken, err)
		}
	}
}

func TestOnePartRenewsItsOwnTablesAndSaysWhen(t *testing.T) {
	t.Parallel()
	r := &report{Began: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), Machine: machineInfo{Commit: "abc", LoadBefore: "0.1", LoadAfter: "0.2"}}
	r.put("ours", groupStart, rowBinary, "MB", 0, 82)
	r.put("ours", groupClick, "p95", "ms", 0, 250)
	old := "x\n" + markBegin + "\nhead\n\n### Start\n\nold start\n\n### " + groupClick + "\n\nold\n"
	const table = "\n\nThis table alone was measured 2026-11-22 09:00 UTC at commit abc; load average before 0.1, after 0.2.\n\n" +
		"| | unit | ours | target |\n|---|---|---|---|\n| p95 | ms | **250** | ≤ 2000 ms |\n"
	for _, tail := range []string{"\n### Later\n\nkept\n" + markEnd + "\ny\n", markEnd + "\ny\n"} {
		want := strings.Replace(old, "\n\nold\n", table, 1) + tail
		got, err := renewed(old+tail, r)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if again, err := renewed(got, r); err != nil || again != got {
			t.Errorf("the second time %v: %s", err, cmp.Diff(got, again))
		}
	}
	if _, err := renewed("no table", r); err == nil {
		t.Error("a table was put where there is none")
	}
}

func TestTheREADMEHasAPlaceForTheFigures(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := between(string(b), "x"); err != nil {
		t.Error(err)
	}
}

func TestThePlainServerIsOfTheVersionThatWeEmbed(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if v := engineOf(b); !strings.HasPrefix(v, "v1.") {
		t.Errorf("version %q", v)
	}
	if v := engineOf([]byte("module x\n")); v != "" {
		t.Errorf("version %q of nothing", v)
	}
}

func TestResidentMemoryIsToldInMillionsOfBytes(t *testing.T) {
	t.Parallel()
	got, err := residentMB([]byte("Name:\tx\nVmHWM:\t  99999 kB\nVmRSS:\t   50000 kB\n"))
	if err != nil || got != 51.2 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := residentMB([]byte("Name:\tx\n")); err == nil {
		t.Error("no error where there is none to read")
	}
}

func TestTheCPUClockOfThisProcessRuns(t *testing.T) {
	t.Parallel()
	before, err := cpuOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; ; n++ {
		now, err := cpuOf(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		if now > before {
			return
		}
		if n > 1e6 {
			t.Fatal("the clock stands still while this process works")
		}
	}
}
