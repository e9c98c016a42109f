package escpos_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"yakusho/internal/till/escpos"
	"yakusho/web"
)

// machine is a thermal printer: it reads commands as one does, answers questions about its state, and keeps what it
// printed as pictures, one for each cut.
type machine struct {
	// The answers to DLE EOT 1 to 4 and to GS r 1.
	state [5]byte
	done  byte
	// mute: it takes everything and says nothing. stops: it goes offline after that many rows.
	mute  bool
	stops int
	chats []byte // sent on connecting, as a printer with ASB does

	mu     sync.Mutex
	papers []*image.Gray
	bytes  int
	faults []error
}

func healthy() *machine { return &machine{state: [5]byte{0, 0x12, 0x12, 0x12, 0x12}} }

// listen starts m on loopback and returns its address.
func (m *machine) listen(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer func() { _ = c.Close() }()
				if err := m.serve(c); err != nil {
					m.mu.Lock()
					m.faults = append(m.faults, err)
					m.mu.Unlock()
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		all.Wait()
		for _, err := range m.faults {
			t.Errorf("the printer did not understand: %v", err)
		}
	})
	return l.Addr().String()
}

func (m *machine) printed() []*image.Gray {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.papers
}

// serve speaks ESC/POS until the other side hangs up.
func (m *machine) serve(c io.ReadWriter) error {
	if _, err := c.Write(m.chats); err != nil {
		return err
	}
	r := bufio.NewReader(c)
	var rows []byte
	read := func(n int) ([]byte, error) {
		b := make([]byte, n)
		_, err := io.ReadFull(r, b)
		m.mu.Lock()
		m.bytes += n
		m.mu.Unlock()
		return b, err
	}
	say := func(b byte) {
		if !m.mute {
			_, _ = c.Write([]byte{b})
		}
	}
	stopped := false
	for {
		lead, err := read(2)
		if err != nil {
			return nil // hung up between commands
		}
		switch string(lead) {
		case "\x1b@":
			rows = nil
		case "\x10\x04":
			n, err := read(1)
			if err != nil || n[0] < 1 || n[0] > 4 {
				return fmt.Errorf("DLE EOT %v: %w", n, err)
			}
			if stopped && n[0] == 2 {
				say(0x12 | 0x04)
			} else {
				say(m.state[n[0]])
			}
		case "\x1dv":
			h, err := read(6)
			if err != nil || h[0] != '0' || h[1] != 0 || int(h[2])|int(h[3])<<8 != 72 {
				return fmt.Errorf("GS v: header %v: %w", h, err)
			}
			band, err := read(72 * (int(h[4]) | int(h[5])<<8))
			if err != nil {
				return fmt.Errorf("GS v 0: %w", err)
			}
			rows = append(rows, band...)
			stopped = stopped || m.stops > 0 && len(rows)/72 >= m.stops
		case "\x1dV":
			if h, err := read(2); err != nil || h[0] != 66 {
				return fmt.Errorf("GS V %v: %w", h, err)
			}
			if !stopped {
				m.mu.Lock()
				m.papers = append(m.papers, picture(rows))
				m.mu.Unlock()
			}
			rows = nil
		case "\x1dr":
			if h, err := read(1); err != nil || h[0] != 1 {
				return fmt.Errorf("GS r %v: %w", h, err)
			}
			if !stopped {
				say(m.done)
			}
		default:
			return fmt.Errorf("unknown command % x", lead)
		}
	}
}

func picture(rows []byte) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, 576, len(rows)/72))
	for i := range img.Pix {
		img.Pix[i] = 0xff
		if rows[i/8]&(0x80>>(i%8)) != 0 {
			img.Pix[i] = 0
		}
	}
	return img
}

// goldenPicture compares a picture with testdata/name. A thousandth of the dots may differ: the rasteriser rounds
// differently on other processors.
func goldenPicture(t *testing.T, name string, got *image.Gray) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if flag.Lookup("update").Value.String() == "true" {
		var b bytes.Buffer
		if err := png.Encode(&b, got); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatalf("%v (run the test with -update to write it)", err)
	}
	defer func() { _ = f.Close() }()
	decoded, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	want, ok := decoded.(*image.Gray)
	if !ok || want.Bounds() != got.Bounds() {
		t.Fatalf("%s: %T of %v, want %v", name, decoded, decoded.Bounds(), got.Bounds())
	}
	differ := 0
	for i := range got.Pix {
		if got.Pix[i] != want.Pix[i] {
			differ++
		}
	}
	if differ > len(got.Pix)/1000 {
		t.Errorf("%s: %d dots differ; look at the picture, and run with -update if that is meant", path, differ)
	}
}

func press(t testing.TB) *escpos.Press {
	t.Helper()
	ttf, err := web.SlipFont()
	if err != nil {
		t.Fatal(err)
	}
	p, err := escpos.NewPress(ttf)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
