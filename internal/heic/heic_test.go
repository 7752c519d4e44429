package heic_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"net"
	"path/filepath"
	"slices"
	"testing"

	"voordeur/internal/heic"
	"voordeur/internal/heic/heictest"
	"voordeur/internal/picture"
)

// says replaces the size that a photo tells of all its images.
func says(photo []byte, width, height uint32) []byte {
	out := slices.Clone(photo)
	for at := bytes.Index(out, []byte("ispe")); at >= 0; {
		binary.BigEndian.PutUint32(out[at+8:], width)
		binary.BigEndian.PutUint32(out[at+12:], height)
		next := bytes.Index(out[at+4:], []byte("ispe"))
		if next < 0 {
			break
		}
		at += 4 + next
	}
	return out
}

func TestE22_APhotoOfATelephoneBecomesAnUprightJPEG(t *testing.T) {
	c := heictest.Start(t)
	for name, s := range map[string]struct {
		photo []byte
		size  image.Point
		red   image.Point
	}{
		"as it is": {heictest.Corner, image.Pt(64, 48), image.Pt(8, 8)},
		"turned":   {heictest.Turned, image.Pt(48, 64), image.Pt(8, 56)},
	} {
		data, err := c.JPEG(context.Background(), bytes.NewReader(s.photo), int64(len(s.photo)))
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
	}
}

func TestE22_AHostilePhotoIsRefusedAndTheNextOneIsTurned(t *testing.T) {
	c := heictest.Start(t)
	garbled := slices.Clone(heictest.Corner)
	for n := bytes.Index(garbled, []byte("mdat")) + 4; n < len(garbled); n++ {
		garbled[n] = 0xff
	}
	for name, s := range map[string]struct {
		photo []byte
		size  int64
		want  error
	}{
		"10,000 by 10,000":  {says(heictest.Corner, 10_000, 10_000), 0, picture.ErrTooLarge},
		"cut":               {heictest.Corner[:500], 0, picture.ErrBroken},
		"garbled":           {garbled, 0, picture.ErrBroken},
		"nothing":           {nil, 0, picture.ErrBroken},
		"something else":    {[]byte("%PDF-1.7 ispe"), 0, picture.ErrBroken},
		"too many bytes":    {heictest.Corner, 50_000_001, picture.ErrTooLarge},
		"only what it says": {[]byte("....ftypheic....ispe........"), 0, picture.ErrBroken},
	} {
		if data, err := c.JPEG(context.Background(), bytes.NewReader(s.photo), max(s.size, int64(len(s.photo)))); !errors.Is(err, s.want) {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
	}
	if _, err := c.JPEG(context.Background(), bytes.NewReader(heictest.Corner), int64(len(heictest.Corner))); err != nil {
		t.Errorf("after all that: %v", err)
	}
}

// A service that is away, or answers what it should not, says nothing of the photo.
func TestE22_AServiceThatFailsIsNoVerdict(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	c, err := heic.New("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	wrong := func(name string) {
		t.Helper()
		_, err := c.JPEG(context.Background(), bytes.NewReader(heictest.Corner), int64(len(heictest.Corner)))
		if err == nil || errors.Is(err, picture.ErrBroken) || errors.Is(err, picture.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	wrong("away")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, says := range []string{"", "jpe", "well\n"} {
		go func() {
			if conn, err := l.Accept(); err == nil {
				_, _ = conn.Write([]byte(says))
				_ = conn.Close()
			}
		}()
		wrong("saying " + says)
	}
}

func TestTheSettingOfPhotos(t *testing.T) {
	if c, err := heic.New("off"); c != nil || err != nil {
		t.Errorf("off: %v, %v", c, err)
	}
	for _, bad := range []string{"", "on", "unix:", "unix:socket", "/run/socket"} {
		if _, err := heic.New(bad); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
}
