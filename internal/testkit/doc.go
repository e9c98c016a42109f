// Package testkit is what the tests of every package share: both databases, fresh for each test; golden
// files; a clock that stands still; polling with a deadline. It is imported by tests only, must not know
// any module, and holds no fakes of the product's own interfaces: those live beside the interface.
package testkit
