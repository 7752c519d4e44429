package db_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

// envMigrate has the test's own program migrate a database instead of testing, to be killed at it.
const envMigrate = "VOORDEUR_TEST_MIGRATE"

func TestMain(m *testing.M) {
	if address := os.Getenv(envMigrate); address != "" {
		if err := migrateAndSay(address); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func migrateAndSay(address string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, address, db.Options{})
	if err != nil {
		return err
	}
	fmt.Println("begins")
	return errors.Join(d.Migrate(ctx), d.Close())
}

// migration is the program of another process at a database.
type migration struct {
	cmd  *exec.Cmd
	said strings.Builder
}

// begin returns when the process has opened the database and begins.
func begin(t *testing.T, address string) *migration {
	t.Helper()
	m := &migration{cmd: exec.Command(os.Args[0])}
	m.cmd.Env = append(os.Environ(), envMigrate+"="+address)
	m.cmd.Stderr = &m.said
	out, err := m.cmd.StdoutPipe()
	must(t, err)
	must(t, m.cmd.Start())
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil && err != io.EOF {
		t.Fatal(err)
	}
	return m
}

// end waits, and reports whether the process ended by itself.
func (m *migration) end(t *testing.T) bool {
	t.Helper()
	err := m.cmd.Wait()
	if m.cmd.ProcessState.ExitCode() > 0 {
		t.Fatalf("%v: %s", err, m.said.String())
	}
	return err == nil
}

// amount is how much a database holds that is migrated, and how often each is killed at it.
func amount(t *testing.T) (rows, kills int) {
	t.Helper()
	if testing.Short() {
		return 2_000, 2
	}
	text := os.Getenv("VOORDEUR_KILLS") // make crash sets it
	if text == "" {
		return 20_000, 3
	}
	kills, err := strconv.Atoi(text)
	must(t, err)
	return 100_000, kills
}

// populate fills the first schema's tables in SQL of its own: what the program writes today would not
// fit there.
func populate(t *testing.T, d *db.DB, rows int) {
	t.Helper()
	raw := dbtest.Raw(t, d)
	each := rows / 5
	numbers := fmt.Sprintf(`with recursive n(i) as (select 1 union all select i + 1 from n where i < %d) select `, each)
	at := "'2026-01-02T03:04:05.000000Z'"
	if d.Dialect() == db.Postgres {
		at = "cast(" + at + " as timestamptz)"
	}
	for _, q := range []string{
		`insert into tenant (id, name, wrapped_key, settings, created_at) values ('t', 'T', cast('k' as bytea), '{}', ` + at + `)`,
		`insert into client (tenant_id, id, kind, name, search, created_at) values ('t', 'c', 'person', 'C', 'c', ` + at + `)`,
		`insert into account (tenant_id, id, face, role, email, email_key, name, state, created_at) values ('t', 'a', 'office', 'handler', 'a@t.example', 'a@t.example', 'A', 'active', ` + at + `)`,
		`insert into dossier (tenant_id, id, number, title, status, closed, handler_id, search, created_at, updated_at) ` + numbers +
			`'t', 'd' || i, '2026-' || i, 'Levering Lindelaan ' || i, 'status' || (i % 7), false, 'a', '2026-' || i || ' levering lindelaan ' || i, ` + at + `, ` + at + ` from n`,
		`insert into dossier_party (tenant_id, dossier_id, client_id, added_at) ` + numbers + `'t', 'd' || i, 'c', ` + at + ` from n`,
		`insert into dossier_list (tenant_id, viewer, dossier_id, closed, updated_at) ` + numbers + `'t', 'all', 'd' || i, false, ` + at + ` from n`,
		`insert into progress_step (tenant_id, id, dossier_id, position, title) ` + numbers + `'t', 's' || i, 'd' || i, 1, 'Akte' from n`,
		`insert into journal (tenant_id, id, seq, at, event, actor_kind, actor_id, actor_role, means, origin, dossier_id, client_id, objects, detail, salt) ` + numbers +
			`'t', 'j' || i, i - 1, ` + at + `, 'dossier.created', 'staff', 'a', 'handler', 'password', '', 'd' || i, '', '[]', '{}', cast('s' as bytea) from n`,
	} {
		if d.Dialect() == db.SQLite {
			q = strings.ReplaceAll(q, "as bytea", "as blob")
		}
		if _, err := raw.Exec(q); err != nil {
			t.Fatalf("%v: %.200s", err, q)
		}
	}
	must(t, raw.Close())
}

// copyOf returns the address of a copy of a database that nobody has open.
func copyOf(t *testing.T, address string) string {
	t.Helper()
	if db.DialectOf(address) == db.Postgres {
		return dbtest.Copy(t, address)
	}
	b, err := os.ReadFile(address)
	must(t, err)
	to := dbtest.Empty(t, db.SQLite)
	must(t, os.WriteFile(to, b, 0o600))
	return to
}

// tablesOf returns the tables of a database.
func tablesOf(t *testing.T, address string) (tables []db.Table) {
	t.Helper()
	snapshot(t, address, func(ctx context.Context, s *db.Snapshot) (err error) {
		tables, err = s.Tables(ctx)
		return err
	})
	return tables
}

// contents returns the digest of each of the tables.
func contents(t *testing.T, address string, tables []db.Table) map[string]db.Digest {
	t.Helper()
	all := map[string]db.Digest{}
	snapshot(t, address, func(ctx context.Context, s *db.Snapshot) (err error) {
		for _, table := range tables {
			if all[table.Name], err = s.Digest(ctx, table, "t"); err != nil {
				break
			}
		}
		return err
	})
	return all
}

// sound expects every page and every reference to be right.
func sound(t *testing.T, address string) {
	t.Helper()
	snapshot(t, address, func(ctx context.Context, s *db.Snapshot) error {
		said, err := s.Sound(ctx)
		if said != "" {
			t.Error(said)
		}
		return err
	})
}

func snapshot(t *testing.T, address string, read func(context.Context, *db.Snapshot) error) {
	t.Helper()
	d, err := db.Open(context.Background(), address, db.Options{ReadOnly: true})
	must(t, err)
	defer d.Close()
	must(t, d.Snapshot(context.Background(), read))
}

// staying returns the tables with the columns that are still there afterwards, and which of them have
// others there: what a migration moves elsewhere has a test of its own.
func staying(before, after []db.Table) (kept, changed []db.Table) {
	for _, table := range before {
		i := slices.IndexFunc(after, func(a db.Table) bool { return a.Name == table.Name })
		table.Columns = slices.DeleteFunc(slices.Clone(table.Columns), func(c db.Column) bool {
			return !slices.ContainsFunc(after[i].Columns, func(a db.Column) bool { return a.Name == c.Name })
		})
		kept = append(kept, table)
		if !slices.Equal(table.Columns, after[i].Columns) {
			changed = append(changed, table)
		}
	}
	return kept, changed
}

// TestMigrationsKilled migrates from every earlier schema with many rows in it, kills the process in
// the middle of it again and again, and expects what a migration that nobody disturbs makes.
func TestMigrationsKilled(t *testing.T) {
	rows, kills := amount(t)
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		old := dbtest.Empty(t, kind)
		bring(t, old, 1, func(d *db.DB) { populate(t, d, rows) })
		k := killing{kills: kills}
		calm, _ := undisturbed(t, old)
		sound(t, calm)
		k.tables = tablesOf(t, calm)
		k.want = contents(t, calm, k.tables)
		if n := k.want["dossier_word"].Rows; n < int64(rows/5) {
			t.Fatalf("only %d words were made", n)
		}
		for n := 1; n < len(first(t, -1)); n++ {
			bring(t, old, n, nil)
			t.Run(fmt.Sprintf("from %d", n), func(t *testing.T) { k.from(t, old) })
		}
	})
}

// bring brings a database to its n-th schema.
func bring(t *testing.T, address string, n int, then func(d *db.DB)) {
	t.Helper()
	d, err := db.Open(context.Background(), address, db.Options{})
	must(t, err)
	defer d.Close()
	must(t, d.MigrateFrom(context.Background(), first(t, n)))
	if then != nil {
		then(d)
	}
}

// undisturbed migrates a copy, and says how long it takes.
func undisturbed(t *testing.T, old string) (calm string, took time.Duration) {
	t.Helper()
	calm = copyOf(t, old)
	now := clock.System{}
	started := now.Now()
	if !begin(t, calm).end(t) {
		t.Fatal("it does not migrate")
	}
	return calm, now.Now().Sub(started)
}

// killing is what migrations are killed for: the tables that one makes which nobody disturbs, and what
// is in them then.
type killing struct {
	kills  int
	tables []db.Table
	want   map[string]db.Digest
}

func (k *killing) from(t *testing.T, old string) {
	kept, changed := staying(tablesOf(t, old), k.tables)
	before := contents(t, old, kept)
	_, whole := undisturbed(t, old) // says only where to aim

	stormy := copyOf(t, old)
	for hits, misses := 0, 0; hits < k.kills; {
		m := begin(t, stormy)
		time.Sleep(time.Duration(rand.Int64N(int64(whole)/int64(misses+1) + 1)))
		_ = m.cmd.Process.Kill() // it may have ended
		if !m.end(t) {
			hits++
			continue
		}
		// It was done before: once more from the beginning, and sooner.
		misses++
		stormy = copyOf(t, old)
	}
	if !begin(t, stormy).end(t) {
		t.Fatal("after the kills it does not migrate")
	}
	sound(t, stormy)
	got := contents(t, stormy, k.tables)
	if !maps.Equal(got, k.want) {
		t.Error("what was made is not what a calm migration makes")
	}
	maps.Copy(got, contents(t, stormy, changed))
	for name, digest := range before {
		if name == "dossier_word" { // migration 41 adds to it, and keeps what is there: foundby_test.go; what it is in the end is held to the calm one above
			continue
		}
		if got[name] != digest {
			t.Errorf("rows of %s were lost or changed", name)
		}
	}
	t.Logf("%d kills, %v undisturbed", k.kills, whole)
}

func TestAMigrationMayTakeLongerThanAPage(t *testing.T) {
	if os.Getenv(dbtest.EnvPostgres) == "" {
		t.Skip("SQLite has no such limit; scripts/with-postgres starts PostgreSQL")
	}
	d := dbtest.Postgres(t, nil)
	files := first(t, -1)
	files["99998_limit.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\ncreate table limits as select current_setting('statement_timeout') as t, current_setting('idle_in_transaction_session_timeout') as i;\n")}
	must(t, d.MigrateFrom(context.Background(), files))
	if n := count(t, d, `select count(*) from limits where t = '0' and i = '0'`); n != 1 {
		t.Error("a migration is cut off as a page is")
	}
}
