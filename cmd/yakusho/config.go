package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// config is the file an office writes. It works when it is empty: every field has a default that
// serves one office from one PC.
type config struct {
	Office   officeConfig   `toml:"office"`
	Server   serverConfig   `toml:"server"`
	Database databaseConfig `toml:"database"`
	TLS      tlsConfig      `toml:"tls"`
	Meet     meetConfig     `toml:"meet"`
	Till     tillConfig     `toml:"till"`
	Metrics  metricsConfig  `toml:"metrics"`
	Log      logConfig      `toml:"log"`
}

type officeConfig struct {
	Name    string `toml:"name"`    // 団体名, on every screen
	Contact string `toml:"contact"` // whom staff ask when something does not work
}

type serverConfig struct {
	Data   string `toml:"data"`   // directory for the database, certificates and keys
	Listen string `toml:"listen"` // HOST:PORT of HTTPS; an empty host is every address of the machine
	HTTP   string `toml:"http"`   // HOST:PORT of the plain page that hands out the CA; empty is the next port up, "off" is none
	// Names are what browsers call this server, for example kaigi.mihon.local. They go into the
	// certificate together with the machine's own name and addresses.
	Names []string `toml:"names"`
	// Addresses are the machine's own addresses that carry picture and sound, one per LAN. Empty is every
	// address it has.
	Addresses []string `toml:"addresses"`
}

type databaseConfig struct {
	URL string `toml:"url"` // postgres://… ; empty is SQLite in the data directory
}

type tlsConfig struct {
	Cert string `toml:"cert"` // own certificate chain, PEM; empty: made and renewed here
	Key  string `toml:"key"`  // its key, PEM
}

type meetConfig struct {
	Enabled  bool `toml:"enabled"`
	Capacity int  `toml:"capacity"` // people in one meeting
}

type metricsConfig struct {
	TokenFile string `toml:"token_file"` // whoever shows this token may read /metrics from elsewhere
}

type logConfig struct {
	Level  string `toml:"level"`  // debug, info, warn, error
	Format string `toml:"format"` // text, json
}

func defaultConfig() config {
	return config{
		Office: officeConfig{Name: "役所", Contact: "情報担当"},
		Server: serverConfig{Data: "data", Listen: ":8443"},
		Meet:   meetConfig{Enabled: true, Capacity: 200},
		Till:   tillConfig{Contact: "会計課"},
		Log:    logConfig{Level: "info", Format: "text"},
	}
}

// problems are all the mistakes of a config at once: an office that fixes them one restart at a time
// loses a morning.
type problems []string

func (p problems) Error() string {
	return "設定に直すところがあります（" + strconv.Itoa(len(p)) + "件）。\n  - " + strings.Join(p, "\n  - ")
}

// readConfig reads a file over the defaults. An empty path is the defaults.
func readConfig(path string) (config, error) {
	c := defaultConfig()
	if path == "" {
		return c, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return c, problems{fmt.Sprintf("設定ファイル %s を読めません。場所と権限を確かめてください。", path)}
	}
	return parseConfig(text)
}

func parseConfig(text []byte) (config, error) {
	c := defaultConfig()
	d := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	err := d.Decode(&c)
	if err == nil && len(c.check()) == 0 {
		return c, nil
	}
	bad, again := findMistakes(text)
	if again == nil && len(bad) > 0 {
		return c, bad
	}
	var wrong *toml.DecodeError
	if errors.As(errors.Join(again, err), &wrong) {
		row, col := wrong.Position()
		return c, problems{fmt.Sprintf("%d行目%d文字目: 書き方が正しくありません。文字は \"…\" で囲み、項目は1行に1つ「項目 = 値」の形で書いてください（%s）。", row, col, wrong.Error())}
	}
	return c, problems{errors.Join(again, err).Error()}
}

// check lists what is wrong with the values, each with its key and what would be right.
func (c config) check() problems {
	var bad problems
	say := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	if strings.TrimSpace(c.Office.Name) == "" {
		say("office.name: 団体名が空です。例: name = \"みほん市\"")
	}
	if c.Server.Data == "" {
		say("server.data: データの置き場所が空です。例: data = \"/var/lib/yakusho\"")
	}
	if _, _, err := splitListen(c.Server.Listen); err != nil {
		say("server.listen: %q は HOST:PORT の形ではありません。例: listen = \":8443\"", c.Server.Listen)
	}
	if c.Server.HTTP != "" && c.Server.HTTP != "off" {
		if _, _, err := splitListen(c.Server.HTTP); err != nil {
			say("server.http: %q は HOST:PORT の形ではありません。使わないときは http = \"off\"", c.Server.HTTP)
		}
	}
	for _, a := range c.Server.Addresses {
		if _, err := netip.ParseAddr(a); err != nil {
			say("server.addresses: %q はIPアドレスではありません。", a)
		}
	}
	for _, n := range c.Server.Names {
		if n == "" || strings.ContainsAny(n, " /:@") {
			say("server.names: %q はサーバーの名前ではありません。例: names = [\"kaigi.mihon.local\"]", n)
		}
	}
	if u := c.Database.URL; u != "" && !strings.HasPrefix(u, "postgres://") && !strings.HasPrefix(u, "postgresql://") && !strings.HasPrefix(u, "sqlite:") {
		say("database.url: postgres:// か sqlite: で始まる形で書いてください。")
	}
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		say("tls: cert と key は両方書くか、両方消してください。")
	}
	if c.Meet.Capacity < 2 || c.Meet.Capacity > 1000 {
		say("meet.capacity: 2から1000までの数で書いてください（今は %d）。", c.Meet.Capacity)
	}
	c.Till.check(say)
	if _, err := c.Log.level(); err != nil {
		say("log.level: debug, info, warn, error のどれかで書いてください（今は %q）。", c.Log.Level)
	}
	if c.Log.Format != "text" && c.Log.Format != "json" {
		say("log.format: text か json で書いてください（今は %q）。", c.Log.Format)
	}
	return bad
}

func (l logConfig) level() (slog.Level, error) {
	var v slog.Level
	return v, v.UnmarshalText([]byte(l.Level))
}

// splitListen reads HOST:PORT; port 0 is any free one.
func splitListen(s string) (host string, port uint16, err error) {
	host, p, err := net.SplitHostPort(s)
	if err != nil {
		return "", 0, err
	}
	n, err := strconv.ParseUint(p, 10, 16)
	return host, uint16(n), err
}

// addresses are the configured addresses, read.
func (c config) addresses() ([]netip.Addr, error) {
	var out []netip.Addr
	for _, a := range c.Server.Addresses {
		ip, err := netip.ParseAddr(a)
		if err != nil {
			return nil, fmt.Errorf("read server.addresses: %w", err)
		}
		out = append(out, ip.Unmap())
	}
	return out, nil
}

// databaseURL is where the data is.
func (c config) databaseURL() string {
	if c.Database.URL != "" {
		return c.Database.URL
	}
	return "sqlite:" + filepath.Join(c.Server.Data, "yakusho.db")
}
