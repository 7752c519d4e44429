package picture

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"
)

// corner is a photo of 64 by 48 that is red at its left upper corner.
//
//go:embed testdata/corner.webp
var corner []byte

// onItsSide adds to a WebP that it is to be turned a quarter to the right.
func onItsSide(webp []byte) []byte {
	exif := []byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00")
	out := append(slices.Clone(webp), "EXIF"...)
	out = append(binary.LittleEndian.AppendUint32(out, uint32(len(exif))), exif...)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

func TestE22_AWebPBecomesAnUprightJPEGThatTellsNothing(t *testing.T) {
	for name, s := range map[string]struct {
		photo []byte
		want  Shape
		size  image.Point
		red   image.Point
	}{
		"as it is":         {corner, Shape{}, image.Pt(64, 48), image.Pt(4, 4)},
		"on its side":      {onItsSide(corner), Shape{}, image.Pt(48, 64), image.Pt(43, 4)},
		"upright all ways": {onItsSide(corner), Shape{Upright: true}, image.Pt(64, 48), image.Pt(4, 4)},
		"smaller":          {onItsSide(corner), Shape{Most: 32}, image.Pt(24, 32), image.Pt(21, 2)},
		"small enough":     {corner, Shape{Most: 64}, image.Pt(64, 48), image.Pt(4, 4)},
	} {
		data, err := JPEG(bytes.NewReader(s.photo), s.want)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		img, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil || img.Bounds().Size() != s.size {
			t.Fatalf("%s: %v, %v", name, img.Bounds(), err)
		}
		if r, g, _, _ := img.At(s.red.X, s.red.Y).RGBA(); r < 0x9000 || g > 0x4000 {
			t.Errorf("%s: %v is not red", name, s.red)
		}
		if bytes.Contains(data, []byte("Exif")) || bytes.Contains(data, []byte("ICC")) {
			t.Errorf("%s: it tells more than its pixels", name)
		}
	}
}

func TestWhatIsTransparentStandsOnWhite(t *testing.T) {
	clear := image.NewNRGBA(image.Rect(0, 0, 40, 20))
	for x := range 20 {
		for y := range 20 {
			clear.Set(x, y, color.NRGBA{A: 0xff})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, clear); err != nil {
		t.Fatal(err)
	}
	for _, most := range []int{0, 10} {
		data, err := JPEG(bytes.NewReader(b.Bytes()), Shape{Most: most})
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		right := img.Bounds().Dx() - 1
		if r, _, _, _ := img.At(right, 0).RGBA(); r < 0xf000 {
			t.Errorf("at most %d: what was clear is %x", most, r)
		}
		if r, _, _, _ := img.At(0, 0).RGBA(); r > 0x1800 {
			t.Errorf("at most %d: what was black is %x", most, r)
		}
	}
}

func TestE22_AHostileWebPIsRefusedBeforeItIsDecoded(t *testing.T) {
	// The head of a WebP says in three bytes each how wide and how high it is, less one.
	vast := slices.Clone(corner)
	copy(vast[24:], []byte{0x0f, 0x27, 0, 0x0f, 0x27, 0})
	for name, s := range map[string]struct {
		photo []byte
		want  error
	}{
		"10,000 by 10,000": {vast, ErrTooLarge},
		"cut":              {corner[:len(corner)-40], ErrBroken},
		"head only":        {corner[:30], ErrBroken},
		"nothing":          {nil, ErrBroken},
	} {
		if _, err := JPEG(bytes.NewReader(s.photo), Shape{}); !errors.Is(err, s.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFitMakesSmallerOnlyWhatIsTooLarge(t *testing.T) {
	encode := func(w, h int) []byte {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	if small := encode(20, 10); true {
		if got, err := Fit(small, 100); err != nil || !bytes.Equal(got, small) {
			t.Errorf("a small one is not the same: %v", err)
		}
	}
	large := encode(8000, 4000)
	got, err := Fit(large, 64_000_000)
	c, _, configErr := image.DecodeConfig(bytes.NewReader(got))
	if err != nil || configErr != nil || c.Width*c.Height > MaxPixels || c.Width < 7700 {
		t.Errorf("a large one is %d by %d: %v, %v", c.Width, c.Height, err, configErr)
	}
	if _, err := Fit(large, MaxPixels+1); !errors.Is(err, ErrTooLarge) {
		t.Errorf("one past the bound: %v", err)
	}
	if _, err := Fit([]byte("no JPEG"), 100); !errors.Is(err, ErrBroken) {
		t.Errorf("none at all: %v", err)
	}
}
