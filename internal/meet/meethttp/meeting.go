package meethttp

import (
	"context"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

// ListToday implements StrictServerInterface.
func (a *API) ListToday(ctx context.Context, _ ListTodayRequestObject) (ListTodayResponseObject, error) {
	ms, err := a.Service.Today(ctx)
	if err != nil {
		return nil, err
	}
	out := make(ListToday200JSONResponse, 0, len(ms))
	for _, m := range ms {
		r, err := a.render(ctx, m)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// OpenMeeting implements StrictServerInterface.
func (a *API) OpenMeeting(ctx context.Context, r OpenMeetingRequestObject) (OpenMeetingResponseObject, error) {
	title, guests := "", true
	if r.Body.Title != nil {
		title = *r.Body.Title
	}
	if r.Body.GuestsAllowed != nil {
		guests = *r.Body.GuestsAllowed
	}
	m, err := a.Service.OpenNow(ctx, title, guests)
	if err != nil {
		return nil, err
	}
	out, err := a.render(ctx, m)
	return OpenMeeting201JSONResponse(out), err
}

// EnterByNumber implements StrictServerInterface.
func (a *API) EnterByNumber(ctx context.Context, r EnterByNumberRequestObject) (EnterByNumberResponseObject, error) {
	name := ""
	if r.Body.Name != nil {
		name = *r.Body.Name
	}
	e, err := a.Service.Enter(ctx, r.Body.Number, r.Body.Pin, name)
	if err != nil {
		return nil, err
	}
	m, err := a.render(ctx, e.Meeting)
	if err != nil {
		return nil, err
	}
	out := EnterByNumber200JSONResponse{Body: m}
	if e.Pass != "" {
		cookie := guestPass(e.Pass, e.Until)
		out.Headers.SetCookie = &cookie
	}
	return out, nil
}

// GetMeeting implements StrictServerInterface.
func (a *API) GetMeeting(ctx context.Context, r GetMeetingRequestObject) (GetMeetingResponseObject, error) {
	id, err := meetingID(r.Meeting)
	if err != nil {
		return nil, err
	}
	m, err := a.Service.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	out, err := a.render(ctx, m)
	return GetMeeting200JSONResponse(out), err
}

// ChangeMeeting implements StrictServerInterface.
func (a *API) ChangeMeeting(ctx context.Context, r ChangeMeetingRequestObject) (ChangeMeetingResponseObject, error) {
	id, err := meetingID(r.Meeting)
	if err != nil {
		return nil, err
	}
	c := meet.Change{Locked: r.Body.Locked, Guests: r.Body.GuestsAllowed}
	if r.Body.Host != nil {
		host := core.ID(*r.Body.Host)
		c.Host = &host
	}
	m, err := a.Service.Change(ctx, id, c)
	if err != nil {
		return nil, err
	}
	out, err := a.render(ctx, m)
	return ChangeMeeting200JSONResponse(out), err
}

// EndMeeting implements StrictServerInterface.
func (a *API) EndMeeting(ctx context.Context, r EndMeetingRequestObject) (EndMeetingResponseObject, error) {
	id, err := meetingID(r.Meeting)
	if err != nil {
		return nil, err
	}
	return EndMeeting204Response{}, a.Service.End(ctx, id)
}

// JoinMeeting implements StrictServerInterface.
func (a *API) JoinMeeting(ctx context.Context, r JoinMeetingRequestObject) (JoinMeetingResponseObject, error) {
	id, err := meetingID(r.Meeting)
	if err != nil {
		return nil, err
	}
	in, err := a.Service.Join(ctx, id)
	if err != nil {
		return nil, err
	}
	ice, err := a.iceServers(ctx, meet.RelayID(in.Participant, core.ActorFrom(ctx).Session))
	if err != nil {
		return nil, err
	}
	return JoinMeeting200JSONResponse{
		Participant: string(in.Participant), Token: in.Token, ExpiresAt: in.ExpiresAt, Host: in.Host,
		MediaPath: MediaPath, IceServers: ice,
	}, nil
}

// ListChat implements StrictServerInterface.
func (a *API) ListChat(ctx context.Context, r ListChatRequestObject) (ListChatResponseObject, error) {
	id, err := meetingID(r.Meeting)
	if err != nil {
		return nil, err
	}
	after := int64(0)
	if r.Params.After != nil {
		after = *r.Params.After
	}
	ms, err := a.Service.Chat(ctx, id, after)
	if err != nil {
		return nil, err
	}
	out := make(ListChat200JSONResponse, 0, len(ms))
	for _, m := range ms {
		out = append(out, message(m))
	}
	return out, nil
}

// Say implements StrictServerInterface.
func (a *API) Say(ctx context.Context, r SayRequestObject) (SayResponseObject, error) {
	id, err := meetingID(r.Meeting)
	if err != nil {
		return nil, err
	}
	a.await(ctx, id)
	m, err := a.Service.Say(ctx, id, r.Body.Key, r.Body.Text)
	return Say201JSONResponse(message(m)), err
}

// RaiseHand implements StrictServerInterface.
func (a *API) RaiseHand(ctx context.Context, r RaiseHandRequestObject) (RaiseHandResponseObject, error) {
	id, err := meetingID(r.Meeting)
	if err != nil {
		return nil, err
	}
	of := core.ID("")
	if r.Body.Participant != nil {
		of = core.ID(*r.Body.Participant)
	}
	return RaiseHand204Response{}, a.Service.Hand(ctx, id, r.Body.Raised, of)
}

// React implements StrictServerInterface.
func (a *API) React(ctx context.Context, r ReactRequestObject) (ReactResponseObject, error) {
	id, err := meetingID(r.Meeting)
	if err != nil {
		return nil, err
	}
	return React204Response{}, a.Service.React(ctx, id, string(r.Body.Kind))
}

// Mute implements StrictServerInterface.
func (a *API) Mute(ctx context.Context, r MuteRequestObject) (MuteResponseObject, error) {
	id, err := meetingID(r.Meeting)
	if err != nil {
		return nil, err
	}
	if !r.Body.Source.Valid() {
		return nil, errJSON
	}
	who := core.ID("")
	if r.Body.Participant != nil {
		who = core.ID(*r.Body.Participant)
	}
	return Mute204Response{}, a.Service.Mute(ctx, id, who, meet.Source(r.Body.Source))
}

// RemoveParticipant implements StrictServerInterface.
func (a *API) RemoveParticipant(ctx context.Context, r RemoveParticipantRequestObject) (RemoveParticipantResponseObject, error) {
	id, err := meetingID(r.Meeting)
	if err != nil {
		return nil, err
	}
	return RemoveParticipant204Response{}, a.Service.Remove(ctx, id, core.ID(r.Participant))
}

// ListAttendance implements StrictServerInterface.
func (a *API) ListAttendance(ctx context.Context, r ListAttendanceRequestObject) (ListAttendanceResponseObject, error) {
	id, err := meetingID(r.Meeting)
	if err != nil {
		return nil, err
	}
	stays, who, err := a.Service.Attendance(ctx, id)
	if err != nil {
		return nil, err
	}
	out := make(ListAttendance200JSONResponse, 0, len(stays))
	for _, s := range stays {
		p := who[s.Participant]
		out = append(out, Stay{
			Participant: string(s.Participant), Name: p.Name, Department: p.Department, Office: p.Office, Guest: p.Guest(),
			JoinedAt: s.JoinedAt, LeftAt: optional(s.LeftAt), Path: StayPath(s.Path), EndedBy: optional(StayEndedBy(s.EndedBy)),
		})
	}
	return out, nil
}
