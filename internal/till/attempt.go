package till

import (
	"time"

	"yakusho/internal/core"
)

// Attempt is one try to be paid for a sale.
type Attempt struct {
	ID       core.ID // made and stored before any provider hears of it; the provider's idempotency key
	Sale     core.ID
	Session  core.ID
	Number   int // the first, second … of the sale
	Provider string
	Way      Way
	Wallet   string // as chosen or guessed from the code; as the provider says once it has answered
	Amount   core.Money
	Training bool
	Clerk    core.ID
	State    AttemptState
	Reason   string // why it is where it is, see Reasons

	Ref       string    // the provider's own id of the payment
	Thread    string    // what the provider package needs to find it again, never a secret; of a sticker, see Settles
	Show      string    // what to draw as a QR code while it is sent
	ExpiresAt time.Time // of Show; the zero Time: it does not expire by itself
	CodeHash  string    // of the code a customer showed: a keyed hash, to refuse the same code twice
	CodeTail  string    // its masked form, to talk about

	CreatedAt   time.Time
	SentAt      time.Time
	UncertainAt time.Time // since when nothing is known
	DecidedAt   time.Time // when the end became known here
	PaidAt      time.Time // when the customer paid, by the provider's clock
	NextAt      time.Time // when the driver looks next; the zero Time: never
	Tries       int       // questions and cancels without an answer that helped, in a row

	Proof   Proof   // of a sticker payment
	Owner   core.ID // who at 会計課 answers for it, when unresolved
	Note    string  // of the owner, or of whoever decided by hand
	Version int64   // of the row: a change is made to the version it was decided on
}

// Settles names who will pay this out: the provider, or for a sticker the one in whose settlement file it will be.
func (a Attempt) Settles() string {
	if a.Way == WaySticker {
		return either(a.Thread, a.Provider)
	}
	return a.Provider
}

// Proof is what the clerk saw on the customer's screen after a payment by sticker.
type Proof struct {
	At   time.Time // the time on the customer's screen
	Tail string    // the last digits of the 取引番号
}

// Order is what a provider is told about an attempt.
type Order struct {
	Attempt  Attempt
	Code     string   // what the customer showed, for WayScan; in memory only
	Wallets  []string // which may take this sale's revenue; a provider that finds another must not charge
	Title    string   // for the customer's own list: 住民票の写し ほか1件
	Counter  string   // a label of the counter
	Deadline time.Time
}

// Verdict is what an answer of a provider proves.
type Verdict string

// The verdicts. Whatever an adapter is not sure of is VerdictUnknown, and so is every error it returns.
const (
	VerdictWaiting  Verdict = "waiting"  // the provider has it and it is neither paid nor over
	VerdictPaid     Verdict = "paid"     // the customer's money is taken
	VerdictNotPaid  Verdict = "not_paid" // nothing was taken and nothing can be any more
	VerdictAbsent   Verdict = "absent"   // the provider knows no such payment now; a late request could still make one
	VerdictReversed Verdict = "reversed" // the provider accepted a cancel: whatever was taken, or still will be, goes back
	VerdictRefused  Verdict = "refused"  // a cancel was refused, for good; a query has to tell the rest
	VerdictUnknown  Verdict = "unknown"
)

// Answer is what a provider said. A zero field says nothing.
type Answer struct {
	Verdict   Verdict
	Reason    string // one of Reasons, for not paid and unknown
	Wallet    string
	Ref       string
	Thread    string
	Show      string
	ExpiresAt time.Time
	PaidAt    time.Time
	Amount    core.Money // what the provider says was taken; another amount than asked is never "paid"
	Wait      time.Duration
}

// The reasons, machine-readable; Words has them in the clerk's language.
const (
	ReasonCodeInvalid      = "code_invalid"
	ReasonCodeExpired      = "code_expired"
	ReasonCodeUsed         = "code_used"
	ReasonCodeBusy         = "code_busy"
	ReasonFunds            = "insufficient_funds"
	ReasonLimit            = "limit_exceeded"
	ReasonWallet           = "wallet_not_designated"
	ReasonWalletUnknown    = "wallet_unknown"
	ReasonCustomerCanceled = "customer_canceled"
	ReasonExpired          = "expired" // the customer did not pay in time
	ReasonClerkCanceled    = "clerk_canceled"
	ReasonDeclined         = "declined" // the provider refused and says no more
	ReasonMaintenance      = "maintenance"
	ReasonBusy             = "rate_limited"
	ReasonSetup            = "provider_setup" // credentials or contract; the ICT section has to act
	ReasonClock            = "clock_skew"
	ReasonNoAnswer         = "no_answer"
	ReasonGarbled          = "garbled_answer" // an answer we cannot read proves nothing
	ReasonAmount           = "amount_differs" // the provider says another amount: a person has to look
	ReasonNeverAsked       = "never_asked"    // proven that the provider never heard of it
	ReasonByHand           = "by_hand"        // decided by a person, with a note
	ReasonReversed         = "reversed"       // taken back because nothing was known
	ReasonFile             = "settlement_file"
	ReasonCancelRefused    = "cancel_refused"       // too late to cancel; a query has to tell
	ReasonNotServed        = "wallet_not_served"    // by the contract with the provider; a brand that ended is one too
	ReasonUnreachable      = "provider_unreachable" // before anything that moves money was sent
	ReasonRefundRefused    = "refund_refused"       // proven not given back
)

// Words says in the clerk's language why an attempt is where it is, and what to do. Empty for a reason that
// needs no word.
func Words(reason string) string { return reasonWords(reason) }

func reasonWords(reason string) string {
	switch reason {
	case ReasonCodeInvalid:
		return "このコードは使えません。お客様に支払い用のコードを出し直してもらい、もう一度読み取ってください。"
	case ReasonCodeExpired:
		return "コードの有効時間（約5分）が切れています。お客様にコードを出し直してもらい、もう一度読み取ってください。"
	case ReasonCodeUsed:
		return "このコードはすでに使われています。お客様にコードを出し直してもらってください。"
	case ReasonCodeBusy:
		return "このコードは処理の途中です。30秒ほど待ってから、お客様の画面を確かめてください。"
	case ReasonFunds:
		return "残高が足りません。チャージしてもらうか、ほかの支払い方法をご案内ください。"
	case ReasonLimit:
		return "お客様の利用限度額を超えています。ほかの支払い方法をご案内ください。"
	case ReasonWallet:
		return "このブランドは、この品目の納付を受けられる告示がありません。請求はしていません。ほかの方法をご案内ください。"
	case ReasonWalletUnknown:
		return "どのブランドのコードか分かりませんでした。請求はしていません。支払い用のコードかどうか確かめてください。"
	case ReasonCustomerCanceled:
		return "お客様が支払いを取りやめました。"
	case ReasonExpired:
		return "時間内に支払われませんでした。もう一度お支払い方法を選んでください。"
	case ReasonClerkCanceled:
		return "窓口で取りやめました。"
	case ReasonDeclined:
		return "決済事業者が支払いを受け付けませんでした。ほかの支払い方法をご案内ください。"
	case ReasonMaintenance:
		return "決済事業者が点検中です。ほかの支払い方法をご案内ください。"
	case ReasonBusy:
		return "決済事業者が混み合っています。少し待ってから、もう一度お試しください。"
	case ReasonSetup:
		return "決済事業者との接続の設定に誤りがあります。情報担当に連絡してください。"
	case ReasonClock:
		return "サーバーの時計がずれているため、決済事業者に断られました。情報担当に連絡してください。"
	case ReasonNoAnswer:
		return "決済事業者から結果が届いていません。支払われたかどうかは、まだ分かりません。"
	case ReasonGarbled:
		return "決済事業者から読み取れない返事が届きました。支払われたかどうかは、まだ分かりません。"
	case ReasonAmount:
		return "決済事業者の記録と金額が違います。もう一度請求せず、会計課に連絡してください。"
	case ReasonNeverAsked:
		return "決済事業者への依頼は行われていませんでした。もう一度お支払い方法を選んでください。"
	case ReasonByHand:
		return "会計課が確かめて決めました。"
	case ReasonReversed:
		return "結果が届かなかったため、決済事業者に取消を頼み、受け付けられました。支払われていたときも、全額がお客様に戻ります。もう一度お支払い方法を選べます。"
	case ReasonFile:
		return "精算ファイルで確かめました。"
	case ReasonNotServed:
		return "このブランドは、いまの契約では使えません（サービスの終わったブランドを含みます）。請求はしていません。ほかの支払い方法をご案内ください。"
	case ReasonUnreachable:
		return "決済事業者につながりません。請求はしていません。もう一度試すか、ほかの支払い方法をご案内ください。"
	case ReasonRefundRefused:
		return "決済事業者が返金を受け付けませんでした。口座振込での還付を会計課に依頼してください。"
	}
	return ""
}
