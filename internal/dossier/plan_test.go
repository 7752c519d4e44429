package dossier

import (
	"context"
	"strings"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

// A dossier's parties are found by key: at a million dossiers the walk over all clients in the order of
// their names took a tenth of a second a page.
func TestPartiesAreFoundByKey(t *testing.T) {
	d := dbtest.SQLite(t, nil)
	steps, err := db.All(context.Background(), d, func(scan db.Scan) (string, error) {
		var id, parent, unused int
		var s string
		err := scan(&id, &parent, &unused, &s)
		return s, err
	}, db.Join(`explain query plan`, ` `+selectParties), "notaris", "account", "dossier", true)
	if err != nil {
		t.Fatal(err)
	}
	plan := strings.Join(steps, "\n")
	if !strings.Contains(plan, "SEARCH c USING INDEX sqlite_autoindex_client_1 (tenant_id=? AND id=?)") || strings.Contains(plan, "client_name") {
		t.Errorf("parties are not found by key:\n%s", plan)
	}
}
