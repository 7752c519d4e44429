package backup_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"voordeur/internal/backup"
	"voordeur/internal/blob"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

// moving is a store in which a file goes, with its row, at the moment it is asked for.
type moving struct {
	blob.Store
	key  string
	asks int // which time it is asked for
	lose func()
}

func (m *moving) Open(ctx context.Context, tenant, key string) (blob.Reader, error) {
	if key == m.key {
		if m.asks--; m.asks == 0 {
			m.lose()
		}
		if m.asks >= 0 {
			return nil, fs.ErrNotExist // the first time it is there too late to be copied ahead
		}
	}
	return m.Store.Open(ctx, tenant, key)
}

// An upload whose parts are joined while the backup runs: the moment named a file that is gone. The
// backup takes a later moment, and is never one with a row whose file it lacks.
func TestAFileThatGoesDuringABackupMakesItBeginAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		key := o.upload()
		h := o.house()
		h.Store = &moving{Store: o.Blobs, key: key, asks: 2, lose: func() {
			must(t, o.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `delete from upload where blob_key = $1`, key)
				return err
			}))
			must(t, o.Blobs.Delete(context.Background(), tenantID, key))
		}}
		f := o.open()
		m, err := f.Make(context.Background(), h)
		must(t, err)
		must(t, f.Close())
		if len(o.files(key)) != 0 {
			t.Error("the file is in the backup")
		}
		if m.Rows["upload"] != 0 {
			t.Errorf("%d rows of uploads", m.Rows["upload"])
		}
		_, err = o.restore(m.Name, o.place())
		must(t, err)
	})
}

// A real disk that is full half-way, at several places.
func TestAFullDiskLeavesTheEarlierBackupsWhole(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("a disk of a few megabytes is mounted, which root alone may do")
	}
	o := newOffice(t, dbtest.SQLite(t, nil))
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("this machine mounts no tmpfs: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(disk, 0)) })
	o.folder = filepath.Join(disk, "backups")
	first := o.backup()
	ballast := filepath.Join(disk, "ballast")
	for _, room := range []int64{0, 20 << 10, 200 << 10, first.Database.Size / 2} {
		for range 3 {
			o.upload()
		}
		fill(t, disk, ballast, room)
		f := o.open()
		_, err := f.Make(context.Background(), o.house())
		if err == nil || !strings.Contains(err.Error(), "is full; the earlier backups are whole") {
			t.Errorf("%d bytes of room: %v", room, err)
		}
		names, err := f.Names()
		if err != nil || len(names) != 1 || len(o.files("/new/")) != 0 {
			t.Errorf("%d bytes of room leave %v and %v, %v", room, names, o.files("/new/"), err)
		}
		must(t, f.Close())
		must(t, os.Remove(ballast))
	}
	second := o.backup()
	// What was kept elsewhere may come on a disk that cannot be written.
	must(t, syscall.Mount("", disk, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	for _, name := range []string{first.Name, second.Name} {
		f, err := backup.Open(o.folder)
		must(t, err)
		_, rep, err := f.Restore(context.Background(), name, o.place())
		must(t, errors.Join(err, rep.Err(), f.Close()))
	}
}

// fill writes a file until only room is left.
func fill(t *testing.T, disk, path string, room int64) {
	t.Helper()
	var s syscall.Statfs_t
	must(t, syscall.Statfs(disk, &s))
	must(t, os.WriteFile(path, make([]byte, int64(s.Bavail)*s.Bsize-room), 0o600))
}

// What a killed backup left is no hindrance, and is never taken for a backup.
func TestWhatAKilledBackupLeftIsCleared(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t, nil))
	first := o.backup()
	must(t, os.Rename(filepath.Join(o.folder, first.Name), filepath.Join(o.folder, "new")))
	must(t, os.Remove(filepath.Join(o.folder, "new", "manifest.json")))
	must(t, os.WriteFile(filepath.Join(o.folder, "documents", "tmp", "half"), []byte("half"), 0o600))
	f := o.open()
	if _, err := f.Find(""); err == nil {
		t.Error("half a backup is found")
	}
	must(t, f.Close())
	second := o.backup()
	if left := o.files("half"); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	_, err := o.restore(second.Name, o.place())
	must(t, err)
}

// A restore that was killed at any of its steps leaves a place that does not open, and the next one
// there does all that is left.
func TestARestoreThatWasKilledIsDoneAnew(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t, nil))
	m := o.backup()
	steps := map[string]func(p backup.Place){
		"nothing was copied":    func(backup.Place) {},
		"half of the documents": func(p backup.Place) { o.half(p, "blobs/notaris/a/half") },
		"half of the database":  func(p backup.Place) { must(t, os.WriteFile(p.DB+".restoring", []byte("half"), 0o600)) },
		"its log":               func(p backup.Place) { must(t, os.WriteFile(p.DB+".restoring-wal", []byte("half"), 0o600)) },
	}
	for step, leave := range steps {
		p := o.place()
		d, _, err := blob.FillDisk(p.Blobs)
		must(t, err)
		must(t, d.Close())
		leave(p)
		if _, err := blob.OpenDisk(p.Blobs); err == nil {
			t.Errorf("%s: the place opens", step)
		}
		if _, err := o.restore(m.Name, p); err != nil {
			t.Errorf("%s: %v", step, err)
		}
		if d, err := blob.OpenDisk(p.Blobs); err != nil {
			t.Errorf("%s: %v", step, err)
		} else {
			must(t, d.Close())
		}
	}
	for _, renamed := range []bool{false, true} {
		p := o.place()
		_, err := o.restore(m.Name, p)
		must(t, err)
		must(t, os.WriteFile(filepath.Join(p.Blobs, "unfinished"), []byte("checked\n"), 0o600))
		if !renamed {
			must(t, os.Rename(p.DB, p.DB+".restoring"))
		}
		if rep, err := o.restore(m.Name, p); err != nil || !rep.Earlier {
			t.Errorf("the last step: %+v, %v", rep, err)
		}
		if got := digests(t, p.DB); got["dossier"].Rows == 0 {
			t.Error("the database is not there")
		}
	}
}

func (o *office) half(p backup.Place, name string) {
	o.t.Helper()
	path := filepath.Join(p.Blobs, name)
	must(o.t, os.MkdirAll(filepath.Dir(path), 0o700))
	must(o.t, os.WriteFile(path, []byte("half"), 0o600))
}
