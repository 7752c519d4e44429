package server_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/scan"
)

const docs = "docs.notaris.localhost"

// document returns the id of a document of a dossier by its file name.
func (h *house) document(number, name string) string {
	h.t.Helper()
	id, err := db.One(context.Background(), h.DB, db.Value[string], `select x.id from document x join dossier d on d.tenant_id = x.tenant_id and d.id = x.dossier_id
		where x.tenant_id = 'notaris' and d.number = $1 and x.file_name = $2`, number, name)
	must(h.t, err)
	return id
}

// opened follows "Openen" to the address on the host of documents.
func (v *visitor) opened(dossier, doc string) string {
	v.h.t.Helper()
	a := v.get("/dossiers/" + dossier + "/documents/" + doc + "/open")
	u, err := url.Parse(a.header.Get("Location"))
	must(v.h.t, err)
	if a.status != 303 || u.Host != docs+":8080" {
		v.h.t.Fatalf("open: %d to %s", a.status, a.header.Get("Location"))
	}
	return u.Path
}

func TestN17_N21_OpeningShowsTheDocumentAndMakesItRead(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, id, doc := h.client("c.dewit@post.example"), h.dossier("2026-01482"), h.document("2026-01482", "Concept akte.pdf")
		page := v.get("/dossiers/" + id + "?tab=document")
		if !strings.Contains(page.body, `href="/dossiers/`+id+`/documents/`+doc+`/open"`) || !strings.Contains(page.body, "(2 nieuw)") {
			t.Fatal("the dossier has no link to open the document")
		}
		whole := v.get("/dossiers/" + id + "/documents/" + doc).body
		at := h.client("c.dewit@post.example").opened(id, doc)
		if b := v.get("/dossiers/" + id).body; !strings.Contains(b, "(1 nieuw)") {
			t.Error("an opened document is still unread")
		}
		if strings.Contains(at, "akte") || strings.Contains(at, doc) || strings.Contains(at, id) {
			t.Errorf("the address tells of the document: %s", at)
		}
		d := h.visit(docs)
		got := d.get(at)
		if got.status != 200 || got.body != whole {
			t.Errorf("shown: %d, %d bytes of %d", got.status, len(got.body), len(whole))
		}
		for name, want := range map[string]string{
			"Content-Type": "application/pdf", "Content-Disposition": `inline; filename="Concept akte.pdf"`,
			"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store, private", "Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "no-referrer",
		} {
			if got.header.Get(name) != want {
				t.Errorf("%s is %q, want %q", name, got.header.Get(name), want)
			}
		}
		if csp := got.header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "script-src '") {
			t.Errorf("policy %q", csp)
		}
		if len(got.header.Values("Set-Cookie")) > 0 {
			t.Error("the host of documents sets a cookie")
		}
		req, err := http.NewRequest("GET", h.http.URL+at, nil)
		must(t, err)
		req.Host = docs
		req.Header.Set("Range", "bytes=0-7")
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		defer res.Body.Close()
		var part bytes.Buffer
		_, err = part.ReadFrom(res.Body)
		must(t, err)
		if res.StatusCode != 206 || part.String() != whole[:8] {
			t.Errorf("a range: %d %q", res.StatusCode, part.String())
		}
		n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from journal where tenant_id = 'notaris' and event = 'document.read' and actor_kind = 'client' and objects like '%' || $1 || '%'`, doc)
		must(t, err)
		if n != 2 {
			t.Errorf("%d looks for one download and one opening", n)
		}
	})
}

func TestN21_N54_OnlyWhoSeesADocumentOpensIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, doc := h.dossier("2026-01482"), h.document("2026-01482", "Concept akte.pdf")
		at := "/dossiers/" + id + "/documents/" + doc + "/open"
		other := h.client("p.vanhouten@post.example")
		want := other.get("/dossiers/" + strings.Repeat("a", 26) + "/documents/" + strings.Repeat("b", 26) + "/open")
		if got := other.get(at); got.status != 404 || got.body != want.body || want.status != 404 {
			t.Errorf("another client: %d", got.status)
		}
		if got := h.client("c.dewit@post.example").get("/dossiers/" + id + "/documents/" + h.document("2026-01482", "Werkversie.pdf") + "/open"); got.status != 404 || got.header.Get("Location") != "" {
			t.Errorf("an unpublished document: %d", got.status)
		}
		if got := h.staff("collega@delinde.example").get(at); got.status != 404 {
			t.Errorf("a colleague who is not involved: %d", got.status)
		}
		if got := h.visit(portal).get(at); got.status != 303 || !strings.HasPrefix(got.header.Get("Location"), "/login") {
			t.Errorf("nobody: %d %s", got.status, got.header.Get("Location"))
		}
		s := h.staff("auditor@delinde.example")
		if got := h.visit(docs).get(s.opened(id, h.document("2026-01482", "Werkversie.pdf"))); got.status != 200 {
			t.Errorf("an auditor opens an internal document: %d", got.status)
		}
	})
}

func TestN20_N22_ATicketEndsWithWhatItWasFor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, id, doc := h.client("c.dewit@post.example"), h.staff("behandelaar@delinde.example"), h.dossier("2026-01482"), h.document("2026-01482", "Concept akte.pdf")
		d := h.visit(docs)
		at := v.opened(id, doc)
		gone := d.get("/view/AAAA/document.pdf")
		if gone.status != 404 || !strings.Contains(gone.body, "opnieuw „Openen”") || strings.Contains(gone.body, "href=\"/\"") {
			t.Errorf("a ticket that never was: %d %s", gone.status, gone.body)
		}
		refused := func(why string) {
			t.Helper()
			if got := d.get(at); got.status != 404 || got.body != gone.body || got.header.Get("Content-Disposition") != "" {
				t.Errorf("%s: %d, or other bytes than a forged ticket", why, got.status)
			}
		}
		s.post("/dossiers/" + id + "/documents/" + doc + "/show")
		refused("withdrawn")
		s.post("/dossiers/"+id+"/documents/"+doc+"/show", "on", "1")
		if got := d.get(at); got.status != 200 {
			t.Errorf("shown again: %d", got.status)
		}
		s.post("/dossiers/" + id + "/publish")
		refused("dossier unpublished")
		s.post("/dossiers/"+id+"/publish", "on", "1")
		v.post("/logout")
		refused("logged out")
	})
}

func TestForgedForeignAndExpiredTicketsAreNothing(t *testing.T) {
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		now := clock.NewManual(time.Now().Truncate(time.Second))
		h := start(t, kind, scan.Off{}, now)
		v, id, doc := h.client("c.dewit@post.example"), h.dossier("2026-01482"), h.document("2026-01482", "Concept akte.pdf")
		at := v.opened(id, doc)
		view := h.visit(docs)
		gone := view.get("/view/AAAA/document.pdf")
		ticket := strings.Split(at, "/")[2]
		raw, err := base64.RawURLEncoding.DecodeString(ticket)
		must(t, err)
		for i := range raw {
			bad := bytes.Clone(raw)
			bad[i] ^= 1
			if got := view.get("/view/" + base64.RawURLEncoding.EncodeToString(bad) + "/document.pdf"); got.status != 404 || got.body != gone.body {
				t.Fatalf("byte %d changed: %d", i, got.status)
			}
		}
		for name, path := range map[string]string{"short": "/view/" + ticket[:40] + "/document.pdf", "padded": "/view/" + ticket + "=/document.pdf", "other name": "/view/" + ticket + "/document.css"} {
			if got := view.get(path); got.status != 404 {
				t.Errorf("%s: %d", name, got.status)
			}
		}
		if got := h.visit("docs.gemeente.localhost").get(at); got.status != 404 {
			t.Errorf("at another tenant: %d", got.status)
		}
		for _, host := range []string{portal, kantor} {
			if got := h.visit(host).get(at); got.status != 404 {
				t.Errorf("on %s: %d", host, got.status)
			}
		}
		for _, path := range []string{"/", "/login", "/help", "/theme.css", "/robots.txt", "/dossiers/" + id, "/dossiers/" + id + "/documents/" + doc} {
			if got := view.get(path); got.status != 404 {
				t.Errorf("the host of documents answers %s: %d", path, got.status)
			}
		}
		now.Advance(4 * time.Minute)
		if got := view.get(at); got.status != 200 {
			t.Errorf("after four minutes: %d", got.status)
		}
		now.Advance(2 * time.Minute)
		if got := view.get(at); got.status != 404 || got.body != gone.body {
			t.Errorf("after six minutes: %d", got.status)
		}
	})
}

func TestOnlyPDFAndImagesOpen(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, id, sheet := h.client("c.dewit@post.example"), h.dossier("2026-01482"), h.document("2026-01482", "Nota van afrekening.xlsx")
		at := "/dossiers/" + id + "/documents/" + sheet
		if strings.Contains(v.get("/dossiers/"+id).body, at+"/open") {
			t.Error("a workbook can be opened")
		}
		if got := v.get(at + "/open"); got.status != 303 || got.header.Get("Location") != at {
			t.Errorf("opening a workbook does not download it: %d %s", got.status, got.header.Get("Location"))
		}
		must(t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `delete from tenant_host where tenant_id = 'notaris' and face = 'docs'`); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `update tenant set version = version + 1 where id = 'notaris'`)
			return err
		}))
		pdf := "/dossiers/" + id + "/documents/" + h.document("2026-01482", "Concept akte.pdf")
		if strings.Contains(v.get("/dossiers/"+id).body, "/open\"") {
			t.Error("without a host of documents something can be opened")
		}
		if got := v.get(pdf + "/open"); got.status != 303 || got.header.Get("Location") != pdf {
			t.Errorf("without a host of documents: %d %s", got.status, got.header.Get("Location"))
		}
	})
}

// photo is a JPEG of 40 x 20, red at the left, that says it lies on its side, with something after
// its pixels that no viewer shows.
func photo(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for y := range 20 {
		for x := range 40 {
			img.Set(x, y, color.RGBA{R: uint8(255 * ((39 - x) / 20)), A: 255})
		}
	}
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, img, nil))
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	return "\xff\xd8\xff\xe1\x00" + string(rune(len(exif)+2)) + exif + b.String()[2:] + "<script>alert('GPS 52.09, 5.12')</script>"
}

func TestImagesAreEncodedAnewAndUpright(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, id := h.staff("behandelaar@delinde.example"), h.dossier("2026-01482")
		raw := photo(t)
		if a := s.send("/dossiers/"+id+"/documents", map[string]string{"category": "document"}, file{"Foto & gevel.jpg", raw}); a.status != 303 {
			t.Fatalf("added: %d %s", a.status, a.body)
		}
		h.work()
		got := h.visit(docs).get(s.opened(id, h.document("2026-01482", "Foto & gevel.jpg")))
		if got.status != 200 || got.header.Get("Content-Type") != "image/jpeg" || !strings.HasPrefix(got.header.Get("Content-Disposition"), "inline;") {
			t.Fatalf("shown: %d %s", got.status, got.header.Get("Content-Type"))
		}
		if strings.Contains(got.body, "script") || strings.Contains(got.body, "Exif") || strings.Contains(got.body, "GPS") {
			t.Error("what is shown is what was uploaded")
		}
		if !strings.Contains(got.header.Get("Content-Security-Policy"), "sandbox") {
			t.Error("an image is shown without a sandbox")
		}
		img, err := jpeg.Decode(strings.NewReader(got.body))
		must(t, err)
		if img.Bounds().Dx() != 20 || img.Bounds().Dy() != 40 {
			t.Fatalf("shown as %v, not upright", img.Bounds())
		}
		if top, _, _, _ := img.At(10, 5).RGBA(); top < 0xd000 {
			t.Error("the red half is not on top")
		}
		if bottom, _, _, _ := img.At(10, 35).RGBA(); bottom > 0x3000 {
			t.Error("the black half is not below")
		}
	})
}

func TestAnImageWithTooManyPixelsIsNotDecoded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, id := h.staff("behandelaar@delinde.example"), h.dossier("2026-01482")
		// A PNG that says it is 60,000 x 60,000.
		bomb := "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xea\x60\x00\x00\xea\x60\x08\x06\x00\x00\x00\x9a\x76\x81\x1d"
		s.send("/dossiers/"+id+"/documents", map[string]string{"category": "document"}, file{"Bom.png", bomb}, file{"Stuk.jpg", photo(t)[:200]})
		h.work()
		for name, want := range map[string]int{"Bom.png": 422, "Stuk.jpg": 422} {
			got := h.visit(docs).get(s.opened(id, h.document("2026-01482", name)))
			if got.status != want && got.status != 413 || !strings.Contains(got.body, "„Downloaden”") || got.header.Get("Content-Disposition") != "" {
				t.Errorf("%s: %d %s", name, got.status, got.body)
			}
		}
	})
}

func TestDocsPolicyIsNotOnOtherFaces(t *testing.T) {
	for _, f := range []access.Face{access.Portal, access.Office} {
		if access.DocsTicket.On(f) || access.AnyFace.On(access.Docs) || !access.AnyFace.On(f) {
			t.Errorf("faces of policies are mixed up at %s", f)
		}
	}
	if !regexp.MustCompile(`^docs`).MatchString(access.DocsTicket.String()) {
		t.Error("the policy has another name in the route table")
	}
}
