package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnEmptyConfigIsWholeAndRight(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "# nothing\n", "[office]\n"} {
		c, err := parseConfig([]byte(text))
		if err != nil || c.Server.Listen != ":8443" || !c.Meet.Enabled {
			t.Errorf("parseConfig(%q) = %+v, %v", text, c, err)
		}
	}
}

func TestAllMistakesOfAConfigAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := parseConfig([]byte(`
[office]
name = ""
nmae = "みほん市"
[server]
listen = "8443"
addresses = ["10.1.0.5", "kaigi"]
names = ["https://kaigi.mihon.local/"]
[tls]
cert = "a.pem"
[meet]
capacity = 1
[log]
level = "loud"
[tyop]
x = 1
`))
	var bad problems
	if !errors.As(err, &bad) {
		t.Fatalf("err = %v, want problems", err)
	}
	for _, want := range []string{"office.name", "office.nmae", "server.listen", "server.addresses", "server.names", "tls:", "meet.capacity", "log.level", "tyop"} {
		if !strings.Contains(bad.Error(), want) {
			t.Errorf("nothing is said about %s in:\n%v", want, bad)
		}
	}
	if !strings.Contains(bad.Error(), "4行目") {
		t.Errorf("the unknown key's line is not named:\n%v", bad)
	}
}

func TestAWrongTypeHidesNoOtherMistake(t *testing.T) {
	t.Parallel()
	_, err := parseConfig([]byte(`
log = "info"
database.url = 1.5
[office]
nmae = "みほん市"
[Server]
Data = 5
listen = "8443"
names = "kaigi.mihon.local"
addresses = ["10.1.0.5", 5]
tls = { cert = 5 }
[tls]
key = "a.key"
[meet]
enabled = "yes"
capacity = "200"
`))
	var bad problems
	if !errors.As(err, &bad) {
		t.Fatalf("err = %v, want problems", err)
	}
	want := problems{
		"2行目: log: [log] という見出しの下に、項目を1行ずつ書いてください。",
		`3行目: database.url: 文字で書いてください。例: url = "…"`,
		"5行目: office.nmae という項目はありません。つづりを確かめるか、消してください。",
		`7行目: Server.Data: 文字で書いてください。例: Data = "…"`,
		`8行目: server.listen: "8443" は HOST:PORT の形ではありません。例: listen = ":8443"`,
		`9行目: Server.names: 文字の一覧で書いてください。例: names = ["…", "…"]`,
		`10行目: Server.addresses: 文字の一覧で書いてください。例: addresses = ["…", "…"]`,
		"11行目: Server.tls という項目はありません。つづりを確かめるか、消してください。",
		"12行目: tls: cert と key は両方書くか、両方消してください。",
		"15行目: meet.enabled: true か false で書いてください（引用符は付けません）。例: enabled = true",
		"16行目: meet.capacity: 整数で書いてください（引用符は付けません）。例: capacity = 200",
	}
	if d := cmp.Diff(want, bad); d != "" {
		t.Error(d)
	}
	for text, want := range map[string]string{
		"server = { data = 5 }":                                 "1行目: server.data: 文字で",
		"[[office]]\nname = \"a\"":                              "1行目: office: [office] という見出し",
		"[meet]\ncapacity = 1.5":                                "2行目: meet.capacity: 整数で",
		"[meet]\nenabled = 1979-05-27\n[log]\nlevel = \"loud\"": "4行目: log.level",
	} {
		if _, err := parseConfig([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parseConfig(%q) = %v, want %q", text, err, want)
		}
	}
}

func TestTheSampleTownNamesAnOfficeThatTheConfigDoesNotName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]officeConfig{
		"[log]\nlevel = \"warn\"":     sampleOffice(),
		"[office]\nname = \"架空町\"":    {Name: "架空町", Contact: defaultConfig().Office.Contact},
		"[office]\ncontact = \"総務課\"": {Name: sampleOffice().Name, Contact: "総務課"},
	} {
		path := filepath.Join(t.TempDir(), "config.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := serveArgs{Config: path, Sample: true}.config()
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, c.Office); d != "" {
			t.Errorf("%s: %s", text, d)
		}
	}
}

func TestAMistakeInTheWritingNamesLineAndPlace(t *testing.T) {
	t.Parallel()
	_, err := parseConfig([]byte("[office]\nname = みほん市\n"))
	if err == nil || !strings.Contains(err.Error(), "2行目8文字目: 書き方が正しくありません。文字は") {
		t.Errorf("err = %v", err)
	}
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte("[office]\nname = \"みほん市\"\n"))
	f.Add([]byte("[server]\nlisten = \":0\"\naddresses = [\"::1\"]\n"))
	f.Add([]byte("x = {"))
	f.Add([]byte("[[office]]\nserver.data = 5\nmeet = { enabled = 'yes' }\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parseConfig(b)
		if err == nil && len(c.check()) > 0 {
			t.Errorf("accepted, yet wrong: %v", c.check())
		}
	})
}

func TestTheExampleIsAConfigThatWorks(t *testing.T) {
	t.Parallel()
	if _, err := readConfig("../../packaging/config.example.toml"); err != nil {
		t.Error(err)
	}
}
