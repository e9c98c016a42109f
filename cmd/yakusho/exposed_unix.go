//go:build unix

package main

import (
	"io/fs"
	"os"
	"syscall"
)

// exposed reports whether others can reach a secret, as ssh asks of its keys: anybody at all, or the group of a file that is
// our own. A file of root's that our group may read is how a service gets what it must not change.
func exposed(f fs.FileInfo) bool {
	stat, ok := f.Sys().(*syscall.Stat_t)
	ours := !ok || int64(stat.Uid) == int64(os.Geteuid())
	return f.Mode().Perm()&0o007 != 0 || ours && f.Mode().Perm()&0o070 != 0
}
