package univapay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"yakusho/internal/till"
)

// tries of one call of Start; its Idempotency-Key makes them one.
const tries = 3

// pollTakes is how long the provider holds a question with polling=true, and a little more.
const pollTakes = 4 * time.Second

var errLate = errors.New("too late to send a charge")

// Start implements till.Provider. It says not paid only where no charge was sent, or where UnivaPay says so; once a
// charge may have arrived, it stays unknown.
func (p *Provider) Start(ctx context.Context, o till.Order) (till.Answer, error) {
	a := o.Attempt
	in, no := tokenFor(o)
	if no != nil {
		return *no, nil
	}
	if p.late(a) {
		return p.Query(ctx, a)
	}
	var t token
	err := p.post(ctx, posting{path: "/tokens", key: key("token", a.ID, 0), in: in, out: func() any { t = token{}; return &t }, check: func() error {
		if !uuid(t.ID) {
			return fmt.Errorf("POST /tokens: %w: no id", errGarbled)
		}
		return nil
	}})
	if err != nil {
		return p.noToken(ctx, a, err)
	}
	ans, ok := p.admit(o, t)
	if !ok {
		return ans, nil
	}
	ch, nothing, err := p.charge(ctx, a, t.ID)
	switch {
	case err == nil:
		return p.settled(ctx, a, ans, ch)
	case nothing:
		p.log.WarnContext(ctx, "charge refused", "provider", Name, "attempt", a.ID, "err", err)
		ans.Verdict, ans.Reason = till.VerdictNotPaid, refused(err)
		return ans, nil
	}
	var r *refusal
	if errors.Is(err, errLate) || errors.As(err, &r) && r.status < 500 {
		// Another Start was here before, or is: what became of its charge has to be asked.
		a.Thread = ans.Thread
		seen, err := p.Query(ctx, a)
		seen.Thread, seen.Wallet = either(seen.Thread, ans.Thread), either(seen.Wallet, ans.Wallet)
		return seen, err
	}
	ans.Verdict = till.VerdictUnknown
	ans.Reason, ans.Wait = why(err)
	return ans, fmt.Errorf("start %s: %w", a.ID, err)
}

// tokenFor makes the request for a token; an answer instead where no call is needed to know the end.
func tokenFor(o till.Order) (tokenIn, *till.Answer) {
	in := tokenIn{Type: "one_time", Metadata: map[string]string{metaAttempt: string(o.Attempt.ID)}}
	no := func(reason string) *till.Answer {
		return &till.Answer{Verdict: till.VerdictNotPaid, Reason: reason, Wallet: o.Attempt.Wallet}
	}
	switch o.Attempt.Way {
	case till.WayScan:
		in.PaymentType, in.Data.ScannedQR = "qr_scan", o.Code
		if o.Code == "" || len(o.Code) > 1024 {
			return in, no(till.ReasonCodeInvalid)
		}
	case till.WayShow:
		in.PaymentType, in.Data.Brand = "qr_merchant", merchantBrand(o.Attempt.Wallet)
		if in.Data.Brand == "" {
			return in, no(till.ReasonNotServed)
		}
		if !slices.Contains(o.Wallets, o.Attempt.Wallet) {
			return in, no(till.ReasonWallet)
		}
	case till.WaySticker, till.WayCash:
		return in, no(till.ReasonNotServed)
	default:
		return in, no(till.ReasonNotServed)
	}
	return in, nil
}

// noToken is for an order that got no token. Nobody can be charged without one, so nothing was paid, unless a Start
// before this one got further.
func (p *Provider) noToken(ctx context.Context, a till.Attempt, err error) (till.Answer, error) {
	var r *refusal
	switch {
	case errors.As(err, &r) && r.status == http.StatusConflict: // the same key with another code
		return p.Query(ctx, a)
	case p.remembers(a.ID), errors.Is(ctx.Err(), context.Canceled):
		return unsure(fmt.Errorf("start %s: %w", a.ID, err))
	}
	p.log.WarnContext(ctx, "no token", "provider", Name, "attempt", a.ID, "err", err)
	return till.Answer{Verdict: till.VerdictNotPaid, Reason: refused(err)}, nil
}

// admit decides by the wallet of a token whether it may be charged.
func (p *Provider) admit(o till.Order, t token) (till.Answer, bool) {
	ans := till.Answer{Verdict: till.VerdictNotPaid}
	if p.live && t.Mode == "test" {
		// A payment in test mode moves no money: the office would hand out papers for nothing.
		ans.Reason = till.ReasonSetup
		return ans, false
	}
	if t.Data.Brand == nil || *t.Data.Brand == "" {
		if o.Attempt.Way == till.WayScan {
			ans.Reason = till.ReasonWalletUnknown
			return ans, false
		}
		ans.Wallet = o.Attempt.Wallet
	} else {
		ans.Wallet = walletOf(*t.Data.Brand)
	}
	switch {
	case till.FindWallet(ans.Wallet).Retired != "":
		ans.Reason = till.ReasonNotServed
		return ans, false
	case !slices.Contains(o.Wallets, ans.Wallet), o.Attempt.Way == till.WayShow && ans.Wallet != o.Attempt.Wallet:
		ans.Reason = till.ReasonWallet
		return ans, false
	}
	ans.Verdict = ""
	ans.Thread = thread{token: t.ID, wallet: ans.Wallet}.String()
	return ans, true
}

// late reports whether Start may send nothing any more; see startWithin.
func (p *Provider) late(a till.Attempt) bool { return p.now().Sub(a.CreatedAt) > startWithin }

// charge asks for the money. nothing: the error proves that no charge was made.
func (p *Provider) charge(ctx context.Context, a till.Attempt, token string) (ch charge, nothing bool, err error) {
	in := chargeIn{
		Token: token, Amount: int64(a.Amount), Currency: "JPY", Capture: true, Ours: string(a.ID),
		Metadata: map[string]string{metaAttempt: string(a.ID)},
	}
	doubt := p.remembers(a.ID)
	err = p.post(ctx, posting{
		path: "/charges", key: key("charge", a.ID, 0), in: in, out: func() any { ch = charge{}; return &ch },
		before: func(last error) error {
			var r *refusal
			if last != nil && (!errors.As(last, &r) || r.moved()) {
				doubt = true // an earlier try may have arrived: a refusal of this one proves nothing
			}
			if p.late(a) {
				return errLate
			}
			p.remember(a.ID)
			return nil
		},
		check: func() error { return ch.check(p.store, a) },
	})
	var r *refusal
	return ch, !doubt && errors.As(err, &r) && !r.moved(), err
}

// posting is a POST of Start.
type posting struct {
	path, key string
	in        any
	out       func() any             // where the answer goes, empty: nothing of a try that failed may shine through
	before    func(last error) error // is told how the last try went, nil at first, and may end it
	check     func() error           // of what came out
}

// post makes a POST, up to three times under one key.
func (p *Provider) post(ctx context.Context, c posting) error {
	var err error
	for n := range tries {
		if c.before != nil {
			if stop := c.before(err); stop != nil {
				return stop
			}
		}
		if _, err = p.client.do(ctx, ask{method: http.MethodPost, path: c.path, key: c.key, body: c.in}, c.out()); err == nil {
			if err = c.check(); err == nil {
				return nil
			}
		}
		pause, again := worthAnother(err)
		if !again || n == tries-1 || !p.rest(ctx, max(pause, p.pause)) {
			break
		}
	}
	return err
}

// worthAnother says whether the same request may go better in a moment, and how long the provider wants to be left.
func worthAnother(err error) (time.Duration, bool) {
	var r *refusal
	if !errors.As(err, &r) {
		return 0, true
	}
	return min(r.wait, 5*time.Second), r.status >= 500 || r.status == http.StatusTooManyRequests || r.code == ""
}

// settled waits a moment for a charge that was just made: most codes are paid within it.
func (p *Provider) settled(ctx context.Context, a till.Attempt, ans till.Answer, ch charge) (till.Answer, error) {
	a.Thread, a.Wallet = ans.Thread, ans.Wallet
	if end, ok := ctx.Deadline(); ch.Status == pending && (!ok || time.Until(end) > pollTakes) {
		if seen, err := p.get(ctx, a, ch.ID, url.Values{"polling": {"true"}}); err == nil {
			ch = seen
		}
	}
	return p.view(ctx, a, ch)
}
