//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/till"
	"yakusho/internal/till/jpqr"
	"yakusho/internal/till/paypay"
	"yakusho/internal/till/tillsql"
)

// instant is PayPay that says paid at once, or as soon as a server at address has answered. Its files are read by the real
// package.
type instant struct {
	*paypay.Provider
	address string        // empty: nobody is asked
	took    chan<- answer // how long the last call took; nil: nobody wants to know
}

type answer struct {
	attempt core.ID
	took    time.Duration
}

func (p instant) Start(ctx context.Context, o till.Order) (till.Answer, error) {
	began := time.Now()
	if p.address != "" {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.address, nil)
		if err != nil {
			return till.Answer{}, err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return till.Answer{}, err
		}
		if err := resp.Body.Close(); err != nil {
			return till.Answer{}, err
		}
	}
	if p.took != nil {
		p.took <- answer{o.Attempt.ID, time.Since(began)}
	}
	return till.Answer{Verdict: till.VerdictPaid, Ref: "R" + string(o.Attempt.ID), Wallet: paypay.Wallet, Amount: o.Attempt.Amount, PaidAt: o.Attempt.CreatedAt}, nil
}

// merchant stands in every file that is matched.
const merchant = "900000000000000001"

// office is a till without its server: the real services on the real store.
type office struct {
	db       *sqldb.DB
	store    *tillsql.Store
	desk     *till.Desk
	office   *till.Office
	item     core.ID
	counters []core.ID
	keys     atomic.Int64
}

func as(name string, roles ...core.Role) context.Context {
	return core.WithActor(context.Background(), core.Actor{Account: core.ID(name), Name: name, Roles: roles})
}

func clerk() context.Context      { return as("clerk", core.RoleClerk) }
func accountant() context.Context { return as("accountant", core.RoleAccountant) }

func (f *office) key() string { return fmt.Sprintf("bench-%d", f.keys.Add(1)) }

func newOffice(ctx context.Context, db *sqldb.DB, p instant, counters int) (*office, error) {
	f := &office{db: db}
	var err error
	if f.store, err = tillsql.Open(ctx, db); err != nil {
		return nil, err
	}
	p.Provider, err = paypay.New(paypay.Options{
		Base: paypay.Sandbox, Clock: core.SystemClock, Credentials: paypay.Credentials{Key: "bench-key", Secret: "bench-secret", Merchant: merchant},
	})
	if err != nil {
		return nil, err
	}
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	driver := till.NewDriver(f.store, till.DriverOptions{Providers: []till.Provider{p}, Patience: till.DefaultPatience(), Clock: core.SystemClock, Log: quiet})
	f.desk = till.NewDesk(f.store, driver, till.DeskOptions{
		Hints: jpqr.DefaultHints(), CodeKey: []byte("0123456789abcdef0123456789abcdef"), Clock: core.SystemClock, Log: quiet,
	})
	f.office = till.NewOffice(f.store, driver, core.SystemClock, quiet)
	i, err := f.office.PutItem(accountant(), f.key(), till.Item{
		Code: "JUMIN", Name: "住民票の写し", Group: "住民票・印鑑", Unit: "通", Price: 300, Category: till.Category{Code: category, Name: "戸籍住民基本台帳手数料"},
		Tax: till.TaxExempt, Slip: till.SlipStatement, From: "2020-04-01",
	})
	if err != nil {
		return nil, err
	}
	f.item = i.ID
	if _, err := f.office.PutDesignation(accountant(), f.key(), till.Designation{
		Wallet: paypay.Wallet, Trustee: "見本ペイ株式会社", Notice: "みほん市告示第 41 号", NoticedOn: "2020-03-01", From: "2020-04-01",
	}); err != nil {
		return nil, err
	}
	for n := range counters {
		c, err := f.office.PutCounter(as("admin", core.RoleAdmin), f.key(), till.Counter{Number: n + 1, Name: fmt.Sprintf("市民課 %d番窓口", n+1)})
		if err != nil {
			return nil, err
		}
		f.counters = append(f.counters, c.ID)
	}
	return f, nil
}

const category = "13-02-01-02"

// sales fixes n sales at a counter that is opened for it.
func (f *office) sales(counter core.ID, n int) ([]till.Sale, error) {
	s, err := f.desk.Open(clerk(), f.key(), counter, 0, nil, false)
	if err != nil {
		return nil, err
	}
	out := make([]till.Sale, n)
	for i := range out {
		if out[i], err = f.desk.Fix(clerk(), f.key(), s.ID, []till.Choice{{Item: f.item, Count: 3}}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// pay is a customer whose provider answers paid. The desk answers after a moment at the latest, so the end may have to be
// waited for.
func (f *office) pay(s till.Sale) (till.Attempt, error) {
	a, err := f.desk.Charge(clerk(), f.key(), s.ID, till.Pay{Way: till.WayShow, Wallet: paypay.Wallet})
	for deadline := time.Now().Add(30 * time.Second); err == nil && a.State != till.AttemptPaid; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return a, fmt.Errorf("attempt %s is %s (%s)", a.ID, a.State, a.Reason)
		}
		a, err = f.store.Attempt(context.Background(), a.ID)
	}
	return a, err
}
