package server_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"voordeur/internal/clock"
	"voordeur/internal/eid"
	"voordeur/internal/federation"
	"voordeur/internal/saml"
	"voordeur/internal/saml/samltest"
	"voordeur/internal/tenant"
)

// bySAML connects the town's DigiD with who says this of himself, and returns the connection's id.
func (h *house) bySAML(metadata string) string {
	h.t.Helper()
	ctx := context.Background()
	t, err := h.Tenants.Get(ctx, "gemeente")
	must(h.t, err)
	must(h.t, h.Tenants.Edit(ctx, h.townsman("beheer@waterlandaanzee.example"), t.Version, "entry", func(e *tenant.Edition) error {
		e.Settings.BSN = "Wabb, artikel 10"
		return nil
	}))
	admin := h.townsman("beheer@waterlandaanzee.example")
	id, err := h.Parties.Create(ctx, admin, "saml", federation.Fresh{Means: federation.DigiD, Profile: saml.DigiD, Name: "DigiD"})
	must(h.t, err)
	con, err := h.Parties.Get(ctx, admin, id)
	must(h.t, err)
	in, called := con.SAMLDraft(), saml.Contact{Name: "Beheer", Mail: "beheer@waterlandaanzee.example", Phone: "020 000 0000"}
	in.Metadata, in.Enabled, in.Contacts = metadata, true, map[string]saml.Contact{federation.Technical: called, federation.Administrative: called}
	must(h.t, h.Parties.ChangeSAML(ctx, admin, id, con.Version, in))
	var client string
	must(h.t, h.DB.QueryRow(ctx, `select id from client where tenant_id = 'gemeente' and name = 'mevrouw A. Yilmaz'`).Scan(&client))
	must(h.t, h.Parties.Add(ctx, h.townsman("behandelaar@waterlandaanzee.example"), client, eid.BSN, residentID))
	return id
}

// back brings what the provider says to an address of ours with this end: an address, or a form that comes from another
// site without our cookies.
func (v *visitor) back(p samltest.Page, end string) answer {
	v.h.t.Helper()
	to, form := p.Form()
	u, err := url.Parse(to)
	must(v.h.t, err)
	if u.Hostname() != townPortal || !strings.HasSuffix(u.Path, end) {
		v.h.t.Fatalf("back at %s: %s", to, p.Body)
	}
	if len(form) == 0 {
		return v.get(u.RequestURI())
	}
	stranger := v.h.visit(townPortal)
	a := stranger.post(u.Path, "RelayState", form.Get("RelayState"), "SAMLResponse", form.Get("SAMLResponse"))
	if a.status != 303 || stranger.cookies["session"] != "" {
		v.h.t.Fatalf("the form: %d %s", a.status, a.body)
	}
	return v.get(a.header.Get("Location"))
}

func TestE2_D8_AResidentComesInBySAMLAtAProviderThatIsNotOurs(t *testing.T) {
	for _, by := range []string{samltest.ByArtifact, samltest.ByForm} {
		t.Run(by, func(t *testing.T) {
			p := samltest.New(t, by)
			atNoon(t, func(t *testing.T, h *house, _ *clock.Manual) {
				id := h.bySAML(string(p.Metadata))
				ours := h.visit(townPortal).get("/login/" + id + "/metadata")
				if ours.status != 200 {
					t.Fatalf("our metadata: %d", ours.status)
				}
				p.Trust([]byte(ours.body))
				in := func(v *visitor, name string) answer {
					b := p.Browser()
					return v.back(b.LogIn(b.Open(v.get("/login/"+id+"?next=%2Fdossiers").header.Get("Location")), name, samltest.Password), "/return")
				}
				v := h.visit(townPortal)
				if a := in(v, samltest.Resident); a.status != 303 || a.header.Get("Location") != "/dossiers" {
					t.Fatalf("back: %d to %s", a.status, a.header.Get("Location"))
				}
				if b := v.get("/dossiers").body; !strings.Contains(b, "Z-2026-") || strings.Contains(b, residentID) {
					t.Error("he does not see his cases, or his number")
				}
				for name, text := range map[string]string{samltest.Low: "op een niveau van DigiD dat hiervoor te laag is.", samltest.Canceller: "U heeft het inloggen met DigiD geannuleerd."} {
					n := h.visit(townPortal)
					if a := in(n, name); a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/login") || n.cookies["session"] != "" {
						t.Errorf("%s: %d to %s", name, a.status, a.header.Get("Location"))
					}
					if !strings.Contains(n.get("/login").body, text) {
						t.Errorf("%s is not told %q", name, text)
					}
				}
			})
		})
	}
}

// overThere goes to the provider to log out, by its address or by its form, and returns what it says.
func (v *visitor) overThere(b samltest.Browser, p *samltest.Provider, id string) samltest.Page {
	v.h.t.Helper()
	bye := v.get("/login/" + id + "/bye")
	switch to := bye.header.Get("Location"); {
	case strings.Contains(to+bye.body, residentID):
		v.h.t.Fatal("the number can be read")
	case bye.status == 303 && strings.HasPrefix(to, p.URL):
		return b.Open(to)
	case bye.status != 200 || !strings.Contains(bye.body, "U logt uit bij DigiD en komt daarna hier terug.") || !strings.Contains(bye.header.Get("Content-Security-Policy"), "form-action http:;"):
		v.h.t.Fatalf("%d: %s", bye.status, between(bye.body, "<main", "</main>"))
	}
	return b.Submit(samltest.Page{At: &url.URL{}, Body: between(bye.body, "<main", "</main>")})
}

func TestE27_D8_WhoLogsOutHereLogsOutAtAProviderThatIsNotOurs(t *testing.T) {
	p := samltest.New(t, samltest.ByArtifact)
	const redirect = `SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"`
	form := strings.Replace(redirect, "Redirect", "POST", 1)
	for name, by := range map[string]struct{ theirs, ours string }{"by addresses": {redirect, redirect}, "by forms": {form, form}} {
		t.Run(name, func(t *testing.T) {
			atNoon(t, func(t *testing.T, h *house, _ *clock.Manual) {
				theirs := strings.Replace(string(p.Metadata), redirect, by.theirs, 1)
				id := h.bySAML(theirs)
				ours := strings.Replace(h.visit(townPortal).get("/login/"+id+"/metadata").body, redirect, by.ours, 1)
				if !strings.Contains(theirs, by.theirs) || !strings.Contains(ours, by.ours) {
					t.Fatalf("somebody has no log-out: %s, %s", theirs, ours)
				}
				p.Trust([]byte(ours))
				v, b := h.visit(townPortal), p.Browser()
				enter := func() {
					t.Helper()
					page := b.Open(v.get("/login/" + id).header.Get("Location"))
					if page.LogIn() {
						page = b.LogIn(page, samltest.Resident, samltest.Password)
					}
					if a := v.back(page, "/return"); a.status != 303 || v.cookies["session"] == "" {
						t.Fatalf("in: %d to %s", a.status, a.header.Get("Location"))
					}
				}
				enter()
				session := v.cookies["session"]
				if a := v.post("/logout"); a.status != 303 || a.header.Get("Location") != "/login/"+id+"/out" {
					t.Fatalf("out: %d to %s", a.status, a.header.Get("Location"))
				}
				page := v.get("/login/" + id + "/out").body
				if !strings.Contains(page, "U bent uitgelogd.") || !strings.Contains(page, `href="/login/`+id+`/bye"`) || strings.Contains(page, residentID) {
					t.Fatalf("nothing leads out there: %s", between(page, "<main", "</main>"))
				}
				over := v.overThere(b, p, id)
				if a := v.back(over, "/logout"); a.status != 303 || a.header.Get("Location") != "/login" {
					t.Fatalf("back: %d to %s", a.status, a.header.Get("Location"))
				}
				if page := v.get("/login").body; !strings.Contains(page, "U bent uitgelogd, ook bij DigiD.") {
					t.Errorf("he reads %s", between(page, "<main", "</main>"))
				}
				if !b.Open(v.get("/login/" + id).header.Get("Location")).LogIn() {
					t.Error("he is still logged in there")
				}
				// Negative: the old cookie is refused, the answer counts once, and who has another browser reads nothing else.
				n := h.visit(townPortal)
				n.cookies["session"] = session
				if a := n.get("/dossiers"); a.status != 303 {
					t.Errorf("the old cookie: %d", a.status)
				}
				for name, who := range map[string]*visitor{"again": v, "another browser": h.visit(townPortal)} {
					if a := who.back(over, "/logout"); a.status != 303 || a.header.Get("Location") != "/login" {
						t.Errorf("%s: %d to %s", name, a.status, a.header.Get("Location"))
					}
					if page := who.get("/login").body; !strings.Contains(page, "U bent hier uitgelogd. Wij kunnen niet zien of u ook bij DigiD bent uitgelogd.") {
						t.Errorf("%s reads %s", name, between(page, "<main", "</main>"))
					}
				}
				if a := v.get("/login/" + id + "/bye"); a.status != 303 || a.header.Get("Location") != "/login" {
					t.Errorf("after the answer one goes to %s", a.header.Get("Location"))
				}
			})
		})
	}
}

func TestE27_D8_WhoLogsOutThereByTheBrowserHasLoggedOutHere(t *testing.T) {
	p := samltest.New(t, samltest.ByArtifact)
	atNoon(t, func(t *testing.T, h *house, _ *clock.Manual) {
		id := h.bySAML(string(p.Metadata))
		p.Trust([]byte(h.visit(townPortal).get("/login/" + id + "/metadata").body))
		v, b := h.visit(townPortal), p.Browser()
		v.back(b.LogIn(b.Open(v.get("/login/"+id).header.Get("Location")), samltest.Resident, samltest.Password), "/return")
		if a := v.get("/dossiers"); a.status != 200 {
			t.Fatalf("in: %d", a.status)
		}
		at := b.Open(p.URL + "/saml2/idp/SingleLogoutService.php?ReturnTo=" + url.QueryEscape(p.URL+"/saml2/idp/metadata.php")).At
		if at.Hostname() != townPortal || !strings.HasSuffix(at.Path, "/logout") {
			t.Fatalf("it asks at %s", at)
		}
		// Negative: what was changed on the way ends nothing.
		forged := at.Query()
		forged.Set("RelayState", "x")
		if a := v.get(at.Path + "?" + forged.Encode()); a.status != 400 {
			t.Errorf("changed: %d", a.status)
		}
		if a := v.get("/dossiers"); a.status != 200 {
			t.Errorf("he is out: %d", a.status)
		}
		said := v.get(at.RequestURI())
		if to := said.header.Get("Location"); said.status != 303 || !strings.HasPrefix(to, p.URL) {
			t.Fatalf("%d to %s", said.status, to)
		}
		if a := v.get("/dossiers"); a.status != 303 {
			t.Errorf("he is still in: %d", a.status)
		}
		if page := b.Open(said.header.Get("Location")); !strings.Contains(page.Body, "EntityDescriptor") {
			t.Errorf("it does not take our answer: %s", page.Body)
		}
		// Said once more it ends nothing new.
		v.back(b.LogIn(b.Open(v.get("/login/"+id).header.Get("Location")), samltest.Resident, samltest.Password), "/return")
		if a := h.visit(townPortal).get(at.RequestURI()); a.status != 303 {
			t.Errorf("again: %d", a.status)
		}
		if a := v.get("/dossiers"); a.status != 200 {
			t.Errorf("an old message ended a new session: %d", a.status)
		}
	})
}

// A party that takes no address is reached by a form, which may end there and nowhere else than by its scheme.
func TestE1_D8_AtAPartyThatTakesAFormOneGoesOnByAButton(t *testing.T) {
	atNoon(t, func(t *testing.T, h *house, _ *clock.Manual) {
		metadata := samlFields(t)["metadata"]
		redirect := regexp.MustCompile(`<md:SingleSignOnService Binding="[^"]*HTTP-Redirect"[^>]*/>`)
		if !redirect.MatchString(metadata) {
			t.Fatal("the party takes no address as it is")
		}
		id := h.bySAML(redirect.ReplaceAllString(metadata, ""))
		v := h.visit(townPortal)
		page := v.get("/login/" + id)
		policy := page.header.Get("Content-Security-Policy")
		if page.status != 200 || !strings.Contains(policy, "form-action http:;") || strings.Contains(policy, "form-action 'self'") || v.cookies["away"] == "" {
			t.Fatalf("%d, %s", page.status, policy)
		}
		for _, has := range []string{"Verder naar DigiD", `/saml/digid/sso"`, `name="SAMLRequest" value="`, `name="RelayState" value="`} {
			if !strings.Contains(page.body, has) {
				t.Errorf("the page has no %s", has)
			}
		}
		if policy := v.get("/login").header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self';") {
			t.Errorf("another page: %s", policy)
		}
	})
}
