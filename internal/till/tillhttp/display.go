package tillhttp

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"sync"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/httpx"
	"yakusho/internal/till"
)

const (
	displayCookie = "__Host-display"
	displayLife   = 365 * 24 * time.Hour
	offerLife     = 10 * time.Minute
	maxOffers     = 200
	secretBytes   = 32
)

var (
	errOffers  = core.Limited("displays_waiting", "登録を待っている画面が多すぎます。10分ほど待ってから、もう一度開いてください。")
	errPairing = core.NotFound("code_unknown", "この番号の画面は見つかりません。お客様用の画面に出ている6桁の番号を確かめてください。番号は10分で変わります。")
)

// offers are displays that wait to be paired. They live in memory: after a restart the tablet shows a new code.
type offers struct {
	mu  sync.Mutex
	now core.Clock
	all map[string]offered // by code
}

type offered struct {
	secret string // SHA-256, hex
	until  time.Time
}

func newOffers(now core.Clock) *offers { return &offers{now: now, all: map[string]offered{}} }

// add makes a code nobody has for who holds the secret.
func (o *offers) add(secret string) (string, time.Time, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.now()
	for code, x := range o.all {
		if !now.Before(x.until) || x.secret == secret {
			delete(o.all, code)
		}
	}
	if len(o.all) >= maxOffers {
		return "", time.Time{}, errOffers
	}
	for {
		n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
		if err != nil {
			return "", time.Time{}, fmt.Errorf("make a code: %w", err)
		}
		code := fmt.Sprintf("%06d", n)
		if _, taken := o.all[code]; taken {
			continue
		}
		x := offered{secret, now.Add(offerLife)}
		o.all[code] = x
		return code, x.until, nil
	}
}

// of returns the code of who holds the secret.
func (o *offers) of(secret string) (string, time.Time, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for code, x := range o.all {
		if x.secret == secret && o.now().Before(x.until) {
			return code, x.until, true
		}
	}
	return "", time.Time{}, false
}

func (o *offers) find(code string) (offered, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	x, ok := o.all[code]
	return x, ok && o.now().Before(x.until)
}

func (o *offers) drop(secret string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for code, x := range o.all {
		if x.secret == secret {
			delete(o.all, code)
		}
	}
}

// online counts the open streams of displays.
type online struct {
	mu   sync.Mutex
	open map[core.ID]int
}

func (o *online) add(id core.ID, n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.open[id] += n; o.open[id] == 0 {
		delete(o.open, id)
	}
}

func (o *online) count(id core.ID) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.open[id]
}

func (o *online) is(id core.ID) bool { return o.count(id) > 0 }

func hashed(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// OfferDisplay gives a tablet a code to show, and the secret that will make it a display once a clerk has typed the code.
func (a *API) OfferDisplay(ctx context.Context, _ OfferDisplayRequestObject) (OfferDisplayResponseObject, error) {
	if err := a.open(ctx); err != nil {
		return nil, err
	}
	secret := core.Secret(secretBytes)
	code, until, err := a.offers.add(hashed(secret))
	if err != nil {
		return nil, err
	}
	c := http.Cookie{
		Name: displayCookie, Value: secret, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: int(displayLife / time.Second),
	}
	return OfferDisplay201JSONResponse{
		Body: DisplayOffer{Code: code, ExpiresAt: until}, Headers: OfferDisplay201ResponseHeaders{SetCookie: ptr(c.String())},
	}, nil
}

// PairDisplay pairs the display that shows a code with a counter.
func (a *API) PairDisplay(ctx context.Context, r PairDisplayRequestObject) (PairDisplayResponseObject, error) {
	if err := a.View.MayWork(ctx); err != nil {
		return nil, err
	}
	counter, err := ident(r.Counter, till.ErrNoCounter)
	if err != nil {
		return nil, err
	}
	if ok, wait := a.pairing.Allow(string(core.ActorFrom(ctx).Account)); !ok {
		return nil, httpx.TooMany(errOften.Code, errOften.Message, wait)
	}
	x, ok := a.offers.find(r.Body.Code)
	if !ok {
		return nil, errPairing
	}
	d, err := a.Office.PairDisplay(ctx, r.Body.Key, counter, x.secret)
	if err != nil {
		return nil, err
	}
	a.offers.drop(x.secret)
	a.Hub.Tell(till.Change{})
	s, err := a.scribe(ctx)
	if err != nil {
		return nil, err
	}
	return PairDisplay201JSONResponse(s.display(d)), nil
}

func (s *scribe) display(d till.Display) Display {
	return Display{
		Id: string(d.ID), Counter: string(d.Counter), CounterName: s.counter(d.Counter).Name, PairedAt: d.Paired, Online: s.api.online.is(d.ID),
	}
}

// ListDisplays answers with the paired displays.
func (a *API) ListDisplays(ctx context.Context, _ ListDisplaysRequestObject) (ListDisplaysResponseObject, error) {
	all, err := a.View.Displays(ctx)
	if err != nil {
		return nil, err
	}
	s, err := a.scribe(ctx)
	if err != nil {
		return nil, err
	}
	return ListDisplays200JSONResponse(each(all, s.display)), nil
}

// RetireDisplay parts a display from its counter.
func (a *API) RetireDisplay(ctx context.Context, r RetireDisplayRequestObject) (RetireDisplayResponseObject, error) {
	id, err := ident(r.Display, till.ErrNoDisplay)
	if err != nil {
		return nil, err
	}
	if err := a.Office.PartDisplay(ctx, r.Body.Key, id); err != nil {
		return nil, err
	}
	a.Hub.Tell(till.Change{})
	return RetireDisplay204Response{}, nil
}

// GetDisplay answers with what this browser shows as a display.
func (a *API) GetDisplay(ctx context.Context, _ GetDisplayRequestObject) (GetDisplayResponseObject, error) {
	if err := a.open(ctx); err != nil {
		return nil, err
	}
	out, _, err := a.facing(ctx)
	return GetDisplay200JSONResponse(out), err
}

// facing is what the display of the cookie shows, and which display it is; none while it waits to be paired.
func (a *API) facing(ctx context.Context) (DisplayState, core.ID, error) {
	secret := viaFrom(ctx).display
	if secret == "" || len(secret) > 200 {
		return DisplayState{}, "", till.ErrNoDisplay
	}
	d, err := a.View.Display(ctx, hashed(secret))
	if core.KindOf(err) == core.KindNotFound {
		code, until, ok := a.offers.of(hashed(secret))
		if !ok {
			return DisplayState{}, "", err
		}
		return DisplayState{Phase: DisplayStatePhasePairing, Office: a.Who.Name, Code: &code, CodeExpiresAt: &until, Time: a.Clock()}, "", nil
	}
	if err != nil {
		return DisplayState{}, "", err
	}
	f, err := a.View.Facing(ctx, d.Counter, a.Hub.Shown)
	if err != nil {
		return DisplayState{}, "", err
	}
	s := scribe{api: a, ctx: ctx, counters: map[core.ID]till.Counter{f.Counter.ID: f.Counter}}
	return s.facing(f), d.ID, nil
}

func (s *scribe) facing(f till.Facing) DisplayState {
	out := DisplayState{
		Phase: DisplayStatePhase(f.Phase), Office: s.api.Who.Name, Counter: optional(f.Counter.Name), Training: optional(f.Training), Time: s.api.Clock(),
	}
	if f.Sale.ID == "" {
		return out
	}
	out.Sale, out.Label = ptr(string(f.Sale.ID)), ptr(f.Sale.Label(f.Counter.Number))
	out.Amount, out.Lines = ptr(yen(f.Sale.Total)), ptr(lines(f.Sale.Lines))
	out.Wallets = ptr(each(f.Wallets, func(w string) string { return w }))
	out.Reason = optional(f.Notable)
	if a := f.Attempt; a.ID != "" && f.Phase != till.DisplayAmount {
		out.Way, out.WalletName = ptr(Way(a.Way)), optional(walletName(a.Wallet))
		if a.State == till.AttemptSent && a.Show != "" {
			out.Qr, out.ExpiresAt = ptr(s.shown(a.Show)), at(a.ExpiresAt)
		}
		out.Sticker = optional(f.Sticker.Label)
	}
	return out
}

// lookAgain is how often a display looks by itself: results fade, and another server may have moved a sale.
const lookAgain = 2 * time.Second

// displayEvents is the event stream of a customer display.
func (a *API) displayEvents(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if err := a.open(ctx); err != nil {
		httpx.Error(w, r, err)
		return
	}
	ear := a.Hub.Listen("")
	defer ear.Close()
	now, id, err := a.facing(ctx)
	if err != nil {
		httpx.Error(w, r, err)
		return
	}
	if id == "" && a.online.count("") >= maxOffers {
		httpx.Error(w, r, errOffers)
		return
	}
	s, err := httpx.NewStream(w, r)
	if err != nil {
		return
	}
	defer s.Close()
	a.online.add(id, 1)
	defer func() { a.online.add(id, -1) }()
	var last []byte
	show := func(x DisplayState) error {
		y := x
		y.Time = time.Time{}
		b, err := json.Marshal(y)
		if err != nil || bytes.Equal(b, last) {
			return err
		}
		last = b
		return s.Send("", "state", x)
	}
	beat, look := time.NewTicker(httpx.HeartbeatEvery), time.NewTicker(lookAgain)
	defer beat.Stop()
	defer look.Stop()
	for err = show(now); err == nil; {
		select {
		case <-s.Done():
			return
		case <-beat.C:
			err = s.Heartbeat()
			continue
		case <-ear.Ring():
			ear.Fetch()
		case <-look.C:
		}
		var next core.ID
		if now, next, err = a.facing(ctx); err == nil {
			if next != id { // it was paired meanwhile
				a.online.add(id, -1)
				a.online.add(next, 1)
				id = next
			}
			err = show(now)
		}
	}
}
