package till_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yakusho/internal/core"
	"yakusho/internal/testkit"
	"yakusho/internal/till"
	"yakusho/internal/till/jpqr"
	"yakusho/internal/till/jpqr/jpqrtest"
	"yakusho/internal/till/static"
	"yakusho/internal/till/tillsql"
)

// bank is a provider that says what a test wants it to say. Unless it is told otherwise, a payment waits for its
// customer, and a cancel is accepted.
type bank struct {
	name   string
	serves map[till.Way][]string

	mu      sync.Mutex
	answers map[string]func(ctx context.Context, a till.Attempt) (till.Answer, error) // by start, query, cancel
	refund  func(r till.Refund) (till.RefundAnswer, error)
	calls   map[string]int
	orders  []till.Order
}

func (b *bank) Name() string                  { return b.name }
func (b *bank) Serves() map[till.Way][]string { return b.serves }
func (b *bank) Terms(a till.Attempt) till.Terms {
	return till.Terms{
		Call: 30 * time.Second, Ask: 15 * time.Second, Poll: 2500 * time.Millisecond, Settles: 10 * time.Minute,
		CancelBy: till.DayOf(a.CreatedAt).Add(1).Start().Add(15*time.Minute - time.Second),
	}
}

func (b *bank) call(ctx context.Context, what string, a till.Attempt) (till.Answer, error) {
	b.mu.Lock()
	b.calls[what]++
	say := b.answers[what]
	b.mu.Unlock()
	if say != nil {
		return say(ctx, a)
	}
	if what == "cancel" {
		return till.Answer{Verdict: till.VerdictReversed}, nil
	}
	return till.Answer{Verdict: till.VerdictWaiting, Show: "https://pay.invalid/" + string(a.ID), Ref: ref(a)}, nil
}

func ref(a till.Attempt) string { return "R" + string(a.ID) }

func (b *bank) Start(ctx context.Context, o till.Order) (till.Answer, error) {
	b.mu.Lock()
	b.orders = append(b.orders, o)
	b.mu.Unlock()
	return b.call(ctx, "start", o.Attempt)
}

func (b *bank) Query(ctx context.Context, a till.Attempt) (till.Answer, error) {
	return b.call(ctx, "query", a)
}

func (b *bank) Cancel(ctx context.Context, a till.Attempt) (till.Answer, error) {
	return b.call(ctx, "cancel", a)
}

// Hint reads {"Delivery":…,"Attempt":…,"Ref":…} and believes whoever says that he is the bank.
func (b *bank) Hint(authorization string, body []byte) (till.Hint, error) {
	var h till.Hint
	if authorization != b.name {
		return h, errors.New("not from the bank")
	}
	return h, json.Unmarshal(body, &h)
}

// ParseSettlement reads rows as JSON.
func (b *bank) ParseSettlement(file []byte) ([]till.SettlementRow, []till.FileProblem) {
	var rows []till.SettlementRow
	if err := json.Unmarshal(file, &rows); err != nil {
		return nil, []till.FileProblem{{Line: 1, Message: "読み取れません。"}}
	}
	return rows, nil
}

// says fixes what the bank answers to start, query or cancel; what it is not told it answers as usual.
func (b *bank) says(what string, ans till.Answer, err error) {
	b.does(what, func(context.Context, till.Attempt) (till.Answer, error) { return ans, err })
}

func (b *bank) does(what string, do func(context.Context, till.Attempt) (till.Answer, error)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answers[what] = do
}

// paid has the customer pay: every question is answered so from now on.
func (b *bank) paid() {
	b.does("query", func(_ context.Context, a till.Attempt) (till.Answer, error) {
		return till.Answer{Verdict: till.VerdictPaid, Amount: a.Amount, Ref: ref(a)}, nil
	})
}

func (b *bank) count(what string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls[what]
}

// giving is a bank that gives money back.
type giving struct{ *bank }

func (g giving) Refund(_ context.Context, _ till.Attempt, r till.Refund) (till.RefundAnswer, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls["refund"]++
	if g.refund != nil {
		return g.refund(r)
	}
	return till.RefundAnswer{State: till.RefundDone, Ref: "B" + string(r.ID)}, nil
}

func (g giving) QueryRefund(ctx context.Context, a till.Attempt, r till.Refund) (till.RefundAnswer, error) {
	return g.Refund(ctx, a, r)
}

// house is a till over a database of its own, a clock that is moved by hand, and banks that say what they are told.
// Its driver does not run: round does one look.
type house struct {
	t       testing.TB
	clock   *testkit.Clock
	store   *tillsql.Store
	driver  *till.Driver
	desk    *till.Desk
	office  *till.Office
	paypay  *bank // shows codes, gives back
	scan    *bank // reads codes, gives nothing back
	item    core.ID
	hall    core.ID // of another 科目, noticed for PayPay only
	half    core.ID // a reduction
	counter core.ID
	sticker till.Sticker
}

var (
	second = person("second", core.RoleClerk)
	ctx    = context.Background()
)

// build makes a house where it is 2026-10-01 08:30.
func build(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, clock: testkit.NewClock(time.Time{})}
	h.paypay = &bank{name: "paypay", serves: map[till.Way][]string{till.WayShow: {"paypay"}}}
	h.scan = &bank{name: "univapay", serves: map[till.Way][]string{till.WayScan: {"d_barai", "paypay"}}}
	for _, b := range []*bank{h.paypay, h.scan} {
		b.answers, b.calls = map[string]func(context.Context, till.Attempt) (till.Answer, error){}, map[string]int{}
	}
	store, err := tillsql.Open(ctx, testkit.Open(t, fleeting(t)))
	h.must(err)
	h.store = store
	h.driver = h.another(giving{h.paypay}, h.scan, static.Sticker{}, static.NewCash(h.clock.Now))
	h.furnish()
	return h
}

// another is a driver as another server over the same database, or one after a restart, would have it. Desk and office are
// made to use it.
func (h *house) another(providers ...till.Provider) *till.Driver {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	d := till.NewDriver(h.store, till.DriverOptions{Providers: providers, Patience: till.DefaultPatience(), Clock: h.clock.Now, Log: quiet})
	h.desk = till.NewDesk(h.store, d, till.DeskOptions{
		Hints: jpqr.DefaultHints(), CodeKey: []byte("0123456789abcdef0123456789abcdef"), Clock: h.clock.Now, Log: quiet,
	})
	h.office = till.NewOffice(h.store, d, h.clock.Now, quiet)
	return d
}

func (h *house) furnish() {
	for _, i := range []struct {
		into *core.ID
		item till.Item
	}{
		{&h.item, till.Item{Code: "JUMIN", Name: "住民票の写し", Unit: "通", Price: 300, Category: till.Category{Code: "13-01", Name: "戸籍手数料"}}},
		{&h.hall, till.Item{Code: "HALL", Name: "ホール", Unit: "時間", Price: 1000, Category: till.Category{Code: "12-01", Name: "使用料"}}},
	} {
		i.item.Tax, i.item.Slip, i.item.From = till.TaxExempt, till.SlipStatement, "2020-04-01"
		put, err := h.office.PutItem(accountant, key(), i.item)
		h.must(err)
		*i.into = put.ID
	}
	r, err := h.office.PutReduction(accountant, key(), till.Reduction{Name: "減免", Percent: 50, From: "2020-04-01"})
	h.must(err)
	h.half = r.ID
	for wallet, only := range map[string][]string{"paypay": nil, "d_barai": {"13-01"}} {
		_, err := h.office.PutDesignation(accountant, key(), till.Designation{
			Wallet: wallet, Trustee: "見本ペイ株式会社", Notice: "みほん市告示第 41 号", NoticedOn: "2020-03-01", From: "2020-04-01", Categories: only,
		})
		h.must(err)
	}
	c, err := h.office.PutCounter(admin, key(), till.Counter{Number: 1, Name: "市民課 1番窓口"})
	h.must(err)
	h.counter = c.ID
	h.sticker = h.hang(c.ID, "みほん市役所市民課")
}

// hang registers the sticker of a shop on a counter.
func (h *house) hang(counter core.ID, shop string) till.Sticker {
	h.t.Helper()
	s, err := h.office.PutSticker(accountant, key(), till.Sticker{
		Counter: counter, Wallet: "paypay", Provider: "paypay", Label: "PayPay のステッカー", Payload: payload(h.t, shop),
	})
	h.must(err)
	return s
}

func payload(t testing.TB, shop string) string {
	t.Helper()
	p, err := jpqrtest.Compose(jpqrtest.Store(shop))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// refused fails unless err is the refusal that is wanted.
func (h *house) refused(err, want error) {
	h.t.Helper()
	if !errors.Is(err, want) {
		h.t.Errorf("got %v, want %v", err, want)
	}
}

func (h *house) same(what string, got, want any) {
	h.t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		h.t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// open opens the counter with the right sticker.
func (h *house) open() till.Session {
	h.t.Helper()
	s, err := h.desk.Open(clerk, key(), h.counter, 30_000, []till.Scanned{{Sticker: h.sticker.ID, Payload: h.sticker.Payload}}, false)
	h.must(err)
	return s
}

// sale fixes a sale of n certificates.
func (h *house) sale(s till.Session, n int) till.Sale {
	h.t.Helper()
	sale, err := h.desk.Fix(clerk, key(), s.ID, []till.Choice{{Item: h.item, Count: n}})
	h.must(err)
	return sale
}

// charge starts an attempt and waits until the provider's first answer is stored.
func (h *house) charge(sale till.Sale, with till.Pay) till.Attempt {
	h.t.Helper()
	a, err := h.desk.Charge(clerk, key(), sale.ID, with)
	h.must(err)
	testkit.Eventually(h.t, 20*time.Second, func() bool { a = h.attempt(a.ID); return a.State != till.AttemptCreated })
	return a
}

// The ways to pay in these tests.
func show() till.Pay    { return till.Pay{Way: till.WayShow, Wallet: "paypay"} }
func sticker() till.Pay { return till.Pay{Way: till.WaySticker, Wallet: "paypay"} }
func cash() till.Pay    { return till.Pay{Way: till.WayCash, Tendered: 100_000} }

func scanned(code string) till.Pay { return till.Pay{Way: till.WayScan, Code: code} }

// pay is a sale of n certificates that is paid by code.
func (h *house) pay(s till.Session, n int) (till.Sale, till.Attempt) {
	h.t.Helper()
	sale := h.sale(s, n)
	a := h.charge(sale, show())
	h.paypay.paid()
	h.later(3 * time.Second)
	if a = h.attempt(a.ID); a.State != till.AttemptPaid {
		h.t.Fatalf("%s (%s)", a.State, a.Reason)
	}
	h.paypay.does("query", nil)
	return sale, a
}

// shown is a sale of n certificates that is paid to the sticker.
func (h *house) shown(s till.Session, n int, tail string) (till.Sale, till.Attempt) {
	h.t.Helper()
	sale := h.sale(s, n)
	a := h.charge(sale, sticker())
	a, err := h.desk.Shown(clerk, key(), a.ID, till.Tick{Amount: a.Amount, At: h.clock.Now(), Tail: tail})
	h.must(err)
	return sale, a
}

// lost is an attempt of n certificates that stands on the list: nobody could say what became of it.
func (h *house) lost(s till.Session, n int) (till.Sale, till.Attempt) {
	h.t.Helper()
	sale := h.sale(s, n)
	silent := errors.New("no answer")
	h.paypay.says("start", till.Answer{}, silent)
	a := h.charge(sale, show())
	h.paypay.says("query", till.Answer{Verdict: till.VerdictPaid, Amount: a.Amount + 1}, nil)
	h.later(3 * time.Second)
	h.later(3 * time.Second)
	if a = h.attempt(a.ID); a.State != till.AttemptUnresolved {
		h.t.Fatalf("%s (%s)", a.State, a.Reason)
	}
	h.paypay.does("start", nil)
	h.paypay.does("query", nil)
	return sale, a
}

// later moves the clock and lets the driver look once.
func (h *house) later(d time.Duration) {
	h.t.Helper()
	h.clock.Advance(d)
	h.round()
}

func (h *house) round() {
	h.t.Helper()
	h.must(h.driver.Round(ctx))
}

func (h *house) attempt(id core.ID) till.Attempt {
	h.t.Helper()
	a, err := h.store.Attempt(ctx, id)
	h.must(err)
	return a
}

func (h *house) state(sale core.ID) till.SaleState {
	h.t.Helper()
	s, err := h.store.Sale(ctx, sale)
	h.must(err)
	return s.State
}

// events takes what the outbox holds, as the pump would.
func (h *house) events() []till.Event {
	h.t.Helper()
	all, err := h.store.Events(ctx, 10_000)
	h.must(err)
	if len(all) > 0 {
		h.must(h.store.Delivered(ctx, all[len(all)-1].Seq))
	}
	return all
}

// told returns the events of one kind among those the outbox holds.
func (h *house) told(what string) []till.Event {
	h.t.Helper()
	var out []till.Event
	for _, e := range h.events() {
		if e.What == what {
			out = append(out, e)
		}
	}
	return out
}

// balances are the sums of all accounts that are not zero. Their own sum always is.
func (h *house) balances() map[string]core.Money {
	h.t.Helper()
	all, err := h.store.Balances(ctx, "2099-12-31")
	h.must(err)
	var sum core.Money
	out := map[string]core.Money{}
	for account, m := range all {
		sum += m
		if m != 0 {
			out[string(account)] = m
		}
	}
	if sum != 0 {
		h.t.Errorf("the books sum to %s", sum)
	}
	return out
}

// settled makes the bytes of a settlement file.
func settled(t testing.TB, rows ...till.SettlementRow) []byte {
	t.Helper()
	for i := range rows {
		rows[i].Line = i + 2
	}
	b, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// codeOf is the code of a refusal, empty for any other error.
func codeOf(err error) string {
	var e *core.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func sum(file []byte) string {
	s := sha256.Sum256(file)
	return hex.EncodeToString(s[:])
}
