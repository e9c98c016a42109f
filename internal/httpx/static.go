package httpx

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"yakusho/internal/core"
)

// SPAOptions says what to tell people when there is nothing to serve.
type SPAOptions struct {
	Build string // the command that makes the front end; default "make build"
}

// SPA serves a built front end: real files with precompressed .br and .gz siblings, and index.html
// for every address that is a page of the application. The list of files is read once, here.
func SPA(fsys fs.FS, o SPAOptions) (http.Handler, error) {
	if o.Build == "" {
		o.Build = "make build"
	}
	s := &spa{fsys: fsys, files: map[string]*file{}, build: o.Build}
	seen := map[string]bool{}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := p != "." && strings.HasPrefix(d.Name(), ".") // .keep, .vite: not for visitors
		switch {
		case d.IsDir() && hidden:
			return fs.SkipDir
		case !d.IsDir() && !hidden:
			seen[p] = true
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list front end: %w", err)
	}
	for p := range seen {
		ext := path.Ext(p)
		if raw := strings.TrimSuffix(p, ext); (ext == ".br" || ext == ".gz") && seen[raw] {
			continue // a sibling, reached through its original only
		}
		f := &file{name: p, ctype: contentType(p), cache: "no-cache", br: seen[p+".br"], gz: seen[p+".gz"]}
		if hashed(p) {
			f.cache = "public,max-age=31536000,immutable"
		}
		f.etag = sync.OnceValues(func() (string, error) { return hashOf(fsys, p) })
		s.files[p] = f
	}
	return s, nil
}

type spa struct {
	fsys  fs.FS
	files map[string]*file
	build string
}

type file struct {
	name, ctype, cache string
	br, gz             bool
	etag               func() (string, error) // hash of the raw content, computed when first asked for
}

// viteHash is the end of a name as Vite makes it: -XXXXXXXX.ext with eight characters of base64url.
var viteHash = regexp.MustCompile(`-([A-Za-z0-9_-]{8})\.[a-z0-9]+(\.map)?$`)

// hashed reports whether p's name changes with its content. A word of eight small letters is not
// taken for a hash: caching a real name for a year would be the worse mistake.
func hashed(p string) bool {
	if !strings.HasPrefix(p, "assets/") {
		return false
	}
	m := viteHash.FindStringSubmatch(p)
	return m != nil && strings.ContainsAny(m[1], "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
}

// contentType is our own table: the one of the system differs between Linux and Windows, where the
// registry can even say text/plain for .js.
func contentType(p string) string {
	switch path.Ext(p) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".wasm":
		return "application/wasm"
	case ".woff2":
		return "font/woff2"
	case ".woff":
		return "font/woff"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".webp":
		return "image/webp"
	case ".ico":
		return "image/x-icon"
	case ".mp3":
		return "audio/mpeg"
	case ".ogg", ".opus":
		return "audio/ogg"
	case ".webm":
		return "video/webm"
	case ".pdf":
		return "application/pdf"
	case ".txt":
		return "text/plain; charset=utf-8"
	default: // .tflite, .onnx, .bin, .bcmap
		return "application/octet-stream"
	}
}

var errNoPage = core.NotFound("not_found", "お探しのページはありません。アドレスを確かめるか、最初の画面に戻ってください。")

func (s *spa) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		methodNotAllowed(w, r, "GET, HEAD")
		return
	}
	p := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if f, ok := s.files[p]; ok && p != "index.html" {
		s.serve(w, r, f)
		return
	}
	page := p == "" || p == "index.html" ||
		path.Ext(p) == "" && !strings.HasPrefix(p+"/", "assets/") && strings.Contains(r.Header.Get("Accept"), "text/html")
	if !page {
		Error(w, r, errNoPage)
		return
	}
	index, ok := s.files["index.html"]
	if !ok {
		s.notBuilt(w, r)
		return
	}
	s.serve(w, r, index)
}

// serve answers with one representation of f. A Range is answered from the raw file: ranges of a
// compressed one are of no use to a player or a resumed download.
func (s *spa) serve(w http.ResponseWriter, r *http.Request, f *file) {
	h := w.Header()
	name, suffix := f.name, ""
	if f.br || f.gz {
		h.Add("Vary", "Accept-Encoding")
		if r.Header.Get("Range") == "" {
			switch br, gz := accepts(r.Header.Values("Accept-Encoding")); {
			case f.br && br:
				name, suffix = f.name+".br", "-br"
				h.Set("Content-Encoding", "br")
			case f.gz && gz:
				name, suffix = f.name+".gz", "-gz"
				h.Set("Content-Encoding", "gzip")
			}
		}
	}
	etag, err := f.etag()
	if err != nil {
		Error(w, r, fmt.Errorf("hash %s: %w", f.name, err))
		return
	}
	in, err := s.fsys.Open(name)
	if err != nil {
		Error(w, r, fmt.Errorf("open front end file: %w", err))
		return
	}
	defer in.Close()
	seeker, ok := in.(io.ReadSeeker)
	if !ok {
		Error(w, r, fmt.Errorf("serve %s: file system cannot seek", name))
		return
	}
	if suffix != "" {
		// ServeContent leaves the length out of encoded answers, as it may not know it. We do.
		if st, err := in.Stat(); err == nil {
			h.Set("Content-Length", strconv.FormatInt(st.Size(), 10))
		}
	}
	h.Set("Content-Type", f.ctype)
	h.Set("Cache-Control", f.cache)
	h.Set("ETag", `"`+etag+suffix+`"`)
	http.ServeContent(w, r, "", time.Time{}, seeker) // no time: embedded files have none, the hash is better
}

// accepts reads Accept-Encoding (RFC 9110 §12.5.3): whether brotli and gzip are welcome.
func accepts(values []string) (br, gz bool) {
	for part := range strings.SplitSeq(strings.Join(values, ","), ",") {
		coding, params, _ := strings.Cut(part, ";")
		ok := true
		for param := range strings.SplitSeq(params, ";") {
			k, v, _ := strings.Cut(param, "=")
			if strings.EqualFold(strings.TrimSpace(k), "q") {
				q, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
				ok = err == nil && q > 0
			}
		}
		switch strings.ToLower(strings.TrimSpace(coding)) {
		case "br":
			br = ok
		case "gzip", "x-gzip":
			gz = ok
		}
	}
	return br, gz
}

func hashOf(fsys fs.FS, name string) (string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:15]), nil
}

// notBuilt is for whoever compiled the program without its screens.
func (s *spa) notBuilt(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusServiceUnavailable)
	if r.Method == http.MethodHead {
		return
	}
	_, _ = fmt.Fprintf(w, `<!doctype html><html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>画面がまだ作られていません</title></head>
<body style="font:16px/1.75 'Noto Sans JP','Yu Gothic UI',Meiryo,sans-serif;max-width:40em;margin:64px auto;padding:0 24px;color:#333">
<h1 style="font-size:28px;color:#1A1A1A">画面がまだ作られていません</h1>
<p>サーバーは動いていますが、このプログラムには画面が入っていません。<code>%[1]s</code> で画面を作ってから、もう一度起動してください。</p>
<p lang="en">The server is running, but this program was compiled without its front end. Run <code>%[1]s</code> and start it again.</p>
</body></html>
`, html.EscapeString(s.build))
}
