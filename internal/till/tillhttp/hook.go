package tillhttp

import (
	"container/list"
	"context"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/httpx"
	"yakusho/internal/till"
)

const (
	// HookPath is where notifications arrive: HookPath + provider + "/" + secret.
	HookPath = "/hooks/"
	maxHook  = 64 << 10
	hookWait = 1500 * time.Millisecond // PayPay gives up after two seconds
)

var errHook = core.Unavailable("hook_later", "いまは受け取れません。")

func isHook(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, HookPath) }

// Hooks takes notifications of providers and gives everything else to next. It stands outside of sessions and of the rule
// about origins: what comes here comes from programs, and is believed nothing but that something may have moved.
//
// UnivaPay switches a webhook off for ever after one 3xx, 4xx or 500, so whoever knows the secret hears 200 for whatever
// was sent, and 503 when we could not look.
func (a *API) Hooks(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isHook(r) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		provider, secret, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, HookPath), "/")
		known := subtle.ConstantTimeCompare([]byte(hashed(secret)), []byte(hashed(a.HookSecret))) == 1
		if a.HookSecret == "" || !known || r.Method != http.MethodPost {
			if ok, wait := a.strict.Allow("hook " + core.HostOf(httpx.Remote(r)).String()); !ok {
				httpx.Error(w, r, httpx.TooMany(errOften.Code, errOften.Message, wait))
				return
			}
			httpx.Error(w, r, errNoSuch)
			return
		}
		if ok, wait := a.hooks.Allow(core.HostOf(httpx.Remote(r)).String()); !ok {
			e := *errHook
			e.Err = later(wait)
			httpx.Error(w, r, &e)
			return
		}
		a.hook(w, r, provider)
	})
}

type later time.Duration

func (l later) Error() string             { return "too many notifications" }
func (l later) RetryAfter() time.Duration { return time.Duration(l) }

func (a *API) hook(w http.ResponseWriter, r *http.Request, name string) {
	p, _ := a.Driver.Provider(name)
	hinter, ok := p.(till.Hinter)
	if !ok { // not 404: a provider whose credentials are missing for a day must not switch its webhook off for ever
		httpx.Error(w, r, errHook.Because("no notifications of %.40q", name))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	var tooLarge *http.MaxBytesError
	if err != nil && !errors.As(err, &tooLarge) {
		httpx.Error(w, r, errHook.Because("read a notification of %s: %w", name, err))
		return
	}
	var h till.Hint
	if err == nil {
		h, err = hinter.Hint(r.Header.Get("Authorization"), body)
	}
	if err != nil { // forged, malformed, or about something else
		a.Log.WarnContext(r.Context(), "a notification that says nothing", "provider", name, "bytes", len(body), "err", err)
		w.WriteHeader(http.StatusOK)
		return
	}
	key := name + " " + h.Delivery
	if h.Delivery != "" && a.seen.has(key) {
		w.WriteHeader(http.StatusOK)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), hookWait)
	defer cancel()
	switch err := a.Driver.Hint(ctx, name, h); {
	case err == nil:
		if h.Delivery != "" {
			a.seen.add(key)
		}
	case core.KindOf(err) == core.KindNotFound:
		a.Log.InfoContext(ctx, "a notification about a payment that is not ours", "provider", name, "attempt", h.Attempt, "ref", h.Ref)
	default:
		httpx.Error(w, r, errHook.Because("notification of %s: %w", name, err))
		return
	}
	w.WriteHeader(http.StatusOK)
}

// recent remembers the last of many words.
type recent struct {
	mu   sync.Mutex
	most int
	at   map[string]*list.Element
	old  *list.List
}

func newRecent(most int) *recent {
	return &recent{most: most, at: map[string]*list.Element{}, old: list.New()}
}

func (r *recent) has(s string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.at[s]
	if ok {
		r.old.MoveToBack(e)
	}
	return ok
}

// take remembers s, and reports whether it was new.
func (r *recent) take(s string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.at[s]; ok {
		return false
	}
	r.keep(s)
	return true
}

func (r *recent) drop(s string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.at[s]; ok {
		r.old.Remove(e)
		delete(r.at, s)
	}
}

func (r *recent) add(s string) { r.take(s) }

// keep remembers what is new. Holds r.mu.
func (r *recent) keep(s string) {
	r.at[s] = r.old.PushBack(s)
	if r.old.Len() > r.most {
		delete(r.at, r.old.Remove(r.old.Front()).(string))
	}
}
