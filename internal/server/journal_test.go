package server_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/i18n"
	"voordeur/internal/server"
)

// entries returns the rows of a page of the journal, without their marks.
func entries(body string) []string {
	var out []string
	for _, tr := range regexp.MustCompile(`(?s)<tr>\s*<td.*?</tr>`).FindAllString(body, -1) {
		plain := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(tr, " ")
		out = append(out, strings.Join(strings.Fields(plain), " "))
	}
	return out
}

func TestJournalSaysWhoDidWhatWhereAndHow(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.dossier("2026-01482")
		v := h.client("c.dewit@post.example")
		link := regexp.MustCompile(`/dossiers/` + id + `/documents/[a-z0-9]+`).FindString(v.get("/dossiers/" + id + "?tab=document").body)
		v.get(link)
		h.visit(portal).post("/login", "email", "c.dewit@post.example", "password", "Fout1234")
		must(t, h.Seal(context.Background()))
		a := h.staff("auditor@delinde.example")
		page := a.get("/journal")
		if page.status != 200 || !strings.Contains(page.body, "Verzegeld tot en met regel") || !strings.Contains(page.body, "nog nooit nagerekend") {
			t.Errorf("the journal: %d, or not how far it is sealed", page.status)
		}
		rows := strings.Join(entries(page.body), "\n")
		for _, want := range []string{
			"mevrouw C. de Wit Klant Document geopend Nota van afrekening.xlsx Dossier 2026-01482 Aankoop woning Lindelaan 12 Wachtwoord Netwerk 127.0.0.0/24",
			"mevrouw C. de Wit Niet ingelogd Inloggen mislukt",
			"Ada Controle Niet ingelogd Ingelogd Wachtwoord en code",
		} {
			if !strings.Contains(rows, want) {
				t.Errorf("the journal lacks %q:\n%s", want, rows)
			}
		}
		if !strings.Contains(page.body, `href="/dossiers/`+id+`"`) {
			t.Error("the dossier is no link")
		}
		if again := strings.Join(entries(a.get("/journal").body), "\n"); !strings.Contains(again, "Ada Controle Auditor Logboek bekeken Wachtwoord en code") {
			t.Error("looking at the journal is not in the journal")
		}
	})
}

func TestJournalIsForAuditorAndAdministrator(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for email, want := range map[string]int{"auditor@delinde.example": 200, "beheer@delinde.example": 200, "behandelaar@delinde.example": 403} {
			s := h.staff(email)
			if got := s.get("/journal").status; got != want {
				t.Errorf("%s: %d, want %d", email, got, want)
			}
			if got := strings.Contains(s.get("/").body, `href="/journal"`); got != (want == 200) {
				t.Errorf("%s: journal in the navigation: %v", email, got)
			}
		}
		if got := h.client("c.dewit@post.example").get("/journal").status; got != 404 {
			t.Errorf("a client: %d", got)
		}
		if got := h.visit(kantor).get("/journal").status; got != 303 {
			t.Errorf("nobody: %d", got)
		}
		h.handlerOnlySeesJournalThroughPages(t)
	})
}

// handlerOnlySeesJournalThroughPages asks the operation itself, without the route's policy.
func (h *house) handlerOnlySeesJournalThroughPages(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	id, err := db.One(ctx, h.DB, db.Value[string], `select id from account where tenant_id = 'notaris' and email_key = 'behandelaar@delinde.example'`)
	must(t, err)
	s, err := authn.Act(ctx, h.DB, "notaris", id)
	must(t, err)
	a, _ := access.AsStaff(s)
	if _, err := audit.List(ctx, h.DB, a, audit.Filter{}); err == nil {
		t.Error("a handler reads the journal")
	}
}

func TestJournalFiltersStandInTheAddress(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.dossier("2026-01455")
		h.client("p.vanhouten@post.example").get("/dossiers/" + id)
		h.client("c.dewit@post.example").get("/dossiers/" + h.dossier("2026-01482"))
		a := h.staff("auditor@delinde.example")
		today := i18n.Local(h.DB.Clock().Now())
		all := func(rows []string, part string) bool {
			for _, r := range rows {
				if !strings.Contains(r, part) {
					t.Logf("row without %q: %s", part, r)
					return false
				}
			}
			return len(rows) > 0
		}
		for name, c := range map[string]struct{ query, part string }{
			"group":             {"group=session", "gelogd"},
			"dossier":           {"dossier=2026-01455", "2026-01455"},
			"who":               {"who=Houten", "de heer P. van Houten"},
			"who by address":    {"who=p.vanhouten%40post.example", "de heer P. van Houten"},
			"client":            {"client=Houten&group=dossier", "Dossier 20"},
			"client and who":    {"client=Houten&who=Houten&dossier=2026-01455", "de heer P. van Houten Klant"},
			"from and to today": {"group=session&from=" + today.Format(time.DateOnly) + "&to=" + today.Format(time.DateOnly), "Ingelogd"},
		} {
			if rows := entries(a.get("/journal?" + c.query).body); !all(rows, c.part) {
				t.Errorf("%s: %d rows, not all with %q", name, len(rows), c.part)
			}
		}
		if rows := entries(a.get("/journal?who=Houten").body); !strings.Contains(strings.Join(rows, "\n"), "Ingelogd") {
			t.Error("his log-in is not among what he did")
		}
		ofClient := strings.Join(entries(a.get("/journal?client=Houten").body), "\n")
		if !strings.Contains(ofClient, "Sanne Verhoeven") || strings.Contains(ofClient, "2026-01482") {
			t.Error("a client's entries lack what the office did in his dossiers, or hold another client's")
		}
		yesterday := today.AddDate(0, 0, -1).Format(time.DateOnly)
		if rows := entries(a.get("/journal?to=" + yesterday).body); len(rows) != 0 {
			t.Errorf("%d entries up to yesterday", len(rows))
		}
		if b := a.get("/journal?who=beh").body; !strings.Contains(b, `value="Bea Beheer"`) {
			t.Error("a part of a name finds nobody")
		}
		if b := a.get("/journal?who=a").body; !strings.Contains(b, "Wie bedoelt u?") || !strings.Contains(b, "actor=") || len(entries(b)) != 0 {
			t.Error("namesakes are not offered as a choice")
		}
	})
}

func TestJournalBadFilterLosesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.staff("beheer@delinde.example")
		for query, want := range map[string]string{
			"dossier=9999-00000&who=Sanne+Verhoeven": "Er is geen dossier met dit nummer.",
			"who=Niemand+Hier":                       "Er is geen account met deze naam",
			"client=Niemand+Hier":                    "Er is geen klant met deze naam",
			"from=31-12-26":                          "Vul een datum in",
			"to=2026-02-31":                          "Vul een datum in",
		} {
			got := a.get("/journal?" + query)
			if got.status != 422 || !strings.Contains(got.body, want) || !strings.Contains(got.body, `role="alert"`) {
				t.Errorf("%s: %d", query, got.status)
			}
			values, err := url.ParseQuery(query)
			must(t, err)
			for _, typed := range values {
				if !strings.Contains(got.body, `value="`+typed[0]+`"`) {
					t.Errorf("%s: %q is lost", query, typed[0])
				}
			}
		}
		for _, odd := range []string{"after=xxx", "group=nothing", "group=session&group=dossier", "actor=none", "client_id=none"} {
			if got := a.get("/journal?" + odd); got.status != 200 || len(entries(got.body)) == 0 {
				t.Errorf("%s: %d", odd, got.status)
			}
		}
	})
}

func TestJournalPagesMeetWithoutGapOrDouble(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		id, err := db.One(ctx, h.DB, db.Value[string], `select id from account where tenant_id = 'notaris' and email_key = 'auditor@delinde.example'`)
		must(t, err)
		s, err := authn.Act(ctx, h.DB, "notaris", id)
		must(t, err)
		a, _ := access.AsStaff(s)
		handler, err := db.One(ctx, h.DB, db.Value[string], `select id from account where tenant_id = 'notaris' and email_key = 'behandelaar@delinde.example'`)
		must(t, err)
		client, err := db.One(ctx, h.DB, db.Value[string], `select id from client where tenant_id = 'notaris' and number = '1482'`)
		must(t, err)
		for name, f := range map[string]audit.Filter{"all": {}, "group": {Group: "document"}, "actor": {Actor: handler}, "client": {Client: client}} {
			seen := map[string]bool{}
			var last audit.Row
			for {
				p, err := audit.List(ctx, h.DB, a, f)
				must(t, err)
				for _, r := range p.Rows {
					if seen[r.ID] || last.ID != "" && (r.At.After(last.At.Time) || r.At.Equal(last.At.Time) && r.ID > last.ID) {
						t.Fatalf("%s: %s comes twice or out of order", name, r.ID)
					}
					seen[r.ID], last = true, r
				}
				if f.After = p.Next; f.After == "" {
					break
				}
			}
			want, err := db.One(ctx, h.DB, db.Value[int], `select count(*) from journal j where j.tenant_id = 'notaris' and (cast($1 as text) = '' or j.event like $1)
				and (cast($2 as text) = '' or j.actor_id = $2) and (cast($3 as text) = '' or j.client_id = $3 or j.dossier_id in (select p.dossier_id from dossier_party p where p.tenant_id = 'notaris' and p.client_id = $3))`,
				map[string]string{"group": "document.%"}[name], f.Actor, f.Client)
			must(t, err)
			if len(seen) != want || want < 60 {
				t.Errorf("%s: %d entries over all pages, want %d", name, len(seen), want)
			}
		}
	})
}

func TestJournalShowsWhenItWasRecomputed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		must(t, h.Seal(ctx))
		note := func() {
			rep, err := audit.Verify(ctx, h.DB, "notaris", server.JournalMAC(h.Keys))
			must(t, err)
			must(t, audit.Verified(ctx, h.DB, authn.System("notaris", "verify"), rep))
		}
		a := h.staff("auditor@delinde.example")
		note()
		if b := a.get("/journal").body; !strings.Contains(b, "Er was niets veranderd") {
			t.Error("a sound journal is not called so")
		}
		must(t, h.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update journal set event = 'dossier.viewed' where tenant_id = 'notaris' and seq = 7`)
			return err
		}))
		note()
		if b := a.get("/journal").body; !strings.Contains(b, "klopte het logboek niet met de zegels") {
			t.Error("a broken journal is not called so")
		}
		must(t, h.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update journal_seal set mac = $1 where tenant_id = 'notaris'`, make([]byte, 32))
			return err
		}))
		if b := a.get("/journal").body; !strings.Contains(b, "zegel is niet van dit portaal") {
			t.Error("a forged seal passes")
		}
	})
}
