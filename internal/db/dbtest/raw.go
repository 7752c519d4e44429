package dbtest

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"voordeur/internal/db"
)

// inURI writes a file name so that it stands for itself in a file: URI.
var inURI = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

// Raw opens a second way into a test's database, for what the program's own way does not allow:
// text made at run time, and changes behind its back.
func Raw(t testing.TB, d *db.DB) *sql.DB {
	t.Helper()
	driver, address := "pgx", Address(t, d)
	if d.Dialect() == db.SQLite {
		driver, address = "sqlite", "file:"+inURI.Replace(address)+"?_pragma=busy_timeout(5000)"
	}
	raw, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := raw.Close(); err != nil {
			t.Error(err)
		}
	})
	return raw
}

// Address returns what opens a test's database once more.
func Address(t testing.TB, d *db.DB) string {
	t.Helper()
	ctx, name := context.Background(), ""
	if d.Dialect() == db.SQLite {
		if err := d.QueryRow(ctx, `select file from pragma_database_list where name = 'main'`).Scan(&name); err != nil {
			t.Fatal(err)
		}
		return name
	}
	if err := d.QueryRow(ctx, `select current_database()`).Scan(&name); err != nil {
		t.Fatal(err)
	}
	return onServer(t, name)
}

// Empty returns the address of a database of the same kind that is not there yet, or is empty.
func Empty(t testing.TB, kind db.Dialect) string {
	t.Helper()
	if kind == db.SQLite {
		return filepath.Join(t.TempDir(), "empty.db")
	}
	return create(t)
}
