package univapay_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/paysim"
	"yakusho/internal/till/tilltest"
)

// lost starts a payment whose last answer never comes: nothing of it is known here.
func (s *shop) lost() till.Attempt {
	s.t.Helper()
	o := s.scan("d_barai")
	s.want("start", s.start(o), till.VerdictPaid, "")
	return o.Attempt // without thread and reference, as after a crash
}

func TestALostPaymentIsFound(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	a := s.lost()
	ans := s.query(a)
	s.want("asked", ans, till.VerdictPaid, "")
	if ans.Wallet != "d_barai" || ans.Ref == "" || !strings.Contains(ans.Thread, ans.Ref) {
		t.Errorf("found: %+v", ans)
	}
	s.want("cancelled", s.cancel(a), till.VerdictReversed, "")
	s.taken(a, 0)
}

// The index of metadata is not to be relied on for a proof: what it lacks is found by the time.
func TestALostPaymentIsFoundAmongHundredsWithoutAnIndex(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	a := s.lost()
	for range 130 {
		s.start(s.scan("pay_pay"))
	}
	s.sim.Wire.Spoil(func(int) tilltest.Spoil {
		return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.URL.Query().Has("metadata") {
				_, _ = fmt.Fprint(w, `{"items":[],"has_more":false}`)
				return
			}
			next.ServeHTTP(w, r)
		}
	})
	s.want("asked", s.query(a), till.VerdictPaid, "")
	if n := len(s.sim.Wire.Calls()); n != 4 { // index, two pages, token
		t.Errorf("%d calls: %v", n, s.sim.Wire.Calls())
	}
}

func TestAbsenceIsNoProofWithClocksApart(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	o := s.scan("pay_pay")
	s.want("clocks together", s.query(o.Attempt), till.VerdictAbsent, "")
	s.faults(paysim.Fault{Kind: paysim.ClockSkew, SkewSeconds: -3600, Count: -1})
	s.want("clocks apart", s.query(o.Attempt), till.VerdictUnknown, till.ReasonClock)
	s.want("cancelled", s.cancel(o.Attempt), till.VerdictUnknown, till.ReasonClock)
}

func TestAPaidPaymentIsReversedOnlyWhenItsRefundIsDone(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	o := s.scan("pay_pay")
	a := after(o, s.start(o))
	s.faults(paysim.Fault{Kind: paysim.Hold, Path: "/stores/*/charges/*/refunds", Method: http.MethodPost})
	s.want("under way", s.cancel(a), till.VerdictUnknown, till.ReasonNoAnswer)
	s.want("still", s.cancel(a), till.VerdictUnknown, till.ReasonNoAnswer)
	a.State = till.AttemptCancelling
	s.want("asked", s.query(a), till.VerdictUnknown, till.ReasonNoAnswer)
	s.taken(a, 450)
	s.sim.Process()
	s.want("done", s.cancel(a), till.VerdictReversed, "")
	s.want("asked", s.query(a), till.VerdictReversed, "")
	s.taken(a, 0)
	if n := callsTo(s.sim, "/refunds"); n != 1 {
		t.Errorf("%d refunds were asked for", n)
	}
}

func TestAFailedRefundIsTriedAgainAndThenRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	o := s.scan("pay_pay")
	a := after(o, s.start(o))
	s.faults(paysim.Fault{Kind: paysim.RefundFailure})
	s.want("once", s.cancel(a), till.VerdictUnknown, till.ReasonNoAnswer)
	s.want("again", s.cancel(a), till.VerdictReversed, "")
	s.taken(a, 0)

	o = s.scan("pay_pay")
	a = after(o, s.start(o))
	s.faults(paysim.Fault{Kind: paysim.RefundFailure, Count: -1})
	for range 3 {
		s.want("failing", s.cancel(a), till.VerdictUnknown, till.ReasonNoAnswer)
	}
	s.want("for good", s.cancel(a), till.VerdictRefused, "")
	a.State, a.Reason = till.AttemptCancelling, till.ReasonCancelRefused
	ans := s.query(a)
	s.want("then it is paid", ans, till.VerdictPaid, "")
	if end := till.DefaultPatience().Hear(a, till.AskQuery, ans, s.p.Terms(a), s.sim.Clock.Now()); end.State != till.AttemptPaid {
		t.Errorf("the driver makes of it %s (%s)", end.State, end.Reason)
	}
	s.taken(a, 450)

	o = s.scan("pay_pay")
	a = after(o, s.start(o))
	s.faults(paysim.Fault{Kind: paysim.ErrorBefore, Path: "/stores/*/charges/*/refunds", Method: http.MethodPost, Code: "REFUND_NOT_ALLOWED"})
	s.want("not by contract", s.cancel(a), till.VerdictRefused, "")
}

func TestARefundMadeInThePanelCounts(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	o := s.scan("pay_pay")
	a := after(o, s.start(o))
	if r := s.refund(a, 450); r.State != till.RefundDone {
		t.Fatalf("refund: %+v", r)
	}
	s.want("cancelled", s.cancel(a), till.VerdictReversed, "")
	o = s.scan("pay_pay")
	a = after(o, s.start(o))
	if r := s.refund(a, 50); r.State != till.RefundDone {
		t.Fatalf("refund: %+v", r)
	}
	s.want("the rest", s.cancel(a), till.VerdictReversed, "")
	s.taken(a, 0)
}

func TestAPendingChargeIsNeitherCancelledNorPaid(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.faults(paysim.Fault{Kind: paysim.Hold, Path: "/charges", Method: http.MethodPost})
	o := s.scan("pay_pay")
	ans := s.start(o)
	s.want("start", ans, till.VerdictWaiting, "")
	a := after(o, ans)
	s.want("cancelled", s.cancel(a), till.VerdictUnknown, till.ReasonNoAnswer)
	s.sim.Process()
	s.want("cancelled after it went through", s.cancel(a), till.VerdictReversed, "")
	s.taken(a, 0)
}

func TestACustomerFasterThanTheCancelGetsTheMoneyBack(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	o := s.order(till.WayShow, "paypay", "")
	a := after(o, s.start(o))
	s.faults(paysim.Fault{Kind: paysim.Hold, Path: "/stores/*/charges/*/cancels", Method: http.MethodPost})
	s.want("under way", s.cancel(a), till.VerdictUnknown, till.ReasonNoAnswer)
	if err := s.sim.UnivapayPay(paysim.UnivapayOutcome{ChargeID: a.Ref}); err != nil {
		t.Fatal(err)
	}
	s.sim.Process() // the cancel fails now
	s.taken(a, 450)
	s.want("cancelled", s.cancel(a), till.VerdictReversed, "")
	s.taken(a, 0)
}

func TestTwoLiveChargesAreForAPerson(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	a := s.lost()
	b := s.lost()
	s.sim.Wire.Spoil(func(int) tilltest.Spoil {
		return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			q := r.URL.Query()
			q.Del("metadata")
			r.URL.RawQuery = q.Encode()
			next.ServeHTTP(&swap{ResponseWriter: w, old: string(b.ID), new: string(a.ID)}, r)
		}
	})
	s.want("asked", s.query(a), till.VerdictUnknown, till.ReasonAmount)
	s.want("cancelled", s.cancel(a), till.VerdictUnknown, till.ReasonAmount)
	if n := callsTo(s.sim, "/refunds"); n != 0 {
		t.Errorf("%d refunds without anybody having looked", n)
	}
}

// swap changes an answer on its way.
type swap struct {
	http.ResponseWriter
	old, new string
}

func (w *swap) Write(b []byte) (int, error) {
	_, err := w.ResponseWriter.Write([]byte(strings.ReplaceAll(string(b), w.old, w.new)))
	return len(b), err
}

func TestTheCancelWindowEndsWithTheDay(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for at, want := range map[string]string{
		"2026-10-01T08:30:00+09:00": "2026-10-02T00:00:00+09:00",
		"2026-10-01T23:59:00+09:00": "2026-10-02T00:59:00+09:00",
		"2026-10-02T00:00:00+09:00": "2026-10-03T00:00:00+09:00",
		"2027-03-31T17:00:00+09:00": "2027-04-01T00:00:00+09:00",
	} {
		made, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		end, err := time.Parse(time.RFC3339, want)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.p.Terms(till.Attempt{CreatedAt: made.UTC()}).CancelBy; !got.Equal(end) {
			t.Errorf("made %s: until %v, want %s", at, got, want)
		}
	}
}

func (s *shop) refund(a till.Attempt, amount core.Money) till.RefundAnswer {
	s.t.Helper()
	ans, err := s.p.Refund(s.t.Context(), a, till.Refund{ID: core.NewID(s.sim.Clock.Now()), Amount: amount, State: till.RefundApproved})
	if err != nil {
		s.t.Logf("refund: %v", err)
	}
	return ans
}

func TestRefundsAreToldApart(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	o := s.scan("pay_pay")
	a := after(o, s.start(o))
	r := till.Refund{ID: core.NewID(s.sim.Clock.Now()), Amount: 100, State: till.RefundApproved}
	first, err := s.p.Refund(t.Context(), a, r)
	if err != nil || first.State != till.RefundDone {
		t.Fatalf("first: %+v, error %v", first, err)
	}
	// The key is forgotten one day; the refund is still there.
	s.faults(paysim.Fault{Kind: paysim.ErrorBefore, Path: "/stores/*/charges/*/refunds", Method: http.MethodPost, Code: "REFUND_NOT_WITHIN_BOUNDS", Count: -1})
	again, err := s.p.Refund(t.Context(), a, r)
	if err != nil || again.State != till.RefundDone || again.Ref != first.Ref {
		t.Errorf("again: %+v, error %v", again, err)
	}
	if ans := s.refund(a, 400); ans.State != till.RefundFailed || till.Words(ans.Reason) == "" {
		t.Errorf("more than is left: %+v", ans)
	}
	for code, state := range map[string]till.RefundState{
		"REFUND_EXCEEDS_SALES": till.RefundUnknown, "INVALID_CREDENTIALS": till.RefundUnknown, "PARTIAL_REFUND_NOT_SUPPORTED": till.RefundFailed,
	} {
		s.faults(paysim.Fault{Kind: paysim.ErrorBefore, Path: "/stores/*/charges/*/refunds", Method: http.MethodPost, Code: code})
		if ans := s.refund(a, 10); ans.State != state {
			t.Errorf("%s: %+v, want %s", code, ans, state)
		}
	}
	s.faults()
	other := r
	other.ID, other.Ref = core.NewID(s.sim.Clock.Now()), first.Ref
	if ans, err := s.p.QueryRefund(t.Context(), a, other); err == nil || ans.State != till.RefundUnknown {
		t.Errorf("another refund's reference: %+v, error %v", ans, err)
	}
	other.Ref = ""
	if ans, err := s.p.QueryRefund(t.Context(), a, other); err != nil || ans.State != till.RefundUnknown {
		t.Errorf("one nobody asked for: %+v, error %v", ans, err)
	}
	s.taken(a, 350)
}
