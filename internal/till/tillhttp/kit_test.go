package tillhttp_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/httpx"
	"yakusho/internal/testkit"
	"yakusho/internal/till"
	"yakusho/internal/till/jpqr"
	"yakusho/internal/till/paypay"
	"yakusho/internal/till/paysim"
	"yakusho/internal/till/slip"
	"yakusho/internal/till/static"
	"yakusho/internal/till/tillhttp"
	"yakusho/internal/till/tillsql"
	"yakusho/internal/till/training"
	"yakusho/internal/till/univapay"
)

const (
	hookSecret = "hook-secret-0123456789"
	hookToken  = "paysim-webhook-token-0001"
	payload    = "00020101021126680019jp.or.paymentsjapan0113000000000000102040001030600000104060000015204939953033925802JP5903xxx6003xxx6107100000164190002JA0109みほん市役所市民課6304CE8E"
)

// staff are the people of the tests: a test names one in a header, as a session would.
func staff() map[string]core.Actor {
	who := func(name string, roles ...core.Role) core.Actor {
		return core.Actor{Account: core.NewID(time.Now()), Name: name, Roles: roles}
	}
	return map[string]core.Actor{
		"clerk": who("𠮷田 千尋", core.RoleClerk), "clerk2": who("山本 さくら", core.RoleClerk), "office": who("清水 和子", core.RoleAccountant),
		"office2": who("伊藤 真理", core.RoleAccountant), "admin": who("鈴木 浩二", core.RoleAdmin), "staff": who("佐藤 美咲", core.RoleStaff),
	}
}

// town is a whole till behind HTTP: a database, both simulated providers, the driver at work.
type town struct {
	*httptest.Server
	t        *testing.T
	sim      *paysim.Sim
	store    *tillsql.Store
	hub      *till.Hub
	people   map[string]core.Actor
	printed  chan string
	log      *testkit.Output
	counter  string
	training string
}

func (w *town) Names(context.Context) (map[core.ID]string, error) {
	out := map[core.ID]string{}
	for _, a := range w.people {
		out[a.Account] = a.Name
	}
	return out, nil
}

func (w *town) Accountants(context.Context) ([]tillhttp.Person, error) {
	var out []tillhttp.Person
	for _, a := range w.people {
		if slices.Contains(a.Roles, core.RoleAccountant) {
			out = append(out, tillhttp.Person{Account: a.Account, Name: a.Name, Department: "会計課"})
		}
	}
	return out, nil
}

func (w *town) Print(_ context.Context, address string, papers []slip.Paper) error {
	w.printed <- address + " " + papers[0].Title
	return nil
}

type wallet struct{ *training.Provider }

func (p wallet) Act(a core.ID, act string) error {
	return p.Choose(a, map[string]training.Choice{"pay": training.Pay, "decline": training.Decline, "silence": training.PaySilent}[act])
}

func (p wallet) Code(act string) (string, error) {
	c, err := p.NewCode(map[string]training.Choice{"pay": training.Pay, "decline": training.Decline, "silence": training.PaySilent, "silence_unpaid": training.DeclineSilent}[act])
	return c.Text, err
}

func newTown(t *testing.T) *town {
	t.Helper()
	db := testkit.Open(t, testkit.SQLite(t))
	store, err := tillsql.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	sim := paysim.New(paysim.Options{})
	there := httptest.NewServer(sim)
	t.Cleanup(func() { there.Close(); sim.Close() })
	cred := paysim.TestCredentials()
	pay, err := paypay.New(paypay.Options{Base: there.URL, Credentials: paypay.Credentials{Key: cred.PayPayKey, Secret: cred.PayPaySecret, Merchant: cred.PayPayMerchant}})
	if err != nil {
		t.Fatal(err)
	}
	univa, err := univapay.New(univapay.Options{Endpoint: there.URL, Pause: 50 * time.Millisecond, Credentials: univapay.Credentials{
		JWT: cred.UnivapayJWT, Secret: cred.UnivapaySecret, Store: cred.UnivapayStore, WebhookToken: hookToken,
	}})
	if err != nil {
		t.Fatal(err)
	}
	w := &town{t: t, sim: sim, store: store, hub: till.NewHub(), people: staff(), printed: make(chan string, 8), log: &testkit.Output{}}
	log := slog.New(slog.NewTextHandler(w.log, nil))
	practice := training.New(training.Options{Quiet: 3 * time.Second})
	health := tillhttp.NewHealth(core.SystemClock)
	driver := till.NewDriver(store, till.DriverOptions{
		Providers: []till.Provider{pay, univa, static.Sticker{}, static.NewCash(core.SystemClock), practice}, Patience: till.DefaultPatience(),
		Clock: core.SystemClock, Log: log, Told: w.hub.Moved, Asked: health.Asked,
	})
	desk := till.NewDesk(store, driver, till.DeskOptions{Hints: jpqr.DefaultHints(), CodeKey: make([]byte, 32), Clock: core.SystemClock, Log: log})
	office := till.NewOffice(store, driver, core.SystemClock, log)
	api := tillhttp.New(tillhttp.Config{
		Desk: desk, Office: office, Driver: driver, Hub: w.hub, People: w, Practice: wallet{practice}, Printer: w, Health: health,
		View:   till.NewView(store, desk, driver, till.ViewOptions{Patience: till.DefaultPatience(), Contact: "会計課（内線 2145）", Clock: core.SystemClock}),
		Doubts: func(context.Context) ([]tillhttp.Doubt, error) { return nil, nil },
		Who:    slip.Office{Name: "みほん市"}, HookSecret: hookSecret, Clock: core.SystemClock, Log: log,
	})
	mux := http.NewServeMux()
	api.Register(mux)
	known := http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		a := w.people[r.Header.Get("X-Test-Person")]
		a.From = httpx.Remote(r)
		api.Middleware(mux).ServeHTTP(out, r.WithContext(core.WithActor(r.Context(), a)))
	})
	w.Server = httptest.NewServer(httpx.Edge(api.Hooks(known), httpx.EdgeOptions{Log: log, MaxBody: tillhttp.MaxBody}))
	ctx, stop := context.WithCancel(context.Background())
	var driving sync.WaitGroup
	driving.Go(func() { driver.Run(ctx) })
	t.Cleanup(func() { w.Close(); stop(); driving.Wait() })
	w.furnish()
	return w
}

// furnish sets up what an office sets up through the API.
func (w *town) furnish() {
	w.t.Helper()
	for n, i := range []map[string]any{
		{"code": "JUMIN", "name": "住民票の写し", "price": 300}, {"code": "INKAN", "name": "印鑑登録証明書", "price": 300}, {"code": "KOSEKI", "name": "戸籍全部事項証明書", "price": 450},
	} {
		w.want(204, "office", "POST", "/api/till/items", merge(i, map[string]any{
			"key": key(), "group": "証明", "unit": "通", "free": false, "limit": 0, "category_code": "13-02", "category_name": "手数料", "tax": "exempt",
			"slip": "statement", "order": n, "from": "2020-04-01",
		}))
	}
	w.want(204, "office", "POST", "/api/till/reductions", map[string]any{"key": key(), "name": "児童扶養手当", "percent": 100, "from": "2020-04-01"})
	for _, b := range []string{"paypay", "d_barai"} {
		w.want(204, "office", "POST", "/api/till/designations", map[string]any{
			"key": key(), "wallet": b, "trustee": "見本決済株式会社", "notice": "告示第41号", "noticed_on": "2020-04-01", "categories": []string{}, "from": "2020-04-01",
		})
	}
	for n, name := range []string{"市民課 1番窓口", "市民課 2番窓口"} {
		w.want(204, "admin", "POST", "/api/till/counters", map[string]any{"key": key(), "number": n + 1, "name": name, "office": "本庁舎", "printer": "127.0.0.1:9100"})
	}
	all := w.want(200, "clerk", "GET", "/api/till/counters", nil)
	w.counter, w.training = all.text(0, "id"), all.text(1, "id")
	w.want(204, "office", "POST", "/api/till/counters/"+w.counter+"/stickers", map[string]any{
		"key": key(), "wallet": "paypay", "provider": "paypay", "label": "左のステッカー", "payload": payload,
	})
}

func merge(a, b map[string]any) map[string]any {
	out := map[string]any{}
	for _, m := range []map[string]any{a, b} {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

func key() string { return core.Secret(10) }

// answer is what a request brought.
type answer struct {
	status int
	header http.Header
	body   any
	raw    []byte
}

// at walks into the body; what is not there is nil.
func (a answer) at(path ...any) any {
	v := a.body
	for _, p := range path {
		switch k := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[k]
		case int:
			l, _ := v.([]any)
			if k >= len(l) {
				return nil
			}
			v = l[k]
		}
	}
	return v
}

func (a answer) text(path ...any) string { s, _ := a.at(path...).(string); return s }
func (a answer) number(path ...any) int  { n, _ := a.at(path...).(float64); return int(n) }

// ask makes a request as a person of staff; the empty name is nobody.
func (w *town) ask(who, method, path string, body any, headers ...string) answer {
	w.t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case []byte:
		in = bytes.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			w.t.Fatal(err)
		}
		in = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.URL+path, in)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if _, raw := body.([]byte); raw {
		r.Header.Set("Content-Type", "application/octet-stream")
	}
	if who != "" {
		r.Header.Set("X-Test-Person", who)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	out := answer{status: resp.StatusCode, header: resp.Header}
	if out.raw, err = io.ReadAll(resp.Body); err != nil {
		w.t.Fatal(err)
	}
	_ = json.Unmarshal(out.raw, &out.body) // not every answer is JSON
	return out
}

// want is ask that fails the test for any other status.
func (w *town) want(status int, who, method, path string, body any, headers ...string) answer {
	w.t.Helper()
	a := w.ask(who, method, path, body, headers...)
	if a.status != status {
		w.t.Fatalf("%s %s as %q: %d, want %d: %s", method, path, who, a.status, status, a.raw)
	}
	return a
}

// refused is want that also compares the code.
func (w *town) refused(status int, code, who, method, path string, body any, headers ...string) answer {
	w.t.Helper()
	a := w.want(status, who, method, path, body, headers...)
	if a.text("code") != code {
		w.t.Fatalf("%s %s as %q: %s, want %s: %s", method, path, who, a.text("code"), code, a.raw)
	}
	return a
}

// open opens the counter, or the one of training, and returns the session.
func (w *town) open(practice bool) string {
	w.t.Helper()
	counter, scans := w.counter, []any{}
	if practice {
		counter = w.training
	} else {
		all := w.want(200, "clerk", "GET", "/api/till/counters", nil)
		scans = append(scans, map[string]any{"sticker": all.text(0, "stickers", 0, "id"), "payload": payload})
	}
	return w.want(201, "clerk", "POST", "/api/till/counters/"+counter+"/sessions", map[string]any{
		"key": key(), "float": 30000, "scans": scans, "training": practice,
	}).text("id")
}

// fix fixes 住民票×2 and 印鑑証明×1, 900 yen, and returns the sale.
func (w *town) fix(session string) string {
	w.t.Helper()
	list := w.want(200, "clerk", "GET", "/api/till/pricelist", nil)
	return w.want(201, "clerk", "POST", "/api/till/sessions/"+session+"/sales", map[string]any{"key": key(), "choices": []any{
		map[string]any{"item": list.text("groups", 0, "items", 0, "id"), "count": 2},
		map[string]any{"item": list.text("groups", 0, "items", 1, "id"), "count": 1},
		map[string]any{"item": list.text("groups", 0, "items", 2, "id"), "count": 1, "reduction": list.text("reductions", 0, "id")},
	}}).text("sale", "id")
}

// charge asks to be paid and returns the attempt.
func (w *town) charge(sale string, with map[string]any) answer {
	w.t.Helper()
	return w.want(201, "clerk", "POST", "/api/till/sales/"+sale+"/attempts", merge(map[string]any{"key": key()}, with))
}

// comes waits until an attempt has a state.
func (w *town) comes(attempt, state string) answer {
	w.t.Helper()
	var a answer
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		if a = w.want(200, "clerk", "GET", "/api/till/attempts/"+attempt, nil); a.text("state") == state {
			return a
		}
		time.Sleep(20 * time.Millisecond) // real sockets and a real driver: there is nothing else to wait on
	}
	w.t.Fatalf("attempt is %s, want %s: %s\n%s", a.text("state"), state, a.raw, w.trouble())
	return a
}

// trouble is the log without the requests.
func (w *town) trouble() string {
	var out []string
	for line := range strings.Lines(w.log.String()) {
		if !strings.Contains(line, "msg=http ") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}

// event is one of an event stream.
type event struct {
	name string
	answer
}

// listen reads an event stream until the test ends.
func (w *town) listen(who, path string, headers ...string) <-chan event {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.URL+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("X-Test-Person", who)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		w.t.Fatalf("listen to %s: %s", path, resp.Status)
	}
	out := make(chan event, 100)
	go func() {
		defer close(out)
		defer func() { _ = resp.Body.Close() }()
		var e event
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			switch line := lines.Text(); {
			case strings.HasPrefix(line, "event: "):
				e.name = strings.TrimPrefix(line, "event: ")
			case strings.HasPrefix(line, "data: "):
				e.body = nil
				_ = json.Unmarshal([]byte(strings.TrimPrefix(line, "data: ")), &e.body)
				out <- e
			}
		}
	}()
	return out
}

// until reads events until one fits.
func (w *town) until(events <-chan event, fits func(event) bool) event {
	w.t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case e, ok := <-events:
			if !ok {
				w.t.Fatalf("the stream ended\n%s", w.trouble())
			}
			if fits(e) {
				return e
			}
		case <-limit:
			w.t.Fatalf("the event did not come\n%s", w.trouble())
		}
	}
}
