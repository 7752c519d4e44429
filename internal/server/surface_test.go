package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/web"
	assets "voordeur/web"
)

// hostOf is where a face of the edge's tenant is.
var hostOf = map[access.Face]string{access.Portal: portal, access.Office: kantor, access.Docs: docs}

// address is a path that a pattern matches.
func address(pattern string) string {
	return wildcard.ReplaceAllString(strings.ReplaceAll(pattern, "{$}", ""), "x")
}

// byPath are the methods of every address of every face, and of what no face routes.
func (e *edge) byPath() map[string][]string {
	methods := map[string][]string{}
	for face, host := range hostOf {
		for _, r := range e.app.FaceRoutes(face) {
			at := host + " " + address(r.Pattern)
			methods[at] = append(methods[at], r.Method)
			if r.Method == web.Get {
				methods[at] = append(methods[at], http.MethodHead)
			}
		}
		for _, path := range []string{"/healthz", "/readyz", assets.URL("voordeur.css"), assets.URL("icons.svg")} {
			methods[host+" "+path] = []string{http.MethodGet, http.MethodHead}
		}
	}
	return methods
}

// ASVS 4.1.4, 13.4.4: what serves GET serves no PUT, and nobody gets his own request back.
func TestMethodsThatAnAddressDoesNotHaveAreRefused(t *testing.T) {
	e := newEdge(t, dbtest.SQLite(t, nil), "https")
	asked := 0
	for at, has := range e.byPath() {
		host, path, _ := strings.Cut(at, " ")
		for _, method := range []string{"TRACE", "TRACK", "OPTIONS", "CONNECT", "PUT", "DELETE", "PATCH", "PROPFIND", "get", "NONE"} {
			if strings.Contains(strings.Join(has, " "), method) {
				continue
			}
			a := e.ask(method, host, path, "X-Echo", "mirror")
			if a.Code != http.StatusMethodNotAllowed || a.Header().Get("Allow") == "" || strings.Contains(a.Body.String(), "mirror") {
				t.Errorf("%s %s: %d, Allow %q", method, at, a.Code, a.Header().Get("Allow"))
			}
			asked++
		}
	}
	if asked < 500 {
		t.Errorf("only %d requests", asked)
	}
}

// ASVS 3.4, 4.1.1, 13.4.6: what every answer says of itself, whatever was asked.
func TestEveryAnswerIsShutInAndSaysWhatItIs(t *testing.T) {
	e := newEdge(t, dbtest.SQLite(t, nil), "https")
	for at := range e.byPath() {
		host, path, _ := strings.Cut(at, " ")
		for _, method := range []string{"GET", "HEAD", "POST", "TRACE"} {
			checkAnswer(t, method+" "+at, e.ask(method, host, path, "Origin", "https://evil.example", "Accept", "text/html").Result().Header)
		}
	}
	for _, at := range []string{"evil.example /", portal + " /nothing", portal + " /assets/", kantor + " /%zz", docs + " /view/x"} {
		host, path, _ := strings.Cut(at, " ")
		if strings.Contains(path, "%zz") {
			path = "/zz%25zz"
		}
		checkAnswer(t, at, e.ask("GET", host, path).Result().Header)
	}
}

// ofText are the types that have a set of characters.
var ofText = regexp.MustCompile(`^(text/|[a-z]+/[a-z.+-]*xml)`)

func checkAnswer(t *testing.T, what string, h http.Header) {
	t.Helper()
	for _, name := range []string{"Server", "X-Powered-By", "Via", "X-Generator", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"} {
		if h.Get(name) != "" {
			t.Errorf("%s: %s is %q", what, name, h.Get(name))
		}
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "same-origin",
	} {
		if h.Get(name) != want {
			t.Errorf("%s: %s is %q", what, name, h.Get(name))
		}
	}
	if hsts := h.Get("Strict-Transport-Security"); !strings.HasPrefix(hsts, "max-age=63072000; includeSubDomains") {
		t.Errorf("%s: Strict-Transport-Security is %q", what, hsts)
	}
	csp := h.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"} {
		if !strings.Contains(csp, want+";") {
			t.Errorf("%s: the policy lacks %q: %s", what, want, csp)
		}
	}
	if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") || strings.Contains(csp, "http") || strings.Contains(csp, "data:") {
		t.Errorf("%s: the policy lets in too much: %s", what, csp)
	}
	if kind := h.Get("Content-Type"); ofText.MatchString(kind) && !strings.HasSuffix(kind, "charset=utf-8") {
		t.Errorf("%s: a text of %q", what, kind)
	}
}

// What is no text, in a part of a path or in a query, is an answer as any: PostgreSQL refuses to
// compare it.
func TestWhatIsNoTextInAnAddressIsNoFault(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Stop() // or a stream would go on
		people := map[access.Face]*visitor{access.Portal: h.client(dewit), access.Office: h.staff("beheer@delinde.example")}
		for face, v := range people {
			for _, r := range h.FaceRoutes(face) {
				if r.Method != web.Get {
					continue
				}
				for _, bad := range []string{"%00", "%ff", "a%00b", "%c3%28"} {
					query := "?x="
					for _, name := range []string{"after", "actor", "dossier", "enrol", "from", "group", "id", "kind", "mine", "name", "next", "number", "once", "party", "q", "resume", "status", "tab", "to", "until", "with"} {
						query += bad + "&" + name + "="
					}
					query += bad
					path := strings.ReplaceAll(r.Pattern, "{$}", "")
					for what, at := range map[string]string{
						"part":  wildcard.ReplaceAllString(path, bad),
						"query": wildcard.ReplaceAllString(strings.Replace(path, "{dossier}", h.dossier("2026-01482"), 1), "x"),
					} {
						if a := v.get(at + query); a.status >= 500 {
							t.Errorf("%s of %s%s: %d", what, at, query, a.status)
						}
					}
				}
			}
		}
	})
}

// ASVS 14.2.5: no cache on the way takes a page for a file, since there is no such file.
func TestAnAddressThatLooksLikeAFileIsNoPage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, id := h.client(dewit), h.dossier("2026-01482")
		for _, page := range []string{"/profile", "/dossiers", "/dossiers/" + id, "/help"} {
			for _, end := range []string{"/x.css", "/x.js", "/avatar.jpg", ";x.css", "%2fx.css", "%00.css", ".css", "/%2e%2e/app.js", "/robots.txt"} {
				a := v.get(page + end)
				if a.status != 404 || a.header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s%s: %d, Cache-Control %q", page, end, a.status, a.header.Get("Cache-Control"))
				}
			}
		}
	})
}

// ASVS 15.3.7: a field of the address is no field of the form, and of two the program takes neither.
func TestAFieldTwiceOrInTheAddressIsNotTaken(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.visit(portal)
		if a := v.post("/login?email="+dewit+"&password=Voordeur2026", "email", "", "password", ""); a.status != 422 {
			t.Errorf("logged in by the address: %d", a.status)
		}
		if a := v.post("/login", "email", dewit, "email", "x@y.example", "password", "x"); a.status != 422 {
			t.Errorf("two addresses: %d", a.status)
		}
		if v.cookies["session"] != "" {
			t.Error("there is a session")
		}
		s := h.client(dewit)
		once, twice := s.get("/dossiers?q=01483").body, s.get("/dossiers?q=01483&q=01482").body
		if !strings.Contains(once, "2026-01483") || strings.Contains(once, "2026-01482") || !strings.Contains(twice, "2026-01483") || !strings.Contains(twice, "2026-01482") {
			t.Error("one of two searches was taken")
		}
	})
}

// ASVS 15.3.3: more fields than the form has change nothing more.
func TestAFormChangesNothingButItsOwnFields(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		account := func() string {
			row, err := db.One(context.Background(), h.DB, func(scan db.Scan) ([6]string, error) {
				var r [6]string
				err := scan(&r[0], &r[1], &r[2], &r[3], &r[4], &r[5])
				return r, err
			}, `select role, face, state, email, client_id, notify from account where tenant_id = 'notaris' and email_key = $1`, dewit)
			must(t, err)
			return strings.Join(row[:], " ")
		}
		v, before := h.client(dewit), account()
		a := v.post("/profile/notifications", "groups", "messages", "role", "administrator", "face", "office", "state", "blocked", "email", "x@y.example",
			"client_id", "x", "tenant_id", "gemeente", "Role", "administrator", "account.role", "administrator", "account[role]", "administrator")
		after := account()
		if a.status != 303 || after == before || after[:strings.LastIndex(after, " ")] != before[:strings.LastIndex(before, " ")] || !strings.HasSuffix(after, " messages") {
			t.Errorf("%d: %q became %q", a.status, before, after)
		}
	})
}

// ASVS 14.3.1, 14.3.2: what a browser keeps of a visit ends with it.
func TestABrowserKeepsNothingOfAVisit(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, id := h.client(dewit), h.dossier("2026-01482")
		doc := regexp.MustCompile(`/dossiers/` + id + `/documents/[a-z0-9]+`).FindString(v.get("/dossiers/" + id).body)
		for _, at := range []string{"/", "/profile", "/dossiers", "/dossiers/" + id, doc, "/nothing"} {
			if keep := v.get(at).header.Get("Cache-Control"); !strings.Contains(keep, "no-store") {
				t.Errorf("%s may be kept: %q", at, keep)
			}
		}
		if clears := v.post("/logout").header.Get("Clear-Site-Data"); clears != `"cache", "storage"` {
			t.Errorf("logging out clears %q", clears)
		}
		if v.cookies["session"] != "" {
			t.Error("logging out leaves the cookie")
		}
	})
}

// ASVS 16.4.1: whoever asks for a line end gets none in the log.
func TestARequestIsOneLineOfTheLog(t *testing.T) {
	e := newEdge(t, dbtest.SQLite(t, nil), "http")
	e.app.Log = slog.New(slog.NewJSONHandler(e.log, nil))
	forged := "x\n{\"level\":\"ERROR\",\"msg\":\"forged\"}\r\n"
	for _, header := range []string{"User-Agent", "Referer", "X-Request-Id", "Cookie", "Accept-Language"} {
		e.ask("GET", portal, "/login?q=%0a%7bforged%7d", header, forged)
	}
	e.ask("GET", "evil\nforged", "/")
	lines := strings.Split(strings.TrimSpace(e.log.String()), "\n")
	for _, line := range lines {
		var l struct{ Msg string }
		if err := json.Unmarshal([]byte(line), &l); err != nil || l.Msg != "request" {
			t.Errorf("%v: %s", err, line)
		}
	}
	if len(lines) != 6 {
		t.Errorf("%d lines", len(lines))
	}
}

// hostileText is markup that a page must show as it is.
const hostileText = `"><script>alert(1)</script><img src=x onerror=alert(1)>'><svg/onload=alert(1)>{{7*7}}</textarea></title><a href="javascript:alert(1)">`

// ASVS 1.2.1, 1.2.2, 3.2.2: what somebody typed is text on every page that shows it.
func TestWhatIsTypedIsTextOnEveryPage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, id := h.staff("behandelaar@delinde.example"), h.dossier("2026-01482")
		v := h.client(dewit)
		if a := v.send("/dossiers/"+id+"/messages/new", map[string]string{"once": "hostile", "subject": hostileText, "body": hostileText}); a.status != 303 {
			t.Fatalf("message: %d", a.status)
		}
		if a := s.post("/clients/new", "once", "hostile", "kind", "person", "name", hostileText); a.status != 303 {
			t.Fatalf("client: %d", a.status)
		}
		must(t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, one := tx.Exec(ctx, `update dossier set title = $1, note = $1 where tenant_id = 'notaris' and number = '2026-01482'`, hostileText)
			_, two := tx.Exec(ctx, `update document set title = $1 where tenant_id = 'notaris'`, hostileText)
			_, three := tx.Exec(ctx, `update account set name = $1 where tenant_id = 'notaris'`, hostileText)
			return errors.Join(one, two, three)
		}))
		shown := 0
		for _, who := range []*visitor{v, s, h.staff(admin)} {
			for at, body := range who.reach(func(at string) string { return who.get(at).body }) {
				shown += strings.Count(body, "&lt;svg/onload=")
				checkMarkup(t, who.host+at, body)
			}
			checkMarkup(t, "search", who.get("/dossiers?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").body)
		}
		if shown < 10 {
			t.Errorf("the text shows %d times", shown)
		}
	})
}

// checkMarkup finds what a page of the program never has: a script or style of its own, a handler in
// an attribute, and an address of another scheme.
func checkMarkup(t *testing.T, what, body string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(body))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		tag := z.Token()
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		local := false
		for _, a := range tag.Attr {
			local = local || a.Key == "src" && strings.HasPrefix(a.Val, "/assets/")
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
				t.Errorf("%s: %s", what, tag)
			}
		}
		if tag.Data == "script" && !local || tag.Data == "style" || strings.Contains(" iframe base object embed applet ", " "+tag.Data+" ") {
			t.Errorf("%s: %s", what, tag)
		}
	}
}
