package tlsca

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRestartKeepsCAAndCertificate(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.open(t)
	w.pass(time.Hour)
	b := w.open(t)
	if !bytes.Equal(a.CA(), b.CA()) || !leaf(t, a).Equal(leaf(t, b)) {
		t.Error("a restart made something new")
	}
}

func TestCertificateIsRenewedThirtyDaysBeforeItEnds(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.open(t)
	first := leaf(t, a)
	w.pass(first.NotAfter.Add(-renewLeft - time.Second).Sub(w.now))
	if !leaf(t, a).Equal(first) {
		t.Error("renewed too early")
	}
	w.pass(2*time.Second + lookEvery)
	second := leaf(t, a)
	if second.Equal(first) {
		t.Fatal("not renewed with less than 30 days left")
	}
	if err := verify(a, second, "kaigi.mihon.example", w.now); err != nil {
		t.Error(err)
	}
	if !leaf(t, w.open(t)).Equal(second) {
		t.Error("the renewed certificate was not stored")
	}
	w.pass(2 * 365 * 24 * time.Hour) // the server was off for two years
	if c := leaf(t, w.open(t)); verify(a, c, "localhost", w.now) != nil {
		t.Error("an ended certificate was not replaced at start")
	}
}

func TestNewAddressGetsIntoTheCertificateWithinAMinute(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.open(t)
	asked := w.asked
	w.move(addrs("10.20.30.40", "203.0.113.9")...)
	for range 100 {
		leaf(t, a)
	}
	if w.asked != asked {
		t.Errorf("addresses were looked at %d times within a minute", w.asked-asked)
	}
	w.pass(lookEvery + time.Microsecond)
	got := sans(leaf(t, a))
	if !slices.Contains(got, "10.20.30.40") || slices.Contains(got, "192.168.10.5") || slices.Contains(got, "203.0.113.9") {
		t.Errorf("SANs %v", got)
	}
	w.pass(2 * lookEvery)
	before := leaf(t, a)
	w.mu.Lock()
	w.fail = errors.New("netlink is gone")
	w.local = nil
	w.mu.Unlock()
	w.pass(2 * lookEvery)
	if !leaf(t, a).Equal(before) {
		t.Error("failing to list the addresses changed the certificate")
	}
}

func TestAnAddressTheCAMayNotSignForIsNamedAndToldOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	var said bytes.Buffer
	w.cfg.Log = slog.New(slog.NewTextHandler(&said, nil))
	a := w.open(t)
	w.move(addrs("192.168.10.5", "203.0.113.5")...)
	for range 3 {
		w.pass(2 * lookEvery)
		if slices.Contains(sans(leaf(t, a)), "203.0.113.5") {
			t.Fatal("the CA signed beyond its constraints")
		}
	}
	ws := a.Status().Warnings
	if d := cmp.Diff([]string{"address_not_covered"}, codes(ws)); d != "" {
		t.Fatal(d)
	}
	for _, want := range []string{"「203.0.113.5」", "server.addresses に書いて yakusho tls renew-ca --yes を実行してください"} {
		if !strings.Contains(ws[0].Message, want) {
			t.Errorf("%q is missing in %s", want, ws[0].Message)
		}
	}
	if n := strings.Count(said.String(), "address_not_covered"); n != 1 {
		t.Errorf("told %d times:\n%s", n, said.String())
	}
	said.Reset()
	if got := codes(w.open(t).Status().Warnings); !slices.Contains(got, "address_not_covered") || strings.Count(said.String(), "address_not_covered") != 1 {
		t.Errorf("after a restart: %v\n%s", got, said.String())
	}
	w.cfg.Chosen = true
	if ws := w.open(t).Status().Warnings; len(ws) != 0 {
		t.Errorf("an office that chose its addresses is told of others: %v", ws)
	}
	w.move(addrs("192.168.10.5")...)
	w.pass(2 * lookEvery)
	leaf(t, a)
	if ws := a.Status().Warnings; len(ws) != 0 {
		t.Errorf("the address is gone, the warning is not: %v", ws)
	}
}

func TestRenewalThatCannotBeStoredKeepsServingAndWarns(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.open(t)
	before := leaf(t, a)
	if err := os.RemoveAll(w.dir); err != nil {
		t.Fatal(err)
	}
	w.move(addrs("10.20.30.40")...)
	w.pass(2 * lookEvery)
	if !leaf(t, a).Equal(before) {
		t.Error("the certificate in use is not the stored one")
	}
	if got := codes(a.Status().Warnings); !slices.Contains(got, "cert_renewal_failed") {
		t.Errorf("warnings %v", got)
	}
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	w.pass(2 * lookEvery)
	if !slices.Contains(sans(leaf(t, a)), "10.20.30.40") || len(a.Status().Warnings) != 0 {
		t.Errorf("not renewed after the disk was back: %v", a.Status().Warnings)
	}
}

func TestClockSetFarBackWhileRunningKeepsTheCertificate(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.open(t)
	before := leaf(t, a)
	w.pass(-4 * 24 * time.Hour)
	if !leaf(t, a).Equal(before) {
		t.Error("a certificate of the past was issued")
	}
	if d := cmp.Diff([]string{"clock_far_off"}, codes(a.Status().Warnings)); d != "" {
		t.Error(d)
	}
}

func TestEndOfTheCAIsAnnouncedAYearBefore(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.open(t)
	w.pass(9*365*24*time.Hour + 30*24*time.Hour)
	a := w.open(t)
	if d := cmp.Diff([]string{"ca_ending"}, codes(a.Status().Warnings)); d != "" {
		t.Error(d)
	}
	if l := leaf(t, a); l.NotAfter.After(a.ca.cert.NotAfter) {
		t.Error("the certificate outlives its CA")
	}
}

func TestManyHandshakesAtOnceDuringARenewal(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.open(t)
	w.move(addrs("10.1.1.1")...)
	w.pass(2 * lookEvery)
	conf := a.TLSConfig()
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			if c, err := conf.GetCertificate(nil); err != nil || c == nil {
				t.Error(err)
			}
			a.Status()
		})
	}
	wg.Wait()
	if !slices.Contains(sans(leaf(t, a)), "10.1.1.1") {
		t.Error("not renewed")
	}
}
