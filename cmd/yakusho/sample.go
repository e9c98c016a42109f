package main

import (
	"context"
	"fmt"
	"time"

	"yakusho/internal/auth"
	"yakusho/internal/core"
	"yakusho/internal/meet"
	"yakusho/internal/org"
)

// samplePassword is public: it is printed, shown on the sign-in page, and good on this machine only.
const samplePassword = "mihon-machi-1"

// sampleOffice is what the config would say for みほん市.
func sampleOffice() officeConfig {
	m := org.Sample().Municipality
	return officeConfig{Name: m.Name, Contact: m.Contact}
}

// sampleLogins are the people of みほん市 who have an account, the first being who a newcomer tries.
func sampleLogins() []auth.SampleAccount {
	town := org.Sample()
	cards := org.Paths(town.Departments)
	var out []auth.SampleAccount
	for _, a := range []struct {
		login, name string
		role        core.Role
	}{
		{"satou", "佐藤 美咲", core.RoleStaff},
		{"takahashi", "高橋 誠", core.RoleStaff},
		{"inoue", "井上 直子", core.RoleStaff},
		{"nakamura", "中村 健", core.RoleStaff},
		{"suzuki", "鈴木 浩二", core.RoleAdmin},
		{"kobayashi", "小林 恵子", core.RoleOrganiser},
		{"naoto", "髙橋 直人", core.RoleStaff},
		{"sakita", "﨑田 亮", core.RoleStaff},
		{"yoshida", "𠮷田 千尋", core.RoleClerk},
		{"yamamoto", "山本 さくら", core.RoleClerk},
		{"shimizu", "清水 和子", core.RoleAccountant},
		{"itou", "伊藤 真理", core.RoleAccountant},
		{"mori", "森 正樹", core.RoleStaff},
		{"ikeda", "池田 めぐみ", core.RoleStaff},
		{"hayashi", "林 大輔", core.RoleStaff},
	} {
		p, ok := town.Find(a.name)
		if !ok {
			continue // a test holds that everyone is found
		}
		note := cards[p.Department] + "・" + map[core.Role]string{
			core.RoleStaff: "職員", core.RoleAdmin: "管理者", core.RoleOrganiser: "総務（会議の世話役）",
			core.RoleClerk: "窓口職員", core.RoleAccountant: "会計課（締め・承認・照合）",
		}[a.role]
		roles := []core.Role{a.role}
		if a.role == core.RoleClerk || a.role == core.RoleAccountant { // who holds meetings too
			roles = append(roles, core.RoleStaff)
		}
		out = append(out, auth.SampleAccount{
			Login: a.login, Password: samplePassword, Name: a.name, Note: note, Person: p.ID, Roles: roles,
		})
	}
	return out
}

// seed fills みほん市: the town, its accounts, and a few meetings of today. What is there stays.
func (a *app) seed(ctx context.Context, book *org.Book, meetings meet.Store) error {
	if err := book.Seed(ctx, org.Sample()); err != nil {
		return fmt.Errorf("seed offices and people: %w", err)
	}
	logins := sampleLogins()
	if err := a.auth.SeedSample(ctx, logins); err != nil {
		return err
	}
	a.sample = logins
	return a.seedMeetings(ctx, book, meetings, core.SystemClock())
}

// seedMeetings plans today's meetings, once a day.
func (a *app) seedMeetings(ctx context.Context, book *org.Book, meetings meet.Store, now time.Time) error {
	local := now.In(japan())
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, japan())
	town := org.Sample()
	invited, err := a.invitees(ctx, book)
	if err != nil {
		return err
	}
	// The first has just begun; late in the evening all of them still lie in today.
	start := local.Truncate(30 * time.Minute)
	if latest := day.Add(20*time.Hour + 30*time.Minute); start.After(latest) {
		start = latest
	}
	for _, m := range []struct {
		title, host string
		from, to    time.Duration
	}{
		{"庁舎改修 工程会議", "高橋 誠", 0, time.Hour},
		{"防災訓練 係打合せ", "中村 健", time.Hour, 90 * time.Minute},
		{"補正予算 事前説明会", "井上 直子", 2 * time.Hour, 3 * time.Hour},
	} {
		host, ok := town.Find(m.host)
		if !ok {
			return fmt.Errorf("nobody in the sample town is called %s", m.host)
		}
		planned, err := meetings.Of(ctx, meet.PersonSubject(host.ID), day.UTC(), day.AddDate(0, 0, 1).UTC())
		if err != nil {
			return fmt.Errorf("look for the meetings of today: %w", err)
		}
		if hosts(planned, meet.PersonSubject(host.ID)) {
			continue
		}
		card, err := book.Card(ctx, host.ID)
		if err != nil {
			return fmt.Errorf("look up %s: %w", m.host, err)
		}
		_, err = a.meet.Plan(ctx, meet.Meeting{
			Title: m.title, State: meet.StateScheduled, Host: meet.PersonSubject(host.ID), HostName: card.Name, HostDept: card.Department,
			Guests: true, StartsAt: start.Add(m.from).UTC(), EndsAt: start.Add(m.to).UTC(),
		}, invited)
		if err != nil {
			return err
		}
	}
	return nil
}

func hosts(ms []meet.Meeting, who meet.Subject) bool {
	for _, m := range ms {
		if m.Host == who {
			return true
		}
	}
	return false
}

// invitees are all who have an account.
func (a *app) invitees(ctx context.Context, book *org.Book) ([]meet.Participant, error) {
	var out []meet.Participant
	for _, s := range a.sample {
		card, err := book.Card(ctx, s.Person)
		if err != nil {
			return nil, fmt.Errorf("look up %s: %w", s.Name, err)
		}
		out = append(out, meet.Participant{
			Subject: meet.PersonSubject(s.Person), Name: card.Name, Department: card.Department, Office: card.Office,
		})
	}
	return out, nil
}
