// Package core holds the few words every other package speaks: identifiers, money, the kinds of
// error, who is acting, what time it is. It imports the standard library only.
//
// It must not know any module, any storage and any wire format. A type belongs here only when
// three modules need it; until then it stays where it was born.
package core
