package identity_test

import (
	"context"
	"strings"
	"sync"
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
		if _, err := authn.Load(ctx, w.DB, "notaris", access.Portal, out.Step, ""); err == nil {
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
		must(t, w.Identity.SaveContact(ctx, tn, out.Step, identity.Contact{Email: "B.Brief@post.example", Home: "020-1234567", Mobile: "+31 6 12345678"}, ""))
		if err := w.Identity.SaveContact(ctx, tn, out.Step, identity.Contact{Email: "ander@post.example"}, ""); !errs.Is(err, errs.Unauthenticated) {
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
		if err := w.Identity.SaveContact(ctx, w.Tenant(t, "notaris"), out.Step, identity.Contact{Email: "b@post.example"}, ""); !errs.Is(err, errs.Unauthenticated) {
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
		for want, in := range map[string]identity.Contact{
			"email:field.required": {},
			"email:email.invalid":  {Email: "b.brief"},
			"email:email.taken":    {Email: email},
			"email:field.required home:phone.invalid mobile:phone.invalid mobile_private:phone.invalid": {Home: "020", Mobile: "nul zes", MobilePrivate: "06123456789012345"},
		} {
			if err := w.Identity.SaveContact(ctx, tn, out.Step, in, ""); keys(err) != want {
				t.Errorf("%s: %v", want, err)
			}
		}
		// Who mistyped his address comes back with the name from the letter, and mends it.
		must(t, w.Identity.SaveContact(ctx, tn, out.Step, identity.Contact{Email: "vreemde@post.example", Home: "0201234567"}, ""))
		again, err := login(w, t, "notaris", c.UserName, own, "")
		if err != nil || again.Stage != identity.StageContact {
			t.Fatalf("%+v, %v", again, err)
		}
		f, err := w.Identity.First(ctx, tn, again.Step)
		if err != nil || f.Contact.Home != "0201234567" || f.Contact.Email != "vreemde@post.example" {
			t.Errorf("%+v, %v", f, err)
		}
		now.Advance(time.Minute)
		must(t, w.Identity.SaveContact(ctx, tn, again.Step, identity.Contact{Email: "b.brief@post.example"}, ""))
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
		must(t, w.Identity.SaveContact(ctx, tn, out.Step, identity.Contact{Email: "b.brief@post.example"}, ""))
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
		s, err := authn.Load(ctx, w.DB, "notaris", access.Portal, out.Session, "")
		must(t, err)
		me, _ := access.AsClient(s.Scope)
		must(t, w.Identity.CheckProof(ctx, me, secret))
		must(t, w.Identity.Prove(ctx, me, secret))
		if err := w.Identity.Prove(ctx, me, secret); !errs.Is(err, errs.NotFound) {
			t.Errorf("proved twice: %v", err)
		}
		now.Advance(time.Minute)
		if len(links(t, w, "b.brief@post.example")) != 0 {
			t.Error("a link before it is asked for")
		}
		link(t, w, "b.brief@post.example")
	})
}

func TestC6_C11_LettersThatNoLongerWork(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		a := w.Staff(t, "notaris", office)
		c := byLetter(t, w, tenant.SaveContact)
		refused := func(why string) {
			t.Helper()
			if _, err := login(w, t, "notaris", c.UserName, c.Secret, ""); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", why, err)
			}
		}
		id, err := db.One(ctx, w.DB, db.Value[string], `select id from account where tenant_id = 'notaris' and login_name = 'b.brief'`)
		must(t, err)
		client := w.Client(t, "notaris", dewit).Scope().Client()
		now.Advance(time.Minute)
		must(t, w.Identity.LetterAgain(ctx, a, client, id, "again", ""))
		must(t, w.Identity.LetterAgain(ctx, a, client, id, "again", "")) // the second of two clicks
		refused("replaced")
		c = printed(t, w)
		if got := states(t, w); got != "printed replaced" {
			t.Errorf("the letters are %q", got)
		}
		step, err := login(w, t, "notaris", c.UserName, c.Secret, "")
		must(t, err)
		rows, err := letter.Past(ctx, w.DB, a, db.At(now.Now().Add(time.Hour)), "")
		must(t, err)
		must(t, w.Identity.RevokeLetter(ctx, a, rows[0].ID))
		refused("revoked")
		if _, err := first(w, t, step.Step, chosen(c.Secret)); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("a first log-in goes on after its letter was revoked: %v", err)
		}
		if err := w.Identity.RevokeLetter(ctx, a, rows[0].ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("revoked twice: %v", err)
		}
		now.Advance(time.Minute)
		must(t, w.Identity.LetterAgain(ctx, a, client, id, "third", ""))
		c = printed(t, w)
		must(t, w.Identity.Block(ctx, a, client, id))
		refused("blocked")
		must(t, w.Identity.Unblock(ctx, a, client, id))
		now.Advance(letter.Life)
		refused("too old")
		must(t, letter.Wipe(ctx, w.DB, "notaris"))
		if got := states(t, w); got != "expired revoked replaced" {
			t.Errorf("the letters are %q", got)
		}
	})
}

// Who guesses at a letter finds it dead before he finds its password.
func TestC6_AGuessedLetterWearsOut(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		c := byLetter(t, w, tenant.SaveContact)
		for n := 0; n < 100; n++ {
			if _, err := login(w, t, "notaris", c.UserName, "abcd-efgh-jkmn", ""); errs.Is(err, errs.Limited) {
				now.Advance(16 * time.Minute)
				n--
			}
		}
		now.Advance(16 * time.Minute)
		if _, err := login(w, t, "notaris", c.UserName, c.Secret, ""); !errs.Is(err, errs.Invalid) || states(t, w) != "worn" {
			t.Errorf("%v, the letter is %q", err, states(t, w))
		}
	})
}

// What is printed is gone: nobody reads a password from the database, not even who printed it.
func TestC6_TheSecretIsInTheLetterAlone(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		c := byLetter(t, w, tenant.SaveContact)
		a, tn := w.Staff(t, "notaris", office), w.Tenant(t, "notaris")
		rows, err := letter.Past(ctx, w.DB, a, db.At(now.Now().Add(time.Hour)), "")
		must(t, err)
		again, row, err := letter.Print(ctx, w.DB, tn, a, rows[0].ID)
		if err != nil || again.Secret != c.Secret {
			t.Errorf("the printer jams: %v", err)
		}
		for _, other := range []string{"Jan Terpstra", "Bea Beheer"} {
			if _, _, err := letter.Print(ctx, w.DB, tn, w.Staff(t, "notaris", other), rows[0].ID); !errs.Is(err, errs.Conflict) {
				t.Errorf("%s prints it too: %v", other, err)
			}
		}
		if _, _, err := letter.Print(ctx, w.DB, tn, w.Staff(t, "notaris", "Ada Controle"), rows[0].ID); !errs.Is(err, errs.Forbidden) {
			t.Errorf("an auditor prints: %v", err)
		}
		now.Advance(11 * time.Minute)
		if _, _, err := letter.Print(ctx, w.DB, tn, a, rows[0].ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("after ten minutes: %v", err)
		}
		must(t, letter.Wipe(ctx, w.DB, "notaris"))
		n, err := db.One(ctx, w.DB, db.Value[int], `select count(*) from letter where tenant_id = 'notaris' and content is not null`)
		if err != nil || n != 0 {
			t.Errorf("%d letters can be read, %v", n, err)
		}
		if _, err := login(w, t, "notaris", c.UserName, c.Secret, ""); err != nil {
			t.Errorf("the letter itself: %v", err)
		}
		b, err := letter.Paper(tn, "https://portaal.example", row, c)
		if err != nil || !strings.HasPrefix(string(b), "%PDF-1.7") {
			t.Errorf("the paper: %v", err)
		}
	})
}

func TestC6_AccountsByLetterThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		byLetter(t, w, tenant.SaveContact)
		client := w.Client(t, "notaris", dewit).Scope().Client()
		make := func(name string, in identity.NewLetter) error {
			in.Client, in.Role = client, access.RoleExtra
			return w.Identity.InviteByLetter(ctx, w.Staff(t, "notaris", name), db.RandomID(), in)
		}
		for want, in := range map[string]identity.NewLetter{
			"name:field.required":            {},
			"user_name:letter.bad_user_name": {Name: "B", UserName: "b@post.example"},
			"user_name:letter.name_taken":    {Name: "B", UserName: "B.Brief"},
			"email:email.taken":              {Name: "B", Email: email},
			"email:email.invalid":            {Name: "B", Email: "b"},
			"address:letter.long_address":    {Name: "B", Address: strings.Repeat("x\n", 7)},
		} {
			if err := make(office, in); keys(err) != want {
				t.Errorf("%s: %v", want, err)
			}
		}
		if err := make("Ada Controle", identity.NewLetter{Name: "B"}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("an auditor: %v", err)
		}
		if rows, err := letter.Waiting(ctx, w.DB, w.Staff(t, "notaris", office)); err != nil || len(rows) != 0 {
			t.Errorf("%d letters wait, %v", len(rows), err)
		}
		must(t, make(office, identity.NewLetter{Name: "B"}))
		if c := printed(t, w); len(c.UserName) != 8 {
			t.Errorf("a name of our own is %q", c.UserName)
		}
	})
}

func TestC7_ALetterIsUsedOnceUnderConcurrency(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		c := byLetter(t, w, tenant.SaveContact)
		out, err := login(w, t, "notaris", c.UserName, c.Secret, "")
		must(t, err)
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 4 {
			wg.Go(func() {
				if _, err := first(w, t, out.Step, chosen(c.Secret)); err == nil {
					mu.Lock()
					won++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		n, err := db.One(context.Background(), w.DB, db.Value[int], `select count(*) from journal where tenant_id = 'notaris' and event = 'account.password_set' and detail like '%letter%'`)
		if err != nil || n != 1 || won < 1 {
			t.Errorf("%d won, the password was set %d times, %v", won, n, err)
		}
	})
}

// The other three ways in which a tenant can combine channel and what follows (K10, K11).
func TestK10_K11_EveryWayIn(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		c := byLetter(t, w, tenant.ToProfile)
		out, err := login(w, t, "notaris", c.UserName, c.Secret, "")
		must(t, err)
		out, err = first(w, t, out.Step, chosen(c.Secret))
		if err != nil || out.Session == "" || !out.First {
			t.Fatalf("a letter, then the profile: %+v, %v", out, err)
		}
		if out, err := login(w, t, "notaris", c.UserName, own, ""); err != nil || out.Session == "" || out.First {
			t.Errorf("who gave no address keeps his name: %+v, %v", out, err)
		}

		set(t, w, func(s *tenant.Settings) {
			s.Activation = tenant.Activation{Channel: tenant.ByMail, After: tenant.SaveContact}
		})
		client := w.Client(t, "notaris", dewit).Scope().Client()
		_, err = w.Identity.Invite(ctx, w.Staff(t, "notaris", office), "k1", identity.NewAccount{Client: client, Name: "Jan", Email: "jan@x.nl", Role: access.RoleExtra})
		must(t, err)
		tn := w.Tenant(t, "notaris")
		out, err = w.Identity.SetPassword(ctx, tn, access.Portal, link(t, w, "jan@x.nl"), own, "")
		if err != nil || out.Session != "" || out.Stage != identity.StageContact {
			t.Fatalf("a link, then contact data: %+v, %v", out, err)
		}
		if out, err := login(w, t, "notaris", "jan@x.nl", own, ""); err != nil || out.Stage != identity.StageContact {
			t.Errorf("the contact data were skipped: %+v, %v", out, err)
		}
		out, err = login(w, t, "notaris", "jan@x.nl", own, "")
		must(t, err)
		must(t, w.Identity.SaveContact(ctx, tn, out.Step, identity.Contact{Email: "jan@x.nl"}, ""))
		if out, err := login(w, t, "notaris", "jan@x.nl", own, ""); err != nil || out.Session == "" {
			t.Errorf("after the contact data: %+v, %v", out, err)
		}
		// His address was proved by the link, and is the same: nothing is asked again.
		now.Advance(time.Minute)
		link(t, w, "jan@x.nl")
		if _, err := w.Identity.SetPassword(ctx, tn, access.Portal, link(t, w, "jan@x.nl"), "Zonnebloem#2", ""); err != nil {
			t.Error(err)
		}
	})
}
