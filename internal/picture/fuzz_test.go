package picture_test

import (
	"bytes"
	"errors"
	"image"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"voordeur/internal/picture"
)

// What is shown is a new picture of a kind we make, or nothing.
func FuzzClean(f *testing.F) {
	small := image.NewPaletted(image.Rect(0, 0, 3, 2), palette.WebSafe)
	for _, encode := range []func(*bytes.Buffer) error{
		func(b *bytes.Buffer) error { return png.Encode(b, small) },
		func(b *bytes.Buffer) error { return jpeg.Encode(b, small, nil) },
		func(b *bytes.Buffer) error { return gif.Encode(b, small, nil) },
	} {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if c, _, err := image.DecodeConfig(bytes.NewReader(file)); err == nil && c.Width*c.Height > 1_000_000 {
			t.Skip("as good as a small one, and slow")
		}
		clean, mediaType, err := picture.Clean(bytes.NewReader(file))
		if err != nil {
			if !errors.Is(err, picture.ErrBroken) && !errors.Is(err, picture.ErrTooLarge) {
				t.Errorf("%v says nothing to the user", err)
			}
			return
		}
		_, format, err := image.Decode(bytes.NewReader(clean))
		if err != nil || "image/"+format != mediaType || format != "png" && format != "jpeg" {
			t.Errorf("it became a %s, called %s: %v", format, mediaType, err)
		}
	})
}
