package dbtest

import (
	"context"
	"database/sql"
	"net/url"
	"os"
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
	ctx, name := context.Background(), ""
	var raw *sql.DB
	var err error
	if d.Dialect() == db.SQLite {
		if err = d.QueryRow(ctx, `select file from pragma_database_list where name = 'main'`).Scan(&name); err == nil {
			raw, err = sql.Open("sqlite", "file:"+inURI.Replace(name)+"?_pragma=busy_timeout(5000)")
		}
	} else if err = d.QueryRow(ctx, `select current_database()`).Scan(&name); err == nil {
		var u *url.URL
		if u, err = url.Parse(os.Getenv(EnvPostgres)); err == nil {
			u.Path = "/" + name
			raw, err = sql.Open("pgx", u.String())
		}
	}
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
