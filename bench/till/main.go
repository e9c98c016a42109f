//go:build linux

// Command till measures the counter: what storing a payment costs beside bare synced transactions on the same disk, what is
// added to a provider's answer, and how the day is closed and a provider's file matched among a million payments, on SQLite
// and on PostgreSQL. It writes the figures into bench/README.md.
//
//	go run ./bench/till              everything; an idle machine, about ten minutes and 3 GB of disk
//	go run ./bench/till -quick       a smoke run of a minute; README.md stays as it is
//	go run ./bench/till -only rate   a part: rate, wait or million; writes nothing
//	go run ./bench/till -dir PATH    where the databases are put: the disk that is measured
//
// It must not judge: no figure makes it fail, because a busy machine would. It fails only when something could not be
// measured, or came out wrong.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"syscall"
	"time"

	"yakusho/internal/sqldb"
)

// options is the command line.
type options struct {
	quick    bool
	root     string
	dir      string
	only     string
	payments int // in the large database
	rows     int // of the settlement file
	sales    int // of the session that is closed
	reps     int
	slice    time.Duration // of one repetition of the rate
	engine   string        // that one alone
	profile  string        // where the profile of the processor goes
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
	o := options{payments: 1_000_000, rows: 100_000, sales: 2000, reps: 5, slice: 2 * time.Second}
	f := flag.NewFlagSet("till", flag.ContinueOnError)
	f.BoolVar(&o.quick, "quick", false, "little of everything, to see that it works; writes no README")
	f.StringVar(&o.root, "root", ".", "the checkout")
	f.StringVar(&o.dir, "dir", "", "`directory` for the databases, on the disk to be measured (default: beside the checkout's out/)")
	f.StringVar(&o.only, "only", "", "rate, wait or million: that part alone; writes no README")
	f.StringVar(&o.engine, "engine", "", "SQLite or PostgreSQL: that one alone; writes no README")
	f.StringVar(&o.profile, "cpuprofile", "", "write a profile of the processor to this `file`")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.profile != "" {
		to, err := os.Create(o.profile)
		if err != nil {
			return err
		}
		defer to.Close()
		if err := pprof.StartCPUProfile(to); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	if o.quick {
		o.payments, o.rows, o.sales, o.reps, o.slice = 40_000, 4_000, 500, 2, 500*time.Millisecond
	}
	if o.dir == "" {
		o.dir = filepath.Join(o.root, "out")
	}
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(o.dir, "bench-till-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	dir, err = filepath.Abs(dir)
	if err != nil {
		return err
	}
	say := func(format string, a ...any) { fmt.Fprintf(stdout, format+"\n", a...) }
	r := newReport(ctx, o)
	pg, err := startPostgres(ctx, dir)
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	defer pg.stop()
	engines := []engine{
		{"SQLite", func(name string) (string, error) { return "sqlite:" + filepath.Join(dir, name+".db"), nil }},
		{"PostgreSQL", func(name string) (string, error) { return pg.create(ctx, name) }},
	}
	for _, p := range []struct {
		name string
		run  func(context.Context, options, *report, engine, func(string, ...any)) error
	}{{"rate", measureRate}, {"wait", measureWait}, {"million", measureMillion}} {
		if o.only != "" && o.only != p.name {
			continue
		}
		for _, e := range engines {
			if o.engine != "" && o.engine != e.name {
				continue
			}
			say("%s on %s", p.name, e.name)
			if err := p.run(ctx, o, r, e, say); err != nil {
				return errors.Join(fmt.Errorf("measure %s on %s: %w", p.name, e.name, err), pg.trouble())
			}
		}
	}
	text := r.markdown()
	say("\n%s", text)
	if o.quick || o.only != "" || o.engine != "" {
		return nil
	}
	return rewrite(filepath.Join(o.root, "bench", "README.md"), text)
}

// engine is a kind of database, and how to get the URL of an empty one.
type engine struct {
	name  string
	fresh func(name string) (string, error)
}

func (e engine) open(ctx context.Context, name string) (*sqldb.DB, error) {
	url, err := e.fresh(name)
	if err != nil {
		return nil, err
	}
	return sqldb.Open(ctx, url)
}
