//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// report is everything that was measured.
type report struct {
	began   time.Time
	before  string // load average
	commit  string
	quick   bool
	figures []*figure
	timings []timing
}

// figure is one thing measured, a value for each repetition.
type figure struct {
	group, name, unit string
	digits            int
	values            []float64
}

// timing is one thing done once, with the memory of this process in MB before it, at most, and after it.
type timing struct {
	group, name         string
	took                time.Duration
	before, peak, after float64
}

// Names that a target below is written for.
const (
	rowBare  = "bare synced transactions"
	rowSales = "payments (attempt and result, two synced commits)"
	rowRatio = "commits of payments ÷ bare ones"
	rowMatch = "match of "
)

func newReport(ctx context.Context, o options) *report {
	r := &report{began: time.Now(), before: load1(), quick: o.quick}
	c := exec.CommandContext(ctx, "git", "rev-parse", "--short", "HEAD")
	c.Dir = o.root
	if out, err := c.Output(); err == nil {
		r.commit = strings.TrimSpace(string(out))
	}
	return r
}

// target is what the product promises; nothing here fails when it is missed.
func target(name string) string {
	switch {
	case name == rowRatio:
		return "≥ 0.5"
	case strings.HasPrefix(name, rowMatch):
		return "≤ 10 s"
	}
	return ""
}

func (r *report) put(group, name, unit string, digits int, value float64) {
	for _, f := range r.figures {
		if f.group == group && f.name == name {
			f.values = append(f.values, value)
			return
		}
	}
	r.figures = append(r.figures, &figure{group, name, unit, digits, []float64{value}})
}

func (r *report) timed(group, name string, took time.Duration, before, peak, after float64) {
	r.timings = append(r.timings, timing{group, name, took, before, peak, after})
}

// markdown is the report as tables, one for each group.
func (r *report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured %s at commit %s in %s: %s, %d cores, %s MB; Linux %s; %s. Load average before %s, after %s.\n",
		r.began.UTC().Format("2006-01-02 15:04 MST"), r.commit, time.Since(r.began).Round(time.Second),
		field("/proc/cpuinfo", `(?m)^model name\s*: (.+)$`), runtime.NumCPU(), memory(), field("/proc/sys/kernel/osrelease", `(\S+)`), runtime.Version(),
		r.before, load1())
	if l, err := strconv.ParseFloat(r.before, 64); err != nil || l > busy {
		b.WriteString("\n**The machine was busy before the run began: trust ratios with a narrow range only.**\n")
	}
	if r.quick {
		b.WriteString("\n**A quick run: these figures only show that the program works.**\n")
	}
	var group string
	for _, f := range r.figures {
		if f.group != group {
			group = f.group
			fmt.Fprintf(&b, "\n### %s\n\n| | unit | | target |\n|---|---|---|---|\n", group)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", f.name, f.unit, f.cell(), target(f.name))
	}
	group = ""
	for _, t := range r.timings {
		if t.group != group {
			group = t.group
			fmt.Fprintf(&b, "\n### %s\n\n| | took | RSS before, peak, after (MB) | target |\n|---|---|---|---|\n", group)
		}
		fmt.Fprintf(&b, "| %s | **%s** | %.0f, %.0f, %.0f | %s |\n", t.name, short(t.took), t.before, t.peak, t.after, target(t.name))
	}
	return b.String()
}

func short(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.1f ms", ms(d))
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

// cell is the median with the raw values behind it.
func (f *figure) cell() string {
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', f.digits, 64) }
	if len(f.values) == 1 {
		return "**" + number(f.values[0]) + "**"
	}
	raw := make([]string, len(f.values))
	for i, v := range f.values {
		raw[i] = number(v)
	}
	return "**" + number(quantile(f.values, 0.5)) + "** (" + strings.Join(raw, " ") + ")"
}

// quantile of the values, by the nearest rank.
func quantile(of []float64, q float64) float64 {
	if len(of) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(of))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// busy is the load average above which something else was at work.
const busy = 1.5

// The figures stand between these lines, so that nobody writes them by hand.
const (
	markBegin = "<!-- till figures: written by go run ./bench/till -->"
	markEnd   = "<!-- till figures: end -->"
)

var errMarks = errors.New("README.md has no place for the figures of the till")

// between replaces what stands between the marks.
func between(readme, figures string) (string, error) {
	head, rest, ok := strings.Cut(readme, markBegin)
	if !ok {
		return "", errMarks
	}
	_, tail, ok := strings.Cut(rest, markEnd)
	if !ok {
		return "", errMarks
	}
	return head + markBegin + "\n" + strings.TrimSpace(figures) + "\n" + markEnd + tail, nil
}

func rewrite(path, figures string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text, err := between(string(b), figures)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

func load1() string { return field("/proc/loadavg", `^(\S+)`) }

func memory() string {
	kb, err := strconv.Atoi(field("/proc/meminfo", `(?m)^MemTotal:\s+(\d+) kB$`))
	if err != nil {
		return "?"
	}
	return strconv.Itoa(kb * 1024 / 1e6)
}

// field finds something in a file; "" where there is none.
func field(path, pattern string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	if m := regexp.MustCompile(pattern).FindSubmatch(b); m != nil {
		return string(m[1])
	}
	return ""
}
