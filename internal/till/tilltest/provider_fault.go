package tilltest

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"yakusho/internal/till"
	"yakusho/internal/till/paysim"
)

// step is one call of a provider, with how it comes to it.
type step struct {
	asked till.Ask
	ready func(testing.TB, *Stage) (till.Attempt, till.Order)
	call  func(context.Context, *Stage, till.Attempt, till.Order) (till.Answer, error)
}

func startStep() step {
	return step{
		ready: func(_ testing.TB, s *Stage) (till.Attempt, till.Order) {
			o := s.order(s.attempt())
			return o.Attempt, o
		},
		call: func(ctx context.Context, s *Stage, _ till.Attempt, o till.Order) (till.Answer, error) {
			return s.Provider.Start(ctx, o)
		},
	}
}

func queryStep() step {
	return step{
		asked: till.AskQuery,
		ready: func(t testing.TB, s *Stage) (till.Attempt, till.Order) { return s.waiting(t), till.Order{} },
		call: func(ctx context.Context, s *Stage, a till.Attempt, _ till.Order) (till.Answer, error) {
			return s.Provider.Query(ctx, a)
		},
	}
}

// cancelStep cancels an attempt that waits, is paid without our knowing it, or was started into silence.
func cancelStep(from string) step {
	return step{
		asked: till.AskCancel,
		ready: func(t testing.TB, s *Stage) (till.Attempt, till.Order) {
			var a till.Attempt
			switch from {
			case "waiting":
				a = s.waiting(t)
			case "paid":
				a = s.paid(t)
			default:
				a = s.unheard(t)
			}
			a.State, a.Reason, a.DecidedAt = till.AttemptCancelling, till.ReasonClerkCanceled, time.Time{}
			return a, till.Order{}
		},
		call: func(ctx context.Context, s *Stage, a till.Attempt, _ till.Order) (till.Answer, error) {
			return s.Provider.Cancel(ctx, a)
		},
	}
}

// unheard is an attempt whose start was done by the provider, while its last answer never came.
func (s *Stage) unheard(t testing.TB) till.Attempt {
	t.Helper()
	o := s.order(s.attempt())
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	s.Sim.Wire.Spoil(func(int) Spoil {
		return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if before := len(s.Sim.Payments()); before == 0 { // until the call that makes the payment
				rec := httptest.NewRecorder()
				next.ServeHTTP(rec, r)
				if len(s.Sim.Payments()) > before {
					stop()
					<-r.Context().Done()
					panic(http.ErrAbortHandler)
				}
				copyAnswer(w, rec)
				return
			}
			next.ServeHTTP(w, r)
		}
	})
	ans, err := s.Provider.Start(ctx, o)
	s.Sim.Wire.Spoil(nil)
	return s.ended(t, o.Attempt, till.AskNothing, ans, err)
}

// explore spoils every call a step makes, one at a time and each on a fresh stage, and follows what comes of it to
// the end: once with a customer who stays away and once with one who pays as soon as it can be.
func explore(t *testing.T, stage func(*testing.T) *Stage, st step, spoil func(stop context.CancelFunc) Spoil, check func(*testing.T, *Stage, till.Answer, error)) {
	t.Helper()
	for _, customer := range []string{"stays away", "pays"} {
		for n := range 12 {
			s := stage(t)
			if customer == "pays" && s.Pay == nil {
				return
			}
			a, o := st.ready(t, s)
			ctx, stop := context.WithCancel(context.Background())
			s.Sim.Wire.At(n, spoil(stop))
			ans, err := st.call(ctx, s, a, o)
			calls := s.Sim.Wire.Calls()
			s.Sim.Wire.Spoil(nil)
			stop()
			if len(calls) <= n {
				if n == 0 {
					t.Errorf("%s makes no call", or(string(st.asked), "start"))
				}
				break
			}
			t.Run(fmt.Sprintf("%s of %s, customer %s", calls[n], or(string(st.asked), "start"), customer), func(t *testing.T) {
				if check != nil && len(calls) == 1 {
					check(t, s, ans, err)
				}
				next := s.ended(t, a, st.asked, ans, err)
				if customer == "pays" {
					_ = s.Pay(next) // not possible everywhere
				}
				end := s.drive(t, next)
				if end.State == till.AttemptUnresolved {
					t.Errorf("a person has to answer for it (%s), though the provider answers again", end.Reason)
				}
			})
		}
	}
}

func testSilentStart(t *testing.T, stage func(*testing.T) *Stage) { silences(t, stage, startStep()) }

func testSilentQuery(t *testing.T, stage func(*testing.T) *Stage) { silences(t, stage, queryStep()) }

func testSilentCancel(t *testing.T, stage func(*testing.T) *Stage) {
	for _, from := range cancelsFrom(stage(t)) {
		t.Run(from, func(t *testing.T) { silences(t, stage, cancelStep(from)) })
	}
}

func cancelsFrom(s *Stage) []string {
	list := []string{"unheard", "paid"}
	if s.waits() {
		list = append(list, "waiting")
	}
	return list
}

func silences(t *testing.T, stage func(*testing.T) *Stage, st step) {
	unknown := func(t *testing.T, _ *Stage, ans till.Answer, err error) {
		t.Helper()
		if err == nil && ans.Verdict != till.VerdictUnknown {
			t.Errorf("silence is taken for %s (%s)", ans.Verdict, ans.Reason)
		}
	}
	for name, spoil := range map[string]func(context.CancelFunc) Spoil{
		"before":                   func(stop context.CancelFunc) Spoil { return silence(false, stop) },
		"after":                    func(stop context.CancelFunc) Spoil { return silence(true, stop) },
		"connection closed before": func(context.CancelFunc) Spoil { return hangUp(false) },
		"connection closed after":  func(context.CancelFunc) Spoil { return hangUp(true) },
		"gate closed before":       func(context.CancelFunc) Spoil { return instead(false, 502, "text/html", "<html></html>") },
	} {
		check := unknown
		if name != "before" && name != "after" { // a client may try such a call once more, or know that it was not made
			check = nil
		}
		t.Run(name, func(t *testing.T) { explore(t, stage, st, spoil, check) })
	}
}

// garbles are answers no provider gives. Each comes after the server has done its work.
func garbles() map[string]Spoil {
	return map[string]Spoil{
		"empty":          instead(true, 200, "application/json", ""),
		"HTML":           instead(true, 200, "text/html", "<html><body>ただいま混み合っています</body></html>"),
		"HTML of a gate": instead(true, 502, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>"),
		"HTML not found": instead(true, 404, "text/html", "<html><body><h1>404 Not Found</h1></body></html>"),
		"nothing here":   instead(true, 404, "application/json", "{}"),
		"null":           instead(true, 200, "application/json", "null"),
		"an object":      instead(true, 200, "application/json", "{}"),
		"a list":         instead(true, 200, "application/json", "[]"),
		"no JSON":        instead(true, 200, "application/json", `{"resultInfo":`),
		"wrong types":    instead(true, 200, "application/json", `{"resultInfo":[1],"data":"x","id":7,"status":{"a":[]},"amount":"1e3"}`),
		"other status":   restatus(500),
		"two objects":    rewrite(func(b []byte) []byte { return append(b, b...) }),
		"cut off":        cut(),
		"cut off neatly": rewrite(func(b []byte) []byte { return b[:len(b)/2] }),
		"far too long":   rewrite(func(b []byte) []byte { return append(bytes.Repeat([]byte(" "), 8<<20), b...) }),
	}
}

func garbled(t *testing.T, stage func(*testing.T) *Stage, st step) {
	t.Helper()
	for name, spoil := range garbles() {
		t.Run(name, func(t *testing.T) {
			explore(t, stage, st, func(context.CancelFunc) Spoil { return spoil }, func(t *testing.T, _ *Stage, ans till.Answer, err error) {
				t.Helper()
				if err == nil && ans.Verdict != till.VerdictUnknown {
					t.Errorf("taken for %s (%s)", ans.Verdict, ans.Reason)
				}
				if ans.Reason == "" || ans.Reason == till.ReasonNoAnswer && name != "cut off" {
					t.Errorf("reason %q: an answer came, it cannot be read", ans.Reason)
				}
			})
		})
	}
}

func testGarbledStart(t *testing.T, stage func(*testing.T) *Stage) { garbled(t, stage, startStep()) }

func testGarbledQuery(t *testing.T, stage func(*testing.T) *Stage) {
	if s := stage(t); s.waits() {
		garbled(t, stage, queryStep())
	}
	paid := queryStep()
	paid.ready = func(t testing.TB, s *Stage) (till.Attempt, till.Order) {
		a := s.paid(t)
		a.State, a.DecidedAt = till.AttemptUnknown, time.Time{}
		a.UncertainAt = s.Clock.Now()
		return a, till.Order{}
	}
	garbled(t, stage, paid)
}

func testGarbledCancel(t *testing.T, stage func(*testing.T) *Stage) {
	for _, from := range cancelsFrom(stage(t)) {
		t.Run(from, func(t *testing.T) { garbled(t, stage, cancelStep(from)) })
	}
}

func testWrongAmount(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	a := s.paid(t)
	a.State, a.DecidedAt = till.AttemptSent, time.Time{}
	asked, other := strconv.FormatInt(int64(price), 10), strconv.FormatInt(int64(price-1000), 10)
	s.Sim.Wire.Spoil(func(int) Spoil {
		return rewrite(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(asked), []byte(other)) })
	})
	ans, err := s.Provider.Query(context.Background(), a)
	if err != nil || ans.Verdict == till.VerdictPaid && (ans.Amount == a.Amount || ans.Amount == 0) {
		t.Fatalf("query of another amount says %+v, error %v", ans, err)
	}
	next := till.DefaultPatience().Hear(a, till.AskQuery, ans, s.Provider.Terms(a), s.Clock.Now())
	if next.State.Took() || next.Reason != till.ReasonAmount {
		t.Errorf("the driver makes of it %s (%s)", next.State, next.Reason)
	}
}

// testRefusals: what the provider says by its status. A call that was refused before anything was done may be
// called not paid; that it may be wrong is seen by the truth and by driving it to its end.
func testRefusals(t *testing.T, stage func(*testing.T) *Stage) {
	for _, c := range []struct {
		kind   paysim.FaultKind
		reason string
	}{
		{paysim.RateLimit, till.ReasonBusy},
		{paysim.Maintenance, till.ReasonMaintenance},
		{paysim.ErrorBefore, ""},
		{paysim.ErrorAfter, ""},
	} {
		faults := func(s *Stage) {
			if err := s.Sim.SetFaults(paysim.Fault{Kind: c.kind, Provider: s.Sim.Name, Count: -1}); err != nil {
				t.Fatal(err)
			}
		}
		well := func(s *Stage) { _ = s.Sim.SetFaults() }
		t.Run("start: "+string(c.kind), func(t *testing.T) {
			s := stage(t)
			o := s.order(s.attempt())
			faults(s)
			ans, err := s.Provider.Start(context.Background(), o)
			well(s)
			if ans.Verdict == till.VerdictWaiting || ans.Verdict == till.VerdictPaid {
				t.Errorf("it says %s", ans.Verdict)
			}
			if c.reason == "" && ans.Verdict == till.VerdictNotPaid && !s.idle() {
				t.Errorf("an error of the provider is taken for not paid: it may have debited before")
			}
			if c.reason != "" && ans.Reason != c.reason {
				t.Errorf("reason %q, want %q", ans.Reason, c.reason)
			}
			s.drive(t, s.ended(t, o.Attempt, till.AskNothing, ans, err))
		})
		t.Run("start again: "+string(c.kind), func(t *testing.T) {
			s := stage(t)
			o := s.order(s.attempt())
			first := s.start(t, o)
			faults(s)
			ans, _ := s.Provider.Start(context.Background(), o)
			well(s)
			if ans.Verdict == till.VerdictNotPaid && first.State.Live() {
				t.Errorf("not paid (%s): the start before may still be paid", ans.Reason)
			}
		})
		t.Run("query and cancel: "+string(c.kind), func(t *testing.T) {
			s := stage(t)
			a := s.paid(t)
			a.State, a.DecidedAt = till.AttemptSent, time.Time{}
			faults(s)
			ans, err := s.Provider.Query(context.Background(), a)
			if err == nil && ans.Verdict != till.VerdictUnknown {
				t.Errorf("query says %s", ans.Verdict)
			}
			if c.reason != "" && ans.Reason != c.reason {
				t.Errorf("query: reason %q, want %q", ans.Reason, c.reason)
			}
			a.State = till.AttemptCancelling
			ans, err = s.Provider.Cancel(context.Background(), a)
			if err == nil && ans.Verdict != till.VerdictUnknown {
				t.Errorf("cancel says %s", ans.Verdict)
			}
			well(s)
			s.drive(t, a)
		})
	}
}

func testClockSkew(t *testing.T, stage func(*testing.T) *Stage) {
	for _, seconds := range []int{-300, -90, 90, 300, 86400} {
		t.Run(fmt.Sprintf("%+d s", seconds), func(t *testing.T) {
			s := stage(t)
			if err := s.Sim.SetFaults(paysim.Fault{Kind: paysim.ClockSkew, Provider: s.Sim.Name, SkewSeconds: seconds, Count: -1}); err != nil {
				t.Fatal(err)
			}
			o := s.order(s.attempt())
			ans, err := s.Provider.Start(context.Background(), o)
			if bad := err != nil || ans.Verdict == till.VerdictNotPaid; bad && ans.Reason != till.ReasonClock {
				t.Errorf("start: %s (%s), error %v: neither put right nor named", ans.Verdict, ans.Reason, err)
			}
			s.drive(t, s.ended(t, o.Attempt, till.AskNothing, ans, err))
		})
	}
}

func testRedirect(t *testing.T, stage func(*testing.T) *Stage) {
	var got atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { got.Add(1) }))
	t.Cleanup(elsewhere.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := stage(t)
		s.Sim.Wire.Spoil(func(int) Spoil {
			return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
				http.Redirect(w, r, elsewhere.URL, status)
			}
		})
		a := s.attempt()
		ans, err := s.Provider.Start(context.Background(), s.order(a))
		if err == nil && ans.Verdict != till.VerdictUnknown && ans.Verdict != till.VerdictNotPaid {
			t.Errorf("%d: start says %s", status, ans.Verdict)
		}
		if ans, err := s.Provider.Query(context.Background(), a); err == nil && ans.Verdict != till.VerdictUnknown && ans.Verdict != till.VerdictAbsent {
			t.Errorf("%d: query says %s", status, ans.Verdict)
		}
	}
	if n := got.Load(); n > 0 {
		t.Errorf("%d calls, with our credentials, followed a redirect", n)
	}
}
