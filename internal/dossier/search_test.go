package dossier_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/dossier"
	"voordeur/internal/world/worldtest"
)

// found are the numbers of what a search finds, in their order.
func found(t *testing.T, page dossier.Page, err error) string {
	t.Helper()
	check(t, err)
	var out []string
	for _, r := range page.Rows {
		out = append(out, r.Number)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestTheOfficeFindsByClientsAndDocumentsToo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, ctx := worldtest.Build(t, d, "notaris"), context.Background()
		staff := func(name, typed string) string {
			t.Helper()
			page, err := w.Dossiers.StaffList(ctx, w.Staff(t, "notaris", name), dossier.Filter{Search: typed, Statuses: []string{"in_progress", "closed"}})
			return found(t, page, err)
		}
		var id, title string
		check(t, d.QueryRow(ctx, `select x.dossier_id, x.title from document x join dossier q on q.tenant_id = x.tenant_id and q.id = x.dossier_id where x.tenant_id = 'notaris' and q.number = '2026-01482' and x.published_at is null order by x.id limit 1`).Scan(&id, &title))
		first, _, _ := strings.Cut(title, " ")
		for typed, want := range map[string]bool{
			"wit": true, "Lindelaan wit": true, "WIT 2026-01482": true, "01482 hypo": false, "xyzzy wit": false, "it": false,
			title: true, "wit " + first: true,
		} {
			if got := staff("Bea Beheer", typed); strings.Contains(got, "2026-01482") != want {
				t.Errorf("%q finds %q, 2026-01482 among it: %v", typed, got, want)
			}
		}
		// More words than are looked for: the rarest of them decide.
		if got := staff("Bea Beheer", "lindelaan 12 lindelaan 12 wit mevrouw c. de 01482 lindelaan"); got != "2026-01482" {
			t.Errorf("many words find %q", got)
		}

		// A client finds by number and title alone, also where his list is so long that it is searched by words.
		c := w.Client(t, "notaris", "mevrouw C. de Wit")
		for _, long := range []bool{false, true} {
			if long {
				many(t, d, c)
			}
			for typed, want := range map[string]bool{"lindelaan 12": true, "01482": true, "wit": false, title: false} {
				page, err := w.Dossiers.ClientList(ctx, c, dossier.Filter{Search: typed})
				if got := found(t, page, err); strings.Contains(got, "2026-01482") != want {
					t.Errorf("long %v: the client's %q finds %q", long, typed, got)
				}
			}
		}

		// What is added is found at once, and who is no longer a party no longer.
		check(t, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update client set name = 'Familie Ångström' where tenant_id = $1 and id = $2`, "notaris", c.Scope().Client())
			if err != nil {
				return err
			}
			return w.Dossiers.Renamed(ctx, tx, authn.System("notaris", "test"), c.Scope().Client())
		}))
		if now, was := staff("Bea Beheer", "ångström"), staff("Bea Beheer", "wit 01482"); !strings.Contains(now, "2026-01482") || was != "" {
			t.Errorf("by the new name %q, by the old one %q", now, was)
		}
	})
}

// many makes the list of a client long.
func many(t *testing.T, d *db.DB, c access.Client) {
	t.Helper()
	raw := dbtest.Raw(t, d)
	const numbers = `with recursive n (i) as (select 1 union all select i + 1 from n where i < 1000) `
	_, err := raw.Exec(`insert into dossier (tenant_id, id, number, title, status, closed, search, published_at, created_at, updated_at) ` + numbers +
		`select 'notaris', 'many' || cast(i as text), 'M' || cast(i as text), 'x', 'in_progress', false, 'x', q.updated_at, q.updated_at, q.updated_at from n, (select min(updated_at) as updated_at from dossier) q`)
	check(t, err)
	_, err = raw.Exec(`insert into dossier_list (tenant_id, viewer, dossier_id, closed, status, updated_at) ` + numbers +
		`select 'notaris', 'client:` + c.Scope().Client() + `', 'many' || cast(i as text), false, 'in_progress', q.updated_at from n, (select min(updated_at) as updated_at from dossier) q`)
	check(t, err)
}
