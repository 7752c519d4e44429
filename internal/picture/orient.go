package picture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"io"
)

// orientation reads which way up a JPEG is, 1 to 8 as in Exif; 1 when it does not say.
func orientation(r io.ReadSeeker) (int, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return 0, fmt.Errorf("picture: %w", err)
	}
	in := bufio.NewReader(r)
	if _, err := in.Discard(2); err != nil {
		return 1, nil
	}
	for {
		var head [4]byte
		_, err := io.ReadFull(in, head[:])
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, fmt.Errorf("picture: %w", err)
		}
		size := int(binary.BigEndian.Uint16(head[2:])) - 2
		// Exif stands before the image itself (0xda).
		if err != nil || head[0] != 0xff || head[1] == 0xda || size < 0 {
			return 1, nil
		}
		if head[1] != 0xe1 {
			if _, err := in.Discard(size); err != nil {
				return 1, nil
			}
			continue
		}
		data := make([]byte, size)
		if _, err := io.ReadFull(in, data); err != nil {
			return 1, nil
		}
		if exif, ok := bytes.CutPrefix(data, []byte(exifMark)); ok {
			return tag(exif), nil
		}
	}
}

// maxExif is more than any Exif takes: a chunk of WebP may say that it has gigabytes.
const maxExif = 1 << 16

// webpOrientation is orientation for WebP, where Exif is a chunk that may stand behind the image.
func webpOrientation(r io.ReadSeeker) (int, error) {
	if _, err := r.Seek(int64(len("RIFFsizeWEBP")), io.SeekStart); err != nil {
		return 0, fmt.Errorf("picture: %w", err)
	}
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return 1, ended(err)
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		if string(head[:4]) != "EXIF" {
			if _, err := r.Seek(size+size%2, io.SeekCurrent); err != nil {
				return 0, fmt.Errorf("picture: %w", err)
			}
			continue
		}
		data := make([]byte, min(size, maxExif))
		if _, err := io.ReadFull(r, data); err != nil {
			return 1, ended(err)
		}
		return tag(bytes.TrimPrefix(data, []byte(exifMark))), nil
	}
}

// ended is nil for the end of a file, which says nothing of its orientation.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return fmt.Errorf("picture: %w", err)
}

const (
	orientationTag = 0x0112
	// exifMark begins Exif in a JPEG, and in what some programs write as WebP.
	exifMark = "Exif\x00\x00"
)

// tag finds the orientation in the first directory of a TIFF structure.
func tag(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	for n := range uint64(order.Uint16(tiff[at:])) {
		entry := at + 2 + 12*n
		if entry+12 > uint64(len(tiff)) {
			return 1
		}
		if order.Uint16(tiff[entry:]) != orientationTag {
			continue
		}
		if v := int(order.Uint16(tiff[entry+8:])); v >= 1 && v <= 8 {
			return v
		}
		return 1
	}
	return 1
}

// orient turns and mirrors an image upright.
func orient(img image.Image, o int) image.Image {
	if o <= 1 || o > 8 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	size := image.Rect(0, 0, w, h)
	if o >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	dst, row := image.NewRGBA(size), image.NewRGBA(image.Rect(0, 0, w, 1))
	for y := range h {
		draw.Draw(row, row.Bounds(), img, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
		for x := range w {
			dx, dy := place(o, x, y, w, h)
			copy(dst.Pix[dst.PixOffset(dx, dy):], row.Pix[4*x:][:4])
		}
	}
	return dst
}

// place returns where the pixel at x, y goes.
func place(o, x, y, w, h int) (int, int) {
	switch o {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	}
	return y, w - 1 - x
}
