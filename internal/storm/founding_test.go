package storm

import (
	"context"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/storm/powercut"
	"voordeur/internal/tenant"
)

// founding is the first start of all, in an empty folder, and its first tenant.
var founding = action{"founding", (*user).found, tally{}, ""}

func (u *user) found() int {
	if err := u.create("eerste"); err != nil {
		return 500
	}
	return 200
}

func (h *house) create(id string) error {
	host := id + ".localhost"
	return h.Tenants.Create(context.Background(), tenant.Draft{ID: id, Name: "Eerste", Hosts: map[access.Face]string{
		access.Portal: host, access.Office: "kantoor." + host, access.Docs: "docs." + host,
	}})
}

// nothing is the seed of what begins from nothing.
func nothing() *seed {
	return &seed{files: powercut.Files{}, known: known{Now: clock.System{}.Now()}, look: func(t testing.TB, dir string, what tried) {
		t.Helper()
		w := open(t, dir, nowhere)
		defer w.close()
		ids, err := db.All(context.Background(), w.DB, db.Value[string], `select id from tenant`)
		must(t, err)
		if len(ids) > 1 || len(ids) == 0 && what.outcomes[0] == acknowledged {
			t.Errorf("%s, there are %d tenants", what.outcomes[0], len(ids))
		}
		for _, id := range ids {
			_, err := w.Tenants.Get(context.Background(), id) // opens its key
			must(t, err)
		}
		must(t, w.create("tweede"))
	}}
}
