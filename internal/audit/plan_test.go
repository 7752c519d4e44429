package audit

import (
	"context"
	"strings"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

// plan returns how SQLite runs a statement, which stands in no statistics: every database begins
// without any.
func plan(t *testing.T, steps []string, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(steps, "\n")
}

func step(scan db.Scan) (string, error) {
	var id, parent, unused int
	var s string
	err := scan(&id, &parent, &unused, &s)
	return s, err
}

func TestEveryFilterIsARangeOfItsOwnIndex(t *testing.T) {
	d, ctx := dbtest.SQLite(t, nil), context.Background()
	from, until, id := bounds(Filter{})
	args := []any{"notaris", from, until, id, "", "", "", "", ""}
	only := db.Join(within, anyGroup, anyDossier)
	got := map[string]string{}
	steps, err := db.All(ctx, d, step, db.Join(`explain query plan`, unfiltered, only, anyActor, anyClient, newest), args...)
	got["journal_all"] = plan(t, steps, err)
	steps, err = db.All(ctx, d, step, db.Join(`explain query plan`, filtered, within, inGroup, anyDossier, anyActor, anyClient, newest), args...)
	got["journal_group"] = plan(t, steps, err)
	steps, err = db.All(ctx, d, step, db.Join(`explain query plan`, filtered, within, anyGroup, inDossier, anyActor, anyClient, newest), args...)
	got["journal_dossier"] = plan(t, steps, err)
	steps, err = db.All(ctx, d, step, db.Join(`explain query plan`, filtered, only, byActor, anyClient, newest), args...)
	got["journal_actor"] = plan(t, steps, err)
	steps, err = db.All(ctx, d, step, db.Join(`explain query plan`, filtered, only, aboutActor, anyClient, newest), args...)
	got["journal_about"] = plan(t, steps, err)
	for index, p := range got {
		if !strings.Contains(p, "USING INDEX "+index+" ") || !strings.Contains(p, "(at,id)<(?,?)") || strings.Contains(p, "TEMP B-TREE") {
			t.Errorf("%s is not walked in order:\n%s", index, p)
		}
	}
	steps, err = db.All(ctx, d, step, db.Join(`explain query plan`, filtered, only, anyActor, ofClient, `union`, inParty, only, anyActor), args...)
	for _, want := range []string{"USING INDEX journal_client (", "INDEX dossier_party_client (tenant_id=? AND client_id=?)", "USING INDEX journal_dossier (tenant_id=? AND dossier_id=?"} {
		if p := plan(t, steps, err); !strings.Contains(p, want) {
			t.Errorf("a client's entries are not found by %s:\n%s", want, p)
		}
	}
}
