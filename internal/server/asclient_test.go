package server_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"voordeur/internal/db"
)

// main returns the content of a page without what stands around it.
func mainOf(body string) string {
	_, rest, _ := strings.Cut(body, "<main")
	content, _, _ := strings.Cut(rest, "</main>")
	return content
}

func TestN16_N20_N22_StaffSeeWhatTheClientSees(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, id := h.client("c.dewit@post.example"), h.staff("behandelaar@delinde.example"), h.dossier("2026-01482")
		if !strings.Contains(s.get("/dossiers/"+id).body, `href="/dossiers/`+id+`/as-client"`) {
			t.Error("the office's page has no link to the client's")
		}
		a := s.get("/dossiers/" + id + "/as-client")
		at := a.header.Get("Location")
		if a.status != 303 || !strings.HasPrefix(at, "/dossiers/"+id+"/as-client/") {
			t.Fatalf("one client, yet a choice: %d %s", a.status, at)
		}
		var unread int
		count := func() int {
			must(t, h.DB.QueryRow(context.Background(), `select (select count(*) from unread where tenant_id = 'notaris') + (select count(*) from document_read where tenant_id = 'notaris')
				+ (select count(*) from message_read where tenant_id = 'notaris')`).Scan(&unread))
			return unread
		}
		before := count()
		for _, tab := range []string{"", "?tab=correspondence", "?tab=document", "?tab=delivered", "?tab=messages", "?tab=nonsense"} {
			page := s.get(at + tab)
			if page.status != 200 || !strings.Contains(page.body, "U bekijkt dit dossier zoals mevrouw C. de Wit het ziet.") {
				t.Errorf("%s: %d, or without saying so", tab, page.status)
			}
			seen, own := mainOf(page.body), mainOf(v.get("/dossiers/"+id+tab).body)
			for _, href := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(seen, -1) {
				inside := strings.HasPrefix(href[1], at) || href[1] == "/dossiers/"+id || strings.HasPrefix(href[1], "tel:") || strings.HasPrefix(href[1], "/assets/")
				if !inside {
					t.Errorf("%s: a link out of the view, %s", tab, href[1])
				}
			}
			if strings.Contains(seen, "<form") || strings.Contains(page.body, "Uitloggen") {
				t.Errorf("%s: something can be changed", tab)
			}
			if got, want := words(offers.ReplaceAllString(seen, "")), words(offers.ReplaceAllString(own, "")); got != want {
				t.Errorf("%s: staff see another page than the client:\n%s\n%s", tab, got, want)
			}
			if strings.Contains(seen, "Werkversie") {
				t.Errorf("%s: an internal document shows", tab)
			}
		}
		if b := s.get(at).body; !strings.Contains(b, "(2 nieuw)") {
			t.Error("the unread marks are not the client's")
		}
		if count() != before {
			t.Error("looking as the client made something read")
		}
		n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from journal where tenant_id = 'notaris' and event = 'dossier.viewed_as_client' and actor_kind = 'staff' and client_id <> ''`)
		must(t, err)
		if n != 7 {
			t.Errorf("%d looks in the journal, want 7", n)
		}
	})
}

func TestN54_LookingAsAClientAsksForTheDossier(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, never := h.dossier("2026-01482"), strings.Repeat("a", 26)
		client := func(number string) string {
			c, err := db.One(context.Background(), h.DB, db.Value[string], `select id from client where tenant_id = 'notaris' and number = $1`, number)
			must(t, err)
			return c
		}
		mine, other := client("1482"), client("1455")
		outsider, s := h.staff("collega@delinde.example"), h.staff("behandelaar@delinde.example")
		want := outsider.get("/dossiers/" + never + "/as-client/" + never)
		for name, got := range map[string]answer{
			"not involved": outsider.get("/dossiers/" + id + "/as-client/" + mine), "not involved, choice": outsider.get("/dossiers/" + id + "/as-client"),
		} {
			if got.status != 404 || got.body != want.body || want.status != 404 {
				t.Errorf("%s: %d", name, got.status)
			}
		}
		missing := s.get("/dossiers/" + id + "/as-client/" + never)
		if got := s.get("/dossiers/" + id + "/as-client/" + other); got.status != 404 || got.body != missing.body {
			t.Errorf("as somebody who is no party: %d", got.status)
		}
		if got := h.client("c.dewit@post.example").get("/dossiers/" + id + "/as-client/" + mine).status; got != 404 {
			t.Errorf("a client: %d", got)
		}
		if got := h.staff("auditor@delinde.example").get("/dossiers/" + id + "/as-client/" + mine).status; got != 200 {
			t.Errorf("an auditor: %d", got)
		}
	})
}

func TestN54_AnUnpublishedDossierIsNothingToTheClient(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, id := h.staff("behandelaar@delinde.example"), h.dossier("2026-01499")
		page := s.get(s.get("/dossiers/" + id + "/as-client").header.Get("Location"))
		if page.status != 200 || !strings.Contains(page.body, "De klant ziet dit dossier nog niet") || strings.Contains(page.body, ".pdf") || strings.Contains(page.body, `class="tabs"`) {
			t.Errorf("an unpublished dossier as its client: %d", page.status)
		}
	})
}

func TestN54_SeveralPartiesAreAChoice(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, id := h.staff("behandelaar@delinde.example"), h.dossier("2026-01482")
		must(t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `insert into dossier_party (tenant_id, dossier_id, client_id, added_at) select 'notaris', $1, id, $2 from client where tenant_id = 'notaris' and number in ('1455', '1390')`, id, tx.Now())
			return err
		}))
		page := s.get("/dossiers/" + id + "/as-client")
		links := regexp.MustCompile(`/dossiers/`+id+`/as-client/[a-z0-9]+`).FindAllString(page.body, -1)
		if page.status != 200 || len(links) != 3 {
			t.Fatalf("%d, %d clients to choose from", page.status, len(links))
		}
		seen := map[string]bool{}
		for _, l := range links {
			banner := regexp.MustCompile(`zoals ([^<]*) het ziet`).FindStringSubmatch(s.get(l).body)
			if banner != nil {
				seen[banner[1]] = true
			}
		}
		if len(seen) != 3 {
			t.Errorf("seen as %v", seen)
		}
	})
}
