package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/blob"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/errs"
	"voordeur/internal/mail"
	"voordeur/internal/ops"
	"voordeur/internal/scan"
	"voordeur/internal/server"
	"voordeur/internal/tenant"
	"voordeur/internal/web"
)

// edge is a program with one tenant and nobody in it, to see how it answers.
type edge struct {
	t   testing.TB
	app *server.App
	log *bytes.Buffer
}

func newEdge(t testing.TB, d *db.DB, scheme string) *edge {
	t.Helper()
	dir := t.TempDir()
	must(t, crypt.CreateKeyFile(filepath.Join(dir, "key")))
	keys, err := crypt.OpenKeyFile(filepath.Join(dir, "key"))
	must(t, err)
	disk, err := blob.OpenDisk(filepath.Join(dir, "blobs"))
	must(t, err)
	t.Cleanup(func() { must(t, disk.Close()) })
	outbox, err := mail.OpenOutbox(filepath.Join(dir, "outbox"))
	must(t, err)
	e := &edge{t: t, log: &bytes.Buffer{}}
	h, err := server.Wire(server.Parts{
		DB: d, Keys: keys, Blobs: disk, Sender: outbox, Scanner: scan.Off{}, Origin: tenant.Origin{Scheme: scheme},
		Log: slog.New(slog.NewTextHandler(e.log, nil)), Version: "1.2.3",
	})
	must(t, err)
	must(t, h.Tenants.Create(context.Background(), tenant.Draft{
		ID: "notaris", Name: "De Linde", Settings: tenant.DefaultSettings(),
		Hosts: map[access.Face]string{access.Portal: portal, access.Office: kantor, access.Docs: docs},
	}))
	e.app = h.App
	return e
}

// with gives the program other routes: each answers with what its function returns.
func (e *edge) with(routes map[string]web.Handler) *edge {
	e.t.Helper()
	d := e.app.Deps
	d.Routes = nil
	for pattern, h := range routes {
		d.Routes = append(d.Routes, web.Route{Method: web.Get, Pattern: pattern, Policy: access.AnyFace, Handler: h})
	}
	app, err := server.New(d)
	must(e.t, err)
	return &edge{e.t, app, e.log}
}

func (e *edge) ask(method, host, path string, header ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, nil)
	req.Host = host
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	e.app.Handler().ServeHTTP(rec, req)
	return rec
}

func fails(err error) web.Handler { return func(*web.Ctx) error { return err } }

// kindsOfError is every kind of error with its status.
var kindsOfError = map[string]struct {
	err    error
	status int
	later  string // Retry-After
}{
	"/missing":         {errs.Missing(), 404, ""},
	"/forbidden":       {errs.New(errs.Forbidden, ""), 403, ""},
	"/unauthenticated": {&errs.Error{Kind: errs.Unauthenticated}, 401, ""},
	"/invalid":         {&errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "number", Key: "field.required"}}}, 422, ""},
	"/conflict":        {errs.New(errs.Conflict, "error.changed_meanwhile"), 409, ""},
	"/large":           {&errs.Error{Kind: errs.TooLarge}, 413, ""},
	"/limited":         {&errs.Error{Kind: errs.Limited, RetryAfter: 90*time.Second + time.Millisecond}, 429, "91"},
	"/limited-anyhow":  {&errs.Error{Kind: errs.Limited}, 429, "60"},
	"/unavailable":     {&errs.Error{Kind: errs.Unavailable}, 503, "60"},
	"/busy":            {&errs.Error{Kind: errs.Unavailable, Key: "error.busy", RetryAfter: 5 * time.Second}, 503, "5"},
	"/slow":            {context.DeadlineExceeded, 503, "60"},
	"/full":            {errs.New(errs.Unavailable, "error.disk_full"), 507, "60"},
	"/internal":        {errors.New("geheim detail"), 500, ""},
}

func TestErrorsAsPageAndAsProblem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e := newEdge(t, d, "http")
		routes := map[string]web.Handler{}
		for path, k := range kindsOfError {
			routes[path] = fails(k.err)
		}
		e = e.with(routes)
		for path, k := range kindsOfError {
			for _, header := range [][]string{{"Accept", "application/problem+json"}, {"Tus-Resumable", "1.0.0"}, {"Accept", "text/html"}} {
				a := e.ask("GET", portal, path, header...)
				want := k.status
				if header[1] == "text/html" && path == "/unauthenticated" {
					want = http.StatusSeeOther
				}
				if a.Code != want || a.Header().Get("Retry-After") != k.later || strings.Contains(a.Body.String(), "geheim") {
					t.Errorf("%s %v: %d, Retry-After %q: %s", path, header, a.Code, a.Header().Get("Retry-After"), a.Body)
				}
				if header[1] == "text/html" {
					continue
				}
				var p struct {
					Status        int
					Title, Detail string
					Fields        []struct{ Name, Text string }
				}
				err := json.Unmarshal(a.Body.Bytes(), &p)
				if err != nil || a.Header().Get("Content-Type") != "application/problem+json" || p.Status != k.status || p.Title == "" || p.Detail == "" {
					t.Errorf("%s %v is no problem: %v %s %s", path, header, err, a.Header().Get("Content-Type"), a.Body)
				}
				if path == "/invalid" && (len(p.Fields) != 1 || p.Fields[0].Name != "number" || p.Fields[0].Text == "") {
					t.Errorf("the fields are %v", p.Fields)
				}
			}
		}
		if !strings.Contains(e.log.String(), "geheim detail") {
			t.Error("the cause of an internal error is not logged")
		}
	})
}

func TestAPanicIsAnsweredWithoutDetailAndLogged(t *testing.T) {
	e := newEdge(t, dbtest.SQLite(t, nil), "http").with(map[string]web.Handler{
		"/panic": func(*web.Ctx) error { panic("geheim detail") },
		"/late": func(c *web.Ctx) error {
			_, err := c.W.Write([]byte("begin"))
			if err == nil {
				panic("geheim detail")
			}
			return err
		},
	})
	if a := e.ask("GET", portal, "/panic"); a.Code != 500 || strings.Contains(a.Body.String(), "geheim") || a.Header().Get("Content-Security-Policy") == "" {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	if a := e.ask("GET", portal, "/late"); a.Body.String() != "begin" {
		t.Errorf("after the first byte: %q", a.Body)
	}
	if n := strings.Count(e.log.String(), "level=ERROR msg=panic"); n != 2 || !strings.Contains(e.log.String(), "geheim detail") {
		t.Errorf("%d panics logged", n)
	}
}

func TestBehindTLSCookiesAreTheHostsAndTransportIsStrict(t *testing.T) {
	for scheme, secure := range map[string]bool{"https": true, "http": false} {
		e := newEdge(t, dbtest.SQLite(t, nil), scheme)
		for _, path := range []string{"/login", "/nothing", "/healthz", "/assets/x"} {
			if hsts := e.ask("GET", portal, path).Header().Get("Strict-Transport-Security"); strings.HasPrefix(hsts, "max-age=") != secure {
				t.Errorf("%s %s: Strict-Transport-Security is %q", scheme, path, hsts)
			}
		}
		cookies := e.ask("POST", portal, "/logout").Result().Cookies()
		if len(cookies) == 0 {
			t.Fatal("logging out sets no cookie")
		}
		for _, c := range cookies {
			if strings.HasPrefix(c.Name, "__Host-") != secure || c.Secure != secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
				t.Errorf("%s: cookie %s", scheme, c)
			}
		}
	}
}

func TestUnknownHostMethodAndHiddenFiles(t *testing.T) {
	e := newEdge(t, dbtest.SQLite(t, nil), "http")
	for _, host := range []string{"evil.example", "", "notaris.localhost.evil.example", "127.0.0.1", "x." + portal, portal + "."} {
		if a := e.ask("GET", host, "/login"); a.Code != 421 {
			t.Errorf("host %q: %d", host, a.Code)
		}
	}
	for _, host := range []string{portal, strings.ToUpper(portal), portal + ":8080"} {
		if a := e.ask("GET", host, "/login"); a.Code != 200 {
			t.Errorf("host %q: %d", host, a.Code)
		}
	}
	for path, allow := range map[string]string{"/login": "GET, HEAD, POST", "/help": "GET, HEAD", "/logout": "POST"} {
		if a := e.ask("DELETE", portal, path); a.Code != 405 || a.Header().Get("Allow") != allow {
			t.Errorf("DELETE %s: %d, Allow %q, want %q", path, a.Code, a.Header().Get("Allow"), allow)
		}
	}
	want := e.ask("GET", portal, "/nothing").Body.String()
	for _, path := range []string{"/.git/config", "/.env", "/.well-known/x", "/assets/.git/config", "/assets/", "/backup.sql", "/wp-login.php"} {
		a := e.ask("GET", portal, path)
		if a.Code != 404 || !strings.HasPrefix(path, "/assets/") && a.Body.String() != want {
			t.Errorf("%s: %d", path, a.Code)
		}
	}
}

func TestTheWiringRefusesDoubtfulRoutes(t *testing.T) {
	e := newEdge(t, dbtest.SQLite(t, nil), "http")
	ok := web.Route{Method: web.Get, Pattern: "/x", Policy: access.AnyFace, Handler: fails(nil)}
	bare, deaf, twin := ok, ok, ok
	bare.Policy, deaf.Handler, twin.Policy = access.Policy{}, nil, access.OfficeOpen
	for what, routes := range map[string][]web.Route{"none": {}, "no policy": {bare}, "no handler": {deaf}, "twice": {ok, ok}, "twice in the office": {ok, twin}} {
		d := e.app.Deps
		d.Routes = routes
		if _, err := server.New(d); err == nil {
			t.Errorf("%s: the wiring takes it", what)
		}
	}
	d := e.app.Deps
	d.Routes = []web.Route{ok}
	if _, err := server.New(d); err != nil {
		t.Errorf("a good route is refused: %v", err)
	}
}

func TestWithoutADatabaseThereIsAnAnswer(t *testing.T) {
	d, err := db.Open(context.Background(), filepath.Join(t.TempDir(), "gone.db"), db.Options{})
	must(t, err)
	must(t, d.Migrate(context.Background()))
	e := newEdge(t, d, "http")
	must(t, d.Close())
	for path, want := range map[string]int{"/login": 503, "/readyz": 503, "/healthz": 200} {
		a := e.ask("GET", portal, path)
		after, err := strconv.Atoi("0" + a.Header().Get("Retry-After"))
		if a.Code != want || err != nil || (after > 0) != (want == 503) {
			t.Errorf("%s: %d, Retry-After %d", path, a.Code, after)
		}
		if strings.Contains(a.Body.String(), "database") {
			t.Errorf("%s tells why: %s", path, a.Body)
		}
	}
}

func TestALockedLoginSaysWhenToTryAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e := newEdge(t, d, "http")
		try := func(path, form string) *httptest.ResponseRecorder {
			req := httptest.NewRequest("POST", path, strings.NewReader(form))
			req.Host = portal
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			rec := httptest.NewRecorder()
			e.app.Handler().ServeHTTP(rec, req)
			return rec
		}
		for path, form := range map[string]string{"/login": "email=a%40post.example&password=Fout1234", "/password": "email=a%40post.example"} {
			var a *httptest.ResponseRecorder
			for range 6 {
				a = try(path, form)
			}
			if after, err := strconv.Atoi(a.Header().Get("Retry-After")); a.Code != 429 || err != nil || after < 60 {
				t.Errorf("%s: %d, Retry-After %q", path, a.Code, a.Header().Get("Retry-After"))
			}
		}
	})
}

func TestEveryAnswerIsObserved(t *testing.T) {
	e := newEdge(t, dbtest.SQLite(t, nil), "http").with(map[string]web.Handler{
		"/fine/{document}": func(c *web.Ctx) error { return c.See("/") },
		"/breaks":          func(*web.Ctx) error { panic("on purpose") },
	})
	var seen []ops.Request
	e.app.Observe = func(r ops.Request) {
		r.Took = 0 // nobody knows it beforehand
		seen = append(seen, r)
	}
	e.ask("GET", portal, "/fine/secret")
	e.ask("HEAD", kantor, "/breaks")
	e.ask("GET", portal, "/nowhere/secret")
	e.ask("GET", "elsewhere.example", "/")
	e.ask("GET", "elsewhere.example", "/healthz")
	want := []ops.Request{
		{Face: "portal", Pattern: "GET /fine/{document}", Method: "GET", Status: 303},
		{Face: "office", Pattern: "GET /breaks", Method: "HEAD", Status: 500},
		{Face: "portal", Method: "GET", Status: 404},
		{Method: "GET", Status: 421},
		{Pattern: "/healthz", Method: "GET", Status: 200},
	}
	if !slices.Equal(seen, want) {
		t.Errorf("%+v\nwant %+v", seen, want)
	}
}

// RFC 9116: a contact, an end, and the address at which it is the word of this very host.
func TestSecurityTxtSaysToWhom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e := newEdge(t, d, "https")
		if a := e.ask("GET", portal, "/.well-known/security.txt"); a.Code != 404 {
			t.Errorf("without a contact: %d", a.Code)
		}
		e.app.Contact = "mailto:security@example.nl"
		for _, host := range []string{portal, kantor} {
			a := e.ask("GET", host, "/.well-known/security.txt")
			for _, want := range []string{"Contact: mailto:security@example.nl\n", "Canonical: https://" + host + "/.well-known/security.txt\n"} {
				if !strings.Contains(a.Body.String(), want) {
					t.Errorf("%s lacks %q: %s", host, want, a.Body)
				}
			}
			_, rest, _ := strings.Cut(a.Body.String(), "Expires: ")
			until, err := time.Parse(time.RFC3339, strings.SplitN(rest, "\n", 2)[0])
			must(t, err)
			if left := time.Until(until); left < 24*time.Hour || left > 365*24*time.Hour {
				t.Errorf("it holds for %s", left)
			}
			if got := a.Header().Get("Content-Type"); got != "text/plain; charset=utf-8" {
				t.Errorf("it is %s", got)
			}
		}
		if a := e.ask("GET", docs, "/.well-known/security.txt"); a.Code != 404 {
			t.Errorf("on the host of documents: %d", a.Code)
		}
	})
}
