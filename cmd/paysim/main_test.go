package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"yakusho/internal/testkit"
)

// start runs the command until the test ends and returns its address and what it printed. stop ends it
// and returns the exit code.
func start(t *testing.T, args ...string) (url string, out *testkit.Output, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out = &testkit.Output{}
	code := make(chan int, 1)
	go func() { code <- run(ctx, args, out, out) }()
	stop = sync.OnceValue(func() int { cancel(); return <-code })
	t.Cleanup(func() { stop() })
	address := regexp.MustCompile(`https?://\S+`)
	testkit.Eventually(t, 10*time.Second, func() bool { return address.MatchString(out.String()) })
	return address.FindString(out.String()), out, stop
}

func get(t *testing.T, c *http.Client, url string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return a.StatusCode
}

func TestEnvPrintsTheTestCredentials(t *testing.T) {
	t.Parallel()
	var out, problems bytes.Buffer
	if code := run(t.Context(), []string{"env"}, &out, &problems); code != 0 || problems.Len() > 0 {
		t.Fatalf("exit %d: %s", code, &problems)
	}
	var names []string
	for line := range strings.Lines(out.String()) {
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if !ok || value == "" || strings.ContainsAny(value, " '\"$`\\") {
			t.Errorf("a shell cannot read %q", line)
		}
		names = append(names, name)
	}
	if got := strings.Join(names, " "); got != "PAYPAY_KEY PAYPAY_SECRET PAYPAY_MERCHANT UNIVAPAY_JWT UNIVAPAY_SECRET UNIVAPAY_STORE" {
		t.Errorf("names: %s", got)
	}
}

func TestServesBothProvidersAndStopsCleanly(t *testing.T) {
	t.Parallel()
	url, out, stop := start(t, "--listen", "127.0.0.1:0")
	for path, status := range map[string]int{"/": 200, "/_sim/codes": 200, "/v2/codes/payments/p": 401, "/charges": 401, "/heartbeat": 200} {
		if got := get(t, http.DefaultClient, url+path); got != status {
			t.Errorf("%s: %d, want %d", path, got, status)
		}
	}
	if code := stop(); code != 0 || !strings.Contains(out.String(), "止まりました") {
		t.Errorf("exit %d: %s", code, out)
	}
}

func TestTLSIsTrustedByThePrintedCA(t *testing.T) {
	t.Parallel()
	own := filepath.Join(t.TempDir(), "ca.pem")
	for _, args := range [][]string{{"--listen", "127.0.0.1:0", "--tls"}, {"--listen", "localhost:0", "--tls", "--ca", own}, {"--listen", ":0", "--tls"}} {
		url, out, stop := start(t, args...)
		path := regexp.MustCompile(`CA 証明書: (\S+)`).FindStringSubmatch(out.String())
		if path == nil {
			t.Fatalf("no CA in %s", out)
		}
		data, err := os.ReadFile(path[1])
		if err != nil {
			t.Fatal(err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(data) {
			t.Fatalf("not a certificate: %s", data)
		}
		c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true}}
		port := url[strings.LastIndex(url, ":"):]
		for _, host := range []string{"https://127.0.0.1", "https://localhost"} {
			if got := get(t, c, host+port+"/"); got != 200 {
				t.Errorf("%s%s: %d", host, port, got)
			}
		}
		if code := stop(); code != 0 {
			t.Errorf("exit %d: %s", code, out)
		}
		if _, err := os.Stat(path[1]); errors.Is(err, fs.ErrNotExist) != (path[1] != own) {
			t.Errorf("%s afterwards: %v", path[1], err)
		}
	}
}

func TestStopsAlthoughACallerIsKeptWaiting(t *testing.T) {
	t.Parallel()
	url, out, stop := start(t, "--listen", "127.0.0.1:0")
	a, err := http.Post(url+"/_sim/faults", "application/json", strings.NewReader(`{"kind":"timeout_before"}`))
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	result := make(chan error, 1)
	go func() {
		a, err := http.Get(url + "/v2/codes/payments/p")
		if err == nil {
			a.Body.Close()
		}
		result <- err
	}()
	testkit.Eventually(t, 10*time.Second, func() bool {
		a, err := http.Get(url + "/_sim/faults")
		if err != nil {
			return false
		}
		defer a.Body.Close()
		var b bytes.Buffer
		_, err = b.ReadFrom(a.Body)
		return err == nil && !strings.Contains(b.String(), "timeout_before")
	})
	if code := stop(); code != 0 {
		t.Errorf("exit %d: %s", code, out)
	}
	if err := <-result; err == nil {
		t.Error("the caller got an answer")
	}
}

func TestWrongArgumentsAreExplained(t *testing.T) {
	t.Parallel()
	taken, _, _ := start(t, "--listen", "127.0.0.1:0")
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--help"}, 0, "paysim env"},
		{[]string{"--nonsense"}, 2, "使い方"},
		{[]string{"serve"}, 2, "「serve」は分かりません"},
		{[]string{"env", "x"}, 2, "env に引数はありません"},
		{[]string{"--ca", "x"}, 2, "--tls と一緒に"},
		{[]string{"--webhook-ca", empty}, 2, "証明書（PEM）がありません"},
		{[]string{"--webhook-ca", empty + "x"}, 2, "読めません"},
		{[]string{"--listen", "9700"}, 1, "HOST:PORT"},
		{[]string{"--listen", strings.TrimPrefix(taken, "http://")}, 1, "ほかのプログラム"},
		{[]string{"--listen", "127.0.0.1:0", "--tls", "--ca", filepath.Join(t.TempDir(), "no", "ca.pem")}, 1, "CA 証明書を書けません"},
	} {
		var out, problems bytes.Buffer
		if code := run(t.Context(), c.args, &out, &problems); code != c.code || !strings.Contains(problems.String(), c.says) {
			t.Errorf("%v: exit %d, want %d\n%s", c.args, code, c.code, &problems)
		}
	}
}

func TestNotifiesATillWithItsOwnCA(t *testing.T) {
	t.Parallel()
	got := make(chan string, 10)
	till := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.URL.Path }))
	defer till.Close()
	ca := filepath.Join(t.TempDir(), "till.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: till.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	url, _, _ := start(t, "--listen", "127.0.0.1:0", "--paypay-webhook", till.URL+"/hook", "--webhook-ca", ca)
	a, err := http.Post(url+"/_sim/paypay/settlement", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	limit := time.NewTimer(10 * time.Second)
	defer limit.Stop()
	select {
	case path := <-got:
		if path != "/hook" {
			t.Errorf("notified %s", path)
		}
	case <-limit.C:
		t.Error("no notification came")
	}
}
