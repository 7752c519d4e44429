package mailtest

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Letter is a mail as its reader sees it.
type Letter struct {
	ID      string // the Message-ID
	To      string // bare address
	Subject string
	Text    string
	HTML    string
	Header  mail.Header
}

// Read takes apart a mail of the program, which has its text as plain text and as a page.
func Read(t testing.TB, raw []byte) Letter {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	must(t, err)
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	must(t, err)
	l := Letter{ID: m.Header.Get("Message-ID"), To: strings.Trim(m.Header.Get("To"), "<>"), Subject: subject, Header: m.Header}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	must(t, err)
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return l
		}
		must(t, err)
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		must(t, err)
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			l.HTML = string(b)
		} else {
			l.Text = string(b)
		}
	}
}

// Outbox returns the mails in the folder of an outbox, oldest first.
func Outbox(t testing.TB, dir string) []Letter {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	must(t, err)
	slices.Sort(names) // they begin with the time
	var all []Letter
	for _, name := range names {
		raw, err := os.ReadFile(name) // #nosec G304 -- a test's own folder
		must(t, err)
		all = append(all, Read(t, raw))
	}
	return all
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
