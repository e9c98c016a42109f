package ledger_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yakusho/internal/core"
	"yakusho/internal/till/ledger"
)

func account() *rapid.Generator[ledger.Account] {
	return rapid.SampledFrom([]ledger.Account{
		ledger.BankAccount(), ledger.CashOf("1"), ledger.FeeOf("paypay"), ledger.ReceivableOf("paypay"), ledger.ShownAt("static"),
		ledger.RevenueOf(2026, "13-01-02"), ledger.RefundOfPastYear(2027, "13-01-02"),
	})
}

// balanced makes postings that sum to zero.
func balanced() *rapid.Generator[[]ledger.Posting] {
	return rapid.Custom(func(t *rapid.T) []ledger.Posting {
		posts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) ledger.Posting {
			return ledger.Posting{Account: account().Draw(t, "account"), Amount: core.Money(rapid.Int64Range(-1e9, 1e9).Draw(t, "yen"))}
		}), 1, 8).Draw(t, "postings")
		var total core.Money
		for _, p := range posts {
			total += p.Amount
		}
		return append(posts, ledger.Posting{Account: account().Draw(t, "last"), Amount: -total})
	})
}

func TestWhatIsPostedSumsToZeroWithEachAccountOnceAndNothingForNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		given := balanced().Draw(t, "given")
		posted, err := ledger.Post(given...)
		if err != nil {
			t.Fatal(err)
		}
		var total core.Money
		want := map[ledger.Account]core.Money{}
		for _, p := range given {
			want[p.Account] += p.Amount
		}
		for i, p := range posted {
			total += p.Amount
			if p.Amount == 0 || p.Amount != want[p.Account] || i > 0 && posted[i-1].Account >= p.Account {
				t.Fatalf("posting %d is %v, given %v", i, p, given)
			}
			delete(want, p.Account)
		}
		for a, m := range want {
			if m != 0 {
				t.Fatalf("%s of %s got lost", m, a)
			}
		}
		if total != 0 {
			t.Fatalf("posted %s", total)
		}
	})
}

func TestPostingsThatDoNotSumToZeroAreRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		given := balanced().Draw(t, "given")
		given[rapid.IntRange(0, len(given)-1).Draw(t, "which")].Amount += core.Money(rapid.Int64Range(1, 1e6).Draw(t, "too much"))
		if posted, err := ledger.Post(given...); err == nil {
			t.Fatalf("posted %v", posted)
		}
	})
}

func TestAnAccountOfNoKindOrNoNameIsRefused(t *testing.T) {
	t.Parallel()
	for _, a := range []ledger.Account{"", "pocket:mine", "revenue", "revenue:", "cash:", "bank:ours", "receivable"} {
		if posted, err := ledger.Post(ledger.Posting{Account: a, Amount: 1}, ledger.Posting{Account: ledger.BankAccount(), Amount: -1}); err == nil {
			t.Errorf("%q was posted to: %v", a, posted)
		}
	}
	for a, kind := range map[ledger.Account]ledger.Kind{
		ledger.RevenueOf(2026, "13-01-02"): ledger.Revenue, ledger.RefundOfPastYear(2026, "13"): ledger.Expense, ledger.FeeOf("paypay"): ledger.Expense,
		ledger.ReceivableOf("paypay"): ledger.Receivable, ledger.ShownAt("paypay"): ledger.Shown, ledger.CashOf("1"): ledger.Cash, ledger.BankAccount(): ledger.Bank,
	} {
		if err := a.Check(); err != nil || a.Kind() != kind {
			t.Errorf("%s is %s: %v", a, a.Kind(), err)
		}
	}
}

func TestTheBalancesOfAnyEntriesSumToZeroAndReverseUndoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var entries, undone []ledger.Entry
		for range rapid.IntRange(0, 10).Draw(t, "entries") {
			posted, err := ledger.Post(balanced().Draw(t, "given")...)
			if err != nil {
				t.Fatal(err)
			}
			before := slices.Clone(posted)
			entries = append(entries, ledger.Entry{Postings: posted})
			undone = append(undone, ledger.Entry{Postings: posted}, ledger.Entry{Postings: ledger.Reverse(posted)})
			if !slices.Equal(before, posted) {
				t.Fatal("Reverse changed what it was given")
			}
		}
		var total core.Money
		for _, m := range ledger.Balances(entries) {
			total += m
		}
		if total != 0 {
			t.Fatalf("balances sum to %s", total)
		}
		for a, m := range ledger.Balances(undone) {
			if m != 0 {
				t.Fatalf("%s of %s is left", m, a)
			}
		}
	})
}

func TestSharesAddUpAndAreProportionalToTheYen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) core.Money {
			return core.Money(rapid.Int64Range(0, 10_000_000).Draw(t, "weight"))
		}), 1, 50).Draw(t, "weights")
		var total core.Money
		for _, w := range weights {
			total += w
		}
		amount := core.Money(rapid.Int64Range(0, max(int64(total), 1)).Draw(t, "amount"))
		shares := ledger.Share(amount, weights)
		var sum core.Money
		for i, s := range shares {
			sum += s
			if total == 0 {
				continue
			}
			exact := float64(amount) * float64(weights[i]) / float64(total)
			if s < 0 || s > weights[i] || math.Abs(float64(s)-exact) >= 1.000001 {
				t.Fatalf("share %d of %s is %s, its weight %s, exactly %f", i, amount, s, weights[i], exact)
			}
		}
		if total > 0 && sum != amount || len(shares) != len(weights) {
			t.Fatalf("shares of %s are %v", amount, shares)
		}
	})
}

func TestWhatRoundingLeavesGoesToTheLargestRemainderTheEarlierFirst(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount  core.Money
		weights []core.Money
		want    []core.Money
	}{
		{100, []core.Money{1, 1, 1}, []core.Money{34, 33, 33}},
		{200, []core.Money{1, 1, 1}, []core.Money{67, 67, 66}},
		{400, []core.Money{333, 667}, []core.Money{133, 267}},
		{1, []core.Money{300, 600}, []core.Money{0, 1}},
		{5, []core.Money{0, 0}, []core.Money{0, 0}},
	} {
		if d := cmp.Diff(c.want, ledger.Share(c.amount, c.weights)); d != "" {
			t.Errorf("%s over %v (-want +got):\n%s", c.amount, c.weights, d)
		}
	}
}
