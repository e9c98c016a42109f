// Package web holds the built front end inside the binary. It knows nothing of HTTP: httpx serves what it returns.
// Without a build it holds one hidden file only, so that the Go program compiles without npm.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var files embed.FS

// Dist returns the built front end with index.html at its root; without a build there is none.
func Dist() fs.FS {
	sub, err := fs.Sub(files, "dist")
	if err != nil {
		panic(err) // the name is a constant that the embed line has checked
	}
	return sub
}
