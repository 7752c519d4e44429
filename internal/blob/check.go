package blob

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"voordeur/internal/crypt"
)

// Check reads a stored file to its end, twice: as stored, compared with the sum that its row keeps,
// and decrypted, compared with the sum of what was sent. It returns nil when both fit.
func (v *Vault) Check(ctx context.Context, tenantID string, key *crypt.TenantKey, stored Stored) error {
	r, err := v.store.Open(ctx, tenantID, stored.Key)
	if err != nil {
		return err
	}
	raw, size, err := sumOf(readerWithContext{ctx, io.NewSectionReader(r, 0, r.Size())})
	if err := errors.Join(err, r.Close()); err != nil {
		return fmt.Errorf("blob: check %s: %w", stored.Key, err)
	}
	if size != stored.StoredSize || raw != stored.StoredSum {
		return fmt.Errorf("blob: check %s: as stored: %w", stored.Key, ErrMismatch)
	}
	content, err := v.Open(ctx, tenantID, key, stored)
	if err != nil {
		return err
	}
	plain, size, err := sumOf(readerWithContext{ctx, content})
	if err := errors.Join(err, content.Close()); err != nil {
		return fmt.Errorf("blob: check %s: %w", stored.Key, err)
	}
	if size != stored.PlainSize || plain != stored.PlainSHA256 {
		return fmt.Errorf("blob: check %s: decrypted: %w", stored.Key, ErrMismatch)
	}
	return nil
}

func sumOf(r io.Reader) (sum [32]byte, n int64, err error) {
	h := sha256.New()
	n, err = io.CopyBuffer(h, r, make([]byte, copyBuffer))
	return [32]byte(h.Sum(nil)), n, err
}
