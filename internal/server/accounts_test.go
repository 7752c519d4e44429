package server_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/world"
)

// ASVS 6.3.2: an organisation begins with nobody in it, whatever its name or password.
func TestANewOrganisationHasNobodyInIt(t *testing.T) {
	d := dbtest.SQLite(t, nil)
	newEdge(t, d, "http")
	n, err := db.One(context.Background(), d, db.Value[int], `select count(*) from account where tenant_id = 'notaris'`)
	must(t, err)
	if n != 0 {
		t.Errorf("%d accounts", n)
	}
}

// ASVS 6.2.6, 6.2.7: every field of a password hides it, and tells a password manager what it is.
func TestFieldsOfPasswordsAreHiddenAndNamed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.visit(portal).post("/password", "email", dewit)
		letters := h.mails(dewit)
		link := regexp.MustCompile(`/password/[a-z0-9]+`).FindString(letters[len(letters)-1].Text)
		field := regexp.MustCompile(`<input[^>]* name="password"[^>]*>`)
		for at, body := range map[string]string{
			"current-password": h.visit(portal).get("/login").body, "current-password ": h.visit(kantor).get("/login").body, "new-password": h.visit(portal).get(link).body,
		} {
			tag := field.FindString(body)
			if !strings.Contains(tag, `type="password"`) || !strings.Contains(tag, `autocomplete="`+strings.TrimSpace(at)+`"`) || strings.Contains(tag, "maxlength") {
				t.Errorf("%s: %q", at, tag)
			}
		}
	})
}

// ASVS 7.2.4: who logs in gets another token than the one before, and that one ends.
func TestLoggingInAgainEndsTheSessionBefore(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client(dewit)
		old := v.cookies["session"]
		if a := v.post("/login", "email", dewit, "password", world.Password); a.status != 303 || v.cookies["session"] == old || v.cookies["session"] == "" {
			t.Fatalf("logged in again: %d", a.status)
		}
		if a := v.get("/profile"); a.status != 200 {
			t.Errorf("with the new token: %d", a.status)
		}
		v.cookies["session"] = old
		if a := v.get("/profile"); a.status != 303 {
			t.Errorf("with the old token: %d", a.status)
		}
		if a := v.post("/login", "email", dewit, "password", "Verkeerd1"); a.status != 422 || v.cookies["session"] != old {
			t.Errorf("a wrong password: %d", a.status)
		}
	})
}

// ASVS 16.3.1: every try to log in is in the journal, with its means; of an address without an
// account, which is nobody's, the address is not.
func TestEveryTryToLogInIsInTheJournal(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		tries := func() string {
			list, err := db.All(context.Background(), h.DB, func(scan db.Scan) (string, error) {
				var event, detail, objects string
				err := scan(&event, &detail, &objects)
				return event + " " + detail + " " + objects, err
			}, `select event, detail, objects from journal where tenant_id = 'notaris' and event like 'session.%' order by at, id`)
			must(t, err)
			return strings.Join(list, "\n")
		}
		before := tries()
		h.visit(portal).post("/login", "email", dewit, "password", "Verkeerd1")
		h.visit(portal).post("/login", "email", "niemand@post.example", "password", "Verkeerd1")
		h.client(dewit).post("/logout")
		h.staff("behandelaar@delinde.example")
		got := strings.TrimPrefix(tries(), before)
		for what, want := range map[string]int{
			`session.refused {"means":"password"}`: 2, `session.started {"means":"password"}`: 1, `session.started {"means":"password+totp"}`: 1,
			"session.ended": 1, "niemand": 0, "dewit": 0, "Verkeerd": 0,
		} {
			if n := strings.Count(got, what); n != want {
				t.Errorf("%s: %d times, not %d, in\n%s", what, n, want, got)
			}
		}
	})
}
