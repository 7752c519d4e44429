package db_test

import (
	"context"
	"fmt"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

func TestMigration28GivesEveryDocumentANumberOfItsOwn(t *testing.T) {
	eachEmpty(t, func(t *testing.T, d *db.DB) {
		if err := d.MigrateFrom(context.Background(), first(t, 27)); err != nil {
			t.Fatal(err)
		}
		raw := dbtest.Raw(t, d)
		exec := func(q string) {
			t.Helper()
			if _, err := raw.Exec(q); err != nil {
				t.Fatal(err, q)
			}
		}
		const at = `'2026-01-0%dT00:00:00.000000Z'`
		for _, tenant := range []string{"s", "t", "u"} {
			exec(fmt.Sprintf(`insert into tenant (id, name, settings, wrapped_key, version, created_at) values ('%s', 'T', '{}', 'x', 1, `+at+`)`, tenant, 1))
			exec(fmt.Sprintf(`insert into account (tenant_id, id, face, role, email, email_key, name, state, created_at) values ('%s', 'a', 'office', 'handler', 'a@b.example', 'a', 'A', 'active', `+at+`)`, tenant, 1))
			exec(fmt.Sprintf(`insert into dossier (tenant_id, id, number, title, status, closed, handler_id, search, created_at, updated_at) values ('%s', 'd', '1', 'D', 'open', false, 'a', '1 d', `+at+`, `+at+`)`, tenant, 1, 1))
		}
		for _, doc := range []struct {
			tenant, id string
			day        int
		}{{"t", "later", 3}, {"t", "b", 2}, {"t", "a", 2}, {"s", "alone", 1}} {
			exec(fmt.Sprintf(`insert into document (tenant_id, id, dossier_id, origin, category, title, file_name, media_type, size, sha256, blob_key, blob_size, blob_sum, created_at, created_by)
				values ('%s', '%s', 'd', 'office', 'document', 'x', 'x.pdf', 'application/pdf', 1, 'x', 'k', 1, 'x', `+at+`, 'a')`, doc.tenant, doc.id, doc.day))
		}
		migrate(t, d)
		if n := count(t, d, `select count(*) from document where id = 'a' and reference = 10001 or id = 'b' and reference = 10002 or id = 'later' and reference = 10003 or id = 'alone' and reference = 10001`); n != 4 {
			t.Errorf("%d of 4 documents have the number of their turn", n)
		}
		if n := count(t, d, `select count(*) from document_counter where tenant_id = 't' and last = 10003 or tenant_id = 's' and last = 10001`); n != 2 {
			t.Errorf("%d of 2 organisations go on from there", n)
		}
		if _, err := raw.Exec(`update document set reference = 10001 where id = 'later'`); err == nil {
			t.Error("two documents have one number")
		}
	})
}
