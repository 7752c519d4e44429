package worldtest

import (
	"path/filepath"
	"testing"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/world"
)

// Kept is a world that is built once in a process for each kind of database, and copied for each test.
type Kept struct {
	now     time.Time
	mould   dbtest.Mould
	summary map[db.Dialect]world.Summary
}

// Keep returns a world as Build makes it, as of a time.
func Keep(now time.Time, only ...string) *Kept {
	k := &Kept{now: now, summary: map[db.Dialect]world.Summary{}}
	k.mould = dbtest.Mould{
		Clock: func() clock.Clock { return clock.NewManual(now) },
		Fill: func(t testing.TB, d *db.DB, dir string) {
			must(t, crypt.CreateKeyFile(filepath.Join(dir, "key")))
			w := over(t, d, dir)
			w.build(t, only)
			must(t, w.Blobs.Close())
			k.summary[d.Dialect()] = w.Summary
		},
	}
	return k
}

// Each runs f as a subtest on each kind of database, with the clock of its world.
func (k *Kept) Each(t *testing.T, f func(t *testing.T, w *World, now *clock.Manual)) {
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		now := clock.NewManual(k.now)
		d, dir := k.mould.Copy(t, kind, now)
		w := over(t, d, dir)
		t.Cleanup(func() { must(t, w.Blobs.Close()) })
		w.Summary = k.summary[kind]
		f(t, w, now)
	})
}
