package db_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

func tenant(t *testing.T, d *db.DB, id string) {
	t.Helper()
	must(t, d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `insert into tenant (id, name, wrapped_key, settings, created_at) values ($1, 'A', $2, '{}', $3)`, id, []byte{0, 1, 255}, tx.Now())
		return err
	}))
}

func tenants(t *testing.T, r db.Reader) int {
	t.Helper()
	n, err := db.One(context.Background(), r, db.Value[int], `select count(*) from tenant`)
	must(t, err)
	return n
}

func TestASnapshotIsOneMoment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tenant(t, d, "a")
		must(t, d.Snapshot(context.Background(), func(ctx context.Context, s *db.Snapshot) error {
			tenant(t, d, "b")
			if n, all := tenants(t, s), tenants(t, d); n != 1 || all != 2 {
				t.Errorf("the snapshot has %d of %d tenants", n, all)
			}
			return nil
		}))
	})
}

func TestADumpIsTheMomentAndRestoresOnlyToAnEmptyPlace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		tenant(t, d, "a")
		// Beside the program, as a process of its own opens it.
		beside, err := db.Open(ctx, dbtest.Address(t, d), db.Options{ReadOnly: true})
		must(t, err)
		var dump bytes.Buffer
		must(t, beside.Snapshot(ctx, func(ctx context.Context, s *db.Snapshot) error {
			tenant(t, d, "b")
			return s.Dump(ctx, &dump)
		}))
		must(t, beside.Close())

		place := dbtest.Empty(t, d.Dialect())
		must(t, db.Empty(ctx, place))
		must(t, db.Restore(ctx, place, &dump))
		if db.Empty(ctx, place) == nil {
			t.Error("the restored database passes as empty")
		}
		if db.Restore(ctx, place, bytes.NewReader(dump.Bytes())) == nil {
			t.Error("a database was overwritten")
		}
		got, err := db.Open(ctx, place, db.Options{})
		must(t, err)
		defer got.Close()
		must(t, got.Migrate(ctx))
		if n := tenants(t, got); n != 1 {
			t.Errorf("%d tenants", n)
		}
		must(t, got.Snapshot(ctx, func(ctx context.Context, s *db.Snapshot) error {
			if said, err := s.Sound(ctx); said != "" || err != nil {
				t.Errorf("%q, %v", said, err)
			}
			return nil
		}))
		tenant(t, got, "c")
	})
}

// The program alone writes the log back. What a reader beside it does must leave both files alone,
// also when nobody else has them open, as after a kill.
func TestAReaderBesideTheProgramChangesNothing(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	d := dbtest.SQLite(t, nil)
	tenant(t, d, "a")
	killed := filepath.Join(dir, "killed.db")
	var before [2][]byte
	for i, end := range []string{"", "-wal"} {
		b, err := os.ReadFile(dbtest.Address(t, d) + end)
		must(t, err)
		must(t, os.WriteFile(killed+end, b, 0o600))
		before[i] = b
	}
	if len(before[1]) == 0 {
		t.Fatal("there is no log to write back")
	}
	r, err := db.Open(ctx, killed, db.Options{ReadOnly: true})
	must(t, err)
	if n := tenants(t, r); n != 1 {
		t.Errorf("%d tenants", n)
	}
	if err := r.Write(ctx, func(context.Context, *db.Tx) error { return nil }); err == nil {
		t.Error("it writes")
	}
	if err := r.Migrate(ctx); err == nil {
		t.Error("it migrates")
	}
	must(t, r.Close())
	for i, end := range []string{"", "-wal"} {
		if b, err := os.ReadFile(killed + end); err != nil || !bytes.Equal(b, before[i]) {
			t.Errorf("%q was changed: %v", end, err)
		}
	}
	if _, err := db.Open(ctx, filepath.Join(dir, "none.db"), db.Options{ReadOnly: true}); err == nil {
		t.Error("a file that is not there was opened")
	}
	if _, err := os.Stat(filepath.Join(dir, "none.db")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a file was made")
	}
}

func TestBothDatabasesTellTheSameTables(t *testing.T) {
	var first []db.Table
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		must(t, d.Snapshot(context.Background(), func(ctx context.Context, s *db.Snapshot) error {
			tables, err := s.Tables(ctx)
			must(t, err)
			seen := map[string]bool{}
			for _, table := range tables {
				seen[table.Name] = true
				if table.Owner() == "" || len(table.Key) == 0 {
					t.Errorf("%s does not tell whose its rows are, or has no key", table.Name)
				}
				if table.Name == "document" && (!seen["dossier"] || !seen["message"] || !seen["account"]) {
					t.Error("a document comes before what it refers to")
				}
				for _, c := range table.Columns {
					if !strings.Contains(" text bigint boolean bytea timestamptz ", " "+c.Type+" ") {
						t.Errorf("%s.%s has type %s, which a move does not know", table.Name, c.Name, c.Type)
					}
				}
			}
			if len(seen) < 20 || seen["goose_db_version"] {
				t.Errorf("%d tables: %v", len(seen), seen)
			}
			if first == nil {
				first = tables
			}
			if !reflect.DeepEqual(names(tables), names(first)) {
				t.Errorf("%v\nand\n%v", names(tables), names(first))
			}
			have, known, err := s.Schema(ctx)
			if err != nil || have != known || have < 5 {
				t.Errorf("schema %d of %d, %v", have, known, err)
			}
			return nil
		}))
	})
}

func names(tables []db.Table) map[string][]string {
	by := map[string][]string{}
	for _, t := range tables {
		for _, c := range t.Columns {
			by[t.Name] = append(by[t.Name], c.Name+" "+c.Type)
		}
		by[t.Name] = append(by[t.Name], strings.Join(t.Key, ","))
	}
	return by
}
