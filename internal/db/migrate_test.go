package db_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

// eachEmpty runs f on every database there is, without a schema.
func eachEmpty(t *testing.T, f func(t *testing.T, d *db.DB)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Dialect() == db.Postgres {
			if _, err := dbtest.Raw(t, d).Exec(`drop schema public cascade; create schema public`); err != nil {
				t.Fatal(err)
			}
			f(t, d)
			return
		}
		empty, err := db.Open(context.Background(), filepath.Join(t.TempDir(), "empty.db"), db.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := empty.Close(); err != nil {
				t.Error(err)
			}
		})
		f(t, empty)
	})
}

// first returns the first n migrations of the program; a negative n means all.
func first(t *testing.T, n int) fstest.MapFS {
	t.Helper()
	names, err := fs.Glob(db.Migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	if n < 0 {
		n = len(names)
	}
	files := fstest.MapFS{}
	for _, name := range names[:min(n, len(names))] {
		b, err := fs.ReadFile(db.Migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = &fstest.MapFile{Data: b}
	}
	return files
}

func has(t *testing.T, d *db.DB, table string) bool {
	t.Helper()
	query := `select count(*) from sqlite_master where type = 'table' and name = $1`
	if d.Dialect() == db.Postgres {
		query = `select count(*) from information_schema.tables where table_schema = 'public' and table_name = $1`
	}
	return count(t, d, query, table) == 1
}

func count(t *testing.T, d *db.DB, query string, args ...any) int {
	t.Helper()
	n := 0
	if err := dbtest.Raw(t, d).QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func migrate(t *testing.T, d *db.DB) {
	t.Helper()
	if err := d.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestMigrateFromEmptyAndOnceMore(t *testing.T) {
	eachEmpty(t, func(t *testing.T, d *db.DB) {
		if has(t, d, "tenant") {
			t.Fatal("the empty database has a schema")
		}
		migrate(t, d)
		steps := count(t, d, `select count(*) from goose_db_version`)
		if !has(t, d, "tenant") || !has(t, d, "journal") || steps < 2 {
			t.Fatalf("the schema is not there after %d steps", steps)
		}
		migrate(t, d)
		if again := count(t, d, `select count(*) from goose_db_version`); again != steps {
			t.Errorf("a second run made %d steps of %d", again, steps)
		}
	})
}

func TestMigrateFromEveryEarlierSchema(t *testing.T) {
	total := len(first(t, -1))
	for n := 1; n < total; n++ {
		eachEmpty(t, func(t *testing.T, d *db.DB) {
			if err := d.MigrateFrom(context.Background(), first(t, n)); err != nil {
				t.Fatal(err)
			}
			migrate(t, d)
			if got := count(t, d, `select count(*) from goose_db_version`); got != total+1 {
				t.Errorf("from schema %d: %d steps, want %d", n, got, total+1)
			}
		})
	}
}

func TestAnOlderProgramRefusesANewerSchema(t *testing.T) {
	eachEmpty(t, func(t *testing.T, d *db.DB) {
		migrate(t, d)
		if _, err := dbtest.Raw(t, d).Exec(`insert into goose_db_version (version_id, is_applied) values ($1, $2)`, 99999, true); err != nil {
			t.Fatal(err)
		}
		err := d.Migrate(context.Background())
		if err == nil || !strings.Contains(err.Error(), "the schema is version 99999") || !strings.Contains(err.Error(), "newer program") {
			t.Errorf("got %v", err)
		}
	})
}

func TestAMigrationThatBreaksOffLeavesTheOldSchema(t *testing.T) {
	eachEmpty(t, func(t *testing.T, d *db.DB) {
		migrate(t, d)
		steps := count(t, d, `select count(*) from goose_db_version`)
		files := first(t, -1)
		files["99998_breaks.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\ncreate table half (id text primary key);\ninsert into half (id) values ('a');\ncreate table tenant (id text);\n")}
		if err := d.MigrateFrom(context.Background(), files); err == nil {
			t.Fatal("a migration that makes a table twice passes")
		}
		if has(t, d, "half") {
			t.Error("half of the migration stayed")
		}
		if got := count(t, d, `select count(*) from goose_db_version`); got != steps {
			t.Errorf("%d steps are noted, want %d", got, steps)
		}
		migrate(t, d)
		files["99998_breaks.sql"].Data = []byte("-- +goose Up\ncreate table half (id text primary key);\n")
		if err := d.MigrateFrom(context.Background(), files); err != nil || !has(t, d, "half") {
			t.Errorf("mended, it does not run: %v", err)
		}
	})
}

// A migration outside a transaction could stop half-way; one that goes back has never been tried.
func TestMigrationsRunInATransactionAndForwardOnly(t *testing.T) {
	for name, f := range first(t, -1) {
		text := strings.ToUpper(string(f.Data))
		if !strings.Contains(text, "+GOOSE UP") || strings.Contains(text, "NO TRANSACTION") || strings.Contains(text, "+GOOSE DOWN") {
			t.Errorf("%s does not go forward in one transaction", name)
		}
	}
}

func TestSQLiteThatLosesWritesIsRefused(t *testing.T) {
	for version, older := range map[string]bool{
		"3.51.3": false, "3.51.4": false, "3.52.0": false, "3.52": false, "4.0.0": false, "3.51.10": false, "3.51.3.1": false,
		"3.51.2": true, "3.50.9": true, "3.9.0": true, "2.99.99": true, "3.51": true, "": true,
	} {
		if got := db.OlderThan(version, db.OldestSQLite); got != older {
			t.Errorf("%q is older than %s: %v, want %v", version, db.OldestSQLite, got, older)
		}
	}
	if v := version(t); db.OlderThan(v, db.OldestSQLite) {
		t.Errorf("the program itself has SQLite %s", v)
	}
}

func version(t *testing.T) string {
	t.Helper()
	v, err := db.One(context.Background(), dbtest.SQLite(t, nil), db.Value[string], `select sqlite_version()`)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
