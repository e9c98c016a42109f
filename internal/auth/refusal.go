package auth

import (
	"fmt"
	"time"

	"yakusho/internal/core"
)

// What is refused, and what the person at the screen reads about it. An unknown login, a wrong password
// and a login of impossible form are one and the same refusal.
var (
	ErrWrong = core.Unauthenticated("sign_in_wrong",
		"ログイン名またはパスワードが違います。入力を確かめて、もう一度お試しください。忘れたときは情報担当に連絡してください。")
	ErrDisabled = core.Forbidden("account_disabled",
		"このアカウントは停止されています。使う必要があるときは情報担当に連絡してください。")
	ErrLoopbackOnly = core.Forbidden("sample_account_elsewhere",
		"このアカウントは見本用のため、サーバーのパソコンのブラウザーからだけ使えます。サーバーのパソコンで開くか、情報担当に自分のアカウントを作ってもらってください。")
	ErrSignInFirst = core.Unauthenticated("sign_in_needed",
		"ログインしていないか、時間がたって自動でログアウトしました。もう一度ログインしてください。")
	ErrMustChange = core.Forbidden("password_change_needed",
		"仮のパスワードのままです。先に自分のパスワードに変更してください。")
	ErrNotAdmin = core.Forbidden("admin_only",
		"この操作は管理者だけができます。必要なときは情報担当に連絡してください。")
	ErrNoAccount = core.NotFound("account_unknown",
		"このアカウントは見つかりません。一覧を開き直してください。")
	ErrLoginTaken = core.Conflict("login_taken",
		"同じログイン名のアカウントがすでにあります。別のログイン名にしてください。")
	ErrLastAdmin = core.Conflict("last_admin",
		"管理者が一人もいなくなるため、変更できません。先に別の人を管理者にしてください。")
	ErrSetupToken = core.Forbidden("setup_refused",
		"この初期設定の番号は使えません。サーバーを起動し直し、新しく表示された番号を使ってください。")
	ErrSetupDone = core.Gone("setup_done",
		"初期設定はすでに終わっています。ログイン画面からログインしてください。")
	ErrSampleOnReal = core.Conflict("sample_refused",
		"このデータには本物のアカウントがあるため、見本を入れません。--sample を外すか、--data に別のフォルダーを指定してください。")
	ErrBusy = core.Unavailable("sign_in_busy",
		"ログインが混み合っています。少し待ってから、もう一度お試しください。")
	// ErrStale is what a store says when the password was changed, or the account disabled, since it was
	// read.
	ErrStale = core.Conflict("account_changed",
		"操作の途中でアカウントが変更されました。もう一度お試しください。")
	// ErrNoSession is what a store says when there is no such session or it has ended.
	ErrNoSession = core.Unauthenticated("session_unknown",
		"ログインしていないか、時間がたって自動でログアウトしました。もう一度ログインしてください。")

	errLoginMissing   = core.Invalid("login_missing", "ログイン名を入力してください。")
	errLoginTooLong   = core.Invalid("login_too_long", fmt.Sprintf("ログイン名が長すぎます。%d文字以内で入力してください。", maxLogin))
	errLoginMalformed = core.Invalid("login_malformed",
		"ログイン名に使えない文字があります。英字、数字、ピリオド、ハイフン、下線、@ で入力してください。")
	errNameMissing   = core.Invalid("name_missing", "氏名を入力してください。")
	errNameTooLong   = core.Invalid("name_too_long", fmt.Sprintf("氏名が長すぎます。%d文字以内で入力してください。", maxName))
	errNameMalformed = core.Invalid("name_malformed", "氏名に使えない文字があります。目に見える文字だけで入力してください。")
	errRoleMissing   = core.Invalid("role_missing", "役割を一つ以上選んでください。")
	errRoleUnknown   = core.Invalid("role_unknown", "選べない役割が指定されました。画面を開き直して、役割を選び直してください。")

	errPasswordShort = core.Invalid("password_too_short",
		fmt.Sprintf("パスワードが短すぎます。%d文字以上にしてください。", minPassword))
	errPasswordLong = core.Invalid("password_too_long",
		fmt.Sprintf("パスワードが長すぎます。%d文字以内にしてください。", maxPassword))
	errPasswordMalformed = core.Invalid("password_malformed",
		"パスワードに使えない文字があります。キーボードで打てる文字だけで入力してください。")
	errPasswordCommon = core.Invalid("password_common",
		"このパスワードは推測されやすいため使えません。関係のない言葉をいくつか並べるなど、ほかのものにしてください。")
	errPasswordName = core.Invalid("password_is_name",
		"ログイン名や氏名をもとにしたパスワードは使えません。ほかのものにしてください。")
	errPasswordSame = core.Invalid("password_unchanged",
		"今のパスワードと同じです。別のパスワードにしてください。")
	errPasswordWrong = core.Invalid("password_wrong",
		"今のパスワードが違います。入力を確かめて、もう一度お試しください。")
)

// waiting is how long a limited caller has to wait; the edge makes a Retry-After of it.
type waiting time.Duration

func (w waiting) Error() string { return "wait " + time.Duration(w).String() }

// RetryAfter is how long until the next try is taken.
func (w waiting) RetryAfter() time.Duration { return time.Duration(w) }

// errLimited refuses a try before the password was looked at.
func errLimited(wait time.Duration) *core.Error {
	e := core.Limited("sign_in_limited", fmt.Sprintf(
		"続けて間違えたため、しばらく受け付けません。あと%s待ってから、もう一度お試しください。パスワードを忘れたときは情報担当に連絡してください。", words(wait)))
	e.Err = waiting(wait)
	return e
}

// words says a wait in Japanese, rounded up: who waits that long is not refused again.
func words(d time.Duration) string {
	s := int64((d + time.Second - 1) / time.Second)
	if s <= 60 {
		return fmt.Sprintf("%d秒", max(s, 1))
	}
	return fmt.Sprintf("%d分", (s+59)/60)
}
