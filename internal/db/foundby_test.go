package db_test

import (
	"context"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

// The words that a dossier was found by stay as they are, and those of its clients and documents come beside them.
func TestMigration41KeepsTheWordsAndAddsThoseOfClientsAndDocuments(t *testing.T) {
	eachEmpty(t, func(t *testing.T, d *db.DB) {
		if err := d.MigrateFrom(context.Background(), first(t, len(first(t, -1))-1)); err != nil {
			t.Fatal(err)
		}
		const at = `'2026-01-01T00:00:00.000000Z'`
		raw := dbtest.Raw(t, d)
		for _, row := range []string{
			`tenant (id, name, settings, wrapped_key, version, created_at) values ('t', 'T', '{}', 'x', 1, ` + at + `)`,
			`account (tenant_id, id, face, role, email, email_key, name, state, created_at) values ('t', 'a', 'office', 'handler', 'a@b.example', 'a', 'A', 'active', ` + at + `)`,
			`client (tenant_id, id, kind, name, number, search, created_at) values ('t', 'c', 'person', 'Familie Koop', '1', 'x', ` + at + `)`,
			`dossier (tenant_id, id, number, title, status, closed, search, created_at, updated_at) values ('t', 'd', '7', 'Koop', 'x', false, '7 koop', ` + at + `, ` + at + `)`,
			`dossier_party (tenant_id, dossier_id, client_id, added_at) values ('t', 'd', 'c', ` + at + `)`,
			`document (tenant_id, id, dossier_id, origin, category, title, file_name, media_type, size, sha256, blob_key, blob_size, blob_sum, state, created_at, created_by) values
				('t', 'x', 'd', 'office', 'document', 'Concept 2', 'x', 'x', 1, 'x', 'x', 1, 'x', 'released', ` + at + `, 'a')`,
			`dossier_word (tenant_id, word, dossier_id) values ('t', '7', 'd'), ('t', 'koop', 'd')`,
		} {
			if _, err := raw.Exec(`insert into ` + row); err != nil {
				t.Fatal(err, row)
			}
		}
		migrate(t, d)
		own := count(t, d, `select count(*) from dossier_word where own and word in ('7', 'koop')`)
		others := count(t, d, `select count(*) from dossier_word where not own and word in ('familie', 'concept', '2')`)
		if all := count(t, d, `select count(*) from dossier_word`); own != 2 || others != 3 || all != 5 {
			t.Errorf("%d of its own, %d of others, %d in all; want 2, 3 and 5", own, others, all)
		}
	})
}
