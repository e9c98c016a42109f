package till_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
	"yakusho/internal/till"
	"yakusho/internal/till/jpqr"
	"yakusho/internal/till/paypay"
	"yakusho/internal/till/paysim"
	"yakusho/internal/till/static"
	"yakusho/internal/till/tillsql"
	"yakusho/internal/till/univapay"
)

// hurried is a real provider package whose patience is that of a test: what an office waits minutes for takes
// fractions of a second, over real connections to the simulator.
type hurried struct{ till.Provider }

func (h hurried) Terms(a till.Attempt) till.Terms {
	return till.Terms{
		Call: 1500 * time.Millisecond, Ask: time.Second, Poll: 30 * time.Millisecond, Settles: 3 * time.Second,
		CancelBy: a.CreatedAt.Add(5 * time.Minute),
	}
}

func (h hurried) Serves() map[till.Way][]string { return h.Provider.(till.Serving).Serves() }

func (h hurried) Refund(ctx context.Context, a till.Attempt, r till.Refund) (till.RefundAnswer, error) {
	return h.Provider.(till.Refunder).Refund(ctx, a, r)
}

func (h hurried) QueryRefund(ctx context.Context, a till.Attempt, r till.Refund) (till.RefundAnswer, error) {
	return h.Provider.(till.Refunder).QueryRefund(ctx, a, r)
}

func (h hurried) Hint(auth string, body []byte) (till.Hint, error) {
	return h.Provider.(till.Hinter).Hint(auth, body)
}

func (h hurried) ParseSettlement(file []byte) ([]till.SettlementRow, []till.FileProblem) {
	return h.Provider.(till.Statement).ParseSettlement(file)
}

// town is a whole till: the real store, the real services, the real provider packages, and the simulator behind a
// real address.
type town struct {
	store    *tillsql.Store
	driver   *till.Driver
	desk     *till.Desk
	office   *till.Office
	sim      *paysim.Sim
	item     core.ID
	counters []core.ID
}

func person(name string, roles ...core.Role) context.Context {
	return core.WithActor(context.Background(), core.Actor{Account: core.ID(name), Name: name, Roles: roles})
}

var (
	clerk      = person("clerk", core.RoleClerk)
	colleague  = person("colleague", core.RoleClerk)
	accountant = person("accountant", core.RoleAccountant)
	admin      = person("admin", core.RoleAdmin)
)

var keys atomic.Int64

func key() string { return fmt.Sprintf("key-%d", keys.Add(1)) }

// found makes a town in a fresh database at url, with n counters.
func found(t testing.TB, url string, n int) *town {
	t.Helper()
	ctx := context.Background()
	db, err := sqldb.Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w := &town{sim: paysim.New(paysim.Options{Seed: "whole", PollWait: 50 * time.Millisecond})}
	t.Cleanup(w.sim.Close)
	if w.store, err = tillsql.Open(ctx, db); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(w.sim)
	t.Cleanup(server.Close)
	cred := paysim.TestCredentials()
	pp, err := paypay.New(paypay.Options{
		Base: server.URL, Clock: core.SystemClock,
		Credentials: paypay.Credentials{Key: cred.PayPayKey, Secret: cred.PayPaySecret, Merchant: cred.PayPayMerchant},
	})
	if err != nil {
		t.Fatal(err)
	}
	uni, err := univapay.New(univapay.Options{
		Endpoint: server.URL, Clock: core.SystemClock, AllowTest: true, Timeout: 700 * time.Millisecond, Pause: 20 * time.Millisecond,
		Credentials: univapay.Credentials{JWT: cred.UnivapayJWT, Secret: cred.UnivapaySecret, Store: cred.UnivapayStore},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pp.Close)
	t.Cleanup(uni.Close)
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	patience := till.Patience{Unknown: 500 * time.Millisecond, Grace: 50 * time.Millisecond, Longest: 500 * time.Millisecond, Overtime: time.Second}
	w.driver = till.NewDriver(w.store, till.DriverOptions{
		Providers: []till.Provider{hurried{pp}, hurried{uni}, static.Sticker{}, static.NewCash(core.SystemClock)},
		Patience:  patience, Clock: core.SystemClock, Log: quiet,
	})
	w.desk = till.NewDesk(w.store, w.driver, till.DeskOptions{
		Hints: jpqr.DefaultHints(), CodeKey: []byte("0123456789abcdef0123456789abcdef"), Clock: core.SystemClock, Log: quiet,
	})
	w.office = till.NewOffice(w.store, w.driver, core.SystemClock, quiet)
	hooks := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if h, err := pp.Hint(r.Header.Get("Authorization"), body); err == nil {
			_ = w.driver.Hint(context.Background(), pp.Name(), h)
		}
	}))
	t.Cleanup(hooks.Close)
	w.sim.SetPayPayWebhook(hooks.URL)
	run, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); w.driver.Run(run) }()
	t.Cleanup(func() { stop(); <-done })
	w.furnish(t, n)
	return w
}

func (w *town) furnish(t testing.TB, n int) {
	t.Helper()
	i, err := w.office.PutItem(accountant, key(), till.Item{
		Code: "JUMIN", Name: "住民票の写し", Group: "住民票・印鑑", Unit: "通", Price: 300, Category: till.Category{Code: "13-01-02", Name: "戸籍住民基本台帳手数料"},
		Tax: till.TaxExempt, Slip: till.SlipStatement, From: "2020-04-01",
	})
	if err != nil {
		t.Fatal(err)
	}
	w.item = i.ID
	for _, wallet := range []string{"paypay", "d_barai", "rakuten_pay", "au_pay", "merpay"} {
		_, err := w.office.PutDesignation(accountant, key(), till.Designation{
			Wallet: wallet, Trustee: "見本ペイ株式会社", Notice: "みほん市告示第 41 号", NoticedOn: "2020-03-01", From: "2020-04-01",
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for k := range n {
		c, err := w.office.PutCounter(admin, key(), till.Counter{Number: k + 1, Name: fmt.Sprintf("市民課 %d番窓口", k+1)})
		if err != nil {
			t.Fatal(err)
		}
		w.counters = append(w.counters, c.ID)
	}
}

// fleeting is a database in memory where there is such a directory: what survives a power cut is tested elsewhere.
func fleeting(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "till")
	if err != nil {
		return testkit.SQLite(t)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return "sqlite:" + dir + "/till.db"
}
