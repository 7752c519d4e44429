package server_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// bareKey is a key that has no text, or a place that was not filled in.
var bareKey = regexp.MustCompile(`\b(help|info)\.[a-z]+\.[a-z.]+|\{office\}`)

func (v *visitor) inEnglish(path string) string {
	v.h.t.Helper()
	req, err := http.NewRequest("GET", v.h.http.URL+path, nil)
	must(v.h.t, err)
	req.Host = v.host
	req.Header.Set("Accept-Language", "en-GB")
	for k, c := range v.cookies {
		req.AddCookie(&http.Cookie{Name: k, Value: c})
	}
	res, err := http.DefaultClient.Do(req)
	must(v.h.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(v.h.t, err)
	return string(b)
}

func TestPagesThatExplainSpeakToTheirReader(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		clients, staff := h.visit(portal), h.visit(kantor)
		for _, c := range []struct {
			page       string
			want, lack []string
		}{
			{clients.get("/help").body, []string{"Een bericht sturen, met bijlagen", `href="/profile#notifications"`, "Lindelaan 1, 3511 AB Utrecht", "portaal@delinde.example"}, []string{"Een klant en een account maken", "Iets regelen of aanvragen"}},
			{staff.get("/help").body, []string{"Een klant en een account maken", `href="/clients"`}, []string{"/profile#notifications"}},
			{clients.inEnglish("/help"), []string{"Send a message, with attachments", `<html lang="en"`}, []string{"Wie ziet"}},
			{staff.inEnglish("/help"), []string{"Make a client and an account"}, []string{"Wie ziet"}},
			{clients.get("/accessibility").body, []string{"WCAG 2.2", "Een onafhankelijk onderzoek is er nog niet", "Notariskantoor De Linde"}, nil},
			{clients.get("/privacy").body, []string{"Autoriteit Persoonsgegevens", "Cookies"}, nil},
			{clients.inEnglish("/privacy"), []string{"Your rights"}, []string{"Bent u"}},
			{h.visit("gemeente.localhost").get("/help").body, []string{"Uw zaak vinden en lezen", "Een bericht sturen bij uw zaak", "Gemeente Waterland aan Zee"}, []string{" dossier", "Dossier", "met bijlagen"}},
		} {
			for _, w := range c.want {
				if !strings.Contains(c.page, w) {
					t.Errorf("a page lacks %q", w)
				}
			}
			for _, w := range c.lack {
				if strings.Contains(c.page, w) {
					t.Errorf("a page has %q, which is not for its reader", w)
				}
			}
			if k := bareKey.FindString(c.page); k != "" {
				t.Errorf("a page shows %s", k)
			}
		}
	})
}
