package server_test

import (
	"context"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/tenant"
)

// fileRule changes what files the organisation takes.
func (h *house) fileRule(change func(*tenant.FileRule)) {
	h.t.Helper()
	ctx := context.Background()
	id, err := db.One(ctx, h.DB, db.Value[string], `select id from account where tenant_id = 'notaris' and email_key = 'beheer@delinde.example'`)
	must(h.t, err)
	scope, err := authn.Act(ctx, h.DB, "notaris", id)
	must(h.t, err)
	a, _ := access.AsStaff(scope)
	tn, err := h.Tenants.Get(ctx, "notaris")
	must(h.t, err)
	must(h.t, h.Tenants.Edit(ctx, a, tn.Version, "files", func(e *tenant.Edition) error {
		change(&e.Settings.Files)
		return nil
	}))
}

// stored counts the encrypted files on the disk and tells the largest that is being written now.
func (h *house) stored() (files int, writing int64) {
	h.t.Helper()
	must(h.t, filepath.WalkDir(filepath.Join(h.dir, "blobs"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil && filepath.Base(filepath.Dir(path)) == "tmp" {
			writing = max(writing, info.Size())
		} else {
			files++
		}
		return err
	}))
	return files, writing
}

// left is what files leave behind: in the tables of uploads and documents, and on the disk.
type left struct{ uploads, documents, files int }

func (h *house) left() left {
	h.t.Helper()
	files, _ := h.stored()
	return left{h.uploads(), h.documents(), files}
}

// atEnd calls what it has when the stream is over.
type atEnd func()

func (f atEnd) Read([]byte) (int, error) { f(); return 0, io.EOF }

// A plain form does not say how large its file is, so the limit is kept while the file comes in: a
// file of the limit passes, one byte more does not, and of an endless one no more than the limit ever
// reaches the disk.
func TestN29_ThePlainFormIsHeldToItsLimit(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const limit = 1_000_000
		h.fileRule(func(r *tenant.FileRule) { r.ClientMaxMB, r.OfficeMaxMB = 1, 1 })
		id := h.dossier("2026-01482")
		for name, c := range map[string]struct {
			v    *visitor
			path string
			good int
		}{
			"client": {h.client("c.dewit@post.example"), "/dossiers/" + id + "/messages/new", 422}, // the subject is still missing
			"office": {h.staff(handlerEmail), "/dossiers/" + id + "/documents", 303},
		} {
			fields := map[string]string{"once": "limit", "subject": "", "body": "Mijn lange tekst"}
			before := h.left()
			a := c.v.send(c.path, fields, file{"past.pdf", string(pdfOf(limit))})
			if now := h.left(); a.status != c.good || strings.Contains(a.body, "past.pdf: Het bestand is te groot") || now.files != before.files+1 {
				t.Errorf("%s: a file of the limit: %d, from %+v to %+v", name, a.status, before, now)
			}
			before, fields["once"] = h.left(), "over"
			a = c.v.send(c.path, fields, file{"te-veel.pdf", string(pdfOf(limit + 1))})
			if now := h.left(); a.status != 422 || !strings.Contains(a.body, "te-veel.pdf: Het bestand is te groot") || now != before {
				t.Errorf("%s: one byte more: %d, from %+v to %+v", name, a.status, before, now)
			}
			if name == "client" && !strings.Contains(a.body, "Mijn lange tekst") {
				t.Error("what was typed is lost")
			}
			head := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"eindeloos.pdf\"\r\n\r\n%PDF-1.7\n"
			body := io.MultiReader(strings.NewReader(head), &zeros{32 * limit}, atEnd(func() {
				if _, writing := h.stored(); writing > limit+limit/10 {
					t.Errorf("%s: %d bytes of an endless file are on the disk", name, writing)
				}
			}), strings.NewReader("\r\n--b--\r\n"))
			if a := c.v.do("POST", c.path, "multipart/form-data; boundary=b", body); a.status != 422 || h.left() != before {
				t.Errorf("%s: an endless file: %d, from %+v to %+v", name, a.status, before, h.left())
			}
		}
	})
}

// The quota of a dossier counts what is there and what is announced, to the byte; what is taken back
// counts no more, and another dossier is not touched.
func TestADossierIsHeldToItsQuota(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const mb = 1_000_000
		v, s, id := h.client("c.dewit@post.example"), h.staff(handlerEmail), h.dossier("2026-01482")
		used, err := db.One(context.Background(), h.DB, db.Value[int], `select cast(sum(size) as bigint) from document where tenant_id = 'notaris' and dossier_id = $1`, id)
		must(t, err)
		most := used/mb + 3
		h.fileRule(func(r *tenant.FileRule) { r.ClientMaxMB, r.OfficeMaxMB, r.DossierMaxMB = 2, 2, int64(most) })
		room := most*mb - used // between 2 and 3 MB
		first, a := v.begin(id, "een.pdf", mb, "")
		if a.status != 201 {
			t.Fatalf("the first: %d %s", a.status, a.body)
		}
		full := func(when string) {
			t.Helper()
			before := h.left()
			if _, a := v.begin(id, "nog.pdf", 1, ""); a.status != 413 || !strings.Contains(a.body, "geen ruimte meer") {
				t.Errorf("%s: one byte more: %d %s", when, a.status, a.body)
			}
			plain := v.send("/dossiers/"+id+"/messages/new", map[string]string{"once": "q", "subject": "", "body": "Mijn lange tekst"}, file{"nog.pdf", pdf})
			if plain.status != 422 || !strings.Contains(plain.body, "geen ruimte meer") || !strings.Contains(plain.body, "Mijn lange tekst") {
				t.Errorf("%s: with the plain form: %d", when, plain.status)
			}
			if a := s.send("/dossiers/"+id+"/documents", map[string]string{"once": "q"}, file{"nog.pdf", pdf}); a.status != 422 || !strings.Contains(a.body, "geen ruimte meer") {
				t.Errorf("%s: by the office: %d", when, a.status)
			}
			if now := h.left(); now != before {
				t.Errorf("%s: from %+v to %+v", when, before, now)
			}
		}
		if _, a := v.begin(id, "twee.pdf", room-mb, ""); a.status != 201 {
			t.Fatalf("up to the last byte: %d %s", a.status, a.body)
		}
		full("all announced")
		if a := v.patch(first, 0, strings.NewReader(string(pdfOf(mb)))); a.status != 204 {
			t.Fatalf("what was announced fits: %d %s", a.status, a.body)
		}
		full("one arrived")
		if _, a := v.begin(h.dossier("2026-01483"), "ander.pdf", mb, ""); a.status != 201 {
			t.Errorf("another dossier: %d %s", a.status, a.body)
		}
		if a := v.tus("DELETE", first, nil, nil); a.status != 204 {
			t.Fatalf("taken back: %d", a.status)
		}
		if _, a := v.begin(id, "weer.pdf", mb, ""); a.status != 201 {
			t.Errorf("after one was taken back: %d %s", a.status, a.body)
		}
		full("full again")
	})
}
