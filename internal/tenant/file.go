package tenant

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"voordeur/internal/db"
	"voordeur/internal/errs"
)

// The files of a house style.
const (
	FileLogo = "logo"
	FileFont = "font"
)

// The bounds of a logo: of what comes in, and of what is kept.
const (
	MaxLogo     = 1 << 20
	maxPixels   = 16 << 20
	maxLogoSide = 512
)

// MaxFont is the size in bytes of an uploaded font.
const MaxFont = 200 << 10

type stored struct {
	kind, mediaType string
	content         []byte // nil takes the file away
}

// SetLogo makes the picture the organisation's logo. It is decoded and encoded anew, so that
// nothing of the file but its pixels is kept.
func (e *Edition) SetLogo(r io.Reader) error {
	b, err := atMost(r, FileLogo, MaxLogo)
	if err != nil {
		return err
	}
	img, err := decode(b)
	if err != nil {
		return err
	}
	img = shrink(img)
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return refused(FileLogo, "settings.logo.broken")
	}
	size := img.Bounds().Size()
	e.Settings.Theme.Logo = Picture{size.X, size.Y}
	e.files = append(e.files, stored{FileLogo, "image/png", out.Bytes()})
	return nil
}

// DropLogo takes the logo away.
func (e *Edition) DropLogo() {
	e.Settings.Theme.Logo = Picture{}
	e.files = append(e.files, stored{kind: FileLogo})
}

// SetFont makes the file the organisation's font.
func (e *Edition) SetFont(r io.Reader) error {
	b, err := atMost(r, FileFont, MaxFont)
	if err != nil {
		return err
	}
	if !isWOFF2(b) {
		return refused(FileFont, "settings.font.not_a_font")
	}
	e.Settings.Theme.Font = FontUploaded
	e.files = append(e.files, stored{FileFont, "font/woff2", b})
	return nil
}

// isWOFF2 reports whether the head of the file is that of a WOFF2 font (W3C, section 4): its
// signature, one of the kinds of outline, and its own length.
func isWOFF2(b []byte) bool {
	if len(b) < 48 || string(b[:4]) != "wOF2" || int(binary.BigEndian.Uint32(b[8:])) != len(b) {
		return false
	}
	flavour := string(b[4:8])
	return (flavour == "\x00\x01\x00\x00" || flavour == "OTTO" || flavour == "true") && binary.BigEndian.Uint16(b[12:]) > 0
}

func atMost(r io.Reader, field string, most int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, &errs.Error{Kind: errs.Invalid, Key: "error.form_broken", Err: err}
	}
	switch {
	case len(b) == 0:
		return nil, refused(field, "upload.none")
	case int64(len(b)) > most:
		return nil, refused(field, "settings."+field+".too_large")
	}
	return b, nil
}

func refused(field, key string) error {
	return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: field, Key: key}}}
}

type codec struct {
	size   func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// codecOf goes by the first bytes; what the file is called says nothing.
func codecOf(b []byte) (codec, bool) {
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return codec{png.DecodeConfig, png.Decode}, true
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return codec{jpeg.DecodeConfig, jpeg.Decode}, true
	case len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return codec{webp.DecodeConfig, webp.Decode}, true
	}
	return codec{}, false
}

// decode reads a picture after counting its pixels: a small file can unfold into gigabytes.
func decode(b []byte) (image.Image, error) {
	c, ok := codecOf(b)
	if !ok {
		return nil, refused(FileLogo, "settings.logo.not_a_picture")
	}
	head, err := c.size(bytes.NewReader(b))
	if err != nil || head.Width < 1 || head.Height < 1 {
		return nil, refused(FileLogo, "settings.logo.broken")
	}
	if head.Width > maxPixels/head.Height {
		return nil, refused(FileLogo, "settings.logo.too_many_pixels")
	}
	img, err := c.decode(bytes.NewReader(b))
	if err != nil {
		return nil, refused(FileLogo, "settings.logo.broken")
	}
	return img, nil
}

// shrink brings a picture within 512 by 512, in its own proportions.
func shrink(img image.Image) image.Image {
	size := img.Bounds().Size()
	w, h := size.X, size.Y
	if longest := max(w, h); longest > maxLogoSide {
		w, h = max(1, w*maxLogoSide/longest), max(1, h*maxLogoSide/longest)
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(out, out.Bounds(), img, img.Bounds(), draw.Src, nil)
	return out
}

func putFiles(ctx context.Context, tx *db.Tx, tenantID string, files []stored) error {
	for _, f := range files {
		if _, err := tx.Exec(ctx, `delete from tenant_file where tenant_id = $1 and kind = $2`, tenantID, f.kind); err != nil {
			return err
		}
		if f.content == nil {
			continue
		}
		_, err := tx.Exec(ctx, `insert into tenant_file (tenant_id, kind, media_type, content, created_at) values ($1, $2, $3, $4, $5)`,
			tenantID, f.kind, f.mediaType, f.content, tx.Now())
		if err != nil {
			return err
		}
	}
	return nil
}

// File returns a file of the house style with its media type. Everybody may see it: it stands on
// the log-in page.
func (ts *Tenants) File(ctx context.Context, tenantID, kind string) (mediaType string, content []byte, err error) {
	err = ts.db.QueryRow(ctx, `select media_type, content from tenant_file where tenant_id = $1 and kind = $2`, tenantID, kind).Scan(&mediaType, &content)
	return mediaType, content, err
}
