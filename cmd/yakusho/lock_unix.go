//go:build unix

package main

import (
	"os"
	"syscall"
)

// lockFile takes f for this process; it fails at once when another has it.
func lockFile(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
