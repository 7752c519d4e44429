package identity_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/letter"
	"voordeur/internal/tenant"
	"voordeur/internal/world/worldtest"
)

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
		must(t, w.Identity.SaveContact(ctx, tn, out.Step, identity.Numbers{Email: "jan@x.nl"}, ""))
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
