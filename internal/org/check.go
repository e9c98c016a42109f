package org

import (
	"fmt"
	"net/netip"
	"strings"

	"yakusho/internal/core"
)

// Check reports what is wrong with a town, all at once: names that are missing, things that point at
// nothing, departments in a circle, and subnets that two buildings claim.
func (t Town) Check() error {
	c := checker{offices: map[core.ID]bool{}, departments: map[core.ID]Department{}}
	c.text("団体", "名称", t.Municipality.Name)
	for _, o := range t.Offices {
		c.text("庁舎", string(o.ID), o.Name)
		c.id("庁舎", o.Name, o.ID, c.offices[o.ID])
		c.offices[o.ID] = true
	}
	for _, d := range t.Departments {
		c.text("課・係", string(d.ID), d.Name)
		_, twice := c.departments[d.ID]
		c.id("課・係", d.Name, d.ID, twice)
		c.departments[d.ID] = d
	}
	for _, d := range t.Departments {
		c.chain(d)
	}
	c.lines(t.Lines)
	people := map[core.ID]bool{}
	for _, p := range t.People {
		c.text("職員", string(p.ID), p.Name)
		c.id("職員", p.Name, p.ID, people[p.ID])
		people[p.ID] = true
		if !c.offices[p.Office] {
			c.add("職員「%s」の庁舎がありません", p.Name)
		}
		if _, ok := c.departments[p.Department]; !ok {
			c.add("職員「%s」の課・係がありません", p.Name)
		}
	}
	if len(c.wrong) == 0 {
		return nil
	}
	return core.Invalid("town_malformed", "組織の情報に誤りがあります。直してからもう一度お試しください。"+
		strings.Join(c.wrong, "。")+"。")
}

type checker struct {
	offices     map[core.ID]bool
	departments map[core.ID]Department
	wrong       []string
}

func (c *checker) add(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

func (c *checker) text(kind, which, s string) {
	if strings.TrimSpace(s) == "" {
		c.add("%s（%s）の名前がありません", kind, which)
	}
}

func (c *checker) id(kind, name string, id core.ID, twice bool) {
	switch _, err := core.ParseID(string(id)); {
	case err != nil:
		c.add("%s「%s」の番号の形が正しくありません", kind, name)
	case twice:
		c.add("%s「%s」の番号がほかと同じです", kind, name)
	}
}

// chain follows a department upwards.
func (c *checker) chain(d Department) {
	at := d
	for range maxDepth {
		if at.Parent == "" {
			return
		}
		up, ok := c.departments[at.Parent]
		if !ok {
			c.add("課・係「%s」の上の課がありません", at.Name)
			return
		}
		at = up
	}
	c.add("課・係「%s」の上下が輪になっているか、%d段を超えています", d.Name, maxDepth)
}

func (c *checker) lines(lines []Line) {
	owner := map[netip.Prefix]core.ID{}
	seen := map[core.ID]bool{}
	for _, l := range lines {
		if !c.offices[l.Office] {
			c.add("回線の庁舎（%s）がありません", l.Office)
		}
		if seen[l.Office] {
			c.add("庁舎（%s）の回線が二つあります", l.Office)
		}
		seen[l.Office] = true
		if l.DownKbps < 0 || l.UpKbps < 0 {
			c.add("庁舎（%s）の回線の速さが負の値です", l.Office)
		}
		for _, p := range l.Subnets {
			if !p.IsValid() || p != p.Masked() || p.Addr().Is4In6() {
				c.add("庁舎（%s）のネットワーク %s の形が正しくありません", l.Office, p)
				continue
			}
			if _, taken := owner[p]; taken {
				c.add("ネットワーク %s が二か所に書かれています", p)
			}
			owner[p] = l.Office
		}
	}
}
