package server_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"voordeur/internal/heic"
	"voordeur/internal/heic/heictest"
)

// turnsPhotos gives a house that has served nothing yet who makes JPEG of HEIC.
func (h *house) turnsPhotos(c *heic.Converter) {
	h.Dossiers.HEIC, h.Tenants.HEIC = c, true
}

// webp is a photo of 64 by 48 that is red at its left upper corner.
func webp(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../picture/testdata/corner.webp")
	must(t, err)
	return string(b)
}

var downloadPath = regexp.MustCompile(`/dossiers/[a-z0-9]{26}/documents/[a-z0-9]{26}`)

// hasDocument returns the address of the document with the title, and what its row says.
func (v *visitor) hasDocument(at, title string) (path, row string) {
	v.h.t.Helper()
	for _, r := range regexp.MustCompile(`(?s)<li class="file[^"]*".*?</li>`).FindAllString(v.get(at).body, -1) {
		if strings.Contains(r, ">"+title+"<") {
			return downloadPath.FindString(r), words(r)
		}
	}
	return "", ""
}

func TestE22_PhotosOfTelephonesBecomeJPEGForEverybody(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.turnsPhotos(heictest.Start(t))
		v, s, at := h.client(wit), h.staff("behandelaar@delinde.example"), "/dossiers/"+h.dossier("2026-01482")
		path, items := s.asksFor(at, "Voorkant", "Achterkant")
		if b := v.get(items[0]).body; !strings.Contains(b, ".heic,") || !strings.Contains(b, ".webp") {
			t.Errorf("the page does not offer photos: %s", b)
		}
		v.withFile(items[0], "IMG_1.HEIC", string(heictest.Turned))
		v.withFile(items[1], "schuur.webp", webp(t))
		if a := v.handsIn(path); a.status != 303 {
			t.Fatalf("handing in: %d", a.status)
		}
		if r := neededRow(v.get(path).body, "Voorkant"); !strings.Contains(r, "IMG_1.HEIC") {
			t.Errorf("before the check: %s", r)
		}
		h.work()
		for title, want := range map[string]struct {
			name, sent string
			size       image.Point
		}{"Voorkant": {"IMG_1.jpg", "IMG_1.HEIC", image.Pt(48, 64)}, "Achterkant": {"schuur.jpg", "schuur.webp", image.Pt(64, 48)}} {
			for who, u := range map[string]*visitor{"client": v, "office": s} {
				file, row := u.hasDocument(at+"?tab=delivered", title)
				a := u.get(file)
				img, err := jpeg.Decode(strings.NewReader(a.body))
				if file == "" || err != nil || img.Bounds().Size() != want.size || a.header.Get("Content-Type") != "image/jpeg" || !strings.Contains(a.header.Get("Content-Disposition"), `"`+want.name+`"`) {
					t.Fatalf("%s, %s: %v %v", who, title, a.header, err)
				}
				if !strings.Contains(row, "gestuurd als "+want.sent) {
					t.Errorf("%s does not read how %s was sent: %s", who, title, row)
				}
			}
		}
		if n := len(h.entries("document.converted")); n != 2 {
			t.Errorf("%d entries", n)
		}
		// What was sent is nobody's any more.
		_, _, err := h.Collector.Run(context.Background())
		must(t, err)
		if n := h.count(`select count(*) from document where tenant_id = 'notaris' and media_type in ('image/heic', 'image/webp')`); n != 0 {
			t.Errorf("%d documents are as they were sent", n)
		}
	})
}

func TestE22_APhotoThatNobodyCanOpenIsRefusedWithItsReason(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.turnsPhotos(heictest.Start(t))
		v, s, at := h.client(wit), h.staff("behandelaar@delinde.example"), "/dossiers/"+h.dossier("2026-01482")
		vast := slices.Clone(heictest.Corner)
		for n := bytes.Index(vast, []byte("ispe")); n >= 0 && n+16 < len(vast); n++ {
			if string(vast[n:n+4]) == "ispe" {
				copy(vast[n+8:], []byte{0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10}) // 10,000 by 10,000
			}
		}
		for name, f := range map[string]struct{ file, data, why string }{
			"Kapot": {"kapot.heic", string(heictest.Corner[:500]), "de foto is beschadigd"},
			"Groot": {"groot.heic", string(vast), "de afbeelding is te groot om te openen"},
			"Half":  {"half.webp", webp(t)[:520], "de foto is beschadigd"},
		} {
			path, items := s.asksFor(at, name)
			v.withFile(items[0], f.file, f.data)
			v.handsIn(path)
			h.work()
			if _, row := v.hasDocument(at+"?tab=delivered", name); !strings.Contains(row, f.why) {
				t.Errorf("%s: %s", name, row)
			}
			if r := neededRow(v.get(path).body, name); !strings.Contains(r, "Afgewezen") {
				t.Errorf("%s is not asked for again: %s", name, r)
			}
		}
	})
}

// Where nobody turns HEIC it is not offered, so that a telephone sends JPEG, and not taken.
func TestE22_WithoutWhoTurnsItNoHEICComesIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, at := h.client(wit), h.staff("behandelaar@delinde.example"), "/dossiers/"+h.dossier("2026-01482")
		_, items := s.asksFor(at, "Foto")
		if b := v.get(items[0]).body; strings.Contains(b, "heic") || !strings.Contains(b, ".webp") {
			t.Error("the page offers HEIC, or no WebP")
		}
		if a := v.withFile(items[0], "IMG_1.HEIC", string(heictest.Corner)); a.status != 422 || !strings.Contains(a.body, "IMG_1.HEIC") {
			t.Errorf("HEIC is answered with %d", a.status)
		}
	})
}

// A service that is away keeps a photo waiting, and loses nothing.
func TestE22_APhotoWaitsForWhoTurnsIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		away, err := heic.New("unix:" + h.dir + "/nobody")
		must(t, err)
		h.turnsPhotos(away)
		v, s, at := h.client(wit), h.staff("behandelaar@delinde.example"), "/dossiers/"+h.dossier("2026-01482")
		path, items := s.asksFor(at, "Foto")
		v.withFile(items[0], "IMG_1.HEIC", string(heictest.Corner))
		v.handsIn(path)
		h.work()
		if _, row := v.hasDocument(at+"?tab=delivered", "Foto"); !strings.Contains(row, "Wordt gecontroleerd") {
			t.Errorf("the client: %s", row)
		}
	})
}
