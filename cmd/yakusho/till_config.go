package main

import (
	"bufio"
	"bytes"
	"crypto/x509"
	"fmt"
	"io"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"yakusho/internal/core"
	"yakusho/internal/till/jpqr"
)

// tillConfig is the counter. It is off unless somebody turns it on: an office that holds meetings inside must not find
// a till in a network from which no provider can be reached.
type tillConfig struct {
	Enabled      bool           `toml:"enabled"`
	Contact      string         `toml:"contact"`          // who answers for what is unresolved, on the clerk's screen
	Registration string         `toml:"registration"`     // 登録番号: T and 13 digits; empty: none
	HookFile     string         `toml:"hook_secret_file"` // holds the secret part of the addresses of notifications; empty: none are taken
	HintsFile    string         `toml:"hints_file"`       // brand table in place of the one built in
	PayPay       paypayConfig   `toml:"paypay"`
	UnivaPay     univapayConfig `toml:"univapay"`
}

type paypayConfig struct {
	Endpoint    string `toml:"endpoint"`         // empty: the real one
	Credentials string `toml:"credentials_file"` // PAYPAY_KEY=…; what the environment says comes first
	CA          string `toml:"ca_file"`          // PEM, for a simulator
	Proxy       string `toml:"proxy"`            // http://HOST:PORT; empty: none
}

type univapayConfig struct {
	Endpoint    string          `toml:"endpoint"`
	Credentials string          `toml:"credentials_file"`
	CA          string          `toml:"ca_file"`
	Proxy       string          `toml:"proxy"`
	Columns     univapayColumns `toml:"columns"`
}

// univapayColumns are the headings of the settlement file as the office gets it; an empty one is as it is built in.
type univapayColumns struct {
	Charge   string `toml:"charge"`
	Refund   string `toml:"refund"`
	Store    string `toml:"store"`
	Kind     string `toml:"kind"`
	Status   string `toml:"status"`
	At       string `toml:"at"`
	Amount   string `toml:"amount"`
	Currency string `toml:"currency"`
	Fee      string `toml:"fee"`
	Brand    string `toml:"brand"`
	Ours     string `toml:"ours"`
}

// check lists what is wrong with the values.
func (c tillConfig) check(say func(format string, args ...any)) {
	if c.Registration != "" && !regexp.MustCompile(`^T[0-9]{13}$`).MatchString(c.Registration) {
		say("till.registration: 登録番号は T と13桁の数字で書いてください。登録がなければ消してください。")
	}
	for key, address := range map[string]string{
		"till.paypay.endpoint": c.PayPay.Endpoint, "till.univapay.endpoint": c.UnivaPay.Endpoint, "till.paypay.proxy": c.PayPay.Proxy,
		"till.univapay.proxy": c.UnivaPay.Proxy,
	} {
		if address == "" {
			continue
		}
		if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			say("%s: %q は https:// で始まるアドレスではありません。", key, address)
		}
	}
}

// secrets reads KEY=VALUE lines; what the environment has comes first. A missing name is empty.
func secrets(path string, env func(string) string, names ...string) (map[string]string, error) {
	out := map[string]string{}
	if path != "" {
		b, err := readSecret(path)
		if err != nil {
			return nil, err
		}
		lines := bufio.NewScanner(bytes.NewReader(b))
		for lines.Scan() {
			line := strings.TrimSpace(lines.Text())
			key, value, ok := strings.Cut(line, "=")
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			if !ok { // never the line itself: it may be the secret
				return nil, errSecretFile.Because("%s has a line that is not KEY=VALUE", path)
			}
			out[strings.TrimSpace(key)] = strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	for _, n := range names {
		if v := env(n); v != "" {
			out[n] = v
		}
	}
	return out, nil
}

// readSecret reads a file that nobody but this program may read.
func readSecret(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, errSecretFile.Because("read %s: %w", path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, errSecretFile.Because("read %s: %w", path, err)
	}
	if exposed(info) {
		return nil, errSecretOpen.Because("%s has mode %#o", path, info.Mode().Perm())
	}
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, errSecretFile.Because("read %s: %w", path, err)
	}
	return b, nil
}

// secretOf reads the one line of a file; the empty path is none.
func secretOf(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	b, err := readSecret(path)
	if err != nil {
		return "", err
	}
	s := strings.TrimSpace(string(b))
	if len(s) < 16 || strings.ContainsAny(s, "/ \t\r\n?#%") {
		return "", errHookSecret.Because("%s", path)
	}
	return s, nil
}

// rootsOf reads certificates; the empty path is those of the system.
func rootsOf(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, errCAFile.Because("read %s: %w", path, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, errCAFile.Because("%s holds no certificate", path)
	}
	return pool, nil
}

// hintsOf reads a brand table; the empty path is the one built in.
func hintsOf(path string) (jpqr.HintTable, error) {
	if path == "" {
		return jpqr.DefaultHints(), nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return jpqr.HintTable{}, errHints.Because("read %s: %w", path, err)
	}
	var t jpqr.HintTable
	if err := toml.NewDecoder(bytes.NewReader(b)).DisallowUnknownFields().Decode(&t); err != nil {
		return t, errHints.Because("read %s: %w", path, err)
	}
	for i, r := range t.Rows {
		if r.Brand == "" || r.Prefix == "" && r.AID == "" {
			return t, errHints.Because("%s: row %d has no Brand, or neither Prefix nor AID", path, i+1)
		}
	}
	return t, nil
}

// codeKey is the key of the hashes of customers' codes: 32 bytes that stay the same on this installation.
func codeKey(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		b = []byte(core.Secret(20)) // 160 random bits as 32 characters
		f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, errDataDir.Because("make %s: %w", path, err)
		}
		_, err = f.Write(b)
		if err == nil {
			err = f.Sync()
		}
		if closed := f.Close(); err == nil {
			err = closed
		}
		if err == nil {
			err = os.Rename(path+".new", path)
		}
		if err != nil {
			return nil, errDataDir.Because("make %s: %w", path, err)
		}
		return b, nil
	}
	if err != nil {
		return nil, errDataDir.Because("read %s: %w", path, err)
	}
	if len(b) != 32 {
		return nil, errKeyFile.Because("%s has %d bytes", path, len(b))
	}
	return b, nil
}

var (
	errSecretFile = core.Invalid("secret_file", "till の秘密の値のファイルを読めません。場所と権限、「名前=値」の形かどうかを確かめてください。")
	errSecretOpen = core.Invalid("secret_open", "till の秘密の値のファイルを、ほかの利用者も読めます。持ち主だけが読めるように、chmod 600 をしてから起動してください。")
	errHookSecret = core.Invalid("hook_secret", "till.hook_secret_file の中身は、16文字以上の英数字1行にしてください。")
	errCAFile     = core.Invalid("ca_file", "till の ca_file を読めません。PEM 形式の証明書かどうかを確かめてください。")
	errHints      = core.Invalid("hints_file", "till.hints_file を読めません。書き方を確かめてください。")
	errKeyFile    = core.Invalid("till_key", "データの置き場所の till.key が壊れています。バックアップから戻してください。")
)

func (c tillConfig) paypayCredentials(env func(string) string) (map[string]string, error) {
	s, err := secrets(c.PayPay.Credentials, env, "PAYPAY_KEY", "PAYPAY_SECRET", "PAYPAY_MERCHANT")
	if err != nil {
		return nil, fmt.Errorf("credentials of PayPay: %w", err)
	}
	return s, nil
}

func (c tillConfig) univapayCredentials(env func(string) string) (map[string]string, error) {
	s, err := secrets(c.UnivaPay.Credentials, env, "UNIVAPAY_JWT", "UNIVAPAY_SECRET", "UNIVAPAY_STORE", "UNIVAPAY_WEBHOOK_TOKEN")
	if err != nil {
		return nil, fmt.Errorf("credentials of UnivaPay: %w", err)
	}
	return s, nil
}
