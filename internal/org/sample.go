package org

import (
	"fmt"
	"net/netip"

	"yakusho/internal/core"
)

// Sample is みほん市: a town for trying things out and for tests. It is the same at every call, with the
// same IDs. Among its people are names that break software: 髙 and 﨑 as the people themselves write
// them, and 𠮷, which lies outside of the 16-bit characters.
func Sample() Town {
	s := sample{departments: map[string]core.ID{}, offices: map[string]core.ID{}}
	s.town.Municipality = Municipality{Name: "みほん市", Contact: "情報政策課（内線 2310）"}

	s.office("本庁舎", "みほん市中央1丁目1番1号", "10.10.0.0/16", 100_000)
	s.office("東庁舎", "みほん市東町3丁目4番5号", "10.20.0.0/16", 10_000)
	s.office("北支所", "みほん市大字北山120番地", "10.30.0.0/16", 2_000)

	s.section("情報政策課")
	s.section("総務課", "総務係", "職員係")
	s.section("企画課", "企画係", "広報係")
	s.section("財政課", "財政係")
	s.section("危機管理課", "防災係")
	s.section("市民課", "窓口係")
	s.section("会計課")
	s.section("建設課", "庁舎管理係")
	s.section("福祉課", "生活福祉係")
	s.section("北支所", "総務係")

	for _, p := range []struct{ name, kana, post, department, office string }{
		{"鈴木 浩二", "すずき こうじ", "課長", "情報政策課", "本庁舎"},
		{"田中 由美", "たなか ゆみ", "主査", "情報政策課", "本庁舎"},
		{"高橋 誠", "たかはし まこと", "課長補佐", "総務課", "本庁舎"},
		{"小林 恵子", "こばやし けいこ", "係長", "総務課 総務係", "本庁舎"},
		{"髙橋 直人", "たかはし なおと", "主事", "総務課 職員係", "本庁舎"},
		{"渡邉 隆", "わたなべ たかし", "課長", "企画課", "東庁舎"},
		{"佐藤 美咲", "さとう みさき", "主任", "企画課 企画係", "東庁舎"},
		{"加藤 翔", "かとう しょう", "主事", "企画課 広報係", "東庁舎"},
		{"井上 直子", "いのうえ なおこ", "課長", "財政課", "東庁舎"},
		{"松本 一郎", "まつもと いちろう", "主査", "財政課 財政係", "東庁舎"},
		{"中村 健", "なかむら けん", "課長", "危機管理課", "本庁舎"},
		{"﨑田 亮", "さきた りょう", "係長", "危機管理課 防災係", "本庁舎"},
		{"山本 さくら", "やまもと さくら", "課長", "市民課", "本庁舎"},
		{"𠮷田 千尋", "よしだ ちひろ", "主事", "市民課 窓口係", "本庁舎"},
		{"清水 和子", "しみず かずこ", "会計管理者", "会計課", "本庁舎"},
		{"木村 拓也", "きむら たくや", "課長", "建設課", "東庁舎"},
		{"林 大輔", "はやし だいすけ", "技師", "建設課 庁舎管理係", "東庁舎"},
		{"斎藤 久美", "さいとう くみ", "係長", "福祉課 生活福祉係", "本庁舎"},
		{"森 正樹", "もり まさき", "支所長", "北支所", "北支所"},
		{"池田 めぐみ", "いけだ めぐみ", "係長", "北支所 総務係", "北支所"},
		{"橋本 勇", "はしもと いさむ", "主事", "北支所 総務係", "北支所"},
		{"伊藤 真理", "いとう まり", "主査", "会計課", "本庁舎"},
	} {
		s.person(Person{Name: p.name, Kana: p.kana, Post: p.post, Department: s.departments[p.department], Office: s.offices[p.office]})
	}
	return s.town
}

// sample builds a Town from names.
type sample struct {
	town        Town
	departments map[string]core.ID // by path
	offices     map[string]core.ID
}

// sampleID is an ID that no clock makes: its time is the year 1970.
func sampleID(kind string, n int) core.ID {
	return core.ID(fmt.Sprintf("000000000000mhn%s%010d", kind, n))
}

func (s *sample) office(name, address, subnet string, kbps int) {
	n := len(s.town.Offices) + 1
	id := sampleID("f", n)
	s.offices[name] = id
	s.town.Offices = append(s.town.Offices, Office{ID: id, Name: name, Address: address, Order: n})
	s.town.Lines = append(s.town.Lines, Line{
		Office: id, Subnets: []netip.Prefix{netip.MustParsePrefix(subnet)}, DownKbps: kbps, UpKbps: kbps,
	})
}

// section adds a 課 and its 係.
func (s *sample) section(name string, units ...string) {
	top := s.department(name, name, "")
	for _, u := range units {
		s.department(name+" "+u, u, top)
	}
}

func (s *sample) department(path, name string, parent core.ID) core.ID {
	n := len(s.town.Departments) + 1
	id := sampleID("d", n)
	s.departments[path] = id
	s.town.Departments = append(s.town.Departments, Department{ID: id, Name: name, Parent: parent, Order: n})
	return id
}

func (s *sample) person(p Person) {
	p.ID = sampleID("p", len(s.town.People)+1)
	s.town.People = append(s.town.People, p)
}
