// Command yakusho is the product: one process that serves an office's meetings and, later, its
// counters; and the few commands an administrator needs beside it.
//
// It is the only package that sees everything: it reads the flags and the config, builds database,
// stores, services and handlers in that order, and joins the modules through the small interfaces they
// declare (bridge.go). No rule of the business lives here.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set when a release is built.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// commands is the command line.
type commands struct {
	Serve   serveArgs   `cmd:"" help:"サーバーを動かします。"`
	Audit   auditArgs   `cmd:"" help:"監査記録を調べます。"`
	Account accountArgs `cmd:"" help:"利用者を、サーバーの端末から世話します。"`
	TLS     tlsArgs     `cmd:"" name:"tls" help:"証明書を世話します。"`
	Doctor  doctorArgs  `cmd:"" help:"動いているサーバーに実際に参加して、会議ができるかを調べます。"`
	Version struct{}    `cmd:"" help:"版を表示します。"`
}

// run is the whole program; tests call it as main does. It returns the exit code: 0 done, 1 failed,
// 2 the command line or the config is wrong.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c commands
	code := -1
	parser, err := kong.New(&c, kong.Name("yakusho"), kong.Description("役所のオンライン会議と窓口のサーバー"),
		kong.Writers(stdout, stderr), kong.Exit(func(n int) { code = n }))
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	k, err := parser.Parse(args)
	if code >= 0 { // --help
		return code
	}
	if err != nil {
		fmt.Fprintf(stderr, "yakusho: %v\n使い方は yakusho --help で見られます。\n", err)
		return 2
	}
	switch k.Command() {
	case "serve":
		err = serve(ctx, c.Serve, stdout, stderr)
	case "audit verify":
		err = auditVerify(ctx, c.Audit.Verify, stdout)
	case "account reset <login>":
		err = accountReset(ctx, c.Account.Reset, stdout)
	case "tls renew-ca":
		err = renewCA(c.TLS.RenewCA, stdout)
	case "doctor":
		err = doctor(ctx, c.Doctor, stdout)
	case "version":
		fmt.Fprintln(stdout, "yakusho", version)
	}
	return exitCode(err, stderr)
}

// exit is an error that has already been told and only carries the exit code.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

func exitCode(err error, stderr io.Writer) int {
	var told exit
	var bad problems
	switch {
	case err == nil:
		return 0
	case errors.As(err, &told):
		return int(told)
	case errors.As(err, &bad):
		fmt.Fprintln(stderr, bad)
		return 2
	}
	fmt.Fprintln(stderr, "yakusho:", plain(err))
	return 1
}
