package move_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"voordeur/internal/blob"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/move"
	"voordeur/internal/world/worldtest"
)

// mover is an installation whose documents go elsewhere: to another folder, which is enough to see
// what a move does, as both sides are asked as any store.
type mover struct {
	*worldtest.World
	t   *testing.T
	to  *blob.Disk
	dir string
}

func newMover(t *testing.T, d *db.DB) *mover {
	t.Helper()
	m := &mover{World: worldtest.Build(t, d, "notaris"), t: t, dir: filepath.Join(t.TempDir(), "to")}
	var err error
	m.to, err = blob.OpenDisk(m.dir)
	must(t, err)
	t.Cleanup(func() { must(t, m.to.Close()) })
	return m
}

func (m *mover) move(to blob.Copier) move.Documents {
	return move.Documents{DB: m.DB, From: m.Blobs, To: to, Say: func(string, ...any) {}}
}

func (m *mover) count() int {
	m.t.Helper()
	n, err := db.One(context.Background(), m.DB, db.Value[int], `select (select count(*) from document where state <> 'refused') + (select count(*) from upload) + (select count(*) from upload_part)`)
	must(m.t, err)
	return n
}

// dying is a store that ends after so many copies, as a killed run does.
type dying struct {
	*blob.Disk
	left int
}

var errDied = errors.New("killed")

func (d *dying) Copy(ctx context.Context, from blob.Store, tenant string, info blob.Info) error {
	if d.left--; d.left < 0 {
		return errDied
	}
	return d.Disk.Copy(ctx, from, tenant, info)
}

func TestDocumentsMoveAndARunThatWasBrokenOffGoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m, ctx := newMover(t, d), context.Background()
		n := m.count()
		if did, err := m.move(&dying{m.to, n / 2}).Copy(ctx); !errors.Is(err, errDied) || did.Copied != n/2 {
			t.Errorf("%+v, %v", did, err)
		}
		if _, err := m.move(m.to).Remove(ctx); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("removed before all was there: %v", err)
		}
		// What the refused run had removed is at the other side, so nothing is lost.
		did, err := m.move(m.to).Copy(ctx)
		if err != nil || did.Copied != n-n/2 || did.There != n/2 {
			t.Errorf("%+v of %d, %v", did, n, err)
		}
		if did, err = m.move(m.to).Copy(ctx); err != nil || did.Copied != 0 || did.There != n {
			t.Errorf("once more: %+v, %v", did, err)
		}
		if did, err = m.move(m.to).Remove(ctx); err != nil {
			t.Errorf("%+v, %v", did, err)
		}
		if list, err := m.Blobs.Tenants(); err != nil || len(files(t, filepath.Join(filepath.Dir(m.Outbox), "blobs"))) != 0 {
			t.Errorf("left at the source: %v, %v", list, err)
		}
		if got := len(files(t, m.dir)); got != n {
			t.Errorf("%d at the target, want %d", got, n)
		}
	})
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			all = append(all, path)
		}
		return err
	}))
	return all
}

func TestADamagedDocumentIsNotMovedAndNotRemoved(t *testing.T) {
	m, ctx := newMover(t, dbtest.SQLite(t, nil)), context.Background()
	source := filepath.Join(filepath.Dir(m.Outbox), "blobs")
	flip := func(dir string) (back func()) {
		path := files(t, dir)[0]
		b, err := os.ReadFile(path)
		must(t, err)
		b[len(b)/2] ^= 1
		must(t, os.WriteFile(path, b, 0o600))
		return func() {
			b[len(b)/2] ^= 1
			must(t, os.WriteFile(path, b, 0o600))
		}
	}
	back := flip(source)
	if _, err := m.move(m.to).Copy(ctx); !errors.Is(err, blob.ErrMismatch) {
		t.Errorf("a damaged source: %v", err)
	}
	back()
	must(t, second(m.move(m.to).Copy(ctx)))
	back = flip(m.dir)
	before := len(files(t, source))
	if _, err := m.move(m.to).Remove(ctx); !errors.Is(err, blob.ErrMismatch) || !strings.Contains(err.Error(), "stays where it was") {
		t.Errorf("a damaged target: %v", err)
	}
	if now := len(files(t, source)); now != before {
		t.Errorf("%d of %d are left", now, before)
	}
	back()
	must(t, os.Remove(files(t, source)[0]))
	must(t, os.Remove(files(t, m.dir)[0]))
	if _, err := m.move(m.to).Copy(ctx); err == nil || !strings.Contains(err.Error(), "in the database and not in the store") {
		t.Errorf("a lost document: %v", err)
	}
}

func second(_ move.Moved, err error) error { return err }
