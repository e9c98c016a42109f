package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"yakusho/internal/audit"
	"yakusho/internal/auth"
	"yakusho/internal/core"
	"yakusho/internal/org"
	"yakusho/internal/till"
	"yakusho/internal/till/escpos"
	"yakusho/internal/till/paypay"
	"yakusho/internal/till/slip"
	"yakusho/internal/till/static"
	"yakusho/internal/till/tillhttp"
	"yakusho/internal/till/tillsql"
	"yakusho/internal/till/training"
	"yakusho/internal/till/univapay"
	"yakusho/web"
)

// counters is the till as the app holds it.
type counters struct {
	store     *tillsql.Store
	office    *till.Office
	driver    *till.Driver
	pump      *till.Pump
	api       *tillhttp.API
	health    *tillhttp.Health
	providers []till.Provider
	moves     *prometheus.CounterVec
}

// buildTill puts the till together: store, providers, driver, services, handlers.
func buildTill(ctx context.Context, conf config, p parts, journal *audit.Log, accounts auth.Store, book *org.Book, clock core.Clock) (*counters, error) {
	store, err := tillsql.Open(ctx, p.db)
	if err != nil {
		return nil, fmt.Errorf("open the till: %w", err)
	}
	hints, err := hintsOf(conf.Till.HintsFile)
	if err != nil {
		return nil, err
	}
	hook, err := secretOf(conf.Till.HookFile)
	if err != nil {
		return nil, err
	}
	key, err := codeKey(filepath.Join(conf.Server.Data, "till.key"))
	if err != nil {
		return nil, err
	}
	practice := training.New(training.Options{Clock: clock})
	c := &counters{
		store: store, health: tillhttp.NewHealth(clock),
		moves: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "yakusho_till_attempts_total", Help: "Attempts that came to a state, since the start."}, []string{"state"}),
	}
	if c.providers, err = providers(conf.Till, p, clock, os.Getenv); err != nil {
		return nil, err
	}
	c.providers = append(c.providers, practice)
	hub, patience := till.NewHub(), till.DefaultPatience()
	c.driver = till.NewDriver(store, till.DriverOptions{
		Providers: c.providers, Patience: patience, Clock: clock, Log: p.log, Asked: c.health.Asked,
		Told: func(a till.Attempt) {
			c.moves.WithLabelValues(string(a.State)).Inc()
			hub.Moved(a)
		},
	})
	c.pump = till.NewPump(store, journal, p.log)
	desk := till.NewDesk(store, c.driver, till.DeskOptions{Hints: hints, CodeKey: key, Clock: clock, Log: p.log})
	c.office = till.NewOffice(store, c.driver, clock, p.log)
	view := till.NewView(store, desk, c.driver, till.ViewOptions{Patience: patience, Contact: conf.Till.Contact, Clock: clock})
	who := slip.Office{Name: conf.Office.Name, Contact: conf.Till.Contact, Registration: conf.Till.Registration}
	c.api = tillhttp.New(tillhttp.Config{
		Desk: desk, Office: c.office, View: view, Driver: c.driver, Hub: hub, People: &people{accounts: accounts, book: book},
		Practice: customer{practice}, Printer: printerOrNone(p), Exports: exporter{store: store, desk: desk, office: conf.Office.Name, accounts: accounts},
		Doubts: doubts(journal), Health: c.health, Who: who, HookSecret: hook, Clock: clock, Log: p.log,
	})
	return c, nil
}

// providers are those that stand in for the sticker and the drawer, and those for which there are credentials.
func providers(c tillConfig, p parts, clock core.Clock, env func(string) string) ([]till.Provider, error) {
	var out []till.Provider // in the order of preference: the office's own contract with a wallet goes before a trustee of many
	pay, err := c.paypayCredentials(env)
	if err != nil {
		return nil, err
	}
	if pay["PAYPAY_KEY"] != "" {
		roots, err := rootsOf(c.PayPay.CA)
		if err != nil {
			return nil, err
		}
		proxy, err := proxyOf(c.PayPay.Proxy)
		if err != nil {
			return nil, fmt.Errorf("read till.paypay.proxy: %w", err)
		}
		base := c.PayPay.Endpoint
		if base == "" {
			base = paypay.Production
		}
		made, err := paypay.New(paypay.Options{
			Base: base, Roots: roots, Clock: clock, Proxy: proxy,
			Credentials: paypay.Credentials{Key: pay["PAYPAY_KEY"], Secret: pay["PAYPAY_SECRET"], Merchant: pay["PAYPAY_MERCHANT"]},
			Skewed:      skewed(p.log, paypay.Name),
		})
		if err != nil {
			return nil, fmt.Errorf("set up PayPay: %w", err)
		}
		out = append(out, made)
	}
	univa, err := c.univapayCredentials(env)
	if err != nil {
		return nil, err
	}
	if univa["UNIVAPAY_JWT"] != "" {
		roots, err := rootsOf(c.UnivaPay.CA)
		if err != nil {
			return nil, err
		}
		proxy, err := proxyOf(c.UnivaPay.Proxy)
		if err != nil {
			return nil, fmt.Errorf("read till.univapay.proxy: %w", err)
		}
		made, err := univapay.New(univapay.Options{
			Endpoint: c.UnivaPay.Endpoint, Roots: roots, Proxy: proxy, Clock: clock, Log: p.log, Columns: univapay.Columns(c.UnivaPay.Columns), Credentials: univapay.Credentials{
				JWT: univa["UNIVAPAY_JWT"], Secret: univa["UNIVAPAY_SECRET"], Store: univa["UNIVAPAY_STORE"], WebhookToken: univa["UNIVAPAY_WEBHOOK_TOKEN"],
			},
		})
		if err != nil {
			return nil, fmt.Errorf("set up UnivaPay: %w", err)
		}
		out = append(out, made)
	}
	return append(out, static.Sticker{}, static.NewCash(clock)), nil
}

// proxyOf is the office's way out; the empty address is none.
func proxyOf(address string) (*url.URL, error) {
	if address == "" {
		return nil, nil
	}
	return url.Parse(address)
}

// skewed says in the log that a provider's clock and ours differ too much, and that they no longer do.
func skewed(log *slog.Logger, provider string) func(time.Duration) {
	return func(off time.Duration) {
		if off.Abs() >= tillhttp.SkewAlarm {
			log.Error("the clock of this server and that of the provider differ; set the server's clock", "provider", provider, "offset", off)
			return
		}
		log.Info("the clock of this server and that of the provider agree again", "provider", provider, "offset", off)
	}
}

// printerOrNone draws slips with the font of the front end; without a build there is no printing here.
func printerOrNone(p parts) tillhttp.Printer {
	font, err := web.SlipFont()
	if err == nil {
		var press *escpos.Press
		if press, err = escpos.NewPress(font); err == nil {
			return printer{press, &escpos.Printer{}, p.log}
		}
	}
	p.log.Warn("slips cannot be printed by the server", "err", err)
	return nil
}

// tillStop is how long calls to providers may take to end; what is open then is on disk and is found at the next start.
const tillStop = 5 * time.Second

// run drives payments until stop is called, which waits for what is under way and then empties the outbox.
func (c *counters) run(ctx context.Context) (stop func()) {
	driving, stopDriver := context.WithCancel(context.WithoutCancel(ctx))
	pumping, stopPump := context.WithCancel(context.WithoutCancel(ctx))
	driven, pumped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(driven)
		var work sync.WaitGroup
		work.Go(func() { c.office.Resume(driving) })
		c.driver.Run(driving)
		work.Wait()
	}()
	go func() { defer close(pumped); c.pump.Run(pumping) }()
	return sync.OnceFunc(func() {
		stopDriver()
		select {
		case <-driven:
		case <-time.After(tillStop):
		}
		stopPump()
		<-pumped
	})
}

// count registers what the monitoring asks of the till.
func (c *counters) count(into *prometheus.Registry, clock core.Clock) error {
	if err := into.Register(c.moves); err != nil {
		return err
	}
	gauge := func(name, help string, labels prometheus.Labels, value func() float64) error {
		return into.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, value))
	}
	counter := func(name, help string, labels prometheus.Labels, value func() float64) error {
		return into.Register(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels}, value))
	}
	err := gauge("yakusho_till_unresolved", "Attempts whose end nobody knows.", nil, func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		open, err := c.store.Unresolved(ctx)
		if err != nil {
			return -1
		}
		return float64(len(open))
	})
	if err != nil {
		return err
	}
	err = gauge("yakusho_till_outbox_lag_seconds", "Age of the oldest event that is not in the audit log yet.", nil, func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		events, err := c.store.Events(ctx, 1)
		switch {
		case err != nil:
			return -1
		case len(events) == 0:
			return 0
		}
		return max(0, clock().Sub(events[0].At).Seconds())
	})
	if err != nil {
		return err
	}
	for _, p := range c.providers {
		by := prometheus.Labels{"provider": p.Name()}
		if err := counter("yakusho_till_provider_calls_total", "Calls to a provider since the start.", by, func() float64 { n, _ := c.health.Counts(p.Name()); return float64(n) }); err != nil {
			return err
		}
		if err := counter("yakusho_till_provider_errors_total", "Calls to a provider that brought no answer.", by, func() float64 { _, n := c.health.Counts(p.Name()); return float64(n) }); err != nil {
			return err
		}
		if clocked, ok := p.(interface{ Offset() time.Duration }); ok {
			if err := gauge("yakusho_till_provider_clock_offset_seconds", "The provider's clock less ours.", by, func() float64 { return clocked.Offset().Seconds() }); err != nil {
				return err
			}
		}
	}
	return nil
}
