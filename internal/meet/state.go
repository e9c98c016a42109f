package meet

import "yakusho/internal/core"

// State is where a meeting is in its life.
type State string

// The states. A meeting is opened by the first person who comes in and never comes back from its end.
const (
	StateScheduled State = "scheduled"
	StateOpen      State = "open"
	StateEnded     State = "ended"
)

// move is one row of the life of a meeting.
type move struct {
	From  State
	Event string
	To    State
}

// life is the whole life of a meeting. SQL enforces it (WHERE state = from) and a golden test prints it.
var life = [...]move{
	{StateScheduled, "first person comes in", StateOpen},
	{StateScheduled, "ended by the host", StateEnded},
	{StateScheduled, "nobody came, and its planned time long past", StateEnded},
	{StateOpen, "ended by the host", StateEnded},
	{StateOpen, "empty, and its planned time long past", StateEnded},
}

// CanMove reports whether the life of a meeting knows a way from one state to another.
func CanMove(from, to State) bool {
	for _, m := range life {
		if m.From == from && m.To == to {
			return true
		}
	}
	return false
}

// The refusals of this package, each with what to do next.
var (
	ErrNoMeeting       = core.NotFound("meeting_unknown", "この会議は見つかりません。今日の会議の一覧から選び直してください。")
	ErrEnded           = core.Gone("meeting_ended", "この会議は終わりました。続きが必要なときは、主催者に新しい会議を開いてもらってください。")
	ErrLocked          = core.Forbidden("meeting_locked", "この会議は主催者が鍵をかけています。入りたいときは、電話などで主催者に伝えてください。")
	ErrRemoved         = core.Forbidden("removed", "主催者により退出しました。もう一度入るには、主催者に連絡してください。")
	ErrNotInvited      = core.Forbidden("not_invited", "この会議には招待されていません。会議番号と暗証番号を聞いて「番号で参加」から入ってください。")
	ErrGuestsOff       = core.Forbidden("guests_off", "この会議は職員だけの会議です。主催者に連絡してください。")
	ErrFull            = core.Unavailable("meeting_full", "会議の人数が上限に達しています。主催者に連絡してください。")
	ErrSignIn          = core.Unauthenticated("signed_out", "ログインしてください。番号を知っている方は「番号で参加」から入れます。")
	ErrNotHost         = core.Forbidden("not_host", "この操作は主催者だけができます。")
	ErrNumberOrPIN     = core.Invalid("number_or_pin_wrong", "会議番号か暗証番号が違います。もう一度、番号を確かめて入れてください。終わった会議の番号は使えません。")
	ErrTooManyTries    = core.Limited("too_many_tries", "まちがいが続いたため、しばらく受け付けません。15分ほど待つか、主催者に連絡してください。")
	ErrTooManyGuests   = core.Limited("too_many_guests", "同じ場所から続けて大勢が参加しました。5分ほど待ってから、もう一度お試しください。")
	ErrNameEmpty       = core.Invalid("name_empty", "お名前を入れてください。")
	ErrNameTooLong     = core.Invalid("name_too_long", "お名前が長すぎます。40文字までで入れてください。")
	ErrNameTaken       = core.Conflict("name_taken", "同じ名前の方がいます。所属を付けるなど、ほかの方と区別できる名前にしてください。")
	ErrNameOfStaff     = core.Forbidden("name_of_staff", "職員の名前では参加できません。職員の方はログインしてください。ほかの方は、会社名と名字（例: みほん建設 佐藤）にしてください。")
	ErrTitleTooLong    = core.Invalid("title_too_long", "会議の名前が長すぎます。100文字までで入れてください。")
	ErrMessageEmpty    = core.Invalid("message_empty", "メッセージが空です。")
	ErrMessageTooLong  = core.Invalid("message_too_long", "メッセージが長すぎます。2000文字までに分けて送ってください。")
	ErrKey             = core.Invalid("key_malformed", "送信の形が正しくありません。画面を開き直してください。")
	ErrKeyReused       = core.Conflict("key_reused", "同じ送信番号で別の内容が届きました。画面を開き直してください。")
	ErrReaction        = core.Invalid("reaction_unknown", "この反応は使えません。")
	ErrTooFast         = core.Limited("too_fast", "操作が速すぎます。少し待ってからもう一度押してください。")
	ErrNotHere         = core.NotFound("participant_unknown", "この参加者は会議にいません。")
	ErrHostMustBeStaff = core.Invalid("host_must_be_staff", "主催は、会議にいる職員の方にだけ渡せます。")
	ErrRemoveSelf      = core.Invalid("remove_self", "自分を退出させることはできません。「退出する」を押してください。")
	ErrTicket          = core.Unauthenticated("ticket_invalid", "会議に入るための券が正しくないか、期限が切れました。もう一度「参加する」を押してください。")
	ErrTicketUsed      = core.Conflict("ticket_used", "この券はもう使われています。もう一度「参加する」を押してください。")
	// ErrAway may be over in a moment, for somebody who is coming back: a screen tries again by itself.
	ErrAway      = core.Unavailable("not_in_meeting", "いまはこの会議に入っていません。「参加する」を押して入り直してから、もう一度お試しください。")
	ErrElsewhere = core.Conflict("elsewhere", "別の画面で同じ会議に参加しています。この画面で続けるには、もう一度「参加する」を押してください。")
)
