package tlsca

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"flag"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files") //nolint:gochecknoglobals // the flag package wants it

func ask(h http.Handler, method, host, target string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.Host = host
	res := httptest.NewRecorder()
	h.ServeHTTP(res, r)
	return res
}

func guideOf(t *testing.T, w *town) (*Authority, http.Handler) {
	t.Helper()
	a := w.open(t)
	return a, must(a.Guide(GuideOptions{City: "みほん市<i>", Port: 8443}))(t)
}

func TestGuidePageIsSelfContainedAndShowsTheFingerprint(t *testing.T) {
	t.Parallel()
	a, h := guideOf(t, newTown(t))
	res := ask(h, "GET", "kaigi.mihon.example", "/")
	body := res.Body.String()
	if res.Code != 200 || res.Header().Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(res.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%d %v", res.Code, res.Header())
	}
	hex := strings.ReplaceAll(a.Status().CAFingerprint, ":", "")
	for i := 0; i < 64; i += 4 {
		if !strings.Contains(body, "<span>"+hex[i:i+4]+"</span>") {
			t.Errorf("group %s is missing", hex[i:i+4])
		}
	}
	for _, want := range []string{
		"信頼されたルート証明機関", "certutil -addstore -f Root yakusho-ca.cer", "VideoCaptureAllowedUrls", "AudioCaptureAllowedUrls",
		"ScreenCaptureAllowedByOrigins", "WebRtcLocalIpsAllowedUrls", "AutoplayAllowlist", "https://kaigi.mihon.example:8443",
		"みほん市&lt;i&gt;", `lang="en"`, "2036年11月22日", "みほん市 内部認証局",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("page lacks %q", want)
		}
	}
	for _, bad := range []string{"<script", "style=", "src=", "<style", "http://"} {
		if strings.Contains(body, bad) {
			t.Errorf("page has %q", bad)
		}
	}
	if css := ask(h, "GET", "x", "/style.css"); css.Code != 200 || strings.Contains(css.Body.String(), "url(") || strings.Contains(css.Body.String(), "@import") {
		t.Errorf("style %d", css.Code)
	}
	if head := ask(h, "HEAD", "x", "/"); head.Code != 200 {
		t.Errorf("HEAD %d", head.Code)
	}
}

func TestGuideHandsOutTheCAInBothForms(t *testing.T) {
	t.Parallel()
	a, h := guideOf(t, newTown(t))
	der := ask(h, "GET", "x", "/yakusho-ca.cer")
	if _, err := x509.ParseCertificate(der.Body.Bytes()); err != nil || !bytes.Equal(der.Body.Bytes(), a.CA()) {
		t.Errorf("cer: %v", err)
	}
	p, _ := pem.Decode(ask(h, "GET", "x", "/yakusho-ca.pem").Body.Bytes())
	if p == nil || !bytes.Equal(p.Bytes, a.CA()) {
		t.Error("pem is not the CA")
	}
	if cd := der.Header().Get("Content-Disposition"); cd != `attachment; filename="yakusho-ca.cer"` || der.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%v", der.Header())
	}
}

func TestEverythingElseGoesToHTTPSOfOurOwnHost(t *testing.T) {
	t.Parallel()
	_, h := guideOf(t, newTown(t))
	for _, c := range []struct{ method, host, target, want string }{
		{"GET", "kaigi.mihon.example", "/meet/482913?x=1", "https://kaigi.mihon.example:8443/meet/482913?x=1"},
		{"GET", "KAIGI.mihon.example.:8080", "/a", "https://kaigi.mihon.example:8443/a"},
		{"POST", "192.168.10.5:80", "/a", "https://192.168.10.5:8443/a"},
		{"GET", "[::1]:80", "/a", "https://[::1]:8443/a"},
		{"GET", "localhost", "/a%0d%0aSet-Cookie:x", "https://localhost:8443/a%0d%0aSet-Cookie:x"},
		{"GET", "evil.example", "/a", "https://kaigi.mihon.example:8443/a"},
		{"GET", "kaigi.mihon.example.evil.example", "/a", "https://kaigi.mihon.example:8443/a"},
		{"GET", "kaigi.mihon.example@evil.example", "/a", "https://kaigi.mihon.example:8443/a"},
		{"GET", "evil.example/kaigi.mihon.example", "/a", "https://kaigi.mihon.example:8443/a"},
		{"GET", "203.0.113.9", "/a", "https://kaigi.mihon.example:8443/a"},
		{"GET", "", "/a", "https://kaigi.mihon.example:8443/a"},
		{"GET", "[fe80::1%25eth0]:80", "/a", "https://kaigi.mihon.example:8443/a"},
		{"GET", "kaigi.mihon.example", "http://evil.example/a", "https://kaigi.mihon.example:8443/a"},
	} {
		res := ask(h, c.method, c.host, c.target)
		if got := res.Header().Get("Location"); res.Code != 307 || got != c.want {
			t.Errorf("%+v: %d %s", c, res.Code, got)
		}
	}
	// Two slashes at the start would be another host; the mux cleans them, staying on this one.
	if got := ask(h, "GET", "localhost", "//evil.example/a").Header().Get("Location"); got != "/evil.example/a" {
		t.Errorf("double slash: %s", got)
	}
	if body := ask(h, "GET", "evil.example", "/").Body.String(); strings.Contains(body, "evil.example") {
		t.Error("the page links to a host the visitor chose")
	}
}

func TestOwnCertificateLeavesNothingToInstall(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	x, key := newADCS(t, w.now), ecKey(t)
	c := issue(t, serverTmpl(w.now), x.inter, key.Public(), x.interKey)
	w.own(t, certs(c, x.inter), block("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key))(t)))
	_, h := guideOf(t, w)
	body := ask(h, "GET", "kaigi.mihon.example", "/").Body.String()
	if !strings.Contains(body, "入れるものはありません") || !strings.Contains(body, "みほん市 Issuing CA") || strings.Contains(body, "yakusho-ca") {
		t.Error(body)
	}
	if res := ask(h, "GET", "kaigi.mihon.example", "/yakusho-ca.cer"); res.Code != 307 {
		t.Errorf("CA file: %d", res.Code)
	}
}

func TestPolicyFile(t *testing.T) {
	t.Parallel()
	_, h := guideOf(t, newTown(t))
	got := ask(h, "GET", "x", "/yakusho-edge-policy.reg").Body.Bytes()
	const golden = "testdata/yakusho-edge-policy.reg"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := must(os.ReadFile(golden))(t); !bytes.Equal(got, want) {
		t.Errorf("%s differs; run with -update and look at it", golden)
	}
	if !bytes.HasPrefix(got, []byte{0xFF, 0xFE, 'W', 0}) || len(got)%2 != 0 {
		t.Error("not UTF-16LE with a mark")
	}
}

func TestOriginsAreWrittenAsBrowsersDo(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.cfg.Addresses = append(w.cfg.Addresses, netip.MustParseAddr("fd00::5"))
	a := w.open(t)
	if d := cmp.Diff([]string{"https://kaigi.mihon.example:8443", "https://198.51.100.7:8443", "https://[fd00::5]:8443"}, a.Origins(8443)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"https://kaigi.mihon.example", "https://198.51.100.7", "https://[fd00::5]"}, a.Origins(443)); d != "" {
		t.Error(d)
	}
}

func FuzzHostOf(f *testing.F) {
	for _, s := range []string{"a:1", "[::1]:80", "a@b", "::1", "A.b.", "10.0.0.1:x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h := hostOf(s)
		if strings.ContainsAny(h, "/@\\?# %[]\r\n") {
			t.Fatalf("%q from %q", h, s)
		}
		if _, err := netip.ParseAddr(h); h != "" && err != nil && !validName(h) {
			t.Fatalf("%q from %q", h, s)
		}
	})
}
