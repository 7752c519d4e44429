package tenant_test

import (
	"context"
	"sync"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/tenant"
	"voordeur/internal/world/worldtest"
)

func rename(name string) func(*tenant.Edition) error {
	return func(e *tenant.Edition) error {
		e.Name = name
		return nil
	}
}

func TestD5_TheOperationAsksForTheRightItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, ctx := worldtest.Build(t, d, "notaris", "gemeente"), context.Background()
		before := w.Tenant(t, "notaris")
		for _, name := range []string{"Sanne Verhoeven", "Ada Controle"} {
			if err := w.Tenants.Edit(ctx, w.Staff(t, "notaris", name), before.Version, "style", rename("Van mij")); !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
		var nobody access.Staff
		if err := w.Tenants.Edit(ctx, nobody, before.Version, "style", rename("Van mij")); !errs.Is(err, errs.Forbidden) {
			t.Errorf("nobody: %v", err)
		}
		if err := w.Tenants.Edit(ctx, w.Staff(t, "notaris", "Bea Beheer"), before.Version, "style", rename("De Linde")); err != nil {
			t.Fatal(err)
		}
		if got := w.Tenant(t, "notaris"); got.Name != "De Linde" || got.Version != before.Version+1 {
			t.Errorf("now %q, version %d", got.Name, got.Version)
		}
		if got := w.Tenant(t, "gemeente").Name; got == "De Linde" {
			t.Error("another organisation changed too")
		}
	})
}

func TestD5_OfTwoWhoSaveAtOnceOneWins(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, ctx := worldtest.Build(t, d, "notaris"), context.Background()
		version, admin := w.Tenant(t, "notaris").Version, w.Staff(t, "notaris", "Bea Beheer")
		var wait sync.WaitGroup
		results := make([]error, 8)
		for i := range results {
			wait.Go(func() { results[i] = w.Tenants.Edit(ctx, admin, version, "style", rename("Naam "+string(rune('A'+i)))) })
		}
		wait.Wait()
		won := 0
		for _, err := range results {
			if err == nil {
				won++
			} else if !errs.Is(err, errs.Conflict) {
				t.Error(err)
			}
		}
		n, err := db.One(ctx, d, db.Value[int], `select count(*) from journal where tenant_id = 'notaris' and event = 'tenant.settings_changed'`)
		if err != nil {
			t.Fatal(err)
		}
		if won != 1 || n != 1 {
			t.Errorf("%d won, %d in the journal", won, n)
		}
	})
}

func TestD5_AChangeOfACopyIsNoChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := worldtest.Build(t, d, "notaris")
		e, err := w.Tenant(t, "notaris").Edition()
		if err != nil {
			t.Fatal(err)
		}
		e.Settings.SetLabel(i18n.NL, "nav.dossiers", "Zaken")
		e.Settings.Statuses[0].Name[i18n.NL] = "x"
		e.Settings.Modules[tenant.ModuleDossiers] = false
		now := w.Tenant(t, "notaris").Settings
		if now.Labels[i18n.NL]["nav.dossiers"] != "" || now.Statuses[0].Name[i18n.NL] == "x" || !now.Modules[tenant.ModuleDossiers] {
			t.Error("editing a copy changed what everybody reads")
		}
	})
}

func TestAPageThatReadsIsOfOneMoment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, ctx := worldtest.Build(t, d, "notaris", "gemeente"), context.Background()
		before := w.Tenant(t, "notaris")
		page := tenant.Seen(ctx, before)
		if err := w.Tenants.Edit(ctx, w.Staff(t, "notaris", "Bea Beheer"), before.Version, "style", rename("De Beuk")); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			ctx      context.Context
			id, want string
		}{{page, "notaris", before.Name}, {ctx, "notaris", "De Beuk"}, {page, "gemeente", w.Tenant(t, "gemeente").Name}} {
			if got, err := w.Tenants.Get(c.ctx, c.id); err != nil || got.Name != c.want {
				t.Errorf("%q, %v, want %q", got.Name, err, c.want)
			}
		}
	})
}
