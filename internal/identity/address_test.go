package identity_test

import (
	"errors"
	"strings"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/clock"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
	"voordeur/internal/world/worldtest"
)

// address lets the notary's clients give their address, or not.
func address(t *testing.T, w *worldtest.World, may string) {
	t.Helper()
	set(t, w, func(s *tenant.Settings) { s.Contact.Address = may })
}

// gives has a client give an address about which nobody decides.
func gives(w *worldtest.World, a access.Client, in identity.Address) error {
	asked, err := w.Identity.GiveAddress(ctx, a, in)
	if asked {
		return errors.New("it waits for a decision")
	}
	return err
}

func TestA15_AnAddressIsKeptSealedAndStaffSeeIt(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		_, a := entered(t, w)
		address(t, w, tenant.Edit)
		must(t, gives(w, a, identity.Address{Street: " Nieuwe  Kade 5 ", Postcode: "3511ab", City: "Utrecht"}))
		list, err := w.Identity.Contacts(ctx, w.Staff(t, "notaris", office), a.Scope().Client())
		must(t, err)
		if len(list) != 1 || strings.Join(list[0].Address.Lines(), "|") != "Nieuwe Kade 5|3511 AB  Utrecht" || list[0].AddressAt == nil {
			t.Errorf("%+v", list)
		}
		var sealed []byte
		must(t, w.DB.QueryRow(ctx, `select address from account where tenant_id = 'notaris' and id = $1`, a.Scope().Account()).Scan(&sealed))
		if len(sealed) == 0 || strings.Contains(string(sealed), "Kade") {
			t.Errorf("stored as %q", sealed)
		}
		must(t, gives(w, a, identity.Address{Street: "Rue Haute 1", Postcode: "1000", City: "Brussel", Country: "België"}))
		c, err := w.Identity.Contact(ctx, a)
		must(t, err)
		if c.Address.Country != "België" || c.Address.Postcode != "1000" {
			t.Errorf("abroad: %+v", c.Address)
		}
	})
}

func TestA15_ABadAddressIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		_, a := entered(t, w)
		good := identity.Address{Street: "Kade 5", Postcode: "3511 AB", City: "Utrecht"}
		if err := gives(w, a, good); !errs.Is(err, errs.NotFound) {
			t.Errorf("where the office does not let him: %v", err)
		}
		address(t, w, tenant.Edit)
		must(t, gives(w, a, good))
		for field, bad := range map[string]identity.Address{
			"street":   {Postcode: "3511 AB", City: "Utrecht"},
			"postcode": {Street: "Kade 5", Postcode: "12AB", City: "Utrecht"},
			"city":     {Street: "Kade 5", Postcode: "3511 AB", City: strings.Repeat("x", 101)},
		} {
			if f := errs.FieldsOf(gives(w, a, bad)); len(f) != 1 || f[0].Name != field {
				t.Errorf("%s: %v", field, f)
			}
		}
		for _, postcode := range []string{"0123 AB", "1234", "1234 A1", "1234 ABC", ""} {
			if err := gives(w, a, identity.Address{Street: "Kade 5", Postcode: postcode, City: "Utrecht"}); !errs.Is(err, errs.Invalid) {
				t.Errorf("%q: %v", postcode, err)
			}
		}
		c, err := w.Identity.Contact(ctx, a)
		must(t, err)
		if c.Address != good {
			t.Errorf("it became %+v", c.Address)
		}
		var entries int
		must(t, w.DB.QueryRow(ctx, `select count(*) from journal where tenant_id = 'notaris' and event = 'account.address_given'`).Scan(&entries))
		must(t, gives(w, a, good))
		var after int
		must(t, w.DB.QueryRow(ctx, `select count(*) from journal where tenant_id = 'notaris' and event = 'account.address_given'`).Scan(&after))
		if entries != 1 || after != 1 {
			t.Errorf("%d entries, then %d", entries, after)
		}
	})
}
