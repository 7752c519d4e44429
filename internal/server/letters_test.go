package server_test

import (
	"context"
	"strings"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/letter"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
)

const adminEmail = "beheer@delinde.example"

// lettered sets the notary up for letters, makes an account with one, and returns its name and its
// secret as the printed letter has them.
func (h *house) lettered() (name, secret string) {
	h.t.Helper()
	admin := h.staff(adminEmail)
	if a := admin.post("/settings/activation", admin.form("/settings/activation", "channel", "letter", "after", "save_contact_then_relogin", "organisation", "on")...); a.status != 303 {
		h.t.Fatalf("settings: %d", a.status)
	}
	client := h.clientOf(dewit)
	if a := admin.post("/clients/"+client+"/letters", "once", "letter", "name", "B. Brief", "user_name", "b.brief", "address", "Dorpsstraat 1"); a.status != 303 {
		h.t.Fatalf("the account: %d %s", a.status, a.body)
	}
	ctx := context.Background()
	t, err := h.Tenants.Get(ctx, "notaris")
	must(h.t, err)
	id := between(admin.get("/letters").body, `action="/letters/`, `/print"`)
	s, err := authn.Act(ctx, h.DB, "notaris", h.accountOf(adminEmail))
	must(h.t, err)
	staff, _ := access.AsStaff(s)
	c, _, err := letter.Print(ctx, h.DB, t, staff, id)
	must(h.t, err)
	a := admin.post("/letters/" + id + "/print")
	if a.status != 200 || a.header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment;") || !strings.HasPrefix(a.body, "%PDF-") {
		h.t.Fatalf("the letter: %d %v", a.status, a.header)
	}
	if b := admin.post("/letters/" + id + "/print"); b.status != 200 || b.body != a.body {
		h.t.Errorf("the second of two clicks: %d", b.status)
	}
	if a := h.staff("collega@delinde.example").post("/letters/" + id + "/print"); a.status != 303 {
		h.t.Errorf("a colleague prints it too: %d", a.status)
	}
	return c.UserName, c.Secret
}

func TestC5_K13_TheLoginPageNamesTheOrganisation(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		before := h.visit(portal).get("/login").body
		if strings.Contains(before, "Organisatie") || strings.Contains(before, "Gebruikersnaam") || strings.Contains(before, "cliënten") {
			t.Error("a tenant without letters asks for a user name or shows the organisation")
		}
		name, secret := h.lettered()
		v := h.visit(portal)
		page := v.get("/login").body
		for _, want := range []string{"Inloggen voor cliënten", "Gebruikersnaam", "Wachtwoord", "Organisatie", `value="Notariskantoor De Linde" readonly`} {
			if !strings.Contains(page, want) {
				t.Errorf("the login page lacks %q", want)
			}
		}
		if strings.Contains(page, `name="organisation"`) {
			t.Error("the organisation is sent")
		}
		if strings.Contains(h.visit(kantor).get("/login").body, "Organisatie") {
			t.Error("the office's page shows it too")
		}
		if a := v.post("/login", "email", "", "password", ""); a.status != 422 || strings.Count(a.body, "Dit veld is verplicht.") < 2 {
			t.Errorf("empty fields: %d", a.status)
		}
		// What the form says of the organisation counts for nothing: the host is the organisation's.
		if a := h.visit("gemeente.localhost").post("/login", "email", name, "password", secret, "organisation", "Notariskantoor De Linde"); a.status == 303 {
			t.Error("a client of another organisation logs in")
		}
	})
}

func TestC6_A22_StaffPrintAllLettersAsOneFile(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := h.staff(handlerEmail)
		if a := s.post("/letters/print"); a.status != 303 || !strings.Contains(s.get("/letters").body, "Er wachten geen brieven meer") {
			t.Errorf("nothing waits: %d", a.status)
		}
		admin := h.staff(adminEmail)
		if a := admin.post("/settings/activation", admin.form("/settings/activation", "channel", "letter", "after", "save_contact_then_relogin")...); a.status != 303 {
			t.Fatalf("settings: %d", a.status)
		}
		client := h.clientOf(dewit)
		for _, name := range []string{"b.een", "b.twee"} {
			if strings.Contains(s.get("/letters").body, `action="/letters/print"`) {
				t.Error("one letter, or none, can be printed in two ways")
			}
			if a := s.post("/clients/"+client+"/letters", "once", name, "name", name, "user_name", name, "address", "Dorpsstraat 1"); a.status != 303 {
				t.Fatalf("the account: %d %s", a.status, a.body)
			}
		}
		if b := s.get("/letters").body; !strings.Contains(b, "Alle 2 brieven afdrukken") || strings.Contains(b, "meer dan 200") {
			t.Error("the page does not offer to print both")
		}
		if b := h.staff("auditor@delinde.example").get("/letters").body; strings.Contains(b, `action="/letters/print"`) {
			t.Error("an auditor is offered to print")
		}
		a := s.post("/letters/print")
		if a.status != 200 || a.header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(a.header.Get("Content-Disposition"), `attachment; filename="Brieven `) || !strings.HasPrefix(a.body, "%PDF-") {
			t.Fatalf("the letters: %d %v", a.status, a.header)
		}
		if a := s.post("/letters/print"); a.status != 303 {
			t.Errorf("the second of two clicks: %d", a.status)
		}
		page := s.get("/letters").body
		if !strings.Contains(page, "Er wachten geen brieven meer") || strings.Contains(page, "Alle 2") || !strings.Contains(page, "De 2 brieven van") {
			t.Error("the page does not say that they are printed, and how to print them again")
		}
		at := between(page, `name="again" value="`, `"`)
		if b := s.post("/letters/print", "again", at); b.status != 200 || !strings.HasPrefix(b.body, "%PDF-") {
			t.Errorf("once more: %d", b.status)
		}
		if strings.Contains(admin.get("/letters").body, "De 2 brieven van") {
			t.Error("a colleague is offered to print them again")
		}
		for _, again := range []string{at, "gisteren"} {
			if b := admin.post("/letters/print", "again", again); b.status != 303 {
				t.Errorf("a colleague prints those of %s: %d", again, b.status)
			}
		}
	})
}

func TestC7_C15_NothingElseOpensInAFirstLogin(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		name, secret := h.lettered()
		v := h.visit(portal)
		for path, to := range map[string]string{"/login/first": "/login", "/login/contact": "/login"} {
			if a := v.get(path); a.status != 303 || a.header.Get("Location") != to {
				t.Errorf("%s without a step: %d %s", path, a.status, a.header.Get("Location"))
			}
		}
		if a := v.post("/login", "email", name, "password", secret); a.status != 303 || a.header.Get("Location") != "/login/first" || v.cookies["session"] != "" {
			t.Fatalf("with the letter: %d %s", a.status, a.header.Get("Location"))
		}
		page := v.get("/login/first").body
		for _, want := range []string{"Kies uw wachtwoord", "Vul tweemaal hetzelfde wachtwoord in", "Wijzig wachtwoord"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		if strings.Contains(page, "<nav") {
			t.Error("there is a menu")
		}
		for _, path := range []string{"/", "/profile", "/dossiers", "/profile/password"} {
			if a := v.get(path); a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/login") {
				t.Errorf("%s: %d %s", path, a.status, a.header.Get("Location"))
			}
		}
		for path, to := range map[string]string{"/login": "/login/first", "/login/contact": "/login/first"} {
			if a := v.get(path); a.status != 303 || a.header.Get("Location") != to {
				t.Errorf("%s: %d %s, want %s", path, a.status, a.header.Get("Location"), to)
			}
		}
		wrong := v.post("/login/first", "current", secret, "password", "zwak-en-geheim", "repeat", "anders")
		if wrong.status != 422 || strings.Contains(wrong.body, "zwak-en-geheim") || strings.Contains(wrong.body, secret) || !strings.Contains(wrong.body, "1 cijfer – nog niet in orde") ||
			!strings.Contains(wrong.body, "minimaal 8 tekens – in orde") || !strings.Contains(wrong.body, "De ingevulde wachtwoorden zijn niet gelijk.") {
			t.Errorf("a password that breaks the rule: %d", wrong.status)
		}
		if a := v.post("/login/first", "current", secret, "password", "Zonnebloem1", "repeat", "Zonnebloem1"); a.header.Get("Location") != "/login/contact" {
			t.Fatalf("the own password: %d %s", a.status, a.body)
		}
		if a := v.get("/login/first"); a.header.Get("Location") != "/login/contact" {
			t.Errorf("back to the first page: %d", a.status)
		}
		if a := v.post("/login/contact", "email", "geen adres", "home", "nul"); a.status != 422 || !strings.Contains(a.body, `value="geen adres"`) {
			t.Errorf("bad contact data: %d", a.status)
		}
		// Who logs out in the middle has nothing left in the browser, and goes on where he was.
		old := v.cookies["first"]
		if a := v.post("/logout"); a.status != 303 {
			t.Fatal(a.status)
		}
		v.cookies = map[string]string{"first": old}
		if a := v.get("/login/contact"); a.header.Get("Location") != "/login" {
			t.Errorf("the old step still opens something: %d", a.status)
		}
		v = h.visit(portal)
		if a := v.post("/login", "email", name, "password", "Zonnebloem1"); a.header.Get("Location") != "/login/contact" {
			t.Errorf("after he went away: %d %s", a.status, a.header.Get("Location"))
		}
		if a := v.post("/login/contact", "email", "b.brief@post.example", "home", "020-1234567"); a.header.Get("Location") != "/login" {
			t.Errorf("the contact data: %d", a.status)
		}
		if a := v.post("/login", "email", "b.brief@post.example", "password", "Zonnebloem1"); a.header.Get("Location") != "/profile" {
			t.Errorf("with the address: %d %s", a.status, a.header.Get("Location"))
		}
		s := h.staff("behandelaar@delinde.example")
		if b := s.get("/clients/" + h.clientOf(dewit)).body; !strings.Contains(b, "020-1234567") || !strings.Contains(b, "b.brief@post.example") {
			t.Error("staff do not see what the client gave")
		}
	})
}

func TestC58_APasswordIsNeverKeptForLater(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client(dewit)
		must(t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update session set ended_at = $1 where tenant_id = 'notaris'`, tx.Now())
			return err
		}))
		a := v.post("/profile/password", "current", "Voordeur2026", "password", "Geheimwoord1")
		if strings.Contains(a.body, "Geheimwoord1") || strings.Contains(a.body, "Voordeur2026") || strings.Contains(a.header.Get("Location"), "resume") {
			t.Errorf("after the session: %d %s", a.status, a.header.Get("Location"))
		}
	})
}

// What follows on a password is the tenant's choice, also for those who get a link.
func TestK10_ALinkCanLeadToContactData(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.staff(adminEmail)
		if a := admin.post("/settings/activation", admin.form("/settings/activation", "channel", "email_link", "after", string(tenant.SaveContact))...); a.status != 303 {
			t.Fatal(a.status)
		}
		for field, value := range map[string]string{"channel": "duif", "after": "niets"} {
			if a := admin.post("/settings/activation", admin.form("/settings/activation", field, value)...); a.status != 422 {
				t.Errorf("%s %s: %d", field, value, a.status)
			}
		}
	})
}

func TestA6_C58_StaffChangeTheirPasswordToo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, other := h.staff(handlerEmail), h.staff(adminEmail)
		if b := s.get("/profile").body; !strings.Contains(b, `href="/profile/password"`) || !strings.Contains(s.get("/").body, `href="/profile"`) {
			t.Error("nothing leads to the page")
		}
		if a := s.post("/profile/password", "current", "Geraden1", "password", "Nieuwwacht1"); a.status != 422 || strings.Contains(a.body, "Nieuwwacht1") || !strings.Contains(a.body, "Uw huidige wachtwoord is niet juist.") {
			t.Errorf("a wrong password: %d", a.status)
		}
		if a := s.post("/profile/password", "current", world.Password, "password", "Nieuwwacht1"); a.status != 303 || a.header.Get("Location") != "/" {
			t.Errorf("the change: %d %s", a.status, a.header.Get("Location"))
		}
		if a := s.get("/"); a.status != 200 || !strings.Contains(a.body, "Uw wachtwoord is gewijzigd.") {
			t.Errorf("afterwards: %d", a.status)
		}
		if a := other.get("/"); a.status != 200 {
			t.Errorf("a colleague is logged out: %d", a.status)
		}
		// In the office the factor is asked as before.
		if a := h.visit(kantor).post("/login", "email", handlerEmail, "password", "Nieuwwacht1"); a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/login/code") {
			t.Errorf("the new password: %d %s", a.status, a.header.Get("Location"))
		}
	})
}
