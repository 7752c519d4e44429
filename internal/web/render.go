package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"
)

var (
	pages = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	zips  = sync.Pool{New: func() any {
		w, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed) // the level is a good one
		return w
	}}
)

// Render answers with a page. It is made as a whole before a byte of it goes out: one that cannot be
// made is an error that still has an answer, and one write costs less than many. While somebody acts for
// another, the addresses in it get their prefix here.
func (c *Ctx) Render(status int, page templ.Component) error {
	b := pages.Get().(*bytes.Buffer)
	defer pages.Put(b)
	b.Reset()
	if err := page.Render(c.R.Context(), b); err != nil {
		return err
	}
	if c.Base != "" {
		out := c.prefixed(b.Bytes())
		b.Reset()
		b.Write(out)
	}
	h := c.W.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Vary", "Accept-Encoding, Sec-Fetch-Site")
	if !compresses(c.R) {
		return send(c.W, status, b)
	}
	small := pages.Get().(*bytes.Buffer)
	defer pages.Put(small)
	small.Reset()
	if err := zip(small, b); err != nil {
		return err
	}
	h.Set("Content-Encoding", "gzip")
	return send(c.W, status, small)
}

func send(w http.ResponseWriter, status int, b *bytes.Buffer) error {
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}

func zip(w io.Writer, b *bytes.Buffer) error {
	z := zips.Get().(*gzip.Writer)
	defer zips.Put(z)
	z.Reset(w)
	if _, err := z.Write(b.Bytes()); err != nil {
		return err
	}
	return z.Close()
}

// compresses reports whether a page may be made small. How small it gets tells something of what is
// in it to whoever can have a browser ask for it with words of his own and watch how much comes back
// (BREACH). A page of another site can do the former, so only what a page of ours or the visitor
// himself asks for is compressed; browsers say so, and no page can make them say otherwise.
func compresses(r *http.Request) bool {
	from := r.Header.Get("Sec-Fetch-Site")
	return (from == "same-origin" || from == "none") && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}
