package server_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"voordeur/internal/db/dbtest"
)

// A session cookie that nobody gave out opens nothing, wherever it is shown.
func FuzzSession(f *testing.F) {
	e := newEdge(f, dbtest.SQLite(f, nil), "http")
	for _, token := range []string{"", "abc", "x; session=y", strings.Repeat("a", 5000), "\x00\xff", "' or 1=1 --"} {
		f.Add(token, "/dossiers")
		f.Add(token, "/profile")
		f.Add(token, "/settings/staff")
	}
	h := e.app.Handler()
	f.Fuzz(func(t *testing.T, token, path string) {
		for host, open := range map[string]string{portal: "/dossiers/x", kantor: "/clients"} {
			r := httptest.NewRequest(http.MethodGet, open, nil)
			r.Host = host
			r.Header.Set("Cookie", "session="+token)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/login") {
				t.Errorf("%q at %s%s: %d to %q", token, host, open, w.Code, to)
			}
			r.URL.Path = "/" + strings.TrimLeft(path, "/")
			w = httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code >= http.StatusInternalServerError {
				t.Errorf("%q at %s%q: %d", token, host, path, w.Code)
			}
		}
	})
}

// A ticket that nobody gave out shows nothing, and all of them get the same answer.
func FuzzTicket(f *testing.F) {
	e := newEdge(f, dbtest.SQLite(f, nil), "http")
	key, err := e.app.Tenants.Get(f.Context(), "notaris")
	must(f, err)
	for _, plain := range []string{"", "|", "portal|x|m|y|z|9999999999", "office|||||9999999999", "a|b|c|d|-1", strings.Repeat("|", 99)} {
		// Sealed as ours and for another place, and not sealed at all.
		f.Add(base64.RawURLEncoding.EncodeToString(key.Key.Seal([]byte(plain), "view|ticket|notaris")))
		f.Add(base64.RawURLEncoding.EncodeToString(key.Key.Seal([]byte(plain), "mail|content|notaris")))
		f.Add(base64.RawURLEncoding.EncodeToString([]byte(plain)))
	}
	h := e.app.Handler()
	answer := func(ticket string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/view/"+url.PathEscape(ticket)+"/document.pdf", nil)
		r.Host = docs
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	over := answer("x").Body.String()
	f.Fuzz(func(t *testing.T, ticket string) {
		if ticket == "" || ticket == "." || ticket == ".." {
			return // another address
		}
		if w := answer(ticket); w.Code != http.StatusNotFound || w.Body.String() != over {
			t.Errorf("%q: %d", ticket, w.Code)
		}
	})
}
