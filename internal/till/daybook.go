package till

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"yakusho/internal/core"
)

// DayBook is the 日計 of one session: what was sold, how it was paid, what went back, what is open.
type DayBook struct {
	First, Last int // sale numbers, 0 where there was none
	Sales       int // that were paid
	Items       []ItemTotal
	Methods     []MethodTotal
	Revenue     core.Money // of the sales of this session, voids taken off
	Cash        core.Money // of it, in the drawer
	Voids       []RefundLine
	Refunds     []RefundLine
	Open        []OpenLine // unknown or unresolved: not in Revenue
	Shown       core.Money // of Revenue, not confirmed by a file yet
	Dropped     int
}

// ItemTotal is one item, or the sum of its 科目.
type ItemTotal struct {
	Category Category
	Code     string
	Name     string
	Unit     string
	Count    int
	Reduced  int // of Count, with a reduction
	Amount   core.Money
}

// MethodTotal is one wallet and way.
type MethodTotal struct {
	Wallet string
	Way    Way
	Count  int
	Amount core.Money
}

// RefundLine is one 取消 or 還付.
type RefundLine struct {
	Sale     core.ID
	Number   int
	Amount   core.Money
	Reason   string
	Approver core.ID
	State    RefundState
}

// OpenLine is one sale whose payment is not known.
type OpenLine struct {
	Sale    core.ID
	Attempt core.ID
	Number  int
	Amount  core.Money
	Wallet  string
	State   AttemptState
	Owner   core.ID
}

// MakeDayBook adds up one session. What is unknown or unresolved is no revenue and stands apart. Lines of one
// item at two prices are one row; items stand under their 科目 in the order of its code.
func MakeDayBook(b SessionBook) DayBook {
	var d DayBook
	pays := map[core.ID]Payment{}
	for _, p := range b.Payments {
		pays[p.Sale] = p
	}
	items := map[string]*ItemTotal{}
	methods := map[MethodTotal]*MethodTotal{}
	for _, s := range b.Sales {
		if d.First == 0 {
			d.First = s.Number
		}
		d.Last = max(d.Last, s.Number)
		p, paid := pays[s.ID]
		switch {
		case s.State == SaleDrop:
			d.Dropped++
			continue
		case s.State != SalePaid:
			continue // voided: it stands among the voids; open: among the open
		}
		d.Sales++
		d.add(items, s)
		if !paid {
			continue // nothing was owed
		}
		key := MethodTotal{Wallet: p.Wallet, Way: p.Way}
		if methods[key] == nil {
			methods[key] = &MethodTotal{Wallet: p.Wallet, Way: p.Way}
		}
		methods[key].Count++
		methods[key].Amount += p.Amount - p.Refunded
		d.Revenue += p.Amount - p.Refunded
		if p.Way == WayCash {
			d.Cash += p.Amount - p.Refunded
		}
		if !p.Confirmed {
			d.Shown += p.Amount - p.Refunded
		}
	}
	d.Items, d.Methods = sortItems(items), sortMethods(methods)
	d.givenBack(b)
	d.stillOpen(b)
	return d
}

func (d *DayBook) add(items map[string]*ItemTotal, s Sale) {
	for _, l := range s.Lines {
		key := l.Category.Code + "\x00" + l.Code
		t := items[key]
		if t == nil {
			t = &ItemTotal{Category: l.Category, Code: l.Code, Name: l.Name, Unit: l.Unit}
			items[key] = t
		}
		t.Count += l.Count
		if l.Reduction != "" {
			t.Reduced += l.Count
		}
		t.Amount += l.Amount()
	}
}

func (d *DayBook) givenBack(b SessionBook) {
	numbers := map[core.ID]int{}
	for _, s := range b.Sales {
		numbers[s.ID] = s.Number
	}
	for _, r := range b.Refunds {
		line := RefundLine{Sale: r.Sale, Number: numbers[r.Sale], Amount: r.Amount, Reason: r.Reason, Approver: r.DecidedBy, State: r.State}
		switch {
		case r.State == RefundRejected || r.State == RefundFailed:
		case r.Void:
			d.Voids = append(d.Voids, line)
		default:
			d.Refunds = append(d.Refunds, line)
		}
	}
}

func (d *DayBook) stillOpen(b SessionBook) {
	numbers := map[core.ID]int{}
	for _, s := range b.Sales {
		numbers[s.ID] = s.Number
	}
	for _, a := range b.Attempts {
		if a.State.Live() {
			d.Open = append(d.Open, OpenLine{
				Sale: a.Sale, Attempt: a.ID, Number: numbers[a.Sale], Amount: a.Amount, Wallet: a.Wallet, State: a.State, Owner: a.Owner,
			})
		}
	}
}

func sortItems(items map[string]*ItemTotal) []ItemTotal {
	out := make([]ItemTotal, 0, len(items))
	for _, key := range slices.Sorted(maps.Keys(items)) {
		out = append(out, *items[key])
	}
	return out
}

func sortMethods(methods map[MethodTotal]*MethodTotal) []MethodTotal {
	out := make([]MethodTotal, 0, len(methods))
	for _, m := range methods {
		out = append(out, *m)
	}
	slices.SortFunc(out, func(a, b MethodTotal) int {
		return cmp.Or(cmp.Compare(rank(a.Wallet), rank(b.Wallet)), strings.Compare(a.Wallet, b.Wallet), strings.Compare(string(a.Way), string(b.Way)))
	})
	return out
}

// rank puts cash first, then the wallets in the order of screens.
func rank(wallet string) int {
	if wallet == WalletCash {
		return -1
	}
	return slices.IndexFunc(Wallets(), func(w Wallet) bool { return w.ID == wallet })
}
