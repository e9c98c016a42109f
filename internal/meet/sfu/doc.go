// Package sfu is the media engine: LiveKit's server taken as a library, wired by its own exported
// constructors, behind meet.Media. It is the only package that imports LiveKit.
//
// It opens one UDP port on the addresses it is given and no TCP port; its signalling is an
// http.Handler that the product mounts under its own origin. Nobody reaches LiveKit's handler but
// through the gate here, which checks the ticket, asks the Door, and limits what a WebSocket may send;
// and every signal message of a client passes the filter in signal.go.
//
// It must not decide who may come in (meet does), must not know how people sign in, and must never
// hand the address of somebody else's STUN or TURN server to a browser.
package sfu
