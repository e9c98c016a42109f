// Package suite holds what every implementation of meet's ports is held against: RunStore, the
// conformance suite of meet.Store, and Media, a working stand-in for the media engine.
//
// It is for tests. It must not be imported by anything that goes into the product, doctor included:
// that is why it does not lie in meettest itself.
package suite
