//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// report is everything that was measured.
type report struct {
	Began   time.Time     `json:"began"`
	Took    time.Duration `json:"took_ns"`
	Quick   bool          `json:"quick"`
	Machine machineInfo   `json:"machine"`
	Figures []*figure     `json:"figures"`
}

// figure is one thing measured on one or both servers, a value for each repetition.
type figure struct {
	Group string    `json:"group"`
	Name  string    `json:"name"`
	Unit  string    `json:"unit"`
	Ours  []float64 `json:"ours"`
	Plain []float64 `json:"plain"`

	digits int
}

type machineInfo struct {
	CPU        string `json:"cpu"`
	Cores      int    `json:"cores"`
	MemoryMB   int    `json:"memory_mb"`
	Kernel     string `json:"kernel"`
	Go         string `json:"go"`
	Engine     string `json:"engine"`
	Commit     string `json:"commit"`
	Browser    string `json:"browser"`
	LoadBefore string `json:"load_before"`
	LoadAfter  string `json:"load_after"`
}

// Names that a target below is written for.
const (
	groupStart    = "Start"
	groupPages    = "What a browser loads (cold cache)"
	groupBrowser  = "Join in Chromium, the same livekit-client on both"
	groupClick    = "From pressing 参加する to the first remote picture on the screen"
	rowStart      = "start to answering"
	rowFirstStart = "first start ever (makes the CA and the database)"
	rowIdle       = "RSS idle, after 10 s"
	rowBinary     = "binary"
)

// target is what the product promises; nothing here fails when it is missed.
func target(f *figure) string {
	switch {
	case f.Group == groupStart && f.Name == rowStart:
		return "≤ 1000 ms"
	case f.Group == groupStart && f.Name == rowIdle:
		return "≤ 120 MB"
	case f.Group == groupPages && f.Name == "room, until the first remote picture: transferred":
		return "≤ 1500 kB"
	case f.Group == groupClick && f.Name == "p95":
		return "≤ 2000 ms"
	case strings.HasPrefix(f.Group, "Forwarding") && (f.Name == "server CPU per forwarded packet" || f.Name == "server RSS"),
		strings.HasPrefix(f.Group, "Join") && strings.HasPrefix(f.Name, "first media"),
		f.Group == groupBrowser && strings.HasPrefix(f.Name, "first picture p"):
		return "as plain, within noise"
	}
	return ""
}

// put adds one value.
func (r *report) put(who, group, name, unit string, digits int, value float64) {
	var f *figure
	for _, x := range r.Figures {
		if x.Group == group && x.Name == name {
			f = x
		}
	}
	if f == nil {
		f = &figure{Group: group, Name: name, Unit: unit, digits: digits}
		r.Figures = append(r.Figures, f)
	}
	if who == "ours" {
		f.Ours = append(f.Ours, value)
	} else {
		f.Plain = append(f.Plain, value)
	}
}

// sizes notes how large the binaries are.
func (r *report) sizes(all ...contestant) error {
	for _, c := range all {
		i, err := os.Stat(c.binary)
		if err != nil {
			return fmt.Errorf("size of %s: %w", c.name, err)
		}
		r.put(c.name, groupStart, rowBinary, "MB", 1, float64(i.Size())/1e6)
	}
	return nil
}

// median of the values; of an even number the mean of the middle two.
func median(of []float64) float64 {
	low := quantile(of, 0.5)
	if len(of)%2 == 1 {
		return low
	}
	return (low - quantile(negated(of), 0.5)) / 2
}

func negated(of []float64) []float64 {
	out := make([]float64, len(of))
	for i, v := range of {
		out[i] = -v
	}
	return out
}

// ratio is the median of ours over that of plain, and the least and largest ratio of two measured one
// right after the other; "" where there is nothing to divide.
func (f *figure) ratio() string {
	if len(f.Ours) == 0 || len(f.Plain) == 0 || median(f.Plain) == 0 {
		return ""
	}
	text := fmt.Sprintf("%.2f", median(f.Ours)/median(f.Plain))
	if len(f.Ours) != len(f.Plain) || len(f.Ours) < 2 {
		return text
	}
	least, most := 0.0, 0.0
	for i, v := range f.Ours {
		if f.Plain[i] == 0 {
			return text
		}
		x := v / f.Plain[i]
		if i == 0 {
			least, most = x, x
		}
		least, most = min(least, x), max(most, x)
	}
	return fmt.Sprintf("%s (%.2f–%.2f)", text, least, most)
}

// cell is the median with the raw values behind it.
func (f *figure) cell(of []float64) string {
	if len(of) == 0 {
		return "–"
	}
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', f.digits, 64) }
	if len(of) == 1 {
		return "**" + number(of[0]) + "**"
	}
	raw := make([]string, len(of))
	for i, v := range of {
		raw[i] = number(v)
	}
	return "**" + number(median(of)) + "** (" + strings.Join(raw, " ") + ")"
}

// markdown is the report as tables, one for each group.
func (r *report) markdown() string {
	var b strings.Builder
	m := r.Machine
	fmt.Fprintf(&b, "Measured %s at commit %s in %s: %s, %d cores, %d MB; Linux %s; %s; LiveKit %s",
		r.Began.UTC().Format("2006-01-02 15:04 MST"), m.Commit, r.Took.Round(time.Second), m.CPU, m.Cores, m.MemoryMB, m.Kernel, m.Go, m.Engine)
	if m.Browser != "" {
		fmt.Fprintf(&b, "; %s", m.Browser)
	}
	fmt.Fprintf(&b, ". Load average before %s, after %s.\n", m.LoadBefore, m.LoadAfter)
	if w := r.warning("\n"); w != "" {
		b.WriteString(w + "\n")
	}
	if r.Quick {
		b.WriteString("\n**A quick run: these figures only show that the program works.**\n")
	}
	done := map[string]bool{}
	for _, f := range r.Figures {
		if done[f.Group] {
			continue
		}
		done[f.Group] = true
		r.table(&b, f.Group)
	}
	return b.String()
}

// warning says, after lead, that something else was at work; "" when nothing was.
func (r *report) warning(lead string) string {
	if l, err := strconv.ParseFloat(r.Machine.LoadBefore, 64); err != nil || l <= busy {
		return ""
	}
	return lead + "**The machine was busy before the run began: trust ratios with a narrow range only.**"
}

func (r *report) table(b *strings.Builder, group string) {
	both := false
	for _, f := range r.Figures {
		both = both || f.Group == group && len(f.Plain) > 0
	}
	if both {
		fmt.Fprintf(b, "\n### %s\n\n| | unit | ours | plain LiveKit | ours ÷ plain | target |\n|---|---|---|---|---|---|\n", group)
	} else {
		fmt.Fprintf(b, "\n### %s\n\n| | unit | ours | target |\n|---|---|---|---|\n", group)
	}
	for _, f := range r.Figures {
		switch {
		case f.Group != group:
		case both:
			fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s |\n", f.Name, f.Unit, f.cell(f.Ours), f.cell(f.Plain), f.ratio(), target(f))
		default:
			fmt.Fprintf(b, "| %s | %s | %s | %s |\n", f.Name, f.Unit, f.cell(f.Ours), target(f))
		}
	}
}

// busy is the load average above which something else was at work.
const busy = 1.5

// The figures of the README stand between these lines, so that nobody writes them by hand.
const (
	markBegin = "<!-- figures: written by go run ./bench/meet -->"
	markEnd   = "<!-- figures: end -->"
)

var errMarks = errors.New("README.md has no place for the figures")

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

// renewed puts the tables of one part in the place of the older ones, each with when it was measured.
func renewed(readme string, r *report) (string, error) {
	started := slices.ContainsFunc(r.Figures, func(f *figure) bool { return f.Name == rowStart })
	done := map[string]bool{groupStart: !started} // the sizes come with every run
	for _, f := range r.Figures {
		if done[f.Group] {
			continue
		}
		done[f.Group] = true
		head, rest, ok := strings.Cut(readme, "### "+f.Group+"\n")
		if !ok {
			return "", fmt.Errorf("README.md has no table %q to renew; a whole run makes it", f.Group)
		}
		end := strings.Index(rest, "\n### ")
		if end < 0 {
			end = strings.Index(rest, markEnd)
		}
		if end < 0 {
			return "", errMarks
		}
		var b strings.Builder
		r.table(&b, f.Group)
		table := strings.Replace(strings.TrimPrefix(b.String(), "\n"), "\n\n", fmt.Sprintf(
			"\n\nThis table alone was measured %s at commit %s; load average before %s, after %s.%s\n\n",
			r.Began.UTC().Format("2006-01-02 15:04 MST"), r.Machine.Commit, r.Machine.LoadBefore, r.Machine.LoadAfter, r.warning(" ")), 1)
		readme = head + strings.TrimSuffix(table, "\n") + "\n" + rest[end:]
	}
	return readme, nil
}

func rewrite(path string, edit func(old string) (string, error)) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text, err := edit(string(b))
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

// machine tells where the figures come from; what cannot be learned stays empty.
func machine(ctx context.Context, root string) machineInfo {
	m := machineInfo{Go: runtime.Version(), Cores: runtime.NumCPU(), LoadBefore: loadAverage()}
	if n, err := strconv.Atoi(os.Getenv(pinnedEnv)); err == nil {
		m.Cores = n
	}
	m.CPU = field("/proc/cpuinfo", `(?m)^model name\s*: (.+)$`)
	if kb, err := strconv.Atoi(field("/proc/meminfo", `(?m)^MemTotal:\s+(\d+) kB$`)); err == nil {
		m.MemoryMB = kb * 1024 / 1e6
	}
	m.Kernel = field("/proc/sys/kernel/osrelease", `(\S+)`)
	if b, err := os.ReadFile(filepath.Join(root, "go.mod")); err == nil {
		m.Engine = engineOf(b)
	}
	c := exec.CommandContext(ctx, "git", "rev-parse", "--short", "HEAD")
	c.Dir = root
	if out, err := c.Output(); err == nil {
		m.Commit = strings.TrimSpace(string(out))
	}
	return m
}

func loadAverage() string { return field("/proc/loadavg", `^(\S+)`) }

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
