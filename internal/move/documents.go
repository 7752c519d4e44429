package move

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"voordeur/internal/blob"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
)

const (
	// sayEvery is how many documents go between two words of progress.
	sayEvery = 1000
	// orphanAge is how old a document without a row must be to be removed from where it was: a younger
	// one may be on its way to its row.
	orphanAge = 24 * time.Hour
)

// Documents is a move of documents from one store to another. Rows name a document by its key, which
// it keeps, so the database does not change.
type Documents struct {
	DB   *db.DB
	From blob.Store
	To   blob.Copier
	Say  func(form string, args ...any)
}

// Moved counts what a run did.
type Moved struct {
	Copied, There, Removed int
	Bytes                  int64 // of those that were copied, as stored
}

// Copy brings every document that has a row to the other store, where it is not there yet, and reads
// it there to compare its bytes with its row. A run that was broken off is simply run again. The
// program may serve meanwhile: a document never changes, and one that comes later is for the next
// run.
func (m Documents) Copy(ctx context.Context) (Moved, error) {
	var did Moved
	err := m.each(ctx, func(tenant string, s blob.Stored) error {
		err := m.copy(ctx, tenant, s, &did)
		if n := did.Copied + did.There; n%sayEvery == 0 && n > 0 {
			m.Say("%d documents so far, %d of them copied", n, did.Copied)
		}
		return err
	})
	return did, err
}

func (m Documents) copy(ctx context.Context, tenant string, s blob.Stored, did *Moved) error {
	r, err := m.To.Open(ctx, tenant, s.Key)
	if err == nil {
		there := r.Size() == s.StoredSize
		if err := r.Close(); err != nil {
			return err
		}
		if !there {
			return fmt.Errorf("%s/%s: what is at the other side is not the document of the row; remove it there", tenant, s.Key)
		}
		did.There++
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err = m.To.Copy(ctx, m.From, tenant, blob.Info{Key: s.Key, Size: s.StoredSize, Sum: s.StoredSum})
	if errors.Is(err, fs.ErrNotExist) {
		return m.gone(ctx, tenant, s.Key)
	}
	if err == nil {
		err = same(ctx, m.To, tenant, s)
	}
	if err != nil {
		return fmt.Errorf("%s/%s: %w", tenant, s.Key, err)
	}
	did.Copied++
	did.Bytes += s.StoredSize
	return nil
}

// gone tells a document that is lost from one that went with its row meanwhile.
func (m Documents) gone(ctx context.Context, tenant, key string) error {
	still, err := dossier.Keeps(ctx, m.DB, tenant, key)
	if err == nil && still {
		err = fmt.Errorf("%s/%s: the document is in the database and not in the store", tenant, key)
	}
	return err
}

// Remove takes the documents away from where they were, after it has read each once more in the other
// store. Nothing may be served from there any more. What has no row goes too, once it is a day old.
func (m Documents) Remove(ctx context.Context) (Moved, error) {
	var did Moved
	err := m.each(ctx, func(tenant string, s blob.Stored) error {
		if err := same(ctx, m.To, tenant, s); err != nil {
			return fmt.Errorf("%s/%s: it stays where it was: %w", tenant, s.Key, err)
		}
		if err := m.From.Delete(ctx, tenant, s.Key); err != nil {
			return err
		}
		if did.Removed++; did.Removed%sayEvery == 0 {
			m.Say("%d documents removed so far", did.Removed)
		}
		return nil
	})
	if err != nil {
		return did, err
	}
	tenants, err := m.tenants(ctx)
	for _, id := range tenants {
		n, wrong := blob.Collect(ctx, m.From, id, m.DB.Clock().Now().Add(-orphanAge), func(ctx context.Context, key string) (bool, error) {
			return dossier.Keeps(ctx, m.DB, id, key)
		})
		did.Removed += n
		err = errors.Join(err, wrong)
	}
	return did, err
}

func (m Documents) each(ctx context.Context, fn func(tenant string, s blob.Stored) error) error {
	tenants, err := m.tenants(ctx)
	if err != nil {
		return err
	}
	for _, id := range tenants {
		if err := dossier.EachFile(ctx, m.DB, id, func(s blob.Stored) error { return fn(id, s) }); err != nil {
			return fmt.Errorf("move: %w", err)
		}
	}
	return nil
}

func (m Documents) tenants(ctx context.Context) ([]string, error) {
	return db.All(ctx, m.DB, db.Value[string], `select id from tenant order by id`)
}

// same reads a stored document to its end and compares it with its row.
func same(ctx context.Context, s blob.Store, tenant string, want blob.Stored) error {
	r, err := s.Open(ctx, tenant, want.Key)
	if err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(sum, io.NewSectionReader(r, 0, r.Size()))
	if err == nil && (n != want.StoredSize || [32]byte(sum.Sum(nil)) != want.StoredSum) {
		err = blob.ErrMismatch
	}
	return errors.Join(err, r.Close())
}
