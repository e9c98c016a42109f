//go:build linux

package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/livekit/protocol/auth"

	"yakusho/internal/meet/meettest"
)

// meeting is one meeting on either server, and how to get people into it.
type meeting struct {
	id    string
	admit func(ctx context.Context, name string) (*meettest.Client, error)
	end   func(ctx context.Context) error
}

// open opens a meeting on a running server.
func (s *server) open(ctx context.Context, title string) (*meeting, error) {
	if s.office {
		return s.openOffice(ctx, title)
	}
	return &meeting{id: title, admit: func(_ context.Context, name string) (*meettest.Client, error) {
		return meettest.NewEngineClient(s.url, func(_ context.Context, room string) (meettest.Ticket, error) {
			return plainTicket(room, name)
		})
	}, end: func(context.Context) error { return nil }}, nil
}

// plainTicket makes a token as LiveKit's users do.
func plainTicket(room, name string) (meettest.Ticket, error) {
	token, err := auth.NewAccessToken(plainKey, plainSecret).SetIdentity(name).SetName(name).SetValidFor(10 * time.Minute).
		SetVideoGrant(&auth.VideoGrant{RoomJoin: true, Room: room}).ToJWT()
	return meettest.Ticket{Participant: name, Token: token}, err
}

func (s *server) openOffice(ctx context.Context, title string) (*meeting, error) {
	host, err := s.client()
	if err != nil {
		return nil, err
	}
	session, err := host.Session(ctx)
	if err != nil {
		return nil, err
	}
	if len(session.SampleAccounts) == 0 {
		return nil, fmt.Errorf("%s has no sample accounts", s.url)
	}
	a := session.SampleAccounts[0]
	if _, err := host.SignIn(ctx, a.Login, a.Password); err != nil {
		return nil, err
	}
	m, err := host.OpenMeeting(ctx, title)
	if err == nil && m.PIN == "" {
		m, err = host.Meeting(ctx, m.ID)
	}
	if err != nil {
		return nil, err
	}
	return &meeting{id: m.ID, admit: func(ctx context.Context, name string) (*meettest.Client, error) {
		// Everybody but the host comes as a guest: number and PIN are shown before the clock starts.
		c, err := s.client()
		if err != nil {
			return nil, err
		}
		if _, err := c.Enter(ctx, m.Number, m.PIN, name); err != nil {
			c.Close()
			return nil, fmt.Errorf("enter as %s: %w", name, err)
		}
		return c, nil
	}, end: func(ctx context.Context) error {
		defer host.Close()
		return host.End(ctx, m.ID)
	}}, nil
}

func (s *server) client() (*meettest.Client, error) {
	return meettest.NewClient(meettest.ClientOptions{URL: s.url, Insecure: true})
}

// crew are the participants of one meeting.
type crew struct {
	meeting *meeting
	crew    *meettest.Crew
	seats   []*seat
	came    int // so far; names must not come twice
}

// seat is one participant at work.
type seat struct {
	name   string
	client *meettest.Client
	who    *meettest.Participant
	end    chan error
}

// seat prepares a participant; sit lets it join.
func (c *crew) seat(ctx context.Context, o meettest.Options) (*seat, error) {
	c.came++
	name := fmt.Sprintf("計測 %d", c.came)
	client, err := c.meeting.admit(ctx, name)
	if err != nil {
		return nil, err
	}
	s := &seat{name: name, client: client, who: c.crew.NewParticipant(client, c.meeting.id, o), end: make(chan error, 1)}
	c.seats = append(c.seats, s)
	return s, nil
}

func (s *seat) sit(ctx context.Context) { go func() { s.end <- s.who.Run(ctx) }() }

// patience is how long anything may take before it counts as not measurable.
const patience = 30 * time.Second

// until waits until the participant has what is asked for.
func (s *seat) until(ctx context.Context, what string, has func(meettest.Stats) bool) error {
	late := time.NewTimer(patience)
	defer late.Stop()
	for !has(s.who.Stats()) {
		select {
		case err := <-s.end:
			s.end <- err
			return fmt.Errorf("%s is out before %s: %w", s.name, what, err)
		case <-late.C:
			return fmt.Errorf("%s: not within %v: %s", s.name, patience, what)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// leave says good-bye for the seats and forgets them.
func (c *crew) leave(seats ...*seat) {
	done := make(chan struct{})
	gone := slices.Clone(seats) // they may be a part of c.seats
	for _, s := range gone {
		go func() {
			s.who.Close()
			s.client.Close()
			done <- struct{}{}
		}()
	}
	for range gone {
		<-done
	}
	c.seats = slices.DeleteFunc(c.seats, func(s *seat) bool { return slices.Contains(gone, s) })
}

// pause waits, unless the run is over.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
