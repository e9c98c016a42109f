package suite

import (
	"context"
	"errors"
	"sync"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

// Media is a meet.Media that carries nothing: who is connected is what the test says. Like the real
// engine it asks the door before every connection. Its zero value is ready; set Door before Connect.
type Media struct {
	// Door decides about connections; meet.Service satisfies it.
	Door interface {
		EnterRoom(ctx context.Context, t meet.Ticket, resume bool) error
	}

	mu      sync.Mutex
	tickets map[string]meet.Ticket
	present map[place]meet.Presence
	muted   []Muted
	broken  error
}

type place struct{ meeting, participant core.ID }

// Muted is one thing Media was told to silence.
type Muted struct {
	Participant core.ID
	Source      meet.Source
}

var _ meet.Media = (*Media)(nil)

var errNoTicket = errors.New("this token was never given out")

// Token implements meet.Media.
func (m *Media) Token(t meet.Ticket) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return "", m.broken
	}
	if m.tickets == nil {
		m.tickets = map[string]meet.Ticket{}
	}
	token := core.Secret(16)
	m.tickets[token] = t
	return token, nil
}

// Ticket returns what a token says.
func (m *Media) Ticket(token string) meet.Ticket {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tickets[token]
}

// Ask is the first half of Connect: only the door is asked.
func (m *Media) Ask(ctx context.Context, token string, resume bool) error {
	t := m.Ticket(token)
	if t.Nonce == "" {
		return errNoTicket
	}
	return m.Door.EnterRoom(ctx, t, resume)
}

// Arrive is the second half of Connect: the connection is there, or goes another way from now on.
func (m *Media) Arrive(token string, path meet.Path) { m.show(token, path, false) }

// Hang is an Arrive that is not complete: media flow one way by path, or none where it is unknown.
func (m *Media) Hang(token string, path meet.Path) { m.show(token, path, true) }

func (m *Media) show(token string, path meet.Path, connecting bool) {
	t := m.Ticket(token)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.present == nil {
		m.present = map[place]meet.Presence{}
	}
	m.present[place{t.Meeting, t.Participant}] = meet.Presence{
		Meeting: t.Meeting, Participant: t.Participant, Path: path, Connecting: connecting,
	}
}

// Connect makes the connection a token is for, if the door lets it.
func (m *Media) Connect(ctx context.Context, token string, path meet.Path) error {
	if err := m.Ask(ctx, token, false); err != nil {
		return err
	}
	m.Arrive(token, path)
	return nil
}

// Lose drops the connection of a token.
func (m *Media) Lose(token string) {
	t := m.Ticket(token)
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.present, place{t.Meeting, t.Participant})
}

// Break makes every call fail with err, until it is nil again.
func (m *Media) Break(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.broken = err
}

// Present implements meet.Media.
func (m *Media) Present() []meet.Presence {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []meet.Presence
	for _, p := range m.present {
		out = append(out, p)
	}
	return out
}

// Mute implements meet.Media.
func (m *Media) Mute(_ context.Context, _, participant core.ID, s meet.Source) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken == nil {
		m.muted = append(m.muted, Muted{participant, s})
	}
	return m.broken
}

// Muted returns what was silenced so far, in order.
func (m *Media) Muted() []Muted {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Muted(nil), m.muted...)
}

// Disconnect implements meet.Media.
func (m *Media) Disconnect(_ context.Context, meeting, participant core.ID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken == nil {
		delete(m.present, place{meeting, participant})
	}
	return m.broken
}

// Close implements meet.Media.
func (m *Media) Close(_ context.Context, meeting core.ID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return m.broken
	}
	for p := range m.present {
		if p.meeting == meeting {
			delete(m.present, p)
		}
	}
	return nil
}
