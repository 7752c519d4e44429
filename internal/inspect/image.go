package inspect

import (
	"image"
	_ "image/gif"  // registers the format
	_ "image/jpeg" // registers the format
	_ "image/png"  // registers the format
	"io"

	_ "golang.org/x/image/bmp"  // registers the format
	_ "golang.org/x/image/tiff" // registers the format
	_ "golang.org/x/image/webp" // registers the format

	"voordeur/internal/heic"
)

// maxPixels is far more than any camera or scanner of an office makes; a picture of that size takes
// two gigabytes of whoever opens it.
const maxPixels = 500_000_000

// image reads the size that the head of an image tells, and decodes nothing.
func (l *look) image(r io.Reader) error {
	c, _, err := image.DecodeConfig(io.LimitReader(r, 16<<20))
	if err != nil {
		l.note(Uninspected)
		return l.ctx.Err()
	}
	if c.Width < 0 || c.Height < 0 || int64(c.Width)*int64(c.Height) > maxPixels {
		return refused(Pixels)
	}
	return nil
}

// maxProperties is how much of a HEIC file is looked at for the sizes of its images, which stand
// before the images.
const maxProperties = 1 << 20

// heic reads the sizes that a HEIC file tells.
func (l *look) heic(r io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(r, maxProperties))
	if err != nil {
		return l.torn()
	}
	pixels, found := heic.Largest(b)
	if !found {
		l.note(Uninspected)
	}
	if pixels > maxPixels {
		return refused(Pixels)
	}
	return l.ctx.Err()
}
