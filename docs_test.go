package yakusho_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

// What the documents say is tested here as far as a machine can: names, links, commands, keys. Whether
// the sentences are true is for whoever reads them.

// spans returns what stands in back quotes in a document, fenced blocks left out.
func spans(text string) []string {
	var out []string
	for _, m := range span.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		out = append(out, m[1])
	}
	return out
}

// commandLines returns the lines of fenced blocks and what stands in back quotes.
func commandLines(text string) []string {
	out := spans(text)
	for _, block := range fence.FindAllString(text, -1) {
		out = append(out, strings.Split(block, "\n")...)
	}
	return out
}

var (
	span  = regexp.MustCompile("`([^`\n]+)`")
	fence = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
)

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

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
	maps.Copy(files, goFiles(t, "arch_test.go", "docs_test.go", filepath.Join("web", "embed.go")))
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

var (
	request    = regexp.MustCompile(`^(GET|POST|PUT|PATCH|DELETE) /`)
	fileName   = regexp.MustCompile(`^[\w.{}*-]+(/[\w.{}*-]+)*/?$`)
	ending     = regexp.MustCompile(`\.(go|tsx?|mjs|ya?ml|md|sql|toml|service|json|png)$`)
	identifier = regexp.MustCompile(`^[A-Za-z_]\w*(\.[A-Za-z_]\w*){0,2}$`)
	section    = regexp.MustCompile(`^\[(\w+)\]$`)
)

// TestEveryNameInTheTourExists looks up everything that stands in back quotes in the two documents that
// lead through the code: files, Go names, calls of the API, tables, commands.
func TestEveryNameInTheTourExists(t *testing.T) {
	t.Parallel()
	w, ts, api, cli, keys := collect(t), exports(t), operations(t), commandTree(t), configKeys(t)
	sql := ""
	err := filepath.WalkDir("internal", func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".sql") {
			sql += read(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	known := func(s string) bool {
		switch first, _, _ := strings.Cut(s, " "); {
		case request.MatchString(s):
			return api[s]
		case first == "yakusho":
			return cli.problem(strings.Fields(s)[1:]) == ""
		case first == "go", first == "make", s == "kill -9":
			return true // the words inside are checked by TestCommandsInDocumentsExist
		case strings.HasPrefix(s, "--"):
			return cli.flag(strings.TrimPrefix(s, "--"))
		case section.MatchString(s):
			return slices.ContainsFunc(keys, func(k configKey) bool { return k.section == section.FindStringSubmatch(s)[1] })
		case strings.HasSuffix(s, "://"):
			return true
		case strings.HasPrefix(s, "/"):
			return api[s] || w.literals[s]
		case ending.MatchString(s), strings.Contains(s, "/") && fileName.MatchString(s) && !w.imports[s]:
			return exists(s)
		case w.imports[s]:
			return true
		case identifier.MatchString(s):
			if w.declared[s] || ts[s] || w.literals[s] || !strings.Contains(s, ".") && w.used[s] {
				return true
			}
			return strings.Contains(sql, "CREATE TABLE "+s+" (")
		}
		return false
	}
	for _, doc := range []string{"docs/tour.md", "docs/join-cycle.md"} {
		found := spans(read(t, doc))
		if len(found) < 40 {
			t.Errorf("%s: only %d names in back quotes", doc, len(found))
		}
		for _, s := range found {
			if !known(s) {
				t.Errorf("%s names `%s`, which is not there", doc, s)
			}
		}
	}
}

func TestTheJoinCycleFitsOnOneScreen(t *testing.T) {
	t.Parallel()
	if n := strings.Count(read(t, "docs/join-cycle.md"), "\n"); n > 20 {
		t.Errorf("%d lines, at most 20 are wanted", n)
	}
}

func TestEveryDecisionSaysHowWeWouldKnowItWasWrong(t *testing.T) {
	t.Parallel()
	found, err := filepath.Glob("docs/adr/[0-9][0-9][0-9][0-9]-*.md")
	if err != nil || len(found) < 16 {
		t.Fatalf("%d decisions: %v", len(found), err)
	}
	index := read(t, "docs/adr/README.md")
	for i, path := range found {
		text, name := read(t, path), filepath.Base(path)
		if n := strings.Count(text, "\n"); n > 60 {
			t.Errorf("%s: %d lines are more than a page", name, n)
		}
		if n, _ := strconv.Atoi(name[:4]); n != i+1 {
			t.Errorf("%s: the number before it is missing or taken twice", name)
		}
		if !strings.HasPrefix(text, "# "+name[:4]+". ") {
			t.Errorf("%s: the title does not carry its number", name)
		}
		if !strings.Contains(index, "("+name+")") {
			t.Errorf("%s is not in the index", name)
		}
		for _, h := range []string{"Context", "Decision", "Consequences", "How we would know it was wrong"} {
			_, body, ok := strings.Cut(text, "\n## "+h+"\n")
			if body, _, _ = strings.Cut(body, "\n## "); !ok || len(strings.Fields(body)) < 10 {
				t.Errorf("%s: nothing under %q", name, h)
			}
		}
	}
}

// documents are the texts of the repository that are written for people.
func documents(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/adr/*.md", "packaging/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, found...)
	}
	return out
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestLinksBetweenDocumentsResolve(t *testing.T) {
	t.Parallel()
	for _, doc := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, doc), -1) {
			to, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(to, "://") {
				continue
			}
			target := filepath.Join(filepath.Dir(doc), to)
			if to == "" {
				target = doc
			}
			if !exists(target) {
				t.Errorf("%s links to %s, which is not there", doc, m[1])
			} else if anchor != "" && !slices.Contains(anchors(read(t, target)), anchor) {
				t.Errorf("%s links to %s, which has no such heading", doc, m[1])
			}
		}
	}
}

// anchors are the names GitHub gives to a document's headings.
func anchors(text string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		out = append(out, strings.Map(func(r rune) rune {
			switch {
			case unicode.IsLetter(r), unicode.IsNumber(r), r == '-', r == '_':
				return unicode.ToLower(r)
			case r == ' ':
				return '-'
			}
			return -1
		}, m[1]))
	}
	return out
}

// command is a node of the command line: its flags and what is under it.
type command struct {
	flags map[string]bool
	under map[string]command
}

// commandTree reads the command line out of the struct that kong reads it from.
func commandTree(t *testing.T) command {
	t.Helper()
	types := map[string]*ast.StructType{}
	for _, f := range goFiles(t, filepath.Join("cmd", "yakusho")) {
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.TypeSpec); ok {
				if st, ok := s.Type.(*ast.StructType); ok {
					types[s.Name.Name] = st
				}
			}
			return true
		})
	}
	var tree func(*ast.StructType) command
	tree = func(st *ast.StructType) command {
		c := command{map[string]bool{"help": true}, map[string]command{}}
		if st == nil {
			return c
		}
		for _, f := range st.Fields.List {
			tag := reflect.StructTag("")
			if f.Tag != nil {
				tag = reflect.StructTag(unquote(f.Tag.Value))
			}
			for _, n := range f.Names {
				name := tag.Get("name")
				if name == "" {
					name = kebab(n.Name)
				}
				if _, is := tag.Lookup("cmd"); !is {
					c.flags[name] = true
					continue
				}
				sub, _ := f.Type.(*ast.StructType)
				if id, ok := f.Type.(*ast.Ident); ok {
					sub = types[id.Name]
				}
				c.under[name] = tree(sub)
			}
		}
		return c
	}
	if types["commands"] == nil {
		t.Fatal("cmd/yakusho has no struct called commands")
	}
	return tree(types["commands"])
}

func kebab(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && unicode.IsUpper(r) && unicode.IsLower(rune(s[i-1])) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// problem says what of a command line is not there; "" if all is.
func (c command) problem(args []string) string {
	for _, a := range args {
		if name, ok := strings.CutPrefix(a, "--"); ok {
			name, _, _ = strings.Cut(name, "=")
			if !c.flags[name] {
				return a
			}
		} else if len(c.under) > 0 {
			next, ok := c.under[a]
			if !ok {
				return a
			}
			c = next
		}
	}
	return ""
}

func (c command) flag(name string) bool {
	if c.flags[name] {
		return true
	}
	for _, u := range c.under {
		if u.flag(name) {
			return true
		}
	}
	return false
}

var (
	makeCall = regexp.MustCompile(`(?:^|\s)make ([a-z][a-z-]*)`)
	ownCall  = regexp.MustCompile(`(?:^|[\s/])yakusho ((?:serve|audit|account|doctor|tls|version|--help)[^|;&#]*)`)
	runCall  = regexp.MustCompile(`go test (?:-\w+ )*(\./\S*|\.)(?: .*)?`)
	runName  = regexp.MustCompile(`-(?:run|fuzz)[ =](\w+)`)
)

func TestCommandsInDocumentsExist(t *testing.T) {
	t.Parallel()
	w, cli := collect(t), commandTree(t)
	makefile := read(t, "Makefile")
	check := func(doc, line string) {
		for _, m := range makeCall.FindAllStringSubmatch(line, -1) {
			if !regexp.MustCompile(`(?m)^([\w./-]+ )*` + regexp.QuoteMeta(m[1]) + `( [\w./-]+)*:([^=]|$)`).MatchString(makefile) {
				t.Errorf("%s: the Makefile has no rule for %q", doc, m[1])
			}
		}
		for _, m := range ownCall.FindAllStringSubmatch(line, -1) {
			if p := cli.problem(strings.Fields(m[1])); p != "" {
				t.Errorf("%s: yakusho %s: there is no %s", doc, m[1], p)
			}
		}
		if m := runCall.FindStringSubmatch(line); m != nil && !exists(strings.TrimSuffix(m[1], "/...")) {
			t.Errorf("%s: %q: no such package", doc, line)
		}
		if m := runName.FindStringSubmatch(line); m != nil && !w.declared[m[1]] {
			t.Errorf("%s: %q: no such test", doc, line)
		}
	}
	for _, doc := range documents(t) {
		if strings.HasPrefix(doc, filepath.Join("docs", "adr")) {
			continue
		}
		for _, line := range commandLines(read(t, doc)) {
			check(doc, line)
		}
	}
	unit := filepath.Join("packaging", "yakusho.service")
	start := 0
	for line := range strings.Lines(read(t, unit)) {
		if cmd, ok := strings.CutPrefix(strings.TrimSpace(line), "ExecStart="); ok {
			start++
			check(unit, cmd)
		}
	}
	if start != 1 {
		t.Errorf("%s starts %d commands", unit, start)
	}
}

type configKey struct{ section, key, kind string }

// configKeys reads the keys of the config file out of the structs it is decoded into.
func configKeys(t *testing.T) []configKey {
	t.Helper()
	types := map[string]*ast.StructType{}
	path := filepath.Join("cmd", "yakusho", "config.go")
	ast.Inspect(goFiles(t, path)[path], func(n ast.Node) bool {
		if s, ok := n.(*ast.TypeSpec); ok {
			if st, ok := s.Type.(*ast.StructType); ok {
				types[s.Name.Name] = st
			}
		}
		return true
	})
	each := func(st *ast.StructType, f func(key string, typ ast.Expr)) {
		for _, x := range st.Fields.List {
			if x.Tag == nil {
				t.Errorf("config: field %v has no toml tag", x.Names)
				continue
			}
			f(reflect.StructTag(unquote(x.Tag.Value)).Get("toml"), x.Type)
		}
	}
	var out []configKey
	if types["config"] == nil {
		t.Fatal("cmd/yakusho/config.go has no struct called config")
	}
	each(types["config"], func(section string, typ ast.Expr) {
		id, _ := typ.(*ast.Ident)
		if id == nil || types[id.Name] == nil {
			t.Fatalf("config: section %s is no struct of this file", section)
		}
		each(types[id.Name], func(key string, typ ast.Expr) {
			kind := "list"
			if id, ok := typ.(*ast.Ident); ok {
				kind = id.Name
			}
			out = append(out, configKey{section, key, kind})
		})
	})
	return out
}

func TestEveryConfigKeyIsInTheReferenceAndTheExample(t *testing.T) {
	t.Parallel()
	var example map[string]map[string]any
	if err := toml.Unmarshal([]byte(read(t, filepath.Join("packaging", "config.example.toml"))), &example); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for section, keys := range example {
		for key, value := range keys {
			kind := map[reflect.Kind]string{reflect.Int64: "int", reflect.Slice: "list"}[reflect.TypeOf(value).Kind()]
			if kind == "" {
				kind = reflect.TypeOf(value).String()
			}
			got[section+"."+key] = kind
		}
	}
	want := map[string]string{}
	reference := spans(read(t, filepath.Join("docs", "operations.md")))
	for _, k := range configKeys(t) {
		want[k.section+"."+k.key] = k.kind
		if !slices.Contains(reference, k.section+"."+k.key) {
			t.Errorf("docs/operations.md does not explain %s.%s", k.section, k.key)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("packaging/config.example.toml (-config.go +example):\n%s", diff)
	}
	for _, s := range reference {
		if m := regexp.MustCompile(`^(\w+)\.\w+$`).FindStringSubmatch(s); m != nil && want[s] == "" && example[m[1]] != nil {
			t.Errorf("docs/operations.md explains %s, which is no key", s)
		}
	}
}

// TestEveryRefusalInTheHandbookExists: somebody with a code on the screen looks it up there.
func TestEveryRefusalInTheHandbookExists(t *testing.T) {
	t.Parallel()
	w := collect(t)
	code := regexp.MustCompile(`^[a-z]+(_[a-z]+)+$`)
	found := 0
	for _, s := range spans(read(t, filepath.Join("docs", "operations.md"))) {
		if !code.MatchString(s) || s == "request_id" || s == "pg_dump" {
			continue
		}
		found++
		if !w.literals[s] {
			t.Errorf("docs/operations.md explains %s, which nothing answers", s)
		}
	}
	if found < 20 {
		t.Errorf("only %d codes are explained", found)
	}
}

// TestMetricsInDocumentsExist: a name on a monitoring page that is never filled looks like health.
func TestMetricsInDocumentsExist(t *testing.T) {
	t.Parallel()
	w := collect(t)
	for _, doc := range documents(t) {
		for _, m := range regexp.MustCompile(`\byakusho_[a-z_]+`).FindAllString(read(t, doc), -1) {
			if !w.literals[m] {
				t.Errorf("%s names the metric %s, which nothing counts", doc, m)
			}
		}
	}
}
