package backup

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"voordeur/internal/audit"
	"voordeur/internal/blob"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
)

// House is the installation that is copied or checked.
type House struct {
	DB      *db.DB
	Store   blob.Store
	Keys    *crypt.Keyring
	MAC     audit.MAC
	Program string // its version
}

const (
	// attempts is how often a backup begins again because a file of its moment was gone before it was
	// copied: an upload whose parts were just joined. Each time there is less left to copy.
	attempts = 20
	// databaseUse is what a copy of the database is encrypted for.
	databaseUse = "backup of the database"
)

// errGone means that a file of the moment is no longer in the store.
var errGone = errors.New("a file of the moment is gone")

// Make makes a backup of one moment while the installation is in use.
//
// Documents that are there are copied first, without holding on to a moment of the database, since
// that may take long. Then comes the moment: what is new since is copied, and only then the
// database, so that every row of it has its file.
func (f *Folder) Make(ctx context.Context, h House) (Manifest, error) {
	m, err := f.make(ctx, h)
	if err != nil {
		return Manifest{}, f.explain(errors.Join(err, os.RemoveAll(f.path(newDir))))
	}
	return m, nil
}

func (f *Folder) make(ctx context.Context, h House) (Manifest, error) {
	if err := f.ahead(ctx, h); err != nil {
		return Manifest{}, err
	}
	for range attempts {
		m, err := f.moment(ctx, h)
		if err == nil {
			err = f.publish(m, h.Keys)
		}
		if !errors.Is(err, errGone) {
			return m, err
		}
	}
	return Manifest{}, fmt.Errorf("%w, %d times in a row: make the backup at a quieter time", errGone, attempts)
}

// ahead copies the documents that the pool lacks. One that goes meanwhile is of no interest.
func (f *Folder) ahead(ctx context.Context, h House) error {
	return each(ctx, h.DB, func(d document) error {
		err := f.pool.Copy(ctx, h.Store, d.tenant, d.Info)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

// each calls fn for every stored file, in the order of tenant and key.
func each(ctx context.Context, r db.Reader, fn func(document) error) error {
	tenants, err := tenantIDs(ctx, r)
	if err != nil {
		return err
	}
	for _, id := range tenants {
		err := dossier.EachFile(ctx, r, id, func(s blob.Stored) error {
			return fn(document{id, blob.Info{Key: s.Key, Size: s.StoredSize, Sum: s.StoredSum}})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func tenantIDs(ctx context.Context, r db.Reader) ([]string, error) {
	return db.All(ctx, r, db.Value[string], `select id from tenant order by id`)
}

// moment writes everything of one moment but the manifest, which it returns.
func (f *Folder) moment(ctx context.Context, h House) (Manifest, error) {
	if err := errors.Join(os.RemoveAll(f.path(newDir)), os.Mkdir(f.path(newDir), 0o700)); err != nil {
		return Manifest{}, err
	}
	at := h.DB.Clock().Now()
	m := Manifest{Format: format, Name: nameOf(at), At: at, Program: h.Program, Key: h.Keys.ID(), Kind: h.DB.Dialect()}
	err := h.DB.Snapshot(ctx, func(ctx context.Context, s *db.Snapshot) error {
		if err := m.describe(ctx, s); err != nil {
			return err
		}
		if err := f.list(ctx, h, s, &m); err != nil {
			return err
		}
		return f.dump(ctx, h, s, &m)
	})
	return m, err
}

// describe notes what the database holds.
func (m *Manifest) describe(ctx context.Context, s *db.Snapshot) error {
	have, known, err := s.Schema(ctx)
	if err != nil {
		return err
	}
	if have != known {
		return fmt.Errorf("the schema is version %d and this program's is %d: use the program that serves", have, known)
	}
	m.Schema = have
	if m.Rows, err = counts(ctx, s); err != nil {
		return err
	}
	m.Tenants, err = journals(ctx, s)
	return err
}

func counts(ctx context.Context, s *db.Snapshot) (map[string]int64, error) {
	tables, err := s.Tables(ctx)
	if err != nil {
		return nil, err
	}
	rows := map[string]int64{}
	for _, t := range tables {
		if rows[t.Name], err = s.Count(ctx, t); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func journals(ctx context.Context, r db.Reader) ([]Tenant, error) {
	ids, err := tenantIDs(ctx, r)
	if err != nil {
		return nil, err
	}
	list := make([]Tenant, len(ids))
	for i, id := range ids {
		head, err := audit.HeadOf(ctx, r, id)
		if err != nil {
			return nil, err
		}
		list[i] = Tenant{ID: id, Sealed: head.Sealed, Root: hex.EncodeToString(head.Root)}
		if head.Newest != nil {
			list[i].Newest = head.Newest.Time
		}
	}
	return list, nil
}

// list writes which documents belong to the moment, and copies those that the pool lacks.
func (f *Folder) list(ctx context.Context, h House, s *db.Snapshot, m *Manifest) error {
	w, err := createPart(f.path(newDir, listFile))
	if err != nil {
		return err
	}
	m.List, err = w.finish(each(ctx, s, func(d document) error {
		err := f.pool.Copy(ctx, h.Store, d.tenant, d.Info)
		if errors.Is(err, fs.ErrNotExist) {
			return gone(ctx, h.DB, d)
		}
		if err != nil {
			return err
		}
		m.Documents++
		m.Bytes += d.Size
		_, err = fmt.Fprintf(w, listLine, d.tenant, d.Key, d.Size, d.Sum)
		return err
	}))
	return err
}

// gone tells a file that is lost from one that went with its row since the moment.
func gone(ctx context.Context, r db.Reader, d document) error {
	still, err := dossier.Keeps(ctx, r, d.tenant, d.Key)
	if err != nil {
		return err
	}
	if still {
		return fmt.Errorf("the file %s/%s is in the database and not in the store", d.tenant, d.Key)
	}
	return errGone
}

// dump writes the database, encrypted.
func (f *Folder) dump(ctx context.Context, h House, s *db.Snapshot, m *Manifest) error {
	w, err := createPart(f.path(newDir, databaseFile))
	if err != nil {
		return err
	}
	sealed, err := h.Keys.EncryptWriter(w, databaseUse)
	if err == nil {
		if err = s.Dump(ctx, sealed); err == nil {
			err = sealed.Close()
		}
	}
	m.Database, err = w.finish(err)
	return err
}

// publish gives a backup its name, once all that it holds is durable.
func (f *Folder) publish(m Manifest, keys *crypt.Keyring) error {
	text, err := m.encode(keys)
	if err != nil {
		return err
	}
	w, err := createPart(f.path(newDir, manifestFile))
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	if _, err := w.finish(err); err != nil {
		return err
	}
	if err := syncFolder(f.path(newDir)); err != nil {
		return err
	}
	// A rename onto a backup with files in it fails, so none is ever replaced.
	if err := os.Rename(f.path(newDir), f.path(m.Name)); err != nil {
		return err
	}
	return syncFolder(f.dir)
}
