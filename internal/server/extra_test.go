package server_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"voordeur/internal/db"
)

const (
	directie = "directie@bakkerijsmit.example"
	kim      = "kim@bakkerijsmit.example"
)

func (h *house) accountOf(email string) string {
	h.t.Helper()
	id, err := db.One(context.Background(), h.DB, db.Value[string], `select id from account where tenant_id = 'notaris' and email_key = $1`, email)
	must(h.t, err)
	return id
}

var onceKey = regexp.MustCompile(`name="once" value="([^"]+)"`)

func TestN48_OnlyTheHeadOfACompanyHasExtraAccounts(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		head := h.client(directie)
		if a := head.get("/profile"); !strings.Contains(a.body, "Accounts</h2>") || !strings.Contains(a.body, "/profile/accounts") || !strings.Contains(a.body, "Extra accounts") || strings.Contains(a.body, "Gebruikers") {
			t.Error("the head is not led to the extra accounts")
		}
		if a := head.get("/profile/accounts"); a.status != 200 || !strings.Contains(a.body, kim) || strings.Contains(a.body, directie+" ·") {
			t.Errorf("the list: %d", a.status)
		}
		for who, v := range map[string]*visitor{"a person": h.client(dewit), "an extra account": h.client(kim)} {
			if a := v.get("/profile"); strings.Contains(a.body, "/profile/accounts") {
				t.Errorf("%s is led to extra accounts", who)
			}
			for _, path := range []string{"/profile/accounts", "/profile/accounts/" + h.accountOf(kim), "/profile/accounts/" + h.accountOf(kim) + "/remove"} {
				if a := v.get(path); a.status != 403 {
					t.Errorf("%s at %s: %d", who, path, a.status)
				}
			}
			if a := v.post("/profile/accounts", "once", "k1", "name", "Piet", "email", "piet@bakkerijsmit.example"); a.status != 403 {
				t.Errorf("%s adds an account: %d", who, a.status)
			}
		}
	})
}

func TestN49_TheHeadAddsAnExtraAccount(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		head := h.client(directie)
		once := onceKey.FindStringSubmatch(head.get("/profile/accounts").body)[1]
		for range 2 { // a double click
			if a := head.post("/profile/accounts", "once", once, "name", "Piet Smit", "email", "piet@bakkerijsmit.example"); a.status != 303 {
				t.Fatalf("adding: %d", a.status)
			}
		}
		if got := h.mails("piet@bakkerijsmit.example"); len(got) != 1 || !strings.Contains(got[0].Text, "/password") {
			t.Errorf("invitations: %v", got)
		}
		if a := head.get("/profile/accounts"); strings.Count(a.body, "piet@bakkerijsmit.example ·") != 1 || !strings.Contains(a.body, "Uitgenodigd") {
			t.Error("the new account is not in the list")
		}
		for email, says := range map[string]string{"": "Dit veld is verplicht", "geen adres": "Vul een geldig e-mailadres in", "KIM@bakkerijsmit.example": "al een account", dewit: "al een account"} {
			a := head.post("/profile/accounts", "once", "x"+email, "name", "Mies", "email", email)
			if a.status != 422 || !strings.Contains(a.body, says) || !strings.Contains(a.body, `value="Mies"`) {
				t.Errorf("%q: %d, %q missing", email, a.status, says)
			}
		}
	})
}

func TestN50_TheHeadSeesTheDataOfItsOwnExtraAccountsAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		head := h.client(directie)
		if a := head.get("/profile/accounts/" + h.accountOf(kim)); a.status != 200 || !strings.Contains(a.body, "Kim Smit") || !strings.Contains(a.body, kim) {
			t.Errorf("own: %d", a.status)
		}
		nobody := head.get("/profile/accounts/nobody")
		for _, id := range []string{h.accountOf(dewit), h.accountOf(directie)} {
			if a := head.get("/profile/accounts/" + id); a.status != 404 || a.body != nobody.body {
				t.Errorf("another's, or the head's own: %d", a.status)
			}
		}
	})
}

func TestN51_AnExtraAccountIsDeletedAndItsSessionEnds(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		head, extra := h.client(directie), h.client(kim)
		one := "/profile/accounts/" + h.accountOf(kim)
		if a := head.get(one + "/remove"); a.status != 200 || !strings.Contains(a.body, `href="`+one+`"`) {
			t.Errorf("the question, with a way back: %d", a.status)
		}
		if a := extra.get("/profile"); a.status != 200 {
			t.Errorf("asking changes something: %d", a.status)
		}
		if a := head.post("/profile/accounts/" + h.accountOf(directie) + "/remove"); a.status != 404 {
			t.Errorf("the head removes itself: %d", a.status)
		}
		if a := head.post(one + "/remove"); a.status != 303 {
			t.Fatalf("removing: %d", a.status)
		}
		if a := head.post(one + "/remove"); a.status != 404 {
			t.Errorf("removing twice: %d", a.status)
		}
		if a := head.get("/profile/accounts"); strings.Contains(a.body, kim) {
			t.Error("it is still in the list")
		}
		if a := extra.get("/profile"); a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/login") {
			t.Errorf("its session lives on: %d", a.status)
		}
		if a := h.visit(portal).post("/login", "email", kim, "password", "Voordeur2026"); a.status != 422 {
			t.Errorf("it logs in: %d", a.status)
		}
		before := len(h.mails(kim))
		h.visit(portal).post("/password", "email", kim)
		if got := len(h.mails(kim)); got != before {
			t.Error("it gets a link for a new password")
		}
		if a := head.post("/profile/accounts", "once", "again", "name", "Kim Smit", "email", kim); a.status != 303 {
			t.Errorf("its address is not free: %d", a.status)
		}
		if a := h.staff("auditor@delinde.example").get("/journal"); !strings.Contains(a.body, "Extra account verwijderd") || !strings.Contains(a.body, "Kim Smit") {
			t.Error("the journal does not tell who was removed")
		}
	})
}

func TestN52_AnExtraAccountSeesTheCompanysDossiersUnderItsOwnName(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		extra, head := h.client(kim), h.client(directie)
		list := regexp.MustCompile(`href="(/dossiers/[a-z0-9]{26})"`)
		own, heads := list.FindAllString(extra.get("/dossiers").body, -1), list.FindAllString(head.get("/dossiers").body, -1)
		if len(own) == 0 || strings.Join(own, " ") != strings.Join(heads, " ") {
			t.Fatalf("the extra account sees %v, the head %v", own, heads)
		}
		dossier := list.FindStringSubmatch(own[0])[1]
		if a := extra.send(dossier+"/messages/new", map[string]string{"once": "n52", "subject": "Vraag van Kim", "body": "Mag ik iets vragen?"}); a.status != 303 {
			t.Fatalf("a message: %d", a.status)
		}
		if a := h.staff("beheer@delinde.example").get(dossier + "?tab=messages"); !strings.Contains(a.body, "Vraag van Kim") || !strings.Contains(a.body, "Kim Smit") {
			t.Error("staff do not see which person wrote")
		}
		if a := extra.get("/dossiers/" + h.dossier("2026-01482")); a.status != 404 {
			t.Errorf("the dossier of a person: %d", a.status)
		}
	})
}
