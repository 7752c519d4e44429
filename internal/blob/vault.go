package blob

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"voordeur/internal/crypt"
)

// Vault stores files encrypted with their tenant's key. It encrypts and hashes while it streams,
// with less than 1 MiB of memory per transfer.
//
// What is encrypted is the file and then the SHA-256 of it. Encryption by itself does not say
// which file a blob is; that trailer lies in the last chunk, which is decrypted at every Open, and
// so binds the blob to its row without reading the rest.
type Vault struct{ store Store }

// NewVault returns a vault that keeps its blobs in store.
func NewVault(store Store) *Vault { return &Vault{store: store} }

// Stored is what the row of a file must keep to have it back. Sizes are in bytes.
type Stored struct {
	Key         string
	PlainSize   int64
	PlainSHA256 [32]byte
	StoredSize  int64
	StoredSum   [32]byte // SHA-256 of the encrypted bytes, to check a copy without the key
}

// ErrMismatch means that a blob is not the file that its row describes.
var ErrMismatch = errors.New("blob: is not the file that was stored")

// Put encrypts and stores what r gives until io.EOF; after any other error of r nothing is kept.
// When it returns the bytes are durable, and the caller can commit the row. When that fails, the
// caller deletes the blob. Errors are those of Store.Put.
func (v *Vault) Put(ctx context.Context, tenantID string, key *crypt.TenantKey, r io.Reader) (Stored, error) {
	plain := &trailed{src: r, sum: sha256.New()}
	sealed, err := key.EncryptReader(plain)
	if err != nil {
		return Stored{}, fmt.Errorf("blob: put: %w", err)
	}
	info, err := v.store.Put(ctx, tenantID, sealed)
	if err != nil {
		return Stored{}, err
	}
	return Stored{
		Key:         info.Key,
		PlainSize:   plain.size,
		PlainSHA256: plain.digest,
		StoredSize:  info.Size,
		StoredSum:   info.Sum,
	}, nil
}

// PutAll makes one file of the parts in their order, for an upload that came in pieces. The parts
// stay; the caller deletes them once the row of the whole is committed.
func (v *Vault) PutAll(ctx context.Context, tenantID string, key *crypt.TenantKey, parts []Stored) (Stored, error) {
	all := &joined{parts: parts, open: func(p Stored) (*Content, error) {
		return v.Open(ctx, tenantID, key, p)
	}}
	stored, err := v.Put(ctx, tenantID, key, all)
	return stored, errors.Join(err, all.close())
}

// Open gives the plain bytes of a stored file. It refuses a blob that is not the one described,
// was cut or changed at its end (ErrMismatch, or crypt's errors); a change elsewhere is an error
// when that place is read. Whoever opens it closes it.
func (v *Vault) Open(ctx context.Context, tenantID string, key *crypt.TenantKey, stored Stored) (*Content, error) {
	b, err := v.store.Open(ctx, tenantID, stored.Key)
	if err != nil {
		return nil, err
	}
	plain, err := unseal(b, key, stored)
	if err != nil {
		return nil, fmt.Errorf("blob: open %s: %w", stored.Key, errors.Join(err, b.Close()))
	}
	return newContent(plain, stored.PlainSize, b), nil
}

// Delete removes the blob of a file; it is no error when there is none.
func (v *Vault) Delete(ctx context.Context, tenantID, key string) error {
	return v.store.Delete(ctx, tenantID, key)
}

func unseal(b Reader, key *crypt.TenantKey, stored Stored) (io.ReaderAt, error) {
	if b.Size() != stored.StoredSize {
		return nil, ErrMismatch
	}
	plain, size, err := key.DecryptReaderAt(b, b.Size())
	if err != nil {
		return nil, err
	}
	if size != stored.PlainSize+sha256.Size {
		return nil, ErrMismatch
	}
	var digest [sha256.Size]byte
	if _, err := plain.ReadAt(digest[:], stored.PlainSize); err != nil && err != io.EOF {
		return nil, err
	}
	if digest != stored.PlainSHA256 {
		return nil, ErrMismatch
	}
	return plain, nil
}

// trailed gives src and then src's SHA-256.
type trailed struct {
	src  io.Reader
	sum  hash.Hash
	size int64

	ended   bool
	digest  [sha256.Size]byte
	trailer []byte // the rest of digest that is still to be given
}

func (t *trailed) Read(p []byte) (int, error) {
	if !t.ended {
		n, err := t.src.Read(p)
		t.sum.Write(p[:n])
		t.size += int64(n)
		if err != io.EOF {
			return n, err
		}
		t.ended = true
		t.sum.Sum(t.digest[:0])
		t.trailer = t.digest[:]
		if n > 0 {
			return n, nil
		}
	}
	if len(t.trailer) == 0 {
		return 0, io.EOF
	}
	n := copy(p, t.trailer)
	t.trailer = t.trailer[n:]
	return n, nil
}
