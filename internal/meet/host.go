package meet

import (
	"context"
	"errors"
	"fmt"

	"yakusho/internal/core"
)

// hosted returns the meeting to its host; to anyone else ErrNotHost, remembered under action;
// to who is nobody ErrSignIn.
func (s *Service) hosted(ctx context.Context, id core.ID, action string) (Meeting, error) {
	if SubjectOf(core.ActorFrom(ctx)) == "" {
		return Meeting{}, ErrSignIn
	}
	m, err := s.Store.Meeting(ctx, id)
	switch {
	case err != nil:
		return Meeting{}, fmt.Errorf("find meeting %s: %w", id, err)
	case !Hosts(m, core.ActorFrom(ctx)):
		return Meeting{}, s.refuse(ctx, action, string(id), ErrNotHost)
	case m.State == StateEnded:
		return Meeting{}, ErrEnded
	}
	return m, s.notRemoved(ctx, id, action)
}

// notRemoved refuses whoever was removed, host or organiser: they have no say in the meeting any more.
func (s *Service) notRemoved(ctx context.Context, id core.ID, action string) error {
	p, err := s.Store.Participant(ctx, id, SubjectOf(core.ActorFrom(ctx)))
	switch {
	case err != nil && !errors.Is(err, ErrNotHere):
		return fmt.Errorf("find participant: %w", err)
	case !p.RemovedAt.IsZero():
		return s.refuse(ctx, action, string(id), ErrRemoved)
	}
	return nil
}

// Change is what the host can change in a meeting; nil leaves it.
type Change struct {
	Locked *bool
	Guests *bool
	Host   *core.ID // the participant to hand the meeting to
}

// Change locks, opens to guests and hands over.
func (s *Service) Change(ctx context.Context, id core.ID, c Change) (Meeting, error) {
	m, err := s.hosted(ctx, id, "meet.change")
	if err != nil {
		return Meeting{}, err
	}
	a := Amendment{Locked: c.Locked, Guests: c.Guests}
	var heir Participant
	if c.Host != nil {
		if heir, err = s.present(ctx, id, *c.Host); err != nil {
			return Meeting{}, err
		}
		if heir.Guest() {
			return Meeting{}, ErrHostMustBeStaff
		}
		a.Host, a.HostName, a.HostDept = &heir.Subject, heir.Name, heir.Department
	}
	if err := s.Audit.Record(ctx, "meet.change", string(id), "ok", describe(c)); err != nil {
		return Meeting{}, err
	}
	if m, err = s.Store.Amend(ctx, id, a); err != nil {
		return Meeting{}, fmt.Errorf("change meeting: %w", err)
	}
	if c.Host != nil {
		s.hub.tellOne(id, heir.ID, Event{Kind: EventNotice, Notice: Notice{NoticeHostGiven, core.ActorFrom(ctx).Name}})
	}
	s.hub.tellAll(id, Event{Kind: EventState})
	return m, nil
}

func describe(c Change) map[string]string {
	d := map[string]string{}
	if c.Locked != nil {
		d["locked"] = fmt.Sprint(*c.Locked)
	}
	if c.Guests != nil {
		d["guests"] = fmt.Sprint(*c.Guests)
	}
	if c.Host != nil {
		d["host"] = string(*c.Host)
	}
	return d
}

// present finds a participant who is connected.
func (s *Service) present(ctx context.Context, meeting, participant core.ID) (Participant, error) {
	p, err := s.participant(ctx, meeting, participant)
	if err == nil && !s.hub.isPresent(meeting, participant) {
		err = ErrNotHere
	}
	return p, err
}

func (s *Service) participant(ctx context.Context, meeting, participant core.ID) (Participant, error) {
	ps, err := s.Store.Participants(ctx, meeting)
	if err != nil {
		return Participant{}, fmt.Errorf("list participants: %w", err)
	}
	for _, p := range ps {
		if p.ID == participant {
			return p, nil
		}
	}
	return Participant{}, ErrNotHere
}

// Mute silences one participant, or with an empty participant everyone but the caller.
func (s *Service) Mute(ctx context.Context, id, participant core.ID, src Source) error {
	if _, err := s.hosted(ctx, id, "meet.mute"); err != nil {
		return err
	}
	a := core.ActorFrom(ctx)
	var targets []Participant
	if participant != "" {
		p, err := s.present(ctx, id, participant)
		if err != nil {
			return err
		}
		targets = []Participant{p}
	} else {
		ps, err := s.Store.Participants(ctx, id)
		if err != nil {
			return fmt.Errorf("list participants: %w", err)
		}
		for _, p := range ps {
			if p.Subject != SubjectOf(a) && s.hub.isPresent(id, p.ID) {
				targets = append(targets, p)
			}
		}
	}
	who := "all"
	if participant != "" {
		who = string(participant)
	}
	if err := s.Audit.Record(ctx, "meet.mute", string(id), "ok", map[string]string{"participant": who, "source": string(src)}); err != nil {
		return err
	}
	kind := map[Source]NoticeKind{SourceMicrophone: NoticeMuted, SourceCamera: NoticeCameraStopped, SourceScreen: NoticeShareStopped}[src]
	var failed error
	for _, p := range targets {
		if err := s.Media.Mute(ctx, id, p.ID, src); err != nil {
			failed = errors.Join(failed, fmt.Errorf("mute %s: %w", p.ID, err))
			continue
		}
		s.hub.tellOne(id, p.ID, Event{Kind: EventNotice, Notice: Notice{kind, a.Name}})
	}
	return failed
}

// Remove puts a participant out for good. What they know of the meeting is made worthless: the PIN
// changes in the same write, so that nobody comes back under another name.
func (s *Service) Remove(ctx context.Context, id, participant core.ID) error {
	m, err := s.hosted(ctx, id, "meet.remove")
	if err != nil {
		return err
	}
	a := core.ActorFrom(ctx)
	p, err := s.participant(ctx, id, participant)
	if err != nil {
		return err
	}
	if p.Subject == SubjectOf(a) {
		return ErrRemoveSelf
	}
	pin := digits(4)
	for pin == m.PIN {
		pin = digits(4)
	}
	if err := s.Audit.Record(ctx, "meet.remove", string(id), "ok", map[string]string{"participant": string(participant), "name": p.Name}); err != nil {
		return err
	}
	if err := s.Store.Remove(ctx, id, participant, pin, s.Clock()); err != nil {
		return fmt.Errorf("remove participant: %w", err)
	}
	s.putOut(ctx, id, participant, Notice{NoticeRemoved, a.Name})
	s.hub.tellAll(id, Event{Kind: EventState})
	return nil
}

// putOut tells a participant why, closes their screens' ears and cuts the media.
func (s *Service) putOut(ctx context.Context, meeting, participant core.ID, why Notice) {
	sessions := s.hub.forget(meeting, participant)
	s.hub.tellOne(meeting, participant, Event{Kind: EventNotice, Notice: why})
	s.hub.silence(meeting, func(x *Subscription) bool { return x.participant == participant })
	s.cut(ctx, meeting, participant, sessions)
}

// cut ends a participant's media, relayed or not.
func (s *Service) cut(ctx context.Context, meeting, participant core.ID, sessions []string) {
	for _, session := range sessions {
		s.Relay.Revoke(RelayID(participant, session))
	}
	if err := s.Media.Disconnect(ctx, meeting, participant); err != nil {
		s.Log.ErrorContext(ctx, "participant not disconnected; the next round tries again", "meeting", meeting, "participant", participant, "err", err)
	}
}

// End ends the meeting for all.
func (s *Service) End(ctx context.Context, id core.ID) error {
	if _, err := s.hosted(ctx, id, "meet.end"); err != nil {
		return err
	}
	if err := s.Audit.Record(ctx, "meet.end", string(id), "ok", nil); err != nil {
		return err
	}
	return s.end(ctx, id, core.ActorFrom(ctx).Name)
}

func (s *Service) end(ctx context.Context, id core.ID, by string) error {
	if err := s.Store.End(ctx, id, s.Clock()); err != nil {
		return fmt.Errorf("end meeting: %w", err)
	}
	s.hub.tellAll(id, Event{Kind: EventNotice, Notice: Notice{NoticeEnded, by}})
	for _, t := range s.hub.clear(id) {
		s.Relay.Revoke(RelayID(t.Participant, t.Session))
	}
	if err := s.Media.Close(ctx, id); err != nil {
		return fmt.Errorf("close media room: %w", err)
	}
	return nil
}
