package server_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/dossier"
	"voordeur/internal/scan/scantest"
)

// word is a Word document with macros in it.
func word(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/vbaProject.bin"} {
		_, err := w.Create(name)
		must(t, err)
	}
	must(t, w.Close())
	return b.String()
}

// Staff read beside a document what the inspection noticed; its sender reads why it was refused, and
// the scanner never sees it. What an office does with macros it decides itself.
func TestN20_N29_WhatTheInspectionSaysIsRead(t *testing.T) {
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		s := &scantest.Scanner{}
		g := guard(t, kind, s)
		acts := g.show("acties.pdf", "%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(x)>>>>endobj")
		macros := g.deliver("met macro.docx", word(t))
		g.work()
		if g.state(acts) != dossier.Released || g.state(macros) != dossier.Released {
			t.Fatalf("they are %s and %s", g.state(acts), g.state(macros))
		}
		g.says(g.as(handler), "", "deze pdf bevat een programma", "Deze pdf doet iets zodra u hem opent", "dit bestand bevat macro")
		for _, tab := range []string{"document", "delivered"} {
			if body := g.pageOf(g.as(deWit), "?tab="+tab); strings.Contains(body, "programma") || strings.Contains(body, "macro&#39;s") {
				t.Errorf("the client reads the warning for staff in %s", tab)
			}
		}
		form := g.as(manager).get("/settings/files").body
		version := between(form, `name="version" value="`, `"`)
		a := g.as(manager).post("/settings/files", "version", version, "do", "save", "client_max", "50", "office_max", "500", "dossier_max", "5000", "attachments", "20",
			"extensions", "pdf", "extensions", "docx", "route", "message", "macros", "refuse", "external", "allow")
		if a.status != 303 {
			t.Fatalf("settings: %d %s", a.status, a.body)
		}
		if body := g.as(manager).get("/settings/files").body; !strings.Contains(body, `value="refuse" selected`) || !strings.Contains(body, `value="allow" selected`) {
			t.Error("the settings do not show what was chosen")
		}
		before := s.Scans()
		theirs := g.deliver("weer met macro.docx", word(t))
		g.work()
		g.closed(theirs, g.show("gevonden.pdf", infected))
		if g.state(theirs) != dossier.Refused || s.Scans() != before {
			t.Errorf("with macros refused it is %s, after %d scans", g.state(theirs), s.Scans()-before)
		}
		g.says(g.as(deWit), "?tab=delivered", "Geweigerd: het bestand bevat macro")
		g.says(g.as(handler), "", "Geweigerd: het bestand bevat macro")
		g.journals(theirs, "document.added", "document.refused")
		bad := g.as(manager).post("/settings/files", "version", between(g.as(manager).get("/settings/files").body, `name="version" value="`, `"`), "do", "save", "client_max", "50", "office_max", "500",
			"dossier_max", "5000", "attachments", "20", "extensions", "pdf", "macros", "explode", "external", "allow")
		if bad.status != 422 {
			t.Errorf("an unknown treatment: %d", bad.status)
		}
	})
}
