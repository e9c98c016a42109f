package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"yakusho/internal/audit"
	"yakusho/internal/audit/auditsql"
	"yakusho/internal/core"
	"yakusho/internal/sqldb"
)

type auditArgs struct {
	Verify verifyArgs `cmd:"" help:"記録が書き換えられていないかを、鎖をたどって確かめます。"`
}

type verifyArgs struct {
	Config     string   `help:"設定ファイル（TOML）。" type:"path" placeholder:"FILE"`
	Data       string   `help:"データの置き場所。" placeholder:"DIR"`
	Checkpoint []string `help:"以前に控えた行（複数可）。これがあると、末尾を切り取った改ざんも分かります。" placeholder:"LINE"`
}

// auditVerify follows the chain from its first entry and says where it breaks.
func auditVerify(ctx context.Context, args verifyArgs, stdout io.Writer) error {
	conf, err := serveArgs{Config: args.Config, Data: args.Data}.config()
	if err != nil {
		return err
	}
	if err := dataIsThere(conf); err != nil {
		return err
	}
	var kept []audit.Checkpoint
	for _, line := range args.Checkpoint {
		c, err := audit.ParseCheckpoint(line)
		if err != nil {
			return err
		}
		kept = append(kept, c)
	}
	db, err := sqldb.Open(ctx, conf.databaseURL())
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	defer db.Close()
	store, err := auditsql.Open(ctx, db)
	if err != nil {
		return unreadable("open audit log", err)
	}
	report, err := audit.New(store, core.SystemClock).Verify(ctx, kept...)
	if err != nil {
		return unreadable("verify audit log", err)
	}
	if report.Fault != nil {
		fmt.Fprintln(stdout, report.Fault.Message())
		return exit(1)
	}
	fmt.Fprintf(stdout, "監査記録は正しくつながっています。%d件\n次の行を紙などに控えておくと、後から末尾の切り取りも確かめられます。\n%s\n", report.Entries, report.Head)
	return nil
}

var errAuditDamaged = core.Unavailable("audit_damaged",
	"監査記録の表が読めません。消されたか、壊れています。データの置き場所を確かめ、このデータには触らずに控えを取ってから、バックアップと比べてください。")

// unreadable puts words to an error of the database that has none of its own: a table that is gone.
func unreadable(doing string, err error) error {
	var known *core.Error
	if errors.As(err, &known) || errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return errAuditDamaged.Because("%s: %w", doing, err)
}

// dataIsThere keeps a command that only looks from making an empty data directory.
func dataIsThere(c config) error {
	if c.Database.URL != "" {
		return nil
	}
	if _, err := os.Stat(c.Server.Data); err != nil {
		return core.NotFound("data_missing", "データの置き場所が見つかりません。--data で場所を指定してください。").Because("look at %s: %w", c.Server.Data, err)
	}
	return nil
}
