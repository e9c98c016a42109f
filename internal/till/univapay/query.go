package univapay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"yakusho/internal/till"
)

// skew is how far our clock and the provider's may be apart for a search by time to prove anything.
const skew = 10 * time.Minute

// maxPages of 100 charges are looked through for a lost one: far more than a counter makes in half an hour.
const maxPages = 50

var (
	errClock = errors.New("the clocks are too far apart")
	errTwo   = errors.New("more than one live charge for one attempt")
)

// Query implements till.Provider.
func (p *Provider) Query(ctx context.Context, a till.Attempt) (till.Answer, error) {
	ch, found, err := p.find(ctx, a)
	switch {
	case errors.Is(err, errTwo):
		p.log.ErrorContext(ctx, "ask for a charge", "provider", Name, "attempt", a.ID, "err", err)
		return till.Answer{Verdict: till.VerdictUnknown, Reason: till.ReasonAmount}, nil
	case err != nil:
		return unsure(fmt.Errorf("query %s: %w", a.ID, err))
	case !found:
		return till.Answer{Verdict: till.VerdictAbsent}, nil
	}
	return p.view(ctx, a, ch)
}

// view turns a charge into an answer, with what is still missing fetched.
func (p *Provider) view(ctx context.Context, a till.Attempt, ch charge) (till.Answer, error) {
	was := threadOf(a)
	now := thread{token: either(was.token, ch.Token), wallet: was.wallet, charge: ch.ID}
	show := ""
	if now.wallet == "" || ch.Status == awaiting && a.Way == till.WayShow && a.Show == "" {
		// Both are of the token. Without them the charge is no less paid.
		t, err := p.tokenOf(ctx, now.token)
		if err != nil {
			p.log.WarnContext(ctx, "read token", "provider", Name, "attempt", a.ID, "err", err)
		}
		if t.Data.Brand != nil {
			now.wallet = either(now.wallet, walletOf(*t.Data.Brand))
		}
		if t.Data.QRImageURL != nil && drawable(*t.Data.QRImageURL) {
			show = *t.Data.QRImageURL
		}
	}
	ans := till.Answer{Wallet: now.wallet, Ref: ch.ID, Thread: now.String()}
	switch ch.Status {
	case pending:
		ans.Verdict = till.VerdictWaiting
	case awaiting, authorized:
		ans.Verdict, ans.Show, ans.ExpiresAt = till.VerdictWaiting, show, a.CreatedAt.Add(codeLife)
	case successful:
		return p.taken(ctx, a, ch, ans)
	case canceled:
		ans.Verdict = till.VerdictReversed
	case failed, faulty:
		code := 0
		if ch.Error != nil {
			code = ch.Error.Code
		}
		if ans.Verdict, ans.Reason = outcome(ch.Status, code); ans.Verdict == till.VerdictUnknown {
			p.log.ErrorContext(ctx, "the provider does not know what became of a charge", "provider", Name, "attempt", a.ID, "charge", ch.ID, "code", code)
			ans.Wait = time.Minute
		}
	default:
		return ans, fmt.Errorf("query %s: %w: status %q", a.ID, errGarbled, word(ch.Status))
	}
	return ans, nil
}

// taken is for a charge that was paid. Where we wanted it back, what went back counts.
func (p *Provider) taken(ctx context.Context, a till.Attempt, ch charge, ans till.Answer) (till.Answer, error) {
	ans.Verdict, ans.Amount = till.VerdictPaid, ch.amount()
	// UnivaPay says when it made the charge. A customer of a code that we show pays up to five minutes later: while
	// those last, the moment we hear of it is nearer.
	if made := ch.made(); a.Way == till.WayScan || p.now().Sub(made) > codeLife {
		ans.PaidAt = made
	}
	switch a.State {
	case till.AttemptCancelling, till.AttemptUnresolved, till.AttemptReversed:
	case till.AttemptCreated, till.AttemptSent, till.AttemptPaid, till.AttemptShown, till.AttemptNotPaid, till.AttemptUnknown:
		return ans, nil
	}
	back, err := p.undone(ctx, ch, refunds)
	if err != nil {
		ans.Reason, ans.Wait = why(err)
		ans.Verdict = till.VerdictUnknown
		return ans, fmt.Errorf("refunds of %s: %w", a.ID, err)
	}
	switch {
	case back.sum(successful) >= ch.amount():
		ans.Verdict = till.VerdictReversed
	case back.sum(pending) > 0:
		ans.Verdict, ans.Reason = till.VerdictUnknown, till.ReasonNoAnswer
	}
	return ans, nil
}

// get reads one charge and makes sure that it is a's.
func (p *Provider) get(ctx context.Context, a till.Attempt, id string, q url.Values) (charge, error) {
	var ch charge
	if _, err := p.client.do(ctx, ask{method: http.MethodGet, path: p.path("charges", id), query: q}, &ch); err != nil {
		return ch, err
	}
	return ch, ch.check(p.store, a)
}

// tokenOf reads a token, for its wallet and what to draw.
func (p *Provider) tokenOf(ctx context.Context, id string) (token, error) {
	var t token
	if !uuid(id) {
		return t, fmt.Errorf("token: %w: no id", errGarbled)
	}
	_, err := p.client.do(ctx, ask{method: http.MethodGet, path: p.path("tokens", id)}, &t)
	return t, err
}

func (p *Provider) path(parts ...string) string {
	path := "/stores/" + p.store
	for _, part := range parts {
		path += "/" + part
	}
	return path
}

// find returns the charge of an attempt: by its id; else, where the answer to Start was lost, by its token or our id;
// and before it says there is none, by reading every charge of that time, which depends on no index.
func (p *Provider) find(ctx context.Context, a till.Attempt) (charge, bool, error) {
	t := threadOf(a)
	if t.charge != "" {
		ch, err := p.get(ctx, a, t.charge, nil)
		return ch, err == nil, err
	}
	by := url.Values{"metadata": {string(a.ID)}}
	if t.token != "" {
		by = url.Values{"transaction_token_id": {t.token}}
	}
	ch, found, err := p.search(ctx, a, by, 1)
	if err != nil || found {
		return ch, found, err
	}
	return p.search(ctx, a, url.Values{
		"from": {a.CreatedAt.Add(-skew).UTC().Format(time.RFC3339Nano)},
		"to":   {a.CreatedAt.Add(settles + skew).UTC().Format(time.RFC3339Nano)},
	}, maxPages)
}

// search looks through a list for charges of a, and answers the one that counts.
func (p *Provider) search(ctx context.Context, a till.Attempt, by url.Values, pages int) (best charge, found bool, err error) {
	by.Set("limit", "100")
	live := map[string]bool{}
	for n := 0; ; n++ {
		var list page[charge]
		at, err := p.client.do(ctx, ask{method: http.MethodGet, path: p.path("charges"), query: by}, &list)
		if err != nil {
			return best, false, err
		}
		if list.Items == nil {
			return best, false, fmt.Errorf("list charges: %w: no items", errGarbled)
		}
		if by.Has("from") && (at.IsZero() || at.Sub(p.now()).Abs() > skew) {
			return best, false, fmt.Errorf("list charges: %w: there it is %s", errClock, at.Format(time.RFC3339))
		}
		for _, ch := range list.Items {
			if ch.of() != a.ID {
				continue
			}
			if err := ch.check(p.store, a); err != nil {
				return best, false, err
			}
			if rank(ch.Status) > 0 {
				live[ch.ID] = true
			}
			if !found || rank(ch.Status) > rank(best.Status) {
				best, found = ch, true
			}
		}
		if len(live) > 1 { // key and token should make it impossible: nothing automatic, a person has to look
			return best, true, fmt.Errorf("list charges: %w", errTwo)
		}
		if !list.HasMore {
			return best, found, nil
		}
		if n+1 >= pages || len(list.Items) == 0 {
			if found || pages == 1 {
				return best, found, nil
			}
			return best, false, fmt.Errorf("list charges: %w: more than %d pages", errGarbled, pages)
		}
		by.Set("cursor", list.Items[len(list.Items)-1].ID)
	}
}

// rank orders states by what they may cost the customer; 0: nothing.
func rank(status string) int {
	switch status {
	case failed, canceled:
		return 0
	case successful:
		return 3
	case awaiting, authorized:
		return 2
	}
	return 1
}

// drawable refuses what no QR code holds.
func drawable(text string) bool {
	if text == "" || len(text) > 1000 {
		return false
	}
	for _, r := range text {
		if r < ' ' || r >= 0x7f {
			return false
		}
	}
	return true
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
