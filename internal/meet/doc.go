// Package meet holds meetings: who may come in, who is in, what was said in the chat, who was there.
//
// It decides and remembers; it carries no picture and no sound (that is Media, implemented by sfu),
// speaks no HTTP (meethttp) and no SQL (meetsql), and does not know how people sign in or where they
// work: who is calling arrives as a core.Actor, what is known about a person through Directory.
//
// The life of a meeting is the table in state.go, the decision who may come in is the pure function
// Admit, and docs/join-cycle.md tells the way from the click to the attendance row.
package meet
