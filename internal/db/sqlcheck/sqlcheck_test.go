// Package sqlcheck proves that both databases understand every statement of the program: it reads
// the source, finds each constant that becomes a statement and each way in which fragments are
// joined, and has them prepared. It has nothing but this test.
package sqlcheck

import (
	"context"
	"database/sql"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

// fewest is a number of statements below which the search itself must be broken.
const fewest = 120

func TestEveryStatementIsUnderstoodByBothDatabases(t *testing.T) {
	found := statements(t, "voordeur/...")
	if len(found) < fewest {
		t.Fatalf("only %d statements found: the search is broken", len(found))
	}
	t.Logf("%d statements", len(found))
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		raw := dbtest.Raw(t, d)
		for _, s := range found {
			if err := prepare(raw, d.Dialect(), s.text); err != nil {
				t.Errorf("%s: %v\n%s", s.at, err, s.text)
			}
		}
	})
}

func TestAWrongStatementIsFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		raw := dbtest.Raw(t, d)
		for _, wrong := range []string{`select nothing from tenant`, `select 1 from tenant where id = `, `insert into nowhere values ($1)`} {
			if prepare(raw, d.Dialect(), wrong) == nil {
				t.Errorf("%s passes", wrong)
			}
		}
	})
}

var parameter = regexp.MustCompile(`\$(\d+)`)

// prepare has the database look at a statement without running it. SQLite's driver compiles only
// what it runs, so there the plan is asked for.
func prepare(raw *sql.DB, dialect db.Dialect, text string) error {
	if dialect == db.Postgres {
		s, err := raw.PrepareContext(context.Background(), text)
		if err != nil {
			return err
		}
		return s.Close()
	}
	rows, err := raw.QueryContext(context.Background(), "explain "+text, slices.Repeat([]any{nil}, parameters(text))...)
	if err != nil {
		return err
	}
	return rows.Close()
}

// parameters returns how many a statement has.
func parameters(text string) int {
	n := 0
	for _, m := range parameter.FindAllStringSubmatch(text, -1) {
		i, _ := strconv.Atoi(m[1]) // digits
		n = max(n, i)
	}
	return n
}
