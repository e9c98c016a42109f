package main

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestServerStartsWithNothingAndStopsInOrder(t *testing.T) {
	t.Parallel()
	data, port := filepath.Join(t.TempDir(), "data"), freePort(t)
	p := launch(t, data, port)
	b := p.browser()
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/api/session"} {
		if status, text := b.do("GET", path, nil, nil); status != 200 {
			t.Errorf("GET %s = %d %s", path, status, text)
		}
	}
	if err := p.stop(12 * time.Second); err != nil {
		t.Errorf("stopping in order: %v\n%s", err, p.out)
	}
	// The second start finds the same CA: what was distributed to the PCs stays good.
	before, err := os.ReadFile(filepath.Join(data, "tls", "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	launch(t, data, port)
	after, err := os.ReadFile(filepath.Join(data, "tls", "ca.crt"))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the CA changed with a restart (%v)", err)
	}
}

func TestSetUpLinkMakesTheFirstAdminOnce(t *testing.T) {
	t.Parallel()
	p := launch(t, t.TempDir(), freePort(t))
	_, rest, ok := strings.Cut(p.out.String(), "/setup/")
	if !ok {
		t.Fatalf("no set-up link is printed:\n%s", p.out)
	}
	token := strings.Fields(rest)[0]
	b := p.browser()
	me := map[string]string{"token": token, "login": "admin", "name": "情報 太郎", "password": "とても長い合い言葉です"}
	if status, text := b.do("POST", "/api/setup", me, nil); status != 200 {
		t.Fatalf("set up: %d %s", status, text)
	}
	if status, _ := b.do("GET", "/api/accounts", nil, nil); status != 200 {
		t.Errorf("the first admin may not list accounts: %d", status)
	}
	if status, _ := p.browser().do("POST", "/api/setup", me, nil); status < 400 {
		t.Errorf("the link works a second time: %d", status)
	}
	if strings.Contains(p.out.String(), "とても長い合い言葉です") {
		t.Error("the password is in the output")
	}
}

func TestStartSaysWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	data := t.TempDir()
	launch(t, data, port)

	taken := t.TempDir()
	if err := os.WriteFile(filepath.Join(taken, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	broken := t.TempDir()
	if err := os.MkdirAll(filepath.Join(broken, "tls"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(broken, "tls", "ca.pem"), []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	notDB := t.TempDir()
	if err := os.WriteFile(filepath.Join(notDB, "yakusho.db"), bytes.Repeat([]byte("this is no database "), 400), 0o600); err != nil {
		t.Fatal(err)
	}
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { udp.Close() })
	_, udpPort, _ := net.SplitHostPort(udp.LocalAddr().String())

	foreign := filepath.Join(t.TempDir(), "foreign.toml")
	if err := os.WriteFile(foreign, []byte("[server]\naddresses = [\"198.51.100.7\"]\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	for name, c := range map[string]struct {
		data, port, want string
		more             []string
	}{
		"the address is not ours":           {t.TempDir(), freePort(t), "198.51.100.7", []string{"--config", foreign}},
		"the port is in use":                {t.TempDir(), port, "ポート番号", nil},
		"the UDP port is in use":            {t.TempDir(), udpPort, "UDPポート", nil},
		"the data is in use":                {data, freePort(t), "データの置き場所は、もう動いている", nil},
		"the data directory cannot be made": {filepath.Join(taken, "file", "data"), freePort(t), "データの置き場所に書き込めません", nil},
		"the CA is damaged":                 {broken, freePort(t), "ca_", nil},
		"the database is none":              {notDB, freePort(t), "db_corrupt", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := begin(t, c.data, c.port, c.more...)
			select {
			case err := <-p.done:
				close(p.done)
				if err == nil {
					t.Error("it ended as if all were well")
				}
			case <-time.After(20 * time.Second):
				t.Fatalf("it runs:\n%s", p.out)
			}
			if !strings.Contains(p.out.String(), c.want) {
				t.Errorf("it does not say %q:\n%s", c.want, p.out)
			}
			if strings.Contains(p.out.String(), "panic") || strings.Contains(p.out.String(), "goroutine ") {
				t.Errorf("it panics:\n%s", p.out)
			}
		})
	}
}

func TestARequestThatIsWrongIsToldSoInJapanese(t *testing.T) {
	t.Parallel()
	p := launch(t, t.TempDir(), freePort(t), "--sample")
	b := p.browser()
	b.signIn("satou", samplePassword)
	m := b.openMeeting()
	big := append([]byte(`{"key":"k2345678","text":"`), bytes.Repeat([]byte("あ"), 10<<20/3)...)
	for name, c := range map[string]struct {
		method, path string
		body         any
		status       int
		code         string
	}{
		"a body of ten megabytes":     {"POST", "/api/meetings/" + m.ID + "/chat", append(big, `"}`...), 413, "body_too_large"},
		"a body that is no JSON":      {"POST", "/api/meetings", []byte(`{"title":`), 400, "json_malformed"},
		"nothing where something is":  {"POST", "/api/meetings", []byte(`null`), 400, "json_malformed"},
		"text after the JSON":         {"POST", "/api/meetings", []byte(`{"title":"a"} x`), 400, "json_malformed"},
		"a key twice":                 {"POST", "/api/meetings", []byte(`{"title":"a","title":"b"}`), 400, "json_malformed"},
		"JSON of another kind":        {"POST", "/api/meetings", []byte(`[1,2]`), 400, "json_malformed"},
		"a title of 300 characters":   {"POST", "/api/meetings", map[string]any{"title": strings.Repeat("長", 300)}, 400, "title_too_long"},
		"a meeting that is none":      {"GET", "/api/meetings/nonsense", nil, 404, "meeting_unknown"},
		"a meeting nobody made":       {"GET", "/api/meetings/" + strings.Repeat("0", 26), nil, 404, "meeting_unknown"},
		"a path that is none":         {"GET", "/api/nothing", nil, 404, "not_found"},
		"chat before joining":         {"POST", "/api/meetings/" + m.ID + "/chat", map[string]any{"key": "k2345678", "text": "x"}, 403, "not_invited"},
		"a number that is wrong":      {"POST", "/api/meetings/enter", map[string]any{"number": "000000", "pin": "0000"}, 400, "number_or_pin_wrong"},
		"signalling without a ticket": {"GET", "/media/rtc", nil, 400, "websocket_expected"},
	} {
		t.Run(name, func(t *testing.T) {
			status, text := b.do(c.method, c.path, c.body, nil)
			var problem struct{ Code, Detail string }
			if err := json.Unmarshal([]byte(text), &problem); err != nil || status != c.status || problem.Code != c.code || problem.Detail == "" {
				t.Errorf("= %d %.300s, want %d %s", status, text, c.status, c.code)
			}
			if !strings.ContainsFunc(problem.Detail, func(r rune) bool { return r >= 'ぁ' && r <= 'ん' }) {
				t.Errorf("not in Japanese: %q", problem.Detail)
			}
		})
	}
	t.Run("another host's name", func(t *testing.T) {
		req, err := http.NewRequest("GET", p.base+"/api/session", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "evil.example"
		resp, err := b.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 400 {
			t.Errorf("answered %d to another host's name", resp.StatusCode)
		}
	})
	t.Run("a write from another site", func(t *testing.T) {
		req, err := http.NewRequest("POST", p.base+"/api/meetings", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Origin", "https://evil.example")
		req.Header.Set("Content-Type", "application/json")
		resp, err := b.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 403 {
			t.Errorf("answered %d to a write from another site", resp.StatusCode)
		}
	})
	t.Run("no secret is in the log", func(t *testing.T) {
		for _, secret := range []string{b.cookie("__Host-session"), "pin=", "access_token"} {
			if secret == "" || strings.Contains(p.out.String(), secret) {
				t.Errorf("the log holds %q, or there is no such secret", secret)
			}
		}
	})
}
