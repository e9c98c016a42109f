package meet_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/meet"
	"yakusho/internal/meet/meetsql"
	"yakusho/internal/meet/meettest/suite"
	"yakusho/internal/testkit"
)

// town is a service on a real store, with a clock that stands still and media that carry nothing.
type town struct {
	*meet.Service
	t     *testing.T
	clock *testkit.Clock
	media *suite.Media
	store *flaky
	relay *relay
	audit *journal
	zone  *time.Location
}

func newTown(t *testing.T, edit ...func(*meet.Config)) *town {
	t.Helper()
	store, err := meetsql.Open(context.Background(), testkit.Open(t, testkit.SQLite(t)))
	if err != nil {
		t.Fatal(err)
	}
	w := &town{
		t: t, clock: testkit.NewClock(time.Time{}), media: &suite.Media{}, store: &flaky{Store: store},
		relay: &relay{}, audit: &journal{}, zone: time.FixedZone("JST", 9*3600),
	}
	c := meet.Config{
		Store: w.store, Media: w.media, Relay: w.relay, Directory: staff(), Audit: w.audit,
		Clock: w.clock.Now, Log: slog.New(slog.DiscardHandler), Zone: w.zone,
	}
	for _, f := range edit {
		f(&c)
	}
	w.Service = meet.NewService(c)
	w.media.Door = w.Service
	return w
}

// people is a directory by person.
type people map[core.ID]meet.Card

func (p people) Card(_ context.Context, person core.ID) (meet.Card, error) { return p[person], nil }

func (p people) Names(context.Context) ([]string, error) {
	var out []string
	for _, c := range p {
		out = append(out, c.Name)
	}
	return out, nil
}

func staff() people {
	return people{
		"mayor": {Name: "高橋 一郎", Department: "総務課", Office: "本庁"},
		"sato":  {Name: "佐藤 花子", Department: "税務課", Office: "北支所"},
		"ito":   {Name: "伊藤 次郎", Department: "住民課", Office: "北支所"},
	}
}

// as is the context of a request: a person of the directory, signed in at one PC.
func as(person core.ID, roles ...core.Role) context.Context {
	return core.WithActor(context.Background(), core.Actor{
		Account: "account-" + person, Person: person, Name: string(person), Roles: roles,
		Session: "session-of-" + string(person), From: netip.MustParseAddr("10.20.0.7"),
	})
}

// from is the context of somebody who is nobody, at an address.
func from(addr string) context.Context {
	return core.WithActor(context.Background(), core.Actor{From: netip.MustParseAddr(addr)})
}

// guest enters by number and PIN and returns the context of the requests with the pass.
func (w *town) guest(m meet.Meeting, name string) context.Context {
	w.t.Helper()
	e, err := w.Enter(from("10.99.0.1"), m.Number, m.PIN, name)
	if err != nil {
		w.t.Fatal(err)
	}
	g, err := w.Guest(context.Background(), e.Pass)
	if err != nil {
		w.t.Fatal(err)
	}
	return core.WithActor(context.Background(), core.Actor{
		Guest: g.ID, Name: g.Name, Session: g.Secret, From: netip.MustParseAddr("10.99.0.1"),
	})
}

// open is a meeting the mayor has just opened, for guests too.
func (w *town) open() meet.Meeting {
	w.t.Helper()
	m, err := w.OpenNow(as("mayor"), "打合せ", true)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

func (w *town) number(ctx context.Context, m meet.Meeting) {
	w.t.Helper()
	now, err := w.store.Meeting(ctx, m.ID)
	if err == nil {
		_, err = w.Enter(ctx, now.Number, now.PIN, "")
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// join lets the caller in and connects them by UDP, up to the row in the attendance. Who is signed in
// and not yet invited shows number and PIN first.
func (w *town) join(ctx context.Context, m meet.Meeting) meet.Admission {
	w.t.Helper()
	if a := core.ActorFrom(ctx); a.SignedIn() && !meet.Hosts(m, a) {
		w.number(ctx, m)
	}
	in := w.admit(ctx, m)
	w.must(w.media.Connect(ctx, in.Token, meet.PathUDP))
	w.reconcile()
	return in
}

// admit asks for a ticket, as the page before the click does.
func (w *town) admit(ctx context.Context, m meet.Meeting) meet.Admission {
	w.t.Helper()
	in, err := w.Join(ctx, m.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return in
}

func (w *town) reconcile() {
	w.t.Helper()
	w.must(w.Reconcile(context.Background()))
}

func (w *town) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) refused(err error, want *core.Error) {
	w.t.Helper()
	if !errors.Is(err, want) || core.KindOf(err) != want.Kind {
		w.t.Errorf("got %v, want %v", err, want)
	}
}

// stays prints the attendance of a meeting: by participant, each in the order of joining.
func (w *town) stays(m meet.Meeting) []string {
	w.t.Helper()
	stays, err := w.store.Stays(context.Background(), m.ID)
	w.must(err)
	ps, err := w.store.Participants(context.Background(), m.ID)
	w.must(err)
	var out []string
	for _, s := range stays {
		i := slices.IndexFunc(ps, func(p meet.Participant) bool { return p.ID == s.Participant })
		line := fmt.Sprintf("%s %s %s-", ps[i].Name, s.Path, s.JoinedAt.In(w.zone).Format("15:04:05"))
		if !s.LeftAt.IsZero() {
			line += s.LeftAt.In(w.zone).Format("15:04:05") + " " + string(s.EndedBy)
		}
		out = append(out, line)
	}
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(name(a), name(b)) })
	return out
}

// name is the first two words of a line.
func name(line string) string {
	words := strings.Fields(line)
	return words[0] + " " + words[1]
}

func (w *town) wantStays(m meet.Meeting, want ...string) {
	w.t.Helper()
	slices.SortStableFunc(want, func(a, b string) int { return cmp.Compare(name(a), name(b)) })
	if got := w.stays(m); !slices.Equal(got, want) {
		w.t.Errorf("attendance\n%q, want\n%q", got, want)
	}
}

// here lists who the room shows as present to the mayor.
func (w *town) here(m meet.Meeting) []string {
	w.t.Helper()
	r, err := w.Room(as("mayor"), m.ID)
	w.must(err)
	var out []string
	for _, e := range r.Roster {
		if e.Present {
			out = append(out, e.Name+" "+string(e.Path))
		}
	}
	return out
}

func (w *town) listen(ctx context.Context, m meet.Meeting) *meet.Subscription {
	w.t.Helper()
	sub, _, err := w.Listen(ctx, m.ID)
	w.must(err)
	heard(sub) // that there is a state to read
	return sub
}

// heard takes what an ear has heard so far; "closed" at the end of what it will ever hear.
func heard(sub *meet.Subscription) []string {
	var out []string
	for {
		select {
		case e, ok := <-sub.Events:
			switch {
			case !ok:
				return append(out, "closed")
			case e.Kind == meet.EventChat:
				out = append(out, "chat "+e.Message.Text)
			case e.Kind == meet.EventReaction:
				out = append(out, "reaction "+e.Reaction.Kind)
			case e.Kind == meet.EventNotice:
				out = append(out, "notice "+string(e.Notice.Kind)+" by "+e.Notice.By)
			default:
				out = append(out, string(e.Kind))
			}
		default:
			return out
		}
	}
}

func (w *town) wantHeard(what string, sub *meet.Subscription, want ...string) {
	w.t.Helper()
	if got := heard(sub); !slices.Equal(got, want) {
		w.t.Errorf("%s heard %q, want %q", what, got, want)
	}
}

// flaky is a store some methods of which fail, or let something else happen first, when told to.
type flaky struct {
	meet.Store
	mu     sync.Mutex
	err    error
	before func(method string)
}

func (f *flaky) set(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

func (f *flaky) at(method string) error {
	f.mu.Lock()
	err, before := f.err, f.before
	f.mu.Unlock()
	if before != nil {
		before(method)
	}
	return err
}

func (f *flaky) Begin(ctx context.Context, s meet.Stay) error {
	if err := f.at("Begin"); err != nil {
		return err
	}
	return f.Store.Begin(ctx, s)
}

func (f *flaky) Finish(ctx context.Context, id core.ID, at time.Time, by meet.StayEnd) error {
	if err := f.at("Finish"); err != nil {
		return err
	}
	return f.Store.Finish(ctx, id, at, by)
}

func (f *flaky) Seen(ctx context.Context, ids []core.ID, at time.Time) error {
	if err := f.at("Seen"); err != nil {
		return err
	}
	return f.Store.Seen(ctx, ids, at)
}

func (f *flaky) ByNumber(ctx context.Context, number string) (meet.Meeting, error) {
	if err := f.at("ByNumber"); err != nil {
		return meet.Meeting{}, err
	}
	return f.Store.ByNumber(ctx, number)
}

func (f *flaky) Participant(ctx context.Context, m core.ID, who meet.Subject) (meet.Participant, error) {
	p, err := f.Store.Participant(ctx, m, who)
	_ = f.at("Participant") // after the look, before what follows from it: where races happen
	return p, err
}

// relay remembers what was revoked.
type relay struct {
	mu      sync.Mutex
	revoked []string
}

func (r *relay) Revoke(id string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.revoked = append(r.revoked, id)
	return 1
}

func (r *relay) has(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Contains(r.revoked, id)
}

// journal is an audit log that can be full.
type journal struct {
	mu      sync.Mutex
	err     error
	entries []string
}

func (j *journal) Record(_ context.Context, action, target, outcome string, detail map[string]string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return j.err
	}
	line := action + " " + outcome
	if r := detail["reason"]; r != "" {
		line += " " + r
	}
	j.entries = append(j.entries, line)
	return nil
}

func (j *journal) fill(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.err = err
}

func (j *journal) count(line string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := 0
	for _, e := range j.entries {
		if e == line {
			n++
		}
	}
	return n
}
