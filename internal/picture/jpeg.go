package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"math"
)

// Shape is how a photo is wanted.
type Shape struct {
	// Most is how many pixels the long side may have, 0 for as many as there are.
	Most int
	// Upright is for pixels that are upright already, whatever else the file says.
	Upright bool
}

// JPEG returns a photo upright as JPEG, on white where it is transparent, with no data but its pixels. It takes memory as
// Clean does.
func JPEG(r io.ReadSeeker, want Shape) ([]byte, error) {
	img, upright, _, err := decode(r, MaxPixels)
	if err != nil {
		return nil, err
	}
	if want.Upright {
		upright = 1
	}
	img = shrink(img, want.Most)
	if o, known := img.(interface{ Opaque() bool }); !known || !o.Opaque() {
		img = onWhite{img}
	}
	var b bytes.Buffer
	err = jpeg.Encode(&b, orient(img, upright), &jpeg.Options{Quality: quality})
	return b.Bytes(), wrap(err)
}

// Fit returns a JPEG with at most MaxPixels of one that may have more: the same bytes where it has no more. What has more
// than the bound given is ErrTooLarge.
func Fit(data []byte, bound int64) ([]byte, error) {
	c, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || format != "jpeg" {
		return nil, ErrBroken
	}
	if int64(c.Width)*int64(c.Height) <= MaxPixels {
		return data, nil
	}
	img, _, _, err := decode(bytes.NewReader(data), bound)
	if err != nil {
		return nil, err
	}
	scale := math.Sqrt(MaxPixels / (float64(c.Width) * float64(c.Height)))
	var b bytes.Buffer
	err = jpeg.Encode(&b, shrink(img, int(scale*float64(max(c.Width, c.Height)))), &jpeg.Options{Quality: quality})
	return b.Bytes(), wrap(err)
}

// onWhite is an image as it looks on white paper.
type onWhite struct{ image.Image }

// ColorModel implements image.Image.
func (onWhite) ColorModel() color.Model { return color.RGBA64Model }

// At implements image.Image.
func (o onWhite) At(x, y int) color.Color {
	r, g, b, a := o.Image.At(x, y).RGBA()
	white := 0xffff - a
	return color.RGBA64{uint16(r + white), uint16(g + white), uint16(b + white), 0xffff} // #nosec G115 -- no channel is above its alpha
}

// shrink makes an image smaller until its long side has at most so many pixels, each the mean of those that it stands
// for. It holds one row of the large image beside that itself.
func shrink(img image.Image, most int) image.Image {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	long := max(w, h)
	if most <= 0 || long <= most {
		return img
	}
	dw, dh := max(1, w*most/long), max(1, h*most/long)
	dst, row := image.NewRGBA(image.Rect(0, 0, dw, dh)), image.NewRGBA(image.Rect(0, 0, w, 1))
	sums := make([]uint64, 3*dw)
	for y := range dh {
		clear(sums)
		top, bottom := y*h/dh, (y+1)*h/dh
		for from := top; from < bottom; from++ {
			draw.Draw(row, row.Bounds(), image.White, image.Point{}, draw.Src)
			draw.Draw(row, row.Bounds(), img, image.Pt(b.Min.X, b.Min.Y+from), draw.Over)
			addRow(sums, row.Pix, w, dw)
		}
		out := dst.Pix[y*dst.Stride:]
		for x := range dw {
			n := uint64((bottom - top) * ((x+1)*w/dw - x*w/dw)) // #nosec G115 -- at least one
			for c := range 3 {
				out[4*x+c] = uint8(sums[3*x+c] / n) // #nosec G115 -- a mean of bytes
			}
			out[4*x+3] = 0xff
		}
	}
	return dst
}

// addRow adds a row of w pixels to the sums of the dw that stand for it.
func addRow(sums []uint64, pix []uint8, w, dw int) {
	for x := range dw {
		for from := x * w / dw; from < (x+1)*w/dw; from++ {
			for c := range 3 {
				sums[3*x+c] += uint64(pix[4*from+c])
			}
		}
	}
}
