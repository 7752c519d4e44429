package server_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"strconv"
	"strings"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/filetype"
)

// cut sends a request whose connection breaks after the first n bytes of its body, and returns when
// the server has ended with it.
func (v *visitor) cut(method, path string, header map[string]string, body []byte, n int) {
	v.h.t.Helper()
	conn, err := net.Dial("tcp", v.h.http.Listener.Addr().String())
	must(v.h.t, err)
	defer conn.Close()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nCookie: session=%s\r\nContent-Length: %d\r\n", method, path, v.host, v.cookies["session"], len(body))
	for k, s := range header {
		fmt.Fprintf(&b, "%s: %s\r\n", k, s)
	}
	_, err = conn.Write(append([]byte(b.String()+"\r\n"), body[:n]...))
	must(v.h.t, err)
	must(v.h.t, conn.(*net.TCPConn).CloseWrite())
	_, err = io.Copy(io.Discard, conn) // the server closes when it is done
	must(v.h.t, err)
}

// Wherever the connection breaks, what came is kept to the byte, and the sender goes on from there.
func TestN29_AnUploadGoesOnAfterABreakAtAnyByte(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, id := h.client("c.dewit@post.example"), h.dossier("2026-01482")
		data := pdfOf(300_000)
		for _, n := range []int{0, 1, filetype.HeadSize - 1, filetype.HeadSize, filetype.HeadSize + 1, 100_000, len(data) - 1, len(data)} {
			name := fmt.Sprintf("lang %d.pdf", n)
			at, _ := v.begin(id, name, len(data), "")
			v.cut("PATCH", at, map[string]string{"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}, data, n)
			if kept := v.tus("HEAD", at, nil, nil).header.Get("Upload-Offset"); kept != strconv.Itoa(n) {
				t.Fatalf("after a break at %d there are %s bytes", n, kept)
			}
			if n < len(data) {
				if a := v.patch(at, n, bytes.NewReader(data[n:])); a.status != 204 {
					t.Errorf("after a break at %d, going on: %d %s", n, a.status, a.body)
				}
			}
			once := fmt.Sprint("cut", n)
			if a := v.send("/dossiers/"+id+"/messages/new", map[string]string{"once": once, "subject": once, "body": "Hierbij.", "upload": at[strings.LastIndex(at, "/")+1:]}); a.status != 303 {
				t.Fatalf("sent after a break at %d: %d %s", n, a.status, a.body)
			}
			h.work()
			if got := h.download(v, id, name); got != string(data) {
				t.Errorf("after a break at %d the file has %d other bytes", n, len(got))
			}
		}
	})
}

// download returns the bytes of the one document with the name.
func (h *house) download(v *visitor, dossier, name string) string {
	h.t.Helper()
	doc, err := db.One(context.Background(), h.DB, db.Value[string], `select id from document where tenant_id = 'notaris' and file_name = $1`, name)
	must(h.t, err)
	return v.get("/dossiers/" + dossier + "/documents/" + doc).body
}

// A plain form that breaks off did not happen: no message, no document, no file. A whole one did.
func TestN28_APlainFormThatBreaksOffLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.dossier("2026-01482")
		for who, c := range map[string]struct {
			v    *visitor
			path string
		}{
			"client": {h.client("c.dewit@post.example"), "/dossiers/" + id + "/messages/new"},
			"office": {h.staff(handlerEmail), "/dossiers/" + id + "/documents"},
		} {
			body, contentType := plainForm(t, "heel "+who, pdfOf(70_000))
			file := bytes.Index(body, []byte("%PDF"))
			last := bytes.LastIndex(body, []byte("\r\n--")) // where the file ends
			before := h.made(who)
			for _, n := range []int{0, 1, file / 2, file - 1, file, file + 1, file + filetype.HeadSize, last - 1, last, last + 2, len(body) - 5} {
				c.v.cut("POST", c.path, map[string]string{"Content-Type": contentType}, body, n)
				if now := h.made(who); now != before {
					t.Fatalf("%s: a break at %d of %d bytes: from %+v to %+v", who, n, len(body), before, now)
				}
			}
			gone, goneType := plainForm(t, "vertrokken "+who, pdfOf(70_000))
			c.v.cut("POST", c.path, map[string]string{"Content-Type": goneType}, gone, len(gone))
			if now := h.made(who); now.orphans() != before.orphans() {
				t.Errorf("%s: who left when all was sent leaves a file: from %+v to %+v", who, before, now)
			}
			want := h.made(who)
			want.documents, want.files = want.documents+1, want.files+1
			if who == "client" {
				want.messages++
			}
			if a := c.v.do("POST", c.path, contentType, bytes.NewReader(body)); a.status != 303 || h.made(who) != want {
				t.Errorf("%s: the whole form: %d, %+v, want %+v", who, a.status, h.made(who), want)
			}
			h.work()
			if got := h.download(c.v, id, "heel "+who+".pdf"); got != string(pdfOf(70_000)) {
				t.Errorf("%s: the file has %d other bytes", who, len(got))
			}
		}
	})
}

// made is what a form makes.
type made struct {
	left
	messages int
}

// orphans is how many files no row names.
func (m made) orphans() int { return m.files - m.documents - m.uploads }

func (h *house) made(subject string) made {
	h.t.Helper()
	n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from message where tenant_id = 'notaris' and subject = $1`, "heel "+subject)
	must(h.t, err)
	return made{h.left(), n}
}

// plainForm is the form of a message, and of the documents of the office, with one file at its end.
func plainForm(t *testing.T, name string, data []byte) (body []byte, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, pair := range [][2]string{{"once", name}, {"subject", name}, {"body", "Hierbij."}, {"category", "document"}} {
		must(t, w.WriteField(pair[0], pair[1]))
	}
	p, err := w.CreateFormFile("file", name+".pdf")
	must(t, err)
	_, err = p.Write(data)
	must(t, errors.Join(err, w.Close()))
	return b.Bytes(), w.FormDataContentType()
}
