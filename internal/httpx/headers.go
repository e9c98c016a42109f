package httpx

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"yakusho/internal/core"
)

// CSPReportPath is where browsers send what the policy refused; mount a CSPReports there.
const CSPReportPath = "/api/csp-report"

// policy lets a page use its own origin and nothing else. 'self' in connect-src covers wss of the
// same origin (CSP3 §6.7.2.8; Chromium since 71, Safari since 16), so no host needs to be named.
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; " +
	"connect-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'; " +
	"report-uri " + CSPReportPath

// HeaderOptions are the security headers that differ between installations.
type HeaderOptions struct {
	// HSTS sends Strict-Transport-Security for this long; 0 sends none. Off by default: with our own
	// CA it would take away the way past a warning from every PC that does not have the CA yet, and
	// it would bind other services of the same host name to https, as HSTS knows no ports.
	HSTS time.Duration
}

func securityHeaders(next http.Handler, o HeaderOptions) http.Handler {
	set := map[string]string{
		"Content-Security-Policy":    policy,
		"X-Content-Type-Options":     "nosniff",
		"Referrer-Policy":            "same-origin",
		"Permissions-Policy":         "camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self)",
		"Cross-Origin-Opener-Policy": "same-origin",
	}
	if o.HSTS > 0 {
		set["Strict-Transport-Security"] = "max-age=" + seconds(o.HSTS)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for k, v := range set {
			h.Set(k, v)
		}
		next.ServeHTTP(w, r)
	})
}

// CSPReports receives reports of refused content. Each is counted; a line at warn for the first
// ones and then one every ten seconds, because anyone can send them.
type CSPReports struct {
	log   *slog.Logger
	lines *Limiter
	count atomic.Uint64
}

// NewCSPReports returns the handler for CSPReportPath.
func NewCSPReports(log *slog.Logger, clock core.Clock) *CSPReports {
	return &CSPReports{log: log, lines: NewLimiter(20, 10*time.Second, 1, clock)}
}

// Count returns how many reports came in.
func (c *CSPReports) Count() uint64 { return c.count.Load() }

const maxReport = 16 << 10

func (c *CSPReports) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		methodNotAllowed(w, r, "POST")
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxReport))
	if err != nil {
		Error(w, r, core.Invalid("body_unreadable", "報告を受け取れませんでした。").Because("read csp report: %w", err))
		return
	}
	c.count.Add(1)
	if ok, _ := c.lines.Allow(""); ok {
		rep := parseReport(body)
		c.log.LogAttrs(r.Context(), slog.LevelWarn, "content security policy violated",
			slog.String("directive", rep.directive), slog.String("blocked", rep.blocked),
			slog.String("source", rep.source), slog.Int("line", rep.line), slog.String("request_id", RequestID(r.Context())))
	}
	w.WriteHeader(http.StatusNoContent)
}

type report struct {
	directive, blocked, source string
	line                       int
}

// parseReport takes what is worth a log line out of a report-uri body, or of the first entry of a
// Reporting API body. Addresses lose their query and everything is cut: it is a stranger's text.
func parseReport(body []byte) report {
	var old struct {
		R struct {
			Effective string `json:"effective-directive"`
			Violated  string `json:"violated-directive"`
			Blocked   string `json:"blocked-uri"`
			Source    string `json:"source-file"`
			Line      int    `json:"line-number"`
		} `json:"csp-report"`
	}
	if json.Unmarshal(body, &old) == nil {
		d := old.R.Effective
		if d == "" {
			d = old.R.Violated
		}
		return report{clip(d), bare(old.R.Blocked), bare(old.R.Source), old.R.Line}
	}
	var list []struct {
		Body struct {
			Effective string `json:"effectiveDirective"`
			Blocked   string `json:"blockedURL"`
			Source    string `json:"sourceFile"`
			Line      int    `json:"lineNumber"`
		} `json:"body"`
	}
	if json.Unmarshal(body, &list) == nil && len(list) > 0 {
		b := list[0].Body
		return report{clip(b.Effective), bare(b.Blocked), bare(b.Source), b.Line}
	}
	return report{directive: "unreadable"}
}

// bare cuts an address down to scheme, host and path.
func bare(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return "unreadable"
	}
	u.RawQuery, u.Fragment, u.User = "", "", nil
	u.ForceQuery = false
	if u.Scheme == "data" || u.Scheme == "blob" {
		return u.Scheme + ":"
	}
	return clip(u.String())
}

// clip bounds a stranger's text: 200 bytes, printable.
func clip(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "")
	}
	return s
}

func methodNotAllowed(w http.ResponseWriter, r *http.Request, allow string) {
	w.Header().Set("Allow", allow)
	writeProblem(w, r, Problem{
		Type: "about:blank", Status: http.StatusMethodNotAllowed, Code: "method_not_allowed",
		Detail: "この操作はここではできません。画面を開き直してください。", RequestID: RequestID(r.Context()),
	})
}
