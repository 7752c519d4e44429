package identity_test

import (
	"strings"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/letter"
	"voordeur/internal/passwords"
	"voordeur/internal/tenant"
	"voordeur/internal/world/worldtest"
)

// byLetter sets the notary up as the home-care organisation of the manual, and makes an account with a
// letter, whose contents it returns.
func byLetter(t *testing.T, w *worldtest.World, after tenant.After) letter.Content {
	t.Helper()
	set(t, w, func(s *tenant.Settings) {
		s.Password = passwords.Rule{Min: 8, Upper: 1, Digit: 1, Special: 1, Forbidden: "?", Twice: true}
		s.Activation = tenant.Activation{Channel: tenant.ByLetter, After: after}
	})
	client := w.Client(t, "notaris", dewit).Scope().Client()
	must(t, w.Identity.InviteByLetter(ctx, w.Staff(t, "notaris", office), "letter", identity.NewLetter{
		Client: client, Name: "mevrouw B. Brief", UserName: " B.Brief ", Address: "Dorpsstraat 1\n\n 1234 AB Dorp \n", Role: access.RoleExtra,
	}))
	return printed(t, w)
}

func set(t *testing.T, w *worldtest.World, change func(*tenant.Settings)) {
	t.Helper()
	must(t, w.Tenants.Edit(ctx, w.Staff(t, "notaris", "Bea Beheer"), w.Tenant(t, "notaris").Version, "activation", func(e *tenant.Edition) error {
		change(&e.Settings)
		return nil
	}))
}

// printed prints the one letter that waits.
func printed(t *testing.T, w *worldtest.World) letter.Content {
	t.Helper()
	a := w.Staff(t, "notaris", office)
	rows, err := letter.Waiting(ctx, w.DB, a)
	must(t, err)
	if len(rows) != 1 {
		t.Fatalf("%d letters wait", len(rows))
	}
	c, _, err := letter.Print(ctx, w.DB, w.Tenant(t, "notaris"), a, rows[0].ID)
	must(t, err)
	return c
}

// states are those of all letters that do not wait, newest first.
func states(t *testing.T, w *worldtest.World) string {
	t.Helper()
	rows, err := letter.Past(ctx, w.DB, w.Staff(t, "notaris", office), db.At(w.DB.Clock().Now().Add(time.Hour)), "")
	must(t, err)
	var all []string
	for _, r := range rows {
		all = append(all, r.State)
	}
	return strings.Join(all, " ")
}

func first(w *worldtest.World, t *testing.T, step string, in identity.NewPassword) (identity.Outcome, error) {
	return w.Identity.ChooseFirst(ctx, w.Tenant(t, "notaris"), step, in, "192.0.2.0/24")
}

const own = "Zonnebloem#1"

func chosen(secret string) identity.NewPassword {
	return identity.NewPassword{Current: secret, Password: own, Repeat: own}
}

func keys(err error) string {
	var all []string
	for _, f := range errs.FieldsOf(err) {
		all = append(all, f.Name+":"+f.Key)
	}
	return strings.Join(all, " ")
}

func TestC6_C7_C9_C10_C11_C12_FromTheLetterToTheNormalLogin(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		c := byLetter(t, w, tenant.SaveContact)
		if c.UserName != "b.brief" || len(c.Secret) != 14 || strings.Join(c.Address, "|") != "Dorpsstraat 1|1234 AB Dorp" {
			t.Fatalf("the letter says %+v", c)
		}
		// As people copy it: in capitals, without the dashes.
		out, err := login(w, t, "notaris", "B.Brief", strings.ToUpper(strings.ReplaceAll(c.Secret, "-", " ")), "")
		if err != nil || out.Session != "" || out.Stage != identity.StageLetter {
			t.Fatalf("with the letter: %+v, %v", out, err)
		}
		if _, err := authn.Load(ctx, w.DB, "notaris", limits, access.Portal, out.Step, ""); err == nil {
			t.Fatal("the step of a first log-in is a session")
		}
		out, err = first(w, t, out.Step, chosen(c.Secret))
		if err != nil || out.Session != "" || out.Stage != identity.StageContact {
			t.Fatalf("the own password: %+v, %v", out, err)
		}
		if _, err := login(w, t, "notaris", "b.brief", c.Secret, ""); !errs.Is(err, errs.Invalid) {
			t.Errorf("the letter still works: %v", err)
		}
		// Broken off: the next log-in goes on with the contact data.
		out, err = login(w, t, "notaris", "b.brief", own, "")
		if err != nil || out.Session != "" || out.Stage != identity.StageContact {
			t.Fatalf("after it was broken off: %+v, %v", out, err)
		}
		tn := w.Tenant(t, "notaris")
		must(t, w.Identity.SaveContact(ctx, tn, out.Step, identity.Numbers{Email: "B.Brief@post.example", Home: "020-1234567", Mobile: "+31 6 12345678"}, ""))
		if err := w.Identity.SaveContact(ctx, tn, out.Step, identity.Numbers{Email: "ander@post.example"}, ""); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the step goes on: %v", err)
		}
		now.Advance(time.Minute)
		out, err = login(w, t, "notaris", "b.brief@post.example", own, "")
		if err != nil || out.Session == "" || !out.First {
			t.Fatalf("with the address: %+v, %v", out, err)
		}
		if _, err := login(w, t, "notaris", "b.brief", own, ""); !errs.Is(err, errs.Invalid) {
			t.Errorf("the old name still works: %v", err)
		}
		if out, err = login(w, t, "notaris", "b.brief@post.example", own, ""); err != nil || out.Session == "" || out.First {
			t.Errorf("the second log-in: %+v, %v", out, err)
		}
		if got := states(t, w); got != "used" {
			t.Errorf("the letter is %q", got)
		}
	})
}

func TestC7_WhatIsRefusedAtTheFirstPassword(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		c := byLetter(t, w, tenant.SaveContact)
		out, err := login(w, t, "notaris", c.UserName, c.Secret, "")
		must(t, err)
		for want, in := range map[string]identity.NewPassword{
			"current:password.current_wrong": {Current: "abcd-efgh-jkmn", Password: own, Repeat: own},
			"current:field.required":         {Password: own, Repeat: own},
			"repeat:password.differ":         {Current: c.Secret, Password: own, Repeat: own + "x"},
			"password:password.same":         {Current: c.Secret, Password: c.Secret, Repeat: c.Secret},
			"password:password.broken":       {Current: c.Secret, Password: "Cordaan?2022", Repeat: "Cordaan?2022"},
		} {
			if _, err := first(w, t, out.Step, in); keys(err) != want {
				t.Errorf("%s: %v", want, err)
			}
		}
		for _, step := range []string{"", "geen", link(t, w, email)} {
			if _, err := first(w, t, step, chosen(c.Secret)); !errs.Is(err, errs.Unauthenticated) {
				t.Errorf("step %q: %v", step, err)
			}
		}
		if err := w.Identity.SaveContact(ctx, w.Tenant(t, "notaris"), out.Step, identity.Numbers{Email: "b@post.example"}, ""); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the password is skipped: %v", err)
		}
		if _, err := w.Identity.Code(ctx, w.Tenant(t, "notaris"), identity.CodeAttempt{Step: out.Step, Code: "123456"}); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the step asks for a code: %v", err)
		}
		if _, err := first(w, t, out.Step, chosen(c.Secret)); err != nil {
			t.Errorf("after all that: %v", err)
		}
	})
}

func TestC9_C10_WhatIsRefusedInTheContactData(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		c := byLetter(t, w, tenant.SaveContact)
		out, err := login(w, t, "notaris", c.UserName, c.Secret, "")
		must(t, err)
		out, err = first(w, t, out.Step, chosen(c.Secret))
		must(t, err)
		tn := w.Tenant(t, "notaris")
		for want, in := range map[string]identity.Numbers{
			"email:field.required": {},
			"email:email.invalid":  {Email: "b.brief"},
			"email:email.taken":    {Email: email},
			"email:field.required home:first.phone_invalid mobile:first.phone_invalid mobile_private:first.phone_invalid": {Home: "020", Mobile: "nul zes", MobilePrivate: "06123456789012345"},
		} {
			if err := w.Identity.SaveContact(ctx, tn, out.Step, in, ""); keys(err) != want {
				t.Errorf("%s: %v", want, err)
			}
		}
		// Who mistyped his address comes back with the name from the letter, and mends it.
		must(t, w.Identity.SaveContact(ctx, tn, out.Step, identity.Numbers{Email: "vreemde@post.example", Home: "0201234567"}, ""))
		again, err := login(w, t, "notaris", c.UserName, own, "")
		if err != nil || again.Stage != identity.StageContact {
			t.Fatalf("%+v, %v", again, err)
		}
		f, err := w.Identity.First(ctx, tn, again.Step)
		if err != nil || f.Contact.Home != "0201234567" || f.Contact.Email != "vreemde@post.example" {
			t.Errorf("%+v, %v", f, err)
		}
		now.Advance(time.Minute)
		must(t, w.Identity.SaveContact(ctx, tn, again.Step, identity.Numbers{Email: "b.brief@post.example"}, ""))
		if _, err := login(w, t, "notaris", "vreemde@post.example", own, ""); !errs.Is(err, errs.Invalid) {
			t.Errorf("the mistyped address: %v", err)
		}
	})
}

// A stranger whose address was typed by mistake gets a mail, and with it nothing.
func TestC10_Q49_NoPasswordGoesToAnAddressThatIsNotProved(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		c := byLetter(t, w, tenant.SaveContact)
		out, err := login(w, t, "notaris", c.UserName, c.Secret, "")
		must(t, err)
		out, err = first(w, t, out.Step, chosen(c.Secret))
		must(t, err)
		tn := w.Tenant(t, "notaris")
		must(t, w.Identity.SaveContact(ctx, tn, out.Step, identity.Numbers{Email: "b.brief@post.example"}, ""))
		got := mails(t, w, "b.brief@post.example")
		if len(got) != 1 || !strings.Contains(got[0], "/profile/proof/") || strings.Contains(got[0], own) {
			t.Fatalf("mailed: %q", got)
		}
		secret := strings.Fields(got[0][strings.Index(got[0], "/profile/proof/")+len("/profile/proof/"):])[0]
		must(t, w.Identity.RequestPassword(ctx, tn, access.Portal, "b.brief@post.example", "x"))
		if got := mails(t, w, "b.brief@post.example"); len(got) != 1 {
			t.Fatalf("a link for a password went to an address that nobody proved: %q", got[1:])
		}
		// The link is worth nothing to another client.
		if err := w.Identity.Prove(ctx, w.Client(t, "notaris", dewit), secret); !errs.Is(err, errs.NotFound) {
			t.Errorf("another client proves it: %v", err)
		}
		out, err = login(w, t, "notaris", "b.brief@post.example", own, "")
		must(t, err)
		s, err := authn.Load(ctx, w.DB, "notaris", limits, access.Portal, out.Session, "")
		must(t, err)
		me, _ := access.AsClient(s.Scope)
		if p, err := w.Identity.Profile(ctx, me); err != nil || !p.Unproved {
			t.Errorf("the profile: %+v, %v", p, err)
		}
		now.Advance(time.Minute)
		must(t, w.Identity.ProofAgain(ctx, me))
		got = mails(t, w, "b.brief@post.example")
		if err := w.Identity.CheckProof(ctx, me, secret); !errs.Is(err, errs.NotFound) || len(got) != 2 {
			t.Errorf("%d mails, the first link: %v", len(got), err)
		}
		secret = strings.Fields(got[1][strings.Index(got[1], "/profile/proof/")+len("/profile/proof/"):])[0]
		must(t, w.Identity.CheckProof(ctx, me, secret))
		must(t, w.Identity.Prove(ctx, me, secret))
		if err := w.Identity.Prove(ctx, me, secret); !errs.Is(err, errs.NotFound) {
			t.Errorf("proved twice: %v", err)
		}
		if err := w.Identity.ProofAgain(ctx, me); !errs.Is(err, errs.Conflict) {
			t.Errorf("asked once more: %v", err)
		}
		now.Advance(time.Minute)
		if len(links(t, w, "b.brief@post.example")) != 0 {
			t.Error("a link before it is asked for")
		}
		link(t, w, "b.brief@post.example")
	})
}
