// Command paysim runs the simulators of the payment providers as a server of their own, for
// demonstrations, practice and browser tests:
//
//	paysim --listen 127.0.0.1:9700          PayPay's and UnivaPay's paths, /_sim/ and a page at /
//	paysim --listen 127.0.0.1:9700 --tls    the same over HTTPS; prints where the CA certificate is
//	paysim env                              the test credentials as KEY=VALUE lines
//
// It must not stand where real payments are taken: everything it knows is public and nothing it says
// is money.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till/paysim"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

const usage = `使い方:
  paysim [--listen HOST:PORT] [--tls] [--ca FILE] [--paypay-webhook URL] [--webhook-ca FILE] [--multiple-refund] [--seed TEXT]
  paysim env      試験用の認証情報を KEY=VALUE で表示します

`

// stopWait is how long open requests may take to end after SIGTERM.
const stopWait = 5 * time.Second

// run returns the exit code: 0 after a clean stop, 1 when the server could not run, 2 for wrong
// arguments.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "env" {
		if len(args) > 1 {
			fmt.Fprint(stderr, "env に引数はありません。\n\n"+usage)
			return 2
		}
		fmt.Fprintln(stdout, strings.Join(paysim.TestCredentials().Env(), "\n"))
		return 0
	}
	f := flag.NewFlagSet("paysim", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() { fmt.Fprint(stderr, usage); f.PrintDefaults() }
	listen := f.String("listen", "127.0.0.1:9700", "待ち受ける `HOST:PORT`（PORT 0 は空いている番号）")
	secure := f.Bool("tls", false, "その場で作る証明書で HTTPS にする")
	caPath := f.String("ca", "", "CA 証明書を書く `FILE`（省略時は一時ファイル）")
	webhook := f.String("paypay-webhook", "", "PayPay の通知先 `URL`")
	trust := f.String("webhook-ca", "", "通知先の証明書を発行した CA の `FILE`（省略時はこの PC が信頼する CA）")
	multiple := f.Bool("multiple-refund", false, "PayPay の複数回返金の契約があることにする")
	seed := f.String("seed", "", "番号の種（省略時は毎回違う）")
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case f.NArg() > 0:
		fmt.Fprintf(stderr, "「%s」は分かりません。\n\n%s", f.Arg(0), usage)
		return 2
	case *caPath != "" && !*secure:
		fmt.Fprint(stderr, "--ca は --tls と一緒に使ってください。\n")
		return 2
	}
	if *seed == "" {
		*seed = core.Secret(16) // a till keeps the numbers of the last run
	}
	roots, err := readCA(*trust)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	sim := paysim.New(paysim.Options{Seed: *seed, PayPayWebhook: *webhook, MultipleRefund: *multiple, Client: paysim.NotifyClient(roots)})
	defer sim.Close()
	if err := serve(ctx, sim, *listen, *secure, *caPath, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

func serve(ctx context.Context, sim *paysim.Sim, listen string, secure bool, caPath string, stdout, stderr io.Writer) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("--listen は HOST:PORT の形で書いてください: %w", err)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return fmt.Errorf("%s で待ち受けられません。ほかのプログラムが使っていないか確かめてください: %w", listen, err)
	}
	defer l.Close()
	srv := &http.Server{
		Handler: sim, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: log.New(stderr, "paysim: ", 0),
	}
	scheme := "http"
	if secure {
		scheme = "https"
		cert, ca, err := certificate(host, time.Now())
		if err != nil {
			return fmt.Errorf("証明書を作れません: %w", err)
		}
		path, temporary, err := writeCA(caPath, ca)
		if err != nil {
			return fmt.Errorf("CA 証明書を書けません: %w", err)
		}
		if temporary {
			defer os.RemoveAll(filepath.Dir(path))
		}
		srv.TLSConfig = cert
		fmt.Fprintf(stdout, "CA 証明書: %s\n", path)
	}
	fmt.Fprintf(stdout, "模擬決済サーバー: %s://%s\n", scheme, l.Addr())
	failed := make(chan error, 1)
	go func() {
		if secure {
			failed <- srv.ServeTLS(l, "", "")
			return
		}
		failed <- srv.Serve(l)
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("待ち受けが止まりました: %w", err)
	case <-ctx.Done():
	}
	sim.Close() // those who are kept waiting on purpose would outlast any deadline
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWait)
	defer cancel()
	if err := srv.Shutdown(end); err != nil {
		return errors.Join(fmt.Errorf("時間内に止まりませんでした: %w", err), srv.Close())
	}
	fmt.Fprintln(stdout, "止まりました。")
	return nil
}
