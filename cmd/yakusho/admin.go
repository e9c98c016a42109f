package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"

	"yakusho/internal/audit"
	"yakusho/internal/audit/auditsql"
	"yakusho/internal/auth"
	"yakusho/internal/auth/authsql"
	"yakusho/internal/auth/local"
	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/tlsca"
)

// What an administrator can do at the server's own console, when the screens are out of reach.

type accountArgs struct {
	Reset resetArgs `cmd:"" help:"利用者のパスワードを仮のものに替えます。管理者が入れなくなったときに使います。"`
}

type resetArgs struct {
	Login  string `arg:"" help:"ログイン名。"`
	Config string `help:"設定ファイル（TOML）。" type:"path" placeholder:"FILE"`
	Data   string `help:"データの置き場所。" placeholder:"DIR"`
}

type tlsArgs struct {
	RenewCA renewArgs `cmd:"" name:"renew-ca" help:"庁内認証局を作り直します。全部のパソコンに配り直すことになります。"`
}

type renewArgs struct {
	Config string `help:"設定ファイル（TOML）。" type:"path" placeholder:"FILE"`
	Data   string `help:"データの置き場所。" placeholder:"DIR"`
	Yes    bool   `help:"本当に作り直します。"`
}

// accountReset gives an account a temporary password, as an admin would from the screen. Whoever can
// run this can read the database anyway; that it was done is in the audit log.
func accountReset(ctx context.Context, args resetArgs, stdout io.Writer) error {
	conf, err := serveArgs{Config: args.Config, Data: args.Data}.config()
	if err != nil {
		return err
	}
	if err := dataIsThere(conf); err != nil {
		return err
	}
	db, err := sqldb.Open(ctx, conf.databaseURL())
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	defer db.Close()
	journal, err := auditsql.Open(ctx, db)
	if err != nil {
		return fmt.Errorf("open audit log: %w", err)
	}
	store, err := authsql.Open(ctx, db)
	if err != nil {
		return fmt.Errorf("open accounts: %w", err)
	}
	login, err := auth.NormalLogin(args.Login)
	if err != nil {
		return err
	}
	account, _, err := store.ByLogin(ctx, login)
	if err != nil {
		return fmt.Errorf("find account %s: %w", login, err)
	}
	clock := core.SystemClock
	service := auth.NewService(auth.Config{Store: store, Hasher: local.New(local.DefaultParams()), Audit: audit.New(journal, clock), Clock: clock})
	ctx = core.WithActor(ctx, core.Actor{Account: "console", Name: "サーバーの端末", Roles: []core.Role{core.RoleAdmin}})
	if account.Disabled {
		enabled := false
		if _, err := service.ChangeAccount(ctx, account.ID, auth.Change{Disabled: &enabled}); err != nil {
			return fmt.Errorf("enable account: %w", err)
		}
	}
	_, password, err := service.ResetPassword(ctx, account.ID)
	if err != nil {
		return fmt.Errorf("reset password: %w", err)
	}
	fmt.Fprintf(stdout, "%s さんの仮のパスワードです。次のログインで、本人が新しいものに替えます。\n%s\n", account.Name, password)
	return nil
}

// place is where the server of this config would be, without listening there.
func (c config) place() (place, error) {
	at, err := net.ResolveTCPAddr("tcp", c.Server.Listen)
	if err != nil {
		return place{}, errListen.Because("resolve %q: %w", c.Server.Listen, err)
	}
	if len(at.IP) == 0 {
		at.IP = net.IPv6unspecified
	}
	return findPlace(c, at)
}

// renewCA makes the CA anew. It takes the data directory, so a running server keeps it from happening.
func renewCA(args renewArgs, stdout io.Writer) error {
	conf, err := serveArgs{Config: args.Config, Data: args.Data}.config()
	if err != nil {
		return err
	}
	if err := dataIsThere(conf); err != nil {
		return err
	}
	if !args.Yes {
		return core.Invalid("renew_not_confirmed", "認証局を作り直すと、証明書を入れたパソコンすべてに配り直すまで会議の画面が開けません。よければ --yes を付けてもう一度実行してください。")
	}
	lock, err := openData(conf.Server.Data)
	if err != nil {
		return err
	}
	defer lock.Close()
	at, err := conf.place()
	if err != nil {
		return err
	}
	err = tlsca.Recreate(filepath.Join(conf.Server.Data, "tls"), tlsca.Config{
		Organisation: conf.Office.Name, Names: conf.Server.Names, Addresses: at.media,
	}, core.SystemClock)
	if err != nil {
		return fmt.Errorf("make the CA anew: %w", err)
	}
	fmt.Fprintln(stdout, "庁内認証局を作り直しました。サーバーを起動し、案内のページの証明書を全部のパソコンに配ってください。")
	return nil
}
