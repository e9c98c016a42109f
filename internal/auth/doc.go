// Package auth knows who may sign in, who is signed in, and what an account may do: accounts,
// passwords, sessions, roles, the one-time set-up of the first admin, and the limits on guessing.
//
// It must not know HTTP, cookies, SQL or how a password is hashed; those are adapters (authhttp,
// authsql, local). It must not know other modules either: the person behind an account is only an ID,
// and whoever wants a department and an office asks a Directory that is given from outside.
//
// A secret (session, set-up token, password) comes in, is compared and is forgotten. What is stored,
// audited and passed on is its hash, or nothing.
package auth
