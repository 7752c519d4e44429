package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"voordeur/internal/audit"
	"voordeur/internal/blob"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
)

// Place is where an installation is restored: an empty one.
type Place struct {
	DB    string // address
	Blobs string // folder
	Keys  *crypt.Keyring
	MAC   audit.MAC
}

// aside is the name of a SQLite file until all is checked.
const aside = ".restoring"

// Restore brings a backup back to an empty place and checks all of it: every page and reference of
// the database, every row's file as stored and decrypted, every journal to the end that the manifest
// names. When anything is wrong it says what, and the place stays shut: its folder of documents does
// not open. The next restore there begins anew.
func (f *Folder) Restore(ctx context.Context, name string, p Place) (Manifest, Report, error) {
	var rep Report
	m, err := f.Read(name, p.Keys)
	if err == nil {
		err = fits(m, p)
	}
	if err != nil {
		return m, rep, err
	}
	disk, checked, err := blob.FillDisk(p.Blobs)
	if err != nil {
		return m, rep, fmt.Errorf("backup: restore: %w", err)
	}
	if rep.Earlier = checked; !checked {
		err = f.fill(ctx, m, p, disk, &rep)
	}
	if err == nil && rep.Sound() {
		err = errors.Join(open(p.DB), disk.Filled())
	}
	if err != nil {
		err = fmt.Errorf("backup: restore: %w", err)
	}
	return m, rep, errors.Join(err, disk.Close())
}

func fits(m Manifest, p Place) error {
	if kind := db.DialectOf(p.DB); kind != m.Kind {
		return fmt.Errorf("backup: %s is of %s, and the place is for %s; restore to %s and use move", m.Name, m.Kind, kind, m.Kind)
	}
	return nil
}

// fill restores and checks, and notes when all was right.
func (f *Folder) fill(ctx context.Context, m Manifest, p Place, disk *blob.Disk, rep *Report) error {
	if err := db.Empty(ctx, p.DB); err != nil {
		// Nothing was restored, so the folder is as it was.
		return errors.Join(err, disk.Filled())
	}
	where := p.DB
	if m.Kind == db.SQLite {
		where = p.DB + aside
		if err := removeSQLite(where); err != nil {
			return err
		}
	}
	if err := f.database(ctx, m, p.Keys, where); err != nil {
		return err
	}
	if err := f.documents(m, func(d document) error { return disk.Copy(ctx, f.pool, d.tenant, d.Info) }); err != nil {
		return err
	}
	if err := check(ctx, m, where, House{Store: disk, Keys: p.Keys, MAC: p.MAC}, rep); err != nil || !rep.Sound() {
		return err
	}
	return disk.Checked()
}

// database decrypts the database of a backup to where it is checked.
func (f *Folder) database(ctx context.Context, m Manifest, keys *crypt.Keyring, where string) error {
	sealed, err := f.part(m, databaseFile, m.Database)
	if err != nil {
		return err
	}
	plain, err := keys.DecryptReader(sealed, databaseUse)
	if err == nil {
		err = db.Restore(ctx, where, plain)
	}
	return errors.Join(err, sealed.Close())
}

// check looks at the database as it was copied, and then opens it as the program does.
func check(ctx context.Context, m Manifest, where string, h House, rep *Report) error {
	before, err := db.Open(ctx, where, db.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	if err := errors.Join(compare(ctx, before, m, rep), before.Close()); err != nil || !rep.Sound() {
		return err
	}
	if h.DB, err = db.Open(ctx, where, db.Options{}); err != nil {
		return err
	}
	return errors.Join(h.all(ctx, m, rep), h.DB.Close())
}

func (h House) all(ctx context.Context, m Manifest, rep *Report) error {
	if err := h.DB.Migrate(ctx); err != nil {
		return err
	}
	if err := h.journals(ctx, m, rep); err != nil {
		return err
	}
	if err := h.Documents(ctx, rep); err != nil {
		return err
	}
	if rep.Files != m.Documents && rep.Sound() {
		rep.wrong("%d files have a row, the manifest says %d", rep.Files, m.Documents)
	}
	if !rep.Sound() {
		return nil
	}
	return h.note(ctx, rep)
}

// open gives a restored SQLite file its own name. That it has it already is what a crash leaves
// between this and the end.
func open(address string) error {
	if db.DialectOf(address) == db.Postgres {
		return nil
	}
	path := strings.TrimPrefix(address, "file:")
	if err := os.Rename(path+aside, path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// removeSQLite removes what an earlier restore that did not end left of a file.
func removeSQLite(address string) error {
	path := strings.TrimPrefix(address, "file:")
	var all []error
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(path + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}
