//go:build linux

package torture_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"yakusho/internal/till/paysim"
)

// seen is what people were told: by an answer of the server, or by a phone.
type seen struct {
	mu      sync.Mutex
	paid    map[string]wireAttempt // attempts an answer showed as paid
	sales   int
	blocked int // second charges that were refused because the first was not known to be over
	voids   int
	new     []wireAttempt // paid since the last look
}

func (s *seen) note(a wireAttempt) {
	if a.State != "paid" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, again := s.paid[a.ID]; !again {
		s.paid[a.ID] = a
		s.new = append(s.new, a)
	}
}

// lately returns what was acknowledged since it was asked before.
func (s *seen) lately() []wireAttempt {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.new
	s.new = nil
	return out
}

// clerk sells at one counter until ctx ends. Every press is repeated until it is answered.
type clerk struct {
	w       *town
	name    string
	own     *browser
	other   *browser // agrees to what this one takes back
	admin   *browser
	number  int // of the counter
	session string
	item    string
	seen    *seen
	r       *rand.Rand
}

// work serves customers; ctx ends between two of them. An error is one the server must not make.
func (c *clerk) work(ctx context.Context, closing <-chan struct{}) error {
	for {
		select {
		case <-closing:
			return nil
		default:
		}
		if err := c.serve(ctx); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
}

func (c *clerk) serve(ctx context.Context) error {
	if c.session == "" {
		var err error
		if c.session, err = c.w.counter(ctx, c.admin, c.own, c.number); err != nil {
			return err
		}
	}
	var s wireSale
	status, p, err := c.own.until(ctx, "POST", "/api/till/sessions/"+c.session+"/sales", map[string]any{
		"key": c.w.key(c.name), "choices": []any{map[string]any{"item": c.item, "count": 1 + c.r.IntN(3)}},
	}, &s)
	switch {
	case err != nil:
		return err
	case p.Code == "session_of_yesterday": // it is midnight
		c.number, c.session = c.number+100, ""
		return nil
	case status != 201:
		return fmt.Errorf("fix a sale: %d %s", status, p.Code)
	}
	c.seen.mu.Lock()
	c.seen.sales++
	c.seen.mu.Unlock()
	for try := range 3 {
		a, over, err := c.charge(ctx, s, try)
		if err != nil || over || c.r.IntN(4) == 0 {
			return err
		}
		if a.State != "not_paid" && a.State != "reversed" { // not known; a clerk in a hurry presses all the same
			if c.r.IntN(2) == 0 {
				return nil
			}
		}
	}
	return nil
}

// charge asks once to be paid and waits a little. over: nothing more is to be done for the sale.
func (c *clerk) charge(ctx context.Context, s wireSale, try int) (a wireAttempt, over bool, err error) {
	press := map[string]any{"key": c.w.key(c.name)}
	switch n := c.r.IntN(20); {
	case n < 10:
		press["way"], press["wallet"] = "show", "paypay"
	case n < 18:
		brand := []string{"d_barai", "au_pay", "merpay", "rakuten_pay"}[c.r.IntN(4)]
		code, _, err := c.w.sim.ShowCode(brand, c.r.IntN(40) == 0, false)
		if err != nil {
			return a, false, err
		}
		press["way"], press["code"] = "scan", code
	default:
		press["way"], press["tendered"] = "cash", s.Sale.Total
	}
	status, p, err := c.own.until(ctx, "POST", "/api/till/sales/"+s.Sale.ID+"/attempts", press, &a)
	if err != nil {
		return a, false, err
	}
	switch {
	case status == 201:
	case try > 0 && (p.Code == "attempt_live" || p.Code == "sale_paid" || p.Code == "sale_over"):
		c.seen.mu.Lock()
		c.seen.blocked++
		c.seen.mu.Unlock()
		return a, p.Code != "attempt_live", nil
	case p.Code == "session_of_yesterday":
		return a, true, nil
	default:
		return a, false, fmt.Errorf("charge: %d %s", status, p.Code)
	}
	if a, err = c.watch(ctx, a); err != nil {
		return a, false, err
	}
	if a.State == "paid" && c.r.IntN(12) == 0 {
		err = c.takeBack(ctx, s)
	}
	return a, a.State == "paid", err
}

// watch plays the customer and looks at the screen for a while. Some customers change their mind, and pay all the same.
func (c *clerk) watch(ctx context.Context, a wireAttempt) (wireAttempt, error) {
	patience := time.Duration(300+c.r.IntN(2500)) * time.Millisecond
	cancels, paying := c.r.IntN(8) == 0, c.r.IntN(12) > 0
	cancel := c.w.key(c.name)
	for began := time.Now(); ; {
		c.seen.note(a)
		switch a.State {
		case "paid", "not_paid", "reversed", "unresolved":
			return a, nil
		}
		if a.Qr != "" && paying {
			paying = false
			out := paysim.PayPayOutcome{MerchantPaymentID: a.ID}
			if c.r.IntN(40) == 0 {
				out.Fail = "insufficient_funds"
			}
			pay := func() { _ = c.w.sim.PayPayPay(out) } // a code that was taken back meanwhile cannot be paid
			if cancels {
				go pay()
			} else {
				pay()
			}
		}
		if cancels && time.Since(began) > patience/3 {
			cancels = false
			if _, _, err := c.own.until(ctx, "POST", "/api/till/attempts/"+a.ID+"/cancel", map[string]any{"key": cancel}, &a); err != nil {
				return a, err
			}
		}
		if time.Since(began) > patience {
			return a, nil
		}
		time.Sleep(30 * time.Millisecond) // as a screen that lost its stream asks
		var now wireAttempt
		status, p, err := c.own.until(ctx, "GET", "/api/till/attempts/"+a.ID, nil, &now)
		if err != nil {
			return a, err
		}
		if status != 200 {
			return a, fmt.Errorf("attempt %s that was acknowledged: %d %s", a.ID, status, p.Code)
		}
		a = now
	}
}

// takeBack voids a sale, with the agreement of a second person.
func (c *clerk) takeBack(ctx context.Context, s wireSale) error {
	var back wireRefund
	status, p, err := c.own.until(ctx, "POST", "/api/till/sales/"+s.Sale.ID+"/refunds", map[string]any{
		"key": c.w.key(c.name), "amount": s.Sale.Total, "void": true, "reason": "品目の選び違い",
	}, &back)
	if err != nil {
		return err
	}
	if status != 201 {
		return fmt.Errorf("ask for a void: %d %s", status, p.Code)
	}
	status, p, err = c.other.until(ctx, "POST", "/api/till/refunds/"+back.ID+"/decision", map[string]any{"key": c.w.key(c.name), "agree": true}, &back)
	if err != nil {
		return err
	}
	if status != 200 {
		return fmt.Errorf("agree to a void: %d %s", status, p.Code)
	}
	c.seen.mu.Lock()
	defer c.seen.mu.Unlock()
	c.seen.voids++
	return nil
}

// pays is a customer who reads the code on our screen and pays.
func pays(a wireAttempt) paysim.PayPayOutcome {
	return paysim.PayPayOutcome{MerchantPaymentID: a.ID}
}
