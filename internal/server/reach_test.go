package server_test

import (
	"context"
	"strings"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/bounce"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/identity"
	"voordeur/internal/mail"
	"voordeur/internal/notify"
	"voordeur/internal/scan/scantest"
	"voordeur/internal/world"
)

// comesBack has the newest mail to an address come back, and returns the pages of its account.
func (h *house) comesBack(email string) (client, account string) {
	h.t.Helper()
	ctx := context.Background()
	var id string
	must(h.t, h.DB.QueryRow(ctx, `select m.id, a.id, a.client_id from mail m join account a on a.tenant_id = m.tenant_id and a.id = m.account_id and a.email = m.address
		where m.tenant_id = 'notaris' and a.email = $1 order by m.created_at desc, m.id limit 1`, email).Scan(&id, &account, &client))
	must(h.t, notify.Returned(ctx, h.DB, "notaris", id, bounce.Report{Failed: true, Why: mail.Full, Words: "552 5.2.2 <b>vol</b>"}))
	return "/clients/" + client, "/clients/" + client + "/accounts/" + account
}

// A mail that does not arrive goes unnoticed by nobody: staff see it in words on their worklist,
// beside the client and in his dossiers, with what to do; the client sees it in the portal.
func TestMailThatDoesNotArriveIsToldEverywhere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c, s := h.client(dewit), h.staff(handlerEmail)
		has := func(v *visitor, path string, want bool, words ...string) {
			t.Helper()
			body := v.get(path).body
			for _, w := range words {
				if strings.Contains(body, w) != want {
					t.Errorf("%s has %q: %t", path, w, !want)
				}
			}
		}
		dossier := "/dossiers/" + h.dossier("2026-01482")
		const why = "de mailbox is vol"
		has(c, "/", false, "komt niet aan")
		has(s, dossier, false, why)
		has(s, "/", true, "1 klant krijgt onze e-mail niet") // the world's
		client, account := h.comesBack(dewit)
		has(c, "/", true, "Onze e-mail komt niet aan op "+dewit, "Notariskantoor De Linde")
		has(s, "/", true, "2 klanten krijgen onze e-mail niet", `href="/unreachable"`)
		has(s, "/unreachable", true, dewit, why, "nog te doen", `href="`+client+`"`, "bas@bakkerijsmit.example", "het e-mailadres bestaat niet")
		has(s, "/unreachable?mine=1", true, dewit)
		has(s, client, true, "niet aangekomen: "+why, "552 5.2.2 &lt;b&gt;vol&lt;/b&gt;", "Bel de klant", account+"/again", account+"/reached", account+"/address")
		has(s, dossier, true, "E-mail komt niet aan bij mevrouw C. de Wit: "+why)
		has(h.client("p.vanhouten@post.example"), "/", false, "komt niet aan")
		colleague := h.staff("collega@delinde.example")
		has(colleague, "/unreachable", true, dewit)
		has(colleague, "/unreachable?mine=1", false, dewit)
		auditor := h.staff("auditor@delinde.example")
		has(auditor, client, true, why)
		has(auditor, client, false, account+"/again", account+"/reached", account+"/address")

		if a := s.post(account+"/again", "once", "k1"); a.status != 303 {
			t.Errorf("again: %d %s", a.status, a.body)
		}
		has(s, "/unreachable", true, "opnieuw gemaild")
		has(s, client, true, "weer bereikbaar vanaf")
		has(s, client, false, account+"/again")
		if a := s.post(account+"/reached", "k", "v"); a.status != 303 {
			t.Errorf("reached: %d", a.status)
		}
		has(s, "/unreachable", false, dewit)
		has(s, client, false, "Bel de klant")
		has(c, "/", false, "komt niet aan")
		has(s, client, true, "niet aangekomen: "+why) // what happened stays
	})
}

// A form with another address that is refused comes back as it was filled in, with the reason.
func TestAnotherAddressIsGivenOnAPage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := h.staff(handlerEmail)
		client, account := h.comesBack(dewit)
		if page := s.get(account + "/address"); page.status != 200 || !strings.Contains(page.body, `value="`+dewit+`"`) {
			t.Errorf("%d %s", page.status, page.body)
		}
		for email, want := range map[string]string{"geen adres": "Vul een geldig e-mailadres in", "p.vanhouten@post.example": "Dit e-mailadres heeft al een account"} {
			if a := s.post(account+"/address", "was", dewit, "email", email); a.status != 422 || !strings.Contains(a.body, want) || !strings.Contains(a.body, `value="`+email+`"`) {
				t.Errorf("%s: %d %s", email, a.status, a.body)
			}
		}
		if a := s.post(account+"/address", "was", "ouder@post.example", "email", "nieuw@post.example"); a.status != 422 ||
			!strings.Contains(a.body, "intussen gewijzigd in "+dewit) || !strings.Contains(a.body, `value="nieuw@post.example"`) || !strings.Contains(a.body, `name="was" value="`+dewit+`"`) {
			t.Errorf("changed meanwhile: %d %s", a.status, a.body)
		}
		if a := s.post(account+"/address", "was", dewit, "email", "nieuw@post.example"); a.status != 303 {
			t.Errorf("%d", a.status)
		}
		h.work()
		if n := len(h.mails("nieuw@post.example")); n != 1 || strings.Contains(s.get(client).body, "Bel de klant") {
			t.Errorf("%d mails to the new address", n)
		}
	})
}

// Nobody has to look at the quarantine by chance: its administrators are mailed, at most five times
// an hour, and see on their worklist how much waits. Nobody else hears of it.
func TestAdministratorsAreToldOfTheQuarantine(t *testing.T) {
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		g := guard(t, kind, new(scantest.Scanner))
		d := g.DB
		_, err := g.Identity.CreateStaff(context.Background(), d, "notaris", identity.NewStaff{Name: "Weg", Email: "weg@delinde.example", Role: access.RoleAdministrator, Password: world.Password})
		must(t, err)
		_, err = dbtest.Raw(t, d).Exec(`update account set state = 'blocked' where email = 'weg@delinde.example'`)
		must(t, err)
		g.deliver("schoon.pdf", pdf)
		g.again()
		waits := func(v *visitor) bool { return strings.Contains(v.get("/").body, "in quarantaine") }
		if n := len(g.mailedTo("quarantine")); n != 0 || waits(g.as(manager)) {
			t.Errorf("%d mails of a clean file", n)
		}
		for n := range 6 {
			g.deliver("virus "+string(rune('a'+n))+".pdf", infected)
			g.again()
		}
		to := map[string]int{}
		for _, address := range g.mailedTo("quarantine") {
			to[address]++
		}
		if len(to) != 2 || to[manager] != 5 || to[colleague] != 5 {
			t.Errorf("mails to %v", to)
		}
		letter := g.mails(manager)[0]
		if !strings.Contains(letter.Text, "/settings/quarantine") || strings.Contains(letter.Text, "virus a") || strings.Contains(letter.Text, lindelaan) {
			t.Errorf("the mail says %s", letter.Text)
		}
		if page := g.as(manager).get("/").body; !strings.Contains(page, "6 bestanden staan in quarantaine") || !strings.Contains(page, `href="/settings/quarantine"`) {
			t.Error("the worklist of an administrator does not say how much waits")
		}
		if waits(g.as(handler)) || waits(g.as(deWit)) {
			t.Error("the quarantine shows to others")
		}
	})
}
