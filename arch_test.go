// Package yakusho holds what is true of the whole house: the floors, as a test.
package yakusho_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// room is one package of the house.
type room struct {
	floor  int
	module string   // packages of one module may import each other downwards; "" belongs to none
	may    []string // packages outside the standard library that this floor would not allow
	tests  bool     // imported by tests and by cmd/yakusho doctor only
}

// house is the floor plan of docs/adr/0001: imports point downwards only, and never from one business
// module to another.
var house = map[string]room{
	"bench/meet":                   {floor: 4},
	"bench/till":                   {floor: 4},
	"cmd/paysim":                   {floor: 4},
	"cmd/yakusho":                  {floor: 4},
	"internal/core":                {floor: 0},
	"internal/audit":               {floor: 1, module: "audit"},
	"internal/auth":                {floor: 1, module: "auth"},
	"internal/meet":                {floor: 1, module: "meet", may: []string{"golang.org/x/text/unicode/norm"}},
	"internal/org":                 {floor: 1, module: "org"},
	"internal/till":                {floor: 1, module: "till", may: []string{"yakusho/internal/till/ledger", "yakusho/internal/till/jpqr"}},
	"internal/till/ledger":         {floor: 1, module: "till"},
	"internal/sqldb":               {floor: 2},
	"internal/httpx":               {floor: 2},
	"internal/audit/auditsql":      {floor: 3, module: "audit"},
	"internal/auth/authhttp":       {floor: 3, module: "auth"},
	"internal/auth/authsql":        {floor: 3, module: "auth"},
	"internal/auth/local":          {floor: 3, module: "auth"},
	"internal/meet/meethttp":       {floor: 3, module: "meet", may: []string{"yakusho/internal/meet/turn"}},
	"internal/meet/meetsql":        {floor: 3, module: "meet"},
	"internal/meet/sfu":            {floor: 3, module: "meet"},
	"internal/meet/turn":           {floor: 3, module: "meet"},
	"internal/meet/meettest":       {floor: 3, module: "meet", tests: true},
	"internal/meet/meettest/suite": {floor: 3, module: "meet", tests: true},
	"internal/org/orgsql":          {floor: 3, module: "org"},
	"internal/till/escpos":         {floor: 3, module: "till"},
	"internal/till/export":         {floor: 3, module: "till"},
	"internal/till/slip":           {floor: 1, module: "till", may: []string{"yakusho/internal/till", "yakusho/internal/till/ledger"}},
	"internal/till/paypay":         {floor: 3, module: "till"},
	"internal/till/jpqr":           {floor: 1, module: "till"},
	"internal/till/jpqr/jpqrtest":  {floor: 3, module: "till", tests: true},
	"internal/till/paysim":         {floor: 3, module: "till"},
	"internal/till/static":         {floor: 3, module: "till"},
	"internal/till/tillhttp":       {floor: 3, module: "till"},
	"internal/till/tillsql":        {floor: 3, module: "till"},
	"internal/till/tilltest":       {floor: 3, module: "till", tests: true, may: []string{"yakusho/internal/testkit", "yakusho/internal/till/paysim"}},
	"internal/till/training":       {floor: 3, module: "till"},
	"internal/till/univapay":       {floor: 3, module: "till"},
	"internal/tlsca":               {floor: 3},
	"internal/testkit":             {floor: 3, tests: true},
	"web":                          {floor: 3},
}

// Packages outside the standard library that only one room may import, because everyone else goes
// through it.
var kept = map[string][]string{
	"github.com/livekit/livekit-server": {"internal/meet/sfu"},
	"github.com/pion/turn":              {"internal/meet/turn", "internal/meet/meettest"},
	"modernc.org/sqlite":                {"internal/sqldb"},
	"github.com/jackc/pgx":              {"internal/sqldb"},
	"github.com/pressly/goose":          {"internal/sqldb"},
}

// forbidden are the standard packages a domain package (floor 1) must not know.
var forbidden = []string{"net/http", "database/sql", "os", "os/exec"}

type listed struct {
	ImportPath   string
	Dir          string
	Imports      []string
	TestImports  []string
	XTestImports []string
	GoFiles      []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,TestImports,XTestImports,GoFiles", "./...").Output()
	if err != nil {
		t.Fatalf("list packages: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func name(importPath string) string { return strings.TrimPrefix(importPath, "yakusho/") }

func TestEveryImportPointsDownwards(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		from := name(p.ImportPath)
		here, known := house[from]
		if !known {
			if len(p.GoFiles) > 0 {
				t.Errorf("%s is not in the floor plan", from)
			}
			continue
		}
		for _, path := range p.Imports {
			if path == "testing" && from != "internal/testkit" && from != "internal/meet/meettest/suite" && from != "internal/till/tilltest" {
				t.Errorf("%s imports testing, and may be part of the product", from)
			}
			if why := wrong(from, here, path); why != "" {
				t.Errorf("%s imports %s: %s", from, path, why)
			}
		}
	}
}

func wrong(from string, here room, path string) string {
	to, ours := strings.CutPrefix(path, "yakusho/")
	if !ours {
		for prefix, rooms := range kept {
			if strings.HasPrefix(path, prefix) && !slices.Contains(rooms, from) {
				return "only " + strings.Join(rooms, ", ") + " may"
			}
		}
		if here.floor <= 1 && strings.Contains(strings.SplitN(path, "/", 2)[0], ".") && !slices.Contains(here.may, path) {
			return "a domain package imports core and the standard library only"
		}
		if here.floor <= 1 && slices.Contains(forbidden, path) {
			return "a domain package does not know it"
		}
		return ""
	}
	there, known := house[to]
	switch {
	case !known:
		return "not in the floor plan"
	case slices.Contains(here.may, path):
		return ""
	case there.tests && here.floor < 4 && !here.tests:
		return "for tests only"
	case there.floor >= here.floor:
		return "does not point downwards"
	case here.floor < 4 && here.module != there.module && there.module != "":
		return "one module does not import another"
	case here.floor == 2 && there.floor > 0:
		return "mechanism knows core only"
	}
	return ""
}

// TestTheProductCarriesNoTestMachinery keeps out of the binary what only tests need, and with it any
// dependency nobody meant to ship.
func TestTheProductCarriesNoTestMachinery(t *testing.T) {
	t.Parallel()
	for _, cmd := range []string{"./cmd/yakusho", "./cmd/paysim"} {
		out, err := exec.Command("go", "list", "-deps", cmd).Output()
		if err != nil {
			t.Fatalf("list dependencies of %s: %v", cmd, err)
		}
		for _, p := range strings.Fields(string(out)) {
			for _, unwanted := range []string{"github.com/google/go-cmp/", "pgregory.net/rapid", "go.uber.org/goleak", "yakusho/internal/testkit", "yakusho/internal/meet/meettest/suite", "yakusho/internal/till/tilltest"} {
				if p == unwanted || strings.HasSuffix(unwanted, "/") && strings.HasPrefix(p, unwanted) {
					t.Errorf("%s carries %s", cmd, p)
				}
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if len(p.GoFiles) == 0 {
			continue
		}
		var doc string
		for _, f := range p.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, f), nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			if file.Doc != nil {
				doc += file.Doc.Text()
			}
		}
		if len(strings.Fields(doc)) < 20 {
			t.Errorf("%s: the package comment does not say what the package is for and what it must not do", name(p.ImportPath))
		}
	}
}

// TestNoPackageKeepsMutableState finds init functions and package-level variables that code can change.
func TestNoPackageKeepsMutableState(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if house[name(p.ImportPath)].tests {
			continue
		}
		for _, f := range p.GoFiles {
			if strings.HasSuffix(f, ".gen.go") {
				continue
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, filepath.Join(p.Dir, f), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range file.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					t.Errorf("%s: an init function", fset.Position(fn.Pos()))
				}
			}
			for _, n := range assigned(file) {
				t.Errorf("%s: package variable is assigned", fset.Position(n.Pos()))
			}
		}
	}
}

// assigned returns the assignments of a file to its own package-level variables.
func assigned(file *ast.File) []ast.Node {
	vars := map[string]bool{}
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, s := range g.Specs {
			for _, n := range s.(*ast.ValueSpec).Names {
				if n.Name != "_" {
					vars[n.Name] = true
				}
			}
		}
	}
	var found []ast.Node
	ast.Inspect(file, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && a.Tok == token.ASSIGN {
			for _, l := range a.Lhs {
				// An identifier the parser resolved to the package's variable, not to a local of that name.
				if id, ok := l.(*ast.Ident); ok && vars[id.Name] && (id.Obj == nil || topLevel(file, id.Obj)) {
					found = append(found, a)
				}
			}
		}
		return true
	})
	return found
}

func topLevel(file *ast.File, o *ast.Object) bool {
	return file.Scope != nil && file.Scope.Lookup(o.Name) == o
}

func TestNoFileOutgrowsItsIdea(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, f := range p.GoFiles {
			if strings.HasSuffix(f, ".gen.go") {
				continue
			}
			b, err := os.ReadFile(filepath.Join(p.Dir, f))
			if err != nil {
				t.Fatal(err)
			}
			if n := bytes.Count(b, []byte("\n")); n > 520 {
				t.Errorf("%s/%s: %d lines", name(p.ImportPath), f, n)
			}
		}
	}
}
