package server_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"voordeur/internal/db/dbtest"
)

// ASVS 4.1.2: a page that is asked for without TLS is to be had with it; what sends something is told
// at once, and a host that is nobody's leads nowhere.
func TestPlainHTTPIsSentOnForPagesOnly(t *testing.T) {
	e := newEdge(t, dbtest.SQLite(t, nil), "https")
	for _, c := range []struct {
		method, host, path string
		status             int
		to                 string
	}{
		{"GET", portal, "/dossiers?q=a", 308, "https://" + portal + "/dossiers?q=a"},
		{"HEAD", kantor + ":80", "/", 308, "https://" + kantor + "/"},
		{"GET", portal, "//evil.example/", 308, "https://" + portal + "//evil.example/"},
		{"POST", portal, "/login", 405, ""},
		{"PATCH", portal, "/dossiers/x/uploads/y", 405, ""},
		{"GET", "evil.example", "/", 421, ""},
		{"GET", portal + ".evil.example", "/", 421, ""},
	} {
		r := httptest.NewRequest(c.method, "/", nil)
		r.Host, r.URL.Path, r.RequestURI = c.host, "", c.path
		u, err := r.URL.Parse("http://x" + c.path)
		must(t, err)
		r.URL = u
		r.URL.Host, r.URL.Scheme = "", ""
		w := httptest.NewRecorder()
		e.app.Redirect().ServeHTTP(w, r)
		if w.Code != c.status || w.Header().Get("Location") != c.to || w.Header().Get("Strict-Transport-Security") != "" || len(w.Result().Cookies()) > 0 {
			t.Errorf("%s %s%s: %d to %q", c.method, c.host, c.path, w.Code, w.Header().Get("Location"))
		}
		if w.Header().Get("Content-Security-Policy") == "" || w.Code == http.StatusOK {
			t.Errorf("%s %s%s: %d, %v", c.method, c.host, c.path, w.Code, w.Header())
		}
	}
}
