package tlsca

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf16"
)

//go:embed guide.html
var guideHTML string

//go:embed guide.css
var guideCSS []byte

// GuideOptions is what the page says about the installation.
type GuideOptions struct {
	City string // heading, for example みほん市; default 役所
	Port int    // of HTTPS; default 8443
}

// Guide is the handler of the plain-HTTP port: a page that hands out the CA and says how to
// distribute it; every other path is sent to HTTPS. Nothing here is secret. Plain HTTP can be
// tampered with, so the page tells people to compare the fingerprint with the server's console.
func (a *Authority) Guide(o GuideOptions) (http.Handler, error) {
	if o.City == "" {
		o.City = "役所"
	}
	if o.Port == 0 {
		o.Port = 8443
	}
	page, err := template.New("guide").Parse(guideHTML)
	if err != nil {
		return nil, fmt.Errorf("parse guide page: %w", err)
	}
	g := &guide{a: a, o: o, page: page}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", g.show)
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, _ *http.Request) { send(w, "text/css; charset=utf-8", "", guideCSS) })
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	if a.ca != nil {
		mux.HandleFunc("GET /yakusho-ca.cer", func(w http.ResponseWriter, _ *http.Request) {
			send(w, "application/pkix-cert", "yakusho-ca.cer", a.ca.cert.Raw)
		})
		mux.HandleFunc("GET /yakusho-ca.pem", func(w http.ResponseWriter, _ *http.Request) {
			send(w, "application/x-pem-file", "yakusho-ca.pem", encodeCert(a.ca.cert.Raw))
		})
	}
	mux.HandleFunc("GET /yakusho-edge-policy.reg", func(w http.ResponseWriter, _ *http.Request) {
		send(w, "application/octet-stream", "yakusho-edge-policy.reg", policyReg(a.Origins(o.Port)))
	})
	mux.HandleFunc("/", g.redirect)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store") // a CA that was replaced must not be handed out from a cache
		mux.ServeHTTP(w, r)
	}), nil
}

type guide struct {
	a    *Authority
	o    GuideOptions
	page *template.Template
}

func (g *guide) show(w http.ResponseWriter, r *http.Request) {
	st := g.a.Status()
	var body bytes.Buffer
	err := g.page.Execute(&body, map[string]any{
		"City": g.o.City, "Internal": st.Mode == ModeInternal, "Issuer": st.Issuer,
		"Rows": FingerprintRows(st.CAFingerprint), "Until": day(st.CANotAfter), "OwnUntil": day(st.NotAfter),
		"Open": g.home(r), "Origins": g.a.Origins(g.o.Port),
		"Policies": policies(),
	})
	if err != nil {
		g.a.log.Error("guide page", "err", err)
		http.Error(w, "この案内を表示できません。サーバーのログを確かめてください。", http.StatusInternalServerError)
		return
	}
	send(w, "text/html; charset=utf-8", "", body.Bytes())
}

// home is the HTTPS address that matches how the visitor came here.
func (g *guide) home(r *http.Request) string {
	host := hostOf(r.Host)
	if host == "" || !g.a.Covers(host) {
		// Host is whatever the client says: never send anyone to a name that is not ours.
		return g.a.Origins(g.o.Port)[0]
	}
	return origin(host, g.o.Port)
}

func (g *guide) redirect(w http.ResponseWriter, r *http.Request) {
	// Built from the path alone: an absolute-form request line must not choose the host.
	to := g.home(r) + "/" + strings.TrimLeft(r.URL.EscapedPath(), "/")
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	// Temporary, as port and name may change; 307 keeps the method.
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusTemporaryRedirect)
}

// hostOf takes the host out of a Host header; "" if it is neither a name nor an address.
func hostOf(hostport string) string {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if ip, err := netip.ParseAddr(host); err == nil && ip.Zone() == "" {
		return ip.Unmap().String()
	}
	if n := cleanName(host); validName(n) {
		return n
	}
	return ""
}

func send(w http.ResponseWriter, ctype, file string, body []byte) {
	w.Header().Set("Content-Type", ctype)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if file != "" {
		w.Header().Set("Content-Disposition", `attachment; filename="`+file+`"`)
	}
	_, _ = w.Write(body)
}

// policy is a list policy of Edge and Chrome that names the origins it is for.
type policy struct{ Name, Why string }

func policies() []policy {
	return []policy{
		{"VideoCaptureAllowedUrls", "カメラの許可を毎回たずねない"},
		{"AudioCaptureAllowedUrls", "マイクの許可を毎回たずねない"},
		{"ScreenCaptureAllowedByOrigins", "画面共有が禁止されていても、この会議では使える"},
		{"WebRtcLocalIpsAllowedUrls", "パソコンのアドレスを隠さず、会議が直通でつながる"},
		{"AutoplayAllowlist", "入室してすぐに相手の声が出る"},
	}
}

// policyReg writes the policies as a file for regedit: UTF-16LE with a mark and CRLF. Values are
// numbered from 8443 up: list policies accept any number, and 1, 2, 3 belong to the office's other
// systems, which importing this file must not overwrite.
func policyReg(origins []string) []byte {
	var b strings.Builder
	b.WriteString("Windows Registry Editor Version 5.00\r\n\r\n")
	b.WriteString("; 会議で使うブラウザーの設定。取り込む前に情報担当が内容を確かめてください。\r\n")
	for _, root := range []string{`Microsoft\Edge`, `Google\Chrome`} {
		for _, p := range policies() {
			fmt.Fprintf(&b, "\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\%s\\%s]\r\n", root, p.Name)
			for i, o := range origins {
				fmt.Fprintf(&b, "\"%d\"=\"%s\"\r\n", 8443+i, o)
			}
		}
	}
	out := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(b.String())) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}
