package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"voordeur/internal/web"
)

func TestSeeStaysOnThisHost(t *testing.T) {
	for path, want := range map[string]string{
		"/dossiers?q=a%20b":      "/dossiers?q=a%20b",
		"":                       "/",
		"elsewhere":              "/",
		"https://elsewhere.test": "/",
		"//elsewhere.test":       "/",
		`/\elsewhere.test`:       "/",
		"/\t/elsewhere.test":     "/",
		"/\n/elsewhere.test":     "/",
		"/\r/elsewhere.test":     "/",
		"\t//elsewhere.test":     "/",
	} {
		rec := httptest.NewRecorder()
		c := &web.Ctx{W: rec, R: httptest.NewRequest(http.MethodGet, "/login", nil)}
		if err := c.See(path); err != nil {
			t.Fatal(err)
		}
		if got := rec.Header().Get("Location"); rec.Code != http.StatusSeeOther || got != want {
			t.Errorf("See(%q) = %d to %q, want %q", path, rec.Code, got, want)
		}
	}
}
