package world_test

import (
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/world/worldtest"
)

func TestWorldIsLargeEnoughToTryEveryRow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := worldtest.Build(t, d)
		if len(w.Summary.Tenants) != 5 {
			t.Fatalf("%d tenants, want 5", len(w.Summary.Tenants))
		}
		clients, dossiers, documents, messages := w.Counts(t, "notaris")
		if clients < 3 || dossiers < 12 || documents < 60 || messages < 40 {
			t.Errorf("notaris has %d clients, %d dossiers, %d documents, %d messages", clients, dossiers, documents, messages)
		}
	})
}
