// Package picture makes images safe to show: it decodes them and encodes them anew, so that nothing
// is left of what else a file may hold, neither code nor the place where a photo was taken.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // registers the format
	"image/jpeg"
	"image/png"
	"io"

	_ "golang.org/x/image/webp" // registers the format
)

// MaxPixels bounds the memory that decoding takes, whatever size a file says it has: about 12 bytes
// a pixel at worst.
const MaxPixels = 30_000_000

const quality = 90

var (
	// ErrTooLarge means that an image has more than MaxPixels.
	ErrTooLarge = errors.New("picture: too many pixels")
	// ErrBroken means that a file is no image that can be decoded.
	ErrBroken = errors.New("picture: cannot be decoded")
)

// Clean returns the picture upright, as JPEG or PNG with no data but its pixels. It takes much memory
// for a short while: the caller bounds how many are made at once.
func Clean(r io.ReadSeeker) (data []byte, mediaType string, err error) {
	img, upright, format, err := decode(r, MaxPixels)
	if err != nil {
		return nil, "", err
	}
	return encode(orient(img, upright), format)
}

// decode returns an image of at most so many pixels as it is stored, and which way up it is.
func decode(r io.ReadSeeker, most int64) (img image.Image, upright int, format string, err error) {
	config, format, err := image.DecodeConfig(r)
	if err != nil {
		return nil, 0, "", fmt.Errorf("%w: %w", ErrBroken, err)
	}
	if config.Width <= 0 || config.Height <= 0 {
		return nil, 0, "", ErrBroken
	}
	if int64(config.Width)*int64(config.Height) > most {
		return nil, 0, "", ErrTooLarge
	}
	upright = 1
	switch format {
	case "jpeg":
		upright, err = orientation(r)
	case "webp":
		upright, err = webpOrientation(r)
	}
	if err != nil {
		return nil, 0, "", err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, 0, "", fmt.Errorf("picture: %w", err)
	}
	if img, _, err = image.Decode(r); err != nil {
		return nil, 0, "", fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return img, upright, format, nil
}

// encode writes photos as JPEG, and drawings and what is transparent as PNG.
func encode(img image.Image, format string) ([]byte, string, error) {
	var b bytes.Buffer
	opaque, known := img.(interface{ Opaque() bool })
	if format == "jpeg" || format == "webp" && known && opaque.Opaque() {
		err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
		return b.Bytes(), "image/jpeg", wrap(err)
	}
	err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img)
	return b.Bytes(), "image/png", wrap(err)
}

func wrap(err error) error {
	if err != nil {
		return fmt.Errorf("picture: encode: %w", err)
	}
	return nil
}
