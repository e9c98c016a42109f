package tlsca

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	half := func(t *testing.T, path string) {
		b := must(os.ReadFile(path))(t)
		if err := os.WriteFile(path, b[:len(b)/2], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	other := func(t *testing.T, w *town) *ca {
		t.Helper()
		return must(newCA(must(w.cfg.clean())(t), w.now))(t)
	}
	for name, c := range map[string]struct {
		harm func(*testing.T, *town)
		code string // of the error; empty: it starts, with the same CA
	}{
		"leftover of a killed write": {func(t *testing.T, w *town) {
			os.WriteFile(filepath.Join(w.dir, tmpPrefix+"123"), []byte("half"), 0o600)
		}, ""},
		"server certificate cut":   {func(t *testing.T, w *town) { half(t, filepath.Join(w.dir, serverFile)) }, ""},
		"server certificate empty": {func(t *testing.T, w *town) { os.WriteFile(filepath.Join(w.dir, serverFile), nil, 0o600) }, ""},
		"server certificate gone":  {func(t *testing.T, w *town) { os.Remove(filepath.Join(w.dir, serverFile)) }, ""},
		"public copy cut":          {func(t *testing.T, w *town) { half(t, filepath.Join(w.dir, caPublic)) }, ""},
		"public copy gone":         {func(t *testing.T, w *town) { os.Remove(filepath.Join(w.dir, caPublic)) }, ""},
		"CA open to all":           {func(t *testing.T, w *town) { os.Chmod(filepath.Join(w.dir, caFile), 0o644) }, ""},
		"CA cut":                   {func(t *testing.T, w *town) { half(t, filepath.Join(w.dir, caFile)) }, "ca_broken"},
		"CA empty":                 {func(t *testing.T, w *town) { os.WriteFile(filepath.Join(w.dir, caFile), nil, 0o600) }, "ca_broken"},
		"CA gone":                  {func(t *testing.T, w *town) { os.Remove(filepath.Join(w.dir, caFile)) }, "ca_missing"},
		"CA of two halves": {func(t *testing.T, w *town) {
			x, y := other(t, w), other(t, w)
			os.WriteFile(filepath.Join(w.dir, caFile), must(encodePair(x.key, y.cert.Raw))(t), 0o600)
		}, "ca_broken"},
		"CA is a directory": {func(t *testing.T, w *town) {
			os.Remove(filepath.Join(w.dir, caFile))
			os.Mkdir(filepath.Join(w.dir, caFile), 0o700)
		}, "ca_unreadable"},
		"directory is a file": {func(t *testing.T, w *town) {
			os.RemoveAll(w.dir)
			os.WriteFile(w.dir, nil, 0o600)
		}, "tls_dir_unwritable"},
		"ten years later":      {func(t *testing.T, w *town) { w.pass(3700 * 24 * time.Hour) }, "ca_expired"},
		"clock before the CA":  {func(t *testing.T, w *town) { w.pass(-3 * 24 * time.Hour) }, "clock_far_off"},
		"clock of a dead cell": {func(t *testing.T, w *town) { w.now = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }, "clock_far_off"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			old := w.open(t)
			c.harm(t, w)
			a, err := Open(w.dir, w.cfg, w.clock)
			if c.code != "" {
				if code(err) != c.code || len([]rune(message(err))) < 20 {
					t.Fatalf("%v %s", err, message(err))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(a.CA(), old.CA()) {
				t.Error("another CA than before")
			}
			if err := verify(a, leaf(t, a), "kaigi.mihon.example", w.now); err != nil {
				t.Error(err)
			}
			entries := must(os.ReadDir(w.dir))(t)
			var names []string
			for _, e := range entries {
				names = append(names, e.Name())
			}
			if d := cmp.Diff([]string{caPublic, caFile, serverFile}, names); d != "" {
				t.Error(d)
			}
			if st := must(os.Stat(filepath.Join(w.dir, caFile)))(t); st.Mode().Perm() != 0o600 {
				t.Errorf("CA key has mode %v", st.Mode())
			}
			if got := must(os.ReadFile(filepath.Join(w.dir, caPublic)))(t); !bytes.Equal(got, encodeCert(old.CA())) {
				t.Error("the public copy is not the CA certificate")
			}
		})
	}
}

func TestRecreateWorksOnADamagedDirectory(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.open(t)
	os.Remove(filepath.Join(w.dir, caFile))
	if err := Recreate(w.dir, w.cfg, w.clock); err != nil {
		t.Fatal(err)
	}
	a := w.open(t)
	if err := verify(a, leaf(t, a), "localhost", w.now); err != nil {
		t.Error(err)
	}
}
