package escpos

import (
	"fmt"
	"image"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"yakusho/internal/core"
	"yakusho/internal/till/slip"
)

// The refusals of a Press.
var (
	ErrTooLong = core.Invalid("slip_too_long", "明細が長すぎて印刷できません。会計を分けてください。")
	ErrCode    = core.Invalid("slip_code_too_long", "コードにする文字が長すぎて印刷できません。")
)

const (
	margin    = 8 // dots left and right
	inner     = Width - 2*margin
	between   = 16     // dots between the left and the right of a pair
	ink       = 0x68   // from here on a dot of the drawn glyph is black: thin strokes survive
	maxHeight = 24_000 // dots: three metres
	markSize  = 96
)

// Press draws papers with one font. It is safe for concurrent use.
type Press struct{ font *opentype.Font }

// NewPress reads a TrueType or OpenType font; web.SlipFont has ours.
func NewPress(ttf []byte) (*Press, error) {
	f, err := opentype.Parse(ttf)
	if err != nil {
		return nil, fmt.Errorf("font of slips: %w", err)
	}
	return &Press{f}, nil
}

// line is text at its place; its baseline is counted from the top of the paper.
type line struct {
	text     string
	face     *face
	x        fixed.Int26_6
	baseline int
}

// box is black over the whole width (a rule, a watermark) or, with code, a picture.
type box struct {
	top, bottom int
	code        barcode.Barcode
	scale       int
}

// drawing is one paper being laid out. Faces are not safe for concurrent use, so each drawing has its own.
type drawing struct {
	font    *opentype.Font
	buf     sfnt.Buffer
	faces   map[int]*face
	y       int
	boxes   []box
	lines   []line
	marks   []line // drawn white
	missing []Missing
}

// Draw lays a paper out and draws it. What the font lacks is 〓 on the paper and named in the second result.
func (p *Press) Draw(paper slip.Paper) (*Bitmap, []Missing, error) {
	d := &drawing{font: p.font, faces: map[int]*face{}, y: margin}
	for _, r := range paper.Rows {
		if err := d.row(r); err != nil {
			return nil, nil, err
		}
		if d.y > maxHeight {
			return nil, nil, ErrTooLong
		}
	}
	b := newBitmap(d.y + margin)
	for _, x := range d.boxes {
		if x.code == nil {
			b.fill(0, x.top, Width, x.bottom)
		} else {
			drawCode(b, x)
		}
	}
	for _, l := range d.lines {
		l.draw(b, true)
	}
	for _, l := range d.marks {
		l.draw(b, false)
	}
	return b, d.missing, nil
}

func (d *drawing) row(r slip.Row) error {
	switch r.Kind {
	case slip.Rule:
		d.boxes = append(d.boxes, box{top: d.y + 7, bottom: d.y + 9})
		d.y += 16
	case slip.Gap:
		d.y += 16
	case slip.Code:
		return d.code(r.Left)
	case slip.Mark:
		d.mark(r.Left)
	case slip.Pair:
		d.pair(r)
	case slip.Text:
		f := d.face(dots(r.Size))
		for _, s := range wrap(d.clean(r.Left), int(fixed.I(inner)), f.advance) {
			x := fixed.I(margin)
			if r.Align == slip.Centre {
				x += (fixed.I(inner) - f.width(s)) / 2
			}
			d.put(f, s, x)
			d.y += f.height
		}
	default:
		return fmt.Errorf("draw a row of kind %q", r.Kind)
	}
	return nil
}

// pair puts the right text at the right edge of the last line of the left one, or under it where there is no room.
func (d *drawing) pair(r slip.Row) {
	f := d.face(dots(r.Size))
	left := wrap(d.clean(r.Left), int(fixed.I(inner)), f.advance)
	right := wrap(d.clean(r.Right), int(fixed.I(inner)), f.advance)
	for i, s := range left {
		d.put(f, s, fixed.I(margin))
		if i < len(left)-1 || f.width(s)+fixed.I(between)+f.width(right[0]) > fixed.I(inner) {
			d.y += f.height
		}
	}
	for _, s := range right {
		d.put(f, s, fixed.I(Width-margin)-f.width(s))
		d.y += f.height
	}
}

// mark is a black bar with white letters, made smaller until they fit.
func (d *drawing) mark(s string) {
	s = d.clean(s)
	size := markSize
	for size > 16 && d.face(size).width(s) > fixed.I(inner) {
		size -= 8
	}
	f := d.face(size)
	s = wrap(s, int(fixed.I(inner)), f.advance)[0]
	d.boxes = append(d.boxes, box{top: d.y, bottom: d.y + f.height})
	x := (fixed.I(Width) - f.width(s)) / 2
	d.marks = append(d.marks, line{s, f, x, d.y + f.ascent})
	d.y += f.height + 8
}

// code puts a QR code in the middle, with the four modules of quiet zone readers ask for.
func (d *drawing) code(s string) error {
	if s == "" {
		return nil
	}
	c, err := qr.Encode(s, qr.M, qr.Auto)
	if err != nil {
		return ErrCode.Because("QR of %d bytes: %w", len(s), err)
	}
	n := c.Bounds().Dx() + 8
	scale := max(200/n, 3)
	d.boxes = append(d.boxes, box{d.y, d.y + n*scale, c, scale})
	d.y += n * scale
	return nil
}

func drawCode(b *Bitmap, x box) {
	n := x.code.Bounds().Dx()
	left := (Width - n*x.scale) / 2
	for my := range n {
		for mx := range n {
			if r, _, _, _ := x.code.At(mx, my).RGBA(); r > 0x7fff {
				continue
			}
			x0, y0 := left+mx*x.scale, x.top+(my+4)*x.scale
			b.fill(x0, y0, x0+x.scale, y0+x.scale)
		}
	}
}

func (d *drawing) put(f *face, s string, x fixed.Int26_6) {
	if s != "" {
		d.lines = append(d.lines, line{s, f, x, d.y + f.ascent})
	}
}

func (d *drawing) clean(s string) string {
	out, missing := printable(s, func(r rune) bool {
		g, err := d.font.GlyphIndex(&d.buf, r)
		return err == nil && g != 0 // 0 is .notdef
	})
	d.missing = append(d.missing, missing...)
	return out
}

// dots is the height of a letter of a size, in dots; 8 are a millimetre.
func dots(z slip.Size) int {
	switch z {
	case slip.Small:
		return 21
	case slip.Large:
		return 36
	case slip.Huge:
		return 64
	case slip.Normal:
	}
	return 26
}

// face is the font at one size.
type face struct {
	font.Face
	ascent, height int
	widths         map[rune]fixed.Int26_6
}

func (d *drawing) face(size int) *face {
	if f := d.faces[size]; f != nil {
		return f
	}
	// The font's own line is 1.45 letters high, most of it empty above; slips are read closely set.
	x, _ := opentype.NewFace(d.font, &opentype.FaceOptions{Size: float64(size), DPI: 72, Hinting: font.HintingNone}) // never fails
	f := &face{x, size, size*5/4 + 2, map[rune]fixed.Int26_6{}}
	d.faces[size] = f
	return f
}

func (f *face) glyph(r rune) fixed.Int26_6 {
	w, ok := f.widths[r]
	if !ok {
		w, _ = f.GlyphAdvance(r) // a glyph without one is as wide as nothing
		f.widths[r] = w
	}
	return w
}

func (f *face) advance(r rune) int { return int(f.glyph(r)) }

func (f *face) width(s string) fixed.Int26_6 {
	var w fixed.Int26_6
	for _, r := range s {
		w += f.glyph(r)
	}
	return w
}

func (l line) draw(b *Bitmap, black bool) {
	at := fixed.Point26_6{X: l.x, Y: fixed.I(l.baseline)}
	for _, r := range l.text {
		to, mask, from, advance, ok := l.face.Glyph(at, r)
		if !ok {
			continue
		}
		alpha, is := mask.(*image.Alpha)
		for y := 0; is && y < to.Dy(); y++ {
			for x := range to.Dx() {
				if alpha.AlphaAt(from.X+x, from.Y+y).A >= ink {
					b.set(to.Min.X+x, to.Min.Y+y, black)
				}
			}
		}
		at.X += advance
	}
}
