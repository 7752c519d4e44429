package identity_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
	"voordeur/internal/world/worldtest"
)

var (
	kade   = identity.Address{Street: "Nieuwe Kade 5", Postcode: "3511 AB", City: "Utrecht"}
	gracht = identity.Address{Street: "Oude Gracht 7", Postcode: "3511 AC", City: "Utrecht"}
)

// approved lets the notary's clients give an address about which staff decide first.
func approved(t *testing.T, w *worldtest.World) {
	t.Helper()
	set(t, w, func(s *tenant.Settings) { s.Contact.Address, s.Contact.AddressApproval = tenant.Edit, true })
}

// as logs a client in.
func as(t *testing.T, w *worldtest.World, address string) access.Client {
	t.Helper()
	out, err := login(w, t, "notaris", address, world.Password, "")
	must(t, err)
	return clientOf(t, w, out.Session)
}

// asked has a client give an address that waits for a decision, and returns that.
func asked(t *testing.T, w *worldtest.World, a access.Client, in identity.Address) identity.AskedAddress {
	t.Helper()
	w.DB.Clock().(*clock.Manual).Advance(time.Second)
	asked, err := w.Identity.GiveAddress(ctx, a, in)
	must(t, err)
	r, err := w.Identity.OwnAskedAddress(ctx, a)
	must(t, err)
	if !asked || !r.Waits() || r.Address != in {
		t.Fatalf("%+v does not wait: %v, %+v", in, asked, r)
	}
	return r
}

// lives is the address of a client's account.
func lives(t *testing.T, w *worldtest.World, a access.Client) identity.Address {
	t.Helper()
	c, err := w.Identity.Contact(ctx, a)
	must(t, err)
	return c.Address
}

// outcome is what became of a client's last address.
func outcome(t *testing.T, w *worldtest.World, a access.Client) string {
	t.Helper()
	r, err := w.Identity.OwnAskedAddress(ctx, a)
	must(t, err)
	return r.Outcome
}

func TestA15_StaffAcceptAnAddressBeforeItCounts(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		_, a := entered(t, w)
		s, client, account := w.Staff(t, "notaris", office), a.Scope().Client(), a.Scope().Account()
		approved(t, w)
		r := asked(t, w, a, kade)
		asked(t, w, a, kade) // sent twice
		if lives(t, w, a) != (identity.Address{}) {
			t.Error("it counts before anybody accepted it")
		}
		list, err := w.Identity.AskedAddresses(ctx, s)
		must(t, err)
		n, err := w.Identity.CountAskedAddresses(ctx, s)
		must(t, err)
		if len(list) != 1 || list[0].ID != r.ID || list[0].Address != kade || list[0].Client != client || n != 1 {
			t.Fatalf("staff see %+v, and count %d", list, n)
		}
		var sealed []byte
		must(t, w.DB.QueryRow(ctx, `select address from asked_address where tenant_id = 'notaris'`).Scan(&sealed))
		if len(sealed) == 0 || strings.Contains(string(sealed), "Kade") {
			t.Errorf("stored as %q", sealed)
		}
		had := len(mails(t, w, email))
		must(t, w.Identity.AcceptAddress(ctx, s, client, account, r.ID))
		must(t, w.Identity.AcceptAddress(ctx, s, client, account, r.ID)) // a second click
		if lives(t, w, a) != kade || outcome(t, w, a) != identity.AddressAccepted {
			t.Errorf("accepted: %+v, %s", lives(t, w, a), outcome(t, w, a))
		}
		got := mails(t, w, email)[had:]
		if len(got) != 1 || !strings.Contains(got[0], "Wij hebben het bekeken") || strings.Contains(got[0], "Kade") {
			t.Errorf("mailed: %q", got)
		}
		left, err := db.One(ctx, w.DB, db.Value[int], `select count(*) from asked_address where tenant_id = 'notaris' and address is not null`)
		if err != nil || left != 0 {
			t.Errorf("%d addresses are kept twice, %v", left, err)
		}
		if n, err := w.Identity.CountAskedAddresses(ctx, s); err != nil || n != 0 {
			t.Errorf("%d wait, %v", n, err)
		}
		events, err := db.All(ctx, w.DB, db.Value[string], `select event from journal where tenant_id = 'notaris' and event like 'account.address%' order by at, event desc`)
		if err != nil || strings.Join(events, " ") != "account.address_asked account.address_accepted" {
			t.Errorf("the journal has %v, %v", events, err)
		}
	})
}

func TestA15_ARefusedAddressChangesNothingAndSaysWhy(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		_, a := entered(t, w)
		s, client, account := w.Staff(t, "notaris", office), a.Scope().Client(), a.Scope().Account()
		address(t, w, tenant.Edit)
		must(t, gives(w, a, kade))
		approved(t, w)
		r := asked(t, w, a, gracht)
		for want, reason := range map[string]string{"field.required": "  ", "field.too_long": strings.Repeat("x", 501)} {
			if f := errs.FieldsOf(w.Identity.RefuseAddress(ctx, s, client, account, r.ID, reason)); len(f) != 1 || f[0].Name != "reason" || f[0].Key != want {
				t.Errorf("%s: %v", want, f)
			}
		}
		must(t, w.Identity.RefuseAddress(ctx, s, client, account, r.ID, " Stuur een uittreksel "))
		must(t, w.Identity.RefuseAddress(ctx, s, client, account, r.ID, "Stuur een uittreksel")) // a second click
		own, err := w.Identity.OwnAskedAddress(ctx, a)
		must(t, err)
		if lives(t, w, a) != kade || own.Outcome != identity.AddressRefused || own.Reason != "Stuur een uittreksel" || own.Address != gracht {
			t.Errorf("refused: %+v, %+v", lives(t, w, a), own)
		}
		if n := len(mails(t, w, email)); !strings.Contains(mails(t, w, email)[n-1], "Wij hebben het bekeken") || strings.Contains(mails(t, w, email)[n-1], "uittreksel") {
			t.Errorf("mailed: %q", mails(t, w, email)[n-1])
		}
		var sealed []byte
		must(t, w.DB.QueryRow(ctx, `select reason from asked_address where tenant_id = 'notaris' and reason is not null`).Scan(&sealed))
		if strings.Contains(string(sealed), "uittreksel") {
			t.Errorf("stored as %q", sealed)
		}
		asked(t, w, a, gracht) // with the paper
		left, err := db.One(ctx, w.DB, db.Value[int], `select count(*) from asked_address where tenant_id = 'notaris' and reason is not null`)
		if err != nil || left != 0 {
			t.Errorf("%d reasons are left, %v", left, err)
		}
	})
}

func TestA15_AClientWithdrawsOrReplacesAnAddressThatWaits(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		_, a := entered(t, w)
		s, client, account := w.Staff(t, "notaris", office), a.Scope().Client(), a.Scope().Account()
		approved(t, w)
		old := asked(t, w, a, kade)
		r := asked(t, w, a, gracht)
		// The page of the employee, and another window of the client, still show the first one.
		for what, err := range map[string]error{
			"accepted":  w.Identity.AcceptAddress(ctx, s, client, account, old.ID),
			"refused":   w.Identity.RefuseAddress(ctx, s, client, account, old.ID, "Nee"),
			"withdrawn": w.Identity.WithdrawAddress(ctx, a, old.ID),
		} {
			if !errs.Is(err, errs.Conflict) {
				t.Errorf("a replaced address is %s: %v", what, err)
			}
		}
		if other := as(t, w, "p.vanhouten@post.example"); !errs.Is(w.Identity.WithdrawAddress(ctx, other, r.ID), errs.NotFound) {
			t.Error("another client withdraws it")
		}
		must(t, w.Identity.WithdrawAddress(ctx, a, r.ID))
		must(t, w.Identity.WithdrawAddress(ctx, a, r.ID)) // a second click
		if err := w.Identity.AcceptAddress(ctx, s, client, account, r.ID); !errs.Is(err, errs.Conflict) || lives(t, w, a) != (identity.Address{}) {
			t.Errorf("a withdrawn one is accepted: %v", err)
		}
		r = asked(t, w, a, kade)
		must(t, w.Identity.AcceptAddress(ctx, s, client, account, r.ID))
		if err := w.Identity.WithdrawAddress(ctx, a, r.ID); !errs.Is(err, errs.Conflict) || lives(t, w, a) != kade {
			t.Errorf("an accepted one is withdrawn: %v", err)
		}
		// Who gives the address that he has, takes back the other one.
		asked(t, w, a, gracht)
		must(t, gives(w, a, kade))
		if outcome(t, w, a) != "withdrawn" || lives(t, w, a) != kade {
			t.Errorf("%s, %+v", outcome(t, w, a), lives(t, w, a))
		}
	})
}

func TestA15_OnlyStaffWhoWorkDecideAboutAddresses(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		_, a := entered(t, w)
		s, client, account := w.Staff(t, "notaris", office), a.Scope().Client(), a.Scope().Account()
		approved(t, w)
		r := asked(t, w, a, kade)
		auditor := w.Staff(t, "notaris", "Ada Controle")
		if err := w.Identity.AcceptAddress(ctx, auditor, client, account, r.ID); !errs.Is(err, errs.Forbidden) {
			t.Errorf("an auditor accepts: %v", err)
		}
		if err := w.Identity.RefuseAddress(ctx, auditor, client, account, r.ID, "Nee"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("an auditor refuses: %v", err)
		}
		other := as(t, w, "p.vanhouten@post.example")
		if err := w.Identity.AcceptAddress(ctx, s, other.Scope().Client(), other.Scope().Account(), r.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("as that of another account: %v", err)
		}
		if err := w.Identity.RefuseAddress(ctx, s, other.Scope().Client(), account, r.ID, "Nee"); !errs.Is(err, errs.NotFound) {
			t.Errorf("as that of another client: %v", err)
		}
		if outcome(t, w, a) != "" {
			t.Errorf("it became %q", outcome(t, w, a))
		}
	})
}

func TestA15_TwoColleaguesDecideOnce(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		_, a := entered(t, w)
		client, account := a.Scope().Client(), a.Scope().Account()
		approved(t, w)
		r := asked(t, w, a, kade)
		had := len(mails(t, w, email))
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		decide := func(err error) {
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case !errs.Is(err, errs.Conflict):
				t.Error(err)
			}
		}
		one, two := w.Staff(t, "notaris", office), w.Staff(t, "notaris", "Jan Terpstra")
		wg.Go(func() { decide(w.Identity.AcceptAddress(ctx, one, client, account, r.ID)) })
		wg.Go(func() { decide(w.Identity.RefuseAddress(ctx, two, client, account, r.ID, "Nee")) })
		wg.Wait()
		if accepted := lives(t, w, a) == kade; won != 1 || accepted != (outcome(t, w, a) == identity.AddressAccepted) {
			t.Errorf("%d decided: %+v, %s", won, lives(t, w, a), outcome(t, w, a))
		}
		if n := len(mails(t, w, email)) - had; n != 1 {
			t.Errorf("%d mails", n)
		}
	})
}

// An organisation that no longer wants to decide still has what waits; what a client gives from then on counts at once.
func TestA15_WithoutApprovalAnAddressCountsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		_, a := entered(t, w)
		s := w.Staff(t, "notaris", office)
		approved(t, w)
		asked(t, w, a, kade)
		set(t, w, func(s *tenant.Settings) { s.Contact.AddressApproval = false })
		if n, err := w.Identity.CountAskedAddresses(ctx, s); err != nil || n != 1 {
			t.Errorf("%d wait, %v", n, err)
		}
		must(t, gives(w, a, kade))
		if lives(t, w, a) != kade || outcome(t, w, a) != "replaced" {
			t.Errorf("%+v, %s", lives(t, w, a), outcome(t, w, a))
		}
	})
}

func TestA15_NobodyDecidesAboutAnAccountThatIsGone(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		s := w.Staff(t, "notaris", office)
		approved(t, w)
		head := as(t, w, "directie@bakkerijsmit.example")
		extra := as(t, w, "kim@bakkerijsmit.example")
		r := asked(t, w, extra, kade)
		must(t, w.Identity.RemoveExtra(ctx, head, extra.Scope().Account()))
		if n, err := w.Identity.CountAskedAddresses(ctx, s); err != nil || n != 0 {
			t.Errorf("%d wait, %v", n, err)
		}
		if list, err := w.Identity.AskedAddresses(ctx, s); err != nil || len(list) != 0 {
			t.Errorf("%+v wait, %v", list, err)
		}
		if err := w.Identity.AcceptAddress(ctx, s, extra.Scope().Client(), extra.Scope().Account(), r.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("accepted: %v", err)
		}
		left, err := db.One(ctx, w.DB, db.Value[int], `select count(*) from asked_address where tenant_id = 'notaris' and address is not null`)
		if err != nil || left != 0 {
			t.Errorf("%d addresses are left, %v", left, err)
		}
	})
}

// A client who is blocked is not mailed, and his address can be decided about.
func TestA15_ABlockedClientIsNotMailed(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		_, a := entered(t, w)
		s, client, account := w.Staff(t, "notaris", office), a.Scope().Client(), a.Scope().Account()
		approved(t, w)
		r := asked(t, w, a, kade)
		must(t, w.Identity.Block(ctx, s, client, account))
		had := len(mails(t, w, email))
		must(t, w.Identity.AcceptAddress(ctx, s, client, account, r.ID))
		if n := len(mails(t, w, email)); n != had {
			t.Errorf("%d mails", n-had)
		}
	})
}
