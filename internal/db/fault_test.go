package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/errs"
)

// disk is a SQLite database of which the test holds the folder and the end of the process.
type disk struct {
	*db.DB
	t     *testing.T
	path  string
	fatal error
}

func onDisk(t *testing.T, dir string) *disk {
	t.Helper()
	d := &disk{t: t, path: filepath.Join(dir, "test.db")}
	d.open()
	must(t, d.Migrate(context.Background()))
	t.Cleanup(func() { must(t, d.Close()) })
	return d
}

func (d *disk) open() {
	d.t.Helper()
	var err error
	d.DB, err = db.Open(context.Background(), d.path, db.Options{Fatal: func(err error) { d.fatal = err }})
	must(d.t, err)
}

// add writes a tenant whose settings take so many bytes.
func (d *disk) add(id string, size int) error {
	return d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `insert into tenant (id, name, wrapped_key, settings, created_at) values ($1, 'A', $2, $3, $4)`, id, []byte{1}, strings.Repeat("x", size), tx.Now())
		return err
	})
}

// ids are the tenants that a reader sees.
func (d *disk) ids() string {
	d.t.Helper()
	list, err := db.All(context.Background(), d, db.Value[string], `select id from tenant order by id`)
	must(d.t, err)
	return strings.Join(list, " ")
}

func (d *disk) size(suffix string) int64 {
	d.t.Helper()
	info, err := os.Stat(d.path + suffix)
	must(d.t, err)
	return info.Size()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A log that cannot be written or synced ends the process, for the next commit might seem durable
// and not be; the next start finds all that was acknowledged.
func TestABrokenDiskEndsTheProcessAndLosesNothing(t *testing.T) {
	for name, calls := range map[string]dbtest.Calls{"write": dbtest.Writes, "sync": dbtest.Syncs} {
		d := onDisk(t, t.TempDir())
		must(t, d.add("before", 10))
		var err error
		dbtest.Failing(t, calls, syscall.EIO, func() { err = d.add("broken", 10) })
		if d.fatal == nil || !strings.Contains(d.fatal.Error(), "must start again") || !errors.Is(err, db.ErrUnknown) {
			t.Errorf("%s fails: the process ends with %v, the write with %v", name, d.fatal, err)
		}
		must(t, d.Close())
		d.open()
		must(t, d.add("later", 10))
		if got := d.ids(); got != "before later" && got != "before broken later" {
			t.Errorf("%s fails: after the restart there are %q", name, got)
		}
		ok, err := db.One(context.Background(), d, db.Value[string], `pragma integrity_check`)
		if err != nil || ok != "ok" {
			t.Errorf("%s fails: integrity_check: %s, %v", name, ok, err)
		}
	}
}

// On a full disk nothing was committed, for certain: reads go on, and once there is room so do writes.
func TestAFullDiskIsSaidAndHarmsNothing(t *testing.T) {
	d := onDisk(t, t.TempDir())
	must(t, d.add("before", 10))
	var err error
	dbtest.Failing(t, dbtest.Writes, syscall.ENOSPC, func() { err = d.add("full", 10) })
	d.refused(err)
	must(t, d.add("later", 10))
	if got := d.ids(); got != "before later" {
		t.Errorf("there are %q", got)
	}
}

// refused checks the answer of a full disk.
func (d *disk) refused(err error) {
	d.t.Helper()
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind != errs.Unavailable || e.Key != "error.disk_full" || errors.Is(err, db.ErrUnknown) || d.fatal != nil {
		d.t.Errorf("a full disk is answered with %v, and the process ends with %v", err, d.fatal)
	}
	if got := d.ids(); got != "before" {
		d.t.Errorf("readers see %q", got)
	}
}

// small makes a folder on a disk of its own with so many MiB.
func small(t *testing.T, size int) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small disk")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", size)); err != nil {
		t.Skipf("this system lets root mount no disk: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(dir, 0)) })
	return dir
}

// The last 16 MiB stay free, since SQLite needs room to start again.
func TestTheLastOfTheDiskStaysFree(t *testing.T) {
	dir := small(t, 24)
	d := onDisk(t, dir)
	must(t, d.add("before", 10))
	ballast := filepath.Join(dir, "ballast")
	must(t, os.WriteFile(ballast, make([]byte, 8<<20), 0o600))
	d.refused(d.add("floor", 10))
	must(t, d.Close())
	d.open() // the next start finds room
	d.refused(d.add("floor", 10))
	must(t, os.Remove(ballast))
	must(t, d.add("later", 10))
	if got := d.ids(); got != "before later" {
		t.Errorf("there are %q", got)
	}
}

// SQLite ignores that it cannot sync the folder when it makes its log; then the log's name, and with
// it all that was acknowledged, would be gone after a power cut.
func TestOpenFailsWhenTheFolderIsNotDurable(t *testing.T) {
	d := onDisk(t, t.TempDir())
	must(t, d.Close())
	dbtest.Failing(t, dbtest.Syncs, syscall.EIO, func() {
		opened, err := db.Open(context.Background(), d.path, db.Options{})
		if !errors.Is(err, syscall.EIO) {
			t.Errorf("got %v", err)
		}
		if err == nil {
			must(t, opened.Close())
		}
	})
	d.open()
}

func TestTheWriterSyncsEveryCommitAndWritesTheLogBackItself(t *testing.T) {
	d := onDisk(t, t.TempDir())
	must(t, d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		var sync, auto int
		must(t, tx.QueryRow(ctx, `pragma synchronous`).Scan(&sync))
		must(t, tx.QueryRow(ctx, `pragma wal_autocheckpoint`).Scan(&auto))
		if sync != 2 || auto != 0 {
			t.Errorf("synchronous is %d, want 2 (FULL); wal_autocheckpoint is %d, want 0", sync, auto)
		}
		return nil
	}))
	must(t, d.add("large", 7<<20)) // SQLite by itself would write back from 4 MiB on
	if got := d.size(""); got > 1<<20 {
		t.Errorf("the log of 7 MiB was written back, the database has %d bytes", got)
	}
	must(t, d.add("larger", 2<<20))
	for n := range 64 {
		must(t, d.add(fmt.Sprint("small", n), 10))
	}
	if got := d.size(""); got < 9<<20 {
		t.Errorf("64 commits after the log passed 8 MiB the database has %d bytes", got)
	}
	log := d.size("-wal")
	must(t, d.add("next", 10))
	if got := d.size("-wal"); got != log {
		t.Errorf("the log was written back and still grows, from %d to %d bytes", log, got)
	}
}

func TestTheLogOfADatabaseBehindALinkIsWrittenBack(t *testing.T) {
	d := onDisk(t, t.TempDir())
	must(t, d.Close())
	link := filepath.Join(t.TempDir(), "link.db")
	must(t, os.Symlink(d.path, link))
	file := d.path
	d.path = link
	d.open()
	must(t, d.add("huge", 65<<20))
	info, err := os.Stat(file)
	must(t, err)
	if info.Size() < 65<<20 {
		t.Errorf("after a commit of 65 MiB the database has %d bytes", info.Size())
	}
}
