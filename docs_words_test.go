package yakusho_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// What the documents may name: every name of the Go code, of the front end and of the contract.

// words is every name the repository's Go code declares or uses.
type words struct {
	declared map[string]bool // "Name", "pkg.Name", "Type.Member", "pkg.Type.Member"
	used     map[string]bool // what is selected from something: x.Name
	literals map[string]bool
	imports  map[string]bool
}

func goFiles(t *testing.T, roots ...string) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	parse := func(path string) {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files[path] = f
	}
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".go") {
				parse(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func collect(t *testing.T) words {
	t.Helper()
	w := words{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}}
	files := goFiles(t, "cmd", "internal")
	maps.Copy(files, goFiles(t, "arch_test.go", "docs_test.go", "docs_words_test.go", "docs_commands_test.go",
		filepath.Join("web", "embed.go")))
	for path, f := range files {
		pkg := f.Name.Name
		top := func(name string) { w.declared[name], w.declared[pkg+"."+name] = true, true }
		member := func(of, name string) { w.declared[of+"."+name], w.declared[pkg+"."+of+"."+name] = true, true }
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					top(d.Name.Name)
				} else {
					member(receiver(d.Recv.List[0].Type), d.Name.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.ValueSpec:
						for _, n := range s.Names {
							top(n.Name)
						}
					case *ast.TypeSpec:
						top(s.Name.Name)
						for _, n := range members(s.Type) {
							member(s.Name.Name, n)
						}
					case *ast.ImportSpec:
						w.imports[unquote(s.Path.Value)] = true
					}
				}
			}
		}
		if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, ".gen.go") {
			continue // what only a test or a generator mentions is no proof
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				w.used[n.Sel.Name] = true
			case *ast.BasicLit:
				if n.Kind == token.STRING {
					w.literals[unquote(n.Value)] = true
				}
			}
			return true
		})
	}
	return w
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// members are the fields of a struct and the methods of an interface.
func members(e ast.Expr) []string {
	var list *ast.FieldList
	switch e := e.(type) {
	case *ast.StructType:
		list = e.Fields
	case *ast.InterfaceType:
		list = e.Methods
	default:
		return nil
	}
	var out []string
	for _, f := range list.List {
		for _, n := range f.Names {
			out = append(out, n.Name)
		}
	}
	return out
}

func unquote(s string) string {
	u, err := strconv.Unquote(s)
	if err != nil {
		return s
	}
	return u
}

// exports are the names that the front end's own modules export.
func exports(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	err := filepath.WalkDir(filepath.Join("web", "src"), func(path string, _ fs.DirEntry, err error) error {
		if err == nil && (strings.HasSuffix(path, ".ts") || strings.HasSuffix(path, ".tsx")) {
			for _, m := range exported.FindAllStringSubmatch(read(t, path), -1) {
				out[m[1]] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var exported = regexp.MustCompile(`(?m)^export (?:async )?(?:function|const|class|interface|type) (\w+)`)

// operations are the "METHOD /path" of the contract.
func operations(t *testing.T) map[string]bool {
	t.Helper()
	out, path := map[string]bool{}, ""
	for line := range strings.Lines(read(t, filepath.Join("api", "openapi.yaml"))) {
		if m := regexp.MustCompile(`^  (/\S+):`).FindStringSubmatch(line); m != nil {
			path = m[1]
			out[path] = true
		} else if m := regexp.MustCompile(`^    (get|post|put|patch|delete):`).FindStringSubmatch(line); m != nil {
			out[strings.ToUpper(m[1])+" "+path] = true
		}
	}
	return out
}

func exists(path string) bool {
	_, err := os.Stat(filepath.FromSlash(path))
	return err == nil
}
