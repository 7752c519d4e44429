package server_test

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"voordeur/internal/db/dbtest"
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
