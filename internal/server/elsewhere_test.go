package server_test

import (
	"context"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/clock"
	"voordeur/internal/eid"
	"voordeur/internal/eid/oidc/oidctest"
	"voordeur/internal/federation"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
)

const (
	townPortal = "gemeente.localhost"
	townDesk   = "kantoor.gemeente.localhost"
	residentID = "999990019"
)

// town is the municipality with DigiD at a provider of the test.
func (h *house) town(p *oidctest.Provider, change func(*tenant.Settings)) (digid string) {
	h.t.Helper()
	ctx, admin := context.Background(), h.townsman("beheer@waterlandaanzee.example")
	t, err := h.Tenants.Get(ctx, "gemeente")
	must(h.t, err)
	must(h.t, h.Tenants.Edit(ctx, admin, t.Version, "entry", func(e *tenant.Edition) error {
		change(&e.Settings)
		return nil
	}))
	digid, err = h.Parties.Create(ctx, admin, "digid", federation.Fresh{Means: federation.DigiD, Preset: "digid", Name: "DigiD"})
	must(h.t, err)
	c, err := h.Parties.Get(ctx, admin, digid)
	must(h.t, err)
	d := c.Draft()
	d.Issuer, d.ClientID, d.Secret, d.Enabled = p.URL, oidctest.ClientID, oidctest.Secret, true
	must(h.t, h.Parties.Change(ctx, admin, digid, c.Version, d))
	var client string
	must(h.t, h.DB.QueryRow(ctx, `select id from client where tenant_id = 'gemeente' and name = 'mevrouw A. Yilmaz'`).Scan(&client))
	must(h.t, h.Parties.Add(ctx, h.townsman("behandelaar@waterlandaanzee.example"), client, eid.BSN, residentID))
	return digid
}

// townsman is an employee of the town who has just proved himself.
func (h *house) townsman(email string) access.Staff {
	h.t.Helper()
	var id string
	must(h.t, h.DB.QueryRow(context.Background(), `select id from account where tenant_id = 'gemeente' and email_key = $1`, email).Scan(&id))
	s, err := authn.Act(context.Background(), h.DB, "gemeente", id)
	must(h.t, err)
	a, _ := access.AsStaff(s)
	return a
}

// byDigiD goes to the provider and comes back with what it says; it returns the answer to that.
func (v *visitor) byDigiD(p *oidctest.Provider, id, next, number string) answer {
	v.h.t.Helper()
	a := v.get("/login/" + id + "?next=" + url.QueryEscape(next))
	if a.status != 303 {
		v.h.t.Fatalf("to DigiD: %d %s", a.status, a.body)
	}
	q := p.Authorize(v.h.t, a.header.Get("Location"), map[string]any{"bsn": number, "name": "A. Iemand", "acr": "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract"})
	return v.get("/login/" + id + "/return?" + q.Encode())
}

var wayOut = regexp.MustCompile(`href="/login/([a-z0-9]+)\?next=%2Fdossiers"`)

func TestE1_E2_D8_AResidentComesInByDigiD(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := oidctest.New(t, h.DB.Clock().Now)
		digid := h.town(p, func(*tenant.Settings) {})
		v := h.visit(townPortal)
		for _, path := range []string{"/", "/dossiers", "/profile", "/sessions", "/dossiers/x"} {
			if a := v.get(path); a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/login") {
				t.Errorf("%s without a session: %d to %s", path, a.status, a.header.Get("Location"))
			}
		}
		page := v.get("/login?next=%2Fdossiers").body
		m := wayOut.FindStringSubmatch(page)
		if m == nil || m[1] != digid || !strings.Contains(page, "Gemeente Waterland aan Zee") {
			t.Fatalf("no way to DigiD on the page: %v", m)
		}
		a := v.byDigiD(p, digid, "/dossiers", residentID)
		if a.status != 303 || a.header.Get("Location") != "/dossiers" {
			t.Fatalf("back: %d to %s", a.status, a.header.Get("Location"))
		}
		if b := v.get("/dossiers").body; !strings.Contains(b, "Z-2026-") {
			t.Error("he does not see his cases")
		}
		if b := v.get("/profile").body; strings.Contains(b, residentID) {
			t.Error("his number stands on a page")
		}
		// Negative: who cancels, who comes twice, and whose answer is not right, are where they were.
		n := h.visit(townPortal)
		a = n.get("/login/" + digid)
		state := url.Values{"error": {"access_denied"}, "state": {mustQuery(t, a.header.Get("Location")).Get("state")}, "iss": {p.URL}}
		a = n.get("/login/" + digid + "/return?" + state.Encode())
		if a.status != 303 || a.header.Get("Location") != "/login" {
			t.Fatalf("cancelled: %d to %s", a.status, a.header.Get("Location"))
		}
		if b := n.get("/login").body; !strings.Contains(b, "U heeft het inloggen met DigiD geannuleerd.") {
			t.Error("nobody tells him")
		}
		p.Alter = func(tk oidctest.Token) string { tk.Claims["aud"] = "another"; return p.Sign(tk) }
		if a := n.byDigiD(p, digid, "/dossiers", residentID); a.header.Get("Location") != "/login?next=%2Fdossiers" || n.cookies["session"] != "" {
			t.Errorf("a forged answer: %d to %s", a.status, a.header.Get("Location"))
		}
		if b := n.get("/login").body; !strings.Contains(b, "Er is een fout opgetreden in de communicatie met DigiD.") || strings.Contains(b, "refused") {
			t.Error("the text is not the one that DigiD prescribes")
		}
		if a := n.get("/dossiers"); a.status != 303 {
			t.Errorf("he is in: %d", a.status)
		}
	})
}

func mustQuery(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	return u.Query()
}

func TestD26_D27_E14_E15_WithoutRunningCasesThePageSaysThatAndNoMore(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := oidctest.New(t, h.DB.Clock().Now)
		digid := h.town(p, func(*tenant.Settings) {})
		v := h.visit(townPortal)
		if a := v.byDigiD(p, digid, "/", "999990111"); a.status != 303 || a.header.Get("Location") != "/" {
			t.Fatalf("back: %d to %s", a.status, a.header.Get("Location"))
		}
		for _, path := range []string{"/", "/dossiers"} {
			b := v.get(path).body
			if !strings.Contains(b, "U heeft geen lopende zaken.") {
				t.Errorf("%s does not say so", path)
			}
			for _, detail := range []string{"999990111", "BSN", "fout", "onbekend"} {
				if strings.Contains(strings.ToLower(between(b, "<main", "</main>")), strings.ToLower(detail)) {
					t.Errorf("%s tells %q", path, detail)
				}
			}
		}
		// Negative: with a running case the sentence is not there.
		w := h.visit(townPortal)
		w.byDigiD(p, digid, "/", residentID)
		for _, path := range []string{"/", "/dossiers"} {
			if b := w.get(path).body; strings.Contains(b, "geen lopende zaken") {
				t.Errorf("%s says so though one runs", path)
			}
		}
	})
}

func TestE27_WhoLogsOutHereCanDoSoAtThePartyToo(t *testing.T) {
	atNoon(t, func(t *testing.T, h *house, now *clock.Manual) {
		p := oidctest.New(t, now.Now)
		digid := h.town(p, func(*tenant.Settings) {})
		page := "/login/" + digid + "/out"
		v := h.visit(townPortal)
		v.byDigiD(p, digid, "/", residentID)
		if a := v.get(page); a.status != 303 || a.header.Get("Location") != "/login" {
			t.Errorf("while he is logged in: %d to %s", a.status, a.header.Get("Location"))
		}
		if a := v.post("/logout"); a.status != 303 || a.header.Get("Location") != page || v.cookies["session"] != "" {
			t.Fatalf("out: %d to %s", a.status, a.header.Get("Location"))
		}
		b := v.get(page).body
		m := regexp.MustCompile(`href="(http[^"]*/end[^"]*)"`).FindStringSubmatch(b)
		if m == nil || !strings.Contains(b, "U bent uitgelogd.") || !strings.Contains(b, "Ook uitloggen bij DigiD") {
			t.Fatalf("nothing leads out there: %s", between(b, "<main", "</main>"))
		}
		q := mustQuery(t, html.UnescapeString(m[1]))
		want := url.Values{"client_id": {oidctest.ClientID}, "post_logout_redirect_uri": {"http://" + townPortal + ":8080/login"}}
		if q.Encode() != want.Encode() {
			t.Errorf("it is told %v, not %v", q, want)
		}
		// Negative: of another organisation or face it is not there; where the party has no such address or does not
		// answer, one is at the log-in; and who came with a password is not sent anywhere.
		for _, host := range []string{portal, townDesk} {
			if a := h.visit(host).get(page); a.status != 404 {
				t.Errorf("at %s: %d", host, a.status)
			}
		}
		for name, change := range map[string]func(){"without the address": func() { p.End = "" }, "away": func() { p.Down = true }} {
			change()
			now.Advance(time.Hour) // what the provider said of itself is forgotten
			a := v.get(page)
			if a.status != 303 || a.header.Get("Location") != "/login" {
				t.Errorf("%s: %d to %s", name, a.status, a.header.Get("Location"))
			}
		}
		if a := h.client("c.dewit@post.example").post("/logout"); a.header.Get("Location") != "/login" {
			t.Errorf("who came with a password goes to %s", a.header.Get("Location"))
		}
	})
}

func TestE3_OnlyTheMeansOfTheTownAreOffered(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := oidctest.New(t, h.DB.Clock().Now)
		digid := h.town(p, func(s *tenant.Settings) { s.Login.NoPassword = true })
		v := h.visit(townPortal)
		b := v.get("/login").body
		if !strings.Contains(b, "Inloggen met DigiD") || strings.Contains(b, "eIDAS") || strings.Contains(b, "eHerkenning") || strings.Contains(b, `name="password"`) {
			t.Error("the page offers what the town has not, or not what it has")
		}
		for _, a := range []answer{
			v.post("/login/passkey", "answer", "{}"), v.post("/login/passkey/ask"), v.get("/login/unknown"), v.get("/login/unknown/return"),
		} {
			if a.status != 404 {
				t.Errorf("a means that is not offered: %d", a.status)
			}
		}
		if a := h.visit(townDesk).get("/login"); !strings.Contains(a.body, `name="password"`) {
			t.Error("staff have no way in")
		}
		if a := h.visit(portal).get("/login/" + digid); a.status != 404 {
			t.Errorf("another organisation's: %d", a.status)
		}
	})
}

func TestN1_N3_E3_AnOldLinkLeadsToTheWaysThatAreLeft(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := oidctest.New(t, h.DB.Clock().Now)
		digid := h.town(p, func(*tenant.Settings) {})
		const resident = "a.yilmaz@post.example"
		v := h.visit(townPortal)
		if a := v.post("/password", "email", resident); a.status != 200 {
			t.Fatalf("asked for a link: %d", a.status)
		}
		all := h.mails(resident)
		link := token.FindString(all[len(all)-1].Text)
		if a := v.get(link); a.status != 200 {
			t.Fatalf("the link, while it serves: %d", a.status)
		}
		client := h.alone(true)
		for name, a := range map[string]answer{
			"link": v.get(link), "password": v.post(link, "password", "Nieuwwacht1", "repeat", "Nieuwwacht1"), "invitation": v.get("/password"), "address": v.post("/password", "email", resident),
			"log-in": v.post("/login", "email", resident, "password", world.Password),
		} {
			if a.status != 410 || !strings.Contains(a.body, `href="/login/`+digid+`"`) || !strings.Contains(a.body, "Inloggen met DigiD") || strings.Contains(a.body, `type="password"`) || len(a.header.Values("Set-Cookie")) > 0 {
				t.Errorf("%s: %d %s", name, a.status, between(a.body, "<main", "</main>"))
			}
		}
		desk := h.atDesk()
		page := desk.get("/clients/" + client).body
		if !strings.Contains(page, "Klanten loggen hier in met DigiD.") || strings.Contains(page, `/accounts" novalidate`) {
			t.Error("the office invites, or does not say how clients get in")
		}
		if a := desk.post("/clients/"+client+"/accounts", "once", "x", "name", "Jan", "email", "jan@x.nl"); a.status != 409 || !strings.Contains(a.body, "Een uitnodiging met een wachtwoord kan daarom niet.") {
			t.Errorf("an old page that invites: %d", a.status)
		}
		if got := h.mails("jan@x.nl"); len(got) > 0 {
			t.Errorf("he is mailed: %v", got)
		}
		// Negative: with passwords, or without a way that works, the link serves, and the office invites.
		for name, change := range map[string]func(){
			"passwords": func() { h.alone(false) },
			"no way":    func() { h.alone(true); h.switchedOff(digid) },
		} {
			change()
			if a := v.get(link); a.status != 200 || !strings.Contains(a.body, `type="password"`) {
				t.Errorf("%s: the link is %d", name, a.status)
			}
			if page := desk.get("/clients/" + client).body; strings.Contains(page, "Klanten loggen hier in met") || !strings.Contains(page, `/accounts" novalidate`) {
				t.Errorf("%s: the office does not invite", name)
			}
		}
	})
}

// alone says whether clients of the town come in by other parties alone, and returns one of them.
func (h *house) alone(on bool) (client string) {
	h.t.Helper()
	ctx := context.Background()
	t, err := h.Tenants.Get(ctx, "gemeente")
	must(h.t, err)
	must(h.t, h.Tenants.Edit(ctx, h.townsman("beheer@waterlandaanzee.example"), t.Version, "entry", func(e *tenant.Edition) error {
		e.Settings.Login.NoPassword = on
		return nil
	}))
	must(h.t, h.DB.QueryRow(ctx, `select id from client where tenant_id = 'gemeente' and name = 'mevrouw A. Yilmaz'`).Scan(&client))
	return client
}

func (h *house) switchedOff(connection string) {
	h.t.Helper()
	ctx, admin := context.Background(), h.townsman("beheer@waterlandaanzee.example")
	c, err := h.Parties.Get(ctx, admin, connection)
	must(h.t, err)
	d := c.Draft()
	d.Enabled = false
	must(h.t, h.Parties.Change(ctx, admin, connection, c.Version, d))
}

// atDesk is a handler of the town who has logged in.
func (h *house) atDesk() *visitor {
	h.t.Helper()
	v := h.visit(townDesk)
	v.post("/login", "email", "behandelaar@waterlandaanzee.example", "password", world.Password)
	if a := v.post("/login/code", "code", code(h.t, world.TOTP, time.Now())); a.status != 303 {
		h.t.Fatalf("code: %d", a.status)
	}
	return v
}

func TestN41_ASessionOfDigiDEndsAfterAQuarterOfAnHour(t *testing.T) {
	atNoon(t, func(t *testing.T, h *house, now *clock.Manual) {
		p := oidctest.New(t, now.Now)
		digid := h.town(p, func(*tenant.Settings) {})
		v := h.visit(townPortal)
		v.byDigiD(p, digid, "/", residentID)
		if b := v.get("/session/left").body; !strings.Contains(b, `"left":900`) {
			t.Errorf("the page is told %s", b)
		}
		now.Advance(authn.Silence - 1)
		if a := v.get("/dossiers"); a.status != 200 {
			t.Errorf("too early: %d", a.status)
		}
		now.Advance(authn.Silence + 1)
		if a := v.get("/dossiers"); a.status != 303 {
			t.Errorf("it goes on: %d", a.status)
		}
	})
}
