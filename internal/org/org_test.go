package org_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yakusho/internal/core"
	"yakusho/internal/org"
)

func TestTheSampleTownIsSoundAndAlwaysTheSame(t *testing.T) {
	t.Parallel()
	town := org.Sample()
	if err := town.Check(); err != nil {
		t.Fatal(err)
	}
	same := cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })
	if d := cmp.Diff(town, org.Sample(), same); d != "" {
		t.Error(d)
	}
	if len(town.Offices) != 3 || len(town.People) < 20 {
		t.Errorf("%d buildings, %d people", len(town.Offices), len(town.People))
	}
	paths := org.Paths(town.Departments)
	for name, want := range map[string]string{
		"佐藤 美咲": "企画課 企画係", "高橋 誠": "総務課", "井上 直子": "財政課", "中村 健": "危機管理課",
		"髙橋 直人": "総務課 職員係", "﨑田 亮": "危機管理課 防災係", "𠮷田 千尋": "市民課 窓口係",
	} {
		p, ok := town.Find(name)
		if !ok || paths[p.Department] != want || p.Post == "" || p.Kana == "" {
			t.Errorf("%s: %v, %q, want %q", name, ok, paths[p.Department], want)
		}
	}
	if _, ok := town.Find("吉田 千尋"); ok {
		t.Error("𠮷 was taken for 吉")
	}
}

func TestCheckNamesEveryMistakeAtOnce(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		spoil func(*org.Town)
		want  []string
	}{
		"nothing":            {func(t *org.Town) { *t = org.Town{} }, []string{"団体"}},
		"no name":            {func(t *org.Town) { t.Offices[0].Name = " "; t.People[0].Name = "" }, []string{"庁舎（", "職員（"}},
		"bad id":             {func(t *org.Town) { t.People[0].ID = "x" }, []string{"番号の形が正しくありません"}},
		"same id":            {func(t *org.Town) { t.People[1].ID = t.People[0].ID }, []string{"番号がほかと同じです"}},
		"same department":    {func(t *org.Town) { t.Departments[1].ID = t.Departments[0].ID }, []string{"番号がほかと同じです"}},
		"nowhere":            {func(t *org.Town) { t.People[0].Office, t.People[0].Department = "", "x" }, []string{"庁舎がありません", "課・係がありません"}},
		"orphan":             {func(t *org.Town) { t.Departments[2].Parent = "x" }, []string{"上の課がありません"}},
		"circle":             {func(t *org.Town) { t.Departments[0].Parent = t.Departments[0].ID }, []string{"輪になっている"}},
		"line of nobody":     {func(t *org.Town) { t.Lines[0].Office = "x" }, []string{"回線の庁舎"}},
		"two lines":          {func(t *org.Town) { t.Lines[1].Office = t.Lines[0].Office }, []string{"回線が二つ"}},
		"negative":           {func(t *org.Town) { t.Lines[1].UpKbps = -1 }, []string{"負の値"}},
		"subnet twice":       {func(t *org.Town) { t.Lines[1].Subnets = t.Lines[0].Subnets }, []string{"二か所"}},
		"host bits":          {func(t *org.Town) { t.Lines[0].Subnets[0] = netip.MustParsePrefix("10.10.0.1/16") }, []string{"ネットワーク 10.10.0.1/16"}},
		"no prefix":          {func(t *org.Town) { t.Lines[0].Subnets[0] = netip.Prefix{} }, []string{"形が正しくありません"}},
		"everything at once": {func(t *org.Town) { t.Municipality.Name = ""; t.People[0].ID = "x" }, []string{"団体", "番号の形"}},
	} {
		town := org.Sample()
		c.spoil(&town)
		err := town.Check()
		if core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: %v", what, err)
			continue
		}
		for _, w := range c.want {
			if msg := err.(*core.Error).Message; !strings.Contains(msg, w) {
				t.Errorf("%s: %q does not say %q", what, msg, w)
			}
		}
	}
}

func TestACircleOfDepartmentsEnds(t *testing.T) {
	t.Parallel()
	got := org.Paths([]org.Department{{ID: "a", Name: "甲", Parent: "b"}, {ID: "b", Name: "乙", Parent: "a"}})
	if !strings.HasSuffix(got["a"], "甲") || len(got["a"]) > 100 {
		t.Errorf("%v", got)
	}
}

func TestAnAddressBelongsToTheNarrowestNetwork(t *testing.T) {
	t.Parallel()
	p := netip.MustParsePrefix
	lines := []org.Line{
		{Office: "main", Subnets: []netip.Prefix{p("10.0.0.0/8"), p("fd00:1::/32")}},
		{Office: "east", Subnets: []netip.Prefix{p("10.20.0.0/16"), p("192.168.7.0/24")}},
		{Office: "hall", Subnets: []netip.Prefix{p("10.20.5.0/24")}},
	}
	for addr, want := range map[string]core.ID{
		"10.1.2.3": "main", "10.20.1.1": "east", "10.20.5.255": "hall", "::ffff:10.20.5.1": "hall",
		"192.168.7.1": "east", "fd00:1::5": "main", "127.0.0.1": "", "::1": "", "203.0.113.9": "", "fe80::1%eth0": "",
	} {
		l, ok := org.LineOf(lines, netip.MustParseAddr(addr))
		if l.Office != want || ok != (want != "") {
			t.Errorf("%s is in %q, %v; want %q", addr, l.Office, ok, want)
		}
	}
	if _, ok := org.LineOf(lines, netip.Addr{}); ok {
		t.Error("an unknown address is in a building")
	}
}
