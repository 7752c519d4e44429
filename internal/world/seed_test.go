package world_test

import (
	"context"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/dossier"
	"voordeur/internal/world/worldtest"
)

// What is measured with is what people have: every dossier has its status, which its client sees too.
func TestSeededDossiersHaveAStatusAndATimeline(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := worldtest.Build(t, d, "accountant")
		if err := w.Seed(ctx, "accountant", 30, true); err != nil {
			t.Fatal(err)
		}
		admin := w.Staff(t, "accountant", "Bo Beheer")
		ids, err := db.All(ctx, d, db.Value[string], `select id from dossier where tenant_id = 'accountant' and id like 'seed%'`)
		if err != nil || len(ids) != 30 {
			t.Fatalf("%d dossiers: %v", len(ids), err)
		}
		for _, id := range ids {
			got, err := dossier.ForStaff(ctx, d, admin, id)
			if err != nil {
				t.Fatal(err)
			}
			def, err := w.Dossiers.Definition(ctx, d, admin.Scope(), got.Type)
			if err != nil {
				t.Fatal(err)
			}
			list, err := w.Dossiers.Timeline(ctx, admin.Scope(), got, def)
			if err != nil || len(list) != 1 || list[0].Status != got.Status || got.Shown != got.Status {
				t.Errorf("%s is %q, shown as %q, and was %v: %v", id, got.Status, got.Shown, list, err)
			}
		}
	})
}
