package server_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
)

func TestN1_BadInvitationsKeepWhatWasTyped(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := h.staff("behandelaar@delinde.example")
		at := s.post("/clients/new", "once", "c1", "kind", "company", "name", "Molen bv").header.Get("Location")
		for email, want := range map[string]string{
			"":                                     "Dit veld is verplicht",
			"molen":                                "geldig e-mailadres",
			"a@molen.nl\r\nBcc: b@molen.nl":        "geldig e-mailadres",
			strings.Repeat("a", 250) + "@molen.nl": "geldig e-mailadres",
			"C.DeWit@post.example":                 "heeft al een account",
		} {
			a := s.post(at+"/accounts", "once", "x"+fmt.Sprint(len(email)), "name", "Mia Molen", "email", email)
			if a.status != 422 || !strings.Contains(a.body, want) || !strings.Contains(a.body, `value="Mia Molen"`) {
				t.Errorf("%q: %d", email, a.status)
			}
		}
		for range 2 { // a double click
			if a := s.post(at+"/accounts", "once", "go", "name", "Mia Molen", "email", "mia@molen.nl"); a.status != 303 {
				t.Errorf("invited: %d %s", a.status, a.body)
			}
		}
		account := between(s.get(at).body, at+"/accounts/", "/")
		for range 2 {
			if a := s.post(at+"/accounts/"+account+"/resend", "once", "again"); a.status != 303 {
				t.Errorf("invited again: %d", a.status)
			}
		}
		n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from mail where tenant_id = 'notaris' and address = 'mia@molen.nl'`)
		must(t, err)
		if n != 2 {
			t.Errorf("%d mails after inviting twice with two clicks each", n)
		}
	})
}

func TestN28_N33_MessagesAtTheirLimits(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, id := h.client("c.dewit@post.example"), h.dossier("2026-01482")
		at := "/dossiers/" + id + "/messages/new"
		megabyte := strings.Repeat("regel vijf.\n", 1_000_000/12)
		if a := v.send(at, map[string]string{"once": "m1", "subject": "Lang", "body": megabyte}); a.status != 303 {
			t.Errorf("a text of 1 MB: %d", a.status)
		}
		if a := v.send(at, map[string]string{"once": "m2", "subject": "Te lang", "body": megabyte + strings.Repeat("x", 100)}); a.status != 422 || !strings.Contains(a.body, "te lang") || !strings.Contains(a.body, "regel vijf.\nregel vijf.") {
			t.Errorf("longer: %d", a.status)
		}
		for _, blank := range []string{"", " \t\n ", "\u00a0"} {
			if a := v.send(at, map[string]string{"once": "m3", "subject": "Iets", "body": blank}); a.status != 422 {
				t.Errorf("a text of %q: %d", blank, a.status)
			}
			if a := v.send(at, map[string]string{"once": "m3", "subject": blank, "body": "Mijn tekst"}); a.status != 422 || !strings.Contains(a.body, "Mijn tekst") {
				t.Errorf("a subject of %q: %d", blank, a.status)
			}
		}
		if a := v.send(at, map[string]string{"once": "m4", "subject": "Onder\r\nBcc: x@y.nl", "body": "tekst"}); a.status != 303 {
			t.Errorf("a subject of two lines: %d", a.status)
		}
		if a := h.staff("behandelaar@delinde.example").send("/dossiers/"+id+"/documents", map[string]string{"once": strings.Repeat("k", 100)}, file{"a.pdf", "%PDF-1.7"}); a.status != 422 {
			t.Errorf("a tampered key of a form: %d", a.status)
		}
		n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from message where subject = 'Onder Bcc: x@y.nl'`)
		must(t, err)
		if n != 1 {
			t.Error("the subject is not one line")
		}
	})
}

// Files that would do harm inside a page never get there: refused by their content, or given as an
// attachment that a browser does not open in the portal's origin.
func TestN21_N29_FilesThatWouldDoHarm(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, id := h.staff("behandelaar@delinde.example"), h.dossier("2026-01482")
		at := "/dossiers/" + id + "/documents"
		for name, data := range map[string]string{
			"plaatje.svg": `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
			"foto.png":    `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`,
			"pagina.html": `<script>alert(1)</script>`, "brief.pdf": `<html><script>alert(1)</script>`, "prog.exe": "MZ\x90\x00",
		} {
			if a := s.send(at, map[string]string{"once": name, "category": "document"}, file{name, data}); a.status != 422 || !strings.Contains(a.body, "is niet toegestaan") {
				t.Errorf("%s: %d", name, a.status)
			}
		}
		script := "%PDF-1.7\n1 0 obj << /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >> endobj\n"
		names := map[string]string{
			"../../etc/paspoort.pdf":          "paspoort.pdf",
			"C:\\Temp\\akte.pdf":              "akte.pdf",
			"fdp.\u202efdp.exe.pdf":           "fdp.fdp.exe.pdf",
			strings.Repeat("é", 255) + ".pdf": strings.Repeat("é", 98) + ".pdf",
		}
		for name, want := range names {
			for range 2 { // a double click
				if a := s.send(at, map[string]string{"once": fmt.Sprint("harm", len(name)), "category": "document"}, file{name, script}); a.status != 303 {
					t.Fatalf("%s: %d %s", name, a.status, a.body)
				}
			}
			n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from document where tenant_id = 'notaris' and file_name = $1`, want)
			must(t, err)
			if n != 1 {
				t.Errorf("%q became %d documents named %q", name, n, want)
			}
		}
		h.work()
		doc, err := db.One(context.Background(), h.DB, db.Value[string], `select id from document where tenant_id = 'notaris' and file_name = 'akte.pdf'`)
		must(t, err)
		a := s.get(at + "/" + doc)
		if !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") || a.header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(a.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("a PDF with a script comes as %v", a.header)
		}
	})
}

func TestStaffConflictShowsBoth(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		one, two, id := h.staff("behandelaar@delinde.example"), h.staff("beheer@delinde.example"), h.dossier("2026-01482")
		form := one.get("/dossiers/" + id + "/edit").body
		version, handler := between(form, `name="version" value="`, `"`), between(between(form, `name="handler"`, "</select>"), `<option value="`, `"`)
		party := regexp.MustCompile(`value="([a-z0-9]+)" checked`).FindStringSubmatch(form)
		if party == nil {
			t.Fatal("no party is ticked")
		}
		save := func(v *visitor, version, title string) answer {
			return v.post("/dossiers/"+id+"/edit", "version", version, "number", "2026-01482", "title", title, "handler", handler, "party", party[1])
		}
		if a := save(two, version, "Titel van de beheerder"); a.status != 303 {
			t.Fatalf("the first: %d %s", a.status, a.body)
		}
		a := save(one, version, "Titel van de behandelaar")
		if a.status != 409 || !strings.Contains(a.body, "Titel van de beheerder") || !strings.Contains(a.body, "Titel van de behandelaar") {
			t.Fatalf("the second: %d", a.status)
		}
		if a := save(one, between(a.body, `name="version" value="`, `"`), "Titel van de behandelaar"); a.status != 303 {
			t.Errorf("saved again by choice: %d", a.status)
		}
		if a := save(one, "zes", "x"); a.status != 422 {
			t.Errorf("a tampered version: %d", a.status)
		}
	})
}

// Every dossier stands on exactly one page of the list, newest first.
func TestN12_ListPagesByKey(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		var client, handler string
		must(t, h.DB.QueryRow(ctx, `select client_id, (select id from account where tenant_id = 'notaris' and email_key = 'behandelaar@delinde.example') from account
			where tenant_id = 'notaris' and email_key = 'p.vanhouten@post.example'`).Scan(&client, &handler))
		scope, err := authn.Act(ctx, h.DB, "notaris", handler)
		must(t, err)
		a, _ := access.AsStaff(scope)
		for n := range 60 {
			id, err := h.Dossiers.Create(ctx, a, fmt.Sprint("list", n), dossier.Draft{Number: fmt.Sprintf("L-%03d", n), Title: "Lijst", Status: "in_progress", Handler: handler, Parties: []string{client}})
			must(t, err)
			must(t, h.Dossiers.Publish(ctx, a, id, true))
		}
		v, seen, next := h.client("p.vanhouten@post.example"), []string{}, "/dossiers?q=lijst"
		for next != "" && len(seen) < 100 {
			b := v.get(next).body
			seen = append(seen, regexp.MustCompile(`L-\d{3}`).FindAllString(b, -1)...)
			next = strings.ReplaceAll(between(b, `href="/dossiers?after=`, `"`), "&amp;", "&")
			if next != "" {
				next = "/dossiers?after=" + next
			}
		}
		if len(seen) != 60 || seen[0] != "L-059" || seen[59] != "L-000" {
			t.Errorf("%d rows on the pages: %v", len(seen), seen)
		}
		if a := v.get("/dossiers?after=nonsense"); a.status != 200 {
			t.Errorf("a tampered key: %d", a.status)
		}
	})
}
