package server_test

import (
	"bytes"
	"html"
	"mime/multipart"
	"regexp"
	"slices"
	"strings"
	"testing"

	"voordeur/internal/db/dbtest"
	"voordeur/internal/web"
)

var fileRow = regexp.MustCompile(`(?s)<li class="file">.*?</li>`)

// listedRow returns the row of the file with the title, "" when it is not on the page.
func listedRow(page, title string) string {
	for _, r := range fileRow.FindAllString(page, -1) {
		if strings.Contains(r, "<span>"+title+"</span>") {
			return r
		}
	}
	return ""
}

func TestD39_E16_K21_K32_AllDocumentsOfACaseStandInOneList(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s := h.inTown(townPortal, resident), h.inTown(townDesk, townClerk)
		path := h.townCase("Z-2026-0117")
		if a := s.send(path+"/documents", map[string]string{"category": "document"}, file{"Interne notitie.pdf", smallPDF}); a.status != 303 {
			t.Fatal(a.status)
		}
		h.work()
		b := v.get(path).body
		if strings.Contains(b, `class="tabs"`) || !strings.Contains(b, ">Documenten</h2>") || !strings.Contains(b, ">Berichten</h2>") {
			t.Error("the page has tabs")
		}
		ours, theirs := listedRow(b, "Ontvangstbevestiging.pdf"), listedRow(b, "Tekening aannemer.pdf")
		if !strings.Contains(ours, "Door ons op ") || !regexp.MustCompile(`Kenmerk 100\d\d<`).MatchString(ours) || !strings.Contains(ours, "Opslaan als") {
			t.Errorf("ours: %s", ours)
		}
		if !strings.Contains(theirs, "Door u op ") || !regexp.MustCompile(`Kenmerk 100\d\d<`).MatchString(theirs) {
			t.Errorf("theirs: %s", theirs)
		}
		if listedRow(b, "Interne notitie.pdf") != "" {
			t.Error("an internal document is listed")
		}
		if n := len(regexp.MustCompile(`enmerk (\d+)<`).FindAllString(b, -1)); n != len(fileRow.FindAllString(b, -1)) {
			t.Errorf("%d numbers for %d documents", n, len(fileRow.FindAllString(b, -1)))
		}
		// A link to the messages leads to them.
		if b := v.get(path + "?tab=messages").body; !strings.Contains(b, `id="onderdelen" aria-labelledby="berichten-titel"`) {
			t.Error("a link to the messages leads elsewhere")
		}
	})
}

func TestD40_E17_E18_ADocumentIsKeptUnderItsName(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, other := h.inTown(townPortal, resident), h.inTown(townPortal, "h.veenstra@post.example")
		path := h.townCase("Z-2026-0117")
		b := listedRow(v.get(path).body, "Beschrijving bouwplan.pdf")
		href := regexp.MustCompile(`href="([^"]*/documents/[a-z0-9]+)"`).FindStringSubmatch(b)[1]
		a := v.get(href)
		if a.status != 200 || !strings.Contains(a.header.Get("Content-Disposition"), "Beschrijving bouwplan.pdf") || !strings.Contains(a.header.Get("Cache-Control"), "no-store") {
			t.Errorf("kept: %d %v", a.status, a.header)
		}
		before := h.count(`select count(*) from journal where event = 'document.read'`)
		if a := v.get(href + "/open"); a.status != 303 || !strings.Contains(a.header.Get("Location"), "docs.gemeente") || h.count(`select count(*) from journal where event = 'document.read'`) != before+1 {
			t.Errorf("opened: %d to %s", a.status, a.header.Get("Location"))
		}
		for _, at := range []string{href, href + "/open", path + "/documents/bestaatniet"} {
			if a := other.get(at); a.status != 404 {
				t.Errorf("%s for another resident: %d", at, a.status)
			}
		}
	})
}

// count asks the database for a number.
func (h *house) count(q string) int {
	h.t.Helper()
	var n int
	must(h.t, dbtest.Raw(h.t, h.DB).QueryRow(q).Scan(&n))
	return n
}

var (
	inputTag = regexp.MustCompile(`<input[^>]*>`)
	textTag  = regexp.MustCompile(`(?s)<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>`)
	attr     = regexp.MustCompile(` (name|value|type)="([^"]*)"`)
)

// filled returns the fields of the form of settings at the path as a browser would send them.
func (v *visitor) filled(path string) []string {
	v.h.t.Helper()
	_, body, _ := strings.Cut(v.get(path).body, "<main")
	var out []string
	for _, tag := range inputTag.FindAllString(body, -1) {
		at := map[string]string{}
		for _, m := range attr.FindAllStringSubmatch(tag, -1) {
			at[m[1]] = html.UnescapeString(m[2])
		}
		if at["type"] == "checkbox" && !strings.Contains(tag, " checked") {
			continue
		}
		out = append(out, at["name"], at["value"])
	}
	for _, m := range textTag.FindAllStringSubmatch(body, -1) {
		out = append(out, m[1], html.UnescapeString(m[2]))
	}
	return append(out, "do", "save")
}

func TestK21_TheLayoutIsAChoiceOfEveryOrganisation(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, v := h.inTown(townDesk, townAdmin), h.inTown(townPortal, resident)
		path := h.townCase("Z-2026-0117")
		if a := s.post("/settings/dossiers", set(s.filled("/settings/dossiers"), "documents_list", "")...); a.status != 303 {
			t.Fatalf("%d: %s", a.status, a.body)
		}
		if b := v.get(path).body; !strings.Contains(b, `class="tabs"`) || strings.Contains(b, ">Documenten</h2>") {
			t.Error("without the list there are no tabs")
		}
		// A notary's office can have the list as well.
		n, c := h.staff(admin), h.client("c.dewit@post.example")
		at := "/dossiers/" + h.dossier("2026-01482")
		if b := c.get(at).body; !strings.Contains(b, `class="tabs"`) {
			t.Fatal("no tabs at the notary")
		}
		if a := n.post("/settings/dossiers", append(n.filled("/settings/dossiers"), "documents_list", "on")...); a.status != 303 {
			t.Fatalf("%d: %s", a.status, a.body)
		}
		if b := c.get(at).body; strings.Contains(b, `class="tabs"`) || !strings.Contains(b, "Door ons op ") {
			t.Error("no list at the notary")
		}
	})
}

// own is what a resident adds.
func ownDrawing() map[string]string {
	return map[string]string{"once": "k1", "type": "situatietekening", "document_title": "Tekening <achtergevel>"}
}

func TestD41_D42_E19_E20_WhatAResidentAddsIsThereAtOnceAndStays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s := h.inTown(townPortal, resident), h.inTown(townDesk, townClerk)
		path := h.townCase("Z-2026-0117")
		add := path + "/documents/new"
		if b := v.get(path).body; !strings.Contains(b, `href="`+add+`"`) {
			t.Fatal("the page has no way to add a document")
		}
		page := v.get(add).body
		for _, want := range []string{"Situatietekening", "Uw huis en de huizen ernaast, van boven gezien.", "Machtiging", "Overig"} {
			if !strings.Contains(page, want) {
				t.Errorf("the form lacks %q", want)
			}
		}
		if strings.Contains(page, "Besluit") || strings.Contains(page, " checked") {
			t.Error("a kind of the office is offered, or one is chosen that must be said")
		}
		// What is wrong is said of each field, and nothing is lost.
		before := h.left()
		a := v.send(add, map[string]string{"once": "k0", "document_title": ""})
		for _, want := range []string{"Kies eerst een bestand.", "Kies wat voor document het is.", "Geef het document een titel."} {
			if a.status != 422 || strings.Count(a.body, want) != 2 {
				t.Errorf("%d, %q stands %d times", a.status, want, strings.Count(a.body, want))
			}
		}
		a = v.send(add, map[string]string{"once": "k0", "type": "situatietekening", "document_title": ""}, file{"tekening.exe", "MZ"})
		if a.status != 422 || !strings.Contains(a.body, "tekening.exe: ") || !strings.Contains(a.body, "Geef het document een titel.") || !strings.Contains(a.body, `value="situatietekening" checked`) || h.left() != before {
			t.Errorf("a program: %d, %v left of %v", a.status, h.left(), before)
		}
		for _, kind := range []string{"besluit", "verklaring-arts", "bestaat-niet"} {
			a := v.send(add, map[string]string{"once": "k0", "type": kind, "document_title": "Stiekem"}, file{"x.pdf", smallPDF})
			if a.status != 422 || !strings.Contains(a.body, `value="Stiekem"`) || !strings.Contains(a.body, "x.pdf") || h.documents() != before.documents {
				t.Errorf("the kind %s: %d", kind, a.status)
			}
		}
		for range 2 { // a double click
			if a := v.send(add, ownDrawing(), file{"scan.pdf", smallPDF}); a.status != 303 {
				t.Fatalf("added: %d %s", a.status, a.body)
			}
		}
		b := v.get(path).body
		mine := listedRow(b, "Tekening &lt;achtergevel&gt;")
		if !strings.Contains(mine, "Situatietekening, kenmerk 100") || !strings.Contains(mine, "Door u op ") || !strings.Contains(mine, "Wordt gecontroleerd") || strings.Count(b, "achtergevel&gt;</span>") != 1 {
			t.Errorf("at once it is %q", mine)
		}
		h.work()
		mine = listedRow(v.get(path).body, "Tekening &lt;achtergevel&gt;")
		doc := regexp.MustCompile(`/documents/([a-z0-9]+)"`).FindStringSubmatch(mine)
		if doc == nil || !strings.Contains(v.get(path+"/documents/"+doc[1]).header.Get("Content-Disposition"), "scan.pdf") {
			t.Fatalf("after the check: %s", mine)
		}
		// It cannot be taken back, changed or shown to more people by whoever added it.
		for _, at := range []string{"/documents/" + doc[1] + "/show", "/documents/" + doc[1] + "/rank", "/documents/" + doc[1]} {
			if a := v.post(path+at, "rank", "openbaar"); a.status != 404 && a.status != 405 {
				t.Errorf("POST %s by the resident: %d", at, a.status)
			}
		}
		desk := listedRow(s.get(path).body, "Tekening &lt;achtergevel&gt;")
		if !strings.Contains(desk, "Situatietekening, kenmerk 100") || !strings.Contains(desk, "van de klant") || strings.Contains(desk, "/show") {
			t.Errorf("the office sees %q", desk)
		}
	})
}

func TestE6_WhatAResidentSharesIsForWhoIsInvolved(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, other := h.inTown(townPortal, resident), h.inTown(townPortal, "h.veenstra@post.example")
		clerk, colleague := h.inTown(townDesk, townClerk), h.inTown(townDesk, "collega@waterlandaanzee.example")
		path := h.townCase("Z-2026-0117")
		if a := v.send(path+"/documents/new", map[string]string{"once": "k", "type": "kopie-legitimatie", "document_title": "Paspoort"}, file{"paspoort.pdf", smallPDF}); a.status != 303 {
			t.Fatal(a.status)
		}
		h.work()
		at := path + "/documents/" + regexp.MustCompile(`/documents/([a-z0-9]+)"`).FindStringSubmatch(listedRow(v.get(path).body, "Paspoort"))[1]
		before := h.count(`select count(*) from journal where event = 'document.read'`)
		if a := clerk.get(at); a.status != 200 || h.count(`select count(*) from journal where event = 'document.read'`) != before+1 {
			t.Errorf("who handles it: %d", a.status)
		}
		never := map[*visitor]answer{other: other.get(path + "/documents/bestaatniet"), colleague: colleague.get(path + "/documents/bestaatniet")}
		for who, name := range map[*visitor]string{other: "another resident", colleague: "a colleague who has nothing to do with it"} {
			for _, address := range []string{at, at + "/open"} {
				if a := who.get(address); a.status != 404 || a.body != never[who].body {
					t.Errorf("%s: %s gives %d", name, address, a.status)
				}
			}
		}
		for _, who := range []*visitor{other, colleague, h.visit(townPortal)} {
			if a := who.send(path+"/documents/new", ownDrawing(), file{"x.pdf", smallPDF}); a.status == 303 && a.header.Get("Location") == path+"?tab=delivered" || a.status == 200 {
				t.Errorf("a stranger adds to it: %d", a.status)
			}
		}
	})
}

func TestD20_D44_E21_AClosedCaseTakesNothingAndLosesNothingThatWasTyped(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s := h.inTown(townPortal, resident), h.inTown(townDesk, townClerk)
		// One that was closed before.
		over := h.townCase("Z-2026-0098")
		if b := v.get(over).body; strings.Contains(b, "/documents/new") || strings.Contains(b, "Voeg toe") {
			t.Error("a closed case offers to add something")
		}
		if a := v.get(over + "/documents/new"); a.status != 409 || !strings.Contains(a.body, "U kunt geen documenten meer toevoegen.") {
			t.Errorf("the page in a closed case: %d", a.status)
		}
		// One that is closed while the page is open, with a file that arrived before.
		path := h.townCase("Z-2026-0117")
		before := h.left()
		uploaded, _ := v.begin(strings.TrimPrefix(path, "/dossiers/"), "eerder.pdf", len(smallPDF), "")
		if a := v.patch(uploaded, 0, strings.NewReader(smallPDF)); a.status != 204 {
			t.Fatalf("uploaded: %d", a.status)
		}
		page := s.get(path + "/status").body
		if a := s.post(path+"/status", "version", versionField.FindStringSubmatch(page)[1], "status", "besluit", "result", "verleend"); a.status != 303 {
			t.Fatal(a.status)
		}
		fields := ownDrawing()
		fields["upload"] = uploaded[strings.LastIndex(uploaded, "/")+1:]
		a := v.send(path+"/documents/new", fields, file{"nieuw.pdf", smallPDF})
		if a.status != 409 || !strings.Contains(a.body, "Deze zaak is intussen afgesloten.") || !strings.Contains(a.body, `value="Tekening &lt;achtergevel&gt;"`) || !strings.Contains(a.body, `value="situatietekening" checked`) {
			t.Errorf("closed meanwhile: %d %s", a.status, between(a.body, `class="utrecht-alert`, "</div>"))
		}
		if now := h.left(); now != before {
			t.Errorf("%v left of %v", now, before)
		}
		if b := v.get(path).body; strings.Contains(b, "/documents/new") {
			t.Error("the closed case offers to add something")
		}
	})
}

func TestD41_TheFormSurvivesAnEndedSession(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.inTown(townPortal, resident)
		at := h.townCase("Z-2026-0117") + "/documents/new"
		h.expire()
		if a := v.send(at, ownDrawing(), file{"x.pdf", smallPDF}); a.status != 303 || a.header.Get("Location") != "/login?next=%2Fresume" {
			t.Fatalf("without a session: %d", a.status)
		}
		v = h.inTown(townPortal, resident)
		b := v.get(v.get("/resume").header.Get("Location")).body
		if !strings.Contains(b, `value="Tekening &lt;achtergevel&gt;"`) || !strings.Contains(b, `value="situatietekening" checked`) {
			t.Error("what was typed is not there")
		}
	})
}

func TestK15_K16_TheOrganisationChoosesHowFilesComeIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n, v := h.staff(admin), h.client("c.dewit@post.example")
		path := "/dossiers/" + h.dossier("2026-01482")
		if b := v.get(path + "?tab=delivered").body; strings.Contains(b, "/documents/new") || !strings.Contains(b, "Stuur het mee met een bericht.") {
			t.Fatal("the notary's clients add something in the dossier")
		}
		if a := v.send(path+"/documents/new", map[string]string{"once": "k"}, file{"x.pdf", smallPDF}); a.status != 404 {
			t.Errorf("where that is no way: %d", a.status)
		}
		form := n.filled("/settings/files")
		if !slices.Contains(form, "message") || slices.Contains(form, "case") {
			t.Errorf("the page of settings has %v", form)
		}
		if a := n.post("/settings/files", append(form, "route", "post")...); a.status != 422 {
			t.Errorf("a way that is none: %d", a.status)
		}
		if a := n.post("/settings/files", append(set(form, "route", "case"), "required", "title")...); a.status != 303 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		b := v.get(path + "?tab=delivered").body
		if !strings.Contains(b, "/documents/new") || strings.Contains(b, "Stuur het mee met een bericht.") {
			t.Error("the tab does not say how files come in now")
		}
		if b := v.get(path + "/messages/new").body; strings.Contains(b, "data-upload") {
			t.Error("a message still takes files")
		}
		if a := v.send(path+"/messages/new", map[string]string{"once": "m", "subject": "Akte", "body": "Hierbij"}, file{"x.pdf", smallPDF}); a.status != 422 || !strings.Contains(a.body, "U kunt geen bestanden meesturen met een bericht.") {
			t.Errorf("a message with a file: %d", a.status)
		}
		// The dossier has no type, so that everything is of no other kind.
		if a := v.send(path+"/documents/new", map[string]string{"once": "k", "document_title": ""}, file{"x.pdf", smallPDF}); a.status != 422 || strings.Contains(a.body, "Kies wat voor document het is.") || !strings.Contains(a.body, "Geef het document een titel.") {
			t.Errorf("without a title: %d", a.status)
		}
		if a := v.send(path+"/documents/new", map[string]string{"once": "k", "document_title": "Akte"}, file{"x.pdf", smallPDF}); a.status != 303 || listedRow(v.get(path+"?tab=delivered").body, "Akte") == "" {
			t.Errorf("added: %d", a.status)
		}
	})
}

func TestD18_D43_StaffReadThatClientsAreMailed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := h.inTown(townDesk, townClerk)
		path := h.townCase("Z-2026-0117")
		if a := s.send(path+"/documents", map[string]string{"category": "document", "type": "besluit"}, file{"Concept.pdf", smallPDF}); a.status != 303 {
			t.Fatal(a.status)
		}
		if a := s.send(path+"/documents", map[string]string{"category": "document", "type": "verklaring-arts"}, file{"Ander.pdf", smallPDF}); a.status != 422 {
			t.Errorf("a kind of another type: %d", a.status)
		}
		h.work()
		b := s.get(path).body
		concept, shown := listedRow(b, "Concept.pdf"), listedRow(b, "Beschrijving bouwplan.pdf")
		if !strings.Contains(concept, "Besluit, kenmerk ") || !strings.Contains(concept, "van ons") || !strings.Contains(concept, `aria-describedby="show-mails"`) || !strings.Contains(shown, `aria-describedby="hide-mails"`) {
			t.Errorf("%s\n%s", concept, shown)
		}
		for id, want := range map[string]string{"show-mails": "Trekt u het weer in, dan krijgen zij er nog een.", "hide-mails": "ook daarvan een e-mail"} {
			if !strings.Contains(between(b, `id="`+id+`">`, "</p>"), want) {
				t.Errorf("%s does not warn", id)
			}
		}
		// Of what the client does not see anyway there is nothing to warn of.
		doc := regexp.MustCompile(`/documents/([a-z0-9]+)/show`).FindStringSubmatch(concept)[1]
		if a := s.post(path+"/documents/"+doc+"/rank", "rank", "geheim"); a.status != 303 {
			t.Fatal(a.status)
		}
		if r := listedRow(s.get(path).body, "Concept.pdf"); strings.Contains(r, "show-mails") {
			t.Error("a warning for what nobody is mailed of")
		}
	})
}

// The texts of a form with files are kept in memory while its files stream by.
func TestD41_ManyAndLargeTextsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.inTown(townPortal, resident)
		add := h.townCase("Z-2026-0117") + "/documents/new"
		for what, texts := range map[string][]string{
			"one large text":      {strings.Repeat("x", web.MaxForm+1)},
			"several large texts": slices.Repeat([]string{strings.Repeat("x", web.MaxForm/2)}, 3),
			"many texts":          slices.Repeat([]string{"x"}, 20_001),
		} {
			var b bytes.Buffer
			w := multipart.NewWriter(&b)
			for _, s := range texts {
				must(t, w.WriteField("upload", s))
			}
			must(t, w.Close())
			if a := v.do("POST", add, w.FormDataContentType(), &b); a.status != 413 {
				t.Errorf("%s: %d", what, a.status)
			}
		}
	})
}
