// Package web holds the built front end inside the binary. It knows nothing of HTTP: httpx serves what it returns.
// Without a build it holds one hidden file only, so that the Go program compiles without npm.
package web

import (
	"embed"
	"fmt"
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

// SlipFont returns the bytes of the TrueType font that slips are drawn with (Noto Sans JP, SIL Open Font License). The
// build puts it there; without one the error says so.
func SlipFont() ([]byte, error) {
	b, err := files.ReadFile("dist/fonts/slip.ttf")
	if err != nil {
		return nil, fmt.Errorf("the font of slips is missing; build the front end first (make build): %w", err)
	}
	return b, nil
}
