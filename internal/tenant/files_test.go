package tenant_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"voordeur/internal/errs"
	"voordeur/internal/tenant"
	assets "voordeur/web"
)

func styleSheet(t *testing.T) string {
	t.Helper()
	rec := httptest.NewRecorder()
	assets.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, assets.URL("voordeur.css"), nil))
	if rec.Code != 200 {
		t.Fatalf("style sheet: %d", rec.Code)
	}
	return rec.Body.String()
}

func picture(w, h int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			m.Set(x, y, color.NRGBA{uint8(x), uint8(y), 90, 255})
		}
	}
	return m
}

func pngOf(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture(w, h)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bomb is a small PNG that says it is very large.
func bomb(t *testing.T) []byte {
	t.Helper()
	b := pngOf(t, 2, 2)
	binary.BigEndian.PutUint32(b[16:], 60000)
	binary.BigEndian.PutUint32(b[20:], 60000)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

func keyOf(err error) string {
	if f := errs.FieldsOf(err); len(f) == 1 {
		return f[0].Key
	}
	return ""
}

func TestD5_ALogoIsMadeAnew(t *testing.T) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(1200, 300), nil); err != nil {
		t.Fatal(err)
	}
	// A camera's remarks, after the first marker.
	exif := append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, 22}, "Exif\x00\x00Utrecht 52.0907"...)
	photo := append(exif[:2+2+22], b.Bytes()[2:]...)
	var e tenant.Edition
	if err := e.SetLogo(bytes.NewReader(photo)); err != nil {
		t.Fatal(err)
	}
	if got := e.Settings.Theme.Logo; got != (tenant.Picture{Width: 512, Height: 128}) {
		t.Errorf("kept as %v", got)
	}
}

func TestD5_AnUnsafeLogoIsRefused(t *testing.T) {
	whole := pngOf(t, 40, 40)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"svg":                    {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "settings.logo.not_a_picture"},
		"html named png":         {[]byte("<!doctype html><script>alert(1)</script>"), "settings.logo.not_a_picture"},
		"gif":                    {[]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00;"), "settings.logo.not_a_picture"},
		"program":                {[]byte("MZ\x90\x00"), "settings.logo.not_a_picture"},
		"bomb":                   {bomb(t), "settings.logo.too_many_pixels"},
		"cut off":                {whole[:len(whole)/2], "settings.logo.broken"},
		"only a head":            {whole[:8], "settings.logo.broken"},
		"too large":              {append(whole, make([]byte, tenant.MaxLogo)...), "settings.logo.too_large"},
		"nothing":                {nil, "upload.none"},
		"webp without a picture": {[]byte("RIFF\x10\x00\x00\x00WEBPVP8 \x00\x00"), "settings.logo.broken"},
	} {
		var e tenant.Edition
		if got := keyOf(e.SetLogo(bytes.NewReader(c.data))); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if e.Settings.Theme.Logo.Width != 0 {
			t.Errorf("%s became the logo", name)
		}
	}
}

func TestD5_AFontIsChecked(t *testing.T) {
	rec := httptest.NewRecorder()
	assets.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, assets.URL("public-sans.woff2"), nil))
	good := rec.Body.Bytes()
	var e tenant.Edition
	if err := e.SetFont(bytes.NewReader(good)); err != nil || e.Settings.Theme.Font != tenant.FontUploaded {
		t.Fatalf("a real font: %v", err)
	}
	for name, data := range map[string][]byte{
		"cut off": good[:1000], "woff1": []byte("wOFF" + strings.Repeat("x", 60)), "html": []byte("<html>" + strings.Repeat("x", 60)),
		"head alone": good[:20], "with a tail": append(bytes.Clone(good), "<script>"...),
	} {
		if got := keyOf(e.SetFont(bytes.NewReader(data))); got != "settings.font.not_a_font" {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := keyOf(e.SetFont(bytes.NewReader(make([]byte, tenant.MaxFont+1)))); got != "settings.font.too_large" {
		t.Errorf("too large: %q", got)
	}
}
