package db_test

import (
	"context"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

// before00011 are two employees as schema 9 holds them, one with an app.
var before00011 = []string{
	`insert into tenant (id, name, settings, wrapped_key, version, created_at) values ('t', 'T', '{}', 'x', 1, '2026-01-01T00:00:00.000000Z')`,
	`insert into account (tenant_id, id, face, role, email, email_key, name, state, totp_secret, totp_step, created_at)
		values ('t', 'a', 'office', 'handler', 'a@b.example', 'a@b.example', 'A', 'active', 'sealed', 59000000, '2026-01-01T00:00:00.000000Z')`,
	`insert into account (tenant_id, id, face, role, email, email_key, name, state, created_at)
		values ('t', 'b', 'office', 'handler', 'b@b.example', 'b@b.example', 'B', 'active', '2026-01-01T00:00:00.000000Z')`,
}

func TestMigration11KeepsTheAppsOfStaff(t *testing.T) {
	eachEmpty(t, func(t *testing.T, d *db.DB) {
		if err := d.MigrateFrom(context.Background(), first(t, 9)); err != nil {
			t.Fatal(err)
		}
		raw := dbtest.Raw(t, d)
		for _, q := range before00011 {
			if _, err := raw.Exec(q); err != nil {
				t.Fatal(err, q)
			}
		}
		migrate(t, d)
		if n := count(t, d, `select count(*) from factor`); n != 1 {
			t.Errorf("%d factors", n)
		}
		if n := count(t, d, `select count(*) from factor where account_id = 'a' and kind = 'totp' and step = 59000000 and length(secret) = 6 and confirmed_at < '2026-01-02'`); n != 1 {
			t.Error("the app changed on the way")
		}
		for _, bad := range []string{
			`insert into factor (tenant_id, id, account_id, kind, secret, confirmed_at) values ('t', 'x', 'a', 'totp', 'x', '2026-01-01T00:00:00.000000Z')`,
			`insert into factor (tenant_id, id, account_id, kind, secret, confirmed_at) values ('t', 'x', 'a', 'fax', 'x', '2026-01-01T00:00:00.000000Z')`,
		} {
			if _, err := raw.Exec(bad); err == nil {
				t.Errorf("was taken: %s", bad)
			}
		}
	})
}
