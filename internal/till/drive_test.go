package till

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"yakusho/internal/core"
)

var noon = time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC) // in Tokyo

func terms(a Attempt) Terms {
	return Terms{
		Call: 30 * time.Second, Ask: 15 * time.Second, Poll: 2500 * time.Millisecond, Settles: 10 * time.Minute,
		CancelBy: DayOf(a.CreatedAt).Add(1).Start().Add(15*time.Minute - time.Second),
	}
}

func fresh(state AttemptState) Attempt {
	a := Attempt{ID: core.NewID(noon), Provider: "paypay", Way: WayShow, Wallet: "paypay", Amount: 900, State: state, CreatedAt: noon}
	if state == AttemptUnknown || state == AttemptCancelling {
		a.UncertainAt = noon
	}
	return a
}

func TestWhatAnAnswerMakesOfAnAttempt(t *testing.T) {
	t.Parallel()
	p := DefaultPatience()
	for _, c := range []struct {
		name   string
		from   AttemptState
		asked  Ask
		ans    Answer
		after  time.Duration
		to     AttemptState
		reason string
	}{
		{"a code is on the screen", AttemptCreated, AskNothing, Answer{Verdict: VerdictWaiting, Show: "code"}, 0, AttemptSent, ""},
		{"paid at once", AttemptCreated, AskNothing, Answer{Verdict: VerdictPaid, Amount: 900}, 0, AttemptPaid, ""},
		{"a refusal says why", AttemptCreated, AskNothing, Answer{Verdict: VerdictNotPaid, Reason: ReasonFunds}, 0, AttemptNotPaid, ReasonFunds},
		{"silence to the first call", AttemptCreated, AskNothing, Answer{Verdict: VerdictUnknown}, 0, AttemptUnknown, ReasonNoAnswer},
		{"the provider never heard of it, too early to be sure", AttemptUnknown, AskQuery, Answer{Verdict: VerdictAbsent}, time.Minute, AttemptCancelling, ReasonNoAnswer},
		{"the provider never heard of it", AttemptUnknown, AskQuery, Answer{Verdict: VerdictAbsent}, time.Hour, AttemptNotPaid, ReasonNeverAsked},
		{"unknown, and it was paid", AttemptUnknown, AskQuery, Answer{Verdict: VerdictPaid, Amount: 900}, 0, AttemptPaid, ""},
		{"paid, but another amount", AttemptUnknown, AskQuery, Answer{Verdict: VerdictPaid, Amount: 90}, 0, AttemptUnresolved, ReasonAmount},
		{"unknown for less than a minute is asked again", AttemptUnknown, AskQuery, Answer{}, 59 * time.Second, AttemptUnknown, ReasonNoAnswer},
		{"unknown for a minute is cancelled", AttemptUnknown, AskQuery, Answer{}, time.Minute, AttemptCancelling, ReasonNoAnswer},
		{"a cancel is accepted", AttemptCancelling, AskCancel, Answer{Verdict: VerdictReversed}, 0, AttemptReversed, ReasonReversed},
		{"paid without an amount is doubted", AttemptSent, AskQuery, Answer{Verdict: VerdictPaid}, 0, AttemptUnresolved, ReasonAmount},
		{"silence to a cancel", AttemptCancelling, AskCancel, Answer{Verdict: VerdictUnknown}, time.Hour, AttemptCancelling, ""},
		{"a cancel that is refused leads to a question", AttemptCancelling, AskCancel, Answer{Verdict: VerdictRefused}, 0, AttemptCancelling, ReasonCancelRefused},
		{"a waiting attempt is not ended by a cancel under way", AttemptCancelling, AskQuery, Answer{Verdict: VerdictWaiting}, 0, AttemptCancelling, ""},
		{"paid, while the cancel is still possible, goes on being cancelled", AttemptCancelling, AskQuery, Answer{Verdict: VerdictPaid, Amount: 900}, 0, AttemptCancelling, ""},
		{"paid, and too late to cancel, is paid", AttemptCancelling, AskQuery, Answer{Verdict: VerdictPaid, Amount: 900}, 24 * time.Hour, AttemptPaid, ""},
		{"the window ended in silence", AttemptCancelling, AskCancel, Answer{}, 24 * time.Hour, AttemptUnresolved, ReasonNoAnswer},
		{"unresolved, and asked by hand: paid", AttemptUnresolved, AskQuery, Answer{Verdict: VerdictPaid, Amount: 900}, 48 * time.Hour, AttemptPaid, ""},
		{"unresolved stays so in silence", AttemptUnresolved, AskQuery, Answer{}, 48 * time.Hour, AttemptUnresolved, ""},
		{"paid stays paid, whatever comes late", AttemptPaid, AskQuery, Answer{Verdict: VerdictNotPaid}, 0, AttemptPaid, ""},
		{"reversed stays reversed, whatever comes late", AttemptReversed, AskQuery, Answer{Verdict: VerdictPaid, Amount: 900}, 0, AttemptReversed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := fresh(c.from)
			got := p.Hear(a, c.asked, c.ans, terms(a), noon.Add(c.after))
			// An amount that differs is doubted first and handed over with the next look.
			if c.reason == ReasonAmount && got.State == AttemptUnknown {
				got = p.Hear(got, AskQuery, c.ans, terms(a), noon.Add(c.after))
			}
			if got.State != c.to || c.reason != "" && got.Reason != c.reason {
				t.Errorf("became %s (%s), want %s (%s)", got.State, got.Reason, c.to, c.reason)
			}
		})
	}
}

func TestACodeThatIsOverIsAskedAboutOnceMoreBeforeItIsCancelled(t *testing.T) {
	t.Parallel()
	p := DefaultPatience()
	a := fresh(AttemptSent)
	a.Show, a.ExpiresAt = "code", noon.Add(5*time.Minute)
	if ask := p.Next(a, terms(a), a.ExpiresAt.Add(time.Hour)); ask != AskQuery {
		t.Fatalf("the first thing after the end of a code is %s", ask)
	}
	before := p.Hear(a, AskQuery, Answer{Verdict: VerdictWaiting}, terms(a), a.ExpiresAt)
	if before.State != AttemptSent {
		t.Errorf("cancelled within the grace: %s", before.State)
	}
	after := p.Hear(a, AskQuery, Answer{Verdict: VerdictWaiting}, terms(a), a.ExpiresAt.Add(p.Grace))
	if after.State != AttemptCancelling || after.Reason != ReasonExpired {
		t.Errorf("after the grace it is %s (%s)", after.State, after.Reason)
	}
	late := p.Hear(a, AskQuery, Answer{Verdict: VerdictPaid, Amount: 900}, terms(a), a.ExpiresAt.Add(time.Hour))
	if late.State != AttemptPaid {
		t.Errorf("a payment in the last second is %s", late.State)
	}
}

func TestACodeThatNeverCameIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	p := DefaultPatience()
	a := fresh(AttemptUnknown) // the call that would have brought the code was lost
	early := p.Hear(a, AskQuery, Answer{Verdict: VerdictWaiting}, terms(a), noon.Add(10*time.Second))
	if early.State != AttemptSent {
		t.Errorf("a code that may still come: %s", early.State)
	}
	late := p.Hear(early, AskQuery, Answer{Verdict: VerdictWaiting}, terms(a), noon.Add(30*time.Second))
	if late.State != AttemptCancelling || late.Reason != ReasonNoAnswer {
		t.Errorf("nobody can pay without a code, and it is %s (%s)", late.State, late.Reason)
	}
	late.Show = "https://example.invalid/code"
	late.State = AttemptSent
	if with := p.Hear(late, AskQuery, Answer{Verdict: VerdictWaiting}, terms(a), noon.Add(31*time.Second)); with.State != AttemptSent {
		t.Errorf("a code on the screen is waited for: %s", with.State)
	}
}

func TestTheClerkLearnsOfLostQuestionsOnlyWhenThreeAreLost(t *testing.T) {
	t.Parallel()
	p := DefaultPatience()
	a := fresh(AttemptSent)
	a.Show = "code"
	now := noon
	for i := range 3 {
		now = now.Add(time.Second)
		a = p.Hear(a, AskQuery, Answer{}, terms(a), now)
		if want := i == 2; (a.State == AttemptUnknown) != want {
			t.Errorf("after %d lost questions: %s", i+1, a.State)
		}
	}
	if back := p.Hear(a, AskQuery, Answer{Verdict: VerdictWaiting}, terms(a), now); back.State != AttemptSent || back.Tries != 0 {
		t.Errorf("after an answer: %s, %d tries", back.State, back.Tries)
	}
}

func TestCancelsAreTriedLaterAndLaterUntilTheWindowIsOver(t *testing.T) {
	t.Parallel()
	p := DefaultPatience()
	a := fresh(AttemptCancelling)
	now, last := noon, time.Duration(0)
	for tries := 0; a.State == AttemptCancelling; tries++ {
		if tries > 10_000 {
			t.Fatal("never handed to a person")
		}
		if p.Next(a, terms(a), now) == AskGiveUp {
			a = p.GiveUp(a, now)
			break
		}
		a = p.Hear(a, AskCancel, Answer{Verdict: VerdictUnknown}, terms(a), now)
		if a.State != AttemptCancelling {
			break
		}
		pause := a.NextAt.Sub(now)
		if pause < last || pause > p.Longest {
			t.Fatalf("pause of %s after one of %s", pause, last)
		}
		last, now = pause, a.NextAt
	}
	if a.State != AttemptUnresolved || !a.NextAt.IsZero() {
		t.Errorf("in the end: %s, next look %s", a.State, a.NextAt)
	}
	if by := terms(a).CancelBy; now.Before(by) {
		t.Errorf("given up at %s, before the window ends at %s", now, by)
	}
}

func TestAnAttemptOnlyTakesWaysItsLifeKnowsAndNeverLeavesAnEnd(t *testing.T) {
	t.Parallel()
	verdicts := []Verdict{VerdictWaiting, VerdictPaid, VerdictNotPaid, VerdictAbsent, VerdictReversed, VerdictRefused, VerdictUnknown, "nonsense"}
	states := []AttemptState{AttemptCreated, AttemptSent, AttemptUnknown, AttemptCancelling, AttemptUnresolved, AttemptPaid, AttemptShown, AttemptNotPaid, AttemptReversed}
	rapid.Check(t, func(t *rapid.T) {
		p := DefaultPatience()
		a := fresh(rapid.SampledFrom(states).Draw(t, "state"))
		if rapid.Bool().Draw(t, "expires") {
			a.ExpiresAt = noon.Add(5 * time.Minute)
		}
		now := noon
		for range rapid.IntRange(1, 40).Draw(t, "answers") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(3*time.Hour)).Draw(t, "later")))
			ans := Answer{
				Verdict: rapid.SampledFrom(verdicts).Draw(t, "verdict"),
				Amount:  core.Money(rapid.SampledFrom([]int64{0, 900, 90}).Draw(t, "amount")),
			}
			next := p.Hear(a, rapid.SampledFrom([]Ask{AskQuery, AskCancel, AskNothing}).Draw(t, "asked"), ans, terms(a), now)
			if next.State != a.State && !a.State.CanMove(next.State) {
				t.Fatalf("%s became %s by %+v", a.State, next.State, ans)
			}
			if next.State == AttemptPaid && a.State != AttemptPaid && (ans.Verdict != VerdictPaid || ans.Amount != a.Amount) {
				t.Fatalf("paid by %+v", ans)
			}
			if !next.State.Live() && !next.NextAt.IsZero() {
				t.Fatalf("%s is looked at again", next.State)
			}
			if next.State.Resolving() && next.NextAt.IsZero() {
				t.Fatalf("%s is never looked at again", next.State)
			}
			a = next
		}
	})
}
