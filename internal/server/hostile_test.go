package server_test

import (
	"context"
	"mime"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/filetype"
	"voordeur/internal/inspect/hostile"
	"voordeur/internal/scan"
	"voordeur/internal/tenant"
)

// mostMemory is how much more than idle the program may take, here with the browser's side of every
// request in the same process.
const mostMemory = 256 << 20

// inUse is the memory that the process holds.
func inUse() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64() - s[1].Value.Uint64()
}

// Some three hundred files that mean harm come in from both sides of an office that takes every kind
// of file there is. Each is refused, or comes out as an attachment that no browser shows; what a
// browser does show is a PDF or a picture made anew, on the host of documents.
func TestN21_N29_HostileFilesFromBothSides(t *testing.T) {
	g := guard(t, db.SQLite, scan.Off{})
	g.takeEverything()
	files := hostile.Files()
	if len(files) < 300 {
		t.Fatalf("only %d hostile files", len(files))
	}
	seen := g.documents()
	count := map[string]int{}
	idle := inUse()
	for n, f := range files {
		for side, a := range map[string]answer{
			"office": g.as(handler).send("/dossiers/"+g.id+"/documents", map[string]string{"once": "h" + f.Name[:min(len(f.Name), 40)], "category": "document"}, file{f.Name, f.Data}),
			"client": g.as(deWit).send("/dossiers/"+g.id+"/messages/new", map[string]string{"once": "h" + f.Name[:min(len(f.Name), 40)], "subject": "Stuk", "body": "Hierbij.", "answers": "999"}, file{f.Name, f.Data}),
		} {
			if a.status != 303 && a.status != 422 && a.status != 413 {
				t.Errorf("%s: %q is answered with %d", side, f.Name, a.status)
			}
		}
		g.work()
		if used := inUse(); used > idle+mostMemory {
			t.Fatalf("with %q, file %d, memory is %d MiB above idle", f.Name, n, (used-idle)>>20)
		}
		for id := range g.documents() {
			if !seen[id] {
				seen[id] = true
				count[g.harmless(f, id)]++
			}
		}
	}
	t.Logf("%d files from two sides: %v", len(files), count)
	for _, want := range []string{"refused", "attachment", "shown"} {
		if count[want] == 0 {
			t.Errorf("no file was %s", want)
		}
	}
}

// takeEverything has the office allow every extension there is.
func (g *guarded) takeEverything() {
	g.t.Helper()
	ctx := context.Background()
	scope, err := authn.Act(ctx, g.DB, "notaris", g.account(manager))
	must(g.t, err)
	a, _ := access.AsStaff(scope)
	now, err := g.Tenants.Get(ctx, "notaris")
	must(g.t, err)
	must(g.t, g.Tenants.Edit(ctx, a, now.Version, "files", func(e *tenant.Edition) error {
		e.Settings.Files.Extensions, e.Settings.Files.OfficeMaxMB = nil, 50
		for _, k := range filetype.All() {
			e.Settings.Files.Extensions = append(e.Settings.Files.Extensions, k.Extension)
		}
		return nil
	}))
}

func (g *guarded) documents() map[string]bool {
	g.t.Helper()
	list, err := db.All(context.Background(), g.DB, db.Value[string], `select id from document where tenant_id = 'notaris' and dossier_id = $1`, g.id)
	must(g.t, err)
	all := map[string]bool{}
	for _, id := range list {
		all[id] = true
	}
	return all
}

// harmless asserts how a document comes out, and says which way it went.
func (g *guarded) harmless(f hostile.File, id string) string {
	g.t.Helper()
	at := "/dossiers/" + g.id + "/documents/" + id
	a, opened := g.as(handler).get(at), g.as(handler).get(at+"/open")
	switch g.state(id) {
	case "refused":
		if a.status != 409 || opened.status != 409 {
			g.t.Errorf("%q is refused, and answered with %d and %d", f.Name, a.status, opened.status)
		}
		return "refused"
	case "released":
	default:
		g.t.Errorf("%q is %s", f.Name, g.state(id))
	}
	h := a.header
	disposition := h.Get("Content-Disposition")
	if a.status != 200 || !strings.HasPrefix(disposition, "attachment;") || h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'") ||
		slices.Contains([]string{"text/html", "image/svg+xml", "application/xhtml+xml"}, strings.Split(h.Get("Content-Type"), ";")[0]) {
		g.t.Errorf("%q comes as %d %v", f.Name, a.status, h)
	}
	_, params, err := mime.ParseMediaType(disposition)
	if err != nil || params["filename"] == "" || len(params) != 1 || strings.ContainsAny(params["filename"], "\r\n\x00/\\\u202e") || strings.Contains(h.Get("Set-Cookie"), "x=1") {
		g.t.Errorf("%q is called %q", f.Name, disposition)
	}
	to := opened.header.Get("Location")
	if to == at {
		return "attachment"
	}
	path, ok := strings.CutPrefix(to, "http://"+docs+":8080")
	if opened.status != 303 || !ok {
		g.t.Errorf("%q opens at %s", f.Name, to)
		return ""
	}
	shown := g.visit(docs).get(path)
	kind := shown.header.Get("Content-Type")
	switch {
	case shown.header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(shown.header.Get("Content-Security-Policy"), "default-src 'none'"):
		g.t.Errorf("%q is shown with %v", f.Name, shown.header)
	case shown.status == 200 && kind != "application/pdf" && kind != "image/png" && kind != "image/jpeg":
		g.t.Errorf("%q is shown as %s", f.Name, kind)
	case shown.status == 200 && kind != "application/pdf" && strings.Contains(shown.body, "<script"):
		g.t.Errorf("%q is shown with its script", f.Name)
	case shown.status != 200:
		return "not shown"
	}
	return "shown"
}
