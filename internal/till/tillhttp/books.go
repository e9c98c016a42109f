package tillhttp

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"yakusho/internal/core"
	"yakusho/internal/httpx"
	"yakusho/internal/till"
	"yakusho/internal/till/ledger"
)

// ListUnresolved answers with what nobody knows yet, oldest first.
func (a *API) ListUnresolved(ctx context.Context, _ ListUnresolvedRequestObject) (ListUnresolvedResponseObject, error) {
	open, err := a.Office.Unresolved(ctx)
	if err != nil {
		return nil, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(open, func(x, y till.Attempt) int { return x.CreatedAt.Compare(y.CreatedAt) })
	out := []OpenAttempt{}
	for _, x := range open {
		d, err := a.View.Detail(ctx, x.Sale)
		if err != nil {
			return nil, err
		}
		out = append(out, OpenAttempt{
			Attempt: s.attempt(x, d.Sale), CounterName: d.Counter.Name, Day: Day(d.Sale.Day), Clerk: s.name(x.Clerk),
			SessionClosed: d.Session.State == till.SessionClosed,
		})
	}
	return ListUnresolved200JSONResponse(out), nil
}

// OwnAttempt makes somebody answer for an attempt.
func (a *API) OwnAttempt(ctx context.Context, r OwnAttemptRequestObject) (OwnAttemptResponseObject, error) {
	id, err := ident(r.Attempt, till.ErrNoAttempt)
	if err != nil {
		return nil, err
	}
	if err := a.View.MayAccount(ctx); err != nil {
		return nil, err
	}
	owner, err := ident(r.Body.Owner, till.ErrNoOwner)
	if err != nil {
		return nil, err
	}
	if _, err := a.accountant(ctx, owner); err != nil {
		return nil, err
	}
	x, err := a.Office.Own(ctx, r.Body.Key, id, owner, r.Body.Note)
	if err != nil {
		return nil, err
	}
	out, err := a.moved(ctx, x)
	return OwnAttempt200JSONResponse(out), err
}

// DecideAttempt ends an attempt by what a person found out.
func (a *API) DecideAttempt(ctx context.Context, r DecideAttemptRequestObject) (DecideAttemptResponseObject, error) {
	id, err := ident(r.Attempt, till.ErrNoAttempt)
	if err != nil {
		return nil, err
	}
	x, err := a.Office.Decide(ctx, r.Body.Key, id, till.AttemptState(r.Body.Outcome), r.Body.Note)
	if err != nil {
		return nil, err
	}
	out, err := a.moved(ctx, x)
	return DecideAttempt200JSONResponse(out), err
}

// ListContradictions answers with what providers said against an end that had been proven.
func (a *API) ListContradictions(ctx context.Context, _ ListContradictionsRequestObject) (ListContradictionsResponseObject, error) {
	if err := a.View.MayAccount(ctx); err != nil {
		return nil, err
	}
	doubts, err := a.Doubts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read contradictions: %w", err)
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return nil, err
	}
	out := []Contradiction{}
	for _, d := range doubts {
		x, sale, err := a.View.Attempt(ctx, d.Attempt)
		if err != nil {
			return nil, err
		}
		out = append(out, Contradiction{
			At: d.At, Attempt: s.attempt(x, sale), State: d.State,
			Words: "支払われていないと確かめた後に、決済事業者から「支払い済み」と返事がありました。お客様のお金を預かったままかもしれません。決済事業者に照会し、返金するかどうかを決めてください。",
		})
	}
	return ListContradictions200JSONResponse(out), nil
}

// ListProviders answers with the providers that are set up and how they answer.
func (a *API) ListProviders(ctx context.Context, _ ListProvidersRequestObject) (ListProvidersResponseObject, error) {
	all, err := a.View.Providers(ctx)
	if err != nil {
		return nil, err
	}
	return ListProviders200JSONResponse(each(all, func(p till.Provider) Provider {
		out := Provider{Name: p.Name(), Label: till.ProviderLabel(p.Name()), Ways: []ProviderWay{}, Health: a.Health.of(p)}
		_, out.Statements = p.(till.Statement)
		_, out.Refunds = p.(till.Refunder)
		if serving, ok := p.(till.Serving); ok {
			serves := serving.Serves()
			for _, w := range []till.Way{till.WayScan, till.WayShow, till.WaySticker, till.WayCash} {
				if len(serves[w]) > 0 {
					out.Ways = append(out.Ways, ProviderWay{Way: Way(w), Wallets: serves[w]})
				}
			}
		}
		return out
	})), nil
}

// ListDayBooks answers with the sessions of some days and their sums.
func (a *API) ListDayBooks(ctx context.Context, r ListDayBooksRequestObject) (ListDayBooksResponseObject, error) {
	books, sums, err := a.View.DayBooks(ctx, till.Day(r.Params.From), till.Day(r.Params.To))
	if err != nil {
		return nil, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return nil, err
	}
	out := []DayBookRow{}
	for i, b := range books {
		d, c := sums[i], b.Session.Close
		out = append(out, DayBookRow{
			Session: s.session(b.Session, b.Counter), Sales: d.Sales, Revenue: yen(d.Revenue), Cash: yen(d.Cash), Cashless: yen(d.Revenue - d.Cash),
			Open: len(d.Open), ClosedBy: optional(s.name(c.ClosedBy)), ClosedAt: at(c.At),
		})
	}
	return ListDayBooks200JSONResponse(out), nil
}

// ListSettlements answers with the files taken in.
func (a *API) ListSettlements(ctx context.Context, r ListSettlementsRequestObject) (ListSettlementsResponseObject, error) {
	all, err := a.View.Settlements(ctx, r.Params.Provider, till.Day(r.Params.From), till.Day(r.Params.To))
	if err != nil {
		return nil, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return nil, err
	}
	return ListSettlements200JSONResponse(each(all, s.settlement)), nil
}

// ImportSettlement takes in a file of a provider.
func (a *API) ImportSettlement(ctx context.Context, r ImportSettlementRequestObject) (ImportSettlementResponseObject, error) {
	if err := a.View.MayAccount(ctx); err != nil { // before 50 MB are read
		return nil, err
	}
	file, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read the settlement file: %w", err)
	}
	begun := a.Clock()
	stored, problems, err := a.Office.Import(ctx, r.Params.Key, r.Params.Provider, r.Params.Name, file)
	if err != nil && len(problems) > 0 {
		return nil, listed{err, each(problems, func(p till.FileProblem) httpx.Detail {
			return httpx.Detail{Line: p.Line, Column: p.Column, Message: p.Message}
		})}
	}
	if err != nil {
		return nil, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return nil, err
	}
	return ImportSettlement200JSONResponse{Settlement: s.settlement(stored), Again: stored.At.Before(begun), Rows: len(stored.Rows)}, nil
}

// GetMatch answers with the three-way match.
func (a *API) GetMatch(ctx context.Context, r GetMatchRequestObject) (GetMatchResponseObject, error) {
	from, to := till.Day(r.Params.From), till.Day(r.Params.To)
	if _, err := a.View.Settlements(ctx, r.Params.Provider, from, to); err != nil { // checks who asks and the days
		return nil, err
	}
	m, err := a.Office.Match(ctx, r.Params.Provider, from, to)
	if err != nil {
		return nil, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return nil, err
	}
	out := Match{
		Provider: m.Provider, ProviderName: till.ProviderLabel(m.Provider), From: Day(m.From), To: Day(m.To), Covered: m.Covered,
		Files: each(m.Files, s.settlement), Deposits: each(m.Deposits, s.deposit), Wallets: each(m.Wallets, walletMatch), Total: walletMatch(m.Total),
		Banked: yen(m.Banked), BankedFee: yen(m.BankedFee), ExpectedDeposit: yen(m.Total.File - m.Total.Fee), Differences: []Difference{},
	}
	for _, d := range m.Differences {
		out.Differences = append(out.Differences, s.difference(d))
	}
	return GetMatch200JSONResponse(out), nil
}

func walletMatch(w till.WalletMatch) WalletMatch {
	out := WalletMatch{
		Wallet: w.Wallet, WalletName: walletName(w.Wallet), BooksCount: w.BooksCount, Books: yen(w.Books), FileCount: w.FileCount, File: yen(w.File),
		Differences: w.Differences,
	}
	if w.HasFee {
		out.Fee = ptr(yen(w.Fee))
	}
	return out
}

func (s *scribe) difference(d till.Difference) Difference {
	out := Difference{
		Kind: DifferenceKind(d.Kind), Line: optional(d.Line), Attempt: optional(string(d.Attempt)), Sale: optional(string(d.Sale)),
		WalletName: walletName(d.Wallet), At: d.At, Books: yen(d.Books), File: yen(d.File), Yen: yen(d.Yen()), Words: d.Words,
	}
	if d.Sale != "" {
		if x, err := s.api.View.Sale(s.ctx, d.Sale); err == nil {
			c := s.counter(x.Sale.Counter)
			out.Label, out.CounterName = ptr(x.Sale.Label(c.Number)), ptr(c.Name)
		}
	}
	return out
}

// ListDeposits answers with what the bank received.
func (a *API) ListDeposits(ctx context.Context, r ListDepositsRequestObject) (ListDepositsResponseObject, error) {
	all, err := a.View.Deposits(ctx, r.Params.Provider, till.Day(r.Params.From), till.Day(r.Params.To))
	if err != nil {
		return nil, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return nil, err
	}
	return ListDeposits200JSONResponse(each(all, s.deposit)), nil
}

// AddDeposit books what arrived at the bank.
func (a *API) AddDeposit(ctx context.Context, r AddDepositRequestObject) (AddDepositResponseObject, error) {
	b := r.Body
	if err := a.View.MayAccount(ctx); err != nil {
		return nil, err
	}
	if _, ok := a.Driver.Provider(b.Provider); !ok {
		return nil, till.ErrProvider.Because("provider %.40q", b.Provider)
	}
	d, err := a.Office.AddDeposit(ctx, b.Key, till.Deposit{
		Provider: b.Provider, From: till.Day(b.From), To: till.Day(b.To), On: till.Day(b.On), Net: core.Money(b.Net), Fee: core.Money(b.Fee),
		Note: value(b.Note),
	})
	if err != nil {
		return nil, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return nil, err
	}
	return AddDeposit201JSONResponse(s.deposit(d)), nil
}

// GetBalances answers with the sum of every account.
func (a *API) GetBalances(ctx context.Context, r GetBalancesRequestObject) (GetBalancesResponseObject, error) {
	until, err := till.ParseDay(r.Params.Until)
	if err != nil {
		return nil, err
	}
	sums, err := a.Office.Balances(ctx, until)
	if err != nil {
		return nil, err
	}
	items, err := a.View.Items(ctx, false)
	if err != nil {
		return nil, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return nil, err
	}
	categories := map[string]string{}
	for _, i := range items {
		categories[i.Category.Code] = i.Category.Name
	}
	out := Balances{Until: Day(until), Accounts: []Balance{}}
	for account, sum := range sums {
		out.Accounts = append(out.Accounts, Balance{Account: string(account), Name: s.account(account, categories), Amount: yen(sum)})
		out.Sum += yen(sum)
	}
	slices.SortFunc(out.Accounts, func(x, y Balance) int { return strings.Compare(x.Account, y.Account) })
	return GetBalances200JSONResponse(out), nil
}

// account is an account of the ledger as people call it.
func (s *scribe) account(x ledger.Account, categories map[string]string) string {
	_, rest, _ := strings.Cut(string(x), ":")
	first, last, _ := strings.Cut(rest, ":")
	switch x.Kind() {
	case ledger.Revenue:
		return "歳入 " + reiwa(first) + " " + named(categories, last)
	case ledger.Expense:
		if first == "fee" {
			return "決済手数料 " + till.ProviderLabel(last)
		}
		return "過誤納金還付 " + rest
	case ledger.Receivable:
		return "未収入金 " + till.ProviderLabel(rest)
	case ledger.Shown:
		return "未確認の収入 " + till.ProviderLabel(rest)
	case ledger.Cash:
		return "現金 " + s.counter(core.ID(rest)).Name
	case ledger.Bank:
		return "指定金融機関の口座"
	}
	return string(x)
}

func reiwa(year string) string {
	var n int
	if _, err := fmt.Sscanf(year, "%d", &n); err != nil {
		return year
	}
	return till.Reiwa(n)
}

func named(names map[string]string, code string) string {
	if n := names[code]; n != "" {
		return n
	}
	return code
}
