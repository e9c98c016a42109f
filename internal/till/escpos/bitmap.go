package escpos

import (
	"image"
	"image/color"
)

// Width is the number of dots across the paper: 72 mm at 203 dpi.
const Width = 576

const stride = Width / 8

// Bitmap is a picture of one bit for each dot, 1 is black, rows of 72 bytes, the highest bit at the left.
type Bitmap struct {
	Height int
	Bits   []byte
}

func newBitmap(height int) *Bitmap { return &Bitmap{height, make([]byte, height*stride)} }

// Black reports whether a dot is black; outside the paper nothing is.
func (b *Bitmap) Black(x, y int) bool {
	if x < 0 || x >= Width || y < 0 || y >= b.Height {
		return false
	}
	return b.Bits[y*stride+x/8]&(0x80>>(x%8)) != 0
}

func (b *Bitmap) set(x, y int, black bool) {
	if x < 0 || x >= Width || y < 0 || y >= b.Height {
		return
	}
	if black {
		b.Bits[y*stride+x/8] |= 0x80 >> (x % 8)
	} else {
		b.Bits[y*stride+x/8] &^= 0x80 >> (x % 8)
	}
}

func (b *Bitmap) fill(x0, y0, x1, y1 int) {
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			b.set(x, y, true)
		}
	}
}

// Image returns the bitmap as a picture, for a preview.
func (b *Bitmap) Image() image.Image {
	img := image.NewPaletted(image.Rect(0, 0, Width, b.Height), color.Palette{color.White, color.Black})
	for y := range b.Height {
		for x := range Width {
			if b.Black(x, y) {
				img.Pix[y*img.Stride+x] = 1
			}
		}
	}
	return img
}

// bandRows is how many rows one GS v 0 carries: printers buffer little.
const bandRows = 128

// Commands returns what makes a printer print the bitmap and cut the paper after it.
func (b *Bitmap) Commands() []byte {
	out := []byte{0x1b, '@'} // ESC @: forget whatever stood there before
	for y := 0; y < b.Height; y += bandRows {
		n := min(bandRows, b.Height-y)
		out = append(out, 0x1d, 'v', '0', 0, stride, 0, byte(n), byte(n>>8))
		out = append(out, b.Bits[y*stride:(y+n)*stride]...)
	}
	return append(out, 0x1d, 'V', 66, 0) // GS V 66: feed to the knife and cut
}
