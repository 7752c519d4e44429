// Package dbtest gives tests a real, migrated database of their own: always SQLite, and PostgreSQL
// when VOORDEUR_TEST_POSTGRES holds the address of a server (make test starts one).
package dbtest

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver

	"voordeur/internal/clock"
	"voordeur/internal/db"
)

// EnvPostgres names the variable that holds the test server's address.
const EnvPostgres = "VOORDEUR_TEST_POSTGRES"

// Each runs f as a subtest on every database there is.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t, nil)) })
	if os.Getenv(EnvPostgres) != "" {
		t.Run("postgres", func(t *testing.T) { f(t, Postgres(t, nil)) })
	}
}

// EachWith is Each with a clock of the test's own.
func EachWith(t *testing.T, f func(t *testing.T, d *db.DB, now *clock.Manual), now func() *clock.Manual) {
	t.Run("sqlite", func(t *testing.T) { c := now(); f(t, SQLite(t, c), c) })
	if os.Getenv(EnvPostgres) != "" {
		t.Run("postgres", func(t *testing.T) { c := now(); f(t, Postgres(t, c), c) })
	}
}

// migrated holds the bytes of an empty migrated file; copying it is faster than migrating.
var migrated = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "voordeur-schema")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "empty.db")
	d, err := db.Open(context.Background(), path, db.Options{})
	if err != nil {
		return nil, err
	}
	if err := d.Migrate(context.Background()); err != nil {
		return nil, err
	}
	if err := d.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path) // #nosec G304 -- made above
})

// SQLite returns a migrated SQLite database that is closed when the test ends.
func SQLite(t testing.TB, c clock.Clock) *db.DB {
	t.Helper()
	b, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, path, c)
}

// Postgres returns a migrated PostgreSQL database of its own, dropped when the test ends.
func Postgres(t testing.TB, c clock.Clock) *db.DB {
	t.Helper()
	d := open(t, create(t), c)
	if err := d.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return d
}

// create makes an empty database on the server, dropped when the test ends, and returns its address.
func create(t testing.TB) string {
	t.Helper()
	return createFrom(t, "template1")
}

// Copy copies a PostgreSQL database of the test's that nobody has open.
func Copy(t testing.TB, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	// The server takes a moment to notice that a connection was closed.
	admin(t, os.Getenv(EnvPostgres), "select pg_terminate_backend(pid) from pg_stat_activity where datname = '"+name+"'")
	return createFrom(t, name)
}

func createFrom(t testing.TB, template string) string {
	t.Helper()
	server, name := os.Getenv(EnvPostgres), "t_"+db.RandomID()
	admin(t, server, "create database "+name+" template "+template)
	t.Cleanup(func() { admin(t, server, "drop database "+name+" with (force)") })
	return onServer(t, name)
}

// onServer returns the address of a database on the test's server.
func onServer(t testing.TB, name string) string {
	t.Helper()
	u, err := url.Parse(os.Getenv(EnvPostgres))
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func open(t testing.TB, address string, c clock.Clock) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), address, db.Options{Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func admin(t testing.TB, server, statement string) {
	t.Helper()
	pg, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer pg.Close()
	if _, err := pg.Exec(statement); err != nil {
		t.Fatal(err)
	}
}
