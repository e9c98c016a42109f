// Package local checks passwords that are kept here: argon2id (RFC 9106) in the PHC string format. It
// implements auth.Hasher.
//
// It must not know accounts, and must not let a burst of sign-ins take the machine: at most two hashes
// are computed at a time, whoever else comes waits in line, and the line is short.
package local
