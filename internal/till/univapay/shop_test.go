package univapay_test

import (
	"bytes"
	"log/slog"
	"regexp"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/paysim"
	"yakusho/internal/till/tilltest"
	"yakusho/internal/till/univapay"
)

// shop is a counter with a contract, and what its log says.
type shop struct {
	t   testing.TB
	sim *tilltest.Sim
	p   *univapay.Provider
	log *bytes.Buffer
}

func newShop(t testing.TB, change ...func(*univapay.Options)) *shop {
	t.Helper()
	s := &shop{t: t, sim: tilltest.NewSim(t, univapay.Name), log: &bytes.Buffer{}}
	change = append([]func(*univapay.Options){func(o *univapay.Options) {
		o.Log = slog.New(slog.NewTextHandler(s.log, nil))
	}}, change...)
	s.p = newProvider(t, s.sim, change...)
	return s
}

// impatient makes every silent call end soon; it is for tests in which one is.
func impatient(o *univapay.Options) { o.Timeout = 300 * time.Millisecond }

func everyWallet() []string {
	return []string{"paypay", "d_barai", "rakuten_pay", "au_pay", "merpay", "aeon_pay"}
}

func (s *shop) order(way till.Way, wallet, code string) till.Order {
	now := s.sim.Clock.Now()
	return till.Order{
		Attempt: till.Attempt{
			ID: core.NewID(now), Sale: core.NewID(now), Session: core.NewID(now), Provider: univapay.Name, Way: way, Wallet: wallet,
			Amount: 450, State: till.AttemptCreated, CreatedAt: now,
		},
		Code: code, Wallets: everyWallet(), Title: "住民票の写し", Deadline: now.Add(30 * time.Second),
	}
}

func (s *shop) scan(brand string) till.Order {
	s.t.Helper()
	return s.order(till.WayScan, "", shows(s.t, s.sim, brand))
}

func (s *shop) faults(list ...paysim.Fault) {
	s.t.Helper()
	if err := s.sim.SetFaults(list...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) start(o till.Order) till.Answer {
	s.t.Helper()
	ans, err := s.p.Start(s.t.Context(), o)
	return s.heard("start", ans, err)
}

func (s *shop) query(a till.Attempt) till.Answer {
	s.t.Helper()
	ans, err := s.p.Query(s.t.Context(), a)
	return s.heard("query", ans, err)
}

func (s *shop) cancel(a till.Attempt) till.Answer {
	s.t.Helper()
	a.State = till.AttemptCancelling
	ans, err := s.p.Cancel(s.t.Context(), a)
	return s.heard("cancel", ans, err)
}

func (s *shop) heard(call string, ans till.Answer, err error) till.Answer {
	s.t.Helper()
	if err != nil {
		s.t.Logf("%s: %v", call, err)
		ans.Verdict = till.VerdictUnknown
	}
	return ans
}

// after is an attempt as it stands after an answer.
func after(o till.Order, ans till.Answer) till.Attempt {
	a := o.Attempt
	a.Thread, a.Ref, a.Wallet, a.Show = ans.Thread, ans.Ref, ans.Wallet, ans.Show
	return a
}

func (s *shop) want(call string, ans till.Answer, v till.Verdict, reason string) {
	s.t.Helper()
	if ans.Verdict != v || ans.Reason != reason {
		s.t.Errorf("%s: %s (%s), want %s (%s)", call, ans.Verdict, ans.Reason, v, reason)
	}
}

func (s *shop) taken(a till.Attempt, want core.Money) {
	s.t.Helper()
	if got := s.sim.Taken(a); got != want {
		s.t.Errorf("the customer is without %v yen, want %v", got, want)
	}
}

var uuid4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
