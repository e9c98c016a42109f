package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/paypay"
	"yakusho/internal/till/paysim"
	"yakusho/internal/till/univapay"
)

func TestASecretThatOthersCanReadStopsTheStart(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a mode there does not say who may read")
	}
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte("PAYPAY_KEY=0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o640: false, 0o604: false, 0o644: false, 0o620: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		none := func(string) string { return "" }
		_, conf := secrets(path, none)
		_, hook := secretOf(path)
		for what, err := range map[string]error{"credentials": conf, "hook": hook} {
			open := err != nil && strings.HasPrefix(plain(err), errSecretOpen.Message)
			if open == ok {
				t.Errorf("%s with mode %#o: %v", what, mode, err)
			}
			if err != nil && strings.Contains(plain(err), "0123456789abcdef") {
				t.Errorf("%s: the secret is in the message", what)
			}
		}
	}
}

// wired are the providers of a config, with the credentials of the simulator.
func wired(t *testing.T, text string) map[string]till.Provider {
	t.Helper()
	c, err := parseConfig([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{}
	for _, line := range paysim.TestCredentials().Env() {
		key, value, _ := strings.Cut(line, "=")
		env[key] = value
	}
	made, err := providers(c.Till, parts{log: slog.New(slog.DiscardHandler)}, core.SystemClock, func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]till.Provider{}
	for _, p := range made {
		out[p.Name()] = p
	}
	return out
}

func TestBothProvidersAreReachedThroughTheProxyOfTheOffice(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 100)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Host
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer proxy.Close()
	for name, host := range map[string]string{paypay.Name: "apigw.paypay.invalid:443", "univapay": "api.univapay.invalid:443"} {
		p := wired(t, "[till."+name+"]\nendpoint = 'https://"+strings.TrimSuffix(host, ":443")+"'\nproxy = '"+proxy.URL+"'\n")[name]
		now := time.Now()
		_, err := p.Query(t.Context(), till.Attempt{ID: core.NewID(now), Provider: name, Way: till.WayShow, Wallet: "paypay", Amount: 300, SentAt: now, Ref: "x", Thread: "x"})
		if err == nil {
			t.Errorf("%s: an answer from nowhere", name)
		}
		select {
		case got := <-asked:
			if got != host {
				t.Errorf("%s: the proxy is asked for %s", name, got)
			}
		default:
			t.Errorf("%s: nothing came to the proxy: %v", name, err)
		}
		for len(asked) > 0 {
			<-asked
		}
	}
	_, err := parseConfig([]byte("[till.univapay]\nproxy = 'proxy.mihon.local'"))
	if err == nil || !strings.Contains(err.Error(), "till.univapay.proxy") {
		t.Errorf("a proxy that is no address: %v", err)
	}
}

func TestTheHeadingsOfTheSettlementFileAreTheOfficesOwn(t *testing.T) {
	t.Parallel()
	d := univapay.DefaultColumns()
	names := map[string]string{
		"charge": d.Charge, "refund": d.Refund, "store": d.Store, "kind": d.Kind, "status": d.Status, "at": d.At, "amount": d.Amount,
		"currency": d.Currency, "fee": d.Fee, "brand": d.Brand, "ours": d.Ours,
	}
	conf, head, line := "[till.univapay.columns]\n", []string{}, []string{}
	values := map[string]string{
		"charge": "11ed0000-0000-4000-8000-000000000001", "store": paysim.TestCredentials().UnivapayStore, "kind": "売上", "status": "成功",
		"at": "2026/10/01 08:30:00", "amount": "900", "currency": "JPY", "fee": "18", "brand": "d_barai", "ours": string(core.NewID(time.Now())),
	}
	for key, name := range names {
		conf += key + " = '" + name + "（新）'\n"
		head, line = append(head, name+"（新）"), append(line, values[key])
	}
	file := strings.Join(head, ",") + "\n" + strings.Join(line, ",") + "\n"
	read := wired(t, conf)["univapay"].(till.Statement)
	rows, problems := read.ParseSettlement([]byte(file))
	if len(problems) > 0 || len(rows) != 1 || rows[0].Amount != 900 || rows[0].Fee != 18 || rows[0].Wallet != "d_barai" || string(rows[0].Ours) != values["ours"] {
		t.Errorf("%+v, %+v", rows, problems)
	}
	if _, problems = wired(t, "")["univapay"].(till.Statement).ParseSettlement([]byte(file)); len(problems) == 0 {
		t.Error("read by headings that nobody named")
	}
}

func TestAClockThatIsRightAgainIsNoAlarm(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	told := skewed(slog.New(slog.NewTextHandler(&out, nil)), "paypay")
	for _, c := range []struct {
		off  time.Duration
		want string
	}{{30 * time.Second, "level=ERROR"}, {-time.Minute, "level=ERROR"}, {29 * time.Second, "level=INFO"}, {0, "level=INFO"}} {
		out.Reset()
		told(c.off)
		if !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: %s", c.off, out.String())
		}
	}
}

// TestAServerWithoutMeetingsLeavesTheStaysOfAnotherAlone kills a server while somebody is in a meeting: his stay is open in
// the database, as that of another server on it would be.
func TestAServerWithoutMeetingsLeavesTheStaysOfAnotherAlone(t *testing.T) {
	t.Parallel()
	data, port := t.TempDir(), freePort(t)
	p := launch(t, data, port, "--sample")
	b := p.browser()
	b.signIn("takahashi", samplePassword)
	m := b.openMeeting()
	leave := crew(t.Context(), t, p, m, "takahashi", "satou")
	open := func() (n int) {
		var stays []struct {
			LeftAt *time.Time `json:"left_at"`
		}
		if status, text := b.do("GET", "/api/meetings/"+m.ID+"/attendance", nil, &stays); status != http.StatusOK {
			t.Fatalf("read attendance: %d %s", status, text)
		}
		for _, s := range stays {
			if s.LeftAt == nil {
				n++
			}
		}
		return n
	}
	for deadline := time.Now().Add(60 * time.Second); open() == 0; {
		if time.Now().After(deadline) {
			t.Fatalf("nobody came in\n%s", p.out)
		}
		time.Sleep(50 * time.Millisecond) // a real process: there is nothing to wait on but asking
	}
	p.kill()
	leave()
	const ended = "ended stays that the last run left open"
	conf := filepath.Join(t.TempDir(), "till.toml")
	if err := os.WriteFile(conf, []byte("[meet]\nenabled = false\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p = launch(t, data, port, "--sample", "--config", conf)
	if err := p.stop(20 * time.Second); err != nil {
		t.Errorf("stop: %v", err)
	}
	if strings.Contains(p.out.String(), ended) {
		t.Errorf("a server without meetings ended stays:\n%s", p.out)
	}
	p = launch(t, data, port, "--sample")
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(p.out.String(), ended); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("nothing was left to end:\n%s", p.out)
		}
	}
}
