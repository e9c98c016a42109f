package escpos_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till/escpos"
)

func bitmap(rows int) *escpos.Bitmap {
	return &escpos.Bitmap{Height: rows, Bits: make([]byte, rows*72)}
}

func TestAPrinterSaysWhatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		state [5]byte
		want  *core.Error
	}{
		"paper ended":              {[5]byte{0, 0x1a, 0x32, 0x12, 0x7e}, escpos.ErrPaper},
		"paper ended, sensor only": {[5]byte{0, 0x12, 0x12, 0x12, 0x72}, escpos.ErrPaper},
		"cover open, paper gone":   {[5]byte{0, 0x1a, 0x36, 0x12, 0x72}, escpos.ErrCover},
		"knife stuck":              {[5]byte{0, 0x1a, 0x52, 0x1a, 0x12}, escpos.ErrFault},
		"offline, no reason":       {[5]byte{0, 0x1a, 0x12, 0x12, 0x12}, escpos.ErrOffline},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := healthy()
			m.state = c.state
			var printer escpos.Printer
			_, err := printer.Print(t.Context(), m.listen(t), bitmap(10))
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if m.mu.Lock(); m.bytes > 12 {
				t.Errorf("%d bytes were sent to a printer that cannot print", m.bytes)
			}
			m.mu.Unlock()
		})
	}
}

func TestARollNearItsEndIsTold(t *testing.T) {
	t.Parallel()
	before, after, fine := healthy(), healthy(), healthy()
	before.state[4] = 0x1e
	after.done = 0x03
	for m, want := range map[*machine]bool{before: true, after: true, fine: false} {
		var printer escpos.Printer
		status, err := printer.Print(t.Context(), m.listen(t), bitmap(10))
		if err != nil || status.NearEnd != want || len(m.printed()) != 1 {
			t.Errorf("status %+v, %v, %d papers; want near end %t", status, err, len(m.printed()), want)
		}
	}
}

func TestAPrinterThatReportsByItselfIsUnderstood(t *testing.T) {
	t.Parallel()
	m := healthy()
	m.chats = []byte{0x10, 0x00, 0x00, 0x0f, 0x14, 0x00, 0x00, 0x0f}
	var printer escpos.Printer
	if _, err := printer.Print(t.Context(), m.listen(t), bitmap(300)); err != nil || len(m.printed()) != 1 {
		t.Errorf("%v, %d papers", err, len(m.printed()))
	}
}

func TestPaperThatEndsInTheMiddleIsTold(t *testing.T) {
	t.Parallel()
	ended := healthy()
	ended.done = 0x0c
	var printer escpos.Printer
	if _, err := printer.Print(t.Context(), ended.listen(t), bitmap(300)); !errors.Is(err, escpos.ErrPaper) {
		t.Errorf("answered: %v", err)
	}
	stopped := healthy()
	stopped.stops = 200
	if _, err := printer.Print(t.Context(), stopped.listen(t), bitmap(300)); !errors.Is(err, escpos.ErrCover) {
		t.Errorf("stopped: %v", err)
	}
}

func TestNobodyThereIsToldAtOnce(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	var printer escpos.Printer
	if _, err := printer.Print(t.Context(), addr, bitmap(10)); !errors.Is(err, escpos.ErrOff) {
		t.Errorf("error %v, want %v", err, escpos.ErrOff)
	}
}

func TestSomethingThatIsNoPrinterIsTold(t *testing.T) {
	t.Parallel()
	m := healthy()
	m.chats = []byte(strings.Repeat("HELLO", 40))
	var printer escpos.Printer
	if _, err := printer.Print(t.Context(), m.listen(t), bitmap(10)); !errors.Is(err, escpos.ErrSilent) {
		t.Errorf("error %v, want %v", err, escpos.ErrSilent)
	}
}

// TestAPrinterThatIsOffCostsThreeSeconds: no packet comes back, as from a machine without power, or the connection
// stands and nothing is ever said.
func TestAPrinterThatIsOffCostsThreeSeconds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		dial func(ctx context.Context, network, addr string) (net.Conn, error)
		want *core.Error
	}{
		"no power": {func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, escpos.ErrOff},
		"silent": {func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() { _ = (&machine{mute: true}).serve(theirs) }()
			return ours, nil
		}, escpos.ErrSilent},
		"reads nothing": {func(context.Context, string, string) (net.Conn, error) {
			ours, _ := net.Pipe()
			return ours, nil
		}, escpos.ErrSilent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				printer := escpos.Printer{Dial: c.dial}
				_, err := printer.Print(t.Context(), "192.168.1.50:9100", bitmap(1000))
				if took := time.Since(start); !errors.Is(err, c.want) || took > escpos.Patience {
					t.Errorf("%v after %s, want %v within %s", err, took, c.want, escpos.Patience)
				}
			})
		})
	}
}

func TestAPrinterThatGoesSilentWhilePrintingLeavesItOpen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		printer := escpos.Printer{Dial: func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				for n := 0; n < 4; n++ {
					_, _ = theirs.Read(make([]byte, 3))
					_, _ = theirs.Write([]byte{0x12})
				}
			}()
			return ours, nil
		}}
		start := time.Now()
		_, err := printer.Print(t.Context(), "192.168.1.50:9100", bitmap(600))
		if took := time.Since(start); !errors.Is(err, escpos.ErrUnsure) || took > 6*time.Second {
			t.Errorf("%v after %s", err, took)
		}
	})
}

func TestTwoCountersShareOnePrinter(t *testing.T) {
	t.Parallel()
	m := healthy()
	addr := m.listen(t)
	var printer escpos.Printer
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := printer.Print(t.Context(), addr, bitmap(500)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(m.printed()); n != 8 {
		t.Errorf("%d papers, want 8", n)
	}
}

func TestACounterDoesNotWaitForEverForAnothersPaper(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		dialled := make(chan struct{}, 2)
		printer := escpos.Printer{Dial: func(context.Context, string, string) (net.Conn, error) {
			dialled <- struct{}{}
			ours, theirs := net.Pipe()
			go func() {
				for range 4 {
					_, _ = theirs.Read(make([]byte, 3))
					_, _ = theirs.Write([]byte{0x12})
				}
			}()
			return ours, nil
		}}
		done := make(chan error)
		go func() {
			_, err := printer.Print(ctx, "192.168.1.50:9100", bitmap(20_000))
			done <- err
		}()
		<-dialled
		start := time.Now()
		_, err := printer.Print(t.Context(), "192.168.1.50:9100", bitmap(10))
		if took := time.Since(start); !errors.Is(err, escpos.ErrBusy) || took > escpos.Patience {
			t.Errorf("%v after %s", err, took)
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled print: %v", err)
		}
	})
}

func TestOnlyMachinesInsideAreConnectedTo(t *testing.T) {
	t.Parallel()
	printer := escpos.Printer{Dial: func(_ context.Context, _, addr string) (net.Conn, error) {
		t.Errorf("connected to %s", addr)
		return nil, errors.New("refused by the test")
	}}
	for _, addr := range []string{
		"", "192.168.1.50", "192.168.1.50:", ":9100", "192.168.1.50:0", "192.168.1.50:80", "192.168.1.50:65536", "192.168.1.50:print", "8.8.8.8:9100",
		"169.254.169.254:9100", "[fe80::1%eth0]:9100", "[2001:db8::1]:9100", "[::ffff:8.8.8.8]:9100", "0.0.0.0:9100", "[::]:9100", "224.0.0.1:9100",
		"255.255.255.255:9100", "http://192.168.1.50:9100", "192.168.1.50:9100/x", "192.168.1.50:-1", "100.64.0.1:9100", "[::ffff:169.254.169.254]:9100",
	} {
		if _, err := printer.Print(t.Context(), addr, bitmap(1)); !errors.Is(err, escpos.ErrAddress) {
			t.Errorf("print at %q: %v", addr, err)
		}
		if err := escpos.CheckAddress(addr); !errors.Is(err, escpos.ErrAddress) {
			t.Errorf("check %q: %v", addr, err)
		}
	}
	for addr, want := range map[string]string{
		"192.168.1.50:9100": "192.168.1.50:9100", "10.0.0.9:9101": "10.0.0.9:9101", "[fd00::1]:9100": "[fd00::1]:9100", "127.0.0.1:9100": "127.0.0.1:9100",
		"localhost:9100": "", "[::ffff:192.168.1.50]:9100": "192.168.1.50:9100",
	} {
		got := ""
		inside := escpos.Printer{Dial: func(_ context.Context, _, addr string) (net.Conn, error) {
			got = addr
			return nil, errors.New("refused by the test")
		}}
		if _, err := inside.Print(t.Context(), addr, bitmap(1)); !errors.Is(err, escpos.ErrOff) || want != "" && got != want || got == "" {
			t.Errorf("print at %q: %v, connected to %q", addr, err, got)
		}
		if err := escpos.CheckAddress(addr); err != nil {
			t.Errorf("check %q: %v", addr, err)
		}
	}
}

// FuzzAPrinterMaySayAnything: whatever a machine answers, Print ends with one of its errors or success, and soon.
func FuzzAPrinterMaySayAnything(f *testing.F) {
	f.Add([]byte{0x12, 0x12, 0x12, 0x12, 0x00})
	f.Add([]byte{0x10, 0, 0, 0, 0x12, 0x12, 0x12, 0x72})
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	f.Fuzz(func(t *testing.T, says []byte) {
		synctest.Test(t, func(t *testing.T) {
			printer := escpos.Printer{Dial: func(context.Context, string, string) (net.Conn, error) {
				ours, theirs := net.Pipe()
				go func() {
					_, _ = theirs.Write(says)
					_ = theirs.Close()
				}()
				go func() {
					for b := make([]byte, 4096); ; {
						if _, err := theirs.Read(b); err != nil {
							return
						}
					}
				}()
				return ours, nil
			}}
			start := time.Now()
			_, err := printer.Print(t.Context(), "192.168.1.50:9100", bitmap(100))
			var known *core.Error
			if err != nil && !errors.As(err, &known) || time.Since(start) > 10*time.Second {
				t.Errorf("%v after %s", err, time.Since(start))
			}
		})
	})
}
