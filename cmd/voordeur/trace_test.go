package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"voordeur/internal/config"
	"voordeur/internal/db"
	"voordeur/internal/world"
)

// ASVS 16.2.5: traces tell of kinds of work, and of nobody whose work it was.
func TestTracesNameNobody(t *testing.T) {
	var mu sync.Mutex
	var got strings.Builder
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_, err := io.Copy(&got, r.Body)
		if err != nil {
			t.Error(err)
		}
	}))
	defer receiver.Close()
	h := program(t, io.Discard)
	ctx := context.Background()
	id, err := db.One(ctx, h.DB, db.Value[string], `select id from dossier where tenant_id = 'notaris' and number = '2026-01482'`)
	must(t, err)
	account, err := db.One(ctx, h.DB, db.Value[string], `select id from account where tenant_id = 'notaris' and email_key = 'c.dewit@post.example'`)
	must(t, err)
	ask := func(method, path, cookie string, form url.Values) *http.Response {
		r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		r.Host = "notaris.localhost"
		r.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(&http.Cookie{Name: "session", Value: cookie})
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, r)
		return w.Result()
	}
	visit := func() (session string) {
		for _, c := range ask("POST", "/login", "", url.Values{"email": {"c.dewit@post.example"}, "password": {world.Password}}).Cookies() {
			if c.Name == "session" {
				session = c.Value
			}
		}
		ask("GET", "/dossiers?q=geheim", session, nil)
		ask("GET", "/dossiers/"+id, session, nil)
		ask("GEHEIM", "/geheim/"+id, session, nil)
		ask("POST", "/password", "", url.Values{"email": {"c.dewit@post.example"}})
		_, err := h.Jobs.Drain(ctx)
		must(t, err)
		return session
	}
	c, err := config.Load("")
	must(t, err)
	stop, err := traced(ctx, c, h)
	must(t, err)
	visit()
	must(t, stop())
	if got.Len() != 0 {
		t.Errorf("without the setting %d bytes were sent", got.Len())
	}

	c.OTLPEndpoint = receiver.URL + "/v1/traces"
	stop, err = traced(ctx, c, h)
	must(t, err)
	session := visit()
	must(t, stop())
	text := got.String()
	for _, want := range []string{"POST /login", "GET /dossiers/{dossier}", "db.write", "job identity.link", "http.route", "portal", "other", "voordeur.request"} {
		if !strings.Contains(text, want) {
			t.Errorf("the traces lack %q", want)
		}
	}
	for _, secret := range []string{id, account, session, "dewit", "post.example", "geheim", "GEHEIM", world.Password, "notaris", "192.0.2.1", "2026-01482", "\x0a\xf7\x65\x19\x16\xcd\x43\xdd"} {
		if secret == "" || strings.Contains(text, secret) {
			t.Errorf("the traces hold %q", secret)
		}
	}
}
