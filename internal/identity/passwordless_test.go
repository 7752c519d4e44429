package identity_test

import (
	"context"
	"strings"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/mail/mailtest"
	"voordeur/internal/tenant"
	"voordeur/internal/world/worldtest"
)

func TestN1_WhereNobodyHasAPasswordNobodyIsMailedAWayToOne(t *testing.T) {
	companies(t, func(t *testing.T, w company, _ *clock.Manual) {
		a, tn := w.Staff(t, "notaris", office), w.Tenant(t, "notaris")
		client := w.Client(t, "notaris", dewit).Scope().Client()
		invited, err := w.Identity.Invite(ctx, a, "1", identity.NewAccount{Client: client, Name: "Jan", Email: "jan@x.nl", Role: access.RoleExtra})
		must(t, err)
		w.Work(t)
		sent := len(mailtest.Outbox(t, w.Outbox))
		alone := true
		w.Identity.Passwordless = func(context.Context, db.Reader, *tenant.Tenant) (bool, error) { return alone, nil }
		must(t, w.Identity.RequestPassword(ctx, tn, access.Portal, email, "127.0.0.0/24")) // an old page
		for name, do := range map[string]func() error{
			"invited": func() error {
				_, err := w.Identity.Invite(ctx, a, "2", identity.NewAccount{Client: client, Name: "Piet", Email: "piet@x.nl", Role: access.RoleExtra})
				return err
			},
			"a colleague":   func() error { _, err := w.Identity.InviteExtra(ctx, w.head, "3", "Piet", "piet@x.nl"); return err },
			"invited again": func() error { return w.Identity.Resend(ctx, a, client, invited, "4") },
			"by a letter": func() error {
				return w.Identity.InviteByLetter(ctx, a, "5", identity.NewLetter{Client: client, Name: "Piet", Role: access.RoleExtra})
			},
			"by a letter anew": func() error { return w.Identity.LetterAgain(ctx, a, client, invited, "6", "") },
		} {
			if err := do(); !errs.Is(err, errs.Conflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, w.Identity.ChangeAddress(ctx, a, client, invited, identity.NewAddress{Email: "jan@y.nl", Was: "jan@x.nl"}))
		w.Work(t)
		if all := mailtest.Outbox(t, w.Outbox); len(all) != sent {
			t.Errorf("mailed: %+v", all[sent:])
		}
		// Negative: staff have passwords, and where clients may have them too all goes on.
		must(t, w.Identity.RequestPassword(ctx, tn, access.Office, "behandelaar@delinde.example", "127.0.0.0/24"))
		if got := mails(t, w.World, "behandelaar@delinde.example"); len(got) != 1 {
			t.Errorf("an employee got %d mails", len(got))
		}
		alone = false
		must(t, w.Identity.Resend(ctx, a, client, invited, "7"))
		if got := mails(t, w.World, "jan@y.nl"); len(got) != 1 {
			t.Errorf("he is invited with %d mails", len(got))
		}
	})
}

func TestE7_WhoHasNoPasswordIsNotMailedAWayToOne(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		_, s := session(t, w)
		alone := false
		w.Identity.Passwordless = func(context.Context, db.Reader, *tenant.Tenant) (bool, error) { return alone, nil }
		told := func(once string, password, none int) {
			t.Helper()
			asks(t, w, client(t, s), once, once+"@nieuw.example")
			for _, m := range mails(t, w, email) {
				switch {
				case !strings.Contains(m, "is een ander e-mailadres ingevuld"):
				case strings.Contains(m, "/password") && strings.Contains(m, "Dan kent iemand uw wachtwoord."):
					password--
				case strings.Contains(m, "/login") && strings.Contains(m, "Bel ons dan meteen.") && !strings.Contains(m, "wachtwoord"):
					none--
				default:
					t.Errorf("%s: he reads %s", once, m)
				}
			}
			if password != 0 || none != 0 {
				t.Errorf("%s: %d mails too few with a password, %d without", once, password, none)
			}
		}
		told("een", 1, 0)
		alone = true
		told("twee", 1, 1)
		alone = false
		must(t, w.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return w.Identity.OnlyElsewhere(ctx, tx, "notaris", s.Account())
		}))
		told("drie", 1, 2)
	})
}
