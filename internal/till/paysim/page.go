package paysim

import (
	"embed"
	"net/http"
	"time"
)

//go:embed page
var page embed.FS

// pagePolicy lets the page use its own three files and nothing else.
const pagePolicy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// routePage mounts the page on which a person plays the customer.
func (s *Sim) routePage() {
	for path, f := range map[string]struct{ name, kind string }{
		"GET /{$}":           {"page/index.html", "text/html; charset=utf-8"},
		"GET /_sim/page.css": {"page/page.css", "text/css; charset=utf-8"},
		"GET /_sim/page.js":  {"page/page.js", "text/javascript; charset=utf-8"},
		"GET /favicon.ico":   {"", ""},
	} {
		s.mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			if f.name == "" {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			b, err := page.ReadFile(f.name)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Security-Policy", pagePolicy)
			w.Header().Set("Referrer-Policy", "no-referrer")
			write(w, reply{body: b, kind: f.kind})
		})
	}
}

// openCode is a code that waits for its customer.
type openCode struct {
	Provider   string    `json:"provider"`
	ID         string    `json:"id"` // merchantPaymentId, charge id
	CodeID     string    `json:"codeId,omitempty"`
	URL        string    `json:"url"`
	Label      string    `json:"label"`
	Amount     int64     `json:"amount"`
	Note       string    `json:"note,omitempty"`
	Expires    time.Time `json:"expiresAt"`
	MerchantID string    `json:"merchantId,omitempty"`
}

type walletInfo struct {
	Brand string `json:"brand"`
	Label string `json:"label"`
}

type codeList struct {
	Open    []openCode   `json:"open"`
	Shown   []shownCode  `json:"shown"` // the newest first
	Wallets []walletInfo `json:"wallets"`
}

// codes lists what a customer can do, at most 100 open codes, the newest first.
func (s *Sim) codes() codeList {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	l := codeList{Open: []openCode{}, Shown: []shownCode{}, Wallets: []walletInfo{}}
	for i := len(s.pp.list) - 1; i >= 0 && len(l.Open) < 100; i-- {
		p := s.pp.list[i]
		if now.Sub(p.created) > s.opt.CodeLife {
			break // and so are all before it
		}
		if p.open(now) {
			c := p.code()
			l.Open = append(l.Open, openCode{payPayName, p.order.MerchantPaymentID, p.codeID, c.URL, "PayPay", p.amount, p.order.OrderDescription, p.expires, p.order.MerchantPaymentID})
		}
	}
	for i := len(s.uni.list) - 1; i >= 0 && len(l.Open) < 100; i-- {
		x := s.age(s.uni.list[i])
		if now.Sub(x.created) > tokenLife {
			break
		}
		if x.Status != "awaiting" {
			continue
		}
		brand := deref(x.token.Data.Brand)
		label := merchantBrands[brand]
		if w := walletNamed(brand); w != nil {
			label = w.label
		}
		l.Open = append(l.Open, openCode{univapayName, x.ID, "", deref(x.token.Data.QRImageURL), label, x.RequestedAmount, "", x.created.Add(tokenLife), deref(x.MerchantTransactionID)})
	}
	for i := len(s.uni.order) - 1; i >= 0; i-- {
		l.Shown = append(l.Shown, *s.uni.order[i])
	}
	for _, w := range wallets {
		if w.shown {
			l.Wallets = append(l.Wallets, walletInfo{w.brand, w.label})
		}
	}
	return l
}
