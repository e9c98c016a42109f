//go:build !race

package till_test

const raced = false
