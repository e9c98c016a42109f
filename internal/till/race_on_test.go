//go:build race

package till_test

const raced = true
