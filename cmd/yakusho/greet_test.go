package main

import (
	"bytes"
	"database/sql"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// greeting is what a server says up to the last line of its greeting, which may arrive after it is ready.
func greeting(t *testing.T, args ...string) string {
	t.Helper()
	p := launch(t, t.TempDir(), freePort(t), args...)
	for deadline := time.Now().Add(15 * time.Second); ; time.Sleep(10 * time.Millisecond) { // another process writes it
		said := p.out.String()
		if _, after, ok := strings.Cut(said, "別の窓で動作を確かめるには"); ok && strings.Contains(after, "\n") {
			return said
		}
		if time.Now().After(deadline) {
			t.Fatalf("the greeting did not end:\n%s", said)
		}
	}
}

func TestTheGreetingPreparesForTheCertificateWarningBeforeItNamesAccounts(t *testing.T) {
	t.Parallel()
	said := greeting(t, "--sample")
	warned, accounts := strings.Index(said, "故障ではありません"), strings.Index(said, "見本の利用者")
	if warned < 0 || accounts < warned {
		t.Errorf("the warning at %d, the accounts at %d:\n%s", warned, accounts, said)
	}
	for _, want := range []string{"詳細設定", "アクセスする", "カメラ", "tls/ca.crt"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said:\n%s", want, said)
		}
	}
}

func TestAGuideThatCannotBeServedIsSaidInTheGreetingAndTheLog(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	said := greeting(t, "--http", taken.Addr().String())
	if n := strings.Count(said, "証明書の案内を出せません。"+taken.Addr().String()); n != 2 {
		t.Errorf("it is said %d times, want in the log and in the greeting:\n%s", n, said)
	}
	if !strings.Contains(said, "level=WARN") || strings.Contains(said, "証明書の案内    http") {
		t.Errorf("%s", said)
	}
	free := greeting(t, "--http", "127.0.0.1:0")
	if !strings.Contains(free, "証明書の案内    http") || strings.Contains(free, "出せません") || !strings.Contains(free, "「証明書の案内」を開いて") {
		t.Errorf("with a guide:\n%s", free)
	}
}

func TestAnAuditLogWhoseTableIsGoneIsSaidInJapanese(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := launch(t, data, freePort(t))
	if err := p.stop(12 * time.Second); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(data, "yakusho.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`DROP TABLE audit_entry`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"audit", "verify", "--data", data}, &out, &errs)
	if code != 1 || !strings.Contains(errs.String(), "監査記録の表が読めません") {
		t.Errorf("exit %d: %s%s", code, out.String(), errs.String())
	}
}
