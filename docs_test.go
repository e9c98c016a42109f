package yakusho_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
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
	for _, doc := range []string{"docs/tour.md", "docs/join-cycle.md", "docs/payment-cycle.md"} {
		found := spans(read(t, doc))
		if len(found) < 30 {
			t.Errorf("%s: only %d names in back quotes", doc, len(found))
		}
		for _, s := range found {
			if !known(s) {
				t.Errorf("%s names `%s`, which is not there", doc, s)
			}
		}
	}
}

func TestEachCycleFitsOnOneScreen(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{"docs/join-cycle.md", "docs/payment-cycle.md"} {
		if n := strings.Count(read(t, doc), "\n"); n > 20 {
			t.Errorf("%s: %d lines, at most 20 are wanted", doc, n)
		}
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
