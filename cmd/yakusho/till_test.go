package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till/paysim"
)

func TestTheTillIsOffUnlessSomebodyTurnsItOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		sample bool
		want   bool
	}{{"", false, false}, {"", true, true}, {"[till]\nenabled = true", false, true}, {"[till]\nenabled = false", false, false}} {
		path := filepath.Join(t.TempDir(), "c.toml")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := serveArgs{Config: path, Sample: c.sample}.config()
		if err != nil || got.Till.Enabled != c.want {
			t.Errorf("%q, sample %v: %v, %v", c.text, c.sample, got.Till.Enabled, err)
		}
	}
}

func TestMistakesInTheTillsConfigAreNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"[till]\nenabled = \"yes\"":                                          "2行目: till.enabled: true か false",
		"[till]\nregistration = \"1234\"":                                    "2行目: till.registration: 登録番号",
		"[till]\nkontact = \"会計課\"":                                          "2行目: till.kontact という項目はありません",
		"[till.paypay]\nendpoint = \"apigw.paypay.ne.jp\"":                   "2行目: till.paypay.endpoint:",
		"[till.paypay]\nsecret = \"x\"":                                      "2行目: till.paypay.secret という項目はありません",
		"[till.univapay]\n\nendpoint = \"ftp://x\"":                          "3行目: till.univapay.endpoint:",
		"[till]\npaypay = 5":                                                 "2行目: till.paypay: [paypay] という見出し",
		"[till]\nenabled = true\n[till.wallets]\nx = 1":                      "till.wallets という項目はありません",
		"[till.paypay]\nproxy = \"proxy.mihon.local\"\ncredentials_file = 1": "3行目: till.paypay.credentials_file: 文字で",
	} {
		_, err := parseConfig([]byte(text))
		var bad problems
		if !errors.As(err, &bad) || !strings.Contains(bad.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestSecretsComeFromAFileAndTheEnvironmentGoesFirst(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "paypay.env")
	if err := os.WriteFile(path, []byte("# of the sandbox\nPAYPAY_KEY = a\nPAYPAY_SECRET=\"b=c\"\n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := func(name string) string { return map[string]string{"PAYPAY_KEY": "from the environment"}[name] }
	got, err := secrets(path, env, "PAYPAY_KEY", "PAYPAY_SECRET", "PAYPAY_MERCHANT")
	if err != nil || got["PAYPAY_KEY"] != "from the environment" || got["PAYPAY_SECRET"] != "b=c" || got["PAYPAY_MERCHANT"] != "" {
		t.Errorf("%v, %v", got, err)
	}
	if err := os.WriteFile(path, []byte("the-secret-itself"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := secrets(path, env); err == nil || strings.Contains(plain(err), "the-secret-itself") {
		t.Errorf("a malformed file: %v", err)
	}
	if _, err := secrets(path+".none", env); !errors.Is(err, errSecretFile) {
		t.Errorf("a missing file: %v", err)
	}
	for content, ok := range map[string]bool{"0123456789abcdef": true, "short": false, "0123456789/abcdef": false, "": false} {
		if err := os.WriteFile(path, []byte(content+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := secretOf(path); (err == nil) != ok || ok && got != content {
			t.Errorf("hook secret %q: %q, %v", content, got, err)
		}
	}
}

func TestTheCodeKeyStaysTheSameAndIsNobodyElses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "till.key")
	first, err := codeKey(path)
	if err != nil || len(first) != 32 {
		t.Fatalf("%q, %v", first, err)
	}
	again, err := codeKey(path)
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("%q, %v", again, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := codeKey(path); !errors.Is(err, errKeyFile) {
		t.Errorf("a broken key: %v", err)
	}
}

func TestABrandTableOfTheOfficeReplacesTheOneBuiltIn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "hints.toml")
	for text, ok := range map[string]bool{
		"source = \"会計課\"\n[[rows]]\nbrand = \"PayPay\"\nprefix = \"90\"\ndigits = 24\n": true,
		"[[rows]]\nbrand = \"PayPay\"\n": false,
		"[[rows]]\nbrnad = \"PayPay\"\n": false,
		"rows = 5\n":                     false,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := hintsOf(path)
		if (err == nil) != ok || ok && (len(got.Rows) != 1 || got.Rows[0].Digits != 24) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	if got, err := hintsOf(""); err != nil || len(got.Rows) < 5 {
		t.Errorf("built in: %d rows, %v", len(got.Rows), err)
	}
}

// tillPaths walks the answers of the till the way its screens do.
type tillPaths struct {
	t *testing.T
	b *browser
}

func (p *tillPaths) do(status int, method, path string, body map[string]any) map[string]any {
	p.t.Helper()
	if body != nil {
		body["key"] = core.Secret(10)
	}
	var out map[string]any
	var in any
	if body != nil {
		in = body
	}
	if got, text := p.b.do(method, path, in, &out); got != status {
		p.t.Fatalf("%s %s: %d, want %d: %s", method, path, got, status, text)
	}
	return out
}

// TestANewcomerTakesAPaymentAndNoSecretIsLeftBehind goes through the real binary with the sample town and simulated
// providers: a training payment, a real one, the export; then it looks for the secrets in everything that was written.
func TestANewcomerTakesAPaymentAndNoSecretIsLeftBehind(t *testing.T) {
	t.Parallel()
	sim := paysim.New(paysim.Options{})
	there := httptest.NewServer(sim)
	defer sim.Close()
	defer there.Close()
	dir, data := t.TempDir(), t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const hook = "hook-secret-of-the-test-42"
	cred := paysim.TestCredentials()
	env := write("env", strings.Join(cred.Env(), "\n")+"\nUNIVAPAY_WEBHOOK_TOKEN=webhook-token-of-the-test\n")
	conf := write("c.toml", "[till]\nhook_secret_file = '"+write("hook", hook+"\n")+"'\n[till.paypay]\nendpoint = '"+there.URL+"'\ncredentials_file = '"+env+
		"'\n[till.univapay]\nendpoint = '"+there.URL+"'\ncredentials_file = '"+env+"'\n")
	server := launch(t, data, freePort(t), "--sample", "--config", conf)
	sim.SetPayPayWebhook("") // the hook is called below: the simulator does not trust this server's CA
	b := server.browser()
	b.signIn("yoshida", samplePassword)
	p := &tillPaths{t: t, b: b}

	me := p.do(http.StatusOK, "GET", "/api/till/me", nil)
	counters, _ := me["counters"].([]any)
	if me["clerk"] != true || me["accountant"] != false || len(counters) != 3 {
		t.Fatalf("%v", me)
	}
	id := func(v any, key string) string { m, _ := v.(map[string]any); s, _ := m[key].(string); return s }
	list := p.do(http.StatusOK, "GET", "/api/till/pricelist", nil)
	item := id(list["groups"].([]any)[0].(map[string]any)["items"].([]any)[0], "id")
	sell := func(counter any, training bool, scans []any) (session, sale string) {
		s := p.do(http.StatusCreated, "POST", "/api/till/counters/"+id(counter, "id")+"/sessions", map[string]any{"float": 0, "scans": scans, "training": training})
		x := p.do(http.StatusCreated, "POST", "/api/till/sessions/"+id(s, "id")+"/sales", map[string]any{"choices": []any{map[string]any{"item": item, "count": 2}}})
		return id(s, "id"), id(x["sale"], "id")
	}
	pay := func(sale, wallet string, done func(attempt string)) {
		a := p.do(http.StatusCreated, "POST", "/api/till/sales/"+sale+"/attempts", map[string]any{"way": "show", "wallet": wallet})
		done(id(a, "id"))
		for deadline := time.Now().Add(20 * time.Second); a["state"] != "paid"; a = p.do(http.StatusOK, "GET", "/api/till/attempts/"+id(a, "id"), nil) {
			if time.Now().After(deadline) {
				t.Fatalf("not paid: %v\n%s", a, server.out)
			}
			time.Sleep(20 * time.Millisecond) // a real process: there is nothing to wait on
		}
	}
	_, practice := sell(counters[1], true, []any{})
	pay(practice, "training", func(attempt string) {
		phone := server.browser()
		if status, text := phone.do("POST", "/api/till/practice/attempts/"+attempt, map[string]any{"act": "pay"}, nil); status != http.StatusOK {
			t.Fatalf("practice: %d %s", status, text)
		}
	})
	sticker := counters[0].(map[string]any)["stickers"].([]any)[0]
	session, sale := sell(counters[0], false, []any{map[string]any{"sticker": id(sticker, "id"), "payload": sampleSticker}})
	pay(sale, "paypay", func(attempt string) {
		if err := sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: attempt}); err != nil {
			t.Fatal(err)
		}
		notice, _ := json.Marshal(map[string]any{
			"notification_type": "Transaction", "merchant_id": cred.PayPayMerchant, "merchant_order_id": attempt, "order_amount": "600", "state": "COMPLETED",
		})
		if status, text := server.browser().do("POST", "/hooks/paypay/"+hook, json.RawMessage(notice), nil); status != http.StatusOK {
			t.Errorf("notification: %d %s", status, text)
		}
	})
	for _, format := range []string{"xlsx", "csv", "csv_sjis"} {
		if status, text := b.do("GET", "/api/till/exports/daybook?session="+session+"&format="+format, nil, nil); status != http.StatusOK || len(text) < 200 {
			t.Errorf("export as %s: %d %d bytes", format, status, len(text))
		}
	}
	p.do(http.StatusForbidden, "GET", "/api/till/exports/revenue?from=2026-04-01&to=2027-03-31&format=csv", nil)
	p.do(http.StatusConflict, "POST", "/api/till/papers/sale/"+sale+"/print", map[string]any{})
	if _, metrics := b.do("GET", "/metrics", nil, nil); !strings.Contains(metrics, `yakusho_till_attempts_total{state="paid"} 2`) || !strings.Contains(metrics, "yakusho_till_outbox_lag_seconds") {
		t.Errorf("metrics lack the till")
	}
	if _, metrics := b.do("GET", "/metrics", nil, nil); !strings.Contains(metrics, "# TYPE yakusho_till_provider_calls_total counter") ||
		!strings.Contains(metrics, "# TYPE yakusho_till_provider_errors_total counter") || !strings.Contains(metrics, "# TYPE yakusho_till_unresolved gauge") {
		t.Errorf("what only grows is no counter, or what does not is one")
	}
	if err := server.stop(20 * time.Second); err != nil {
		t.Errorf("stop: %v\n%s", err, server.out)
	}

	hidden := []string{cred.PayPaySecret, cred.UnivapaySecret, cred.UnivapayJWT, hook, "webhook-token-of-the-test"}
	search := func(where string, content []byte) {
		for _, s := range hidden {
			if bytes.Contains(content, []byte(s)) {
				t.Errorf("a secret is in %s", where)
			}
		}
	}
	search("the log", []byte(server.out.String()))
	err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		search(path, content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
