package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/backup"
	"voordeur/internal/blob"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/world/worldtest"
)

const tenantID = "notaris"

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// office is a notary's office that is backed up.
type office struct {
	*worldtest.World
	t      *testing.T
	folder string // of backups
	n      int
}

func newOffice(t *testing.T, d *db.DB) *office {
	t.Helper()
	o := &office{World: worldtest.Build(t, d, tenantID), t: t, folder: filepath.Join(t.TempDir(), "backups")}
	o.seal()
	return o
}

func (o *office) mac(parts ...string) []byte { return o.Keys.MAC("journal", parts...) }

func (o *office) seal() {
	o.t.Helper()
	for n := 1; n > 0; {
		var err error
		n, err = audit.Seal(context.Background(), o.DB, tenantID, o.mac)
		must(o.t, err)
	}
}

func (o *office) house() backup.House {
	return backup.House{DB: o.DB, Store: o.Blobs, Keys: o.Keys, MAC: o.mac, Program: "test"}
}

// upload puts one more file in the office and returns its key.
func (o *office) upload() string {
	o.t.Helper()
	ctx := context.Background()
	account, err := db.One(ctx, o.DB, db.Value[string], `select handler_id from dossier where closed = false order by number limit 1`)
	must(o.t, err)
	id, err := db.One(ctx, o.DB, db.Value[string], `select id from dossier where closed = false order by number limit 1`)
	must(o.t, err)
	s, err := authn.Act(ctx, o.DB, tenantID, account)
	must(o.t, err)
	o.n++
	u, err := o.Dossiers.Receive(ctx, s, id, dossier.NewUpload{FileName: fmt.Sprintf("stuk-%d.pdf", o.n)}, strings.NewReader(fmt.Sprintf("%%PDF-1.7\n%d\n%%%%EOF\n", o.n)))
	must(o.t, err)
	key, err := db.One(ctx, o.DB, db.Value[string], `select blob_key from upload where id = $1`, u.ID)
	must(o.t, err)
	return key
}

func (o *office) open() *backup.Folder {
	o.t.Helper()
	f, err := backup.Create(o.folder)
	must(o.t, err)
	return f
}

func (o *office) backup() backup.Manifest {
	o.t.Helper()
	f := o.open()
	defer f.Close()
	m, err := f.Make(context.Background(), o.house())
	must(o.t, err)
	return m
}

// place is an empty place to restore to.
func (o *office) place() backup.Place {
	o.t.Helper()
	return backup.Place{DB: dbtest.Empty(o.t, o.DB.Dialect()), Blobs: filepath.Join(o.t.TempDir(), "blobs"), Keys: o.Keys, MAC: o.mac}
}

// restore returns the report and what is wrong, whichever way it was said.
func (o *office) restore(name string, p backup.Place) (backup.Report, error) {
	o.t.Helper()
	f, err := backup.Open(o.folder)
	must(o.t, err)
	defer f.Close()
	_, rep, err := f.Restore(context.Background(), name, p)
	return rep, errors.Join(err, rep.Err())
}

// refused asserts that a restore says the words, and leaves nothing that can be served.
func (o *office) refused(name string, p backup.Place, words string) {
	o.t.Helper()
	_, err := o.restore(name, p)
	if err == nil || !strings.Contains(err.Error(), words) {
		o.t.Errorf("want %q, got %v", words, err)
	}
	if _, err := os.Stat(p.Blobs); err == nil {
		if _, err := blob.OpenDisk(p.Blobs); !errors.Is(err, blob.ErrUnfinished) {
			o.t.Errorf("the place opens: %v", err)
		}
	}
	if _, err := os.Stat(p.DB); err == nil {
		o.t.Error("the database has its own name")
	}
}

// digests are those of every table but the journal, in which a restore notes itself.
func digests(t *testing.T, address string) map[string]db.Digest {
	t.Helper()
	d, err := db.Open(context.Background(), address, db.Options{ReadOnly: true})
	must(t, err)
	defer d.Close()
	all := map[string]db.Digest{}
	must(t, d.Snapshot(context.Background(), func(ctx context.Context, s *db.Snapshot) error {
		tables, err := s.Tables(ctx)
		for _, table := range tables {
			if err == nil && !strings.HasPrefix(table.Name, "journal") {
				all[table.Name], err = s.Digest(ctx, table, tenantID)
			}
		}
		return err
	}))
	return all
}

func TestARestoredBackupIsTheMoment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		first := o.upload()
		m := o.backup()
		before := digests(t, dbtest.Address(t, d))
		o.upload() // later than the backup
		p := o.place()
		rep, err := o.restore(m.Name, p)
		must(t, err)
		if rep.Files != m.Documents || rep.Files < 2 || rep.Entries != m.Tenants[0].Sealed || rep.Entries < 10 || rep.Rows < 100 || !rep.Newest.Equal(m.Tenants[0].Newest) {
			t.Errorf("%+v of %+v", rep, m)
		}
		if got := digests(t, p.DB); !reflect.DeepEqual(got, before) {
			t.Errorf("restored\n%v\nwas\n%v", got, before)
		}
		disk, err := blob.OpenDisk(p.Blobs)
		must(t, err)
		defer disk.Close()
		r, err := disk.Open(context.Background(), tenantID, first)
		must(t, err)
		must(t, r.Close())
		if _, err := o.restore(m.Name, p); err == nil {
			t.Error("an installation was overwritten")
		}
		if got := digests(t, p.DB); !reflect.DeepEqual(got, before) {
			t.Error("the refused restore changed the database")
		}
	})
}

func TestADrillLeavesNothingBehind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.backup()
		f, dir := o.open(), t.TempDir()
		defer f.Close()
		p := backup.Place{DB: dbtest.Address(t, d), Keys: o.Keys, MAC: o.mac}
		drill := func() (backup.Report, error) {
			_, rep, err := f.Drill(context.Background(), dir, p)
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			return rep, err
		}
		if rep, err := drill(); err != nil || !rep.Sound() || rep.Rows == 0 {
			t.Errorf("%+v, %v", rep, err)
		}
		// What a drill that was killed left is no hindrance.
		must(t, os.MkdirAll(filepath.Join(dir, "voordeur-drill", "restored", "blobs"), 0o700))
		if rep, err := drill(); err != nil || !rep.Sound() {
			t.Errorf("%+v, %v", rep, err)
		}
		flip(t, o.files(".list")[0], 40)
		if rep, err := drill(); err == nil && rep.Sound() {
			t.Error("a changed backup passes")
		}
	})
}

// files returns the files of the folder of backups whose path holds part, sorted.
func (o *office) files(part string) []string {
	o.t.Helper()
	var list []string
	must(o.t, filepath.WalkDir(o.folder, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.Contains(path, part) {
			list = append(list, path)
		}
		return err
	}))
	slices.Sort(list)
	return list
}

// flip changes one bit and returns what puts it back.
func flip(t *testing.T, path string, at int) (back func()) {
	t.Helper()
	whole, err := os.ReadFile(path)
	must(t, err)
	changed := bytes.Clone(whole)
	changed[at] ^= 1
	must(t, os.WriteFile(path, changed, 0o600))
	return func() { must(t, os.WriteFile(path, whole, 0o600)) }
}

func length(t *testing.T, path string) int {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	return int(info.Size())
}

func TestEveryChangedOrMissingFileIsFound(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t, nil))
	m := o.backup()
	p := o.place()
	for _, c := range []struct{ part, words string }{
		{"database.age", "database.age of " + m.Name + " is not what its manifest says"},
		{".list", "documents.list of " + m.Name + " is not what its manifest says"},
		{"documents/blobs/", "is not the file that was stored"},
	} {
		path := o.files(c.part)[0]
		for _, at := range []int{0, length(t, path) / 2, length(t, path) - 1} {
			back := flip(t, path, at)
			o.refused(m.Name, p, c.words)
			back()
		}
		must(t, os.Rename(path, path+".gone"))
		o.refused(m.Name, p, "no such file")
		must(t, os.Rename(path+".gone", path))
	}
	manifest := o.files("manifest")[0]
	f := o.open()
	for at := range length(t, manifest) {
		back := flip(t, manifest, at)
		if _, err := f.Read(m.Name, o.Keys); err == nil {
			t.Errorf("byte %d of the manifest was changed and nobody sees it", at)
		}
		back()
	}
	must(t, f.Close())
	_, err := o.restore(m.Name, p)
	must(t, err) // the very same place, once the backup is whole
}

// Whoever has the key can still make a backup that does not fit itself: rows, journal and documents
// are compared one by one.
func TestABackupThatDoesNotFitItselfIsRefused(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t, nil))
	m := o.backup()
	p := o.place()
	for words, change := range map[string]func(*backup.Manifest){
		"the journals end at": func(m *backup.Manifest) { m.Tenants[0].Root = strings.Repeat("0", 64) },
		"rows, the manifest":  func(m *backup.Manifest) { m.Rows["dossier"]++ },
		"files have a row":    func(m *backup.Manifest) { m.Documents++ },
	} {
		other := m
		other.Tenants = slices.Clone(m.Tenants)
		other.Rows = map[string]int64{}
		for k, v := range m.Rows {
			other.Rows[k] = v
		}
		change(&other)
		b, err := backup.Encode(other, o.Keys)
		must(t, err)
		must(t, os.WriteFile(o.files("manifest")[0], b, 0o600))
		o.refused(m.Name, p, words)
	}
}

func TestAJournalThatWasChangedIsRefused(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t, nil))
	must(t, o.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update journal set event = 'nothing.happened' where seq = 3`)
		return err
	}))
	o.refused(o.backup().Name, o.place(), "record 3 ")
}

func TestABackupIsUselessWithoutItsKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		m := o.backup()
		keyFile, err := os.ReadFile(filepath.Join(filepath.Dir(o.Outbox), "key"))
		must(t, err)
		_, secret, _ := strings.Cut(strings.TrimSpace(string(keyFile[bytes.LastIndexByte(keyFile[:len(keyFile)-1], '\n'):])), ":")
		_, secret, _ = strings.Cut(secret, ":")
		names, err := db.All(context.Background(), d, db.Value[string], `select name from client union select title from dossier union select email from account`)
		must(t, err)
		if len(secret) < 40 || len(names) < 5 {
			t.Fatalf("%d bytes of key, %d names", len(secret), len(names))
		}
		for _, path := range o.files("") {
			b, err := os.ReadFile(path)
			must(t, err)
			for _, plain := range append(names, secret, "SQLite format 3", "PGDMP", "%PDF") {
				if bytes.Contains(b, []byte(plain)) {
					t.Errorf("%s holds %q", path, plain)
				}
			}
		}
		p := o.place()
		other := filepath.Join(t.TempDir(), "key")
		must(t, crypt.CreateKeyFile(other))
		p.Keys, err = crypt.OpenKeyFile(other)
		must(t, err)
		if _, err := o.restore(m.Name, p); err == nil || !strings.Contains(err.Error(), "was made with the key") {
			t.Errorf("another key: %v", err)
		}
		if err := db.Empty(context.Background(), p.DB); err != nil {
			t.Errorf("another key restored something: %v", err)
		}
		f := o.open()
		defer f.Close()
		if _, err := f.Prune(context.Background(), p.Keys, 1); err == nil {
			t.Error("another key removes documents of backups that it cannot read")
		}
	})
}

func TestABackupIsIncrementalAndPruningTakesNothingThatIsNeeded(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t, nil))
	dropped := o.upload()
	first := o.backup()
	pool := o.files("documents/blobs")
	must(t, o.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `delete from upload where blob_key = $1`, dropped)
		return err
	}))
	must(t, o.Blobs.Delete(context.Background(), tenantID, dropped))
	// The pool has the others already, so that a file which rots in the store hurts no backup.
	kept := o.upload()
	second := o.backup()
	if got := o.files("documents/blobs"); len(got) != len(pool)+1 || second.Documents != first.Documents {
		t.Errorf("the pool went from %d to %d files", len(pool), len(got))
	}
	f := o.open()
	prune := func(keep int, want backup.Pruned) {
		t.Helper()
		gone, err := f.Prune(context.Background(), o.Keys, keep)
		if err != nil || gone != want {
			t.Errorf("keep %d: %+v, %v", keep, gone, err)
		}
	}
	prune(2, backup.Pruned{})
	back := flip(t, o.files(first.Name + "/documents.list")[0], 5)
	if gone, err := f.Prune(context.Background(), o.Keys, 2); err == nil || gone.Documents > 0 {
		t.Errorf("it removes documents though it cannot tell which are needed: %+v, %v", gone, err)
	}
	back()
	must(t, f.Close())
	_, err := o.restore(first.Name, o.place())
	must(t, err)
	f = o.open()
	prune(1, backup.Pruned{Backups: 1, Documents: 1})
	must(t, f.Close())
	if len(o.files(dropped)) != 0 || len(o.files(kept)) != 1 {
		t.Error("the wrong document went")
	}
	_, err = o.restore(second.Name, o.place())
	must(t, err)
	if _, err := o.restoreFind(first.Name); err == nil {
		t.Error("a removed backup is found")
	}
}

func (o *office) restoreFind(name string) (string, error) {
	f := o.open()
	defer f.Close()
	return f.Find(name)
}

func TestAFileThatIsDamagedOrMissingInTheStoreStopsTheBackup(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t, nil))
	whole := o.backup()
	key := o.upload()
	path := filepath.Join(filepath.Dir(o.Outbox), "blobs", "blobs", tenantID, key[:1], key)
	fails := func(words string) {
		t.Helper()
		f := o.open()
		defer f.Close()
		if _, err := f.Make(context.Background(), o.house()); err == nil || !strings.Contains(err.Error(), words) || !strings.Contains(err.Error(), key) {
			t.Errorf("%v", err)
		}
		if names, err := f.Names(); err != nil || len(names) != 1 || names[0] != whole.Name {
			t.Errorf("%v, %v", names, err)
		}
	}
	back := flip(t, path, 30)
	fails("is not the file that was stored")
	back()
	must(t, os.Rename(path, path+".gone"))
	fails("is in the database and not in the store")
	must(t, os.Rename(path+".gone", path))
	o.backup()
}

// away is a store that cannot be reached.
type away struct{ blob.Store }

func (away) Open(context.Context, string, string) (blob.Reader, error) {
	return nil, errs.New(errs.Unavailable, "file.store_down")
}

// A store that is away says nothing of a document: the check ends, and calls none of them wrong.
func TestAStoreThatIsAwayMakesNoDocumentWrong(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newOffice(t, d).house()
		h.Store = away{h.Store}
		var rep backup.Report
		if err := h.Documents(context.Background(), &rep); !errs.Is(err, errs.Unavailable) || !rep.Sound() {
			t.Errorf("%v: %v", err, rep.Wrong)
		}
	})
}

func TestOneAtATime(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t, nil))
	f := o.open()
	if _, err := backup.Create(o.folder); err == nil || !strings.Contains(err.Error(), "busy") {
		t.Errorf("%v", err)
	}
	must(t, f.Close())
	o.backup()
	f = o.open()
	defer f.Close()
	if _, err := f.Find("2026-01-01T00-00-00.000Z"); err == nil {
		t.Error("a backup that is not there is found")
	}
	if _, err := backup.Open(filepath.Join(t.TempDir(), "nowhere")); err == nil {
		t.Error("a folder that is not there opens")
	}
}

func TestABackupOfOneDatabaseIsNotRestoredToTheOther(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t, nil))
	m := o.backup()
	p := o.place()
	p.DB = "postgres://voordeur@127.0.0.1:1/none"
	if _, err := o.restore(m.Name, p); err == nil || !strings.Contains(err.Error(), "move") {
		t.Errorf("%v", err)
	}
}
