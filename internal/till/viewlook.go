package till

import (
	"time"

	"yakusho/internal/core"
)

// Phase is which screen an attempt belongs to.
type Phase string

// The phases.
const (
	PhaseStarting Phase = "starting" // the provider is being asked
	PhaseWaiting  Phase = "waiting"  // for the customer
	PhaseChecking Phase = "checking" // 確認中: do not charge again
	PhasePaid     Phase = "paid"
	PhaseShown    Phase = "shown"    // the clerk compared the customer's screen
	PhaseNotPaid  Phase = "not_paid" // also when it was taken back
)

// Phase returns the screen of an attempt.
func (a Attempt) Phase() Phase {
	switch a.State {
	case AttemptCreated:
		return PhaseStarting
	case AttemptSent:
		return PhaseWaiting
	case AttemptUnknown, AttemptCancelling, AttemptUnresolved:
		return PhaseChecking
	case AttemptPaid:
		return PhasePaid
	case AttemptShown:
		return PhaseShown
	case AttemptNotPaid, AttemptReversed:
	}
	return PhaseNotPaid
}

// Look is what a screen says about an attempt: いまの状況, お客様への伝え方, このあと自動で行うこと, 引き継ぎ.
type Look struct {
	Phase      Phase
	Provider   string   // as people call it
	Situation  []string // one sentence each
	Say        string   // words to say aloud; empty: nothing has to be said
	Steps      []Step
	Handover   *Handover // nil: nobody needs to take over
	AskClerkAt time.Time // from here on the customer's screen is worth a look
	MayCancel  bool
	MayTick    bool
}

// Step is one thing that happens by itself.
type Step struct {
	Kind  string        // ask, cancel, hand_over, expire, customer, result
	When  string        // now, at, after
	At    time.Time     // for at
	Every time.Duration // between two of it; 0: once
	Words string
}

// Handover is who takes over when nothing automatic is left.
type Handover struct {
	Contact string
	At      time.Time // the zero Time: not by a clock
	Owner   core.ID
	Done    bool
}

// askClerkAfter is when a clerk should look at the customer's screen instead of waiting on.
const askClerkAfter = time.Minute

// Look says what a screen shows of an attempt.
func (v *View) Look(a Attempt) Look {
	l := Look{Phase: a.Phase(), Provider: ProviderLabel(a.Provider), AskClerkAt: a.CreatedAt.Add(askClerkAfter)}
	var t Terms
	if p, ok := v.driver.Provider(a.Provider); ok {
		t = p.Terms(a)
	}
	l.MayCancel = a.State == AttemptCreated || a.State == AttemptSent || a.State == AttemptUnknown
	l.MayTick = a.Way == WaySticker && a.State == AttemptSent
	switch l.Phase {
	case PhaseStarting:
		l.starting(a, t)
	case PhaseWaiting:
		l.waiting(a, t)
	case PhaseChecking:
		l.checking(a, t, v.patience, v.now())
		l.Handover = &Handover{Contact: v.contact, Owner: a.Owner, Done: a.State == AttemptUnresolved}
		if !t.CancelBy.IsZero() && !l.Handover.Done {
			l.Handover.At = t.CancelBy.Add(v.patience.Overtime)
		}
	case PhasePaid:
		l.Situation = []string{l.brand(a) + " で受け取りました。"}
	case PhaseShown:
		l.Situation = []string{"お客様の画面で確かめました。", "決済事業者の精算ファイルと合うまでは、未確認の収入として扱います。"}
	case PhaseNotPaid:
		l.notPaid(a)
	}
	return l
}

// brand is the wallet as people know it, the provider while it is not known.
func (l *Look) brand(a Attempt) string {
	if a.Wallet == "" {
		return l.Provider
	}
	return FindWallet(a.Wallet).Name
}

func (l *Look) starting(a Attempt, t Terms) {
	l.Situation = []string{l.Provider + " に依頼しています。"}
	l.Steps = []Step{{Kind: "result", When: "now", Words: "返事を待っています"}}
	if t.Call > 0 {
		l.Steps = append(l.Steps, Step{Kind: "ask", When: "at", At: a.CreatedAt.Add(t.Call + slack), Words: "届かなければ、結果を問い合わせます"})
	}
}

func (l *Look) waiting(a Attempt, t Terms) {
	l.Situation = []string{"お客様の支払いを待っています。"}
	switch a.Way {
	case WayShow:
		l.Say = "アプリで画面のQRを読み取ってください。金額をお確かめのうえ、お支払いをお願いします。"
	case WayScan:
		l.Say = "スマートフォンの画面で、お支払いの操作をお願いします。"
	case WaySticker:
		l.Say = "窓口のQRを読み取り、" + a.Amount.String() + "円と入力してお支払いください。終わりましたら、画面をお見せください。"
	case WayCash:
	}
	if t.Hands {
		l.Steps = []Step{{Kind: "customer", When: "now", Words: "お客様の完了画面で、金額・時刻・取引番号を確かめてください"}}
		return
	}
	l.Steps = []Step{{Kind: "ask", When: "now", Every: t.Poll, Words: every(t.Poll) + "結果を確かめています"}}
	if !a.ExpiresAt.IsZero() {
		l.Steps = append(l.Steps, Step{Kind: "expire", When: "at", At: a.ExpiresAt, Words: "有効時間が終わります。支払われていなければ、取り消します"})
	}
	l.Steps = append(l.Steps, Step{Kind: "result", When: "after", Words: "支払い結果の画面に変わります"})
}

func (l *Look) checking(a Attempt, t Terms, p Patience, now time.Time) {
	saved := "会計の内容は保存してあります。画面を閉じても消えません。"
	l.Say = "ただいま、お支払いの結果を確かめています。ご請求は一度だけです。もう一度お支払いにならず、お待ちください。"
	result := Step{Kind: "result", When: "after", Words: "支払い完了、または取消の画面に変わります"}
	cancelable := t.CancelBy.IsZero() || now.Before(t.CancelBy)
	switch {
	case a.State == AttemptUnresolved:
		l.Situation = []string{"自動で確かめる方法がなくなりました。支払われたかどうかは、まだ分かりません。", "会計課が決済事業者に確かめています。", saved}
		l.Steps = []Step{{Kind: "hand_over", When: "now", Words: "会計課が確かめて、結果を決めます"}, result}
	case a.State == AttemptUnknown:
		l.Situation = []string{l.Provider + " から、支払いの結果が届いていません。", "支払われたかどうかは、まだ分かりません。", saved}
		l.Steps = []Step{
			{Kind: "ask", When: "now", Every: t.Poll, Words: every(t.Poll) + "結果を問い合わせています"},
			{Kind: "cancel", When: "at", At: a.UncertainAt.Add(p.Unknown), Words: "届かなければ、" + l.Provider + " に取消を依頼します"},
			result,
		}
	case cancelable && a.Reason != ReasonCancelRefused:
		l.Situation = []string{l.Provider + " に取消を依頼しています。", "取消が認められるか、支払いが済んでいたと分かるまで、結果は決まりません。", saved}
		l.Steps = []Step{{Kind: "cancel", When: "now", Words: "認められるまで、取消の依頼を繰り返しています"}}
		if a.NextAt.After(now) {
			l.Steps = append(l.Steps, Step{Kind: "cancel", When: "at", At: a.NextAt, Words: "もう一度、取消を依頼します"})
		}
		l.Steps = append(l.Steps, result)
	default:
		l.Situation = []string{l.Provider + " では、もう取消ができません。", "支払いが済んでいたかどうかを問い合わせています。", saved}
		l.Steps = []Step{{Kind: "ask", When: "now", Words: "結果を問い合わせています"}, result}
	}
	if !t.CancelBy.IsZero() && a.State != AttemptUnresolved {
		l.Steps = append(l.Steps, Step{Kind: "hand_over", When: "at", At: t.CancelBy.Add(p.Overtime), Words: "まだ決まらなければ、会計課が引き継ぎます"})
	}
}

func (l *Look) notPaid(a Attempt) {
	l.Situation = []string{"支払われていません。お金は引かれていません。"}
	if a.State == AttemptReversed {
		l.Situation = []string{"取り消されました。引かれていたお金は、お客様に戻ります。"}
	}
	if a.Reason != ReasonClerkCanceled {
		l.Say = "お支払いは行われていません。恐れ入りますが、お支払い方法をもう一度お選びください。"
	}
}

func every(d time.Duration) string {
	if d < time.Second {
		return ""
	}
	return core.Money(d/time.Second).String() + "秒ごとに"
}

// ProviderLabel is a provider as people call it.
func ProviderLabel(name string) string {
	switch name {
	case "paypay":
		return "PayPay"
	case "univapay":
		return "UnivaPay"
	case StickerProvider:
		return "窓口のステッカー"
	case WalletCash:
		return "現金"
	case WalletTraining:
		return "練習用ウォレット"
	}
	return name
}
