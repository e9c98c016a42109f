package tlsca

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"yakusho/internal/core"
)

// loadOwn reads and checks a certificate the office supplies. The error says, in Japanese, which
// file is wrong in which way; warnings do not keep the server from starting.
func loadOwn(cfg Config, now time.Time) (*tls.Certificate, []Warning, error) {
	if cfg.CertFile == "" || cfg.KeyFile == "" {
		return nil, nil, core.Invalid("cert_config", "証明書ファイルと秘密鍵ファイルは、両方を設定してください（1つのファイルに入っているときは、同じ名前を両方に書きます）。")
	}
	chain, err := readPart(cfg.CertFile, "証明書")
	if err != nil {
		return nil, nil, err
	}
	if len(chain.certs) == 0 {
		return nil, nil, core.Invalid("cert_unreadable", fmt.Sprintf(
			"証明書ファイル「%s」に証明書が入っていません。Base-64（PEM）形式で書き出したファイルを指定してください。.pfx / .p12 は PEM に変換してから使います。", cfg.CertFile))
	}
	keys, err := readPart(cfg.KeyFile, "秘密鍵")
	if err != nil {
		return nil, nil, err
	}
	switch {
	case keys.key == nil && keys.encrypted:
		return nil, nil, core.Invalid("key_encrypted", fmt.Sprintf(
			"秘密鍵ファイル「%s」にパスワードが掛かっています。パスワードを外した PEM 形式にして、ファイルの権限で守ってください。", cfg.KeyFile))
	case keys.key == nil:
		return nil, nil, core.Invalid("key_unreadable", fmt.Sprintf(
			"秘密鍵ファイル「%s」に秘密鍵が入っていません。PEM 形式（PRIVATE KEY）のファイルを指定してください。", cfg.KeyFile))
	}
	at := slices.IndexFunc(chain.certs, func(c *x509.Certificate) bool { return fits(c, keys.key) })
	if at < 0 {
		return nil, nil, core.Invalid("cert_key_mismatch", fmt.Sprintf(
			"証明書「%s」と秘密鍵「%s」が組になっていません。証明書を申請したときの秘密鍵を指定してください。", cfg.CertFile, cfg.KeyFile))
	}
	leaf := chain.certs[at]
	rest := slices.Delete(slices.Clone(chain.certs), at, at+1)
	if err := checkLeaf(leaf, now); err != nil {
		return nil, nil, err
	}
	warn, err := checkNames(leaf, cfg)
	if err != nil {
		return nil, nil, err
	}
	if w, ok := checkChain(leaf, rest, now); !ok {
		warn = append(warn, w)
	}
	out := &tls.Certificate{PrivateKey: keys.key, Leaf: leaf, Certificate: [][]byte{leaf.Raw}}
	for _, c := range rest {
		if !bytes.Equal(c.RawIssuer, c.RawSubject) { // a root is of no use to the other side
			out.Certificate = append(out.Certificate, c.Raw)
		}
	}
	return out, warn, nil
}

func readPart(path, what string) (pemPair, error) {
	code := map[string]string{"証明書": "cert_unreadable", "秘密鍵": "key_unreadable"}[what]
	data, err := os.ReadFile(path)
	if err != nil {
		why := "読めません。ファイルの権限を確かめてください"
		if errors.Is(err, os.ErrNotExist) {
			why = "ありません。設定のファイル名を確かめてください"
		}
		return pemPair{}, core.Invalid(code, fmt.Sprintf("%sファイル「%s」が%s。", what, path, why)).Because("read %s: %w", path, err)
	}
	p, err := parsePEM(data)
	if err != nil {
		return pemPair{}, core.Invalid(code, fmt.Sprintf(
			"%sファイル「%s」が壊れています。もう一度書き出したものを置いてください。", what, path)).Because("parse %s: %w", path, err)
	}
	return p, nil
}

func checkLeaf(leaf *x509.Certificate, now time.Time) error {
	switch {
	case now.After(leaf.NotAfter):
		return core.Invalid("cert_expired", fmt.Sprintf(
			"証明書の期限（%s）が切れています。新しい証明書に取り替えてください。サーバーの時計（いま %s）も確かめてください。", day(leaf.NotAfter), day(now)))
	case now.Before(leaf.NotBefore):
		return core.Invalid("cert_not_yet_valid", fmt.Sprintf(
			"証明書はまだ使えません（%s から有効）。サーバーの時計（いま %s）が正しいか確かめてください。", day(leaf.NotBefore), day(now)))
	case leaf.IsCA && leaf.BasicConstraintsValid:
		return core.Invalid("cert_is_ca", "指定されたのは認証局の証明書です。サーバー用に発行した証明書を指定してください。")
	}
	uses := leaf.ExtKeyUsage
	if len(uses)+len(leaf.UnknownExtKeyUsage) > 0 && !slices.Contains(uses, x509.ExtKeyUsageServerAuth) && !slices.Contains(uses, x509.ExtKeyUsageAny) {
		return core.Invalid("cert_not_for_server",
			"この証明書はサーバー用ではありません（拡張キー使用法に「サーバー認証」がありません）。AD CS では「Web サーバー」のテンプレートで発行してください。")
	}
	return nil
}

// checkNames warns of every configured name and address the certificate does not stand for; if it
// stands for none of them it is the wrong certificate.
func checkNames(leaf *x509.Certificate, cfg Config) ([]Warning, error) {
	var missing []string
	for _, n := range cfg.Names {
		if leaf.VerifyHostname(n) != nil {
			missing = append(missing, n)
		}
	}
	for _, a := range cfg.Addresses {
		if !a.IsLoopback() && leaf.VerifyHostname(a.String()) != nil {
			missing = append(missing, a.String())
		}
	}
	if len(missing) == 0 {
		return nil, nil
	}
	has := sans(leaf)
	if len(has) == 0 {
		has = []string{"なし"}
	}
	covered := slices.ContainsFunc(cfg.Names, func(n string) bool { return leaf.VerifyHostname(n) == nil })
	for _, a := range cfg.Addresses {
		covered = covered || leaf.VerifyHostname(a.String()) == nil
	}
	// An address alone may be one that is listened on and never typed: no reason to refuse.
	if !covered && len(cfg.Names) > 0 {
		return nil, core.Invalid("cert_wrong_names", fmt.Sprintf(
			"証明書の名前（%s）に、設定されたサーバー名・アドレス（%s）が1つもありません。別の証明書を指定していないか確かめ、サブジェクト代替名（SAN）に入れて発行し直してください。",
			clip(strings.Join(has, "、")), strings.Join(missing, "、")))
	}
	return []Warning{{"cert_names_missing", fmt.Sprintf(
		"証明書に「%s」が入っていません。このアドレスで開くとブラウザーが警告し、予備の通り道（TLS）も使えません。入れて発行し直すか、証明書にある名前で案内してください。",
		strings.Join(missing, "」「"))}}, nil
}

// checkChain warns if the file ends before a root and before anything this machine knows. It
// cannot know what the desk PCs trust, so it is never more than a warning.
func checkChain(leaf *x509.Certificate, rest []*x509.Certificate, now time.Time) (Warning, bool) {
	inter, roots := x509.NewCertPool(), x509.NewCertPool()
	if sys, err := x509.SystemCertPool(); err == nil {
		roots = sys
	}
	for _, c := range append(rest, leaf) {
		if bytes.Equal(c.RawIssuer, c.RawSubject) {
			roots.AddCert(c)
		} else {
			inter.AddCert(c)
		}
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Intermediates: inter, Roots: roots, CurrentTime: now}); err == nil {
		return Warning{}, true
	}
	if last := rest; len(last) > 0 && leaf.CheckSignatureFrom(last[0]) == nil {
		return Warning{}, true // an intermediate is there; the root is the desk PCs' business
	}
	return Warning{"cert_chain_incomplete", fmt.Sprintf(
		"証明書ファイルに、発行元「%s」の証明書が入っていません。ルート認証局が直接発行したものなら問題ありません。中間認証局のものなら、中間証明書をサーバー証明書の後ろに続けて入れてください。",
		clip(leaf.Issuer.CommonName))}, false
}

// sans lists what a certificate stands for: names, then addresses.
func sans(c *x509.Certificate) []string {
	out := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		out = append(out, ip.String())
	}
	return out
}

// ownState tells whether the own files were replaced.
func (a *Authority) ownState() string {
	var s string
	for _, f := range []string{a.cfg.CertFile, a.cfg.KeyFile} {
		if st, err := os.Stat(f); err == nil {
			s += strconv.FormatInt(st.Size(), 10) + "@" + strconv.FormatInt(st.ModTime().UnixNano(), 10) + " "
		} else {
			s += "? "
		}
	}
	return s
}

// lookOwn takes up replaced files; if they are not usable (half-copied, for example) it keeps the old
// certificate and looks at them again when they change again.
func (a *Authority) lookOwn(now time.Time) {
	cur := a.now.Load()
	state := a.ownState()
	if state != a.seen {
		a.seen = state
		cert, warn, err := loadOwn(a.cfg, now)
		if err == nil {
			a.log.Info("took up a replaced certificate", "names", sans(cert.Leaf), "until", cert.Leaf.NotAfter)
			a.put(cert, warn)
			return
		}
		var e *core.Error
		message := "置き換えられた証明書を使えません。"
		if errors.As(err, &e) {
			message += e.Message
		}
		a.log.Error("replaced certificate is not usable; the old one stays in use", "err", err)
		cur = &current{cur.cert, append(withoutCode(cur.warn, "cert_reload_failed"), Warning{"cert_reload_failed", message + "前の証明書を使い続けています。"})}
		a.now.Store(cur)
	}
}

func withoutCode(ws []Warning, code string) []Warning {
	return slices.DeleteFunc(slices.Clone(ws), func(w Warning) bool { return w.Code == code })
}
