package paysim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// How the providers deliver: PayPay waits 2.0 s and tries three times more, 100 ms apart
// (integration.paypay.ne.jp article 4414048508047); UnivaPay waits 3 s, does not try again, and
// switches a webhook off that answers 3xx, 4xx, 500, 501 or 502 (docs.gyro-n.money, ウェブフック).
const (
	payPayWait    = 2 * time.Second
	payPayTries   = 4
	payPayPause   = 100 * time.Millisecond
	univapayWait  = 3 * time.Second
	maxQueue      = 10_000
	maxDeliveries = 512
)

// notice is one notification on its way.
type notice struct {
	provider string
	url      string
	auth     string // Authorization header; PayPay has none
	hook     string // UnivaPay's webhook
	ids      []string
	body     []byte
	false    []byte // what a forger would send instead, with falseAuth
}

// falseAuth is what somebody sends who does not know the token.
const falseAuth = "Bearer forged-by-paysim"

// postbox holds notifications. Guarded by Sim.mu.
type postbox struct {
	queue   []notice
	held    []notice // until released
	late    []notice // go behind the next one
	sent    []Delivery
	count   uint64
	running bool
	closed  bool
	wait    sync.WaitGroup
}

// Delivery is a notification that was sent, or lost on purpose.
type Delivery struct {
	N        uint64    `json:"n"`
	At       time.Time `json:"at"`
	Provider string    `json:"provider"`
	URL      string    `json:"url"`
	Body     string    `json:"body"`
	Status   int       `json:"status"` // of the last try; 0 without an answer
	Tries    int       `json:"tries"`
	Problem  string    `json:"problem,omitempty"`
}

// notify puts a notification into the post, or does to it what the script says. Holds s.mu.
func (s *Sim) notify(n notice) {
	if n.url == "" {
		return
	}
	f := s.takeFor("webhook", n.provider, n.ids...)
	switch {
	case f.is(WebhookLost):
		s.delivered(n, 0, 0, "lost on purpose")
	case f.is(WebhookDelayed) && f.DelayMS > 0:
		s.sendAfter(n, time.Duration(f.DelayMS)*time.Millisecond)
	case f.is(WebhookDelayed):
		if len(s.post.held) < maxHeld {
			s.post.held = append(s.post.held, n)
		}
	case f.is(WebhookOutOfOrder):
		if len(s.post.late) < maxHeld {
			s.post.late = append(s.post.late, n)
		}
	case f.is(WebhookDuplicate):
		s.send(n, n)
	case f.is(WebhookForged):
		s.send(n.forged(), n)
	default:
		s.send(n)
	}
}

func (n notice) forged() notice {
	if n.auth != "" {
		n.auth = falseAuth
	}
	n.body = n.false
	return n
}

// send queues notifications, and behind them those that were to come late. Holds s.mu.
func (s *Sim) send(list ...notice) {
	list = append(list, s.post.late...)
	s.post.late = nil
	for _, n := range list {
		if len(s.post.queue) >= maxQueue {
			s.delivered(n, 0, 0, "queue is full")
			continue
		}
		s.post.queue = append(s.post.queue, n)
	}
	if !s.post.running && !s.post.closed {
		s.post.running = true
		s.post.wait.Go(s.deliver)
	}
}

func (s *Sim) sendAfter(n notice, d time.Duration) {
	if s.post.closed {
		return
	}
	s.post.wait.Go(func() {
		if s.pause(d) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.send(n)
		}
	})
}

// pause returns false when the simulator is closed before d is over.
func (s *Sim) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.stop.Done():
		return false
	}
}

// ReleaseWebhooks sends what was kept back and returns how many.
func (s *Sim) ReleaseWebhooks() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.post.held
	s.post.held = nil
	n := len(list) + len(s.post.late)
	if n > 0 {
		s.send(list...)
	}
	return n
}

// deliver empties the queue in order, one at a time.
func (s *Sim) deliver() {
	for {
		s.mu.Lock()
		if len(s.post.queue) == 0 || s.stop.Err() != nil {
			s.post.running = false
			s.mu.Unlock()
			return
		}
		n := s.post.queue[0]
		s.post.queue = s.post.queue[1:]
		s.mu.Unlock()

		tries, wait := 1, univapayWait
		if n.provider == payPayName {
			tries, wait = payPayTries, payPayWait
		}
		var status, try int
		var problem string
		for try = 1; ; try++ {
			var err error
			status, err = s.hand(n, wait)
			problem = ""
			if err != nil {
				problem = err.Error()
			}
			if status/100 == 2 || try == tries || !s.pause(payPayPause) {
				break
			}
		}
		s.mu.Lock()
		s.delivered(n, status, try, problem)
		if h := s.uni.hooks[n.hook]; h != nil && (status/100 == 3 || status/100 == 4 || (status >= 500 && status <= 502)) {
			h.Active, h.UpdatedOn = false, micros(s.now())
		}
		s.mu.Unlock()
	}
}

// hand makes one try and returns the receiver's status.
func (s *Sim) hand(n notice, wait time.Duration) (int, error) {
	ctx, cancel := context.WithTimeout(s.stop, wait)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, n.url, bytes.NewReader(n.body))
	if err != nil {
		return 0, fmt.Errorf("notify %s: %w", n.url, err)
	}
	r.Header.Set("Content-Type", "application/json")
	if n.auth != "" {
		r.Header.Set("Authorization", n.auth)
	}
	a, err := s.opt.Client.Do(r)
	if err != nil {
		return 0, fmt.Errorf("notify: %w", err)
	}
	return a.StatusCode, a.Body.Close()
}

// delivered remembers an outcome. Holds s.mu.
func (s *Sim) delivered(n notice, status, tries int, problem string) {
	s.post.count++
	if len(s.post.sent) == maxDeliveries {
		s.post.sent = append(s.post.sent[:0], s.post.sent[1:]...)
	}
	s.post.sent = append(s.post.sent, Delivery{
		N: s.post.count, At: s.now(), Provider: n.provider, URL: n.url, Body: clip(n.body), Status: status, Tries: tries, Problem: problem,
	})
}

// Deliveries returns the latest notifications, the oldest first.
func (s *Sim) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Delivery{}, s.post.sent...)
}

// mustJSON marshals our own structs of plain fields, which cannot fail.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("paysim: marshal " + fmt.Sprintf("%T", v) + ": " + err.Error())
	}
	return b
}
