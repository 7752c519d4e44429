package move_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/move"
	"voordeur/internal/world/worldtest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// removal is an installation of two tenants on SQLite and an empty PostgreSQL.
type removal struct {
	*worldtest.World
	t  *testing.T
	to *db.DB
}

func newRemoval(t *testing.T) *removal {
	t.Helper()
	if os.Getenv(dbtest.EnvPostgres) == "" {
		t.Skip("a move ends in PostgreSQL, which scripts/with-postgres starts")
	}
	r := &removal{World: worldtest.Build(t, dbtest.SQLite(t, nil), "notaris", "gemeente"), t: t, to: dbtest.Postgres(t, nil)}
	for _, id := range []string{"notaris", "gemeente"} {
		for n := 1; n > 0; {
			var err error
			n, err = audit.Seal(context.Background(), r.DB, id, r.mac)
			must(t, err)
		}
	}
	return r
}

func (r *removal) mac(parts ...string) []byte { return r.Keys.MAC("journal", parts...) }

// run moves, and returns what was said.
func (r *removal) run(only string) (string, error) {
	var said strings.Builder
	m := move.Move{From: r.DB, To: r.to, MAC: r.mac, Only: only, Say: func(form string, args ...any) { fmt.Fprintf(&said, form+"\n", args...) }}
	err := m.Run(context.Background())
	return said.String(), err
}

func (r *removal) change(d *db.DB, fn func(ctx context.Context, tx *db.Tx) (int64, error)) {
	r.t.Helper()
	must(r.t, d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		n, err := fn(ctx, tx)
		if err == nil && n == 0 {
			err = errors.New("the test changes nothing")
		}
		return err
	}))
}

// same asks every table of the schema on both sides, with no help of the package under test.
func (r *removal) same(tenant string) {
	r.t.Helper()
	ctx := context.Background()
	must(r.t, r.DB.Snapshot(ctx, func(ctx context.Context, from *db.Snapshot) error {
		return r.to.Snapshot(ctx, func(ctx context.Context, to *db.Snapshot) error {
			tables, err := from.Tables(ctx)
			must(r.t, err)
			rows := int64(0)
			for _, table := range tables {
				a, err := from.Digest(ctx, table, tenant)
				must(r.t, err)
				b, err := to.Digest(ctx, table, tenant)
				must(r.t, err)
				if a != b {
					r.t.Errorf("%s: %d rows and %d", table.Name, a.Rows, b.Rows)
				}
				rows += a.Rows
			}
			if rows < 100 {
				r.t.Errorf("only %d rows were compared", rows)
			}
			return nil
		})
	}))
	rep, err := audit.Verify(ctx, r.to, tenant, r.mac)
	if err != nil || rep.Wrong != "" || rep.Sealed < 10 {
		r.t.Errorf("%s: %+v, %v", tenant, rep, err)
	}
}

func (r *removal) count(q string) int {
	r.t.Helper()
	n := 0
	must(r.t, dbtest.Raw(r.t, r.to).QueryRow(q).Scan(&n))
	return n
}

func TestAWholeInstallationMoves(t *testing.T) {
	r := newRemoval(t)
	said, err := r.run("")
	must(t, err)
	if strings.Count(said, "moved, the same row by row") != 2 {
		t.Error(said)
	}
	r.same("notaris")
	r.same("gemeente")
	// Once more it finds everything there, and changes nothing.
	said, err = r.run("")
	must(t, err)
	if strings.Count(said, "was there already") != 2 {
		t.Error(said)
	}
	// And the moved installation takes new work under its journal's proof.
	must(t, r.to.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update tenant set version = version + 1 where id = 'notaris'`)
		return err
	}))
	if _, err := r.run(""); err == nil || !strings.Contains(err.Error(), "is there already with other content: table tenant") {
		t.Errorf("a tenant that was changed there is taken for moved: %v", err)
	}
}

func TestOneTenantMoves(t *testing.T) {
	r := newRemoval(t)
	if _, err := r.run("nobody"); err == nil || !strings.Contains(err.Error(), "there is no tenant") {
		t.Errorf("%v", err)
	}
	_, err := r.run("gemeente")
	must(t, err)
	r.same("gemeente")
	if n := r.count(`select count(*) from tenant`); n != 1 {
		t.Errorf("%d tenants", n)
	}
	_, err = r.run("notaris")
	must(t, err)
	r.same("notaris")
}

func TestATenantIsThereWholeOrNotAtAll(t *testing.T) {
	r := newRemoval(t)
	// Something in one of the last tables cannot be copied: everything before it goes back.
	r.change(r.DB, func(ctx context.Context, tx *db.Tx) (int64, error) {
		return tx.Exec(ctx, `insert into once (tenant_id, account_id, key, result, at) values ('gemeente', 'x', 'x', cast($1 as text), $2)`, []byte{'a', 0xff}, tx.Now())
	})
	if _, err := r.run("gemeente"); err == nil || !strings.Contains(err.Error(), "once") {
		t.Errorf("%v", err)
	}
	for _, table := range []string{"tenant", "client", "dossier", "journal", "once"} {
		if n := r.count(`select count(*) from ` + table); n != 0 {
			t.Errorf("%d rows of %s stayed", n, table)
		}
	}
	r.change(r.DB, func(ctx context.Context, tx *db.Tx) (int64, error) {
		return tx.Exec(ctx, `delete from once where key = 'x'`)
	})
	_, err := r.run("gemeente")
	must(t, err)
	r.same("gemeente")
}

// A row that arrives otherwise than it was must not commit: here the target itself changes it.
func TestARowThatArrivesChangedIsRefused(t *testing.T) {
	r := newRemoval(t)
	raw := dbtest.Raw(t, r.to)
	_, err := raw.Exec(`create function spoil() returns trigger language plpgsql as $$ begin new.title := new.title || '.'; return new; end $$;
		create trigger spoil before insert on dossier for each row execute function spoil()`)
	must(t, err)
	if _, err := r.run("notaris"); err == nil || !strings.Contains(err.Error(), "table dossier") {
		t.Errorf("%v", err)
	}
	if n := r.count(`select count(*) from dossier`); n != 0 {
		t.Errorf("%d rows stayed", n)
	}
}

func TestAJournalThatWasChangedDoesNotMove(t *testing.T) {
	r := newRemoval(t)
	r.change(r.DB, func(ctx context.Context, tx *db.Tx) (int64, error) {
		return tx.Exec(ctx, `update journal set event = 'nothing.happened' where seq = 3 and tenant_id = 'notaris'`)
	})
	if _, err := r.run("notaris"); err == nil || !strings.Contains(err.Error(), "record 3 ") {
		t.Errorf("%v", err)
	}
	if n := r.count(`select count(*) from tenant`); n != 0 {
		t.Error("it was moved all the same")
	}
}

// A table that only one side has is not left behind in silence.
func TestATableThatALaterMigrationAddsMovesToo(t *testing.T) {
	r := newRemoval(t)
	const later = `create table later (tenant_id text not null references tenant (id), id text not null, note text not null, primary key (tenant_id, id))`
	_, err := dbtest.Raw(t, r.DB).Exec(later)
	must(t, err)
	_, err = dbtest.Raw(t, r.DB).Exec(`insert into later (tenant_id, id, note) values ('notaris', '1', 'new')`)
	must(t, err)
	if _, err := r.run("notaris"); err == nil || !strings.Contains(err.Error(), "the schemas differ") {
		t.Errorf("%v", err)
	}
	_, err = dbtest.Raw(t, r.to).Exec(later)
	must(t, err)
	_, err = r.run("notaris")
	must(t, err)
	if n := r.count(`select count(*) from later where note = 'new'`); n != 1 {
		t.Errorf("%d rows of the later table", n)
	}
	// A table whose rows belong to nobody cannot be moved tenant by tenant.
	for _, d := range []*db.DB{r.DB, r.to} {
		_, err = dbtest.Raw(t, d).Exec(`create table nobody (id text primary key)`)
		must(t, err)
	}
	if _, err := r.run("gemeente"); err == nil || !strings.Contains(err.Error(), "does not tell whose") {
		t.Errorf("%v", err)
	}
}
