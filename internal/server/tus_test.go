package server_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"voordeur/internal/db"
)

// tus sends one request of the tus protocol.
func (v *visitor) tus(method, path string, header map[string]string, body io.Reader) answer {
	v.h.t.Helper()
	req, err := http.NewRequest(method, v.h.http.URL+path, body)
	must(v.h.t, err)
	req.Host = v.host
	req.Header.Set("Tus-Resumable", "1.0.0")
	for k, s := range header {
		req.Header.Set(k, s)
	}
	for k, c := range v.cookies {
		req.AddCookie(&http.Cookie{Name: k, Value: c})
	}
	res, err := http.DefaultClient.Do(req)
	must(v.h.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(v.h.t, err)
	return answer{res.StatusCode, res.Header, string(b)}
}

// begin announces a file and returns its address.
func (v *visitor) begin(dossier, name string, size int, category string) (string, answer) {
	v.h.t.Helper()
	meta := "filename " + base64.StdEncoding.EncodeToString([]byte(name))
	if category != "" {
		meta += ",category " + base64.StdEncoding.EncodeToString([]byte(category))
	}
	a := v.tus("POST", "/dossiers/"+dossier+"/uploads", map[string]string{"Upload-Length": strconv.Itoa(size), "Upload-Metadata": meta}, nil)
	return a.header.Get("Location"), a
}

func (v *visitor) patch(at string, offset int, body io.Reader) answer {
	v.h.t.Helper()
	return v.tus("PATCH", at, map[string]string{"Upload-Offset": strconv.Itoa(offset), "Content-Type": "application/offset+octet-stream"}, body)
}

func (h *house) uploads() int {
	h.t.Helper()
	n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from upload`)
	must(h.t, err)
	return n
}

func (h *house) documents() int {
	h.t.Helper()
	n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from document`)
	must(h.t, err)
	return n
}

func pdfOf(size int) []byte {
	return append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("voordeur "), size/9)...)[:size]
}

// The dialog's uploads: in pieces, resumed after a break, the owner's alone, and gone when removed.
func TestN29_N31_N32_UploadInPieces(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, id := h.client("c.dewit@post.example"), h.staff("behandelaar@delinde.example"), h.dossier("2026-01482")
		data := pdfOf(200_000)
		at, a := v.begin(id, "paspoort.pdf", len(data), "")
		if a.status != 201 || !strings.HasPrefix(at, "/dossiers/"+id+"/uploads/") {
			t.Fatalf("begin: %d %q", a.status, at)
		}
		if a := v.patch(at, 0, bytes.NewReader(data[:1000])); a.status != 204 || a.header.Get("Upload-Offset") != "1000" {
			t.Fatalf("first piece, shorter than what the type is told from: %d %v", a.status, a.header)
		}
		if a := v.patch(at, 0, bytes.NewReader(data[:1000])); a.status != 409 {
			t.Errorf("a piece at the wrong place: %d", a.status)
		}
		for who, other := range map[string]*visitor{"another client": h.client("p.vanhouten@post.example"), "the handler": s} {
			for method, a := range map[string]answer{"HEAD": other.tus("HEAD", at, nil, nil), "PATCH": other.patch(at, 1000, bytes.NewReader(data[1000:])), "DELETE": other.tus("DELETE", at, nil, nil)} {
				if a.status != 404 {
					t.Errorf("%s by %s: %d", method, who, a.status)
				}
			}
		}
		if a := v.patch(at, 1000, bytes.NewReader(append(data[1000:], 'x'))); a.status != 413 {
			t.Errorf("more than announced: %d", a.status)
		}
		if a := v.tus("HEAD", at, nil, nil); a.header.Get("Upload-Offset") != "1000" || a.header.Get("Upload-Length") != "200000" {
			t.Errorf("after a refused piece: %v", a.header)
		}
		if a := v.patch(at, 1000, bytes.NewReader(data[1000:])); a.status != 204 {
			t.Fatalf("the rest: %d %s", a.status, a.body)
		}
		upload := at[strings.LastIndex(at, "/")+1:]
		if a := v.send("/dossiers/"+id+"/messages/new", map[string]string{"once": "t1", "subject": "Paspoort", "body": "Zie bijlage", "upload": upload}); a.status != 303 {
			t.Fatalf("send: %d %s", a.status, a.body)
		}
		h.work()
		doc, err := db.One(context.Background(), h.DB, db.Value[string], `select id from document where tenant_id = 'notaris' and file_name = 'paspoort.pdf'`)
		must(t, err)
		if got := s.get("/dossiers/" + id + "/documents/" + doc); got.body != string(data) {
			t.Errorf("the office reads %d bytes, status %d", len(got.body), got.status)
		}

		gone, _ := v.begin(id, "fout.pdf", 500, "")
		before := h.uploads()
		if a := v.tus("DELETE", gone, nil, nil); a.status != 204 {
			t.Errorf("the bin: %d", a.status)
		}
		if a := v.tus("HEAD", gone, nil, nil); a.status != 404 || h.uploads() != before-1 {
			t.Errorf("after the bin: %d, %d uploads", a.status, h.uploads())
		}
	})
}

// What may not come in is said before the first byte, or when the content shows it.
func TestN29_UploadsThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, id := h.client("c.dewit@post.example"), h.dossier("2026-01482")
		for name, c := range map[string]struct {
			file string
			size int
			want string
		}{
			"too large": {"film.pdf", 51_000_000, "te groot"}, "forbidden": {"a.exe", 10, "bestandstype"}, "empty": {"leeg.pdf", 0, "leeg"},
		} {
			if _, a := v.begin(id, c.file, c.size, ""); a.status != 422 || !strings.Contains(a.body, c.want) || a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
		}
		at, _ := v.begin(id, "virus.pdf", 10_000, "")
		exe := append([]byte("MZ\x90\x00"), make([]byte, 9_996)...)
		if a := v.patch(at, 0, bytes.NewReader(exe[:10])); a.status != 204 {
			t.Errorf("ten bytes tell nothing yet: %d", a.status)
		}
		if a := v.patch(at, 10, bytes.NewReader(exe[10:])); a.status != 422 {
			t.Errorf("a renamed program in two pieces: %d", a.status)
		}
		if a := v.tus("HEAD", at, nil, nil); a.status != 404 {
			t.Errorf("it is still there: %d", a.status)
		}
		if _, a := v.begin(h.dossier("2024-00310"), "a.pdf", 10, ""); a.status != 409 {
			t.Errorf("to a closed dossier: %d", a.status)
		}
		if _, a := v.begin(h.dossier("2026-01455"), "a.pdf", 10, ""); a.status != 404 {
			t.Errorf("to another client's dossier: %d", a.status)
		}
		if a := v.tus("POST", "/dossiers/"+id+"/uploads", map[string]string{"Tus-Resumable": "0.2.2", "Upload-Length": "1"}, nil); a.status != 412 || a.header.Get("Tus-Version") != "1.0.0" {
			t.Errorf("another version: %d", a.status)
		}
		if _, a := h.staff("auditor@delinde.example").begin(id, "a.pdf", 10, "document"); a.status != 403 {
			t.Errorf("by an auditor: %d", a.status)
		}
	})
}

// An employee's file becomes a document once it is whole; with a message it waits for that.
func TestN34_StaffUploads(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, id := h.client("c.dewit@post.example"), h.staff("behandelaar@delinde.example"), h.dossier("2026-01482")
		data := pdfOf(5_000)
		at, _ := s.begin(id, "brief.pdf", len(data), "correspondence")
		if a := s.patch(at, 0, bytes.NewReader(data)); a.status != 204 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if a := s.tus("HEAD", at, nil, nil); a.status != 200 || a.header.Get("Upload-Offset") != "5000" {
			t.Errorf("a sender that lost the answer asks again: %d %v", a.status, a.header)
		}
		h.work()
		if !strings.Contains(s.get("/dossiers/"+id).body, "brief.pdf") || strings.Contains(v.get("/dossiers/"+id+"?tab=correspondence").body, "brief.pdf") {
			t.Error("the file is no document, or the client sees it unpublished")
		}
		before := h.documents()
		at, _ = s.begin(id, "bijlage.pdf", len(data), "")
		if a := s.patch(at, 0, bytes.NewReader(data)); a.status != 204 || h.documents() != before {
			t.Fatalf("an attachment became a document by itself: %d", a.status)
		}
		if a := s.send("/dossiers/"+id+"/messages/new", map[string]string{"once": "t2", "subject": "Met bijlage", "body": "Zie bijlage", "upload": at[strings.LastIndex(at, "/")+1:]}, file{"twee.pdf", "%PDF-1.7\nx"}); a.status != 303 {
			t.Fatalf("send: %d %s", a.status, a.body)
		}
		h.work()
		link := between(v.get("/dossiers/"+id+"?tab=messages").body, `href="/dossiers/`+id+`/messages/`, `"`)
		if b := v.get("/dossiers/" + id + "/messages/" + link).body; !strings.Contains(b, "bijlage.pdf") || !strings.Contains(b, "twee.pdf") {
			t.Error("the client's letter lacks an attachment")
		}
	})
}

// between returns what stands between two texts, "" when it is not there.
func between(s, before, after string) string {
	_, rest, _ := strings.Cut(s, before)
	found, _, _ := strings.Cut(rest, after)
	return found
}
