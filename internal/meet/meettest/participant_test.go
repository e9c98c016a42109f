package meettest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"yakusho/internal/meet/meettest"
)

// TestMain looks for what participants leave behind. goleak cannot be asked: the embedded engine never
// ends some goroutines of its own (psrpc clients, room workers), and it cannot tell whose is whose.
func TestMain(m *testing.M) {
	code := m.Run()
	if left := leftBehind(); code == 0 && left != "" {
		fmt.Fprintf(os.Stderr, "participants left goroutines behind:\n%s\n", left)
		code = 1
	}
	os.Exit(code)
}

// leftBehind returns the stacks that belong to participants (or to pion on either side), after giving
// them ten seconds to end.
func leftBehind() string {
	deadline, tick := time.NewTimer(10*time.Second), time.NewTicker(50*time.Millisecond)
	defer deadline.Stop()
	defer tick.Stop()
	for {
		var left []string
		buf := make([]byte, 16<<20)
		for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			for _, mine := range []string{"meettest.(", "github.com/pion/", "github.com/coder/websocket", "net/http.(*persistConn)"} {
				if strings.Contains(g, mine) && !strings.Contains(g, "leftBehind") {
					left = append(left, g)
					break
				}
			}
		}
		if len(left) == 0 {
			return ""
		}
		select {
		case <-deadline.C:
			return strings.Join(left, "\n\n")
		case <-tick.C:
		}
	}
}

// seat is one participant at work.
type seat struct {
	*meettest.Participant
	end chan error
}

// sit lets n participants in and waits until every one of them hears and sees all others.
func sit(t *testing.T, o *office, n int, opt meettest.Options) []seat {
	t.Helper()
	crew := meettest.NewCrew()
	seats := make([]seat, n)
	for i := range seats {
		c, id := o.client(t)
		s := seat{crew.NewParticipant(c, id, opt), make(chan error, 1)}
		go func() { s.end <- s.Run(context.Background()) }()
		t.Cleanup(s.Close)
		seats[i] = s
	}
	wait(t, "all hear and see each other", func() error {
		for i, s := range seats {
			select {
			case err := <-s.end:
				t.Fatalf("participant %d ended: %v", i, err)
			default:
			}
			if err := hearsAll(s.Stats(), seats); err != nil {
				return fmt.Errorf("participant %d: %w", i, err)
			}
		}
		return nil
	})
	return seats
}

func hearsAll(st meettest.Stats, seats []seat) error {
	for _, o := range seats {
		who := o.Stats().Participant
		if who == "" {
			return errors.New("somebody has no ticket")
		}
		if who == st.Participant {
			continue
		}
		if h := st.From[who]; h.Audio.Packets < 10 || h.Video.Packets < 10 || h.Video.KeyFrames == 0 {
			return fmt.Errorf("from %s: %+v", who, h)
		}
	}
	return nil
}

// wait polls, because real sockets tell nobody when they are done.
func wait(t *testing.T, what string, f func() error) {
	t.Helper()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := f()
		if err == nil {
			return
		}
		select {
		case <-deadline.C:
			t.Fatalf("waited too long: %s: %v", what, err)
		case <-tick.C:
		}
	}
}

func TestThreeParticipantsHearAndSeeEachOther(t *testing.T) {
	// Not parallel: the real engine and six encoders' worth of packets on a shared machine.
	for _, via := range []meettest.Via{meettest.UDP, meettest.Relay} {
		t.Run(string(via), func(t *testing.T) {
			o := newOffice(t)
			seats := sit(t, o, 3, meettest.Options{Via: via})
			relays := o.relay.Stats().Allocations
			if via == meettest.Relay && relays != 6 || via == meettest.UDP && relays != 0 {
				t.Errorf("%d relays are open", relays)
			}
			for i, s := range seats {
				st := s.Stats()
				t.Logf("%d: %+v loss %.3f%% latency p50 %v p99 %v", i, st.Times, 100*st.Loss(), st.Latency.Quantile(.5), st.Latency.Quantile(.99))
				if string(st.Path) != string(via) {
					t.Errorf("participant %d went by %q, want %q", i, st.Path, via)
				}
				if st.Latency.Count() < 10 || st.Latency.Quantile(.5) <= 0 || st.Latency.Quantile(.5) > 5*time.Second {
					t.Errorf("participant %d measured a latency of %v from %d packets", i, st.Latency.Quantile(.5), st.Latency.Count())
				}
				if x := st.Times; x.Ticket <= 0 || x.Signal < x.Ticket || x.Connected < x.Signal || x.FirstAudio == 0 || x.FirstVideo == 0 {
					t.Errorf("participant %d: times out of order: %+v", i, x)
				}
				if st.PacketsSent == 0 || st.BytesSent == 0 {
					t.Errorf("participant %d sent nothing", i)
				}
			}
			seats[0].Rewind()
			if st := seats[0].Stats(); st.Latency.Count() > 20 || st.PacketsReceived > 20 {
				t.Errorf("after Rewind %d packets are still counted", st.PacketsReceived)
			}
			for i, s := range seats {
				s.Close()
				if err := <-s.end; err != nil {
					t.Errorf("participant %d: closing made an error: %v", i, err)
				}
			}
		})
	}
}

func TestShapedTrafficKeepsItsRateAndMarks(t *testing.T) {
	// Not parallel: it measures rates.
	o := newOffice(t)
	shape := meettest.Talk()
	seats := sit(t, o, 2, meettest.Options{Shape: &shape})
	for _, s := range seats {
		s.Rewind()
	}
	began := time.Now()
	wait(t, "two seconds of traffic", func() error {
		if n := seats[0].Stats().PacketsReceived; n < 400 {
			return fmt.Errorf("%d packets", n)
		}
		return nil
	})
	rate := float64(seats[0].Stats().PacketsReceived) / time.Since(began).Seconds()
	if rate < 150 || rate > 260 {
		t.Errorf("received %.0f packets a second, want about 200", rate)
	}
	if st := seats[0].Stats(); st.Latency.Count()*10 < st.PacketsReceived*9 {
		t.Errorf("of %d packets only %d carried their mark", st.PacketsReceived, st.Latency.Count())
	}
}

func TestSilentListenerAndDeafSpeaker(t *testing.T) {
	// Not parallel: see above.
	o := newOffice(t)
	crew := meettest.NewCrew()
	start := func(opt meettest.Options) seat {
		c, id := o.client(t)
		s := seat{crew.NewParticipant(c, id, opt), make(chan error, 1)}
		go func() { s.end <- s.Run(context.Background()) }()
		t.Cleanup(s.Close)
		return s
	}
	speaker, listener := start(meettest.Options{Deaf: true}), start(meettest.Options{Silent: true})
	wait(t, "the listener hears", func() error {
		if n := listener.Stats().PacketsReceived; n < 50 {
			return fmt.Errorf("%d packets", n)
		}
		return nil
	})
	if n := listener.Stats().PacketsSent; n != 0 {
		t.Errorf("the silent one sent %d packets", n)
	}
	if n := speaker.Stats().PacketsReceived; n != 0 {
		t.Errorf("the deaf one received %d packets", n)
	}
}

func TestParticipantIsToldThatTheMeetingEnded(t *testing.T) {
	// Not parallel: see above.
	o := newOffice(t)
	seats := sit(t, o, 2, meettest.Options{})
	c, id := o.client(t)
	if err := c.End(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	for i, s := range seats {
		if err := <-s.end; !errors.Is(err, meettest.ErrSentOut) {
			t.Errorf("participant %d ended with %v", i, err)
		}
	}
}

func TestRefusalsAreTold(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	good, err := meettest.NewClient(meettest.ClientOptions{URL: o.url, Roots: o.roots})
	if err != nil {
		t.Fatal(err)
	}
	defer good.Close()
	var p *meettest.Problem
	if _, err := good.Enter(ctx, number, "0000", "x"); !errors.As(err, &p) || p.Code != "number_or_pin" || p.Status != 400 {
		t.Errorf("wrong PIN: %v", err)
	}
	if _, err := good.Join(ctx, "nowhere"); !errors.As(err, &p) || p.Code != "sign_in" {
		t.Errorf("join without cookie: %v", err)
	}
	if _, err := good.Session(ctx); !errors.Is(err, meettest.ErrStrange) {
		t.Errorf("another program: %v", err)
	}
	strict, err := meettest.NewClient(meettest.ClientOptions{URL: o.url})
	if err != nil {
		t.Fatal(err)
	}
	defer strict.Close()
	if _, err := strict.Enter(ctx, number, goodPIN, "x"); !errors.Is(err, meettest.ErrUntrusted) {
		t.Errorf("unknown CA: %v", err)
	}
	away, err := meettest.NewClient(meettest.ClientOptions{URL: "https://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	defer away.Close()
	if _, err := away.Session(ctx); !errors.Is(err, meettest.ErrUnreachable) {
		t.Errorf("nobody there: %v", err)
	}
}

func TestUnverifiedCertificateIsForThisMachineOnly(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]error{
		"https://localhost:8443":      nil,
		"https://127.0.0.1:8443":      nil,
		"https://[::1]:8443":          nil,
		"https://10.1.2.3:8443":       meettest.ErrUntrusted,
		"https://localhost.evil.test": meettest.ErrUntrusted,
		"http://localhost:8443":       meettest.ErrAddress,
		"localhost:8443":              meettest.ErrAddress,
		"https://u:p@localhost":       meettest.ErrAddress,
		"https://localhost/sub":       meettest.ErrAddress,
		"https://%zz":                 meettest.ErrAddress,
	} {
		c, err := meettest.NewClient(meettest.ClientOptions{URL: url, Insecure: true})
		if !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("%s: %v, want %v", url, err, want)
		}
		if c != nil {
			c.Close()
		}
	}
}
