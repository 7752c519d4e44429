// Package dbtest gives tests a real, migrated database of their own: always SQLite, and PostgreSQL
// when VOORDEUR_TEST_POSTGRES holds the address of a server (make test starts one).
package dbtest

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver

	"voordeur/internal/clock"
	"voordeur/internal/db"
)

// EnvPostgres names the variable that holds the test server's address.
const EnvPostgres = "VOORDEUR_TEST_POSTGRES"

// Kinds are the databases there are.
func Kinds() []db.Dialect {
	if os.Getenv(EnvPostgres) == "" {
		return []db.Dialect{db.SQLite}
	}
	return []db.Dialect{db.SQLite, db.Postgres}
}

// EachKind runs f as a subtest for each of them.
func EachKind(t *testing.T, f func(t *testing.T, kind db.Dialect)) {
	for _, kind := range Kinds() {
		t.Run(string(kind), func(t *testing.T) { f(t, kind) })
	}
}

// Each runs f as a subtest on every database there is.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	EachKind(t, func(t *testing.T, kind db.Dialect) {
		d, _ := empty.Copy(t, kind, nil)
		f(t, d)
	})
}

// EachWith is Each with a clock of the test's own.
func EachWith[C clock.Clock](t *testing.T, f func(t *testing.T, d *db.DB, now C), now func() C) {
	EachKind(t, func(t *testing.T, kind db.Dialect) {
		c := now()
		d, _ := empty.Copy(t, kind, c)
		f(t, d, c)
	})
}

// empty is migrated and holds nothing.
var empty Mould

// SQLite returns a migrated SQLite database that is closed when the test ends.
func SQLite(t testing.TB, c clock.Clock) *db.DB {
	t.Helper()
	d, _ := empty.Copy(t, db.SQLite, c)
	return d
}

// Postgres returns a migrated PostgreSQL database of its own, dropped when the test ends.
func Postgres(t testing.TB, c clock.Clock) *db.DB {
	t.Helper()
	d, _ := empty.Copy(t, db.Postgres, c)
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
	disconnect(t, name)
	return createFrom(t, name)
}

// disconnect has a database ready to be copied: the server takes a moment to notice that a connection
// was closed.
func disconnect(t testing.TB, name string) {
	t.Helper()
	admin(t, os.Getenv(EnvPostgres), "select pg_terminate_backend(pid) from pg_stat_activity where datname = '"+name+"'")
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
