package dbtest

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"voordeur/internal/clock"
	"voordeur/internal/db"
)

// Mould is a migrated database, with a folder of files beside it, that is filled once in a process
// and copied for each test: to copy is many times faster than to make anew what tests begin with.
type Mould struct {
	// Fill makes what all tests find. It closes what it opens in the folder; nil leaves all empty.
	Fill func(t testing.TB, d *db.DB, dir string)
	// Clock is that of Fill; nil is the system's.
	Clock func() clock.Clock

	sqlite, postgres cast
}

// cast is what a Mould keeps of one kind of database. A template stays on the server of PostgreSQL,
// which scripts/with-postgres takes away.
type cast struct {
	once     sync.Once
	made     bool
	file     []byte // of SQLite
	template string // name on the server of PostgreSQL
	beside   map[string][]byte
}

// Copy returns a copy of the database, closed when the test ends, and the folder that goes with it.
func (m *Mould) Copy(t testing.TB, kind db.Dialect, c clock.Clock) (*db.DB, string) {
	t.Helper()
	k := &m.sqlite
	if kind == db.Postgres {
		k = &m.postgres
	}
	k.once.Do(func() { m.make(t, kind, k) })
	if !k.made {
		t.Fatal("what all tests begin with could not be made")
	}
	dir := t.TempDir()
	for name, b := range k.beside {
		write(t, filepath.Join(dir, name), b)
	}
	if kind == db.Postgres {
		return open(t, createFrom(t, k.template), c), dir
	}
	path := filepath.Join(t.TempDir(), "test.db")
	write(t, path, k.file)
	return open(t, path, c), dir
}

func (m *Mould) make(t testing.TB, kind db.Dialect, k *cast) {
	t.Helper()
	address := filepath.Join(t.TempDir(), "mould.db")
	if kind == db.Postgres {
		k.template = "mould_" + db.RandomID()
		admin(t, os.Getenv(EnvPostgres), "create database "+k.template)
		address = onServer(t, k.template)
	}
	var c clock.Clock
	if m.Clock != nil {
		c = m.Clock()
	}
	ctx := context.Background()
	d, err := db.Open(ctx, address, db.Options{Clock: c})
	must(t, err)
	must(t, d.Migrate(ctx))
	dir := t.TempDir()
	if m.Fill != nil {
		m.Fill(t, d, dir)
	}
	must(t, d.Close())
	if kind == db.Postgres {
		disconnect(t, k.template)
	} else {
		k.file, err = os.ReadFile(address) // #nosec G304 -- made above
		must(t, err)
	}
	k.beside = read(t, dir)
	k.made = true
}

// read returns the files in a folder and below by their names there.
func read(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	root := os.DirFS(dir)
	must(t, fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files[name], err = fs.ReadFile(root, name)
		}
		return err
	}))
	return files
}

func write(t testing.TB, path string, b []byte) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, b, 0o600))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
