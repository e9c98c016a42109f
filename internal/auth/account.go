package auth

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"yakusho/internal/core"
)

// Account is who may sign in.
type Account struct {
	ID           core.ID
	Person       core.ID     // in org; empty where nobody is linked
	Login        string      // as NormalLogin makes it; unique
	Name         string      // as others see it
	Roles        []core.Role // sorted, without doubles, never empty
	Disabled     bool        // may not sign in
	MustChange   bool        // the password is a temporary one: nothing but changing it is allowed
	LoopbackOnly bool        // a sample account: works only in a browser on the server itself
	LastSignIn   time.Time   // zero when never
	CreatedAt    time.Time
}

// Has reports whether the account holds the role, or is an admin, who holds all.
func (a Account) Has(r core.Role) bool { return core.Actor{Roles: a.Roles}.Has(r) }

// Change says what to change of an account; nil leaves as it is.
type Change struct {
	Name     *string
	Roles    []core.Role
	Disabled *bool
}

// How long names may be, in characters. A login also fits on a sticky note.
const (
	maxLogin = 64
	maxName  = 60
)

// NormalLogin returns the one form of a login name: without surrounding space, full-width letters
// (which a Japanese keyboard makes unasked) as ASCII, in lower case. Anything else than ASCII letters,
// digits and . _ - @ is refused, so that no two names look alike.
func NormalLogin(s string) (string, error) {
	// Bounded before any work is done on it.
	if len(s) > 4*maxLogin {
		return "", errLoginTooLong
	}
	s = strings.ToLower(strings.TrimSpace(narrow(s)))
	switch {
	case s == "":
		return "", errLoginMissing
	case utf8.RuneCountInString(s) > maxLogin:
		return "", errLoginTooLong
	}
	for _, r := range s {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789._-@", r) {
			return "", errLoginMalformed
		}
	}
	return s, nil
}

// narrow turns full-width ASCII (U+FF01–FF5E) and the ideographic space into ASCII.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '　':
			return ' '
		}
		return r
	}, s)
}

// cleanName returns a person's name with single spaces. It refuses what cannot be seen or turns the
// writing direction round, because a name on a screen must be the name that is stored. Variation
// selectors stay: they are part of names such as 葛󠄀.
func cleanName(s string) (string, error) {
	if len(s) > 16*maxName {
		return "", errNameTooLong
	}
	if !utf8.ValidString(s) {
		return "", errNameMalformed
	}
	s = strings.Join(strings.Fields(s), " ")
	if s == "" {
		return "", errNameMissing
	}
	if utf8.RuneCountInString(s) > maxName {
		return "", errNameTooLong
	}
	seen := false
	for _, r := range s {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r == utf8.RuneError {
			return "", errNameMalformed
		}
		seen = seen || unicode.In(r, unicode.L, unicode.N, unicode.Co)
	}
	if !seen {
		return "", errNameMalformed
	}
	return s, nil
}

// cleanRoles returns roles sorted and without doubles.
func cleanRoles(roles []core.Role) ([]core.Role, error) {
	out := slices.Clone(roles)
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) == 0 {
		return nil, errRoleMissing
	}
	for _, r := range out {
		switch r {
		case core.RoleAdmin, core.RoleOrganiser, core.RoleStaff, core.RoleClerk, core.RoleAccountant:
		default:
			return nil, errRoleUnknown.Because("role %q", clip(string(r), 40))
		}
	}
	return out, nil
}

// clip bounds a stranger's text to n bytes of valid, printable UTF-8.
func clip(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
}
