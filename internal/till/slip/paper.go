package slip

import (
	"fmt"
	"strings"
)

// Kind is what a row is.
type Kind string

// The kinds of row.
const (
	Text Kind = "text" // Left, aligned
	Pair Kind = "pair" // Left at the left edge, Right at the right edge of the last line
	Rule Kind = "rule" // a line across
	Gap  Kind = "gap"  // empty space
	Code Kind = "code" // Left as a QR code, centred
	Mark Kind = "mark" // Left across the whole width, as large as it gets: the watermark
)

// Size is how large a row is, relative to the rest.
type Size string

// The sizes.
const (
	Normal Size = "normal"
	Small  Size = "small"
	Large  Size = "large" // titles
	Huge   Size = "huge"  // the amount
)

// Align is where a text row stands.
type Align string

// The alignments.
const (
	Left   Align = "left"
	Centre Align = "centre"
)

// Row is one row of a paper; a printer breaks it into as many lines as it takes.
type Row struct {
	Kind        Kind
	Left, Right string
	Size        Size
	Align       Align
}

// Paper is one slip, cut off after its last row.
type Paper struct {
	Title string // 利用明細（領収書ではありません）; also the first text on the paper
	Rows  []Row
}

// String shows the paper as plain text, for people who read tests and logs; a printer does not use it.
func (p Paper) String() string {
	var b strings.Builder
	for _, r := range p.Rows {
		switch r.Kind {
		case Rule:
			b.WriteString("----")
		case Gap:
		case Pair:
			fmt.Fprintf(&b, "%s | %s", r.Left, r.Right)
		case Code:
			fmt.Fprintf(&b, "[QR %s]", r.Left)
		case Mark:
			fmt.Fprintf(&b, "#### %s ####", r.Left)
		case Text:
			b.WriteString(r.Left)
		}
		if r.Align == Centre {
			b.WriteString("  <centre>")
		}
		if r.Size != Normal && r.Size != "" {
			fmt.Fprintf(&b, "  <%s>", r.Size)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (p *Paper) text(s string)  { p.Rows = append(p.Rows, Row{Kind: Text, Left: s, Size: Normal}) }
func (p *Paper) small(s string) { p.Rows = append(p.Rows, Row{Kind: Text, Left: s, Size: Small}) }
func (p *Paper) pair(left, right string) {
	p.Rows = append(p.Rows, Row{Kind: Pair, Left: left, Right: right, Size: Normal})
}
func (p *Paper) rule()         { p.Rows = append(p.Rows, Row{Kind: Rule}) }
func (p *Paper) gap()          { p.Rows = append(p.Rows, Row{Kind: Gap}) }
func (p *Paper) mark(s string) { p.Rows = append(p.Rows, Row{Kind: Mark, Left: s}) }

func (p *Paper) centre(s string, z Size) {
	p.Rows = append(p.Rows, Row{Kind: Text, Left: s, Size: z, Align: Centre})
}

func (p *Paper) huge(left, right string) {
	p.Rows = append(p.Rows, Row{Kind: Pair, Left: left, Right: right, Size: Huge})
}
