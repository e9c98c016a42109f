package tilltest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/testkit"
	"yakusho/internal/till"
	"yakusho/internal/till/paysim"
)

// Sim is a paysim behind a Wire on a real socket, with an address for its notifications.
type Sim struct {
	*paysim.Sim
	Name    string // "paypay" or "univapay": whose books Taken reads
	URL     string // of the wire: what the provider package is given
	Wire    *Wire
	Clock   *testkit.Clock
	Hook    string // takes notifications
	Notices chan Notice
	Cred    paysim.Credentials
}

// Notice is a notification as it arrived.
type Notice struct {
	Authorization string
	Body          []byte
}

// NewSim starts one; the test's end stops it. Several refunds of a payment are in the contract.
func NewSim(t testing.TB, name string) *Sim {
	t.Helper()
	s := &Sim{Name: name, Clock: testkit.NewClock(time.Time{}), Notices: make(chan Notice, 100), Cred: paysim.TestCredentials()}
	s.Sim = paysim.New(paysim.Options{Clock: s.Clock.Now, Seed: t.Name(), PollWait: time.Millisecond, MultipleRefund: true})
	s.Wire = NewWire(s.Sim)
	server := httptest.NewServer(s.Wire)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read notification: %v", err)
		}
		s.Notices <- Notice{r.Header.Get("Authorization"), b}
	}))
	s.URL, s.Hook = server.URL, hook.URL
	t.Cleanup(func() {
		s.Sim.Close()
		hook.Close()
		server.Close()
	})
	return s
}

// Taken is what the customer of an attempt is without now, over every payment the provider has of it.
func (s *Sim) Taken(a till.Attempt) core.Money {
	var sum core.Money
	for _, p := range s.Payments() {
		if p.Provider == s.Name && (p.MerchantID == string(a.ID) || a.Ref != "" && p.ID == a.Ref) {
			sum += core.Money(p.Taken)
		}
	}
	return sum
}

// All is what all customers together are without.
func (s *Sim) All() core.Money {
	var sum core.Money
	for _, p := range s.Payments() {
		sum += core.Money(p.Taken)
	}
	return sum
}
