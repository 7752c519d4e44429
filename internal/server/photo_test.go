package server_test

import (
	"bytes"
	"context"
	"html"
	"image"
	"image/color"
	"image/jpeg"
	"mime/multipart"
	"os"
	"os/exec"
	"path/filepath"
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

// snap is a photo of one colour.
func snap(t *testing.T, w, h int, c color.Color) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, img, nil))
	return b.String()
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

// Three photos of one answer become one PDF: a page each, upright, in their order, with words for who does not see them.
func TestE13_E22_SeveralPhotosOfAnAnswerBecomeOnePDF(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.turnsPhotos(heictest.Start(t))
		v, s, at := h.client(wit), h.staff("behandelaar@delinde.example"), "/dossiers/"+h.dossier("2026-01482")
		path, items := s.asksFor(at, "Paspoort / ID", "Los")
		b := v.get(items[0]).body
		if !strings.Contains(b, `name="together" value="1" checked`) {
			t.Error("together is not what it proposes")
		}
		v.send(items[0], map[string]string{"once": first(onceField, b), "way": "files", "together": "1"},
			file{"vlak.jpg", snap(t, 3000, 40, color.White)}, file{"uitleg.pdf", pdf}, file{"IMG_2.HEIC", string(heictest.Turned)}, file{"schuur.webp", webp(t)})
		v.send(items[1], map[string]string{"once": first(onceField, v.get(items[1]).body), "way": "files"}, file{"a.webp", webp(t)}, file{"b.webp", webp(t)})
		if r := html.UnescapeString(neededRow(v.get(path).body, "Paspoort / ID")); !strings.Contains(r, "Deze 3 foto's worden samen één pdf.") {
			t.Errorf("what was saved: %s", r)
		}
		if r := neededRow(v.get(path).body, "Los"); strings.Contains(r, "één pdf") {
			t.Errorf("what stays apart: %s", r)
		}
		v.handsIn(path)
		h.work()
		if n := h.count(`select count(*) from request_document where tenant_id = 'notaris'`); n != 4 {
			t.Errorf("%d documents", n)
		}
		if n := h.count(`select count(*) from upload where item_id is not null or document_id is not null`); n != 0 {
			t.Errorf("%d photos still wait", n)
		}
		file, row := s.hasDocument(at+"?tab=delivered", "Paspoort / ID (1)")
		if !strings.Contains(row, "gestuurd als vlak.jpg, IMG_2.HEIC, schuur.webp") {
			t.Errorf("the office reads %s", row)
		}
		a := s.get(file)
		if a.header.Get("Content-Type") != "application/pdf" || !strings.Contains(a.header.Get("Content-Disposition"), `"Paspoort - ID (1).pdf"`) {
			t.Fatalf("%d %v", a.status, a.header)
		}
		about := pdfinfo(t, a.body, "-f", "1", "-l", "3")
		for _, want := range []string{"Title:           Paspoort / ID (1)", "Tagged:          yes", "Pages:           3", "Page    1 size:  841.89 x 595.276", "Page    2 size:  595.276 x 841.89"} {
			if !strings.Contains(about, want) {
				t.Errorf("no %q in\n%s", want, about)
			}
		}
		if n := strings.Count(pdfinfo(t, a.body, "-struct"), "Figure"); n != 3 {
			t.Errorf("%d figures", n)
		}
		if n := len(h.entries("document.joined")); n != 1 {
			t.Errorf("%d entries", n)
		}
		if strings.Contains(neededRow(v.get(path).body, "Paspoort / ID"), "IMG_2") {
			t.Error("a photo stands beside the PDF")
		}
	})
}

// sendsKept saves files that wait with an item already, in this order and together.
func (v *visitor) sendsKept(item, once string, ids ...string) answer {
	v.h.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range [][2]string{{"once", once}, {"way", "files"}, {"together", "1"}} {
		must(v.h.t, w.WriteField(f[0], f[1]))
	}
	for _, id := range ids {
		must(v.h.t, w.WriteField("upload", id))
	}
	must(v.h.t, w.Close())
	return v.do("POST", item, w.FormDataContentType(), &b)
}

// pdfinfo is what poppler says of a PDF.
func pdfinfo(t *testing.T, data string, flags ...string) string {
	t.Helper()
	if _, err := exec.LookPath("pdfinfo"); err != nil {
		t.Skip("pdfinfo is not installed; scripts/install-test-tools installs it")
	}
	name := filepath.Join(t.TempDir(), "a.pdf")
	must(t, os.WriteFile(name, []byte(data), 0o600))
	out, err := exec.Command("pdfinfo", append(flags, name)...).CombinedOutput()
	must(t, err)
	return string(out)
}

// One bad photo of three: it is named with its reason, the item is asked for again, and the other two are still there, in
// their order. With another one in its place the PDF comes about.
func TestE13_E22_APhotoThatCannotBeAPageIsNamedAndTheOthersStay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.turnsPhotos(heictest.Start(t))
		v, s, at := h.client(wit), h.staff("behandelaar@delinde.example"), "/dossiers/"+h.dossier("2026-01482")
		v.post("/profile/notifications", "groups", "documents")
		path, items := s.asksFor(at, "Paspoort")
		good := snap(t, 30, 40, color.White)
		v.send(items[0], map[string]string{"once": "een", "way": "files", "together": "1"}, file{"een.jpg", good}, file{"stuk.webp", webp(t)[:520]}, file{"drie.HEIC", string(heictest.Corner)})
		v.handsIn(path)
		if b := v.get(items[0]); b.status != 303 {
			t.Errorf("the answer can be changed while it is checked: %d", b.status)
		}
		h.work()
		r := html.UnescapeString(neededRow(v.get(path).body, "Paspoort"))
		for _, want := range []string{"Afgewezen", "„stuk.webp” kunnen wij niet gebruiken: de foto is beschadigd", "Uw andere foto's zijn er nog.", "Verbeter", "een.jpg", "drie.HEIC", "Deze 2 foto's worden samen één pdf."} {
			if !strings.Contains(r, want) {
				t.Errorf("no %q in %s", want, r)
			}
		}
		if to := h.mailedTo("request_rejected"); len(to) != 1 {
			t.Errorf("mail to %v", to)
		}
		if n := h.count(`select count(*) from document where tenant_id = 'notaris' and title = 'Paspoort' and state = 'released'`); n != 0 {
			t.Errorf("%d documents came about", n)
		}
		if _, row := v.hasDocument(at+"?tab=delivered", "stuk.webp"); !strings.Contains(row, "Geweigerd: de foto is beschadigd") {
			t.Errorf("the bad one: %s", row)
		}
		if a := v.handsIn(path); a.status != 409 {
			t.Errorf("what he has not looked at is handed in: %d", a.status)
		}
		_, _, err := h.Collector.Run(context.Background())
		must(t, err)
		form := v.get(items[0]).body
		ids := regexp.MustCompile(`name="upload" value="([^"]+)"`).FindAllStringSubmatch(form, -1)
		if len(ids) != 2 {
			t.Fatalf("%d photos are kept", len(ids))
		}
		if a := v.sendsKept(items[0], first(onceField, form), ids[1][1], ids[0][1]); a.status != 303 {
			t.Fatalf("the other way round: %d", a.status)
		}
		if r := neededRow(v.get(path).body, "Paspoort"); !strings.Contains(r, "Bewaard, maar nog niet ingeleverd") || strings.Contains(r, "stuk.webp") {
			t.Errorf("when it is mended: %s", r)
		}
		v.handsIn(path)
		h.work()
		file, row := v.hasDocument(at+"?tab=delivered", "Paspoort")
		if !strings.Contains(row, "gestuurd als drie.HEIC, een.jpg") || !strings.Contains(pdfinfo(t, v.get(file).body), "Pages:           2") {
			t.Errorf("the second time: %s", row)
		}
	})
}
