package meet

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"slices"
	"strings"
	"time"

	"yakusho/internal/core"
)

// Config is what a Service stands on.
type Config struct {
	Store     Store
	Media     Media
	Relay     Relay
	Sessions  Sessions // nil: sessions end in this process only
	Directory Directory
	Audit     Audit
	Clock     core.Clock
	Log       *slog.Logger
	Zone      *time.Location // whose midnight begins a day
	Capacity  int            // people in one meeting; 0 is 200
}

// Service is what can be done with meetings. Who does it is the core.Actor of the context.
type Service struct {
	Config
	epoch    string // of this process; tickets of another are worthless
	byNumber *tries // wrong PINs of one number, whether it exists or not
	byFrom   *tries // wrong entries from one PC, or of one account
	passes   *tries // guest passes given to one PC; an office may come through one address
	hub      *hub
	poke     chan struct{}
	seenAt   time.Time // when the living were last marked; used by Reconcile alone
}

// TicketLife is how long a ticket may wait before it is used. It must not be above five minutes.
const TicketLife = 2 * time.Minute

// idleEnd is how long after its planned end an empty meeting stays open.
const idleEnd = 30 * time.Minute

// NewService returns a service; Run keeps its books.
func NewService(c Config) *Service {
	if c.Capacity == 0 {
		c.Capacity = 200
	}
	return &Service{
		Config: c, epoch: core.Secret(10), hub: newHub(c.Clock), poke: make(chan struct{}, 1),
		byNumber: newTries(c.Clock, 10, 15*time.Minute),
		byFrom:   newTries(c.Clock, 10, 5*time.Minute),
		passes:   newTries(c.Clock, 60, 5*time.Minute),
	}
}

// Today returns the caller's meetings that begin today or are open.
func (s *Service) Today(ctx context.Context) ([]Meeting, error) {
	who := SubjectOf(core.ActorFrom(ctx))
	if who == "" {
		return nil, ErrSignIn
	}
	now := s.Clock().In(s.Zone)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, s.Zone)
	ms, err := s.Store.Of(ctx, who, day.UTC(), day.AddDate(0, 0, 1).UTC())
	if err != nil {
		return nil, fmt.Errorf("list meetings of today: %w", err)
	}
	return ms, nil
}

// OpenNow makes a meeting that is open at once, with the caller as host.
func (s *Service) OpenNow(ctx context.Context, title string, guests bool) (Meeting, error) {
	a := core.ActorFrom(ctx)
	if !a.SignedIn() {
		return Meeting{}, ErrSignIn
	}
	card, err := s.card(ctx, a)
	if err != nil {
		return Meeting{}, err
	}
	title, err = CleanTitle(title, card.Name)
	if err != nil {
		return Meeting{}, err
	}
	now := s.Clock()
	m := Meeting{
		Title: title, State: StateOpen, Host: SubjectOf(a), HostName: card.Name, HostDept: card.Department,
		Guests: guests, StartsAt: now, EndsAt: now.Add(time.Hour), OpenedAt: now,
	}
	return s.Plan(ctx, m, nil)
}

// Plan stores a meeting under a fresh number and PIN. The people invited are given as participants
// with their subject and what is known of them.
func (s *Service) Plan(ctx context.Context, m Meeting, invited []Participant) (Meeting, error) {
	now := s.Clock()
	m.ID = core.NewID(now)
	invited = slices.Clone(invited)
	for i := range invited {
		invited[i].ID, invited[i].Meeting, invited[i].Invited = core.NewID(now), m.ID, true
	}
	if err := s.Audit.Record(ctx, "meet.plan", string(m.ID), "ok", map[string]string{"title": m.Title}); err != nil {
		return Meeting{}, err
	}
	for range 20 {
		m.Number, m.PIN = digits(6), digits(4)
		err := s.Store.Plan(ctx, m, invited)
		if errors.Is(err, ErrNumberInUse) {
			continue
		}
		if err != nil {
			return Meeting{}, fmt.Errorf("plan meeting: %w", err)
		}
		return m, nil
	}
	return Meeting{}, ErrNumberInUse
}

// Entrance is what showing number and PIN gives.
type Entrance struct {
	Meeting Meeting
	Pass    string    // the guest's secret, once; "" for a signed-in person
	Until   time.Time // when the pass ends
}

// Enter lets the caller belong to the meeting of that number: a signed-in person as invited, anyone
// else as a guest called name. Wrong number and wrong PIN are answered alike and counted alike.
func (s *Service) Enter(ctx context.Context, number, pin, name string) (Entrance, error) {
	a := core.ActorFrom(ctx)
	number, pin = onlyDigits(number), onlyDigits(pin)
	var err error
	if !a.SignedIn() {
		if name, err = CleanName(name); err != nil {
			return Entrance{}, err
		}
	}
	keys := s.guessKeys(a, number)
	for _, k := range keys {
		if k.tries.closed(k.key) || !k.tries.take(k.key) {
			if k.tries.first(k.key) {
				return Entrance{}, s.refuse(ctx, "meet.enter", number, ErrTooManyTries)
			}
			return Entrance{}, ErrTooManyTries
		}
	}
	m, err := s.Store.ByNumber(ctx, number)
	if err != nil && !errors.Is(err, ErrNoMeeting) {
		giveBack(keys) // our trouble is not their guess
		return Entrance{}, fmt.Errorf("find meeting by number: %w", err)
	}
	if err != nil || !sameSecret(pin, m.PIN) {
		return Entrance{}, s.refuse(ctx, "meet.enter", number, ErrNumberOrPIN)
	}
	giveBack(keys)
	if a.SignedIn() {
		err = s.invite(ctx, a, m)
		return Entrance{Meeting: m}, err
	}
	return s.enterGuest(ctx, m, name)
}

// guessKey is something a wrong guess is counted against.
type guessKey struct {
	tries *tries
	key   string
}

// guessKeys are what the caller's guesses are counted against. A stranger's count for the PC and for the
// number; a signed-in person's for the account alone, so that no stranger can close a number to staff.
func (s *Service) guessKeys(a core.Actor, number string) []guessKey {
	if a.SignedIn() {
		return []guessKey{{s.byFrom, "account " + string(a.Account)}}
	}
	return []guessKey{{s.byFrom, core.HostOf(a.From).String()}, {s.byNumber, number}}
}

func giveBack(keys []guessKey) {
	for _, k := range keys {
		k.tries.give(k.key)
	}
}

func (s *Service) invite(ctx context.Context, a core.Actor, m Meeting) error {
	card, err := s.card(ctx, a)
	if err != nil {
		return err
	}
	p, err := s.Store.Invite(ctx, Participant{
		ID: core.NewID(s.Clock()), Meeting: m.ID, Subject: SubjectOf(a), Invited: true,
		Name: card.Name, Department: card.Department, Office: card.Office,
	})
	if err != nil {
		return fmt.Errorf("enter by number: %w", err)
	}
	if !p.RemovedAt.IsZero() {
		return s.refuse(ctx, "meet.enter", string(m.ID), ErrRemoved)
	}
	return s.Audit.Record(ctx, "meet.enter", string(m.ID), "ok", nil)
}

func (s *Service) enterGuest(ctx context.Context, m Meeting, name string) (Entrance, error) {
	if !m.Guests {
		return Entrance{}, s.refuse(ctx, "meet.enter", string(m.ID), ErrGuestsOff)
	}
	if m.Locked {
		return Entrance{}, s.refuse(ctx, "meet.enter", string(m.ID), ErrLocked)
	}
	if err := s.checkGuestName(ctx, m, name); err != nil {
		return Entrance{}, s.refuse(ctx, "meet.enter", string(m.ID), err)
	}
	if from := core.HostOf(core.ActorFrom(ctx).From).String(); !s.passes.take(from) {
		if s.passes.first(from) {
			return Entrance{}, s.refuse(ctx, "meet.enter", string(m.ID), ErrTooManyGuests)
		}
		return Entrance{}, ErrTooManyGuests
	}
	if err := s.Audit.Record(ctx, "meet.enter", string(m.ID), "ok", map[string]string{"guest": name}); err != nil {
		return Entrance{}, err
	}
	now := s.Clock()
	secret := core.Secret(32)
	g := GuestPass{ID: core.NewID(now), Meeting: m.ID, Name: name, Secret: HashPass(secret), ExpiresAt: now.Add(24 * time.Hour)}
	if err := s.Store.AddGuest(ctx, g); err != nil {
		return Entrance{}, fmt.Errorf("store guest pass: %w", err)
	}
	_, err := s.Store.Invite(ctx, Participant{
		ID: core.NewID(now), Meeting: m.ID, Subject: Subject("g:" + string(g.ID)), Name: name, Invited: true,
	})
	if err != nil {
		return Entrance{}, fmt.Errorf("add guest: %w", err)
	}
	return Entrance{Meeting: m, Pass: secret, Until: g.ExpiresAt}, nil
}

// checkGuestName keeps a guest from being taken for someone else.
func (s *Service) checkGuestName(ctx context.Context, m Meeting, name string) error {
	staff, err := s.Directory.Names(ctx)
	if err != nil {
		return fmt.Errorf("compare guest name with staff: %w", err)
	}
	if !MayGoBy(name, staff) {
		return ErrNameOfStaff
	}
	if s.hub.nameTaken(m.ID, "", name) {
		return ErrNameTaken
	}
	return nil
}

// Guest returns the actor behind a guest pass, for the pass's secret.
func (s *Service) Guest(ctx context.Context, secret string) (GuestPass, error) {
	hash := HashPass(secret)
	g, err := s.Store.Guest(ctx, hash)
	if err != nil {
		return GuestPass{}, err
	}
	if !s.Clock().Before(g.ExpiresAt) {
		return GuestPass{}, ErrSignIn
	}
	return g, nil
}

// HashPass is how a guest's secret is kept: 256 random bits need no salt and no stretching.
func HashPass(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

// Get returns a meeting to those who could join it, ended or not.
func (s *Service) Get(ctx context.Context, id core.ID) (Meeting, error) {
	k, _, err := s.knock(ctx, id)
	if err != nil {
		return Meeting{}, err
	}
	m := k.Meeting
	// Whether the caller belongs there does not depend on whether there is room or whether it is over.
	k.Meeting.State, k.Meeting.Locked, k.Present, k.Capacity = StateOpen, false, 0, 1
	if _, refused := Admit(k); refused != nil {
		return Meeting{}, refused
	}
	return m, nil
}

// Admission is the answer to a knock that succeeded.
type Admission struct {
	Meeting     Meeting
	Participant core.ID // whom the ticket is for; on disk only once EnterRoom let them in
	Token       string
	ExpiresAt   time.Time
	Host        bool
}

// Join gives the caller what one media connection needs, if they may come in. It writes nothing: a screen asks
// before anyone has decided to come. EnterRoom decides anew, admits and remembers.
func (s *Service) Join(ctx context.Context, id core.ID) (Admission, error) {
	a := core.ActorFrom(ctx)
	k, p, err := s.knock(ctx, id)
	if err != nil {
		return Admission{}, s.refuse(ctx, "meet.knock", string(id), err)
	}
	v, refused := Admit(k)
	if refused != nil {
		return Admission{}, s.refuse(ctx, "meet.knock", string(id), refused)
	}
	card, err := s.card(ctx, a)
	if err != nil {
		return Admission{}, err
	}
	now := s.Clock()
	if p.ID == "" {
		p.ID = s.hub.expect(id, k.Subject, core.NewID(now))
	}
	if k.Subject.Guest() && s.hub.nameTaken(id, p.ID, card.Name) {
		return Admission{}, s.refuse(ctx, "meet.knock", string(id), ErrNameTaken)
	}
	if !s.hub.mayDo(id, p.ID, "knock", 30, 10*time.Second) {
		return Admission{}, ErrTooFast
	}
	t := Ticket{
		Nonce: core.Secret(16), Epoch: s.epoch, Meeting: id, Participant: p.ID, Name: card.Name,
		Session: a.Session, Host: v.Host, ExpiresAt: now.Add(TicketLife),
	}
	token, err := s.Media.Token(t)
	if err != nil {
		return Admission{}, fmt.Errorf("make media token: %w", err)
	}
	s.hub.issued(t)
	return Admission{Meeting: k.Meeting, Participant: p.ID, Token: token, ExpiresAt: t.ExpiresAt, Host: v.Host}, nil
}

// knock gathers what Admit looks at. The participant is the zero one for somebody who is none yet.
func (s *Service) knock(ctx context.Context, id core.ID) (Knock, Participant, error) {
	a := core.ActorFrom(ctx)
	who := SubjectOf(a)
	if who == "" {
		return Knock{}, Participant{}, ErrSignIn
	}
	m, err := s.Store.Meeting(ctx, id)
	if err != nil {
		return Knock{}, Participant{}, fmt.Errorf("find meeting %s: %w", id, err)
	}
	p, err := s.Store.Participant(ctx, id, who)
	if err != nil && !errors.Is(err, ErrNotHere) {
		return Knock{}, Participant{}, fmt.Errorf("find participant: %w", err)
	}
	return Knock{
		Meeting: m, Subject: who, Organiser: a.Has(core.RoleOrganiser), Invited: p.Invited,
		WasIn: !p.AdmittedAt.IsZero(), Removed: !p.RemovedAt.IsZero(),
		Present: s.hub.taken(id, p.ID), Capacity: s.Capacity,
	}, p, nil
}

// card is how the caller is known to the others.
func (s *Service) card(ctx context.Context, a core.Actor) (Card, error) {
	if a.Person == "" {
		return Card{Name: a.Name}, nil
	}
	c, err := s.Directory.Card(ctx, a.Person)
	if err != nil {
		return Card{}, fmt.Errorf("look up person: %w", err)
	}
	if c.Name == "" {
		c.Name = a.Name
	}
	return c, nil
}

// refuse remembers a refusal and returns it. That somebody without session or pass is sent to sign in is no decision
// about anybody and leaves no entry: the log would grow as fast as a stranger can ask. How many entries one caller's
// refusals make is the Audit's to limit.
func (s *Service) refuse(ctx context.Context, action, target string, why error) error {
	var e *core.Error
	if !errors.As(why, &e) || errors.Is(why, ErrSignIn) {
		return why
	}
	if err := s.Audit.Record(ctx, action, target, "refused", map[string]string{"reason": e.Code}); err != nil {
		s.Log.ErrorContext(ctx, "refusal not in the audit log", "action", action, "reason", e.Code, "err", err)
	}
	return why
}

// digits draws n decimal digits, each alike.
func digits(n int) string {
	var b strings.Builder
	for range n {
		d, err := rand.Int(rand.Reader, big.NewInt(10))
		if err != nil {
			panic("no randomness: " + err.Error())
		}
		b.WriteString(d.String())
	}
	return b.String()
}

// onlyDigits keeps the digits of what was typed: full width, spaces and hyphens are how people read
// numbers over the telephone.
func onlyDigits(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '０' && r <= '９':
			b.WriteRune(r - '０' + '0')
		}
		if b.Len() >= 16 {
			break
		}
	}
	return b.String()
}
