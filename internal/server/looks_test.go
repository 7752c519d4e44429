package server_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"voordeur/internal/db"
)

func words(body string) string {
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " ")), " ")
}

func TestN17_N54_ClientSeesWhoLooked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.dossier("2026-01466")
		head, extra := h.client("directie@bakkerijsmit.example"), h.client("kim@bakkerijsmit.example")
		link := regexp.MustCompile(`/dossiers/` + id + `/documents/[a-z0-9]+`).FindString(extra.get("/dossiers/" + id).body)
		extra.get(link)
		s := h.staff("beheer@delinde.example")
		s.get("/dossiers/" + id)
		s.get("/dossiers/" + id)
		if b := head.get("/dossiers/" + id).body; !strings.Contains(b, `href="/dossiers/`+id+`/looks"`) {
			t.Error("the dossier has no link to who looked")
		}
		page := head.get("/dossiers/" + id + "/looks")
		text := words(page.body)
		for _, want := range []string{"Bea Beheer bekeek dit dossier Beheerder", "2 keer die dag, het laatst om", "Kim Smit opende", "U bekeek dit dossier", "Sanne Verhoeven stuurde een bericht Behandelaar", "zette „Concept hypotheekakte.pdf” klaar"} {
			if !strings.Contains(text, want) {
				t.Errorf("the page lacks %q: %s", want, text)
			}
		}
		if strings.Contains(text, "127.0.0") || strings.Contains(text, "Wachtwoord") {
			t.Error("the page tells networks or means of login of colleagues")
		}
	})
}

func TestN20_N54_WhoLookedRevealsNothingUnpublished(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.dossier("2026-01482")
		v, s := h.client("c.dewit@post.example"), h.staff("behandelaar@delinde.example")
		hidden, err := db.One(context.Background(), h.DB, db.Value[string], `select id from document where tenant_id = 'notaris' and dossier_id = $1 and published_at is null and origin = 'office'`, id)
		must(t, err)
		before := words(v.get("/dossiers/" + id + "/looks").body)
		if strings.Contains(before, "Werkversie") || !strings.Contains(before, "Concept akte.pdf") {
			t.Errorf("an unpublished document shows, or a published one does not: %s", before)
		}
		if got := s.get("/dossiers/" + id + "/documents/" + hidden).status; got != 200 {
			t.Fatalf("staff open it: %d", got)
		}
		after := words(v.get("/dossiers/" + id + "/looks").body)
		if after != before {
			t.Errorf("an internal look changed the page:\n%s\n%s", before, after)
		}
		s.post("/dossiers/"+id+"/documents/"+hidden+"/show", "on", "1")
		if b := words(v.get("/dossiers/" + id + "/looks").body); !strings.Contains(b, "zette „Werkversie.pdf” klaar") {
			t.Error("once published it is not told")
		}
		s.post("/dossiers/" + id + "/documents/" + hidden + "/show")
		if b := words(v.get("/dossiers/" + id + "/looks").body); strings.Contains(b, "Werkversie") {
			t.Error("once withdrawn it is still told")
		}
	})
}

func TestN54_WhoLookedIsForOneselfOnly(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client("c.dewit@post.example")
		want := v.get("/dossiers/" + strings.Repeat("a", 26) + "/looks")
		for name, id := range map[string]string{"foreign": h.dossier("2026-01455"), "unpublished": h.dossier("2026-01499")} {
			if got := v.get("/dossiers/" + id + "/looks"); got.status != 404 || got.body != want.body {
				t.Errorf("%s: %d, or other bytes than a missing one", name, got.status)
			}
		}
		other, err := db.One(context.Background(), h.DB, db.Value[string], `select id from dossier where tenant_id = 'gemeente'`)
		must(t, err)
		if got := v.get("/dossiers/" + other + "/looks"); got.status != 404 || got.body != want.body {
			t.Errorf("another tenant's: %d", got.status)
		}
		if got := h.visit(portal).get("/dossiers/" + h.dossier("2026-01482") + "/looks").status; got != 303 {
			t.Errorf("nobody: %d", got)
		}
		n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from journal where tenant_id = 'notaris' and event = 'dossier.looks_viewed'`)
		must(t, err)
		if n != 0 {
			t.Errorf("%d looks that were refused are in the journal", n)
		}
		v.get("/dossiers/" + h.dossier("2026-01482") + "/looks")
		n, err = db.One(context.Background(), h.DB, db.Value[int], `select count(*) from journal where tenant_id = 'notaris' and event = 'dossier.looks_viewed' and actor_kind = 'client'`)
		must(t, err)
		if n != 1 {
			t.Errorf("%d looks in the journal, want 1", n)
		}
	})
}

func TestN54_OtherPartiesOfADossierStayUnknown(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.dossier("2026-01482")
		ctx := context.Background()
		must(t, h.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `insert into dossier_party (tenant_id, dossier_id, client_id, added_at) select 'notaris', $1, id, $2 from client where tenant_id = 'notaris' and number = '1455'`, id, tx.Now())
			return err
		}))
		other := h.client("p.vanhouten@post.example")
		if got := other.get("/dossiers/" + id).status; got != 200 {
			t.Fatalf("the second party: %d", got)
		}
		if b := words(h.client("c.dewit@post.example").get("/dossiers/" + id + "/looks").body); strings.Contains(b, "Houten") {
			t.Error("a party reads what another party did")
		}
		if b := words(other.get("/dossiers/" + id + "/looks").body); !strings.Contains(b, "U bekeek dit dossier") || strings.Contains(b, "de Wit") {
			t.Error("the second party's own page is wrong")
		}
	})
}
