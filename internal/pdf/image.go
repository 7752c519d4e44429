package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	_ "image/png" // registers the format
	"math"
)

// maxPixels bounds the memory that a picture takes when it is unpacked: 40 megapixels.
const maxPixels = 40_000_000

func (i Image) draw(l *layout) error {
	config, format, err := image.DecodeConfig(bytes.NewReader(i.Data))
	if err != nil {
		return fmt.Errorf("image: %w", err)
	}
	if config.Width < 1 || config.Height < 1 || config.Width > maxPixels/config.Height {
		return fmt.Errorf("image of %d by %d pixels", config.Width, config.Height)
	}
	r, err := l.addImage(i.Data, config, format)
	if err != nil {
		return err
	}
	at := i.place(l, float64(config.Height)/float64(config.Width))
	figure := l.top.add("Figure", fmt.Sprintf(" /Alt %s /A <</O /Layout /Placement /Block /BBox [%v]>>", text(clean(i.Alt)), at))
	l.page.mark(figure)
	fmt.Fprintf(&l.page.content, "q %s 0 0 %s %s %s cm /I%d Do Q\n", num(at[2]-at[0]), num(at[3]-at[1]), num(at[0]), num(at[1]), int(r))
	l.images = append(l.images, r)
	if i.FullPage {
		l.y = marginBottom // nothing else fits
		return nil
	}
	l.y = at[1] - gap
	return nil
}

// place returns the box for a picture whose height is ratio times its width.
func (i Image) place(l *layout, ratio float64) box {
	if i.FullPage {
		if !l.fresh() {
			l.newPage()
		}
		l.page.bare, l.page.wide = true, ratio < 1
		w, h := l.page.size()
		width := math.Min(w, h/ratio)
		x, y := (w-width)/2, (h-width*ratio)/2
		return box{x, y, x + width, y + width*ratio}
	}
	width := float64(textWidth)
	if i.WidthMM > 0 {
		width = math.Min(width, i.WidthMM*point)
	}
	width = math.Min(width, (pageHeight-marginTop-marginBottom)/ratio)
	l.need(width * ratio)
	return box{marginSide, l.y - width*ratio, marginSide + width, l.y}
}

// addImage adds a JPEG as it is, and other pictures as pixels on white.
func (l *layout) addImage(data []byte, config image.Config, format string) (ref, error) {
	space := "/DeviceRGB"
	entries := func() string {
		return fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace %s /BitsPerComponent 8", config.Width, config.Height, space)
	}
	if format == "jpeg" {
		switch config.ColorModel {
		case color.GrayModel:
			space = "/DeviceGray"
		case color.CMYKModel:
			return 0, errors.New("image: JPEG in CMYK")
		}
		if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
			return 0, fmt.Errorf("image: %w", err)
		}
		return l.objects.stream(entries()+" /Filter /DCTDecode", data, asIs), nil
	}
	m, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return 0, fmt.Errorf("image: %w", err)
	}
	return l.objects.stream(entries(), pixels(m), packed), nil
}

// pixels returns the picture in three bytes for each pixel, on white.
func pixels(m image.Image) []byte {
	flat := image.NewRGBA(m.Bounds())
	draw.Draw(flat, flat.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(flat, flat.Bounds(), m, m.Bounds().Min, draw.Over)
	out := make([]byte, 0, len(flat.Pix)/4*3)
	for n := 0; n < len(flat.Pix); n += 4 {
		out = append(out, flat.Pix[n:n+3]...)
	}
	return out
}
