package identity_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
	"voordeur/internal/world/worldtest"
)

const newEmail = "Carla.deWit@nieuw.example"

var emailLink = regexp.MustCompile(`http://notaris\.localhost:8080/email/([a-z0-9]+)`)

// client is whoever has the scope, as a client.
func client(t *testing.T, s access.Scope) access.Client {
	t.Helper()
	a, ok := access.AsClient(s)
	if !ok {
		t.Fatal("no client")
	}
	return a
}

// asks asks for another address and returns the secrets of the links that went there.
func asks(t *testing.T, w *worldtest.World, a access.Client, once, address string) []string {
	t.Helper()
	asked, err := w.Identity.ChangeContact(ctx, a, once, identity.NewContact{Email: &address})
	must(t, err)
	if !asked {
		t.Fatal("nothing was asked")
	}
	var out []string
	for _, text := range mails(t, w, address) {
		if m := emailLink.FindStringSubmatch(text); m != nil {
			out = append(out, m[1])
		}
	}
	return out
}

func TestE7_NewAddressHoldsWhenItsLinkIsConfirmed(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		here, s := session(t, w)
		phone, _ := session(t, w)
		a, tn := client(t, s), w.Tenant(t, "notaris")
		reset := link(t, w, email)
		links := asks(t, w, a, "k1", newEmail)
		asks(t, w, a, "k1", newEmail)
		if len(links) != 1 || len(mails(t, w, newEmail)) != 1 {
			t.Fatalf("%d links after a double click", len(links))
		}
		if told := strings.Join(mails(t, w, email), "\n"); strings.Count(told, "Was u dat niet?") != 1 || strings.Contains(told, newEmail) {
			t.Errorf("the old address was told: %q", told)
		}
		k, err := w.Identity.Contact(ctx, a)
		must(t, err)
		if k.Email != email || k.Pending != newEmail {
			t.Errorf("before the link is opened: %+v", k)
		}
		if _, err := login(w, t, "notaris", newEmail, world.Password, ""); err == nil {
			t.Error("the new address logs in before it is confirmed")
		}
		shown, err := w.Identity.EmailLink(ctx, tn, links[0])
		must(t, err)
		if shown != newEmail {
			t.Errorf("the page shows %q", shown)
		}
		must(t, w.Identity.ConfirmEmail(ctx, tn, s, links[0]))
		if !alive(w, limits, here) || alive(w, limits, phone) {
			t.Error("not all other sessions have ended, or this one has")
		}
		if _, err := login(w, t, "notaris", email, world.Password, ""); err == nil {
			t.Error("the old address still logs in")
		}
		_, err = login(w, t, "notaris", strings.ToLower(newEmail), world.Password, "")
		must(t, err)
		if err := w.Identity.CheckLink(ctx, tn, access.Portal, reset); !errs.Is(err, errs.NotFound) {
			t.Errorf("a link that went to the old address: %v", err)
		}
		if told := strings.Join(mails(t, w, email), "\n"); strings.Count(told, "is gewijzigd") != 1 {
			t.Errorf("the old address was told: %q", told)
		}
		if err := w.Identity.ConfirmEmail(ctx, tn, s, links[0]); !errs.Is(err, errs.NotFound) {
			t.Errorf("the link works twice: %v", err)
		}
		list, err := w.Identity.Contacts(ctx, w.Staff(t, "notaris", office), s.Client())
		must(t, err)
		if list[0].Email != newEmail || list[0].EmailAt == nil || !list[0].EmailByOwner {
			t.Errorf("staff see %+v", list[0])
		}
	})
}

func TestE7_NewAddressIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, s := session(t, w)
		a, tn := client(t, s), w.Tenant(t, "notaris")
		for _, bad := range []string{"", "geen adres", "a@b", "x@y.nl\r\nBcc: z@y.nl", "jan@münchen.example"} {
			if _, err := w.Identity.ChangeContact(ctx, a, "b", identity.NewContact{Email: &bad}); !errs.Is(err, errs.Invalid) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		if links := asks(t, w, a, "k1", "p.vanhouten@post.example"); len(links) != 0 {
			t.Error("somebody else's address was mailed a link")
		}
		first := asks(t, w, a, "k2", newEmail)[0]
		second := asks(t, w, a, "k3", "anders@nieuw.example")[0]
		for name, secret := range map[string]string{"replaced": first, "none": "", "for a password": link(t, w, "p.vanhouten@post.example")} {
			if err := w.Identity.ConfirmEmail(ctx, tn, authn.Nobody("notaris", ""), secret); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.Identity.EmailLink(ctx, w.Tenant(t, "gemeente"), second); !errs.Is(err, errs.NotFound) {
			t.Errorf("in another tenant: %v", err)
		}
		_, err := w.Identity.Invite(ctx, w.Staff(t, "notaris", office), "i", identity.NewAccount{Client: s.Client(), Name: "Jan", Email: "anders@nieuw.example", Role: access.RoleExtra})
		must(t, err)
		if err := w.Identity.ConfirmEmail(ctx, tn, s, second); !errs.Is(err, errs.NotFound) {
			t.Errorf("an address that somebody got meanwhile: %v", err)
		}
		third := asks(t, w, a, "k4", newEmail)[0]
		now.Advance(61 * time.Minute)
		if err := w.Identity.ConfirmEmail(ctx, tn, s, third); !errs.Is(err, errs.NotFound) {
			t.Errorf("an hour later: %v", err)
		}
		address := newEmail
		if _, err := w.Identity.ChangeContact(ctx, a, "k5", identity.NewContact{Email: &address}); !errs.Is(err, errs.Unproved) {
			t.Errorf("without recent proof: %v", err)
		}
		_, s = session(t, w)
		for n := range 6 {
			_, err = w.Identity.ChangeContact(ctx, client(t, s), string(rune('a'+n)), identity.NewContact{Email: &address})
		}
		if !errs.Is(err, errs.Limited) {
			t.Errorf("a sixth mail in a row: %v", err)
		}
	})
}

func TestD11_OwnNumberIsKeptSealed(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, s := session(t, w)
		a := client(t, s)
		for _, bad := range []string{"12345", "0612345", "06 1234 567x", "+31", "+123456789012345678", "06 12345678 of 030 1234567"} {
			if _, err := w.Identity.ChangeContact(ctx, a, "b", identity.NewContact{Phone: &bad}); !errs.Is(err, errs.Invalid) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		for n, good := range []string{"030-123 45 67", "+32 470 12 34 56", "", " 06  12345678 "} {
			_, err := w.Identity.ChangeContact(ctx, a, string(rune('a'+n)), identity.NewContact{Phone: &good})
			must(t, err)
		}
		list, err := w.Identity.Contacts(ctx, w.Staff(t, "notaris", office), s.Client())
		must(t, err)
		if list[0].Phone != "06 12345678" || list[0].PhoneAt == nil || list[0].Email != email {
			t.Errorf("staff see %+v", list[0])
		}
		sealed, err := db.One(ctx, w.DB, db.Value[[]byte], `select contact_phone from account where tenant_id = 'notaris' and id = $1`, s.Account())
		must(t, err)
		if bytes.Contains(sealed, []byte("12345678")) {
			t.Error("the number stands in the database")
		}
		told, err := db.One(ctx, w.DB, db.Value[int], `select count(*) from journal where tenant_id = 'notaris' and detail like '%1234%'`)
		must(t, err)
		if told != 0 {
			t.Error("the number stands in the journal")
		}
	})
}

func TestD11_WhatTheOfficeDoesNotLetChangeStays(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, s := session(t, w)
		must(t, w.Tenants.Edit(ctx, w.Staff(t, "notaris", "Bea Beheer"), w.Tenant(t, "notaris").Version, "contact", func(e *tenant.Edition) error {
			e.Settings.Contact = tenant.ContactRule{Email: tenant.Read, Phone: tenant.Hidden}
			return nil
		}))
		address, phone := newEmail, "06 12345678"
		asked, err := w.Identity.ChangeContact(ctx, client(t, s), "k", identity.NewContact{Email: &address, Phone: &phone})
		must(t, err)
		k, err := w.Identity.Contact(ctx, client(t, s))
		must(t, err)
		if asked || k.Phone != "" || k.Pending != "" || len(mails(t, w, newEmail)) != 0 {
			t.Errorf("%+v", k)
		}
	})
}
