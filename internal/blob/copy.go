package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Copier is a Store that takes blobs of another, under the keys that they have there.
type Copier interface {
	Store
	// Copy returns nil when the blob is durable here and has the size and the sum of info; otherwise it
	// is not here (ErrMismatch when its bytes are others). A blob that is here stays.
	Copy(ctx context.Context, from Store, tenant string, info Info) error
}

// fits refuses bytes that are not those of the info.
func (i Info) fits(got Info) error {
	if got.Size != i.Size || got.Sum != i.Sum {
		return ErrMismatch
	}
	return nil
}

// Copy takes a blob of another store under the key that it has there, for a backup. When it returns
// nil the blob is durable here and has the size and the sum of info; otherwise it is not here
// (ErrMismatch when its bytes are others). A blob that is here stays: it never changes.
func (d *Disk) Copy(ctx context.Context, from Store, tenant string, info Info) error {
	name, err := blobName(tenant, info.Key)
	if err != nil {
		return err
	}
	if have, err := d.root.Stat(name); err == nil && have.Size() == info.Size {
		return nil
	}
	r, err := from.Open(ctx, tenant, info.Key)
	if err != nil {
		return err
	}
	_, err = d.put(ctx, name, io.NewSectionReader(r, 0, r.Size()), info.fits)
	if err := errors.Join(err, r.Close()); err != nil {
		return explain(fmt.Errorf("blob: copy %s/%s: %w", tenant, info.Key, err))
	}
	return nil
}
