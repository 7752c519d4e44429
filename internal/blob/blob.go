// Package blob keeps the bytes of files: a Store takes and gives streams, and a Vault encrypts
// them on their way in, so that plain bytes are never stored.
package blob

import (
	"context"
	"io"
	"time"
)

// Store keeps blobs apart per tenant. It asks no more than an S3 bucket can do: no renames, no
// appending, no changing. The name of a tenant is 1 to 64 letters, digits, "-" or "_". A Store is
// safe for use by several goroutines.
type Store interface {
	// Put streams r to a new blob under a key that was and will be used for nothing else. It
	// returns a nil error only when the bytes are durable; after an error there is no blob. A
	// full store is errs.Unavailable.
	Put(ctx context.Context, tenant string, r io.Reader) (Info, error)
	// Open gives the stored bytes. The error for a blob that does not exist wraps
	// fs.ErrNotExist. It is not errs.NotFound: a row without its blob is an incident, and no
	// mistake of whoever asked.
	Open(ctx context.Context, tenant, key string) (Reader, error)
	// Delete removes a blob; it is no error when there is none.
	Delete(ctx context.Context, tenant, key string) error
	// List calls fn for each of the tenant's blobs, in no order, until fn returns an error, which
	// it returns. A blob that is put meanwhile may be left out: whoever collects orphans skips
	// those that were modified lately, as their row may not be committed yet.
	List(ctx context.Context, tenant string, fn func(key string, modified time.Time) error) error
}

// Info is what a Store tells of a blob that it took.
type Info struct {
	Key  string
	Size int64    // in bytes, as stored
	Sum  [32]byte // SHA-256 of the stored bytes
}

// Reader gives the stored bytes of one blob at any offset, by several goroutines if need be.
type Reader interface {
	io.ReaderAt
	io.Closer
	Size() int64 // in bytes, as stored
}
