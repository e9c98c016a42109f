package tilltest

import (
	"bytes"
	"context"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/paysim"
)

func (s *Stage) refunder() till.Refunder { return s.Provider.(till.Refunder) }

func (s *Stage) refund(a till.Attempt, amount core.Money) till.Refund {
	now := s.Clock.Now()
	return till.Refund{ID: core.NewID(now), Payment: core.NewID(now), Sale: a.Sale, Amount: amount, Reason: "品目の誤り", State: till.RefundApproved, RequestedAt: now, DecidedAt: now}
}

// giveBack does what the driver does with a refund until its end is known.
func (s *Stage) giveBack(t testing.TB, a till.Attempt, r till.Refund) till.Refund {
	t.Helper()
	for range 50 {
		ask := s.refunder().Refund
		if r.State == till.RefundUnknown && r.Ref != "" {
			ask = s.refunder().QueryRefund
		}
		ans, err := ask(context.Background(), a, r)
		r = heardRefund(t, r, ans, err)
		if !r.State.Resolving() {
			return r
		}
		s.Clock.Advance(max(ans.Wait, 3*time.Second))
	}
	t.Fatalf("the refund is still %s (%s)", r.State, r.Detail)
	return r
}

func heardRefund(t testing.TB, r till.Refund, ans till.RefundAnswer, err error) till.Refund {
	t.Helper()
	if err != nil {
		if ans.State == till.RefundDone || ans.State == till.RefundFailed {
			t.Errorf("refund: error %v together with the state %q", err, ans.State)
		}
		ans.State = till.RefundUnknown
	}
	switch ans.State {
	case till.RefundDone, till.RefundFailed, till.RefundUnknown:
	case till.RefundRequested, till.RefundRejected, till.RefundApproved:
		t.Errorf("refund: %q is not for a provider to say", ans.State)
	default:
		t.Errorf("refund: the state %q does not exist", ans.State)
	}
	r.State, r.Ref, r.Detail = ans.State, or(ans.Ref, r.Ref), ans.Reason
	return r
}

func (s *Stage) without(t testing.TB, a till.Attempt, want core.Money) {
	t.Helper()
	if got := s.Taken(a); got != want {
		t.Errorf("the customer is without %v yen, want %v", got, want)
	}
}

func testRefund(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	a := s.paid(t)
	r := s.refund(a, price)
	done := s.giveBack(t, a, r)
	if done.State != till.RefundDone {
		t.Fatalf("the refund is %s (%s)", done.State, done.Detail)
	}
	s.without(t, a, 0)
	again := s.giveBack(t, a, r) // as after a crash that forgot the answer
	if again.State != till.RefundDone {
		t.Errorf("the same refund again is %s (%s)", again.State, again.Detail)
	}
	s.without(t, a, 0)
	if s.Sim != nil {
		if ans, err := s.refunder().QueryRefund(context.Background(), a, done); err != nil || ans.State != till.RefundDone {
			t.Errorf("asked how it stands: %s, error %v", ans.State, err)
		}
	}
}

func testRefundParts(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	a := s.paid(t)
	for _, part := range []core.Money{300, 57} {
		if r := s.giveBack(t, a, s.refund(a, part)); r.State != till.RefundDone {
			t.Fatalf("a refund of %v yen is %s (%s)", part, r.State, r.Detail)
		}
		s.Clock.Advance(2 * time.Minute)
	}
	s.without(t, a, price-357)
	if r := s.giveBack(t, a, s.refund(a, price)); r.State != till.RefundFailed {
		t.Errorf("a refund of more than is left is %s", r.State)
	}
	s.without(t, a, price-357)
	if r := s.giveBack(t, a, s.refund(a, price-357)); r.State != till.RefundDone {
		t.Errorf("the refund of the rest is %s (%s)", r.State, r.Detail)
	}
	s.without(t, a, 0)
}

func testRefundFails(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	a := s.paid(t)
	if err := s.Sim.SetFaults(paysim.Fault{Kind: paysim.RefundFailure, Provider: s.Sim.Name}); err != nil {
		t.Fatal(err)
	}
	if r := s.giveBack(t, a, s.refund(a, price)); r.State != till.RefundFailed || r.Detail == "" {
		t.Errorf("it is %s (%s)", r.State, r.Detail)
	}
	s.without(t, a, price)
}

func testRefundHeld(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	a := s.paid(t)
	if err := s.Sim.SetFaults(paysim.Fault{Kind: paysim.Hold, Provider: s.Sim.Name, Count: -1}); err != nil {
		t.Fatal(err)
	}
	r := s.refund(a, price)
	ans, err := s.refunder().Refund(context.Background(), a, r)
	r = heardRefund(t, r, ans, err)
	if r.State != till.RefundUnknown {
		t.Errorf("a refund under way is %s", r.State)
	}
	s.Sim.Process()
	_ = s.Sim.SetFaults()
	if r = s.giveBack(t, a, r); r.State != till.RefundDone {
		t.Errorf("it is %s (%s)", r.State, r.Detail)
	}
	s.without(t, a, 0)
}

func testSilentRefund(t *testing.T, stage func(*testing.T) *Stage) {
	for _, after := range []bool{false, true} {
		for _, what := range []string{"silence", "garbled"} {
			for n := range 8 {
				s := stage(t)
				a := s.paid(t)
				r := s.refund(a, 300)
				ctx, stop := context.WithCancel(context.Background())
				spoil := silence(after, stop)
				if what == "garbled" {
					spoil = instead(after, 200, "text/html", "<html></html>")
				}
				s.Sim.Wire.At(n, spoil)
				ans, err := s.refunder().Refund(ctx, a, r)
				calls := len(s.Sim.Wire.Calls())
				s.Sim.Wire.Spoil(nil)
				stop()
				if calls <= n {
					break
				}
				if calls == 1 && err == nil && ans.State != till.RefundUnknown {
					t.Errorf("%s, after %v, call %d: taken for %s", what, after, n, ans.State)
				}
				if end := s.giveBack(t, a, heardRefund(t, r, ans, err)); end.State != till.RefundDone {
					t.Errorf("%s, after %v, call %d: it ends %s (%s)", what, after, n, end.State, end.Detail)
				}
				s.without(t, a, price-300)
			}
		}
	}
}

// notice waits for a notification.
func (s *Stage) notice(t testing.TB) Notice {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	select {
	case n := <-s.Sim.Notices:
		return n
	case <-ctx.Done():
		t.Fatal("no notification came")
		return Notice{}
	}
}

func testHint(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	s.Hooked()
	a := s.paid(t)
	n := s.notice(t)
	h, err := s.Provider.(till.Hinter).Hint(n.Authorization, n.Body)
	if err != nil {
		t.Fatalf("a notification of the provider is refused: %v\n%s", err, n.Body)
	}
	if h.Attempt != a.ID && (h.Ref == "" || h.Ref != a.Ref) {
		t.Errorf("it names attempt %q, reference %q; want %q or %q", h.Attempt, h.Ref, a.ID, a.Ref)
	}
}

func testForgedHint(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	s.Hooked()
	a := s.paid(t)
	n := s.notice(t)
	if s.Signed {
		for _, auth := range []string{"", "Bearer", "Bearer ", "Bearer wrong", n.Authorization + "x", strings.TrimSuffix(n.Authorization, n.Authorization[max(len(n.Authorization)-1, 0):])} {
			if _, err := s.Provider.(till.Hinter).Hint(auth, n.Body); err == nil {
				t.Errorf("it is taken with the authorization %q", auth)
			}
		}
	}
	// Whoever believes one has to ask, and hears the truth.
	if !s.waits() {
		return
	}
	b := s.waiting(t)
	lie := bytes.ReplaceAll(n.Body, []byte(a.ID), []byte(b.ID))
	if a.Ref != "" && b.Ref != "" {
		lie = bytes.ReplaceAll(lie, []byte(a.Ref), []byte(b.Ref))
	}
	h, err := s.Provider.(till.Hinter).Hint(n.Authorization, lie)
	if err == nil && h.Attempt != b.ID && (h.Ref == "" || h.Ref != b.Ref && h.Ref != a.Ref) {
		t.Errorf("the lie is taken for attempt %q, reference %q", h.Attempt, h.Ref)
	}
	if ans, _ := s.query(t, b); ans.Verdict != till.VerdictWaiting {
		t.Errorf("after a lie the attempt is %s", ans.Verdict)
	}
	s.without(t, b, 0)
}

func testMalformedHint(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	s.Hooked()
	s.paid(t)
	n := s.notice(t)
	for _, body := range []string{
		"", "null", "[]", "{}", "7", `"x"`, "<html></html>", "{", string(n.Body[:len(n.Body)/2]), string(n.Body) + "x",
		strings.Repeat("[", 100_000), strings.ReplaceAll(string(n.Body), `:"`, `:{"x":"`),
	} {
		if h, err := s.Provider.(till.Hinter).Hint(n.Authorization, []byte(body)); err == nil {
			t.Errorf("%.60q is taken for attempt %q, reference %q", body, h.Attempt, h.Ref)
		}
	}
}

// day makes a paid, a partly refunded and a waiting attempt, and returns the first two.
func (s *Stage) day(t testing.TB) (plain, back till.Attempt, r till.Refund) {
	t.Helper()
	plain = s.paid(t)
	s.Clock.Advance(time.Minute)
	back = s.paid(t)
	if s.refunds() {
		s.Clock.Advance(time.Minute)
		r = s.giveBack(t, back, s.refund(back, 300))
	}
	if s.waits() {
		s.waiting(t)
	}
	return plain, back, r
}

func (s *Stage) parse(file []byte) ([]till.SettlementRow, []till.FileProblem) {
	return s.Provider.(till.Statement).ParseSettlement(file)
}

func testSettlement(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	plain, back, r := s.day(t)
	rows, problems := s.parse(s.Settlement(s.Clock.Now()))
	for _, p := range problems {
		t.Errorf("line %d, column %q: %s", p.Line, p.Column, p.Message)
	}
	want := 2
	if s.refunds() {
		want = 3
	}
	if len(rows) != want {
		t.Fatalf("%d rows, want %d: %+v", len(rows), want, rows)
	}
	for i, a := range []till.Attempt{plain, back} {
		got := rows[i]
		if got.Kind != till.RowPaid || got.Amount != a.Amount || got.Ours != a.ID && got.Ref != a.Ref {
			t.Errorf("row %+v is not attempt %s, reference %s, %v yen", got, a.ID, a.Ref, a.Amount)
		}
		if d := got.At.Sub(a.PaidAt); d < -time.Second || d > time.Second {
			t.Errorf("row is of %v, paid at %v", got.At, a.PaidAt)
		}
		if got.Line != i+2 || got.Status == "" || got.Wallet == "" {
			t.Errorf("row %+v lacks its line, status or wallet", got)
		}
	}
	if !s.refunds() {
		return
	}
	if got := rows[2]; got.Kind != till.RowRefunded || got.Amount != 300 || got.Ref == "" || got.Ours != r.ID && got.Ours != back.ID && got.Ref != back.Ref {
		t.Errorf("row %+v is not refund %s of %s", got, r.ID, back.Ref)
	}
}

func sjis(t testing.TB, text string) []byte {
	t.Helper()
	b, err := japanese.ShiftJIS.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func testSettlementDamaged(t *testing.T, stage func(*testing.T) *Stage) {
	s := stage(t)
	s.day(t)
	file := s.Settlement(s.Clock.Now())
	plain, err := japanese.ShiftJIS.NewDecoder().Bytes(file)
	if err != nil {
		t.Fatal(err)
	}
	table, err := csv.NewReader(bytes.NewReader(plain)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	write := func(rows [][]string) []byte {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		_ = w.WriteAll(rows) // to memory
		return sjis(t, b.String())
	}
	clone := func() [][]string {
		var out [][]string
		for _, r := range table {
			out = append(out, slices.Clone(r))
		}
		return out
	}
	refused := func(what string, file []byte, line int, column string) []till.FileProblem {
		t.Helper()
		rows, problems := s.parse(file)
		if len(problems) == 0 {
			t.Errorf("%s: taken, %d rows", what, len(rows))
		}
		for _, p := range problems {
			if p.Line < 1 || !utf8.ValidString(p.Message) || !strings.ContainsFunc(p.Message, func(r rune) bool { return r > 0x3000 }) {
				t.Errorf("%s: problem %+v lacks its line or has no Japanese words", what, p)
			}
		}
		if line > 0 && !slices.ContainsFunc(problems, func(p till.FileProblem) bool { return p.Line == line && (column == "" || p.Column == column) }) {
			t.Errorf("%s: no problem at line %d, column %q: %+v", what, line, column, problems)
		}
		return problems
	}

	// A file that was written again, and one whose columns have another order, say the same.
	want, _ := s.parse(file)
	if got, problems := s.parse(write(clone())); len(problems) > 0 || len(got) != len(want) {
		t.Fatalf("rewritten as it was: %+v", problems)
	}
	turned := clone()
	for _, r := range turned {
		slices.Reverse(r)
	}
	if got, problems := s.parse(write(turned)); len(problems) > 0 || !slices.Equal(got, want) {
		t.Errorf("with its columns in another order it says %+v, want %+v; %+v", got, want, problems)
	}

	// Every cell that the rows depend on is checked, and all that is wrong is named.
	checked := 0
	for c, name := range table[0] {
		bad := clone()
		for i := 1; i < len(bad); i++ {
			bad[i][c] = "×"
		}
		if _, problems := s.parse(write(bad)); len(problems) == 0 {
			continue // a column that only says more
		}
		checked++
		problems := refused("column "+name, write(bad), 2, name)
		for line := 2; line <= len(table); line++ {
			if !slices.ContainsFunc(problems, func(p till.FileProblem) bool { return p.Line == line && p.Column == name }) {
				t.Errorf("column %s: line %d is not named", name, line)
			}
		}
	}
	if checked < 3 {
		t.Errorf("only %d columns are checked; status, time and amount at least have to be", checked)
	}

	short := clone()
	short[1] = short[1][:len(short[1])-1]
	refused("a short line", write(short), 2, "")
	long := clone()
	long[2] = append(long[2], "x")
	refused("a long line", write(long), 3, "")
	twice := clone()
	twice[0][1] = twice[0][0]
	refused("the same heading twice", write(twice), 1, "")
	refused("nothing", nil, 1, "")
	refused("no heading", write(clone()[1:]), 1, "")
	refused("another file", []byte("%PDF-1.7\n"), 1, "")
	refused("an open quote", append(slices.Clone(file), `"`...), 0, "")
	refused("not Shift_JIS", append(slices.Clone(file), 0xFD, 0xFF, '\n'), 0, "")
	refused("as UTF-16", bytes.Repeat([]byte{0}, 4096), 0, "")
	last := bytes.LastIndexByte(bytes.TrimSuffix(file, []byte("\n")), '\n')
	refused("cut in its last line", file[:last+10], len(table), "")

	// A line that is there twice is for the match to find: till.TwiceInFile.
	same := append(clone(), slices.Clone(table[1]))
	if rows, problems := s.parse(write(same)); len(problems) > 0 || len(rows) != len(want)+1 {
		t.Errorf("a line twice: %d rows, want %d; %+v", len(rows), len(want)+1, problems)
	}
}
