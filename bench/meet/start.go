//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// measureStart starts both by turns, the files in the disk cache, and lets them idle.
func measureStart(ctx context.Context, o options, r *report, us, them contestant, say func(string, ...any)) error {
	dir, err := os.MkdirTemp("", "yakusho-bench-start-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	// As an office runs it: no sample town.
	us.args = func(data string) []string {
		return []string{"serve", "--listen", us.url[len("https://"):], "--http", "off", "--data", data}
	}
	once := func(c contestant, data, group, name string) error {
		s, err := c.start(ctx, data, false)
		if err != nil {
			return err
		}
		r.put(c.name, group, name, "ms", 0, ms(s.took))
		return s.stop()
	}
	const group = groupStart
	n, firsts, idles := 10, 3, 3
	if o.quick {
		n, firsts, idles = 3, 1, 1
	}
	say("start: %d times each", n)
	// Fills the disk cache and the data directory; not counted.
	for _, c := range []contestant{us, them} {
		s, err := c.start(ctx, dir, false)
		if err != nil {
			return err
		}
		if err := s.stop(); err != nil {
			return err
		}
	}
	for range n {
		for _, c := range []contestant{us, them} {
			if err := once(c, dir, group, rowStart); err != nil {
				return err
			}
		}
	}
	for i := range firsts {
		fresh := filepath.Join(dir, fmt.Sprint("fresh", i))
		if err := os.Mkdir(fresh, 0o700); err != nil {
			return err
		}
		if err := once(us, fresh, group, rowFirstStart); err != nil {
			return err
		}
	}
	for range idles {
		for _, c := range []contestant{us, them} {
			say("idle: %s", c.name)
			s, err := c.start(ctx, dir, false)
			if err != nil {
				return err
			}
			err = pause(ctx, 10*time.Second)
			mb, rssErr := s.rss()
			for _, e := range []error{rssErr, s.stop()} {
				if err == nil {
					err = e
				}
			}
			if err != nil {
				return err
			}
			r.put(c.name, group, rowIdle, "MB", 1, mb)
		}
	}
	return nil
}
