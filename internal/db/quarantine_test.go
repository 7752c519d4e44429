package db_test

import (
	"context"
	"slices"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

// before00006 is a small tenant as schema 5 holds it, with a document in each state and a check that
// was given up.
var before00006 = []string{
	`insert into tenant (id, name, settings, wrapped_key, version, created_at) values ('t', 'T', '{}', 'x', 1, '2026-01-01T00:00:00.000000Z')`,
	`insert into account (tenant_id, id, face, role, email, email_key, name, state, created_at) values ('t', 'a', 'office', 'handler', 'a@b.example', 'a@b.example', 'A', 'active', '2026-01-01T00:00:00.000000Z')`,
	`insert into dossier (tenant_id, id, number, title, status, closed, handler_id, search, created_at, updated_at)
		values ('t', 'd', '1', 'D', 'open', false, 'a', '1 d', '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z')`,
	`insert into document (tenant_id, id, dossier_id, origin, category, title, file_name, media_type, size, sha256, blob_key, blob_size, blob_sum, state, created_at, created_by)
		select 't', s.state, 'd', 'office', 'document', 'x', 'x.pdf', 'application/pdf', 1, 'x', s.state, 1, 'x', s.state, '2026-01-01T00:00:00.000000Z', 'a'
		from (select 'checking' as state union all select 'released' union all select 'refused') s`,
	`insert into document_read (tenant_id, document_id, account_id, first_at, last_at) values ('t', 'released', 'a', '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z')`,
	`insert into job (tenant_id, id, kind, payload, run_at, attempt, created_at) values ('t', 'scan', 'document.scan', '{}', '2126-01-01T00:00:00.000000Z', 12, '2026-01-01T00:00:00.000000Z'),
		('t', 'mail', 'mail.send', '{}', '2126-01-01T00:00:00.000000Z', 12, '2026-01-01T00:00:00.000000Z')`,
}

func TestMigration6KeepsDocumentsAndTheirReferences(t *testing.T) {
	eachEmpty(t, func(t *testing.T, d *db.DB) {
		if err := d.MigrateFrom(context.Background(), first(t, 5)); err != nil {
			t.Fatal(err)
		}
		raw := dbtest.Raw(t, d)
		if d.Dialect() == db.SQLite { // which checks references for connections that ask for it
			raw.SetMaxOpenConns(1)
			if _, err := raw.Exec(`pragma foreign_keys = on`); err != nil {
				t.Fatal(err)
			}
		}
		for _, q := range before00006 {
			if _, err := raw.Exec(q); err != nil {
				t.Fatal(err, q)
			}
		}
		migrate(t, d)
		if n := count(t, d, `select count(*) from document where id = state and found = '' and flags = ''`); n != 3 {
			t.Errorf("%d of 3 documents kept their state", n)
		}
		if n := count(t, d, `select count(*) from job where id = 'scan' and lane = 'document.scan' and run_at < '2027-01-01' or id = 'mail' and lane = '' and run_at > '2125-01-01'`); n != 2 {
			t.Error("the check that was given up is not taken up again, or the mail is")
		}
		for _, bad := range []string{
			`update document set state = 'clean'`, `update document set state = null`, `delete from document where id = 'released'`,
			`insert into document_read (tenant_id, document_id, account_id, first_at, last_at) values ('t', 'gone', 'a', '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z')`,
			`insert into document_verdict (tenant_id, document_id, account_id, verdict, reason, at) values ('t', 'gone', 'a', 'release', 'x', '2026-01-01T00:00:00.000000Z')`,
			`insert into document_verdict (tenant_id, document_id, account_id, verdict, reason, at) values ('t', 'refused', 'a', 'release', '', '2026-01-01T00:00:00.000000Z')`,
		} {
			if _, err := raw.Exec(bad); err == nil {
				t.Errorf("was taken: %s", bad)
			}
		}
		for _, state := range []string{"quarantined", "unscannable"} {
			if _, err := raw.Exec(`update document set state = $1 where id = 'checking'`, state); err != nil {
				t.Errorf("%s: %v", state, err)
			}
		}
		if d.Dialect() == db.SQLite {
			if n := count(t, d, `select count(*) from pragma_foreign_key_check`); n != 0 {
				t.Errorf("%d references lead nowhere", n)
			}
		}
	})
}

func TestMigration6HasAnIndexForTheQuarantine(t *testing.T) {
	plan, err := db.All(context.Background(), dbtest.SQLite(t, nil), func(scan db.Scan) (string, error) {
		var a, b, c, text any
		err := scan(&a, &b, &c, &text)
		s, _ := text.(string)
		return s, err
	}, `explain query plan select id from document where tenant_id = 't' and state in ('quarantined', 'unscannable') order by created_at desc, id desc limit 51`)
	if err != nil || !slices.ContainsFunc(plan, func(s string) bool { return s == "SEARCH document USING INDEX document_held (tenant_id=?)" }) {
		t.Errorf("%v, %v", plan, err)
	}
}
