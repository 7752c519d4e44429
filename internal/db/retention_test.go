package db_test

import (
	"context"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

// A dossier that was closed before there were terms knows since when, and never becomes due.
func TestMigration38KnowsSinceWhenADossierIsClosed(t *testing.T) {
	eachEmpty(t, func(t *testing.T, d *db.DB) {
		if err := d.MigrateFrom(context.Background(), first(t, 35)); err != nil {
			t.Fatal(err)
		}
		const at = `'2026-01-01T00:00:00.000000Z'`
		raw := dbtest.Raw(t, d)
		for _, row := range []string{
			`tenant (id, name, settings, wrapped_key, version, created_at) values ('t', 'T', '{}', 'x', 1, ` + at + `)`,
			`account (tenant_id, id, face, role, email, email_key, name, state, created_at) values ('t', 'a', 'office', 'handler', 'a@b.example', 'a', 'A', 'active', ` + at + `)`,
			`dossier (tenant_id, id, number, title, status, closed, handler_id, search, created_at, updated_at) values ('t', 'open', '1', 'D', 'x', false, 'a', '1 d', ` + at + `, ` + at + `)`,
			`dossier (tenant_id, id, number, title, status, closed, handler_id, search, created_at, updated_at) values ('t', 'over', '2', 'D', 'y', true, 'a', '2 d', ` + at + `, ` + at + `)`,
			`dossier_status (tenant_id, dossier_id, n, status, note, at, account_id) values ('t', 'over', 1, 'x', '', ` + at + `, 'a')`,
			`dossier_status (tenant_id, dossier_id, n, status, note, at, account_id) values ('t', 'over', 2, 'y', '', '2026-02-01T00:00:00.000000Z', 'a')`,
		} {
			if _, err := raw.Exec(`insert into ` + row); err != nil {
				t.Fatal(err, row)
			}
		}
		migrate(t, d)
		if n := count(t, d, `select count(*) from dossier where expires_at is null and (id = 'open' and closed_at is null or id = 'over' and closed_at = '2026-02-01T00:00:00.000000Z')`); n != 2 {
			t.Errorf("%d of 2 know it", n)
		}
	})
}
