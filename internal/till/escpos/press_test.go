package escpos_test

import (
	"bytes"
	"errors"
	"image"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"yakusho/internal/testkit"
	"yakusho/internal/till"
	"yakusho/internal/till/escpos"
	"yakusho/internal/till/slip"
)

var at = time.Date(2026, time.November, 22, 1, 42, 36, 0, time.UTC)

func papers(t *testing.T, practice bool) []slip.Paper {
	t.Helper()
	s := till.Sale{
		ID: "01kagsale0000000000000000a", Number: 101, State: till.SalePaid, Total: 2_905, Name: "髙﨑 𠮷男", FixedAt: at, Training: practice,
		Lines: []till.Line{
			{Name: "住民票の写し", Unit: "通", Price: 300, Count: 2, Tax: till.TaxExempt},
			{
				Name: "個人番号カードに係る電子証明書の発行（再発行を含み、紛失・破損によるもの）", Unit: "件", Price: 200, Count: 1, Tax: till.TaxExempt,
				Reduction: "生活保護受給者", Percent: 50,
			},
			{Name: "市民ホール（午前）", Unit: "回", Price: 1_999, Count: 1, Tax: till.TaxStandard},
			{Name: "お茶", Unit: "本", Price: 103, Count: 2, Tax: till.TaxReduced},
		},
	}
	h := slip.Head{
		Office:  slip.Office{Name: "みほん市", Contact: "市民課 電話 0123-45-6789", Registration: "T1234567890123"},
		Counter: till.Counter{Number: 1, Name: "市民課 1番窓口"},
	}
	out, err := slip.Compose(h, s, till.Payment{
		Sale: s.ID, Amount: s.Total, Wallet: "paypay", Way: till.WayShow, Ref: "04938217556021", PaidAt: at, Confirmed: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func draw(t *testing.T, p *escpos.Press, paper slip.Paper) *escpos.Bitmap {
	t.Helper()
	b, missing, err := p.Draw(paper)
	if err != nil || len(missing) > 0 {
		t.Fatalf("draw: %v, missing %v", err, missing)
	}
	return b
}

func text(s string) slip.Paper {
	return slip.Paper{Rows: []slip.Row{{Kind: slip.Text, Left: s, Size: slip.Large}}}
}

func TestWhatThePrinterPrintsIsThePictureAndItsCodeCanBeRead(t *testing.T) {
	t.Parallel()
	p := press(t)
	for name, practice := range map[string]bool{"statement.png": false, "training.png": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := healthy()
			b := draw(t, p, papers(t, practice)[0])
			var printer escpos.Printer
			if _, err := printer.Print(t.Context(), m.listen(t), b); err != nil {
				t.Fatal(err)
			}
			got := m.printed()
			if len(got) != 1 {
				t.Fatalf("%d papers, want 1", len(got))
			}
			if !bytes.Equal(got[0].Pix, picture(b.Bits).Pix) {
				t.Fatal("the paper differs from the bitmap")
			}
			goldenPicture(t, name, got[0])
			if code := scan(t, got[0].SubImage(image.Rect(160, b.Height-450, 416, b.Height))); code != "01kagsale0000000000000000a" {
				t.Errorf("the code says %q", code)
			}
		})
	}
}

func scan(t *testing.T, img image.Image) string {
	t.Helper()
	bmp, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	r, err := qrcode.NewQRCodeReader().Decode(bmp, nil)
	if err != nil {
		t.Fatalf("read the code: %v", err)
	}
	return r.GetText()
}

func TestACodeOfJapaneseTextCanBeRead(t *testing.T) {
	t.Parallel()
	b := draw(t, press(t), slip.Paper{Rows: []slip.Row{{Kind: slip.Code, Left: "会計 1-0101 髙﨑"}}})
	if got := scan(t, b.Image()); got != "会計 1-0101 髙﨑" {
		t.Errorf("the code says %q", got)
	}
}

// TestHardNamesAreDrawnAsTheyAre: each is drawn, differs from the sign for a missing one and from its everyday form.
func TestHardNamesAreDrawnAsTheyAre(t *testing.T) {
	t.Parallel()
	p := press(t)
	tofu := draw(t, p, text("〓")).Bits
	for hard, plain := range map[string]string{"髙": "高", "﨑": "崎", "𠮷": "吉", "\ufa19": "\u795e", "德": "徳", "𩸽": "魚", "①": "1", "㈱": "株"} {
		b := draw(t, p, text(hard))
		if string(b.Bits) == string(tofu) || string(b.Bits) == string(draw(t, p, text(plain)).Bits) {
			t.Errorf("%s is not drawn as itself", hard)
		}
		if !strings.ContainsFunc(string(b.Bits), func(r rune) bool { return r != 0 }) {
			t.Errorf("%s leaves the paper white", hard)
		}
	}
}

func TestVariationSelectorsAndSteeringCharactersVanish(t *testing.T) {
	t.Parallel()
	p := press(t)
	want := draw(t, p, text("葛城市 辻 が")).Bits
	for _, s := range []string{"葛\U000e0100城市 辻\U000e0101 が", "葛城\u200b市 辻\ufe00 が", "\u202e葛城市\t辻\r\nが", "葛城市 辻 か\u3099"} {
		if got := draw(t, p, text(strings.ReplaceAll(s, "\r\n", "\n"))).Bits; string(got) != string(want) {
			t.Errorf("%q is drawn otherwise than its plain form", s)
		}
	}
}

func TestACharacterTheFontLacksIsNamed(t *testing.T) {
	t.Parallel()
	p := press(t)
	b, missing, err := p.Draw(text("寿司🍣と\U0001f363"))
	if err != nil {
		t.Fatal(err)
	}
	want := []escpos.Missing{{Char: '🍣', In: "寿司🍣と🍣"}, {Char: '🍣', In: "寿司🍣と🍣"}}
	if diff := cmp.Diff(want, missing); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
	if s := missing[0].String(); !strings.Contains(s, "U+1F363") || !strings.Contains(s, "〓") {
		t.Errorf("warning %q", s)
	}
	if string(b.Bits) != string(draw(t, p, text("寿司〓と〓")).Bits) {
		t.Error("the paper does not show 〓")
	}
}

func TestASlipOfFiftyLinesFitsAndAnEndlessOneIsRefused(t *testing.T) {
	t.Parallel()
	p := press(t)
	long := slip.Paper{}
	for range 50 {
		long.Rows = append(long.Rows, slip.Row{Kind: slip.Text, Left: strings.Repeat("個", 60)},
			slip.Row{Kind: slip.Pair, Left: "　10,000,000円 × 999通 非課税", Right: "9,990,000,000円"},
			slip.Row{Kind: slip.Pair, Left: "　減免 " + strings.Repeat("理", 60), Right: "-9,990,000,000円"})
	}
	draw(t, p, long)
	if _, _, err := p.Draw(text(strings.Repeat("長", 100_000))); !errors.Is(err, escpos.ErrTooLong) {
		t.Errorf("endless text: %v", err)
	}
	if _, _, err := p.Draw(slip.Paper{Rows: []slip.Row{{Kind: slip.Code, Left: strings.Repeat("長", 2_000)}}}); !errors.Is(err, escpos.ErrCode) {
		t.Errorf("endless code: %v", err)
	}
}

func TestAFontThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := escpos.NewPress([]byte("no font")); err == nil {
		t.Error("no error")
	}
}

// FuzzAnyTextStaysOnThePaper draws any text in every kind of row. That no line is wider than the paper is checked by
// drawing white margins: no letter may touch the edge dots.
func FuzzAnyTextStaysOnThePaper(f *testing.F) {
	for _, s := range []string{"", "住民票の写し", "髙﨑 𠮷男", strings.Repeat("、", 200), strings.Repeat("W", 300), "a\x00\xff\xfe", "か\u3099\u3099", "﷽﷽﷽", "\u0301\u0301", "（（（", "   ", strings.Repeat(" ", 500), "=1+1", "🍣"} {
		f.Add(s, s, uint8(0))
	}
	p := press(f)
	f.Fuzz(func(t *testing.T, left, right string, z uint8) {
		if len(left)+len(right) > 4_000 {
			return
		}
		size := []slip.Size{slip.Normal, slip.Small, slip.Large, slip.Huge}[z%4]
		b, _, err := p.Draw(slip.Paper{Rows: []slip.Row{
			{Kind: slip.Text, Left: left, Size: size},
			{Kind: slip.Text, Left: right, Size: size, Align: slip.Centre},
			{Kind: slip.Pair, Left: left, Right: right, Size: size},
		}})
		if errors.Is(err, escpos.ErrTooLong) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for y := range b.Height {
			if b.Black(0, y) || b.Black(escpos.Width-1, y) {
				t.Fatalf("row %d touches the edge", y)
			}
		}
		if _, _, err := p.Draw(slip.Paper{Rows: []slip.Row{{Kind: slip.Mark, Left: left}, {Kind: slip.Code, Left: right}}}); err != nil && !errors.Is(err, escpos.ErrCode) {
			t.Fatal(err)
		}
	})
}

func BenchmarkDraw(b *testing.B) {
	p := press(b)
	paper := slip.Paper{}
	for range 30 {
		paper.Rows = append(paper.Rows, slip.Row{Kind: slip.Pair, Left: "住民票の写し", Right: "1,234円"})
	}
	for b.Loop() {
		if _, _, err := p.Draw(paper); err != nil {
			b.Fatal(err)
		}
	}
}

var _ = testkit.Golden
