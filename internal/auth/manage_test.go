package auth_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"yakusho/internal/auth"
	"yakusho/internal/core"
)

func TestOnlyAnAdminManagesAccounts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sato := h.staff("sato", staffPassword, core.RoleOrganiser)
	for _, c := range []struct {
		who  core.Actor
		code string
	}{
		{core.Actor{}, "sign_in_needed"},
		{core.Actor{Roles: []core.Role{core.RoleAdmin}}, "sign_in_needed"},
		{core.Actor{Guest: "g"}, "sign_in_needed"},
		{core.Actor{Account: sato.Account.ID, Roles: sato.Account.Roles}, "admin_only"},
	} {
		ctx := core.WithActor(t.Context(), c.who)
		id := sato.Account.ID
		_, err1 := h.Accounts(ctx)
		_, _, err2 := h.CreateAccount(ctx, "x", "x", []core.Role{core.RoleStaff})
		_, err3 := h.ChangeAccount(ctx, id, auth.Change{Roles: []core.Role{core.RoleAdmin}})
		_, _, err4 := h.ResetPassword(ctx, id)
		for _, err := range []error{err1, err2, err3, err4, h.EndSessions(ctx, id)} {
			want(t, err, c.code)
		}
	}
	for _, line := range []string{"account_list ", "account_create ", "account_change " + string(sato.Account.ID), "password_reset " + string(sato.Account.ID), "sign_out_everywhere " + string(sato.Account.ID)} {
		if !strings.Contains(h.audit.all(), "auth."+line+" refused reason=admin_only by="+string(sato.Account.ID)) {
			t.Errorf("the try %q was not audited:\n%s", line, h.audit.all())
		}
	}
	if _, _, err := h.Authenticate(t.Context(), sato.Secret, desk().From); err != nil {
		t.Errorf("the refused calls did something: %v", err)
	}
}

func TestANewAccountIsCheckedAndStartsWithATemporaryPassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := h.as(h.signIn("boss", adminPassword, desk()))
	staff := []core.Role{core.RoleStaff}
	for _, c := range []struct {
		login, name string
		roles       []core.Role
		code        string
	}{
		{"", "佐藤", staff, "login_missing"},
		{"佐藤", "佐藤", staff, "login_malformed"},
		{"a b", "佐藤", staff, "login_malformed"},
		{strings.Repeat("a", 300), "佐藤", staff, "login_too_long"},
		{"BOSS", "佐藤", staff, "login_taken"},
		{"a", "", staff, "name_missing"},
		{"a", " 　 ", staff, "name_missing"},
		{"a", strings.Repeat("佐", 300), staff, "name_too_long"},
		{"a", strings.Repeat("x", 1_000_000), staff, "name_too_long"},
		{"a", "佐藤\u202e", staff, "name_malformed"},
		{"a", "佐\u200b藤", staff, "name_malformed"},
		{"a", "佐\x00藤", staff, "name_malformed"},
		{"a", "\xff", staff, "name_malformed"},
		{"a", "！！", staff, "name_malformed"},
		{"a", "佐藤", nil, "role_missing"},
		{"a", "佐藤", []core.Role{"root"}, "role_unknown"},
	} {
		_, password, err := h.CreateAccount(ctx, c.login, c.name, c.roles)
		want(t, err, c.code)
		if password != "" {
			t.Errorf("%s: a password in spite of the refusal", c.code)
		}
	}
	a, password, err := h.CreateAccount(ctx, " Ｙｏｓｈｉｄａ", "  𠮷田　 葛󠄀子 ", []core.Role{"staff", "organiser", "staff"})
	if err != nil || a.Login != "yoshida" || a.Name != "𠮷田 葛󠄀子" || !a.MustChange || !slices.Equal(a.Roles, []core.Role{"organiser", "staff"}) {
		t.Errorf("%+v %v", a, err)
	}
	if !regexp.MustCompile(`^\d{4}-\d{4}-\d{4}-\d{4}$`).MatchString(password) {
		t.Errorf("temporary password %q cannot be read over the telephone", password)
	}
	for _, typed := range []string{password, strings.ReplaceAll(password, "-", ""), strings.ReplaceAll(password, "-", "ー"), " " + strings.ReplaceAll(password, "-", " ")} {
		if e := h.signIn("yoshida", typed, desk()); !e.Account.MustChange {
			t.Errorf("typed as %q: need not change", typed)
		}
	}
	if !strings.Contains(h.audit.all(), "auth.account_create "+string(a.ID)+" ok login=yoshida roles=organiser staff") || strings.Contains(h.audit.all(), password) {
		t.Errorf("audit:\n%s", h.audit.all())
	}
}

func TestTheOwnPasswordIsChangedUnderThePolicy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.staff("sato.misaki", staffPassword)
	other := h.signIn("sato.misaki", staffPassword, from("10.10.0.77"))
	for _, c := range []struct{ current, next, code string }{
		{"wrong", "問題のない長い合言葉です", "password_wrong"},
		{staffPassword, "短い", "password_too_short"},
		{staffPassword, "九文字はだめです。", "password_too_short"},
		{staffPassword, strings.Repeat("長", 129), "password_too_long"},
		{staffPassword, strings.Repeat("x", 1025), "password_too_long"},
		{strings.Repeat("x", 1025), "問題のない長い合言葉です", "password_too_long"},
		{staffPassword, "改行\nのある長い合言葉です", "password_malformed"},
		{staffPassword, "\xff\xfe0123456789x", "password_malformed"},
		{staffPassword, staffPassword, "password_unchanged"},
		{staffPassword, "sato.misaki", "password_is_name"},
		{staffPassword, "Sato.Misaki2026!", "password_is_name"},
		{staffPassword, "ｓａｔｏ．ｍｉｓａｋｉ", "password_is_name"},
		{staffPassword, "職員 sato.misaki", "password_is_name"},
		{staffPassword, "password123", "password_common"},
		{staffPassword, "P@ssw0rd2026!", "password_common"},
		{staffPassword, "1234567890", "password_common"},
		{staffPassword, "9876543210", "password_common"},
		{staffPassword, "qwertyuiop", "password_common"},
		{staffPassword, "1qaz2wsx3edc", "password_common"},
		{staffPassword, "aaaaaaaaaa", "password_common"},
		{staffPassword, "abcabcabcabc", "password_common"},
		{staffPassword, "Shiyakusho1!", "password_common"},
		{staffPassword, "soumuka2026", "password_common"},
		{staffPassword, "ｓａｋｕｒａ２０２６", "password_common"},
		{staffPassword, "市役所市役所市役所市役所", "password_common"},
	} {
		_, err := h.ChangePassword(h.as(e), c.current, c.next, desk())
		want(t, err, c.code)
	}
	h.ended = nil
	const next = "correct horse 電池 staple"
	e2, err := h.ChangePassword(h.as(e), staffPassword, next, desk())
	if err != nil {
		t.Fatal(err)
	}
	for _, old := range []auth.Entry{e, other} {
		if !slices.Contains(h.ended, old.Session.Hash) {
			t.Errorf("not told that %s ended", old.Session.Hash)
		}
		_, _, err := h.Authenticate(t.Context(), old.Secret, desk().From)
		want(t, err, "session_unknown")
	}
	h.as(e2)
	_, err = h.SignIn(t.Context(), "sato.misaki", staffPassword, desk())
	want(t, err, "sign_in_wrong")
	h.signIn("sato.misaki", next, desk())
	_, err = h.ChangePassword(t.Context(), next, next, desk())
	want(t, err, "sign_in_needed")
	if strings.Contains(h.audit.all(), next) {
		t.Error("the audit holds the password")
	}
}

func TestGuessingThePresentPasswordAtAnUnlockedPCIsLimited(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.staff("sato", staffPassword)
	ctx := h.as(e)
	for range 5 {
		_, err := h.ChangePassword(ctx, "guess", "問題のない長い合言葉です", desk())
		want(t, err, "password_wrong")
	}
	_, err := h.ChangePassword(ctx, staffPassword, "問題のない長い合言葉です", desk())
	want(t, err, "sign_in_limited")
	h.signIn("sato", staffPassword, from("10.10.0.99")) // the owner elsewhere is not locked out
}

func TestEndingSessionsTellsWhatHangsOnThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	yes := true
	sato := h.staff("sato", staffPassword)
	id := sato.Account.ID
	boss := h.as(h.signIn("boss", adminPassword, desk()))
	for what, end := range map[string]func(auth.Entry) error{
		"sign out":            func(e auth.Entry) error { return h.SignOut(h.as(e)) },
		"sign out everywhere": func(e auth.Entry) error { return h.SignOutEverywhere(h.as(e)) },
		"ended by an admin":   func(auth.Entry) error { return h.EndSessions(boss, id) },
		"sweep":               func(auth.Entry) error { h.clock.Advance(13 * 3600e9); return h.Sweep(t.Context()) },
	} {
		boss = h.as(h.signIn("boss", adminPassword, desk()))
		e := h.signIn("sato", staffPassword, desk())
		h.ended = nil
		if err := end(e); err != nil || !slices.Contains(h.ended, e.Session.Hash) {
			t.Errorf("%s: told %v, %v", what, h.ended, err)
		}
		_, _, err := h.Authenticate(t.Context(), e.Secret, desk().From)
		want(t, err, "session_unknown")
	}
	boss = h.as(h.signIn("boss", adminPassword, desk()))
	e := h.signIn("sato", staffPassword, desk())
	h.ended = nil
	if _, err := h.ChangeAccount(boss, id, auth.Change{Disabled: &yes}); err != nil || !slices.Contains(h.ended, e.Session.Hash) {
		t.Errorf("disabled: told %v, %v", h.ended, err)
	}
	if err := h.SignOut(t.Context()); err != nil {
		t.Errorf("signing out without a session: %v", err)
	}
	want(t, h.SignOutEverywhere(t.Context()), "sign_in_needed")
}

func TestRolesChangeAtOnceAndTheLastAdminStays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sato := h.staff("sato", staffPassword)
	entry := h.signIn("boss", adminPassword, desk())
	boss := h.as(entry)
	yes := true
	_, err := h.ChangeAccount(boss, entry.Account.ID, auth.Change{Roles: []core.Role{core.RoleStaff}})
	want(t, err, "last_admin")
	_, err = h.ChangeAccount(boss, entry.Account.ID, auth.Change{Disabled: &yes})
	want(t, err, "last_admin")
	if !strings.HasPrefix(h.audit.last(), "auth.account_change "+string(entry.Account.ID)+" refused reason=last_admin") {
		t.Error(h.audit.last())
	}
	if _, err := h.ChangeAccount(boss, sato.Account.ID, auth.Change{Roles: []core.Role{core.RoleAdmin}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(h.audit.last(), "roles_from=staff roles_to=admin by="+string(entry.Account.ID)) {
		t.Error(h.audit.last())
	}
	if _, err := h.Accounts(h.as(sato)); err != nil {
		t.Errorf("the new admin in the session she had: %v", err)
	}
	for _, c := range []struct {
		change auth.Change
		code   string
	}{
		{auth.Change{Roles: []core.Role{}}, "role_missing"},
		{auth.Change{Roles: []core.Role{"god"}}, "role_unknown"},
		{auth.Change{Name: new(string)}, "name_missing"},
	} {
		_, err := h.ChangeAccount(boss, sato.Account.ID, c.change)
		want(t, err, c.code)
	}
	_, err = h.ChangeAccount(boss, core.NewID(h.clock.Now()), auth.Change{})
	want(t, err, "account_unknown")
	_, _, err = h.ResetPassword(boss, "no such")
	want(t, err, "account_unknown")
}

func TestSetupMakesOneAdminWithATokenThatWorksOnce(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	ctx := t.Context()
	if needed, err := h.SetupNeeded(ctx); !needed || err != nil {
		t.Fatal(needed, err)
	}
	old, _, err := h.OfferSetup(ctx)
	if err != nil {
		t.Fatal(err)
	}
	token, needed, err := h.service().OfferSetup(ctx) // the next start
	if err != nil || !needed || token == old {
		t.Fatal(needed, err)
	}
	for _, c := range []struct{ token, login, name, password, code string }{
		{old, "boss", "情報 太郎", adminPassword, "setup_refused"},
		{"", "boss", "情報 太郎", adminPassword, "setup_refused"},
		{token, "boss", "情報 太郎", "short", "password_too_short"},
		{token, "", "情報 太郎", adminPassword, "login_missing"},
		{token, "boss", "", adminPassword, "name_missing"},
	} {
		_, err := h.SetUp(ctx, c.token, c.login, c.name, c.password, desk())
		want(t, err, c.code)
	}
	e, err := h.SetUp(ctx, token, "Boss", "情報 太郎", adminPassword, desk())
	if err != nil || !e.Account.Has(core.RoleAdmin) || e.Account.MustChange {
		t.Fatalf("%+v %v", e.Account, err)
	}
	h.as(e)
	_, err = h.SetUp(ctx, token, "second", "情報 次郎", adminPassword, desk())
	want(t, err, "setup_done")
	if _, needed, err := h.OfferSetup(ctx); needed || err != nil {
		t.Error(needed, err)
	}
	if needed, err := h.SetupNeeded(ctx); needed || err != nil {
		t.Error(needed, err)
	}
	if all := h.audit.all(); !strings.Contains(all, "auth.setup "+string(e.Account.ID)+" ok login=boss") ||
		!strings.Contains(all, "auth.setup  refused reason=setup_refused") || strings.Contains(all, token) {
		t.Errorf("audit:\n%s", all)
	}
}

func TestGuessingTheSetupTokenIsLimited(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	for range 30 {
		_, err := h.SetUp(t.Context(), core.Secret(32), "boss", "情報 太郎", adminPassword, from("10.66.0.1"))
		want(t, err, "setup_refused")
	}
	_, err := h.SetUp(t.Context(), core.Secret(32), "boss", "情報 太郎", adminPassword, from("10.66.0.1"))
	want(t, err, "sign_in_limited")
}

func samples() []auth.SampleAccount {
	return []auth.SampleAccount{
		{Login: "admin", Password: "mihon", Name: "情報 太郎", Note: "情報政策課・管理者", Roles: []core.Role{core.RoleAdmin}},
		{Login: "misaki", Password: "mihon", Name: "佐藤 美咲", Note: "企画課", Person: "p1", Roles: []core.Role{core.RoleStaff}},
	}
}

func TestSampleAccountsWorkFromTheServersOwnBrowserOnly(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	for range 2 { // a second start changes nothing
		if err := h.SeedSample(t.Context(), samples()); err != nil {
			t.Fatal(err)
		}
	}
	for _, addr := range []string{"127.0.0.1", "::1", "::ffff:127.0.0.1"} {
		e := h.signIn("misaki", "mihon", from(addr))
		if e.Account.Person != "p1" {
			t.Errorf("person %q", e.Account.Person)
		}
		_, _, err := h.Authenticate(t.Context(), e.Secret, from("10.10.0.5").From)
		want(t, err, "sample_account_elsewhere")
		h.as(e)
	}
	_, err := h.SignIn(t.Context(), "misaki", "mihon", desk())
	want(t, err, "sample_account_elsewhere")
	_, err = h.SignIn(t.Context(), "misaki", "wrong", desk())
	want(t, err, "sign_in_wrong")
	_, err = h.SignIn(t.Context(), "misaki", "mihon", auth.Visit{})
	want(t, err, "sample_account_elsewhere")
	if list, _ := h.store.Accounts(t.Context()); len(list) != 2 {
		t.Errorf("%d accounts", len(list))
	}
}

func TestTheSampleStaysOutOfARealOffice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	want(t, h.SeedSample(t.Context(), samples()), "sample_refused")
	if list, _ := h.store.Accounts(t.Context()); len(list) != 1 {
		t.Errorf("%d accounts", len(list))
	}
	_, err := h.SignIn(t.Context(), "misaki", "mihon", from("127.0.0.1"))
	if !errors.Is(err, auth.ErrWrong) {
		t.Error(err)
	}
}

func FuzzNormalLogin(f *testing.F) {
	for _, s := range []string{"sato", " Ｓａｔｏ ", "a\x00b", "\u212aelvin", "佐藤", "İ", "\xff", strings.Repeat("a", 65)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := auth.NormalLogin(s)
		if err != nil {
			if n != "" || core.KindOf(err) != core.KindInvalid {
				t.Errorf("NormalLogin(%q) = %q, %v", s, n, err)
			}
			return
		}
		if !regexp.MustCompile(`^[a-z0-9._@-]{1,64}$`).MatchString(n) {
			t.Errorf("NormalLogin(%q) = %q", s, n)
		}
		if again, err := auth.NormalLogin(n); again != n || err != nil {
			t.Errorf("NormalLogin(%q) = %q, %v: not a fixed point", n, again, err)
		}
	})
}

func FuzzIsSecret(f *testing.F) {
	f.Add(core.Secret(32))
	f.Add(strings.Repeat("0", 52))
	f.Add(strings.Repeat("u", 52))
	f.Fuzz(func(t *testing.T, s string) {
		if auth.IsSecret(s) != regexp.MustCompile(`^[0-9a-hjkmnp-tv-z]{52}\z`).MatchString(s) {
			t.Errorf("IsSecret(%q) = %v", s, auth.IsSecret(s))
		}
	})
}

func TestEveryMadeSecretIsRecognised(t *testing.T) {
	t.Parallel()
	for range 1000 {
		if s := core.Secret(32); !auth.IsSecret(s) {
			t.Fatal(fmt.Sprintf("%q", s))
		}
	}
}
