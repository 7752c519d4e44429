package server_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/mail/mailtest"
	"voordeur/internal/world"
)

var addressLink = regexp.MustCompile(`/email/[a-z0-9]+`)

func TestA12_D11_D12_E7_OwnNumberIsStoredAndStaffSeeIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s := h.client(dewit), h.staff(handlerEmail)
		b := v.get("/profile").body
		for _, want := range []string{"E-mailadres", "Telefoonnummer", "Opslaan", `value="` + dewit + `"`} {
			if !strings.Contains(b, want) {
				t.Errorf("no %q", want)
			}
		}
		page := "/clients/" + h.clientOf(dewit)
		home, err := time.LoadLocation("Europe/Amsterdam") // whose day the pages tell
		must(t, err)
		if strings.Contains(s.get(page).body, "06 12345678") {
			t.Fatal("the number is there before it is stored")
		}
		once := between(b, `name="once" value="`, `"`)
		if a := v.post("/profile/contact", "once", once, "email", dewit, "phone", "12"); a.status != 422 || !strings.Contains(a.body, "Vul een geldig telefoonnummer in.") || !strings.Contains(a.body, `value="12"`) {
			t.Errorf("a wrong number: %d", a.status)
		}
		if a := v.post("/profile/contact", "once", once, "email", dewit, "phone", "06 12345678", "name", "Iemand anders"); a.status != 303 {
			t.Fatalf("store: %d", a.status)
		}
		if b := v.get("/profile").body; !strings.Contains(b, `value="06 12345678"`) || strings.Contains(b, "Iemand anders") {
			t.Error("the number is not kept, or the name has changed")
		}
		if b := s.get(page).body; !strings.Contains(b, "06 12345678, opgegeven door de klant op "+time.Now().In(home).Format("02-01-2006")) {
			t.Error("staff do not see the number with where it is from")
		}
		file := "/dossiers/" + h.dossier("2026-01482")
		if b := s.get(file).body; !strings.Contains(b, "06 12345678, opgegeven door de klant op ") || !strings.Contains(b, dewit) {
			t.Error("staff do not see it in the dossier")
		}
		if a := h.staff("collega@delinde.example").get(file); a.status == 200 || strings.Contains(a.body, "06 12345678") {
			t.Errorf("a colleague without the dossier sees it: %d", a.status)
		}
		for who, other := range map[string]*visitor{"another client": h.client("p.vanhouten@post.example"), "somebody of another office": h.visit("kantoor.gemeente.localhost")} {
			if b := other.get("/profile").body + other.get(page).body; strings.Contains(b, "06 12345678") {
				t.Errorf("%s sees it", who)
			}
		}
	})
}

// clientOf is the client of an account.
func (h *house) clientOf(email string) string {
	h.t.Helper()
	var id string
	must(h.t, h.DB.QueryRow(h.t.Context(), `select client_id from account where tenant_id = 'notaris' and email_key = $1`, email).Scan(&id))
	return id
}

func TestE7_NewAddressAsksForProofAndForItsMailbox(t *testing.T) {
	atNoon(t, func(t *testing.T, h *house, now *clock.Manual) {
		v := h.client(dewit)
		form := []string{"once", "k1", "email", "carla@nieuw.example", "phone", ""}
		if a := v.post("/profile/contact", "once", "k0", "email", "geen adres"); a.status != 422 || !strings.Contains(a.body, "Vul een geldig e-mailadres in.") || !strings.Contains(a.body, `value="geen adres"`) {
			t.Errorf("a wrong address: %d", a.status)
		}
		now.Advance(11 * time.Minute)
		if a := v.post("/profile/contact", form...); a.header.Get("Location") != "/confirm?next=%2Fresume" {
			t.Fatalf("without recent proof: %d %s", a.status, a.header.Get("Location"))
		}
		if a := v.post("/confirm", "password", world.Password, "next", "/resume"); a.header.Get("Location") != "/resume" {
			t.Fatal(a.status)
		}
		if b := v.get("/resume").body; !strings.Contains(b, `value="carla@nieuw.example"`) || !strings.Contains(b, `action="/profile/contact"`) {
			t.Error("what was typed is gone")
		}
		if a := v.post("/profile/contact", form...); a.header.Get("Location") != "/profile" {
			t.Fatalf("sent on: %d", a.status)
		}
		if a := v.get("/resume"); a.header.Get("Location") != "/" {
			t.Error("the form is still kept")
		}
		if b := v.get("/profile").body; !strings.Contains(b, "Wacht op bevestiging: carla@nieuw.example") || !strings.Contains(b, `value="`+dewit+`"`) {
			t.Error("the page does not tell what it waits for")
		}
		h.work()
		at := ""
		for _, l := range mailtest.Outbox(t, h.dir+"/outbox") {
			if l.To == "carla@nieuw.example" {
				at = addressLink.FindString(l.Text)
			}
		}
		mailbox := h.visit(portal) // on another machine, where nobody is logged in
		if b := mailbox.get(at).body; !strings.Contains(b, "<strong>carla@nieuw.example</strong>") {
			t.Error("the link does not show the address")
		}
		if h.visit(portal).post("/login", "email", "carla@nieuw.example", "password", world.Password).status != 422 {
			t.Error("opening the link changed something")
		}
		if a := mailbox.post(at); a.status != 303 || a.header.Get("Location") != "/login" || !strings.Contains(mailbox.get("/login").body, "Uw nieuwe e-mailadres is in gebruik.") {
			t.Errorf("confirmed: %d", a.status)
		}
		if a := v.get("/"); a.status != 303 {
			t.Errorf("a session of before goes on: %d", a.status)
		}
		h.client("carla@nieuw.example")
		for _, a := range []answer{mailbox.get(at), mailbox.post(at), mailbox.get("/email/nonsense")} {
			if a.status != 410 || !strings.Contains(a.body, "Deze link is niet (meer) geldig.") {
				t.Errorf("a used link: %d", a.status)
			}
		}
	})
}

func TestE7_AnAddressInUseGetsTheSameAnswer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client(dewit)
		post := func(once, email string) answer { return v.post("/profile/contact", "once", once, "email", email) }
		free, used := post("a", "vrij@nieuw.example"), post("b", "p.vanhouten@post.example")
		if free.status != used.status || free.header.Get("Location") != used.header.Get("Location") || free.header.Get("Set-Cookie") != used.header.Get("Set-Cookie") {
			t.Errorf("%d %v and %d %v differ", free.status, free.header, used.status, used.header)
		}
		if b := v.get("/profile").body; !strings.Contains(b, "Wacht op bevestiging: p.vanhouten@post.example") {
			t.Error("the page tells them apart")
		}
	})
}

func TestA4_OwnDataSayUnderWhichNameOneIsLoggedIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client(dewit)
		if !strings.Contains(mainOf(v.get("/profile").body), "mevrouw C. de Wit") {
			t.Error("no name")
		}
		v.post("/logout")
		v.post("/login", "email", "p.vanhouten@post.example", "password", world.Password)
		if b := v.get("/profile").body; strings.Contains(b, "C. de Wit") || !strings.Contains(mainOf(b), "Houten") {
			t.Error("the name of whoever was here before")
		}
	})
}

func TestD11_OfficeSettlesWhatAClientSeesAndChanges(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, v := h.staff("beheer@delinde.example"), h.client(dewit)
		save := func(email, phone string) answer {
			version := between(admin.get("/settings/contact").body, `name="version" value="`, `"`)
			return admin.post("/settings/contact", "version", version, "email", email, "phone", phone)
		}
		if a := save("edit", "sometimes"); a.status != 422 {
			t.Errorf("a rule that is none: %d", a.status)
		}
		if a := save("read", "hidden"); a.status != 303 {
			t.Fatalf("save: %d", a.status)
		}
		if b := between(v.get("/profile").body, `<section id="contact">`, "</section>"); !strings.Contains(b, dewit) || strings.Contains(b, `name="email"`) || strings.Contains(b, "Telefoonnummer") {
			t.Error("the address is not only shown, or the number is not hidden")
		}
		if a := v.post("/profile/contact", "once", "x", "email", "carla@nieuw.example", "phone", "06 12345678"); a.status != 303 || strings.Contains(v.get("/profile").body, "carla@nieuw") {
			t.Errorf("changed what only shows: %d", a.status)
		}
	})
}

func TestA15_AClientGivesHisAddressAndStaffSeeIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client(dewit)
		if a := v.get("/profile"); strings.Contains(a.body, "/profile/address") {
			t.Error("there is a way to the form where the office lets nobody change an address")
		}
		boss := h.staff(admin)
		if a := boss.post("/settings/contact", boss.form("/settings/contact", "email", "edit", "phone", "edit", "address", "edit")...); a.status != 303 {
			t.Fatalf("settings: %d %s", a.status, a.body)
		}
		if a := v.get("/profile"); !strings.Contains(a.body, `href="/profile/address"`) || !strings.Contains(a.body, "Adres doorgeven") {
			t.Error("no way to the form")
		}
		if a := v.get("/profile/address"); a.status != 200 {
			t.Errorf("the form: %d", a.status)
		}
		if a := v.post("/profile/address", "street", "Nieuwe Kade 5", "postcode", "12AB", "city", ""); a.status != 422 || !strings.Contains(a.body, `value="12AB"`) ||
			!strings.Contains(a.body, `value="Nieuwe Kade 5"`) || !strings.Contains(a.body, "Postcode: Vul een postcode in") || !strings.Contains(a.body, "Woonplaats: Dit veld is verplicht.") {
			t.Errorf("a wrong one: %d", a.status)
		}
		page := "/clients/" + h.clientOf(dewit)
		if b := boss.get(page).body; strings.Contains(b, "Nieuwe Kade") {
			t.Error("what was refused is kept")
		}
		if a := v.post("/profile/address", "street", "Nieuwe Kade 5", "postcode", "3511ab", "city", "Utrecht"); a.status != 303 || a.header.Get("Location") != "/profile" {
			t.Fatalf("store: %d %s", a.status, a.body)
		}
		if b := v.get("/profile").body; !strings.Contains(b, "Nieuwe Kade 5, 3511 AB") || !strings.Contains(b, "Adres wijzigen") {
			t.Error("his own page does not show it")
		}
		if b := boss.get(page).body; !strings.Contains(b, "Nieuwe Kade 5, 3511 AB") {
			t.Error("staff do not see it")
		}
		if b := h.client("p.vanhouten@post.example").get("/profile").body; strings.Contains(b, "Nieuwe Kade") {
			t.Error("another client sees it")
		}
	})
}

func TestA15_StaffDecideAboutAnAddress(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, boss := h.client(dewit), h.staff(admin)
		s, colleague := h.staff(handlerEmail), h.staff("collega@delinde.example")
		if b := boss.get("/settings/contact").body; !strings.Contains(b, "geldt pas nadat een medewerker akkoord geeft") {
			t.Error("the administrator has no choice")
		}
		if a := boss.post("/settings/contact", boss.form("/settings/contact", "email", "edit", "phone", "edit", "address", "edit", "address_approval", "on")...); a.status != 303 {
			t.Fatalf("settings: %d %s", a.status, a.body)
		}
		if b := boss.get("/settings/contact").body; !strings.Contains(between(b, `name="address_approval"`, ">"), "checked") {
			t.Error("the choice is not kept")
		}
		if b := s.get("/").body; strings.Contains(b, `href="/addresses"`) {
			t.Error("an address waits before anybody gave one")
		}
		if b := v.get("/profile/address").body; !strings.Contains(b, "kijkt eerst naar uw nieuwe adres") {
			t.Error("the form does not say that staff decide")
		}
		give := func(street string) {
			t.Helper()
			if a := v.post("/profile/address", "street", street, "postcode", "3511ab", "city", "Utrecht"); a.status != 303 || a.header.Get("Location") != "/profile" {
				t.Fatalf("%s: %d %s", street, a.status, a.body)
			}
		}
		give("Nieuwe Kade 5")
		b := v.get("/profile").body
		if !strings.Contains(b, "Nieuwe Kade 5, 3511 AB") || !strings.Contains(b, "Wacht op akkoord") || !strings.Contains(b, "wacht op akkoord van Notariskantoor De Linde") {
			t.Error("his own page does not say that it waits")
		}
		first := between(b, `name="asked" value="`, `"`)
		client := "/clients/" + h.clientOf(dewit)
		at := client + "/accounts/" + h.accountOf(dewit) + "/home-address"
		if b := s.get("/").body; !strings.Contains(b, `href="/addresses"`) || !strings.Contains(b, "1 nieuw adres wacht op akkoord") {
			t.Error("“Mijn werk” does not count it")
		}
		if b := s.get("/addresses").body; !strings.Contains(b, "Nieuwe Kade 5") || !strings.Contains(b, `href="`+at+`"`) {
			t.Error("the list does not have it")
		}
		if b := s.get(client).body; !strings.Contains(b, "Nieuw adres wacht op akkoord: Nieuwe Kade 5") || !strings.Contains(b, `href="`+at+`"`) {
			t.Error("the client's page does not say so")
		}
		auditor := h.staff("auditor@delinde.example")
		if b := auditor.get("/addresses").body + auditor.get(client).body; !strings.Contains(b, "Nieuwe Kade 5") || strings.Contains(b, `href="`+at+`"`) {
			t.Error("an auditor does not see it, or is offered to decide")
		}
		if b := s.get(at).body; !strings.Contains(b, first) || !strings.Contains(b, "Akkoord geven") {
			t.Error("the page does not offer to decide")
		}
		// The page of the employee is from yesterday: meanwhile the client gave another one.
		give("Oude Gracht 7")
		if a := s.post(at+"/refuse", "asked", first, "reason", "Dit is een kantoor"); a.status != 409 || !strings.Contains(a.body, "Oude Gracht 7") || !strings.Contains(a.body, ">Dit is een kantoor</textarea>") ||
			!strings.Contains(a.body, "ingetrokken of vervangen") {
			t.Errorf("about an address that was replaced: %d %s", a.status, mainOf(a.body))
		}
		if a := v.post("/profile/address/withdraw", "asked", first); a.status != 303 || !strings.Contains(v.get("/profile").body, "wachtte niet meer op akkoord") {
			t.Errorf("another window withdraws what was replaced: %d", a.status)
		}
		second := between(s.get(at).body, `name="asked" value="`, `"`)
		if a := s.post(at+"/refuse", "asked", second, "reason", " "); a.status != 422 || !strings.Contains(a.body, "Reden: Dit veld is verplicht.") {
			t.Errorf("without a reason: %d", a.status)
		}
		if a := s.post(at+"/refuse", "asked", second, "reason", "Stuur een uittreksel."); a.status != 303 || a.header.Get("Location") != client {
			t.Errorf("refused: %d", a.status)
		}
		if b := v.get("/profile").body; !strings.Contains(b, "niet overgenomen") || !strings.Contains(b, "Reden: Stuur een uittreksel.") || !strings.Contains(b, "Adres doorgeven") {
			t.Error("the client does not read why")
		}
		if a := colleague.post(at+"/accept", "asked", second); a.status != 303 || !strings.Contains(colleague.get(client).body, "Een collega heeft over dit adres al beslist.") {
			t.Errorf("a colleague is later: %d", a.status)
		}
		if a := s.get(at); a.status != 303 || !strings.Contains(s.get(client).body, "Er wacht geen nieuw adres meer op akkoord.") {
			t.Errorf("the page of what is decided: %d", a.status)
		}
		give("Nieuwe Kade 5")
		if a := s.post(at+"/accept", "asked", between(s.get(at).body, `name="asked" value="`, `"`)); a.status != 303 || a.header.Get("Location") != client {
			t.Errorf("accepted: %d", a.status)
		}
		if b := v.get("/profile").body; !strings.Contains(b, "Nieuwe Kade 5, 3511 AB") || !strings.Contains(b, "Akkoord van Notariskantoor De Linde op") || strings.Contains(b, "niet overgenomen") {
			t.Error("the client does not read that it counts")
		}
		if b := s.get(client).body; !strings.Contains(b, "Nieuwe Kade 5, 3511 AB  Utrecht, opgegeven door de klant op") || strings.Contains(b, "wacht op akkoord") {
			t.Error("staff do not see the new address")
		}
		give("Oude Gracht 7")
		if a := v.post("/profile/address/withdraw", "asked", between(v.get("/profile").body, `name="asked" value="`, `"`)); a.status != 303 || !strings.Contains(v.get("/profile").body, "is ingetrokken") {
			t.Errorf("withdrawn: %d", a.status)
		}
		if a := h.client("p.vanhouten@post.example").post("/profile/address/withdraw", "asked", second); a.status != 404 {
			t.Errorf("another client withdraws: %d", a.status)
		}
		h.work()
		for _, l := range h.mails(dewit) {
			if strings.Contains(l.Text, "Kade") || strings.Contains(l.Text, "Gracht") || strings.Contains(l.Text, "uittreksel") {
				t.Errorf("a mail has contents: %s", l.Text)
			}
		}
	})
}
