// Package ledger is double entry: accounts, postings that sum to zero, balances.
//
// Revenue is booked gross and a fee is an expense (総計予算主義, 地方自治法 210 条); what a provider owes us is a
// receivable of that provider. The package computes and refuses. It must not know sales, providers or rows.
package ledger

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"yakusho/internal/core"
)

// Kind is the nature of an account.
type Kind string

// The kinds. A debit is positive everywhere; revenue therefore stands negative.
const (
	Revenue    Kind = "revenue"    // 歳入, by 会計年度 and 科目
	Expense    Kind = "expense"    // 歳出: fees, and refunds of another year
	Receivable Kind = "receivable" // what a provider owes us
	Shown      Kind = "shown"      // what a clerk was shown and no file has confirmed
	Cash       Kind = "cash"       // the drawer of a counter
	Bank       Kind = "bank"       // 指定金融機関
)

// Account names one account: revenue:2026:13-01-02, receivable:paypay, cash:1.
type Account string

// The accounts, by what names them.
func RevenueOf(fiscalYear int, category string) Account {
	return Account(fmt.Sprintf("%s:%d:%s", Revenue, fiscalYear, category))
}

// RefundOfPastYear is the expense (過誤納金還付) for what is given back after its year has ended.
func RefundOfPastYear(fiscalYear int, category string) Account {
	return Account(fmt.Sprintf("%s:refund:%d:%s", Expense, fiscalYear, category))
}

// FeeOf is what a provider keeps (役務費).
func FeeOf(provider string) Account { return Account(string(Expense) + ":fee:" + provider) }

// ReceivableOf is what a provider owes.
func ReceivableOf(provider string) Account { return Account(string(Receivable) + ":" + provider) }

// ShownAt is what was shown for a provider and is not confirmed.
func ShownAt(provider string) Account { return Account(string(Shown) + ":" + provider) }

// CashOf is the drawer of a counter.
func CashOf(counter core.ID) Account { return Account(string(Cash) + ":" + string(counter)) }

// BankAccount is where deposits arrive.
func BankAccount() Account { return Account(Bank) }

// Kind returns what the account is.
func (a Account) Kind() Kind {
	k, _, _ := strings.Cut(string(a), ":")
	return Kind(k)
}

// Check refuses an account of no known kind or without its name.
func (a Account) Check() error {
	_, name, _ := strings.Cut(string(a), ":")
	switch a.Kind() {
	case Revenue, Expense, Receivable, Shown, Cash:
		if name != "" {
			return nil
		}
	case Bank:
		if name == "" {
			return nil
		}
	}
	return fmt.Errorf("ledger: %q is no account", a)
}

// Posting is one amount on one account; positive is a debit.
type Posting struct {
	Account Account
	Amount  core.Money
}

// Entry is one event of the books. It is never changed; a mistake is another entry.
type Entry struct {
	ID       core.ID
	At       time.Time
	On       string // the day it belongs to, 2026-11-22
	What     string // sale, void, refund, confirm, retract, settle
	Subject  core.ID
	Postings []Posting
}

// Post makes the postings of an entry out of amounts, adds up those of one account, leaves out zeros, and
// refuses what does not sum to zero.
func Post(postings ...Posting) ([]Posting, error) {
	sums := map[Account]core.Money{}
	var total core.Money
	for _, p := range postings {
		if err := p.Account.Check(); err != nil {
			return nil, err
		}
		sums[p.Account] += p.Amount
		total += p.Amount
	}
	if total != 0 {
		return nil, fmt.Errorf("ledger: postings sum to %s", total)
	}
	var out []Posting
	for a, m := range sums {
		if m != 0 {
			out = append(out, Posting{a, m})
		}
	}
	slices.SortFunc(out, func(a, b Posting) int { return strings.Compare(string(a.Account), string(b.Account)) })
	return out, nil
}

// Reverse returns the postings that undo p.
func Reverse(p []Posting) []Posting {
	out := make([]Posting, 0, len(p))
	for _, x := range p {
		out = append(out, Posting{x.Account, -x.Amount})
	}
	return out
}

// Balances adds entries up. The sum over all accounts is zero.
func Balances(entries []Entry) map[Account]core.Money {
	b := map[Account]core.Money{}
	for _, e := range entries {
		for _, p := range e.Postings {
			b[p.Account] += p.Amount
		}
	}
	return b
}

// Share splits an amount over parts in proportion, to the yen: the parts add up to the amount, and what
// rounding leaves goes to the largest remainders, the earlier part first.
func Share(amount core.Money, weights []core.Money) []core.Money {
	var total core.Money
	for _, w := range weights {
		total += w
	}
	out := make([]core.Money, len(weights))
	if total == 0 {
		return out
	}
	type rest struct {
		at int
		of core.Money
	}
	var rests []rest
	left := amount
	for i, w := range weights {
		out[i] = amount * w / total
		left -= out[i]
		rests = append(rests, rest{i, amount * w % total})
	}
	slices.SortStableFunc(rests, func(a, b rest) int { return int(b.of - a.of) })
	for i := 0; left > 0; i, left = i+1, left-1 {
		out[rests[i].at]++
	}
	return out
}
