package org

import (
	"net/netip"
	"strings"

	"yakusho/internal/core"
)

// Municipality is whose server this is.
type Municipality struct {
	Name    string // みほん市
	Contact string // whom to ask: 情報政策課（内線 2310）
}

// Office is one building (庁舎).
type Office struct {
	ID      core.ID
	Name    string // 東庁舎
	Address string
	Order   int // on screens, from 1
}

// Line is how a building hangs on the others: its networks, and what the line between it and the
// server can carry.
type Line struct {
	Office   core.ID
	Subnets  []netip.Prefix
	DownKbps int // towards the building, kbit/s; 0 is not known
	UpKbps   int // from the building, kbit/s; 0 is not known
}

// Department is a 課 or 係; a 係 hangs under its 課.
type Department struct {
	ID     core.ID
	Name   string  // 企画係
	Parent core.ID // empty at the top
	Order  int     // among all, on screens, from 1
}

// Person is someone who works here, with or without an account.
type Person struct {
	ID         core.ID
	Name       string // 佐藤 美咲
	Kana       string // さとう みさき; may be empty
	Post       string // 係長
	Department core.ID
	Office     core.ID
}

// Card is what others see of a person.
type Card struct {
	Person     core.ID
	Name       string
	Kana       string
	Post       string
	Department string // from the top: 企画課 企画係
	Office     string // 東庁舎
	OfficeID   core.ID
}

// Town is everything there is, in one value: what Seed takes.
type Town struct {
	Municipality Municipality
	Offices      []Office
	Lines        []Line
	Departments  []Department
	People       []Person
}

// Find returns the person of exactly this name.
func (t Town) Find(name string) (Person, bool) {
	for _, p := range t.People {
		if p.Name == name {
			return p, true
		}
	}
	return Person{}, false
}

// maxDepth is how deep departments may nest (部・課・係 is three); it also ends a circle.
const maxDepth = 8

// Paths returns the name of each department from the top: 企画課 企画係.
func Paths(departments []Department) map[core.ID]string {
	by := make(map[core.ID]Department, len(departments))
	for _, d := range departments {
		by[d.ID] = d
	}
	out := make(map[core.ID]string, len(departments))
	for _, d := range departments {
		var names []string
		for at, ok := d, true; ok && len(names) < maxDepth; at, ok = by[at.Parent] {
			names = append([]string{at.Name}, names...)
		}
		out[d.ID] = strings.Join(names, " ")
	}
	return out
}

// LineOf returns the line of the building in which addr is: the one with the narrowest subnet that
// holds it. ok is false for an address of no building, such as the server's own loopback.
func LineOf(lines []Line, addr netip.Addr) (line Line, ok bool) {
	addr = addr.Unmap().WithZone("")
	best := -1
	for _, l := range lines {
		for _, p := range l.Subnets {
			if p.Contains(addr) && p.Bits() > best {
				line, best = l, p.Bits()
			}
		}
	}
	return line, best >= 0
}
