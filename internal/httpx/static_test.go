package httpx

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func dist() fstest.MapFS {
	f := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		".keep": f(""), ".vite/manifest.json": f("{}"),
		"index.html": f("<html>"), "index.html.br": f("BR<html>"),
		"assets/app-DxG3kq2B.js":    f("0123456789"),
		"assets/app-DxG3kq2B.js.br": f("BRJS"), "assets/app-DxG3kq2B.js.gz": f("GZJS"),
		"assets/my-document.pdf": f("%PDF"), "assets/noto-Ab3_-x9z.woff2": f("wOF2"),
		"mp/x.wasm": f("\x00asm"), "mp/seg.tflite": f("TFL3"), "w.mjs": f("1"), "app.webmanifest": f("{}"),
	}
}

func get(t *testing.T, h http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res := httptest.NewRecorder()
	h.ServeHTTP(res, r)
	return res
}

func spaOf(t *testing.T) http.Handler {
	t.Helper()
	h, err := SPA(dist(), SPAOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestStaticFilesHaveTheirTypesAndLifetimes(t *testing.T) {
	t.Parallel()
	h := spaOf(t)
	const long, short = "public,max-age=31536000,immutable", "no-cache"
	for path, want := range map[string][2]string{
		"/":                           {"text/html; charset=utf-8", short},
		"/index.html":                 {"text/html; charset=utf-8", short},
		"/assets/app-DxG3kq2B.js":     {"text/javascript; charset=utf-8", long},
		"/assets/noto-Ab3_-x9z.woff2": {"font/woff2", long},
		"/assets/my-document.pdf":     {"application/pdf", short},
		"/mp/x.wasm":                  {"application/wasm", short},
		"/mp/seg.tflite":              {"application/octet-stream", short},
		"/w.mjs":                      {"text/javascript; charset=utf-8", short},
		"/app.webmanifest":            {"application/manifest+json", short},
	} {
		res := get(t, h, "GET", path)
		if res.Code != 200 || res.Header().Get("Content-Type") != want[0] || res.Header().Get("Cache-Control") != want[1] {
			t.Errorf("%s: %d %v", path, res.Code, res.Header())
		}
	}
}

func TestPrecompressedSiblingIsChosenByAcceptEncoding(t *testing.T) {
	t.Parallel()
	h := spaOf(t)
	const p = "/assets/app-DxG3kq2B.js"
	tags := map[string]bool{}
	for accept, want := range map[string][2]string{
		"gzip, deflate, br": {"br", "BRJS"}, "gzip": {"gzip", "GZJS"}, "br;q=0, gzip;q=0.5": {"gzip", "GZJS"},
		"": {"", "0123456789"}, "identity": {"", "0123456789"}, "BR": {"br", "BRJS"}, "gzip;q=x": {"", "0123456789"},
	} {
		res := get(t, h, "GET", p, "Accept-Encoding", accept)
		if res.Header().Get("Content-Encoding") != want[0] || res.Body.String() != want[1] || res.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: %v %q", accept, res.Header(), res.Body)
		}
		if res.Header().Get("Content-Type") != "text/javascript; charset=utf-8" {
			t.Errorf("%q: type %s", accept, res.Header().Get("Content-Type"))
		}
		tag := res.Header().Get("ETag")
		tags[tag] = true
		again := get(t, h, "GET", p, "Accept-Encoding", accept, "If-None-Match", tag)
		if again.Code != 304 || again.Body.Len() != 0 {
			t.Errorf("%q: revalidation %d", accept, again.Code)
		}
		head := get(t, h, "HEAD", p, "Accept-Encoding", accept)
		if head.Code != 200 || head.Body.Len() != 0 || head.Header().Get("Content-Length") == "" {
			t.Errorf("%q: HEAD %d %v", accept, head.Code, head.Header())
		}
	}
	if len(tags) != 3 {
		t.Errorf("tags %v, want one per representation", tags)
	}
}

func TestRangeIsAnsweredFromTheRawFile(t *testing.T) {
	t.Parallel()
	res := get(t, spaOf(t), "GET", "/assets/app-DxG3kq2B.js", "Range", "bytes=2-4", "Accept-Encoding", "br")
	if res.Code != 206 || res.Body.String() != "234" || res.Header().Get("Content-Encoding") != "" {
		t.Errorf("%d %q %v", res.Code, res.Body, res.Header())
	}
}

func TestOnlyPagesFallBackToTheIndex(t *testing.T) {
	t.Parallel()
	h := spaOf(t)
	const html = "text/html,*/*;q=0.8"
	for _, c := range []struct {
		method, path, accept string
		status               int
	}{
		{"GET", "/meet/482913", html, 200},
		{"HEAD", "/meet/482913", html, 200},
		{"GET", "/meet/482913", "*/*", 404},
		{"GET", "/meet/x.js", html, 404},
		{"GET", "/assets/gone-AAAA1111.js", html, 404},
		{"GET", "/assets/nothing", html, 404},
		{"GET", "/assets", html, 404},
		{"GET", "/.keep", html, 404},
		{"GET", "/.vite/manifest.json", html, 404},
		{"GET", "/assets/app-DxG3kq2B.js.br", html, 404},
		{"GET", "/../index.html", html, 200},
		{"POST", "/", html, 405},
	} {
		r := httptest.NewRequest(c.method, "/", nil)
		r.URL.Path = c.path
		r.Header.Set("Accept", c.accept)
		res := httptest.NewRecorder()
		h.ServeHTTP(res, r)
		if res.Code != c.status {
			t.Errorf("%+v: %d", c, res.Code)
		}
	}
}

func TestMissingFrontEndIsExplained(t *testing.T) {
	t.Parallel()
	h, err := SPA(fstest.MapFS{".keep": {}}, SPAOptions{Build: "make <web>"})
	if err != nil {
		t.Fatal(err)
	}
	res := get(t, h, "GET", "/")
	if res.Code != 503 || !strings.Contains(res.Body.String(), "画面がまだ作られていません") || !strings.Contains(res.Body.String(), "make &lt;web&gt;") {
		t.Errorf("%d %s", res.Code, res.Body)
	}
}

func FuzzAcceptEncoding(f *testing.F) {
	f.Add("gzip, br;q=0.1")
	f.Add(";;==,,q")
	f.Fuzz(func(t *testing.T, s string) {
		br, gz := accepts([]string{s})
		low := strings.ToLower(s)
		if br && !strings.Contains(low, "br") || gz && !strings.Contains(low, "gzip") {
			t.Fatalf("%q: %v %v", s, br, gz)
		}
	})
}
