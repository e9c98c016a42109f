package main

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// mistakes collects what is wrong with a config file, each with its line.
type mistakes struct {
	lines map[string]int // of each key and table, from 1
	found []mistake
}

type mistake struct {
	line int // 0 is unknown
	text string
}

// findMistakes lists unknown keys, values of the wrong type and bad values together, in the order of the
// file: the decoder itself stops at the first wrong type. The error is that text is not TOML.
func findMistakes(text []byte) (problems, error) {
	var tree map[string]any
	if err := toml.Unmarshal(text, &tree); err != nil {
		return nil, err
	}
	m := mistakes{lines: keyLines(text)}
	c := defaultConfig()
	m.prune("", tree, reflect.TypeOf(c))
	rest, err := toml.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("write what is right of the config: %w", err)
	}
	if err := toml.Unmarshal(rest, &c); err != nil {
		return nil, fmt.Errorf("read what is right of the config: %w", err)
	}
	for _, p := range c.check() {
		key, _, _ := strings.Cut(p, ":")
		m.add(key, p)
	}
	slices.SortStableFunc(m.found, func(a, b mistake) int { return cmp.Compare(a.line, b.line) })
	var bad problems
	for _, f := range m.found {
		if f.line > 0 {
			f.text = fmt.Sprintf("%d行目: %s", f.line, f.text)
		}
		bad = append(bad, f.text)
	}
	return bad, nil
}

func (m *mistakes) add(key, text string) {
	m.found = append(m.found, mistake{m.lines[strings.ToLower(key)], text})
}

// prune notes and takes out of tree what does not fit t.
func (m *mistakes) prune(path string, tree map[string]any, t reflect.Type) {
	for key, v := range tree {
		full := strings.TrimPrefix(path+"."+key, ".")
		f, ok := fieldOf(t, key)
		if !ok {
			m.add(full, full+" という項目はありません。つづりを確かめるか、消してください。")
			delete(tree, key)
			continue
		}
		if sub, ok := v.(map[string]any); ok && f.Kind() == reflect.Struct {
			m.prune(full, sub, f)
			continue
		}
		if want := wanted(v, f, key); want != "" {
			m.add(full, full+": "+want)
			delete(tree, key)
		}
	}
}

// fieldOf finds the field of a key as the decoder does: its case does not matter.
func fieldOf(t reflect.Type, key string) (reflect.Type, bool) {
	for i := range t.NumField() {
		if f := t.Field(i); strings.EqualFold(f.Tag.Get("toml"), key) {
			return f.Type, true
		}
	}
	return nil, false
}

// wanted says how to write a value of type t; "" when v is one.
func wanted(v any, t reflect.Type, key string) string {
	switch t.Kind() {
	case reflect.Struct:
		return fmt.Sprintf("[%s] という見出しの下に、項目を1行ずつ書いてください。", key)
	case reflect.String:
		if _, ok := v.(string); !ok {
			return fmt.Sprintf("文字で書いてください。例: %s = \"…\"", key)
		}
	case reflect.Bool:
		if _, ok := v.(bool); !ok {
			return fmt.Sprintf("true か false で書いてください（引用符は付けません）。例: %s = true", key)
		}
	case reflect.Int:
		if _, ok := v.(int64); !ok {
			return fmt.Sprintf("整数で書いてください（引用符は付けません）。例: %s = 200", key)
		}
	case reflect.Slice:
		list, ok := v.([]any)
		if !ok || slices.ContainsFunc(list, func(e any) bool { _, ok := e.(string); return !ok }) {
			return fmt.Sprintf("文字の一覧で書いてください。例: %s = [\"…\", \"…\"]", key)
		}
	}
	return ""
}

// keyLines finds the line on which each key stands, by its dotted path in lower case.
func keyLines(text []byte) map[string]int {
	lines := map[string]int{}
	var p unstable.Parser
	p.Reset(text)
	note := func(prefix string, n *unstable.Node) string {
		path := prefix
		for it := n.Key(); it.Next(); {
			k := it.Node()
			path = strings.TrimPrefix(path+"."+strings.ToLower(string(k.Data)), ".")
			if _, ok := lines[path]; !ok {
				lines[path] = 1 + bytes.Count(text[:k.Raw.Offset], []byte("\n"))
			}
		}
		return path
	}
	var inside func(prefix string, n *unstable.Node)
	inside = func(prefix string, n *unstable.Node) {
		path := note(prefix, n)
		if v := n.Value(); v.Kind == unstable.InlineTable {
			for it := v.Children(); it.Next(); {
				inside(path, it.Node())
			}
		}
	}
	table := ""
	for p.NextExpression() {
		switch n := p.Expression(); n.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = note("", n)
		case unstable.KeyValue:
			inside(table, n)
		}
	}
	return lines
}
