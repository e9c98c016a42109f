//go:build linux

package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"yakusho/internal/meet/meettest"
)

// sizes of the media measurements.
type mediaPlan struct {
	listeners, burst, mesh int
	settle, window         time.Duration
}

func (o options) mediaPlan() mediaPlan {
	if o.quick {
		return mediaPlan{listeners: 6, burst: 4, mesh: 4, settle: time.Second, window: 2 * time.Second}
	}
	return mediaPlan{listeners: 25, burst: 10, mesh: 10, settle: 3 * time.Second, window: 5 * time.Second}
}

// face is what each sends where all send: 30 pictures and 50 sounds a second, a packet each.
func face() meettest.Shape {
	return meettest.Shape{FPS: 30, PacketsPerFrame: 1, PacketBytes: 1250, AudioPerSecond: 50, AudioBytes: 100}
}

// measureMedia compares both servers by turns: ours, plain, ours, plain, each started afresh.
func measureMedia(ctx context.Context, o options, r *report, us, them contestant, say func(string, ...any)) error {
	plan := o.mediaPlan()
	dir, err := os.MkdirTemp("", "yakusho-bench-media-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for rep := range o.reps {
		for _, c := range []contestant{us, them} {
			say("media, repetition %d of %d: %s (load %s)", rep+1, o.reps, c.name, loadAverage())
			s, err := c.start(ctx, dir, true)
			if err != nil {
				return err
			}
			err = measureLecture(ctx, r, s, plan)
			if err == nil {
				err = measureMesh(ctx, r, s, plan)
			}
			if stop := s.stop(); err == nil {
				err = stop
			}
			if err != nil {
				return fmt.Errorf("%s: %w\n%s", c.name, err, s.tail())
			}
		}
	}
	return nil
}

// measureLecture is one who talks to many: how fast the many come in, and what forwarding costs.
func measureLecture(ctx context.Context, r *report, s *server, plan mediaPlan) (err error) {
	m, err := s.open(ctx, "lecture")
	if err != nil {
		return err
	}
	c := &crew{meeting: m, crew: meettest.NewCrew()}
	defer func() { c.leave(c.seats...); err = cmp.Or(err, m.end(ctx)) }()
	talk := meettest.Talk()
	speaker, err := c.seat(ctx, meettest.Options{Shape: &talk, Deaf: true})
	if err != nil {
		return err
	}
	speaker.sit(ctx)
	if err := speaker.until(ctx, "sending", func(st meettest.Stats) bool { return st.PacketsSent > 100 }); err != nil {
		return err
	}

	// All at once.
	var burst []*seat
	for range plan.burst {
		l, err := c.seat(ctx, meettest.Options{Silent: true})
		if err != nil {
			return err
		}
		burst = append(burst, l)
	}
	for _, l := range burst {
		l.sit(ctx)
	}
	if err := arrived(ctx, burst); err != nil {
		return err
	}
	r.joins(s.name, groupBurst(plan), burst)
	c.leave(burst...)

	// One after another.
	var listeners []*seat
	for range plan.listeners {
		l, err := c.seat(ctx, meettest.Options{Silent: true})
		if err != nil {
			return err
		}
		l.sit(ctx)
		if err := arrived(ctx, []*seat{l}); err != nil {
			return err
		}
		listeners = append(listeners, l)
	}
	r.joins(s.name, groupQueue(plan), listeners)
	return c.window(ctx, r, s, fmt.Sprintf("1 → %d", plan.listeners), plan)
}

func groupQueue(p mediaPlan) string { return fmt.Sprintf("Join, %d one after another", p.listeners) }
func groupBurst(p mediaPlan) string { return fmt.Sprintf("Join, %d at once", p.burst) }

// arrived waits until everybody hears and sees somebody.
func arrived(ctx context.Context, seats []*seat) error {
	for _, l := range seats {
		err := l.until(ctx, "sound and picture", func(st meettest.Stats) bool { return st.Times.FirstAudio > 0 && st.Times.FirstVideo > 0 })
		if err != nil {
			return err
		}
	}
	return nil
}

// measureMesh is a meeting in which everybody sends and receives everybody.
func measureMesh(ctx context.Context, r *report, s *server, plan mediaPlan) (err error) {
	m, err := s.open(ctx, "mesh")
	if err != nil {
		return err
	}
	c := &crew{meeting: m, crew: meettest.NewCrew()}
	defer func() { c.leave(c.seats...); err = cmp.Or(err, m.end(ctx)) }()
	shape := face()
	for range plan.mesh {
		x, err := c.seat(ctx, meettest.Options{Shape: &shape})
		if err != nil {
			return err
		}
		x.sit(ctx)
	}
	for _, x := range c.seats {
		err := x.until(ctx, "hearing and seeing everybody", func(st meettest.Stats) bool {
			n := 0
			for _, h := range st.From {
				if h.Audio.Packets > 0 && h.Video.Packets > 0 {
					n++
				}
			}
			return n == plan.mesh-1
		})
		if err != nil {
			return err
		}
	}
	return c.window(ctx, r, s, fmt.Sprintf("%d × %d", plan.mesh, plan.mesh), plan)
}

// window lets the meeting settle and measures for a while.
func (c *crew) window(ctx context.Context, r *report, s *server, group string, plan mediaPlan) error {
	if err := pause(ctx, plan.settle); err != nil {
		return err
	}
	clocks := func() (server, own time.Duration, err error) {
		if server, err = s.cpu(); err == nil {
			own, err = cpuOf(os.Getpid())
		}
		return server, own, err
	}
	for _, x := range c.seats {
		x.who.Rewind()
	}
	began := time.Now()
	cpu0, own0, err := clocks()
	if err != nil {
		return err
	}
	if err := pause(ctx, plan.window); err != nil {
		return err
	}
	cpu1, own1, err := clocks()
	took := time.Since(began)
	if err != nil {
		return err
	}
	var received, lost, skipped uint64
	latency := &meettest.Histogram{}
	for _, x := range c.seats {
		select {
		case err := <-x.end:
			x.end <- err
			return fmt.Errorf("%s is out while measured: %w", x.name, err)
		default:
		}
		st := x.who.Stats()
		received += st.PacketsReceived
		lost += st.Lost
		skipped += st.Skipped
		latency.Merge(st.Latency)
	}
	mb, err := s.rss()
	if err != nil {
		return err
	}
	if received == 0 {
		return fmt.Errorf("%s: nothing was forwarded", group)
	}
	group = "Forwarding, " + group
	packet := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(received) }
	r.put(s.name, group, "server CPU per forwarded packet", "µs", 1, packet(cpu1-cpu0))
	r.put(s.name, group, "the same ÷ generator CPU per received packet", "", 2, float64(cpu1-cpu0)/float64(own1-own0))
	r.put(s.name, group, "forwarded", "packets/s", 0, float64(received)/took.Seconds())
	r.put(s.name, group, "server CPU", "% of a core", 1, 100*(cpu1-cpu0).Seconds()/took.Seconds())
	r.put(s.name, group, "lost", "%", 3, 100*float64(lost)/float64(received+lost))
	r.put(s.name, group, "latency p50", "ms", 2, ms(latency.Quantile(0.5)))
	r.put(s.name, group, "latency p99", "ms", 2, ms(latency.Quantile(0.99)))
	r.put(s.name, group, "server RSS", "MB", 1, mb)
	r.put(s.name, group, "sendings the generator left out", "", 0, float64(skipped))
	return nil
}

// joins notes how long each took from its first request.
func (r *report) joins(who, group string, seats []*seat) {
	var media, picture, ticket, signal, connected []float64
	for _, s := range seats {
		t := s.who.Stats().Times
		media = append(media, ms(t.FirstMedia()))
		picture = append(picture, ms(t.FirstVideo))
		ticket = append(ticket, ms(t.Ticket))
		signal = append(signal, ms(t.Signal))
		connected = append(connected, ms(t.Connected))
	}
	r.put(who, group, "first media p50", "ms", 0, quantile(media, 0.5))
	r.put(who, group, "first media p95", "ms", 0, quantile(media, 0.95))
	r.put(who, group, "first picture packet p50", "ms", 0, quantile(picture, 0.5))
	r.put(who, group, "on the way: ticket p50", "ms", 1, quantile(ticket, 0.5))
	r.put(who, group, "on the way: signalling p50", "ms", 1, quantile(signal, 0.5))
	r.put(who, group, "on the way: connected p50", "ms", 0, quantile(connected, 0.5))
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// quantile is the smallest value that the share q of all is not above.
func quantile(of []float64, q float64) float64 {
	s := slices.Sorted(slices.Values(of))
	if len(s) == 0 {
		return 0
	}
	i := int(q*float64(len(s))+0.999999) - 1
	return s[min(max(i, 0), len(s)-1)]
}
