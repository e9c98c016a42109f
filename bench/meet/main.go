//go:build linux

// Command meet measures our server beside the same version of LiveKit started plain, in one run and by
// turns, and what a browser loads and waits for. It writes the figures into bench/README.md.
//
//	make bench                            everything; an idle machine of two cores or more, ten minutes
//	go run ./bench/meet -quick            a smoke run of a minute or two; README.md stays as it is
//	go run ./bench/meet -json out.json    the raw values as well
//	go run ./bench/meet -only join -write measures one part and renews its tables in README.md
//
// It must not judge: no figure makes it fail, because a busy machine would. It fails only when something
// could not be measured. Both servers run as their own processes and are looked at from outside; nothing
// here reaches into either.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// options is the command line.
type options struct {
	quick bool
	json  string
	root  string
	ours  string
	port  int
	reps  int
	only  string // a part
	write bool   // with only: renew that part's tables
	tuned bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	var o options
	f := flag.NewFlagSet("meet", flag.ContinueOnError)
	f.BoolVar(&o.quick, "quick", false, "few and short repetitions, to see that it works; writes no README")
	f.StringVar(&o.json, "json", "", "write all raw values to this `file`")
	f.StringVar(&o.root, "root", ".", "the checkout")
	f.StringVar(&o.ours, "ours", "", "our `binary` (default bin/yakusho of the checkout)")
	f.IntVar(&o.port, "port", 9760, "first of twenty `port`s to use")
	f.IntVar(&o.reps, "reps", 5, "repetitions of the comparison, at least 3")
	f.StringVar(&o.only, "only", "", "media, join, start or page: that part alone; writes no README without -write")
	f.BoolVar(&o.write, "write", false, "with -only: put the tables of that part into the README, with when they were measured")
	f.BoolVar(&o.tuned, "tuned", false, "plain LiveKit with one UDP port, ICE lite and warnings only, as we configure it, instead of its defaults; writes no README")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.reps < 3 {
		return errors.New("-reps: fewer than 3 repetitions say nothing")
	}
	if o.write && o.only == "" {
		return errors.New("-write: only with -only; a whole run writes anyway")
	}
	if o.quick {
		o.reps = 1
	}
	if runtime.NumCPU() > 1 && os.Getenv(pinnedEnv) == "" {
		return pinned(ctx, args, stdout)
	}
	return bench(ctx, o, stdout)
}

// errNotMeasured follows what the pinned child has already told.
var errNotMeasured = errors.New("not everything could be measured")

// pinnedEnv tells a child of ours how many cores the machine has, though it sees one.
const pinnedEnv = "YAKUSHO_BENCH_CORES"

// pinned runs this program again on core 1, so that the server on core 0 has that one for itself.
func pinned(ctx context.Context, args []string, stdout io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find own binary: %w", err)
	}
	c := exec.CommandContext(ctx, "taskset", append([]string{"-c", "1", self}, args...)...)
	c.Env = append(os.Environ(), pinnedEnv+"="+strconv.Itoa(runtime.NumCPU()))
	c.Stdout, c.Stderr = stdout, os.Stderr
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = 30 * time.Second
	var failed *exec.ExitError
	if err := c.Run(); !errors.As(err, &failed) {
		return err
	}
	return errNotMeasured
}

func bench(ctx context.Context, o options, stdout io.Writer) error {
	dir, err := os.MkdirTemp("", "yakusho-bench-")
	if err != nil {
		return fmt.Errorf("make working directory: %w", err)
	}
	defer os.RemoveAll(dir)
	root, err := filepath.Abs(o.root)
	if err != nil {
		return err
	}
	o.root = root
	if o.ours == "" {
		o.ours = filepath.Join(root, "bin", "yakusho")
	}
	r := &report{Began: time.Now(), Quick: o.quick, Machine: machine(ctx, root)}
	say := func(format string, a ...any) { fmt.Fprintf(stdout, format+"\n", a...) }
	say("building plain LiveKit")
	us, them, err := contestants(ctx, o, dir)
	if err != nil {
		return err
	}
	if err := r.sizes(us, them); err != nil {
		return err
	}
	parts := []struct {
		name string
		run  func() error
	}{
		{"media", func() error { return measureMedia(ctx, o, r, us, them, say) }},
		{"join", func() error { return measureBrowserJoins(ctx, o, r, us, them, say) }},
		{"start", func() error { return measureStart(ctx, o, r, us, them, say) }},
		{"page", func() error { return measurePages(ctx, o, r, us, say) }},
	}
	for _, p := range parts {
		if o.only != "" && o.only != p.name {
			continue
		}
		if err := p.run(); err != nil {
			return fmt.Errorf("measure %s: %w", p.name, err)
		}
	}
	r.Took = time.Since(r.Began)
	r.Machine.LoadAfter = loadAverage()
	text := r.markdown()
	say("\n%s", text)
	if o.json != "" {
		b, err := json.MarshalIndent(r, "", "\t")
		if err != nil {
			return err
		}
		if err := os.WriteFile(o.json, append(b, '\n'), 0o644); err != nil {
			return err
		}
	}
	readme := filepath.Join(root, "bench", "README.md")
	switch {
	case o.quick || o.tuned || o.only != "" && !o.write:
		return nil
	case o.only != "":
		return rewrite(readme, func(old string) (string, error) { return renewed(old, r) })
	}
	return rewrite(readme, func(old string) (string, error) { return between(old, text) })
}
