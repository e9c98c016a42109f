package yakusho_test

import (
	"go/ast"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

// What the documents tell people to type: commands with their flags, and the keys of the config file.

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
	for _, name := range []string{"config.go", "till_config.go"} {
		path := filepath.Join("cmd", "yakusho", name)
		ast.Inspect(goFiles(t, path)[path], func(n ast.Node) bool {
			if s, ok := n.(*ast.TypeSpec); ok {
				if st, ok := s.Type.(*ast.StructType); ok {
					types[s.Name.Name] = st
				}
			}
			return true
		})
	}
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
	var section func(name string, typ ast.Expr)
	section = func(name string, typ ast.Expr) {
		id, _ := typ.(*ast.Ident)
		if id == nil || types[id.Name] == nil {
			t.Fatalf("config: section %s is no struct of these files", name)
		}
		each(types[id.Name], func(key string, typ ast.Expr) {
			kind := "list"
			if id, ok := typ.(*ast.Ident); ok {
				kind = id.Name
			}
			if types[kind] != nil { // [till.paypay]
				section(name+"."+key, typ)
				return
			}
			out = append(out, configKey{name, key, kind})
		})
	}
	each(types["config"], section)
	return out
}

func TestEveryConfigKeyIsInTheReferenceAndTheExample(t *testing.T) {
	t.Parallel()
	var example map[string]map[string]any
	if err := toml.Unmarshal([]byte(read(t, filepath.Join("packaging", "config.example.toml"))), &example); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	var note func(section string, keys map[string]any)
	note = func(section string, keys map[string]any) {
		for key, value := range keys {
			if table, ok := value.(map[string]any); ok {
				note(section+"."+key, table)
				continue
			}
			kind := map[reflect.Kind]string{reflect.Int64: "int", reflect.Slice: "list"}[reflect.TypeOf(value).Kind()]
			if kind == "" {
				kind = reflect.TypeOf(value).String()
			}
			got[section+"."+key] = kind
		}
	}
	for section, keys := range example {
		note(section, keys)
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
