package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"
)

// corners is an image of 3 x 2 with one white pixel in the left upper corner.
func corners() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 3, 2))
	for y := range 2 {
		for x := range 3 {
			img.Set(x, y, color.Black)
		}
	}
	img.Set(0, 0, color.White)
	return img
}

func TestOrientFollowsExif(t *testing.T) {
	// Where the left upper corner of the stored pixels belongs when shown, for each orientation.
	for o, want := range map[int]image.Point{1: {0, 0}, 2: {2, 0}, 3: {2, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 2}, 8: {0, 2}} {
		got := orient(corners(), o)
		if turned := o >= 5; (got.Bounds().Dx() == 2) != turned {
			t.Errorf("orientation %d: %v", o, got.Bounds())
		}
		if r, _, _, _ := got.At(want.X, want.Y).RGBA(); r != 0xffff {
			t.Errorf("orientation %d: the corner is not at %v", o, want)
		}
	}
}

func TestCleanRefusesWithoutDecoding(t *testing.T) {
	bomb := "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xea\x60\x00\x00\xea\x60\x08\x06\x00\x00\x00"
	whole := binary.BigEndian.AppendUint32([]byte(bomb), crc32.ChecksumIEEE([]byte(bomb[12:])))
	if _, _, err := Clean(bytes.NewReader(whole)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("60,000 x 60,000: %v", err)
	}
	for _, bad := range []string{"", "GIF89a", "<svg xmlns='http://www.w3.org/2000/svg'/>", "\xff\xd8\xff\xe1"} {
		if _, _, err := Clean(bytes.NewReader([]byte(bad))); !errors.Is(err, ErrBroken) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestCleanKeepsPixelsAndKind(t *testing.T) {
	var p, j bytes.Buffer
	if err := png.Encode(&p, corners()); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&j, corners(), nil); err != nil {
		t.Fatal(err)
	}
	for want, in := range map[string][]byte{"image/png": append(p.Bytes(), "<script>"...), "image/jpeg": append(j.Bytes(), "<script>"...)} {
		out, mediaType, err := Clean(bytes.NewReader(in))
		if err != nil || mediaType != want || bytes.Contains(out, []byte("<script>")) {
			t.Errorf("%s became %s, %v", want, mediaType, err)
			continue
		}
		img, _, err := image.Decode(bytes.NewReader(out))
		if err != nil || img.Bounds().Dx() != 3 || img.Bounds().Dy() != 2 {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01"))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := orientation(bytes.NewReader(data))
		if err != nil || o < 1 || o > 8 {
			t.Fatalf("%d, %v", o, err)
		}
	})
}
