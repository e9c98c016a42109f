package main

import (
	"errors"
	"strings"
	"testing"
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

func TestAMistakeInTheWritingNamesLineAndPlace(t *testing.T) {
	t.Parallel()
	_, err := parseConfig([]byte("[office]\nname = みほん市\n"))
	if err == nil || !strings.Contains(err.Error(), "2行目") {
		t.Errorf("err = %v", err)
	}
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte("[office]\nname = \"みほん市\"\n"))
	f.Add([]byte("[server]\nlisten = \":0\"\naddresses = [\"::1\"]\n"))
	f.Add([]byte("x = {"))
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
