package server_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"voordeur/internal/db"
)

// What a client sent came in for the office, and went out for himself.
func TestN25_BothSidesReadTheirOwnDirection(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, at := h.client(wit), h.staff("behandelaar@delinde.example"), "/dossiers/"+h.dossier("2026-01482")
		if a := v.send(at+"/messages/new", map[string]string{"once": "d1", "subject": "Van mij", "body": "x"}); a.status != 303 {
			t.Fatal(a.status)
		}
		link := letterLink.FindString(v.get(at + "?tab=messages").body)
		preview := s.get(s.get(at+"/as-client").header.Get("Location") + "?tab=messages").body
		for name, c := range map[string]struct{ page, want string }{
			"the client's letter": {v.get(link).body, "Uitgaand"}, "his list": {rowOf(v.get(at+"?tab=messages").body, "Van mij"), "Uitgaand"},
			"the office's letter": {between(s.get(link).body, `<article class="letter">`, `</header>`), "Inkomend"},
			"its dossier":         {rowOf(s.get(at).body, "Van mij"), "Inkomend"}, "its view as the client": {rowOf(preview, "Van mij"), "Uitgaand"},
		} {
			if !strings.Contains(c.page, c.want) {
				t.Errorf("%s does not say %s", name, c.want)
			}
		}
	})
}

// rowOf is the item of a list that holds the text.
func rowOf(body, text string) string {
	for _, row := range strings.Split(body, "<li") {
		if strings.Contains(row, text) {
			return row
		}
	}
	return ""
}

func TestN24_EveryTabOffersToWrite(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, id, closed := h.client(wit), h.dossier("2026-01482"), h.dossier("2024-00310")
		write := `href="/dossiers/` + id + `/messages/new"`
		for _, tab := range []string{"correspondence", "document", "delivered", "messages"} {
			want := 1
			if tab == "delivered" { // and in the sentence that says how to deliver
				want = 2
			}
			if n := strings.Count(v.get("/dossiers/"+id+"?tab="+tab).body, write); n != want {
				t.Errorf("%s links %d times to a new message, want %d", tab, n, want)
			}
			if b := v.get("/dossiers/" + closed + "?tab=" + tab).body; strings.Contains(b, "/messages/new") || strings.Contains(b, "Wilt u iets aanleveren") {
				t.Errorf("%s of a closed dossier offers to write", tab)
			}
		}
	})
}

func TestN14_NothingTickedShowsEverything(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ticked := regexp.MustCompile(`name="status"[^>]* checked`)
		for _, v := range []*visitor{h.client(wit), h.staff("behandelaar@delinde.example")} {
			first, none := v.get("/dossiers?q=").body, v.get("/dossiers?q=&filtered=1").body
			if strings.Contains(first, "2024-00310") || strings.Contains(first, "niets aangevinkt") || !ticked.MatchString(first) {
				t.Errorf("%s: a first visit does not show what is open", v.host)
			}
			if !strings.Contains(none, "2024-00310") || !strings.Contains(none, "2026-01482") || !strings.Contains(none, "niets aangevinkt") || ticked.MatchString(none) {
				t.Errorf("%s: nothing ticked does not show everything, or does not say so", v.host)
			}
			if b := v.get("/dossiers?q=hypotheek&filtered=1").body; !strings.Contains(b, "2026-01483") || strings.Contains(b, "2026-01482") {
				t.Errorf("%s: a search in everything", v.host)
			}
		}
	})
}

// Whoever logged out in another window gets his letter back, to be sent once he has logged in again.
func TestN28_LoggedOutInAnotherWindow(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, at := h.client(wit), "/dossiers/"+h.dossier("2026-01482")+"/messages/new"
		v.post("/logout")
		delete(v.cookies, "session") // as a browser does
		typed := map[string]string{"once": "k1", "subject": "Over <b>morgen</b>", "body": "Regel 1.\n\nRegel 2."}
		a := v.send(at, typed)
		if a.status != 401 || !strings.Contains(a.body, `href="/login"`) || !strings.Contains(a.body, "Nog niet verstuurd") {
			t.Fatalf("without a session: %d", a.status)
		}
		if !strings.Contains(a.body, `value="Over &lt;b&gt;morgen&lt;/b&gt;"`) || !strings.Contains(a.body, "Regel 1.\n\nRegel 2.") {
			t.Error("what was typed does not come back")
		}
		back := map[string]string{}
		for _, m := range regexp.MustCompile(`(?s)type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(mainOf(a.body), -1) {
			back[m[1]] = m[2]
		}
		v = h.client(wit)
		if a := v.send(at, back); a.status != 303 || back["body"] != typed["body"] {
			t.Errorf("sent again: %d %v", a.status, back)
		}
		s := h.visit(kantor)
		if a := s.post("/clients/new", "once", "k2", "name", "Mevrouw Nieuw"); a.status != 401 || !strings.Contains(a.body, `value="Mevrouw Nieuw"`) || strings.Contains(a.body, "multipart") {
			t.Errorf("a form of the office: %d", a.status)
		}
		if n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from parked`); err != nil || n != 0 {
			t.Errorf("a visitor without a session stored %d forms, %v", n, err)
		}
	})
}

func TestN16_N17_ADossierOpensWhereSomethingIs(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, id := h.client(wit), h.dossier("2026-01482")
		current := func() string {
			return words(between(v.get("/dossiers/"+id).body, `aria-current="page"><span><span class="tab-label">`, "</span>"))
		}
		for _, tab := range []string{"correspondence", "document"} {
			if got := current(); got != map[string]string{"correspondence": "Correspondentie", "document": "Documenten"}[tab] {
				t.Errorf("it opens on %s, though the first with something new is %s", got, tab)
			}
			for _, m := range regexp.MustCompile(`href="(/dossiers/`+id+`/documents/[a-z0-9]{26})"`).FindAllStringSubmatch(v.get("/dossiers/"+id+"?tab="+tab).body, -1) {
				v.get(m[1])
			}
		}
		if got := current(); got != "Berichten" {
			t.Errorf("it opens on %s, though only messages are new", got)
		}
		for _, link := range letterLink.FindAllString(v.get("/dossiers/"+id+"?tab=messages").body, -1) {
			v.get(link)
		}
		if got := current(); got != "Correspondentie" {
			t.Errorf("it opens on %s, though nothing is new", got)
		}
	})
}

func TestN17_TheHeaderCountsWithoutTheLetterThatIsOpen(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, at := h.client(wit), "/dossiers/"+h.dossier("2026-01482")
		unread := regexp.MustCompile(`([0-9]+) ongelezen`)
		page := v.get(at + "?tab=messages").body
		before := unread.FindStringSubmatch(page)[1]
		during := unread.FindStringSubmatch(v.get(letterLink.FindString(page)).body)[1]
		after := unread.FindStringSubmatch(v.get(at).body)[1]
		if during == before || during != after {
			t.Errorf("%s unread before, %s on the letter's page, %s after", before, during, after)
		}
	})
}

// A client of whom there are too many to show is searched for, and nothing that was typed is lost.
func TestANewDossierFindsItsClient(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := h.staff("behandelaar@delinde.example")
		for i := range 12 {
			s.post("/clients/new", "once", fmt.Sprint("c", i), "kind", "person", "name", fmt.Sprintf("Aa Eerder %02d", i))
		}
		party := func(email string) string {
			id, err := db.One(context.Background(), h.DB, db.Value[string], `select client_id from account where tenant_id = 'notaris' and email_key = $1`, email)
			must(t, err)
			return id
		}
		first := s.get("/dossiers/new").body
		if n := strings.Count(first, `name="party"`); n != 10 || strings.Contains(first, "P. van Houten") || !strings.Contains(first, "Er zijn meer klanten") {
			t.Errorf("the empty form shows %d clients, or does not say that there are more", n)
		}
		typed := []string{"once", "k1", "number", "2026-9", "title", "Van alles", "status", "in_progress", "party", party(wit)}
		found := s.post("/dossiers/new", append(typed, "do", "find", "find", "houten")...)
		for _, want := range []string{`value="2026-9"`, `value="Van alles"`, `value="k1"`, `value="` + party(wit) + `" checked`, `value="` + party(houten) + `"`} {
			if !strings.Contains(found.body, want) {
				t.Errorf("the form after a search lacks %s", want)
			}
		}
		if n := strings.Count(found.body, `name="party"`); found.status != 200 || n != 2 {
			t.Errorf("the search: %d with %d clients", found.status, n)
		}
		if n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from dossier where number = '2026-9'`); err != nil || n != 0 {
			t.Errorf("searching made a dossier: %d %v", n, err)
		}
		id := h.dossier("2026-01482")
		edit := s.post("/dossiers/"+id+"/edit", "version", "1", "number", "anders", "title", "t", "do", "find", "find", "zzz")
		if edit.status != 200 || !strings.Contains(edit.body, `value="anders"`) || !strings.Contains(edit.body, "Geen klanten gevonden") || h.dossier("2026-01482") != id {
			t.Errorf("searching in the form of a change: %d", edit.status)
		}
	})
}

func TestAClientsPageHasItsDossiers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		at, err := db.One(context.Background(), h.DB, db.Value[string], `select '/clients/' || client_id from account where tenant_id = 'notaris' and email_key = $1`, wit)
		must(t, err)
		page := mainOf(h.staff("behandelaar@delinde.example").get(at).body)
		for _, want := range []string{"klantnummer 1482", "2026-01482", "2024-00310", "2026-01499", `href="/dossiers/new?party=` + strings.TrimPrefix(at, "/clients/")} {
			if !strings.Contains(page, want) {
				t.Errorf("the client's page lacks %s", want)
			}
		}
		if strings.Contains(page, "2026-01455") {
			t.Error("it has another client's dossier")
		}
		if list := mainOf(h.staff(admin).get("/dossiers").body); !strings.Contains(list, "mevrouw C. de Wit") || !strings.Contains(list, "Sanne Verhoeven") {
			t.Error("the list does not say whose a dossier is and who handles it")
		}
		if list := mainOf(h.client(wit).get("/dossiers").body); strings.Contains(list, "mevrouw C. de Wit") {
			t.Error("the client's own list names parties")
		}
	})
}
