package identity_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/bounce"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/mail"
	"voordeur/internal/mail/mailtest"
	"voordeur/internal/notify"
	"voordeur/internal/world/worldtest"
)

const (
	wit, bas = "c.dewit@post.example", "bas@bakkerijsmit.example"
	anew     = "nieuw@post.example"
)

// reception is an office in which mail to Bas Smit, who was invited, came back.
type reception struct {
	*worldtest.World
	t    *testing.T
	now  *clock.Manual
	mine access.Staff
}

func inOffice(t *testing.T, f func(o *reception)) {
	dbtest.EachWith(t, func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := worldtest.Build(t, d, "notaris")
		f(&reception{w, t, now, w.Staff(t, "notaris", "Sanne Verhoeven")})
	}, func() *clock.Manual { return clock.NewManual(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)) })
}

// of returns the account with an address, and whose it is.
func (o *reception) of(email string) (client, account string) {
	o.t.Helper()
	if err := o.DB.QueryRow(context.Background(), `select client_id, id from account where tenant_id = 'notaris' and email = $1`, email).Scan(&client, &account); err != nil {
		o.t.Fatal(err)
	}
	return client, account
}

// mailed returns the subjects of the mails that came to an address since there were had.
func (o *reception) mailed(email string, had int) []string {
	o.t.Helper()
	o.Work(o.t)
	var list []string
	for _, l := range mailtest.Outbox(o.t, o.Outbox)[had:] {
		if l.To == email {
			list = append(list, l.Subject)
		}
	}
	return list
}

// mails counts the mails so far. What comes after them is later, as the outbox sorts them.
func (o *reception) mails() int {
	o.t.Helper()
	o.Work(o.t)
	o.now.Advance(time.Second)
	return len(mailtest.Outbox(o.t, o.Outbox))
}

func (o *reception) lost() string {
	o.t.Helper()
	list, err := notify.Lost(context.Background(), o.DB, o.mine, notify.LostFilter{})
	if err != nil {
		o.t.Fatal(err)
	}
	var out []string
	for _, u := range list {
		out = append(out, u.Address)
	}
	return strings.Join(out, " ")
}

// bounce has the newest mail to an account come back.
func (o *reception) bounce(account string) {
	o.t.Helper()
	o.Work(o.t)
	id, err := db.One(context.Background(), o.DB, db.Value[string], `select id from mail where tenant_id = 'notaris' and account_id = $1 order by created_at desc, id limit 1`, account)
	if err == nil {
		err = notify.Returned(context.Background(), o.DB, "notaris", id, bounce.Report{Failed: true, Why: mail.Full})
	}
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *reception) told(event string) int {
	o.t.Helper()
	n, err := db.One(context.Background(), o.DB, db.Value[int], `select count(*) from journal where tenant_id = 'notaris' and event = $1`, event)
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

// fine fails the test on an error of something that must go well.
func (o *reception) fine(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func TestAnotherAddressIsMailedAndLogsIn(t *testing.T) {
	inOffice(t, func(o *reception) {
		ctx := context.Background()
		client, account := o.of(wit)
		tn := o.Tenant(o.t, "notaris")
		o.fine(o.Identity.RequestPassword(ctx, tn, access.Portal, wit, ""))
		o.Work(o.t)
		link := secretIn(o.t, o.Outbox)
		had := o.mails()
		o.fine(o.Identity.ChangeAddress(ctx, o.mine, client, account, identity.NewAddress{Was: wit, Email: " " + anew + " "}))
		if err := o.Identity.CheckLink(ctx, tn, access.Portal, link); !errs.Is(err, errs.NotFound) {
			o.t.Errorf("a link that went to the old address still works: %v", err)
		}
		if n := len(o.mailed(wit, had)) + len(o.mailed(anew, had)); n != 2 || len(o.mailed(anew, had)) != 1 {
			o.t.Errorf("%d mails, of which %v to the new address", n, o.mailed(anew, had))
		}
		if _, err := o.Identity.Login(ctx, tn, access.Portal, identity.Attempt{Email: anew, Password: "Voordeur2026", Origin: "x"}); err != nil {
			o.t.Errorf("the new address does not log in: %v", err)
		}
		if _, err := o.Identity.Login(ctx, tn, access.Portal, identity.Attempt{Email: wit, Password: "Voordeur2026", Origin: "x"}); err == nil {
			o.t.Error("the old address logs in")
		}
		o.fine(o.Identity.ChangeAddress(ctx, o.mine, client, account, identity.NewAddress{Was: wit, Email: anew})) // the second click
		if o.mails() != had+2 || o.told("account.email_changed") != 1 {
			o.t.Errorf("%d mails, %d entries", o.mails()-had, o.told("account.email_changed"))
		}
	})
}

func TestAnAddressThatIsRefusedChangesNothing(t *testing.T) {
	inOffice(t, func(o *reception) {
		ctx := context.Background()
		client, account := o.of(wit)
		other, _ := o.of(bas)
		had := o.mails()
		for name, c := range map[string]struct {
			by     access.Staff
			client string
			in     identity.NewAddress
			kind   errs.Kind
		}{
			"no address":            {o.mine, client, identity.NewAddress{Was: wit, Email: "geen"}, errs.Invalid},
			"empty":                 {o.mine, client, identity.NewAddress{Was: wit}, errs.Invalid},
			"another's":             {o.mine, client, identity.NewAddress{Was: wit, Email: strings.ToUpper(bas)}, errs.Invalid},
			"changed meanwhile":     {o.mine, client, identity.NewAddress{Was: "oud@post.example", Email: anew}, errs.Invalid},
			"another client's page": {o.mine, other, identity.NewAddress{Was: wit, Email: anew}, errs.NotFound},
			"an auditor":            {o.Staff(o.t, "notaris", "Ada Controle"), client, identity.NewAddress{Was: wit, Email: anew}, errs.Forbidden},
		} {
			if err := o.Identity.ChangeAddress(ctx, c.by, c.client, account, c.in); !errs.Is(err, c.kind) {
				o.t.Errorf("%s: %v", name, err)
			}
		}
		if _, still := o.of(wit); still != account || o.mails() != had || o.told("account.email_changed") != 0 {
			o.t.Errorf("%d mails, %d entries", o.mails()-had, o.told("account.email_changed"))
		}
	})
}

// Who could not be reached can be again once his address is another, and gets at the new one what he
// missed: his invitation, or the word that mail arrives again. Nothing goes to the old one.
func TestAnotherAddressMendsWhoCouldNotBeReached(t *testing.T) {
	inOffice(t, func(o *reception) {
		if o.lost() != bas {
			o.t.Fatalf("unreachable are %s", o.lost())
		}
		ctx := context.Background()
		client, account := o.of(bas)
		had := o.mails()
		o.fine(o.Identity.ChangeAddress(ctx, o.mine, client, account, identity.NewAddress{Was: bas, Email: anew}))
		if got := o.mailed(anew, had); o.lost() != "" || len(got) != 1 || !strings.Contains(got[0], "toegang") || len(o.mailed(bas, had)) != 0 {
			o.t.Errorf("unreachable %q; mails %v and %v", o.lost(), got, o.mailed(bas, had))
		}
		client, account = o.of(wit)
		o.bounce(account)
		had = o.mails()
		o.fine(o.Identity.ChangeAddress(ctx, o.mine, client, account, identity.NewAddress{Was: wit, Email: "dewit@post.example"}))
		if got := o.mailed("dewit@post.example", had); o.lost() != "" || len(got) != 1 || len(o.mailed(wit, had)) != 0 {
			o.t.Errorf("unreachable %q; mails %v and %v", o.lost(), got, o.mailed(wit, had))
		}
	})
}

func TestMailingAgainAndHandled(t *testing.T) {
	inOffice(t, func(o *reception) {
		ctx := context.Background()
		client, account := o.of(bas)
		had := o.mails()
		for _, once := range []string{"k1", "k1"} {
			o.fine(o.Identity.MailAgain(ctx, o.mine, client, account, once))
		}
		if got := o.mailed(bas, had); len(got) != 1 || !strings.Contains(got[0], "toegang") || o.lost() != bas {
			o.t.Errorf("mails %v, unreachable %q", got, o.lost())
		}
		o.now.Advance(4 * 24 * time.Hour)
		if err := o.Identity.MailAgain(ctx, o.mine, client, account, "k2"); !errs.Is(err, errs.Conflict) || o.lost() != "" {
			o.t.Errorf("when it is mended: %v, unreachable %q", err, o.lost())
		}
		client, account = o.of(wit)
		o.bounce(account)
		for _, verb := range []func() error{
			func() error {
				return o.Identity.Reached(ctx, o.Staff(o.t, "notaris", "Ada Controle"), client, account)
			},
			func() error {
				return o.Identity.MailAgain(ctx, o.Staff(o.t, "notaris", "Ada Controle"), client, account, "k3")
			},
		} {
			if err := verb(); !errs.Is(err, errs.Forbidden) || o.lost() != wit {
				o.t.Errorf("by an auditor: %v, unreachable %q", err, o.lost())
			}
		}
		had = o.mails()
		o.fine(o.Identity.MailAgain(ctx, o.mine, client, account, "k4"))
		if got := o.mailed(wit, had); len(got) != 1 || !strings.Contains(got[0], "weer") {
			o.t.Errorf("who has a password is mailed %v", got)
		}
		for range 2 {
			o.fine(o.Identity.Reached(ctx, o.mine, client, account))
		}
		if o.lost() != "" || o.told("account.reached") != 1 || o.told("account.mailed_again") != 2 {
			o.t.Errorf("unreachable %q, %d and %d entries", o.lost(), o.told("account.reached"), o.told("account.mailed_again"))
		}
		o.bounce(account)
		o.fine(o.Identity.Block(ctx, o.mine, client, account))
		if err := o.Identity.MailAgain(ctx, o.mine, client, account, "k5"); !errs.Is(err, errs.Conflict) {
			o.t.Errorf("blocked: %v", err)
		}
	})
}

// Security mail goes out whatever came back; and who follows the link in it has shown that it arrives.
func TestWhoFollowsALinkCanBeReached(t *testing.T) {
	inOffice(t, func(o *reception) {
		ctx, tn := context.Background(), o.Tenant(o.t, "notaris")
		_, account := o.of(wit)
		o.bounce(account)
		o.fine(o.Identity.RequestPassword(ctx, tn, access.Portal, wit, ""))
		o.Work(o.t)
		if o.lost() != bas+" "+wit && o.lost() != wit+" "+bas {
			o.t.Errorf("unreachable %q", o.lost())
		}
		_, err := o.Identity.SetPassword(ctx, tn, access.Portal, secretIn(o.t, o.Outbox), "Voordeur2027", "x")
		o.fine(err)
		if o.lost() != bas || o.told("account.reached") != 1 {
			o.t.Errorf("unreachable %q, %d entries", o.lost(), o.told("account.reached"))
		}
	})
}

// secretIn is the secret of the newest link that was mailed.
func secretIn(t *testing.T, outbox string) string {
	t.Helper()
	all := mailtest.Outbox(t, outbox)
	for n := len(all) - 1; n >= 0; n-- {
		if _, rest, ok := strings.Cut(all[n].Text, "/password/"); ok {
			return strings.Fields(rest)[0]
		}
	}
	t.Fatal("no link was mailed")
	return ""
}
