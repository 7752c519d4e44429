package main

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	gomail "mime"

	"voordeur/internal/sms"
	"voordeur/web"
)

// outboxHost shows the demo's outgoing mail and text messages on outbox.localhost and leaves every other host to the
// program.
type outboxHost struct {
	dir  string
	next http.Handler
}

var link = regexp.MustCompile(`https?://[^\s<>"]+`)

func (o outboxHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if host != "outbox.localhost" {
		o.next.ServeHTTP(w, r)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/assets/") {
		assets.Handler().ServeHTTP(w, r)
		return
	}
	if name := filepath.Join(o.dir, filepath.Base(r.URL.Path)); strings.HasSuffix(name, ".pdf") {
		http.ServeFile(w, r, name)
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	names, err := filepath.Glob(filepath.Join(o.dir, "*.*"))
	if err != nil || r.URL.Path != "/" {
		http.NotFound(w, r)
		return
	}
	slices.Sort(names)
	slices.Reverse(names)
	fmt.Fprintf(w, `<!DOCTYPE html><html lang="nl" class="portal"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Outbox</title><link rel="stylesheet" href="%s"></head><body><main class="wrap"><div class="page-head"><h1>Outbox</h1></div>`, assets.URL("voordeur.css"))
	letters, err := filepath.Glob(filepath.Join(o.dir, "*.pdf"))
	if err == nil && len(letters) > 0 {
		slices.Sort(letters)
		fmt.Fprint(w, `<section><h2>Brieven</h2><ul class="rows">`)
		for _, name := range letters {
			name = html.EscapeString(filepath.Base(name))
			fmt.Fprintf(w, `<li class="msg"><a href="/%[1]s">%[1]s</a></li>`, name)
		}
		fmt.Fprint(w, "</ul></section>")
	}
	for _, name := range names[:min(len(names), 50)] {
		if strings.HasSuffix(name, ".eml") {
			o.show(w, name)
		} else {
			showText(w, name)
		}
	}
	fmt.Fprint(w, "</main></body></html>")
}

func (o outboxHost) show(w io.Writer, name string) {
	f, err := os.Open(name) // #nosec G304 -- a file of the outbox, chosen from its list
	if err != nil {
		return
	}
	defer f.Close()
	m, err := mail.ReadMessage(f)
	if err != nil {
		return
	}
	subject, err := new(gomail.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		subject = m.Header.Get("Subject")
	}
	text := link.ReplaceAllString(html.EscapeString(plain(m)), `<a href="$0">$0</a>`)
	fmt.Fprintf(w, `<article class="letter"><header class="letter-head"><h2>%s</h2><p class="meta">%s</p></header><div class="body"><p>%s</p></div></article>`,
		html.EscapeString(subject), html.EscapeString(m.Header.Get("To")), text)
}

// showText shows a text message as a telephone does.
func showText(w io.Writer, name string) {
	b, err := os.ReadFile(name) // #nosec G304 -- a file of the outbox, chosen from its list
	var m sms.Written
	if err != nil || json.Unmarshal(b, &m) != nil {
		return
	}
	fmt.Fprintf(w, `<article class="letter"><header class="letter-head"><h2>Sms</h2><p class="meta">%s</p></header><div class="body"><p>%s</p></div></article>`,
		html.EscapeString(m.To), html.EscapeString(m.Text))
}

// plain returns the text part of a mail.
func plain(m *mail.Message) string {
	_, params, err := gomail.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return decoded(m.Body, m.Header.Get("Content-Transfer-Encoding"))
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if err != nil {
			return ""
		}
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/plain") {
			return decoded(p, p.Header.Get("Content-Transfer-Encoding"))
		}
	}
}

func decoded(r io.Reader, encoding string) string {
	if strings.EqualFold(encoding, "quoted-printable") {
		r = quotedprintable.NewReader(r)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return ""
	}
	return string(b)
}
