package training

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// Name is the provider's name.
const Name = "training"

const (
	codeLife  = 5 * time.Minute // of a code, shown by either side
	forget    = 24 * time.Hour
	maxKept   = 1000 // payments, and as many codes
	quiet     = 20 * time.Second
	codeHead  = "0000" // no real wallet's
	codeTail  = 16
	practised = "/practice/pay/"
)

// Choice is what a pretend customer does.
type Choice string

// The choices. The silent ones leave the clerk without an answer for a while (電波が悪い): 確認中.
const (
	Pay           Choice = "pay"
	Decline       Choice = "decline" // 残高不足
	PaySilent     Choice = "pay_silent"
	DeclineSilent Choice = "decline_silent"
)

func (c Choice) silent() bool { return c == PaySilent || c == DeclineSilent }
func (c Choice) pays() bool   { return c == Pay || c == PaySilent }
func (c Choice) known() bool  { return c == Decline || c == DeclineSilent || c.pays() }

// The refusals a pretend customer may meet.
var (
	ErrUnknown = core.NotFound("practice_unknown", "この練習の支払いは見つかりません。窓口の画面でもう一度始めてください。")
	ErrOver    = core.Gone("practice_over", "この練習の支払いは終わっています。窓口の画面でもう一度始めてください。")
	ErrChoice  = core.Invalid("practice_choice", "支払い方を選んでください。")
	ErrFull    = core.Limited("practice_full", "練習が多すぎます。しばらく待ってから、もう一度お試しください。")
)

// State is how a pretend payment stands.
type State string

// The states.
const (
	Waiting  State = "waiting"
	Paid     State = "paid"
	Declined State = "declined"
	Over     State = "over" // cancelled or out of time
	Returned State = "returned"
)

// Payment is a pretend payment, as its customer sees it.
type Payment struct {
	Attempt   core.ID
	Way       till.Way
	Amount    core.Money
	Title     string
	Counter   string
	State     State
	Taken     core.Money // what the customer is without
	StartedAt time.Time
	ExpiresAt time.Time
}

// Code is what a pretend customer shows. It is used once.
type Code struct {
	Text      string // 20 digits
	ExpiresAt time.Time
}

type payment struct {
	Payment
	paidAt  time.Time
	quiet   time.Time // nobody hears anything before
	refunds map[core.ID]core.Money
}

type code struct {
	Code
	choice Choice
	used   core.ID
}

// Options are what a Provider is made of.
type Options struct {
	Clock  core.Clock
	Origin string        // https://HOST of the address phones can reach, put before the path of the page; may be empty
	Quiet  time.Duration // how long a silent choice is silent; 20 s when zero
}

// Provider is the pretend wallet. It is safe for concurrent use.
type Provider struct {
	opt Options

	mu       sync.Mutex
	payments map[core.ID]*payment
	codes    map[string]*code
}

var (
	_ till.Provider = (*Provider)(nil)
	_ till.Serving  = (*Provider)(nil)
	_ till.Refunder = (*Provider)(nil)
)

// New returns a pretend wallet nobody has used yet.
func New(o Options) *Provider {
	if o.Clock == nil {
		o.Clock = core.SystemClock
	}
	if o.Quiet == 0 {
		o.Quiet = quiet
	}
	return &Provider{opt: o, payments: map[core.ID]*payment{}, codes: map[string]*code{}}
}

// Name implements till.Provider.
func (p *Provider) Name() string { return Name }

// Serves implements till.Serving.
func (p *Provider) Serves() map[till.Way][]string {
	return map[till.Way][]string{till.WayShow: {till.WalletTraining}, till.WayScan: {till.WalletTraining}}
}

// Terms implements till.Provider.
func (p *Provider) Terms(till.Attempt) till.Terms {
	return till.Terms{Call: 5 * time.Second, Ask: 5 * time.Second, Poll: time.Second, Settles: 10 * time.Second}
}

// Path is where the customer of an attempt pays.
func Path(attempt core.ID) string { return practised + string(attempt) }

// errQuiet is the silence a clerk practises with.
var errQuiet = errors.New("practice: the customer's radio is bad, no answer")

// Start implements till.Provider.
func (p *Provider) Start(ctx context.Context, o till.Order) (till.Answer, error) {
	a := o.Attempt
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.opt.Clock()
	if x, ok := p.payments[a.ID]; ok {
		return p.answer(x, now)
	}
	if err := ctx.Err(); err != nil {
		return till.Answer{Verdict: till.VerdictUnknown, Reason: till.ReasonNoAnswer}, fmt.Errorf("practice: %w", err)
	}
	switch {
	case !a.Training, a.Amount < 1, a.Way != till.WayShow && a.Way != till.WayScan:
		return till.Answer{Verdict: till.VerdictNotPaid, Reason: till.ReasonSetup}, nil
	case !slices.Contains(o.Wallets, till.WalletTraining):
		return till.Answer{Verdict: till.VerdictNotPaid, Reason: till.ReasonWallet}, nil
	case !p.room(now):
		return till.Answer{Verdict: till.VerdictNotPaid, Reason: till.ReasonBusy}, nil
	}
	x := &payment{refunds: map[core.ID]core.Money{}, Payment: Payment{
		Attempt: a.ID, Way: a.Way, Amount: a.Amount, Title: o.Title, Counter: o.Counter, State: Waiting, StartedAt: now, ExpiresAt: now.Add(codeLife),
	}}
	if a.Way == till.WayScan {
		c := p.codes[o.Code]
		switch {
		case c == nil:
			return till.Answer{Verdict: till.VerdictNotPaid, Reason: till.ReasonCodeInvalid}, nil
		case c.used != "":
			return till.Answer{Verdict: till.VerdictNotPaid, Reason: till.ReasonCodeUsed}, nil
		case !now.Before(c.ExpiresAt):
			return till.Answer{Verdict: till.VerdictNotPaid, Reason: till.ReasonCodeExpired}, nil
		}
		c.used = a.ID
		p.act(x, c.choice, now)
	}
	p.payments[a.ID] = x
	return p.answer(x, now)
}

// act has the customer do something. Holds p.mu.
func (p *Provider) act(x *payment, c Choice, now time.Time) {
	if x.State = Declined; c.pays() {
		x.State, x.Taken, x.paidAt = Paid, x.Amount, now
	}
	if c.silent() {
		x.quiet = now.Add(p.opt.Quiet)
	}
}

// answer is what the counter hears. Holds p.mu.
func (p *Provider) answer(x *payment, now time.Time) (till.Answer, error) {
	if now.Before(x.quiet) {
		return till.Answer{Verdict: till.VerdictUnknown, Reason: till.ReasonNoAnswer}, errQuiet
	}
	ans := till.Answer{Wallet: till.WalletTraining, Ref: "practice-" + string(x.Attempt)}
	switch x.State {
	case Waiting:
		if !now.Before(x.ExpiresAt) {
			x.State = Over
			ans.Verdict, ans.Reason = till.VerdictNotPaid, till.ReasonExpired
			return ans, nil
		}
		ans.Verdict, ans.Show, ans.ExpiresAt = till.VerdictWaiting, p.opt.Origin+Path(x.Attempt), x.ExpiresAt
	case Paid:
		ans.Verdict, ans.Amount, ans.PaidAt = till.VerdictPaid, x.Amount, x.paidAt
	case Declined:
		ans.Verdict, ans.Reason = till.VerdictNotPaid, till.ReasonFunds
	case Over:
		ans.Verdict = till.VerdictNotPaid
	case Returned:
		ans.Verdict = till.VerdictReversed
	}
	return ans, nil
}

// Query implements till.Provider.
func (p *Provider) Query(_ context.Context, a till.Attempt) (till.Answer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x, ok := p.payments[a.ID]
	if !ok {
		return till.Answer{Verdict: till.VerdictAbsent}, nil
	}
	return p.answer(x, p.opt.Clock())
}

// Cancel implements till.Provider.
func (p *Provider) Cancel(_ context.Context, a till.Attempt) (till.Answer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.opt.Clock()
	x, ok := p.payments[a.ID]
	switch {
	case !ok:
		return till.Answer{Verdict: till.VerdictAbsent}, nil
	case now.Before(x.quiet):
	case x.State == Waiting:
		x.State = Over
	case x.State == Paid:
		x.State, x.Taken = Returned, 0
	}
	return p.answer(x, now)
}

// Refund implements till.Refunder. A practice that a restart forgot has nothing to give back and is done.
func (p *Provider) Refund(_ context.Context, a till.Attempt, r till.Refund) (till.RefundAnswer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	done := till.RefundAnswer{State: till.RefundDone, Ref: "practice-" + string(r.ID)}
	x, ok := p.payments[a.ID]
	if !ok {
		return done, nil
	}
	if _, again := x.refunds[r.ID]; again {
		return done, nil
	}
	if r.Amount < 1 || r.Amount > x.Taken {
		return till.RefundAnswer{State: till.RefundFailed, Reason: till.ReasonRefundRefused}, nil
	}
	x.refunds[r.ID] = r.Amount
	x.Taken -= r.Amount
	return done, nil
}

// QueryRefund implements till.Refunder. A refund is never under way for long.
func (p *Provider) QueryRefund(ctx context.Context, a till.Attempt, r till.Refund) (till.RefundAnswer, error) {
	return p.Refund(ctx, a, r)
}

// room forgets what is old and reports whether there is room for one more. Holds p.mu.
func (p *Provider) room(now time.Time) bool {
	for id, x := range p.payments {
		if now.Sub(x.StartedAt) > forget {
			delete(p.payments, id)
		}
	}
	return len(p.payments) < maxKept
}

// Waiting returns what waits for a customer, the oldest first.
func (p *Provider) Waiting() []Payment {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.opt.Clock()
	var list []Payment
	for _, x := range p.payments {
		if x.State == Waiting && now.Before(x.ExpiresAt) {
			list = append(list, x.Payment)
		}
	}
	slices.SortFunc(list, func(a, b Payment) int {
		if d := a.StartedAt.Compare(b.StartedAt); d != 0 {
			return d
		}
		return slices.Compare([]byte(a.Attempt), []byte(b.Attempt))
	})
	return list
}

// Look returns one payment as its customer sees it, or ErrUnknown.
func (p *Provider) Look(attempt core.ID) (Payment, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x, ok := p.payments[attempt]
	if !ok {
		return Payment{}, ErrUnknown
	}
	if x.State == Waiting && !p.opt.Clock().Before(x.ExpiresAt) {
		x.State = Over
	}
	return x.Payment, nil
}

// Choose has the customer of a waiting payment do something: ErrUnknown, ErrChoice, or ErrOver when it no longer waits.
func (p *Provider) Choose(attempt core.ID, c Choice) error {
	if !c.known() {
		return ErrChoice.Because("choice %q", c)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	x, ok := p.payments[attempt]
	now := p.opt.Clock()
	switch {
	case !ok:
		return ErrUnknown
	case x.State != Waiting || !now.Before(x.ExpiresAt):
		return ErrOver
	}
	p.act(x, c, now)
	return nil
}

// NewCode has a customer show a code; c is what will come of it when it is scanned. ErrFull when too many are shown.
func (p *Provider) NewCode(c Choice) (Code, error) {
	if !c.known() {
		return Code{}, ErrChoice.Because("choice %q", c)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.opt.Clock()
	for text, old := range p.codes {
		if now.Sub(old.ExpiresAt) > forget {
			delete(p.codes, text)
		}
	}
	if len(p.codes) >= maxKept {
		return Code{}, ErrFull
	}
	made := Code{codeHead + digits(codeTail), now.Add(codeLife)}
	p.codes[made.Text] = &code{Code: made, choice: c}
	return made, nil
}

func digits(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: the runtime ends the process instead
	for i := range b {
		b[i] = '0' + b[i]%10
	}
	return string(b)
}
