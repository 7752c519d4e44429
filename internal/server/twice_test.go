package server_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"voordeur/internal/db"
)

// Whoever clicks twice, where no script stops him, gets the answer that the first click gets, and
// it counts once.
func TestASecondClickChangesNothingAndSaysNoFalseWord(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, a, id := h.staff("behandelaar@delinde.example"), h.staff(admin), h.dossier("2026-01482")
		at := "/dossiers/" + id
		page := s.get(at + "/edit").body
		edit := []string{
			"version", versionField.FindStringSubmatch(page)[1], "number", "2026-01482", "title", "Nieuwe naam", "status", "in_progress",
			"handler", regexp.MustCompile(`<option value="([^"]*)" selected>Sanne`).FindStringSubmatch(page)[1],
		}
		for _, party := range regexp.MustCompile(`name="party" value="([^"]*)" checked`).FindAllStringSubmatch(page, -1) {
			edit = append(edit, "party", party[1])
		}
		step := regexp.MustCompile(`action="(`+at+`/steps/[a-z0-9]+)"`).FindAllStringSubmatch(s.get(at).body, -1)
		client, err := db.One(context.Background(), h.DB, db.Value[string], `select client_id from account where tenant_id = 'notaris' and email_key = $1`, wit)
		must(t, err)
		account, err := db.One(context.Background(), h.DB, db.Value[string], `select id from account where tenant_id = 'notaris' and email_key = $1`, wit)
		must(t, err)
		mine := "/clients/" + client + "/accounts/" + account
		for _, c := range []struct {
			who   *visitor
			path  string
			pairs []string
		}{
			{s, at + "/edit", edit},
			{s, step[len(step)-1][1], []string{"on", "1"}},
			{s, at + "/publish", nil},
			{s, at + "/publish", []string{"on", "1"}},
			{s, mine + "/block", nil},
			{s, mine + "/unblock", nil},
			{s, "/clients/new", []string{"once", "c1", "kind", "person", "name", "Nieuw"}},
			{s, "/dossiers/new", append([]string{"once", "d1"}, set(edit, "number", "2026-77777")...)},
			{s, mine[:strings.LastIndex(mine, "/")], []string{"once", "i1", "name", "Kim", "email", "kim.dewit@post.example"}},
			{a, "/settings/style", []string{"accent", "#7a1f3d"}},
			{a, "/settings/password", []string{"min", "12"}},
			{a, "/settings/labels", []string{"nl.nav.dossiers", "Zaken"}},
		} {
			if strings.HasPrefix(c.path, "/settings/") {
				c.pairs = c.who.form(c.path, c.pairs...)
			}
			first := c.who.post(c.path, c.pairs...)
			told := h.told()
			second := c.who.post(c.path, c.pairs...)
			if first.status != 303 || second.status != 303 || first.header.Get("Location") != second.header.Get("Location") {
				t.Errorf("%s: first %d to %s, then %d to %s", c.path, first.status, first.header.Get("Location"), second.status, second.header.Get("Location"))
			}
			if n := h.told(); n != told {
				t.Errorf("%s: the second click left %d entries in the journal", c.path, n-told)
			}
		}
	})
}

// told counts what the journal holds of changes.
func (h *house) told() int {
	h.t.Helper()
	n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from journal where event not like '%.viewed' and event not like '%.listed'`)
	must(h.t, err)
	return n
}

// What is saved unchanged is saved: the largest file of the office is as large as the rule says.
func TestD5_TheSettingsOfFilesCanBeSavedAsTheyAre(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.staff(admin)
		page := v.get("/settings/files").body
		form := v.form("/settings/files")
		for _, m := range regexp.MustCompile(`name="extensions" value="([^"]+)" checked`).FindAllStringSubmatch(page, -1) {
			form = append(form, "extensions", m[1])
		}
		if a := v.post("/settings/files", set(form, "client_max", "60")...); a.status != 303 || !strings.Contains(v.get("/settings/files").body, `value="60"`) {
			t.Errorf("another limit for clients, all else as it was: %d %s", a.status, mainOf(a.body))
		}
		form = set(form, "version", versionField.FindStringSubmatch(v.get("/settings/files").body)[1])
		if a := v.post("/settings/files", set(form, "office_max", "2149")...); a.status != 422 || !strings.Contains(a.body, "2148") {
			t.Errorf("more than 2 GiB: %d", a.status)
		}
	})
}
