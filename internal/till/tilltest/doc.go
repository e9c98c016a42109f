// Package tilltest holds what every implementation of till's ports is held against: RunStore, the
// conformance suite of till.Store, and RunProvider, that of till.Provider with a wire on which answers
// get lost and garbled.
//
// It is for tests. It must not be imported by anything that goes into the product, and it knows no
// implementation: whoever runs a suite brings its own.
package tilltest
